//! The desk at which acts are done, put together from an open deployment.
use super::{config::Settings, opening::Opened};
use crate::{
    acts::{self, Desk, hashing::Hashing},
    crypto::dice::{Dice, SystemDice},
    mint::Mint,
    porter::Porter,
};
use std::{sync::Arc, thread::available_parallelism};

/// Hashes in line for each that is under way: about a third of a second.
const IN_LINE: usize = 16;

/// With an empty keyring: whoever issues loads it.
pub fn desk(settings: &Settings, opened: &Opened) -> Desk {
    let dice: Arc<dyn Dice> = Arc::new(SystemDice::new());
    let (store, clock) = (opened.store.clone(), opened.clock.clone());
    let workers = available_parallelism().map_or(1, usize::from);
    Desk {
        porter: Porter::new(store.clone(), clock.clone(), dice.clone(), Mint::new(&settings.issuer)),
        hashing: Hashing::new(workers, workers.saturating_mul(IN_LINE), dice.clone()),
        settings: Arc::new(acts::Settings { issuer: settings.issuer.clone(), plain_http: settings.plain_http }),
        store,
        clock,
        dice,
    }
}
