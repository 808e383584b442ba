//! One's own pages, and how people come in.
use super::{Album, CLOSING, own};
use crate::views::{
    account::{Account, Allowed, Apps, AuthenticatorState, Details, Done, Membership, Paused, ResumeError, Session},
    changes::{BeforeNewCodes, DetailsError, NewDetails, NewPassword},
    door::password::NewPasswordError,
    frame::Frame,
    join::{Accept, Join, JoinError, LinkKind},
    leave::Asked,
    log::Line,
};
use ostiary_gate::domain::{audit::Event, time::Span};

pub(super) fn line(event: Event, detail: &str) -> Line {
    let name = |name: &str| Some(name.to_owned());
    Line {
        at: CLOSING,
        event,
        actor: name("Priya Nair"),
        person: name("Sam Okafor"),
        app: name("Bluegum Notes"),
        detail: detail.to_owned(),
    }
}

pub(super) fn draw(album: &mut Album) {
    let confirmed = |clinics: &[&str]| AuthenticatorState::Confirmed {
        since: CLOSING,
        required_by: clinics.iter().map(|clinic| (*clinic).to_owned()).collect(),
    };
    let states = [
        (AuthenticatorState::None, 0, 0, None),
        (confirmed(&["Riverside Physio"]), 9, 2, Some(Done::Saved)),
        (confirmed(&[]), 1, 1, Some(Done::SignedOut)),
        (confirmed(&[]), 0, 0, Some(Done::CodesMade)),
        (confirmed(&[]), 10, 0, Some(Done::PasswordChanged)),
    ];
    album.each("account", states, |(authenticator, codes_left, paused_apps, done)| Account {
        frame: own(),
        details: details(codes_left > 0),
        authenticator,
        codes_left,
        sessions: [("ses_a", "Chrome on Windows"), ("ses_b", "Safari on iPhone")].map(session).to_vec(),
        activity: if done.is_some() { vec![line(Event::SignedIn, ""), line(Event::PhoneChanged, "")] } else { vec![] },
        paused_apps,
        done,
    });
    let errors = [None, Some(NewPasswordError::TooEasy), Some(NewPasswordError::SameAsBefore)];
    album.each("account-password", errors, |error| NewPassword {
        frame: own(),
        username: "sam@riverside.example".to_owned(),
        error,
    });
    let errors = [None, Some(DetailsError::NoGivenName), Some(DetailsError::NoFamilyName)];
    album.each("account-details", errors, |error| NewDetails {
        frame: own(),
        given_name: "Sam".to_owned(),
        family_name: "Okafor".to_owned(),
        email: "sam@riverside.example".to_owned(),
        phone: error.is_none().then(|| "0412 345 678".to_owned()),
        may_change_phone: error.is_none(),
        error,
    });
    album.add("account-codes-before", &BeforeNewCodes { frame: own(), codes_left: 2 });
    apps(album);
    join(album);
}

fn details(has_phone: bool) -> Details {
    Details {
        given_name: "Sam".to_owned(),
        family_name: "Okafor".to_owned(),
        email: "sam@riverside.example".to_owned(),
        phone: has_phone.then(|| "0412 345 678".to_owned()),
        clinics: vec![
            Membership {
                clinic: "Riverside Physio".to_owned(),
                is_admin: true,
                console: Some("/console/riverside".to_owned()),
            },
            Membership { clinic: "Hilltop Clinic".to_owned(), is_admin: false, console: None },
        ],
    }
}

fn session((id, browser): (&str, &str)) -> Session {
    Session {
        id: id.to_owned(),
        browser: browser.to_owned(),
        apps: vec!["Bluegum Notes".to_owned(), "Bluegum Appointments".to_owned()],
        seen_at: CLOSING.minus(Span::minutes(7)),
        is_this_one: id == "ses_a",
    }
}

fn apps(album: &mut Album) {
    let paused = |n: u8, clinic: Option<&str>| Paused {
        grant: format!("gra_{n}"),
        app: "Ledgerly".to_owned(),
        clinic: clinic.map(str::to_owned),
        authorised_at: CLOSING,
        can_resume: n == 1,
    };
    let allowed = Allowed {
        client: "bluegum-notes".to_owned(),
        app: "Bluegum Notes".to_owned(),
        since: CLOSING,
        asked: vec![Asked::OpenId, Asked::Email, Asked::OfflineAccess],
    };
    album.add(
        "account-apps-1",
        &Apps { frame: own(), paused: Vec::new(), allowed: Vec::new(), error: None, resumed: 1 },
    );
    album.each("account-apps-paused", [None, Some(ResumeError::NothingChosen), Some(ResumeError::TooSoon)], |error| {
        Apps {
            frame: own(),
            paused: vec![paused(1, Some("Riverside Physio")), paused(2, None)],
            allowed: vec![allowed.clone()],
            error,
            resumed: 0,
        }
    });
}

fn join(album: &mut Album) {
    let page = |link, error| Join {
        frame: own(),
        link,
        token: "token-of-the-link".to_owned(),
        email: "mei@riverside.example".to_owned(),
        given_name: "Mei".to_owned(),
        family_name: "Tran".to_owned(),
        error,
    };
    let errors = [
        None,
        Some(JoinError::NoGivenName),
        Some(JoinError::NoFamilyName),
        Some(JoinError::Password(NewPasswordError::TooEasy)),
    ];
    album.each("invite", errors, |error| page(LinkKind::Invitation, error));
    album.add("setup", &Join { frame: Frame { clinic: None, ..own() }, ..page(LinkKind::FirstAdmin, None) });
    album.add(
        "invite-accept",
        &Accept { frame: own(), token: "token-of-the-link".to_owned(), account: "mei@riverside.example".to_owned() },
    );
}
