//! The clinic's console.
use super::{Album, CLOSING, account::line, console_security, own};
use crate::views::{
    console::{
        Desk, Readiness, Section, TwoFactorBox,
        apps::{Apps, Available, Connect, ConnectError, ConnectHere, Connected, Question},
        choose::{Choose, Clinic},
        help::{Help, HelpError, Person, Phone, PhoneOrigin, Standing},
        log::Log,
        overview::Overview,
        people::{Filter, Invite, InviteError, People, Row, RowStanding},
    },
    door::code::CodeError,
    frame::Frame,
    log::KINDS,
};
use ostiary_gate::domain::{audit::Event, person::Role, secret::Secret, tenant::ConnectionState, time::Span};

pub(super) fn desk(section: Section) -> Desk {
    Desk { tenant: "riverside".to_owned(), section, person: "Priya Nair".to_owned(), is_admin: true, may_switch: true }
}

pub(super) fn draw(album: &mut Album) {
    let boxes = [
        TwoFactorBox::Off,
        TwoFactorBox::Pending { starts_at: CLOSING },
        TwoFactorBox::On { since: CLOSING, locked_by: Vec::new() },
    ];
    album.each("console-overview", boxes, |two_factor| {
        let is_on = matches!(two_factor, TwoFactorBox::On { .. });
        Overview {
            frame: own(),
            desk: desk(Section::Overview),
            two_factor,
            ready: 11,
            people: 14,
            asking_for_help: u32::from(is_on),
            odd: if is_on { vec![line(Event::SignInRefused, "not set up")] } else { Vec::new() },
        }
    });
    let clinic = |name: &str, is_admin| Clinic { slug: name.to_lowercase(), name: name.to_owned(), is_admin };
    let lists = [vec![clinic("Riverside", true), clinic("Hilltop", false)], Vec::new()];
    album.each("console-choose", lists, |clinics| Choose { frame: Frame { clinic: None, ..own() }, clinics });
    people(album);
    person(album);
    apps(album);
    console_security::draw(album);
    album.add(
        "console-log-1",
        &Log {
            frame: own(),
            desk: desk(Section::Log),
            lines: KINDS.map(|kind| line(kind, "")).to_vec(),
            kind: None,
            older: Some("before=812".to_owned()),
        },
    );
    let kind = Some(Event::HelpAsked);
    album.add("console-log-2", &Log { frame: own(), desk: desk(Section::Log), lines: Vec::new(), kind, older: None });
}

fn people(album: &mut Album) {
    let row = |name: &str, role, standing, codes_left| Row {
        person: (standing != RowStanding::Invited).then(|| "per_sam".to_owned()),
        name: name.to_owned(),
        role,
        standing,
        codes_left,
        last_sign_in: (codes_left > 0).then_some(CLOSING),
    };
    let rows = vec![
        row("Priya Nair", Role::Admin, RowStanding::Live(Readiness::Ready), 10),
        row("Sam Okafor", Role::Member, RowStanding::Live(Readiness::NotYet), 0),
        row("Mei Tran", Role::Member, RowStanding::Live(Readiness::ResetWaiting), 3),
        row("jo@riverside.example", Role::Member, RowStanding::Invited, 0),
        row("Lee Park", Role::Member, RowStanding::Suspended, 8),
    ];
    let page = |rows, filter, invited: Option<&str>| People {
        frame: own(),
        desk: desk(Section::People),
        rows,
        filter,
        search: String::new(),
        invited: invited.map(str::to_owned),
        more: invited.map(|_| "after=per_lee".to_owned()),
    };
    album.add("console-people-1", &page(rows, Filter::Everyone, Some("jo@riverside.example")));
    album.add("console-people-2", &page(Vec::new(), Filter::NotReady, None));
    let errors = [
        (None, Role::Member),
        (Some(InviteError::NoEmail), Role::Admin),
        (Some(InviteError::NotAnAddress), Role::Member),
        (Some(InviteError::Throttled { minutes: 30 }), Role::Member),
    ];
    album.each("console-invite", errors, |(error, role)| Invite {
        frame: own(),
        desk: desk(Section::People),
        email: "jo@riverside".to_owned(),
        role,
        error,
    });
}

