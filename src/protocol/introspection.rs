//! Token introspection (RFC 7662): what a resource is told of a token, and what nobody is told of a token that is not theirs.
use super::{form::Params, named_token::NamedToken, sign_in::SignIn, token::TokenError};
use ostiary_gate::domain::{ids::ClientId, scope::Scope, time::Instant};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// The request, beside the authentication of whoever asks.
pub fn parse(params: &Params<'_>) -> Result<NamedToken, TokenError> {
    NamedToken::parse(params)
}

/// RFC 7662 §2.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// Unknown, ended, suspended, another's: `{"active":false}` and nothing beside it (RFC 7662 §2.2, RULES 3).
    Inactive,
    Active(Box<ActiveToken>),
}

/// A token that works right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveToken {
    pub iss: String,
    pub client_id: ClientId,
    /// The person, or for machine grants the client.
    pub sub: String,
    pub aud: String,
    pub scope: Scope,
    /// `Bearer`; none for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    #[serde(serialize_with = "seconds")]
    pub iat: Instant,
    #[serde(serialize_with = "seconds")]
    pub exp: Instant,
    /// RFC 9470 §6.2: the same as in the ID token, or not there for machines.
    #[serde(flatten)]
    pub sign_in: Option<SignIn>,
    /// For aware clients (RULES 3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn seconds<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(at.as_seconds())
}

impl Serialize for Introspection {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Living<'a> {
            active: bool,
            #[serde(flatten)]
            token: &'a ActiveToken,
        }
        match self {
            Self::Inactive => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry("active", &false)?;
                map.end()
            }
            Self::Active(token) => Living { active: true, token }.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use ostiary_gate::domain::amr::{Acr, Reference};
    use serde_json::json;

    fn machine() -> ActiveToken {
        ActiveToken {
            iss: "https://id.example".to_owned(),
            client_id: ClientId::parse("svc").unwrap(),
            sub: "svc".to_owned(),
            aud: "https://api.example/".to_owned(),
            scope: Scope::parse("notes export:read").unwrap(),
            token_type: Some("Bearer"),
            jti: None,
            iat: Instant(1_999_999),
            exp: Instant::from_seconds(300),
            sign_in: None,
            tenant_id: None,
        }
    }

    #[test]
    fn a_token_that_does_not_work_is_told_nothing_about() {
        assert_eq!(serde_json::to_string(&Introspection::Inactive).unwrap(), r#"{"active":false}"#);
    }

    #[test]
    fn a_machines_token_says_nothing_of_a_sign_in() {
        let expected = json!({"active": true, "iss": "https://id.example", "client_id": "svc", "sub": "svc",
            "aud": "https://api.example/", "scope": "export:read notes", "token_type": "Bearer", "iat": 1, "exp": 300});
        assert_eq!(serde_json::to_value(Introspection::Active(Box::new(machine()))).unwrap(), expected);
    }

    #[test]
    fn a_persons_token_says_how_they_signed_in_and_for_which_tenant() {
        let sign_in = SignIn {
            auth_time: Instant::from_seconds(7),
            acr: Acr::Mfa.canonical(),
            amr: vec![Reference::Pwd, Reference::Otp, Reference::Mfa],
        };
        let token = ActiveToken { sign_in: Some(sign_in), tenant_id: Some("ten_1".to_owned()), ..machine() };
        let said = serde_json::to_value(Introspection::Active(Box::new(token))).unwrap();
        assert_eq!(said["amr"], json!(["pwd", "otp", "mfa"]));
        assert_eq!((&said["auth_time"], &said["acr"]), (&json!(7), &json!("https://refeds.org/profile/mfa")));
        assert_eq!(said["tenant_id"], "ten_1");
    }
}
