//! The promise, through the real roads: while a clinic's box is switched, workers come by code, by refresh and by userinfo,
//! and not one of them gets anything on a password alone once the save was answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    door::{self, DoorError, Onward},
    testing::{code, redeem, refresh, registered, secret, tick},
    userinfo::userinfo,
};
use crate::{
    acts::{
        session::Browser,
        testing::{House, PASSWORD, houses, with_cookie},
    },
    protocol::{bearer::BearerError, token::TokenError},
    store::tests::weak_issues,
};
use ostiary_gate::domain::{secret::Secret, tenant::TwoFactor};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

/// Odd while the box is on for sure: from the answer to the save until before the next one.
#[derive(Default)]
struct Watch {
    turns: AtomicU64,
    got: AtomicU64,
    over: AtomicBool,
}

impl Watch {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// One try. What was begun and ended under one "on" must have got nothing.
    async fn on<T>(&self, road: &str, attempt: impl Future<Output = Option<T>>) -> Option<T> {
        let before = self.turns.load(Ordering::SeqCst);
        let got = attempt.await;
        let after = self.turns.load(Ordering::SeqCst);
        assert!(
            got.is_none() || before != after || before.is_multiple_of(2),
            "{road}: got through while the box was on"
        );
        self.got.fetch_add(u64::from(got.is_some()), Ordering::SeqCst);
        got
    }
}

async fn signed_in(house: &House) -> Browser {
    let browser = house.browser();
    let given = ("gina@example.com", Secret::new(PASSWORD));
    let onward = door::sign_in(&house.desk, house.opening(&[]), &browser, given, false).await.unwrap();
    let Onward::Code { cookie, .. } = onward else { panic!("no code") };
    with_cookie(&browser, cookie.as_ref())
}

async fn by_code(house: Arc<House>, watch: Arc<Watch>, mut browser: Browser) {
    let web = registered(&house, "web").await;
    while !watch.is_over() {
        let arrival = async {
            match door::arrive(&house.desk, house.opening(&[]), &browser).await {
                Ok(Onward::Code { code, cookie, .. }) => Some((code, cookie)),
                Ok(
                    Onward::Step { .. }
                    | Onward::OwnPage { .. }
                    | Onward::Refused { .. }
                    | Onward::UnknownResource { .. }
                    | Onward::UnknownClient,
                )
                | Err(DoorError::Store(_)) => None,
                Err(other) => panic!("{other}"),
            }
        };
        let Some((code, cookie)) = watch.on("authorize", Box::pin(arrival)).await else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        browser = with_cookie(&browser, cookie.as_ref());
        let redemption = async { expected(redeem(&house, &web, code.expose()).await) };
        watch.on("code", redemption).await;
    }
}

async fn by_refresh(house: Arc<House>, watch: Arc<Watch>, mut token: String) {
    let web = registered(&house, "web").await;
    while !watch.is_over() {
        let attempt = async { expected(refresh(&house, &web, &token).await) };
        match watch.on("refresh", attempt).await {
            Some(answer) => token = secret(answer.refresh_token.as_ref()),
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

async fn by_userinfo(house: Arc<House>, watch: Arc<Watch>, token: Secret) {
    while !watch.is_over() {
        let attempt = async {
            match userinfo(&house.desk, &token).await {
                Ok(claims) => Some(claims),
                Err(BearerError::InsufficientUserAuthentication { .. } | BearerError::Unavailable { .. }) => None,
                Err(other) => panic!("{other}"),
            }
        };
        watch.on("userinfo", attempt).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn expected<T>(answer: Result<T, TokenError>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(TokenError::Suspended { .. } | TokenError::Unavailable { .. }) => None,
        // A code on its way when the box was ticked.
        Err(TokenError::InvalidGrant(said)) if said.contains("not enough any more") => None,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_box_is_switched_nothing_weak_is_issued_or_told_by_code_refresh_or_userinfo() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let house = Arc::new(house);
        let web = registered(&house, "web").await;
        let watch = Arc::new(Watch::default());
        let mut workers = JoinSet::new();
        for _ in 0..8 {
            let answer = redeem(&house, &web, &code(&house, "gina", &[]).await).await.unwrap();
            workers.spawn(by_refresh(house.clone(), watch.clone(), secret(answer.refresh_token.as_ref())));
            workers.spawn(by_userinfo(house.clone(), watch.clone(), answer.access_token));
            workers.spawn(by_code(house.clone(), watch.clone(), signed_in(&house).await));
        }
        for _ in 0..25 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            tick(&house, &house.hilltop, TwoFactor::Required).await;
            watch.turns.fetch_add(1, Ordering::SeqCst);
            let at_the_save = weak_issues(&house.desk.store).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            let later = weak_issues(&house.desk.store).await;
            assert_eq!(later, at_the_save, "{}: recorded after the save", house.name);
            watch.turns.fetch_add(1, Ordering::SeqCst);
            tick(&house, &house.hilltop, TwoFactor::Off).await;
        }
        watch.over.store(true, Ordering::SeqCst);
        workers.join_all().await;
        let got = watch.got.load(Ordering::SeqCst);
        println!("{}: {got} got through while the box was off, in 50 flips", house.name);
        assert!(got > 100, "{}: the workers were meant to work", house.name);
    }
}
