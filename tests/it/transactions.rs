//! Inside the application's transaction: what the crate writes is part of it, calls may run at
//! once, and any call may be dropped.

use crate::support::{
    Backend, TestDatabase, any_id, assert_is, by_name, column, database_cases, names, run,
    still_works,
};
use game_tasks::sea_orm::{DatabaseTransaction, TransactionTrait};
use game_tasks::{
    Game, NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskError, TaskFilter, TaskPatch,
    TaskRepository, TaskRepositoryExt, Written,
};
use std::time::Duration;
use uuid::Uuid;

database_cases!(
    rollback_takes_everything_back,
    nobody_else_sees_it_before_commit,
    two_calls_at_once,
    a_dropped_call_in_a_transaction,
    a_dropped_call_on_a_pool,
);

async fn game(database: &TestDatabase) -> Uuid {
    Game::new(any_id().to_string()).insert(&database.db).await.unwrap().id
}

/// Something of every kind of write.
async fn write(tasks: &dyn TaskRepository, game: Uuid, old: &Task) {
    tasks.create(NewTask::new(game, "new")).await.unwrap();
    let batch = || ["a", "b"].map(|name| NewTask::new(game, name));
    tasks.create_all(batch(), OnExisting::Report).await.unwrap();
    tasks.create_many(batch().map(|t| t.strategy("x")), OnExisting::Update).await.unwrap();
    tasks.update(old, TaskPatch::new().status("closed")).await.unwrap();
    tasks.update_many(TaskFilter::all(), TaskPatch::new().strategy("y")).await.unwrap();
    tasks.delete((game, "new")).await.unwrap();
    tasks.delete_many(TaskFilter::keys([(game, "b")])).await.unwrap();
}

async fn rollback_takes_everything_back(database: &TestDatabase) {
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let old = all.create(NewTask::new(game, "old")).await.unwrap();
    let transaction = database.db.begin().await.unwrap();
    write(&all.on(&transaction), game, &old).await;
    assert_eq!(names(&by_name(&all.on(&transaction)).await), ["a", "old"]);
    transaction.rollback().await.unwrap();
    assert_eq!(by_name(&all).await, std::slice::from_ref(&old));
    // So does a transaction that is dropped.
    let transaction = database.db.begin().await.unwrap();
    write(&all.on(&transaction), game, &old).await;
    drop(transaction);
    assert_eq!(by_name(&all).await, [old]);
}

async fn nobody_else_sees_it_before_commit(database: &TestDatabase) {
    // SQLite's memory has one connection, and nobody else.
    if database.backend == Backend::SqliteMemory {
        return;
    }
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let old = all.create(NewTask::new(game, "old")).await.unwrap();
    let transaction = database.db.begin().await.unwrap();
    write(&all.on(&transaction), game, &old).await;
    assert_eq!(by_name(&all).await, [old]);
    let inside = by_name(&all.on(&transaction)).await;
    transaction.commit().await.unwrap();
    assert_eq!(by_name(&all).await, inside);
    assert_eq!(names(&inside), ["a", "old"]);
}

/// The one that is refused takes nothing of the others along.
async fn two_calls_at_once(database: &TestDatabase) {
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let transaction = database.db.begin().await.unwrap();
    let inside = all.on(&transaction);
    let batch = |of: &str| -> Vec<NewTask> {
        (0..20).map(|n| NewTask::new(game, format!("{of} {n:02}"))).collect()
    };
    let refused = batch("refused").into_iter().chain([NewTask::new(any_id(), "lost")]);
    let (refused, accepted, single, second) = tokio::join!(
        inside.create_all(refused, OnExisting::Report),
        inside.create_all(batch("accepted"), OnExisting::Report),
        inside.create(NewTask::new(game, "single")),
        inside.create(NewTask::new(game, "single")),
    );
    assert_is!(refused, Err(TaskError::Batch { index: 20, .. }));
    assert!(accepted.unwrap().iter().all(Written::is_created));
    assert_eq!([single.is_ok(), second.is_ok()].iter().filter(|ok| **ok).count(), 1);
    transaction.commit().await.unwrap();
    let mut expected: Vec<String> = (0..20).map(|n| format!("accepted {n:02}")).collect();
    expected.push("single".to_owned());
    assert_eq!(names(&by_name(&all).await), expected);
}

