//! A clinic's people, on both databases: who may act on whom, what ends, how somebody comes in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{
        guard::Caller,
        letters::{Addressed, Letter},
        policy::Readiness,
        testing::{House, PASSWORD, houses},
    },
    grants::door::{Onward, arrive, go_on, sign_in},
    store::{Known, PhoneOrigin},
};
use ostiary_gate::{
    domain::{
        ids::{PersonId, TenantId},
        person::{Membership, MembershipState, Role},
        secret::Secret,
        time::Span,
    },
    gate::Step,
};
use std::path::Path;

/// Dave is an admin at riverside, with a fresh code; erin is an admin too, in a house where she is needed.
async fn begun(dir: &Path) -> Vec<(House, Caller)> {
    let mut all = Vec::new();
    for house in houses(dir).await {
        let dave = house.at_the_console("dave", "riverside").await.caller;
        all.push((house, dave));
    }
    all
}

impl House {
    async fn membership(&self, person: &PersonId, tenant: &TenantId) -> Membership {
        let all = self.set(async |tx, _| tx.memberships(person).await.unwrap()).await;
        all.into_iter().find(|m| m.tenant == *tenant).unwrap()
    }

    /// The letters that wait, each with its address; taken off the pile.
    async fn letters(&self) -> Vec<(String, Letter)> {
        let claimed = self.set(async |tx, now| tx.claim_outbox(50, Span::minutes(1), now).await.unwrap()).await;
        let read = |bytes: &[u8]| serde_json::from_slice::<Addressed>(bytes).unwrap();
        claimed.into_iter().map(|one| read(&one.body.unwrap())).map(|one| (one.address, one.letter)).collect()
    }

    async fn invitation(&self) -> Secret {
        let found = self.letters().await.into_iter().find_map(|(_, letter)| match letter {
            Letter::Invitation { token, .. } => Some(token),
            _ => None,
        });
        found.expect("an invitation was mailed")
    }
}

