//! Set-up on both databases, by the road of real visits: a password, the acts, and the gate asked after each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{
        session::Browser,
        testing::{House, PASSWORD, houses, with_cookie},
        visit::Opening,
    },
    factors::totp::{Seed, code_at},
    grants::door::{self, Onward},
    store::{LogRow, Which},
};
use ostiary_gate::{
    domain::{
        amr::{Factor, Reach},
        audit::Event,
        ids::{PersonId, TenantId, VisitId},
        person::Person,
        secret::Secret,
        tenant::{FirstBinding, TwoFactor},
    },
    gate::Step,
};
use tokio::task::JoinSet;

mod binding;
mod keeping;

/// Somebody in a browser, on a visit.
#[derive(Clone)]
pub(in crate::acts) struct Walker {
    pub browser: Browser,
    pub visit: VisitId,
}

pub(in crate::acts) async fn walk_in(house: &House, name: &str, opening: Opening, browser: Browser) -> (Walker, Step) {
    let given = (&*format!("{name}@example.com"), Secret::new(PASSWORD));
    match door::sign_in(&house.desk, opening, &browser, given, false).await {
        Ok(Onward::Step { step, visit: Some(visit), .. }) => (Walker { browser, visit }, step),
        Ok(_) => panic!("{name} was let in or refused at once"),
        Err(e) => panic!("{name}: {e}"),
    }
}

/// Bob of riverside, whose password was right.
async fn bob(house: &House) -> Walker {
    let (bob, step) = walk_in(house, "bob", house.opening(&[]), house.browser()).await;
    assert_eq!(step, Step::Enrol);
    bob
}

impl Walker {
    pub async fn scene(&self, house: &House) -> Scene {
        look(&house.desk, &self.visit, &self.browser).await.unwrap_or_else(|e| panic!("{e}"))
    }
    pub async fn place(&self, house: &House) -> Place {
        self.scene(house).await.place()
    }
    pub async fn phone(&self, house: &House, typed: &str) -> Result<(), NotEnrolled> {
        phone::put(&house.desk, &self.visit, &self.browser, "AU", typed).await
    }
    pub async fn shown(&self, house: &House) -> Result<link::Shown, NotEnrolled> {
        link::show(&house.desk, &self.visit, &self.browser).await
    }
    /// The code that the app shows which scanned this browser's key.
    pub async fn code(&self, house: &House, ahead: Span) -> String {
        let shown = self.shown(house).await.unwrap_or_else(|e| panic!("{e}"));
        code_at(&Seed::from_base32(shown.key.expose()).unwrap(), house.clock.now().plus(ahead))
    }
    pub async fn confirm(&self, house: &House, typed: &str) -> Result<(), NotEnrolled> {
        link::confirm(&house.desk, &self.visit, &self.browser, typed).await
    }
    pub async fn codes(&self, house: &House) -> Result<codes::Shown, NotEnrolled> {
        codes::show(&house.desk, &self.visit, &self.browser).await
    }
    pub async fn saved(&self, house: &House) -> Result<(), NotEnrolled> {
        codes::saved(&house.desk, &self.visit, &self.browser).await
    }
    pub async fn go_on(&self, house: &House) -> Onward {
        door::go_on(&house.desk, &self.visit, &self.browser).await.unwrap_or_else(|e| panic!("{e}"))
    }
    /// As the mailed code's act does.
    pub async fn prove_mailbox(&self, house: &House) {
        let (mut unit, mut scene) =
            begin(&house.desk, &self.visit, &self.browser).await.unwrap_or_else(|e| panic!("{e}"));
        scene.progress.binding_allowed = Some(scene.now);
        scene.save(unit.tx()).await.unwrap();
        unit.commit().await.unwrap();
    }
    /// As the set-up code's act does.
    pub async fn show_set_up_code(&self, house: &House, tenant: &TenantId) {
        let (mut unit, mut scene) =
            begin(&house.desk, &self.visit, &self.browser).await.unwrap_or_else(|e| panic!("{e}"));
        scene.progress.set_up_for.push(tenant.clone());
        scene.save(unit.tx()).await.unwrap();
        unit.commit().await.unwrap();
    }
    /// Through everything up to a confirmed app.
    pub async fn bind(&self, house: &House) {
        self.prove_mailbox(house).await;
        if self.place(house).await == Place::Phone {
            self.phone(house, "0412 345 678").await.unwrap();
        }
        let code = self.code(house, Span::ZERO).await;
        self.confirm(house, &code).await.unwrap_or_else(|e| panic!("{e}"));
    }
}

