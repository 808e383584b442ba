//! SQLite: one writer whose commits are shared, and readers that never wait for it.
//!
//! Units take turns on one connection; each is a savepoint in the transaction that is open. The first unit to be settled
//! sends for the committer, who joins the same fair queue: a group is whoever was already in line. Nobody is answered
//! before the commit that carries their unit is synced, and a failed commit fails everyone it carried.
use super::{
    StoreError,
    statement::{Row, bind},
};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use std::{
    mem,
    path::{Path, PathBuf},
    sync::{Arc, Mutex as StdMutex, PoisonError, Weak, mpsc},
    thread,
    time::Duration,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, oneshot},
    time,
};

type Receipt = Result<(), Arc<str>>;

pub struct Sqlite {
    path: PathBuf,
    line: Arc<Mutex<Seat>>,
    readers: Arc<StdMutex<Vec<Connection>>>,
}

/// The one place from which is written, and those who wait for the commit.
struct Seat {
    conn: Connection,
    settled: Vec<oneshot::Sender<Receipt>>,
    committer: mpsc::Sender<()>,
}

pub enum Work {
    Write(Turn),
    Look(Glance),
}

/// A turn on the seat. Dropped before `commit`, its savepoint is rolled back on the spot.
pub struct Turn {
    seat: OwnedMutexGuard<Seat>,
    done: bool,
}

/// A reader's connection, back on the shelf when dropped.
pub struct Glance {
    conn: Option<Connection>,
    shelf: Arc<StdMutex<Vec<Connection>>>,
}

/// How long anybody waits: for a turn, for another process to let go of the file, for the disk.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(5);

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let conn = Connection::open(path)?;
        conn.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory;
             pragma busy_timeout = 0; pragma cache_size = -8192;",
        )?;
        conn.set_prepared_statement_cache_capacity(256);
        let (committer, calls) = mpsc::channel();
        let line = Arc::new(Mutex::new(Seat { conn, settled: Vec::new(), committer }));
        let weak = Arc::downgrade(&line);
        thread::Builder::new().name("committer".into()).spawn(move || commit_groups(&calls, &weak))?;
        Ok(Self { path: path.into(), line, readers: Arc::default() })
    }

    pub(super) async fn begin(&self) -> Result<Work, StoreError> {
        let turn = async {
            let seat = self.line.clone().lock_owned().await;
            // Another process may be writing: wait without blocking the executor. Nobody behind us could write either.
            while !seat.open()? {
                time::sleep(PAUSE).await;
            }
            Ok::<_, StoreError>(seat)
        };
        let seat = time::timeout(PATIENCE, turn).await.map_err(|_| StoreError::Busy)??;
        let turn = Turn { seat, done: false };
        turn.seat.conn.prepare_cached("savepoint unit")?.execute([])?;
        Ok(Work::Write(turn))
    }

    pub(super) fn look(&self) -> Result<Work, StoreError> {
        let shelved = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = if let Some(conn) = shelved {
            conn
        } else {
            let conn = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            conn.execute_batch("pragma query_only = on; pragma cache_size = -4096;")?;
            conn.set_prepared_statement_cache_capacity(256);
            conn
        };
        conn.prepare_cached("begin")?.execute([])?;
        Ok(Work::Look(Glance { conn: Some(conn), shelf: self.readers.clone() }))
    }
}

impl Work {
    /// SQLite answers some errors (disk full, I/O) by ending the whole transaction: never go on as if it were open.
    fn conn(&self) -> Result<&Connection, StoreError> {
        let conn = match self {
            Self::Write(turn) => &turn.seat.conn,
            Self::Look(glance) => glance.conn.as_ref().ok_or(StoreError::Busy)?,
        };
        if conn.is_autocommit() { Err(StoreError::Lost("the transaction is gone".into())) } else { Ok(conn) }
    }

    pub(super) fn execute(&mut self, sql: &str, values: &[&dyn ToSql]) -> Result<u64, StoreError> {
        let mut statement = self.conn()?.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        Ok(statement.raw_execute()? as u64)
    }

    pub(super) fn fetch<R: Row>(&mut self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<R>, StoreError> {
        let mut statement = self.conn()?.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(R::read(row)?);
        }
        Ok(found)
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let Self::Write(mut turn) = self else { return Ok(()) };
        let receipt = turn.release()?;
        drop(turn);
        match time::timeout(PATIENCE, receipt).await {
            Ok(receipt) => receipt.unwrap_or_else(|_| Err("the committer is gone".into())).map_err(StoreError::Lost),
            Err(_) => Err(StoreError::Unknown),
        }
    }
}

impl Turn {
    fn release(&mut self) -> Result<oneshot::Receiver<Receipt>, StoreError> {
        self.seat.conn.prepare_cached("release unit")?.execute([])?;
        self.done = true;
        let (settled, receipt) = oneshot::channel();
        self.seat.settled.push(settled);
        if self.seat.settled.len() == 1 && self.seat.committer.send(()).is_err() {
            self.seat.lose("the committer is gone");
        }
        Ok(receipt)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        // Alone, everything may go, and the write lock with it. In company, only our savepoint.
        let alone = self.seat.settled.is_empty();
        let undo = if alone { "rollback" } else { "rollback to unit; release unit" };
        if self.seat.conn.execute_batch(undo).is_err() || (!alone && self.seat.conn.is_autocommit()) {
            self.seat.lose("a unit took the transaction down");
        }
    }
}

impl Drop for Glance {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take()
            && conn.prepare_cached("rollback").and_then(|mut end| end.execute([])).is_ok()
        {
            self.shelf.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

impl Seat {
    /// Whether a transaction is open now; opens one unless another process holds the write lock.
    fn open(&self) -> Result<bool, StoreError> {
        if !self.conn.is_autocommit() {
            return Ok(true);
        }
        match self.conn.prepare_cached("begin immediate")?.execute([]) {
            Ok(_) => Ok(true),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What cannot be committed did not happen, for anybody in it.
    fn lose(&mut self, why: &str) {
        if !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("rollback");
        }
        answer(mem::take(&mut self.settled), &Err(why.into()));
    }
}

/// One row of a database that may not be there, without making it.
pub(super) fn peek<R: Row>(path: &Path, sql: &str) -> Result<Option<R>, StoreError> {
    const KNOWN: &str = "select count(*) from sqlite_master where type = 'table' and name = 'deployment'";
    if !path.exists() {
        return Ok(None);
    }
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.busy_timeout(PATIENCE)?;
    if conn.query_row(KNOWN, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(None);
    }
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    Ok(rows.next()?.map(R::read).transpose()?)
}

fn commit_groups(calls: &mpsc::Receiver<()>, line: &Weak<Mutex<Seat>>) {
    while calls.recv().is_ok() {
        let Some(line) = line.upgrade() else { return };
        let mut seat = line.blocking_lock();
        if seat.settled.is_empty() {
            continue;
        }
        match seat.conn.execute_batch("commit") {
            Ok(()) => {
                let settled = mem::take(&mut seat.settled);
                drop(seat);
                answer(settled, &Ok(()));
            }
            Err(error) => seat.lose(&error.to_string()),
        }
    }
}

fn answer(settled: Vec<oneshot::Sender<Receipt>>, receipt: &Receipt) {
    for waiting in settled {
        let _ = waiting.send(receipt.clone());
    }
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
