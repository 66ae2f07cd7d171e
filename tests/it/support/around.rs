//! A pool with something around each statement that goes through it.

use futures_util::future::BoxFuture;
use game_tasks::sea_orm::error::ConnAcquireErr;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, Statement};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) trait Around {
    fn pool(&self) -> &DatabaseConnection;

    /// What is done with the statement, of which `call` is the sending.
    fn around<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>>;
}

/// Makes a `TaskConnection` of what is [`Around`].
macro_rules! connection_around {
    ($wrapper:ty) => {
        impl game_tasks::TaskConnection for $wrapper {
            fn backend(&self) -> game_tasks::sea_orm::DbBackend {
                game_tasks::TaskConnection::backend($crate::support::Around::pool(self))
            }
            fn in_transaction(&self) -> bool {
                false
            }
            $crate::support::connection_around!(
                query_one,
                Option<game_tasks::sea_orm::QueryResult>
            );
            $crate::support::connection_around!(query_all, Vec<game_tasks::sea_orm::QueryResult>);
            $crate::support::connection_around!(execute, game_tasks::sea_orm::ExecResult);
        }
    };
    ($call:ident, $answer:ty) => {
        fn $call(
            &self,
            statement: game_tasks::sea_orm::Statement,
        ) -> futures_util::future::BoxFuture<'_, Result<$answer, game_tasks::sea_orm::DbErr>> {
            let pool = $crate::support::Around::pool(self);
            let call = game_tasks::TaskConnection::$call(pool, statement.clone());
            $crate::support::Around::around(self, &statement, call)
        }
    };
}
pub(crate) use connection_around;

/// A pool that has no connection to give after so many statements.
pub(crate) struct Lost {
    db: DatabaseConnection,
    left: AtomicUsize,
}

impl Lost {
    pub(crate) fn after(statements: usize, db: &DatabaseConnection) -> Self {
        Self { db: db.clone(), left: statements.into() }
    }
}

impl Around for Lost {
    fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    fn around<'c, T: Send + 'c>(
        &'c self,
        _: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => call,
            Err(_) => Box::pin(async { Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) }),
        }
    }
}
connection_around!(Lost);
