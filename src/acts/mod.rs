//! What people and operators do, each with its rules, its audit row and its mails in one transaction. Called alike by pages, API, CLI and demo.
pub mod account;
pub mod apply;
pub mod connections;
pub mod enrol;
pub mod explain;
pub mod forgot;
pub mod founding;
pub mod guard;
pub mod hashing;
pub mod letters;
pub mod mail_code;
pub mod names;
#[cfg(test)]
mod one_time_tests;
pub mod people;
pub mod policy;
pub mod prove;
pub mod recover;
pub mod say;
#[cfg(test)]
mod seat_tests;
pub mod session;
pub mod setup_code;
pub mod standing;
#[cfg(test)]
mod storm_tests;
#[cfg(test)]
pub(crate) mod testing;
pub mod visit;

use crate::{
    crypto::dice::Dice,
    porter::Porter,
    store::{Clock, Store, StoreError},
};
use hashing::Hashing;
use ostiary_gate::domain::time::Instant;
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

impl Desk {
    /// The instant of something that begins now: the database's where it has one, so that a proof shown a moment later is
    /// never older than the visit it was shown in.
    pub async fn now(&self) -> Result<Instant, StoreError> {
        let mut unit = self.store.look().await?;
        let now = unit.tx().now(&*self.clock).await?;
        unit.commit().await?;
        Ok(now)
    }
}
