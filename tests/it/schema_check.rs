//! Tables that exist before the crate migrates: the migrations use those that fit, and report every
//! fault of the others without changing anything.

use crate::support::{
    Backend, Counter, MigratorOf, TestDatabase, campaigns, column, database_cases,
    empty_database_cases, keys_of, parent, run, server_cases, unordered_id,
};
use game_tasks::sea_orm::{ConnectionTrait, TransactionTrait};
use game_tasks::sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};
use game_tasks::{
    Game, MigrationError, Migrator, NewTask, OnExisting, SchemaMismatch, SeaOrmTaskRepository,
    TaskError, TaskPatch, TaskRepositoryExt, migration, migrations_for,
};

database_cases!(
    additions_of_the_application_do_not_matter,
    down_keeps_tables_of_the_application,
    the_check_takes_few_statements,
);
server_cases!(a_user_without_ddl_can_run_the_check);
empty_database_cases!(
    tables_that_fit_are_used_unchanged,
    every_fault_is_reported,
    an_unrelated_table_is_not_changed,
    a_parent_that_does_not_fit_is_reported,
    on_an_empty_database_both_tables_are_missing,
);

pub(crate) const TABLES: [&str; 2] = ["games", "tasks"];

/// Both tables as an application might create them: with other lengths, another order, another primary
/// key, and additional columns.
pub(crate) fn definitions(backend: Backend) -> [String; 2] {
    let uuid = backend.uuid_type();
    let (text, time, options) = match backend {
        Backend::Postgres => ("varchar", "timestamptz", ""),
        Backend::MariaDb => (
            "varchar(300)",
            "datetime(6)",
            " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin",
        ),
        Backend::MySql => (
            "varchar(300)",
            "datetime(6)",
            " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin",
        ),
        _ => ("varchar(300)", "datetime", ""),
    };
    let unique = match backend {
        Backend::Postgres => "",
        _ => "UNIQUE (\"gameId\", \"externalTaskId\"), ",
    };
    [
        format!(
            "CREATE TABLE games (\"externalGameId\" {text} NOT NULL UNIQUE, \
             seats integer, id {uuid} NOT NULL PRIMARY KEY, created_at {time} NOT NULL, \
             updated_at {time} NOT NULL, \"strategyId\" {text} NOT NULL, platform {text}, \
             \"apiKey_used\" {text}, oauth_user_id {text}){options}"
        ),
        format!(
            "CREATE TABLE tasks (title {text}, \"externalTaskId\" {text} NOT NULL, \
             \"gameId\" {uuid} NOT NULL, id {uuid} NOT NULL, status {text} NOT NULL, \
             \"strategyId\" {text} NOT NULL, created_at {time} NOT NULL, \
             updated_at {time} NOT NULL, \"apiKey_used\" {text}, oauth_user_id {text}, \
             PRIMARY KEY (\"gameId\", id), {unique}\
             FOREIGN KEY (\"gameId\") REFERENCES games (id)){options}"
        ),
    ]
}

/// On PostgreSQL an index can name a collation, a constraint cannot.
pub(crate) const NAME_INDEX: &str =
    "CREATE UNIQUE INDEX tasks_name ON tasks (\"gameId\", \"externalTaskId\" COLLATE \"C\")";

pub(crate) async fn make(database: &TestDatabase, definitions: &[String]) {
    for definition in definitions {
        run(&database.db, definition, []).await;
    }
    if database.backend == Backend::Postgres {
        run(&database.db, NAME_INDEX, []).await;
    }
}

pub(crate) async fn clear(database: &TestDatabase) {
    for table in ["tasks", "games"] {
        run(&database.db, &format!("DROP TABLE {table}"), []).await;
    }
}

