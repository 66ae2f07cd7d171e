//! One at a time, of all processes that start at once: the lock around migrations.

use crate::error::{Call, DatabaseError, FailureKind};
use crate::migration::lease::Lease;
use futures_util::FutureExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::panic::{AssertUnwindSafe, resume_unwind};

/// The key of PostgreSQL's advisory lock: `gametask` in ASCII.
const ADVISORY_KEY: i64 = 0x6761_6d65_7461_736b;

/// How often SQLite is asked for its lock. Each time it waits for as long as the connection's
/// `busy_timeout` says, 5 s by default.
const SQLITE_PATIENCE: u32 = 60;

/// Runs an application's migrations while no other process runs its own: any number of
/// processes may call it at once, on an empty database too. Each gets its turn, and all but
/// the first find the work done.
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
/// The work gets the one connection that holds the lock, so a pool of one is enough; work that
/// went around it, on the pool, would wait for itself there. Whether it returns, fails or panics,
/// the lock goes with it, and with its process, however that ends.
///
/// # When it is dropped
///
/// On PostgreSQL and SQLite its transaction is rolled back, and the lock is free. On PostgreSQL
/// that needs the feature `tokio` and a tokio runtime, in which `BEGIN` then runs in a task of its
/// own: sqlx forgets a `BEGIN` that is dropped before it is answered, and its pool goes on inside
/// that transaction, which nobody commits. The same is true of `BEGIN` on MariaDB, where a
/// statement that is dropped later can still cost the pool its connection for good, and others
/// pass its lock over only after a minute (ten where they are on another node of a cluster).
/// Where it may be dropped, spawn it:
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
/// | database | the lock | what it means for the work |
/// |---|---|---|
/// | PostgreSQL | an advisory lock of the transaction | it is one transaction: all is done or nothing. What cannot run in one (`CREATE INDEX CONCURRENTLY`) does not belong inside |
/// | SQLite | `BEGIN IMMEDIATE` | the same; `PRAGMA foreign_keys` has no effect inside |
/// | MariaDB | a row in the table `game_tasks_lock`, which stays | statements commit one by one, as definitions do there anyway; a migration that asks for a transaction (`use_transaction`, `begin`) cannot have one |
///
/// MariaDB has no lock that outlives the commits of definitions, reaches all nodes of a Galera
/// cluster, and ends with its connection. The row names its holder, and is passed over
///
/// - on the same server at once when that connection has ended, and, where no second one shows
///   that it lives, when it has been idle for a minute (which only its own account sees);
/// - on another node of a cluster five seconds after the holder's second connection has ended,
///   or its node was lost. It takes that connection from the pool for as long as the work lasts,
///   and shows there (by streaming replication) that it lives, however long and idle the work;
/// - on another node, where the pool had no second connection to give, when it is ten minutes
///   old, whether or not the holder lives. On a cluster give the pool at least two.
///
/// In haste: `DELETE FROM game_tasks_lock`.
///
/// Round trips besides those of the work, where nobody is waited for: four on PostgreSQL, two on
/// SQLite, seven on MariaDB; on a cluster seven more and one a second, or 100 ms in vain for a
/// second connection. Waiting is the server's, as long as its `lock_timeout` says on PostgreSQL
/// (without end by default); on MariaDB it is asked again every 50 ms.
///
/// # Errors
/// What the work answered, whole: it is the application's own. A
/// [`SchemaMismatch`](crate::SchemaMismatch) that a migration of the crate reported is in it
/// ([`in_db_err`](crate::SchemaMismatch::from_db_err)). Else what the database says while the lock is
/// taken or given back; SQLite's "database is locked" after five minutes.
pub async fn with_migration_lock<T>(
    db: &DatabaseConnection,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, DbErr>,
) -> Result<T, DbErr> {
    let backend = crate::TaskConnection::backend(db);
    let call = Call { backend, in_transaction: false, writes: true };
    let transaction = begin(db, call).await?;
    let lease = match backend {
        DbBackend::Postgres => {
            advisory_lock(&transaction).await?;
            None
        }
        DbBackend::MySql => Some(Lease::take(&transaction, call).await?),
        _ => None,
    };
    // A panic must not keep the lease.
    let work = AssertUnwindSafe(work(&transaction)).catch_unwind();
    let outcome = match lease {
        Some(lease) => {
            let outcome = lease.hold(db, work).await;
            lease.give_back(&transaction).await;
            outcome
        }
        None => work.await,
    };
    match outcome {
        Ok(Ok(done)) => {
            transaction.commit().await?;
            Ok(done)
        }
        Ok(Err(error)) => {
            // What went wrong first is what to tell.
            let _ = transaction.rollback().await;
            Err(error)
        }
        Err(panic) => {
            let _ = transaction.rollback().await;
            resume_unwind(panic)
        }
    }
}

/// Waits for the lock of a transaction, where its database has such a lock.
pub(super) async fn advisory_lock<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    let lock = format!("SELECT pg_advisory_xact_lock({ADVISORY_KEY})");
    db.execute_unprepared(&lock).await.map(|_| ())
}

async fn begin(db: &DatabaseConnection, call: Call) -> Result<DatabaseTransaction, DbErr> {
    let options = || match call.backend {
        DbBackend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        },
        // What was done while it waited has to be seen.
        DbBackend::Postgres => TransactionOptions {
            isolation_level: Some(IsolationLevel::ReadCommitted),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions::default(),
    };
    let mut attempts = 1;
    loop {
        match begin_to_the_end(db, options()).await {
            Ok(transaction) => return Ok(transaction),
            Err(error) => {
                let kind = DatabaseError::new(call, error.clone()).kind();
                if kind != FailureKind::Busy || attempts == SQLITE_PATIENCE {
                    return Err(error);
                }
                attempts += 1;
            }
        }
    }
}

/// Begins a transaction in a task of its own, if there is a tokio runtime. sqlx forgets a BEGIN
/// that is dropped before it is answered, and its pool gives the connection to the next caller
/// inside the transaction (sqlx#4385); in a task of its own it is answered, and rolled back.
pub(super) async fn begin_to_the_end(
    db: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    #[cfg(feature = "tokio")]
    {
        let db = db.clone();
        let begun = async move { db.begin_with_options(options).await };
        let ended = |fault: crate::RuntimeFault| Err(DbErr::Custom(fault.to_string()));
        crate::repository::completion::try_to_complete(begun).await.unwrap_or_else(ended)
    }
    #[cfg(not(feature = "tokio"))]
    db.begin_with_options(options).await
}
