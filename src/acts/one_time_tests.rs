//! Mailed codes, set-up codes and reset links, by the road of real visits, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    enrol::{self, Place},
    forgot::{self, NotReset},
    letters::{Addressed, Letter},
    mail_code::{self, NoMailCode},
    session::Browser,
    setup_code::{self, Helping, NoSetUpCode, NotGiven},
    testing::{House, PASSWORD, houses},
};
use crate::{
    factors::{password::TooWeak, recovery::Words},
    grants::door::{self, DoorError, Onward},
    store::{Known, PhoneOrigin},
};
use ostiary_gate::domain::{
    audit::{Actor, Event},
    ids::{PersonId, TenantId, VisitId},
    secret::Secret,
    tenant::FirstBinding,
    time::Span,
};
use tokio::task::JoinSet;

const NEW: &str = "seventeen quiet otters";

/// Somebody whose password was right, in a browser of their own.
async fn half(house: &House, name: &str) -> (VisitId, Browser) {
    let browser = house.browser();
    let given = (&*format!("{name}@example.com"), Secret::new(PASSWORD));
    match door::sign_in(&house.desk, house.opening(&[]), &browser, given, false).await {
        Ok(Onward::Step { visit: Some(visit), .. }) => (visit, browser),
        Ok(_) => panic!("{name} was let in or refused at once"),
        Err(e) => panic!("{name}: {e}"),
    }
}

async fn place(house: &House, whose: &(VisitId, Browser)) -> Place {
    enrol::look(&house.desk, &whose.0, &whose.1).await.unwrap_or_else(|e| panic!("{e}")).place()
}

/// All letters that were queued since the last look.
async fn letters(house: &House) -> Vec<Addressed> {
    let mut unit = house.desk.store.begin().await.unwrap();
    let claimed = unit.tx().claim_outbox(100, Span::days(99), house.clock.now()).await.unwrap();
    unit.commit().await.unwrap();
    claimed.into_iter().map(|claimed| serde_json::from_slice(&claimed.body.unwrap()).unwrap()).collect()
}

fn code_in(letters: &[Addressed]) -> String {
    let [Addressed { letter: Letter::Code { code, .. }, .. }] = letters else { panic!("{} letters", letters.len()) };
    code.expose().to_owned()
}

fn other_than(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..5])
}

async fn set_first_binding(house: &House, first_binding: FirstBinding) {
    let mut unit = house.desk.store.begin().await.unwrap();
    let tenant = unit.tx().tenant(&house.riverside).await.unwrap().unwrap();
    let policy = ostiary_gate::domain::tenant::Policy { first_binding, ..tenant.policy };
    unit.tx().set_policy(&house.riverside, &policy, tenant.required_since).await.unwrap();
    unit.commit().await.unwrap();
}

async fn events(house: &House, tenant: &TenantId) -> Vec<Event> {
    let mut unit = house.desk.store.look().await.unwrap();
    let rows = unit.tx().log_of_tenant(tenant, house.clock.now().plus(Span(1)), 50).await.unwrap();
    rows.into_iter().map(|row| row.entry.event).collect()
}

#[tokio::test]
async fn the_mailed_code_is_sent_once_and_a_right_one_leads_on_and_proves_the_address() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = half(&house, "bob").await;
        assert_eq!(place(&house, &bob).await, Place::MailCode, "{}", house.name);
        let sent = mail_code::open(&house.desk, &bob.0, &bob.1).await.unwrap();
        assert_eq!(sent.to, "b•••@example.com");
        mail_code::open(&house.desk, &bob.0, &bob.1).await.unwrap();
        let code = code_in(&letters(&house).await);
        let wrong = mail_code::check(&house.desk, &bob.0, &bob.1, &other_than(&code)).await;
        assert!(matches!(wrong, Err(NoMailCode::Wrong)), "{}", house.name);
        let spelled = format!(" {} {} ", &code[..3], &code[3..]);
        mail_code::check(&house.desk, &bob.0, &bob.1, &spelled).await.unwrap();
        assert_eq!(place(&house, &bob).await, Place::Phone, "{}", house.name);
        let again = mail_code::check(&house.desk, &bob.0, &bob.1, &code).await;
        assert!(matches!(again, Err(NoMailCode::Next(Place::Phone))), "{}", house.name);
        let events = events(&house, &house.riverside).await;
        for event in [Event::MailCodeSent, Event::CodeWrong, Event::MailCodeAccepted] {
            assert_eq!(events.iter().filter(|e| **e == event).count(), 1, "{}: {event:?}", house.name);
        }
    }
}

