//! Checking signatures of tokens that strangers hand in. The key decides the algorithm, never the token (RFC 8725
//! §3.1); nothing is fetched; nothing is read from a token whose signature does not hold.
use super::{Alg, header, header::Header, jwk::Jwk};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::jws::{ES256, EdDSA, JwsVerifier, PS256, RS256};
use std::sync::Arc;

/// The longest token we look at, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;

/// A public key with the one algorithm it checks.
#[derive(Clone)]
pub struct VerificationKey {
    alg: Alg,
    kid: Option<String>,
    verifier: Arc<dyn JwsVerifier>,
}

impl VerificationKey {
    /// Nothing if the key is not one for this algorithm, says otherwise about itself, or has numbers out of size.
    pub fn from_jwk(jwk: &Jwk, alg: Alg) -> Option<Self> {
        if !jwk.is_well_sized() || !jwk.algorithms().contains(&alg) {
            return None;
        }
        let plain = josekit::jwk::Jwk::from_bytes(serde_json::to_vec(jwk).ok()?).ok()?;
        let verifier: Arc<dyn JwsVerifier> = match alg {
            Alg::Rs256 => Arc::new(RS256.verifier_from_jwk(&plain).ok()?),
            Alg::Ps256 => Arc::new(PS256.verifier_from_jwk(&plain).ok()?),
            Alg::Es256 => Arc::new(ES256.verifier_from_jwk(&plain).ok()?),
            Alg::EdDsa => Arc::new(EdDSA.verifier_from_jwk(&plain).ok()?),
        };
        Some(Self { alg, kid: jwk.kid.clone(), verifier })
    }

    /// One for each algorithm that the key may be used with.
    pub(super) fn all_of(jwk: &Jwk) -> Vec<Self> {
        jwk.algorithms().into_iter().filter_map(|alg| Self::from_jwk(jwk, alg)).collect()
    }

    pub fn alg(&self) -> Alg {
        self.alg
    }

    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }
}

/// Which `typ` a token must have, so that one kind cannot pass for another (RFC 8725 §3.11). Compared without case and
/// with or without `application/` before it (RFC 7515 §4.1.9).
#[derive(Clone, Copy, Debug)]
pub enum Typ<'a> {
    /// One of these.
    Required(&'a [&'a str]),
    /// One of these or none at all: ID tokens, client assertions, request objects.
    Optional(&'a [&'a str]),
}

impl Typ<'_> {
    fn fits(self, typ: Option<&str>) -> bool {
        let is_one_of = |allowed: &[&str], typ: &str| {
            let bare = match typ.split_at_checked(12) {
                Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") && !rest.contains('/') => rest,
                _ => typ,
            };
            allowed.iter().any(|one| one.eq_ignore_ascii_case(bare))
        };
        match (self, typ) {
            (Self::Required(allowed) | Self::Optional(allowed), Some(typ)) => is_one_of(allowed, typ),
            (Self::Required(_), None) => false,
            (Self::Optional(_), None) => true,
        }
    }
}

/// Checks a compact JWS and gives its payload, which is a JSON object without repeated names.
///
/// The header's `kid` must name one of `keys`; a token without one is checked only by the one key of its algorithm that
/// has no `kid` either. Our own keys always have one.
pub fn verify(token: &str, keys: &[VerificationKey], typ: Typ<'_>) -> Result<Vec<u8>, Refused> {
    if token.len() > MAX_TOKEN {
        return Err(Refused::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refused::NotThreeParts)?;
    let (head, payload) = signed.split_once('.').ok_or(Refused::NotThreeParts)?;
    if payload.contains('.') {
        return Err(Refused::NotThreeParts);
    }
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::NotBase64Url);
    let (head, payload, signature) = (decoded(head)?, decoded(payload)?, decoded(signature)?);
    let head = Header::read(&head).ok_or(Refused::Header)?;
    let alg = Alg::parse(&head.alg).ok_or(Refused::Alg)?;
    let key = chosen(keys, alg, head.kid.as_deref())?;
    if !typ.fits(head.typ.as_deref()) {
        return Err(Refused::Typ);
    }
    key.verifier.verify(signed.as_bytes(), &signature).map_err(|_| Refused::Signature)?;
    if header::is_claims_set(&payload) { Ok(payload) } else { Err(Refused::Claims) }
}

fn chosen<'k>(keys: &'k [VerificationKey], alg: Alg, kid: Option<&str>) -> Result<&'k VerificationKey, Refused> {
    let named = || keys.iter().filter(|key| key.kid.as_deref() == kid);
    let mut fitting = named().filter(|key| key.alg == alg);
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        (None, _) if named().next().is_some() => Err(Refused::Alg),
        _ => Err(Refused::Kid),
    }
}

/// Why a token is none. For our log; whoever sent it learns `invalid_…` and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("longer than {MAX_TOKEN} bytes")]
    TooLong,
    #[error("not three parts")]
    NotThreeParts,
    #[error("not base64url")]
    NotBase64Url,
    #[error("the header is malformed, repeats a member or has one that is refused")]
    Header,
    #[error("an algorithm that is not this key's")]
    Alg,
    #[error("no key, or several, of this name")]
    Kid,
    #[error("another typ")]
    Typ,
    #[error("the signature does not hold")]
    Signature,
    #[error("the payload is not an object of unique names")]
    Claims,
}

#[cfg(test)]
mod tests;
