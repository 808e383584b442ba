//! Answers: pages with the headers that keep strangers out of them, redirects after a post, and plain words when something
//! is wrong.
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};

/// The style sheet of every site of the demo.
const STYLE: &str = include_str!("../../../templates/demo/demo.css");

/// Shown when nothing better fits.
#[derive(Template)]
#[template(path = "demo/trouble.html")]
struct Trouble<'a> {
    title: &'a str,
    text: &'a str,
}

pub fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "a page of the demo cannot be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

pub fn trouble(status: StatusCode, text: &str) -> Response {
    let title = match status {
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::SERVICE_UNAVAILABLE => "Please try again in a moment",
        _ => "This did not work",
    };
    page(status, &Trouble { title, text })
}

/// After a post, or onwards to a page of ours or of the provider's: 303.
pub fn go(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(value) => (StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

pub async fn nothing_here() -> Response {
    trouble(StatusCode::NOT_FOUND, "Please check the address, or start again from the first page.")
}

/// Chromium applies `form-action` to the redirects after a post as well, and signing in leads to the provider.
pub fn hardened(mut response: Response, issuer: &str) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         form-action 'self' {issuer}; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}