#[tokio::test]
async fn after_five_wrong_tries_another_code_is_mailed_and_codes_and_guesses_are_limited() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = half(&house, "bob").await;
        let check = |typed: String| {
            let (desk, bob) = (house.desk.clone(), bob.clone());
            async move { mail_code::check(&desk, &bob.0, &bob.1, &typed).await }
        };
        mail_code::open(&house.desk, &bob.0, &bob.1).await.unwrap();
        let first = code_in(&letters(&house).await);
        for n in 0..5 {
            assert!(matches!(check(other_than(&first)).await, Err(NoMailCode::Wrong)), "{}: {n}", house.name);
        }
        assert!(matches!(check(first.clone()).await, Err(NoMailCode::Over)), "{}: its tries are over", house.name);
        let second = code_in(&letters(&house).await);
        for n in 0..4 {
            assert!(matches!(check(other_than(&second)).await, Err(NoMailCode::Wrong)), "{}: {n}", house.name);
        }
        // Ten guesses in an hour, over all codes: also the right one has to wait now.
        assert!(matches!(check(second).await, Err(NoMailCode::PausedUntil(_))), "{}", house.name);
        for _ in 0..3 {
            mail_code::again(&house.desk, &bob.0, &bob.1).await.unwrap();
        }
        let sixth = mail_code::again(&house.desk, &bob.0, &bob.1).await;
        assert!(matches!(sixth, Err(NoMailCode::PausedUntil(_))), "{}: five letters an hour", house.name);
        assert_eq!(letters(&house).await.len(), 3, "{}", house.name);
    }
}

#[tokio::test]
async fn a_mailed_code_works_ten_minutes_and_in_the_browser_that_asked() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let (here, there) = (half(&house, "bob").await, half(&house, "bob").await);
        mail_code::open(&house.desk, &here.0, &here.1).await.unwrap();
        let code = code_in(&letters(&house).await);
        let elsewhere = mail_code::check(&house.desk, &there.0, &there.1, &code).await;
        assert!(matches!(elsewhere, Err(NoMailCode::Over)), "{}: another visit", house.name);
        let stolen = mail_code::check(&house.desk, &here.0, &there.1, &code).await;
        assert!(matches!(stolen, Err(NoMailCode::VisitOver)), "{}: another browser", house.name);
        house.clock.advance(Span::minutes(10));
        let late = mail_code::check(&house.desk, &here.0, &here.1, &code).await;
        assert!(matches!(late, Err(NoMailCode::Over)), "{}", house.name);
    }
}

async fn give(house: &House, by: &PersonId, person: &PersonId, words: Words) -> Result<String, NotGiven> {
    let mut unit = house.desk.store.begin().await.unwrap();
    let helping = Helping { by: &Actor::Person(by.clone()), person, tenant: &house.riverside };
    let given = setup_code::give(unit.tx(), &helping, words, house.clock.now(), &*house.desk.dice).await;
    unit.settle(given).await.map(|given| given.code.shown().expose().to_owned())
}

#[tokio::test]
async fn a_set_up_code_works_where_the_two_words_are_and_there_only() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        set_first_binding(&house, FirstBinding::SetupCode).await;
        let (bob, thief) = (half(&house, "bob").await, half(&house, "bob").await);
        assert_eq!(place(&house, &bob).await, Place::SetUpCode, "{}", house.name);
        let ask = async |whose: &(VisitId, Browser)| setup_code::ask(&house.desk, &whose.0, &whose.1).await.unwrap();
        let (words, others) = (ask(&bob).await, ask(&thief).await);
        assert_eq!(ask(&bob).await, words, "{}: the same after a reload", house.name);
        let mut unit = house.desk.store.look().await.unwrap();
        let helping = Helping { by: &Actor::System, person: &house.bob, tenant: &house.riverside };
        let waiting = setup_code::waiting(unit.tx(), &helping, house.clock.now()).await.unwrap();
        assert!(waiting.len() == 2 && waiting.contains(&words) && waiting.contains(&others), "{}", house.name);
        drop(unit);
        let show = async |whose: &(VisitId, Browser), code: &str| {
            setup_code::show(&house.desk, &whose.0, &whose.1, code).await
        };
        assert!(matches!(show(&bob, "H4TQ-9KXM-2RWD").await, Err(NoSetUpCode::Wrong)), "{}: none yet", house.name);
        let code = give(&house, &house.dave, &house.bob, words).await.unwrap();
        assert!(matches!(show(&thief, &code).await, Err(NoSetUpCode::Wrong)), "{}: other words", house.name);
        assert_eq!(show(&bob, &code.to_lowercase()).await.unwrap(), house.riverside, "{}", house.name);
        assert_eq!(place(&house, &bob).await, Place::Phone, "{}", house.name);
        assert_eq!(place(&house, &thief).await, Place::SetUpCode, "{}", house.name);
        let events = events(&house, &house.riverside).await;
        assert!(events.contains(&Event::SetUpCodeGiven) && events.contains(&Event::SetUpCodeUsed), "{}", house.name);
    }
}

