//! The application's own transaction, repeated as a whole.

use crate::support::{TestDatabase, assert_is, database_cases, list_by_name, tests_on};
use game_tasks::sea_orm::{IsolationLevel, TransactionOptions};
use game_tasks::{
    DatabaseError, FailureKind, Game, NewTask, Retry, SeaOrmTaskRepository, Task, TaskError,
    TaskFilter, TaskRepositoryExt, transaction, transaction_with_options,
};
use std::sync::atomic::{AtomicUsize, Ordering};

database_cases!(
    a_lost_transaction_is_repeated,
    a_refused_call_rolls_back,
    attempts_have_a_maximum,
    in_a_spawned_task,
);

tests_on!([postgres Postgres], serialization_failures, |on| {
    super::on_database(on, 8, super::serialization_failures)
});

use crate::support::on_database;

fn lost() -> TaskError {
    DatabaseError::custom(FailureKind::Serialization, Retry::Transaction, "lost").into()
}

async fn a_lost_transaction_is_repeated(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let attempts = AtomicUsize::new(0);
    let created = transaction(&database.db, async |txn| {
        let attempt = attempts.fetch_add(1, Ordering::SeqCst);
        let task = tasks.on(txn).create(NewTask::new(game, format!("{attempt}"))).await?;
        if attempt < 2 { Err(lost()) } else { Ok(task) }
    });
    let created: Task = created.await.unwrap();
    assert_eq!(created.external_task_id, "2");
    assert_eq!(list_by_name(&tasks).await, [created]);
}

async fn a_refused_call_rolls_back(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let attempts = AtomicUsize::new(0);
    let refused = transaction(&database.db, async |txn| {
        attempts.fetch_add(1, Ordering::SeqCst);
        tasks.on(txn).create(NewTask::new(game, "task")).await?;
        tasks.on(txn).create(NewTask::new(game, "task")).await
    });
    assert_is!(refused.await, Err(TaskError::AlreadyExists { .. }));
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 0);
}

async fn attempts_have_a_maximum(database: &TestDatabase) {
    let attempts = AtomicUsize::new(0);
    let failed: Result<(), TaskError> = transaction(&database.db, async |_| {
        attempts.fetch_add(1, Ordering::SeqCst);
        Err(lost())
    })
    .await;
    assert_eq!(failed.unwrap_err().retry(), Retry::Transaction);
    assert_eq!(attempts.load(Ordering::SeqCst), 6);
}

async fn in_a_spawned_task(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let db = database.db.clone();
    let spawned = tokio::spawn(async move {
        let tasks = SeaOrmTaskRepository::new(db.clone());
        transaction(&db, async move |txn| {
            let new = NewTask::new(game, "task");
            tasks.on(txn).create(new).await
        })
        .await
    });
    assert_eq!(spawned.await.unwrap().unwrap().external_task_id, "task");
}

/// Each reads what the others write, so that all but one of each round fail, many of them at COMMIT.
async fn serialization_failures(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let attempts = AtomicUsize::new(0);
    let serializable = TransactionOptions {
        isolation_level: Some(IsolationLevel::Serializable),
        ..Default::default()
    };
    let add = |n: usize| {
        let (tasks, attempts, options) = (&tasks, &attempts, serializable);
        async move {
            let work = async |txn: &game_tasks::sea_orm::DatabaseTransaction| {
                attempts.fetch_add(1, Ordering::SeqCst);
                let count = tasks.on(txn).count(TaskFilter::in_game(game)).await?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let new = NewTask::new(game, format!("{n}")).strategy(format!("after {count}"));
                tasks.on(txn).create(new).await
            };
            transaction_with_options(&database.db, options, work).await
        }
    };
    for round in 0..5 {
        let written = futures_util::future::join_all((0..3).map(|n| add(3 * round + n))).await;
        for task in written {
            task.unwrap();
        }
    }
    // As if one came after the other.
    let mut after: Vec<String> =
        list_by_name(&tasks).await.into_iter().map(|task| task.strategy_id.into()).collect();
    after.sort();
    let mut expected: Vec<String> = (0..15).map(|n| format!("after {n}")).collect();
    expected.sort();
    assert_eq!(after, expected);
    assert!(attempts.load(Ordering::SeqCst) > 15, "nothing was repeated");
}
