//! How a client says who it is (RFC 6749 §2.3). Only reads what was presented; whether the secret is right, and whether this
//! client is registered for that method, is for others to say.
use super::{
    form::{self, Params},
    token::TokenError,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};
use ostiary_gate::domain::{client::AuthMethod, ids::ClientId, secret::Secret};

/// The longest `Authorization` value that is looked at, in bytes.
const MAX_HEADER: usize = 8 * 1024;

/// What was presented. No `Debug`: there are secrets in it.
pub enum Presented {
    /// Only a name: right for public clients, and for nobody else.
    None {
        client_id: ClientId,
    },
    Basic {
        client_id: ClientId,
        secret: Secret,
    },
    Post {
        client_id: ClientId,
        secret: Secret,
    },
}

impl Presented {
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::None { client_id } | Self::Basic { client_id, .. } | Self::Post { client_id, .. } => client_id,
        }
    }

    pub fn method(&self) -> AuthMethod {
        match self {
            Self::None { .. } => AuthMethod::None,
            Self::Basic { .. } => AuthMethod::ClientSecretBasic,
            Self::Post { .. } => AuthMethod::ClientSecretPost,
        }
    }

    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None { .. } => None,
            Self::Basic { secret, .. } | Self::Post { secret, .. } => Some(secret),
        }
    }

    /// What to answer when it is not right: the same for an unknown client, a wrong secret and a wrong method.
    pub fn refusal(&self) -> TokenError {
        TokenError::InvalidClient { basic: matches!(self, Self::Basic { .. }) }
    }
}

/// Reads header and body. Errors: `invalid_request` for more than one method at once (RFC 6749 §2.3) or a name said in two
/// ways, `invalid_client` for a name or header that cannot be right.
pub fn presented(headers: &HeaderMap, params: &Params<'_>) -> Result<Presented, TokenError> {
    let body_id = params.one("client_id")?;
    let body_secret = params.one("client_secret")?;
    let assertion = params.one("client_assertion")?.or(params.one("client_assertion_type")?);
    let basic = basic(headers)?;
    match (basic, body_secret, assertion) {
        (Some((id, secret)), None, None) => {
            if body_id.is_some_and(|said| said != id) {
                return Err(TokenError::InvalidRequest("client_id differs from the one in the Authorization header"));
            }
            Ok(Presented::Basic { client_id: known(&id, true)?, secret })
        }
        (None, Some(secret), None) => {
            let id = body_id.ok_or(TokenError::InvalidRequest("client_id is missing"))?;
            Ok(Presented::Post { client_id: known(id, false)?, secret: Secret::new(secret) })
        }
        (None, None, None) => {
            let id = body_id.ok_or(TokenError::InvalidClient { basic: false })?;
            Ok(Presented::None { client_id: known(id, false)? })
        }
        // No client is registered for assertions.
        (None, None, Some(_)) => Err(TokenError::InvalidClient { basic: false }),
        _ => Err(TokenError::InvalidRequest("more than one way of client authentication is used")),
    }
}

fn known(id: &str, basic: bool) -> Result<ClientId, TokenError> {
    ClientId::parse(id).map_err(|_| TokenError::InvalidClient { basic })
}

