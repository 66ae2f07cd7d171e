//! Dropping calls at each await in turn. `dropped_callers` does the same with `RunToCompletion`.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, assert_pool_usable, column, database_cases,
    poll_at_most, run, still_works,
};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    Game, MAX_PAGE_SIZE, NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskError, TaskFilter,
    TaskOrder, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

database_cases!(in_a_transaction, on_a_pool);

/// The number of tasks in a batch.
const BATCH: usize = 50;

/// Makes a call of each kind and drops it after this many polls. Returns whether all of them
/// completed before.
async fn drop_each_after(tasks: &dyn TaskRepository, game: Uuid, at: usize) -> bool {
    let batch = |what: &str| {
        let names: Vec<String> = (0..BATCH).map(|n| format!("{what} {at} {n}")).collect();
        names.into_iter().map(move |name| NewTask::new(game, name))
    };
    let old = (game, "old");
    let strategy = |what: &str| TaskPatch::new().strategy(format!("{what} {at}"));
    let calls: [futures_util::future::BoxFuture<'_, Result<(), TaskError>>; 8] = [
        Box::pin(async { tasks.find(old).await.map(drop) }),
        Box::pin(async { tasks.create(NewTask::new(game, format!("one {at}"))).await.map(drop) }),
        Box::pin(async { tasks.create_all(batch("all"), OnExisting::Fail).await.map(drop) }),
        Box::pin(async { tasks.create_all(batch("upsert"), OnExisting::Update).await.map(drop) }),
        Box::pin(async { tasks.create_many(batch("each"), OnExisting::Keep).await.map(drop) }),
        Box::pin(async { tasks.update(old, strategy("one")).await.map(drop) }),
        Box::pin(async {
            tasks.update_many(TaskFilter::keys([old]), strategy("many")).await.map(drop)
        }),
        Box::pin(async { tasks.delete((game, format!("to delete {at}"))).await.map(drop) }),
    ];
    let mut completed = true;
    for call in calls {
        completed &= poll_at_most(call, at).await;
    }
    completed
}

/// The test fails if a call needs more polls than this.
const MAX_POLLS: usize = 200;

async fn drop_calls(database: &TestDatabase, tasks: &dyn TaskRepository, game: Uuid) {
    // On a busy machine, a response may arrive before the call is polled for the first time.
    for _ in 0..50 {
        if drop_at_each_await(database, tasks, game).await > 1 {
            return;
        }
    }
    panic!("no call was dropped before it completed");
}

/// Returns the number of polls after which all calls complete.
async fn drop_at_each_await(
    database: &TestDatabase,
    tasks: &dyn TaskRepository,
    game: Uuid,
) -> usize {
    for at in 1..=MAX_POLLS {
        if drop_each_after(tasks, game, at).await {
            return at;
        }
        check_batches(tasks, game).await;
    }
    panic!("a call on {:?} needs more than {MAX_POLLS} polls", database.backend);
}

/// Asserts that each atomic batch is stored completely or not at all.
async fn check_batches(tasks: &dyn TaskRepository, game: Uuid) {
    let all = stored(tasks, game).await;
    for what in ["all ", "upsert "] {
        let of_batches = all.iter().filter(|task| task.external_task_id.starts_with(what));
        assert_eq!(of_batches.count() % BATCH, 0, "a batch is stored in part");
    }
}

async fn stored(tasks: &dyn TaskRepository, game: Uuid) -> Vec<Task> {
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    tasks.stream(query).try_collect().await.unwrap()
}

async fn set_up(
    database: &TestDatabase,
) -> (SeaOrmTaskRepository<game_tasks::sea_orm::DatabaseConnection>, Uuid) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let names = (0..MAX_POLLS).map(|at| format!("to delete {at}")).chain(["old".to_owned()]);
    let new = names.map(|name| NewTask::new(game, name));
    all.create_all(new, OnExisting::Fail).await.unwrap();
    (all, game)
}

async fn in_a_transaction(database: &TestDatabase) {
    // sqlx's MySQL driver gets out of sync with the protocol if a call is dropped while it
    // prepares a statement, with or without this crate. A pool detects such a connection.
    if database.backend.is_mariadb_or_mysql() {
        return;
    }
    let db = &database.db;
    run(db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
    let (all, game) = set_up(database).await;
    let transaction = db.begin().await.unwrap();
    run(&transaction, "INSERT INTO app_notes (id) VALUES (1)", []).await;
    let inside = all.on(&transaction);
    drop_calls(database, &inside, game).await;
    assert!(still_works(&transaction).await);
    let last = inside.create(NewTask::new(game, "last")).await.unwrap();
    let written = stored(&inside, game).await;
    transaction.commit().await.unwrap();
    // COMMIT has saved all writes.
    assert_eq!(column::<_, i32>(db, "SELECT id FROM app_notes", []).await, [1]);
    assert_eq!(stored(&all, game).await, written);
    assert!(written.contains(&last));
}

async fn on_a_pool(database: &TestDatabase) {
    // On a pool, sqlx can lose the connection of a dropped call permanently.
    if database.backend.is_mariadb_or_mysql() {
        return;
    }
    let (all, game) = set_up(database).await;
    drop_calls(database, &all, game).await;
    large_pages(&all, game).await;
    let connections =
        if database.backend == Backend::SqliteMemory { 1 } else { DEFAULT_CONNECTIONS };
    assert_pool_usable(database, connections).await;
    check_batches(&all, game).await;
}

/// Drops calls that read large pages, which take the driver many reads. A pool that tests its
/// connections before use would close some of them in a thousand dropped acquisitions.
async fn large_pages(tasks: &dyn TaskRepository, game: Uuid) {
    let new = (0..MAX_PAGE_SIZE).map(|n| NewTask::new(game, format!("{n:0>250}")));
    tasks.create_all(new, OnExisting::Fail).await.unwrap();
    for n in 0..1_000 {
        let query = TaskQuery::in_game(game);
        let query = if n % 10 == 0 { query.limit(MAX_PAGE_SIZE) } else { query };
        poll_at_most(tasks.list(query), 1 + n % 7).await;
    }
}
