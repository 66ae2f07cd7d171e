//! Adds a column to the tasks table.

use super::columns::{self, ColumnSpec};
use super::tasks_migration::TasksMigration;
use super::{ddl, schema};
use crate::database::dialect::{Dialect, TableName};
use crate::task::ParentGame;
use async_trait::async_trait;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

/// Adds the column where it is missing. One that exists and fits is kept; one that does not fit is a
/// [`SchemaMismatch`](super::SchemaMismatch), before anything is changed. `down` drops the column
/// only from a table that a migration of the crate created.
///
/// Existing rows get the default, or null. On SQLite the default must be a constant, so a timestamp
/// has to be nullable.
pub(super) struct AddColumn {
    /// What the migrations before this one introduce.
    before: Vec<ColumnSpec>,
    column: ColumnSpec,
}

pub(super) fn migration<G: ParentGame>(
    name: &str,
    column: ColumnSpec,
) -> TasksMigration<G, AddColumn> {
    TasksMigration::new(name, AddColumn { before: columns::tasks_before(name), column })
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for TasksMigration<G, AddColumn> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::refuse_unsupported(manager).await?;
        let connection = manager.get_connection();
        let AddColumn { before, column } = &self.change;
        if schema::has_column::<G, _>(connection, before, column).await? {
            return Ok(());
        }
        let dialect = Dialect::of(manager.get_database_backend());
        let table = TableName::tasks::<G>().quoted(dialect);
        let add = format!("ALTER TABLE {table} ADD COLUMN {}", column.definition(dialect));
        ddl::run(manager, [add]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager.get_database_backend());
        let (table, column) = (TableName::tasks::<G>(), self.change.column.name);
        let created = schema::created(manager.get_connection(), &table).await?;
        if created.is_none_or(|created| created.column(dialect, column).is_none()) {
            return Ok(());
        }
        let (table, column) = (table.quoted(dialect), dialect.quote(column));
        ddl::run(manager, [format!("ALTER TABLE {table} DROP COLUMN {column}")]).await
    }
}
