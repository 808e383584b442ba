//! Refusals of the token endpoint. Clients branch on the code, people read the description, the operator gets the cause.
use crate::protocol::{
    error::{TokenCode, description},
    form::{Duplicated, FormError},
};
use http::StatusCode;
use ostiary_gate::domain::{Blame, time::Span};
use serde::Serialize;

/// RFC 6749 §5.2, RFC 7009 §2.2.1, RFC 8707 §2. The texts become `error_description`.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("{0}")]
    InvalidRequest(&'static str),
    #[error("{0} is included more than once")]
    Duplicated(&'static str),
    #[error("{0}")]
    Malformed(FormError),
    /// `basic`: the client tried HTTP Basic, so the answer names that scheme (RFC 6749 §5.2).
    #[error("client authentication failed")]
    InvalidClient { basic: bool },
    #[error("{0}")]
    InvalidGrant(&'static str),
    /// The grant lives, but its proofs no longer meet the demand: send the person to the authorization endpoint
    /// (DESIGN section 4).
    #[error("{description}")]
    Suspended { description: String, error_uri: String },
    /// The person was taken out of service: another page explains, and nothing of theirs is to be kept open (RULES 8).
    #[error("this account is out of service")]
    Disabled { error_uri: String },
    #[error("{0}")]
    UnauthorizedClient(&'static str),
    #[error("this grant_type is not served here")]
    UnsupportedGrantType,
    #[error("{0}")]
    InvalidScope(&'static str),
    #[error("the resource is unknown or not allowed for this client")]
    InvalidTarget,
    #[error("tokens of this type cannot be revoked here")]
    UnsupportedTokenType,
    /// Too much to do, or the database is away. The caller should try again after so long.
    #[error("try again later")]
    Unavailable { retry_after: Span },
    #[error("something went wrong on our side")]
    Fault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The document of an error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    pub error: TokenCode,
    pub error_description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
    /// `"suspended"` beside `invalid_grant`: the grant is not gone (RULES 5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<&'static str>,
}

impl TokenError {
    /// The one table: status and registered code of each.
    pub fn wire(&self) -> (StatusCode, TokenCode) {
        match self {
            Self::InvalidRequest(_) | Self::Duplicated(_) | Self::Malformed(_) => {
                (StatusCode::BAD_REQUEST, TokenCode::InvalidRequest)
            }
            Self::InvalidClient { .. } => (StatusCode::UNAUTHORIZED, TokenCode::InvalidClient),
            Self::InvalidGrant(_) | Self::Suspended { .. } | Self::Disabled { .. } => {
                (StatusCode::BAD_REQUEST, TokenCode::InvalidGrant)
            }
            Self::UnauthorizedClient(_) => (StatusCode::BAD_REQUEST, TokenCode::UnauthorizedClient),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, TokenCode::UnsupportedGrantType),
            Self::InvalidScope(_) => (StatusCode::BAD_REQUEST, TokenCode::InvalidScope),
            Self::InvalidTarget => (StatusCode::BAD_REQUEST, TokenCode::InvalidTarget),
            Self::UnsupportedTokenType => (StatusCode::BAD_REQUEST, TokenCode::UnsupportedTokenType),
            Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, TokenCode::TemporarilyUnavailable),
            Self::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, TokenCode::ServerError),
        }
    }

    pub fn body(&self) -> ErrorBody {
        let (error_uri, grant) = match self {
            Self::Suspended { error_uri, .. } => (Some(error_uri.clone()), Some("suspended")),
            Self::Disabled { error_uri } => (Some(error_uri.clone()), None),
            _ => (None, None),
        };
        ErrorBody { error: self.wire().1, error_description: description(&self.to_string()), error_uri, grant }
    }

    /// RFC 6749 §5.2: whoever came with HTTP Basic is answered in that scheme; nobody else, or browsers would ask.
    pub fn www_authenticate(&self) -> Option<&'static str> {
        matches!(self, Self::InvalidClient { basic: true }).then_some("Basic realm=\"ostiary\", charset=\"UTF-8\"")
    }

    /// Whole seconds, at least one.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Unavailable { retry_after } => Some(retry_after.as_seconds().max(1)),
            _ => None,
        }
    }
}

impl Blame for TokenError {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Fault(_) | Self::Unavailable { .. })
    }
}

impl From<Duplicated> for TokenError {
    fn from(Duplicated(name): Duplicated) -> Self {
        Self::Duplicated(name)
    }
}

impl From<FormError> for TokenError {
    fn from(cause: FormError) -> Self {
        Self::Malformed(cause)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_suspended_grant_is_an_invalid_one_with_a_way_back() {
        let error = TokenError::Suspended {
            description: "Two-factor authentication is now required for this clinic.".to_owned(),
            error_uri: "https://id.example/errors/second-factor".to_owned(),
        };
        assert_eq!(error.wire().0, 400);
        let expected = json!({
            "error": "invalid_grant",
            "error_description": "Two-factor authentication is now required for this clinic.",
            "error_uri": "https://id.example/errors/second-factor",
            "grant": "suspended",
        });
        assert_eq!(serde_json::to_value(error.body()).unwrap(), expected);
        assert!(!error.is_ours());
    }

    #[test]
    fn only_who_tried_basic_is_answered_in_basic() {
        let basic = TokenError::InvalidClient { basic: true };
        assert_eq!(basic.wire(), (StatusCode::UNAUTHORIZED, TokenCode::InvalidClient));
        assert!(basic.www_authenticate().is_some_and(|value| value.starts_with("Basic ")));
        assert_eq!(TokenError::InvalidClient { basic: false }.www_authenticate(), None);
    }

    #[test]
    fn a_fault_is_ours_and_keeps_its_cause_to_itself() {
        let error = TokenError::Fault("disk full at /var/lib".into());
        assert!(error.is_ours());
        assert_eq!(error.wire().0, 500);
        let body = serde_json::to_string(&error.body()).unwrap();
        assert!(!body.contains("disk"), "{body}");
        assert!(!body.contains("grant"), "{body}");
    }

    #[test]
    fn a_queue_that_is_full_says_when_to_come_back() {
        let error = TokenError::Unavailable { retry_after: Span(1) };
        assert_eq!((error.wire().0.as_u16(), error.retry_after()), (503, Some(1)));
        assert!(error.is_ours());
        assert_eq!(TokenError::InvalidTarget.retry_after(), None);
    }
}
