//! Signing out: asked first unless a verified hint says that the app asked for whoever is here.
use crate::{
    acts::testing::{PASSWORD, houses},
    http::testing::{Browser, authorize},
};
use http::{Method, StatusCode};

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
