//! What happens without being asked: letters leave the outbox, people are reminded of what is coming, keys are read again and handed over, what ran out is swept
//! away. Owns when and how often; never what a letter says, a key signs or a row means.
mod keys;
mod outbox;
mod reminders;
mod sweeping;
#[cfg(test)]
mod tests;
mod writing;

use crate::{acts::Desk, crypto::dice::SystemDice, outgoing::mail::Mailer};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet};

/// The jobs of this process. Dropped, they end where they are; what was claimed is done by somebody later.
pub struct Jobs {
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

/// Starts them. The dice make keys.
pub fn start(desk: &Desk, mailer: Arc<Mailer>, dice: SystemDice) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let mut running = JoinSet::new();
    running.spawn(outbox::run(desk.clone(), mailer, stopped.clone()));
    running.spawn(keys::run(desk.clone(), dice, stopped.clone()));
    running.spawn(reminders::run(desk.clone(), stopped.clone()));
    running.spawn(sweeping::run(desk.clone(), stopped));
    Jobs { stop, running }
}

impl Jobs {
    /// Begins nothing new and waits for what is under way, at most for `patience`.
    pub async fn stop(mut self, patience: Duration) {
        let _ = self.stop.send(true);
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!("a job was still under way; another start goes on with it");
        }
    }
}

/// Waits until it is time again. Whether to go on.
async fn again(after: Duration, stopped: &mut watch::Receiver<bool>) -> bool {
    // Whoever would say so being gone is the end too.
    tokio::time::timeout(after, stopped.wait_for(|stop| *stop)).await.is_err()
}
