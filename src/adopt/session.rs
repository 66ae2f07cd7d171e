//! The connection that an adoption uses, taken out of the pool for good.
//!
//! [`run`](super::run) holds a session lock and changes settings. If it were dropped, the pool would
//! hand them to the next caller, so the connection is closed instead. Behind a pooler that shares
//! server connections they would outlive it, so there [`run`](super::run) is refused.
//! [`inspect`](super::inspect) is one transaction, whose settings end with it.

use super::error::AdoptError;
use super::plan::{Progress, Step};
use super::shared_connection;
use crate::database::TaskConnection;
use crate::database::dialect::Dialect;
use crate::error::{Call, DatabaseError, FailureKind};
use sea_orm::sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, PgPool, Postgres, Row};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, RuntimeErr, SqlxError,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A statement without its parameters. The text contains quoted names from the catalogs, and no value
/// of a row.
pub(super) fn query(text: impl Into<String>) -> Query<'static, Postgres, PgArguments> {
    sqlx::query(AssertSqlSafe(text.into()))
}

const CALL: Call = Call { dialect: Dialect::Postgres, in_transaction: false, writes: true };

pub(super) fn failed(error: SqlxError) -> DatabaseError {
    DatabaseError::new(CALL, DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
}

/// A row that SeaORM could not decode.
pub(super) fn failed_to_decode(error: DbErr) -> DatabaseError {
    DatabaseError::new(CALL, error)
}

/// One column of a row, by its index.
pub(super) fn get<'r, T>(row: &'r PgRow, place: usize) -> Result<T, DatabaseError>
where
    T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    row.try_get(place).map_err(failed)
}

/// A count, which PostgreSQL returns as a signed number.
pub(super) fn count(row: &PgRow, place: usize) -> Result<u64, DatabaseError> {
    get::<i64>(row, place).map(|count| u64::try_from(count).unwrap_or_default())
}

/// The first key of the advisory lock; the second one is the table's oid.
const LOCK: i32 = 0x6774_6164;
/// How long the server may take to release the lock of an interrupted adoption.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// The application's pool, if it is one of PostgreSQL.
fn pool(db: &DatabaseConnection) -> Result<&PgPool, AdoptError> {
    match &db.inner {
        DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
            Ok(db.get_postgres_connection_pool())
        }
        _ => {
            let product = match TaskConnection::backend(db) {
                DbBackend::MySql => "MySQL or MariaDB",
                DbBackend::Sqlite => "SQLite",
                _ => "something else",
            };
            Err(AdoptError::UnsupportedDatabase { product: product.to_owned() })
        }
    }
}

pub(super) struct Session {
    connection: PgConnection,
    lock_timeout: Duration,
    give_up_after: Duration,
}

impl Session {
    /// Takes a connection from the application's pool, which opens another when it needs one, and
    /// prepares it for changes. Fails before it changes anything if the connection is shared.
    pub(super) async fn open(
        db: &DatabaseConnection,
        lock_timeout: Duration,
        give_up_after: Duration,
    ) -> Result<Self, AdoptError> {
        let pool = pool(db)?;
        let mut connection = pool.acquire().await.map_err(failed)?.detach();
        shared_connection::refuse(&mut connection, pool).await?;
        let mut session = Self { connection, lock_timeout, give_up_after };
        // Overrides what the role or the pool sets. Settings of the session, since the indexes are
        // built outside of a transaction, where no other setting has an effect.
        session
            .run(
                "SET application_name = 'game-tasks adopt'; SET statement_timeout = 0; \
                 SET idle_in_transaction_session_timeout = 0; \
                 SET default_transaction_isolation = 'read committed'; \
                 SET default_transaction_read_only = off; SET default_transaction_deferrable = off; \
                 SELECT set_config(name, '0', false) FROM pg_settings \
                 WHERE name = 'transaction_timeout'",
            )
            .await?;
        // Ends statements of a disconnected client sooner (PostgreSQL 14 and newer, not on every
        // system).
        let _ = session
            .run(
                "SELECT set_config(name, '500ms', false) FROM pg_settings \
                 WHERE name = 'client_connection_check_interval'",
            )
            .await;
        session.wait_for_locks(give_up_after).await?;
        Ok(session)
    }