#[tokio::test]
async fn a_set_up_code_has_five_tries_and_fifteen_minutes() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        set_first_binding(&house, FirstBinding::SetupCode).await;
        let bob = half(&house, "bob").await;
        let show = async |code: &str| setup_code::show(&house.desk, &bob.0, &bob.1, code).await;
        let words = setup_code::ask(&house.desk, &bob.0, &bob.1).await.unwrap();
        let code = give(&house, &house.dave, &house.bob, words).await.unwrap();
        assert!(matches!(show("123456").await, Err(NoSetUpCode::NoCode(_))), "{}: no try", house.name);
        for _ in 0..5 {
            assert!(matches!(show("H4TQ-9KXM-2RWD").await, Err(NoSetUpCode::Wrong)), "{}", house.name);
        }
        assert!(matches!(show(&code).await, Err(NoSetUpCode::Over)), "{}", house.name);
        let code = give(&house, &house.dave, &house.bob, words).await.unwrap();
        house.clock.advance(Span::minutes(15));
        assert!(matches!(show(&code).await, Err(NoSetUpCode::Over)), "{}: too late", house.name);
        let code = give(&house, &house.dave, &house.bob, words).await.unwrap();
        assert!(show(&code).await.is_ok(), "{}: the words are still good", house.name);
    }
}

#[tokio::test]
async fn nobody_is_given_a_code_by_themselves_from_elsewhere_without_words_or_after_the_number_changed() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        set_first_binding(&house, FirstBinding::SetupCode).await;
        let bob = half(&house, "bob").await;
        let words = setup_code::ask(&house.desk, &bob.0, &bob.1).await.unwrap();
        let first = if words.first() == "acorn" { "anchor" } else { "acorn" };
        let second = if words.second() == "window" { "walnut" } else { "window" };
        let wrong = Words::read(first, second).unwrap();
        let name = house.name;
        assert!(matches!(give(&house, &house.bob, &house.bob, words).await, Err(NotGiven::Yourself)), "{name}");
        assert!(matches!(give(&house, &house.dave, &house.gina, words).await, Err(NotGiven::NotAMember)), "{name}");
        assert!(matches!(give(&house, &house.dave, &house.alice, words).await, Err(NotGiven::NoSuchWords)), "{name}");
        assert!(matches!(give(&house, &house.dave, &house.bob, wrong).await, Err(NotGiven::NoSuchWords)), "{name}");
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().set_phone(&house.bob, "+61491570006", &PhoneOrigin::Person, house.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
        assert!(matches!(give(&house, &house.dave, &house.bob, words).await, Err(NotGiven::SecondAdmin)), "{name}");
    }
}

/// The token of the reset link in the newest letters.
async fn reset_token(house: &House, email: &str) -> Secret {
    assert!(forgot::send(&house.desk, email).await.unwrap(), "{}: {email}", house.name);
    let token = letters(house).await.into_iter().find_map(|l| match l.letter {
        Letter::PasswordReset { token, .. } => Some(token),
        _ => None,
    });
    token.unwrap()
}

async fn reset(house: &House, token: &Secret, new: &str) -> Result<(), NotReset> {
    forgot::reset(&house.desk, &house.browser(), token, Secret::new(new)).await
}

async fn sign_in(house: &House, name: &str, password: &str) -> Result<Onward, DoorError> {
    let given = (&*format!("{name}@example.com"), Secret::new(password));
    door::sign_in(&house.desk, house.opening(&[]), &house.browser(), given, false).await
}

