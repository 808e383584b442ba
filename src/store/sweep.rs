//! Sweeping: what ran out long ago goes, a bounded number at a time, so that nobody waits for it. What answers a
//! question that may still be asked stays: ledger, log, sessions, grants, failures that can stop somebody for good.
use super::{Sql, StoreError, Tx, run, text};
use ostiary_gate::domain::time::{Instant, Span};

/// What is over stays this long: replays of it are still told apart from nonsense, and support can still look.
const KEEP: Span = Span::days(7);
const KEEP_TOLD: Span = Span::days(30);

macro_rules! sweep {
    ($table:literal, $key:literal, $over:literal) => {
        text!(concat!(
            "delete from ",
            $table,
            " where ",
            $key,
            " in (select ",
            $key,
            " from ",
            $table,
            " where ",
            $over,
            " limit $2)"
        ))
    };
}
const VISITS: Sql = sweep!("visits", "id", "expires_at < $1");
const CODES: Sql = sweep!("codes", "hash", "expires_at < $1");
/// An expired refresh token buys nothing and betrays nothing: its reuse is refused as unknown.
const TOKENS: Sql = sweep!("tokens", "hash", "expires_at < $1");
const ONE_TIME: Sql = sweep!("one_time", "hash", "expires_at < $1");
const PENDING: Sql = sweep!("authenticators", "id", "state = 'pending' and expires_at < $1");
const ATTEMPTS: Sql =
    sweep!("attempts", "subject", "window_began < $1 and paused_until < $1 and (in_a_row = 0 or not can_stop)");
const TOLD: Sql = sweep!("outbox", "id", "done_at < $1");

impl Tx {
    /// Deletes at most `most` rows of each kind. How many went; fewer than `most` of each means done for now.
    pub async fn sweep(&mut self, most: i64, now: Instant) -> Result<u64, StoreError> {
        let mut gone = 0;
        for statement in [VISITS, CODES, TOKENS, ONE_TIME, PENDING, ATTEMPTS] {
            gone += run!(self, execute, statement, now.minus(KEEP).0, most)?;
        }
        gone += run!(self, execute, TOLD, now.minus(KEEP_TOLD).0, most)?;
        Ok(gone)
    }
}
