//! Reminders before a start that was set: looked for often, each sent once.
use super::again;
use crate::acts::{Desk, policy};
use std::time::Duration;
use tokio::sync::watch;

const ROUND: Duration = Duration::from_secs(20);

pub(super) async fn run(desk: Desk, mut stopped: watch::Receiver<bool>) {
    while again(ROUND, &mut stopped).await {
        if let Err(why) = policy::send_reminders(&desk).await {
            tracing::warn!(%why, "nobody was reminded");
        }
    }
}
