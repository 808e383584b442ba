//! `GET` and `POST /userinfo` (OIDC Core §5.3.1), the token in the header or in a posted form, never in the address.
use super::wire;
use crate::{
    grants::userinfo,
    http::{App, Body, NoBody},
    protocol::bearer::{self, BearerError},
};
use axum::{extract::State, response::Response};
use http::HeaderMap;

pub async fn get(State(app): State<App>, headers: HeaderMap) -> Response {
    told(&app, &headers, None).await.unwrap_or_else(|error| wire::bearer(&error))
}

pub async fn post(State(app): State<App>, headers: HeaderMap, body: Result<Body, NoBody>) -> Response {
    let answer = match body {
        Ok(body) => told(&app, &headers, Some(&body)).await,
        // RFC 6750 §2.2 asks for a form only if the token is in it.
        Err(NoBody::NotAForm) => told(&app, &headers, None).await,
        Err(NoBody::Form(_)) => Err(BearerError::InvalidRequest("the body is not a form that can be read")),
        Err(NoBody::TooSlow | NoBody::BrokenOff) => Err(BearerError::InvalidRequest("the body did not arrive")),
    };
    answer.unwrap_or_else(|error| wire::bearer(&error))
}

async fn told(app: &App, headers: &HeaderMap, body: Option<&Body>) -> Result<Response, BearerError> {
    let params = body.map(Body::params);
    let token = bearer::token(headers, params.as_ref())?;
    Ok(wire::json(&userinfo::userinfo(&app.desk, &token).await?))
}
