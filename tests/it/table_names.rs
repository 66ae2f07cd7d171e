//! Tasks tables with other names: their migrations, indexes and constraints have unique names,
//! however long the table's name is.

use crate::support::{
    Backend, TestDatabase, column, empty_database_cases, keys_of, names, parents_of_tables, try_run,
};
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::sea_orm_migration::{MigrationTrait, MigratorTrait};
use game_tasks::{
    Game, Games, NewTask, OnExisting, ParentGame, SeaOrmTaskRepository, TaskError, TaskOrder,
    TaskPatch, TaskQuery, TaskRepositoryExt, migration, migrations_for,
};
use std::collections::HashMap;
use uuid::Uuid;

empty_database_cases!(long_names, names_that_need_quotes);

parents_of_tables! {
    tasks: "tasks";
    tasks_in_tasks: "tasks", in "tasks";
    ab: "ab";
    a_b: "a_b";
    a_dot_b: "a.b";
    b_in_a: "b", in "a";
    dot_b_in_a: ".b", in "a";
    b_in_a_dot: "b", in "a.";
    c_in_a_dot_b: "c", in "a.b";
    b_dot_c_in_a: "b.c", in "a";
    a_dot_b_dot_c: "a.b.c";
    c_in_a_b: "c", in "a_b";
    b_c_in_a: "b_c", in "a";
    a_b_c: "a_b_c";
    colon_ab: ":ab";
    b_in_a_colon: "b", in "a:";
    colon_b_in_a: ":b", in "a";
    // Names that look like the encoding of a schema and a table.
    encoded: "1:a.b";
    encoded_without: "0:.ab";
    encoded_in_a: "1:a.b", in "a";
    b_in_encoded: "b", in "1:a";

    // 60 characters, and twice 62 that differ only in the last one. PostgreSQL truncates longer
    // names of indexes and constraints to 63.
    long: "a_table_of_sixty_characters_whose_name_says_a_lot_about_it_1";
    longer: "a_table_of_sixty_two_characters_whose_name_says_a_lot_of_it__1";
    other: "a_table_of_sixty_two_characters_whose_name_says_a_lot_of_it__2";
    quoted: "it's a \"tasks\" `table`";
}

#[test]
fn migrations_of_different_tables_never_share_a_name() {
    let mut names = HashMap::new();
    for migration in game_tasks::migrations() {
        assert_eq!(names.insert(migration.name().to_owned(), "the crate's own"), None);
    }
    macro_rules! add {
        ($($parent:ident)+) => {$(
            for migration in migrations_for::<$parent::Entity>() {
                let before = names.insert(migration.name().to_owned(), stringify!($parent));
                assert_eq!(before, None, "{} is {}", stringify!($parent), migration.name());
            }
        )+};
    }
    add!(tasks_in_tasks ab a_b a_dot_b b_in_a dot_b_in_a b_in_a_dot c_in_a_dot_b b_dot_c_in_a);
    add!(a_dot_b_dot_c c_in_a_b b_c_in_a a_b_c colon_ab b_in_a_colon colon_b_in_a encoded);
    add!(encoded_without encoded_in_a b_in_encoded long longer other quoted);
    for name in names.keys() {
        assert!(
            name.contains("game_tasks"),
            "{name} could be the name of an application's migration"
        );
    }
    // The names are deterministic, also those for the crate's own table.
    for migration in migrations_for::<tasks::Entity>() {
        assert!(names.contains_key(migration.name()), "{}", migration.name());
    }
}

/// An application with several tasks tables.
struct Long;

#[async_trait::async_trait]
impl MigratorTrait for Long {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list = game_tasks::migrations();
        list.extend(migrations_for::<long::Entity>());
        list.extend(migrations_for::<longer::Entity>());
        list.extend(migrations_for::<other::Entity>());
        list
    }
}

/// The names of a table's indexes and constraints.
async fn names_of(database: &TestDatabase, table: &str) -> Vec<String> {
    let query = match database.backend {
        Backend::Postgres => {
            "SELECT indexname::text FROM pg_indexes WHERE tablename = ? UNION \
             SELECT conname::text FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid \
             WHERE contype <> 'n' AND relname = ?"
        }
        Backend::MariaDb | Backend::MySql => {
            "SELECT CAST(index_name AS CHAR CHARACTER SET utf8mb4) \
             FROM information_schema.statistics \
             WHERE table_schema = DATABASE() AND table_name = ? UNION \
             SELECT CAST(constraint_name AS CHAR CHARACTER SET utf8mb4) \
             FROM information_schema.table_constraints \
             WHERE table_schema = DATABASE() AND table_name = ?"
        }
        // SQLite generates the names of constraints.
        _ => {
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name IN (?, ?) \
             AND name NOT LIKE 'sqlite_%'"
        }
    };
    column(&database.db, query, [table.into(), table.into()]).await
}

