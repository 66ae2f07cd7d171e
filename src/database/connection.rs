//! What the crate needs from a connection: three calls, and whether it is a transaction.

use super::dialect::Dialect;
use crate::error::{Call, DatabaseError, TaskError, TransactionState};
use futures_util::TryFutureExt;
use futures_util::future::{BoxFuture, ready};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DatabaseExecutor,
    DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionOptions,
    TransactionTrait,
};
use std::sync::Arc;

/// A connection that the repository and the resolver work over.
///
/// Implemented for SeaORM's pool, transaction and executor, and for references, `Arc` and `Box` of
/// them (SeaORM's own `ConnectionTrait` is not). An application's own wrapper implements it by
/// delegating each call. It must know whether it is a transaction: that decides which statements the
/// crate may let fail, and what an error says about [retrying](crate::TaskError::retry).
///
/// ```
/// use futures_util::future::BoxFuture;
/// use game_tasks::{TaskConnection, sea_orm::*};
///
/// struct Metered(DatabaseConnection);
///
/// impl TaskConnection for Metered {
///     fn backend(&self) -> DbBackend {
///         self.0.get_database_backend()
///     }
///     fn in_transaction(&self) -> bool {
///         false
///     }
///     fn query_one(&self, s: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
///         self.0.query_one_raw(s)
///     }
///     fn query_all(&self, s: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
///         self.0.query_all_raw(s)
///     }
///     fn execute(&self, s: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
///         self.0.execute_raw(s)
///     }
/// }
/// ```
pub trait TaskConnection: Send + Sync {
    /// The kind of database.
    fn backend(&self) -> DbBackend;

    /// Whether statements are part of a transaction that the application commits or rolls back.
    fn in_transaction(&self) -> bool;

    /// Runs a statement and returns its first row. On PostgreSQL it must also report an error that
    /// follows the row, as SeaORM does: a deferred constraint fails after the row was sent.
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>>;

    /// Runs a statement and returns all of its rows.
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>>;

    /// Runs a statement that returns no rows.
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>>;

    /// Begins a transaction on a pool. `None`, the default, means that the connection cannot: an
    /// update or delete on MySQL that other writers keep from completing then gives up after a
    /// number of attempts ([`TaskError::Conflict`]). The crate begins a transaction in no other case.
    fn begin_transaction(&self) -> BoxFuture<'_, Result<Option<DatabaseTransaction>, DbErr>> {
        Box::pin(ready(Ok(None)))
    }
}

/// SeaORM panics when it is asked for the backend of a connection that was never made. Any value will
/// do, since every statement on it fails.
fn backend_of(connection: &DatabaseConnection) -> DbBackend {
    match connection.inner {
        DatabaseConnectionType::Disconnected => DbBackend::Sqlite,
        #[allow(unreachable_patterns, reason = "without a driver there is no other kind")]
        _ => connection.get_database_backend(),
    }
}

macro_rules! for_sea_orm {
    ($connection:ty, $backend:expr, $in_transaction:expr, $pool:expr) => {
        impl TaskConnection for $connection {
            fn backend(&self) -> DbBackend {
                let backend: fn(&Self) -> DbBackend = $backend;
                backend(self)
            }
            fn in_transaction(&self) -> bool {
                let in_transaction: fn(&Self) -> bool = $in_transaction;
                in_transaction(self)
            }
            fn query_one(
                &self,
                statement: Statement,
            ) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
                self.query_one_raw(statement)
            }
            fn query_all(
                &self,
                statement: Statement,
            ) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
                self.query_all_raw(statement)
            }
            fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
                self.execute_raw(statement)
            }
            fn begin_transaction(
                &self,
            ) -> BoxFuture<'_, Result<Option<DatabaseTransaction>, DbErr>> {
                let pool: fn(&Self) -> Option<&DatabaseConnection> = $pool;
                match pool(self) {
                    Some(pool) => Box::pin(begin_to_completion(pool, None).map_ok(Some)),
                    None => Box::pin(ready(Ok(None))),
                }
            }
        }
    };
}

for_sea_orm!(DatabaseConnection, backend_of, |_| false, |pool| Some(pool));
for_sea_orm!(DatabaseTransaction, Self::get_database_backend, |_| true, |_| None);
for_sea_orm!(
    DatabaseExecutor<'_>,
    |this| match this {
        Self::Connection(connection) => backend_of(connection),
        _ => this.get_database_backend(),
    },
    |this| !matches!(this, Self::Connection(_)),
    |this| match this {
        Self::Connection(pool) => Some(pool),
        _ => None,
    }
);

