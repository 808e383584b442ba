//! Recovery codes and the rolling back of a binding, on both databases, by the road of real visits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{
        enrol::{
            Place, phone,
            tests::{Walker, facts, log, reset, walk_in},
        },
        letters::Disputed,
        testing::{House, PASSWORD, SEED, houses, with_cookie},
    },
    crypto::dice,
    factors::totp::{Seed, code_at},
    grants::door::{self, DoorError, Onward},
    store::{LinkKind, NewOneTime},
};
use ostiary_gate::domain::{
    amr::{Factor, Reach},
    ids::PersonId,
    secret::Secret,
    tenant::Policy,
};
use tokio::task::JoinSet;

const CODES: [&str; 3] = ["4RTKB9WMPH7CQXD", "7HXDQ2FNKQ3VM8T", "KQ3VM8TCWX2NRJD"];

/// Alice, with three codes on file, who does not have her phone.
async fn alice(house: &House) -> Walker {
    keep_codes(house, &house.alice).await;
    let (alice, step) = walk_in(house, "alice", house.opening(&[]), house.browser()).await;
    assert_eq!(step, Step::SecondFactor, "{}", house.name);
    alice
}

async fn keep_codes(house: &House, person: &PersonId) {
    let mut unit = house.desk.store.begin().await.unwrap();
    let codes = CODES.map(str::to_owned);
    unit.tx().put_recovery_codes(person, &codes, house.clock.now()).await.unwrap();
    unit.tx().set_codes_saved(person, house.clock.now()).await.unwrap();
    unit.commit().await.unwrap();
}

async fn try_code(house: &House, who: &Walker, typed: &str) -> Result<i64, NotRecovered> {
    use_code(&house.desk, &who.visit, &who.browser, typed).await
}

#[tokio::test]
async fn a_recovery_code_binds_a_new_authenticator_in_place_of_the_lost_one_and_opens_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let alice = alice(&house).await;
        assert_eq!(try_code(&house, &alice, "4rtkb-9wmph-7cqxd").await.unwrap(), 2, "{}", house.name);
        // Not a factor: the gate asks for the second one as before, and no session was made.
        assert!(matches!(alice.go_on(&house).await, Onward::Step { step: Step::SecondFactor, .. }));
        assert_eq!(alice.place(&house).await, Place::App, "{}", house.name);
        let change = phone::put(&house.desk, &alice.visit, &alice.browser, "AU", "0412 345 678").await;
        assert!(change.is_err(), "{}: the number may not be touched", house.name);
        let code = alice.code(&house, Span::ZERO).await;
        alice.confirm(&house, &code).await.unwrap();
        let Onward::Code { cookie, .. } = alice.go_on(&house).await else { panic!("{}", house.name) };
        let facts = facts(&house, &house.alice).await;
        assert_eq!(facts.authenticators.len(), 1, "{}: the lost one is gone", house.name);
        assert_eq!(facts.authenticators[0].reach, Reach::everywhere());
        // What the session shows is what was really shown.
        let browser = with_cookie(&alice.browser, cookie.as_ref());
        let mut unit = house.desk.store.begin().await.unwrap();
        let shown = browser.session(unit.tx()).await.unwrap().unwrap().proofs().unwrap();
        let new = Some(facts.authenticators[0].id.clone());
        assert!(shown.iter().all(|p| p.factor == Factor::Password || p.authenticator == new), "{}", house.name);
        drop(unit);
        let old = code_at(&Seed::from_base32(SEED).unwrap(), house.clock.now());
        let (next, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        assert!(matches!(
            door::show_code(&house.desk, &next.visit, &next.browser, &old).await,
            Err(DoorError::NotProved(crate::acts::prove::NotProved::WrongCode))
        ));
        let log = log(&house, &house.riverside).await;
        assert!(log.contains(&Event::BackupCodeUsed) && log.contains(&Event::AuthenticatorReplaced), "{}", house.name);
    }
}

