//! A connection that counts the statements that go through it.

use futures_util::future::BoxFuture;
use game_tasks::TaskConnection;
use game_tasks::sea_orm::{DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many statements were sent.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// What a call answers, and how many statements it took.
    pub(crate) async fn count<T>(&self, call: impl Future<Output = T>) -> (T, usize) {
        let before = self.0.load(Ordering::SeqCst);
        let answer = call.await;
        (answer, self.0.load(Ordering::SeqCst) - before)
    }
}

pub(crate) struct Counting<C> {
    connection: C,
    pub(crate) counter: Counter,
}

impl<C: TaskConnection> Counting<C> {
    pub(crate) fn new(connection: C) -> Self {
        Self { connection, counter: Counter::default() }
    }

    fn counted(&self) -> &C {
        self.counter.0.fetch_add(1, Ordering::SeqCst);
        &self.connection
    }
}

impl<C: TaskConnection> TaskConnection for Counting<C> {
    fn backend(&self) -> DbBackend {
        self.connection.backend()
    }
    fn in_transaction(&self) -> bool {
        self.connection.in_transaction()
    }
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        self.counted().query_one(statement)
    }
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
        self.counted().query_all(statement)
    }
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
        self.counted().execute(statement)
    }
}
