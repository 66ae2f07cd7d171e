//! The crate's list inside an application's: at any place, with migrations added later, on the schema
//! of a newer version, and inside a transaction.

use crate::migrations::{CreateBadges, CreateUsers, tables, use_tables};
use crate::support::{TestDatabase, column, empty_database_cases, rows};
use game_tasks::migration;
use game_tasks::sea_orm::{ConnectionTrait, DbErr, DynIden, TransactionTrait};
use game_tasks::sea_orm_migration::prelude::*;
use game_tasks::sea_orm_migration::seaql_migrations;
use game_tasks::{
    Migrator, NewTask, SeaOrmTaskRepository, TaskFilter, TaskQuery, TaskRepositoryExt,
};

empty_database_cases!(
    the_list_may_be_at_any_place,
    a_migration_may_be_added_in_the_middle,
    the_migrator_runs_on_a_newer_schema,
    a_composed_list_runs_on_a_newer_schema,
    the_list_runs_in_a_transaction_and_without,
    status_lists_pending_migrations,
);

type List = Vec<Box<dyn MigrationTrait>>;

/// Creates another table of the application, without a foreign key.
struct CreateNotes;

impl MigrationName for CreateNotes {
    fn name(&self) -> &'static str {
        "m20990101_000001_create_notes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateNotes {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = "CREATE TABLE app_notes (id integer PRIMARY KEY)";
        manager.get_connection().execute_unprepared(create).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE app_notes").await.map(|_| ())
    }
}

/// A migration of a later version of the crate.
struct AddColor;

const ADD_COLOR: &str = "m20991231_000003_game_tasks_add_color";

impl MigrationName for AddColor {
    fn name(&self) -> &'static str {
        ADD_COLOR
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AddColor {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = "ALTER TABLE tasks ADD COLUMN color varchar(20) DEFAULT 'red'";
        manager.get_connection().execute_unprepared(add).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = "ALTER TABLE tasks DROP COLUMN color";
        manager.get_connection().execute_unprepared(drop).await.map(|_| ())
    }
}

/// The crate's list of a later version.
fn newer_list() -> List {
    let mut list = game_tasks::migrations();
    list.push(Box::new(AddColor));
    list
}

