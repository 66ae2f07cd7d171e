//! What the crate needs of a connection: three calls, and whether it is a transaction.

use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DatabaseExecutor,
    DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::sync::Arc;

/// A connection that the repository and the resolver work over.
///
/// Implemented for SeaORM's pool, transaction and executor, and for references,
/// `Arc` and `Box` of them (SeaORM's own `ConnectionTrait` is not). A wrapper of
/// the application's implements it by handing each call on; what it must know is
/// whether it is a transaction, since that decides whether a statement may fail on the
/// way, and what an error says about [retrying](crate::TaskError::retry).
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
    /// Which database it is.
    fn backend(&self) -> DbBackend;

    /// Whether what is written here commits or rolls back with something larger.
    fn in_transaction(&self) -> bool;

    /// Runs a statement and gives its first row.
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>>;

    /// Runs a statement and gives all of its rows.
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>>;

    /// Runs a statement that gives no rows.
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>>;
}

/// SeaORM panics when a connection that was never made is asked what it is; any answer
/// will do, since every statement on it fails.
fn backend_of(connection: &DatabaseConnection) -> DbBackend {
    match connection.inner {
        DatabaseConnectionType::Disconnected => DbBackend::Sqlite,
        #[allow(unreachable_patterns, reason = "without a driver there is no other kind")]
        _ => connection.get_database_backend(),
    }
}

macro_rules! for_sea_orm {
    ($connection:ty, $backend:expr, $in_transaction:expr) => {
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
        }
    };
}

for_sea_orm!(DatabaseConnection, backend_of, |_| false);
for_sea_orm!(DatabaseTransaction, Self::get_database_backend, |_| true);
for_sea_orm!(
    DatabaseExecutor<'_>,
    |this| match this {
        Self::Connection(connection) => backend_of(connection),
        _ => this.get_database_backend(),
    },
    |this| !matches!(this, Self::Connection(_))
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
        }
    };
}

for_pointer!(&T);
for_pointer!(Arc<T>);
for_pointer!(Box<T>);

/// A connection on which each statement is a transaction of its own: a pool. A wrapper of the
/// application's around one implements it, too.
pub trait Autocommit: TaskConnection {}

impl Autocommit for DatabaseConnection {}
impl<T: Autocommit + ?Sized> Autocommit for &T {}
impl<T: Autocommit + ?Sized> Autocommit for Arc<T> {}
impl<T: Autocommit + ?Sized> Autocommit for Box<T> {}
