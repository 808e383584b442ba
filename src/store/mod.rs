//! The only room that speaks SQL. One text per statement, two databases, one way to begin and to end a unit of work.
//!
//! On SQLite a unit's statements run where they are called (microseconds, no thread is crossed); only the commit waits,
//! and it is shared by whoever is in line. On PostgreSQL each statement is a round trip. Callers cannot tell the
//! difference and must not try: between `begin` and `settle` nothing may be awaited but this room. Clearance in,
//! [`Issued`] out after the commit. This room seals and opens what is sealed at rest. It never decides.
mod attempts;
mod audit;
mod authenticators;
mod clients;
mod codes;
mod connections;
mod consents;
mod deployment;
mod ends;
mod facts;
mod grants;
#[cfg(test)]
mod guard_tests;
mod issue;
mod keys;
mod locks;
mod memberships;
mod one_time;
#[cfg(test)]
mod one_time_tests;
mod open;
mod outbox;
#[cfg(test)]
mod outbox_tests;
mod people;
mod recovery;
mod resources;
mod sessions;
mod sqlite;
mod statement;
mod sweep;
mod tenants;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod visits;

pub use attempts::{Attempts, Budget};
pub use audit::LogRow;
pub use authenticators::{Held, NewAuthenticator, Pending};
pub use clients::ClientRow;
pub use codes::{CodeOrder, Redeemed, Redemption};
pub use consents::Consent;
pub use deployment::{Deployment, Kind};
pub use ends::{End, Which};
pub use facts::{Known, as_if_shown};
pub use grants::{GrantRow, NewGrant};
pub use issue::{AccessOrder, Format, IdTokenOrder, Issued, IssuedAccess, Order, Recorded, RefreshOrder};
pub use keys::{KeyState, NewKey, StoredKey};
pub use locks::Lock;
pub use one_time::{CodeKind, Guess, LinkKind, LinkState, NewOneTime, OneTimeRow, Typed};
pub use open::{Address, Opening, found};
pub use outbox::{Backlog, Claimed, Telling};
pub use people::{NewPerson, PersonRow, PhoneOrigin, Profile};
pub use recovery::Spent;
pub use resources::ResourceRow;
pub use sessions::{NewSession, SessionRow};
pub use tenants::NewTenant;
pub use tokens::{AccessRow, Presented};
pub use visits::{NewVisit, VisitRow};

use crate::crypto::root::RootKey;
use ostiary_gate::{
    domain::{
        Blame,
        time::{Instant, Span},
    },
    gate::Bond,
};
use sqlx::{PgPool, Postgres, Transaction};
use statement::{Sql, row, run, text};
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

/// One deployment's database, and the key under which its sealed columns stand. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    shared: Arc<Shared>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(PgPool),
}

struct Shared {
    root: RootKey,
    epoch: i64,
    /// The highest instant recorded: no decision is ever taken at an earlier one (RULES 7).
    floor: AtomicI64,
    serial: AtomicU64,
}

/// One unit of work. Dropped unsettled (a fault, a panic, a client that went away), nothing happened.
pub struct Unit {
    bond: Bond,
    tx: Tx,
}

/// What a unit of work may do. Its statements are spread over this room's files, one file per aggregate.
pub struct Tx {
    work: Work,
    shared: Arc<Shared>,
    serial: u64,
    now: Option<Instant>,
}

