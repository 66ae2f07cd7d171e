//! Something else has a name that the crate gives: the migration either does not need the name, or
//! reports it before it changes anything. The README's instructions for that case work.

use crate::schema_check::{lacking, use_tables};
use crate::support::{
    Backend, MigratorOf, TestDatabase, campaigns, column, empty_database_cases, run, tests_on,
};
use game_tasks::migration::{OptInIndex, opt_in_index};
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};
use game_tasks::{MigrationError, Migrator, SchemaFault, SchemaMismatch, migration};

empty_database_cases!(
    a_renamed_table_of_the_application_does_not_interfere,
    a_renamed_table_of_the_crate_keeps_the_names_of_its_indexes,
    every_taken_name_is_reported,
    a_taken_name_of_the_tracking_table_is_reported,
);
// On SQLite a second connection notices a dropped index only with its next query.
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    a_taken_name_of_an_opt_in_index_is_reported,
    |on| crate::support::on_empty_database(on, 1, super::a_taken_name_of_an_opt_in_index_is_reported)
);
tests_on!([mariadb MariaDb, mysql MySql], a_taken_name_of_the_lock_table_is_reported, |on| crate::support::on_empty_database(
    on,
    crate::support::DEFAULT_CONNECTIONS,
    super::a_taken_name_of_the_lock_table_is_reported
));

/// The names of everything in the database except for tracking tables.
async fn everything(database: &TestDatabase) -> Vec<String> {
    let query = match database.backend {
        Backend::Postgres => {
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace \
             UNION ALL SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace"
        }
        Backend::MariaDb | Backend::MySql => {
            "SELECT CAST(table_name AS CHAR CHARACTER SET utf8mb4) FROM information_schema.tables \
             WHERE table_schema = DATABASE()"
        }
        _ => "SELECT coalesce(sql, name) FROM sqlite_master",
    };
    let mut all: Vec<String> = column(&database.db, query, []).await;
    all.retain(|name| !name.contains("game_tasks_"));
    all.sort();
    all
}

/// The names that a migration reports. Asserts that nothing was changed.
async fn reported(database: &TestDatabase) -> Vec<String> {
    let before = everything(database).await;
    let error = game_tasks::migrate(&database.db).await.expect_err("a name is taken");
    assert_eq!(everything(database).await, before);
    let MigrationError::SchemaMismatch(mismatch) = error else { panic!("{error:?}") };
    names(&mismatch)
}

#[track_caller]
fn names(mismatch: &SchemaMismatch) -> Vec<String> {
    let name = |fault: &SchemaFault| match fault {
        SchemaFault::NameTaken { name, .. } => {
            assert!(mismatch.to_string().contains(&format!("{name:?}")), "{mismatch}");
            name.clone()
        }
        other => panic!("{other:?}"),
    };
    mismatch.problems().iter().map(|problem| name(&problem.fault)).collect()
}

/// The README's "rename yours in a migration before the crate's", for a table of the application.
async fn a_renamed_table_of_the_application_does_not_interfere(database: &TestDatabase) {
    let db = &database.db;
    for table in ["games", "tasks"] {
        let create = match database.backend {
            Backend::Postgres => {
                format!("CREATE TABLE {table} (id serial PRIMARY KEY, title text)")
            }
            _ => format!("CREATE TABLE {table} (id integer PRIMARY KEY, title varchar(80) UNIQUE)"),
        };
        run(db, &create, []).await;
    }
    let error = game_tasks::migrate(db).await.expect_err("they are something else");
    assert!(matches!(error, MigrationError::SchemaMismatch(_)), "{error:?}");
    run(db, "ALTER TABLE tasks RENAME TO todos", []).await;
    run(db, "ALTER TABLE games RENAME TO matches", []).await;
    game_tasks::migrate(db).await.unwrap();
    assert_eq!(lacking(database).await, Vec::<String>::new());
    use_tables(database).await;
    Migrator::down(db, None).await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    assert_eq!(column::<_, i64>(db, "SELECT COUNT(*) FROM todos", []).await, [0]);
}

