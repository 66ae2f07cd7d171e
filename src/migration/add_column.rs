//! Adds a column to the tasks table.

use super::columns::{self, ColumnSpec};
use super::create_tasks::named_for;
use super::{ddl, schema};
use crate::database::dialect::{Dialect, TableName};
use crate::task::ParentGame;
use async_trait::async_trait;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use std::marker::PhantomData;

/// Adds the column where it is missing. One that exists and fits is kept; one that does not fit is a
/// [`SchemaMismatch`](super::SchemaMismatch), before anything is changed. `down` drops the column
/// only from a table that a migration of the crate created.
///
/// Existing rows get the default, or null. On SQLite the default must be a constant, so a timestamp
/// has to be nullable.
pub(super) struct AddColumn<G> {
    name: String,
    /// What the migrations before this one introduce.
    before: Vec<ColumnSpec>,
    column: ColumnSpec,
    parent: PhantomData<fn() -> G>,
}

impl<G: ParentGame> AddColumn<G> {
    pub(super) fn new(migration: &str, column: ColumnSpec) -> Self {
        let before = columns::tasks_before(migration);
        let name = named_for::<G>(migration.to_owned());
        Self { name, before, column, parent: PhantomData }
    }
}

impl<G: ParentGame> MigrationName for AddColumn<G> {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for AddColumn<G> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::refuse_unsupported(manager).await?;
        let connection = manager.get_connection();
        if schema::has_column::<G, _>(connection, &self.before, &self.column).await? {
            return Ok(());
        }
        let dialect = Dialect::of(manager.get_database_backend());
        let table = TableName::tasks::<G>().quoted(dialect);
        let add = format!("ALTER TABLE {table} ADD COLUMN {}", self.column.definition(dialect));
        ddl::run(manager, [add]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager.get_database_backend());
        let (table, column) = (TableName::tasks::<G>(), self.column.name);
        let created = schema::created(manager.get_connection(), &table).await?;
        if created.is_none_or(|created| created.column(dialect, column).is_none()) {
            return Ok(());
        }
        let (table, column) = (table.quoted(dialect), dialect.quote(column));
        ddl::run(manager, [format!("ALTER TABLE {table} DROP COLUMN {column}")]).await
    }
}
