//! Calls on one task that a trigger skips: the error reports it, nothing is changed, and the
//! transaction stays usable.

use crate::support::{
    Backend, ON_EXISTING, TestDatabase, assert_is, create_skipping_triggers, key, keys_of,
    on_pool_and_in_transaction, run, skipping_cases,
};
use game_tasks::sea_orm::{TransactionTrait, Value};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, TaskError, TaskFilter,
    TaskKey, TaskPatch, TaskRepository, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

skipping_cases!(
    calls_on_one_task,
    bulk_changes_count_only_changed_tasks,
    a_taken_name_is_reported,
    triggers_that_write_the_row_themselves,
);

/// Runs a case on a pool and in a transaction, each without a scope and with one.
async fn run_case(database: &TestDatabase, case: impl AsyncFn(&dyn TaskRepository, Uuid)) {
    for scope in [TaskScope::unrestricted(), TaskScope::api_key(key("gme_live_mine"))] {
        on_pool_and_in_transaction(database, scope, &case).await;
    }
}

fn assert_skipped(error: &TaskError, key: &TaskKey) {
    assert_is!(
        error,
        TaskError::WriteSkipped { key: Some(of), transaction_lost: false } if of == key
    );
    assert_eq!((error.retry(), error.transaction_lost()), (Retry::No, false));
}

async fn calls_on_one_task(database: &TestDatabase) {
    create_skipping_triggers(database).await;
    run_case(database, async |tasks, game| {
        let new = |name: &str| NewTask::new(game, name);
        for task in [new("skipped"), new("skipped").id(Uuid::now_v7())] {
            let error = tasks.create(task.clone()).await.unwrap_err();
            assert_skipped(&error, &(game, "skipped").into());
            let error = tasks.get_or_create(task.clone()).await.unwrap_err();
            assert_skipped(&error, &(game, "skipped").into());
        }
        let plain = tasks.create(new("plain")).await.unwrap();
        let error = tasks.duplicate(&plain, "skipped copy").await.unwrap_err();
        assert_skipped(&error, &(game, "skipped copy").into());

        let frozen = tasks.create(new("frozen")).await.unwrap();
        let kept = tasks.create(new("kept")).await.unwrap();
        for key in keys_of(&frozen) {
            let patch = TaskPatch::new().strategy("own");
            assert_skipped(&tasks.update(key.clone(), patch.clone()).await.unwrap_err(), &key);
            let patch = patch.if_unmodified_since(frozen.updated_at).if_status("open");
            assert_skipped(&tasks.update(key.clone(), patch).await.unwrap_err(), &key);
            let error = tasks.transition(key.clone(), "open", "closed").await.unwrap_err();
            assert_skipped(&error, &key);
        }
        for key in keys_of(&kept) {
            assert_skipped(&tasks.delete(key.clone()).await.unwrap_err(), &key);
        }
        // Other errors take precedence.
        let same = TaskPatch::new().status("open");
        assert_is!(tasks.update(&frozen, same).await, Err(TaskError::Unchanged { task, .. }) if **task == frozen);
        let stale = TaskPatch::new().status("closed").if_status("rare");
        assert_is!(tasks.update(&frozen, stale).await, Err(TaskError::Conflict { .. }));
        assert_is!(tasks.delete((game, "none")).await, Err(TaskError::NotFound { .. }));
        let lost = tasks.create(NewTask::new(Uuid::nil(), "skipped")).await;
        assert_is!(lost, Err(TaskError::GameNotFound { .. }));

        assert_eq!(tasks.get(&frozen).await.unwrap(), frozen);
        assert_eq!(tasks.get(&kept).await.unwrap(), kept);
        assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 3);
    })
    .await;
}

async fn bulk_changes_count_only_changed_tasks(database: &TestDatabase) {
    create_skipping_triggers(database).await;
    run_case(database, async |tasks, game| {
        let batch = ["a", "b", "frozen", "kept"].map(|name| NewTask::new(game, name));
        tasks.create_all(batch, OnExisting::Fail).await.unwrap();
        let closed = TaskPatch::new().status("closed");
        let changed = tasks.update_many(TaskFilter::in_game(game), closed).await.unwrap();
        assert_eq!(changed, 3);
        assert_eq!(tasks.get((game, "frozen")).await.unwrap().status.as_str(), "open");
        assert_eq!(tasks.delete_game(game).await.unwrap(), 3);
        assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 1);
    })
    .await;
}

/// Also if the existing row was created before the triggers.
async fn a_taken_name_is_reported(database: &TestDatabase) {
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let new = NewTask::new(game, "skipped");
    let existing = tasks.create(new.clone()).await.unwrap();
    create_skipping_triggers(database).await;
    let transaction = database.db.begin().await.unwrap();
    for tasks in [&tasks.on(&transaction) as &dyn TaskRepository] {
        let error = tasks.create(new.clone()).await.unwrap_err();
        assert_is!(error, TaskError::AlreadyExists { id: Some(id), .. } if *id == existing.id);
        let error = tasks.create(NewTask::new(game, "other").id(existing.id)).await.unwrap_err();
        assert_is!(error, TaskError::IdTaken { .. });
        let kept = tasks.get_or_create(new.clone()).await.unwrap();
        assert_eq!(kept, CreateOutcome::Kept(existing.clone()));
    }
    transaction.commit().await.unwrap();
}

/// As in partitioning by inheritance, the trigger inserts the row into another table.
async fn triggers_that_write_the_row_themselves(database: &TestDatabase) {
    if database.backend != Backend::Postgres {
        return;
    }
    for statement in [
        "CREATE TABLE tasks_moved () INHERITS (tasks)",
        "CREATE FUNCTION app_move() RETURNS trigger LANGUAGE plpgsql AS $$ \
         BEGIN INSERT INTO tasks_moved SELECT NEW.*; RETURN NULL; END $$",
        "CREATE TRIGGER app_move BEFORE INSERT ON tasks FOR EACH ROW \
         WHEN (NEW.\"externalTaskId\" LIKE 'moved%') EXECUTE FUNCTION app_move()",
    ] {
        run(&database.db, statement, Vec::<Value>::new()).await;
    }
    run_case(database, async |tasks, game| {
        let created = tasks.create(NewTask::new(game, "moved")).await.unwrap();
        assert_eq!(tasks.get(&created).await.unwrap(), created);
        for on_existing in ON_EXISTING {
            let batch = |of: &str| {
                ["moved", "plain"]
                    .map(|name| NewTask::new(game, format!("{name} {of} {on_existing:?}")))
            };
            for outcome in tasks.create_many(batch("each"), on_existing).await.unwrap() {
                assert_is!(outcome, Ok(CreateOutcome::Created(_)));
            }
        }
    })
    .await;
}
