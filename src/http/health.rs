//! `/healthz`: the process answers. `/readyz`: it can work, and is not about to stop.
use super::{App, Route};
use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use ostiary_gate::domain::client::Algorithm;
use std::sync::atomic::Ordering;

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

/// One look at the database, and a key to sign with. The words say nothing about the inside.
async fn is_ready(app: &App) -> Result<(), &'static str> {
    if app.draining.load(Ordering::Relaxed) {
        return Err("draining\n");
    }
    if !app.desk.porter.mint().can_sign(Algorithm::ES256) {
        return Err("no signing key\n");
    }
    let mut unit = app.desk.store.look().await.map_err(|_| "database\n")?;
    unit.tx().signing_keys().await.map_err(|_| "database\n")?;
    unit.commit().await.map_err(|_| "database\n")
}
