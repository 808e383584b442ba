//! `Issued` in, tokens out. Owns the keyring and what is signed with it: the only room that can sign, and it signs only
//! what was recorded and committed. Statements that need no clearance (a logout token, a security event) will be one
//! closed enum here, each with its own `typ`; there is no way to hand in claims to be signed.
mod claims;
mod read;
mod ring;
mod rotation;
#[cfg(test)]
mod tests;

pub use read::Hint;
pub use ring::Published;
pub use rotation::{Tended, announce_key, forget_key, make_keys, tend_keys};

use crate::{
    crypto::Fault,
    store::{Format, Issued, IssuedAccess, Store, StoreError},
};
use ostiary_gate::domain::{Blame, client::Algorithm, scope::Scope, secret::Secret, time::Span};
use ring::Ring;
use std::sync::{Arc, PoisonError, RwLock};

/// How long a relying party may keep our key set without asking again; a new key is announced for as long.
pub const CACHE_LIFE: Span = Span::minutes(10);
/// The longest that anything signed lives: an ID token.
pub const LONGEST_LIFE: Span = Span::hours(1);
/// `typ` of a JWT access token (RFC 9068 §2.1) and of an ID token.
const ACCESS_TYP: &str = "at+jwt";
const ID_TYP: &str = "JWT";

/// The issuer's keys and its pen. Cheap to clone.
#[derive(Clone)]
pub struct Mint(Arc<Inner>);

struct Inner {
    issuer: String,
    ring: RwLock<Arc<Ring>>,
}

/// What leaves for the client. No `Debug`: all of it is secret.
pub struct Tokens {
    pub code: Option<Secret>,
    pub access_token: Option<Secret>,
    /// Of the access token; zero where there is none.
    pub expires_in: Span,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<Secret>,
    pub scope: Scope,
}

/// What was recorded could not be signed. None of it is the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The key is still being made, at a first start: 503 and `Retry-After`.
    #[error("there is no {} key to sign with yet", .0.as_str())]
    KeyNotReady(Algorithm),
    /// An order that makes no sense: an ID token about nobody.
    #[error("an ID token about nobody was ordered")]
    NobodySignedIn,
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The table holds a key that cannot be used: closed, never another key instead.
    #[error("a signing key cannot be read")]
    UnreadableKey,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for MintError {
    fn is_ours(&self) -> bool {
        true
    }
}

impl Mint {
    /// With an empty keyring.
    pub fn new(issuer: &str) -> Self {
        Self(Arc::new(Inner { issuer: issuer.to_owned(), ring: RwLock::default() }))
    }

    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Reads the table of keys again: at start, every few seconds, after a rotation. Keys already known are not parsed
    /// again; a fault leaves the keyring as it was.
    pub async fn load(&self, store: &Store) -> Result<(), MintError> {
        let mut unit = store.look().await?;
        let stored = unit.tx().signing_keys().await?;
        let known = self.ring();
        if known.is_made_of(&stored) {
            return Ok(());
        }
        let ring = Arc::new(Ring::read(unit.tx(), &stored, &known)?);
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    /// Signs what was recorded and committed. CPU only.
    #[expect(clippy::needless_pass_by_value, reason = "what was recorded once is signed once")]
    pub fn mint(&self, issued: Issued) -> Result<Tokens, MintError> {
        let (ring, issued) = (self.ring(), &issued);
        let access = issued.access().map(|access| self.access_token(&ring, issued, access)).transpose()?;
        let id_token = match issued.id_token() {
            Some(order) => {
                let key = ring.signer(order.alg)?;
                let beside = access.as_ref().map(|token| key.alg().half_hash(token.expose()));
                let payload = claims::id_token(self.issuer(), issued, order, beside)?;
                Some(Secret::new(key.sign(Some(ID_TYP), &payload)?))
            }
            None => None,
        };
        let lives = |access: &IssuedAccess| access.expires_at.since(issued.issued_at());
        Ok(Tokens {
            code: issued.code().cloned(),
            expires_in: issued.access().map_or(Span::ZERO, lives),
            access_token: access,
            refresh_token: issued.refresh().cloned(),
            id_token,
            scope: issued.scope().clone(),
        })
    }

    fn access_token(&self, ring: &Ring, issued: &Issued, access: &IssuedAccess) -> Result<Secret, MintError> {
        match (access.format, &access.opaque) {
            (Format::Jwt(alg), _) => {
                let payload = claims::access_token(self.issuer(), issued, access)?;
                Ok(Secret::new(ring.signer(alg)?.sign(Some(ACCESS_TYP), &payload)?))
            }
            (Format::Opaque, Some(token)) => Ok(token.clone()),
            (Format::Opaque, None) => Err(Fault("an opaque token that was not drawn").into()),
        }
    }

    /// The key set as it is published (RFC 7517 §5), ready to be sent.
    pub fn jwks(&self) -> Arc<Published> {
        self.ring().published()
    }

    /// Those that can be signed with right now.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        Algorithm::ALL.into_iter().filter(|alg| self.can_sign(*alg)).collect()
    }

    /// Ask before a code or a refresh token is spent: an answer that cannot be signed would be lost.
    pub fn can_sign(&self, alg: Algorithm) -> bool {
        self.ring().signer(alg).is_ok()
    }

    fn ring(&self) -> Arc<Ring> {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
