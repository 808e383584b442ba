//! Keys: other nodes' and the command line's rotations become known here within seconds; announced keys take over when
//! their time has come.
use super::again;
use crate::{
    acts::Desk,
    crypto::dice::SystemDice,
    mint::{self, MintError},
};
use std::time::Duration;
use tokio::sync::watch;

const RELOAD: Duration = Duration::from_secs(2);
/// Handing over is written rarely: once in so many reloads.
const TEND_EVERY: u32 = 15;

pub(super) async fn run(desk: Desk, dice: SystemDice, mut stopped: watch::Receiver<bool>) {
    let mut round = 0_u32;
    loop {
        if let Err(why) = tend(&desk, &dice, round).await {
            tracing::warn!(%why, "the keys could not be looked after");
        }
        round = (round + 1) % TEND_EVERY;
        if !again(RELOAD, &mut stopped).await {
            return;
        }
    }
}

async fn tend(desk: &Desk, dice: &SystemDice, round: u32) -> Result<(), MintError> {
    if round == 0 {
        let tended = mint::tend_keys(&desk.store, &*desk.clock, dice, mint::CACHE_LIFE, mint::LONGEST_LIFE).await?;
        for kid in &tended.took_over {
            tracing::info!(kid, "a key took over");
        }
        for kid in &tended.withdrawn {
            tracing::info!(kid, "a key was withdrawn");
        }
    }
    desk.porter.mint().load(&desk.store).await
}
