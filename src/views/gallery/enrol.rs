//! Enrolment.
use super::{
    Album, CLOSING,
    door::{priya_and_tom, reasons},
    frame, own,
};
use crate::views::{
    door::code::CodeError,
    enrol::{
        Steps,
        app::{App, Platform, Recommended},
        codes::Codes,
        first_binding::{MailCode, MailCodeError, SetupCode, SetupCodeError},
        link::{Direction, Link, LinkError},
        phone::{Phone, PhoneError, PhoneKnown},
        stop::{Cannot, Stop, Urgency},
    },
    frame::{Frame, Helpers},
};
use ostiary_gate::domain::{secret::Secret, time::Span};

const KEY: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const CODES: [&str; 10] = [
    "4RTKB-9WMPH-7CQXD",
    "7HXDQ-2FNKQ-3VM8T",
    "KQ3VM-8TCWX-2NRJD",
    "9PLZ6-YBAWX-2N5RJ",
    "3FGHT-7KEMB-6QCVS",
    "MB6QC-VSZD8-PKLXR",
    "ZD8PR-LXR5N-KTH9W",
    "5NKTH-9WAQ7-YEJ3M",
    "Q7YEJ-3MU4R-TK9WM",
    "WX2N5-RJDKQ-3VM8T",
];

fn steps(now: u32) -> Steps {
    Steps { now, of: 4 }
}

pub(super) fn draw(album: &mut Album) {
    stop(album);
    first_binding(album);
    phone(album);
    link(album);
    album.each("enrol-codes", [(true, false), (false, true)], |(may_wait, not_ticked)| Codes {
        frame: frame(),
        steps: Some(steps(4)),
        account: "sam@riverside.example".to_owned(),
        made_at: CLOSING,
        codes: CODES.map(Secret::new).to_vec(),
        may_wait,
        not_ticked,
        kept: None,
    });
    album.add(
        "account-codes",
        &Codes {
            frame: own(),
            steps: None,
            account: "sam@riverside.example".to_owned(),
            made_at: CLOSING,
            codes: CODES.map(Secret::new).to_vec(),
            may_wait: false,
            not_ticked: false,
            kept: Some(Secret::new("sealed")),
        },
    );
}

fn stop(album: &mut Album) {
    let before = |span| Urgency::Before { deadline: CLOSING, now: CLOSING.minus(span) };
    let urgencies = [Urgency::Now, before(Span::days(4)), before(Span::hours(20)), before(Span::minutes(59))];
    album.each("enrol", urgencies, |urgency| Stop {
        frame: frame(),
        urgency,
        draft_kept: urgency == Urgency::Now,
        reasons: reasons(),
    });
    let unnamed = Frame { clinic: None, client: None, ..frame() };
    album.add(
        "enrol-unnamed",
        &Stop { frame: unnamed.clone(), urgency: Urgency::Now, draft_kept: false, reasons: Vec::new() },
    );
    album.add(
        "enrol-cannot-1",
        &Cannot { frame: frame(), decided: Some(CLOSING), helpers: priya_and_tom(), draft_kept: true },
    );
    album.add("enrol-cannot-2", &Cannot { frame: unnamed, decided: None, helpers: Helpers::Role, draft_kept: false });
}

fn first_binding(album: &mut Album) {
    let errors = [
        None,
        Some(MailCodeError::Empty),
        Some(MailCodeError::NotSixDigits),
        Some(MailCodeError::Wrong),
        Some(MailCodeError::Expired),
        Some(MailCodeError::Throttled { minutes: 20 }),
    ];
    album.each("enrol-mail-code", errors, |error| MailCode {
        frame: frame(),
        address: "s•••@riverside.example".to_owned(),
        sent_again: error.is_none(),
        error,
    });
    let errors = [
        None,
        Some(SetupCodeError::Empty),
        Some(SetupCodeError::NotACode),
        Some(SetupCodeError::Wrong),
        Some(SetupCodeError::Expired),
        Some(SetupCodeError::Throttled { minutes: 15 }),
    ];
    album.each("enrol-setup-code", errors, |error| SetupCode {
        frame: frame(),
        words: ("amber".to_owned(), "ladder".to_owned()),
        helpers: if error.is_none() { Helpers::Role } else { priya_and_tom() },
        error,
    });
}

fn phone(album: &mut Album) {
    let errors = [
        None,
        Some(PhoneError::Empty),
        Some(PhoneError::Landline),
        Some(PhoneError::NotANumber),
        Some(PhoneError::NoSuchCountry),
    ];
    album.each("enrol-phone", errors, |error| Phone {
        frame: frame(),
        steps: Some(steps(1)),
        country: "AU".to_owned(),
        usual: ["AU", "NZ", "GB"].map(str::to_owned).to_vec(),
        number: error.map_or_else(String::new, |_| "02 9999 0000".to_owned()),
        helpers: priya_and_tom(),
        error,
    });
    album.add(
        "account-phone",
        &Phone {
            frame: own(),
            steps: None,
            country: "AU".to_owned(),
            usual: vec!["AU".to_owned()],
            number: String::new(),
            helpers: priya_and_tom(),
            error: None,
        },
    );
    album.each("enrol-phone-known", [true, false], |is_known| PhoneKnown {
        frame: frame(),
        steps: steps(1),
        ends_in: is_known.then(|| "678".to_owned()),
        may_change: is_known,
    });
    let recommended = || Recommended {
        name: "Bluegum Authenticator".to_owned(),
        app_store: "https://apps.apple.com/app/id1".to_owned(),
        google_play: "https://play.google.com/store/apps/details?id=example".to_owned(),
        sentence: "It is made by Bluegum Software.".to_owned(),
    };
    album.each("enrol-app", [Platform::Iphone, Platform::Android], |platform| App {
        frame: frame(),
        steps: steps(2),
        platform,
        recommended: (platform == Platform::Android).then(recommended),
        replaces: platform == Platform::Android,
    });
}

fn link(album: &mut Album) {
    let drift = |direction, minutes| Some(LinkError::Drift { minutes, direction });
    let errors = [
        None,
        Some(LinkError::Code(CodeError::Empty)),
        Some(LinkError::Code(CodeError::Wrong)),
        Some(LinkError::Code(CodeError::WrongAgain)),
        drift(Direction::Slow, 2),
        drift(Direction::Fast, 1),
        Some(LinkError::NewKey),
    ];
    let account = "sam@riverside.example";
    album.each("enrol-link", errors, |error| Link {
        frame: frame(),
        steps: (error != Some(LinkError::NewKey)).then(|| steps(3)),
        entry: "Riverside Physio".to_owned(),
        account: account.to_owned(),
        key: Secret::new(KEY),
        uri: Secret::new(format!(
            "otpauth://totp/Riverside%20Physio:{account}?secret={KEY}&issuer=Riverside%20Physio&algorithm=SHA1&digits=6&period=30"
        )),
        touch: error.is_none(),
        helpers: priya_and_tom(),
        error,
    });
}
