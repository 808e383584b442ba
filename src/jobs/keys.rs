//! Keys: those that a first start left for later are made, other nodes' and the command line's rotations become known here
//! within seconds, announced keys take over when their time has come.
use super::again;
use crate::{
    acts::Desk,
    crypto::dice::SystemDice,
    mint::{self, MintError},
};
use ostiary_gate::domain::client::Algorithm;
use std::time::Duration;
use tokio::sync::watch;

/// A key that leaked is forgotten everywhere within this.
const RELOAD: Duration = Duration::from_secs(3);
/// Handing over is written rarely: once in so many reloads.
const TEND_EVERY: u32 = 15;

/// What fails is tried again: meanwhile the old ring serves, and what it cannot sign is answered 503.
pub(super) async fn run(desk: Desk, dice: SystemDice, mut stopped: watch::Receiver<bool>) {
    let (mut complete, mut round) = (false, 0_u32);
    loop {
        match tend(&desk, &dice, complete, round).await {
            Ok(()) => complete = true,
            Err(why) => tracing::error!(%why, "the signing keys could not be looked after"),
        }
        round = (round + 1) % TEND_EVERY;
        if !again(RELOAD, &mut stopped).await {
            return;
        }
    }
}

async fn tend(desk: &Desk, dice: &SystemDice, complete: bool, round: u32) -> Result<(), MintError> {
    let (store, clock) = (&desk.store, &*desk.clock);
    if !complete {
        mint::make_keys(store, clock, dice, &Algorithm::ALL).await?;
    }
    if round == 0 {
        let tended = mint::tend_keys(store, clock, dice, mint::CACHE_LIFE, mint::LONGEST_LIFE).await?;
        for kid in &tended.took_over {
            tracing::info!(kid, "a key took over");
        }
        for kid in &tended.withdrawn {
            tracing::info!(kid, "a key was withdrawn");
        }
    }
    desk.porter.mint().load(store).await
}