/// The same for a table that the crate created for an earlier version of the application.
async fn a_renamed_table_of_the_crate_keeps_the_names_of_its_indexes(database: &TestDatabase) {
    let db = &database.db;
    game_tasks::migrate(db).await.unwrap();
    run(db, "ALTER TABLE tasks RENAME TO old_tasks", []).await;
    run(db, "DELETE FROM game_tasks_migrations WHERE version LIKE '%tasks_create_tasks%'", [])
        .await;
    let mut taken = reported(database).await;
    taken.sort();
    let (expected, remedies): (&[&str], &[&str]) = match database.backend {
        Backend::Postgres => (
            &["ix_tasks_game_created", "uq_tasks_game_external"],
            &[
                "ALTER INDEX ix_tasks_game_created RENAME TO ix_old_tasks_game_created",
                "ALTER INDEX uq_tasks_game_external RENAME TO uq_old_tasks_game_external",
            ],
        ),
        Backend::MariaDb | Backend::MySql => (
            &["tasks_gameId_fkey"],
            &[
                "ALTER TABLE old_tasks DROP FOREIGN KEY `tasks_gameId_fkey`",
                "ALTER TABLE old_tasks ADD FOREIGN KEY (`gameId`) REFERENCES games (id)",
            ],
        ),
        _ => (&["ix_tasks_game_created"], &["DROP INDEX ix_tasks_game_created"]),
    };
    assert_eq!(taken, expected);
    for remedy in remedies {
        run(db, remedy, []).await;
    }
    game_tasks::migrate(db).await.unwrap();
    use_tables(database).await;
}

/// Statements that take a name and release it, and the name.
fn holders(backend: Backend) -> Vec<(&'static str, &'static str, &'static str)> {
    match backend {
        Backend::Postgres => vec![
            (
                "CREATE INDEX ix_tasks_game_created ON other (id)",
                "DROP INDEX ix_tasks_game_created",
                "ix_tasks_game_created",
            ),
            (
                "CREATE SEQUENCE uq_tasks_game_external",
                "DROP SEQUENCE uq_tasks_game_external",
                "uq_tasks_game_external",
            ),
            (
                "CREATE VIEW ix_tasks_game_created AS SELECT 1",
                "DROP VIEW ix_tasks_game_created",
                "ix_tasks_game_created",
            ),
            ("CREATE TYPE tasks AS ENUM ('a')", "DROP TYPE tasks", "tasks"),
            ("CREATE DOMAIN tasks AS integer", "DROP DOMAIN tasks", "tasks"),
            ("CREATE TYPE games AS RANGE (subtype = integer)", "DROP TYPE games", "games"),
        ],
        Backend::MariaDb | Backend::MySql => vec![(
            "ALTER TABLE other ADD CONSTRAINT `TASKS_gameId_fkey` \
             FOREIGN KEY (parent) REFERENCES other (id)",
            "ALTER TABLE other DROP FOREIGN KEY `TASKS_gameId_fkey`",
            "TASKS_gameId_fkey",
        )],
        _ => vec![
            (
                "CREATE INDEX IX_tasks_game_created ON other (id)",
                "DROP INDEX IX_tasks_game_created",
                "IX_tasks_game_created",
            ),
            (
                "CREATE TABLE ix_tasks_game_created (id)",
                "DROP TABLE ix_tasks_game_created",
                "ix_tasks_game_created",
            ),
            ("CREATE INDEX tasks ON other (id)", "DROP INDEX tasks", "tasks"),
            ("CREATE INDEX games ON other (id)", "DROP INDEX games", "games"),
        ],
    }
}

async fn every_taken_name_is_reported(database: &TestDatabase) {
    let db = &database.db;
    run(db, "CREATE TABLE other (id integer PRIMARY KEY, parent integer)", []).await;
    for (make, drop, name) in holders(database.backend) {
        run(db, make, []).await;
        assert_eq!(reported(database).await, [name], "{make}");
        run(db, drop, []).await;
    }
    // Names that the crate does not give are not reported.
    if database.backend == Backend::Postgres {
        for harmless in [
            "CREATE TYPE _tasks AS ENUM ('a')",
            "CREATE INDEX tasks_pkey ON other (id)",
            "CREATE INDEX \"games_externalGameId_key\" ON other (id)",
            "ALTER TABLE other ADD CONSTRAINT \"tasks_gameId_fkey\" CHECK (true)",
        ] {
            run(db, harmless, []).await;
        }
    }
    game_tasks::migrate(db).await.unwrap();
    use_tables(database).await;
    if !database.backend.is_mariadb_or_mysql() {
        return;
    }
    // The same for a table of another name.
    MigratorOf::<campaigns::Entity>::up(db, Some(1)).await.unwrap();
    run(
        db,
        "ALTER TABLE other ADD CONSTRAINT `quest_tasks_gameId_fkey` \
         FOREIGN KEY (parent) REFERENCES other (id)",
        [],
    )
    .await;
    let error = MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap_err();
    let mismatch = SchemaMismatch::from_db_err(&error).expect("a mismatch");
    assert_eq!(names(mismatch), ["quest_tasks_gameId_fkey"]);
}

