//! The pool on which passwords are hashed: as many at once as it has workers, a short queue behind them, and beyond
//! that an honest "later" (503). Cheap requests never wait behind it. Owns the queue; what a hash is, `factors` knows.
use crate::{
    crypto::{Fault, dice::Dice},
    factors::{
        Verified,
        password::{self, Wrong},
    },
};
use ostiary_gate::domain::{
    Blame,
    secret::Secret,
    time::{Instant, Span},
};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A full queue is worked off well within this: a hash costs some 20 ms of one core.
const RETRY_AFTER: Span = Span::seconds(2);

/// Cheap to clone; clones share the pool.
#[derive(Clone)]
pub struct Hashing {
    /// One for each hash under way or in line.
    places: Arc<Semaphore>,
    /// One for each hash under way.
    workers: Arc<Semaphore>,
    dice: Arc<dyn Dice>,
}

/// No password was looked at or hashed: the queue is full, or the machine could not do its part (which is logged).
/// Answered 503 with `Retry-After`. Counts as nobody's failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at once")]
pub struct Busy {
    pub retry_after: Span,
}

impl Blame for Busy {
    fn is_ours(&self) -> bool {
        true
    }
}

impl Hashing {
    /// `workers` hashes at once, one core and 19 MiB each (at least one); `queue` more may wait. The dice make salts.
    pub fn new(workers: usize, queue: usize, dice: Arc<dyn Dice>) -> Self {
        let workers = workers.clamp(1, 1024);
        let places = workers.saturating_add(queue).min(Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(places)), workers: Arc::new(Semaphore::new(workers)), dice }
    }

    /// Whether `given` is the password of this PHC string; `None` is somebody who does not exist or has no password,
    /// and costs the same wait and the same work. Not under a lock: the caller reserved its attempt and settled.
    pub async fn check(&self, phc: Option<String>, given: Secret, now: Instant) -> Result<Option<Verified>, Busy> {
        match self.run(move || password::check(phc.as_deref(), &given, now)).await? {
            Ok(verified) => Ok(Some(verified)),
            Err(Wrong::Mismatch) => Ok(None),
            Err(Wrong::Unreadable) => {
                tracing::error!("a stored password hash cannot be read: its person needs a reset link");
                Ok(None)
            }
            Err(Wrong::Fault(fault)) => Err(broken(fault)),
        }
    }

    /// The PHC string of a new password that was judged good.
    pub async fn hash(&self, new: Secret) -> Result<String, Busy> {
        let dice = self.dice.clone();
        self.run(move || password::hash(&new, &*dice)).await?.map_err(broken)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy { retry_after: RETRY_AFTER })?;
        let worker = self.workers.clone().acquire_owned().await.map_err(|_| Busy { retry_after: RETRY_AFTER })?;
        // Whoever hangs up while in line gives the place back; work that has begun keeps both to its end.
        let held: [OwnedSemaphorePermit; 2] = [place, worker];
        let done = tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(held);
            answer
        });
        done.await.map_err(|_| broken(Fault("the hashing thread died")))
    }
}

fn broken(fault: Fault) -> Busy {
    tracing::error!(%fault, "passwords cannot be hashed");
    Busy { retry_after: RETRY_AFTER }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::crypto::dice::SystemDice;
    use std::{sync::mpsc, time::Duration};

    fn pool(workers: usize, queue: usize) -> Hashing {
        Hashing::new(workers, queue, Arc::new(SystemDice::new()))
    }

    #[tokio::test]
    async fn a_hashed_password_is_known_again_and_another_is_not() {
        let (pool, now) = (pool(2, 8), Instant(1));
        let phc = pool.hash(Secret::new("correct horse battery")).await.unwrap();
        assert!(pool.check(Some(phc.clone()), Secret::new("correct horse battery"), now).await.unwrap().is_some());
        assert!(pool.check(Some(phc), Secret::new("Correct horse battery"), now).await.unwrap().is_none());
        assert!(pool.check(None, Secret::new("correct horse battery"), now).await.unwrap().is_none());
        assert!(pool.check(Some("no hash".into()), Secret::new("no hash"), now).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn beyond_the_queue_the_answer_is_later_and_at_once() {
        let pool = pool(1, 1);
        let (end, wait) = mpsc::channel::<()>();
        let under_way = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || wait.recv().is_err()).await }
        });
        let in_line = tokio::spawn({
            let pool = pool.clone();
            async move { pool.check(None, Secret::new("a"), Instant(1)).await.map(|found| found.is_none()) }
        });
        while pool.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let third = tokio::time::timeout(Duration::from_millis(200), pool.hash(Secret::new("b"))).await.unwrap();
        assert_eq!(third, Err(Busy { retry_after: RETRY_AFTER }));
        drop(end);
        assert_eq!(under_way.await.unwrap(), Ok(true));
        assert_eq!(in_line.await.unwrap(), Ok(true));
        assert!(pool.hash(Secret::new("b")).await.is_ok(), "and afterwards there is room again");
    }

    #[tokio::test]
    async fn whoever_hangs_up_in_line_leaves_the_place_to_others_and_begun_work_stays_counted() {
        let pool = pool(1, 1);
        let (end, wait) = mpsc::channel::<()>();
        let under_way = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || wait.recv().is_err()).await }
        });
        while pool.workers.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let in_line = tokio::time::timeout(Duration::from_millis(20), pool.hash(Secret::new("a"))).await;
        assert!(in_line.is_err(), "it waited until it hung up");
        assert_eq!(pool.places.available_permits(), 1);
        under_way.abort();
        assert!(under_way.await.unwrap_err().is_cancelled());
        assert_eq!(pool.workers.available_permits(), 0, "the hash goes on although nobody wants it");
        drop(end);
        assert!(pool.hash(Secret::new("a")).await.is_ok());
    }
}