/// Declares a migrator for each list.
macro_rules! migrators {
    ($($(#[$about:meta])* $name:ident: $($part:expr),+;)+) => {$(
        $(#[$about])*
        struct $name;

        #[async_trait::async_trait]
        impl MigratorTrait for $name {
            fn migrations() -> List {
                let parts: Vec<List> = vec![$($part),+];
                parts.into_iter().flatten().collect()
            }
        }
    )+};
}

migrators! {
    First: game_tasks::migrations(), vec![Box::new(CreateUsers), Box::new(CreateBadges)];
    Between: vec![Box::new(CreateUsers)], game_tasks::migrations(), vec![Box::new(CreateBadges)];
    Last: vec![Box::new(CreateUsers), Box::new(CreateNotes)], game_tasks::migrations();
    /// The same application with a later version of the crate.
    BetweenLater: vec![Box::new(CreateUsers)], newer_list(), vec![Box::new(CreateBadges)];
}

/// The crate's own migrator of a later version.
struct Newer;

#[async_trait::async_trait]
impl MigratorTrait for Newer {
    fn migrations() -> List {
        newer_list()
    }

    fn migration_table_name() -> DynIden {
        Migrator::migration_table_name()
    }
}

/// An application's migrator that ignores newer migrations of the crate.
struct Tolerant;

#[async_trait::async_trait]
impl MigratorTrait for Tolerant {
    fn migrations() -> List {
        Between::migrations()
    }

    async fn get_migration_models<C>(db: &C) -> Result<Vec<seaql_migrations::Model>, DbErr>
    where
        C: ConnectionTrait,
    {
        migration::applied::<Self, C>(db).await
    }
}

async fn the_list_may_be_at_any_place(database: &TestDatabase) {
    up_down_up::<First>(database, &["app_badges", "app_users"]).await;
    up_down_up::<Between>(database, &["app_badges", "app_users"]).await;
    up_down_up::<Last>(database, &["app_notes", "app_users"]).await;
}

async fn up_down_up<M: MigratorTrait>(database: &TestDatabase, own: &[&str]) {
    let db = &database.db;
    let all = [own, &["games", "seaql_migrations", "tasks"]].concat();
    let count = M::migrations().len();
    for step_by_step in [false, true] {
        if step_by_step {
            for _ in 0..count {
                M::up(db, Some(1)).await.unwrap();
            }
        } else {
            M::up(db, None).await.unwrap();
        }
        assert_eq!(tables(database).await, all);
        migration::verify_schema(db).await.unwrap();
        use_tables(db).await;
        M::up(db, None).await.unwrap();
        if step_by_step {
            for left in (0..count).rev() {
                M::down(db, Some(1)).await.unwrap();
                assert_eq!(tables(database).await.len(), 1 + left);
            }
        } else {
            M::down(db, None).await.unwrap();
        }
        assert_eq!(tables(database).await, ["seaql_migrations"]);
    }
}

async fn a_migration_may_be_added_in_the_middle(database: &TestDatabase) {
    let db = &database.db;
    Between::up(db, None).await.unwrap();
    let task = use_tables(db).await;
    let record = migration::status::<BetweenLater>(db).await.unwrap();
    assert_eq!((record.pending, record.unknown), (vec![ADD_COLOR.to_owned()], vec![]));
    BetweenLater::up(db, None).await.unwrap();
    let colors: Vec<String> = column(db, "SELECT color FROM tasks", []).await;
    assert_eq!(colors, ["red"]);
    let tasks = SeaOrmTaskRepository::new(db.clone());
    assert_eq!(tasks.get(task.id).await.unwrap(), task);
    BetweenLater::up(db, None).await.unwrap();
    BetweenLater::down(db, None).await.unwrap();
    assert_eq!(tables(database).await, ["seaql_migrations"]);
    BetweenLater::up(db, None).await.unwrap();
    use_tables(db).await;
}

async fn the_migrator_runs_on_a_newer_schema(database: &TestDatabase) {
    let db = &database.db;
    // During a rollout the old program runs after a new one has migrated.
    game_tasks::migrate(db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = use_tables(db).await;
    Newer::up(db, None).await.unwrap();
    assert_eq!(tasks.get(task.id).await.unwrap(), task);
    let other = tasks.create(NewTask::new(task.game_id, "other")).await.unwrap();
    tasks.transition(other.id, "open", "closed").await.unwrap();
    // After a rollback the old program starts on the new schema.
    for _ in 0..2 {
        game_tasks::migrate(db).await.unwrap();
        Migrator::up(db, None).await.unwrap();
        migration::verify_schema(db).await.unwrap();
        use_tables(db).await;
    }
    let record = migration::status::<Migrator>(db).await.unwrap();
    assert_eq!((record.pending, record.unknown), (vec![], vec![ADD_COLOR.to_owned()]));
    // Only the new version can revert its migrations.
    for refused in [
        Migrator::down(db, None).await,
        Migrator::down(db, Some(1)).await,
        Migrator::refresh(db).await,
        Migrator::reset(db).await,
    ] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("newer version of game-tasks"), "{error}");
    }
    let count = TaskQuery::new(TaskFilter::all()).with_total();
    assert_eq!(tasks.list(count).await.unwrap().total, Some(4));
    Newer::down(db, Some(1)).await.unwrap();
    use_tables(db).await;
    Migrator::down(db, None).await.unwrap();
    assert_eq!(tables(database).await, ["game_tasks_migrations"]);
    // The new version migrates an empty database; the old version runs on it.
    Newer::up(db, None).await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    use_tables(db).await;
    // An unknown migration that is not the crate's is an error.
    let insert = "INSERT INTO game_tasks_migrations (version, applied_at) VALUES ('m1_app', 1)";
    db.execute_unprepared(insert).await.unwrap();
    let error = Migrator::up(db, None).await.unwrap_err().to_string();
    assert!(error.contains("m1_app"), "{error}");
}

async fn a_composed_list_runs_on_a_newer_schema(database: &TestDatabase) {
    let db = &database.db;
    BetweenLater::up(db, None).await.unwrap();
    let error = Between::up(db, None).await.unwrap_err().to_string();
    assert!(error.contains(ADD_COLOR), "{error}");
    Tolerant::up(db, None).await.unwrap();
    migration::with_migration_lock(db, async |one| Tolerant::up(one, None).await).await.unwrap();
    use_tables(db).await;
    // An unknown migration of the application is an error.
    let insert = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2_app', 1)";
    db.execute_unprepared(insert).await.unwrap();
    let error = Tolerant::up(db, None).await.unwrap_err().to_string();
    assert!(error.contains("m2_app") && !error.contains(ADD_COLOR), "{error}");
}

async fn the_list_runs_in_a_transaction_and_without(database: &TestDatabase) {
    let db = &database.db;
    for migration in game_tasks::migrations() {
        migration.up(&SchemaManager::new(db)).await.unwrap();
    }
    assert_eq!(tables(database).await, ["games", "tasks"]);
    use_tables(db).await;
    for migration in game_tasks::migrations().iter().rev() {
        migration.down(&SchemaManager::new(db)).await.unwrap();
    }
    assert!(tables(database).await.is_empty());

    // A rollback reverts the migrations, except where DDL statements commit.
    let transaction = db.begin().await.unwrap();
    Between::up(&transaction, None).await.unwrap();
    migration::verify_schema(&transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    if !database.backend.is_mariadb_or_mysql() {
        assert!(tables(database).await.is_empty());
    }
    let transaction = db.begin().await.unwrap();
    Between::up(&transaction, None).await.unwrap();
    transaction.commit().await.unwrap();
    use_tables(db).await;
    let transaction = db.begin().await.unwrap();
    Between::down(&transaction, None).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(tables(database).await, ["seaql_migrations"]);
}

async fn status_lists_pending_migrations(database: &TestDatabase) {
    let db = &database.db;
    let names: Vec<String> =
        game_tasks::migrations().iter().map(|one| one.name().to_owned()).collect();
    let record = migration::status::<Migrator>(db).await.unwrap();
    assert_eq!(record.pending, names);
    assert!(!record.is_current());
    assert!(tables(database).await.is_empty(), "to ask makes nothing");
    Migrator::up(db, Some(1)).await.unwrap();
    let record = migration::status::<Migrator>(db).await.unwrap();
    assert_eq!(record.pending, names[1..]);
    game_tasks::migrate(db).await.unwrap();
    assert!(migration::status::<Migrator>(db).await.unwrap().is_current());
    assert!(rows(db, "SELECT id FROM tasks", []).await.is_empty());
    // In the application's list they are still pending.
    assert_eq!(migration::status::<Between>(db).await.unwrap().pending.len(), 4);
    // The application's migrator uses the existing tables, and records them itself.
    Between::up(db, None).await.unwrap();
    use_tables(db).await;
}
