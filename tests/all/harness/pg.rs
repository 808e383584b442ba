//! A PostgreSQL database of one's own, on the server named by `OSTIARY_TEST_PG` (`tools/with-postgres` makes one).
use super::skip;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

static MADE: AtomicU32 = AtomicU32::new(0);

pub struct Pg {
    server: String,
    name: String,
}

impl Pg {
    /// Whether there is a server to test on. Says so if not; fails if there must be one.
    pub fn is_there() -> bool {
        let is_there = env::var("OSTIARY_TEST_PG").is_ok_and(|url| !url.is_empty());
        if !is_there {
            skip("OSTIARY_REQUIRE_PG", "PostgreSQL (OSTIARY_TEST_PG)");
        }
        is_there
    }

    /// A fresh, empty database.
    pub async fn fresh() -> Self {
        let server = env::var("OSTIARY_TEST_PG").expect("OSTIARY_TEST_PG names a PostgreSQL server");
        let name = format!("ostiary_{}_{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        run(&server, &[&format!("drop database if exists {name} with (force)"), &format!("create database {name}")])
            .await
            .unwrap_or_else(|e| panic!("cannot make a database on the server of OSTIARY_TEST_PG: {e}"));
        Self { server, name }
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).expect("OSTIARY_TEST_PG is a URL");
        url.set_path(&self.name);
        url.into()
    }

    /// A connection for a test that looks at rows or holds a lock itself.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

impl Drop for Pg {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("drop database if exists {} with (force)", self.name));
        // A runtime of its own on a thread of its own: a test's may be gone, or be the one we stand in.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &[&sql]))
        });
        if let Ok(Err(e)) = thread.join() {
            eprintln!("the database {} stays behind: {e}", self.name);
        }
    }
}

async fn run(server: &str, statements: &[&str]) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    for sql in statements {
        sqlx::raw_sql(AssertSqlSafe((*sql).to_owned())).execute(&mut connection).await?;
    }
    connection.close().await
}
