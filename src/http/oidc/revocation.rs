//! `POST /revoke` (RFC 7009 §2.1).
use super::wire::Refused;
use crate::{
    grants::{client, revoke},
    http::{App, Body, NoBody},
    protocol::{client_auth, revocation},
};
use axum::extract::State;
use http::{HeaderMap, StatusCode};

pub async fn revocation(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Body, NoBody>,
) -> Result<StatusCode, Refused> {
    let body = body?;
    let presented = client_auth::presented(&headers, &body.params())?;
    let client = client::authenticate(&app.desk.store, &presented).await?;
    let named = revocation::parse(&body.params())?;
    revoke::revoke(&app.desk, &client, &named.token).await?;
    Ok(revocation::DONE)
}