fn newcomer<'a>(password: &str) -> Newcomer<'a> {
    Newcomer { given_name: "Mei", family_name: "Tran", password: Secret::new(password) }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_takes_a_clinics_last_admin_away() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        for what in [Membering::Role(Role::Member), Membering::Suspend, Membering::End] {
            let last = change(&house.desk, &dave, &house.riverside, &house.dave, what).await;
            assert!(matches!(last, Err(PeopleError::LastAdmin)), "{} {what:?}", house.name);
        }
        house.join(&house.alice, &house.riverside, Role::Admin).await;
        change(&house.desk, &dave, &house.riverside, &house.dave, Membering::Role(Role::Member)).await.unwrap();
        assert_eq!(house.membership(&house.dave, &house.riverside).await.role, Role::Member);
        let after = change(&house.desk, &dave, &house.riverside, &house.alice, Membering::End).await;
        assert!(matches!(after, Err(PeopleError::Stop(Stop::NotAdmin))), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_demote_each_other_at_once_one_stays() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.join(&house.alice, &house.riverside, Role::Admin).await;
        for _ in 0..8 {
            let alice = house.at_the_console("alice", "riverside").await.caller;
            let (one, other) = tokio::join!(
                change(&house.desk, &dave, &house.riverside, &house.alice, Membering::Role(Role::Member)),
                change(&house.desk, &alice, &house.riverside, &house.dave, Membering::Role(Role::Member)),
            );
            assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{}: {one:?} {other:?}", house.name);
            let mut left = 0;
            for person in [&house.alice, &house.dave] {
                left += u8::from(house.membership(person, &house.riverside).await.role == Role::Admin);
                house.join(person, &house.riverside, Role::Admin).await;
            }
            assert_eq!(left, 1, "{}", house.name);
            house.clock.advance(Span::seconds(31));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_or_suspended_membership_ends_what_was_held_here_and_nothing_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.join(&house.gina, &house.riverside, Role::Member).await;
        house
            .set(async |tx, _| {
                let mut policy = tx.tenant(&house.riverside).await.unwrap().unwrap().policy;
                policy.two_factor = ostiary_gate::domain::tenant::TwoFactor::Off;
                tx.set_policy(&house.riverside, &policy, None).await.unwrap();
            })
            .await;
        let gina = house.seat("gina", house.opening(&[("tenant", "riverside")])).await;
        arrive(&house.desk, house.opening(&[("tenant", "hilltop")]), &gina.browser).await.unwrap();
        assert_eq!(house.grants(&house.gina).await.len(), 2, "{}", house.name);
        change(&house.desk, &dave, &house.riverside, &house.gina, Membering::Suspend).await.unwrap();
        assert_eq!(house.grants(&house.gina).await.len(), 1, "{}", house.name);
        let again = arrive(&house.desk, house.opening(&[("tenant", "riverside")]), &gina.browser).await;
        assert!(matches!(again, Ok(Onward::Refused { .. })), "{}", house.name);
        house.clock.advance(Span::seconds(1));
        change(&house.desk, &dave, &house.riverside, &house.gina, Membering::Restore).await.unwrap();
        let stale = arrive(&house.desk, house.opening(&[("tenant", "riverside")]), &gina.browser).await;
        assert!(matches!(stale, Ok(Onward::Step { step: Step::SignInAgain, .. })), "older proofs do not count here");
        change(&house.desk, &dave, &house.riverside, &house.gina, Membering::End).await.unwrap();
        let gone = change(&house.desk, &dave, &house.riverside, &house.gina, Membering::Restore).await;
        assert!(matches!(gone, Err(PeopleError::NotHere)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_somebody_out_here_leaves_the_other_clinic_alone() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.join(&house.alice, &house.hilltop, Role::Member).await;
        let alice = house.seat("alice", house.opening(&[("tenant", "riverside")])).await;
        arrive(&house.desk, house.opening(&[("tenant", "hilltop")]), &alice.browser).await.unwrap();
        house.clock.advance(Span::seconds(1));
        change(&house.desk, &dave, &house.riverside, &house.alice, Membering::SignOut).await.unwrap();
        assert_eq!(house.grants(&house.alice).await.len(), 1, "{}", house.name);
        let here = arrive(&house.desk, house.opening(&[("tenant", "riverside")]), &alice.browser).await;
        assert!(matches!(here, Ok(Onward::Step { step: Step::SignInAgain, .. })), "{}", house.name);
        let there = arrive(&house.desk, house.opening(&[("tenant", "hilltop")]), &alice.browser).await;
        assert!(matches!(there, Ok(Onward::Code { .. })), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_counts_here_only_and_waits_for_a_set_up_code() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.join(&house.alice, &house.hilltop, Role::Member).await;
        let alice = house.seat("alice", house.opening(&[("tenant", "riverside")])).await;
        house.clock.advance(Span::seconds(31));
        let own = reset(&house.desk, &dave, &house.riverside, &house.dave, Checked::FaceToFace).await;
        assert!(matches!(own, Err(PeopleError::Yourself)), "{}", house.name);
        reset(&house.desk, &dave, &house.riverside, &house.alice, Checked::FaceToFace).await.unwrap();
        assert!(house.grants(&house.alice).await.is_empty(), "{}", house.name);
        let here = arrive(&house.desk, house.opening(&[("tenant", "riverside")]), &alice.browser).await;
        assert!(matches!(here, Ok(Onward::Step { step: Step::SignInAgain, .. })), "{}", house.name);
        let browser = house.browser();
        let given = ("alice@example.com", Secret::new(PASSWORD));
        let anew = sign_in(&house.desk, house.opening(&[("tenant", "riverside")]), &browser, given, false).await;
        assert!(matches!(anew, Ok(Onward::Step { step: Step::SetUpCode, .. })), "{}", house.name);
        let facts =
            house.set(async |tx, _| tx.person_facts(&house.alice, Known::AsPicture).await.unwrap().unwrap()).await;
        assert!(!facts.has_totp(&house.riverside) && facts.has_totp(&house.hilltop), "elsewhere it goes on counting");
        let mut told: Vec<_> = house.letters().await.into_iter().map(|(address, _)| address).collect();
        told.sort();
        assert_eq!(told, ["alice@example.com", "dave@example.com"], "the person and the admins");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_needs_a_fresh_code_and_a_number_that_may_be_called() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        let bob = reset(&house.desk, &dave, &house.riverside, &house.bob, Checked::Called).await;
        assert!(matches!(bob, Err(PeopleError::CannotCall)), "{}: there is no number", house.name);
        let gina = reset(&house.desk, &dave, &house.riverside, &house.gina, Checked::FaceToFace).await;
        assert!(matches!(gina, Err(PeopleError::NotHere)), "{}: she is not of this clinic", house.name);
        house
            .set(async |tx, now| {
                tx.set_phone(&house.alice, "+61491570009", &PhoneOrigin::SetUp, now).await.unwrap();
            })
            .await;
        let disputed = reset(&house.desk, &dave, &house.riverside, &house.alice, Checked::Called).await;
        assert!(matches!(disputed, Err(PeopleError::CannotCall)), "{}: typed in that very set-up", house.name);
        house.clock.advance(Span::minutes(6));
        let stale = reset(&house.desk, &dave, &house.riverside, &house.alice, Checked::FaceToFace).await;
        assert!(matches!(stale, Err(PeopleError::Stop(Stop::Step(Step::SecondFactor, _)))), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn within_three_days_of_a_changed_number_two_admins_must_agree() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.join(&house.bob, &house.riverside, Role::Member).await;
        house
            .set(async |tx, now| {
                tx.set_phone(&house.bob, "+61491570009", &PhoneOrigin::Person, now).await.unwrap();
            })
            .await;
        for _ in 0..2 {
            let alone = reset(&house.desk, &dave, &house.riverside, &house.bob, Checked::FaceToFace).await;
            assert!(matches!(alone, Err(PeopleError::SecondAdmin)), "{}", house.name);
        }
        house.join(&house.alice, &house.riverside, Role::Admin).await;
        let alice = house.at_the_console("alice", "riverside").await.caller;
        reset(&house.desk, &alice, &house.riverside, &house.bob, Checked::FaceToFace).await.unwrap();
        assert!(house.membership(&house.bob, &house.riverside).await.reset_waiting.is_some());
        house.clock.advance(Span::hours(73));
        let dave = house.at_the_console("dave", "riverside").await.caller;
        reset(&house.desk, &dave, &house.riverside, &house.bob, Checked::FaceToFace).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_comes_in_by_the_mailed_link_once_and_is_led_to_set_up() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        invite(&house.desk, &dave, &house.riverside, " Mei@Tran.example ", Role::Member).await.unwrap();
        let token = house.invitation().await;
        let tenant = house.tenant(&house.riverside).await;
        let listed = house.set(async |tx, now| list(tx, &tenant, now).await.unwrap()).await;
        let last = listed.last().unwrap();
        assert_eq!((&*last.name, last.person.as_ref()), ("mei@tran.example", None), "{}", house.name);
        let seen = look(&house.desk, &token, None).await;
        assert!(matches!(seen, Ok(Invitation::Newcomer { .. })), "{}", house.name);
        let browser = house.browser();
        for easy in ["mei-tran", "password123", "short"] {
            let weak = join(&house.desk, &token, newcomer(easy), &browser).await;
            assert!(matches!(weak, Err(NotJoined::Password(_))), "{easy}");
        }
        let visit = join(&house.desk, &token, newcomer("seven green ladders"), &browser).await.unwrap();
        let next = go_on(&house.desk, &visit, &browser).await;
        assert!(matches!(next, Ok(Onward::Step { step: Step::Enrol, .. })), "{}", house.name);
        let again = join(&house.desk, &token, newcomer("seven green ladders"), &browser).await;
        assert!(matches!(again, Err(NotJoined::LinkGone)), "{}", house.name);
        let mei = house.set(async |tx, _| tx.person_by_email("mei@tran.example").await.unwrap().unwrap()).await;
        assert_eq!(house.membership(&mei, &house.riverside).await.state, MembershipState::Live);
        let row = house.set(async |tx, _| tx.person(&mei).await.unwrap().unwrap()).await;
        assert!(row.email_verified_at.is_some(), "the mailed link proves the mailbox");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_exists_says_yes_in_their_own_full_session_and_gets_no_password_form() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        invite(&house.desk, &dave, &house.riverside, "gina@example.com", Role::Member).await.unwrap();
        let token = house.invitation().await;
        assert!(matches!(look(&house.desk, &token, None).await, Ok(Invitation::SignInFirst { .. })), "{}", house.name);
        assert!(matches!(look(&house.desk, &token, Some(&dave)).await, Ok(Invitation::SignInFirst { .. })));
        for nobody in [None, Some(&dave)] {
            let refused = accept(&house.desk, &token, nobody).await;
            assert!(matches!(refused, Err(NotJoined::Stop(_))), "{}", house.name);
        }
        let refused = join(&house.desk, &token, newcomer("seven green ladders"), &house.browser()).await;
        assert!(matches!(refused, Err(NotJoined::LinkGone)), "{}", house.name);
        let gina = house.seat("gina", house.own_page("/account", None)).await.caller;
        assert!(matches!(look(&house.desk, &token, Some(&gina)).await, Ok(Invitation::Ready { .. })));
        house.clock.advance(Span::minutes(61));
        let idle = accept(&house.desk, &token, Some(&gina)).await;
        assert!(matches!(idle, Err(NotJoined::Stop(Stop::Step(Step::SignIn, _)))), "{}", house.name);
        let gina = house.seat("gina", house.own_page("/account", None)).await.caller;
        accept(&house.desk, &token, Some(&gina)).await.unwrap();
        assert_eq!(house.membership(&house.gina, &house.riverside).await.state, MembershipState::Live);
        assert!(matches!(accept(&house.desk, &token, Some(&gina)).await, Err(NotJoined::LinkGone)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_answers_the_same_whoever_it_is_for_and_ends_with_its_membership() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        for email in ["nobody@example.com", "gina@example.com", "alice@example.com", "nobody@example.com"] {
            invite(&house.desk, &dave, &house.riverside, email, Role::Member).await.unwrap();
        }
        let mut told: Vec<_> = house.letters().await.into_iter().map(|(address, _)| address).collect();
        told.sort();
        assert_eq!(told, ["gina@example.com", "nobody@example.com", "nobody@example.com"], "{}", house.name);
        let no = invite(&house.desk, &dave, &house.riverside, "nobody", Role::Member).await;
        assert!(matches!(no, Err(PeopleError::NotAnAddress)));
        invite(&house.desk, &dave, &house.riverside, "mei@tran.example", Role::Member).await.unwrap();
        let token = house.invitation().await;
        let mei = house.set(async |tx, _| tx.person_by_email("mei@tran.example").await.unwrap().unwrap()).await;
        withdraw(&house.desk, &dave, &house.riverside, "mei@tran.example").await.unwrap();
        assert!(matches!(look(&house.desk, &token, None).await, Err(NotJoined::LinkGone)), "{}", house.name);
        let alice = withdraw(&house.desk, &dave, &house.riverside, "alice@example.com").await;
        assert!(matches!(alice, Err(PeopleError::NotHere)), "{}: she is no invitation", house.name);
        assert_eq!(house.membership(&mei, &house.riverside).await.state, MembershipState::Ended);
        invite(&house.desk, &dave, &house.riverside, "mei@tran.example", Role::Member).await.unwrap();
        let token = house.invitation().await;
        house.clock.advance(Span::days(8));
        assert!(matches!(look(&house.desk, &token, None).await, Err(NotJoined::LinkGone)), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_address_nobody_ever_proved_is_replaced_and_not_joined() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        // As an import of another clinic would make them, with a password somebody else may know.
        let planted = house
            .set(async |tx, now| {
                let id = PersonId::from_tail("plantedplantedplantedplant").unwrap();
                let phc = tx.person(&house.gina).await.unwrap().unwrap().password_hash;
                let new = crate::store::NewPerson {
                    id: &id,
                    email: "mei@tran.example",
                    email_verified: false,
                    given_name: "Somebody",
                    family_name: "Else",
                    claims: &crate::store::Profile::new(),
                    phone: None,
                    phone_claim: false,
                    password_hash: phc.as_deref(),
                };
                tx.insert_person(&new, now).await.unwrap();
                id
            })
            .await;
        house.join(&planted, &house.hilltop, Role::Member).await;
        invite(&house.desk, &dave, &house.riverside, "mei@tran.example", Role::Member).await.unwrap();
        let token = house.invitation().await;
        assert!(matches!(look(&house.desk, &token, None).await, Ok(Invitation::Newcomer { .. })), "{}", house.name);
        join(&house.desk, &token, newcomer("seven green ladders"), &house.browser()).await.unwrap();
        let mei = house.set(async |tx, _| tx.person_by_email("mei@tran.example").await.unwrap().unwrap()).await;
        assert_ne!(mei, planted, "{}", house.name);
        assert_eq!(house.membership(&planted, &house.riverside).await.state, MembershipState::Ended);
        assert_eq!(house.membership(&mei, &house.riverside).await.state, MembershipState::Live);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_let_go_everywhere_comes_back_by_the_link_and_then_signs_in() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave) in begun(dir.path()).await {
        house.seat("alice", house.own_page("/account", None)).await;
        change(&house.desk, &dave, &house.riverside, &house.alice, Membering::End).await.unwrap();
        invite(&house.desk, &dave, &house.riverside, "alice@example.com", Role::Member).await.unwrap();
        let token = house.invitation().await;
        assert!(matches!(look(&house.desk, &token, None).await, Ok(Invitation::Ready { .. })), "{}", house.name);
        accept(&house.desk, &token, None).await.unwrap();
        house.clock.advance(Span::seconds(31));
        house.seat("alice", house.own_page("/account", None)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_how_far_each_is_and_nothing_of_other_clinics() {
    let dir = tempfile::tempdir().unwrap();
    for (house, _) in begun(dir.path()).await {
        house.join(&house.gina, &house.riverside, Role::Member).await;
        house.seat("gina", house.opening(&[("tenant", "hilltop")])).await;
        house.seat("alice", house.opening(&[])).await;
        let tenant = house.tenant(&house.riverside).await;
        let listed = house.set(async |tx, now| list(tx, &tenant, now).await.unwrap()).await;
        let said: Vec<_> = listed.iter().map(|one| (&*one.name, one.readiness, one.last_sign_in.is_some())).collect();
        let expected = [
            ("alice Test", Readiness::Ready, true),
            ("bob Test", Readiness::NotYet, false),
            ("dave Test", Readiness::Ready, true),
            ("gina Test", Readiness::NotYet, false),
        ];
        assert_eq!(said, expected, "{}", house.name);
    }
}
