//! The keyring: what of the table of keys this process has read, ready to sign, to check and to be published. Never
//! changed, only replaced.
use super::MintError;
use crate::{
    crypto::{
        Fault, hash,
        jose::{Alg, jwk::Jwk, sign::SigningKey, verify::VerificationKey},
    },
    store::{KeyState, StoredKey, Tx},
};
use ostiary_gate::domain::client::Algorithm;
use serde::Serialize;
use std::sync::Arc;

/// The key set as bytes, and its name for `If-None-Match`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    pub body: Vec<u8>,
    /// A strong entity tag, with its quotation marks (RFC 9110 §8.8.3).
    pub etag: String,
}

#[derive(Default)]
pub(super) struct Ring {
    /// What it was made of, to see whether anything changed.
    of: Vec<(String, KeyState)>,
    signers: Vec<(Algorithm, Arc<SigningKey>)>,
    /// Of every key that is there; one that was removed recognises nothing.
    checkers: Vec<VerificationKey>,
    published: Arc<Published>,
}

pub(super) fn alg_of(algorithm: Algorithm) -> Alg {
    match algorithm {
        Algorithm::RS256 => Alg::Rs256,
        Algorithm::ES256 => Alg::Es256,
        Algorithm::EdDsa => Alg::EdDsa,
    }
}

impl Ring {
    pub(super) fn is_made_of(&self, stored: &[StoredKey]) -> bool {
        self.of.iter().map(|(kid, state)| (kid, *state)).eq(stored.iter().map(|key| (&key.kid, key.state)))
    }

    /// Takes over from `known` whatever was parsed before: parsing an RSA key takes longer than signing with it.
    pub(super) fn read(tx: &Tx, stored: &[StoredKey], known: &Self) -> Result<Self, MintError> {
        let mut signers = Vec::new();
        for key in stored.iter().filter(|key| key.state == KeyState::Signing) {
            let signer = match known.signers.iter().find(|(_, signer)| signer.kid() == key.kid) {
                Some((_, signer)) => signer.clone(),
                None => Arc::new(unsealed(tx, key)?),
            };
            signers.push((key.alg, signer));
        }
        let checker = |key: &StoredKey| {
            let known = known.checkers.iter().find(|checker| checker.kid() == Some(&key.kid)).cloned();
            known.or_else(|| VerificationKey::from_jwk(&key.public, alg_of(key.alg))).ok_or(MintError::UnreadableKey)
        };
        Ok(Self {
            of: stored.iter().map(|key| (key.kid.clone(), key.state)).collect(),
            signers,
            checkers: stored.iter().map(checker).collect::<Result<_, _>>()?,
            published: Arc::new(published(stored)?),
        })
    }

    pub(super) fn signer(&self, alg: Algorithm) -> Result<&SigningKey, MintError> {
        let found = self.signers.iter().find(|(own, _)| *own == alg);
        found.map(|(_, signer)| signer.as_ref()).ok_or(MintError::KeyNotReady(alg))
    }

    pub(super) fn checkers(&self) -> &[VerificationKey] {
        &self.checkers
    }

    pub(super) fn published(&self) -> Arc<Published> {
        self.published.clone()
    }
}

fn unsealed(tx: &Tx, key: &StoredKey) -> Result<SigningKey, MintError> {
    let private = tx.open_key(key)?.ok_or(MintError::UnreadableKey)?;
    let signer = SigningKey::load(alg_of(key.alg), &private).map_err(|_| MintError::UnreadableKey)?;
    // The name is derived from the key itself: what is published under it must be its public part.
    if signer.kid() == key.kid && *signer.public() == key.public { Ok(signer) } else { Err(MintError::UnreadableKey) }
}

fn published(stored: &[StoredKey]) -> Result<Published, Fault> {
    #[derive(Serialize)]
    struct Set<'a> {
        keys: Vec<&'a Jwk>,
    }
    let known = |key: &&StoredKey| match key.state {
        KeyState::Announced | KeyState::Signing | KeyState::Retired => true,
        KeyState::Withdrawn => false,
    };
    let set = Set { keys: stored.iter().filter(known).map(|key| &key.public).collect() };
    let body = serde_json::to_vec(&set).map_err(|_| Fault("writing the key set"))?;
    let etag = format!("\"{}\"", hash::sha256_base64url(&body));
    Ok(Published { body, etag })
}