macro_rules! for_pointer {
    ($pointer:ty) => {
        impl<T: TaskConnection + ?Sized> TaskConnection for $pointer {
            fn backend(&self) -> DbBackend {
                (**self).backend()
            }
            fn in_transaction(&self) -> bool {
                (**self).in_transaction()
            }
            fn query_one(
                &self,
                statement: Statement,
            ) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
                (**self).query_one(statement)
            }
            fn query_all(
                &self,
                statement: Statement,
            ) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
                (**self).query_all(statement)
            }
            fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
                (**self).execute(statement)
            }
            fn begin_transaction(
                &self,
            ) -> BoxFuture<'_, Result<Option<DatabaseTransaction>, DbErr>> {
                (**self).begin_transaction()
            }
        }
    };
}

for_pointer!(&T);
for_pointer!(Arc<T>);
for_pointer!(Box<T>);

/// Begins a transaction in a task of its own, if there is a tokio runtime. sqlx loses track of a
/// BEGIN that is dropped before it is answered, and its pool hands the connection to the next caller
/// inside the transaction (sqlx#4385). In a task of its own it is answered, and rolled back.
pub(crate) async fn begin_to_completion(
    db: &DatabaseConnection,
    options: Option<TransactionOptions>,
) -> Result<DatabaseTransaction, DbErr> {
    let options = options.unwrap_or_default();
    #[cfg(feature = "tokio")]
    {
        let db = db.clone();
        let begun = async move { db.begin_with_options(options).await };
        let failed = |fault: crate::RuntimeFault| Err(DbErr::Custom(fault.to_string()));
        crate::repository::completion::try_to_complete(begun).await.unwrap_or_else(failed)
    }
    #[cfg(not(feature = "tokio"))]
    db.begin_with_options(options).await
}

/// A connection on which each statement is a transaction of its own: a pool. An application's own
/// wrapper of a pool implements it, too.
pub trait Autocommit: TaskConnection {}

impl Autocommit for DatabaseConnection {}
impl<T: Autocommit + ?Sized> Autocommit for &T {}
impl<T: Autocommit + ?Sized> Autocommit for Arc<T> {}
impl<T: Autocommit + ?Sized> Autocommit for Box<T> {}

/// The failure of a statement that writes. Where SQLite's code does not show whether the application's
/// transaction is still open, one more statement finds out.
pub(crate) async fn write_failed<C: TaskConnection>(connection: &C, source: DbErr) -> TaskError {
    let (backend, in_transaction) = (connection.backend(), connection.in_transaction());
    let call = Call { dialect: Dialect::of(backend), in_transaction, writes: true };
    let error = DatabaseError::new(call, source);
    let dialect = Dialect::of(backend);
    if !dialect.features().can_probe_transactions
        || error.transaction_state() != TransactionState::Unknown
    {
        return error.into();
    }
    error.with_transaction_state(probe_transaction(connection, call).await).into()
}

/// Why a write failed that may take a second statement, which reads what the first one wrote.
pub(crate) enum WriteFailure {
    /// The statement that writes failed.
    NotWritten(DbErr),
    /// It succeeded, but what it wrote could not be read.
    Written(DbErr),
}

impl From<DbErr> for WriteFailure {
    fn from(source: DbErr) -> Self {
        Self::NotWritten(source)
    }
}

/// The error of a [`WriteFailure`].
pub(super) async fn write_or_read_failed<C: TaskConnection>(
    connection: &C,
    failure: WriteFailure,
) -> TaskError {
    match failure {
        WriteFailure::NotWritten(source) => write_failed(connection, source).await,
        WriteFailure::Written(source) => {
            let error = write_failed(connection, source).await;
            error.partially_applied(connection.in_transaction())
        }
    }
}

/// How sqlx begins a transaction on SQLite, and the nested ones.
const SQLITE_BEGIN: [&str; 4] = [
    "BEGIN",
    "SAVEPOINT _sqlx_savepoint_1",
    "SAVEPOINT _sqlx_savepoint_2",
    "SAVEPOINT _sqlx_savepoint_3",
];

/// Finds out whether the connection is still inside the transaction that sqlx regards as open: then
/// SQLite refuses to begin another.
///
/// Otherwise the transaction that this begins stays open, with the savepoints that nested transactions
/// would have, until the application ends its own. A rollback without a transaction would fail, and
/// sqlx would count one more on that connection: the next transaction there would be a savepoint, and
/// stay open in the pool after its rollback.
async fn probe_transaction<C: TaskConnection>(connection: &C, call: Call) -> TransactionState {
    for (depth, begin) in SQLITE_BEGIN.into_iter().enumerate() {
        let begin = Statement::from_string(connection.backend(), begin);
        let Err(error) = connection.execute(begin).await else { continue };
        // The only code of "cannot start a transaction within a transaction".
        return match DatabaseError::new(call, error).code() {
            Some("1") if depth == 0 => TransactionState::Intact,
            _ => TransactionState::Unknown,
        };
    }
    TransactionState::Lost
}
