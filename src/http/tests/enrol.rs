//! Set-up and recovery as a browser without script sees them, on both databases.
use crate::{
    acts::{
        letters::{Addressed, Letter},
        testing::{House, PASSWORD, houses},
    },
    factors::totp::{Seed, code_at},
    http::testing::{Answer, Browser, authorize},
};
use http::StatusCode;
use ostiary_gate::domain::time::Span;

async fn password(browser: &mut Browser, name: &str, more: &[(&str, &str)]) -> Answer {
    let page = browser.open(&authorize(more)).await;
    let email = format!("{name}@example.com");
    browser.fill(&page, "login-submit", &[("username", &email), ("password", PASSWORD)]).await
}

/// Letters that were queued since the last look.
async fn letters(house: &House) -> Vec<Letter> {
    let mut unit = house.desk.store.begin().await.unwrap();
    let claimed = unit.tx().claim_outbox(100, Span::days(99), house.clock.now()).await.unwrap();
    unit.commit().await.unwrap();
    let read = |body: Vec<u8>| serde_json::from_slice::<Addressed>(&body).unwrap().letter;
    claimed.into_iter().map(|claimed| read(claimed.body.unwrap().to_vec())).collect()
}

async fn mailed_code(house: &House) -> String {
    let found = letters(house).await.into_iter().find_map(|letter| match letter {
        Letter::Code { code, .. } => Some(code.expose().to_owned()),
        _ => None,
    });
    found.expect("a letter with a code")
}

/// The code that the app shows which was linked by the key on this page.
fn app_code(house: &House, page: &Answer, ahead: Span) -> String {
    let seed = Seed::from_base32(&page.text("#totp-key")).unwrap();
    code_at(&seed, house.clock.now().plus(ahead))
}

