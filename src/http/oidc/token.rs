//! `POST /token` (RFC 6749 §3.2): who is it, then what do they want.
use super::wire::{self, Refused};
use crate::{
    grants::{self, client},
    http::{App, Body, NoBody},
    protocol::{client_auth, token::TokenRequest},
};
use axum::{extract::State, response::Response};
use http::HeaderMap;

pub async fn token(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Body, NoBody>,
) -> Result<Response, Refused> {
    let body = body?;
    let presented = client_auth::presented(&headers, &body.params())?;
    let client = client::authenticate(&app.desk.store, &presented).await?;
    let request = TokenRequest::parse(body.params())?;
    let answer = grants::give(&app.desk, &client, request).await?;
    Ok(wire::json(&answer))
}
