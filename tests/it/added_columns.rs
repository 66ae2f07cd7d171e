//! A migration that adds a column to the tasks table, from each shape that the table can have.

use crate::schema_check::{definitions, lacking, make, use_tables as use_repository};
#[cfg(feature = "adopt")]
use crate::support::Backend;
use crate::support::{TestDatabase, assert_is, column, run, tests_on, try_run};
use game_tasks::__private::add_text_column_for;
use game_tasks::sea_orm::{DatabaseConnection, DynIden};
use game_tasks::sea_orm_migration::prelude::*;
use game_tasks::{Game, Games, Migrator, NewTask, SchemaFault, SchemaMismatch};
use game_tasks::{SeaOrmTaskRepository, TaskRepositoryExt, migration};

/// On one connection: another one of SQLite's notices a dropped column only with its next query.
macro_rules! on_one_connection {
    ($($case:ident),+ $(,)?) => {$(
        tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
             mariadb MariaDb, mysql MySql],
            $case,
            |on| crate::support::on_empty_database(on, 1, super::$case)
        );
    )+};
}

on_one_connection!(
    an_empty_database_gets_the_columns,
    a_table_of_the_previous_version_gets_the_columns,
    a_table_of_the_application_gets_the_columns,
    an_existing_column_that_fits_is_kept,
    an_existing_column_that_does_not_fit_is_a_mismatch,
    a_missing_table_is_a_mismatch,
);

/// The crate's migrator of a later version, with a nullable column and one with a default.
struct Later;

#[async_trait::async_trait]
impl MigratorTrait for Later {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list = game_tasks::migrations();
        list.extend(added());
        list
    }

    fn migration_table_name() -> DynIden {
        Migrator::migration_table_name()
    }
}

fn added() -> [Box<dyn MigrationTrait>; 2] {
    [
        add_text_column_for::<Games>("m20990101_000003_game_tasks_add_summary", "summary", None),
        add_text_column_for::<Games>(
            "m20990101_000004_game_tasks_add_level",
            "level",
            Some("it's"),
        ),
    ]
}

async fn exists(db: &DatabaseConnection, column: &str) -> bool {
    try_run(db, &format!("UPDATE tasks SET {column} = {column} WHERE 1 = 0"), []).await.is_ok()
}

/// Migrates twice, checks the columns and that both versions work, and migrates down.
async fn migrate(database: &TestDatabase, rows: usize) {
    let db = &database.db;
    for _ in 0..2 {
        Later::up(db, None).await.unwrap();
        let manager = SchemaManager::new(db);
        for one in added() {
            one.up(&manager).await.unwrap();
        }
        let summaries: Vec<Option<String>> = column(db, "SELECT summary FROM tasks", []).await;
        assert_eq!(summaries, vec![None; rows]);
        let levels: Vec<String> = column(db, "SELECT level FROM tasks", []).await;
        assert_eq!(levels, vec!["it's"; rows]);
    }
    // The previous version works on the new schema.
    game_tasks::migrate(db).await.unwrap();
    assert_eq!(lacking(database).await, Vec::<String>::new());
    use_repository(database).await;
}

async fn an_empty_database_gets_the_columns(database: &TestDatabase) {
    let db = &database.db;
    migrate(database, 0).await;
    Later::down(db, Some(2)).await.unwrap();
    assert!(!exists(db, "summary").await && !exists(db, "level").await);
    migrate(database, 0).await;
    Later::down(db, None).await.unwrap();
}

async fn a_table_of_the_previous_version_gets_the_columns(database: &TestDatabase) {
    let db = &database.db;
    game_tasks::migrate(db).await.unwrap();
    create_task(db).await;
    let status = migration::status::<Later>(db).await.unwrap();
    assert_eq!(status.pending.len(), 2);
    migrate(database, 1).await;
    Later::down(db, Some(1)).await.unwrap();
    assert!(exists(db, "summary").await && !exists(db, "level").await);
    Later::down(db, Some(1)).await.unwrap();
    assert!(!exists(db, "summary").await);
    // Reverting may be repeated.
    for one in added() {
        one.down(&SchemaManager::new(db)).await.unwrap();
    }
    assert_eq!(column::<_, i64>(db, "SELECT COUNT(*) FROM tasks", []).await, [1]);
    assert_eq!(lacking(database).await, Vec::<String>::new());
}

/// `down` leaves the columns, as it leaves the table.
async fn a_table_of_the_application_gets_the_columns(database: &TestDatabase) {
    let db = &database.db;
    make(database, &definitions(database.backend)).await;
    create_task(db).await;
    migrate(database, 1).await;
    Later::down(db, None).await.unwrap();
    assert!(exists(db, "summary").await && exists(db, "level").await);
}

async fn an_existing_column_that_fits_is_kept(database: &TestDatabase) {
    let db = &database.db;
    make(database, &definitions(database.backend)).await;
    run(db, "ALTER TABLE tasks ADD COLUMN summary varchar(400) NULL", []).await;
    run(db, "ALTER TABLE tasks ADD COLUMN level varchar(255) DEFAULT 'own' NOT NULL", []).await;
    create_task(db).await;
    run(db, "UPDATE tasks SET summary = 'own'", []).await;
    Later::up(db, None).await.unwrap();
    let kept: Vec<String> = column(db, "SELECT summary FROM tasks", []).await;
    assert_eq!(kept, ["own"]);
}

async fn an_existing_column_that_does_not_fit_is_a_mismatch(database: &TestDatabase) {
    let db = &database.db;
    game_tasks::migrate(db).await.unwrap();
    for (definition, expected) in [
        ("summary integer", "a column \"summary\" of type"),
        ("summary varchar(255) DEFAULT 'x' NOT NULL", "a column \"summary\" that is NOT NULL"),
    ] {
        run(db, &format!("ALTER TABLE tasks ADD COLUMN {definition}"), []).await;
        let error = Later::up(db, None).await.unwrap_err();
        let mismatch = SchemaMismatch::from_db_err(&error).unwrap();
        assert!(mismatch.to_string().contains(expected), "{mismatch}");
        assert!(!exists(db, "level").await);
        run(db, "ALTER TABLE tasks DROP COLUMN summary", []).await;
    }
    Later::up(db, None).await.unwrap();
    assert!(exists(db, "summary").await && exists(db, "level").await);
}

async fn a_missing_table_is_a_mismatch(database: &TestDatabase) {
    let [first, _] = added();
    let error = first.up(&SchemaManager::new(&database.db)).await.unwrap_err();
    let mismatch = SchemaMismatch::from_db_err(&error).unwrap();
    assert_is!(&mismatch.problems()[0].fault, SchemaFault::TableMissing);
    first.down(&SchemaManager::new(&database.db)).await.unwrap();
}

/// `down` leaves the columns: GAME's own migrations created the table.
#[cfg(feature = "adopt")]
#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_table_gets_the_columns() {
    crate::support::on_empty_database(Backend::Postgres, 2, async |database| {
        let db = &database.db;
        // Adoption refuses a pooler.
        crate::adopt::adopted(&database.directly().await.db).await;
        create_task(db).await;
        migrate(database, 1).await;
        Later::down(db, None).await.unwrap();
        assert!(exists(db, "summary").await && exists(db, "level").await);
    })
    .await;
}

async fn create_task(db: &DatabaseConnection) {
    let game = Game::new("bees").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    tasks.create(NewTask::new(game, "task")).await.unwrap();
}
