//! The door from outside: the real program, its cookies and headers, and what is thrown at it.
use crate::harness::{
    client::Client,
    page::Page,
    server::{Backend, Options, Server},
};

pub const ALICE: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A good request of the client `web`, with these parameters added, replaced, or (empty) left out.
pub fn authorize(server: &Server, more: &[(&str, &str)]) -> url::Url {
    let mut sent = vec![
        ("client_id", "web"),
        ("response_type", "code"),
        ("redirect_uri", "http://127.0.0.1:9501/callback"),
        ("scope", "openid email offline_access"),
        ("state", "s"),
        ("code_challenge_method", "S256"),
        ("code_challenge", CHALLENGE),
    ];
    for (name, value) in more {
        sent.retain(|(known, _)| known != name);
        sent.push((name, value));
    }
    sent.retain(|(_, value)| !value.is_empty());
    let mut url = server.at("/authorize");
    url.query_pairs_mut().extend_pairs(sent);
    url
}

/// Types the fixture's password of somebody.
pub async fn password(browser: &mut Client, page: &Page, email: &str) -> Page {
    let name = email.split('@').next().unwrap();
    let password = format!("correct horse battery staple {name}");
    browser.fill(page, "login-submit", &[("username", email), ("password", &password)]).await
}

#[tokio::test]
async fn somebody_enrolled_comes_back_to_the_app_with_a_code() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut browser = Client::new();
        let page = browser.open(authorize(&server, &[])).await;
        assert_eq!(page.url.path(), "/login", "{page}");
        let page = password(&mut browser, &page, "alice@riverside.example").await;
        assert_eq!(page.url.path(), "/login/totp", "{page}");
        assert!(page.text("details").contains("Riverside Physio requires two-factor authentication"), "{page}");
        let answer = browser.fill(&page, "code", &[("code", &server.totp(ALICE))]).await;
        assert!(answer.answer("code").is_some(), "{answer}");
        assert_eq!(answer.answer("iss").as_deref(), Some(server.issuer()));
        let log = server.log_text();
        for secret in ["correct horse", &answer.answer("code").unwrap()] {
            assert!(!log.contains(secret), "a secret in the log");
        }
    }
}
