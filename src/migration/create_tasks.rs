//! Creates the tasks table of a games table.

use super::tasks_migration::TasksMigration;
use super::{columns, ddl, schema};
use crate::database::dialect::{Dialect, PlannedNames, TableName};
use crate::database::sql::{creation_index, name_index, within_limit};
use crate::task::ParentGame;
use crate::task::tasks::Column;
use async_trait::async_trait;
use sea_orm::{DbErr, IdenStatic};
use sea_orm_migration::{MigrationTrait, SchemaManager};

pub(super) struct CreateTasks;

pub(super) fn migration<G: ParentGame>() -> TasksMigration<G, CreateTasks> {
    TasksMigration::new("m20261124_000002_game_tasks_create_tasks", CreateTasks)
}

fn foreign_key<G: ParentGame>() -> String {
    within_limit(format!("{}_gameId_fkey", G::tasks_table()))
}

pub(super) fn planned_names<G: ParentGame>(dialect: Dialect) -> PlannedNames {
    PlannedNames {
        table: TableName::tasks::<G>(),
        table_exists: false,
        indexes: dialect.index_names_to_reserve(creation_index::<G>(), name_index::<G>()),
        foreign_key: Some(foreign_key::<G>()),
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for TasksMigration<G, CreateTasks> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::refuse_unsupported(manager).await?;
        if schema::tasks_exist::<G, _>(manager.get_connection()).await? {
            return Ok(());
        }
        let dialect = Dialect::of(manager.get_database_backend());
        let table = TableName::tasks::<G>().quoted(dialect);
        let mark = dialect.mark_table(&table);
        let columns = columns::tasks_as_created();
        let columns: Vec<_> = columns.iter().map(|one| one.definition(dialect)).collect();
        let quoted = |column: Column| dialect.quote(column.as_str());
        let (id, game) = (quoted(Column::Id), quoted(Column::GameId));
        // Serves "the tasks of a game by creation, newest or oldest first, after a cursor". The id
        // breaks ties: tasks that were created in one batch have the same timestamp.
        let listing = dialect.quote(&creation_index::<G>());
        let sorted = dialect.sort_key(&quoted(Column::CreatedAt), &id).index_columns(&id);
        let listed = format!("({game}, {sorted})");
        let (inline, index) = match dialect.schema_features().commits_ddl {
            true => (format!(", INDEX {listing} {listed}"), None),
            false => (String::new(), Some(format!("CREATE INDEX {listing} ON {table} {listed}"))),
        };
        // The unique constraint serves "the task of this name in this game", "the tasks of a game
        // by name, after a cursor" and bulk changes, and lets one of several creators win.
        let create = format!(
            "CREATE TABLE {table} ({mark_inside}{columns}, \
             PRIMARY KEY ({id}), \
             CONSTRAINT {unique} UNIQUE ({game}, {external}), \
             CONSTRAINT {foreign} FOREIGN KEY ({game}) REFERENCES {games} ({games_id})\
             {inline}){options}{mark_after}",
            mark_inside = mark.inside,
            mark_after = mark.after,
            columns = columns.join(", "),
            unique = dialect.quote(&name_index::<G>()),
            external = quoted(Column::ExternalTaskId),
            foreign = dialect.quote(&foreign_key::<G>()),
            games = TableName::games::<G>().quoted(dialect),
            games_id = dialect.quote(G::id_column().as_str()),
            options = dialect.schema_features().table_options,
        );
        ddl::run(manager, std::iter::once(create).chain(index).chain(mark.statement)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_created(manager, &TableName::tasks::<G>()).await
    }
}
