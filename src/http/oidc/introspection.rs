//! `POST /introspect` (RFC 7662 §2.1): for resources, and for clients with a secret.
use super::wire::{self, Refused};
use crate::{
    grants::{client, introspect},
    http::{App, Body, NoBody},
    protocol::{client_auth, introspection},
};
use axum::{extract::State, response::Response};
use http::HeaderMap;

pub async fn introspection(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Body, NoBody>,
) -> Result<Response, Refused> {
    let body = body?;
    let presented = client_auth::presented(&headers, &body.params())?;
    let asker = client::authenticate_asker(&app.desk.store, &presented).await?;
    let named = introspection::parse(&body.params())?;
    let answer = introspect::introspect(&app.desk, &asker, &named.token).await?;
    Ok(wire::json(&answer))
}
