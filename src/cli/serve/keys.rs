//! The keyring at a start; `jobs` looks after it from then on.
use crate::{acts::Desk, cli::Failure, crypto::dice::SystemDice, mint::make_keys};
use ostiary_gate::domain::client::Algorithm;

/// What answers need at once. RSA takes a third of a second and follows there.
pub(super) async fn first(desk: &Desk) -> Result<(), Failure> {
    let quick = [Algorithm::ES256, Algorithm::EdDsa];
    make_keys(&desk.store, &*desk.clock, &SystemDice::new(), &quick).await?;
    Ok(desk.porter.mint().load(&desk.store).await?)
}
