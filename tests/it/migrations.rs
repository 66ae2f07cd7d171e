//! The migrations by themselves, beside an application's migrator, and inside its list; up and down.

use crate::support::{Backend, TestDatabase, column, empty_database_cases, rows, run, try_run};
use game_tasks::sea_orm::{DatabaseConnection, DbErr};
use game_tasks::sea_orm_migration::prelude::*;
use game_tasks::{
    Game, Migrator, NewTask, SeaOrmTaskRepository, Task, TaskFilter, TaskQuery, TaskRepositoryExt,
};

empty_database_cases!(
    migrating_again_changes_nothing,
    migrations_can_be_reverted_and_repeated,
    the_list_runs_inside_the_applications,
    both_migrators_run_on_one_database,
    fresh_is_refused,
    another_process_finds_the_tables_migrated,
);

/// A migration of the application: a table that refers to tasks.
pub(crate) struct CreateBadges;

impl MigrationName for CreateBadges {
    fn name(&self) -> &'static str {
        "m20270101_000001_create_badges"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateBadges {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = match manager.get_database_backend() {
            game_tasks::sea_orm::DbBackend::Postgres => "uuid",
            game_tasks::sea_orm::DbBackend::MySql => "binary(16)",
            _ => "blob",
        };
        let create = format!(
            "CREATE TABLE app_badges (id integer PRIMARY KEY, task_id {uuid}, \
             CONSTRAINT app_badges_task_fkey FOREIGN KEY (task_id) REFERENCES tasks (id))"
        );
        manager.get_connection().execute_unprepared(&create).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE app_badges").await.map(|_| ())
    }
}

/// A migration of the application without a foreign key, for a migrator without the crate's list.
pub(crate) struct CreateUsers;

impl MigrationName for CreateUsers {
    fn name(&self) -> &'static str {
        "m20200101_000001_create_users"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateUsers {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = "CREATE TABLE app_users (id integer PRIMARY KEY)";
        manager.get_connection().execute_unprepared(create).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE app_users").await.map(|_| ())
    }
}

/// The application's migrator, with the crate's migrations between its own.
struct Composed;

#[async_trait::async_trait]
impl MigratorTrait for Composed {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list: Vec<Box<dyn MigrationTrait>> = vec![Box::new(CreateUsers)];
        list.extend(game_tasks::migrations());
        list.push(Box::new(CreateBadges));
        list
    }
}

/// An application's migrator without the crate's list.
struct Own;

#[async_trait::async_trait]
impl MigratorTrait for Own {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreateUsers)]
    }
}

