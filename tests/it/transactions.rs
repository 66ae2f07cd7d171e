//! Inside the application's transaction: what the crate writes is part of it, and calls may run
//! at once.

use crate::support::{
    Backend, TestDatabase, assert_is, database_cases, list_by_name, names, run, still_works,
    unordered_id,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task, TaskError,
    TaskFilter, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt, TransactionState,
};
use uuid::Uuid;

database_cases!(
    rollback_takes_everything_back,
    nobody_else_sees_it_before_commit,
    two_calls_at_once,
    what_no_server_reported_costs_no_transaction,
);

async fn game(database: &TestDatabase) -> Uuid {
    Game::new(unordered_id().to_string()).insert(&database.db).await.unwrap().id
}

/// Something of every kind of write.
async fn write(tasks: &dyn TaskRepository, game: Uuid, old: &Task) {
    tasks.create(NewTask::new(game, "new")).await.unwrap();
    let batch = || ["a", "b"].map(|name| NewTask::new(game, name));
    tasks.create_all(batch(), OnExisting::Fail).await.unwrap();
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
    assert_eq!(names(&list_by_name(&all.on(&transaction)).await), ["a", "old"]);
    transaction.rollback().await.unwrap();
    assert_eq!(list_by_name(&all).await, std::slice::from_ref(&old));
    // So does a transaction that is dropped.
    let transaction = database.db.begin().await.unwrap();
    write(&all.on(&transaction), game, &old).await;
    drop(transaction);
    assert_eq!(list_by_name(&all).await, [old]);
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
    assert_eq!(list_by_name(&all).await, [old]);
    let inside = list_by_name(&all.on(&transaction)).await;
    transaction.commit().await.unwrap();
    assert_eq!(list_by_name(&all).await, inside);
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
    let refused = batch("refused").into_iter().chain([NewTask::new(unordered_id(), "lost")]);
    let (refused, accepted, single, second) = tokio::join!(
        inside.create_all(refused, OnExisting::Fail),
        inside.create_all(batch("accepted"), OnExisting::Fail),
        inside.create(NewTask::new(game, "single")),
        inside.create(NewTask::new(game, "single")),
    );
    assert_is!(refused, Err(TaskError::Batch { index: 20, .. }));
    assert!(accepted.unwrap().iter().all(CreateOutcome::is_created));
    assert_eq!([single.is_ok(), second.is_ok()].iter().filter(|ok| **ok).count(), 1);
    transaction.commit().await.unwrap();
    let mut expected: Vec<String> = (0..20).map(|n| format!("accepted {n:02}")).collect();
    expected.push("single".to_owned());
    assert_eq!(names(&list_by_name(&all).await), expected);
}

/// Makes a row that the crate cannot read: its `created_at` is null or, on SQLite, no time.
async fn spoil(database: &TestDatabase, id: Uuid) {
    let (may_be_null, value) = match database.backend {
        Backend::Postgres => ("ALTER TABLE tasks ALTER created_at DROP NOT NULL", "NULL"),
        Backend::MariaDb => ("ALTER TABLE tasks MODIFY created_at datetime(6) NULL", "NULL"),
        _ => ("SELECT 1", "'yesterday'"),
    };
    run(&database.db, may_be_null, []).await;
    let spoil = format!("UPDATE tasks SET created_at = {value} WHERE id = ?");
    assert_eq!(run(&database.db, &spoil, [id.into()]).await, 1);
}

async fn what_no_server_reported_costs_no_transaction(database: &TestDatabase) {
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let spoilt = all.create(NewTask::new(game, "spoilt")).await.unwrap();
    spoil(database, spoilt.id).await;
    let transaction = database.db.begin().await.unwrap();
    let inside = all.on(&transaction);
    let new = || NewTask::new(game, "spoilt").strategy("own");
    for (n, error) in [
        inside.get(&spoilt).await.map(drop).unwrap_err(),
        inside.list(TaskQuery::in_game(game)).await.map(drop).unwrap_err(),
        inside.get_or_create(new()).await.map(drop).unwrap_err(),
        inside.create_many([new()], OnExisting::Keep).await.unwrap().remove(0).unwrap_err(),
        inside.create_all([new()], OnExisting::Update).await.map(drop).unwrap_err(),
        inside.transition(&spoilt, "open", "closed").await.map(drop).unwrap_err(),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(error.transaction_state(), TransactionState::Intact, "{n}: {error:?}");
        assert_eq!(error.retry(), Retry::No, "{n}: {error:?}");
        let error = match error {
            TaskError::Batch { index: 0, error } => *error,
            error => error,
        };
        assert_is!(error, TaskError::UnreadableTimestamp { id, .. } if *id == spoilt.id);
    }
    assert!(still_works(&transaction).await);
    let last = inside.create(NewTask::new(game, "last")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(all.get(&last).await.unwrap(), last);
}