/// The definitions of all tables.
async fn everything(database: &TestDatabase) -> Vec<String> {
    let query = match database.backend {
        Backend::Postgres => {
            "SELECT format('%s %s %s %s', attrelid::regclass, attname, atttypid, attnotnull) \
             FROM pg_attribute JOIN pg_class c ON c.oid = attrelid \
             WHERE relnamespace = 'public'::regnamespace AND attnum > 0 \
             AND relname <> 'game_tasks_migrations' AND relname <> 'game_tasks_migrations_pkey'"
        }
        Backend::MariaDb | Backend::MySql => {
            "SELECT CAST(CONCAT_WS(' ', table_name, column_name, column_type, column_key) \
             AS CHAR CHARACTER SET utf8mb4) FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name NOT LIKE 'game\\_tasks\\_%'"
        }
        _ => "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'game_tasks_%'",
    };
    let mut all: Vec<String> = column(&database.db, query, []).await;
    all.sort();
    all
}

/// The problems that `migrate` reports. Asserts that nothing was changed.
async fn missing(database: &TestDatabase) -> Vec<String> {
    let before = everything(database).await;
    let error = game_tasks::migrate(&database.db).await.expect_err("does not fit");
    let MigrationError::SchemaMismatch(mismatch) = error else { panic!("{error:?}") };
    assert_eq!(everything(database).await, before);
    let problems: Vec<String> = mismatch.problems().iter().map(ToString::to_string).collect();
    assert_eq!(mismatch.to_string(), problems.join("; "));
    problems
}

