//! All or none, although the database may skip a row without an error: because of a trigger
//! (`RETURN NULL` on PostgreSQL, `RAISE(IGNORE)` on SQLite) or, for updates, of a row security policy.
//! A statement with [`Check::Complete`] then fails; here is what the failure means, and which task was
//! refused.

use super::entries::{Entry, sort};
use super::insert::{Check, InsertMode};
use super::refused;
use crate::database::{SeaOrmTaskRepository, TaskConnection, WriteFailure};
use crate::error::{DatabaseError, FailureKind, Retry, TaskError};
use crate::task::{Creator, ParentGame, time};
use sea_orm::DbErr;
use std::sync::atomic::Ordering;

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// After a statement that wrote nothing: finds out whether the table has triggers that may skip a
    /// row, where statements depend on that. Returns whether it has and this was not known.
    pub(super) async fn learn_skipping_triggers(&self) -> Result<bool, TaskError> {
        let skips_rows = &self.names().skips_rows;
        let Some(query) = self.dialect().skipping_triggers() else { return Ok(false) };
        if skips_rows.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let row = self.connection.query_one(self.about_table(&query)).await;
        let found = row.map_err(|error| self.read_failed(error))?.is_some();
        skips_rows.fetch_or(found, Ordering::Relaxed);
        Ok(found)
    }

    /// Whether a pool's statement failed because a row security policy refuses some of its rows.
    pub(super) async fn is_refused_by_policy(
        &self,
        error: &DatabaseError,
    ) -> Result<bool, TaskError> {
        let denied = error.has_code(self.dialect().features().denied_code);
        Ok(denied && !self.connection.in_transaction() && self.has_policies().await?)
    }

    /// The first task of a batch that the database skips, or that conflicts with a row which this
    /// connection cannot see; `None` if all can be written. Found by dry runs, about as many as the
    /// batch's size has binary digits, and so not in a transaction that they would abort.
    pub(super) async fn first_refused(
        &self,
        entries: &[Entry<'_>],
        mode: InsertMode,
        creator: &Creator,
    ) -> Result<Option<TaskError>, TaskError> {
        if !self.dialect().features().rows_can_be_skipped || self.conflict_aborts_transaction() {
            return Ok(None);
        }
        let mut by_index = entries.to_vec();
        by_index.sort_by_key(|entry| entry.index);
        let Err(mut failure) = self.dry_run(&by_index, mode, creator).await? else {
            return Ok(None);
        };
        let (mut writable, mut refused_at) = (0, by_index.len());
        while writable + 1 < refused_at {
            let middle = writable.midpoint(refused_at);
            let part = by_index.get(..middle).unwrap_or_default();
            match self.dry_run(part, mode, creator).await? {
                Ok(()) => writable = middle,
                Err(error) => (refused_at, failure) = (middle, error),
            }
        }
        let Some(entry) = by_index.get(writable) else { return Ok(None) };
        let mode = if entry.exists() { mode } else { InsertMode::InsertAll };
        let task = entry.task;
        let error = match self.dry_run(std::slice::from_ref(entry), mode, creator).await? {
            Err(Some(error)) => match self.write_failed(error).await {
                TaskError::Database(error) => self.hidden_conflict(task, entry.id, error).await?,
                error => error,
            },
            // Alone it can be written: tasks of the batch violate a constraint together.
            Ok(()) => match failure {
                Some(error) => self.write_failed(error).await,
                None => TaskError::skipped(task.key()),
            },
            Err(None) => TaskError::skipped(task.key()),
        };
        Ok(Some(match error {
            // A unique index of the application's own: the failure of the whole batch, as on the other
            // databases, which cannot name the task.
            TaskError::Database(error) if error.kind() == FailureKind::UniqueViolation => {
                TaskError::Database(error)
            }
            error => refused(entry.index, error),
        }))
    }

    /// Whether all of these entries can be written; the error says why not, and is `None` where the
    /// database would skip some of them.
    async fn dry_run(
        &self,
        entries: &[Entry<'_>],
        mode: InsertMode,
        creator: &Creator,
    ) -> Result<Result<(), Option<DbErr>>, TaskError> {
        let mut entries = entries.to_vec();
        sort(&mut entries);
        let inserted = self.insert(&entries, mode, Check::DryRun, creator, time::now()).await;
        let source = match inserted {
            Ok(_) => return Ok(Err(None)),
            Err(WriteFailure::NotWritten(source)) => source,
            Err(failure) => return Err(self.write_or_read_failed(failure).await),
        };
        let error = DatabaseError::new(self.call(true), source.clone());
        if error.has_code(self.dialect().features().complete_dry_run_code) {
            Ok(Ok(()))
        } else if error.has_code(self.dialect().features().incomplete_insert_code) {
            Ok(Err(None))
        } else if error.retry() == Retry::No {
            Ok(Err(Some(source)))
        } else {
            Err(self.call(true).failed(source))
        }
    }
}
