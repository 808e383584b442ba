//! Our own keys: made, sealed by whoever stores them, and used to sign. Building a signer is dear (parsing under
//! OpenSSL takes longer than signing), so it is built once and shared.
use super::{Alg, jwk::Jwk, verify::VerificationKey};
use crate::crypto::{Fault, dice::SystemDice};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    jwk::{KeyPair, alg::ed::EdCurve},
    jws::{ES256, EdDSA, JwsSigner, PS256, RS256},
};
use serde::Serialize;
use zeroize::Zeroizing;

const RSA_BITS: u32 = 2048;

/// A key just made: the private part to be sealed at once, and what may be published.
pub struct MadeKey {
    /// PKCS #8, DER.
    pub private: Zeroizing<Vec<u8>>,
    pub public: Jwk,
}

/// Makes a key pair. RSA takes about a third of a second: never while somebody waits. The randomness is OpenSSL's own,
/// from the operating system; the argument says that no other dice will do.
pub fn make(alg: Alg, _: &SystemDice) -> Result<MadeKey, Fault> {
    let failed = |_| Fault("making a signing key");
    let pair: Box<dyn KeyPair> = match alg {
        Alg::Rs256 => Box::new(RS256.generate_key_pair(RSA_BITS).map_err(failed)?),
        Alg::Ps256 => Box::new(PS256.generate_key_pair(RSA_BITS).map_err(failed)?),
        Alg::Es256 => Box::new(ES256.generate_key_pair().map_err(failed)?),
        Alg::EdDsa => Box::new(EdDSA.generate_key_pair(EdCurve::Ed25519).map_err(failed)?),
    };
    let public = published(alg, pair.as_ref()).ok_or(Fault("publishing a signing key"))?;
    Ok(MadeKey { private: Zeroizing::new(pair.to_der_private_key()), public })
}

/// A private key ready to sign. Has no `Debug` and no way to get the key out.
pub struct SigningKey {
    alg: Alg,
    kid: String,
    public: Jwk,
    signer: Box<dyn JwsSigner>,
}

#[derive(Serialize)]
struct Head<'a> {
    alg: Alg,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
    kid: &'a str,
}

