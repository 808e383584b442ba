//! What every answer carries, whoever made it, and the line in the log about it.
use super::App;
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What is only added where the answer does not say it itself.
const UNLESS_SAID: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// `Referrer-Policy` is not `no-referrer`, which would make `Origin` null on our own forms (RULES 8).
const ALWAYS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// RFC 6797: two years. Not on a plain-http issuer.
const TRANSPORT: &str = "max-age=63072000";

pub fn around(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), carry))
}

async fn carry(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // Never the address as it was sent: paths may hold names, queries hold visits and states.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut answer = next.run(request).await;
    add(answer.headers_mut(), app.desk.settings.plain_http);
    tracing::info!(%method, route = route.as_deref().unwrap_or("-"), status = answer.status().as_u16(), "answered");
    answer
}

fn add(headers: &mut HeaderMap, plain_http: bool) {
    for (name, value) in UNLESS_SAID {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !plain_http {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
}
