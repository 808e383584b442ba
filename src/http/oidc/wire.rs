//! How the endpoints for other programs answer: JSON that nobody keeps (RFC 6749 §5.1), refusals with their registered
//! codes and headers.
use crate::{
    http::{NoBody, failure::seconds},
    protocol::{bearer::BearerError, token::TokenError},
};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use ostiary_gate::domain::time::Span;
use serde::Serialize;

const NO_STORE: [(header::HeaderName, HeaderValue); 2] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
];

pub fn json(answer: &impl Serialize) -> Response {
    (NO_STORE, Json(answer)).into_response()
}

/// A refusal of the token endpoint and its kin.
pub enum Refused {
    Body(NoBody),
    Token(TokenError),
}

impl From<NoBody> for Refused {
    fn from(cause: NoBody) -> Self {
        Self::Body(cause)
    }
}

impl<T: Into<TokenError>> From<T> for Refused {
    fn from(cause: T) -> Self {
        Self::Token(cause.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Body(NoBody::Form(cause)) => (NoBody::Form(cause).status(), TokenError::Malformed(cause)),
            Self::Body(NoBody::NotAForm) => {
                let why = "the content type must be application/x-www-form-urlencoded";
                (StatusCode::BAD_REQUEST, TokenError::InvalidRequest(why))
            }
            Self::Body(NoBody::TooSlow) => {
                (StatusCode::REQUEST_TIMEOUT, TokenError::InvalidRequest("the body did not arrive in time"))
            }
            Self::Body(NoBody::BrokenOff) => {
                (StatusCode::BAD_REQUEST, TokenError::InvalidRequest("the body broke off"))
            }
            Self::Token(error) => (error.wire().0, error),
        };
        let mut answer = (status, json(&error.body())).into_response();
        let challenge = error.www_authenticate().map(HeaderValue::from_static);
        add(&mut answer, challenge, error.retry_after());
        answer
    }
}

/// RFC 6750 §3, RFC 9470 §3.
pub fn bearer(error: &BearerError) -> Response {
    let status = error.wire().0;
    let mut answer = match error.body() {
        Some(body) => json(&body),
        None => NO_STORE.into_response(),
    };
    *answer.status_mut() = status;
    let challenge = error.www_authenticate().and_then(|text| HeaderValue::try_from(text).ok());
    add(&mut answer, challenge, error.retry_after());
    answer
}

fn add(answer: &mut Response, challenge: Option<HeaderValue>, retry_after: Option<i64>) {
    if let Some(challenge) = challenge {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(after) = retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds(Span::seconds(after)));
    }
}
