//! `ostiary export`.
use super::{Failure, config::layers::Layers, now, say, work};
use crate::acts::apply;

pub fn run(layers: &Layers) -> Result<(), Failure> {
    work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        let now = now(unit.tx(), &work.desk).await?;
        say(apply::export(unit.tx(), now).await?.trim_end());
        Ok(())
    })
}
