//! The security page and its review.
use super::{Album, CLOSING, console::desk, door::priya_and_tom, own};
use crate::views::{
    console::{
        Readiness, Section, TwoFactorBox,
        review::{Change, Review, ReviewError},
        security::{Affected, Done, Form, Impact, RightNow, Security, SecurityError, Start, Viewer},
    },
    door::code::CodeError,
};

pub(super) fn draw(album: &mut Album) {
    let off = || TwoFactorBox::Off;
    let pending = || TwoFactorBox::Pending { starts_at: CLOSING };
    let on = |apps: &[&str]| TwoFactorBox::On {
        since: CLOSING,
        locked_by: apps.iter().map(|app| (*app).to_owned()).collect(),
    };
    let member = || Viewer::Member { admins: priya_and_tom() };
    let states = [
        (off(), Viewer::Admin, 2, None),
        (off(), Viewer::OnlyAdmin, 1, Some(Done::Reminded { people: 3 })),
        (off(), Viewer::UnpreparedAdmin, 0, None),
        (off(), member(), 0, None),
        (pending(), Viewer::Admin, 2, Some(Done::Saved)),
        (on(&[]), Viewer::Admin, 0, None),
        (on(&["Ledgerly"]), Viewer::Admin, 0, None),
        (on(&["Ledgerly", "Tillmate"]), member(), 0, None),
    ];
    album.each("console-security", states, |(two_factor, viewer, signed_in, done)| Security {
        form: form(two_factor != TwoFactorBox::Off),
        frame: own(),
        desk: desk(Section::Security),
        two_factor,
        viewer,
        impact: impact(signed_in),
        done,
        error: None,
    });
    let errors = [
        SecurityError::NoStart,
        SecurityError::NotADate,
        SecurityError::InThePast,
        SecurityError::NothingChanged,
        SecurityError::Locked { apps: vec!["Ledgerly".to_owned()] },
        SecurityError::ChangedMeanwhile,
    ];
    album.each("console-security-error", errors, |error| Security {
        frame: own(),
        desk: desk(Section::Security),
        two_factor: TwoFactorBox::Off,
        viewer: Viewer::Admin,
        impact: Impact { people: 14, ..Impact::default() },
        form: Form { recommended: None, start: None, ..form(false) },
        done: None,
        error: Some(error),
    });
    let reviews = [
        (Change::TurnOnNow { not_ready: 3, interrupted: 2 }, None),
        (Change::TurnOnAt { at: CLOSING, not_ready: 3 }, Some(ReviewError::Code(CodeError::Wrong))),
        (Change::TurnOff, None),
        (Change::TurnOff, Some(ReviewError::NoReason)),
        (Change::Cancel { at: CLOSING }, None),
        (Change::Postpone { was: CLOSING, at: CLOSING, not_ready: 3 }, None),
    ];
    album.each("console-review", reviews, |(change, error)| Review {
        frame: own(),
        desk: desk(Section::Security),
        change,
        revision: 7,
        reason: String::new(),
        error,
    });
}

fn form(ticked: bool) -> Form {
    Form {
        ticked,
        start: Some(Start::Recommended),
        recommended: Some(CLOSING),
        start_at: "2026-03-04T20:00".to_owned(),
    }
}

fn impact(signed_in: u32) -> Impact {
    let row =
        |name: &str, now, usually_at| Affected { name: name.to_owned(), now, usually_at, readiness: Readiness::NotYet };
    let using = RightNow::Using { app: "Bluegum Notes".to_owned(), minutes: 2 };
    Impact {
        people: 14,
        not_ready: 3,
        signed_in,
        paused_apps: signed_in,
        rows: vec![
            row("Sam Okafor", using, Some(CLOSING)),
            row("Mei Tran", RightNow::Idle, Some(CLOSING)),
            row("Jo Blake", RightNow::NotSignedIn, None),
        ],
        demanded_by: vec!["Ledgerly".to_owned()],
    }
}
