//! A visit on its way: Back, reload, a second tab, a night away, another browser.
use super::{password, signed_in, typed};
use crate::{
    acts::testing::houses,
    http::testing::{Browser, authorize},
};
use http::StatusCode;
use ostiary_gate::domain::time::Span;

#[tokio::test(flavor = "multi_thread")]
async fn back_reload_and_a_second_tab_lead_on() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let first = browser.open(&authorize(&[])).await;
        let second = browser.open(&authorize(&[("state", "two")])).await;
        let code_page = typed(&mut browser, &first, "alice").await;
        assert!(browser.get(&code_page.path).await.has("#totp-submit"), "reload");
        let back = browser.get(&first.path).await;
        assert!(back.has("#login-submit"), "Back: the sign-in page still works");
        let forged = code_page.path.replace("/login/totp", "/consent");
        assert!(browser.open(&forged).await.has("#totp-submit"), "a page that is not due leads to the one that is");
        let other = Browser::new(&house).open(&code_page.path).await;
        assert!(!other.has("#totp-submit"), "another browser's visit");
        let done = browser.fill(&code_page, "totp-submit", &[("code", &house.code())]).await;
        assert_eq!(done.told("state").as_deref(), Some("s"), "{}", house.name);
        let again = browser.get(&code_page.path).await;
        assert!(again.text("h1").contains("finished this in another tab"), "{}", again.body);
        assert!(again.has("a[href='https://app.example']"));
        let posted = browser.fill(&code_page, "totp-submit", &[("code", &house.code())]).await;
        assert!(posted.text("h1").contains("finished this in another tab") && posted.told("code").is_none());
        house.clock.advance(Span::seconds(30));
        let page = typed(&mut browser, &second, "alice").await;
        assert!(page.has("#totp-submit"), "whoever signs in again shows all of it again");
        let reloaded = browser.get(&second.path).await;
        assert_eq!(reloaded.told("state").as_deref(), Some("two"), "signed in meanwhile: no page is needed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_begins_again_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = browser.open(&authorize(&[])).await;
        let code_page = typed(&mut browser, &page, "alice").await;
        house.clock.advance(Span::minutes(61));
        let late = typed(&mut browser, &page, "alice").await;
        assert!(late.text("[role=status]").contains("You were away"), "{}", late.body);
        assert_eq!(late.value("username"), "alice@example.com");
        let expired = browser.fill(&code_page, "totp-submit", &[("code", &house.code())]).await;
        assert_eq!(expired.status, StatusCode::GONE, "{}", house.name);
        let fresh = browser.open(&code_page.path).await;
        assert_eq!(fresh.status, StatusCode::GONE);
        let html = scraper::Html::parse_document(&fresh.body);
        let link = html.select(&scraper::Selector::parse("#trouble-on").unwrap()).next().unwrap().attr("href").unwrap();
        let page = browser.open(link).await;
        let page = typed(&mut browser, &page, "alice").await;
        let answer = browser.fill(&page, "totp-submit", &[("code", &house.code())]).await;
        assert_eq!(answer.told("state").as_deref(), Some("s"));
        house.clock.advance(Span::hours(25));
        let forgotten = browser.get(&late.path).await;
        assert!(!forgotten.has("#login-submit"), "what was asked for yesterday is not asked for any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_has_sixteen_visits_and_the_oldest_gives_way() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let first = password(&mut browser, "alice", &[]).await;
        let mut last = first.path.clone();
        for _ in 0..15 {
            house.clock.advance(Span::seconds(1));
            last = password(&mut browser, "alice", &[]).await.path;
        }
        assert!(browser.get(&first.path).await.has("#totp-submit"), "{}: sixteen", house.name);
        house.clock.advance(Span::seconds(1));
        password(&mut browser, "alice", &[]).await;
        assert!(!browser.get(&first.path).await.has("#totp-submit"), "{}: seventeen", house.name);
        assert!(browser.get(&last).await.has("#totp-submit"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_or_signed_in_elsewhere_counts_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut attacker = signed_in(&house, "gina").await;
        let mut victim = Browser::new(&house);
        victim.open("/login").await;
        victim.cookies.insert("ostiary_session".to_owned(), attacker.cookies["ostiary_session"].clone());
        let answer = victim.get(&authorize(&[("prompt", "none")])).await;
        assert_eq!(answer.told("error").as_deref(), Some("login_required"), "{}: a planted session", house.name);
        house.clock.advance(Span::seconds(1));
        let begun = attacker.open(&authorize(&[("prompt", "login")])).await;
        let lured = victim.get(&begun.path).await;
        assert_eq!(lured.status, StatusCode::GONE, "{}: a visit of another browser", house.name);
        assert!(!lured.has("#login-submit"));
        let blocked = Browser::new(&house).get(&begun.path).await;
        assert!(blocked.text("h1").contains("blocks our cookie"), "{}", blocked.body);
        let before = attacker.cookies["ostiary_session"].clone();
        let page = typed(&mut attacker, &begun, "gina").await;
        assert!(page.told("code").is_some());
        assert_ne!(attacker.cookies["ostiary_session"], before, "a new value at each rise");
        attacker.cookies.insert("ostiary_session".to_owned(), before);
        let old = attacker.get(&authorize(&[("prompt", "none")])).await;
        assert_eq!(old.told("error").as_deref(), Some("login_required"), "the old value is dead");
    }
}
