//! SeaORM's entity-first synchronization beside the crate's migrations: whatever it is run on, and
//! however often, the keys that the crate needs stay, and the tables pass the schema check.

use crate::support::{
    Backend, MigratorOf, TestDatabase, assert_is, campaign, campaigns, column,
    empty_database_cases, run, tests_on, unordered_id,
};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    Game, Games, MigrationError, NewTask, ParentGame, SchemaFault, SchemaMismatch, SchemaProblem,
    SeaOrmTaskRepository, TaskError, TaskRepositoryExt, Tasks, migration, migrations_for,
};
use uuid::Uuid;

empty_database_cases!(
    the_crates_tables_keep_their_keys,
    a_table_of_another_name_keeps_its_keys,
    what_sync_creates_is_judged_by_its_properties,
);
tests_on!(
    [postgres Postgres],
    a_table_in_another_schema_keeps_its_keys,
    |on| crate::support::on_empty_database(
        on,
        crate::support::DEFAULT_CONNECTIONS,
        super::a_table_in_another_schema_keeps_its_keys
    )
);

/// The entity of a tasks table of another name.
mod quest_tasks {
    game_tasks::tasks_entity!(crate::support::campaigns::Entity);
}

crate::support::parents_of_tables! {
    elsewhere: "tasks", in "elsewhere";
}

/// The entity of a tasks table in another schema.
mod tasks_elsewhere {
    game_tasks::tasks_entity!(super::elsewhere::Entity);
}

/// How often an application starts.
const STARTS: usize = 3;

/// The columns of each unique index and of each foreign key of a table, and all of its other
/// indexes: what synchronization could have dropped, or made twice.
async fn keys(database: &TestDatabase, schema: &str, table: &str) -> Vec<String> {
    let query = match database.backend {
        Backend::Postgres => format!(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE conrelid = '{schema}.{table}'::regclass \
             UNION ALL SELECT indexdef FROM pg_indexes \
             WHERE schemaname = '{schema}' AND tablename = '{table}'"
        ),
        Backend::MariaDb | Backend::MySql => format!(
            "SELECT CAST(CONCAT(constraint_name, GROUP_CONCAT(column_name \
             ORDER BY ordinal_position), COALESCE(referenced_table_name, '')) \
             AS CHAR CHARACTER SET utf8mb4) FROM information_schema.key_column_usage \
             WHERE table_schema = DATABASE() AND table_name = '{table}' \
             GROUP BY constraint_name, referenced_table_name UNION ALL \
             SELECT CAST(CONCAT(index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index)) \
             AS CHAR CHARACTER SET utf8mb4) FROM information_schema.statistics \
             WHERE table_schema = DATABASE() AND table_name = '{table}' GROUP BY index_name"
        ),
        _ => format!(
            "SELECT coalesce(sql, name) FROM sqlite_master WHERE lower(tbl_name) = lower('{table}')"
        ),
    };
    let mut keys: Vec<String> = column(&database.db, &query, []).await;
    keys.sort();
    keys
}

/// The columns of the unique index on names, in the order of the index.
async fn unique_key(database: &TestDatabase, table: &str) -> Vec<String> {
    let query = match database.backend {
        Backend::Postgres => format!(
            "SELECT string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int2[], a.attnum)) \
             FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid \
             AND a.attnum = ANY(i.indkey) WHERE i.indrelid = '{table}'::regclass \
             AND i.indisunique AND i.indnkeyatts = 2 GROUP BY i.indexrelid"
        ),
        Backend::MariaDb | Backend::MySql => format!(
            "SELECT CAST(GROUP_CONCAT(column_name ORDER BY seq_in_index) \
             AS CHAR CHARACTER SET utf8mb4) FROM information_schema.statistics \
             WHERE table_schema = DATABASE() AND table_name = '{table}' AND non_unique = 0 \
             GROUP BY index_name HAVING COUNT(*) = 2"
        ),
        _ => format!(
            "SELECT (SELECT group_concat(name) FROM pragma_index_info(i.name)) \
             FROM pragma_index_list('{table}') i WHERE i.\"unique\" = 1 AND i.origin <> 'pk'"
        ),
    };
    column(&database.db, &query, []).await
}

/// Two tasks of one name are one too many.
async fn duplicates_are_refused<G: ParentGame>(db: &DatabaseConnection, game: Uuid) {
    let tasks = SeaOrmTaskRepository::with_parent::<G>(db.clone());
    let name = unordered_id().to_string();
    tasks.create(NewTask::new(game, name.clone())).await.unwrap();
    let error = tasks.create(NewTask::new(game, name)).await.unwrap_err();
    assert_is!(error, TaskError::AlreadyExists { .. });
}

/// Synchronizes the entities of this module's applications.
async fn sync<T: EntityTrait, P: EntityTrait>(db: &DatabaseConnection, parent: P, tasks: T) {
    db.get_schema_builder().register(parent).register(tasks).sync(db).await.unwrap();
}

