//! `/healthz`: the process answers. `/readyz`: it can work, and is not about to stop.
use super::{App, Route};
use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use ostiary_gate::domain::{client::Algorithm, time::Span};
use std::{sync::atomic::Ordering, time::Duration};

pub fn routes() -> Vec<Route> {
    vec![Route::open("/healthz", healthy), Route::open("/readyz", ready)]
}

async fn healthy() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> impl IntoResponse {
    match is_ready(&app).await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(why) => {
            tracing::warn!(why, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, why)
        }
    }
}

/// RULES 7: a node that is further off the database's clock decides nothing.
const OFF: Span = Span::seconds(2);
const PATIENCE: Duration = Duration::from_secs(2);

/// One look at the database and at the clock, and a key to sign with. The words say nothing about the inside.
async fn is_ready(app: &App) -> Result<(), &'static str> {
    if app.draining.load(Ordering::Relaxed) {
        return Err("draining\n");
    }
    if !app.desk.porter.mint().can_sign(Algorithm::ES256) {
        return Err("no signing key\n");
    }
    let offset = app.desk.store.clock_offset(&*app.desk.clock);
    match tokio::time::timeout(PATIENCE, offset).await {
        Ok(Ok(offset)) if offset.0.abs() <= OFF.0 => Ok(()),
        Ok(Ok(_)) => Err("clock\n"),
        Ok(Err(_)) | Err(_) => Err("database or clock\n"),
    }
}