#[tokio::test]
async fn a_code_works_once_in_whatever_spelling_and_only_after_the_password() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let first = alice(&house).await;
        try_code(&house, &first, CODES[0]).await.unwrap();
        assert!(matches!(try_code(&house, &first, CODES[0]).await, Err(NotRecovered::Elsewhere)));
        for spelled in ["4RTKB9WMPH7CQXD", "4rtkb-9wmph-7cqxd", " 4rtkb 9wmph 7cqxd"] {
            let (again, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
            assert!(matches!(try_code(&house, &again, spelled).await, Err(NotRecovered::UsedCode)), "{spelled}");
        }
        let (again, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        assert!(matches!(try_code(&house, &again, "22222-22222-22222").await, Err(NotRecovered::WrongCode)));
        assert!(matches!(try_code(&house, &again, "123456").await, Err(NotRecovered::NoCode(_))));
        // Whoever has nothing to recover has no use for it.
        let (bob, _) = walk_in(&house, "bob", house.opening(&[]), house.browser()).await;
        assert!(matches!(try_code(&house, &bob, CODES[1]).await, Err(NotRecovered::Elsewhere)), "{}", house.name);
        // And nobody spends another's.
        keep_codes(&house, &house.dave).await;
        let (dave, _) = walk_in(&house, "dave", house.opening(&[("tenant", "riverside")]), house.browser()).await;
        assert_eq!(try_code(&house, &dave, CODES[1]).await.unwrap(), 2, "{}: his own set", house.name);
        let mut unit = house.desk.store.look().await.unwrap();
        assert_eq!(unit.tx().recovery_codes_left(&house.alice).await.unwrap(), 2, "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_spend_one_code_at_once_one_recovers() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut walkers = vec![alice(&house).await];
        for _ in 1..32 {
            walkers.push(walk_in(&house, "alice", house.opening(&[]), house.browser()).await.0);
        }
        let mut tries = JoinSet::new();
        for who in walkers {
            let desk = house.desk.clone();
            tries.spawn(async move { use_code(&desk, &who.visit, &who.browser, CODES[0]).await });
        }
        let tries = tries.join_all().await;
        assert_eq!(tries.iter().filter(|t| t.is_ok()).count(), 1, "{}", house.name);
        // The winner ended the other visits.
        assert!(tries.iter().all(|t| matches!(t, Ok(2) | Err(NotRecovered::VisitOver))), "{}: {tries:?}", house.name);
    }
}

#[tokio::test]
async fn using_one_ends_all_that_the_person_holds_anywhere_and_this_visit_stands_alone() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        keep_codes(&house, &house.alice).await;
        let signed_in = house.browser();
        let (half, _) = walk_in(&house, "alice", house.opening(&[]), signed_in.clone()).await;
        let Ok(Onward::Code { cookie, .. }) =
            door::show_code(&house.desk, &half.visit, &half.browser, &house.code()).await
        else {
            panic!("{}", house.name)
        };
        let browser = with_cookie(&signed_in, cookie.as_ref());
        let (other, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        // The clinic wants a fresh code of a session that goes on. The phone is gone by then.
        house
            .set(async |tx, _| {
                let tenant = tx.tenant(&house.riverside).await.unwrap().unwrap();
                let policy = Policy { second_factor_max_age: Some(Span::minutes(1)), ..tenant.policy };
                tx.set_policy(&house.riverside, &policy, tenant.required_since).await.unwrap();
            })
            .await;
        house.clock.advance(Span::minutes(2));
        let Ok(Onward::Step { step: Step::SecondFactor, visit: Some(visit), .. }) =
            door::arrive(&house.desk, house.opening(&[]), &browser).await
        else {
            panic!("{}", house.name)
        };
        let alice = Walker { browser: browser.clone(), visit };
        assert!(alice.scene(&house).await.row.session().unwrap().is_some(), "{}", house.name);
        try_code(&house, &alice, CODES[0]).await.unwrap();
        let mut unit = house.desk.store.begin().await.unwrap();
        assert!(unit.tx().sessions_of(&house.alice).await.unwrap().is_empty(), "{}", house.name);
        let left = unit.tx().end_grants(Which::OfPerson(&house.alice), End::All, "test", house.clock.now()).await;
        assert_eq!(left.unwrap(), 0, "{}: no grant is left to end", house.name);
        drop(unit);
        assert!(matches!(
            crate::acts::enrol::look(&house.desk, &other.visit, &other.browser).await.map(drop),
            Err(NotEnrolled::VisitOver)
        ));
        let scene = alice.scene(&house).await;
        assert_eq!(scene.row.session().unwrap(), None);
        assert!(scene.row.proofs().unwrap().iter().all(|p| p.factor == Factor::Password));
        assert_eq!(scene.row.expires_at(), house.clock.now().plus(Span::minutes(30)));
        let code = alice.code(&house, Span::ZERO).await;
        alice.confirm(&house, &code).await.unwrap();
        assert!(matches!(alice.go_on(&house).await, Onward::Code { .. }), "{}", house.name);
    }
}

