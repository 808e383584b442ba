//! The form of revocation and introspection alike: a token and a guess at what it is (RFC 7009 §2.1, RFC 7662 §2.1).
use super::{form::Params, token::TokenError};
use ostiary_gate::domain::secret::Secret;

/// Where to look first. Only a hint: if it is not found there, look everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenHint {
    AccessToken,
    RefreshToken,
}

/// No `Debug`: the token is a secret.
pub struct NamedToken {
    pub token: Secret,
    pub hint: Option<TokenHint>,
}

impl NamedToken {
    /// An unknown hint is no hint. Errors: `invalid_request` without a token or with two.
    pub fn parse(params: &Params<'_>) -> Result<Self, TokenError> {
        let token = params.one("token")?.ok_or(TokenError::InvalidRequest("token is missing"))?;
        let hint = match params.one("token_type_hint")? {
            Some("access_token") => Some(TokenHint::AccessToken),
            Some("refresh_token") => Some(TokenHint::RefreshToken),
            _ => None,
        };
        Ok(Self { token: Secret::new(token), hint })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::{error::TokenCode, testing::pairs};

    fn read(sent: &[(&str, &str)]) -> Result<(String, Option<TokenHint>), TokenError> {
        NamedToken::parse(&Params::new(&pairs(sent))).map(|named| (named.token.expose().to_owned(), named.hint))
    }

    #[test]
    fn an_unknown_hint_is_no_hint() {
        let hint = |hint: &str| read(&[("token", "t"), ("token_type_hint", hint)]).unwrap().1;
        assert_eq!(hint("refresh_token"), Some(TokenHint::RefreshToken));
        assert_eq!(hint("access_token"), Some(TokenHint::AccessToken));
        assert_eq!((hint("pat"), hint("")), (None, None));
    }

    #[test]
    fn without_a_token_or_with_two_it_is_an_invalid_request() {
        for sent in [&[][..], &[("token", "")], &[("token", "a"), ("token", "a")]] {
            assert_eq!(read(sent).expect_err("a refusal").wire().1, TokenCode::InvalidRequest);
        }
    }
}
