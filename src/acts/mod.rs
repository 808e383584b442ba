//! What people and operators do, each with its rules, its audit row and its mails in one transaction. Called alike by pages, API, CLI and demo.
pub mod enrol;
pub mod guard;
pub mod hashing;
pub mod prove;
pub mod recover;
pub mod session;
#[cfg(test)]
pub(crate) mod testing;
pub mod visit;

use crate::{
    crypto::dice::Dice,
    porter::Porter,
    store::{Clock, Store},
};
use hashing::Hashing;
use std::sync::Arc;

/// What every act works with. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub dice: Arc<dyn Dice>,
    pub porter: Porter,
    pub hashing: Hashing,
    pub settings: Arc<Settings>,
}

/// What this deployment is, as far as acts and pages must know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://id.bluegum.example`, no slash at the end. From configuration only.
    pub issuer: String,
    /// `--dev` on a plain-http issuer: cookies drop `__Host-` and `Secure`.
    pub plain_http: bool,
}
