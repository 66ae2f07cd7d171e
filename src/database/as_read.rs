//! Writes whose statements return no rows (MySQL; on MariaDB some updates): what they wrote is known
//! all the same.
//!
//! A task is read, and then changed or deleted where it is still as it was read, so that the answer
//! is the row that this call wrote. The new `updated_at`, which the server computes, comes back as the
//! id in the statement's answer (`LAST_INSERT_ID(expression)`). A trigger for that event, which may
//! change the row, keeps the id out of the answer; the row is then read again.

use super::delete::overtaken;
use super::read_then_write::{
    Attempt, ReadThenWrite, UPDATE_ATTEMPTS, attempt_failed, read_then_write,
};
use super::sql::Sql;
use super::{SeaOrmTaskRepository, TaskConnection, WriteFailure};
use crate::error::TaskError;
use crate::task::tasks::Column;
use crate::task::{ParentGame, Task, TaskKey, TaskPatch};
use chrono::DateTime;
use sea_orm::{DbErr, ExecResult, Iterable, Statement, Value};
use std::fmt::{self, Display};

/// A delete repeats all columns, `updated_at` too, so that any change gets between.
const DELETE_ATTEMPTS: usize = 2;

/// The id in the answer of an insert without triggers: no `AUTO_INCREMENT` column gets as far.
const INSERT_MARK: u64 = 1 << 62;

/// ` AND …` of an insert: its answer shows whether triggers may have changed the rows.
pub(crate) fn and_insert_is_marked() -> impl Display {
    fmt::from_fn(|f| write!(f, " AND LAST_INSERT_ID({INSERT_MARK}) > 0"))
}

/// Whether the answer of such an insert shows that its rows were stored as they were sent.
pub(super) fn stored_as_sent(answer: &ExecResult) -> bool {
    answer.last_insert_id() == INSERT_MARK
}

/// A change of a task, or its deletion where there is no patch.
struct Change<'c, C, G: ParentGame> {
    repository: &'c SeaOrmTaskRepository<C, G>,
    key: &'c TaskKey,
    patch: Option<&'c TaskPatch>,
}