/// Begins calls, and drops each at a later await than the one before.
async fn drop_calls(tasks: &dyn TaskRepository, game: Uuid, old: &Task) {
    for patience in [0, 20, 50, 100, 200, 500, 1_000, 2_000] {
        let patience = Duration::from_micros(patience);
        let name = format!("after {patience:?}");
        let new = NewTask::new(game, &*name);
        let batch = (0..50).map(|n| NewTask::new(game, format!("{name} {n}")));
        let patch = TaskPatch::new().strategy(&*name);
        let _ = tokio::time::timeout(patience, tasks.create(new)).await;
        let _ = tokio::time::timeout(patience, tasks.create_all(batch, OnExisting::Keep)).await;
        let _ = tokio::time::timeout(patience, tasks.update(old, patch.clone())).await;
        let _ = tokio::time::timeout(patience, tasks.update_many(TaskFilter::all(), patch)).await;
        let _ = tokio::time::timeout(patience, by_name(tasks)).await;
    }
}

async fn notes(transaction: &DatabaseTransaction) -> u64 {
    run(transaction, "INSERT INTO app_notes (id) VALUES (1)", []).await
}

async fn a_dropped_call_in_a_transaction(database: &TestDatabase) {
    // sqlx's MySQL driver loses its place in the protocol when a call on a connection is
    // dropped while it prepares a statement, with or without this crate. A pool notices.
    if database.backend == Backend::MariaDb {
        return;
    }
    let db = &database.db;
    run(db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(db.clone());
    let old = all.create(NewTask::new(game, "old")).await.unwrap();
    let transaction = db.begin().await.unwrap();
    assert_eq!(notes(&transaction).await, 1);
    let inside = all.on(&transaction);
    drop_calls(&inside, game, &old).await;
    assert!(still_works(&transaction).await);
    let last = inside.create(NewTask::new(game, "last")).await.unwrap();
    let written = by_name(&inside).await;
    transaction.commit().await.unwrap();
    // COMMIT has saved all there was, each batch whole.
    assert_eq!(column::<_, i32>(db, "SELECT id FROM app_notes", []).await, [1]);
    assert_eq!(by_name(&all).await, written);
    assert!(written.contains(&last));
    let of_batches = written.iter().filter(|task| task.external_task_id.matches(' ').count() == 2);
    assert_eq!(of_batches.count() % 50, 0, "an atomic batch is there whole or not at all");
}

async fn a_dropped_call_on_a_pool(database: &TestDatabase) {
    // A pool may close a connection whose user is gone, and SQLite's memory goes with it.
    if database.backend == Backend::SqliteMemory {
        return;
    }
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let old = all.create(NewTask::new(game, "old")).await.unwrap();
    drop_calls(&all, game, &old).await;
    // Every connection of the pool is there and sound, and none is left inside a transaction.
    // What was dropped may still be under way.
    let (a, b, c, d) = tokio::join!(by_name(&all), by_name(&all), by_name(&all), all.find(old.id));
    assert!(!b.is_empty() && !c.is_empty() && d.unwrap().is_some());
    let of_batches = a.iter().filter(|task| task.external_task_id.matches(' ').count() == 2);
    assert_eq!(of_batches.count() % 50, 0, "an atomic batch is there whole or not at all");
    let transaction = database.db.begin().await.unwrap();
    let last = all.on(&transaction).create(NewTask::new(game, "last")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(all.get(&last).await.unwrap(), last);
}