#[tokio::test]
async fn wrong_recovery_codes_and_wrong_six_digits_share_one_budget_and_a_stop_is_lifted_by_a_right_one() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let alice = alice(&house).await;
        let six = async |code: &str| door::show_code(&house.desk, &alice.visit, &alice.browser, code).await;
        for _ in 0..2 {
            assert!(matches!(try_code(&house, &alice, "22222-22222-22222").await, Err(NotRecovered::WrongCode)));
            assert!(six("000000").await.is_err());
        }
        assert!(matches!(try_code(&house, &alice, "22222-22222-22222").await, Err(NotRecovered::WrongCode)));
        assert!(
            matches!(try_code(&house, &alice, CODES[0]).await, Err(NotRecovered::PausedUntil(_))),
            "{}",
            house.name
        );
        let paused = six(&house.code()).await;
        assert!(matches!(paused, Err(DoorError::NotProved(crate::acts::prove::NotProved::PausedUntil(_)))));
        // Twenty in a row.
        for _ in 0..15 {
            house.clock.advance(Span::minutes(6));
            let (again, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
            let _ = door::show_code(&house.desk, &again.visit, &again.browser, "000000").await;
        }
        let (stopped, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        let answer = door::show_code(&house.desk, &stopped.visit, &stopped.browser, &house.code()).await;
        assert!(
            matches!(answer, Err(DoorError::NotProved(crate::acts::prove::NotProved::Stopped))),
            "{}: stopped",
            house.name
        );
        try_code(&house, &stopped, CODES[1]).await.unwrap();
        let code = stopped.code(&house, Span::ZERO).await;
        stopped.confirm(&house, &code).await.unwrap();
        assert!(matches!(stopped.go_on(&house).await, Onward::Code { .. }), "{}", house.name);
    }
}

#[tokio::test]
async fn a_recovery_code_ends_a_waiting_reset_when_something_is_bound_by_it() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        keep_codes(&house, &house.alice).await;
        reset(&house, &house.alice, &house.riverside).await;
        let (alice, step) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        assert_eq!(step, Step::SetUpCode, "{}", house.name);
        try_code(&house, &alice, CODES[0]).await.unwrap();
        assert!(facts(&house, &house.alice).await.memberships[0].reset_waiting.is_some());
        let code = alice.code(&house, Span::ZERO).await;
        alice.confirm(&house, &code).await.unwrap();
        let facts = facts(&house, &house.alice).await;
        assert!(facts.memberships[0].reset_waiting.is_none() && facts.has_totp(&house.riverside), "{}", house.name);
    }
}

