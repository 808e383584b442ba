//! What only this room can provoke.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::store::{Engine, Store, tests::opened};

fn counted(store: &Store) -> i64 {
    let Engine::Sqlite(db) = &store.engine else { unreachable!() };
    let conn = Connection::open(&db.path).unwrap();
    conn.query_row("select count(*) from attempts", [], |row| row.get(0)).unwrap()
}

async fn insert(store: &Store, id: &str) -> Result<(), StoreError> {
    let Engine::Sqlite(db) = &store.engine else { unreachable!() };
    let mut unit = db.begin().await?;
    unit.execute("insert into attempts values ($1, 0, 0, 0, 0, false)", &[&id])?;
    unit.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_disk_is_full_nobody_is_told_yes_and_the_next_unit_works() {
    let dir = tempfile::tempdir().unwrap();
    let store = opened(&dir.path().join("t.db")).await;
    let Engine::Sqlite(db) = &store.engine else { unreachable!() };
    let limit = |pages: &str| format!("pragma max_page_count = {pages}");
    db.line.lock().await.conn.execute_batch(&limit("140")).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..64 {
        let store = store.clone();
        tasks.spawn(async move { insert(&store, &format!("ten_{n:04}_{}", "x".repeat(3000))).await.is_ok() });
    }
    let yes = tasks.join_all().await.into_iter().filter(|yes| *yes).count();
    assert!(yes < 64, "the disk was meant to be full");
    assert_eq!(counted(&store), i64::try_from(yes).unwrap(), "acknowledged means there, refused means not there");
    db.line.lock().await.conn.execute_batch(&limit("10000")).unwrap();
    insert(&store, "ten_after").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_that_loses_the_transaction_takes_down_its_group_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = opened(&dir.path().join("t.db")).await;
    let Engine::Sqlite(db) = &store.engine else { unreachable!() };
    // The second unit holds the seat, so the first is settled and waits for its commit.
    let mut first = db.begin().await.unwrap();
    first.execute("insert into attempts values ('first', 0, 0, 0, 0, false)", &[]).unwrap();
    let other = db.clone();
    let second = tokio::spawn(async move { other.begin().await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let first = tokio::spawn(first.commit());
    let mut second = second.await.unwrap().unwrap();
    let Work::Write(turn) = &second else { unreachable!() };
    turn.seat.conn.execute_batch("rollback").unwrap(); // what SQLite does by itself on some I/O errors
    let refused = second.execute("insert into attempts values ('second', 0, 0, 0, 0, false)", &[]);
    assert!(matches!(refused, Err(StoreError::Lost(_))), "never on in autocommit");
    drop(second);
    assert!(matches!(first.await.unwrap(), Err(StoreError::Lost(_))));
    assert_eq!(counted(&store), 0);
    insert(&store, "third").await.unwrap();
    assert_eq!(counted(&store), 1);
}

#[tokio::test]
async fn another_process_is_waited_for_without_blocking_and_not_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let store = opened(&path).await;
    let cli = Connection::open(&path).unwrap();
    cli.execute_batch("begin immediate").unwrap();
    assert!(matches!(insert(&store, "ten_1").await, Err(StoreError::Busy)));
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { insert(&store, "ten_2").await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await; // single-threaded runtime: this returns, so nothing blocks it
    cli.execute_batch("rollback").unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_writer_holds_no_lock() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let store = opened(&path).await;
    let Engine::Sqlite(db) = &store.engine else { unreachable!() };
    insert(&store, "ten_1").await.unwrap();
    drop(db.begin().await.unwrap());
    Connection::open(&path).unwrap().execute_batch("begin immediate; rollback").unwrap();
}
