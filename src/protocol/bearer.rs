//! A token presented to a resource of ours (RFC 6750), and the refusal that says what would do (RFC 9470).
use super::{
    error::{BearerCode, description},
    form::{Duplicated, Params},
};
use http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use ostiary_gate::domain::{Blame, scope::Scope, secret::Secret, time::Span};
use serde::Serialize;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// RFC 6750 §3.1 and RFC 9470 §3.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// No token at all: the challenge names no error (RFC 6750 §3.1).
    #[error("no access token was presented")]
    Missing,
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// Unknown, expired, ended or another's: one answer for all.
    #[error("the access token is not valid")]
    InvalidToken,
    #[error("the access token does not have the scope that is needed")]
    InsufficientScope { needed: Scope },
    /// The token is good, the sign-in behind it is not enough any more.
    #[error("a stronger or more recent sign-in is needed")]
    InsufficientUserAuthentication { acr_values: Vec<String>, max_age: Option<Span> },
    #[error("try again later")]
    Unavailable { retry_after: Span },
    #[error("something went wrong on our side")]
    Fault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The document that goes with the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BearerBody {
    pub error: BearerCode,
    pub error_description: String,
}

impl BearerError {
    /// The one table: status and registered code. [`Missing`](Self::Missing) has a status only.
    pub fn wire(&self) -> (StatusCode, Option<BearerCode>) {
        match self {
            Self::Missing => (StatusCode::UNAUTHORIZED, None),
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, Some(BearerCode::InvalidRequest)),
            Self::InvalidToken => (StatusCode::UNAUTHORIZED, Some(BearerCode::InvalidToken)),
            Self::InsufficientScope { .. } => (StatusCode::FORBIDDEN, Some(BearerCode::InsufficientScope)),
            Self::InsufficientUserAuthentication { .. } => {
                (StatusCode::UNAUTHORIZED, Some(BearerCode::InsufficientUserAuthentication))
            }
            Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, Some(BearerCode::TemporarilyUnavailable)),
            Self::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, Some(BearerCode::ServerError)),
        }
    }

    pub fn body(&self) -> Option<BearerBody> {
        let error = self.wire().1?;
        Some(BearerBody { error, error_description: description(&self.to_string()) })
    }

    /// The value of `WWW-Authenticate`: for every refusal that a better token would cure, and for a malformed request.
    /// Our own faults have none.
    pub fn www_authenticate(&self) -> Option<String> {
        let mut value = "Bearer realm=\"ostiary\"".to_owned();
        let mut say = |name: &str, text: &str| {
            value.extend([", ", name, "=\"", &description(text), "\""]);
        };
        if self.is_ours() {
            return None;
        }
        if let Some(code) = self.wire().1 {
            say("error", code.as_str());
            say("error_description", &self.to_string());
        }
        match self {
            Self::InsufficientScope { needed } => say("scope", &needed.to_string()),
            Self::InsufficientUserAuthentication { acr_values, max_age } => {
                if !acr_values.is_empty() {
                    say("acr_values", &acr_values.join(" "));
                }
                if let Some(max_age) = max_age {
                    say("max_age", &max_age.as_seconds().max(0).to_string());
                }
            }
            _ => {}
        }
        Some(value)
    }

    /// Whole seconds, at least one.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Unavailable { retry_after } => Some(retry_after.as_seconds().max(1)),
            _ => None,
        }
    }
}

impl Blame for BearerError {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Fault(_) | Self::Unavailable { .. })
    }
}

impl From<Duplicated> for BearerError {
    fn from(_: Duplicated) -> Self {
        Self::InvalidRequest("a parameter is included more than once")
    }
}

/// The token in the header (RFC 6750 §2.1) or, if `body` is a posted form, in it (§2.2). Never in the query, where it would
/// end in logs and histories (RFC 9700 §4.3.2). Another scheme than Bearer is no token.
pub fn token(headers: &HeaderMap, body: Option<&Params<'_>>) -> Result<Secret, BearerError> {
    let posted = match body {
        Some(params) => params.one("access_token")?,
        None => None,
    };
    match (in_header(headers)?, posted) {
        (Some(_), Some(_)) => Err(BearerError::InvalidRequest("the access token is there twice")),
        (Some(token), None) | (None, Some(token)) if is_b64token(token) => Ok(Secret::new(token)),
        (None, None) => Err(BearerError::Missing),
        _ => Err(BearerError::InvalidRequest("the access token is malformed")),
    }
}

