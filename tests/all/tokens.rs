//! The token endpoint and its kin from outside: the real program, real signatures, real sockets.
use crate::{
    door::{ALICE, authorize, password},
    harness::{
        client::Client,
        page::Page,
        server::{Backend, Options, Server},
    },
};
use http::StatusCode;
use josekit::{
    jwk::Jwk,
    jws::{ES256, JwsVerifier, RS256},
    jwt,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const WEB: Option<(&str, &str)> = Some(("web", "web-secret-web-secret-web-secret-0001"));
const API: Option<(&str, &str)> = Some(("notes-api", "api-secret-api-secret-api-secret-0001"));
const SVC: Option<(&str, &str)> = Some(("svc", "svc-secret-svc-secret-svc-secret-0001"));
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn post(server: &Server, path: &str, basic: Option<(&str, &str)>, sent: &[(&str, &str)]) -> Page {
    Client::new().post(&server.at(path), basic, sent).await
}

async fn code(server: &Server, email: &str, more: &[(&str, &str)]) -> String {
    let mut browser = Client::new();
    let page = browser.open(authorize(server, more)).await;
    let mut page = password(&mut browser, &page, email).await;
    if page.url.path() == "/login/totp" {
        page = browser.fill(&page, "code", &[("code", &server.totp(ALICE))]).await;
    }
    page.answer("code").unwrap_or_else(|| panic!("no code: {page}"))
}

fn redemption(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "http://127.0.0.1:9501/callback"),
        ("code_verifier", VERIFIER),
    ]
}

async fn tokens(server: &Server, email: &str, more: &[(&str, &str)]) -> Value {
    let code = code(server, email, more).await;
    let answer = post(server, "/token", WEB, &redemption(&code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    answer.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Checks a signature by the published keys, as a relying party would.
async fn verified(server: &Server, token: &str) -> (Value, Value) {
    let set = Client::new().get(server.at("/jwks").as_str()).await.json();
    let header = jwt::decode_header(token).unwrap();
    let (alg, kid) = (header.claim("alg").cloned().unwrap(), header.claim("kid").cloned().unwrap());
    let key = set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).expect("a published key");
    let key = Jwk::from_bytes(key.to_string()).unwrap();
    let verifier: Box<dyn JwsVerifier> = match text(&alg) {
        "RS256" => Box::new(RS256.verifier_from_jwk(&key).unwrap()),
        "ES256" => Box::new(ES256.verifier_from_jwk(&key).unwrap()),
        other => panic!("{other}"),
    };
    let (payload, header) = jwt::decode_with_verifier(token, verifier.as_ref()).expect("a good signature");
    (Value::Object(header.claims_set().clone()), Value::Object(payload.claims_set().clone()))
}

#[tokio::test]
async fn tokens_hold_before_their_published_keys_and_every_endpoint_says_the_same_of_the_sign_in() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let got = tokens(&server, "alice@riverside.example", &[("nonce", "n-1"), ("acr_values", "mfa")]).await;
        let (head, id) = verified(&server, text(&got["id_token"])).await;
        assert_eq!((&head["alg"], &id["nonce"], &id["acr"]), (&json!("RS256"), &json!("n-1"), &json!("mfa")));
        let access = text(&got["access_token"]);
        let (head, said) = verified(&server, access).await;
        assert_eq!((&head["alg"], &head["typ"]), (&json!("ES256"), &json!("at+jwt")));
        assert_eq!((&said["aud"], &said["iss"]), (&json!("https://api.bluegum.example/"), &json!(server.issuer())));
        let told = post(&server, "/introspect", API, &[("token", access)]).await.json();
        assert_eq!(told["active"], true, "{told}");
        for name in ["sub", "amr", "auth_time", "tenant_id"] {
            assert!(id[name] == said[name] && said[name] == told[name] && !id[name].is_null(), "{name}: {id} {told}");
        }
        assert_eq!(id["amr"], json!(["pwd", "otp", "mfa"]));
        let mut client = Client::new();
        let person = client.get_with(&server.at("/userinfo"), access).await.json();
        assert_eq!((&person["sub"], &person["email"]), (&id["sub"], &json!("alice@riverside.example")));
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&got["refresh_token"]))];
        let again = post(&server, "/token", WEB, &refresh).await.json();
        let (_, later) = verified(&server, text(&again["id_token"])).await;
        assert_eq!(later["auth_time"], id["auth_time"], "it survives a refresh");
        assert_eq!(post(&server, "/revoke", WEB, &[("token", text(&again["refresh_token"]))]).await.status, 200);
        let refused = client.get_with(&server.at("/userinfo"), access).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{refused}");
        let log = server.log_text();
        for secret in [access, text(&got["refresh_token"]), "web-secret"] {
            assert!(!log.contains(secret), "a secret in the log");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_at_once_one_redeems_a_code_and_one_refreshes() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let got = tokens(&server, "gina@northside.example", &[]).await;
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&got["refresh_token"]))];
        let answers = at_once(&server, &refresh).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::OK).collect();
        assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        for lost in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
            assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE, "{lost}");
            assert!(lost.header("retry-after").is_some(), "{lost}");
        }
        let next = won[0].json();
        let next = [("grant_type", "refresh_token"), ("refresh_token", text(&next["refresh_token"]))];
        assert_eq!(post(&server, "/token", WEB, &next).await.status, StatusCode::OK, "the family lives");
        let code = code(&server, "gina@northside.example", &[]).await;
        let answers = at_once(&server, &redemption(&code)).await;
        let won = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        let lost = answers.iter().filter(|answer| answer.status == StatusCode::BAD_REQUEST).count();
        assert_eq!((won, lost), (1, 31), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    }
}

