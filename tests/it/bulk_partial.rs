//! Batches in which each task stands for itself.

use crate::support::{TestDatabase, assert_is, database_cases, run};
use chrono::{SubsecRound, TimeDelta, Utc};
use game_tasks::{Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskRepositoryExt, Written};

database_cases!(rows_of_the_future_are_told_truly);

/// A row that another writer's clock has put into the future is kept where it is kept.
async fn rows_of_the_future_are_told_truly(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    let future = Utc::now().trunc_subsecs(6) + TimeDelta::days(1);
    run(db, "UPDATE tasks SET created_at = ?, updated_at = ?", [future.into(), future.into()])
        .await;
    let row = tasks.get(&task).await.unwrap();
    assert_eq!((row.created_at, row.updated_at), (future, future));
    for on_existing in [OnExisting::Keep, OnExisting::Update] {
        let batch = || [NewTask::new(game, "task"), NewTask::new(game, format!("{on_existing:?}"))];
        let written = tasks.create_many(batch(), on_existing).await.unwrap();
        assert_eq!(*written[0].as_ref().unwrap(), Written::Kept(row.clone()));
        assert!(written[1].as_ref().unwrap().is_created());
        let written = tasks.create_all(batch(), on_existing).await.unwrap();
        assert_eq!(written[0], Written::Kept(row.clone()));
        assert_is!(written[1], Written::Kept(_));
    }
    let changed = NewTask::new(game, "task").strategy("own");
    let written = tasks.create_all([changed], OnExisting::Update).await.unwrap();
    assert_is!(
        written[0],
        Written::Updated(task) if task.updated_at == future + TimeDelta::microseconds(1)
    );
}
