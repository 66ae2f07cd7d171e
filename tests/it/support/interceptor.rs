//! Connections that do something around each statement: count it, fail it, or act before it.

use futures_util::future::BoxFuture;
use game_tasks::TaskConnection;
use game_tasks::sea_orm::error::ConnAcquireErr;
use game_tasks::sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) trait Interceptor: Send + Sync {
    /// Called for each statement. `call` sends it when it is awaited.
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>>;

    /// What the connection reports to the crate; `actual` is the truth.
    fn in_transaction(&self, actual: bool) -> bool {
        actual
    }

    /// Whether the crate may begin a transaction, in which nothing is intercepted.
    fn can_begin(&self) -> bool {
        false
    }

    /// Why beginning it fails.
    fn begin_failure(&self) -> Option<DbErr> {
        None
    }
}

/// A connection whose statements pass through an [`Interceptor`].
#[derive(Clone, Default)]
pub(crate) struct Intercepted<C, I> {
    connection: C,
    pub(crate) interceptor: I,
}

impl<C: TaskConnection, I: Interceptor> Intercepted<C, I> {
    pub(crate) fn new(connection: C, interceptor: I) -> Self {
        Self { connection, interceptor }
    }
}

impl<C: TaskConnection, I: Interceptor> TaskConnection for Intercepted<C, I> {
    fn backend(&self) -> DbBackend {
        self.connection.backend()
    }
    fn in_transaction(&self) -> bool {
        self.interceptor.in_transaction(self.connection.in_transaction())
    }
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        let call = self.connection.query_one(statement.clone());
        self.interceptor.intercept(&statement, call)
    }
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
        let call = self.connection.query_all(statement.clone());
        self.interceptor.intercept(&statement, call)
    }
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
        let call = self.connection.execute(statement.clone());
        self.interceptor.intercept(&statement, call)
    }
    fn begin_transaction(&self) -> BoxFuture<'_, Result<Option<DatabaseTransaction>, DbErr>> {
        if let Some(failure) = self.interceptor.begin_failure() {
            return Box::pin(async { Err(failure) });
        }
        match self.interceptor.can_begin() {
            true => self.connection.begin_transaction(),
            false => Box::pin(async { Ok(None) }),
        }
    }
}

/// Fails to acquire a connection after a number of statements.
pub(crate) struct FailAfter(AtomicUsize);

impl FailAfter {
    pub(crate) fn statements(
        remaining: usize,
        db: &DatabaseConnection,
    ) -> Intercepted<DatabaseConnection, Self> {
        Intercepted::new(db.clone(), Self(remaining.into()))
    }
}

impl Interceptor for FailAfter {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        _: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        match self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)) {
            Ok(_) => call,
            Err(_) => Box::pin(async { Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) }),
        }
    }
}