#[tokio::test]
async fn who_used_the_last_code_keeps_ten_new_ones() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        for (at, code) in CODES.iter().enumerate() {
            if at == 0 {
                keep_codes(&house, &house.alice).await;
            }
            house.clock.advance(Span::minutes(1));
            let (alice, _) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
            let left = try_code(&house, &alice, code).await.unwrap();
            let code = alice.code(&house, Span::ZERO).await;
            alice.confirm(&house, &code).await.unwrap();
            let expected = if left == 0 { Place::Codes } else { Place::Elsewhere };
            assert_eq!(alice.place(&house).await, expected, "{}: {left} left", house.name);
            if left == 0 {
                let shown = alice.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
                assert_eq!((shown.codes.len(), shown.may_wait), (10, false));
                alice.saved(&house).await.unwrap();
            }
            assert!(matches!(alice.go_on(&house).await, Onward::Code { .. }), "{}", house.name);
        }
    }
}

#[tokio::test]
async fn a_disowned_binding_is_rolled_back_whole_within_seven_days_and_its_link_works_once() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        sign_up(&house).await;
        house.clock.advance(Span(Span::days(7).0 - 1));
        let (first, second) = (not_me(&house).await, not_me(&house).await);
        assert!(can_disown(&house.desk, &first).await.unwrap());
        disown(&house.desk, &first).await.unwrap();
        assert!(!can_disown(&house.desk, &first).await.unwrap());
        assert!(matches!(disown(&house.desk, &first).await, Err(NotDisowned::LinkGone)), "{}", house.name);
        let after = facts(&house, &house.bob).await;
        assert!(after.authenticators.is_empty() && !after.has_phone && !after.codes_saved, "{}", house.name);
        let mut unit = house.desk.store.begin().await.unwrap();
        assert!(unit.tx().sessions_of(&house.bob).await.unwrap().is_empty());
        assert_eq!(unit.tx().recovery_codes_left(&house.bob).await.unwrap(), 0, "{}", house.name);
        let left = unit.tx().end_grants(Which::OfPerson(&house.bob), End::All, "test", house.clock.now()).await;
        assert_eq!(left.unwrap(), 0, "{}", house.name);
        drop(unit);
        // Whoever knows the password has nothing of it any more.
        let given = ("bob@example.com", Secret::new(PASSWORD));
        let again = door::sign_in(&house.desk, house.opening(&[]), &house.browser(), given, false).await;
        assert!(matches!(again, Err(DoorError::NotProved(crate::acts::prove::NotProved::WrongPassword))));
        // The link of another letter about the same binding finds it gone, and still ends what is open.
        disown(&house.desk, &second).await.unwrap();
    }
}

#[tokio::test]
async fn after_seven_days_a_binding_stays_and_its_link_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        sign_up(&house).await;
        let link = not_me(&house).await;
        house.clock.advance(Span::days(7));
        assert!(matches!(disown(&house.desk, &link).await, Err(NotDisowned::LinkGone)), "{}", house.name);
        assert_eq!(facts(&house, &house.bob).await.authenticators.len(), 1, "{}", house.name);
    }
}

/// A link as the letter about Bob's binding carries it; the letter itself keeps its token sealed.
async fn not_me(house: &House) -> Secret {
    let bound = facts(house, &house.bob).await.authenticators[0].clone();
    let (token, now) = (dice::token(&*house.desk.dice).unwrap(), house.clock.now());
    let mut unit = house.desk.store.begin().await.unwrap();
    let detail = Disputed { authenticator: Some(bound.id) };
    let expires_at = now.plus(Span::days(7));
    let new = NewOneTime { person: &house.bob, tenant: None, visit: None, detail: &detail, expires_at };
    unit.tx().put_link(LinkKind::NotMe, &token, &new, now).await.unwrap();
    unit.commit().await.unwrap();
    token
}

/// Bob, from his password to a code for the client.
async fn sign_up(house: &House) {
    let (bob, step) = walk_in(house, "bob", house.opening(&[]), house.browser()).await;
    assert_eq!(step, Step::Enrol, "{}", house.name);
    bob.bind(house).await;
    bob.codes(house).await.unwrap_or_else(|e| panic!("{e}"));
    bob.saved(house).await.unwrap();
    assert!(matches!(bob.go_on(house).await, Onward::Code { .. }), "{}", house.name);
}
