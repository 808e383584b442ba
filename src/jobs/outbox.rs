//! The outbox runner: claims what is due, sends a few at once, tries again later and later. Once a sending is recorded it
//! is never repeated; what a dead node had claimed is taken up when its claim runs out.
use super::{again, writing};
use crate::{
    acts::{Desk, letters},
    outgoing::mail::{Mailer, NotSent, PATIENCE},
    store::{Claimed, StoreError},
};
use ostiary_gate::domain::time::{Instant, Span};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
};

const LOOK: Duration = Duration::from_millis(250);
/// After a fault of the database.
const REST: Duration = Duration::from_secs(2);
const AT_ONCE: usize = 4;
/// Longer than a sending and the recording of it can take.
const LEASE: Span = Span::seconds(2 * PATIENCE.as_secs().cast_signed());
/// How long after each failed try comes the next; the last goes on.
const PAUSES: [Span; 7] = [
    Span::seconds(10),
    Span::seconds(30),
    Span::minutes(2),
    Span::minutes(5),
    Span::minutes(15),
    Span::minutes(30),
    Span::hours(1),
];

pub(super) async fn run(desk: Desk, mailer: Arc<Mailer>, mut stopped: watch::Receiver<bool>) {
    let mut runner = Runner { desk, mailer, sending: JoinSet::new(), under_way: HashMap::new() };
    let mut wait = LOOK;
    while again(wait, &mut stopped).await {
        wait = match runner.round().await {
            Ok(()) => LOOK,
            Err(why) => {
                tracing::warn!(%why, "the outbox could not be read");
                REST
            }
        };
    }
    runner.finish().await;
}

pub(super) struct Runner {
    desk: Desk,
    mailer: Arc<Mailer>,
    sending: JoinSet<()>,
    /// Which letter each task sends: should the clock leap over a claim, this process still knows what it is sending.
    under_way: HashMap<Id, String>,
}

impl Runner {
    #[cfg(test)]
    pub(super) fn new(desk: Desk, mailer: Arc<Mailer>) -> Self {
        Self { desk, mailer, sending: JoinSet::new(), under_way: HashMap::new() }
    }

    /// Takes as many as there is room for.
    pub(super) async fn round(&mut self) -> Result<(), StoreError> {
        while let Some(done) = self.sending.try_join_next_with_id() {
            self.forget(done);
        }
        let room = AT_ONCE.saturating_sub(self.under_way.len());
        if room == 0 || !self.is_due().await? {
            return Ok(());
        }
        let mut unit = self.desk.store.begin().await?;
        let now = unit.tx().now(&*self.desk.clock).await?;
        let claimed = unit.tx().claim_outbox(i64::try_from(room).unwrap_or(1), LEASE, now).await?;
        unit.commit().await?;
        for claimed in claimed {
            if self.under_way.values().any(|id| *id == claimed.id) {
                continue;
            }
            let id = claimed.id.clone();
            let (desk, mailer) = (self.desk.clone(), self.mailer.clone());
            let task = self.sending.spawn(async move {
                let told = tell(&desk, &mailer, &claimed, now).await;
                record(&desk, &claimed, told).await;
            });
            self.under_way.insert(task.id(), id);
        }
        Ok(())
    }

    /// Waits for what is under way.
    pub(super) async fn finish(&mut self) {
        while let Some(done) = self.sending.join_next_with_id().await {
            self.forget(done);
        }
    }

    async fn is_due(&self) -> Result<bool, StoreError> {
        let mut unit = self.desk.store.look().await?;
        let now = unit.tx().now(&*self.desk.clock).await?;
        unit.tx().outbox_is_due(LEASE, now).await
    }

    fn forget(&mut self, done: Result<(Id, ()), JoinError>) {
        let task = match done {
            Ok((task, ())) => task,
            Err(why) => {
                tracing::error!(%why, "a sending died; its claim runs out");
                why.id()
            }
        };
        self.under_way.remove(&task);
    }
}

async fn tell(desk: &Desk, mailer: &Mailer, claimed: &Claimed, now: Instant) -> Result<(), NotSent> {
    if claimed.kind != letters::KIND {
        return Err(NotSent::Never("nobody here tells this kind".into()));
    }
    if now >= claimed.expires_at {
        return Err(NotSent::Never("too late".into()));
    }
    let mail = writing::write(claimed, &desk.settings.issuer, now).map_err(NotSent::Never)?;
    mailer.send(&mail).await
}

/// A sending that is not recorded would be repeated: it is worth a few tries.
async fn record(desk: &Desk, claimed: &Claimed, told: Result<(), NotSent>) {
    let id = claimed.id.as_str();
    match &told {
        Ok(()) => tracing::info!(id, tries = claimed.tries, "a letter was sent"),
        Err(NotSent::Later(why)) => tracing::warn!(id, tries = claimed.tries, why, "a letter was not sent yet"),
        Err(NotSent::Never(why)) => tracing::error!(id, tries = claimed.tries, why, "a letter was given up"),
    }
    for pause in [1, 2, 4, 8, 0] {
        match settle(desk, claimed, &told).await {
            Ok(_) => return,
            Err(why) => tracing::warn!(id, %why, "what became of a letter could not be recorded"),
        }
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
}

async fn settle(desk: &Desk, claimed: &Claimed, told: &Result<(), NotSent>) -> Result<bool, StoreError> {
    let mut unit = desk.store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    let was_ours = match told {
        Ok(()) => tx.outbox_done(claimed, None, now).await?,
        Err(NotSent::Never(why)) => tx.outbox_done(claimed, Some(why), now).await?,
        Err(NotSent::Later(why)) => tx.outbox_again(claimed, now.plus(pause_after(claimed.tries)), why).await?,
    };
    unit.commit().await?;
    Ok(was_ours)
}

fn pause_after(tries: i64) -> Span {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or_default();
    PAUSES.get(index).or(PAUSES.last()).copied().unwrap_or(Span::hours(1))
}