pub(in crate::acts) async fn facts(house: &House, person: &PersonId) -> Person {
    let mut unit = house.desk.store.look().await.unwrap();
    unit.tx().person_facts(person, crate::store::Known::AsPicture).await.unwrap().unwrap()
}

pub(in crate::acts) async fn log(house: &House, tenant: &TenantId) -> Vec<Event> {
    let mut unit = house.desk.store.look().await.unwrap();
    let rows = unit.tx().log_of_tenant(tenant, house.clock.now().plus(Span::days(1)), 100).await.unwrap();
    rows.into_iter().map(|LogRow { entry, .. }| entry.event).collect()
}

pub(in crate::acts) async fn change(
    house: &House,
    tenant: &TenantId,
    first_binding: FirstBinding,
    two_factor: TwoFactor,
) {
    let mut unit = house.desk.store.begin().await.unwrap();
    let mut policy = unit.tx().tenant(tenant).await.unwrap().unwrap().policy;
    policy.first_binding = first_binding;
    policy.two_factor = two_factor;
    let since = (two_factor == TwoFactor::Required).then(|| house.clock.now());
    unit.tx().set_policy(tenant, &policy, since).await.unwrap();
    unit.commit().await.unwrap();
}

async fn join(house: &House, person: &PersonId, tenant: &TenantId) {
    use ostiary_gate::domain::person::{MembershipState, Role};
    let mut unit = house.desk.store.begin().await.unwrap();
    let new = Tx::new_membership(tenant.clone(), Role::Member, MembershipState::Live, house.clock.now());
    unit.tx().put_membership(person, &new).await.unwrap();
    unit.commit().await.unwrap();
}
use crate::store::Tx;

#[tokio::test]
async fn who_never_enrolled_is_led_through_every_step_in_order_and_out_with_a_code() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        assert_eq!(bob.place(&house).await, Place::MailCode, "{}", house.name);
        bob.prove_mailbox(&house).await;
        assert_eq!(bob.place(&house).await, Place::Phone);
        bob.phone(&house, "0412 345 678").await.unwrap();
        assert_eq!(bob.place(&house).await, Place::App);
        let code = bob.code(&house, Span::ZERO).await;
        assert_eq!(bob.place(&house).await, Place::Link);
        bob.confirm(&house, &code).await.unwrap();
        assert_eq!(bob.place(&house).await, Place::Codes);
        assert!(matches!(bob.go_on(&house).await, Onward::Step { step: Step::Complete, .. }));
        let shown = bob.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((shown.codes.len(), shown.may_wait), (10, true));
        bob.saved(&house).await.unwrap();
        let Onward::Code { cookie, .. } = bob.go_on(&house).await else { panic!("{}: no code", house.name) };
        // The code that proved the binding is the session's second factor: nothing is asked again.
        let browser = with_cookie(&bob.browser, cookie.as_ref());
        let again = door::arrive(&house.desk, house.opening(&[]), &browser).await;
        assert!(matches!(again, Ok(Onward::Code { .. })), "{}", house.name);
        let facts = facts(&house, &house.bob).await;
        assert!(facts.has_phone && facts.codes_saved && facts.has_totp(&house.riverside));
        assert_eq!(facts.authenticators[0].reach, Reach::everywhere());
        let log = log(&house, &house.riverside).await;
        for event in [
            Event::PhoneChanged,
            Event::EnrolmentStarted,
            Event::AuthenticatorConfirmed,
            Event::BackupCodesMade,
            Event::BackupCodesSaved,
        ] {
            assert_eq!(log.iter().filter(|e| **e == event).count(), 1, "{}: {event:?}", house.name);
        }
    }
}

#[tokio::test]
async fn no_step_is_taken_before_its_turn_or_without_the_password() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        let next = |answer: Result<(), NotEnrolled>| match answer {
            Err(NotEnrolled::Next(place)) => place,
            other => panic!("{}: {other:?}", house.name),
        };
        assert_eq!(next(bob.phone(&house, "0412 345 678").await), Place::MailCode);
        assert_eq!(next(bob.shown(&house).await.map(drop)), Place::MailCode);
        assert_eq!(next(bob.confirm(&house, "123456").await), Place::MailCode);
        assert_eq!(next(bob.codes(&house).await.map(drop)), Place::MailCode);
        assert_eq!(next(bob.saved(&house).await), Place::MailCode);
        bob.prove_mailbox(&house).await;
        assert_eq!(next(bob.shown(&house).await.map(drop)), Place::Phone, "the phone cannot be skipped");
        // Nobody saved what they were not shown.
        bob.bind(&house).await;
        assert_eq!(next(bob.saved(&house).await), Place::Codes);
        assert!(!facts(&house, &house.bob).await.codes_saved);
        // Another browser has no part in this visit.
        let thief = Walker { browser: house.browser(), visit: bob.visit.clone() };
        assert!(matches!(thief.codes(&house).await.map(drop), Err(NotEnrolled::VisitOver)), "{}", house.name);
    }
}

