//! Makes the tasks table of a games table.

use super::ddl;
use super::names::Planned;
use super::schema;
use crate::database::sql::{
    Names, creation_index, name_index, quote, sorted_columns, within_limit,
};
use crate::task::ParentGame;
use crate::task::tasks::Column;
use async_trait::async_trait;
use sea_orm::{DbBackend, DbErr, IdenStatic};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use std::marker::PhantomData;

pub(super) struct CreateTasks<G> {
    name: String,
    parent: PhantomData<fn() -> G>,
}

impl<G: ParentGame> CreateTasks<G> {
    pub(super) fn new() -> Self {
        let name = "m20261124_000002_game_tasks_create_tasks".to_owned();
        Self { name: named_for::<G>(name), parent: PhantomData }
    }
}

/// The name of a migration of this tasks table: one database may hold several.
pub(super) fn named_for<G: ParentGame>(mut name: String) -> String {
    if G::tasks_schema().is_some() || G::tasks_table() != "tasks" {
        let schema = G::tasks_schema().unwrap_or_default();
        name.push_str(&format!(":{}:{schema}.{}", schema.len(), G::tasks_table()));
    }
    name
}

impl<G: ParentGame> MigrationName for CreateTasks<G> {
    fn name(&self) -> &str {
        &self.name
    }
}

fn foreign_key<G: ParentGame>() -> String {
    within_limit(format!("{}_gameId_fkey", G::tasks_table()))
}

/// The names that it gives, where they have to be free.
pub(super) fn planned<G: ParentGame>(backend: DbBackend) -> Planned<'static> {
    let indexes = match backend {
        // A constraint's index has a name of SQLite's own.
        DbBackend::Sqlite => vec![creation_index::<G>()],
        DbBackend::Postgres => vec![creation_index::<G>(), name_index::<G>()],
        // Names of indexes are a table's own.
        _ => Vec::new(),
    };
    Planned {
        schema: G::tasks_schema(),
        table: G::tasks_table(),
        table_exists: false,
        indexes,
        foreign_key: Some(foreign_key::<G>()),
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for CreateTasks<G> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        ddl::supported(manager).await?;
        if schema::tasks_are_there::<G, _>(manager.get_connection()).await? {
            return Ok(());
        }
        let ddl::Types { uuid, text, time, now, table_options } = ddl::types(backend);
        let names = Names::new::<G>(crate::database::dialect::Dialect::of(backend));
        let mark = ddl::mark(backend, &names.tasks);
        let column = |column: Column| quote(backend, column.as_str());
        let (id, game) = (column(Column::Id), column(Column::GameId));
        let created_at = column(Column::CreatedAt);
        // For the query "the tasks of a game by creation, newest or oldest first, after a cursor":
        // the id breaks ties, and a batch that was created at once is all ties.
        let listing = quote(backend, &creation_index::<G>());
        let listed = format!("({game}, {})", sorted_columns(backend, &created_at, &id));
        // MariaDB commits with each DDL statement, so its table is made in one.
        let inline = match backend {
            DbBackend::MySql => format!(", INDEX {listing} {listed}"),
            _ => String::new(),
        };
        // The primary key is for "the task with this id". The unique constraint is for "the task of
        // this name in this game" and "the tasks of a game by name, after a cursor"; bulk changes
        // go by it; and it makes one winner of many creators.
        let create = format!(
            "CREATE TABLE {table} ({mark_inside}\
             {id} {uuid} NOT NULL, \
             {created_at} {time} NOT NULL DEFAULT {now}, \
             {updated_at} {time} NOT NULL DEFAULT {now}, \
             {api_key} {text} NULL, \
             {oauth_user} {text} NULL, \
             {external} {text} NOT NULL, \
             {game} {uuid} NOT NULL, \
             {strategy} {text} NOT NULL DEFAULT 'default', \
             {status} {text} NOT NULL DEFAULT 'open', \
             PRIMARY KEY ({id}), \
             CONSTRAINT {unique} UNIQUE ({game}, {external}), \
             CONSTRAINT {foreign} FOREIGN KEY ({game}) REFERENCES {games} ({games_id})\
             {inline}){table_options}{mark_after}",
            table = names.tasks,
            mark_inside = mark.inside,
            mark_after = mark.after,
            updated_at = column(Column::UpdatedAt),
            api_key = column(Column::ApiKeyUsed),
            oauth_user = column(Column::OauthUserId),
            external = column(Column::ExternalTaskId),
            strategy = column(Column::StrategyId),
            status = column(Column::Status),
            unique = quote(backend, &name_index::<G>()),
            foreign = quote(backend, &foreign_key::<G>()),
            games = names.games,
            games_id = quote(backend, G::id_column().as_str()),
        );
        let index = (backend != DbBackend::MySql)
            .then(|| format!("CREATE INDEX {listing} ON {} {listed}", names.tasks));
        ddl::run(manager, std::iter::once(create).chain(index).chain(mark.statement)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_own(manager, G::tasks_schema(), G::tasks_table()).await
    }
}
