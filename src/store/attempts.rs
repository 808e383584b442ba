//! Tries that may fail: reserved before anything is compared, so that many at once cannot each be the last one allowed.
use super::{Sql, StoreError, Tx, row, run, text};
use ostiary_gate::domain::time::{Instant, Span};

/// How many tries there are for one subject (RULES 9).
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// This many failures within `window`…
    pub per_window: i64,
    pub window: Span,
    /// …and then nothing for this long.
    pub pause: Span,
    /// After this many failures in a row nothing at all, until something else clears them; none: never.
    pub stop_after: Option<i64>,
}

/// What came of asking for a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    /// Reserved: compare now. A success gives it back.
    Reserved,
    PausedUntil(Instant),
    Stopped,
}

row! {
    struct AttemptRow {
        failures: i64,
        in_a_row: i64,
        window_began: i64,
        paused_until: i64,
    }
}

/// Taken first, so that the row exists and is held while we decide.
const HOLD: Sql = text!(
    "insert into attempts (subject, failures, in_a_row, window_began, paused_until, can_stop) values ($1, 0, 0, $2, 0, $3)
     on conflict (subject) do update set can_stop = excluded.can_stop
     returning failures, in_a_row, window_began, paused_until"
);
const WRITE: Sql =
    text!("update attempts set failures = $2, in_a_row = $3, window_began = $4, paused_until = $5 where subject = $1");
const IN_A_ROW: Sql = text!("select failures, in_a_row, window_began, paused_until from attempts where subject = $1");
const CLEAR: Sql = text!("delete from attempts where subject = $1");
const GIVE_BACK: Sql = text!(
    "update attempts set failures = case when failures > 0 then failures - 1 else 0 end, in_a_row = 0, paused_until = 0
      where subject = $1"
);

impl Tx {
    /// Counts a failure in advance. The caller settles this unit before a slow comparison, or compares within it.
    pub async fn reserve_attempt(
        &mut self,
        subject: &str,
        budget: Budget,
        now: Instant,
    ) -> Result<Attempts, StoreError> {
        let row = run!(self, fetch::<AttemptRow>, HOLD, subject, now.0, budget.stop_after.is_some())?.pop();
        let mut row = row.ok_or_else(|| StoreError::unreadable("attempts", subject))?;
        if budget.stop_after.is_some_and(|most| row.in_a_row >= most) {
            return Ok(Attempts::Stopped);
        }
        if now.0 < row.paused_until {
            return Ok(Attempts::PausedUntil(Instant(row.paused_until)));
        }
        // A pause that is over, or a window that is, starts the count again; the row of failures goes on.
        if row.paused_until > 0 || now.since(Instant(row.window_began)) >= budget.window {
            row.failures = 0;
            row.window_began = now.0;
            row.paused_until = 0;
        }
        row.failures += 1;
        row.in_a_row += 1;
        if row.failures >= budget.per_window {
            row.paused_until = now.plus(budget.pause).0;
        }
        let (failures, streak, began, paused) = (row.failures, row.in_a_row, row.window_began, row.paused_until);
        run!(self, execute, WRITE, subject, failures, streak, began, paused)?;
        Ok(Attempts::Reserved)
    }

    /// Holds a subject's row before other rows are locked, for units that write it after them: whoever checks a code takes
    /// it first, and nobody waits in a circle.
    pub async fn hold_attempts(&mut self, subject: &str, budget: Budget, now: Instant) -> Result<(), StoreError> {
        run!(self, fetch::<AttemptRow>, HOLD, subject, now.0, budget.stop_after.is_some())?;
        Ok(())
    }

    /// The reserved try was right: it and the streak are taken back. Successes never count.
    pub async fn attempt_succeeded(&mut self, subject: &str) -> Result<(), StoreError> {
        run!(self, execute, GIVE_BACK, subject)?;
        Ok(())
    }

    /// A reset or a recovery code lifts a stop.
    pub async fn clear_attempts(&mut self, subject: &str) -> Result<(), StoreError> {
        run!(self, execute, CLEAR, subject)?;
        Ok(())
    }

    /// How many tries have failed since the last that did not.
    pub async fn failures_in_a_row(&mut self, subject: &str) -> Result<i64, StoreError> {
        Ok(run!(self, fetch::<AttemptRow>, IN_A_ROW, subject)?.pop().map_or(0, |row| row.in_a_row))
    }
}
