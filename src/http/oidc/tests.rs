//! The endpoints for other programs, through the whole router, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use crate::{
    acts::testing::{House, houses},
    grants::testing::{VERIFIER, code, put, refresh, registered, tick},
    http::{App, Edge, router},
};
use axum::body::{Body, to_bytes};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, Request, StatusCode, header};
use ostiary_gate::domain::{
    client::{Algorithm, AuthMethod, Client},
    ids::ClientId,
    scope::Scope,
    secret::Secret,
    tenant::TwoFactor,
    time::Span,
};
use serde_json::{Value, json};
use tower::ServiceExt;

const SECRET: &str = "a secret of the client";

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Got {
    fn error(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"].as_str().unwrap_or(""))
    }
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(house: &House, request: Request<Body>) -> Got {
    let app = App::new(house.desk.clone(), Edge::default());
    let answer = router(app).oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Got { status: parts.status, headers: parts.headers, body }
}

fn form(sent: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(sent);
    text.finish()
}

/// Basic `id:secret`, or nothing.
async fn post(house: &House, path: &str, basic: Option<(&str, &str)>, sent: &[(&str, &str)]) -> Got {
    let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    if let Some((id, secret)) = basic {
        let both = format!("{id}:{}", form(&[("", secret)]).trim_start_matches('='));
        request = request.header("authorization", format!("Basic {}", STANDARD.encode(both)));
    }
    send(house, request.body(Body::from(form(sent))).unwrap()).await
}

const WEB: Option<(&str, &str)> = Some(("web", SECRET));

async fn tokens(house: &House, name: &str, more: &[(&str, &str)]) -> Got {
    let code = code(house, name, more).await;
    let sent = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://app.example/cb"),
        ("code_verifier", VERIFIER),
    ];
    let got = post(house, "/token", WEB, &sent).await;
    assert_eq!(got.status, 200, "{}", got.body);
    got
}

async fn userinfo(house: &House, token: &str) -> Got {
    let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
    send(house, request.body(Body::empty()).unwrap()).await
}

