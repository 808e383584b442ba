//! What people do about themselves, on both databases: the table of ends, the fresh code, and grants that go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{
        guard::Stop,
        people::{self, Checked},
        seat_tests::Seat,
        standing::{self, Standing},
        testing::{House, PASSWORD, houses},
    },
    factors::totp::{Seed, code_at},
    grants::door::{DoorError, Onward, arrive, sign_in},
    protocol::testing::web,
    store::Known,
};
use ostiary_gate::{
    domain::{
        audit::Event,
        client::{Algorithm, Client},
        ids::{GrantId, PersonId},
        secret::Secret,
        time::Span,
    },
    gate::Step,
};

const OFFLINE: [(&str, &str); 2] = [("scope", "openid offline_access"), ("prompt", "consent")];

impl House {
    async fn standing(&self, grant: &GrantId) -> Standing {
        self.set(async |tx, now| {
            let row = tx.grant(grant).await.unwrap().unwrap();
            standing::of_grant(tx, &row, now).await.unwrap()
        })
        .await
    }

    async fn events(&self, person: &PersonId) -> Vec<Event> {
        let far = self.clock.now().plus(Span::days(1));
        let rows = self.set(async |tx, _| tx.log_of_person(person, far, 50).await.unwrap()).await;
        rows.into_iter().map(|row| row.entry.event).collect()
    }

    /// The client `web` may keep what is suspended.
    async fn web_keeps(&self) {
        let client = Client { id_token_alg: Algorithm::ES256, keeps_suspended_grants: true, ..web() };
        self.set(async |tx, now| tx.put_client(&client, None, now).await.unwrap()).await;
    }

    /// Ticks the box of hilltop, as its admin would.
    async fn tick(&self) {
        self.set(async |tx, now| {
            let mut policy = tx.tenant(&self.hilltop).await.unwrap().unwrap().policy;
            policy.two_factor = ostiary_gate::domain::tenant::TwoFactor::Required;
            tx.set_policy(&self.hilltop, &policy, Some(now)).await.unwrap();
        })
        .await;
    }
}