fn person(album: &mut Album) {
    let words = |first: &str, second: &str| (first.to_owned(), second.to_owned());
    let choices = || Help::Choose { words: vec![words("amber", "ladder"), words("river", "button")] };
    let read = Help::Read {
        code: Secret::new("H4TQ-9KXM-2RWD"),
        words: words("amber", "ladder"),
        until: CLOSING.plus(Span::minutes(15)),
    };
    let states = [
        (Help::Offered, None, Some(PhoneOrigin::TypedBySelf)),
        (Help::Offered, Some(HelpError::NotChecked), Some(PhoneOrigin::FromOperator)),
        (Help::Offered, Some(HelpError::NotChecked), Some(PhoneOrigin::Disputed)),
        (Help::Yourself, None, None),
        (Help::SecondAdmin, None, None),
        (Help::Waiting, None, None),
        (choices(), None, None),
        (choices(), Some(HelpError::NoWords), None),
        (read, None, None),
        (Help::Yourself, Some(HelpError::LastAdmin), None),
        (Help::Offered, Some(HelpError::CannotCall), Some(PhoneOrigin::Disputed)),
        (Help::SecondAdmin, Some(HelpError::SecondNoted), None),
    ];
    album.each("console-person", states, |(help, error, origin)| {
        let readiness = if matches!(help, Help::Offered) { Readiness::Ready } else { Readiness::ResetWaiting };
        Person {
            frame: own(),
            desk: desk(Section::People),
            id: "per_sam".to_owned(),
            name: "Sam Okafor".to_owned(),
            given_name: "Sam".to_owned(),
            email: "sam@riverside.example".to_owned(),
            role: Role::Member,
            readiness,
            phone: origin.map(|origin| Phone { number: "0412 345 678".to_owned(), set_at: CLOSING, origin }),
            standing: if readiness == Readiness::Ready { Standing::Live } else { Standing::Suspended },
            done: error.is_none(),
            help,
            error,
        }
    });
}

fn apps(album: &mut Album) {
    let connected = |app: &str, state, requires_two_factor| Connected {
        id: format!("con_{app}"),
        app: app.to_owned(),
        state,
        agreed_at: CLOSING,
        requires_two_factor,
    };
    album.add(
        "console-apps-1",
        &Apps {
            frame: own(),
            desk: desk(Section::Apps),
            connected: vec![
                connected("Ledgerly", ConnectionState::Waiting, true),
                connected("Bluegum Recall", ConnectionState::Live, false),
            ],
            available: ["Tillmate", "Formly"]
                .map(|app| Available {
                    client: app.to_lowercase(),
                    app: app.to_owned(),
                    requires_two_factor: app == "Tillmate",
                })
                .to_vec(),
        },
    );
    album.add(
        "console-apps-2",
        &Apps { frame: own(), desk: desk(Section::Apps), connected: Vec::new(), available: Vec::new() },
    );
    let questions = [
        (Question::Simple, None),
        (Question::TwoFactor { not_ready: 3, people: 14, recommended: CLOSING }, None),
        (Question::TwoFactor { not_ready: 0, people: 14, recommended: CLOSING }, Some(ConnectError::NothingChosen)),
        (Question::Simple, Some(ConnectError::YourselfFirst)),
        (Question::Simple, Some(ConnectError::Code(CodeError::Wrong))),
    ];
    album.each("door-connect", questions, |(question, error)| ConnectHere {
        frame: super::frame(),
        app: "Ledgerly".to_owned(),
        question,
        asks_code: error != Some(ConnectError::NothingChosen),
        console: (error == Some(ConnectError::YourselfFirst)).then(|| "/console/riverside/apps".to_owned()),
        error: error.filter(|error| *error != ConnectError::YourselfFirst),
    });
    let questions = questions.into_iter().filter(|(_, error)| !matches!(error, Some(ConnectError::Code(_))));
    album.each("console-connect", questions, |(question, error)| Connect {
        frame: own(),
        desk: desk(Section::Apps),
        client: "ledgerly".to_owned(),
        app: "Ledgerly".to_owned(),
        question,
        error,
    });
}