/// The problems that `verify_schema` reports.
pub(crate) async fn lacking(database: &TestDatabase) -> Vec<String> {
    match migration::verify_schema(&database.db).await {
        Ok(()) => Vec::new(),
        Err(MigrationError::SchemaMismatch(mismatch)) => {
            mismatch.problems().iter().map(ToString::to_string).collect()
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// Runs every kind of statement.
pub(crate) async fn use_tables(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new(unordered_id().to_string()).insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "b")).await.unwrap();
    for key in keys_of(&task) {
        assert_eq!(tasks.get(&key).await.unwrap(), task);
    }
    let error = tasks.create(NewTask::new(game, "b")).await.unwrap_err();
    assert!(matches!(error, TaskError::AlreadyExists { .. }), "{error:?}");
    let batch = ["a", "b", "B", "b "].map(|name| NewTask::new(game, name).strategy("own"));
    let written = tasks.create_all(batch, OnExisting::Update).await.unwrap();
    assert!(written[0].is_created() && written[1].is_updated() && written[3].is_created());
    tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    assert_eq!(tasks.delete_game(game).await.unwrap(), 4);
}

async fn additions_of_the_application_do_not_matter(database: &TestDatabase) {
    assert_eq!(lacking(database).await, Vec::<String>::new());
    for statement in [
        "ALTER TABLE tasks ADD COLUMN title varchar(80) DEFAULT 'none'",
        "ALTER TABLE games ADD COLUMN seats integer",
        "CREATE INDEX app_tasks_title ON tasks (title)",
        "CREATE UNIQUE INDEX app_tasks_status ON tasks (\"gameId\", status, id)",
    ] {
        run(&database.db, statement, []).await;
    }
    assert_eq!(lacking(database).await, Vec::<String>::new());
    migration::verify_schema_for::<game_tasks::Games>(&database.db).await.unwrap();
    // In a transaction too, which remains usable.
    let transaction = database.db.begin().await.unwrap();
    migration::verify_schema(&transaction).await.unwrap();
    migration::verify_schema(&&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    game_tasks::migrate(&database.db).await.unwrap();
}

async fn a_user_without_ddl_can_run_the_check(database: &TestDatabase) {
    let app = database.pool_without_ddl().await;
    app.execute_unprepared("CREATE TABLE mine (id integer)").await.expect_err("it may not");
    migration::verify_schema(&app).await.unwrap();
    assert!(migration::status::<Migrator>(&app).await.unwrap().is_current());
    // Without pending migrations, such a user can also call `migrate`.
    game_tasks::migrate(&app).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(app.clone());
    let game = Game::new("game").insert(&app).await.unwrap().id;
    tasks.create(NewTask::new(game, "task")).await.unwrap();
    tasks.delete_game(game).await.unwrap();
    run(&database.db, "ALTER TABLE tasks DROP COLUMN status", []).await;
    let error = migration::verify_schema(&app).await.unwrap_err();
    let expected = "table \"tasks\" has no column \"status\"";
    assert!(error.to_string().ends_with(expected), "{error}");
    Migrator::down(&database.db, None).await.unwrap();
    let record = migration::status::<Migrator>(&app).await.unwrap();
    assert_eq!(record.pending.len(), 2);
    game_tasks::migrate(&app).await.expect_err("it may not");
    app.close().await.unwrap();
}

async fn the_check_takes_few_statements(database: &TestDatabase) {
    let db = Counter::on(&database.db);
    let collations = usize::from(database.backend.is_sqlite());
    let (answer, statements) = db.interceptor.count(migration::verify_schema(&db)).await;
    answer.unwrap();
    assert_eq!(statements, 2 + collations);
    let asked = migration::verify_schema_for::<game_tasks::Games>(&db);
    let (answer, statements) = db.interceptor.count(asked).await;
    answer.unwrap();
    assert_eq!(statements, 2 + collations);
    let (answer, statements) = db.interceptor.count(migration::status::<Migrator>(&db)).await;
    assert!(answer.unwrap().is_current());
    assert_eq!(statements, 2);
    Migrator::reset(&database.db).await.unwrap();
    let (answer, statements) = db.interceptor.count(migration::status::<Migrator>(&db)).await;
    assert!(!answer.unwrap().is_current());
    assert_eq!(statements, 1);
}

async fn on_an_empty_database_both_tables_are_missing(database: &TestDatabase) {
    let both = ["table \"games\" is missing", "table \"tasks\" is missing"];
    assert_eq!(lacking(database).await, both);
    Migrator::up(&database.db, Some(1)).await.unwrap();
    assert_eq!(lacking(database).await, both[1..]);
}

async fn tables_that_fit_are_used_unchanged(database: &TestDatabase) {
    make(database, &definitions(database.backend)).await;
    assert_eq!(lacking(database).await, Vec::<String>::new());
    let before = everything(database).await;
    for _ in 0..2 {
        game_tasks::migrate(&database.db).await.unwrap();
        assert_eq!(everything(database).await, before);
        use_tables(database).await;
        // The application created them, so `down` keeps them.
        Migrator::down(&database.db, None).await.unwrap();
        assert_eq!(everything(database).await, before);
    }
}

async fn down_keeps_tables_of_the_application(database: &TestDatabase) {
    // The application has replaced the crate's tables.
    clear(database).await;
    make(database, &definitions(database.backend)).await;
    let before = everything(database).await;
    Migrator::down(&database.db, None).await.unwrap();
    assert_eq!(everything(database).await, before);
    clear(database).await;
    // `down` accepts missing tables.
    game_tasks::migrate(&database.db).await.unwrap();
    clear(database).await;
    Migrator::down(&database.db, None).await.unwrap();
    assert!(everything(database).await.is_empty());
}

/// Changes a definition, and asserts what is reported.
async fn every_fault_is_reported(database: &TestDatabase) {
    let backend = database.backend;
    let uuid = backend.uuid_type();
    let [games, tasks] = definitions(backend);
    let mut changes = vec![
        (1, "status ", "state ", "table \"tasks\" has no column \"status\""),
        (0, "\"strategyId\"", "strategy", "table \"games\" has no column \"strategyId\""),
        (
            1,
            "oauth_user_id varchar(300)",
            "oauth_user_id varchar(300) NOT NULL",
            "table \"tasks\" has a column \"oauth_user_id\" that is NOT NULL",
        ),
        (
            1,
            "\"externalTaskId\" varchar(300) NOT NULL",
            "\"externalTaskId\" varchar(300)",
            "table \"tasks\" has a nullable column \"externalTaskId\"",
        ),
        (
            1,
            ", FOREIGN KEY (\"gameId\") REFERENCES games (id)",
            "",
            "table \"tasks\" has no foreign key from \"gameId\" to \"id\" of \"games\"",
        ),
        (1, "created_at datetime", "created_at integer", "column \"created_at\" of type"),
        (1, "status varchar(300)", "status integer", "column \"status\" of type"),
    ];
    match backend {
        Backend::Postgres => changes.extend([
            (1, "status varchar ", "status varchar(254) ", "column \"status\" of type"),
            (
                1,
                "updated_at timestamptz ",
                "updated_at timestamptz(3) ",
                "has a column \"updated_at\" of type timestamp(3) with time zone",
            ),
            (
                1,
                "updated_at timestamptz ",
                "updated_at timestamp ",
                "has a column \"updated_at\" of type timestamp without time zone",
            ),
            (1, "status varchar ", "status char(300) ", "column \"status\" of type"),
            (0, " UNIQUE", "", "table \"games\" has no unique index on (externalGameId)"),
        ]),
        Backend::MariaDb | Backend::MySql => changes.extend([
            (
                1,
                "UNIQUE (\"gameId\", \"externalTaskId\"), ",
                "KEY (\"gameId\", \"externalTaskId\"), ",
                "table \"tasks\" has no unique index on (gameId, externalTaskId)",
            ),
            (
                1,
                "UNIQUE (\"gameId\", \"externalTaskId\"), ",
                "UNIQUE (\"gameId\", \"externalTaskId\"(20)), ",
                "table \"tasks\" has no unique index on (gameId, externalTaskId)",
            ),
            (
                1,
                database.backend.byte_collation(),
                "utf8mb4_bin",
                "compares column \"externalTaskId\" with utf8mb4_bin, not with utf8mb4_",
            ),
            (
                1,
                "updated_at datetime(6)",
                "updated_at datetime(3)",
                "has a column \"updated_at\" of type datetime(3), not datetime(6)",
            ),
            (
                1,
                "updated_at datetime(6)",
                "updated_at timestamp(6)",
                "has a column \"updated_at\" of type timestamp(6)",
            ),
            (1, "status varchar(300)", "status varchar(200)", "of type varchar(200)"),
        ]),
        _ => changes.extend([
            (
                1,
                "UNIQUE (\"gameId\", \"externalTaskId\"), ",
                "",
                "table \"tasks\" has no unique index on (gameId, externalTaskId)",
            ),
            (
                1,
                "status varchar(300)",
                "status varchar(300) COLLATE NOCASE",
                "compares column \"status\" with a collation that folds, not with BINARY",
            ),
            (
                1,
                "\"strategyId\" varchar(300)",
                "\"strategyId\" text COLLATE RTRIM",
                "compares column \"strategyId\" with a collation that folds",
            ),
            (1, "id blob", "id integer", "column \"id\" of type"),
        ]),
    }
    let mut tried = 0;
    for (table, from, to, expected) in changes {
        let from = match backend {
            Backend::Postgres => {
                from.replace("varchar(300)", "varchar").replace("datetime", "timestamptz")
            }
            _ => from.to_owned(),
        };
        let from = if backend.is_mariadb_or_mysql() && from.ends_with("datetime") {
            from + "(6)"
        } else {
            from
        };
        let mut changed = [games.clone(), tasks.clone()];
        assert!(changed[table].contains(&from), "{from} is not in {}", changed[table]);
        changed[table] = changed[table].replacen(&from, to, 1);
        make(database, &changed).await;
        let problems = missing(database).await;
        assert_eq!(lacking(database).await, problems);
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{to}: {problems:?}");
        // The collation of a table applies to all its text columns.
        assert!(problems.len() == 1 || to == "utf8mb4_bin", "{to}: {problems:?}");
        clear(database).await;
        tried += 1;
    }
    assert!(tried > 8);
    // Several faults at once, among them a primary key without the id.
    let bad = tasks
        .replace("PRIMARY KEY (\"gameId\", id), ", "")
        .replace("UNIQUE (\"gameId\", \"externalTaskId\"), ", "")
        .replace("status ", "state ")
        .replace(&format!("\"gameId\" {uuid} NOT NULL"), &format!("\"gameId\" {uuid}"));
    run(&database.db, &games, []).await;
    run(&database.db, &bad, []).await;
    let problems = missing(database).await;
    for expected in [
        "has a nullable column \"gameId\"",
        "has no column \"status\"",
        "has no unique index on (id)",
        "has no unique index on (gameId, externalTaskId)",
    ] {
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:?}");
    }
    assert_eq!(problems.len(), 4, "{problems:?}");
    clear(database).await;
    game_tasks::migrate(&database.db).await.unwrap();
    use_tables(database).await;
}

async fn an_unrelated_table_is_not_changed(database: &TestDatabase) {
    // A to-do list of the application. No table is created, not even games.
    let db = &database.db;
    run(db, "CREATE TABLE tasks (id integer PRIMARY KEY, title varchar(80))", []).await;
    let problems = missing(database).await;
    assert!(problems.iter().all(|problem| problem.starts_with("table \"tasks\" ")));
    assert_eq!(problems.iter().filter(|problem| problem.contains("has no column")).count(), 8);
    // SeaORM's error contains the same mismatch.
    let error = Migrator::up(db, None).await.unwrap_err();
    let mismatch = SchemaMismatch::from_db_err(&error).unwrap();
    assert_eq!(mismatch.problems().len(), problems.len());
    for problem in &problems {
        assert!(error.to_string().contains(problem), "{error}");
    }
    run(db, "DROP TABLE tasks", []).await;
    run(db, "CREATE TABLE notes (id integer)", []).await;
    run(db, "CREATE VIEW tasks AS SELECT id FROM notes", []).await;
    assert_eq!(missing(database).await, ["table \"tasks\" is not a table"]);
    assert_eq!(lacking(database).await[1..], ["table \"tasks\" is not a table"]);
    run(db, "DROP VIEW tasks", []).await;
    game_tasks::migrate(db).await.unwrap();
    use_tables(database).await;
}

parent! {
    /// Declares an integer column as the game's UUID.
    mod numbered: "numbered" {
        #[sea_orm(primary_key)]
        pub(crate) id: i32,
        pub(crate) rules: Option<String>,
    }
    fn id_column() -> Column {
        Column::Id
    }
    fn strategy_column() -> Option<Column> {
        Some(Column::Rules)
    }
}

async fn a_parent_that_does_not_fit_is_reported(database: &TestDatabase) {
    let db = &database.db;
    let attempt = async |migrations: Vec<Box<dyn MigrationTrait>>| {
        let before = everything(database).await;
        let mut problems = Vec::new();
        for migration in migrations {
            let error = migration.up(&SchemaManager::new(db)).await.unwrap_err();
            let mismatch = SchemaMismatch::from_db_err(&error).unwrap();
            problems.extend(mismatch.problems().iter().map(ToString::to_string));
        }
        assert_eq!(everything(database).await, before);
        problems
    };
    let problems = attempt(migrations_for::<numbered::Entity>()).await;
    assert_eq!(problems, ["table \"numbered\" is missing"]);
    run(db, "CREATE TABLE numbered (id integer PRIMARY KEY)", []).await;
    let problems = attempt(migrations_for::<numbered::Entity>()).await;
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("column \"id\" of type"), "{problems:?}");
    assert_eq!(problems[1], "table \"numbered\" has no column \"rules\"");

    let uuid = database.backend.uuid_type();
    let campaigns = format!(
        "CREATE TABLE campaigns (id integer PRIMARY KEY, \"publicId\" {uuid}, org_id bigint, \
         rules varchar(80))"
    );
    run(db, &campaigns, []).await;
    let problems = attempt(migrations_for::<campaigns::Entity>()).await;
    assert_eq!(problems, ["table \"campaigns\" has no unique index on (publicId)"]);
    run(db, "CREATE UNIQUE INDEX public ON campaigns (\"publicId\")", []).await;
    for migration in migrations_for::<campaigns::Entity>() {
        migration.up(&SchemaManager::new(db)).await.unwrap();
    }
    migration::verify_schema_for::<campaigns::Entity>(db).await.unwrap();
    run(db, "DROP TABLE quest_tasks", []).await;
    let error = migration::verify_schema_for::<campaigns::Entity>(db).await.unwrap_err();
    assert!(error.to_string().ends_with("table \"quest_tasks\" is missing"), "{error}");
    run(db, "DROP TABLE campaigns", []).await;
    // A table as SeaORM's schema builder creates it.
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    migration::verify_schema_for::<campaigns::Entity>(db).await.unwrap();
}
