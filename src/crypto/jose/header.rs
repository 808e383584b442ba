//! The JOSE header as strangers send it: read once, member by member, with everything refused that would let the token
//! say how it wants to be checked.
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use std::collections::BTreeSet;

/// Members that carry or fetch keys, change what is signed, or must be understood (RFC 7515 §4.1, RFC 7797, RFC 8725
/// §3.10). We understand none of them, so a token that has one is not for us.
const REFUSED: [&str; 9] = ["crit", "jwk", "jku", "x5u", "x5c", "b64", "zip", "enc", "cty"];
const MOST_MEMBERS: usize = 16;

pub(super) struct Header {
    pub alg: String,
    pub kid: Option<String>,
    pub typ: Option<String>,
}

impl Header {
    pub fn read(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Header;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Header, A::Error> {
        let (mut alg, mut kid, mut typ) = (None, None, None);
        let mut seen = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if REFUSED.contains(&name.as_str()) {
                return Err(A::Error::custom("a refused member"));
            }
            match name.as_str() {
                "alg" => alg = Some(members.next_value()?),
                "kid" => kid = Some(members.next_value()?),
                "typ" => typ = Some(members.next_value()?),
                // RFC 7515 §4: what is not understood is ignored.
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
            // RFC 7515 §4: names are unique.
            if !seen.insert(name) || seen.len() > MOST_MEMBERS {
                return Err(A::Error::custom("a member twice, or too many"));
            }
        }
        let alg = alg.ok_or_else(|| A::Error::missing_field("alg"))?;
        Ok(Header { alg, kid, typ })
    }
}

/// Whether `json` is an object whose names are unique, as those of a claims set must be (RFC 7519 §4).
pub(super) fn is_claims_set(json: &[u8]) -> bool {
    serde_json::from_slice::<UniqueNames>(json).is_ok()
}

struct UniqueNames;

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = UniqueNames;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a claims set")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<UniqueNames, A::Error> {
                let mut seen = BTreeSet::new();
                while let Some(name) = members.next_key::<String>()? {
                    members.next_value::<IgnoredAny>()?;
                    if !seen.insert(name) {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(UniqueNames)
            }
        }
        from.deserialize_map(Names)
    }
}