impl<C: TaskConnection, G: ParentGame> ReadThenWrite for Change<'_, C, G> {
    type Row = Task;

    fn attempts(&self) -> usize {
        if self.patch.is_some() { UPDATE_ATTEMPTS } else { DELETE_ATTEMPTS }
    }

    async fn attempt<D: TaskConnection>(&self, connection: &D) -> Result<Attempt<Task>, TaskError> {
        self.repository.attempt(connection, self.key, self.patch).await
    }

    fn skipped(&self) -> TaskError {
        TaskError::skipped(self.key.clone())
    }

    fn overtaken(&self, last: Option<Task>) -> TaskError {
        overtaken(self.key, last)
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Changes a task, or deletes it where there is no patch.
    pub(super) async fn change_as_read(
        &self,
        key: &TaskKey,
        patch: Option<&TaskPatch>,
    ) -> Result<Task, TaskError> {
        read_then_write(&self.connection, &Change { repository: self, key, patch }).await
    }

    async fn attempt<D: TaskConnection>(
        &self,
        connection: &D,
        key: &TaskKey,
        patch: Option<&TaskPatch>,
    ) -> Result<Attempt<Task>, TaskError> {
        let locks = connection.in_transaction();
        let read = self.read_as(connection, key, locks).await;
        let read = read.map_err(|error| self.read_failed(error))?;
        let read = read.ok_or_else(|| TaskError::NotFound { key: key.clone() })?;
        if let Some(patch) = patch {
            patch.check(key, &read, &self.settings.lifecycle)?;
        }
        let statement = self.statement_as_read(key, &read, patch);
        let answer = match connection.execute(statement).await {
            Ok(answer) => answer,
            Err(error) => {
                return Err(attempt_failed(&self.connection, connection, error.into()).await);
            }
        };
        if answer.rows_affected() == 0 {
            return Ok(Attempt::Overtaken(read));
        }
        let Some(patch) = patch else { return Ok(Attempt::Written(read)) };
        let micros = i64::try_from(answer.last_insert_id()).unwrap_or_default();
        let updated_at = DateTime::from_timestamp_micros(micros).filter(|_| micros > 0);
        let mut written = read;
        if let Some(updated_at) = updated_at {
            patch.set_fields(&mut written);
            written.updated_at = updated_at;
            return Ok(Attempt::Written(written));
        }
        // Triggers may have changed the row.
        match self.read_as(connection, &TaskKey::Id(written.id), locks).await {
            Ok(Some(stored)) => Ok(Attempt::Written(stored)),
            Ok(None) => {
                patch.apply(&mut written);
                Ok(Attempt::Written(written))
            }
            Err(error) => {
                Err(attempt_failed(&self.connection, connection, WriteFailure::Written(error))
                    .await)
            }
        }
    }

    /// The task, on this connection, and locked if it `locks`.
    async fn read_as<D: TaskConnection>(
        &self,
        connection: &D,
        key: &TaskKey,
        locks: bool,
    ) -> Result<Option<Task>, DbErr> {
        let lock = if locks { " FOR UPDATE" } else { "" };
        let games_lock = if locks { self.dialect().features().current_read_lock } else { "" };
        self.read_task(connection, key, self.find_statement(key, lock, games_lock)).await
    }

    fn statement_as_read(
        &self,
        key: &TaskKey,
        read: &Task,
        patch: Option<&TaskPatch>,
    ) -> Statement {
        let (sql, tasks) = (self.sql(), &self.names().tasks);
        let is_as_read = as_read(&sql, key, read, patch);
        let and_in_scope = sql.and_in_scope(self.scope(), "");
        let Some(patch) = patch else {
            return sql
                .statement(format_args!("DELETE FROM {tasks} WHERE {is_as_read}{and_in_scope}"));
        };
        let patch_sql = self.patch_sql(patch);
        let assignments = fmt::from_fn(|f| {
            for (column, value) in patch.changes() {
                write!(f, "{} = {}, ", sql.names.unqualified(column), sql.bind(value))?;
            }
            Ok(())
        });
        let (set_updated_at, updated_at) =
            (self.names().unqualified(Column::UpdatedAt), &self.names().stored_updated_at);
        let now = sql.bind(patch_sql.now.timestamp_micros());
        let and_patch_applies = patch_sql.and_applies(&sql);
        sql.statement(format_args!(
            "UPDATE {tasks} SET {assignments}{set_updated_at} = TIMESTAMPADD(MICROSECOND, \
             LAST_INSERT_ID(GREATEST({now}, \
             TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', {updated_at}) + 1)), \
             '1970-01-01 00:00:00') WHERE {is_as_read}{and_in_scope}{and_patch_applies}"
        ))
    }
}

/// The row is as it was read in all columns that the answer repeats from there: not in those that the
/// patch sets.
fn as_read<'s>(
    sql: &'s Sql<'_>,
    key: &'s TaskKey,
    read: &'s Task,
    patch: Option<&'s TaskPatch>,
) -> impl Display + 's {
    fmt::from_fn(move |f| {
        let is_set = |column: Column| {
            let mut set = patch.into_iter().flat_map(TaskPatch::changes);
            set.any(|(one, _)| one as usize == column as usize)
                || patch.is_some() && matches!(column, Column::UpdatedAt)
        };
        // `IS TRUE` keeps the row from being found, and so locked, by another index than that of the key,
        // by which it was read: two writers that lock both could deadlock.
        write!(f, "{} AND (1 = 1", sql.key(key))?;
        for column in Column::iter().filter(|column| !is_set(*column)) {
            let value: Value = match column {
                Column::Id => read.id.into(),
                Column::GameId => read.game_id.into(),
                Column::CreatedAt => sql.names.dialect().time_parameter(read.created_at),
                Column::UpdatedAt => sql.names.dialect().time_parameter(read.updated_at),
                Column::ApiKeyUsed => read.api_key_used.clone().into(),
                Column::OauthUserId => read.oauth_user_id.clone().into(),
                Column::ExternalTaskId => read.external_task_id.as_str().into(),
                Column::StrategyId => read.strategy_id.as_str().into(),
                Column::Status => read.status.as_str().into(),
            };
            write!(f, " AND {} <=> {}", sql.names.of(column).qualified, sql.bind(value))?;
        }
        f.write_str(") IS TRUE")
    })
}
