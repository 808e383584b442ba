//! The token endpoint: what is asked (RFC 6749 §4.1.3, §4.4.2, §6), what is answered (§5.1) and refused (§5.2).
mod error;
mod request;

pub use error::{ErrorBody, TokenError};
pub use request::{ClientCredentials, CodeRedemption, Refresh, TokenRequest};

use ostiary_gate::domain::{scope::Scope, secret::Secret, time::Span};
use serde::{Serialize, Serializer};

/// RFC 6749 §5.1. Tokens are secrets until this moment: rendering it is where they leave. No `Debug`.
#[derive(Serialize)]
pub struct TokenAnswer {
    #[serde(serialize_with = "exposed")]
    pub access_token: Secret,
    pub token_type: TokenType,
    /// Whole seconds.
    #[serde(serialize_with = "seconds")]
    pub expires_in: Span,
    #[serde(serialize_with = "exposed_if_any", skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    #[serde(serialize_with = "exposed_if_any", skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Secret>,
    /// Always said: it may be less than was asked (RFC 6749 §5.1).
    pub scope: Scope,
}

/// RFC 6750 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TokenType {
    Bearer,
}

fn exposed<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn exposed_if_any<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => to.serialize_some(secret.expose()),
        None => to.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn seconds<S: Serializer>(span: &Span, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(span.as_seconds())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_has_the_members_of_rfc_6749_and_no_empty_ones() {
        let mut answer = TokenAnswer {
            access_token: Secret::new("at"),
            token_type: TokenType::Bearer,
            expires_in: Span::minutes(5),
            refresh_token: None,
            id_token: None,
            scope: Scope::parse("openid notes").unwrap(),
        };
        let spare = json!({"access_token": "at", "token_type": "Bearer", "expires_in": 300, "scope": "notes openid"});
        assert_eq!(serde_json::to_value(&answer).unwrap(), spare);
        answer.refresh_token = Some(Secret::new("rt"));
        answer.id_token = Some(Secret::new("id"));
        let full = serde_json::to_value(&answer).unwrap();
        assert_eq!((full["refresh_token"].as_str(), full["id_token"].as_str()), (Some("rt"), Some("id")));
    }
}