/// Makes the calls that depend on the table's keys and indexes.
async fn use_table<G: ParentGame>(db: &DatabaseConnection, game: Uuid) {
    let tasks = SeaOrmTaskRepository::with_parent::<G>(db.clone());
    let task = tasks.create(NewTask::new(game, "b")).await.unwrap();
    for key in keys_of(&task) {
        assert_eq!(tasks.get(&key).await.unwrap(), task);
    }
    let error = tasks.create(NewTask::new(game, "b")).await.unwrap_err();
    let TaskError::AlreadyExists { id, .. } = error else { panic!("{error:?}") };
    assert_eq!(id, Some(task.id));
    let batch = ["a", "b"].map(|name| NewTask::new(game, name).strategy("own"));
    let written = tasks.create_all(batch.clone(), OnExisting::Update).await.unwrap();
    assert!(written[0].is_created() && written[1].is_updated());
    let outcomes = tasks.create_many(batch, OnExisting::Keep).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().is_kept()));
    tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    for order in [TaskOrder::Created, TaskOrder::ExternalId] {
        let listed = tasks.list(TaskQuery::in_game(game).order_by(order)).await.unwrap().items;
        assert_eq!(listed.len(), 2);
    }
    try_run(db, "DELETE FROM games", []).await.expect_err("the tasks reference their game");
    assert_eq!(tasks.delete_game(game).await.unwrap(), 2);
}

async fn long_names(database: &TestDatabase) {
    let db = &database.db;
    for _ in 0..2 {
        Long::up(db, None).await.unwrap();
        Long::up(db, None).await.unwrap();
        migration::verify_schema(db).await.unwrap();
        migration::verify_schema_for::<long::Entity>(db).await.unwrap();
        migration::verify_schema_for::<longer::Entity>(db).await.unwrap();
        let game = Game::new("game").insert(db).await.unwrap().id;
        use_table::<long::Entity>(db, game).await;
        use_table::<longer::Entity>(db, game).await;
        use_table::<other::Entity>(db, game).await;
        use_table::<Games>(db, game).await;
        let [long, longer, other] = [
            long::Entity::tasks_table(),
            longer::Entity::tasks_table(),
            other::Entity::tasks_table(),
        ];
        assert_eq!((long.len(), longer.len(), other.len()), (60, 62, 62));
        let mut all = Vec::new();
        for table in [long, longer, other, "tasks"] {
            let names = names_of(database, table).await;
            assert!(!names.is_empty());
            assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
            all.extend(names);
        }
        // On MariaDB, each primary key has the name PRIMARY.
        all.retain(|name| name != "PRIMARY");
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count, "{all:?}");
        Long::down(db, None).await.unwrap();
    }
}

struct Quoted;

#[async_trait::async_trait]
impl MigratorTrait for Quoted {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list = game_tasks::migrations();
        list.extend(migrations_for::<quoted::Entity>());
        list
    }
}

async fn names_that_need_quotes(database: &TestDatabase) {
    let db = &database.db;
    let error = migration::verify_schema_for::<quoted::Entity>(db).await.unwrap_err().to_string();
    assert!(error.contains(r#"table "it's a \"tasks\" `table`" is missing"#), "{error}");
    Quoted::up(db, None).await.unwrap();
    migration::verify_schema_for::<quoted::Entity>(db).await.unwrap();
    let game = Game::new("game").insert(db).await.unwrap().id;
    use_table::<quoted::Entity>(db, game).await;
    let tasks = SeaOrmTaskRepository::with_parent::<quoted::Entity>(db.clone());
    for name in ["b", "a"] {
        tasks.create(NewTask::new(game, name)).await.unwrap();
    }
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1);
    let selected = tasks.select(&query).unwrap().all(db).await.unwrap();
    let page = tasks.page_of(&query, selected, |task| task);
    assert_eq!(names(&page.items), ["a"]);
    assert_eq!(page, tasks.list(query).await.unwrap());
    Quoted::down(db, None).await.unwrap();
}
