//! The selects of `joins` on a tasks table with another name or in another PostgreSQL schema, while
//! the crate's own table exists, too.

use crate::joins::{titled, titles, twelve_tasks_in, walk_in};
use crate::support::{
    DEFAULT_CONNECTIONS, MigratorOf, ON_EXISTING, TestDatabase, assert_is, campaign, campaigns,
    column, database_cases, keys_of, list_by_name, names, on_database, parents_of_tables, run,
    tests_on, unordered_id,
};
use game_tasks::sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, TransactionTrait,
};
use game_tasks::sea_orm_migration::{MigrationTrait, MigratorTrait};
use game_tasks::{
    CursorFault, Game, NewTask, OnExisting, ParentGame, ResolveStrategyExt, SeaOrmTaskRepository,
    StrategyResolver, Task, TaskError, TaskFilter, TaskOrder, TaskPatch, TaskQuery,
    TaskRepositoryExt, TaskScope, Tasks,
};
use uuid::Uuid;

database_cases!(
    with_another_name,
    with_another_name_in_a_transaction,
    with_another_name_in_a_scope
);
tests_on!([postgres Postgres], in_another_schema, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::in_another_schema)
});
tests_on!([postgres Postgres], all_calls_in_another_schema, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::all_calls_in_another_schema)
});

parents_of_tables! {
    of_quests: "tasks", in "quests";
}

type Repository<G> = SeaOrmTaskRepository<DatabaseConnection, G>;

/// Creates a campaign with twelve tasks, and decoys in the crate's own tables. Returns the
/// repository, the campaign and its tasks.
async fn set_up(database: &TestDatabase) -> (Repository<campaigns::Entity>, Uuid, Vec<Task>) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    let (game, other) = (campaign(db, 1, 1, None).await, campaign(db, 2, 2, None).await);
    let tasks = SeaOrmTaskRepository::with_parent(db.clone());
    tasks.create(NewTask::new(other, "00")).await.unwrap();
    let rows = twelve_tasks_in(database, &tasks, game).await;
    decoys(database, game).await;
    (tasks, game, rows)
}

/// Creates tasks with the same names in a game with the same id, in the crate's own tables.
async fn decoys(database: &TestDatabase, game: Uuid) {
    let decoys = SeaOrmTaskRepository::new(database.db.clone());
    Game { id: game, ..Game::new("decoy") }.insert(&database.db).await.unwrap();
    let batch = (0..12).map(|n| NewTask::new(game, format!("{n:02}")).strategy("decoy"));
    decoys.create_all(batch, OnExisting::Fail).await.unwrap();
}

/// Asserts that selects with and without titles return the same pages as `list`.
async fn assert_walks<G: ParentGame>(tasks: &Repository<G>, game: Uuid, rows: &[Task]) {
    let db = tasks.connection();
    for limit in [1, 2, 5, 6, 12] {
        let by_name = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(limit);
        let walked = walk_in(tasks, db, by_name.clone()).await;
        for (task, title) in &walked {
            assert_eq!((title.id, title.status.as_str()), (task.id, "printed"));
        }
        let walked: Vec<Task> = walked.into_iter().map(|(task, _)| task).collect();
        assert_eq!(walked, titled(rows), "in pages of {limit}");

        let newest = TaskQuery::in_game(game).descending().limit(limit);
        let walked = walk_in(tasks, db, newest.clone()).await;
        let mut expected = titled(rows);
        expected.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.id)));
        assert_eq!(walked.into_iter().map(|(task, _)| task).collect::<Vec<_>>(), expected);

        for query in [by_name.clone(), by_name.page(2), newest.clone(), newest.page(3)] {
            let selected = tasks.select(&query).unwrap().all(db).await.unwrap();
            let page = tasks.page_of(&query, selected, |task| task);
            assert_eq!(page, tasks.list(query.clone()).await.unwrap());
            // The cursor of a select is valid for a list, and the other way round.
            if let Some(cursor) = page.next {
                let rest = query.after(cursor);
                let selected = tasks.select(&rest).unwrap().all(db).await.unwrap();
                let selected = tasks.page_of(&rest, selected, |task| task);
                assert_eq!(selected, tasks.list(rest).await.unwrap());
            }
        }
    }
    let closed = TaskFilter::in_game(game).statuses(["closed"]).external_id_prefix("0");
    let query = TaskQuery::new(closed).order_by(TaskOrder::ExternalId).limit(1);
    let walked = walk_in(tasks, db, query.clone()).await;
    assert_eq!(names(walked.iter().map(|(task, _)| task)), ["00", "06"]);
    // With the application's own conditions and order.
    let own = tasks
        .select(&query.limit(10))
        .unwrap()
        .find_also_related(titles::Entity)
        .filter(titles::Column::Title.ne("Title 0"))
        .filter(game_tasks::entity::tasks::Column::StrategyId.eq("default"))
        .order_by_desc(titles::Column::Title);
    assert_eq!(names(own.all(db).await.unwrap().iter().map(|(task, _)| task)), ["06"]);
}

