//! Changing one task, and what a patch is in SQL.

use super::delete::overtaken;
use super::sql::{BoundColumns, ColumnNames, Sql, StoredTime};
use super::update_method::UpdateMethod;
use super::{MAX_ATTEMPTS, SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::task::{Lifecycle, ParentGame, Task, TaskKey, TaskPatch, TaskScope, time};
use chrono::{DateTime, Utc};
use sea_orm::Statement;
use std::fmt::{self, Display};

/// A patch that is written at one time.
#[derive(Clone, Copy)]
pub(crate) struct PatchSql<'p> {
    pub(crate) patch: &'p TaskPatch,
    pub(crate) lifecycle: &'p Lifecycle,
    pub(crate) now: DateTime<Utc>,
}

impl<'p> PatchSql<'p> {
    /// The assignments of the patch. `stored` is the `updated_at` that the task has.
    pub(crate) fn assignments<'s>(
        &'s self,
        sql: &'s Sql<'_>,
        stored: &'s StoredTime,
    ) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let names = sql.names;
            for (column, value) in self.patch.changes() {
                write!(f, "{} = {}, ", names.unqualified(column), sql.bind(value))?;
            }
            let updated_at = names.unqualified(crate::task::tasks::Column::UpdatedAt);
            write!(f, "{updated_at} = {}", sql.next_updated_at(self.now, stored))
        })
    }

    /// ` AND …`: the patch applies to the task, as [`TaskPatch::check`] decides.
    pub(crate) fn and_applies<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let (names, patch) = (sql.names, self.patch);
            let status = &names.status;
            // A new precondition must be used here; the other fields are the patch's `changes`.
            let TaskPatch { if_status, if_unmodified_since, strategy_id: _, status: _ } = patch;
            if let Some(expected) = if_status {
                write!(f, " AND {status} = {}", sql.bind(expected.as_str()))?;
            }
            if let Some(moment) = if_unmodified_since {
                let moment = sql.bind_time(time::floor(*moment));
                write!(f, " AND {} <= {moment}", names.updated_at)?;
            }
            f.write_str(" AND (1 = 0")?;
            for (column, value) in patch.changes() {
                let ColumnNames { qualified: name, is_nullable, .. } = names.of(column);
                if *is_nullable {
                    write!(f, " OR {name} IS NULL")?;
                }
                write!(f, " OR {name} <> {}", sql.bind(value))?;
            }
            f.write_str(")")?;
            let Some(target) = patch.target_status() else { return Ok(()) };
            match self.lifecycle.predecessors_of(&target) {
                Some(sources) => {
                    let sources = sql.bind_all(sources.iter().chain([&target]).cloned());
                    write!(f, " AND {status} IN ({sources})")
                }
                None => Ok(()),
            }
        })
    }
}

/// The change of one task.
pub(crate) struct Update<'u> {
    pub(crate) key: &'u TaskKey,
    pub(crate) patch: PatchSql<'u>,
    pub(crate) scope: &'u TaskScope,
    /// Whether the statement has to check that it generates no values of other columns.
    pub(crate) may_generate: bool,
}

impl Update<'_> {
    /// The statement for a database whose `UPDATE` returns what it wrote.
    pub(crate) fn returning(&self, sql: &Sql<'_>) -> Statement {
        let names = sql.names;
        let (tasks, and_readable) = (&names.tasks, &names.and_readable);
        let assignments = self.patch.assignments(sql, &names.stored_time);
        let key = sql.key(self.key);
        let and_in_scope = sql.and_in_scope(self.scope, "");
        let and_patch_applies = self.patch.and_applies(sql);
        let returned = names.returned(Default::default());
        sql.statement(format_args!(
            "UPDATE {tasks} SET {assignments} \
             WHERE {key}{and_in_scope}{and_patch_applies}{and_readable} RETURNING {returned}"
        ))
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn update_one(
        &self,
        key: &TaskKey,
        patch: &TaskPatch,
    ) -> Result<Task, TaskError> {
        self.validate_patch(patch)?;
        key.validate()?;
        if patch.is_empty() {
            // There is nothing to write. The task says how the patch is refused.
            self.check_current(key, patch).await?;
        }
        let mut before = None;
        for _ in 0..MAX_ATTEMPTS {
            let learned = &self.names().update_method;
            let method = learned.get();
            let Some(statement) = self.update_statement(key, patch, method) else {
                return Box::pin(self.change_as_read(key, Some(patch))).await;
            };
            match self.written(BoundColumns::default(), statement).await {
                Ok(Some(task)) => {
                    if method == UpdateMethod::Checked {
                        learned.set(UpdateMethod::OneStatement);
                    }
                    return Ok(task);
                }
                Ok(None) => {}
                Err(error) if self.is_cured_as_read(&error) => {
                    let task = Box::pin(self.change_as_read(key, Some(patch))).await?;
                    learned.set(UpdateMethod::AsRead);
                    return Ok(task);
                }
                Err(error) => return Err(self.write_failed(error).await),
            }
            let current = self.check_current(key, patch).await?;
            // The patch applies to the task, which is the same before and after the statement.
            if before.as_ref() == Some(&current) {
                return Err(TaskError::skipped(key.clone()));
            }
            self.learn_update_method().await.map_err(|error| self.read_failed(error))?;
            before = Some(current);
        }
        Err(overtaken(key, before))
    }

    /// The task as it is, if the patch applies to it.
    async fn check_current(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let current = self.find_current(key).await?;
        let current = current.ok_or_else(|| TaskError::NotFound { key: key.clone() })?;
        patch.check(key, &current, &self.settings.lifecycle)?;
        Ok(current)
    }

    /// The statement that changes a task; `None` where it is to be changed as it was read.
    fn update_statement(
        &self,
        key: &TaskKey,
        patch: &TaskPatch,
        method: UpdateMethod,
    ) -> Option<Statement> {
        let may_generate = match method {
            UpdateMethod::Checked => true,
            UpdateMethod::OneStatement => false,
            UpdateMethod::AsRead => return None,
        };
        let patch = self.patch_sql(patch);
        let update = Update { key, patch, scope: self.scope(), may_generate };
        self.dialect().update(&self.sql(), &update)
    }

    pub(super) fn patch_sql<'p>(&'p self, patch: &'p TaskPatch) -> PatchSql<'p> {
        PatchSql { patch, lifecycle: &self.settings.lifecycle, now: time::now() }
    }
}