#[tokio::test]
async fn a_reset_ends_what_the_old_password_opened_and_leaves_the_second_factor_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let name = house.name;
        let alice = half(&house, "alice").await;
        let Ok(Onward::Code { .. }) = door::show_code(&house.desk, &alice.0, &alice.1, &house.code()).await else {
            panic!("{name}: alice was meant to get in");
        };
        let token = reset_token(&house, "alice@example.com").await;
        assert_eq!(forgot::look(&house.desk, &token).await.unwrap().as_deref(), Some("alice@example.com"), "{name}");
        let weak = reset(&house, &token, "riverside1").await;
        assert!(matches!(weak, Err(NotReset::Weak(TooWeak::Guessable))), "{name}: and the link is not spent");
        reset(&house, &token, NEW).await.unwrap();
        assert!(matches!(reset(&house, &token, NEW).await, Err(NotReset::NoLink)), "{name}: once");
        assert!(forgot::look(&house.desk, &token).await.unwrap().is_none(), "{name}");
        let mut unit = house.desk.store.look().await.unwrap();
        assert!(unit.tx().sessions_of(&house.alice).await.unwrap().is_empty(), "{name}: sessions end");
        let facts = unit.tx().person_facts(&house.alice, Known::AsPicture).await.unwrap().unwrap();
        assert_eq!(facts.authenticators.len(), 1, "{name}: the authenticator stays");
        drop(unit);
        assert!(matches!(sign_in(&house, "alice", PASSWORD).await, Err(DoorError::NotProved(_))), "{name}: old");
        assert!(matches!(sign_in(&house, "alice", NEW).await, Ok(Onward::Step { .. })), "{name}: the code is asked");
        let told = letters(&house).await;
        assert!(told.iter().any(|l| matches!(l.letter, Letter::News(_)) && l.not_me.is_some()), "{name}: and told");
        assert!(events(&house, &house.riverside).await.contains(&Event::PasswordReset), "{name}");
    }
}

#[tokio::test]
async fn a_reset_link_works_half_an_hour_is_replaced_by_a_newer_one_and_ends_with_its_address() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let name = house.name;
        let old = reset_token(&house, "bob@example.com").await;
        let newer = reset_token(&house, "bob@example.com").await;
        assert!(matches!(reset(&house, &old, NEW).await, Err(NotReset::NoLink)), "{name}: replaced");
        house.clock.advance(Span::minutes(30));
        assert!(matches!(reset(&house, &newer, NEW).await, Err(NotReset::NoLink)), "{name}: too late");
        assert!(matches!(reset(&house, &Secret::new("nonsense"), NEW).await, Err(NotReset::NoLink)), "{name}");
        let mut unit = house.desk.store.begin().await.unwrap();
        let disabled = ostiary_gate::domain::tenant::Standing::Disabled;
        unit.tx().set_person_standing(&house.bob, disabled, house.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
        assert!(!forgot::send(&house.desk, "bob@example.com").await.unwrap(), "{name}: a disabled person gets none");
        assert!(!forgot::send(&house.desk, "nobody@example.com").await.unwrap(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_use_one_reset_link_one_sets_the_password() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let token = reset_token(&house, "bob@example.com").await;
        let mut tries = JoinSet::new();
        for n in 0..32 {
            let (desk, token, browser) = (house.desk.clone(), token.clone(), house.browser());
            tries.spawn(async move {
                forgot::reset(&desk, &browser, &token, Secret::new(format!("{NEW} {n}"))).await.is_ok()
            });
        }
        let won = tries.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1, "{}", house.name);
    }
}

#[tokio::test]
async fn asking_answers_the_same_for_everybody_and_mails_those_who_are_there() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let name = house.name;
        let browser = house.browser();
        for typed in [" Bob@Example.com ", "nobody@example.com"] {
            forgot::ask(&house.desk, &browser, typed).await.unwrap();
        }
        for odd in ["bob", "@example.com", "bob@", "a b@example.com", "bob@example.com\r\nBcc: x@y"] {
            let asked = forgot::ask(&house.desk, &browser, odd).await;
            assert!(matches!(asked, Err(forgot::NotAsked::NotAnAddress)), "{name}: {odd}");
        }
        let mut told = vec![];
        for _ in 0..100 {
            told.extend(letters(&house).await);
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(told.iter().map(|l| &*l.address).collect::<Vec<_>>(), ["bob@example.com"], "{name}");
        for _ in 2..20 {
            forgot::ask(&house.desk, &browser, "nobody@example.com").await.unwrap();
        }
        for typed in ["bob@example.com", "nobody@example.com"] {
            let asked = forgot::ask(&house.desk, &browser, typed).await;
            assert!(matches!(asked, Err(forgot::NotAsked::PausedUntil(_))), "{name}: {typed}");
        }
    }
}
