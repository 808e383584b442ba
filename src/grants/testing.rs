//! What the tests of the token endpoint share: codes by the door, requests, and reading what comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::missing_panics_doc)]
use super::{door, give};
use crate::{
    acts::{
        Desk,
        testing::{House, PASSWORD},
    },
    grants::door::Onward,
    protocol::{
        form::Params,
        testing::pairs,
        token::{TokenAnswer, TokenError, TokenRequest},
    },
    store::Lock,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ostiary_gate::domain::{
    client::Client,
    ids::{ClientId, PersonId, TenantId},
    secret::Secret,
    tenant::{Policy, TwoFactor},
    time::Span,
};
use serde_json::Value;

/// RFC 7636 appendix B: the verifier of the challenge that [`House::request`] sends.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub async fn registered(house: &House, id: &str) -> Client {
    let mut unit = house.desk.store.look().await.unwrap();
    unit.tx().client(&ClientId::parse(id).unwrap()).await.unwrap().unwrap().client().unwrap()
}

pub async fn put(house: &House, client: Client) -> Client {
    let id = client.id.clone();
    let mut unit = house.desk.store.begin().await.unwrap();
    let secret = Secret::new("a secret of the client");
    unit.tx().put_client(&client, Some(&secret), house.clock.now()).await.unwrap();
    unit.commit().await.unwrap();
    registered(house, id.as_str()).await
}

pub async fn ask(house: &House, client: &Client, sent: &[(&str, &str)]) -> Result<TokenAnswer, TokenError> {
    let form = pairs(sent);
    give(&house.desk, client, TokenRequest::parse(Params::new(&form)).unwrap()).await
}

/// A code for somebody of the house, by the door.
pub async fn code(house: &House, name: &str, more: &[(&str, &str)]) -> String {
    let (browser, email) = (house.browser(), format!("{name}@example.com"));
    let given = (email.as_str(), Secret::new(PASSWORD));
    let onward = door::sign_in(&house.desk, house.opening(more), &browser, given, false).await.unwrap();
    let onward = match onward {
        Onward::Step { visit, .. } => {
            house.clock.advance(Span::seconds(30));
            door::show_code(&house.desk, &visit.unwrap(), &browser, &house.code()).await.unwrap()
        }
        there => there,
    };
    match onward {
        Onward::Code { code, .. } => code.expose().to_owned(),
        Onward::OwnPage { .. }
        | Onward::Step { .. }
        | Onward::Refused { .. }
        | Onward::UnknownResource { .. }
        | Onward::UnknownClient => panic!("no code"),
    }
}

pub async fn redeem(house: &House, client: &Client, code: &str) -> Result<TokenAnswer, TokenError> {
    let sent = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://app.example/cb"),
        ("code_verifier", VERIFIER),
    ];
    ask(house, client, &sent).await
}

pub async fn refresh(house: &House, client: &Client, token: &str) -> Result<TokenAnswer, TokenError> {
    refresh_at(&house.desk, client, token).await
}

pub async fn refresh_at(desk: &Desk, client: &Client, token: &str) -> Result<TokenAnswer, TokenError> {
    let form = pairs(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
    give(desk, client, TokenRequest::parse(Params::new(&form)).unwrap()).await
}

pub fn secret(of: Option<&Secret>) -> String {
    of.unwrap().expose().to_owned()
}

pub fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The code, the description and whether it says that the grant is only suspended.
pub fn no(answer: Result<TokenAnswer, TokenError>) -> (String, String, bool) {
    let body = match answer {
        Ok(_) => panic!("tokens"),
        Err(error) => error.body(),
    };
    (body.error.to_string(), body.error_description, body.grant == Some("suspended"))
}

pub fn is_invalid_grant(answer: Result<TokenAnswer, TokenError>) -> bool {
    no(answer).0 == "invalid_grant"
}

pub async fn policy(house: &House, tenant: &TenantId, policy: Policy) {
    let mut unit = house.desk.store.begin().await.unwrap();
    let tx = unit.tx();
    tx.alone(&[Lock::Tenant(tenant.clone())]).await.unwrap();
    tx.set_policy(tenant, &policy, Some(house.clock.now())).await.unwrap();
    unit.commit().await.unwrap();
}

pub async fn tick(house: &House, tenant: &TenantId, two_factor: TwoFactor) {
    policy(house, tenant, Policy { two_factor, ..Policy::default() }).await;
}

pub async fn logged(house: &House, person: &PersonId) -> Vec<String> {
    let mut unit = house.desk.store.look().await.unwrap();
    let later = house.clock.now().plus(Span::days(9999));
    let rows = unit.tx().log_of_person(person, later, 50).await.unwrap();
    rows.into_iter().map(|row| serde_json::to_value(row.entry.event).unwrap().as_str().unwrap().to_owned()).collect()
}
