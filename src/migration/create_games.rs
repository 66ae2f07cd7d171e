//! Makes the `games` table, for applications that have none.

use super::ddl;
use super::names::Planned;
use super::schema;
use crate::database::sql::quote;
use crate::task::Games;
use crate::task::games::Column;
use async_trait::async_trait;
use sea_orm::{DbErr, EntityName, IdenStatic};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(super) struct CreateGames;

impl MigrationName for CreateGames {
    fn name(&self) -> &str {
        "m20261124_000001_game_tasks_create_games"
    }
}

/// The names that it gives.
pub(super) fn planned() -> Planned<'static> {
    Planned {
        schema: None,
        table: Games.table_name(),
        table_exists: false,
        indexes: Vec::new(),
        foreign_key: None,
    }
}

#[async_trait]
impl MigrationTrait for CreateGames {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        ddl::supported(manager).await?;
        if schema::games_are_there(manager.get_connection()).await? {
            return Ok(());
        }
        let ddl::Types { uuid, text, time, now, table_options } = ddl::types(backend);
        let mark = ddl::mark(backend, &quote(backend, Games.table_name()));
        let column = |column: Column| quote(backend, column.as_str());
        let external = column(Column::ExternalGameId);
        let create = format!(
            "CREATE TABLE {table} ({mark_inside}\
             {id} {uuid} NOT NULL, \
             {created_at} {time} NOT NULL DEFAULT {now}, \
             {updated_at} {time} NOT NULL DEFAULT {now}, \
             {external} {text} NOT NULL, \
             {strategy} {text} NOT NULL DEFAULT 'default', \
             {platform} {text} NULL, \
             {api_key} {text} NULL, \
             {oauth_user} {text} NULL, \
             PRIMARY KEY ({id}), {unique}UNIQUE ({external}))\
             {table_options}{mark_after}",
            table = quote(backend, Games.table_name()),
            mark_inside = mark.inside,
            mark_after = mark.after,
            id = column(Column::Id),
            created_at = column(Column::CreatedAt),
            updated_at = column(Column::UpdatedAt),
            strategy = column(Column::StrategyId),
            platform = column(Column::Platform),
            api_key = column(Column::ApiKeyUsed),
            oauth_user = column(Column::OauthUserId),
            unique = ddl::constraint(backend, "games_externalGameId_key"),
        );
        ddl::run(manager, std::iter::once(create).chain(mark.statement)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_own(manager, Games.schema_name(), Games.table_name()).await
    }
}
