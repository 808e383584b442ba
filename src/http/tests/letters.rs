//! The pages that live by mail and by word of mouth: forgotten password, mailed code, set-up code.
use crate::{
    acts::{
        letters::{Addressed, Letter},
        setup_code::{self, Helping},
        testing::{House, PASSWORD, houses},
    },
    factors::recovery::Words,
    http::testing::{Answer, Browser, authorize},
};
use http::StatusCode;
use ostiary_gate::domain::{
    audit::Actor,
    tenant::{FirstBinding, Policy},
    time::Span,
};
use std::time::Duration;

const NEW: &str = "seventeen quiet otters";

async fn sign_in(browser: &mut Browser, name: &str, password: &str) -> Answer {
    let page = browser.open(&authorize(&[])).await;
    let email = format!("{name}@example.com");
    browser.fill(&page, "login-submit", &[("username", &email), ("password", password)]).await
}

/// The next letter; what is queued after an answer takes a moment.
async fn letter(house: &House) -> Option<Addressed> {
    for _ in 0..60 {
        let mut unit = house.desk.store.begin().await.unwrap();
        let claimed = unit.tx().claim_outbox(1, Span::days(99), house.clock.now()).await.unwrap().pop();
        unit.commit().await.unwrap();
        if let Some(claimed) = claimed {
            return Some(serde_json::from_slice(&claimed.body.unwrap()).unwrap());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

async fn code(house: &House) -> String {
    match letter(house).await.unwrap().letter {
        Letter::Code { code, .. } => code.expose().to_owned(),
        _ => panic!("another letter"),
    }
}

/// Asks for a link and gives the path behind it.
async fn reset_link(house: &House, browser: &mut Browser, email: &str) -> String {
    let page = browser.open("/login/forgot").await;
    let page = browser.fill(&page, "forgot-submit", &[("email", email)]).await;
    assert!(page.path.starts_with("/login/forgot?sent="), "{page:?}");
    match letter(house).await.unwrap().letter {
        Letter::PasswordReset { token, .. } => format!("/login/reset?token={}", token.expose()),
        _ => panic!("another letter"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_and_the_second_factor_is_still_asked() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let link = reset_link(&house, &mut browser, "alice@example.com").await;
        // In another browser, as from another device; looked at twice, as mail scanners do.
        let mut other = Browser::new(&house);
        other.get(&link).await;
        let page = other.open(&link).await;
        assert_eq!((page.status, page.value("username")), (StatusCode::OK, "alice@example.com".to_owned()));
        let short = other.fill(&page, "reset-submit", &[("new_password", "short")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.has("#new_password[aria-invalid]"), "{}", short.body);
        assert!(!short.body.contains("value=\"short\""), "a password is never sent back");
        let done = other.fill(&short, "reset-submit", &[("new_password", NEW)]).await;
        assert!(done.path.starts_with("/login?changed="), "nobody is signed in: {done:?}");
        assert!(done.has(".note") && !other.cookies.contains_key("ostiary_session"), "{}", done.body);
        let gone = other.get(&link).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}: once", house.name);
        let mut fresh = Browser::new(&house);
        assert!(sign_in(&mut fresh, "alice", PASSWORD).await.has("#login-submit"), "{}", house.name);
        assert!(sign_in(&mut fresh, "alice", NEW).await.has("#totp-submit"), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forgot_says_the_same_of_everybody_and_names_no_address_in_an_address_bar() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let mut bodies = vec![];
        for email in ["alice@example.com", "nobody@example.com"] {
            let start = browser.open(&authorize(&[])).await;
            let visit = start.value("visit");
            let page = browser.open(&format!("/login/forgot?visit={visit}")).await;
            let sent = browser.fill(&page, "forgot-submit", &[("email", email)]).await;
            assert_eq!(sent.status, StatusCode::OK);
            assert!(!sent.path.contains("example.com") && sent.body.contains(email), "{}", sent.path);
            assert!(sent.body.contains("/login?visit="), "{}: the way back is kept", house.name);
            let cut = |text: &str| text.replace(email, "").split("visit=").next().unwrap().to_owned();
            bodies.push(cut(&sent.body));
        }
        assert_eq!(bodies[0], bodies[1], "{}", house.name);
        let page = browser.open("/login/forgot").await;
        for (typed, says) in [("", "email"), ("alice", "email")] {
            let wrong = browser.fill(&page, "forgot-submit", &[("email", typed)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.has(&format!("#{says}[aria-invalid]")), "{}", wrong.body);
        }
        for _ in 2..20 {
            browser.fill(&page, "forgot-submit", &[("email", "nobody@example.com")]).await;
        }
        let many = browser.fill(&page, "forgot-submit", &[("email", "nobody@example.com")]).await;
        assert_eq!(many.status, StatusCode::TOO_MANY_REQUESTS, "{}", house.name);
        assert_eq!(many.header("retry-after"), "900", "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailed_code_leads_on_to_the_phone_number() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let stop = sign_in(&mut browser, "bob", PASSWORD).await;
        let page = browser.fill(&stop, "enrol-start", &[]).await;
        assert!(page.path.starts_with("/enrol/mail-code?visit=vis_"), "{page:?}");
        assert!(page.body.contains("b•••@example.com") && !page.body.contains("bob@example.com"), "{}", page.body);
        let first = code(&house).await;
        browser.get(&page.path).await;
        assert!(letter(&house).await.is_none(), "{}: a reload sends nothing", house.name);
        for typed in ["", "12345", "abcdef"] {
            let wrong = browser.fill(&page, "mail-code-submit", &[("mail_code", typed)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(wrong.has("#mail_code[aria-invalid]"), "{typed}: {}", wrong.body);
        }
        let again = browser.fill(&page, "mail-code-again", &[("again", "yes")]).await;
        assert!(again.has("[role=status]"), "{}", again.body);
        let second = code(&house).await;
        if first != second {
            let old = browser.fill(&page, "mail-code-submit", &[("mail_code", &first)]).await;
            assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "{}: replaced", house.name);
        }
        let on = browser.fill(&page, "mail-code-submit", &[("mail_code", &second)]).await;
        assert!(on.path.starts_with("/enrol/phone?visit="), "{on:?}");
        let back = browser.open(&page.path).await;
        assert!(back.path.starts_with("/enrol/phone?visit="), "{}: Back cannot ask twice", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_code_is_for_the_page_with_the_two_words() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut unit = house.desk.store.begin().await.unwrap();
        let tenant = unit.tx().tenant(&house.riverside).await.unwrap().unwrap();
        let policy = Policy { first_binding: FirstBinding::SetupCode, ..tenant.policy };
        unit.tx().set_policy(&house.riverside, &policy, tenant.required_since).await.unwrap();
        unit.commit().await.unwrap();
        let mut browser = Browser::new(&house);
        let stop = sign_in(&mut browser, "bob", PASSWORD).await;
        let page = if stop.has("#enrol-start") { browser.fill(&stop, "enrol-start", &[]).await } else { stop };
        assert!(page.path.starts_with("/enrol/setup-code?visit=vis_"), "{page:?}");
        let words = page.text("#setup-words");
        let again = browser.open(&page.path).await;
        assert_eq!(again.text("#setup-words"), words, "{}: the same after a reload", house.name);
        let (first, second) = words.split_once(" · ").unwrap();
        let words = Words::read(first, second).unwrap();
        for typed in ["", "123456", "H4TQ-9KXM-2RWD"] {
            let wrong = browser.fill(&page, "setup-code-submit", &[("setup_code", typed)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(wrong.has("#setup_code[aria-invalid]"), "{typed}: {}", wrong.body);
        }
        let mut unit = house.desk.store.begin().await.unwrap();
        let by = Actor::Person(house.dave.clone());
        let helping = Helping { by: &by, person: &house.bob, tenant: &house.riverside };
        let given = setup_code::give(unit.tx(), &helping, words, house.clock.now(), &*house.desk.dice).await;
        let shown = unit.settle(given).await.unwrap().code.shown();
        let on = browser.fill(&page, "setup-code-submit", &[("setup_code", shown.expose())]).await;
        assert!(on.path.starts_with("/enrol/phone?visit="), "{on:?}");
    }
}
