//! MariaDB: changing a task of a table that has columns of the application's.

use crate::database::dialect::Dialect;
use crate::database::sql::{AppColumns, Known};
use crate::database::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{Call, DatabaseError, TransactionState};
use crate::task::{ParentGame, Task, TaskKey, TaskPatch};
use sea_orm::{DbBackend, DbErr};

/// A column without a value or default, one that is no longer there, a violated `CHECK`.
const CURED_BY_NAMING_COLUMNS: [&str; 3] = ["1364", "1054", "4025"];

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Sends the statement that changes a task. On MariaDB it is sent again, with the
    /// application's columns in it, where it failed for want of them.
    pub(super) async fn send_update(
        &self,
        key: &TaskKey,
        patch: &TaskPatch,
    ) -> Result<Option<Task>, DbErr> {
        let learned = &self.settings.names.app_columns;
        let columns = learned.get();
        let updated = self.written(Known::default(), self.update(key, patch, &columns)).await;
        match updated {
            Ok(Some(task)) => {
                if columns == AppColumns::Unknown {
                    learned.set(AppColumns::Omitted);
                }
                Ok(Some(task))
            }
            Err(error) if self.is_cured_by_naming_columns(&error) => {
                let now = self.read_columns().await?;
                if now == columns {
                    return Err(error);
                }
                learned.set(now.clone());
                self.written(Known::default(), self.update(key, patch, &now)).await
            }
            updated => updated,
        }
    }

    fn is_cured_by_naming_columns(&self, error: &DbErr) -> bool {
        if self.backend() != DbBackend::MySql {
            return false;
        }
        let in_transaction = self.connection.in_transaction();
        let call = Call { dialect: Dialect::of(self.backend()), in_transaction, writes: true };
        let error = DatabaseError::new(call, error.clone());
        error.code().is_some_and(|code| CURED_BY_NAMING_COLUMNS.contains(&code))
            && error.transaction_state() == TransactionState::Intact
    }

    /// Learns what the first statement did not tell, since it changed nothing.
    pub(super) async fn learn_columns(&self) -> Result<(), DbErr> {
        let learned = &self.settings.names.app_columns;
        if self.backend() != DbBackend::MySql || learned.get() != AppColumns::Unknown {
            return Ok(());
        }
        let mut sql = self.sql("");
        sql.generated_columns().push(" LIMIT 1");
        let generates = self.connection.query_one(sql.statement()).await?.is_some();
        learned.set(if generates { self.read_columns().await? } else { AppColumns::Omitted });
        Ok(())
    }

    async fn read_columns(&self) -> Result<AppColumns, DbErr> {
        let mut sql = self.sql("");
        sql.columns_with_values();
        let rows = self.connection.query_all(sql.statement()).await?;
        let names = rows.iter().map(|row| row.try_get_by_index::<String>(0));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        Ok(AppColumns::all(self.backend(), names.iter().map(String::as_str)))
    }
}
