//! All or none, although the database may skip a row without an error: a trigger (`RETURN NULL` on
//! PostgreSQL, `RAISE(IGNORE)` on SQLite) or, for updates, a row security policy.
//!
//! PostgreSQL counts what the statement returns, and fails where a part is missing. SQLite, where the
//! table has such triggers, sends every row a second time, after all the others: that meets the first
//! in conflict, and fails where a part is missing. MariaDB cannot skip a row.

use crate::database::bulk_create::candidates::{Candidate, sort};
use crate::database::bulk_create::refused;
use crate::database::bulk_create::statements::{Batch, Check, Mode};
use crate::database::dialect::Dialect;
use crate::database::sql::Sql;
use crate::database::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{Call, DatabaseError, FailureKind, Retry, TaskError};
use crate::task::tasks::Column;
use crate::task::{ParentGame, Stamp};
use chrono::TimeDelta;
use sea_orm::{DbBackend, DbErr};
use std::sync::atomic::Ordering;

/// A trigger whose text has the word may skip a row.
const SKIPPING_TRIGGERS: &str = "SELECT 1 FROM \
    (SELECT type, tbl_name, sql FROM sqlite_schema UNION ALL \
    SELECT type, tbl_name, sql FROM sqlite_temp_schema) t \
    WHERE t.type = 'trigger' AND instr(lower(t.sql), 'ignore') > 0 AND lower(t.tbl_name) = lower(";

/// The codes with which a statement of the crate's own fails where a part of the rows is missing, and
/// where a dry run wrote all. PostgreSQL: a negative LIMIT, a negative OFFSET. SQLite: a blob that
/// is too large, an integer that overflows.
const INCOMPLETE: [(DbBackend, &str); 2] =
    [(DbBackend::Postgres, "2201W"), (DbBackend::Sqlite, "18")];
const COMPLETE: [(DbBackend, &str); 2] = [(DbBackend::Postgres, "2201X"), (DbBackend::Sqlite, "1")];

/// PostgreSQL: a row security policy refused a row, or a right is missing.
const DENIED: &str = "42501";

/// What a dry run says.
enum DryRun {
    Complete,
    Skipped,
    Failed(DbErr),
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    fn is_wrapped(&self, batch: &Batch<'_>) -> bool {
        self.backend() == DbBackend::Postgres && batch.check != Check::Off
    }

    /// Whether each row is sent a second time, marked by a later `created_at`.
    pub(super) fn sends_twice(&self, batch: &Batch<'_>) -> bool {
        self.backend() == DbBackend::Sqlite
            && batch.check != Check::Off
            && self.settings.names.skips_rows.load(Ordering::Relaxed)
    }

    pub(super) fn begin_check(&self, sql: &mut Sql<'_>, batch: &Batch<'_>) {
        if self.is_wrapped(batch) {
            sql.push("WITH w AS (");
        }
    }

    pub(super) fn created_at(&self, sql: &mut Sql<'_>, batch: &Batch<'_>) {
        if self.sends_twice(batch) {
            sql.push("CASE r.again WHEN 0 THEN ").bind(batch.now).push(" ELSE ");
            sql.bind(batch.now + TimeDelta::microseconds(1)).push(" END");
        } else {
            sql.bind(batch.now);
        }
    }

