//! Conflicts with rows that a row security policy hides from this connection (PostgreSQL).

use super::create::already_exists;
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{DatabaseError, TaskError};
use crate::task::tasks::Column;
use crate::task::{NewTask, ParentGame};
use sea_orm::{DbErr, IdenStatic};
use uuid::Uuid;

/// The columns that a unique index compares, by its name and its table's: the index of a partition has
/// a name of its own, and that of an adopted table any. The index may compare expressions besides.
const COLUMNS_OF_INDEX: &str = "SELECT CAST(a.attname AS text) \
     FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
     CROSS JOIN LATERAL unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (number, place) \
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number \
     WHERE k.place <= i.indnkeyatts AND x.relname = ";

/// ` AND …` on a table `t.oid`: it has no row triggers before `INSERT`, on any partition, and no unique
/// indexes besides those on the id and on the name.
const ONLY_NAMES_CONFLICT: &str = " AND NOT EXISTS (SELECT 1 FROM pg_trigger g \
     WHERE NOT g.tgisinternal AND g.tgtype & 7 = 7 AND (g.tgrelid = t.oid OR g.tgrelid IN \
     (SELECT p.relid FROM pg_partition_tree(t.oid) p))) AND (SELECT COUNT(*) FROM pg_index i \
     WHERE i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion)) <= 2";

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// What a unique violation means where no task that this connection sees has the name or the id: a
    /// hidden one has, unless the index is one of the application's own.
    pub(super) async fn hidden_conflict(
        &self,
        task: &NewTask,
        id: Uuid,
        error: DatabaseError,
    ) -> Result<TaskError, TaskError> {
        let (Some(index), Some(table)) = (error.constraint(), error.table()) else {
            return Ok(TaskError::Database(error));
        };
        if !self.dialect().features().has_row_security {
            return Ok(TaskError::Database(error));
        }
        let query = {
            let sql = self.sql();
            let (index, table) = (sql.bind(index), sql.bind(table));
            sql.statement(format_args!("{COLUMNS_OF_INDEX}{index} AND t.relname = {table}"))
        };
        let columns = async {
            let rows = self.connection.query_all(query).await?;
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()
        };
        let columns = columns.await.map_err(|error: DbErr| self.read_failed(error))?;
        let has = |column: Column| columns.iter().any(|name| name == column.as_str());
        // Whatever else the index compares, these are equal.
        Ok(if has(Column::GameId) && has(Column::ExternalTaskId) {
            already_exists(task, None)
        } else if has(Column::Id) {
            TaskError::IdTaken { id }
        } else {
            TaskError::Database(error)
        })
    }

    /// Whether policies on the tasks table apply to this connection.
    pub(super) async fn has_policies(&self) -> Result<bool, TaskError> {
        self.query_policies("").await
    }

    /// In a transaction that a conflict aborts: whether a row that was neither written nor found can
    /// only conflict with a hidden one, because no trigger can have skipped it and the application has
    /// no unique index of its own.
    pub(super) async fn policies_hide_names(&self) -> Result<bool, TaskError> {
        if !self.conflict_aborts_transaction() {
            return Ok(false);
        }
        self.query_policies(ONLY_NAMES_CONFLICT).await
    }

    async fn query_policies(&self, and: &str) -> Result<bool, TaskError> {
        if !self.dialect().features().has_row_security {
            return Ok(false);
        }
        let query = {
            let sql = self.sql();
            let tasks = sql.bind(self.names().tasks.as_str());
            sql.statement(format_args!(
                "SELECT 1 AS one FROM (SELECT CAST(CAST({tasks} AS text) AS regclass) AS oid) t \
                 WHERE row_security_active(t.oid){and}"
            ))
        };
        let row = self.connection.query_one(query).await;
        Ok(row.map_err(|error| self.read_failed(error))?.is_some())
    }
}
