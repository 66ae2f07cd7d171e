//! The lock that lets one process at a time migrate a database.

use super::row_lock::RowLock;
use crate::database::begin_to_completion;
use crate::database::dialect::{Dialect, MigrationLock};
use crate::error::{Call, DatabaseError, FailureKind};
use futures_util::FutureExt;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr};
use std::panic::{AssertUnwindSafe, resume_unwind};

/// How often SQLite is asked for its lock. Each attempt waits for as long as the connection's
/// `busy_timeout`, 5 s by default.
const BUSY_ATTEMPTS: u32 = 60;

/// Runs an application's migrations while no other process runs its own. Any number of
/// processes may call it at once, on an empty database too; the first one migrates, and the others
/// find the migrations applied.
///
/// ```no_run
/// use game_tasks::migration::with_migration_lock;
/// use game_tasks::sea_orm_migration::prelude::*;
///
/// # struct AppMigrator;
/// # impl MigratorTrait for AppMigrator {
/// #     fn migrations() -> Vec<Box<dyn MigrationTrait>> { game_tasks::migrations() }
/// # }
/// # async fn example(db: game_tasks::sea_orm::DatabaseConnection) -> Result<(), DbErr> {
/// with_migration_lock(&db, async |db| AppMigrator::up(db, None).await).await
/// # }
/// ```
///
/// `work` receives the connection that holds the lock, so a pool of one is enough. It must use
/// that connection: on the pool it could wait for itself. The lock is released when `work` returns,
/// fails or panics, and when its process ends.
///
/// # Cancellation
///
/// On PostgreSQL and SQLite, dropping the future rolls its transaction back and releases the lock.
/// On PostgreSQL that requires the feature `tokio` and a tokio runtime, in which `BEGIN` then runs
/// in a task of its own: sqlx loses track of a `BEGIN` that is dropped before it is answered, and
/// its pool goes on inside that transaction, which nobody commits. The same is true of `BEGIN` on
/// MariaDB. There, a statement that is dropped later can still cost the pool its connection for
/// good, and other processes take the lock over only after a minute (ten minutes on another node of
/// a cluster). Spawn the call if it may be dropped:
///
/// ```no_run
/// # use game_tasks::migration::with_migration_lock;
/// # use game_tasks::sea_orm_migration::prelude::*;
/// # struct AppMigrator;
/// # impl MigratorTrait for AppMigrator {
/// #     fn migrations() -> Vec<Box<dyn MigrationTrait>> { game_tasks::migrations() }
/// # }
/// # async fn example(
/// #     db: game_tasks::sea_orm::DatabaseConnection,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// tokio::spawn(async move { with_migration_lock(&db, async |db| AppMigrator::up(db, None).await).await })
///     .await??;
/// # Ok(())
/// # }
/// ```
///
/// # The lock
///
/// | database | lock | consequence for `work` |
/// |---|---|---|
/// | PostgreSQL | a transaction-level advisory lock | it is one transaction, applied completely or not at all. Statements that cannot run in one (`CREATE INDEX CONCURRENTLY`) fail |
/// | SQLite | `BEGIN IMMEDIATE` | the same; `PRAGMA foreign_keys` has no effect inside |
/// | MariaDB, MySQL | a row in the table `game_tasks_lock`, which is kept | every statement commits, as DDL statements do there anyway; a migration that asks for a transaction (`use_transaction`, `begin`) gets none |
///
/// MariaDB and MySQL have no lock that survives the commits of DDL statements, reaches all nodes of a Galera
/// cluster, and ends with its connection. The row names its holder. Other processes take it over
///
/// - on the same server: at once when the holder's connection has ended, or, if the holder has no
///   heartbeat, when that connection has been idle for a minute (visible to the same account only);
/// - on another node of a cluster: five seconds after the heartbeat has stopped because the
///   holder's second connection ended or its node was lost. The heartbeat takes that connection
///   from the pool while `work` runs, and shows by streaming replication that the holder is alive,
///   however long `work` takes or idles;
/// - on another node, if the pool had no second connection for a heartbeat: when the row is ten
///   minutes old, whether or not the holder is alive. On a cluster give the pool at least two
///   connections.
///
/// To release it by hand: `DELETE FROM game_tasks_lock`.
///
/// Round trips besides those of `work`, if no other process holds the lock: four on PostgreSQL, two
/// on SQLite, seven on MariaDB and MySQL; on a cluster seven more and one a second, or 100 ms spent waiting
/// for a second connection. PostgreSQL waits for as long as its `lock_timeout` (by default without
/// limit); on MariaDB and MySQL the lock is tried every 50 ms.
///
/// # Errors
/// The error of `work`, unchanged. [`SchemaMismatch::from_db_err`](crate::SchemaMismatch::from_db_err)
/// finds a mismatch that a migration of the crate reported. Otherwise a database error that occurred
/// while the lock was acquired or released; on SQLite "database is locked" after five minutes.
pub async fn with_migration_lock<T>(
    db: &DatabaseConnection,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, DbErr>,
) -> Result<T, DbErr> {
    let dialect = Dialect::of(crate::TaskConnection::backend(db));
    let call = Call { dialect, in_transaction: false, writes: true };
    let transaction = begin(db, call).await?;
    let row = match dialect.schema_features().migration_lock {
        MigrationLock::Transaction => None,
        MigrationLock::Statement(statement) => {
            transaction.execute_unprepared(statement).await?;
            None
        }
        MigrationLock::Row => Some(RowLock::acquire(&transaction, call).await?),
    };
    // The row has to be deleted after a panic, too.
    let work = AssertUnwindSafe(work(&transaction)).catch_unwind();
    let outcome = match row {
        Some(row) => {
            let outcome = row.run(db, work).await;
            row.release(&transaction).await;
            outcome
        }
        None => work.await,
    };
    if let Ok(Ok(_)) = outcome {
        transaction.commit().await?;
    } else {
        // The first error is the one to report.
        let _ = transaction.rollback().await;
    }
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

async fn begin(db: &DatabaseConnection, call: Call) -> Result<DatabaseTransaction, DbErr> {
    let is_busy =
        |error: &DbErr| DatabaseError::new(call, error.clone()).kind() == FailureKind::Busy;
    let mut attempts = 1;
    loop {
        match begin_to_completion(db, Some(call.dialect.migration_transaction())).await {
            Err(error) if attempts < BUSY_ATTEMPTS && is_busy(&error) => attempts += 1,
            begun => return begun,
        }
    }
}