#[tokio::test]
async fn a_secret_survives_wrong_codes_reloads_back_and_a_night_in_its_browser_and_another_browser_has_its_own() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let here = bob(&house).await;
        here.prove_mailbox(&house).await;
        here.phone(&house, "0412 345 678").await.unwrap();
        let key = here.shown(&house).await.unwrap_or_else(|e| panic!("{e}")).key;
        for _ in 0..3 {
            assert!(matches!(here.confirm(&house, "000000").await, Err(NotEnrolled::WrongCode { .. })));
            assert_eq!(here.shown(&house).await.unwrap_or_else(|e| panic!("{e}")).key.expose(), key.expose());
        }
        let (there, _) = walk_in(&house, "bob", house.opening(&[]), house.browser()).await;
        there.prove_mailbox(&house).await;
        phone::keep(&house.desk, &there.visit, &there.browser).await.unwrap();
        let other = there.shown(&house).await.unwrap_or_else(|e| panic!("{e}")).key;
        assert_ne!(other.expose(), key.expose(), "{}", house.name);
        let code = there.code(&house, Span::ZERO).await;
        assert!(matches!(here.confirm(&house, &code).await, Err(NotEnrolled::WrongCode { .. })), "not this browser's");
        // The visit runs out overnight; the same browser comes back with the password.
        house.clock.advance(Span::hours(15));
        assert!(matches!(look(&house.desk, &here.visit, &here.browser).await.map(drop), Err(NotEnrolled::VisitOver)));
        let (again, _) = walk_in(&house, "bob", house.opening(&[]), here.browser.clone()).await;
        again.prove_mailbox(&house).await;
        phone::keep(&house.desk, &again.visit, &again.browser).await.unwrap();
        assert_eq!(again.place(&house).await, Place::Link);
        assert_eq!(again.shown(&house).await.unwrap_or_else(|e| panic!("{e}")).key.expose(), key.expose());
        // After a day it is another one.
        house.clock.advance(Span::hours(10));
        let (late, _) = walk_in(&house, "bob", house.opening(&[]), here.browser.clone()).await;
        late.prove_mailbox(&house).await;
        phone::keep(&house.desk, &late.visit, &late.browser).await.unwrap();
        assert_eq!(late.place(&house).await, Place::App, "{}", house.name);
        assert!(matches!(late.confirm(&house, "123456").await, Err(NotEnrolled::NewKey)));
        assert_ne!(late.shown(&house).await.unwrap_or_else(|e| panic!("{e}")).key.expose(), key.expose());
    }
}

#[tokio::test]
async fn a_phone_whose_clock_is_off_is_told_so_and_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        bob.prove_mailbox(&house).await;
        bob.phone(&house, "0412 345 678").await.unwrap();
        for minutes in [-4, -2, 2, 4] {
            let code = bob.code(&house, Span::minutes(minutes)).await;
            match bob.confirm(&house, &code).await {
                Err(NotEnrolled::WrongCode { drift: Some(drift), .. }) => assert_eq!(drift, Span::minutes(minutes)),
                other => panic!("{}: {other:?}", house.name),
            }
        }
        assert!(facts(&house, &house.bob).await.authenticators.is_empty(), "{}", house.name);
        let far = bob.code(&house, Span::hours(3)).await;
        let answer = bob.confirm(&house, &far).await;
        assert!(matches!(answer, Err(NotEnrolled::WrongCode { again: true, drift: None })), "{answer:?}");
    }
}

