//! What the store refuses: a clearance from elsewhere, a second use, a database that is not ours, one try too many, and
//! whatever hangs from something that ended.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    tests::{Wall, World, issue, opened, stores, tail, winners, world},
    *,
};
use crate::crypto::{dice::SystemDice, hash::sha256_base64url};
use ostiary_gate::{
    domain::{
        amr::{Factor, Proof, Reach},
        ids::{GrantId, SessionId},
        scope::Scope,
        secret::Secret,
        time::Span,
    },
    gate::{Ask, Choice, Demand, Facts, Occasion, Verdict, Wants, decide},
};
use std::path::Path;

fn hash_of(secret: Option<&Secret>) -> String {
    sha256_base64url(secret.unwrap().expose().as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_redeem_one_code_or_rotate_one_refresh_token_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let issued = issue(&store, &world).await.unwrap().unwrap();
        let (code, refresh) = (hash_of(issued.code()), hash_of(issued.refresh()));
        let redeemed = winners(&store, |store| {
            let code = code.clone();
            async move {
                let mut unit = store.begin().await.unwrap();
                let now = unit.tx().now(&Wall).await.unwrap();
                let won = unit.tx().spend_code(&code, now).await.unwrap();
                unit.commit().await.unwrap();
                won
            }
        });
        assert_eq!(redeemed.await, 1, "{name}: code");
        let rotated = winners(&store, |store| {
            let refresh = refresh.clone();
            async move {
                let mut unit = store.begin().await.unwrap();
                let now = unit.tx().now(&Wall).await.unwrap();
                let won = unit.tx().spend_refresh(&refresh, now).await.unwrap();
                unit.commit().await.unwrap();
                won
            }
        });
        assert_eq!(rotated.await, 1, "{name}: refresh token");
        let mut unit = store.look().await.unwrap();
        let found = unit.tx().find_code(&code).await.unwrap().unwrap();
        assert_eq!(found.standing(Instant(0)), Redemption::Replayed, "{name}");
    }
}

#[tokio::test]
async fn an_expired_code_is_over_and_cannot_be_spent() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let issued = issue(&store, &world).await.unwrap().unwrap();
        let code = hash_of(issued.code());
        let late = issued.issued_at().plus(Span::seconds(60));
        let mut unit = store.begin().await.unwrap();
        let found = unit.tx().find_code(&code).await.unwrap().unwrap();
        assert_eq!(found.standing(late), Redemption::Over, "{name}");
        assert!(!unit.tx().spend_code(&code, late).await.unwrap(), "{name}");
        assert!(unit.tx().spend_code(&code, late.minus(Span::seconds(1))).await.unwrap(), "{name}: a second earlier");
    }
}

#[tokio::test]
async fn a_clearance_of_one_unit_buys_nothing_in_another() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mut first = store.look().await.unwrap();
        let (bond, tx) = first.parts();
        let now = tx.now(&Wall).await.unwrap();
        let rules = tx.rules(&world.client, std::slice::from_ref(&world.tenant)).await.unwrap().unwrap();
        let person = tx.person_facts(&world.person, Known::AsPicture).await.unwrap();
        let proof = Proof { factor: Factor::Password, at: now, authenticator: None, reach: Reach::everywhere() };
        let facts = Facts { person, proofs: vec![proof], ..Facts::default() };
        let wants = wants(&world, now);
        let Verdict::Cleared(clearance) = decide(bond, Ask { rules: &rules, wants: &wants }, &facts, now) else {
            panic!("{name}: the gate was meant to open");
        };
        let mut second = store.begin().await.unwrap();
        let grant = GrantId::from_tail(&tail()).unwrap();
        let order = Order {
            occasion: "authorize",
            grant: &grant,
            new_grant: None,
            scope: &wants.scope,
            sid: None,
            names_tenant: None,
            code: None,
            access: None,
            refresh: None,
            id_token: None,
        };
        let refused = second.tx().record(clearance, order, &SystemDice::new()).await;
        assert!(matches!(refused, Err(StoreError::ForeignClearance)), "{name}");
    }
}

fn wants(world: &World, now: Instant) -> Wants {
    Wants {
        occasion: Occasion::Authorize { visit_began: now },
        scope: Scope::parse("openid").unwrap(),
        resource_scope: false,
        demand: Demand::default(),
        wishes: vec![],
        fresh: None,
        only: None,
        tenants: Choice::These(vec![world.tenant.clone()]),
    }
}

#[tokio::test]
async fn a_database_of_another_kind_issuer_or_root_key_stays_shut() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    drop(opened(&path).await);
    let keys = path.with_extension("keys");
    let strange = dir.path().join("strange.keys");
    RootKey::make(&strange, &SystemDice::new()).unwrap();
    let again = async |keys: &Path, kind: Kind, issuer: &str| {
        let (address, root) = (Address::Sqlite(path.clone()), RootKey::load(keys).unwrap());
        Store::open(Opening { address, root, kind, issuer: issuer.into(), connections: 1 }, &Wall).await
    };
    let ours = "http://localhost:9400";
    assert!(again(&keys, Kind::Dev, ours).await.is_ok());
    assert!(matches!(again(&keys, Kind::Live, ours).await, Err(StoreError::Refused(_))), "kind");
    assert!(matches!(again(&keys, Kind::Dev, "http://elsewhere").await, Err(StoreError::Refused(_))), "issuer");
    assert!(matches!(again(&strange, Kind::Dev, ours).await, Err(StoreError::Refused(_))), "root key");
}

