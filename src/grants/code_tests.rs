//! `authorization_code` on both databases: what a code buys, once, and from whom it buys nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::testing::*;
use crate::acts::testing::houses;
use ostiary_gate::domain::{client::Client, ids::ClientId, tenant::TwoFactor, time::Span};
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_code_buys_tokens_that_tell_how_the_person_signed_in() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let asked = [("nonce", "n-1"), ("claims", r#"{"id_token":{"given_name":null}}"#), ("acr_values", "mfa")];
        let answer = redeem(&house, &web, &code(&house, "alice", &asked).await).await.unwrap();
        let (id, access) = (claims(&secret(answer.id_token.as_ref())), claims(answer.access_token.expose()));
        assert_eq!((&id["nonce"], &id["given_name"], &id["acr"]), (&json!("n-1"), &json!("alice"), &json!("mfa")));
        assert_eq!(id["amr"], json!(["pwd", "otp", "mfa"]), "{}", house.name);
        for said in ["sub", "amr", "auth_time", "sid", "tenant_id"] {
            assert_eq!(id[said], access[said], "{}: {said}", house.name);
        }
        assert_eq!((&access["aud"], &access["scope"]), (&json!("http://localhost:9400"), &json!("email openid")));
        assert_eq!((&id["tenant_id"], answer.expires_in), (&json!(house.riverside), Span::minutes(5)));
        let again = refresh(&house, &web, &secret(answer.refresh_token.as_ref())).await.unwrap();
        let refreshed = claims(&secret(again.id_token.as_ref()));
        for said in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
            assert_eq!(id[said], refreshed[said], "{}: {said} survives a refresh", house.name);
        }
        assert!(refreshed["nonce"].is_null(), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_client_address_or_verifier_costs_nothing_and_a_second_use_ends_what_the_first_bought() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let other = put(&house, Client { id: ClientId::parse("other").unwrap(), ..web.clone() }).await;
        let code = code(&house, "alice", &[]).await;
        assert!(is_invalid_grant(redeem(&house, &other, &code).await), "{}: another client", house.name);
        let sent = [("grant_type", "authorization_code"), ("code", code.as_str())];
        let uri = ("redirect_uri", "https://app.example/cb");
        for wrong in [
            vec![("redirect_uri", "https://app.example/cb2?x=1"), ("code_verifier", VERIFIER)],
            vec![("code_verifier", VERIFIER)],
            vec![uri],
            vec![uri, ("code_verifier", "wrongwrongwrongwrongwrongwrongwrongwrongwrong")],
        ] {
            assert!(is_invalid_grant(ask(&house, &web, &[&sent[..], &wrong].concat()).await), "{wrong:?}");
        }
        let answer = redeem(&house, &web, &code).await.unwrap();
        assert!(is_invalid_grant(redeem(&house, &other, &code).await), "a stranger's second use ends nothing");
        let token = secret(answer.refresh_token.as_ref());
        assert!(is_invalid_grant(refresh(&house, &other, &token).await), "{}: nor does it refresh", house.name);
        let answer = refresh(&house, &web, &token).await.unwrap();
        assert!(is_invalid_grant(redeem(&house, &web, &code).await), "{}", house.name);
        assert!(is_invalid_grant(refresh(&house, &web, &secret(answer.refresh_token.as_ref())).await));
        assert_eq!(logged(&house, &house.alice).await.iter().filter(|event| *event == "code_reused").count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_a_minute_and_judged_again_when_it_is_redeemed() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let late = code(&house, "gina", &[]).await;
        house.clock.advance(Span::seconds(60));
        assert!(is_invalid_grant(redeem(&house, &web, &late).await), "{}", house.name);
        let before = code(&house, "gina", &[]).await;
        tick(&house, &house.hilltop, TwoFactor::Required).await;
        assert!(is_invalid_grant(redeem(&house, &web, &before).await), "{}: the box was ticked", house.name);
        tick(&house, &house.hilltop, TwoFactor::Off).await;
        assert!(redeem(&house, &web, &before).await.is_ok(), "{}: a refusal spends nothing", house.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_redeem_one_code_at_once_one_gets_tokens() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let code = code(&house, "alice", &[]).await;
        let mut tries = JoinSet::new();
        let house = std::sync::Arc::new(house);
        for _ in 0..32 {
            let (house, web, code) = (house.clone(), web.clone(), code.clone());
            tries.spawn(async move { redeem(&house, &web, &code).await });
        }
        let (won, lost): (Vec<_>, Vec<_>) = tries.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 31), "{}", house.name);
        assert!(lost.into_iter().all(is_invalid_grant), "{}", house.name);
    }
}
