//! The box, on both databases: who may change it, what is refused, and that it binds from the moment of the answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{
        account::confirm,
        guard::Caller,
        letters::{Addressed, Letter},
        testing::{House, houses},
    },
    grants::door::{Onward, arrive},
};
use ostiary_gate::{
    domain::{person::Role, tenant::TwoFactor},
    gate::{Refusal, Step},
};

async fn saves(house: &House, caller: &Caller, tenant: &TenantId, the_box: TheBox) -> Result<Weighed, PolicyError> {
    saves_because(house, caller, tenant, the_box, "").await
}

async fn saves_because(
    house: &House,
    caller: &Caller,
    tenant: &TenantId,
    the_box: TheBox,
    reason: &str,
) -> Result<Weighed, PolicyError> {
    let wish = Wish::the_box(&house.tenant(tenant).await, the_box);
    save(&house.desk, caller, &Change { tenant, wish, reason, revision: None }).await
}

/// Dave is an admin of both clinics, at the console of the one whose box is off.
async fn begun(dir: &std::path::Path) -> Vec<(House, Caller)> {
    let mut all = Vec::new();
    for house in houses(dir).await {
        house.join(&house.dave, &house.hilltop, Role::Admin).await;
        let seat = house.at_the_console("dave", "hilltop").await;
        all.push((house, seat.caller));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_now_it_binds_whoever_comes_next() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let gina = house.seat("gina", house.opening(&[])).await;
        assert!(matches!(arrive(&house.desk, house.opening(&[]), &gina.browser).await, Ok(Onward::Code { .. })));
        let weighed = saves(&house, &dave, &house.hilltop, TheBox::On).await.unwrap();
        assert_eq!(weighed.moved, Move::TurnedOn, "{}", house.name);
        let tenant = house.tenant(&house.hilltop).await;
        assert_eq!(tenant.policy.two_factor, TwoFactor::Required);
        assert_eq!(tenant.required_since, Some(house.clock.now()));
        assert_eq!(tenant.revision, 2);
        let next = arrive(&house.desk, house.opening(&[]), &gina.browser).await;
        assert!(matches!(next, Ok(Onward::Step { step: Step::Enrol, .. })), "{}", house.name);
        assert!(house.logged(&house.hilltop).await.iter().any(|(event, _)| *event == Event::TwoFactorRequired));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_an_admin_with_a_fresh_code_may_save_and_each_try_is_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let gina = house.seat("gina", house.own_page("/account", None)).await.caller;
        let by_member = saves(&house, &gina, &house.hilltop, TheBox::On).await;
        assert!(matches!(by_member, Err(PolicyError::Stop(Stop::Step(Step::Enrol, _)))), "{}", house.name);
        let by_stranger = saves(&house, &gina, &house.riverside, TheBox::Off).await;
        let refused = matches!(by_stranger, Err(PolicyError::Stop(Stop::Refused(Refusal::NotAMember, _))));
        assert!(refused, "{}", house.name);
        let alice = house.at_the_console("alice", "riverside").await.caller;
        let by_enrolled_member = saves(&house, &alice, &house.riverside, TheBox::Off).await;
        assert!(matches!(by_enrolled_member, Err(PolicyError::Stop(Stop::NotAdmin))), "{}", house.name);
        let refused = (Event::PolicyChangeRefused, "not an admin".to_owned());
        assert_eq!(house.logged(&house.riverside).await.iter().filter(|line| **line == refused).count(), 2);
        house.clock.advance(Span::minutes(6));
        let stale = saves(&house, &dave, &house.hilltop, TheBox::On).await;
        assert!(matches!(stale, Err(PolicyError::Stop(Stop::Step(Step::SecondFactor, _)))), "{}", house.name);
        assert_eq!(house.tenant(&house.hilltop).await.policy.two_factor, TwoFactor::Off);
        confirm(&house.desk, &dave, Some(&house.hilltop), &house.code()).await.unwrap();
        saves(&house, &dave, &house.hilltop, TheBox::On).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_demoted_or_disabled_a_moment_ago_saves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.join(&house.dave, &house.hilltop, Role::Member).await;
        let demoted = saves(&house, &dave, &house.hilltop, TheBox::On).await;
        assert!(matches!(demoted, Err(PolicyError::Stop(Stop::NotAdmin))), "{}", house.name);
        house.join(&house.dave, &house.hilltop, Role::Admin).await;
        let disabled = ostiary_gate::domain::tenant::Standing::Disabled;
        house.set(async |tx, now| tx.set_person_standing(&house.dave, disabled, now).await.unwrap()).await;
        let gone = saves(&house, &dave, &house.hilltop, TheBox::On).await;
        assert!(matches!(gone, Err(PolicyError::Stop(Stop::Refused(Refusal::PersonDisabled, _)))), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_saver_has_saved_backup_codes_first() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let codes = vec!["4RTKB9WMPH7CQXD".to_owned()];
        house.set(async |tx, now| tx.put_recovery_codes(&house.dave, &codes, now).await.unwrap()).await;
        let early = saves(&house, &dave, &house.hilltop, TheBox::On).await;
        assert!(matches!(early, Err(PolicyError::NotPrepared)), "{}", house.name);
        house.set(async |tx, now| tx.set_codes_saved(&house.dave, now).await.unwrap()).await;
        saves(&house, &dave, &house.hilltop, TheBox::On).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unticking_needs_a_reason_and_no_connected_app_that_demands_it() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        saves(&house, &dave, &house.hilltop, TheBox::On).await.unwrap();
        let silent = saves(&house, &dave, &house.hilltop, TheBox::Off).await;
        assert!(matches!(silent, Err(PolicyError::Refused(Refused::NoReason))), "{}", house.name);
        let ledgerly = house.ledgerly().await;
        house.connected(&house.hilltop, &ledgerly).await;
        let locked = saves_because(&house, &dave, &house.hilltop, TheBox::Off, "too slow").await;
        match locked {
            Err(PolicyError::Refused(Refused::Locked(apps))) => assert_eq!(apps, ["Ledgerly"], "{}", house.name),
            other => panic!("{other:?}"),
        }
        assert_eq!(house.tenant(&house.hilltop).await.policy.two_factor, TwoFactor::Required);
        let longer = Wish {
            the_box: TheBox::Stays,
            rest: Policy { session_idle: Span::hours(2), ..house.tenant(&house.hilltop).await.policy },
        };
        let wanted = Change { tenant: &house.hilltop, wish: longer, reason: "long shifts", revision: None };
        let lowered = save(&house.desk, &dave, &wanted).await;
        assert!(matches!(lowered, Err(PolicyError::Refused(Refused::Locked(_)))), "{}", house.name);
        house.set(async |tx, now| tx.end_connection(&house.hilltop, &ledgerly, now).await.unwrap()).await;
        saves_because(&house, &dave, &house.hilltop, TheBox::Off, "too slow").await.unwrap();
        let log = house.logged(&house.hilltop).await;
        assert!(log.contains(&(Event::TwoFactorTurnedOff, "too slow".to_owned())), "{log:?}");
        assert_eq!(house.tenant(&house.hilltop).await.required_since, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_may_be_brought_forward_but_postponed_or_cancelled_only_like_turning_off() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let in_hours = |n| TheBox::From(house.clock.now().plus(Span::hours(n)));
        let past = saves(&house, &dave, &house.hilltop, TheBox::From(house.clock.now())).await;
        assert!(matches!(past, Err(PolicyError::Refused(Refused::InThePast))), "{}", house.name);
        saves(&house, &dave, &house.hilltop, in_hours(8)).await.unwrap();
        saves(&house, &dave, &house.hilltop, in_hours(6)).await.unwrap();
        let postponed = saves(&house, &dave, &house.hilltop, in_hours(7)).await;
        assert!(matches!(postponed, Err(PolicyError::Refused(Refused::NoReason))), "{}", house.name);
        saves_because(&house, &dave, &house.hilltop, in_hours(7), "stocktaking").await.unwrap();
        let ledgerly = house.ledgerly().await;
        house.connected(&house.hilltop, &ledgerly).await;
        let waited_for = saves_because(&house, &dave, &house.hilltop, TheBox::Off, "changed our minds").await;
        assert!(matches!(waited_for, Err(PolicyError::Refused(Refused::Locked(_)))), "{}", house.name);
        house.set(async |tx, now| tx.end_connection(&house.hilltop, &ledgerly, now).await.unwrap()).await;
        saves_because(&house, &dave, &house.hilltop, TheBox::Off, "changed our minds").await.unwrap();
        assert_eq!(house.tenant(&house.hilltop).await.pending, None);
        let log = house.logged(&house.hilltop).await;
        assert!(log.contains(&(Event::TwoFactorScheduleCancelled, "changed our minds".to_owned())), "{log:?}");
        assert!(log.contains(&(Event::TwoFactorScheduled, "2026-03-04 04:00 +11:00".to_owned())), "{log:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_has_come_has_started_and_is_no_longer_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let starts_at = house.clock.now().plus(Span::hours(8));
        saves(&house, &dave, &house.hilltop, TheBox::From(starts_at)).await.unwrap();
        let seen = house.tenant(&house.hilltop).await.revision;
        house.clock.advance(Span::hours(9));
        let dave = house.at_the_console("dave", "hilltop").await.caller;
        let wish = Wish::the_box(&house.tenant(&house.hilltop).await, TheBox::Off);
        let wanted = Change { tenant: &house.hilltop, wish, reason: "", revision: Some(seen) };
        let silent = save(&house.desk, &dave, &wanted).await;
        assert!(matches!(silent, Err(PolicyError::Refused(Refused::NoReason))), "{}", house.name);
        let tenant = house.tenant(&house.hilltop).await;
        assert_eq!((tenant.policy.two_factor, tenant.pending), (TwoFactor::Required, None), "the flip was stored");
        assert_eq!(tenant.required_since, Some(starts_at));
        assert!(house.logged(&house.hilltop).await.iter().any(|(event, _)| *event == Event::TwoFactorStarted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_looked_at_one_edition_the_second_decides_again() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let before = house.tenant(&house.hilltop).await;
        let change = |the_box| Change {
            tenant: &house.hilltop,
            wish: Wish::the_box(&before, the_box),
            reason: "",
            revision: Some(before.revision),
        };
        let later = TheBox::From(house.clock.now().plus(Span::hours(8)));
        save(&house.desk, &dave, &change(TheBox::On)).await.unwrap();
        let second = save(&house.desk, &dave, &change(later)).await;
        assert!(matches!(second, Err(PolicyError::ChangedMeanwhile)), "{}", house.name);
        let nothing = saves(&house, &dave, &house.hilltop, TheBox::On).await;
        assert!(matches!(nothing, Err(PolicyError::Refused(Refused::NothingChanged))), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_names_whom_it_will_hit_and_nothing_of_other_clinics() {
    let dir = tempfile::tempdir().unwrap();
    for (house, _) in begun(dir.path()).await {
        house.join(&house.bob, &house.hilltop, Role::Member).await;
        house.join(&house.alice, &house.hilltop, Role::Member).await;
        house.seat("gina", house.opening(&[])).await;
        let alice = house.seat("alice", house.opening(&[("tenant", "riverside")])).await;
        arrive(&house.desk, house.opening(&[("tenant", "riverside")]), &alice.browser).await.unwrap();
        let ledgerly = house.ledgerly().await;
        house.connected(&house.hilltop, &ledgerly).await;
        house.clock.advance(Span::minutes(3));
        let tenant = house.tenant(&house.hilltop).await;
        let seen = house.set(async |tx, now| impact(tx, &tenant, now).await.unwrap()).await;
        assert_eq!((seen.people, seen.signed_in(), seen.suspended), (4, 1, 1), "{}", house.name);
        let hit: Vec<_> = seen.affected.iter().map(|one| (one.name.as_str(), one.now.clone())).collect();
        let using = Now::Using { app: "Bluegum Appointments".to_owned(), since: Span::minutes(3) };
        assert_eq!(hit, [("bob Test", Now::NotSignedIn), ("gina Test", using)], "{}", house.name);
        assert_eq!(seen.demanded_by, ["Ledgerly"]);
    }
}

impl House {
    /// Whom letters wait for, each taken off the pile.
    async fn told(&self) -> Vec<(String, &'static str)> {
        let claimed = self.set(async |tx, now| tx.claim_outbox(50, Span::minutes(1), now).await.unwrap()).await;
        let mut told = Vec::new();
        for one in claimed {
            self.set(async |tx, now| tx.outbox_done(&one, None, now).await.unwrap()).await;
            let letter: Addressed = serde_json::from_slice(&one.body.unwrap()).unwrap();
            let what = match letter.letter {
                Letter::Scheduled { .. } => "scheduled",
                Letter::Tomorrow { .. } => "tomorrow",
                Letter::Required => "required",
                Letter::TurnedOn { .. } => "turned on",
                Letter::TurnedOff { .. } => "turned off",
                Letter::StartCancelled { .. } => "cancelled",
                _ => "something else",
            };
            told.push((letter.address.split('@').next().unwrap().to_owned(), what));
        }
        told.sort();
        told
    }
}

fn list(told: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    told.iter().map(|(name, what)| ((*name).to_owned(), *what)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_are_not_ready_are_told_when_it_is_set_a_day_before_and_two_hours_before_each_once() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let in_days = TheBox::From(house.clock.now().plus(Span::days(3)));
        saves(&house, &dave, &house.hilltop, in_days).await.unwrap();
        assert_eq!(house.told().await, list(&[("gina", "scheduled")]), "{}", house.name);
        for (hours, expected) in
            [(1, None), (48, Some("tomorrow")), (1, None), (20, Some("scheduled")), (1, None), (5, None)]
        {
            house.clock.advance(Span::hours(hours));
            for _ in 0..2 {
                send_reminders(&house.desk).await.unwrap();
            }
            let told: Vec<_> = expected.map(|what| ("gina".to_owned(), what)).into_iter().collect();
            assert_eq!(house.told().await, told, "{} +{hours} h", house.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_are_told_what_was_turned_on_and_off_and_the_others_what_they_need_now() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        saves(&house, &dave, &house.hilltop, TheBox::On).await.unwrap();
        assert_eq!(house.told().await, list(&[("dave", "turned on"), ("gina", "required")]), "{}", house.name);
        saves_because(&house, &dave, &house.hilltop, TheBox::Off, "too slow").await.unwrap();
        assert_eq!(house.told().await, list(&[("dave", "turned off")]), "{}", house.name);
        let soon = TheBox::From(house.clock.now().plus(Span::minutes(90)));
        saves(&house, &dave, &house.hilltop, soon).await.unwrap();
        send_reminders(&house.desk).await.unwrap();
        assert_eq!(house.told().await, list(&[("gina", "scheduled")]), "nothing is said twice");
        saves_because(&house, &dave, &house.hilltop, TheBox::Off, "holidays").await.unwrap();
        assert_eq!(house.told().await, list(&[("dave", "cancelled")]), "{}", house.name);
    }
}