    pub(super) fn source_of(&self, batch: &Batch<'_>) -> &'static str {
        if self.sends_twice(batch) {
            "(SELECT *, 0 AS again FROM r UNION ALL SELECT *, 1 FROM r) r"
        } else {
            "r"
        }
    }

    pub(super) fn end_of_source(&self, sql: &mut Sql<'_>, batch: &Batch<'_>) {
        if self.sends_twice(batch) {
            sql.push(" ORDER BY r.again, r.n");
        } else if self.backend() == DbBackend::Sqlite && batch.check != Check::Off {
            // Nothing is written in this way where a row might be skipped.
            let table = self.settings.names.table;
            sql.push(" AND NOT EXISTS (").push(SKIPPING_TRIGGERS).bind(table).push("))");
        }
    }

    /// Evaluated before a trigger for updates could skip the row, and for a row that is sent the first
    /// time only where it is in the way of another.
    pub(super) fn on_conflict_check(&self, sql: &mut Sql<'_>, batch: &Batch<'_>, mode: Mode) {
        if !self.sends_twice(batch) {
            return;
        }
        let created_at = self.settings.names.bare(Column::CreatedAt);
        if mode.is_upsert() {
            sql.push(" WHERE excluded.").push(&created_at).push(" = ").bind(batch.now);
            sql.push(" OR length(zeroblob(CASE WHEN ");
        } else {
            let strategy = self.settings.names.bare(Column::StrategyId);
            sql.push(" ON CONFLICT DO UPDATE SET ").push(&strategy).push(" = NULL WHERE ");
            sql.push("length(zeroblob(CASE WHEN excluded.").push(&created_at);
            sql.push(" = ").bind(batch.now).push(" OR ");
        }
        self.lacks_some(sql, batch, mode);
        sql.push(" THEN 9223372036854775807 ELSE 0 END)) <> 0");
        if batch.check == Check::DryRun {
            sql.push(" OR abs(CASE WHEN ");
            self.lacks_some(sql, batch, mode);
            sql.push(" THEN 0 ELSE -9223372036854775807 - 1 END) <> 0");
        }
    }

    /// That a part of the batch is not stored. SQLite evaluates it once.
    fn lacks_some(&self, sql: &mut Sql<'_>, batch: &Batch<'_>, mode: Mode) {
        let names = &self.settings.names;
        sql.push("(SELECT COUNT(*) FROM ").rows("k", &batch.rows).ordered_join();
        sql.push(&names.tasks).push(" ON ").push(&names.id).push(" = k.i");
        if mode.is_upsert() {
            sql.push(" AND ").push(&names.strategy_id).push(" = k.s");
        }
        sql.push(") < ").bind(batch.len());
    }

    pub(super) fn end_check(&self, sql: &mut Sql<'_>, batch: &Batch<'_>) {
        if !self.is_wrapped(batch) {
            return;
        }
        sql.push(") SELECT * FROM w");
        let sum = "(SELECT COUNT(*) FROM w)";
        if batch.check == Check::DryRun {
            sql.push(" OFFSET CASE WHEN ").push(sum).push(" = ").bind(batch.len());
            sql.push(" THEN -1 ELSE 0 END");
        }
        sql.push(" LIMIT CASE WHEN ").push(sum).push(" IN (0, ").bind(batch.len());
        sql.push(") THEN NULL ELSE -1 END");
    }

    /// Learns whether SQLite's table has triggers that may skip a row, where nothing was written.
    pub(super) async fn learns_of_skipping_triggers(&self) -> Result<bool, TaskError> {
        let names = &self.settings.names;
        if self.backend() != DbBackend::Sqlite || names.skips_rows.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let mut sql = self.sql(SKIPPING_TRIGGERS);
        sql.bind(names.table).push(") LIMIT 1");
        let row = self.connection.query_one(sql.statement()).await;
        let found = row.map_err(|error| self.failed(false, error))?.is_some();
        names.skips_rows.fetch_or(found, Ordering::Relaxed);
        Ok(found)
    }

    /// Whether a statement failed because a part of its rows was skipped.
    pub(super) fn is_incomplete(&self, error: &DatabaseError) -> bool {
        error.code().is_some_and(|code| INCOMPLETE.contains(&(self.backend(), code)))
    }

    /// Whether a pool's statement failed because a row security policy refuses some of its rows.
    pub(super) async fn is_refused_by_policy(
        &self,
        error: &DatabaseError,
    ) -> Result<bool, TaskError> {
        let denied = self.backend() == DbBackend::Postgres && error.code() == Some(DENIED);
        Ok(denied && !self.connection.in_transaction() && self.has_policies().await?)
    }

    /// The first task of a batch that the database skips, or that a row which this connection does not
    /// see is in the way of. Found by dry runs, about as many as the batch's size has binary digits;
    /// not in a transaction on PostgreSQL, which they would abort. `None` if all can be written.
    pub(super) async fn first_refused(
        &self,
        candidates: &[Candidate<'_>],
        mode: Mode,
        stamp: &Stamp,
    ) -> Result<Option<TaskError>, TaskError> {
        if self.backend() == DbBackend::MySql || self.is_postgres_transaction() {
            return Ok(None);
        }
        let mut by_place = candidates.to_vec();
        by_place.sort_by_key(|candidate| candidate.place);
        let (mut written, mut refused_at) = (0, by_place.len());
        let mut failure = match self.dry_run(&by_place, mode, stamp).await? {
            DryRun::Complete => return Ok(None),
            DryRun::Skipped => None,
            DryRun::Failed(error) => Some(error),
        };
        while written + 1 < refused_at {
            let middle = written.midpoint(refused_at);
            let part = by_place.get(..middle).unwrap_or_default();
            match self.dry_run(part, mode, stamp).await? {
                DryRun::Complete => written = middle,
                DryRun::Skipped => (refused_at, failure) = (middle, None),
                DryRun::Failed(error) => (refused_at, failure) = (middle, Some(error)),
            }
        }
        let Some(candidate) = by_place.get(written) else { return Ok(None) };
        let mode = if candidate.exists { mode } else { Mode::InsertAll };
        let task = candidate.task;
        let error = match self.dry_run(std::slice::from_ref(candidate), mode, stamp).await? {
            DryRun::Failed(error) => match self.write_failed(error).await {
                TaskError::Database(error) => self.unseen(task, candidate.id, error).await?,
                error => error,
            },
            // By itself it can be written: tasks of the batch violate a constraint together.
            DryRun::Complete => match failure {
                Some(error) => self.write_failed(error).await,
                None => TaskError::skipped(task.key()),
            },
            DryRun::Skipped => TaskError::skipped(task.key()),
        };
        Ok(Some(match error {
            // An index of the application's own: the failure of the whole batch, as on the other
            // databases, which cannot say which task it is about.
            TaskError::Database(error) if error.kind() == FailureKind::UniqueViolation => {
                TaskError::Database(error)
            }
            error => refused(candidate.place, error),
        }))
    }

    async fn dry_run(
        &self,
        candidates: &[Candidate<'_>],
        mode: Mode,
        stamp: &Stamp,
    ) -> Result<DryRun, TaskError> {
        let mut candidates = candidates.to_vec();
        sort(&mut candidates);
        let batch = self.batch(&candidates, stamp).checked(Check::DryRun);
        let Err(source) = self.write_now(&batch, mode).await else { return Ok(DryRun::Skipped) };
        let call =
            Call { dialect: Dialect::of(self.backend()), in_transaction: false, writes: true };
        let error = DatabaseError::new(call, source.clone());
        Ok(match error.code() {
            Some(code) if COMPLETE.contains(&(self.backend(), code)) => DryRun::Complete,
            Some(_) if self.is_incomplete(&error) => DryRun::Skipped,
            _ if error.retry() == Retry::No => DryRun::Failed(source),
            _ => return Err(self.failed(true, source)),
        })
    }
}