async fn at_once(server: &Server, sent: &[(&str, &str)]) -> Vec<Page> {
    let url = server.at("/token");
    let sent: Vec<(String, String)> = sent.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let mut tries = JoinSet::new();
    for _ in 0..32 {
        let (url, sent) = (url.clone(), sent.clone());
        tries.spawn(async move {
            let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            Client::new().post(&url, WEB, &sent).await
        });
    }
    tries.join_all().await
}

#[tokio::test]
async fn the_box_suspends_what_was_given_before_it_was_ticked() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let got = tokens(&server, "gina@northside.example", &[]).await;
        let (access, refresh) = (text(&got["access_token"]), text(&got["refresh_token"]));
        let active = async || post(&server, "/introspect", WEB, &[("token", access)]).await.json();
        assert_eq!(active().await["active"], true);
        server.apply(
            "[[tenant]]\nslug = \"northside\"\nname = \"Northside Osteopathy\"\ntime_zone = \"Pacific/Auckland\"\n\
             [tenant.policy]\ntwo_factor = \"required\"\n",
        );
        let sent = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let refused = post(&server, "/token", WEB, &sent).await;
        let body = refused.json();
        assert_eq!((refused.status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")), "{refused}");
        assert_eq!(body["grant"], "suspended", "{refused}");
        let uri = format!("{}/errors/second-factor", server.issuer());
        assert_eq!(body["error_uri"], json!(uri));
        let refused = Client::new().get_with(&server.at("/userinfo"), access).await;
        let challenge = refused.header("www-authenticate").unwrap_or_default().to_owned();
        assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
        assert!(challenge.contains("acr_values=\"https://refeds.org/profile/mfa\""), "{challenge}");
        assert_eq!(active().await, json!({"active": false}));
    }
}

#[tokio::test]
async fn a_machine_gets_a_token_for_its_own_clinic_and_no_person_in_it() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let resource = ("resource", "https://api.bluegum.example/");
        let answer = post(&server, "/token", SVC, &[("grant_type", "client_credentials"), resource]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
        let got = answer.json();
        let (_, said) = verified(&server, text(&got["access_token"])).await;
        assert_eq!((&said["sub"], &said["scope"]), (&json!("svc"), &json!("export:read")), "{said}");
        assert!(said["amr"].is_null() && got["refresh_token"].is_null() && got["id_token"].is_null(), "{got}");
        for (more, error) in [(("tenant", "hilltop"), "unauthorized_client"), (("scope", "openid"), "invalid_scope")] {
            let answer = post(&server, "/token", SVC, &[("grant_type", "client_credentials"), more]).await;
            assert_eq!(answer.json()["error"], error, "{answer}");
        }
    }
}
