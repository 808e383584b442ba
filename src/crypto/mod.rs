//! josekit behind a fence, signature checks, sealing, keyed hashes, dice. Owns every use of a cryptographic crate but
//! the password hash; never decides anything about people, tenants or tokens.
pub mod dice;
pub mod hash;
pub mod jose;
pub mod root;
pub mod seal;
#[cfg(test)]
pub mod testing;

use ostiary_gate::domain::Blame;

/// The machine could not do its part: no randomness, a primitive that refused. Never the fault of whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cryptography failed: {0}")]
pub struct Fault(pub(crate) &'static str);

impl Blame for Fault {
    fn is_ours(&self) -> bool {
        true
    }
}
