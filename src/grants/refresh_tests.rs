//! `refresh_token` on both databases: rotation, reuse, the lost answer, suspension and the ends of a grant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::testing::*;
use crate::{
    acts::testing::{House, houses},
    crypto::hash::sha256_base64url,
    porter::Porter,
    protocol::token::{TokenAnswer, TokenError},
};
use ostiary_gate::domain::{
    client::{Algorithm, AuthMethod, Client},
    ids::ClientId,
    scope::Scope,
    secret::Secret,
    tenant::{Standing, TwoFactor},
    time::Span,
};
use tokio::task::JoinSet;

/// 32 at once, each at a node of its own or all at one.
async fn at_once(house: &House, nodes: bool) -> Vec<Result<TokenAnswer, TokenError>> {
    let web = registered(house, "web").await;
    let answer = redeem(house, &web, &code(house, "alice", &[]).await).await.unwrap();
    let first = secret(answer.refresh_token.as_ref());
    let mut tries = JoinSet::new();
    for _ in 0..32 {
        let mut desk = house.desk.clone();
        if nodes {
            let mint = desk.porter.mint().clone();
            desk.porter = Porter::new(desk.store.clone(), desk.clock.clone(), desk.dice.clone(), mint);
        }
        let (web, first) = (web.clone(), first.clone());
        tries.spawn(async move { refresh_at(&desk, &web, &first).await });
    }
    tries.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_refresh_at_once_one_gets_tokens_and_the_others_are_asked_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let (won, lost): (Vec<_>, Vec<_>) = at_once(&house, false).await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 31), "{}", house.name);
        let later = |lost: &Result<TokenAnswer, TokenError>| matches!(lost, Err(TokenError::Unavailable { .. }));
        assert!(lost.iter().all(later), "{}: nobody is taken for a thief", house.name);
        let web = registered(&house, "web").await;
        let token = won.into_iter().flatten().next().and_then(|answer| answer.refresh_token);
        assert!(refresh(&house, &web, &secret(token.as_ref())).await.is_ok(), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_refresh_at_once_at_as_many_nodes_one_token_of_all_that_were_given_lives() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let given: Vec<_> = at_once(&house, true).await.into_iter().flatten().collect();
        assert!(!given.is_empty(), "{}", house.name);
        let mut unit = house.desk.store.look().await.unwrap();
        let mut living = 0;
        for answer in &given {
            let hash = sha256_base64url(secret(answer.refresh_token.as_ref()).as_bytes());
            let found = unit.tx().find_refresh(&hash).await.unwrap().unwrap();
            assert_eq!(found.generation, 2, "{}: a retry replaces, it does not go on", house.name);
            living += usize::from(found.is_live(house.clock.now()));
        }
        assert_eq!(living, 1, "{} of {}", house.name, given.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_got_lost_is_given_again_for_a_moment_and_then_a_second_use_ends_the_family() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let start = async || {
            let answer = redeem(&house, &web, &code(&house, "alice", &[]).await).await.unwrap();
            secret(answer.refresh_token.as_ref())
        };
        let next = async |token: &str| secret(refresh(&house, &web, token).await.unwrap().refresh_token.as_ref());
        let first = start().await;
        let lost = next(&first).await;
        house.clock.advance(Span::seconds(10));
        let replaced = next(&first).await;
        assert_ne!(lost, replaced);
        let second = next(&replaced).await;
        assert!(is_invalid_grant(refresh(&house, &web, &first).await), "{}: its successor was used", house.name);
        assert!(is_invalid_grant(refresh(&house, &web, &second).await), "{}: the family has ended", house.name);
        let first = start().await;
        let lost = next(&first).await;
        let replaced = next(&first).await;
        assert!(is_invalid_grant(refresh(&house, &web, &lost).await), "{}: it was not lost after all", house.name);
        assert!(is_invalid_grant(refresh(&house, &web, &replaced).await), "{}", house.name);
        let first = start().await;
        let second = next(&first).await;
        house.clock.advance(Span::seconds(11));
        assert!(is_invalid_grant(refresh(&house, &web, &first).await), "{}: too late", house.name);
        assert!(is_invalid_grant(refresh(&house, &web, &second).await), "{}", house.name);
        assert!(logged(&house, &house.alice).await.contains(&"token_reused".to_owned()), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_may_lose_an_answer_once_and_for_five_seconds() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let public = Client { auth_method: AuthMethod::None, ..registered(&house, "web").await };
        let web = put(&house, public).await;
        for (wait, times, fine) in [(0, 1, true), (5, 1, true), (6, 1, false), (0, 2, false)] {
            let answer = redeem(&house, &web, &code(&house, "alice", &[]).await).await.unwrap();
            let first = secret(answer.refresh_token.as_ref());
            refresh(&house, &web, &first).await.unwrap();
            house.clock.advance(Span::seconds(wait));
            let mut last = Err(TokenError::InvalidTarget);
            for _ in 0..times {
                last = refresh(&house, &web, &first).await;
            }
            assert_eq!(last.is_ok(), fine, "{}: {times} after {wait} s", house.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticked_box_suspends_and_an_unticked_one_needs_no_repair() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let answer = redeem(&house, &web, &code(&house, "gina", &[]).await).await.unwrap();
        let first = secret(answer.refresh_token.as_ref());
        let token = secret(refresh(&house, &web, &first).await.unwrap().refresh_token.as_ref());
        tick(&house, &house.hilltop, TwoFactor::Required).await;
        for _ in 0..3 {
            let answer = refresh(&house, &web, &token).await;
            let uri = answer.as_ref().err().and_then(|error| error.body().error_uri);
            assert_eq!(uri.as_deref(), Some("http://localhost:9400/errors/second-factor"));
            let said = "Two-factor authentication is now required for this clinic. \
                        Send the user to the authorization endpoint.";
            assert_eq!(no(answer), ("invalid_grant".into(), said.into(), true), "{}", house.name);
        }
        let events = logged(&house, &house.gina).await;
        assert_eq!(events.iter().filter(|event| *event == "grant_suspended").count(), 1, "{}", house.name);
        tick(&house, &house.hilltop, TwoFactor::Off).await;
        let token = secret(refresh(&house, &web, &token).await.unwrap().refresh_token.as_ref());
        tick(&house, &house.hilltop, TwoFactor::Required).await;
        assert!(!no(refresh(&house, &web, &first).await).2, "{}: a rotated token is reuse all the same", house.name);
        tick(&house, &house.hilltop, TwoFactor::Off).await;
        assert!(is_invalid_grant(refresh(&house, &web, &token).await), "{}: and ended the family", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_out_of_service_is_told_so_by_another_page_than_who_is_suspended() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let answer = redeem(&house, &web, &code(&house, "gina", &[]).await).await.unwrap();
        let mut unit = house.desk.store.begin().await.unwrap();
        let now = house.clock.now();
        unit.tx().set_person_standing(&house.gina, Standing::Disabled, now).await.unwrap();
        unit.commit().await.unwrap();
        let refused = refresh(&house, &web, &secret(answer.refresh_token.as_ref())).await.err().unwrap().body();
        assert_eq!(refused.error_uri.as_deref(), Some("http://localhost:9400/errors/account"), "{}", house.name);
        assert_eq!((refused.error.as_str(), refused.grant), ("invalid_grant", None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_online_grant_ends_with_its_session_and_an_offline_one_with_its_own_age() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let online = redeem(&house, &web, &code(&house, "gina", &[]).await).await.unwrap();
        let offline = [("scope", "openid offline_access")];
        let offline = redeem(&house, &web, &code(&house, "gina", &offline).await).await.unwrap();
        house.clock.advance(Span::hours(25));
        let ended = no(refresh(&house, &web, &secret(online.refresh_token.as_ref())).await);
        assert_eq!((ended.0.as_str(), ended.2), ("invalid_grant", false), "{}", house.name);
        let mut token = secret(offline.refresh_token.as_ref());
        for _ in 0..3 {
            house.clock.advance(Span::days(28));
            token = secret(refresh(&house, &web, &token).await.unwrap().refresh_token.as_ref());
        }
        house.clock.advance(Span::days(6));
        assert!(is_invalid_grant(refresh(&house, &web, &token).await), "{}: 91 days of 90", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scope_may_be_narrowed_and_never_widened_and_a_token_is_for_the_resource_it_was_granted_for() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut unit = house.desk.store.begin().await.unwrap();
        for (identifier, scopes, format, id) in [
            ("https://api.example/", "notes", "jwt", "api"),
            ("https://other.example/", "notes", "opaque", "other-api"),
            ("https://foreign.example/", "beds", "jwt", "foreign"),
        ] {
            let (id, secret) = (ClientId::parse(id).unwrap(), Secret::new("an API's secret"));
            let (scopes, format) = (Scope::parse(scopes).unwrap(), (format, Algorithm::EdDsa));
            unit.tx().put_resource(identifier, &scopes, format, (&id, &secret), house.clock.now()).await.unwrap();
        }
        unit.commit().await.unwrap();
        let web = registered(&house, "web").await;
        let asked = [("scope", "openid email notes"), ("resource", "https://api.example/")];
        let answer = redeem(&house, &web, &code(&house, "alice", &asked).await).await.unwrap();
        assert_eq!(claims(answer.access_token.expose())["aud"], "https://api.example/", "{}", house.name);
        let mut token = secret(answer.refresh_token.as_ref());
        for (more, error) in [
            (("scope", "openid phone"), "invalid_scope"),
            (("resource", "https://other.example/"), "invalid_target"),
            (("resource", "https://nowhere.example/"), "invalid_target"),
        ] {
            let sent = [("grant_type", "refresh_token"), ("refresh_token", &token), more];
            assert_eq!(no(ask(&house, &web, &sent).await).0, error, "{}: {more:?}", house.name);
        }
        let sent = [("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", "notes")];
        let narrow = ask(&house, &web, &sent).await.unwrap();
        assert_eq!(narrow.scope.to_string(), "notes", "{}", house.name);
        assert!(narrow.id_token.is_none(), "{}: without openid there is none", house.name);
        token = secret(narrow.refresh_token.as_ref());
        let whole = refresh(&house, &web, &token).await.unwrap();
        assert_eq!(whole.scope.to_string(), "email notes openid", "{}: the grant is as it was", house.name);
        let opaque = [("scope", "openid notes"), ("resource", "https://other.example/")];
        let answer = redeem(&house, &web, &code(&house, "alice", &opaque).await).await.unwrap();
        assert_eq!(answer.access_token.expose().len(), 43, "{}: opaque", house.name);
    }
}
