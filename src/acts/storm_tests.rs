//! "Immediately means immediately", through the acts that admins really do: while many issue, the box is ticked, a
//! membership ended, an authenticator reset, an app disconnected; after the answer nothing more is recorded. On both
//! databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    connections,
    guard::Caller,
    people::{self, Checked, Membering},
    policy::{self, Change, TheBox, Wish},
    seat_tests::Seat,
    testing::{House, houses},
    visit::Opening,
};
use crate::{
    grants::door::{DoorError, Onward, arrive},
    mint::MintError,
    protocol::testing::web,
    store::{StoreError, tests::weak_issues},
};
use ostiary_gate::domain::{
    client::{Algorithm, Client, ConnectionNeed},
    ids::ClientId,
    person::Role,
    secret::Secret,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

const WORKERS: usize = 16;
const ROUNDS: usize = 8;

/// Gina, who has a password only, at hilltop, whose box is off; dave is its admin.
struct Storm {
    house: House,
    dave: Caller,
    gina: Seat,
}

async fn storms(dir: &Path) -> Vec<Storm> {
    let mut all = Vec::new();
    for house in houses(dir).await {
        house.join(&house.dave, &house.hilltop, Role::Admin).await;
        let dave = house.at_the_console("dave", "hilltop").await.caller;
        let gina = house.seat("gina", house.own_page("/account", None)).await;
        all.push(Storm { house, dave, gina });
    }
    all
}

impl Storm {
    /// Tightens and restores while many issue. What is issued all the while carries no second factor, so that the ledger
    /// can be counted.
    async fn rages(&self, opening: Opening, tighten: impl AsyncFn(), restore: impl AsyncFn()) {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            let (desk, browser, opening) = (self.house.desk.clone(), self.gina.browser.clone(), opening.clone());
            let stop = stop.clone();
            workers.spawn(async move {
                let mut issued = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    match arrive(&desk, opening.clone(), &browser).await {
                        Ok(Onward::Code { .. }) => issued += 1,
                        Ok(_) | Err(DoorError::Store(StoreError::Busy)) => tokio::task::yield_now().await,
                        Err(DoorError::Mint(MintError::Store(StoreError::Busy))) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                issued
            });
        }
        let store = &self.house.desk.store;
        for round in 0..ROUNDS {
            tokio::time::sleep(Duration::from_millis(25)).await;
            tighten().await;
            let at_the_answer = weak_issues(store).await;
            tokio::time::sleep(Duration::from_millis(25)).await;
            let after = weak_issues(store).await;
            assert_eq!(after, at_the_answer, "{}, round {round}: issued after the answer", self.house.name);
            restore().await;
        }
        stop.store(true, Ordering::Relaxed);
        let issued: u64 = workers.join_all().await.into_iter().sum();
        assert!(issued > 20, "{}: the workers were meant to work, and issued {issued}", self.house.name);
    }

    async fn save(&self, the_box: TheBox) {
        let tenant = self.house.tenant(&self.house.hilltop).await;
        let wish = Wish::the_box(&tenant, the_box);
        let change = Change { tenant: &tenant.id, wish, reason: "a test", revision: Some(tenant.revision) };
        // Flood or no flood: an admin's act is answered, or says that it was not done.
        while let Err(error) = policy::save(&self.house.desk, &self.dave, &change).await {
            assert!(is_busy(&error.to_string()), "{error}");
        }
    }
}

fn is_busy(error: &str) -> bool {
    error.contains("busy")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_the_box_is_saved_nothing_weak_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    for storm in storms(dir.path()).await {
        let opening = storm.house.opening(&[]);
        storm.rages(opening, async || storm.save(TheBox::On).await, async || storm.save(TheBox::Off).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_membership_ended_nothing_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    for storm in storms(dir.path()).await {
        let house = &storm.house;
        let end = async || {
            while let Err(error) =
                people::change(&house.desk, &storm.dave, &house.hilltop, &house.gina, Membering::End).await
            {
                assert!(is_busy(&error.to_string()), "{error}");
            }
        };
        let opening = house.opening(&[("tenant", "hilltop")]);
        storm.rages(opening, end, async || house.join(&house.gina, &house.hilltop, Role::Member).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_reset_nothing_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    for storm in storms(dir.path()).await {
        let house = &storm.house;
        let reset = async || {
            while let Err(error) =
                people::reset(&house.desk, &storm.dave, &house.hilltop, &house.gina, Checked::FaceToFace).await
            {
                assert!(is_busy(&error.to_string()), "{error}");
            }
        };
        let opening = house.opening(&[]);
        storm.rages(opening, reset, async || house.join(&house.gina, &house.hilltop, Role::Member).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_an_app_was_disconnected_nothing_is_recorded_for_it() {
    let dir = tempfile::tempdir().unwrap();
    for storm in storms(dir.path()).await {
        let house = &storm.house;
        let recall = Client {
            id: ClientId::parse("recall").unwrap(),
            connection: ConnectionNeed::All,
            id_token_alg: Algorithm::ES256,
            ..web()
        };
        let id = recall.id.clone();
        house.set(async |tx, now| tx.put_client(&recall, Some(&Secret::new("s")), now).await.unwrap()).await;
        connections::connect(&house.desk, &storm.dave, &house.hilltop, &id, None).await.unwrap();
        let opening = house.opening_to(&id, &[("scope", "openid")]).await;
        let again = async |connects: bool| loop {
            let (desk, dave) = (&house.desk, &storm.dave);
            let done = if connects {
                connections::connect(desk, dave, &house.hilltop, &id, None).await
            } else {
                connections::disconnect(desk, dave, &house.hilltop, &id).await
            };
            match done {
                Ok(()) => break,
                Err(error) => assert!(is_busy(&error.to_string()), "{error}"),
            }
        };
        storm.rages(opening, async || again(false).await, async || again(true).await).await;
    }
}
