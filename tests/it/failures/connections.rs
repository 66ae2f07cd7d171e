//! Failures that no server reports: closed pools, and rows that cannot be decoded.

use super::{is_there, new_game};
use crate::support::{Backend, TestDatabase, database_cases, run};
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::{
    FailureKind, NewTask, OnExisting, ResolveStrategyExt, Retry, SeaOrmTaskRepository,
    StrategyResolver, TaskError, TaskFilter, TaskPatch, TaskQuery, TaskRepository,
    TaskRepositoryExt, TransactionState,
};
use uuid::Uuid;

database_cases!(a_closed_pool, a_row_that_cannot_be_decoded);

/// The errors of a call of each kind.
async fn every_call(tasks: &dyn TaskRepository, game: Uuid) -> Vec<TaskError> {
    let new = || [NewTask::new(game, "a"), NewTask::new(game, "b")];
    vec![
        tasks.find((game, "a")).await.map(drop).unwrap_err(),
        tasks.list(TaskQuery::in_game(game)).await.map(drop).unwrap_err(),
        tasks.count(TaskFilter::all()).await.map(drop).unwrap_err(),
        tasks.create(NewTask::new(game, "a")).await.unwrap_err(),
        tasks.create_many(new(), OnExisting::Keep).await.map(drop).unwrap_err(),
        tasks.create_all(new(), OnExisting::Update).await.map(drop).unwrap_err(),
        tasks.update((game, "a"), TaskPatch::new().status("closed")).await.unwrap_err(),
        tasks.update_many(TaskFilter::all(), TaskPatch::new().status("x")).await.unwrap_err(),
        tasks.delete((game, "a")).await.unwrap_err(),
        tasks.delete_many(TaskFilter::all()).await.unwrap_err(),
    ]
}

fn assert_closed(error: TaskError) {
    assert_eq!(error.retry(), Retry::No, "{error:?}");
    assert_eq!(error.transaction_state(), TransactionState::Intact);
    assert_eq!(error.to_string(), "the database failed: the connection pool is closed");
    let TaskError::Database(error) = error else { panic!("expected Database, got {error:?}") };
    assert_eq!(error.kind(), FailureKind::PoolClosed);
}

async fn a_closed_pool(database: &TestDatabase) {
    let db = if database.backend == Backend::SqliteMemory {
        database.db.clone()
    } else {
        database.second_pool().await
    };
    db.clone().close().await.unwrap();
    let never_connected = DatabaseConnection::default();
    for db in [db, never_connected] {
        let tasks = SeaOrmTaskRepository::new(db.clone());
        for error in every_call(&tasks, Uuid::nil()).await {
            assert_closed(error);
        }
        let resolver = StrategyResolver::new(db);
        assert_closed(resolver.resolve(Uuid::nil()).await.map(drop).unwrap_err());
    }
}

/// A column whose type a migration of the application has changed.
async fn a_row_that_cannot_be_decoded(database: &TestDatabase) {
    let db = &database.db;
    let game = new_game(database).await;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let old = tasks.create(NewTask::new(game, "old")).await.unwrap();
    match database.backend {
        Backend::Postgres => {
            run(db, "ALTER TABLE tasks ALTER oauth_user_id TYPE int USING 7", []).await;
        }
        Backend::MariaDb | Backend::MySql => {
            run(db, "ALTER TABLE tasks MODIFY oauth_user_id int", []).await;
            run(db, "UPDATE tasks SET oauth_user_id = 7", []).await;
        }
        _ => {
            run(db, "UPDATE tasks SET oauth_user_id = x'ff'", []).await;
        }
    }
    // A new pool, since earlier prepared statements have the previous type.
    let db = match database.backend {
        Backend::SqliteMemory => database.db.clone(),
        _ => database.second_pool().await,
    };
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let decode = |error: TaskError, retry: Retry| {
        assert_eq!(error.retry(), retry, "{error:?}");
        let TaskError::Database(error) = error else { panic!("expected Database, got {error:?}") };
        assert_eq!((error.kind(), error.code()), (FailureKind::Decode, None), "{error:?}");
    };
    decode(tasks.find(&old).await.map(drop).unwrap_err(), Retry::No);
    // The write was made before its row was decoded, so the error must not deny it. MySQL reads before
    // it writes.
    let (retry, changed) = match database.backend {
        Backend::MySql => (Retry::No, 0),
        _ => (Retry::Unknown, 1),
    };
    decode(tasks.transition(&old, "open", "closed").await.map(drop).unwrap_err(), retry);
    let closed = TaskFilter::all().statuses(["closed"]);
    assert_eq!(tasks.count(closed).await.unwrap(), changed);
    decode(tasks.delete(&old).await.map(drop).unwrap_err(), retry);
    assert_eq!(is_there(database, game, "old").await, changed == 0);
    if database.backend != Backend::SqliteMemory {
        db.close().await.unwrap();
    }
}
