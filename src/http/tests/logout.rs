//! Signing out: asked first unless a verified hint says that the app asked for whoever is here.
use crate::{
    acts::testing::{House, PASSWORD, houses},
    http::testing::{Browser, authorize, encoded},
};
use http::{Method, StatusCode};
use ostiary_gate::domain::time::Span;

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_is_asked_first_and_then_done() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = browser.open(&authorize(&[])).await;
        let fields = [("username", "gina@example.com"), ("password", PASSWORD)];
        assert!(browser.fill(&page, "login-submit", &fields).await.told("code").is_some(), "{}", house.name);
        for query in ["", "?id_token_hint=a.b.c", "?post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&state=s"] {
            let page = browser.open(&format!("/logout{query}")).await;
            assert!(page.has("#logout-confirm"), "{query}: {}", page.body);
            assert!(page.body.contains("gina@example.com"));
        }
        let from = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://app.example")];
        let posted = browser.send(Method::POST, "/logout", &from, "id_token_hint=a.b.c&state=x".to_owned()).await;
        assert_eq!(posted.location().as_deref(), Some("/logout?id_token_hint=a.b.c&state=x"));
        let page = browser.open("/logout").await;
        let stay = browser.submit(&page.form("logout-confirm").with("answer", "no")).await;
        assert_eq!(stay.location().as_deref(), Some("/account"));
        let kept = browser.cookies.clone();
        let done = browser.submit(&page.form("logout-confirm").with("answer", "yes")).await;
        assert_eq!((done.status, done.location().as_deref()), (StatusCode::SEE_OTHER, Some("/logout/done")));
        assert!(browser.follow(done).await.has("#logout-done"));
        assert!(!browser.cookies.contains_key("ostiary_session"));
        browser.cookies = kept;
        let replayed = browser.get(&authorize(&[("prompt", "none")])).await;
        assert_eq!(replayed.told("error").as_deref(), Some("login_required"), "the old cookie is nobody's");
        assert!(browser.open("/logout").await.has("#logout-done"), "nobody is signed in: that is said");
        let twice = browser.get("/logout?state=a&state=b").await;
        assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    }
}

/// Signs in as `name` and redeems the code: the ID token that the app would send as a hint.
async fn hint_of(house: &House, browser: &mut Browser, name: &str) -> String {
    let page = browser.open(&authorize(&[("prompt", "login")])).await;
    let email = format!("{name}@example.com");
    let mut answer = browser.fill(&page, "login-submit", &[("username", &email), ("password", PASSWORD)]).await;
    if answer.has("#totp-submit") {
        answer = browser.fill(&answer, "totp-submit", &[("code", &house.code())]).await;
        house.clock.advance(Span::seconds(30));
    }
    let body = encoded(&[
        ("grant_type".into(), "authorization_code".into()),
        ("code".into(), answer.told("code").unwrap()),
        ("redirect_uri".into(), "https://app.example/cb".into()),
        ("code_verifier".into(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into()),
    ]);
    let basic = data_encoding::BASE64.encode(b"web:a+secret+of+the+client");
    let more = [("content-type", "application/x-www-form-urlencoded"), ("authorization", &*format!("Basic {basic}"))];
    let answer = Browser::new(house).send(Method::POST, "/token", &more, body).await;
    let tokens: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    tokens["id_token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_says_whom_it_means_signs_them_out_and_has_them_back() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let hint = hint_of(&house, &mut browser, "gina").await;
        let bye = "post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye";
        for wrong in [format!("{hint}x&{bye}"), format!("{hint}&client_id=other&{bye}%2F")] {
            let mut copy = browser.clone();
            let answer = copy.get(&format!("/logout?id_token_hint={wrong}")).await;
            let to = answer.location().unwrap_or_default();
            assert!(!to.starts_with("https:"), "{wrong}: {to}");
        }
        let mut browser = Browser::new(&house);
        let hint = hint_of(&house, &mut browser, "gina").await;
        let expired = Span::hours(2);
        house.clock.advance(expired);
        let answer = browser.get(&format!("/logout?id_token_hint={hint}&{bye}&state=a%20b")).await;
        assert_eq!(answer.location().as_deref(), Some("https://app.example/bye?state=a+b"), "{}", house.name);
        assert!(!browser.cookies.contains_key("ostiary_session"));
        let again = browser.get(&format!("/logout?id_token_hint={hint}&{bye}")).await;
        assert_eq!(again.location().as_deref(), Some("https://app.example/bye"), "nobody is left to sign out");
        let silent = browser.get(&authorize(&[("prompt", "none")])).await;
        assert_eq!(silent.told("error").as_deref(), Some("login_required"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_about_somebody_else_signs_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let hint = hint_of(&house, &mut Browser::new(&house), "alice").await;
        let mut browser = Browser::new(&house);
        hint_of(&house, &mut browser, "gina").await;
        let answer = browser.get(&format!("/logout?id_token_hint={hint}")).await;
        assert!(answer.has("#logout-confirm"), "{}: {answer:?}", house.name);
        assert!(browser.get(&authorize(&[("prompt", "none")])).await.told("code").is_some(), "still signed in");
        let hinted = authorize(&[("prompt", "none"), ("id_token_hint", &hint)]);
        assert_eq!(browser.get(&hinted).await.told("error").as_deref(), Some("login_required"));
        let asked = browser.open(&authorize(&[("id_token_hint", &hint)])).await;
        let wrong =
            browser.fill(&asked, "login-submit", &[("username", "gina@example.com"), ("password", PASSWORD)]).await;
        assert!(wrong.text("#fault").contains("asked for somebody else"), "{wrong:?}");
    }
}
