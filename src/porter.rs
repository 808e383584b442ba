//! The one road to a token: takes the locks, fetches rules and facts, asks the gate, records, commits, hands to the mint.
//!
//! A grant, or the authorization endpoint, is a [`Road`]: it says what was presented, and what a yes buys. It never sees
//! the clearance. Userinfo and introspection are a [`Sight`]: the same decision over one picture, nothing recorded.
//! Pages ask [`hear`], which explains and opens nothing. This room is the only one that calls the gate's `decide`.
mod claim;
mod hearing;
mod road;
mod sight;
mod under_way;

pub use claim::{Claim, Whose, own_client};
pub use hearing::{Heard, NoRules, hear};
pub use road::{Cleared, No, Road};
pub use sight::{Seen, Sight};
pub use under_way::{First, UnderWay};

use crate::{
    crypto::dice::Dice,
    mint::Mint,
    store::{Clock, Store},
};
use std::sync::Arc;

/// Cheap to clone.
#[derive(Clone)]
pub struct Porter {
    store: Store,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    mint: Mint,
    under_way: UnderWay,
}

impl Porter {
    pub fn new(store: Store, clock: Arc<dyn Clock>, dice: Arc<dyn Dice>, mint: Mint) -> Self {
        Self { store, clock, dice, mint, under_way: UnderWay::default() }
    }

    pub fn mint(&self) -> &Mint {
        &self.mint
    }

    pub fn under_way(&self) -> &UnderWay {
        &self.under_way
    }
}