fn in_header(headers: &HeaderMap) -> Result<Option<&str>, BearerError> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = sent.next() else { return Ok(None) };
    if sent.next().is_some() {
        return Err(BearerError::InvalidRequest("the Authorization header is there twice"));
    }
    let Ok(value) = value.to_str() else {
        return Err(BearerError::InvalidRequest("the Authorization header is malformed"));
    };
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Ok(scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' ')))
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let stem = text.trim_end_matches('=');
    !stem.is_empty()
        && text.len() <= MAX_TOKEN
        && stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::testing::pairs;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn read(header: &[&str], body: &[(&str, &str)]) -> Result<String, BearerError> {
        let mut headers = HeaderMap::new();
        for value in header {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        token(&headers, Some(&Params::new(&pairs(body)))).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_token_comes_in_the_header_or_in_a_form() {
        assert_eq!(read(&["Bearer a.b-c_~+/=="], &[]).unwrap(), "a.b-c_~+/==");
        assert_eq!(read(&["bEARER abc"], &[]).unwrap(), "abc");
        assert_eq!(read(&[], &[("access_token", "abc")]).unwrap(), "abc");
    }

    #[test]
    fn no_token_gets_a_bare_challenge() {
        for (header, body) in
            [(&[][..], &[][..]), (&["Basic abc"], &[]), (&["DPoP abc"], &[]), (&[], &[("access_token", "")])]
        {
            let error = read(header, body).expect_err("a refusal");
            assert!(matches!(error, BearerError::Missing));
            assert_eq!(error.wire(), (StatusCode::UNAUTHORIZED, None));
            assert_eq!(error.www_authenticate().as_deref(), Some("Bearer realm=\"ostiary\""));
            assert!(error.body().is_none());
        }
    }

    #[test]
    fn a_header_without_a_token_two_tokens_and_odd_characters_are_invalid_requests() {
        let long = format!("Bearer {}", "a".repeat(9000));
        for header in
            ["Bearer", "Bearer ", "Bearer           ", "Bearer a b", "Bearer ==", "Bearer a\"b", "Bearer a,b", &long]
        {
            assert_eq!(read(&[header], &[]).expect_err(header).wire().0, 400, "{header}");
        }
        assert_eq!(read(&["Bearer a"], &[("access_token", "a")]).expect_err("two").wire().0, 400);
        assert_eq!(read(&["Bearer a", "Bearer a"], &[]).expect_err("two").wire().0, 400);
        assert_eq!(read(&[], &[("access_token", "a"), ("access_token", "a")]).expect_err("two").wire().0, 400);
    }

    #[test]
    fn a_sign_in_that_is_not_enough_says_what_would_be() {
        let error = BearerError::InsufficientUserAuthentication {
            acr_values: vec!["https://refeds.org/profile/mfa".to_owned(), "ph\"r".to_owned()],
            max_age: Some(Span::hours(12)),
        };
        let expected = "Bearer realm=\"ostiary\", error=\"insufficient_user_authentication\", \
            error_description=\"a stronger or more recent sign-in is needed\", \
            acr_values=\"https://refeds.org/profile/mfa ph'r\", max_age=\"43200\"";
        assert_eq!(error.www_authenticate().as_deref(), Some(expected));
        assert_eq!(error.wire().0, 401);
        let bare = BearerError::InsufficientUserAuthentication { acr_values: Vec::new(), max_age: None };
        assert!(
            bare.www_authenticate().is_some_and(|value| !value.contains("acr_values") && !value.contains("max_age"))
        );
    }

    #[test]
    fn a_scope_that_is_missing_is_named() {
        let error = BearerError::InsufficientScope { needed: Scope::parse("openid").unwrap() };
        assert_eq!(error.wire().0, 403);
        assert!(error.www_authenticate().is_some_and(|value| value.ends_with(", scope=\"openid\"")));
    }

    #[test]
    fn our_own_faults_are_no_challenge() {
        let error = BearerError::Unavailable { retry_after: Span::ZERO };
        assert_eq!((error.wire().0.as_u16(), error.retry_after(), error.www_authenticate()), (503, Some(1), None));
        assert!(BearerError::Fault("x".into()).is_ours() && !BearerError::InvalidToken.is_ours());
    }

    proptest! {
        #[test]
        fn whatever_the_header_says_is_read_or_refused(bytes in proptest::collection::vec(32u8..=255, 0..60)) {
            let mut value = b"Bearer ".to_vec();
            value.extend(bytes);
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let _ = token(&HeaderMap::from_iter([(AUTHORIZATION, value)]), None);
            }
        }
    }
}
