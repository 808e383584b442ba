//! The clinic app: a day's appointments and the notes about them, behind a sign-in with Ostiary. Owns its notes, its
//! browsers and its draft lane; who somebody is and how they signed in is the provider's word, asked anew at every click.
mod book;
mod export;
mod lane;
mod notes;
mod pages;
mod session;
mod signing;

pub use export::{Export, RESOURCE, SCOPE};

use crate::{
    crypto::dice::Dice,
    demo::{
        rp::RelyingParty,
        web::{
            Site, answers,
            browsers::Browsers,
            door::{Sited, only_here, recognised},
        },
    },
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use book::Book;
use lane::Lane;
use session::Session;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub const NAME: &str = "Bluegum Notes";
pub const CLIENT_ID: &str = "bluegum-notes";
/// As the resource that asks what a token is worth.
pub const API_CLIENT_ID: &str = "bluegum-api";

/// A form with the longest note in it, percent-encoded, and some.
const MAX_BODY: usize = 3 * book::MAX_TEXT + 4_096;

pub struct Clinic {
    site: Site,
    rp: RelyingParty,
    /// The interface for other programs, as the resource it is registered as.
    api: RelyingParty,
    browsers: Browsers<Session>,
    book: Mutex<Book>,
    lane: Mutex<Lane>,
    /// Where the demo's mails and codes are shown.
    viewer: String,
}

impl Clinic {
    pub fn new(site: Site, rp: RelyingParty, api: RelyingParty, viewer: String) -> Arc<Self> {
        let (browsers, book, lane) = (Browsers::default(), Mutex::default(), Mutex::default());
        Arc::new(Self { site, rp, api, browsers, book, lane, viewer })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sited for Clinic {
    type Session = Session;

    fn site(&self) -> &Site {
        &self.site
    }

    fn browsers(&self) -> &Browsers<Session> {
        &self.browsers
    }

    fn dice(&self) -> &dyn Dice {
        self.rp.world.dice.as_ref()
    }
}

pub fn router(app: &Arc<Clinic>) -> Router {
    let pages = Router::new()
        .route("/", get(notes::front))
        .route("/notes", get(notes::list))
        .route("/notes/{note}", get(notes::edit))
        .route("/notes/{note}/save", post(notes::save))
        .route("/notes/{note}/autosave", post(notes::autosave))
        .route("/paused", get(notes::paused))
        .route("/sign-in", get(signing::sign_in))
        .route("/switch", post(signing::switch))
        .route("/callback", get(signing::callback))
        .route("/sign-out", post(signing::sign_out))
        .route("/bye", get(signing::bye))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::clone(app), recognised::<Clinic>));
    Router::new()
        .merge(pages)
        .route("/api/treatments", get(export::treatments))
        .route("/demo.css", get(answers::style))
        .route("/notes.js", get(notes::script))
        .fallback(answers::nothing_here)
        .layer(from_fn_with_state(app.site.clone(), only_here))
        .with_state(Arc::clone(app))
}
