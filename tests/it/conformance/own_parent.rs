//! Runs the suite on an application's games table in which all names that may differ do.

use super::stores::spawn;
use super::{TIME_LIMIT, needs_transaction, suite};
use crate::support::{
    Backend, CONCURRENT_CALLS, MigratorOf, TestDatabase, on_empty_database_within, parent, run,
    tests_on,
};
use async_trait::async_trait;
use game_tasks::conformance::futures::BoxFuture;
use game_tasks::conformance::{Store, StoreError};
use game_tasks::sea_orm::sea_query::OnConflict;
use game_tasks::sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    Game, Lifecycle, ParentGame, ResolveStrategy, SeaOrmTaskRepository, StrategyId,
    StrategyResolver, Task, TaskRepository, migration,
};
use std::marker::PhantomData;
use std::sync::Arc;

/// A games table with a number as its primary key, a unique UUID, a nullable strategy and other
/// names for the owner columns.
macro_rules! seasons {
    (mod $name:ident; $($tasks_table:tt)*) => {
        parent! {
            mod $name: "Seasons of the year" {
                #[sea_orm(primary_key)]
                pub(crate) number: i32,
                #[sea_orm(column_name = "public ID", unique)]
                pub(crate) public_id: Uuid,
                pub(crate) rules: Option<String>,
                pub(crate) made_by_key: Option<String>,
                #[sea_orm(column_name = "madeByUser")]
                pub(crate) made_by_user: Option<String>,
            }
            fn id_column() -> Column {
                Column::PublicId
            }
            fn strategy_column() -> Option<Column> {
                Some(Column::Rules)
            }
            fn api_key_column() -> Option<Column> {
                Some(Column::MadeByKey)
            }
            fn oauth_user_column() -> Option<Column> {
                Some(Column::MadeByUser)
            }
            $($tasks_table)*
        }
    };
}

seasons! {
    mod seasons;
    fn tasks_table() -> &'static str {
        "season's tasks"
    }
}

seasons! {
    mod seasons_elsewhere;
    fn tasks_table() -> &'static str {
        "tasks"
    }
    fn tasks_schema() -> Option<&'static str> {
        Some("of seasons")
    }
}

mod season_tasks {
    game_tasks::tasks_entity!(super::seasons::Entity);
}

mod season_tasks_elsewhere {
    game_tasks::tasks_entity!(super::seasons_elsewhere::Entity);
}

struct OwnParent<'d, G: ParentGame, E> {
    db: &'d DatabaseConnection,
    tasks: SeaOrmTaskRepository<DatabaseConnection, G>,
    /// The application's entity of the tasks table, for reading without the repository.
    entity: PhantomData<E>,
}

#[async_trait]
impl<G, E> Store for OwnParent<'_, G, E>
where
    G: ParentGame,
    E: EntityTrait<Model: Into<Task>>,
{
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        Box::new(&self.tasks)
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        let default = game.strategy_id == StrategyId::DEFAULT;
        let season = seasons::ActiveModel {
            public_id: Set(game.id),
            // Null, which means `default`.
            rules: Set((!default).then(|| game.strategy_id.to_string())),
            made_by_key: Set(game.api_key_used.map(|key| key.as_str().to_owned())),
            made_by_user: Set(game.oauth_user_id.map(|user| user.as_str().to_owned())),
            ..Default::default()
        };
        let replace = OnConflict::column(seasons::Column::PublicId)
            .update_columns([
                seasons::Column::Rules,
                seasons::Column::MadeByKey,
                seasons::Column::MadeByUser,
            ])
            .to_owned();
        seasons::Entity::insert(season)
            .on_conflict(replace)
            .exec_without_returning(self.db)
            .await?;
        Ok(())
    }
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        Some(Box::new(StrategyResolver::with_parent::<G>(self.db)))
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        Some(Box::new(self.tasks.clone().with_lifecycle(lifecycle)))
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        Some(Arc::new(self.tasks.clone()))
    }
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        spawn(call)
    }
    async fn stored_tasks(&self) -> Result<Option<Vec<Task>>, StoreError> {
        let rows = E::find().all(self.db).await?;
        Ok(Some(rows.into_iter().map(Into::into).collect()))
    }
}

async fn on_tables_of<G, E>(database: &TestDatabase)
where
    G: ParentGame,
    E: EntityTrait<Model: Into<Task>>,
{
    let db = &database.db;
    MigratorOf::<G>::up(db, None).await.unwrap();
    migration::verify_schema_for::<G>(db).await.unwrap();
    let new_store = async || {
        E::delete_many().exec(db).await?;
        G::delete_many().exec(db).await?;
        let tasks = SeaOrmTaskRepository::with_parent::<G>(db.clone());
        Ok::<_, StoreError>(OwnParent { db, tasks, entity: PhantomData::<E> })
    };
    suite(new_store, needs_transaction).await;
}

async fn of_other_names(database: &TestDatabase) {
    on_tables_of::<seasons::Entity, season_tasks::Entity>(database).await;
}

tests_on!(
    [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    of_other_names,
    |on| super::on_empty_database_within(super::TIME_LIMIT, on, super::CONCURRENT_CALLS, super::of_other_names)
);

#[tokio::test(flavor = "multi_thread")]
async fn in_another_schema() {
    on_empty_database_within(TIME_LIMIT, Backend::Postgres, CONCURRENT_CALLS, async |database| {
        run(&database.db, r#"CREATE SCHEMA "of seasons""#, []).await;
        type Elsewhere = season_tasks_elsewhere::Entity;
        on_tables_of::<seasons_elsewhere::Entity, Elsewhere>(database).await;
    })
    .await;
}
