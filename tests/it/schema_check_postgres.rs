//! The schema check on PostgreSQL: kinds of indexes and foreign keys, partitions, and schemas.

use crate::schema_check::{NAME_INDEX, TABLES, clear, definitions, lacking, make, use_tables};
use crate::support::{Backend, TestDatabase, column, imitate_citus, on_empty_database, run};
use game_tasks::sea_orm::ConnectionTrait;
use game_tasks::sea_orm_migration::{MigratorTrait, SchemaManager};
use game_tasks::{Game, MigrationError, Migrator, migration, migrations_for};

/// Runs statements on tables that fit, and returns the problems that are then reported.
async fn postgres_lacks(database: &TestDatabase, statements: &[&str]) -> Vec<String> {
    make(database, &definitions(database.backend)).await;
    for statement in statements {
        database.db.execute_unprepared(statement).await.unwrap();
    }
    let problems = lacking(database).await;
    clear(database).await;
    problems
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_and_foreign_keys_without_the_required_effect_are_reported() {
    let case = async |database: &TestDatabase| {
        let unique = "table \"tasks\" has no unique index on (gameId, externalTaskId)";
        let drop = "DROP INDEX tasks_name";
        for (index, expected) in [
            (r#"CREATE UNIQUE INDEX n ON tasks ("externalTaskId" COLLATE "C", "gameId")"#, None),
            (
                r#"CREATE UNIQUE INDEX n ON tasks ("gameId", "externalTaskId" COLLATE "C")
                   INCLUDE (status)"#,
                None,
            ),
            (r#"CREATE INDEX n ON tasks ("gameId", "externalTaskId" COLLATE "C")"#, Some(unique)),
            (
                r#"CREATE UNIQUE INDEX n ON tasks ("gameId", "externalTaskId" COLLATE "C")
                   WHERE status = 'open'"#,
                Some(unique),
            ),
            (
                r#"CREATE UNIQUE INDEX n ON tasks ("gameId", lower("externalTaskId") COLLATE "C")"#,
                Some(unique),
            ),
            (
                r#"CREATE UNIQUE INDEX n ON tasks ("gameId", "externalTaskId" COLLATE "C", status)"#,
                Some(unique),
            ),
            (
                r#"ALTER TABLE tasks ALTER "externalTaskId" TYPE varchar COLLATE "C",
                   ADD UNIQUE ("gameId", "externalTaskId") DEFERRABLE"#,
                Some(unique),
            ),
            (
                r#"ALTER TABLE tasks ALTER "externalTaskId" TYPE varchar COLLATE "C",
                   ADD UNIQUE ("gameId", "externalTaskId")"#,
                None,
            ),
            (
                r#"ALTER TABLE tasks ADD UNIQUE ("gameId", "externalTaskId")"#,
                Some("table \"tasks\" compares column \"externalTaskId\" with default, not with C"),
            ),
        ] {
            let problems = postgres_lacks(database, &[drop, index]).await;
            assert_eq!(problems, Vec::from_iter(expected), "{index}");
        }
        let not_valid = r#"ALTER TABLE tasks DROP CONSTRAINT "tasks_gameId_fkey",
            ADD FOREIGN KEY ("gameId") REFERENCES games (id) NOT VALID"#;
        let problems = postgres_lacks(database, &[not_valid]).await;
        let expected = "table \"tasks\" has a foreign key on \"gameId\" that was not validated";
        assert_eq!(problems, [expected]);
        // A failed `CREATE INDEX CONCURRENTLY` leaves an invalid index.
        make(database, &definitions(database.backend)).await;
        run(&database.db, drop, []).await;
        for id in 0..2 {
            let insert = format!(
                r#"WITH g AS (INSERT INTO games (id, "externalGameId", created_at, updated_at,
                     "strategyId") VALUES ('{id:032}', '{id}', now(), now(), 'd'))
                   SELECT 1"#
            );
            database.db.execute_unprepared(&insert).await.unwrap();
            let insert = format!(
                r#"INSERT INTO tasks (id, "gameId", "externalTaskId", status, "strategyId",
                   created_at, updated_at)
                   VALUES ('{id:032}', '{:032}', 'same', 's', 's', now(), now())"#,
                0
            );
            database.db.execute_unprepared(&insert).await.unwrap();
        }
        let concurrently = NAME_INDEX.replace("INDEX", "INDEX CONCURRENTLY");
        database.db.execute_unprepared(&concurrently).await.unwrap_err();
        assert_eq!(lacking(database).await, [unique]);
        clear(database).await;
        // A collation that treats unequal texts as equal.
        let folding = postgres_lacks(
            database,
            &[
                "CREATE COLLATION IF NOT EXISTS folding (provider = icu, \
                 locale = 'und-u-ks-level2', deterministic = false)",
                "ALTER TABLE tasks ALTER status TYPE varchar COLLATE folding",
            ],
        )
        .await;
        assert_eq!(
            folding,
            [
                "table \"tasks\" compares column \"status\" with folding, not with a deterministic collation"
            ]
        );
    };
    on_empty_database(Backend::Postgres, 2, case).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partitioned_table_fits() {
    let case = async |database: &TestDatabase| {
        let [games, tasks] = definitions(database.backend);
        run(&database.db, &games, []).await;
        run(&database.db, &(tasks + " PARTITION BY HASH (\"gameId\")"), []).await;
        for part in 0..3 {
            let part = format!(
                "CREATE TABLE tasks_{part} PARTITION OF tasks \
                 FOR VALUES WITH (MODULUS 3, REMAINDER {part})"
            );
            run(&database.db, &part, []).await;
        }
        run(&database.db, NAME_INDEX, []).await;
        assert_eq!(lacking(database).await, Vec::<String>::new());
        game_tasks::migrate(&database.db).await.unwrap();
        use_tables(database).await;
    };
    on_empty_database(Backend::Postgres, 2, case).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_found_along_the_search_path() {
    let case = async |database: &TestDatabase| {
        // A pool of one, so that the search path applies to every statement.
        let db = &database.db;
        // A to-do list in another schema.
        run(db, "CREATE TABLE tasks (id integer)", []).await;
        run(db, "CREATE SCHEMA tenant", []).await;
        run(db, "SET search_path = tenant, public", []).await;
        assert!(lacking(database).await.len() > 2);
        game_tasks::migrate(db).await.unwrap();
        assert_eq!(lacking(database).await, Vec::<String>::new());
        use_tables(database).await;
        let made: Vec<String> =
            column(db, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'tenant'", [])
                .await;
        assert!(TABLES.iter().all(|table| made.iter().any(|name| name == table)), "{made:?}");
        Migrator::down(db, None).await.unwrap();
        assert_eq!(
            column::<_, String>(
                db,
                "SELECT tablename::text FROM pg_tables WHERE tablename IN ('tasks', 'games')",
                []
            )
            .await,
            ["tasks"]
        );
    };
    on_empty_database(Backend::Postgres, 1, case).await;
}

crate::support::parents_of_tables! {
    elsewhere: "tasks", in "elsewhere";
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_in_another_schema_is_checked() {
    let case = async |database: &TestDatabase| {
        let db = &database.db;
        game_tasks::migrate(db).await.unwrap();
        let error = migration::verify_schema_for::<elsewhere::Entity>(db).await.unwrap_err();
        let MigrationError::SchemaMismatch(mismatch) = error else { panic!("{error:?}") };
        assert_eq!(mismatch.to_string(), "table \"elsewhere.tasks\" is missing");
        run(db, "CREATE SCHEMA elsewhere", []).await;
        for migration in migrations_for::<elsewhere::Entity>() {
            migration.up(&SchemaManager::new(db)).await.unwrap();
            migration.up(&SchemaManager::new(db)).await.unwrap();
        }
        migration::verify_schema_for::<elsewhere::Entity>(db).await.unwrap();
        let drop = "ALTER TABLE elsewhere.tasks DROP CONSTRAINT \"tasks_gameId_fkey\"";
        run(db, drop, []).await;
        let error =
            migration::verify_schema_for::<elsewhere::Entity>(db).await.unwrap_err().to_string();
        assert!(error.contains("\"elsewhere.tasks\" has no foreign key"), "{error}");
        migration::verify_schema(db).await.unwrap();
        // A foreign key to a table of that name in another schema does not count.
        run(db, "CREATE TABLE elsewhere.games (id uuid PRIMARY KEY)", []).await;
        let add = "ALTER TABLE elsewhere.tasks ADD FOREIGN KEY (\"gameId\") \
                   REFERENCES elsewhere.games (id)";
        run(db, add, []).await;
        let error =
            migration::verify_schema_for::<elsewhere::Entity>(db).await.unwrap_err().to_string();
        assert!(error.contains("\"elsewhere.tasks\" has no foreign key"), "{error}");
        for migration in migrations_for::<elsewhere::Entity>() {
            migration.down(&SchemaManager::new(db)).await.unwrap();
        }
        let left: Vec<String> =
            column(db, "SELECT schemaname::text FROM pg_tables WHERE tablename = 'tasks'", [])
                .await;
        assert_eq!(left, ["public"]);
    };
    on_empty_database(Backend::Postgres, 2, case).await;
}

/// The catalog of Citus as far as the check reads it. A distributed table cannot have a unique column
/// besides the one that it is distributed by.
#[tokio::test(flavor = "multi_thread")]
async fn a_games_table_distributed_by_id_needs_no_unique_external_ids() {
    let case = async |database: &TestDatabase| {
        let database = &database.directly().await;
        if !database.is_postgres_since(13, "system catalogs that a session can change").await {
            return;
        }
        game_tasks::migrate(&database.db).await.unwrap();
        let drop = r#"ALTER TABLE games DROP CONSTRAINT "games_externalGameId_key";
                      ALTER TABLE tasks DROP CONSTRAINT tasks_pkey, ADD PRIMARY KEY ("gameId", id)"#;
        database.db.execute_unprepared(drop).await.unwrap();
        let expected = ["table \"games\" has no unique index on (externalGameId)"];
        assert_eq!(lacking(database).await, expected);
        imitate_citus(database).await;
        let superuser = database.pool_of("postgres").await;
        assert_eq!(lacking(database).await, expected);
        for (table, method, key, fits) in [
            ("tasks", "'h'", "'id'", false),
            ("games", "'n'", "NULL", false),
            ("games", "'h'", "'externalGameId'", false),
            ("games", "'h'", "'id'", true),
        ] {
            let distribute = format!(
                "DELETE FROM pg_dist_partition;
                 INSERT INTO pg_dist_partition VALUES ('{table}'::regclass, {method}, {key})"
            );
            superuser.execute_unprepared(&distribute).await.unwrap();
            assert_eq!(lacking(database).await.is_empty(), fits, "{table} {method} {key}");
        }
        superuser.close().await.unwrap();
        // The tables of an application's own migrator.
        run(&database.db, "DROP TABLE game_tasks_migrations", []).await;
        game_tasks::migrate(&database.db).await.unwrap();
        use_tables(database).await;
        // Without another reason to refuse it, a second game of this name is accepted.
        for _ in 0..2 {
            Game::new("twice").insert(&database.db).await.unwrap();
        }
        // Every other fault is still reported.
        run(&database.db, "ALTER TABLE games DROP CONSTRAINT games_pkey CASCADE", []).await;
        let problems = lacking(database).await;
        assert_eq!(problems[0], "table \"games\" has no unique index on (id)");
    };
    on_empty_database(Backend::Postgres, 2, case).await;
}
