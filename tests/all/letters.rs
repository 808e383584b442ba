//! Letters from the real program: a password that was forgotten, a start that found letters waiting.
use super::harness::{
    client::Client,
    page::Page,
    server::{Backend, Options, Server},
};
use http::{HeaderValue, StatusCode, header};
use std::fs;

const ALICE: &str = "alice@riverside.example";
const NEW: &str = "seventeen quiet otters";

async fn ask_for_link(server: &Server, browser: &mut Client, email: &str) -> Page {
    let page = browser.open(server.at("/login/forgot")).await;
    browser.fill(&page, "forgot-submit", &[("email", email)]).await
}

async fn sign_in(server: &Server, password: &str) -> Page {
    let mut browser = Client::new();
    let page = browser.open(server.at("/login")).await;
    browser.fill(&page, "login-submit", &[("username", ALICE), ("password", password)]).await
}

/// ABUSE O-41 to O-43.
#[tokio::test]
async fn a_mailed_link_of_the_issuer_sets_a_new_password_once_and_asks_for_the_second_factor_as_before() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut browser = Client::new();
        for (name, value) in [
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example;proto=http"),
            ("x-original-url", "http://evil.example/"),
        ] {
            browser.headers.insert(name, HeaderValue::from_static(value));
        }
        let sent = ask_for_link(&server, &mut browser, ALICE).await;
        let unknown = ask_for_link(&server, &mut Client::new(), "nobody@riverside.example").await;
        assert_eq!((sent.status, unknown.status, sent.title()), (StatusCode::OK, StatusCode::OK, unknown.title()));
        let mail = server.mails().newest_to(ALICE, "/login/reset").await;
        let link = mail.link("/login/reset");
        assert!(link.starts_with(server.issuer()), "{link}");
        assert!(!mail.text.contains("evil") && mail.subject.contains("Riverside Physio"), "{mail:?}");
        let mut other = Client::new();
        // Looked at by a mail scanner first.
        Client::new().open(&link).await;
        let page = other.open(&link).await;
        let done = other.fill(&page, "reset-submit", &[("new_password", NEW)]).await;
        assert!(done.has("#login-submit"), "nobody is signed in by a link: {done}");
        assert_eq!(other.open(&link).await.status, StatusCode::NOT_FOUND, "once");
        assert!(sign_in(&server, "correct horse battery staple alice").await.has("#login-submit"), "the old one");
        assert!(sign_in(&server, NEW).await.has("#totp-submit"), "the second factor is untouched");
        server.mails().newest_to(ALICE, "password was changed").await;
        assert!(server.mails().to("nobody@riverside.example").is_empty());
    }
}

#[tokio::test]
async fn a_letter_that_waited_leaves_once_after_a_restart() {
    for backend in Backend::all() {
        let mut server = Server::start(backend, Options::default()).await;
        // A file stands where the mails should go.
        let (dir, aside) = (server.mails().dir().to_owned(), server.dir().join("aside"));
        fs::rename(&dir, &aside).unwrap();
        fs::write(&dir, "in the way").unwrap();
        let mut browser = Client::new();
        browser.headers.insert(header::USER_AGENT, HeaderValue::from_static("Firefox/140"));
        ask_for_link(&server, &mut browser, ALICE).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        server.kill();
        fs::remove_file(&dir).unwrap();
        fs::rename(&aside, &dir).unwrap();
        server.resume();
        server.clock().advance(jiff::SignedDuration::from_mins(2));
        server.mails().newest_to(ALICE, "/login/reset").await;
        server.clock().advance(jiff::SignedDuration::from_mins(10));
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(server.mails().to(ALICE).len(), 1, "told is told");
    }
}
