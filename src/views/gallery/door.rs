//! The sign-in door.
use super::{Album, CLOSING, frame, own};
use crate::views::{
    door::{
        code::{Code, CodeError, Purpose},
        help::{AskClinic, Asked, Help, Way},
        not_me::{NotMe, NotMeDone},
        password::{Forgot, ForgotError, ForgotSent, NewPasswordError, Reset},
        recovery::{Recovered, Recovery, RecoveryError},
        signin::{Notice, SignIn, SignInError},
        tenant::{Clinic, WhichClinic},
    },
    frame::{Frame, Helpers},
    reasons::{Origin, Reason},
};

const SAM: &str = "sam@riverside.example";

pub(super) fn draw(album: &mut Album) {
    sign_in(album);
    code(album);
    ways_back(album);
    password(album);
    album.add("not-me", &NotMe { frame: own(), token: "token".to_owned() });
    album.add("not-me-done", &NotMeDone { frame: own() });
    album.each("tenant", [None, Some("ten_b")], |chosen: Option<&str>| WhichClinic {
        frame: Frame { clinic: None, ..frame() },
        clinics: [("ten_a", "Riverside Physio"), ("ten_b", "Hilltop Clinic")]
            .map(|(id, name)| Clinic { id: id.to_owned(), name: name.to_owned() })
            .to_vec(),
        chosen: chosen.map(str::to_owned),
        nothing_chosen: chosen.is_none(),
    });
}

fn sign_in(album: &mut Album) {
    let page = |notice, error| SignIn { frame: frame(), username: SAM.to_owned(), shared: false, notice, error };
    let unknown = Frame { clinic: None, client: None, visit: None, ..frame() };
    album.add(
        "login-first",
        &SignIn { frame: unknown, username: String::new(), shared: true, notice: None, error: None },
    );
    let errors = [
        None,
        Some(SignInError::NoUsername),
        Some(SignInError::NoPassword),
        Some(SignInError::WrongPair),
        Some(SignInError::Throttled { minutes: 15 }),
        Some(SignInError::Busy),
    ];
    album.each("login", errors, |error| page(None, error));
    album.each("login-again", [Notice::Away, Notice::PasswordChanged], |notice| page(Some(notice), None));
}

pub(super) fn reasons() -> Vec<Reason> {
    let name = str::to_owned;
    [
        (Origin::Clinic(name("Riverside Physio")), Some(CLOSING)),
        (Origin::Clinic(name("Riverside Physio")), None),
        (Origin::Connection(name("Ledgerly")), Some(CLOSING)),
        (Origin::Connection(name("Ledgerly")), None),
        (Origin::App(name("Ledgerly")), None),
        (Origin::Request(name("Bluegum Notes")), None),
        (Origin::Yourself, Some(CLOSING)),
        (Origin::Yourself, None),
        (Origin::Console, None),
    ]
    .map(|(origin, since)| Reason { origin, since })
    .to_vec()
}

fn code(album: &mut Album) {
    let entry = || "Riverside Physio".to_owned();
    let errors = [
        None,
        Some(CodeError::Empty),
        Some(CodeError::NotSixDigits),
        Some(CodeError::Wrong),
        Some(CodeError::WrongAgain),
        Some(CodeError::Replayed),
        Some(CodeError::Throttled { minutes: 5 }),
        Some(CodeError::Stopped),
        Some(CodeError::BackupCodeUsed),
        Some(CodeError::Busy),
    ];
    album.each("login-totp", errors, |error| Code {
        frame: frame(),
        purpose: Purpose::SignIn,
        entry: entry(),
        reasons: reasons(),
        error,
    });
    let then = || "sealed-act".to_owned();
    let confirm = |purpose| Code { frame: own(), purpose, entry: entry(), reasons: Vec::new(), error: None };
    album.add("account-confirm", &confirm(Purpose::Account { then: then() }));
    album.add("console-confirm", &confirm(Purpose::Console { then: then() }));
}

fn ways_back(album: &mut Album) {
    let errors = [
        None,
        Some(RecoveryError::Empty),
        Some(RecoveryError::NotACode),
        Some(RecoveryError::Wrong),
        Some(RecoveryError::Used),
        Some(RecoveryError::Throttled { minutes: 1 }),
    ];
    album.each("login-recovery", errors, |error| Recovery { frame: frame(), error });
    album.each("login-recovered", [9, 1, 0], |codes_left| Recovered { frame: frame(), codes_left });
    album.each("login-help", [false, true], |nothing_chosen| Help {
        frame: frame(),
        chosen: (!nothing_chosen).then_some(Way::NewPhone),
        nothing_chosen,
    });
    album.each("login-help-ask", [Asked::NotYet, Asked::Told, Asked::ToldBefore], |asked| {
        let is_known = asked == Asked::Told;
        AskClinic {
            frame: frame(),
            phone_at_home: asked == Asked::NotYet,
            helpers: if is_known { priya_and_tom() } else { Helpers::Role },
            phone_ends_in: is_known.then(|| "678".to_owned()),
            asked,
        }
    });
}

pub(super) fn priya_and_tom() -> Helpers {
    Helpers::Named(vec!["Priya Nair".to_owned(), "Tom Reed".to_owned()])
}

fn password(album: &mut Album) {
    let errors =
        [None, Some(ForgotError::Empty), Some(ForgotError::NotAnAddress), Some(ForgotError::Throttled { minutes: 60 })];
    album.each("login-forgot", errors, |error| Forgot { frame: frame(), email: SAM.to_owned(), error });
    album.add("login-forgot-sent", &ForgotSent { frame: frame(), email: SAM.to_owned() });
    let errors = [
        None,
        Some(NewPasswordError::Empty),
        Some(NewPasswordError::TooShort { at_least: 12 }),
        Some(NewPasswordError::TooLong { at_most: 256 }),
        Some(NewPasswordError::TooEasy),
        Some(NewPasswordError::SameAsBefore),
    ];
    album.each("login-reset", errors, |error| Reset {
        frame: own(),
        token: "token-of-the-link".to_owned(),
        username: SAM.to_owned(),
        error,
    });
}
