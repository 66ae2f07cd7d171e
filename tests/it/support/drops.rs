//! Calls that are dropped before they end, and what must be left of a pool after that.

use super::backend::Backend;
use super::database::TestDatabase;
use super::sql::{rows, run, try_run};
use futures_util::future::join_all;
use game_tasks::sea_orm::TransactionTrait;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Polls a call this many times at the most, and then drops it. Whether it ended before.
pub(crate) async fn polled<T>(call: impl Future<Output = T>, times: usize) -> bool {
    let mut call = pin!(call);
    let mut left = times;
    poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left <= 1 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Asserts that the pool still gives all of its connections away, and that no connection was left inside a transaction.
pub(crate) async fn assert_sound(database: &TestDatabase, connections: u32) {
    let db = &database.db;
    // Where others can look, what one statement writes must be committed. The pool gives its
    // idle connections away in turn, so that each of them writes.
    let other = match database.backend {
        Backend::SqliteMemory => db.clone(),
        _ => database.second_pool().await,
    };
    run(&other, "CREATE TABLE IF NOT EXISTS app_rows (n integer)", []).await;
    run(&other, "DELETE FROM app_rows", []).await;
    for written in 1..=2 * connections {
        try_run(db, "INSERT INTO app_rows VALUES (1)", []).await.expect("a connection is lost");
        let seen = rows(&other, "SELECT n FROM app_rows", []).await.len();
        assert_eq!(seen, written as usize, "a connection of the pool is inside a transaction");
    }
    let all = join_all((0..connections).map(|_| db.begin())).await;
    for transaction in all {
        transaction.expect("a connection is lost").rollback().await.unwrap();
    }
}
