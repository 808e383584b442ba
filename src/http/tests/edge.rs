//! What every answer carries, and the guard of forms.
use crate::{
    acts::testing::{House, houses},
    http::{
        App, Ask, Edge, Route,
        testing::{Browser, ISSUER, app, authorize, encoded},
    },
};
use http::{Method, StatusCode};

async fn house(dir: &tempfile::TempDir) -> House {
    houses(dir.path()).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_its_headers() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let mut browser = Browser::new(&house);
    for path in
        ["/login", "/nowhere", "/healthz", "/jwks", "/static/ostiary.css", "/authorize?client_id=x", "/logout/done"]
    {
        let answer = browser.open(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert!(answer.headers.get("strict-transport-security").is_none(), "a plain-http issuer has none: {path}");
    }
    assert_eq!(browser.get("/login/totp?visit=x").await.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_https_cookies_are_host_cookies_and_the_transport_is_strict() {
    let dir = tempfile::tempdir().unwrap();
    let mut house = house(&dir).await;
    let settings = crate::acts::Settings { issuer: "https://id.example".into(), plain_http: false };
    house.desk.settings = std::sync::Arc::new(settings);
    let mut browser = Browser::new(&house);
    let answer = browser.get("/login").await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=63072000");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-ostiary_browser=") && cookie.contains("Secure"), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_addresses_and_methods_are_answered_with_pages_and_a_reference() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let mut browser = Browser::new(&house);
    let lost = browser.get("/nowhere").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert_eq!(lost.text(".reference strong").len(), 8, "{}", lost.body);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let odd = browser.send(method.clone(), "/login", &[], String::new()).await;
        assert_eq!(odd.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert!(odd.header("allow").contains("POST"), "{method}");
    }
    let head = browser.send(Method::HEAD, "/healthz", &[], String::new()).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    for bad in ["/login?visit=%zz", "/login?visit=a&visit=b", "/login?visit=%ff"] {
        assert_eq!(browser.get(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_kept_under_their_version_and_known_by_their_tag() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let mut browser = Browser::new(&house);
    let file = browser.get(crate::views::assets::style_sheet()).await;
    assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(file.header("content-type").starts_with("text/css"));
    let other = browser.get("/static/ostiary.css?v=0").await;
    assert_eq!(other.header("cache-control"), "no-cache");
    for path in ["/jwks", "/.well-known/openid-configuration", "/static/ostiary.css"] {
        let first = browser.get(path).await;
        assert_eq!(first.status, StatusCode::OK, "{path}");
        let again = browser.send(Method::GET, path, &[("if-none-match", first.header("etag"))], String::new()).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
    }
    let metadata = browser.get("/.well-known/openid-configuration").await;
    assert_eq!(metadata.header("access-control-allow-origin"), "*");
    let metadata: serde_json::Value = serde_json::from_str(&metadata.body).unwrap();
    assert_eq!(metadata["issuer"], ISSUER);
    assert_eq!(metadata["id_token_signing_alg_values_supported"], serde_json::json!(["ES256", "EdDSA"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_taken_from_our_own_page_in_the_same_browser_and_from_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let mut browser = Browser::new(&house);
    let page = browser.open(&authorize(&[])).await;
    let form = page.form("password").with("username", "gina@example.com").with("password", "x");
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let post = async |browser: &mut Browser, headers: &[(&str, &str)], body: String| {
        browser.send(Method::POST, "/login", headers, body).await.status
    };
    let good = encoded(&form.fields);
    let forged: [&[(&str, &str)]; 6] = [
        &[kind, ("sec-fetch-site", "cross-site")],
        &[kind, ("sec-fetch-site", "same-site"), ("origin", ISSUER)],
        &[kind, ("sec-fetch-site", "none")],
        &[kind, ("origin", "null")],
        &[kind, ("origin", "https://evil.example")],
        &[("content-type", "text/plain"), ("sec-fetch-site", "same-origin")],
    ];
    for headers in forged {
        assert_eq!(post(&mut browser, headers, good.clone()).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let ours = [kind, ("sec-fetch-site", "same-origin")];
    let token = page.value("csrf");
    for csrf in ["", "x", &token[1..], &token.to_lowercase()] {
        let body = encoded(&page.form("password").with("csrf", csrf).fields);
        assert_eq!(post(&mut browser, &ours, body).await, StatusCode::FORBIDDEN, "{csrf}");
    }
    assert_eq!(
        post(&mut browser, &ours, encoded(&page.form("password").without("csrf").fields)).await,
        StatusCode::FORBIDDEN
    );
    let other_visit = browser.open(&authorize(&[("state", "t")])).await;
    let swapped = encoded(&page.form("password").with("visit", &other_visit.value("visit")).fields);
    assert_eq!(post(&mut browser, &ours, swapped).await, StatusCode::FORBIDDEN, "a token is bound to its visit");
    let mut another = Browser::new(&house);
    assert_eq!(post(&mut another, &ours, good.clone()).await, StatusCode::FORBIDDEN, "a browser without our cookie");
    another.open("/login").await;
    assert_eq!(post(&mut another, &ours, good.clone()).await, StatusCode::FORBIDDEN, "another browser's");
    assert_eq!(post(&mut browser, &[kind], good.clone()).await, StatusCode::UNPROCESSABLE_ENTITY, "the token decides");
    assert_eq!(post(&mut browser, &ours, good).await, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_too_much_is_refused_and_nothing_breaks() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let mut browser = Browser::new(&house);
    let page = browser.open(&authorize(&[])).await;
    let ours = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let good = encoded(&page.form("password").fields);
    for (more, status) in [
        (format!("&password={}", "x".repeat(70_000)), StatusCode::PAYLOAD_TOO_LARGE),
        (format!("&password={}", "x".repeat(17_000)), StatusCode::PAYLOAD_TOO_LARGE),
        ("&a=1".repeat(300), StatusCode::PAYLOAD_TOO_LARGE),
        ("&password=%00".to_owned(), StatusCode::BAD_REQUEST),
        ("&password=%ff".to_owned(), StatusCode::BAD_REQUEST),
        ("&password=%zz".to_owned(), StatusCode::BAD_REQUEST),
        ("&password=a&password=b".to_owned(), StatusCode::BAD_REQUEST),
    ] {
        let answer = browser.send(Method::POST, "/login", &ours, format!("{good}{more}")).await;
        assert_eq!(answer.status, status, "{more:.20}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_is_a_503_with_a_reference() {
    async fn falls(_: Ask) -> crate::http::Handled {
        panic!("on purpose")
    }
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let app: App = app(&house);
    let router = Route::page("/falls", falls).onto(axum::Router::new(), &app);
    let mut browser = Browser::of(crate::http::headers::around(router, &app).with_state(app));
    let answer = browser.get("/falls").await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    assert_eq!(answer.text(".reference strong").len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_is_not_ready() {
    let dir = tempfile::tempdir().unwrap();
    let house = house(&dir).await;
    let app = App::new(house.desk.clone(), Edge::default());
    let mut browser = Browser::of(crate::http::router(app.clone()));
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    app.drain();
    assert_eq!(browser.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
}
