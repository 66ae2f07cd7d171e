//! Indexes that an application may have made for lists that span games.

use super::create_tasks;
use super::ddl;
use super::names::Holder;
use super::names::Planned;
use crate::database::sql::{Names, is_time, quote, sorted_columns, within_limit};
use crate::migration::SchemaMismatch;
use crate::task::tasks::Column;
use crate::task::{Games, ParentGame};
use async_trait::async_trait;
use sea_orm::{DbBackend, DbErr, IdenStatic};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use std::marker::PhantomData;

/// An index that the crate's own statements do without, save for what spans games or sorts by
/// update: without it that looks at every task there is, or that the game has.
///
/// Each costs every write. Those on what a task changes in its life keep PostgreSQL from
/// changing it in place (HOT): measured, four of them took a sixth of the write rate.
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

    fn is_called(self) -> &'static str {
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

/// A migration that makes an index which the crate's own migrations leave out, for the
/// application's list, anywhere after [`migrations`](super::migrations). `down` drops it. It is
/// called `ix_tasks_by_…`; where something else has that name, both leave that as it is, and `up`
/// reports a [`SchemaMismatch`].
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
/// It locks the table against writers while it is built. Where that takes too long, build an
/// index of these columns your own way, such as PostgreSQL's `CREATE INDEX CONCURRENTLY`: the
/// crate names none of them. On SQLite timestamps are compared in a normalised form, so only this
/// migration makes an index of them that serves the crate's queries.
#[must_use]
pub fn opt_in_index(index: OptInIndex) -> Box<dyn MigrationTrait> {
    opt_in_index_for::<Games>(index)
}

/// [`opt_in_index`] for the tasks of an application's own games table.
#[must_use]
pub fn opt_in_index_for<G: ParentGame>(index: OptInIndex) -> Box<dyn MigrationTrait> {
    let name = format!("m20261124_000100_game_tasks_index_{}", index.is_called());
    let name = create_tasks::named_for::<G>(name);
    Box::new(CreateIndex::<G> { name, index, parent: PhantomData })
}

struct CreateIndex<G> {
    name: String,
    index: OptInIndex,
    parent: PhantomData<fn() -> G>,
}

impl<G: ParentGame> CreateIndex<G> {
    fn index_name(&self) -> String {
        within_limit(format!("ix_{}_by_{}", G::tasks_table(), self.index.is_called()))
    }

    fn planned(&self) -> Planned<'static> {
        Planned {
            schema: G::tasks_schema(),
            table: G::tasks_table(),
            table_exists: true,
            indexes: vec![self.index_name()],
            foreign_key: None,
        }
    }

    /// Whether what has its name is this index.
    fn is(&self, backend: DbBackend, holder: &Holder) -> bool {
        let is = |(column, held): (&Column, &Option<String>)| match held {
            // An expression of both stands for a timestamp and the id.
            held if backend == DbBackend::Sqlite && is_time(*column) => held.is_none(),
            held => held.as_deref() == Some(column.as_str()),
        };
        let columns = self.index.columns();
        let length = match holder.columns.last() {
            Some(None) => columns.len() - 1,
            _ => columns.len(),
        };
        holder.on_table
            && holder.columns.len() == length
            && columns.iter().zip(&holder.columns).all(is)
    }
}

impl<G: ParentGame> MigrationName for CreateIndex<G> {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for CreateIndex<G> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (connection, backend) = (manager.get_connection(), manager.get_database_backend());
        let planned = self.planned();
        if let Some(holder) = planned.holders(connection).await?.first() {
            return match self.is(backend, holder) {
                true => Ok(()),
                false => Err(SchemaMismatch::one(holder.problem(&planned)).into()),
            };
        }
        let quoted = |column: &Column| quote(backend, column.as_str());
        let columns = match self.index.columns() {
            [first @ .., time, Column::Id] if is_time(*time) => {
                let sorted = sorted_columns(backend, &quoted(time), &quoted(&Column::Id));
                first.iter().map(quoted).chain([sorted]).collect::<Vec<_>>()
            }
            columns => columns.iter().map(quoted).collect(),
        };
        let create = format!(
            "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
            quote(backend, &self.index_name()),
            Names::new::<G>(backend).tasks,
            columns.join(", "),
        );
        ddl::run(manager, [create]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (connection, backend) = (manager.get_connection(), manager.get_database_backend());
        let holders = self.planned().holders(connection).await?;
        let Some(holder) = holders.iter().find(|holder| self.is(backend, holder)) else {
            return Ok(());
        };
        let index = quote(backend, &self.index_name());
        let drop = match (backend, holder.schema.as_deref()) {
            (DbBackend::MySql, _) => {
                let tasks = Names::new::<G>(backend).tasks;
                format!("ALTER TABLE IF EXISTS {tasks} DROP INDEX IF EXISTS {index}")
            }
            (_, Some(schema)) => {
                format!("DROP INDEX IF EXISTS {}.{index}", quote(backend, schema))
            }
            _ => format!("DROP INDEX IF EXISTS {index}"),
        };
        ddl::run(manager, [drop]).await
    }
}
