//! Creates the `games` table, for applications that have none.

use super::{columns, ddl, schema};
use crate::database::dialect::{Dialect, TableName};
use crate::task::Games;
use crate::task::games::Column;
use async_trait::async_trait;
use sea_orm::{DbErr, IdenStatic};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(super) struct CreateGames;

impl MigrationName for CreateGames {
    fn name(&self) -> &str {
        "m20261124_000001_game_tasks_create_games"
    }
}

#[async_trait]
impl MigrationTrait for CreateGames {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::refuse_unsupported(manager).await?;
        if schema::games_exist(manager.get_connection()).await? {
            return Ok(());
        }
        let dialect = Dialect::of(manager.get_database_backend());
        let table = TableName::games::<Games>().quoted(dialect);
        let mark = dialect.mark_table(&table);
        let columns: Vec<_> = columns::games().iter().map(|one| one.definition(dialect)).collect();
        let create = format!(
            "CREATE TABLE {table} ({mark_inside}{columns}, \
             PRIMARY KEY ({id}), {unique}UNIQUE ({external}))\
             {options}{mark_after}",
            mark_inside = mark.inside,
            mark_after = mark.after,
            columns = columns.join(", "),
            id = dialect.quote(Column::Id.as_str()),
            unique = dialect.constraint_clause("games_externalGameId_key"),
            external = dialect.quote(Column::ExternalGameId.as_str()),
            options = dialect.schema_features().table_options,
        );
        ddl::run(manager, std::iter::once(create).chain(mark.statement)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_created(manager, &TableName::games::<Games>()).await
    }
}
