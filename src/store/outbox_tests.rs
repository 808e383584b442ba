//! The outbox under several senders, and what a sweep takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    tests::{stores, world},
    *,
};
use crate::crypto::dice::SystemDice;
use ostiary_gate::domain::{ids::PersonId, time::Span};
use std::collections::BTreeSet;
use tokio::task::JoinSet;

const NOW: Instant = Instant::from_seconds(1_800_000_000);
const LEASE: Span = Span::minutes(1);

async fn put(tx: &mut Tx, person: &PersonId, body: &[u8]) -> String {
    let telling =
        Telling { kind: "mail", tenant: None, person: Some(person), body, expires_at: NOW.plus(Span::days(1)) };
    tx.put_outbox(&telling, NOW, &SystemDice::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_senders_each_letter_has_one() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mut unit = store.begin().await.unwrap();
        for n in 0..40_u8 {
            put(unit.tx(), &world.person, &[n]).await;
        }
        unit.commit().await.unwrap();
        let mut senders = JoinSet::new();
        for _ in 0..16 {
            let store = store.clone();
            senders.spawn(async move {
                let mut unit = store.begin().await.unwrap();
                let claimed = unit.tx().claim_outbox(5, LEASE, NOW).await.unwrap();
                unit.commit().await.unwrap();
                claimed.into_iter().map(|claimed| claimed.body.unwrap()[0]).collect::<Vec<_>>()
            });
        }
        let bodies: Vec<u8> = senders.join_all().await.into_iter().flatten().collect();
        assert_eq!(bodies.len(), bodies.iter().collect::<BTreeSet<_>>().len(), "{name}: none twice");
        let mut unit = store.begin().await.unwrap();
        let rest = unit.tx().claim_outbox(100, LEASE, NOW).await.unwrap();
        assert_eq!(bodies.len() + rest.len(), 40, "{name}: none lost");
    }
}

#[tokio::test]
async fn a_letter_is_told_once_again_after_a_failure_and_by_another_when_its_sender_died() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        let id = put(tx, &world.person, b"a code").await;
        let first = tx.claim_outbox(9, LEASE, NOW).await.unwrap();
        assert_eq!((first.len(), first[0].tries, first[0].id.as_str()), (1, 1, id.as_str()), "{name}");
        assert_eq!(first[0].body.as_ref().unwrap().as_slice(), b"a code", "{name}: sealed and opened");
        assert!(tx.claim_outbox(9, LEASE, NOW.plus(Span(1))).await.unwrap().is_empty(), "{name}: claimed is claimed");
        let due = NOW.plus(Span::minutes(5));
        assert!(tx.outbox_again(&first[0], due, "451").await.unwrap(), "{name}");
        assert!(tx.claim_outbox(9, LEASE, due.minus(Span(1))).await.unwrap().is_empty(), "{name}: not due");
        let second = tx.claim_outbox(9, LEASE, due).await.unwrap();
        assert_eq!(second[0].tries, 2, "{name}");
        // The second sender dies: its claim runs out.
        let later = due.plus(LEASE);
        let third = tx.claim_outbox(9, LEASE, later).await.unwrap();
        assert_eq!(third[0].tries, 3, "{name}");
        assert!(!tx.outbox_done(&second[0], None, later).await.unwrap(), "{name}: the claim was lost");
        assert_eq!(tx.outbox_backlog().await.unwrap(), Backlog { pending: 1, oldest: Some(NOW) }, "{name}");
        assert!(tx.outbox_done(&third[0], None, later).await.unwrap(), "{name}");
        assert!(!tx.outbox_done(&third[0], None, later).await.unwrap(), "{name}: once");
        assert!(tx.claim_outbox(9, LEASE, later.plus(Span::days(1))).await.unwrap().is_empty(), "{name}: never again");
        assert_eq!(tx.outbox_backlog().await.unwrap(), Backlog { pending: 0, oldest: None }, "{name}");
    }
}

#[tokio::test]
async fn a_letter_moved_to_another_person_does_not_open() {
    const MOVE: Sql = text!("update outbox set person_id = $1");
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        put(tx, &world.person, b"a code").await;
        let moved = async |tx: &mut Tx| run!(tx, execute, MOVE, "per_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        moved(tx).await.unwrap();
        let claimed = tx.claim_outbox(9, LEASE, NOW).await.unwrap();
        assert!(claimed[0].body.is_err(), "{name}");
    }
}

row! { struct Count { n: i64 } }

#[tokio::test]
async fn a_sweep_takes_what_ran_out_long_ago_and_leaves_what_can_still_stop_somebody() {
    const LEFT: Sql = text!("select count(*) as n from one_time");
    let dir = tempfile::tempdir().unwrap();
    let budget = |stop_after| Budget { per_window: 5, window: Span::hours(1), pause: Span::hours(1), stop_after };
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        for n in 0..5_i64 {
            let expires_at = NOW.plus(Span::days(n));
            let new = NewOneTime { person: &world.person, tenant: None, visit: None, detail: &(), expires_at };
            let token = ostiary_gate::domain::secret::Secret::new(n.to_string());
            tx.put_link(LinkKind::NotMe, &token, &new, NOW).await.unwrap();
        }
        for (subject, stop_after) in [("an address", None), ("codes of sam", Some(5))] {
            for _ in 0..5 {
                let tried = tx.reserve_attempt(subject, budget(stop_after), NOW).await.unwrap();
                assert_eq!(tried, Attempts::Reserved, "{name}: {subject}");
            }
        }
        let left = async |tx: &mut Tx| run!(tx, fetch::<Count>, LEFT).unwrap()[0].n;
        assert_eq!(tx.sweep(2, NOW.plus(Span::days(7))).await.unwrap(), 0, "{name}: not yet");
        let late = NOW.plus(Span::days(10));
        assert_eq!(tx.sweep(2, late).await.unwrap(), 3, "{name}: two of the three links, and the address");
        assert_eq!((tx.sweep(2, late).await.unwrap(), tx.sweep(2, late).await.unwrap()), (1, 0), "{name}");
        assert_eq!(left(tx).await, 2, "{name}");
        let still = tx.reserve_attempt("codes of sam", budget(Some(5)), late).await.unwrap();
        assert_eq!(still, Attempts::Stopped, "{name}: time alone lifts no stop");
    }
}
