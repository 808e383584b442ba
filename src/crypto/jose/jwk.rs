//! Public keys as JSON (RFC 7517): ours as published, those of clients as registered or fetched. Holds no private part
//! and refuses sets that do.
use super::{Alg, verify::VerificationKey};
use crate::crypto::hash::sha256_base64url;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The largest key set we read, in bytes.
pub const MAX_SET: usize = 64 * 1024;
const MOST_KEYS: usize = 32;
/// RFC 7517 §9.3 and RFC 7518 §6: where a private or symmetric key has its secret.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// One public key. Fields are those of RFC 7517 §4 and RFC 7518 §6 that we use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    pub kty: String,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
}

impl Jwk {
    /// The key's name by its content (RFC 7638): SHA-256 over its required members in order, base64url. Nothing for key
    /// types we do not know.
    pub fn thumbprint(&self) -> Option<String> {
        let members = match self.kty.as_str() {
            "RSA" => [("e", self.e.as_deref()?), ("kty", "RSA"), ("n", self.n.as_deref()?)].to_vec(),
            "EC" => {
                [("crv", self.crv.as_deref()?), ("kty", "EC"), ("x", self.x.as_deref()?), ("y", self.y.as_deref()?)]
                    .to_vec()
            }
            "OKP" => [("crv", self.crv.as_deref()?), ("kty", "OKP"), ("x", self.x.as_deref()?)].to_vec(),
            _ => return None,
        };
        // Sorted by name, as the RFC asks for.
        let canonical: std::collections::BTreeMap<_, _> = members.into_iter().collect();
        serde_json::to_vec(&canonical).ok().map(|json| sha256_base64url(&json))
    }

    /// Which algorithms this key may check: what it says, or what its type allows when it does not say.
    pub(super) fn algorithms(&self) -> Vec<Alg> {
        let checks = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let of_type: &[Alg] = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) => &[Alg::Rs256, Alg::Ps256],
            ("EC", Some("P-256")) => &[Alg::Es256],
            ("OKP", Some("Ed25519")) => &[Alg::EdDsa],
            _ => &[],
        };
        let said = |alg: &&Alg| self.alg.as_deref().is_none_or(|said| said == alg.as_str());
        of_type.iter().filter(|_| checks).filter(said).copied().collect()
    }

    /// Whether the numbers have the sizes of RFC 7518 §6 and RFC 8037 §2; RSA from 2048 to 4096 bits with an exponent
    /// of at most 32 bits, since the work of checking grows with both.
    pub(super) fn is_well_sized(&self) -> bool {
        let size = |number: &Option<String>| {
            let bytes = number.as_deref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
            bytes.map_or(0, |bytes| bytes.len())
        };
        match self.kty.as_str() {
            "RSA" => (256..=512).contains(&size(&self.n)) && (1..=4).contains(&size(&self.e)),
            "EC" => size(&self.x) == 32 && size(&self.y) == 32,
            "OKP" => size(&self.x) == 32,
            _ => false,
        }
    }
}

/// Reads a client's `jwks`. Keys of unknown type or use are passed over (RFC 7517 §5); a private key in it, or a set
/// too large, is refused whole. An RSA key that names no algorithm yields two verification keys.
pub fn read_set(json: &[u8]) -> Result<Vec<VerificationKey>, NotAKeySet> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Map<String, Value>>,
    }
    if json.len() > MAX_SET {
        return Err(NotAKeySet::TooLarge);
    }
    let Set { keys } = serde_json::from_slice(json).map_err(|_| NotAKeySet::Malformed)?;
    if keys.len() > MOST_KEYS {
        return Err(NotAKeySet::TooLarge);
    }
    if keys.iter().any(|key| PRIVATE.iter().any(|member| key.contains_key(*member))) {
        return Err(NotAKeySet::HoldsAPrivateKey);
    }
    let known = keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(Value::Object(key)).ok());
    Ok(known.flat_map(|key| VerificationKey::all_of(&key)).collect())
}

/// Why a `jwks` cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAKeySet {
    #[error("a key set is an object with an array \"keys\" (RFC 7517 §5)")]
    Malformed,
    #[error("a key set has at most {MOST_KEYS} keys and {MAX_SET} bytes")]
    TooLarge,
    #[error("the key set holds a private or symmetric key; it must be replaced, not only removed")]
    HoldsAPrivateKey,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    fn jwk(value: Value) -> Jwk {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn thumbprints_are_those_of_rfc_7638_and_rfc_8037() {
        let rsa = jwk(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}));
        assert_eq!(rsa.thumbprint().unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let ed = jwk(json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}));
        assert_eq!(ed.thumbprint().unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(jwk(json!({"kty": "oct"})).thumbprint(), None);
    }

    #[test]
    fn an_rsa_key_that_names_no_algorithm_may_check_two() {
        let set = |key: Value| read_set(json!({"keys": [key]}).to_string().as_bytes()).unwrap();
        assert_eq!(set(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB"})).len(), 2);
        assert_eq!(set(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "PS256"})).len(), 1);
        assert_eq!(set(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "use": "enc"})).len(), 0);
        assert_eq!(set(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "HS256"})).len(), 0);
        assert_eq!(set(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "key_ops": ["sign"]})).len(), 0);
    }

    #[test]
    fn keys_that_are_too_short_too_long_or_off_their_curve_are_passed_over() {
        for odd in [
            json!({"kty": "RSA", "n": "", "e": ""}),
            json!({"kty": "RSA", "n": &RFC_7638_N[..171], "e": "AQAB"}),
            json!({"kty": "RSA", "n": RFC_7638_N.repeat(3), "e": "AQAB"}),
            json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQABAQAB"}),
            json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}),
            json!({"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)}),
            json!({"kty": "EC", "crv": "P-384", "x": "A".repeat(43), "y": "A".repeat(43)}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": ""}),
            json!({"kty": "OKP", "crv": "X25519", "x": "A".repeat(43)}),
            json!({"kty": "new", "x": 1}),
            json!({}),
        ] {
            let set = json!({"keys": [odd]}).to_string();
            assert_eq!(read_set(set.as_bytes()).map(|keys| keys.len()), Ok(0), "{set}");
        }
    }

    #[test]
    fn a_set_with_a_private_key_is_refused_whole() {
        for secret in PRIVATE {
            let set = json!({"keys": [{"kty": "RSA", "n": RFC_7638_N, "e": "AQAB"}, {"kty": "oct", secret: "AA"}]});
            assert_eq!(read_set(set.to_string().as_bytes()).err(), Some(NotAKeySet::HoldsAPrivateKey), "{secret}");
        }
    }

    #[test]
    fn what_is_no_set_or_too_much_of_one_is_refused() {
        for odd in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[],"keys":[]}"#] {
            assert_eq!(read_set(odd.as_bytes()).err(), Some(NotAKeySet::Malformed), "{odd}");
        }
        let many = json!({"keys": vec![json!({"kty": "new"}); MOST_KEYS + 1]}).to_string();
        assert_eq!(read_set(many.as_bytes()).err(), Some(NotAKeySet::TooLarge));
        assert_eq!(read_set(&vec![b' '; MAX_SET + 1]).err(), Some(NotAKeySet::TooLarge));
    }
}
