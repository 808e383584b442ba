//! What is being presented right now, on this node. An answer that is still being made cannot have been lost: whoever brings
//! the same token meanwhile is asked to come again, instead of being taken for a retry (or, a third time, for a thief).
//! Only a kindness to apps that refresh twice at once: what works once is the store's to say.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// After a crowd, how long the token is still answered "come again": stragglers of the same burst are no retries either.
const LINGER: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
pub struct UnderWay(Arc<Mutex<HashMap<String, Crowd>>>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Crowd {
    Nobody,
    Others,
}

/// The one who came first. Dropped with its answer, or with the connection.
#[must_use]
pub struct First {
    all: UnderWay,
    hash: String,
}

impl UnderWay {
    /// None: somebody else is at it.
    pub fn enter(&self, hash: &str) -> Option<First> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(crowd) = all.get_mut(hash) {
            *crowd = Crowd::Others;
            return None;
        }
        all.insert(hash.to_owned(), Crowd::Nobody);
        Some(First { all: self.clone(), hash: hash.to_owned() })
    }

    fn forget(&self, hash: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(hash);
    }
}

impl Drop for First {
    fn drop(&mut self) {
        let (all, hash) = (self.all.clone(), std::mem::take(&mut self.hash));
        let mut held = all.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (held.get(&hash), tokio::runtime::Handle::try_current()) {
            (Some(Crowd::Others), Ok(runtime)) => {
                drop(held);
                runtime.spawn(async move {
                    tokio::time::sleep(LINGER).await;
                    all.forget(&hash);
                });
            }
            (Some(Crowd::Nobody | Crowd::Others) | None, _) => {
                held.remove(&hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_after_a_crowd_not_at_once() {
        let all = UnderWay::default();
        let first = all.enter("a").unwrap();
        assert!(all.enter("b").is_some(), "another token is another matter");
        drop(first);
        let first = all.enter("a");
        assert!(first.is_some(), "alone, it may come again at once");
        assert!(all.enter("a").is_none());
        drop(first);
        assert!(all.enter("a").is_none(), "a straggler");
        tokio::time::sleep(LINGER + LINGER / 5).await;
        assert!(all.enter("a").is_some());
        assert!(all.0.lock().unwrap().is_empty(), "nothing is kept");
    }
}
