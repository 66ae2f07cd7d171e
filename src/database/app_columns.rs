//! Changing a task of a table that has columns of the application's own, where the statement has to
//! repeat them: see [`AppColumns`].

use super::sql::{AppColumnQueries, AppColumns, BoundColumns};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{DatabaseError, TransactionState};
use crate::task::{ParentGame, Task, TaskKey, TaskPatch};
use sea_orm::{DbErr, Statement};

/// A column without a value or default, a column that no longer exists, a violated `CHECK`.
const CURED_BY_REPEATING_COLUMNS: [&str; 3] = ["1364", "1054", "4025"];

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Sends the statement that changes a task, and sends it again with the application's columns
    /// where it failed because it lacked them.
    pub(super) async fn send_update(
        &self,
        key: &TaskKey,
        patch: &TaskPatch,
    ) -> Result<Option<Task>, DbErr> {
        let learned = &self.names().app_columns;
        let columns = learned.get();
        let send = |columns: &AppColumns| {
            self.written(BoundColumns::default(), self.update_statement(key, patch, columns))
        };
        match send(&columns).await {
            Ok(Some(task)) => {
                if columns == AppColumns::Unknown {
                    learned.set(AppColumns::NotNeeded);
                }
                Ok(Some(task))
            }
            Err(error) => {
                let Some(queries) = self.dialect().app_column_queries() else { return Err(error) };
                if !self.is_cured_by_repeating_columns(&error) {
                    return Err(error);
                }
                let now = self.read_app_columns(&queries).await?;
                if now == columns {
                    return Err(error);
                }
                learned.set(now.clone());
                send(&now).await
            }
            Ok(None) => Ok(None),
        }
    }

    fn is_cured_by_repeating_columns(&self, error: &DbErr) -> bool {
        let error = DatabaseError::new(self.call(true), error.clone());
        error.code().is_some_and(|code| CURED_BY_REPEATING_COLUMNS.contains(&code))
            && error.transaction_state() == TransactionState::Intact
    }

    /// Reads what the first statement did not show, since it changed nothing.
    pub(super) async fn learn_app_columns(&self) -> Result<(), DbErr> {
        let learned = &self.names().app_columns;
        let Some(queries) = self.dialect().app_column_queries() else { return Ok(()) };
        if learned.get() != AppColumns::Unknown {
            return Ok(());
        }
        let generated = self.about_table(&queries.generated);
        let columns = match self.connection.query_one(generated).await? {
            Some(_) => self.read_app_columns(&queries).await?,
            None => AppColumns::NotNeeded,
        };
        learned.set(columns);
        Ok(())
    }

    async fn read_app_columns(&self, queries: &AppColumnQueries) -> Result<AppColumns, DbErr> {
        let rows = self.connection.query_all(self.about_table(queries.stored)).await?;
        let names = rows.iter().map(|row| row.try_get_by_index::<String>(0));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        Ok(AppColumns::new(self.names(), names.iter().map(String::as_str)))
    }

    /// A query whose only parameter is the name of the table.
    pub(super) fn about_table(&self, query: &str) -> Statement {
        let table = self.names().table.into();
        Statement::from_sql_and_values(self.dialect().backend(), query, [table])
    }
}
