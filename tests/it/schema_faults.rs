//! Properties that break a promise on one database: storage, rules, and settings. The schema check
//! reports each of them, for tables of any name, and a migration reports it before any change.

use crate::schema_check::lacking;
use crate::support::{
    Backend, DEFAULT_CONNECTIONS, MigratorOf, TestDatabase, campaigns, column, drop_database,
    on_database, on_empty_database, run, tests_on,
};
use game_tasks::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, TransactionTrait,
};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{MigrationError, SchemaFault, SchemaMismatch, migration};

tests_on!([postgres Postgres], storage_and_rules_of_postgres_tables_are_reported, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::storage_and_rules_of_postgres_tables_are_reported)
});
tests_on!([postgres Postgres], a_database_of_another_encoding_is_reported, |on| {
    super::on_empty_database(on, super::DEFAULT_CONNECTIONS, super::a_database_of_another_encoding_is_reported)
});
tests_on!([postgres Postgres], tables_like_those_of_game_are_recognised, |on| {
    super::on_empty_database(on, super::DEFAULT_CONNECTIONS, super::tables_like_those_of_game_are_recognised)
});
tests_on!([postgres Postgres, mariadb MariaDb, mysql MySql], settings_of_a_connection_are_reported, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::settings_of_a_connection_are_reported)
});
tests_on!([mariadb MariaDb, mysql MySql], other_engines_are_reported, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::other_engines_are_reported)
});
tests_on!([sqlite_memory SqliteMemory], settings_of_sqlite_are_reported, |on| {
    super::on_empty_database(on, 1, super::settings_of_sqlite_are_reported)
});

async fn storage_and_rules_of_postgres_tables_are_reported(database: &TestDatabase) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    for table in ["tasks", "quest_tasks"] {
        let foreign_key = format!("\"{table}_gameId_fkey\"");
        for (wrong, right, expected) in [
            (
                format!("ALTER TABLE {table} SET UNLOGGED"),
                format!("ALTER TABLE {table} SET LOGGED"),
                "is an unlogged table, not a permanent one".to_owned(),
            ),
            (
                format!("CREATE TABLE child () INHERITS ({table})"),
                "DROP TABLE child".to_owned(),
                "is a table that others inherit from, not one without children".to_owned(),
            ),
            (
                format!("CREATE RULE keep AS ON DELETE TO {table} DO INSTEAD NOTHING"),
                format!("DROP RULE keep ON {table}"),
                "has the rule \"keep\", which replaces statements".to_owned(),
            ),
            (
                format!(
                    "ALTER TABLE {table} ALTER CONSTRAINT {foreign_key} \
                     DEFERRABLE INITIALLY DEFERRED"
                ),
                format!("ALTER TABLE {table} ALTER CONSTRAINT {foreign_key} NOT DEFERRABLE"),
                "has a foreign key on \"gameId\" that is not enforced: it is deferred to the end \
                 of the transaction"
                    .to_owned(),
            ),
        ] {
            run(db, &wrong, []).await;
            let expected = format!("table {table:?} {expected}");
            let found = match table {
                "tasks" => lacking(database).await,
                _ => lacking_for_campaigns(db).await,
            };
            assert_eq!(found, [expected], "{wrong}");
            run(db, &right, []).await;
        }
    }
    // A temporary table hides the permanent one on its connection only, and cannot refer to a
    // permanent table.
    let transaction = db.begin().await.unwrap();
    let temporary = "CREATE TEMPORARY TABLE tasks (LIKE public.tasks INCLUDING ALL) ON COMMIT DROP";
    run(&transaction, temporary, []).await;
    let checked = mismatch(migration::verify_schema(&transaction).await);
    transaction.rollback().await.unwrap();
    let expected = "table \"tasks\" is a temporary table, not a permanent one";
    assert_eq!(checked.problems()[0].to_string(), expected);
    let superuser = database.pool_of("postgres").await;
    run(&superuser, "ALTER TABLE tasks DISABLE TRIGGER ALL", []).await;
    let expected = "table \"tasks\" has a foreign key on \"gameId\" that is not enforced: \
                    its triggers are disabled";
    assert_eq!(lacking(database).await, [expected]);
    run(&superuser, "ALTER TABLE tasks ENABLE TRIGGER ALL", []).await;
    superuser.close().await.unwrap();
    assert_eq!(lacking(database).await, Vec::<String>::new());
    assert_eq!(lacking_for_campaigns(db).await, Vec::<String>::new());
}

