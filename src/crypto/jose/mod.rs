//! The fence around josekit, which signs and checks signatures here and does nothing else: headers are read and written
//! by this room, because josekit's own parsing has faults. Owns algorithms, keys and the compact form (RFC 7515); never
//! knows what a claim means.
mod header;
pub mod jwk;
pub mod sign;
pub mod verify;

use super::hash;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// The signature algorithms we speak. `none` and HMAC are not among them, so no key can be mistaken for a password
/// (RFC 8725 §2.1, §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alg {
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "ES256")]
    Es256,
    /// With Ed25519 and no other curve (RFC 8037).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Alg {
    /// All that signatures of others may be made with.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];
    /// Those we sign with. RS256 is mandatory (OIDC Core §15.1).
    pub const SIGNING: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == text)
    }

    /// `at_hash` and `c_hash`: the left half of the text's hash, by the hash that signs the ID token (OIDC Core
    /// §3.1.3.6). Ed25519 hashes with SHA-512, so its half is 32 bytes.
    pub fn half_hash(self, text: &str) -> String {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => {
                let full = hash::sha256(text.as_bytes());
                URL_SAFE_NO_PAD.encode(full.first_chunk::<16>().unwrap_or(&[0; 16]))
            }
            Self::EdDsa => {
                let full = hash::sha512(text.as_bytes());
                URL_SAFE_NO_PAD.encode(full.first_chunk::<32>().unwrap_or(&[0; 32]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_hash_is_that_of_oidc_core_appendix_a() {
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(Alg::Rs256.half_hash(access_token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(Alg::Es256.half_hash(access_token), Alg::Rs256.half_hash(access_token));
        assert_eq!(Alg::EdDsa.half_hash(access_token).len(), 43);
    }

    #[test]
    fn names_are_read_as_they_are_written_and_no_others() {
        assert!(Alg::ALL.into_iter().all(|alg| Alg::parse(alg.as_str()) == Some(alg)));
        assert!(["none", "None", "HS256", "rs256", "ES256K", ""].into_iter().all(|name| Alg::parse(name).is_none()));
    }
}
