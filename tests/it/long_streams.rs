//! Streams that need several pages.

use crate::support::{FailAfter, TestDatabase, column, database_cases, on_database, run, tests_on};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskError, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

database_cases!(loop_may_write, a_page_that_fails);

tests_on!(
    [postgres Postgres],
    pages_are_planned_once, |on| super::on_database(on, 1, super::pages_are_planned_once)
);

const TASKS: usize = 7_001;

async fn filled(database: &TestDatabase, tasks: &dyn TaskRepository) -> Uuid {
    let game = Game::new(Uuid::now_v7().to_string()).insert(&database.db).await.unwrap().id;
    let batch = (0..TASKS).map(|n| NewTask::new(game, format!("{n:05}")));
    tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    game
}

/// On one connection, a page that is still being read would block the writes of the loop forever.
async fn loop_may_write(database: &TestDatabase) {
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let game = filled(database, &tasks).await;
    let transaction = database.db.begin().await.unwrap();
    let stream_and_write = async |tasks: &dyn TaskRepository, to: &str| {
        let mut stream = tasks.stream(TaskQuery::in_game(game));
        let mut read = Vec::new();
        while let Some(task) = stream.try_next().await.unwrap() {
            if read.len() % 500 == 0 {
                tasks.update(&task, TaskPatch::new().strategy(to)).await.unwrap();
            }
            read.push(task.external_task_id);
        }
        read.sort();
        assert!(read.iter().eq(&(0..TASKS).map(|n| format!("{n:05}")).collect::<Vec<_>>()));
    };
    stream_and_write(&tasks.on(&transaction), "in a transaction").await;
    transaction.commit().await.unwrap();
    stream_and_write(&tasks, "on a pool").await;
}

async fn a_page_that_fails(database: &TestDatabase) {
    let db = database.db.clone();
    let game = filled(database, &SeaOrmTaskRepository::new(db.clone())).await;
    let tasks = SeaOrmTaskRepository::new(FailAfter::statements(2, &db));
    let mut stream = tasks.stream(TaskQuery::in_game(game));
    let mut read = 0;
    let error = loop {
        match stream.try_next().await {
            Ok(task) => read += usize::from(task.is_some()),
            Err(error) => break error,
        }
    };
    // The tasks of the earlier pages come before the error.
    assert_eq!(read, if database.backend.is_sqlite() { 2_000 } else { 5_000 });
    assert!(matches!(error, TaskError::Database(_)), "{error:?}");
    assert!(stream.try_next().await.unwrap().is_none());
}

/// PostgreSQL underestimates the rows after a cursor if many tasks have the same timestamp, and
/// would plan each page anew.
async fn pages_are_planned_once(database: &TestDatabase) {
    if !database.is_postgres_since(14, "counts of generic plans").await {
        return;
    }
    let db = &database.db;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let game = filled(database, &tasks).await;
    run(db, "ANALYZE", []).await;
    let mut query = TaskQuery::in_game(game).limit(100);
    for _ in 0..20 {
        query = query.clone().after(tasks.list(query).await.unwrap().next.unwrap());
    }
    let counted = "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE \
                   '%(created_at, %' OR statement LIKE '%\"created_at\", %) > %'";
    let generic: Vec<i64> = column(db, counted, []).await;
    assert!(generic.iter().any(|plans| *plans >= 10), "{generic:?}");
}