async fn lacking_for_campaigns(db: &DatabaseConnection) -> Vec<String> {
    match migration::verify_schema_for::<campaigns::Entity>(db).await {
        Ok(()) => Vec::new(),
        error => mismatch(error).problems().iter().map(ToString::to_string).collect(),
    }
}

#[track_caller]
fn mismatch(outcome: Result<(), MigrationError>) -> SchemaMismatch {
    match outcome {
        Err(MigrationError::SchemaMismatch(mismatch)) => mismatch,
        other => panic!("{other:?}"),
    }
}

fn settings(mismatch: &SchemaMismatch) -> Vec<&str> {
    let faults = mismatch.problems().iter().map(|problem| &problem.fault);
    faults
        .filter_map(|fault| match fault {
            SchemaFault::Setting { setting, .. } => Some(setting.as_str()),
            _ => None,
        })
        .collect()
}

async fn a_database_of_another_encoding_is_reported(database: &TestDatabase) {
    for encoding in ["LATIN1", "EUC_JP", "SQL_ASCII"] {
        another_encoding_is_reported(database, encoding).await;
    }
}

async fn another_encoding_is_reported(database: &TestDatabase, encoding: &str) {
    let server = Backend::Postgres.server_url();
    let name = format!("encoded_{}", uuid::Uuid::now_v7().simple());
    // ICU knows no SQL_ASCII. Before version 15 there is only one provider.
    let version = "SELECT current_setting('server_version_num')::integer";
    let has_providers = column::<_, i32>(&database.db, version, []).await[0] >= 150_000;
    let provider = if has_providers { "LOCALE_PROVIDER libc" } else { "" };
    let create = format!(
        "CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' {provider} \
         TEMPLATE template0"
    );
    run(&database.db, &create, []).await;
    let (host, _) = server.rsplit_once('/').unwrap();
    let mut options = ConnectOptions::new(format!("{host}/{name}"));
    options.max_connections(1).sqlx_logging(false);
    let encoded = Database::connect(options).await.unwrap();
    let migrated = mismatch(game_tasks::migrate(&encoded).await);
    let checked = mismatch(migration::verify_schema(&encoded).await);
    let tables: Vec<String> =
        column(&encoded, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'", [])
            .await;
    encoded.close().await.unwrap();
    drop_database(database.backend, &name).await;
    assert_eq!(settings(&migrated), ["server_encoding"]);
    assert_eq!(settings(&checked), ["server_encoding"]);
    assert!(!tables.iter().any(|table| table == "games" || table == "tasks"), "{tables:?}");
    let expected = format!("table \"tasks\" is used with server_encoding = {encoding:?}, not UTF8");
    assert!(migrated.to_string().contains(&expected), "{migrated}");
}

async fn settings_of_a_connection_are_reported(database: &TestDatabase) {
    // On PostgreSQL only a superuser may change the setting.
    let (db, wrong): (_, &[(&str, &str)]) = match database.backend {
        Backend::Postgres => {
            (database.pool_of("postgres").await, &[("session_replication_role", "'replica'")])
        }
        _ => (
            database.second_pool().await,
            &[
                ("sql_mode", "''"),
                ("foreign_key_checks", "0"),
                ("unique_checks", "0"),
                ("autocommit", "0"),
            ],
        ),
    };
    for (setting, value) in wrong {
        let transaction = db.begin().await.unwrap();
        run(&transaction, &format!("SET SESSION {setting} = {value}"), []).await;
        let checked = mismatch(migration::verify_schema(&transaction).await);
        // On MySQL the default of `foreign_key_checks` is its value of before.
        let before = format!("SET SESSION {setting} = @@GLOBAL.{setting}");
        run(
            &transaction,
            if database.backend == Backend::Postgres {
                "RESET session_replication_role"
            } else {
                &before
            },
            [],
        )
        .await;
        transaction.rollback().await.unwrap();
        assert_eq!(settings(&checked), [*setting]);
    }
    // Strict modes are recognised in any order, among other modes.
    if database.backend.is_mariadb_or_mysql() {
        for strict in ["STRICT_ALL_TABLES", "ANSI_QUOTES,STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES"]
        {
            let transaction = db.begin().await.unwrap();
            run(&transaction, &format!("SET SESSION sql_mode = '{strict}'"), []).await;
            migration::verify_schema(&transaction).await.unwrap();
            run(&transaction, "SET SESSION sql_mode = DEFAULT", []).await;
            transaction.rollback().await.unwrap();
        }
    }
    db.close().await.unwrap();
}

async fn other_engines_are_reported(database: &TestDatabase) {
    let db = &database.db;
    let options: Vec<String> = column(
        db,
        "SELECT CAST(CONCAT(engine, ' ', create_options) AS CHAR CHARACTER SET utf8mb4) \
         FROM information_schema.tables WHERE table_schema = DATABASE()",
        [],
    )
    .await;
    // games, tasks, the tracking table and the lock table.
    assert_eq!(options.len(), 4);
    for options in options {
        let options = options.to_lowercase();
        assert!(options.contains("innodb") && options.contains("row_format=dynamic"), "{options}");
    }
    run(db, "ALTER TABLE tasks DROP FOREIGN KEY \"tasks_gameId_fkey\"", []).await;
    let engine = if database.backend == Backend::MySql { "MEMORY" } else { "Aria" };
    for table in ["games", "tasks"] {
        for time in ["created_at", "updated_at"] {
            // No engine but InnoDB has expressions as defaults on MySQL.
            run(db, &format!("ALTER TABLE {table} ALTER {time} DROP DEFAULT"), []).await;
        }
        run(db, &format!("ALTER TABLE {table} ENGINE = {engine}"), []).await;
        let expected = format!("table {table:?} is of the engine \"{engine}\", not of InnoDB");
        let found = lacking(database).await;
        assert!(found.contains(&expected), "{found:?}");
        run(db, &format!("ALTER TABLE {table} ENGINE = InnoDB"), []).await;
    }
    // A games table without InnoDB, to which no foreign key can refer.
    let campaigns = format!(
        "CREATE TABLE campaigns (id integer PRIMARY KEY, \"publicId\" binary(16) UNIQUE, \
         org_id bigint, rules varchar(80)) ENGINE = {engine}"
    );
    run(db, &campaigns, []).await;
    let expected = format!("table \"campaigns\" is of the engine \"{engine}\", not of InnoDB");
    assert_eq!(lacking_for_campaigns(db).await[0], expected);
}

async fn settings_of_sqlite_are_reported(database: &TestDatabase) {
    let db = &database.db;
    run(db, "PRAGMA encoding = 'UTF-16le'", []).await;
    let checked = mismatch(migration::verify_schema(db).await);
    assert_eq!(settings(&checked), ["encoding"]);
    let migrated = mismatch(game_tasks::migrate(db).await);
    assert_eq!(settings(&migrated), ["encoding"]);
    let made = "SELECT name FROM sqlite_master WHERE name IN ('games', 'tasks')";
    assert_eq!(column::<_, String>(db, made, []).await, Vec::<String>::new());

    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.unwrap();
    db.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
    assert_eq!(settings(&mismatch(game_tasks::migrate(&db).await)), ["foreign_keys"]);
    db.execute_unprepared("PRAGMA foreign_keys = ON").await.unwrap();
    game_tasks::migrate(&db).await.unwrap();
    migration::verify_schema(&db).await.unwrap();
    db.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
    assert_eq!(settings(&mismatch(migration::verify_schema(&db).await)), ["foreign_keys"]);
}

async fn tables_like_those_of_game_are_recognised(database: &TestDatabase) {
    let db = &database.db;
    db.execute_unprepared(include_str!("../fixtures/game_schema.sql")).await.unwrap();
    for outcome in [game_tasks::migrate(db).await, migration::verify_schema(db).await] {
        let mismatch = mismatch(outcome);
        assert!(mismatch.can_be_adopted(), "{mismatch}");
        assert!(mismatch.to_string().contains("game_tasks::adopt"), "{mismatch}");
    }
    run(db, "ALTER TABLE tasks RENAME COLUMN status TO state", []).await;
    let mismatch = mismatch(migration::verify_schema(db).await);
    assert!(!mismatch.can_be_adopted());
    assert!(!mismatch.to_string().contains("adopt"), "{mismatch}");
}