fn needs_code<T>(answer: &Result<T, AccountError>) -> bool {
    matches!(answer, Err(AccountError::Stop(Stop::Step(Step::SecondFactor, _))))
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_keeps_offline_grants_unless_they_are_ticked() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        for (offline, left) in [(false, 1), (true, 0)] {
            let online = house.seat("gina", house.opening(&[])).await;
            let other = house.seat("gina", house.opening(&OFFLINE)).await;
            assert!(house.grants(&house.gina).await.len() >= 2, "{}", house.name);
            sign_out_everywhere(&house.desk, &online.caller, offline).await.unwrap();
            assert_eq!(house.grants(&house.gina).await.len(), left, "{} {offline}", house.name);
            for seat in [&online, &other] {
                let next = arrive(&house.desk, house.opening(&[]), &seat.browser).await;
                assert!(matches!(next, Ok(Onward::Step { step: Step::SignIn, .. })), "{}", house.name);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_is_signed_out_and_somebody_elses_is_not() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let here = house.seat("gina", house.own_page("/account", None)).await;
        let there = house.seat("gina", house.opening(&[])).await;
        let bob = house.seat("alice", house.own_page("/account", None)).await;
        let foreign = sign_out_of(&house.desk, &here.caller, &bob.caller.session).await;
        assert!(matches!(foreign, Err(AccountError::NotYours)), "{}", house.name);
        sign_out_of(&house.desk, &here.caller, &there.caller.session).await.unwrap();
        assert!(house.grants(&house.gina).await.is_empty(), "{}", house.name);
        let next = arrive(&house.desk, house.opening(&[]), &there.browser).await;
        assert!(matches!(next, Ok(Onward::Step { step: Step::SignIn, .. })), "{}", house.name);
        let twice = sign_out_of(&house.desk, &here.caller, &there.caller.session).await;
        assert!(matches!(twice, Err(AccountError::NotYours)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_needs_a_fresh_code_and_ends_other_sessions_but_not_this_one() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let here = house.seat("alice", house.own_page("/account", None)).await;
        house.clock.advance(Span::minutes(6));
        let there = house.seat("alice", house.opening(&[])).await;
        let new = || Secret::new("seven green ladders");
        let stale = change_password(&house.desk, &here.caller, new(), "").await;
        assert!(needs_code(&stale), "{}", house.name);
        house.clock.advance(Span::seconds(31));
        confirm(&house.desk, &here.caller, None, &house.code()).await.unwrap();
        let same = change_password(&house.desk, &here.caller, Secret::new(PASSWORD), "").await;
        assert!(matches!(same, Err(AccountError::SamePassword)), "{}", house.name);
        let weak = change_password(&house.desk, &here.caller, Secret::new("alice2026"), "").await;
        assert!(matches!(weak, Err(AccountError::Password(_))), "{}", house.name);
        change_password(&house.desk, &here.caller, new(), "").await.unwrap();
        assert!(house.grants(&house.alice).await.is_empty(), "what hung from the other session ended");
        let next = arrive(&house.desk, house.opening(&[]), &there.browser).await;
        assert!(matches!(next, Ok(Onward::Step { step: Step::SignIn, .. })), "{}", house.name);
        let (elsewhere, given) = (house.browser(), ("alice@example.com", Secret::new(PASSWORD)));
        let old = sign_in(&house.desk, house.opening(&[]), &elsewhere, given, false).await;
        assert!(matches!(old, Err(DoorError::NotProved(_))), "{}", house.name);
        assert!(house.events(&house.alice).await.contains(&Event::PasswordChanged));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_backup_codes_take_the_place_of_the_old_and_are_missing_until_they_are_saved() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let gina = house.seat("gina", house.own_page("/account", None)).await;
        let none = make_codes(&house.desk, &gina.caller).await;
        assert!(matches!(none, Err(AccountError::NotYours)), "{}: she has no authenticator", house.name);
        let alice = house.seat("alice", house.own_page("/account", None)).await;
        let made = make_codes(&house.desk, &alice.caller).await.unwrap();
        assert_eq!(made.codes.len(), 10, "{}", house.name);
        let next = arrive(&house.desk, house.own_page("/account", None), &alice.browser).await;
        assert!(matches!(next, Ok(Onward::Step { step: Step::Complete, .. })), "{}", house.name);
        codes_saved(&house.desk, &alice.caller).await.unwrap();
        let next = arrive(&house.desk, house.own_page("/account", None), &alice.browser).await;
        assert!(matches!(next, Ok(Onward::OwnPage { .. })), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_takes_the_old_ones_place_and_counts_no_further() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let Seat { browser, caller } = house.seat("alice", house.own_page("/account", None)).await;
        let shown = begin_replacing(&house.desk, &caller, &browser).await.unwrap();
        let again = begin_replacing(&house.desk, &caller, &browser).await.unwrap();
        assert_eq!(shown.key.expose(), again.key.expose(), "{}: a reload shows the same", house.name);
        let wrong = replace(&house.desk, &caller, &browser, &house.code(), false).await;
        assert!(matches!(wrong, Err(NotReplaced::WrongCode { .. })), "{}", house.name);
        let seed = Seed::from_base32(shown.key.expose()).unwrap();
        let old = house.code();
        replace(&house.desk, &caller, &browser, &code_at(&seed, house.clock.now()), true).await.unwrap();
        house.clock.advance(Span::seconds(31));
        assert!(confirm(&house.desk, &caller, None, &old).await.is_err(), "{}", house.name);
        assert!(confirm(&house.desk, &caller, None, &house.code()).await.is_err(), "the old one is gone");
        confirm(&house.desk, &caller, None, &code_at(&seed, house.clock.now())).await.unwrap();
        let facts =
            house.set(async |tx, _| tx.person_facts(&house.alice, Known::AsPicture).await.unwrap().unwrap()).await;
        assert_eq!(facts.authenticators.len(), 1, "{}", house.name);
        assert!(house.events(&house.alice).await.contains(&Event::AuthenticatorReplaced));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_alone_wakes_no_session_that_was_idle_too_long() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let alice = house.seat("alice", house.own_page("/account", None)).await;
        house.clock.advance(Span::minutes(61));
        let late = confirm(&house.desk, &alice.caller, None, &house.code()).await;
        assert!(matches!(late, Err(ConfirmError::Stop(Stop::Step(Step::SignIn, _)))), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_grant_goes_on_only_with_what_the_gate_missed_and_not_in_the_first_day() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        house.web_keeps().await;
        house.seat("gina", house.opening(&OFFLINE)).await;
        let grant = house.grants(&house.gina).await.pop().unwrap();
        house.tick().await;
        assert_eq!(house.standing(&grant).await, Standing::Suspended, "{}", house.name);
        // Gina sets up her phone, as enrolment would.
        house.enrol(&house.gina).await;
        let gina = house.seat("gina", house.own_page("/account", None)).await;
        assert_eq!(house.standing(&grant).await, Standing::Suspended, "enrolling wakes nothing");
        let soon = resume(&house.desk, &gina.caller, std::slice::from_ref(&grant)).await;
        assert!(matches!(soon, Err(AccountError::TooSoon)), "{}", house.name);
        house.clock.advance(Span::hours(25));
        let gina = house.seat("gina", house.own_page("/account", None)).await;
        let (paused, _) = house.set(async |tx, now| apps(tx, &house.gina, now).await.unwrap()).await;
        assert_eq!(paused.iter().map(|p| p.can_resume).collect::<Vec<_>>(), [true], "{}", house.name);
        house.clock.advance(Span::minutes(6));
        let stale = resume(&house.desk, &gina.caller, std::slice::from_ref(&grant)).await;
        assert!(needs_code(&stale), "{}", house.name);
        confirm(&house.desk, &gina.caller, None, &house.code()).await.unwrap();
        assert_eq!(resume(&house.desk, &gina.caller, std::slice::from_ref(&grant)).await.unwrap(), 1);
        assert_eq!(house.standing(&grant).await, Standing::Works, "{}", house.name);
        let alice = house.seat("alice", house.own_page("/account", None)).await;
        let foreign = resume(&house.desk, &alice.caller, std::slice::from_ref(&grant)).await;
        assert!(matches!(foreign, Err(AccountError::NotYours | AccountError::TooSoon)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_did_not_ask_for_it_is_replaced_and_never_resumed() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        house.seat("gina", house.opening(&OFFLINE)).await;
        let grant = house.grants(&house.gina).await.pop().unwrap();
        house.tick().await;
        house.enrol(&house.gina).await;
        house.clock.advance(Span::hours(25));
        let gina = house.seat("gina", house.own_page("/account", None)).await;
        let refused = resume(&house.desk, &gina.caller, &[grant]).await;
        assert!(matches!(refused, Err(AccountError::NotYours)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_what_an_app_was_allowed_ends_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let gina = house.seat("gina", house.opening(&OFFLINE)).await;
        let (_, allowed) = house.set(async |tx, now| apps(tx, &house.gina, now).await.unwrap()).await;
        assert_eq!(allowed.iter().map(|a| a.app.as_str()).collect::<Vec<_>>(), ["Bluegum Appointments"]);
        withdraw(&house.desk, &gina.caller, &web().id).await.unwrap();
        assert!(house.grants(&house.gina).await.is_empty(), "{}", house.name);
        let twice = withdraw(&house.desk, &gina.caller, &web().id).await;
        assert!(matches!(twice, Err(AccountError::NotYours)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_changes_only_with_a_second_factor_and_is_then_the_persons_own_word() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let gina = house.seat("gina", house.own_page("/account", None)).await;
        let none = change_phone(&house.desk, &gina.caller, ("AU", "0491 570 110"), "").await;
        assert!(matches!(none, Err(AccountError::NotYours)), "{}", house.name);
        let alice = house.seat("alice", house.own_page("/account", None)).await;
        change_phone(&house.desk, &alice.caller, ("AU", "0491 570 110"), "").await.unwrap();
        let row = house.set(async |tx, _| tx.person(&house.alice).await.unwrap().unwrap()).await;
        assert_eq!(row.phone.as_deref(), Some("+61491570110"), "{}", house.name);
        house.clock.advance(Span::seconds(31));
        let dave = house.at_the_console("dave", "riverside").await.caller;
        let alone = people::reset(&house.desk, &dave, &house.riverside, &house.alice, Checked::FaceToFace).await;
        assert!(matches!(alone, Err(people::PeopleError::SecondAdmin)), "{}", house.name);
    }
}