/// Creates a game and a task in it.
pub(crate) async fn use_tables(db: &DatabaseConnection) -> Task {
    let game = Game::new(crate::support::unordered_id().to_string()).insert(db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    tasks.create(NewTask::new(game.id, "task")).await.unwrap()
}

pub(crate) async fn tables(database: &TestDatabase) -> Vec<String> {
    let query = match database.backend {
        Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
        Backend::MariaDb | Backend::MySql => {
            "SELECT CAST(table_name AS CHAR CHARACTER SET utf8mb4) \
             FROM information_schema.tables WHERE table_schema = DATABASE()"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    // The databases sort differently.
    let mut tables: Vec<String> = column(&database.db, query, []).await;
    tables.sort();
    // The table of MariaDB's lock is kept.
    tables.retain(|table| table != "game_tasks_lock");
    tables
}

async fn migrating_again_changes_nothing(database: &TestDatabase) {
    let db = &database.db;
    game_tasks::migrate(db).await.unwrap();
    assert_eq!(tables(database).await, ["game_tasks_migrations", "games", "tasks"]);
    let task = use_tables(db).await;
    for _ in 0..2 {
        game_tasks::migrate(db).await.unwrap();
    }
    Migrator::up(db, None).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    assert_eq!(tasks.list(TaskQuery::new(TaskFilter::all())).await.unwrap().items, [task]);
    let applied: Vec<String> =
        column(db, "SELECT version FROM game_tasks_migrations ORDER BY version", []).await;
    let names: Vec<String> =
        game_tasks::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    assert_eq!(applied, names);
    for name in names {
        assert!(name.contains("game_tasks"), "{name} could be an application's");
    }
}

async fn migrations_can_be_reverted_and_repeated(database: &TestDatabase) {
    let db = &database.db;
    for _ in 0..2 {
        Migrator::up(db, None).await.unwrap();
        use_tables(db).await;
        Migrator::down(db, None).await.unwrap();
        assert_eq!(tables(database).await, ["game_tasks_migrations"]);
    }
    // One migration at a time, and all at once.
    Migrator::up(db, Some(1)).await.unwrap();
    assert_eq!(tables(database).await, ["game_tasks_migrations", "games"]);
    Migrator::up(db, Some(1)).await.unwrap();
    use_tables(db).await;
    Migrator::down(db, Some(1)).await.unwrap();
    assert_eq!(tables(database).await, ["game_tasks_migrations", "games"]);
    Migrator::up(db, None).await.unwrap();
    Migrator::refresh(db).await.unwrap();
    let task = use_tables(db).await;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    assert_eq!(tasks.list(TaskQuery::new(TaskFilter::all())).await.unwrap().items, [task]);
}

async fn the_list_runs_inside_the_applications(database: &TestDatabase) {
    let db = &database.db;
    for _ in 0..2 {
        Composed::up(db, None).await.unwrap();
        let all = ["app_badges", "app_users", "games", "seaql_migrations", "tasks"];
        assert_eq!(tables(database).await, all);
        assert!(Composed::get_pending_migrations(db).await.unwrap().is_empty());
        let task = use_tables(db).await;
        let badge = "INSERT INTO app_badges (id, task_id) VALUES (1, ?)";
        run(db, badge, [task.id.into()]).await;
        let missing = crate::support::unordered_id();
        try_run(db, "INSERT INTO app_badges (id, task_id) VALUES (2, ?)", [missing.into()])
            .await
            .expect_err("the task does not exist");
        Composed::up(db, None).await.unwrap();
        assert_eq!(rows(db, "SELECT id FROM app_badges", []).await.len(), 1);
        Composed::down(db, None).await.unwrap();
        assert_eq!(tables(database).await, ["seaql_migrations"]);
    }
}

async fn both_migrators_run_on_one_database(database: &TestDatabase) {
    let db = &database.db;
    Own::up(db, None).await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    // Neither is affected by the other's records.
    Own::up(db, None).await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    use_tables(db).await;
    let all = ["app_users", "game_tasks_migrations", "games", "seaql_migrations", "tasks"];
    assert_eq!(tables(database).await, all);
    Migrator::down(db, None).await.unwrap();
    assert_eq!(tables(database).await, ["app_users", "game_tasks_migrations", "seaql_migrations"]);
    game_tasks::migrate(db).await.unwrap();
    Own::down(db, None).await.unwrap();
    use_tables(db).await;
}

async fn fresh_is_refused(database: &TestDatabase) {
    let db = &database.db;
    Own::up(db, None).await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    use_tables(db).await;
    let before = tables(database).await;
    Migrator::fresh(db).await.unwrap_err();
    assert_eq!(tables(database).await, before);
    assert_eq!(rows(db, "SELECT id FROM tasks", []).await.len(), 1);
}

async fn another_process_finds_the_tables_migrated(database: &TestDatabase) {
    game_tasks::migrate(&database.db).await.unwrap();
    if database.backend == Backend::SqliteMemory {
        return;
    }
    let task = use_tables(&database.db).await;
    let other = database.second_pool().await;
    game_tasks::migrate(&other).await.unwrap();
    let found = SeaOrmTaskRepository::new(other.clone()).get(task.id).await.unwrap();
    assert_eq!(found, task);
    other.close().await.unwrap();
}
