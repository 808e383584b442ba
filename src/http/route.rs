//! One line of the list of addresses, and how a page's handler is called: the request read, the form checked, the failure
//! drawn.
use super::{App, Ask, Body, Failure, Form, Handled, failure::panicked, guard::comes_from_us};
use crate::views::trouble::Kind as Trouble;
use axum::{
    Router,
    extract::{FromRequest, Request, State},
    handler::Handler,
    response::Response,
    routing::{MethodFilter, MethodRouter, on},
};
use http::{HeaderValue, Method, StatusCode, header};
use std::future::Future;
use tower_http::catch_panic::CatchPanicLayer;

/// Who an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person with a browser: cookies, forms, HTML.
    Page,
    /// Other programs. Reads no cookie.
    Wire,
    /// The same for everybody.
    Open,
}

/// One method at one address.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub kind: Kind,
    serve: MethodRouter<App>,
}

impl Route {
    /// GET of a page.
    pub fn page<F, Fut>(path: &'static str, handler: F) -> Self
    where
        F: Fn(Ask) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Handled> + Send,
    {
        let serve = move |State(app): State<App>, request: Request| {
            let handler = handler.clone();
            async move { shown(&app, request, handler).await }
        };
        Self { method: Method::GET, path, kind: Kind::Page, serve: on(MethodFilter::GET, serve) }
    }

    /// POST of one of our own forms, past the guard.
    pub fn form<F, Fut>(path: &'static str, handler: F) -> Self
    where
        F: Fn(Ask, Form) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Handled> + Send,
    {
        let serve = move |State(app): State<App>, request: Request| {
            let handler = handler.clone();
            async move { posted(&app, request, handler).await }
        };
        Self { method: Method::POST, path, kind: Kind::Page, serve: on(MethodFilter::POST, serve) }
    }

    /// POST that other sites may send too, at an address that also has a form of ours. What does not pass the guard is
    /// handed to `outside`, which learns nothing of the browser.
    pub fn form_or<F, Fut, G>(path: &'static str, handler: F, outside: G) -> Self
    where
        F: Fn(Ask, Form) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Handled> + Send,
        G: Fn(&Body) -> Handled + Clone + Send + Sync + 'static,
    {
        let serve = move |State(app): State<App>, request: Request| {
            let (handler, outside) = (handler.clone(), outside.clone());
            async move { posted_or(&app, request, handler, outside).await }
        };
        Self { method: Method::POST, path, kind: Kind::Page, serve: on(MethodFilter::POST, serve) }
    }

    /// An endpoint for other programs: an axum handler, which sees no cookie unless it looks for one, and must not.
    pub fn wire<H, T>(method: MethodFilter, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: name(method), path, kind: Kind::Wire, serve: on(method, handler) }
    }

    /// What is the same for everybody.
    pub fn open<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::GET, path, kind: Kind::Open, serve: on(MethodFilter::GET, handler) }
    }

    pub(super) fn onto(self, router: Router<App>, app: &App) -> Router<App> {
        let app = app.clone();
        let caught = CatchPanicLayer::custom(move |_: Box<dyn std::any::Any + Send>| panicked(&app));
        router.route(self.path, self.serve.layer(caught))
    }
}

fn name(filter: MethodFilter) -> Method {
    match filter {
        MethodFilter::POST => Method::POST,
        MethodFilter::PUT => Method::PUT,
        MethodFilter::DELETE => Method::DELETE,
        MethodFilter::PATCH => Method::PATCH,
        MethodFilter::OPTIONS => Method::OPTIONS,
        _ => Method::GET,
    }
}

async fn shown<F, Fut>(app: &App, request: Request, handler: F) -> Response
where
    F: Fn(Ask) -> Fut,
    Fut: Future<Output = Handled> + Send,
{
    // A page may end in a code: what only wants to know of the headers gets none.
    if request.method() == Method::HEAD {
        let mut answer = not_like_this(State(app.clone()), request).await;
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,POST"));
        return answer;
    }
    let (mut parts, _) = request.into_parts();
    let (ask, failure) = Ask::read(app, &mut parts).await;
    let outcome = match failure {
        Some(failure) => Err(failure),
        None => handler(ask.clone()).await,
    };
    ask.introduce(outcome.unwrap_or_else(|failure| failure.answer(&ask)))
}

async fn posted<F, Fut>(app: &App, request: Request, handler: F) -> Response
where
    F: Fn(Ask, Form) -> Fut,
    Fut: Future<Output = Handled> + Send,
{
    let (mut parts, body) = request.into_parts();
    let (ask, failure) = Ask::read(app, &mut parts).await;
    let outcome = async {
        if let Some(failure) = failure {
            return Err(failure);
        }
        if !comes_from_us(&parts.headers, ask.issuer()) {
            return Err(Failure::form_refused());
        }
        let form = Form(Body::from_request(Request::from_parts(parts, body), &()).await?.into_pairs());
        past_the_guard(&ask, &form)?;
        handler(ask.clone(), form).await
    };
    outcome.await.unwrap_or_else(|failure| failure.answer(&ask))
}

async fn posted_or<F, Fut, G>(app: &App, request: Request, handler: F, outside: G) -> Response
where
    F: Fn(Ask, Form) -> Fut,
    Fut: Future<Output = Handled> + Send,
    G: Fn(&Body) -> Handled,
{
    let (mut parts, body) = request.into_parts();
    let (ask, failure) = Ask::read(app, &mut parts).await;
    let outcome = async {
        if let Some(failure) = failure {
            return Err(failure);
        }
        let from_us = comes_from_us(&parts.headers, ask.issuer());
        let pairs = Body::from_request(Request::from_parts(parts, body), &()).await?.into_pairs();
        let form = Form(pairs);
        if from_us && past_the_guard(&ask, &form).is_ok() {
            return handler(ask.clone(), form).await;
        }
        outside(&Body::of(form))
    };
    outcome.await.unwrap_or_else(|failure| failure.answer(&ask))
}

fn past_the_guard(ask: &Ask, form: &Form) -> Result<(), Failure> {
    if ask.browser_is_new() {
        // The page that holds the form had set it.
        let again = match form.one("visit")? {
            Some(visit) => format!("{}?visit={}", ask.path(), crate::views::frame::in_query(visit)),
            None => ask.path().to_owned(),
        };
        return Err(Failure::Theirs { status: StatusCode::FORBIDDEN, kind: Trouble::CookiesBlocked { again } });
    }
    ask.check(form)
}

/// 404, as a page.
pub async fn not_found(State(app): State<App>, request: Request) -> Response {
    strange(&app, request, Failure::not_found()).await
}

/// 405, as a page; axum adds `Allow`.
pub async fn not_like_this(State(app): State<App>, request: Request) -> Response {
    strange(&app, request, Failure::malformed(StatusCode::METHOD_NOT_ALLOWED)).await
}

async fn strange(app: &App, request: Request, failure: Failure) -> Response {
    let (mut parts, _) = request.into_parts();
    let (ask, _) = Ask::read(app, &mut parts).await;
    failure.answer(&ask)
}