    /// Takes a connection from the application's pool, and begins a transaction that reads a single
    /// snapshot. Its settings end with it, so it may run through any pooler.
    pub(super) async fn open_snapshot(
        db: &DatabaseConnection,
        lock_timeout: Duration,
    ) -> Result<Self, AdoptError> {
        let connection = pool(db)?.acquire().await.map_err(failed)?.detach();
        let mut session = Self { connection, lock_timeout, give_up_after: Duration::ZERO };
        session
            .run(&format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                 SET LOCAL application_name = 'game-tasks adopt'; SET LOCAL statement_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0; \
                 SET LOCAL lock_timeout = {}; \
                 SELECT set_config(name, '0', true) FROM pg_settings \
                 WHERE name = 'transaction_timeout'; SAVEPOINT settings",
                milliseconds(lock_timeout)
            ))
            .await?;
        // As in `open`; where it fails, it must not abort the transaction.
        let check = "SELECT set_config(name, '500ms', true) FROM pg_settings \
                     WHERE name = 'client_connection_check_interval'";
        if session.run(check).await.is_err() {
            session.run("ROLLBACK TO settings").await?;
        }
        Ok(session)
    }

    /// Closes the connection, so that the server need not detect the disconnect.
    pub(super) async fn close(self) {
        // Every change has been committed.
        let _ = self.connection.close().await;
    }

    /// Fails if another adoption of this table runs.
    pub(super) async fn acquire_lock(&mut self, table: &str) -> Result<(), AdoptError> {
        let deadline = Instant::now() + LOCK_WAIT;
        let text = "SELECT pg_try_advisory_lock($1, to_regclass($2)::oid::int8::bit(32)::int4)";
        loop {
            let row = self.row(query(text).bind(LOCK).bind(table.to_owned())).await?;
            if get(&row, 0)? {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(AdoptError::AlreadyRunning);
            }
            self.sleep(Duration::from_millis(200)).await?;
        }
    }

    /// Runs statements without parameters. Several run in one transaction.
    pub(super) async fn run(&mut self, text: &str) -> Result<(), DatabaseError> {
        let text = AssertSqlSafe(text.to_owned());
        sqlx::raw_sql(text).execute(&mut self.connection).await.map(drop).map_err(failed)
    }

    /// Runs a statement, and returns the number of affected rows.
    pub(super) async fn execute(
        &mut self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<u64, DatabaseError> {
        let done = query.execute(&mut self.connection).await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    pub(super) async fn rows(
        &mut self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, DatabaseError> {
        query.fetch_all(&mut self.connection).await.map_err(failed)
    }

    pub(super) async fn row(
        &mut self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<PgRow, DatabaseError> {
        query.fetch_one(&mut self.connection).await.map_err(failed)
    }

    /// Sleeps on the server, which needs no timer of a particular runtime.
    async fn sleep(&mut self, time: Duration) -> Result<(), DatabaseError> {
        self.execute(query("SELECT pg_sleep($1)").bind(time.as_secs_f64())).await.map(drop)
    }

    /// Sets how long statements wait for locks that make no other session queue.
    async fn wait_for_locks(&mut self, time: Duration) -> Result<(), DatabaseError> {
        self.run(&format!("SET lock_timeout = {}", milliseconds(time))).await
    }

    /// Begins a transaction whose statements wait for locks no longer than the plan's lock timeout.
    pub(super) async fn begin(&mut self) -> Result<(), DatabaseError> {
        let timeout = milliseconds(self.lock_timeout);
        self.run(&format!("BEGIN; SET LOCAL lock_timeout = {timeout}")).await
    }

    /// Begins a transaction that changes the definition of a table.
    ///
    /// The first lock conflicts only with other changes of the definition, and with autovacuum, which
    /// yields. Readers and writers do not queue behind it, so a long wait is harmless.
    pub(super) async fn begin_to_alter(&mut self, table: &str) -> Result<(), DatabaseError> {
        let timeout = milliseconds(self.lock_timeout);
        self.run("BEGIN").await?;
        self.run(&format!("LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")).await?;
        self.run(&format!("SET LOCAL lock_timeout = {timeout}")).await
    }

    /// Changes the definition of a table by statements that are fast once they have their locks.
    /// Retries until the locks are granted.
    pub(super) async fn alter(
        &mut self,
        table: &str,
        statements: &str,
        progress: &mut StepProgress<'_>,
    ) -> Result<(), AdoptError> {
        loop {
            progress.attempt();
            match self.try_alter(table, statements).await {
                Ok(()) => break progress.succeeded(),
                Err(error) => progress.retry(self, error).await?,
            }
        }
        Ok(())
    }

    /// Runs a long statement outside of a transaction, whose locks make no other session queue.
    /// Retries until they are granted; any other failure is the inner result.
    pub(super) async fn run_retrying_locks(
        &mut self,
        statement: &str,
        progress: &mut StepProgress<'_>,
    ) -> Result<Result<(), DatabaseError>, AdoptError> {
        loop {
            progress.attempt();
            match self.run(statement).await {
                Err(error) if is_lock_failure(&error) => progress.retry(self, error).await?,
                outcome => {
                    progress.succeeded();
                    return Ok(outcome);
                }
            }
        }
    }

    async fn try_alter(&mut self, table: &str, statements: &str) -> Result<(), DatabaseError> {
        self.begin_to_alter(table).await?;
        self.run(statements).await?;
        self.run("COMMIT").await
    }
}

/// A timeout for PostgreSQL, where 0 would mean none.
fn milliseconds(time: Duration) -> u128 {
    time.as_millis().clamp(1, i32::MAX as u128)
}

/// Whether a lock was not granted in time, or was revoked to end a deadlock.
fn is_lock_failure(error: &DatabaseError) -> bool {
    error.code() == Some("55P03") || error.kind() == FailureKind::Serialization
}

/// The progress of one step, and how long it has been waiting for locks.
pub(super) struct StepProgress<'p> {
    step: Step,
    begun: bool,
    rows: u64,
    pause: Duration,
    waiting_since: Option<Instant>,
    on_progress: &'p mut (dyn FnMut(Progress) + Send),
}

/// The first and the longest pause between two attempts. Other sessions wait during an attempt, and
/// proceed during a pause.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

impl<'p> StepProgress<'p> {
    pub(super) fn new(step: Step, on_progress: &'p mut (dyn FnMut(Progress) + Send)) -> Self {
        Self { step, begun: false, rows: 0, pause: PAUSES.0, waiting_since: None, on_progress }
    }

    /// Reports the beginning of the step, once.
    pub(super) fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.report(false);
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    fn report(&mut self, waiting: bool) {
        (self.on_progress)(Progress { step: self.step, rows: self.rows, waiting });
    }

    /// Reports that this many more rows are done.
    pub(super) fn advance(&mut self, rows: u64) {
        if rows > 0 {
            self.succeeded();
            self.rows += rows;
            self.report(false);
        }
    }

    /// Ends the wait for a lock.
    pub(super) fn succeeded(&mut self) {
        self.waiting_since = None;
        self.pause = PAUSES.0;
    }

    /// Begins an attempt that may wait for a lock.
    pub(super) fn attempt(&mut self) {
        self.waiting_since.get_or_insert_with(Instant::now);
    }

    /// Rolls back, and pauses if the failure is about a lock. Any other failure is returned.
    pub(super) async fn retry(
        &mut self,
        session: &mut Session,
        error: DatabaseError,
    ) -> Result<(), AdoptError> {
        if error.kind() != FailureKind::ConnectionLost {
            session.run("ROLLBACK").await?;
        }
        if is_lock_failure(&error) { self.wait(session).await } else { Err(error.into()) }
    }

    /// Pauses before the next attempt, or fails if the step has waited too long.
    pub(super) async fn wait(&mut self, session: &mut Session) -> Result<(), AdoptError> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let waited = since.elapsed();
        self.report(true);
        if waited >= session.give_up_after {
            return Err(AdoptError::Locked { step: self.step, waited });
        }
        session.sleep(self.pause.min(session.give_up_after)).await?;
        self.pause = (self.pause * 3 / 2).min(PAUSES.1);
        Ok(())
    }
}
