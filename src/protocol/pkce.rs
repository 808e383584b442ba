//! PKCE (RFC 7636), method S256 only: `plain` protects nothing that the authorization request has not already shown
//! (RFC 9700 §2.1.1).
use super::token::TokenError;
use serde::{Deserialize, Serialize};

/// A challenge that is one: 43 characters of base64url, the SHA-256 of a verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("code_challenge is not 43 characters of base64url")]
pub struct NotAChallenge;

impl Challenge {
    /// RFC 7636 §4.2: `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))`.
    pub fn parse(text: &str) -> Result<Self, NotAChallenge> {
        let fits = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAChallenge) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Challenge {
    type Error = NotAChallenge;
    fn try_from(text: String) -> Result<Self, NotAChallenge> {
        Self::parse(&text)
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}

/// RFC 7636 §4.1: `43*128unreserved`.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// RFC 7636 §4.6. The challenge is no secret (it travelled through the browser), so the comparison need not hide its time.
pub fn challenge_matches(challenge: &str, verifier: &str, sha256_base64url: fn(&[u8]) -> String) -> bool {
    is_verifier(verifier) && sha256_base64url(verifier.as_bytes()) == challenge
}

/// The check at redemption, both ways round (RFC 9700 §2.1.1 and §4.8.2): a challenge needs its verifier, and a verifier
/// without a challenge means that somebody took the challenge out of the request. Do it before the code is spent.
pub fn check(
    challenge: Option<&Challenge>,
    verifier: Option<&str>,
    sha256_base64url: fn(&[u8]) -> String,
) -> Result<(), TokenError> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge_matches(challenge.as_str(), verifier, sha256_base64url) => {
            Ok(())
        }
        (Some(_), Some(_)) => Err(TokenError::InvalidGrant("code_verifier does not fit the code_challenge")),
        (Some(_), None) => Err(TokenError::InvalidGrant("code_verifier is missing")),
        (None, Some(_)) => {
            Err(TokenError::InvalidGrant("code_verifier was sent, but the code was asked for without code_challenge"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /// Knows the one hash of the appendix; the real function is the room `crypto`'s.
    fn hash(bytes: &[u8]) -> String {
        if bytes == VERIFIER.as_bytes() { CHALLENGE.to_owned() } else { "another".to_owned() }
    }

    fn same_for_all(_: &[u8]) -> String {
        CHALLENGE.to_owned()
    }

    #[test]
    fn the_example_of_the_rfc_fits() {
        assert!(challenge_matches(CHALLENGE, VERIFIER, hash));
        assert!(!challenge_matches(CHALLENGE, &VERIFIER.to_lowercase(), hash));
    }

    #[test]
    fn a_verifier_of_the_wrong_length_or_alphabet_never_fits_even_if_its_hash_does() {
        for verifier in
            ["a".repeat(42), "a".repeat(129), format!("{}é", "a".repeat(43)), format!("{}+", "a".repeat(43))]
        {
            assert!(!challenge_matches(CHALLENGE, &verifier, same_for_all), "{verifier}");
        }
        for verifier in ["a".repeat(43), "a".repeat(128), "-._~".repeat(11)] {
            assert!(challenge_matches(CHALLENGE, &verifier, same_for_all), "{verifier}");
        }
    }

    #[test]
    fn plain_is_never_a_fit() {
        assert!(!challenge_matches(CHALLENGE, CHALLENGE, hash));
    }

    #[test]
    fn a_downgrade_is_refused_both_ways() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert!(check(Some(&challenge), Some(VERIFIER), hash).is_ok());
        assert!(check(None, None, hash).is_ok());
        let wrong = "b".repeat(43);
        for (challenge, verifier) in
            [(Some(&challenge), None), (None, Some(VERIFIER)), (Some(&challenge), Some(wrong.as_str()))]
        {
            assert!(matches!(check(challenge, verifier, hash), Err(TokenError::InvalidGrant(_))));
        }
    }

    #[test]
    fn a_challenge_has_43_characters_of_base64url() {
        assert!(Challenge::parse(CHALLENGE).is_ok());
        for bad in
            [&CHALLENGE[1..], &format!("{CHALLENGE}a"), &CHALLENGE.replace('-', "+"), &CHALLENGE.replace('-', "="), ""]
        {
            assert_eq!(Challenge::parse(bad), Err(NotAChallenge), "{bad}");
            assert!(serde_json::from_value::<Challenge>(serde_json::json!(bad)).is_err());
        }
    }
}
