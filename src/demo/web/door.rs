//! Before a page: which browser this is, and whether a request may change anything. Every site of the demo stands on the
//! same host, so neither cookie nor `SameSite` tells one from another; the host with its port, the origin and the form do.
use super::{
    Site, answers,
    browsers::{Browser, Browsers},
};
use crate::{crypto::dice::Dice, store::Reading};
use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{COOKIE, HOST, ORIGIN, SET_COOKIE},
    request::Parts,
};
use ostiary_gate::domain::{secret::Secret, time::Instant};
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::{Arc, Mutex, PoisonError};

/// A site with browsers.
pub trait Sited: Send + Sync + 'static {
    type Session: Send + 'static;

    fn site(&self) -> &Site;
    fn browsers(&self) -> &Browsers<Self::Session>;
    fn dice(&self) -> &dyn Dice;
}

/// The browser a request came from. Handlers ask for it as an argument.
pub struct Visitor<S> {
    pub browser: Arc<Browser<S>>,
    cookie: Arc<Mutex<Option<Secret>>>,
    pub now: Instant,
}

impl<S> Clone for Visitor<S> {
    fn clone(&self) -> Self {
        Self { browser: Arc::clone(&self.browser), cookie: Arc::clone(&self.cookie), now: self.now }
    }
}

impl<S> Visitor<S> {
    /// The answer to this request brings the browser a new cookie.
    pub fn rename(&self, cookie: Secret) {
        *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie);
    }
}

impl<S: Send + Sync + 'static, A: Sync> FromRequestParts<A> for Visitor<S>
where
    Browser<S>: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &A) -> Result<Self, Response> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| answers::trouble(StatusCode::INTERNAL_SERVER_ERROR, "This page has no browsers."))
    }
}

/// Middleware of every site: only its own name opens it, or another page could reach it under a name of its own (DNS
/// rebinding).
pub async fn only_here(State(site): State<Site>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host != Some(site.host()) {
        let text = format!("Here is {}. Please use that address.", site.base);
        return answers::hardened(answers::trouble(StatusCode::MISDIRECTED_REQUEST, &text), &site.issuer);
    }
    answers::hardened(next.run(request).await, &site.issuer)
}

/// Middleware of the pages: finds the browser or makes its acquaintance.
pub async fn recognised<A: Sited>(State(app): State<Arc<A>>, mut request: Request, next: Next) -> Response
where
    Browser<A::Session>: Send + Sync,
{
    let now = match app.site().clock.read() {
        Ok(Reading::System(now) | Reading::Test(now)) => now,
        Err(fault) => return answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
    };
    if *request.method() != Method::GET && !is_from_here(request.headers(), &app.site().base) {
        return forged();
    }
    let known = cookie(request.headers(), app.site().cookie).and_then(|value| app.browsers().find(value, now));
    let (browser, fresh) = match known {
        Some(browser) => (browser, None),
        None => match app.browsers().welcome(app.dice(), now) {
            Ok((browser, cookie)) => (browser, Some(cookie)),
            Err(fault) => return answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
        },
    };
    let visitor = Visitor { browser, cookie: Arc::new(Mutex::new(fresh)), now };
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    let cookie = visitor.cookie.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(cookie) = cookie {
        let text = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", app.site().cookie, cookie.expose());
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    response
}

/// Whether the browser says that a page of this site sent the request. One that says nothing is old, or no browser; then
/// the form's token decides.
fn is_from_here(headers: &HeaderMap, base: &str) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or(""));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == base,
        (None, None) => true,
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// A form that a page of this site sent from this browser: the only way to change anything.
pub struct Posted<S, T> {
    pub visitor: Visitor<S>,
    pub form: T,
}

#[derive(Deserialize)]
struct Signed<T> {
    form_token: Option<String>,
    #[serde(flatten)]
    form: T,
}

impl<S, T, A> FromRequest<A> for Posted<S, T>
where
    S: Send + Sync + 'static,
    T: DeserializeOwned,
    A: Send + Sync,
    Browser<S>: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, app: &A) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::<S>::from_request_parts(&mut parts, app).await?;
        let read = Form::<Signed<T>>::from_request(Request::from_parts(parts, body), app).await;
        let Form(Signed { form_token, form }) = read.map_err(IntoResponse::into_response)?;
        if !form_token.is_some_and(|token| visitor.browser.is_own_form(&token)) {
            return Err(forged());
        }
        Ok(Self { visitor, form })
    }
}

/// Nothing besides the token.
#[derive(Deserialize)]
pub struct Nothing {}

fn forged() -> Response {
    let text = "This did not come from a page of ours in this browser, or the page was too old. Nothing was changed. \
                Please go back, reload the page and try again.";
    answers::trouble(StatusCode::FORBIDDEN, text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_neighbour_on_another_port_is_not_from_here() {
        let base = "http://127.0.0.1:9401";
        let from = |pairs: &[(&'static str, &'static str)]| is_from_here(&headers(pairs), base);
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        for site in ["same-site", "cross-site", "none", ""] {
            assert!(!from(&[("sec-fetch-site", site), ("origin", "http://127.0.0.1:9401")]), "{site}");
        }
        assert!(from(&[("origin", "http://127.0.0.1:9401")]));
        for origin in ["http://127.0.0.1:9402", "null", "https://127.0.0.1:9401", ""] {
            assert!(!from(&[("origin", origin)]), "{origin}");
        }
        assert!(from(&[]), "then the token in the form decides");
    }

    #[test]
    fn the_cookie_with_our_name_is_ours() {
        let sent = headers(&[("cookie", "ledgerly=l; bluegum=b; x")]);
        assert_eq!(cookie(&sent, "bluegum"), Some("b"));
        assert_eq!(cookie(&sent, "blue"), None);
    }
}
