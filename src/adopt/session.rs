//! The one connection that an adoption works on, taken out of the pool for good.
//!
//! It keeps a lock and settings of its own. Were it in the pool, a dropped adoption would
//! leave them to the application; so it is closed instead, with whatever it held.

use super::error::AdoptError;
use super::plan::Progress;
use super::plan::Step;
use crate::database::TaskConnection;
use crate::database::dialect::Dialect;
use crate::error::{Call, DatabaseError, FailureKind};
use sea_orm::sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Postgres, Row};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, RuntimeErr, SqlxError,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A statement with its parameters. Its text is made of names from the catalog, quoted, and of
/// nothing that a row holds.
pub(super) fn query(text: impl Into<String>) -> Query<'static, Postgres, PgArguments> {
    sqlx::query(AssertSqlSafe(text.into()))
}

pub(super) fn failed(error: SqlxError) -> DatabaseError {
    let call = Call { dialect: Dialect::Postgres, in_transaction: false, writes: true };
    DatabaseError::new(call, DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
}

/// One column of a row, by its place.
pub(super) fn get<'r, T>(row: &'r PgRow, place: usize) -> Result<T, DatabaseError>
where
    T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    row.try_get(place).map_err(failed)
}

/// A count, which PostgreSQL gives as a signed number.
pub(super) fn count(row: &PgRow, place: usize) -> Result<u64, DatabaseError> {
    get::<i64>(row, place).map(|count| u64::try_from(count).unwrap_or_default())
}

/// The number that, with the table's, names the lock of an adoption.
const LOCK: i32 = 0x6774_6164;
/// How long an adoption that was cut off may take to let go of its lock.
const SUCCESSION: Duration = Duration::from_secs(10);

pub(super) struct Session {
    connection: PgConnection,
    lock_timeout: Duration,
    patience: Duration,
}

