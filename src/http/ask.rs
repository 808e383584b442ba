//! A request for one of our pages, as far as every page needs it: address, query, cookies, who is signed in, from where.
use super::{App, Failure, cookies::Which, locale};
use crate::{
    acts::{guard::Caller, session::Browser},
    crypto::{dice, hash},
    protocol::form::{self, FormError, Params},
    store::{Reading, SessionRow, StoreError},
    views::frame::in_query,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, RawPathParams},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use ostiary_gate::domain::{
    ids::{PersonId, SessionId},
    secret::Secret,
    time::Instant,
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// How much of a `User-Agent` is kept, in characters.
const AGENT: usize = 250;

/// Cheap to clone.
#[derive(Clone)]
pub struct Ask {
    pub app: App,
    seen: Arc<Seen>,
}

struct Seen {
    path: String,
    query: Result<Vec<(String, String)>, FormError>,
    params: Vec<(String, String)>,
    browser: Option<Secret>,
    /// The cookie was made just now and goes out with the answer.
    is_new: bool,
    session_hash: Option<String>,
    /// The live session that the cookie names, in the browser it was made in.
    session: Option<Signed>,
    address: IpAddr,
    agent: String,
    languages: Vec<String>,
}

struct Signed {
    id: SessionId,
    person: PersonId,
    row: SessionRow,
}

impl Ask {
    /// Reads a request. Whatever cannot be read is said beside, so that a page about it can still be drawn.
    pub(super) async fn read(app: &App, parts: &mut Parts) -> (Self, Option<Failure>) {
        let plain = app.desk.settings.plain_http;
        let sent = Which::Browser.read(&parts.headers, plain);
        let is_new = sent.is_none();
        let (browser, dry) = match sent {
            Some(sent) => (Some(sent), None),
            // HEAD and GET alike; a form without the cookie is refused by the guard.
            None => match dice::token(&*app.desk.dice) {
                Ok(made) => (Some(made), None),
                Err(fault) => (None, Some(Failure::from(fault))),
            },
        };
        let session_hash = if is_new { None } else { Which::Session.read(&parts.headers, plain) };
        let session_hash = session_hash.map(|cookie| hash::sha256_base64url(cookie.expose().as_bytes()));
        let (session, away) = match signed_in(app, session_hash.as_deref(), browser.as_ref()).await {
            Ok(session) => (session, None),
            Err(cause) => (None, Some(Failure::from(cause))),
        };
        let seen = Seen {
            path: parts.uri.path().to_owned(),
            query: form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            params: path_params(parts).await,
            browser,
            is_new,
            session_hash: session_hash.filter(|_| session.is_some()),
            session,
            address: app.address(parts),
            agent: agent(&parts.headers),
            languages: locale::wishes(&parts.headers),
        };
        (Self { app: app.clone(), seen: Arc::new(seen) }, dry.or(away))
    }

    /// For pages that say something is wrong where there is no request to read.
    pub(super) fn of_nobody(app: &App) -> Self {
        let seen = Seen {
            path: String::new(),
            query: Ok(vec![]),
            params: vec![],
            browser: None,
            is_new: false,
            session_hash: None,
            session: None,
            address: Ipv4Addr::UNSPECIFIED.into(),
            agent: String::new(),
            languages: vec![],
        };
        Self { app: app.clone(), seen: Arc::new(seen) }
    }

    pub fn path(&self) -> &str {
        &self.seen.path
    }

    /// This address again, with its visit and nothing else of the query.
    pub fn here(&self) -> String {
        match self.query("visit") {
            Ok(Some(visit)) => format!("{}?visit={}", self.path(), in_query(visit)),
            Ok(None) | Err(_) => self.path().to_owned(),
        }
    }

    /// A parameter of the query; none if it is missing or empty. Twice, or a query that is not one, is refused.
    pub fn query(&self, name: &'static str) -> Result<Option<&str>, Failure> {
        let pairs = self.seen.query.as_ref().map_err(|cause| Failure::from(*cause))?;
        Ok(Params::new(pairs).one(name)?)
    }

    /// All of the query, for those who read it as a request of its own.
    pub fn query_params(&self) -> Result<Params<'_>, Failure> {
        self.seen.query.as_deref().map(Params::new).map_err(|cause| Failure::from(*cause))
    }

    /// A piece of the path, by its name in the route.
    pub fn piece(&self, name: &str) -> Result<&str, Failure> {
        let found = self.seen.params.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).ok_or_else(Failure::not_found)
    }

    pub(super) fn browser_cookie(&self) -> Option<&Secret> {
        self.seen.browser.as_ref()
    }

    /// The browser sent no cookie of ours: it is new here, or keeps none.
    pub fn browser_is_new(&self) -> bool {
        self.seen.is_new
    }

    /// What acts want to know of the browser.
    pub fn browser(&self) -> Browser {
        let cookie = self.browser_cookie().map_or("", Secret::expose);
        Browser {
            hash: hash::sha256_base64url(cookie.as_bytes()),
            session_hash: self.seen.session_hash.clone(),
            address: self.seen.address,
            user_agent: self.seen.agent.clone(),
        }
    }

    pub fn session_id(&self) -> Option<&SessionId> {
        self.seen.session.as_ref().map(|signed| &signed.id)
    }

    pub fn session(&self) -> Option<&SessionRow> {
        self.seen.session.as_ref().map(|signed| &signed.row)
    }

    /// Whoever is signed in. What they may do, the gate is asked in the act itself.
    pub fn caller(&self) -> Option<Caller> {
        self.seen.session.as_ref().map(|signed| Caller { person: signed.person.clone(), session: signed.id.clone() })
    }

    /// `Accept-Language`, the dearest first.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.seen.languages.iter().map(String::as_str)
    }

    pub fn issuer(&self) -> &str {
        &self.app.desk.settings.issuer
    }

    pub fn now(&self) -> Result<Instant, Failure> {
        match self.app.desk.clock.read() {
            Ok(Reading::System(at) | Reading::Test(at)) => Ok(at),
            Err(cause) => Err(Failure::ours(cause)),
        }
    }

    /// After a form only 303 makes every browser drop the body (RFC 9110 §15.4.4).
    pub fn see_other(&self, to: &str) -> Response {
        match HeaderValue::from_str(to) {
            Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// The answer gives the browser a new session, or a new name for the one it has.
    pub fn with_session(&self, mut answer: Response, cookie: Option<&Secret>) -> Response {
        let set = cookie.and_then(|cookie| Which::Session.set(cookie, self.app.desk.settings.plain_http));
        if let Some(set) = set {
            answer.headers_mut().append(header::SET_COOKIE, set);
        }
        answer
    }

    /// The answer takes the session cookie away.
    pub fn without_session(&self, mut answer: Response) -> Response {
        if let Some(clear) = Which::Session.clear(self.app.desk.settings.plain_http) {
            answer.headers_mut().append(header::SET_COOKIE, clear);
        }
        answer
    }

    /// Every answer of a page to a browser that is new here introduces it.
    pub(super) fn introduce(&self, mut answer: Response) -> Response {
        let cookie = self.browser_cookie().filter(|_| self.seen.is_new);
        if let Some(set) = cookie.and_then(|cookie| Which::Browser.set(cookie, self.app.desk.settings.plain_http)) {
            answer.headers_mut().append(header::SET_COOKIE, set);
        }
        answer
    }
}

impl App {
    /// Whom limits count.
    pub fn address(&self, parts: &Parts) -> IpAddr {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        self.edge.proxies.client(peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into()), &parts.headers)
    }
}

/// A session cookie without the browser cookie it came with is a planted one.
async fn signed_in(app: &App, hash: Option<&str>, browser: Option<&Secret>) -> Result<Option<Signed>, StoreError> {
    let (Some(hash), Some(browser)) = (hash, browser) else { return Ok(None) };
    let mut unit = app.desk.store.look().await?;
    let row = unit.tx().session_by_cookie(hash).await?;
    unit.commit().await?;
    let browser = hash::sha256_base64url(browser.expose().as_bytes());
    match row.filter(|row| row.browser_hash == browser) {
        Some(row) => Ok(Some(Signed { id: row.id()?, person: row.person()?, row })),
        None => Ok(None),
    }
}

async fn path_params(parts: &mut Parts) -> Vec<(String, String)> {
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => vec![],
    }
}

fn agent(headers: &HeaderMap) -> String {
    let sent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.chars().filter(|c| !c.is_control()).take(AGENT).collect()
}
