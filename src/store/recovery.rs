//! Recovery codes: keyed hashes, each good once, the set replaced whole.
use super::{Sql, StoreError, Tx, row, run, text};
use crate::crypto::root::Kind;
use ostiary_gate::domain::{ids::PersonId, time::Instant};

row! { struct Count { n: i64 } }

/// What became of a code that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    Now,
    /// It was good once, and has been used.
    Before,
    Never,
}

const INSERT: Sql = text!("insert into recovery_codes (hash, person_id, set_no, made_at) values ($1, $2, $3, $4)");
const NEXT_SET: Sql = text!(
    "update people set codes_set = codes_set + 1, codes_saved_at = null, codes_deferred_at = null, revision = revision + 1
      where id = $1 returning codes_set as n"
);
const SPEND: Sql = text!(
    "update recovery_codes set spent_at = $3
      where hash = $1 and person_id = $2 and spent_at is null
        and set_no = (select codes_set from people where id = $2)"
);
const SPENT: Sql =
    text!("select count(*) as n from recovery_codes where hash = $1 and person_id = $2 and spent_at is not null");
const LEFT: Sql = text!(
    "select count(*) as n from recovery_codes
      where person_id = $1 and spent_at is null and set_no = (select codes_set from people where id = $1)"
);
const SAVED: Sql = text!(
    "update people set codes_saved_at = $2, codes_deferred_at = null, revision = revision + 1
      where id = $1 and codes_saved_at is null"
);
const DEFERRED: Sql = text!(
    "update people set codes_deferred_at = $2, codes_waited = true, revision = revision + 1
      where id = $1 and codes_saved_at is null and not codes_waited"
);
const VOID: Sql = text!("update recovery_codes set spent_at = $2 where person_id = $1 and spent_at is null");
const DUE: Sql = text!(
    "update people set codes_deferred_at = null, revision = revision + 1 where id = $1 and codes_deferred_at is not null"
);

impl Tx {
    fn recovery_hash(&self, person: &PersonId, code: &str) -> String {
        self.shared.root.keyed_hash(Kind::RecoveryCode, person.as_str(), code.as_bytes())
    }

    /// Puts a new set in place of the old one. `codes` normalised, as `factors::recovery` reads them.
    pub async fn put_recovery_codes(
        &mut self,
        person: &PersonId,
        codes: &[String],
        now: Instant,
    ) -> Result<(), StoreError> {
        let set = run!(self, fetch::<Count>, NEXT_SET, person.as_str())?.pop();
        let set = set.ok_or_else(|| StoreError::unreadable("person", person))?.n;
        for code in codes {
            let hash = self.recovery_hash(person, code);
            run!(self, execute, INSERT, hash, person.as_str(), set, now.0)?;
        }
        Ok(())
    }

    /// Spends a code of the current set.
    pub async fn spend_recovery_code(
        &mut self,
        person: &PersonId,
        code: &str,
        now: Instant,
    ) -> Result<Spent, StoreError> {
        let hash = self.recovery_hash(person, code);
        if run!(self, execute, SPEND, hash.as_str(), person.as_str(), now.0)? == 1 {
            return Ok(Spent::Now);
        }
        let before = run!(self, fetch::<Count>, SPENT, hash.as_str(), person.as_str())?.pop();
        Ok(if before.is_some_and(|row| row.n > 0) { Spent::Before } else { Spent::Never })
    }

    pub async fn recovery_codes_left(&mut self, person: &PersonId) -> Result<i64, StoreError> {
        Ok(run!(self, fetch::<Count>, LEFT, person.as_str())?.pop().map_or(0, |row| row.n))
    }

    /// The person said that they saved them.
    pub async fn set_codes_saved(&mut self, person: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, SAVED, person.as_str(), now.0)?;
        Ok(())
    }

    /// "Show me these next time": once in a person's life. Whether it was granted.
    pub async fn defer_codes(&mut self, person: &PersonId, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, DEFERRED, person.as_str(), now.0)? == 1)
    }

    /// None of a person's codes opens anything any more.
    pub async fn void_recovery_codes(&mut self, person: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, VOID, person.as_str(), now.0)?;
        Ok(())
    }

    /// The next sign-in has come: they are missing again.
    pub async fn codes_fall_due(&mut self, person: &PersonId) -> Result<(), StoreError> {
        run!(self, execute, DUE, person.as_str())?;
        Ok(())
    }
}
