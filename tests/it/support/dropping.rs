//! Dropping calls before they complete, and checking the pool afterwards.

use super::backend::Backend;
use super::database::TestDatabase;
use super::sql::{rows, run, try_run};
use futures_util::future::join_all;
use game_tasks::sea_orm::TransactionTrait;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Polls a call at most this many times, then drops it. Returns whether it completed.
pub(crate) async fn poll_at_most<T>(call: impl Future<Output = T>, times: usize) -> bool {
    let mut call = pin!(call);
    let mut remaining = times;
    poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if remaining <= 1 => Poll::Ready(false),
        Poll::Pending => {
            remaining -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Asserts that all connections of the pool can be acquired, and that none is inside a
/// transaction.
pub(crate) async fn assert_pool_usable(database: &TestDatabase, connections: u32) {
    let db = &database.db;
    // A write on a connection that is inside a transaction is not visible to another pool. The
    // pool hands its idle connections out in rotation, so each of them writes.
    let other = match database.backend {
        Backend::SqliteMemory => db.clone(),
        _ => database.second_pool().await,
    };
    run(&other, "CREATE TABLE IF NOT EXISTS app_rows (n integer)", []).await;
    run(&other, "DELETE FROM app_rows", []).await;
    for written in 1..=2 * connections {
        try_run(db, "INSERT INTO app_rows VALUES (1)", []).await.expect("a connection is lost");
        let visible = rows(&other, "SELECT n FROM app_rows", []).await.len();
        assert_eq!(visible, written as usize, "a connection of the pool is inside a transaction");
    }
    let all = join_all((0..connections).map(|_| db.begin())).await;
    for transaction in all {
        transaction.expect("a connection is lost").rollback().await.unwrap();
    }
}
