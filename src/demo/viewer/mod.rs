//! What a visitor of the demo needs and has no phone and no mailbox for: the people with their passwords, their current
//! 6-digit codes, the mails that were sent, and a pretend phone to set up. On loopback, for invented people only.
mod mail;
mod pages;
pub mod phone;

use crate::{
    crypto::dice::Dice,
    demo::{
        cast::Member,
        rp::World,
        web::{
            Site, answers,
            answers::{go, page},
            browsers::Browsers,
            door::{Posted, Sited, Visitor, only_here, recognised},
        },
    },
};
use axum::{
    Router,
    extract::{Path, State},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header::CONTENT_TYPE};
use mail::Mail;
use pages::{Everything, Letter};
use phone::{NotAdded, Phone};
use serde::Deserialize;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const SCRIPT: &str = include_str!("../../../templates/demo/viewer/viewer.js");

pub struct Viewer {
    pub site: Site,
    pub world: World,
    pub people: Vec<Member>,
    pub mails: PathBuf,
    pub clinic: String,
    pub ledgerly: String,
    phone: Mutex<Phone>,
    browsers: Browsers<()>,
}

impl Viewer {
    pub fn new(site: Site, world: World, people: Vec<Member>, mails: PathBuf, apps: [String; 2]) -> Arc<Self> {
        let [clinic, ledgerly] = apps;
        let (phone, browsers) = (Mutex::default(), Browsers::default());
        Arc::new(Self { site, world, people, mails, clinic, ledgerly, phone, browsers })
    }

    fn phone(&self) -> MutexGuard<'_, Phone> {
        self.phone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn letters(&self) -> std::io::Result<Vec<Mail>> {
        let directory = self.mails.clone();
        tokio::task::spawn_blocking(move || mail::all(&directory)).await.map_err(std::io::Error::other)?
    }
}

impl Sited for Viewer {
    type Session = ();

    fn site(&self) -> &Site {
        &self.site
    }

    fn browsers(&self) -> &Browsers<()> {
        &self.browsers
    }

    fn dice(&self) -> &dyn Dice {
        self.world.dice.as_ref()
    }
}

pub fn router(app: &Arc<Viewer>) -> Router {
    let pages = Router::new()
        .route("/", get(everything))
        .route("/mails/{mail}", get(letter))
        .route("/phone", post(add_key))
        .layer(from_fn_with_state(Arc::clone(app), recognised::<Viewer>));
    Router::new()
        .merge(pages)
        .route("/demo.css", get(answers::style))
        .route("/viewer.js", get(script))
        .fallback(answers::nothing_here)
        .layer(from_fn_with_state(app.site.clone(), only_here))
        .with_state(Arc::clone(app))
}

type Shared = State<Arc<Viewer>>;

async fn script() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

async fn everything(State(app): Shared, visitor: Visitor<()>) -> Response {
    show(&app, &visitor, None, "").await
}

async fn show(app: &Viewer, visitor: &Visitor<()>, fault: Option<NotAdded>, typed: &str) -> Response {
    let mails = match app.letters().await {
        Ok(mails) => mails,
        Err(fault) => return answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
    };
    let phone = app.phone().shows(visitor.now);
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let form_token = visitor.browser.form_token();
    page(status, &Everything { app, mails: &mails, phone, form_token, fault, typed, now: visitor.now })
}

async fn letter(State(app): Shared, Path(id): Path<String>, _: Visitor<()>) -> Response {
    match app.letters().await.map(|mails| mails.into_iter().find(|mail| mail.id == id)) {
        Ok(Some(mail)) => page(StatusCode::OK, &Letter { mail: &mail }),
        Ok(None) => answers::nothing_here().await,
        Err(fault) => answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    key: String,
    #[serde(default)]
    label: String,
}

async fn add_key(State(app): Shared, posted: Posted<(), Typed>) -> Response {
    let Posted { visitor, form } = posted;
    let added = app.phone().type_in(&form.key, &form.label);
    match added {
        Ok(()) => go("/#phone"),
        Err(fault) => show(&app, &visitor, Some(fault), &form.key).await,
    }
}
