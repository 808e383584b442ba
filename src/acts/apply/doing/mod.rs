//! A state file is carried out: everything in one unit of work, under the locks of every tenant and client it touches.
//! A rehearsal does the same and lets go of the unit: what it reports is what would happen. Passwords are hashed before.
mod clients;
mod connections;
#[cfg(test)]
mod ends_tests;
mod floors;
mod hand;
mod look;
mod people;
mod resources;
mod tenants;
#[cfg(test)]
mod tests;

pub(super) use floors::need;
pub(super) use tenants::said;
pub use tenants::{country_of, span};

use super::{reading::Fault, report::Report, state::State};
use crate::{
    acts::{Desk, hashing::Busy},
    store::StoreError,
};
use hand::Hand;
use ostiary_gate::domain::Blame;
use std::{collections::BTreeMap, time::Duration};

/// How an apply is meant.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only say what would happen.
    pub rehearse: bool,
    /// Tenants by slug, clients as `client:ID`: what the file weakens of them is weakened.
    pub weaken: Vec<String>,
    /// Why; stands in the log.
    pub reason: String,
    /// Credentials in the file replace those that are there. Development only.
    pub reseed: bool,
    /// Also takes away a tenant's last admin.
    pub yes: bool,
    /// The operating system's user.
    pub operator: String,
}

/// Why nothing was applied. All of it was undone.
#[derive(Debug, thiserror::Error)]
pub enum NotApplied {
    /// What does not fit this deployment, each with its place.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    #[error("somebody else changed the same things meanwhile, again and again: try again")]
    Overtaken,
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotApplied {
    /// Half of it must not stand.
    fn is_ours(&self) -> bool {
        true
    }
}

/// How often to begin again when others were faster, or the database had no turn for us.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Carries it out, or only says what would happen.
pub async fn apply(desk: &Desk, state: &State, options: &Options) -> Result<Report, NotApplied> {
    let mut hashes = BTreeMap::new();
    for round in 0..TRIES {
        match once(desk, state, options, &mut hashes).await {
            Err(NotApplied::Overtaken | NotApplied::Store(StoreError::Busy)) if round + 1 < TRIES => {
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
    Err(NotApplied::Overtaken)
}

async fn once(
    desk: &Desk,
    state: &State,
    options: &Options,
    hashes: &mut BTreeMap<String, String>,
) -> Result<Report, NotApplied> {
    let seen = look::look(desk, state, options).await?;
    if !options.rehearse {
        look::hash(desk, &seen, hashes).await?;
    }
    let mut unit = desk.store.begin().await?;
    let done = Hand::take(desk, unit.tx(), options, &seen, hashes).await;
    let done = match done {
        Ok(mut hand) => match hand.carry_out(state).await {
            Ok(()) => hand.finish(),
            Err(why) => Err(why),
        },
        Err(why) => Err(why),
    };
    if options.rehearse {
        return done;
    }
    unit.settle(done).await
}
