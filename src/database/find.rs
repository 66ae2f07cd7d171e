//! Finding one task.

use super::sql::{BoundColumns, Decoder};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::task::{ParentGame, Task, TaskKey};
use sea_orm::{DbErr, Statement};

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn find_one(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        key.validate()?;
        self.query_task(key, "").await
    }

    /// The task as the latest commit left it, also in a transaction whose snapshot is older.
    pub(super) async fn find_current(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.query_task(key, self.current_read_lock()).await
    }

    async fn query_task(
        &self,
        key: &TaskKey,
        lock: &'static str,
    ) -> Result<Option<Task>, TaskError> {
        let statement = self.find_statement(key, lock, lock);
        let found = self.read_task(&self.connection, key, statement).await;
        found.map_err(|error| self.read_failed(error))
    }

    /// Reads the task of a [`find_statement`](Self::find_statement).
    pub(super) async fn read_task<D: TaskConnection>(
        &self,
        connection: &D,
        key: &TaskKey,
        statement: Statement,
    ) -> Result<Option<Task>, DbErr> {
        let row = connection.query_one(statement).await?;
        let decoder = Decoder::new(self.names(), BoundColumns::by(key));
        row.map(|row| decoder.decode(&row)).transpose()
    }

    /// `lock` ends the statement, `games_lock` what it asks of the games.
    pub(super) fn find_statement(
        &self,
        key: &TaskKey,
        lock: &'static str,
        games_lock: &'static str,
    ) -> Statement {
        let (sql, names) = (self.sql(), self.names());
        let (tasks, returned) = (&names.tasks, names.returned(BoundColumns::by(key)));
        let (key, and_in_scope) = (sql.key(key), sql.and_in_scope(self.scope(), games_lock));
        sql.statement(format_args!(
            "SELECT {returned} FROM {tasks} WHERE {key}{and_in_scope}{lock}"
        ))
    }
}