enum Work {
    Sqlite(sqlite::Work),
    Postgres(Transaction<'static, Postgres>),
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The commit that carried this unit failed: it did not happen.
    #[error("commit lost: {0}")]
    Lost(Arc<str>),
    /// No turn came in time. Nothing happened.
    #[error("busy")]
    Busy,
    /// The disk did not answer in time: the unit may yet be committed, or may not. Hand nothing out.
    #[error("outcome unknown")]
    Unknown,
    /// A row that cannot be read is a closed door, never a default.
    #[error("unreadable {what}: {why}")]
    Unreadable { what: &'static str, why: String },
    /// A clearance of one unit of work was brought to another.
    #[error("a clearance was brought to a unit of work that it was not given in")]
    ForeignClearance,
    #[error("cryptography: {0}")]
    Crypto(String),
    /// The database does not fit this process: another kind, another root key.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Blame for StoreError {
    fn is_ours(&self) -> bool {
        true
    }
}

impl StoreError {
    #[expect(clippy::needless_pass_by_value, reason = "errors are handed over, and `map_err` has them by value")]
    pub(crate) fn unreadable(what: &'static str, why: impl ToString) -> Self {
        Self::Unreadable { what, why: why.to_string() }
    }
}

/// Where instants come from: the system's clock, or in `--dev` a file.
pub trait Clock: Send + Sync {
    /// # Errors
    /// The test clock's file cannot be read: nothing may be decided (503).
    fn read(&self) -> Result<Reading, ClockError>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This machine's clock; a PostgreSQL unit asks the database instead.
    System(Instant),
    /// The test clock replaces both.
    Test(Instant),
}

#[derive(Debug, thiserror::Error)]
#[error("the clock cannot be read: {0}")]
pub struct ClockError(pub String);

impl Store {
    /// A unit that may write.
    pub async fn begin(&self) -> Result<Unit, StoreError> {
        // Spelled out: under repeatable read the snapshot could be older than the locks (RULES 7).
        const BEGIN: &str = "begin isolation level read committed";
        let work = match &self.engine {
            Engine::Sqlite(db) => Work::Sqlite(db.begin().await?),
            Engine::Postgres(pool) => Work::Postgres(pool.begin_with(BEGIN).await?),
        };
        Ok(self.unit(work))
    }

    /// A unit that only looks: one consistent picture, never waits for a writer, cannot write.
    pub async fn look(&self) -> Result<Unit, StoreError> {
        const LOOK: &str = "begin isolation level repeatable read read only";
        let work = match &self.engine {
            Engine::Sqlite(db) => Work::Sqlite(db.look()?),
            Engine::Postgres(pool) => Work::Postgres(pool.begin_with(LOOK).await?),
        };
        Ok(self.unit(work))
    }

    fn unit(&self, work: Work) -> Unit {
        let serial = self.shared.serial.fetch_add(1, Ordering::Relaxed);
        Unit { bond: Bond::new(serial), tx: Tx { work, shared: self.shared.clone(), serial, now: None } }
    }

    /// Whether decisions must name what they lock. SQLite's one writer is the lock.
    pub fn locks_matter(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// How far this machine's clock is ahead of the database's; nothing where the one is the other, or a test clock is
    /// both. Fails where either cannot be read.
    pub async fn clock_offset(&self, clock: &dyn Clock) -> Result<Span, StoreError> {
        let mut unit = self.look().await?;
        let theirs = unit.tx().database_time().await?;
        match clock.read().map_err(|e| StoreError::unreadable("clock", e))? {
            Reading::System(ours) => Ok(theirs.map_or(Span::ZERO, |theirs| ours.since(theirs))),
            Reading::Test(_) => Ok(Span::ZERO),
        }
    }

    /// The edition of this database; a restore begins another (RULES 7).
    pub fn epoch(&self) -> i64 {
        self.shared.epoch
    }

    pub fn root(&self) -> &RootKey {
        &self.shared.root
    }
}

impl Unit {
    /// The bond that a clearance borrows, and what the unit can do meanwhile.
    pub fn parts(&mut self) -> (&Bond, &mut Tx) {
        (&self.bond, &mut self.tx)
    }

    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Returns when the unit is durable, not before.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Tx { work, shared, now, .. } = self.tx;
        match work {
            Work::Sqlite(work) => work.commit().await?,
            Work::Postgres(tx) => tx.commit().await?,
        }
        if let Some(now) = now {
            shared.floor.fetch_max(now.0, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Ends the unit of work. A yes and a refusal both stand; only our own fault is undone.
    pub async fn settle<T, E: Blame + From<StoreError>>(self, answer: Result<T, E>) -> Result<T, E> {
        if answer.as_ref().is_err_and(Blame::is_ours) {
            return answer;
        }
        self.commit().await?;
        answer
    }
}

impl Tx {
    /// The instant of this unit's decisions: read after the locks, once, and never below the highest instant recorded.
    /// On PostgreSQL it is the database's, so that nodes whose clocks differ decide alike.
    pub async fn now(&mut self, clock: &dyn Clock) -> Result<Instant, StoreError> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let read = match clock.read().map_err(|e| StoreError::unreadable("clock", e))? {
            Reading::Test(at) => at,
            Reading::System(at) => self.database_time().await?.unwrap_or(at),
        };
        let now = read.max(Instant(self.shared.floor.load(Ordering::Relaxed)));
        self.now = Some(now);
        Ok(now)
    }
}

impl Tx {
    /// PostgreSQL's clock. SQLite has none of its own.
    async fn database_time(&mut self) -> Result<Option<Instant>, StoreError> {
        row! { struct Hour { at: i64 } }
        const HOUR: &str = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint as at";
        let Work::Postgres(tx) = &mut self.work else { return Ok(None) };
        Ok(Some(Instant(sqlx::query_as::<_, Hour>(HOUR).fetch_one(&mut **tx).await?.at)))
    }
}

/// JSON text of a column. A document that cannot be read closes the door.
fn document<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::unreadable(what, e))
}

fn json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::unreadable(what, e))
}

/// A word of an enum whose serde form is a plain string, as it stands in a column.
fn word<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        Ok(other) => Err(StoreError::unreadable(what, other)),
        Err(e) => Err(StoreError::unreadable(what, e)),
    }
}

fn unword<T: serde::de::DeserializeOwned>(what: &'static str, text: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|e| StoreError::unreadable(what, e))
}
