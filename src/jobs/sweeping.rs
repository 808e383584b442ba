//! Sweeping, in small batches with pauses: nobody waits for it.
use super::again;
use crate::{acts::Desk, store::StoreError};
use std::time::Duration;
use tokio::sync::watch;

const ROUND: Duration = Duration::from_mins(10);
const PAUSE: Duration = Duration::from_millis(200);
const BATCH: i64 = 500;

pub(super) async fn run(desk: Desk, mut stopped: watch::Receiver<bool>) {
    let mut wait = PAUSE;
    while again(wait, &mut stopped).await {
        wait = match sweep(&desk).await {
            // More of some kind may be left.
            Ok(gone) if gone >= BATCH.unsigned_abs() => PAUSE,
            Ok(_) => ROUND,
            Err(why) => {
                tracing::warn!(%why, "nothing was swept");
                ROUND
            }
        };
    }
}

pub(super) async fn sweep(desk: &Desk) -> Result<u64, StoreError> {
    let mut unit = desk.store.begin().await?;
    let now = unit.tx().now(&*desk.clock).await?;
    let gone = unit.tx().sweep(BATCH, now).await?;
    unit.commit().await?;
    Ok(gone)
}