const FIVE_THEN_TWENTY: Budget =
    Budget { per_window: 5, window: Span::minutes(15), pause: Span::minutes(5), stop_after: Some(20) };

#[tokio::test]
async fn five_failures_pause_twenty_in_a_row_stop_and_a_success_takes_its_own_back() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        let mut at = Instant::from_seconds(1_000_000);
        for round in 0..4 {
            for _ in 0..5 {
                let tried = tx.reserve_attempt("codes of sam", FIVE_THEN_TWENTY, at).await.unwrap();
                assert_eq!(tried, Attempts::Reserved, "{name}, round {round}");
            }
            let paused = tx.reserve_attempt("codes of sam", FIVE_THEN_TWENTY, at).await.unwrap();
            let stopped = round == 3;
            let expected = if stopped { Attempts::Stopped } else { Attempts::PausedUntil(at.plus(Span::minutes(5))) };
            assert_eq!(paused, expected, "{name}, round {round}");
            at = at.plus(Span::minutes(5));
        }
        let later = at.plus(Span::days(30));
        assert_eq!(tx.reserve_attempt("codes of sam", FIVE_THEN_TWENTY, later).await.unwrap(), Attempts::Stopped);
        tx.clear_attempts("codes of sam").await.unwrap();
        for _ in 0..30 {
            let tried = tx.reserve_attempt("codes of sam", FIVE_THEN_TWENTY, later).await.unwrap();
            assert_eq!(tried, Attempts::Reserved, "{name}: successes never count");
            tx.attempt_succeeded("codes of sam").await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_guesses_at_once_five_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let compared = winners(&store, |store| async move {
            let mut unit = store.begin().await.unwrap();
            let now = unit.tx().now(&Wall).await.unwrap();
            let tried = unit.tx().reserve_attempt("codes of sam", FIVE_THEN_TWENTY, now).await.unwrap();
            unit.commit().await.unwrap();
            tried == Attempts::Reserved
        });
        assert_eq!(compared.await, 5, "{name}");
    }
}

#[tokio::test]
async fn what_ends_a_grant_ends_it_for_good_and_offline_ones_stay_where_the_table_says() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let now = Instant::from_seconds(1_800_000_000);
        let by: [(&str, Which<'_>); 4] = [
            ("person", Which::OfPerson(&world.person)),
            ("person in the clinic", Which::OfPersonIn(&world.person, &world.tenant)),
            ("app in the clinic", Which::OfClientIn(&world.client, &world.tenant)),
            ("clinic", Which::OfTenant(&world.tenant)),
        ];
        for (event, which) in by {
            // `issue` gives offline grants.
            let grant = issue(&store, &world).await.unwrap().unwrap().grant().clone();
            let mut unit = store.begin().await.unwrap();
            let online = unit.tx().end_grants(which, End::OnlineOnly, event, now).await.unwrap();
            assert_eq!(online, 0, "{name}, {event}: offline grants stay");
            assert_eq!(unit.tx().end_grants(which, End::All, event, now).await.unwrap(), 1, "{name}, {event}");
            assert_eq!(unit.tx().end_grants(which, End::All, event, now).await.unwrap(), 0, "{name}, {event}: once");
            assert!(unit.tx().grant(&grant).await.unwrap().unwrap().has_ended(), "{name}, {event}");
            unit.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_session_that_rises_leaves_its_old_cookie_dead_and_one_that_ended_cannot_rise() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let id = SessionId::from_tail(&tail()).unwrap();
        let new = NewSession {
            id: &id,
            cookie_hash: "first",
            person: &world.person,
            browser_hash: "browser",
            shared_computer: false,
            proofs: &[],
            user_agent: "",
        };
        let now = Instant::from_seconds(1_800_000_000);
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        tx.insert_session(&new, now).await.unwrap();
        assert!(tx.raise_session(&id, "second", &[], now).await.unwrap(), "{name}");
        assert!(tx.session_by_cookie("first").await.unwrap().is_none(), "{name}: fixation");
        assert!(tx.session_by_cookie("second").await.unwrap().is_some(), "{name}");
        assert!(tx.end_session(&id, "signed out", now).await.unwrap(), "{name}");
        assert!(tx.session_by_cookie("second").await.unwrap().is_none(), "{name}: ended means ended");
        assert!(!tx.raise_session(&id, "third", &[], now).await.unwrap(), "{name}");
    }
}

#[tokio::test]
async fn a_secret_opens_for_its_own_client_only() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mut unit = store.look().await.unwrap();
        let row = unit.tx().client(&world.client).await.unwrap().unwrap();
        assert!(unit.tx().secret_matches(&row, &Secret::new("a secret of the client")), "{name}");
        assert!(!unit.tx().secret_matches(&row, &Secret::new("a secret of the clienT")), "{name}");
        assert!(!unit.tx().secret_matches(&row, &Secret::new("")), "{name}");
    }
}