impl Session {
    /// A connection from the application's pool, which makes another when it needs one.
    pub(super) async fn open(
        db: &DatabaseConnection,
        lock_timeout: Duration,
        patience: Duration,
    ) -> Result<Self, AdoptError> {
        let pool = match &db.inner {
            DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
                db.get_postgres_connection_pool()
            }
            _ => {
                let product = match TaskConnection::backend(db) {
                    DbBackend::MySql => "MySQL or MariaDB",
                    DbBackend::Sqlite => "SQLite",
                    _ => "something else",
                };
                return Err(AdoptError::UnsupportedDatabase { product: product.to_owned() });
            }
        };
        let connection = pool.acquire().await.map_err(failed)?.detach();
        let mut session = Self { connection, lock_timeout, patience };
        // Whatever the role or the pool asks for.
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
        // The server ends what runs for a client that is gone, where it knows how to (14 and
        // newer, not on every system); where not, it ends it later.
        let _ = session
            .run(
                "SELECT set_config(name, '500ms', false) FROM pg_settings \
                 WHERE name = 'client_connection_check_interval'",
            )
            .await;
        session.wait_for_locks(patience).await?;
        Ok(session)
    }

    /// Tells the server that the connection ends, which it would else find out.
    pub(super) async fn close(self) {
        // Whatever was to be done is done.
        let _ = self.connection.close().await;
    }

    /// Sees to it that no other adoption of this table runs.
    pub(super) async fn alone(&mut self, table: &str) -> Result<(), AdoptError> {
        let deadline = Instant::now() + SUCCESSION;
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

    /// Runs statements without parameters, all in one transaction if there are several.
    pub(super) async fn run(&mut self, text: &str) -> Result<(), DatabaseError> {
        let text = AssertSqlSafe(text.to_owned());
        sqlx::raw_sql(text).execute(&mut self.connection).await.map(drop).map_err(failed)
    }

    /// Runs a statement, and says how many rows it touched.
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

    /// Waits on the server, so that it takes no runtime's timer.
    async fn sleep(&mut self, time: Duration) -> Result<(), DatabaseError> {
        self.execute(query("SELECT pg_sleep($1)").bind(time.as_secs_f64())).await.map(drop)
    }

    /// For how long statements from now on wait for locks behind which nobody queues.
    async fn wait_for_locks(&mut self, time: Duration) -> Result<(), DatabaseError> {
        self.run(&format!("SET lock_timeout = {}", milliseconds(time))).await
    }

    /// Begins a transaction whose statements wait for locks as others may have to: shortly.
    pub(super) async fn begin(&mut self) -> Result<(), DatabaseError> {
        let timeout = milliseconds(self.lock_timeout);
        self.run(&format!("BEGIN; SET LOCAL lock_timeout = {timeout}")).await
    }

    /// Begins a transaction that changes the definition of a table.
    ///
    /// The first lock keeps away only what else changes definitions, and autovacuum, which
    /// gives way to it: readers and writers do not queue behind it, so it can be waited for.
    pub(super) async fn begin_to_alter(&mut self, table: &str) -> Result<(), DatabaseError> {
        let timeout = milliseconds(self.lock_timeout);
        self.run("BEGIN").await?;
        self.run(&format!("LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")).await?;
        self.run(&format!("SET LOCAL lock_timeout = {timeout}")).await
    }

    /// Changes the definition of a table by statements that are quick once they have their
    /// locks, as soon as nobody is in the way.
    pub(super) async fn alter(
        &mut self,
        table: &str,
        statements: &str,
        watch: &mut Watch<'_>,
    ) -> Result<(), AdoptError> {
        loop {
            watch.trying();
            match self.try_alter(table, statements).await {
                Ok(()) => break watch.passed(),
                Err(error) => watch.try_again(self, error).await?,
            }
        }
        Ok(())
    }

    /// Runs a statement that takes its time, outside of a transaction, and behind which nobody
    /// queues, as often as it does not get its locks. What else is wrong is its outcome.
    pub(super) async fn run_patiently(
        &mut self,
        statement: &str,
        watch: &mut Watch<'_>,
    ) -> Result<Result<(), DatabaseError>, AdoptError> {
        loop {
            watch.trying();
            match self.run(statement).await {
                Err(error) if passes(&error) => watch.try_again(self, error).await?,
                outcome => {
                    watch.passed();
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

/// A timeout as PostgreSQL wants it, where 0 would mean none.
fn milliseconds(time: Duration) -> u128 {
    time.as_millis().clamp(1, i32::MAX as u128)
}

/// A lock that was not had, and one that was taken back to end a deadlock.
fn passes(error: &DatabaseError) -> bool {
    error.code() == Some("55P03") || error.kind() == FailureKind::Serialization
}

/// Keeps an eye on one step: its progress, and how long it has waited for locks.
pub(super) struct Watch<'p> {
    step: Step,
    begun: bool,
    rows: u64,
    pause: Duration,
    waiting_since: Option<Instant>,
    on_progress: &'p mut (dyn FnMut(Progress) + Send),
}

/// Between two attempts, at first and at most. Others are kept waiting during an attempt, so
/// this is what they have for themselves.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

impl<'p> Watch<'p> {
    pub(super) fn new(step: Step, on_progress: &'p mut (dyn FnMut(Progress) + Send)) -> Self {
        Self { step, begun: false, rows: 0, pause: PAUSES.0, waiting_since: None, on_progress }
    }

    /// Tells, the first time, that there is something to do in this step.
    pub(super) fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.tell(false);
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    fn tell(&mut self, waiting: bool) {
        (self.on_progress)(Progress { step: self.step, rows: self.rows, waiting });
    }

    /// So many rows more are settled.
    pub(super) fn settled(&mut self, rows: u64) {
        if rows > 0 {
            self.passed();
            self.rows += rows;
            self.tell(false);
        }
    }

    /// What was waited for is had.
    pub(super) fn passed(&mut self) {
        self.waiting_since = None;
        self.pause = PAUSES.0;
    }

    /// An attempt begins, which may wait for a lock.
    pub(super) fn trying(&mut self) {
        self.waiting_since.get_or_insert_with(Instant::now);
    }

    /// Ends a transaction that failed, and waits if another attempt can do better.
    pub(super) async fn try_again(
        &mut self,
        session: &mut Session,
        error: DatabaseError,
    ) -> Result<(), AdoptError> {
        if error.kind() != FailureKind::ConnectionLost {
            session.run("ROLLBACK").await?;
        }
        if passes(&error) { self.wait(session).await } else { Err(error.into()) }
    }

    /// Waits a while for others to let go, if there is patience left.
    pub(super) async fn wait(&mut self, session: &mut Session) -> Result<(), AdoptError> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let waited = since.elapsed();
        self.tell(true);
        if waited >= session.patience {
            return Err(AdoptError::Locked { step: self.step, waited });
        }
        session.sleep(self.pause.min(session.patience)).await?;
        self.pause = (self.pause * 3 / 2).min(PAUSES.1);
        Ok(())
    }
}