async fn up(db: &DatabaseConnection, one: &dyn MigrationTrait) -> Result<(), SchemaMismatch> {
    let outcome = one.up(&SchemaManager::new(db)).await;
    outcome.map_err(|error| SchemaMismatch::from_db_err(&error).expect("a mismatch").clone())
}

async fn a_taken_name_of_an_opt_in_index_is_reported(database: &TestDatabase) {
    let db = &database.db;
    game_tasks::migrate(db).await.unwrap();
    let index = opt_in_index(OptInIndex::CreatedAt);
    let name = "ix_tasks_by_created_at";
    let drop = |table: &str| match database.backend {
        Backend::MariaDb | Backend::MySql => format!("DROP INDEX {name} ON {table}"),
        _ => format!("DROP INDEX {name}"),
    };
    // An index of the application on tasks, on other columns.
    for columns in ["status", "status, id", "created_at", "created_at, id, status"] {
        run(db, &format!("CREATE INDEX {name} ON tasks ({columns})"), []).await;
        assert_eq!(names(&up(db, &*index).await.unwrap_err()), [name], "{columns}");
        index.down(&SchemaManager::new(db)).await.unwrap();
        run(db, &drop("tasks"), []).await;
    }
    // SQLite: an index on the column instead of its normalised form.
    if database.backend.is_sqlite() {
        run(db, &format!("CREATE INDEX {name} ON tasks (created_at, id)"), []).await;
        assert_eq!(names(&up(db, &*index).await.unwrap_err()), [name]);
        run(db, &drop("tasks"), []).await;
    }
    // An index on columns of the same names of another table.
    run(db, &format!("CREATE INDEX {name} ON games (created_at, id)"), []).await;
    if database.backend.is_mariadb_or_mysql() {
        up(db, &*index).await.unwrap();
    } else {
        assert_eq!(names(&up(db, &*index).await.unwrap_err()), [name]);
    }
    index.down(&SchemaManager::new(db)).await.unwrap();
    run(db, &drop("games"), []).await;
    // Its own index may exist, any number of times.
    for _ in 0..2 {
        up(db, &*index).await.unwrap();
        up(db, &*index).await.unwrap();
        index.down(&SchemaManager::new(db)).await.unwrap();
        index.down(&SchemaManager::new(db)).await.unwrap();
    }
    let error = try_drop(db, &drop("tasks")).await;
    assert!(error, "it was dropped");
}

async fn try_drop(db: &DatabaseConnection, drop: &str) -> bool {
    crate::support::try_run(db, drop, []).await.is_err()
}

async fn a_taken_name_of_the_tracking_table_is_reported(database: &TestDatabase) {
    let db = &database.db;
    let name = "game_tasks_migrations";
    for (make, drop) in [
        (format!("CREATE TABLE {name} (id integer)"), format!("DROP TABLE {name}")),
        (format!("CREATE VIEW {name} AS SELECT 1 AS version"), format!("DROP VIEW {name}")),
    ] {
        run(db, &make, []).await;
        let migrated = game_tasks::migrate(db).await.unwrap_err();
        let directly = Migrator::up(db, None).await.unwrap_err();
        let asked = migration::status::<Migrator>(db).await.unwrap_err();
        let directly = SchemaMismatch::from_db_err(&directly).expect("a mismatch");
        for error in [&migrated, &asked] {
            let MigrationError::SchemaMismatch(mismatch) = error else { panic!("{error:?}") };
            assert_eq!(mismatch, directly);
            assert_eq!(mismatch.problems()[0].table, name);
        }
        assert!(everything(database).await.iter().all(|one| !one.contains("tasks")));
        run(db, &drop, []).await;
    }
    if database.backend == Backend::Postgres {
        run(db, &format!("CREATE TYPE {name} AS ENUM ('a')"), []).await;
        assert_eq!(reported(database).await, [name]);
        run(db, &format!("DROP TYPE {name}"), []).await;
    }
    game_tasks::migrate(db).await.unwrap();
}

async fn a_taken_name_of_the_lock_table_is_reported(database: &TestDatabase) {
    let db = &database.db;
    run(db, "CREATE TABLE game_tasks_lock (id integer)", []).await;
    assert_eq!(reported(database).await, ["game_tasks_lock"]);
    run(db, "DROP TABLE game_tasks_lock", []).await;
    game_tasks::migrate(db).await.unwrap();
}
