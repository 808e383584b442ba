//! The door, on both databases: who gets a code, who is sent where, and what a session is made of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::door::{DoorError, Onward, arrive, go_on, show_code, sign_in};
use crate::acts::{
    prove::NotProved,
    session::Browser,
    testing::{House, PASSWORD, houses, with_cookie},
};
use ostiary_gate::{
    domain::{ids::VisitId, secret::Secret, time::Span},
    gate::{Refusal, Step},
};

async fn password(house: &House, browser: &Browser, name: &str, more: &[(&str, &str)]) -> Result<Onward, DoorError> {
    let email = format!("{name}@example.com");
    sign_in(&house.desk, house.opening(more), browser, (&email, Secret::new(PASSWORD)), false).await
}

fn step(onward: Result<Onward, DoorError>) -> (Step, Option<VisitId>) {
    match onward {
        Ok(Onward::Step { step, visit, .. }) => (step, visit),
        Ok(Onward::Refused { refusal, .. }) => panic!("refused: {refusal:?}"),
        Ok(_) => panic!("no step"),
        Err(error) => panic!("{error}"),
    }
}

fn code(onward: Result<Onward, DoorError>) -> Option<Secret> {
    match onward {
        Ok(Onward::Code { cookie, .. }) => cookie,
        Ok(Onward::Step { step, reasons, .. }) => panic!("{step:?} because {reasons:?}"),
        Ok(_) => panic!("no code"),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_enrolled_shows_password_and_code_and_the_next_app_asks_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let browser = house.browser();
        let (next, visit) = step(password(&house, &browser, "alice", &[]).await);
        assert_eq!(next, Step::SecondFactor, "{}", house.name);
        let visit = visit.unwrap();
        let wrong = show_code(&house.desk, &visit, &browser, "000000").await;
        assert!(matches!(wrong, Err(DoorError::NotProved(NotProved::WrongCode))), "{}", house.name);
        let other = show_code(&house.desk, &visit, &house.browser(), &house.code()).await;
        assert!(matches!(other, Err(DoorError::VisitOver)), "a visit works in its own browser only");
        let cookie = code(show_code(&house.desk, &visit, &browser, &house.code()).await).unwrap();
        let again = show_code(&house.desk, &visit, &browser, &house.code()).await;
        assert!(matches!(again, Err(DoorError::VisitOver)), "a visit ends once");
        let signed_in = with_cookie(&browser, Some(&cookie));
        assert!(code(arrive(&house.desk, house.opening(&[]), &signed_in).await).is_none(), "no new cookie");
        house.clock.advance(Span::minutes(1));
        let (next, visit) = step(arrive(&house.desk, house.opening(&[("prompt", "login")]), &signed_in).await);
        assert_eq!((next, visit), (Step::SignInAgain, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_by_without_what_the_clinic_requires() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let (next, visit) = step(password(&house, &house.browser(), "bob", &[]).await);
        assert_eq!(next, Step::Enrol, "{}", house.name);
        assert!(visit.is_some());
        assert!(code(password(&house, &house.browser(), "gina", &[]).await).is_some(), "hilltop asks for no second");
        let demanded = [("claims", r#"{"id_token":{"amr":{"essential":true,"value":"otp"}}}"#)];
        assert_eq!(step(password(&house, &house.browser(), "gina", &demanded).await).0, Step::Enrol);
        let never = [("claims", r#"{"id_token":{"amr":{"essential":true,"value":"face"}}}"#)];
        let refused = password(&house, &house.browser(), "gina", &never).await;
        assert!(matches!(refused, Ok(Onward::Refused { refusal: Refusal::Unmeetable, .. })), "{}", house.name);
        let (next, visit) = step(arrive(&house.desk, house.opening(&[("prompt", "none")]), &house.browser()).await);
        assert_eq!((next, visit), (Step::SignIn, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_belongs_to_two_clinics_says_which_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let browser = house.browser();
        let (next, visit) = step(password(&house, &browser, "dave", &[]).await);
        assert_eq!(next, Step::ChooseTenant, "{}", house.name);
        let visit = visit.unwrap();
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().set_visit_tenant(&visit, &house.hilltop).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(step(go_on(&house.desk, &visit, &browser).await).0, Step::SecondFactor, "their own factor");
        assert!(code(show_code(&house.desk, &visit, &browser, &house.code()).await).is_some());
        let pinned = password(&house, &house.browser(), "alice", &[("tenant", "hilltop")]).await;
        assert!(matches!(pinned, Ok(Onward::Refused { refusal: Refusal::NotAMember, .. })));
        let unknown = password(&house, &house.browser(), "alice", &[("tenant", "nowhere")]).await;
        assert!(matches!(unknown, Ok(Onward::Refused { refusal: Refusal::NotAMember, .. })));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_pause_a_name_and_a_known_browser_keeps_its_own_budget() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let known = house.browser();
        assert!(code(password(&house, &known, "gina", &[]).await).is_some());
        for name in ["gina@example.com", "nobody@example.com"] {
            for _ in 0..10 {
                let given = (name, Secret::new("wrong"));
                let answer = sign_in(&house.desk, house.opening(&[]), &house.browser(), given, false).await;
                assert!(matches!(answer, Err(DoorError::NotProved(NotProved::WrongPassword))), "{name}");
            }
            let given = (name, Secret::new(PASSWORD));
            let answer = sign_in(&house.desk, house.opening(&[]), &house.browser(), given, false).await;
            assert!(matches!(answer, Err(DoorError::NotProved(NotProved::PausedUntil(_)))), "{name}");
        }
        assert!(code(password(&house, &known, "gina", &[]).await).is_some(), "her own browser still works");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_show_one_code_at_once_one_is_let_in() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut visits = Vec::new();
        for _ in 0..8 {
            let browser = house.browser();
            let (_, visit) = step(password(&house, &browser, "alice", &[]).await);
            visits.push((browser, visit.unwrap()));
        }
        let now = house.code();
        let mut tries = tokio::task::JoinSet::new();
        for (browser, visit) in visits {
            let (desk, now) = (house.desk.clone(), now.clone());
            tries.spawn(async move { show_code(&desk, &visit, &browser, &now).await });
        }
        let answers = tries.join_all().await;
        let in_ = answers.iter().filter(|a| matches!(a, Ok(Onward::Code { .. }))).count();
        let out = answers
            .iter()
            .filter(|a| matches!(a, Err(DoorError::NotProved(NotProved::UsedCode | NotProved::PausedUntil(_)))))
            .count();
        assert_eq!((in_, out), (1, 7), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_asks_an_admin_for_a_second_factor_box_or_no_box() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let browser = house.browser();
        let given = ("dave@example.com", Secret::new(PASSWORD));
        let page = house.own_page("/console/hilltop", Some("hilltop"));
        let (next, visit) = step(sign_in(&house.desk, page, &browser, given, false).await);
        assert_eq!(next, Step::SecondFactor);
        let onward = show_code(&house.desk, &visit.unwrap(), &browser, &house.code()).await;
        assert!(matches!(onward, Ok(Onward::OwnPage { cookie: Some(_), .. })), "{}", house.name);
        let mut unit = house.desk.store.look().await.unwrap();
        let at = unit.tx().last_signed_in(&house.dave, &house.hilltop).await.unwrap();
        assert_eq!(at, Some(house.clock.now()), "{}: it stands in the clinic's log", house.name);
        assert_eq!(unit.tx().last_signed_in(&house.dave, &house.riverside).await.unwrap(), None, "and in no other's");
        let given = ("gina@example.com", Secret::new(PASSWORD));
        let page = house.own_page("/account", None);
        let onward = sign_in(&house.desk, page, &house.browser(), given, false).await;
        assert!(matches!(onward, Ok(Onward::OwnPage { cookie: Some(_), .. })), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_idled_too_long_is_taken_up_again_by_signing_in_and_one_past_its_end_is_followed_by_another() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let browser = house.browser();
        let cookie = code(password(&house, &browser, "gina", &[]).await);
        let browser = with_cookie(&browser, cookie.as_ref());
        house.clock.advance(Span::minutes(61));
        assert_eq!(step(arrive(&house.desk, house.opening(&[]), &browser).await), (Step::SignIn, None));
        let cookie = code(password(&house, &browser, "gina", &[]).await);
        let browser = with_cookie(&browser, cookie.as_ref());
        assert!(code(arrive(&house.desk, house.opening(&[]), &browser).await).is_none(), "{}", house.name);
        assert_eq!(sessions(&house, "gina").await, 1, "the same session");
        house.clock.advance(Span::hours(24));
        let cookie = code(password(&house, &browser, "gina", &[]).await);
        let browser = with_cookie(&browser, cookie.as_ref());
        assert!(code(arrive(&house.desk, house.opening(&[]), &browser).await).is_none(), "{}", house.name);
        assert_eq!(sessions(&house, "gina").await, 1, "the old one ended");
    }
}

async fn sessions(house: &House, name: &str) -> usize {
    let mut unit = house.desk.store.look().await.unwrap();
    let person = unit.tx().person_by_email(&format!("{name}@example.com")).await.unwrap().unwrap();
    unit.tx().sessions_of(&person).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_in_this_browser_ends_the_former_session_and_their_half_finished_visits() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let browser = house.browser();
        let cookie = code(password(&house, &browser, "gina", &[]).await);
        let browser = with_cookie(&browser, cookie.as_ref());
        let (_, halfway) = step(password(&house, &browser, "bob", &[]).await);
        let (_, visit) = step(password(&house, &browser, "alice", &[]).await);
        code(show_code(&house.desk, &visit.unwrap(), &browser, &house.code()).await);
        assert_eq!(sessions(&house, "gina").await, 0, "{}", house.name);
        let answer = go_on(&house.desk, &halfway.unwrap(), &browser).await;
        assert!(matches!(answer, Err(DoorError::VisitOver)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_again_in_the_middle_is_not_asked_for_the_clinic_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let browser = house.browser();
        let (_, visit) = step(password(&house, &browser, "dave", &[("tenant", "hilltop")]).await);
        let cookie = code(show_code(&house.desk, &visit.unwrap(), &browser, &house.code()).await);
        let browser = with_cookie(&browser, cookie.as_ref());
        house.clock.advance(Span::minutes(1));
        let again = house.opening(&[("prompt", "login")]);
        let (next, visit) = step(arrive(&house.desk, again.clone(), &browser).await);
        assert_eq!(next, Step::ChooseTenant, "{}", house.name);
        let visit = visit.unwrap();
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().set_visit_tenant(&visit, &house.hilltop).await.unwrap();
        unit.commit().await.unwrap();
        let Ok(Onward::Step { step: Step::SignInAgain, purpose, .. }) = go_on(&house.desk, &visit, &browser).await
        else {
            panic!("{}: signs in again", house.name);
        };
        let opening = crate::acts::visit::Opening { purpose: *purpose, ..again };
        let (next, _) = step(arrive(&house.desk, opening, &browser).await);
        assert_eq!(next, Step::SignInAgain, "{}", house.name);
    }
}
