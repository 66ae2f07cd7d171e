//! The same selects where the tasks table has another name, or stands in another schema of
//! PostgreSQL, and a table of the usual name is there too.

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
    CursorFault, Game, NewTask, OnExisting, ParentGame, SeaOrmTaskRepository, StrategyResolver,
    Task, TaskError, TaskFilter, TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope,
    Tasks,
};
use uuid::Uuid;

database_cases!(of_another_name, of_another_name_in_a_transaction, of_another_name_in_a_scope);
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

/// A repository of the campaigns, its game with twelve tasks, and the crate's own tables with
/// the same names in them, which are none of its business.
async fn ground(database: &TestDatabase) -> (Repository<campaigns::Entity>, Uuid, Vec<Task>) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    let (game, other) = (campaign(db, 1, 1, None).await, campaign(db, 2, 2, None).await);
    let tasks = SeaOrmTaskRepository::with_parent(db.clone());
    tasks.create(NewTask::new(other, "00")).await.unwrap();
    let rows = twelve_tasks_in(database, &tasks, game).await;
    decoys(database, game).await;
    (tasks, game, rows)
}

/// Tasks of the same names in a game of the same id, in the tables of the usual names.
async fn decoys(database: &TestDatabase, game: Uuid) {
    let decoys = SeaOrmTaskRepository::new(database.db.clone());
    Game { id: game, ..Game::new("decoy") }.insert(&database.db).await.unwrap();
    let batch = (0..12).map(|n| NewTask::new(game, format!("{n:02}")).strategy("decoy"));
    decoys.create_all(batch, OnExisting::Fail).await.unwrap();
}

/// That pages of every size and order, with and without the titles, are what is listed.
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
            // The one's cursor is good for the other.
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
    // With conditions and an order of the application's own.
    let own = tasks
        .select(&query.limit(10))
        .unwrap()
        .find_also_related(titles::Entity)
        .filter(titles::Column::Title.ne("Title 0"))
        .filter(game_tasks::entity::tasks::Column::StrategyId.eq("default"))
        .order_by_desc(titles::Column::Title);
    assert_eq!(names(own.all(db).await.unwrap().iter().map(|(task, _)| task)), ["06"]);
}

async fn of_another_name(database: &TestDatabase) {
    let (tasks, game, rows) = ground(database).await;
    assert_walks(&tasks, game, &rows).await;
    // Of all games, ties are broken by the id.
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

async fn of_another_name_in_a_transaction(database: &TestDatabase) {
    let (tasks, game, rows) = ground(database).await;
    let transaction = database.db.begin().await.unwrap();
    let inside = tasks.on(&transaction);
    inside.delete(&rows[2]).await.unwrap();
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let walked = walk_in(&inside, &transaction, query).await;
    assert_eq!(names(walked.iter().map(|(task, _)| task)), ["00", "04", "06", "08", "10"]);
    transaction.commit().await.unwrap();
}

async fn of_another_name_in_a_scope(database: &TestDatabase) {
    let (tasks, game, rows) = ground(database).await;
    let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId).limit(4);
    for (owner, seen) in [(1, titled(&rows)), (2, vec![]), (3, vec![])] {
        let scoped = tasks.clone().with_scope(TaskScope::owner(owner));
        let walked = walk_in(&scoped, &database.db, query.clone()).await;
        assert_eq!(walked.into_iter().map(|(task, _)| task).collect::<Vec<_>>(), seen);
    }
    let other = tasks.clone().with_scope(TaskScope::owner(2));
    let selected = other.select(&query).unwrap().all(&database.db).await.unwrap();
    assert_eq!(names(&selected), ["00"]);
    assert_ne!(selected[0].game_id, game);
}

/// Games in the usual schema, with tasks in another; decoys in the usual one.
async fn ground_in_schema(database: &TestDatabase) -> (Repository<of_quests::Entity>, Uuid) {
    let db = &database.db;
    run(db, "CREATE SCHEMA quests", []).await;
    InSchema::up(db, None).await.unwrap();
    let game = unordered_id();
    decoys(database, game).await;
    (SeaOrmTaskRepository::with_parent(db.clone()), game)
}

/// The migrator of an application that has the crate's games already.
struct InSchema;

#[async_trait::async_trait]
impl MigratorTrait for InSchema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        game_tasks::migrations_for::<of_quests::Entity>()
    }
}

async fn in_another_schema(database: &TestDatabase) {
    let (tasks, game) = ground_in_schema(database).await;
    let rows = twelve_tasks_in(database, &tasks, game).await;
    assert_walks(&tasks, game, &rows).await;
    // A condition goes with whatever table the application calls `tasks`.
    let condition = tasks.condition(&TaskFilter::in_game(game).statuses(["closed"])).unwrap();
    let found = Tasks::find().filter(condition).all(&database.db).await.unwrap();
    assert!(found.is_empty(), "no decoy is closed");
}

async fn all_calls_in_another_schema(database: &TestDatabase) {
    let db = &database.db;
    let (tasks, game) = ground_in_schema(database).await;
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
    // The decoys are as they were.
    let decoys = list_by_name(&SeaOrmTaskRepository::new(db.clone())).await;
    assert!(decoys.len() == 12 && decoys.iter().all(|task| task.strategy_id == "decoy"));
    InSchema::down(db, None).await.unwrap();
    let left: Vec<String> =
        column(db, "SELECT schemaname::text FROM pg_tables WHERE tablename = 'tasks'", []).await;
    assert_eq!(left, ["public"]);
}