async fn introspect(house: &House, who: Option<(&str, &str)>, token: &str) -> Got {
    post(house, "/introspect", who, &[("token", token)]).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_endpoint_answers_json_that_nobody_keeps() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let got = tokens(&house, "alice", &[]).await;
        assert_eq!((got.header(header::CACHE_CONTROL), got.header(header::PRAGMA)), ("no-store", "no-cache"));
        assert_eq!(got.header(header::CONTENT_TYPE), "application/json", "{}", house.name);
        assert_eq!((&got.body["token_type"], &got.body["expires_in"]), (&json!("Bearer"), &json!(300)));
        assert!(got.headers.get(header::SET_COOKIE).is_none(), "{}: it knows no cookies", house.name);
        let refreshed = [("grant_type", "refresh_token"), ("refresh_token", text(&got.body["refresh_token"]))];
        assert_eq!(post(&house, "/token", WEB, &refreshed).await.status, 200, "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_proves_itself_by_its_registered_method_and_every_failure_looks_the_same() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let posts = Client {
            id: ClientId::parse("posts").unwrap(),
            auth_method: AuthMethod::ClientSecretPost,
            ..registered(&house, "web").await
        };
        put(&house, posts).await;
        let want = ("grant_type", "client_credentials");
        let (id, secret) = (|id| ("client_id", id), |secret| ("client_secret", secret));
        for (basic, sent, expected) in [
            (WEB, vec![want], (400, "unauthorized_client")),
            (None, vec![want, id("posts"), secret(SECRET)], (400, "unauthorized_client")),
            (None, vec![want, id("desk")], (400, "unauthorized_client")),
            (None, vec![want, id("web"), secret(SECRET)], (401, "invalid_client")),
            (None, vec![want, id("web")], (401, "invalid_client")),
            (None, vec![want, id("desk"), secret(SECRET)], (401, "invalid_client")),
            (None, vec![want], (401, "invalid_client")),
            (Some(("posts", SECRET)), vec![want], (401, "invalid_client")),
            (Some(("web", "another")), vec![want], (401, "invalid_client")),
            (Some(("nobody", SECRET)), vec![want], (401, "invalid_client")),
            (Some(("desk", "")), vec![want], (401, "invalid_client")),
            (WEB, vec![want, id("web"), secret(SECRET)], (400, "invalid_request")),
            (WEB, vec![], (400, "invalid_request")),
            (WEB, vec![want, want], (400, "invalid_request")),
            (WEB, vec![("grant_type", "password")], (400, "unsupported_grant_type")),
        ] {
            let got = post(&house, "/token", basic, &sent).await;
            assert_eq!(got.error(), expected, "{}: {basic:?} {sent:?}", house.name);
            let challenged = got.header(header::WWW_AUTHENTICATE).starts_with("Basic ");
            assert_eq!(challenged, expected.0 == 401 && basic.is_some(), "{}: {basic:?} {sent:?}", house.name);
            assert_eq!(got.header(header::CACHE_CONTROL), "no-store");
        }
        let request = Request::post("/token").header("content-type", "application/json");
        let got = send(&house, request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(got.error(), (400, "invalid_request"), "{}", house.name);
        let long = format!("a={}", "b".repeat(70_000));
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let got = send(&house, request.body(Body::from(long)).unwrap()).await;
        assert_eq!(got.error(), (413, "invalid_request"), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_tells_what_was_granted_to_whoever_shows_the_token_properly() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let asked = [("scope", "openid email phone tenant"), ("claims", r#"{"userinfo":{"family_name":null}}"#)];
        let got = tokens(&house, "dave", &[&asked[..], &[("tenant", "riverside")]].concat()).await;
        let token = text(&got.body["access_token"]);
        let expected = json!({"sub": house.dave, "email": "dave@example.com", "email_verified": true,
            "family_name": "Test", "tenant_id": house.riverside, "tenant_slug": "riverside",
            "tenant_name": "riverside", "tenant_role": "admin"});
        assert_eq!(userinfo(&house, token).await.body, expected, "{}: and no phone number", house.name);
        assert_eq!(post(&house, "/userinfo", None, &[("access_token", token)]).await.body, expected);
        let request = Request::post("/userinfo").header("authorization", format!("bearer {token}"));
        assert_eq!(send(&house, request.body(Body::empty()).unwrap()).await.body, expected, "{}", house.name);
        let request = Request::get(format!("/userinfo?access_token={token}")).body(Body::empty()).unwrap();
        let got = send(&house, request).await;
        assert_eq!((got.status.as_u16(), got.header(header::WWW_AUTHENTICATE)), (401, "Bearer realm=\"ostiary\""));
        let forged = format!("{}x", &token[..token.len() - 1]);
        assert_eq!(userinfo(&house, &forged).await.error(), (401, "invalid_token"), "{}", house.name);
        house.clock.advance(Span::minutes(5));
        assert_eq!(userinfo(&house, token).await.error(), (401, "invalid_token"), "{}: expired", house.name);
        let plain = tokens(&house, "alice", &[("scope", "email")]).await;
        assert!(plain.body["id_token"].is_null(), "{}: plain OAuth", house.name);
        let got = userinfo(&house, text(&plain.body["access_token"])).await;
        assert_eq!(got.error(), (403, "insufficient_scope"), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_moment_the_box_is_ticked_nothing_weak_works_any_more() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let got = tokens(&house, "gina", &[]).await;
        let (access, refresh) = (text(&got.body["access_token"]), text(&got.body["refresh_token"]));
        let got = introspect(&house, WEB, access).await;
        assert_eq!((&got.body["active"], &got.body["amr"]), (&json!(true), &json!(["pwd"])), "{}", house.name);
        tick(&house, &house.hilltop, TwoFactor::Required).await;
        let got = userinfo(&house, access).await;
        assert_eq!(got.error(), (401, "insufficient_user_authentication"), "{}", house.name);
        let challenge = got.header(header::WWW_AUTHENTICATE);
        assert!(challenge.contains("acr_values=\"https://refeds.org/profile/mfa\""), "{challenge}");
        for token in [access, refresh] {
            assert_eq!(introspect(&house, WEB, token).await.body, json!({"active": false}), "{}", house.name);
        }
        let sent = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let got = post(&house, "/token", WEB, &sent).await;
        assert_eq!((got.error(), &got.body["grant"]), ((400, "invalid_grant"), &json!("suspended")));
        tick(&house, &house.hilltop, TwoFactor::Off).await;
        assert_eq!(userinfo(&house, access).await.status, 200, "{}: no repair is needed", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_learns_of_tokens_for_it_a_client_of_its_own_and_nobody_of_others() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut unit = house.desk.store.begin().await.unwrap();
        let scopes = Scope::parse("notes").unwrap();
        for (identifier, format, id) in
            [("https://api.example/", "jwt", "api"), ("https://other.example/", "opaque", "other-api")]
        {
            let credentials = (&ClientId::parse(id).unwrap(), &Secret::new("an API's secret"));
            let format = (format, Algorithm::ES256);
            unit.tx().put_resource(identifier, &scopes, format, credentials, house.clock.now()).await.unwrap();
        }
        unit.commit().await.unwrap();
        put(&house, Client { id: ClientId::parse("spy").unwrap(), ..registered(&house, "web").await }).await;
        let (api, other) = (Some(("api", "an API's secret")), Some(("other-api", "an API's secret")));
        let (spy, silent) = (Some(("spy", SECRET)), json!({"active": false}));
        for (resource, asks, others) in [("https://api.example/", api, other), ("https://other.example/", other, api)] {
            let got = tokens(&house, "alice", &[("scope", "openid notes"), ("resource", resource)]).await;
            let (access, refresh) = (text(&got.body["access_token"]), text(&got.body["refresh_token"]));
            for asker in [asks, WEB] {
                let told = introspect(&house, asker, access).await.body;
                assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!(resource)), "{}", house.name);
                assert_eq!((&told["sub"], &told["client_id"]), (&json!(house.alice), &json!("web")));
                assert_eq!(
                    (&told["amr"], &told["tenant_id"]),
                    (&json!(["pwd", "otp", "mfa"]), &json!(house.riverside))
                );
                assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 300);
            }
            for asker in [others, spy] {
                assert_eq!(introspect(&house, asker, access).await.body, silent, "{}", house.name);
            }
            let told = introspect(&house, WEB, refresh).await.body;
            assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &Value::Null), "{}", house.name);
            for asker in [asks, spy] {
                assert_eq!(introspect(&house, asker, refresh).await.body, silent, "{}", house.name);
            }
        }
        for (who, sent, expected) in [
            (None, vec![("token", "x"), ("client_id", "desk")], (401, "invalid_client")),
            (Some(("api", "wrong")), vec![("token", "x")], (401, "invalid_client")),
            (api, vec![], (400, "invalid_request")),
        ] {
            assert_eq!(post(&house, "/introspect", who, &sent).await.error(), expected, "{}", house.name);
        }
        assert_eq!(introspect(&house, api, "x").await.body, silent, "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_an_access_token_ends_it_and_a_refresh_token_ends_all_that_was_granted() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = put(&house, registered(&house, "web").await).await;
        put(&house, Client { id: ClientId::parse("spy").unwrap(), ..web.clone() }).await;
        let got = tokens(&house, "alice", &[]).await;
        let (access, first) = (text(&got.body["access_token"]), text(&got.body["refresh_token"]));
        for token in [access, first, "unknown"] {
            let got = post(&house, "/revoke", Some(("spy", SECRET)), &[("token", token)]).await;
            assert_eq!(got.status, 200, "{}: and it did nothing", house.name);
        }
        assert_eq!(userinfo(&house, access).await.status, 200, "{}", house.name);
        let next = refresh(&house, &web, first).await.unwrap();
        let sent = [("token", access), ("token_type_hint", "refresh_token")];
        assert_eq!(post(&house, "/revoke", WEB, &sent).await.status, 200);
        assert_eq!(userinfo(&house, access).await.error(), (401, "invalid_token"), "{}", house.name);
        assert_eq!(userinfo(&house, next.access_token.expose()).await.status, 200, "{}: that one only", house.name);
        let last = next.refresh_token.unwrap();
        assert_eq!(post(&house, "/revoke", WEB, &[("token", last.expose())]).await.status, 200);
        assert_eq!(userinfo(&house, next.access_token.expose()).await.error(), (401, "invalid_token"));
        assert!(refresh(&house, &web, last.expose()).await.is_err(), "{}", house.name);
        assert_eq!(post(&house, "/revoke", WEB, &[]).await.error(), (400, "invalid_request"));
        assert_eq!(post(&house, "/revoke", None, &[("token", "x")]).await.error(), (401, "invalid_client"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_access_token_was_used_was_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let web = registered(&house, "web").await;
        let got = tokens(&house, "alice", &[]).await;
        let first = text(&got.body["refresh_token"]);
        let next = refresh(&house, &web, first).await.unwrap();
        assert_eq!(userinfo(&house, next.access_token.expose()).await.status, 200, "{}", house.name);
        assert!(refresh(&house, &web, first).await.is_err(), "{}: reuse", house.name);
        assert_eq!(userinfo(&house, next.access_token.expose()).await.error(), (401, "invalid_token"));
    }
}