async fn the_crates_tables_keep_their_keys(database: &TestDatabase) {
    let db = &database.db;
    game_tasks::migrate(db).await.unwrap();
    let game = Game::new("game").insert(db).await.unwrap().id;
    let before = [keys(database, "public", "games").await, keys(database, "public", "tasks").await];
    for _ in 0..STARTS {
        // By the registry and by the builder.
        db.get_schema_registry("game_tasks::*").sync(db).await.unwrap();
        sync(db, Games, Tasks).await;
        migration::verify_schema(db).await.unwrap();
        duplicates_are_refused::<Games>(db, game).await;
        Game::new("game").insert(db).await.expect_err("the external id is taken");
        game_tasks::migrate(db).await.unwrap();
        assert_eq!(unique_key(database, "tasks").await, ["gameId,externalTaskId"]);
    }
    let after = [keys(database, "public", "games").await, keys(database, "public", "tasks").await];
    assert_eq!(after, before);
}

async fn a_table_of_another_name_keeps_its_keys(database: &TestDatabase) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    let game = campaign(db, 1, 1, None).await;
    let before = keys(database, "public", "quest_tasks").await;
    for _ in 0..STARTS {
        sync(db, campaigns::Entity, quest_tasks::Entity).await;
        migration::verify_schema_for::<campaigns::Entity>(db).await.unwrap();
        duplicates_are_refused::<campaigns::Entity>(db, game).await;
        MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
        assert_eq!(unique_key(database, "quest_tasks").await, ["gameId,externalTaskId"]);
    }
    assert_eq!(keys(database, "public", "quest_tasks").await, before);
}

async fn a_table_in_another_schema_keeps_its_keys(database: &TestDatabase) {
    let db = &database.db;
    db.execute_unprepared("CREATE SCHEMA elsewhere").await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    let list = migrations_for::<elsewhere::Entity>();
    let manager = game_tasks::sea_orm_migration::SchemaManager::new(db);
    for one in &list {
        one.up(&manager).await.unwrap();
    }
    let game = Game::new("game").insert(db).await.unwrap().id;
    let before = keys(database, "elsewhere", "tasks").await;
    for _ in 0..STARTS {
        sync(db, Games, tasks_elsewhere::Entity).await;
        migration::verify_schema_for::<elsewhere::Entity>(db).await.unwrap();
        duplicates_are_refused::<elsewhere::Entity>(db, game).await;
        for one in &list {
            one.up(&manager).await.unwrap();
        }
    }
    assert_eq!(keys(database, "elsewhere", "tasks").await, before);
}

/// SeaORM declares neither the types that MariaDB needs nor the collation that PostgreSQL's unique
/// index needs: there the schema check says so, and the migrations have to make the tables.
async fn what_sync_creates_is_judged_by_its_properties(database: &TestDatabase) {
    let db = &database.db;
    for _ in 0..STARTS {
        sync(db, Games, Tasks).await;
        assert_eq!(unique_key(database, "tasks").await, ["gameId,externalTaskId"]);
    }
    if database.backend.is_sqlite() {
        migration::verify_schema(db).await.unwrap();
        game_tasks::migrate(db).await.unwrap();
        let game = Game::new("game").insert(db).await.unwrap().id;
        duplicates_are_refused::<Games>(db, game).await;
        return;
    }
    let before = keys(database, "public", "tasks").await;
    let checked = mismatch(migration::verify_schema(db).await);
    assert_eq!(mismatch(game_tasks::migrate(db).await), checked);
    assert_eq!(keys(database, "public", "tasks").await, before);
    if database.backend.is_mariadb_or_mysql() {
        let is_about = |problem: &SchemaProblem| {
            matches!(problem.fault, SchemaFault::ColumnType { .. } | SchemaFault::Collation { .. })
        };
        assert!(checked.problems().iter().all(is_about), "{checked}");
        return;
    }
    // The index that the README names is all that is missing, and synchronization leaves it.
    assert_is!(checked.problems(), [SchemaProblem { fault: SchemaFault::Collation { column, .. }, .. }]
        if column == "externalTaskId");
    let index =
        "CREATE UNIQUE INDEX tasks_name ON tasks (\"gameId\", \"externalTaskId\" COLLATE \"C\")";
    run(db, index, []).await;
    for _ in 0..STARTS {
        game_tasks::migrate(db).await.unwrap();
        sync(db, Games, Tasks).await;
        migration::verify_schema(db).await.unwrap();
    }
}

#[track_caller]
fn mismatch(outcome: Result<(), MigrationError>) -> SchemaMismatch {
    match outcome {
        Err(MigrationError::SchemaMismatch(mismatch)) => mismatch,
        other => panic!("{other:?}"),
    }
}
