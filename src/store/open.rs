//! Opening a database: migrated, of the right kind, under the right root key, or not at all.
use super::{
    Clock, Deployment, Engine, Kind, Reading, Shared, Store, StoreError,
    deployment::{self, DeploymentRow},
    sqlite,
};
use crate::crypto::root::RootKey;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Address {
    /// `sqlite://path` or `postgres://…`.
    pub fn parse(url: &str) -> Option<Self> {
        match url.split_once("://")? {
            ("sqlite", path) if !path.is_empty() => Some(Self::Sqlite(path.into())),
            ("postgres" | "postgresql", rest) if !rest.is_empty() => Some(Self::Postgres(url.to_owned())),
            (_, _) => None,
        }
    }
}

/// What a process that opens a database believes of it.
pub struct Opening {
    pub address: Address,
    pub root: RootKey,
    pub kind: Kind,
    pub issuer: String,
    /// Connections to PostgreSQL; SQLite has one writer and as many readers as read at once.
    pub connections: u32,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

impl Store {
    /// Migrates and opens; a new database is born by this.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a database of the other kind or under another root key: nothing could be opened in it,
    /// and a new key would only hide that.
    pub async fn open(opening: Opening, clock: &dyn Clock) -> Result<Self, StoreError> {
        let engine = match &opening.address {
            Address::Sqlite(path) => {
                use sqlx::{ConnectOptions, Connection};
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
                // sqlx migrates, then steps aside.
                let mut once = options.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).connect().await?;
                MIGRATIONS.run_direct(None, &mut once, false).await?;
                once.close().await?;
                Engine::Sqlite(Arc::new(sqlite::Sqlite::open(path)?))
            }
            Address::Postgres(url) => Engine::Postgres(connect(url, opening.connections).await?),
        };
        let shared = Shared { root: opening.root, epoch: 1, floor: AtomicI64::new(0), serial: AtomicU64::new(1) };
        let mut store = Self { engine, shared: Arc::new(shared) };
        let born = Deployment {
            kind: opening.kind,
            issuer: opening.issuer,
            root_fingerprint: store.shared.root.fingerprint().to_owned(),
            epoch: 1,
        };
        let (found, floor) = store.introduce(&born, clock).await?;
        if found.kind != born.kind {
            return Err(StoreError::Refused(format!("this database was born {:?}, not {:?}", found.kind, born.kind)));
        }
        if found.root_fingerprint != born.root_fingerprint {
            let why = "what is sealed in this database was sealed under another root key: put the right one back";
            return Err(StoreError::Refused(why.into()));
        }
        if found.issuer != born.issuer {
            let why = format!("this database is of the issuer {}, not {}", found.issuer, born.issuer);
            return Err(StoreError::Refused(why));
        }
        store.shared.floor.fetch_max(floor, Ordering::Relaxed);
        if let Some(shared) = Arc::get_mut(&mut store.shared) {
            shared.epoch = found.epoch;
        }
        Ok(store)
    }

    async fn introduce(&self, born: &Deployment, clock: &dyn Clock) -> Result<(Deployment, i64), StoreError> {
        let now = match clock.read().map_err(|e| StoreError::unreadable("clock", e))? {
            Reading::System(at) | Reading::Test(at) => at,
        };
        let mut unit = self.begin().await?;
        unit.tx().give_birth(born, now).await?;
        let found = unit.tx().deployment().await?;
        let floor = unit.tx().highest_instant().await?;
        unit.commit().await?;
        Ok((found.ok_or_else(|| StoreError::unreadable("deployment", "no row"))?, floor))
    }
}

/// A frozen node must not hold up whoever tightens; durability is per connection, whatever the server's default.
async fn connect(url: &str, connections: u32) -> Result<sqlx::PgPool, StoreError> {
    let options: sqlx::postgres::PgConnectOptions = url.parse()?;
    let options = options.options([
        ("synchronous_commit", "on"),
        ("idle_in_transaction_session_timeout", "4s"),
        ("statement_timeout", "8s"),
        ("lock_timeout", "6s"),
    ]);
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
    let pool = pool.connect_with(options).await?;
    MIGRATIONS.run(&pool).await?;
    Ok(pool)
}

/// What is at an address, before anybody opens it: nothing if there is no file, are no tables, or nobody was born there.
/// Makes nothing. Says whether a root key may be made, and which kind of process may open it.
pub async fn found(address: &Address) -> Result<Option<Deployment>, StoreError> {
    let row = match address {
        Address::Sqlite(path) => sqlite::peek(path, deployment::READ.sqlite)?,
        Address::Postgres(url) => {
            use sqlx::Connection;
            let mut once = sqlx::PgConnection::connect(url).await?;
            let known = sqlx::query_scalar::<_, bool>("select to_regclass('deployment') is not null");
            let row = if known.fetch_one(&mut once).await? {
                sqlx::query_as::<_, DeploymentRow>(deployment::READ.postgres).fetch_optional(&mut once).await?
            } else {
                None
            };
            once.close().await?;
            row
        }
    };
    row.map(DeploymentRow::understood).transpose()
}