/// RFC 7617 with the halves form-urlencoded first (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, Secret)>, TokenError> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = sent.next() else { return Ok(None) };
    if sent.next().is_some() {
        return Err(TokenError::InvalidRequest("the Authorization header is there twice"));
    }
    let refused = TokenError::InvalidClient { basic: true };
    let Some((scheme, encoded)) = value.to_str().ok().filter(|v| v.len() <= MAX_HEADER).and_then(|v| v.split_once(' '))
    else {
        return Err(refused);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refused);
    }
    let halves = STANDARD.decode(encoded.trim_matches(' ')).ok().map(zeroize::Zeroizing::new).and_then(|bytes| {
        let colon = bytes.iter().position(|b| *b == b':')?;
        let (id, secret) = (bytes.get(..colon)?, bytes.get(colon + 1..)?);
        Some((form::decode(id).ok()?, Secret::new(form::decode(secret).ok()?)))
    });
    halves.map(Some).ok_or(refused)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::{error::TokenCode, testing::pairs};
    use http::HeaderValue;
    use proptest::prelude::*;

    fn with(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    fn read(headers: &[&str], body: &[(&str, &str)]) -> Result<(AuthMethod, String, Option<String>), TokenError> {
        presented(&with(headers), &Params::new(&pairs(body)))
            .map(|p| (p.method(), p.client_id().to_string(), p.secret().map(|secret| secret.expose().to_owned())))
    }

    fn refused(headers: &[&str], body: &[(&str, &str)]) -> (TokenCode, bool) {
        let error = read(headers, body).expect_err("a refusal");
        (error.wire().1, error.www_authenticate().is_some())
    }

    #[test]
    fn the_halves_of_basic_are_form_decoded() {
        let header = basic_of("web%2D1:p%3Aw+d%25:x");
        let (method, id, secret) = read(&[&header], &[]).unwrap();
        assert_eq!(
            (method, id.as_str(), secret.as_deref()),
            (AuthMethod::ClientSecretBasic, "web-1", Some("p:w d%:x"))
        );
        let lower = basic_of("web:s").replace("Basic", "bASIC");
        assert!(read(&[&lower], &[("client_id", "web")]).is_ok());
    }

    #[test]
    fn a_secret_in_the_body_is_post_and_a_bare_name_is_none() {
        assert_eq!(read(&[], &[("client_id", "w"), ("client_secret", "s")]).unwrap().0, AuthMethod::ClientSecretPost);
        assert_eq!(read(&[], &[("client_id", "w"), ("client_secret", "")]).unwrap().0, AuthMethod::None);
    }

    #[test]
    fn more_than_one_way_at_once_is_an_invalid_request() {
        let header = basic_of("web:s");
        let twice = (TokenCode::InvalidRequest, false);
        assert_eq!(refused(&[&header], &[("client_secret", "s"), ("client_id", "web")]), twice);
        assert_eq!(refused(&[&header], &[("client_assertion", "a.b.c")]), twice);
        assert_eq!(refused(&[], &[("client_id", "w"), ("client_secret", "s"), ("client_assertion", "a")]), twice);
        assert_eq!(refused(&[&header, &header], &[]), twice);
        assert_eq!(refused(&[&header], &[("client_id", "other")]), twice);
        assert_eq!(refused(&[], &[("client_id", "w"), ("client_id", "w")]), twice);
    }

    #[test]
    fn a_header_that_cannot_be_right_is_answered_in_basic() {
        for bad in [
            "Basic",
            "Basic ",
            "Basic ===",
            "Bearer abc",
            "Basic bm9jb2xvbg==",
            &basic_of("a%:b"),
            &basic_of("we b:s"),
            &basic_of(":s"),
        ] {
            assert_eq!(refused(&[bad], &[]), (TokenCode::InvalidClient, true), "{bad}");
        }
        assert_eq!(refused(&[&basic_of(&"a".repeat(9000))], &[]), (TokenCode::InvalidClient, true));
    }

    #[test]
    fn nobody_at_all_is_no_client() {
        assert_eq!(refused(&[], &[]), (TokenCode::InvalidClient, false));
        assert_eq!(refused(&[], &[("client_id", "we b")]), (TokenCode::InvalidClient, false));
        assert_eq!(refused(&[], &[("client_secret", "s")]), (TokenCode::InvalidRequest, false));
        assert_eq!(
            refused(&[], &[("client_id", "w"), ("client_assertion", "a.b.c")]),
            (TokenCode::InvalidClient, false)
        );
    }

    proptest! {
        #[test]
        fn whatever_the_header_says_is_read_or_refused(bytes in proptest::collection::vec(32u8..=255, 0..60), basic in any::<bool>()) {
            let value = if basic { format!("Basic {}", STANDARD.encode(&bytes)).into_bytes() } else { bytes };
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
                let _ = presented(&headers, &Params::new(&[]));
            }
        }
    }
}
