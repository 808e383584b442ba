//! `Issued` in, tokens out; the keyring; the only room that can sign.
use crate::store::Issued;
use ostiary_gate::domain::{Blame, scope::Scope, secret::Secret, time::Span};
use std::sync::Arc;

/// Signs under the deployment's keys. Cheap to clone.
#[derive(Clone)]
pub struct Mint(Arc<str>);

/// What leaves.
pub struct Tokens {
    pub code: Option<Secret>,
    pub access_token: Option<Secret>,
    pub expires_in: Span,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<Secret>,
    pub scope: Scope,
}

#[derive(Debug, thiserror::Error)]
pub enum MintError {
    #[error("no key for this algorithm is ready yet")]
    KeyNotReady,
}

impl Blame for MintError {
    fn is_ours(&self) -> bool {
        true
    }
}

impl Mint {
    pub fn new(issuer: &str) -> Self {
        Self(issuer.into())
    }

    pub fn mint(&self, issued: Issued) -> Result<Tokens, MintError> {
        let _ = issued;
        Err(MintError::KeyNotReady)
    }
}