async fn with_another_name(database: &TestDatabase) {
    let (tasks, game, rows) = set_up(database).await;
    assert_walks(&tasks, game, &rows).await;
    // In all games; equal names are ordered by id.
    let all = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId).limit(3);
    let walked = walk_in(&tasks, &database.db, all).await;
    assert_eq!(walked.len(), 6);
    let query = TaskQuery::in_game(game).limit(1);
    let cursor = tasks.list(query.clone()).await.unwrap().next.unwrap();
    assert_is!(
        tasks.select(&query.descending().after(cursor)),
        Err(TaskError::InvalidCursor(CursorFault::Order))
    );
}

async fn with_another_name_in_a_transaction(database: &TestDatabase) {
    let (tasks, game, rows) = set_up(database).await;
    let transaction = database.db.begin().await.unwrap();
    let inside = tasks.on(&transaction);
    inside.delete(&rows[2]).await.unwrap();
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let walked = walk_in(&inside, &transaction, query).await;
    assert_eq!(names(walked.iter().map(|(task, _)| task)), ["00", "04", "06", "08", "10"]);
    transaction.commit().await.unwrap();
}

async fn with_another_name_in_a_scope(database: &TestDatabase) {
    let (tasks, game, rows) = set_up(database).await;
    let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId).limit(4);
    for (owner, visible) in [(1, titled(&rows)), (2, vec![]), (3, vec![])] {
        let scoped = tasks.clone().with_scope(TaskScope::owner(owner));
        let walked = walk_in(&scoped, &database.db, query.clone()).await;
        assert_eq!(walked.into_iter().map(|(task, _)| task).collect::<Vec<_>>(), visible);
    }
    let other = tasks.clone().with_scope(TaskScope::owner(2));
    let selected = other.select(&query).unwrap().all(&database.db).await.unwrap();
    assert_eq!(names(&selected), ["00"]);
    assert_ne!(selected[0].game_id, game);
}

/// The crate's games, with tasks in another schema, and decoys in the crate's own tasks table.
async fn set_up_in_schema(database: &TestDatabase) -> (Repository<of_quests::Entity>, Uuid) {
    let db = &database.db;
    run(db, "CREATE SCHEMA quests", []).await;
    InSchema::up(db, None).await.unwrap();
    let game = unordered_id();
    decoys(database, game).await;
    (SeaOrmTaskRepository::with_parent(db.clone()), game)
}

/// The migrator of an application that already has the crate's games.
struct InSchema;

#[async_trait::async_trait]
impl MigratorTrait for InSchema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        game_tasks::migrations_for::<of_quests::Entity>()
    }
}

async fn in_another_schema(database: &TestDatabase) {
    let (tasks, game) = set_up_in_schema(database).await;
    let rows = twelve_tasks_in(database, &tasks, game).await;
    assert_walks(&tasks, game, &rows).await;
    // A condition applies to the table that the select calls `tasks`.
    let condition = tasks.condition(&TaskFilter::in_game(game).statuses(["closed"])).unwrap();
    let found = Tasks::find().filter(condition).all(&database.db).await.unwrap();
    assert!(found.is_empty(), "no decoy is closed");
}

async fn all_calls_in_another_schema(database: &TestDatabase) {
    let db = &database.db;
    let (tasks, game) = set_up_in_schema(database).await;
    let task = tasks.create(NewTask::new(game, "00")).await.unwrap();
    for key in keys_of(&task) {
        assert_eq!(tasks.get(&key).await.unwrap(), task);
    }
    let error = tasks.create(NewTask::new(game, "00")).await.unwrap_err();
    assert_is!(error, TaskError::AlreadyExists { id, .. } if *id == Some(task.id));
    for (n, on_existing) in ON_EXISTING.into_iter().enumerate() {
        let batch = |of: &str| [NewTask::new(game, format!("{of} {n}")), NewTask::new(game, "00")];
        let outcomes = tasks.create_many(batch("each"), on_existing).await.unwrap();
        assert!(outcomes[0].as_ref().unwrap().is_created());
        let all = tasks.create_all(batch("all"), on_existing).await;
        assert_eq!(all.is_err(), on_existing == OnExisting::Fail);
    }
    let patch = TaskPatch::new().strategy("own");
    let task = tasks.update(&task, patch.clone()).await.unwrap();
    assert_eq!(tasks.update_many(TaskFilter::in_game(game), patch).await.unwrap(), 5);
    let resolver = StrategyResolver::with_parent::<of_quests::Entity>(db.clone());
    assert_eq!(resolver.resolve(&task).await.unwrap().strategy_id, "own");
    assert!(resolver.resolve_many(keys_of(&task)).await.unwrap().iter().all(Option::is_some));
    let transaction = db.begin().await.unwrap();
    assert_eq!(tasks.on(&transaction).delete(&task).await.unwrap(), task);
    assert_eq!(tasks.on(&transaction).count(TaskFilter::all()).await.unwrap(), 5);
    transaction.commit().await.unwrap();
    assert_eq!(tasks.delete_game(game).await.unwrap(), 5);
    // The decoys are unchanged.
    let decoys = list_by_name(&SeaOrmTaskRepository::new(db.clone())).await;
    assert!(decoys.len() == 12 && decoys.iter().all(|task| task.strategy_id == "decoy"));
    InSchema::down(db, None).await.unwrap();
    let schemas: Vec<String> =
        column(db, "SELECT schemaname::text FROM pg_tables WHERE tablename = 'tasks'", []).await;
    assert_eq!(schemas, ["public"]);
}