impl SigningKey {
    /// From the PKCS #8 that [`make`] gave. The public part and its name are derived again, so they cannot have been
    /// exchanged in storage.
    pub fn load(alg: Alg, private: &[u8]) -> Result<Self, NotASigningKey> {
        let broken = |_| NotASigningKey;
        let (pair, signer): (Box<dyn KeyPair>, Box<dyn JwsSigner>) = match alg {
            Alg::Rs256 => (
                Box::new(RS256.key_pair_from_der(private).map_err(broken)?),
                Box::new(RS256.signer_from_der(private).map_err(broken)?),
            ),
            Alg::Ps256 => (
                Box::new(PS256.key_pair_from_der(private).map_err(broken)?),
                Box::new(PS256.signer_from_der(private).map_err(broken)?),
            ),
            Alg::Es256 => (
                Box::new(ES256.key_pair_from_der(private).map_err(broken)?),
                Box::new(ES256.signer_from_der(private).map_err(broken)?),
            ),
            Alg::EdDsa => (
                Box::new(EdDSA.key_pair_from_der(private).map_err(broken)?),
                Box::new(EdDSA.signer_from_der(private).map_err(broken)?),
            ),
        };
        let public = published(alg, pair.as_ref()).ok_or(NotASigningKey)?;
        let kid = public.kid.clone().ok_or(NotASigningKey)?;
        Ok(Self { alg, kid, public, signer })
    }

    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The thumbprint of the public key (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// As published in the JWKS.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// The key that checks what this one signs.
    pub fn verification_key(&self) -> Result<VerificationKey, NotASigningKey> {
        VerificationKey::from_jwk(&self.public, self.alg).ok_or(NotASigningKey)
    }

    /// Signs: compact serialisation (RFC 7515 §7.1) with `alg`, `kid` and, if given, `typ` in the header.
    pub fn sign(&self, typ: Option<&str>, payload: &[u8]) -> Result<String, Fault> {
        let head = Head { alg: self.alg, typ, kid: &self.kid };
        let head = serde_json::to_vec(&head).map_err(|_| Fault("writing a JOSE header"))?;
        let mut token = String::with_capacity(4 * (head.len() + payload.len() + 256) / 3 + 8);
        URL_SAFE_NO_PAD.encode_string(head, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.signer.sign(token.as_bytes()).map_err(|_| Fault("signing"))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

#[cfg(test)]
impl SigningKey {
    #[allow(clippy::unwrap_used)]
    pub(super) fn raw_signature(&self, message: &[u8]) -> Vec<u8> {
        self.signer.sign(message).unwrap()
    }
}

/// The stored private key is not one of its algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a private key of this algorithm in PKCS #8")]
pub struct NotASigningKey;

fn published(alg: Alg, pair: &dyn KeyPair) -> Option<Jwk> {
    let jwk = pair.to_jwk_public_key();
    let text = |name| jwk.parameter(name).and_then(|value| value.as_str()).map(str::to_owned);
    let mut public = Jwk {
        kty: jwk.key_type().to_owned(),
        usage: Some("sig".to_owned()),
        key_ops: None,
        alg: Some(alg.as_str().to_owned()),
        kid: None,
        crv: text("crv"),
        x: text("x"),
        y: text("y"),
        n: text("n"),
        e: text("e"),
    };
    public.kid = Some(public.thumbprint()?);
    Some(public)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::crypto::jose::verify::{Typ, verify};

    fn key(alg: Alg) -> SigningKey {
        SigningKey::load(alg, &make(alg, &SystemDice::new()).unwrap().private).unwrap()
    }

    #[test]
    fn a_made_key_is_loaded_with_the_same_public_part() {
        for alg in Alg::ALL {
            let made = make(alg, &SystemDice::new()).unwrap();
            let loaded = SigningKey::load(alg, &made.private).unwrap();
            assert_eq!(loaded.public(), &made.public);
            assert_eq!(Some(loaded.kid()), made.public.kid.as_deref());
            assert_eq!(made.public.thumbprint(), made.public.kid);
            assert!(made.public.is_well_sized());
        }
    }

    #[test]
    fn the_published_key_has_its_use_and_algorithm_and_no_private_member() {
        let json = serde_json::to_value(key(Alg::Es256).public()).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["kty", "use", "alg", "kid", "crv", "x", "y"]);
        assert_eq!((json["use"].as_str(), json["alg"].as_str()), (Some("sig"), Some("ES256")));
    }

    #[test]
    fn what_is_signed_is_verified_with_its_typ() {
        for alg in Alg::ALL {
            let key = key(alg);
            let token = key.sign(Some("at+jwt"), b"{}").unwrap();
            let keys = [key.verification_key().unwrap()];
            assert_eq!(verify(&token, &keys, Typ::Required(&["at+jwt"])).unwrap(), b"{}");
            let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
            let expected = format!(r#"{{"alg":"{}","typ":"at+jwt","kid":"{}"}}"#, alg.as_str(), key.kid());
            assert_eq!(head, expected.as_bytes());
        }
    }

    #[test]
    fn a_thousand_signatures_with_leading_zeros_among_them_are_verified() {
        let key = key(Alg::Es256);
        let keys = [key.verification_key().unwrap()];
        for n in 0..1000 {
            let payload = format!(r#"{{"n":{n}}}"#);
            let token = key.sign(None, payload.as_bytes()).unwrap();
            assert_eq!(verify(&token, &keys, Typ::Optional(&["JWT"])).unwrap(), payload.as_bytes());
        }
    }

    #[test]
    fn a_key_of_another_algorithm_or_no_key_is_not_loaded() {
        let es = make(Alg::Es256, &SystemDice::new()).unwrap();
        for alg in [Alg::Rs256, Alg::Ps256, Alg::EdDsa] {
            assert!(SigningKey::load(alg, &es.private).is_err(), "{alg:?}");
        }
        for alg in Alg::ALL {
            assert!(SigningKey::load(alg, b"").is_err() && SigningKey::load(alg, b"not a key").is_err());
        }
    }

    #[test]
    fn signing_keys_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<SigningKey>();
        shared::<VerificationKey>();
    }
}
