//! Deleting one task.

use super::sql::BoundColumns;
use super::{MAX_ATTEMPTS, SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::task::{ParentGame, Task, TaskKey};
use sea_orm::Statement;

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn delete_one(&self, key: &TaskKey) -> Result<Task, TaskError> {
        key.validate()?;
        if !self.dialect().features().writes_return_rows {
            return Box::pin(self.change_as_read(key, None)).await;
        }
        let mut before = None;
        for _ in 0..MAX_ATTEMPTS {
            let deleted = self.written(BoundColumns::by(key), self.delete_statement(key)).await;
            match deleted {
                Ok(Some(task)) => return Ok(task),
                Ok(None) => {}
                Err(error) => return Err(self.write_failed(error).await),
            }
            // It does not exist, or it cannot be returned, which this reports.
            let current = self.find_current(key).await?;
            let current = current.ok_or_else(|| TaskError::NotFound { key: key.clone() })?;
            if self.dialect().features().rows_can_be_skipped && before.as_ref() == Some(&current) {
                return Err(TaskError::skipped(key.clone()));
            }
            before = Some(current);
        }
        Err(overtaken(key, before))
    }

    fn delete_statement(&self, key: &TaskKey) -> Statement {
        let (sql, names) = (self.sql(), self.names());
        let (tasks, and_readable) = (&names.tasks, &names.and_readable);
        let returned = names.returned(BoundColumns::by(key));
        let (key, and_in_scope) = (sql.key(key), sql.and_in_scope(self.scope(), ""));
        sql.statement(format_args!(
            "DELETE FROM {tasks} WHERE {key}{and_in_scope}{and_readable} RETURNING {returned}"
        ))
    }
}

/// The error of a call that a concurrent writer prevented each time. `last` is the task as it was
/// last seen.
pub(super) fn overtaken(key: &TaskKey, last: Option<Task>) -> TaskError {
    let key = key.clone();
    match last {
        Some(Task { status, updated_at, .. }) => TaskError::Conflict { key, status, updated_at },
        None => TaskError::NotFound { key },
    }
}
