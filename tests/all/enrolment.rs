//! From the password of somebody who never enrolled to a token that says `otp`, against the real program: with everything
//! that people do on the way.
use super::harness::{
    client::Client,
    page::Page,
    server::{Backend, Options, Server},
};
use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;
use jiff::SignedDuration;
use std::time::Duration;

const BOB: &str = "bob@riverside.example";
const BOBS_PASSWORD: &str = "correct horse battery staple bob";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn authorize(server: &Server) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", "web")
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", "http://127.0.0.1:9501/callback")
        .append_pair("scope", "openid email tenant")
        .append_pair("state", "s")
        .append_pair("nonce", "n")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .finish();
    server.at(&format!("/authorize?{query}")).to_string()
}

async fn password(server: &Server, browser: &mut Client) -> Page {
    let page = browser.open(authorize(server)).await;
    browser.fill(&page, "login-submit", &[("username", BOB), ("password", BOBS_PASSWORD)]).await
}

/// Through the `nth` mailed code, as far as the number.
async fn mail_code(server: &Server, browser: &mut Client, page: &Page, nth: usize) -> Page {
    let page = if page.has_form("enrol-start") { browser.fill(page, "enrol-start", &[]).await } else { page.clone() };
    let code = loop {
        match server.mails().to(BOB).get(nth) {
            Some(mail) => break mail.code(),
            None => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    browser.fill(&page, "mail-code-submit", &[("mail_code", &code)]).await
}

async fn at_the_link(server: &Server, browser: &mut Client) -> Page {
    let page = password(server, browser).await;
    let page = mail_code(server, browser, &page, 0).await;
    let page = browser.fill(&page, "phone-submit", &[("country", "AU"), ("phone", "0412 345 678")]).await;
    let page = browser.fill(&page, "app-submit", &[]).await;
    assert!(page.has("#totp-qr"), "{page}");
    page
}

/// What the app shows that was linked by the key on this page.
fn app_code(server: &Server, page: &Page, ahead: SignedDuration) -> String {
    let key = page.text("#totp-key").replace(' ', "");
    super::harness::totp(&key, server.clock().now() + ahead)
}

/// The claims of the ID token that this answer's code buys.
async fn redeem(server: &Server, answer: &Page) -> serde_json::Value {
    let code = answer.answer("code").unwrap_or_else(|| panic!("{answer}"));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9501/callback"),
        ("code_verifier", VERIFIER),
    ];
    let basic = ("web", "web-secret-web-secret-web-secret-0001");
    let mut party = Client::new();
    let token = loop {
        let token = party.post(&server.at("/token"), Some(basic), &fields).await;
        // RSA keys are made in the background of a first start.
        if token.status != StatusCode::SERVICE_UNAVAILABLE {
            break token;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(token.status, StatusCode::OK, "{token}");
    let id_token = token.json()["id_token"].as_str().unwrap().to_owned();
    let claims = BASE64URL_NOPAD.decode(id_token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_never_enrolled_gets_from_the_password_to_a_token_that_says_otp() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut browser = Client::new();
        let link = at_the_link(&server, &mut browser).await;
        let shown =
            browser.fill(&link, "link-submit", &[("code", &app_code(&server, &link, SignedDuration::ZERO))]).await;
        assert_eq!(shown.texts("#backup-codes li").len(), 10, "{shown}");
        let answer = browser.fill(&shown, "codes-submit", &[("saved", "yes")]).await;
        let claims = redeem(&server, &answer).await;
        assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]), "{backend:?}");
        assert_eq!(claims["nonce"], "n", "{backend:?}");
        let told = server.mails().newest_to(BOB, "set up").await;
        // Whoever disowns it loses nothing by a mail scanner that only looks.
        let mut scanner = Client::new();
        let not_me = scanner.open(told.link("/not-me")).await;
        assert!(not_me.status == StatusCode::OK && not_me.has_form("not-me-submit"), "{not_me}");
        assert!(browser.open(authorize(&server)).await.answer("code").is_some(), "{backend:?}: nothing has happened");
        let done = scanner.fill(&not_me, "not-me-submit", &[]).await;
        assert!(done.has("#not-me-forgot"), "{done}");
        let again = browser.open(authorize(&server)).await;
        assert!(again.has_form("login-submit"), "{backend:?}: signed out everywhere: {again}");
        let locked = browser.fill(&again, "login-submit", &[("username", BOB), ("password", BOBS_PASSWORD)]).await;
        assert!(locked.has("#fault"), "{backend:?}: the password opens nothing: {locked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reload_back_another_tab_and_codes_that_are_wrong_late_or_used_lose_nothing() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut browser = Client::new();
        let link = at_the_link(&server, &mut browser).await;
        let key = link.text("#totp-key");
        assert_eq!(browser.get(link.url.as_str()).await.text("#totp-key"), key, "{backend:?}: reload");
        let back = browser.get(link.url.as_str().replace("/enrol/link", "/enrol/app")).await;
        let forward = browser.fill(&back, "app-submit", &[]).await;
        assert_eq!(forward.text("#totp-key"), key, "{backend:?}: Back");
        let mut tab = browser.clone();
        let wrong = browser.fill(&link, "link-submit", &[("code", "000000")]).await;
        assert!(wrong.has("#fault") && wrong.text("#totp-key") == key, "{wrong}");
        for (minutes, says) in [(-2, "2 minutes slow"), (2, "2 minutes fast")] {
            let code = app_code(&server, &link, SignedDuration::from_mins(minutes));
            let drifted = browser.fill(&link, "link-submit", &[("code", &code)]).await;
            assert!(drifted.text("#fault").contains(says), "{backend:?}: {}", drifted.text("#fault"));
        }
        let code = app_code(&server, &link, SignedDuration::ZERO);
        let shown = browser.fill(&link, "link-submit", &[("code", &code)]).await;
        let codes = shown.texts("#backup-codes li");
        assert_eq!(codes.len(), 10, "{shown}");
        assert_eq!(tab.open(link.url.as_str()).await.texts("#backup-codes li"), codes, "{backend:?}: the other tab");
        assert_eq!(browser.get(shown.url.as_str()).await.texts("#backup-codes li"), codes, "{backend:?}: reload");
        let answer = browser.fill(&shown, "codes-submit", &[("saved", "yes")]).await;
        assert!(answer.answer("code").is_some(), "{answer}");
        let late = tab.open(shown.url.as_str()).await;
        assert!(!late.has("#backup-codes") && late.answer("code").is_none(), "{backend:?}: never again: {late}");
        // The code that confirmed is used up; a backup code opens a new phone, once.
        let mut other = Client::new();
        let page = password(&server, &mut other).await;
        let used = other.fill(&page, "totp-submit", &[("code", &code)]).await;
        assert!(used.text("#fault").contains("already been used"), "{backend:?}: {used}");
        let page = other.open(page.url.as_str().replace("/login/totp", "/login/recovery")).await;
        let page = other.fill(&page, "recovery-submit", &[("recovery_code", &codes[0])]).await;
        assert!(page.text("main").contains("9 codes left"), "{backend:?}: {page}");
        let page = other.open(page.link("#recovered-continue")).await;
        let link = other.fill(&page, "app-submit", &[]).await;
        assert_ne!(link.text("#totp-key"), key);
        let answer =
            other.fill(&link, "link-submit", &[("code", &app_code(&server, &link, SignedDuration::ZERO))]).await;
        assert_eq!(redeem(&server, &answer).await["amr"], serde_json::json!(["pwd", "otp", "mfa"]), "{backend:?}");
        assert!(browser.open(authorize(&server)).await.has_form("login-submit"), "{backend:?}: the old session ended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_later_the_same_browser_goes_on_where_it_was_and_another_gets_a_key_of_its_own() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut browser = Client::new();
        let link = at_the_link(&server, &mut browser).await;
        let key = link.text("#totp-key");
        server.clock().advance(SignedDuration::from_hours(13));
        let over = browser.fill(&link, "link-submit", &[("code", "123456")]).await;
        assert_eq!(over.status, StatusCode::GONE, "{backend:?}: {over}");
        let page = password(&server, &mut browser).await;
        let page = mail_code(&server, &mut browser, &page, 1).await;
        let page = browser.fill(&page, "phone-submit", &[("keep", "yes")]).await;
        assert_eq!(page.text("#totp-key"), key, "{backend:?}");
        let mut other = Client::new();
        let there = password(&server, &mut other).await;
        let there = mail_code(&server, &mut other, &there, 2).await;
        let there = other.fill(&there, "phone-submit", &[("keep", "yes")]).await;
        let there = other.fill(&there, "app-submit", &[]).await;
        assert_ne!(there.text("#totp-key"), key, "{backend:?}");
        let shown =
            browser.fill(&page, "link-submit", &[("code", &app_code(&server, &page, SignedDuration::ZERO))]).await;
        let answer = browser.fill(&shown, "codes-submit", &[("saved", "yes")]).await;
        assert!(answer.answer("code").is_some(), "{answer}");
        let code = app_code(&server, &there, SignedDuration::ZERO);
        let ended = other.fill(&there, "link-submit", &[("code", &code)]).await;
        assert_eq!(ended.status, StatusCode::GONE, "{backend:?}: {ended}");
    }
}
