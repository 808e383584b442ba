//! From `/authorize` to a code, as a browser sees it, on both databases.
use super::{password, signed_in, typed};
use crate::{
    acts::testing::houses,
    http::testing::{Browser, authorize},
    protocol::testing::web,
};
use http::{Method, StatusCode};
use ostiary_gate::domain::{
    audit::Event,
    client::Client,
    ids::ClientId,
    time::{Instant, Span},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_a_code_lead_back_to_the_app() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = browser.open(&authorize(&[("login_hint", "alice@example.com")])).await;
        assert!(page.path.starts_with("/login?visit="), "{}", house.name);
        assert_eq!(page.value("username"), "alice@example.com");
        assert!(page.header("content-security-policy").contains("form-action 'self' https://app.example;"));
        let page = typed(&mut browser, &page, "alice").await;
        assert!(page.path.starts_with("/login/totp?visit=vis_"), "{page:?}");
        assert!(page.text("details").contains("riverside requires two-factor authentication"), "{}", page.body);
        assert!(page.header("content-security-policy").contains("https://app.example"));
        let before = browser.cookies.clone();
        let answer = browser.fill(&page, "totp-submit", &[("code", &house.code())]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let to = answer.location().unwrap();
        assert!(to.starts_with("https://app.example/cb?code="), "{to}");
        assert_eq!(answer.told("state").as_deref(), Some("s"));
        assert_eq!(answer.told("iss").as_deref(), Some("http://localhost:9400"));
        assert!(!before.contains_key("ostiary_session") && browser.cookies.contains_key("ostiary_session"));
        assert!(browser.get(&authorize(&[])).await.told("code").is_some(), "signed in: no page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_stays_but_the_secrets() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = browser.open(&authorize(&[])).await;
        let fields = [("username", "alice@example.com"), ("password", "not this one"), ("shared", "yes")];
        let page = browser.fill(&page, "login-submit", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", house.name);
        assert_eq!(page.value("username"), "alice@example.com");
        assert!(page.has("#shared[checked]") && page.has("#fault") && !page.body.contains("not this one"));
        let unknown =
            browser.fill(&page, "login-submit", &[("username", "nobody@example.com"), ("password", "x")]).await;
        assert_eq!(unknown.status, page.status);
        assert_eq!(unknown.text("#fault"), page.text("#fault"), "the same for who does not exist");
        let page = typed(&mut browser, &unknown, "alice").await;
        for (code, words) in
            [("", "Enter the 6-digit code"), ("12345", "The code is 6 digits"), ("000000", "didn’t match")]
        {
            let wrong = browser.fill(&page, "totp-submit", &[("code", code)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text("#fault").contains(words), "{code}: {}", wrong.body);
            assert_eq!(wrong.value("code"), "");
        }
        browser.fill(&page, "totp-submit", &[("code", "000000")]).await;
        let third = browser.fill(&page, "totp-submit", &[("code", "000000")]).await;
        assert!(third.text("#fault").contains("Still not matching? Check you’re reading the entry called riverside"));
        let spaced = format!("{} {}", &house.code()[..3], &house.code()[3..]);
        assert!(browser.fill(&page, "totp-submit", &[("code", &spaced)]).await.told("code").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_run_out_with_a_time_to_come_back() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "alice", &[]).await;
        for _ in 0..5 {
            browser.fill(&page, "totp-submit", &[("code", "000000")]).await;
        }
        let paused = browser.fill(&page, "totp-submit", &[("code", &house.code())]).await;
        assert_eq!(
            (paused.status, paused.header("retry-after")),
            (StatusCode::TOO_MANY_REQUESTS, "300"),
            "{}",
            house.name
        );
        assert!(paused.text("#fault").contains("Wait 5 minutes"));
        house.clock.advance(Span::minutes(5));
        assert!(browser.fill(&page, "totp-submit", &[("code", &house.code())]).await.told("code").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_answered_in_registered_words() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let none = ("prompt", "none");
        let told = async |browser: &mut Browser, more: &[(&str, &str)]| {
            let answer = browser.get(&authorize(&[&[none], more].concat())).await;
            assert_eq!(answer.told("iss").as_deref(), Some("http://localhost:9400"));
            answer.told("error").or_else(|| answer.told("code").map(|_| "code".to_owned())).unwrap_or_default()
        };
        assert_eq!(told(&mut Browser::new(&house), &[]).await, "login_required", "{}", house.name);
        let mut gina = signed_in(&house, "gina").await;
        assert_eq!(told(&mut gina, &[]).await, "code");
        let otp = ("claims", r#"{"id_token":{"amr":{"essential":true,"value":"otp"}}}"#);
        assert_eq!(told(&mut gina, &[otp]).await, "interaction_required");
        let face = ("claims", r#"{"id_token":{"amr":{"essential":true,"value":"face"}}}"#);
        assert_eq!(told(&mut gina, &[face]).await, "unmet_authentication_requirements");
        assert_eq!(told(&mut gina, &[("tenant", "riverside")]).await, "access_denied");
        assert_eq!(told(&mut gina, &[("tenant", "nowhere")]).await, "access_denied");
        house.clock.advance(Span::minutes(2));
        assert_eq!(told(&mut gina, &[("max_age", "60")]).await, "login_required");
        let other = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, house.alice);
        assert_eq!(told(&mut gina, &[("claims", &other)]).await, "login_required");
        house.clock.advance(Span::hours(2));
        assert_eq!(told(&mut gina, &[]).await, "login_required", "idle");
        let mut dave = Browser::new(&house);
        let page = password(&mut dave, "dave", &[("tenant", "hilltop")]).await;
        dave.fill(&page, "totp-submit", &[("code", &house.code())]).await;
        assert_eq!(told(&mut dave, &[]).await, "account_selection_required");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_belongs_to_two_clinics_chooses_one_on_a_page() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "dave", &[]).await;
        assert!(page.path.starts_with("/login/tenant?visit="), "{page:?}");
        let again = browser.fill(&page, "tenant-submit", &[]).await;
        assert!(again.has("#fault"), "{}", house.name);
        let stranger = browser.fill(&page, "tenant-submit", &[("tenant", "ten_00000000000000000000000000")]).await;
        assert!(stranger.has("#fault"));
        let page = browser.fill(&page, "tenant-submit", &[("tenant", house.hilltop.as_str())]).await;
        assert!(page.path.starts_with("/login/totp"), "{page:?}");
        assert!(browser.fill(&page, "totp-submit", &[("code", &house.code())]).await.told("code").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_goes_back_to_the_app_without_anything() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = browser.open(&authorize(&[])).await;
        let answer = browser.fill(&page, "login-cancel", &[]).await;
        assert_eq!(answer.told("error").as_deref(), Some("access_denied"), "{}", house.name);
        assert_eq!(answer.told("state").as_deref(), Some("s"));
        let own = browser.open("/login").await;
        assert!(own.has("#login-submit") && own.has("#login-cancel"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_a_form_and_carries_nothing_of_ours() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = signed_in(&house, "gina").await;
        let page = browser.get(&authorize(&[("response_mode", "form_post"), ("state", "</script>")])).await;
        assert_eq!(page.status, StatusCode::OK);
        let form = page.form("form-post-continue");
        assert_eq!(form.action, "https://app.example/cb");
        let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state", "iss"], "{}", house.name);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action https://app.example;"), "{policy}");
        let refused = browser.get(&authorize(&[("response_mode", "form_post"), ("scope", "zebra")])).await;
        let fields = refused.form("form-post-continue").fields;
        assert!(fields.contains(&("error".to_owned(), "invalid_scope".to_owned())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_houses_app_is_allowed_once_and_only_by_a_whole_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let third = Client { id: ClientId::parse("third").unwrap(), first_party: false, tenant_aware: false, ..web() };
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().put_client(&third, None, house.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
        let asks = ("client_id", "third");
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "alice", &[asks]).await;
        assert!(page.has("#totp-submit"), "{}", house.name);
        let mut early = page.form("totp-submit").with("answer", "allow").without("code");
        early.action = "/consent".to_owned();
        let led = browser.submit(&early).await;
        assert!(browser.follow(led).await.has("#totp-submit"), "half a sign-in allows nothing");
        let page = browser.fill(&page, "totp-submit", &[("code", &house.code())]).await;
        assert!(page.path.starts_with("/consent?visit=vis_") && page.has("#consent-allow"), "{page:?}");
        assert!(page.body.contains("alice@example.com"));
        let denied = browser.fill(&page, "consent-deny", &[("answer", "deny")]).await;
        assert_eq!(denied.told("error").as_deref(), Some("access_denied"));
        house.clock.advance(Span::seconds(30));
        let page = password(&mut browser, "alice", &[asks]).await;
        let page = browser.fill(&page, "totp-submit", &[("code", &house.code())]).await;
        let allowed = browser.fill(&page, "consent-allow", &[("answer", "allow")]).await;
        assert!(allowed.told("code").is_some(), "{allowed:?}");
        let silent = browser.get(&authorize(&[asks, ("prompt", "none")])).await;
        assert!(silent.told("code").is_some(), "remembered");
        let more = browser.get(&authorize(&[asks, ("prompt", "none"), ("scope", "openid email profile")])).await;
        assert_eq!(more.told("error").as_deref(), Some("consent_required"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_may_end_in_a_code_is_not_for_who_only_wants_its_headers() {
    let dir = tempfile::tempdir().unwrap();
    let house = houses(dir.path()).await.remove(0);
    let mut browser = signed_in(&house, "gina").await;
    for method in [Method::HEAD, Method::PUT, Method::PATCH] {
        let answer = browser.send(method.clone(), &authorize(&[]), &[], String::new()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert!(answer.told("code").is_none(), "{method}");
    }
}

/// ABUSE O-45.
#[tokio::test(flavor = "multi_thread")]
async fn help_leads_on_or_to_a_human_who_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "alice", &[]).await;
        let help = browser.open(&page.path.replace("/login/totp", "/login/help")).await;
        let nothing = browser.fill(&help, "help-submit", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = browser.fill(&help, "help-submit", &[("way", "backup-code")]).await;
        assert!(code.has("#recovery-submit"), "{code:?}");
        let ask = browser.fill(&help, "help-submit", &[("way", "new-phone")]).await;
        assert!(ask.body.contains("your practice manager") && !ask.body.contains("dave"), "{}", house.name);
        let told = browser.fill(&ask, "help-tell", &[("tell", "yes")]).await;
        assert!(told.text("[role=status]").contains("We’ve told them"), "{}", told.body);
        let again = browser.fill(&ask, "help-tell", &[("tell", "yes")]).await;
        assert!(again.text("[role=status]").contains("a little while ago"), "{}", again.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_nobody_can_be_sent_back_with_stays_on_authorize() {
    let dir = tempfile::tempdir().unwrap();
    let house = houses(dir.path()).await.remove(0);
    let mut browser = Browser::new(&house);
    for more in [
        [("client_id", "nobody")],
        [("client_id", "")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://app.example/cb/")],
        [("redirect_uri", "https://app.example@evil.example/cb")],
    ] {
        let page = browser.get(&authorize(&more)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{more:?}");
        assert!(page.has("#op-error") && page.location().is_none(), "{more:?}");
        assert!(page.header("content-security-policy").contains("form-action 'self';"), "{more:?}");
    }
    let page = browser.get("/authorize?client_id=web&redirect_uri=%zz").await;
    assert!(page.has("#op-error") && page.status == StatusCode::BAD_REQUEST);
    let explained = browser.get(&authorize(&[("redirect_uri", "https://app.example/cb/")])).await;
    assert!(explained.text(".explain").contains("slash too many"), "{}", explained.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_becomes_a_get_of_itself() {
    let dir = tempfile::tempdir().unwrap();
    let house = houses(dir.path()).await.remove(0);
    let mut browser = signed_in(&house, "gina").await;
    let body = authorize(&[("state", "a&b ü")]).trim_start_matches("/authorize?").to_owned();
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let from = [kind, ("origin", "https://app.example"), ("sec-fetch-site", "cross-site")];
    let turned = browser.send(Method::POST, "/authorize", &from, body).await;
    assert_eq!(turned.status, StatusCode::SEE_OTHER);
    assert!(turned.headers.get("set-cookie").is_none(), "it reads and sets no cookie");
    let answer = browser.get(&turned.location().unwrap()).await;
    assert_eq!(answer.told("state").as_deref(), Some("a&b ü"));
    let wrong = browser.send(Method::POST, "/authorize", &[kind], "client_id=nobody".to_owned()).await;
    assert!(wrong.has("#op-error"));
    let json = browser.send(Method::POST, "/authorize", &[("content-type", "application/json")], "{}".to_owned()).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_too_long_to_keep_is_said_to_the_app() {
    let dir = tempfile::tempdir().unwrap();
    let house = houses(dir.path()).await.remove(0);
    let mut browser = Browser::new(&house);
    let (state, nonce) = ("s".repeat(2000), "n".repeat(2000));
    let answer = browser.get(&authorize(&[("state", &state), ("nonce", &nonce)])).await;
    assert_eq!(answer.told("error").as_deref(), Some("invalid_request"));
    assert!(answer.told("error_description").unwrap().contains("longer than can be kept"));
    let hinted = browser.get(&authorize(&[("id_token_hint", "a.b.c")])).await;
    assert_eq!(hinted.told("error").as_deref(), Some("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clinics_log_says_who_got_nowhere_and_why() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut browser = Browser::new(&house);
        let page = password(&mut browser, "alice", &[]).await;
        for _ in 0..5 {
            browser.fill(&page, "totp-submit", &[("code", "000000")]).await;
        }
        let face = ("claims", r#"{"id_token":{"amr":{"essential":true,"value":"face"}}}"#);
        let refused = password(&mut browser, "gina", &[face]).await;
        assert_eq!(refused.told("error").as_deref(), Some("unmet_authentication_requirements"), "{}", house.name);
        let elsewhere = password(&mut browser, "gina", &[("tenant", "riverside")]).await;
        assert_eq!(elsewhere.told("error").as_deref(), Some("access_denied"));
        let mut unit = house.desk.store.look().await.unwrap();
        let mut events = async |tenant| {
            let rows = unit.tx().log_of_tenant(tenant, Instant(i64::MAX), 100).await.unwrap();
            rows.into_iter().map(|row| row.entry.event).collect::<Vec<_>>()
        };
        let seen = events(&house.riverside).await;
        let count = |event| seen.iter().filter(|one| **one == event).count();
        assert_eq!((count(Event::CodeWrong), count(Event::Throttled)), (5, 1), "{}", house.name);
        assert_eq!(seen.len(), 6, "and nothing about who does not belong there");
        assert_eq!(events(&house.hilltop).await, [Event::SignInRefused], "{}", house.name);
    }
}
