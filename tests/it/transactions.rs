//! Calls in the application's transaction: rollback, isolation, concurrent calls, and errors that
//! keep it.

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
    rollback_reverts_all_writes,
    writes_are_invisible_to_others_before_commit,
    concurrent_calls,
    errors_of_the_crate_keep_the_transaction,
);

async fn game(database: &TestDatabase) -> Uuid {
    Game::new(unordered_id().to_string()).insert(&database.db).await.unwrap().id
}

/// Makes each call that writes.
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

async fn rollback_reverts_all_writes(database: &TestDatabase) {
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let old = all.create(NewTask::new(game, "old")).await.unwrap();
    let transaction = database.db.begin().await.unwrap();
    write(&all.on(&transaction), game, &old).await;
    assert_eq!(names(&list_by_name(&all.on(&transaction)).await), ["a", "old"]);
    transaction.rollback().await.unwrap();
    assert_eq!(list_by_name(&all).await, std::slice::from_ref(&old));
    // Dropping a transaction rolls it back, too.
    let transaction = database.db.begin().await.unwrap();
    write(&all.on(&transaction), game, &old).await;
    drop(transaction);
    assert_eq!(list_by_name(&all).await, [old]);
}

async fn writes_are_invisible_to_others_before_commit(database: &TestDatabase) {
    // SQLite in memory has a single connection.
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

/// A refused call does not affect the others.
async fn concurrent_calls(database: &TestDatabase) {
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

/// Makes a row unreadable by setting its `created_at` to null or, on SQLite, to an invalid text.
async fn make_unreadable(database: &TestDatabase, id: Uuid) {
    let (may_be_null, value) = match database.backend {
        Backend::Postgres => ("ALTER TABLE tasks ALTER created_at DROP NOT NULL", "NULL"),
        Backend::MariaDb | Backend::MySql => {
            ("ALTER TABLE tasks MODIFY created_at datetime(6) NULL", "NULL")
        }
        _ => ("SELECT 1", "'yesterday'"),
    };
    run(&database.db, may_be_null, []).await;
    let make_unreadable = format!("UPDATE tasks SET created_at = {value} WHERE id = ?");
    assert_eq!(run(&database.db, &make_unreadable, [id.into()]).await, 1);
}

async fn errors_of_the_crate_keep_the_transaction(database: &TestDatabase) {
    let game = game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let unreadable = all.create(NewTask::new(game, "unreadable")).await.unwrap();
    make_unreadable(database, unreadable.id).await;
    let transaction = database.db.begin().await.unwrap();
    let inside = all.on(&transaction);
    let new = || NewTask::new(game, "unreadable").strategy("own");
    for (n, error) in [
        inside.get(&unreadable).await.map(drop).unwrap_err(),
        inside.list(TaskQuery::in_game(game)).await.map(drop).unwrap_err(),
        inside.get_or_create(new()).await.map(drop).unwrap_err(),
        inside.create_many([new()], OnExisting::Keep).await.unwrap().remove(0).unwrap_err(),
        inside.create_all([new()], OnExisting::Update).await.map(drop).unwrap_err(),
        inside.transition(&unreadable, "open", "closed").await.map(drop).unwrap_err(),
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
        assert_is!(error, TaskError::UnreadableTimestamp { id, .. } if *id == unreadable.id);
    }
    assert!(still_works(&transaction).await);
    let last = inside.create(NewTask::new(game, "last")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(all.get(&last).await.unwrap(), last);
}