#[tokio::test]
async fn tries_at_linking_are_limited_and_what_is_no_code_is_no_try() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        bob.prove_mailbox(&house).await;
        bob.phone(&house, "0412 345 678").await.unwrap();
        bob.shown(&house).await.unwrap_or_else(|e| panic!("{e}"));
        for _ in 0..30 {
            assert!(matches!(bob.confirm(&house, "12345").await, Err(NotEnrolled::NoCode(_))));
        }
        for _ in 0..10 {
            assert!(matches!(bob.confirm(&house, "000000").await, Err(NotEnrolled::WrongCode { .. })));
        }
        let right = bob.code(&house, Span::ZERO).await;
        assert!(matches!(bob.confirm(&house, &right).await, Err(NotEnrolled::PausedUntil(_))), "{}", house.name);
        house.clock.advance(Span::minutes(5));
        let right = bob.code(&house, Span::ZERO).await;
        bob.confirm(&house, &right).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_confirm_at_once_one_binds_and_the_others_learn_what_is_next() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        bob.prove_mailbox(&house).await;
        bob.phone(&house, "0412 345 678").await.unwrap();
        let code = bob.code(&house, Span::ZERO).await;
        let mut tries = JoinSet::new();
        for _ in 0..32 {
            let (desk, bob, code) = (house.desk.clone(), bob.clone(), code.clone());
            tries.spawn(async move { link::confirm(&desk, &bob.visit, &bob.browser, &code).await });
        }
        let tries = tries.join_all().await;
        assert_eq!(tries.iter().filter(|t| t.is_ok()).count(), 1, "{}", house.name);
        assert_eq!(tries.iter().filter(|t| matches!(t, Err(NotEnrolled::Next(Place::Codes)))).count(), 31);
        assert_eq!(facts(&house, &house.bob).await.authenticators.len(), 1);
        // And the code that confirmed is used up.
        let (later, step) = walk_in(&house, "bob", house.opening(&[]), house.browser()).await;
        assert_eq!(step, Step::SecondFactor);
        let replay = door::show_code(&house.desk, &later.visit, &later.browser, &code).await;
        assert!(matches!(replay, Err(door::DoorError::NotProved(crate::acts::prove::NotProved::UsedCode))));
    }
}

#[tokio::test]
async fn the_first_confirmation_ends_what_others_hold_and_keeps_what_is_done_offline() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        // Gina of hilltop, where the box is off, is signed in on two browsers, and half on a third.
        let mut cookies = vec![];
        for _ in 0..2 {
            let browser = house.browser();
            let given = ("gina@example.com", Secret::new(PASSWORD));
            match door::sign_in(&house.desk, house.opening(&[]), &browser, given, false).await {
                Ok(Onward::Code { cookie, .. }) => cookies.push(with_cookie(&browser, cookie.as_ref())),
                _ => panic!("{}", house.name),
            }
        }
        let [own, other] = <[Browser; 2]>::try_from(cookies).unwrap();
        let demanding =
            [("claims", r#"{"id_token":{"acr":{"essential":true,"values":["https://refeds.org/profile/mfa"]}}}"#)];
        let (half, step) = walk_in(&house, "gina", house.opening(&demanding), house.browser()).await;
        assert_eq!(step, Step::Enrol, "{}", house.name);
        let Ok(Onward::Step { visit: Some(visit), .. }) =
            door::arrive(&house.desk, house.opening(&demanding), &own).await
        else {
            panic!("{}", house.name)
        };
        let gina = Walker { browser: own.clone(), visit };
        gina.bind(&house).await;
        let mut unit = house.desk.store.begin().await.unwrap();
        let sessions = unit.tx().sessions_of(&house.gina).await.unwrap();
        assert_eq!(sessions.len(), 1, "{}: only the one in which she confirmed", house.name);
        assert_eq!(Some(sessions[0].id().unwrap()), own.session(unit.tx()).await.unwrap().map(|s| s.id().unwrap()));
        assert!(other.session(unit.tx()).await.unwrap().is_none());
        // Of the two online grants, the other browser's has ended: one is left to end.
        let left =
            unit.tx().end_grants(Which::OfPerson(&house.gina), crate::store::End::All, "test", house.clock.now()).await;
        assert_eq!(left.unwrap(), 1, "{}", house.name);
        drop(unit);
        assert!(matches!(look(&house.desk, &half.visit, &half.browser).await.map(drop), Err(NotEnrolled::VisitOver)));
        // Box off and no clinic asks: still she is asked for her own from now on.
        let (_, step) = walk_in(&house, "gina", house.opening(&[]), house.browser()).await;
        assert_eq!(step, Step::SecondFactor, "{}", house.name);
    }
}

/// As the admin's act does.
pub(in crate::acts) async fn reset(house: &House, person: &PersonId, tenant: &TenantId) {
    let before = facts(house, person).await;
    let mut unit = house.desk.store.begin().await.unwrap();
    for a in before.authenticators {
        unit.tx().set_reach(person, &a.id, &a.reach.without(tenant)).await.unwrap();
    }
    for mut m in before.memberships {
        if m.tenant == *tenant {
            m.reset_waiting = Some(house.clock.now());
            m.proofs_not_before = house.clock.now();
            unit.tx().put_membership(person, &m).await.unwrap();
        }
    }
    unit.commit().await.unwrap();
}
