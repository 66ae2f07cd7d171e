//! Finding one task.

use super::sql::{BoundColumns, Decoder};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::task::{ParentGame, Task, TaskKey};
use sea_orm::Statement;

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
        let found = async {
            let row = self.connection.query_one(self.find_statement(key, lock)).await?;
            let decoder = Decoder::new(self.names(), BoundColumns::by(key));
            row.map(|row| decoder.decode(&row)).transpose()
        };
        found.await.map_err(|error| self.read_failed(error))
    }

    fn find_statement(&self, key: &TaskKey, lock: &'static str) -> Statement {
        let (sql, names) = (self.sql(), self.names());
        let (tasks, returned) = (&names.tasks, names.returned(BoundColumns::by(key)));
        let (key, and_in_scope) = (sql.key(key), sql.and_in_scope(self.scope(), lock));
        sql.statement(format_args!(
            "SELECT {returned} FROM {tasks} WHERE {key}{and_in_scope}{lock}"
        ))
    }
}
