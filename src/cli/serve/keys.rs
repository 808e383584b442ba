//! The keyring while serving: made at a first start, read again every few seconds, rotated when its time has come.
use crate::{
    acts::Desk,
    cli::Failure,
    crypto::dice::SystemDice,
    mint::{CACHE_LIFE, LONGEST_LIFE, make_keys, tend_keys},
};
use ostiary_gate::domain::client::Algorithm;
use std::time::Duration;
use tokio::time;

/// A key that leaked is forgotten everywhere within this.
const READ_AGAIN: Duration = Duration::from_secs(5);
/// Rotations are not in a hurry.
const TEND: u32 = 12;

/// What answers need at once. RSA takes a third of a second and follows in [`keep`].
pub(super) async fn first(desk: &Desk) -> Result<(), Failure> {
    let quick = [Algorithm::ES256, Algorithm::EdDsa];
    make_keys(&desk.store, &*desk.clock, &SystemDice::new(), &quick).await?;
    Ok(desk.porter.mint().load(&desk.store).await?)
}

/// Never ends. What fails is tried again: meanwhile the old ring serves, and what it cannot sign is answered 503.
pub(super) async fn keep(desk: Desk) {
    let dice = SystemDice::new();
    let (mut complete, mut rounds) = (false, 0_u32);
    loop {
        let done = async {
            if !complete {
                make_keys(&desk.store, &*desk.clock, &dice, &Algorithm::ALL).await?;
            }
            if rounds.is_multiple_of(TEND) {
                tend_keys(&desk.store, &*desk.clock, &dice, CACHE_LIFE, LONGEST_LIFE).await?;
            }
            desk.porter.mint().load(&desk.store).await
        };
        match done.await {
            Ok(()) => complete = true,
            Err(why) => tracing::error!(%why, "the signing keys could not be looked after"),
        }
        rounds = rounds.wrapping_add(1);
        time::sleep(READ_AGAIN).await;
    }
}
