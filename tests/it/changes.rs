//! Changes of one task beside other writers and columns of the application.

use crate::support::{Backend, TestDatabase, database_cases, run};
use chrono::{DateTime, TimeDelta, Utc};
use game_tasks::{
    Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskFilter, TaskPatch, TaskRepositoryExt,
};

database_cases!(
    updated_at_increases_from_a_future_timestamp,
    updates_keep_the_applications_columns
);

/// The clock of another writer was ahead when it stored the row.
async fn updated_at_increases_from_a_future_timestamp(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    let future: DateTime<Utc> = "2199-12-31T23:59:59.999999Z".parse().unwrap();
    let set_to_future = async || {
        // As text, since the driver sends a TIMESTAMP, which ends in 2038 on MariaDB.
        let text = match database.backend {
            Backend::MariaDb | Backend::MySql => future.format("%F %T%.6f").to_string(),
            _ => future.to_rfc3339(),
        };
        run(db, &format!("UPDATE tasks SET updated_at = '{text}'"), []).await;
    };
    let next = future + TimeDelta::microseconds(1);

    set_to_future().await;
    let changed = tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    assert_eq!(changed.updated_at, next);
    assert_eq!(tasks.get(&task).await.unwrap(), changed);
    // A precondition can be given for this timestamp.
    let patch = TaskPatch::new().status("open").if_unmodified_since(next);
    let changed = tasks.update(&task, patch).await.unwrap();
    assert_eq!(changed.updated_at, next + TimeDelta::microseconds(1));

    set_to_future().await;
    let patch = TaskPatch::new().strategy("other");
    assert_eq!(tasks.update_many(TaskFilter::all(), patch).await.unwrap(), 1);
    assert_eq!(tasks.get(&task).await.unwrap().updated_at, next);

    set_to_future().await;
    let again = NewTask::new(game, "task").strategy("third");
    let written = tasks.create_many([again], OnExisting::Update).await.unwrap();
    assert_eq!(written[0].as_ref().unwrap().task().updated_at, next);
    assert_eq!(tasks.get(&task).await.unwrap().updated_at, next);
}

async fn updates_keep_the_applications_columns(database: &TestDatabase) {
    let db = &database.db;
    run(db, "ALTER TABLE tasks ADD COLUMN app_note varchar(50) DEFAULT 'none' NOT NULL", []).await;
    run(db, "ALTER TABLE tasks ADD COLUMN app_rank integer", []).await;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    run(db, "UPDATE tasks SET app_note = 'mine', app_rank = 7", []).await;
    tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    tasks.update_many(TaskFilter::all(), TaskPatch::new().strategy("other")).await.unwrap();
    let again = NewTask::new(game, "task").strategy("third");
    tasks.create_all([again, NewTask::new(game, "new")], OnExisting::Update).await.unwrap();
    let notes = crate::support::rows(
        db,
        r#"SELECT app_note, app_rank FROM tasks ORDER BY "externalTaskId""#,
        [],
    )
    .await;
    let note = |n: usize| -> (String, Option<i32>) {
        (notes[n].try_get_by_index(0).unwrap(), notes[n].try_get_by_index(1).unwrap())
    };
    assert_eq!(note(0), ("none".to_owned(), None));
    assert_eq!(note(1), ("mine".to_owned(), Some(7)));
    assert_eq!(tasks.delete(&task).await.unwrap().strategy_id, "third");
}
