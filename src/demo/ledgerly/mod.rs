//! Ledgerly, the accounting app: demands a 6-digit code of everybody, and of a clinic that connects it that everyone there
//! uses two factors. Its nightly sync comes without a person: it hangs on the clinic.
mod pages;
mod signing;
mod sync;

use crate::{
    crypto::dice::Dice,
    demo::{
        rp::{RelyingParty, answer::SignedIn, proof::SignIn},
        web::{
            Site, answers,
            browsers::Browsers,
            door::{Sited, only_here, recognised},
        },
    },
};
use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use ostiary_gate::domain::time::Instant;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use sync::Run;

pub const CLIENT_ID: &str = "ledgerly";

pub struct Ledgerly {
    site: Site,
    rp: RelyingParty,
    browsers: Browsers<Session>,
    /// The last nightly sync of each clinic, by `tenant_id`.
    runs: Mutex<HashMap<String, Run>>,
    /// The clinic app's interface.
    treatments: String,
    /// Where the demo's mails and codes are shown.
    viewer: String,
}

#[derive(Clone)]
pub struct Session {
    signed_in: SignedIn,
    said: SignIn,
    checked_at: Instant,
}

impl Ledgerly {
    pub fn new(site: Site, rp: RelyingParty, treatments: String, viewer: String) -> Arc<Self> {
        let (browsers, runs) = (Browsers::default(), Mutex::default());
        Arc::new(Self { site, rp, browsers, runs, treatments, viewer })
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<String, Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sited for Ledgerly {
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

pub fn router(app: &Arc<Ledgerly>) -> Router {
    let pages = Router::new()
        .route("/", get(signing::front))
        .route("/books", get(signing::books))
        .route("/sign-in", get(signing::sign_in))
        .route("/quietly", get(signing::quietly))
        .route("/connect", post(signing::connect))
        .route("/switch", post(signing::switch))
        .route("/sync", post(sync::sync))
        .route("/callback", get(signing::callback))
        .route("/sign-out", post(signing::sign_out))
        .route("/bye", get(signing::bye))
        .layer(from_fn_with_state(Arc::clone(app), recognised::<Ledgerly>));
    Router::new()
        .merge(pages)
        .route("/demo.css", get(answers::style))
        .fallback(answers::nothing_here)
        .layer(from_fn_with_state(app.site.clone(), only_here))
        .with_state(Arc::clone(app))
}
