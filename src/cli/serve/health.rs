//! `/healthz`: the process lives. `/readyz`: it can decide: database, clock, and it was not told to stop.
use crate::{
    cli::opening::Opened,
    store::{Clock, Store},
};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use ostiary_gate::domain::time::Span;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// RULES 7: a node that is further off the database's clock decides nothing.
const OFF: Span = Span::seconds(2);
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Health {
    store: Store,
    clock: Arc<dyn Clock>,
    stopped: watch::Receiver<bool>,
}

impl Health {
    pub(super) fn new(opened: &Opened, stopped: watch::Receiver<bool>) -> Self {
        Self { store: opened.store.clone(), clock: opened.clock.clone(), stopped }
    }

    pub(super) fn routes(&self) -> Router {
        Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", get(readyz)).with_state(self.clone())
    }

    /// What keeps this node from deciding.
    async fn obstacle(&self) -> Option<&'static str> {
        if *self.stopped.borrow() {
            return Some("stopping");
        }
        match tokio::time::timeout(PATIENCE, self.store.clock_offset(&*self.clock)).await {
            Ok(Ok(off)) if Span(off.0.abs()) <= OFF => None,
            Ok(Ok(_)) => Some("the clock is more than two seconds off the database's"),
            Ok(Err(why)) => {
                tracing::warn!(%why, "not ready");
                Some("the database or the clock cannot be read")
            }
            Err(_) => Some("the database does not answer"),
        }
    }
}

async fn readyz(State(health): State<Health>) -> impl IntoResponse {
    let obstacle = health.obstacle().await;
    let status = if obstacle.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let said = Json(serde_json::json!({ "ready": obstacle.is_none(), "why": obstacle }));
    (status, [(header::CACHE_CONTROL, "no-store")], said)
}
