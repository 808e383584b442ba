//! The clinic app's interface for other programs: what there is to bill today, for a token that the provider says is good
//! for it, and of that token's clinic only. A note's text never leaves by it.
use super::{Clinic, book::Note};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use openidconnect::AccessToken;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The interface's name at the provider (RFC 8707), and what a token must be good for.
pub const RESOURCE: &str = "https://api.bluegum.example/";
pub const SCOPE: &str = "export:read";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    pub tenant_id: String,
    pub treatments: Vec<Treatment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatment {
    pub time: String,
    pub patient: String,
    /// In cents.
    pub fee: u32,
}

/// `GET /api/treatments`
pub async fn treatments(State(app): State<Arc<Clinic>>, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers) else {
        return refusal(StatusCode::UNAUTHORIZED, "Bearer realm=\"bluegum\"");
    };
    let inspected = match app.api.inspect(&AccessToken::new(token.to_owned())).await {
        Ok(inspected) => inspected,
        Err(fault) => {
            tracing::warn!(%fault, "the provider was not there to say what a token is worth");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let for_us = inspected.filter(|token| token.audience.iter().any(|audience| audience == RESOURCE));
    let Some((scope, tenant_id)) = for_us.and_then(|token| Some((token.scope, token.tenant_id?))) else {
        return refusal(StatusCode::UNAUTHORIZED, "Bearer realm=\"bluegum\", error=\"invalid_token\"");
    };
    if !scope.iter().any(|word| word == SCOPE) {
        let challenge = "Bearer realm=\"bluegum\", error=\"insufficient_scope\", scope=\"export:read\"";
        return refusal(StatusCode::FORBIDDEN, challenge);
    }
    let day = app.book().day(&tenant_id).clone();
    let billed =
        |note: &Note| Treatment { time: note.time.to_owned(), patient: note.patient.to_owned(), fee: note.fee };
    let treatments = day.iter().map(billed).collect();
    Json(Export { tenant_id, treatments }).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn refusal(status: StatusCode, challenge: &'static str) -> Response {
    (status, [(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))]).into_response()
}
