//! Indexes that an application may create for lists that span games.

use super::names::NameHolder;
use super::tasks_migration::TasksMigration;
use super::{SchemaMismatch, ddl};
use crate::database::dialect::{Dialect, PlannedNames, TableName};
use crate::database::sql::{is_time, within_limit};
use crate::task::tasks::Column;
use crate::task::{Games, ParentGame};
use async_trait::async_trait;
use sea_orm::{DbErr, IdenStatic};
use sea_orm_migration::{MigrationTrait, SchemaManager};

/// An index for lists that span games or are sorted by last change. Without it, such a list scans
/// all tasks, or all tasks of the game. The crate's other statements do not need it.
///
/// Each index costs every write. An index on a column that changes keeps PostgreSQL from updating
/// the row in place (HOT): measured, four of them took a sixth of the write rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptInIndex {
    /// Lists of the tasks of all games by creation.
    CreatedAt,
    /// Lists of the tasks of all games by external id.
    ExternalTaskId,
    /// Lists of the tasks of one game by their last change. Every change moves a task in it.
    GameUpdatedAt,
    /// Lists of the tasks of all games by their last change. Every change moves a task in it.
    UpdatedAt,
    /// Lists of the tasks of all games with one status, by creation, and their number. Every
    /// change of a status moves a task in it.
    Status,
    /// The number of the tasks of all games with one strategy, and bulk changes of it. Every
    /// change of a strategy moves a task in it.
    StrategyId,
}

impl OptInIndex {
    fn columns(self) -> &'static [Column] {
        match self {
            Self::CreatedAt => &[Column::CreatedAt, Column::Id],
            Self::ExternalTaskId => &[Column::ExternalTaskId, Column::Id],
            Self::GameUpdatedAt => &[Column::GameId, Column::UpdatedAt, Column::Id],
            Self::UpdatedAt => &[Column::UpdatedAt, Column::Id],
            Self::Status => &[Column::Status, Column::CreatedAt, Column::Id],
            Self::StrategyId => &[Column::StrategyId, Column::Id],
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::ExternalTaskId => "external_task_id",
            Self::GameUpdatedAt => "game_updated_at",
            Self::UpdatedAt => "updated_at",
            Self::Status => "status",
            Self::StrategyId => "strategy_id",
        }
    }
}

/// A migration that creates one of the indexes that the crate's own migrations leave out. It belongs
/// in the application's list, anywhere after [`migrations`](super::migrations); `down` drops the
/// index. The index is named `ix_tasks_by_…`. If something else has that name, neither changes it,
/// and `up` reports a [`SchemaMismatch`].
///
/// ```
/// use game_tasks::migration::{OptInIndex, opt_in_index};
/// use game_tasks::sea_orm_migration::prelude::*;
///
/// struct AppMigrator;
///
/// impl MigratorTrait for AppMigrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         let mut list = game_tasks::migrations();
///         // A dashboard lists the newest tasks of all games.
///         list.push(opt_in_index(OptInIndex::CreatedAt));
///         list
///     }
/// }
/// assert_eq!(AppMigrator::migrations().len(), 3);
/// ```
///
/// Writers wait while the index is built. If that takes too long, create an index on these columns in
/// another way, such as PostgreSQL's `CREATE INDEX CONCURRENTLY`: no statement of the crate names
/// the index. On SQLite timestamps are compared in a normalised form, so only this migration creates
/// an index on them that the crate's queries use.
#[must_use]
pub fn opt_in_index(index: OptInIndex) -> Box<dyn MigrationTrait> {
    opt_in_index_for::<Games>(index)
}

/// [`opt_in_index`] for the tasks of an application's own games table.
#[must_use]
pub fn opt_in_index_for<G: ParentGame>(index: OptInIndex) -> Box<dyn MigrationTrait> {
    let name = format!("m20261124_000100_game_tasks_index_{}", index.suffix());
    Box::new(TasksMigration::<G, OptInIndex>::new(&name, index))
}

impl<G: ParentGame> TasksMigration<G, OptInIndex> {
    fn index_name(&self) -> String {
        within_limit(format!("ix_{}_by_{}", G::tasks_table(), self.change.suffix()))
    }

    fn planned_names(&self) -> PlannedNames {
        PlannedNames {
            table: TableName::tasks::<G>(),
            table_exists: true,
            indexes: vec![self.index_name()],
            foreign_key: None,
        }
    }

    /// Whether this index has the name.
    fn is_held_by(&self, dialect: Dialect, holder: &NameHolder) -> bool {
        // One expression covers a timestamp and the id.
        let by_expression = dialect.schema_features().indexes_timestamps_by_expression;
        let is =
            |(column, held): (&Column, &Option<String>)| match by_expression && is_time(*column) {
                true => held.is_none(),
                false => held.as_deref() == Some(column.as_str()),
            };
        let columns = self.change.columns();
        let length = match holder.columns.last() {
            Some(None) => columns.len() - 1,
            _ => columns.len(),
        };
        holder.on_table
            && holder.columns.len() == length
            && columns.iter().zip(&holder.columns).all(is)
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for TasksMigration<G, OptInIndex> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (connection, backend) = (manager.get_connection(), manager.get_database_backend());
        let (dialect, planned) = (Dialect::of(backend), self.planned_names());
        if let Some(holder) = planned.holders(connection).await?.first() {
            return match self.is_held_by(dialect, holder) {
                true => Ok(()),
                false => Err(SchemaMismatch::one(holder.problem(&planned)).into()),
            };
        }
        let quoted = |column: &Column| dialect.quote(column.as_str());
        let columns = match self.change.columns() {
            [first @ .., time, Column::Id] if is_time(*time) => {
                let id = quoted(&Column::Id);
                let sorted = dialect.sort_key(&quoted(time), &id).index_columns(&id);
                first.iter().map(quoted).chain([sorted]).collect::<Vec<_>>()
            }
            columns => columns.iter().map(quoted).collect(),
        };
        let create = format!(
            "{} {} ON {} ({})",
            dialect.schema_features().create_index,
            dialect.quote(&self.index_name()),
            planned.table.quoted(dialect),
            columns.join(", "),
        );
        ddl::run(manager, [create]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager.get_database_backend());
        let planned = self.planned_names();
        let holders = planned.holders(manager.get_connection()).await?;
        let Some(holder) = holders.iter().find(|holder| self.is_held_by(dialect, holder)) else {
            return Ok(());
        };
        let (table, index) = (planned.table.quoted(dialect), dialect.quote(&self.index_name()));
        let drop = dialect.drop_index(&table, holder.schema.as_deref(), &index);
        ddl::run(manager, [drop]).await
    }
}