/// Bob's browser, from the password to the page with the key.
async fn at_the_link(house: &House, browser: &mut Browser) -> Answer {
    let page = password(browser, "bob", &[]).await;
    let page = browser.fill(&page, "enrol-start", &[("choice", "start")]).await;
    let code = mailed_code(house).await;
    let page = browser.fill(&page, "mail-code-submit", &[("mail_code", &code)]).await;
    let page = browser.fill(&page, "phone-submit", &[("country", "AU"), ("phone", "0412 345 678")]).await;
    let page = browser.fill(&page, "app-submit", &[]).await;
    assert!(page.path.starts_with("/enrol/link?visit=vis_"), "{page:?}");
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_enrolled_gets_from_the_password_to_the_app_and_sees_each_page_once() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let stop = password(&mut browser, "bob", &[("ostiary_draft", "kept")]).await;
        assert!(stop.path.starts_with("/enrol?visit=vis_"), "{}: {stop:?}", house.name);
        assert!(stop.body.contains("has kept your work") && !stop.has("#enrol-later"), "{}", stop.body);
        assert!(stop.text("details").contains("riverside requires two-factor authentication"));
        let cannot = browser.get(&stop.path.replace("/enrol?", "/enrol/cannot?")).await;
        assert!(cannot.status == StatusCode::OK && cannot.has("#cannot-sign-out"), "{cannot:?}");
        let mail = browser.fill(&stop, "enrol-start", &[("choice", "start")]).await;
        assert!(mail.path.starts_with("/enrol/mail-code?") && mail.body.contains("b•••@example.com"), "{mail:?}");
        let code = mailed_code(&house).await;
        let phone = browser.fill(&mail, "mail-code-submit", &[("mail_code", &code)]).await;
        assert!(phone.path.starts_with("/enrol/phone?") && phone.text(".quiet").contains("Step 1 of 4"), "{phone:?}");
        let app = browser.fill(&phone, "phone-submit", &[("country", "AU"), ("phone", "0412 345 678")]).await;
        assert!(app.path.starts_with("/enrol/app?"), "{app:?}");
        let link = browser.fill(&app, "app-submit", &[]).await;
        assert!(link.has("svg#totp-qr path") && link.text("#totp-key").len() == 39, "{link:?}");
        assert!(link.header("cache-control").contains("no-store"));
        let shown = browser.fill(&link, "link-submit", &[("code", &app_code(&house, &link, Span::ZERO))]).await;
        assert!(shown.path.starts_with("/enrol/codes?") && shown.has("#backup-codes li:nth-child(10)"), "{shown:?}");
        let answer = browser.fill(&shown, "codes-submit", &[("saved", "yes")]).await;
        assert!(answer.location().unwrap().starts_with("https://app.example/cb?code="), "{answer:?}");
        assert!(browser.get(&authorize(&[])).await.told("code").is_some(), "{}: no second question", house.name);
        assert!(letters(&house).await.iter().any(|letter| matches!(letter, Letter::News(_))), "told by mail");
        // O-29: nothing of it can be seen again.
        for page in ["/enrol", "/enrol/link", "/enrol/codes", "/enrol/codes/download", "/enrol/phone"] {
            let again = browser.open(&format!("{page}?visit={}", shown.value("visit"))).await;
            assert!(!again.has("#totp-key") && !again.has("#backup-codes"), "{page}: {again:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reload_back_a_second_tab_and_wrong_codes_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let link = at_the_link(&house, &mut browser).await;
        let key = link.text("#totp-key");
        assert_eq!(browser.get(&link.path).await.text("#totp-key"), key, "{}: reload", house.name);
        let back = browser.get(&link.path.replace("/link", "/phone")).await;
        assert!(
            back.has("#phone-submit") && !back.body.contains("678"),
            "before the second factor no digits: {back:?}"
        );
        let forward = browser.fill(&back, "phone-submit", &[("keep", "yes")]).await;
        assert_eq!((forward.text("#totp-key"), forward.path.contains("/enrol/link")), (key.clone(), true));
        for (typed, says) in [
            ("", "Enter the 6-digit code"),
            ("12345", "The code is 6 digits"),
            ("000000", "Wait for the next code"),
            ("000000", "Wait for the next code"),
            ("000000", "Still not matching? Check you’re reading the entry called riverside"),
        ] {
            let wrong = browser.fill(&link, "link-submit", &[("code", typed)]).await;
            assert_eq!((wrong.status, wrong.text("#totp-key")), (StatusCode::UNPROCESSABLE_ENTITY, key.clone()));
            assert!(wrong.text("#fault").contains(says), "{typed}: {}", wrong.text("#fault"));
        }
        let slow = app_code(&house, &link, Span::minutes(-2));
        let wrong = browser.fill(&link, "link-submit", &[("code", &slow)]).await;
        assert!(wrong.text("#fault").contains("about 2 minutes slow"), "{}", wrong.text("#fault"));
        let fast = app_code(&house, &link, Span::minutes(3));
        let wrong = browser.fill(&link, "link-submit", &[("code", &fast)]).await;
        assert!(wrong.text("#fault").contains("about 3 minutes fast"), "{}", wrong.text("#fault"));
        // A second tab: the same browser signs in again and goes on where it was.
        let tab = password(&mut browser, "bob", &[]).await;
        assert!(tab.path.starts_with("/enrol/mail-code?"), "{}: {tab:?}", house.name);
        let code = app_code(&house, &link, Span::ZERO);
        let shown = browser.fill(&link, "link-submit", &[("code", &code)]).await;
        assert!(shown.has("#backup-codes"), "{shown:?}");
        let again = browser.fill(&link, "link-submit", &[("code", &code)]).await;
        assert!(again.path.starts_with("/enrol/codes?"), "sent twice: what is next, not a fault: {again:?}");
        assert_eq!(again.text("#backup-codes"), shown.text("#backup-codes"));
        let unticked = browser.fill(&again, "codes-submit", &[]).await;
        assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(unticked.text("#backup-codes"), shown.text("#backup-codes"));
        let file = browser.get(&shown.path.replace("/codes", "/codes/download")).await;
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"riverside-backup-codes.txt\"");
        assert!(shown.text("#backup-codes").lines().all(|code| file.body.contains(code.trim())), "{}", file.body);
        assert!(browser.fill(&unticked, "codes-submit", &[("saved", "yes")]).await.told("code").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_day_the_same_browser_finds_its_key_and_another_gets_its_own() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let link = at_the_link(&house, &mut browser).await;
        let key = link.text("#totp-key");
        house.clock.advance(Span::hours(14));
        let over = browser.fill(&link, "link-submit", &[("code", &app_code(&house, &link, Span::ZERO))]).await;
        assert_eq!(over.status, StatusCode::GONE, "{}: {over:?}", house.name);
        let page = password(&mut browser, "bob", &[]).await;
        assert!(page.path.starts_with("/enrol/mail-code?"), "{page:?}");
        let code = mailed_code(&house).await;
        let page = browser.fill(&page, "mail-code-submit", &[("mail_code", &code)]).await;
        let page = browser.fill(&page, "phone-submit", &[("keep", "yes")]).await;
        assert_eq!(page.text("#totp-key"), key, "{}", house.name);
        let mut other = Browser::new(&house);
        let there = password(&mut other, "bob", &[]).await;
        let there = other.fill(&there, "enrol-start", &[("choice", "start")]).await;
        let code = mailed_code(&house).await;
        let there = other.fill(&there, "mail-code-submit", &[("mail_code", &code)]).await;
        assert!(there.has("#phone-submit") && !there.has("#phone"), "on file already: {there:?}");
        let there = other.fill(&there, "phone-submit", &[("keep", "yes")]).await;
        let there = other.fill(&there, "app-submit", &[]).await;
        assert_ne!(there.text("#totp-key"), key, "{}", house.name);
        let foreign = other.fill(&there, "link-submit", &[("code", &app_code(&house, &page, Span::ZERO))]).await;
        assert!(foreign.has("#fault") && foreign.has("#totp-key"), "{}", house.name);
        let shown = browser.fill(&page, "link-submit", &[("code", &app_code(&house, &page, Span::ZERO))]).await;
        assert!(shown.has("#backup-codes"), "{shown:?}");
        let late = other.fill(&there, "link-submit", &[("code", &app_code(&house, &there, Span::ZERO))]).await;
        assert_eq!(late.status, StatusCode::GONE, "{}: the other browser's visit has ended: {late:?}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_skips_a_step_and_what_is_sent_beside_the_form_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let stop = password(&mut browser, "bob", &[]).await;
        let visit = stop.value("visit");
        for page in ["/enrol/phone", "/enrol/app", "/enrol/link", "/enrol/codes", "/enrol/codes/download"] {
            let led = browser.open(&format!("{page}?visit={visit}")).await;
            assert!(led.path.starts_with("/enrol/mail-code?"), "{}: {page}: {led:?}", house.name);
        }
        for page in ["/login/totp", "/login/recovery", "/consent", "/login/tenant"] {
            let led = browser.open(&format!("{page}?visit={visit}")).await;
            assert!(led.path.starts_with("/enrol"), "{}: {page}: {led:?}", house.name);
        }
        let mut thief = Browser::new(&house);
        thief.open("/login").await;
        assert_eq!(thief.get(&format!("/enrol/link?visit={visit}")).await.status, StatusCode::GONE);
        letters(&house).await;
        let mut other = Browser::new(&house);
        let link = at_the_link(&house, &mut other).await;
        let key = link.text("#totp-key");
        let extra = [
            ("code", "123456"),
            ("secret", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            ("confirmed", "true"),
            ("user_id", "alice@example.com"),
            ("period", "86400"),
        ];
        let wrong = other.fill(&link, "link-submit", &extra).await;
        assert_eq!((wrong.status, wrong.text("#totp-key")), (StatusCode::UNPROCESSABLE_ENTITY, key), "{}", house.name);
        let mut twice = link.form("link-submit").with("code", "000000");
        twice.fields.push(("code".to_owned(), app_code(&house, &link, Span::ZERO)));
        assert_eq!(other.submit(&twice).await.status, StatusCode::BAD_REQUEST);
        let foreign = link.form("link-submit").with("csrf", &stop.value("csrf"));
        assert_eq!(other.submit(&foreign).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phone_numbers_are_complained_of_beside_the_field_and_what_was_typed_stays() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "bob", &[]).await;
        let page = browser.fill(&page, "enrol-start", &[]).await;
        let code = mailed_code(&house).await;
        let page = browser.fill(&page, "mail-code-submit", &[("mail_code", &code)]).await;
        for (country, phone, says) in [
            ("AU", "", "Enter a mobile number"),
            ("AU", "02 9374 4000", "looks like a landline"),
            ("AU", "12345", "not a number we recognise for Australia"),
            ("XX", "0412 345 678", "Choose a country"),
        ] {
            let wrong = browser.fill(&page, "phone-submit", &[("country", country), ("phone", phone)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}: {wrong:?}", house.name);
            assert!(wrong.text("#fault").contains(says), "{phone}: {}", wrong.text("#fault"));
            assert_eq!(wrong.value("phone"), phone);
        }
        let app = browser.fill(&page, "phone-submit", &[("country", "AU"), ("phone", "+44 7400 123456")]).await;
        assert!(app.path.starts_with("/enrol/app?"), "{app:?}");
        // A typing mistake is corrected on the way.
        let back = browser.get(&app.path.replace("/app", "/phone")).await;
        let form = browser.fill(&back, "phone-change", &[("keep", "no")]).await;
        assert!(form.has("#phone") && form.value("phone").is_empty(), "{form:?}");
        let app = browser.fill(&form, "phone-submit", &[("country", "AU"), ("phone", "0412 345 678")]).await;
        assert!(app.path.starts_with("/enrol/app?"), "{app:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_code_leads_to_a_new_phone_and_only_there() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut unit = house.desk.store.begin().await.unwrap();
        let codes = ["4RTKB9WMPH7CQXD".to_owned(), "7HXDQ2FNKQ3VM8T".to_owned()];
        unit.tx().put_recovery_codes(&house.alice, &codes, house.clock.now()).await.unwrap();
        unit.tx().set_codes_saved(&house.alice, house.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "alice", &[]).await;
        let help = browser.get(&page.path.replace("/totp", "/help")).await;
        let page = browser.fill(&help, "way", &[("way", "backup-code")]).await;
        assert!(page.has("#recovery-submit"), "{}: {page:?}", house.name);
        for (typed, says) in [
            ("", "Enter a backup code"),
            ("123456", "has 15 letters and digits"),
            ("22222-22222-22222", "didn’t match"),
        ] {
            let wrong = browser.fill(&page, "recovery-submit", &[("recovery_code", typed)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text("#fault").contains(says), "{typed}: {}", wrong.text("#fault"));
        }
        let done = browser.fill(&page, "recovery-submit", &[("recovery_code", "4rtkb 9wmph 7cqxd")]).await;
        assert!(done.has("#recovered-continue") && done.body.contains("1 code left"), "{done:?}");
        let visit = page.value("visit");
        for page in ["/login/totp", "/consent", "/enrol/phone", "/enrol/codes"] {
            let led = browser.open(&format!("{page}?visit={visit}")).await;
            assert!(led.path.starts_with("/enrol/app?"), "{}: {page}: {led:?}", house.name);
        }
        assert!(browser.get("/account").await.told("code").is_none());
        let app = browser.open(&format!("/enrol/app?visit={visit}")).await;
        assert!(app.body.contains("Delete the old"), "{app:?}");
        let link = browser.fill(&app, "app-submit", &[]).await;
        let answer = browser.fill(&link, "link-submit", &[("code", &app_code(&house, &link, Span::ZERO))]).await;
        assert!(answer.told("code").is_some(), "{}: {answer:?}", house.name);
        let mut other = Browser::new(&house);
        let page = password(&mut other, "alice", &[]).await;
        let page = other.get(&page.path.replace("/totp", "/recovery")).await;
        let used = other.fill(&page, "recovery-submit", &[("recovery_code", "4RTKB-9WMPH-7CQXD")]).await;
        assert!(used.text("#fault").contains("has been used before"), "{used:?}");
    }
}
