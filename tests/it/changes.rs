//! One task changes: patches, transitions, times.

use crate::support::{
    Backend, Stage, TestDatabase, assert_is, database_cases, invalid, keys_of, repository_cases,
    run,
};
use chrono::{DateTime, TimeDelta, Utc};
use game_tasks::{
    Game, InvalidReason, Lifecycle, NewTask, OnExisting, SeaOrmTaskRepository, StrategyId, Task,
    TaskError, TaskFilter, TaskPatch, TaskRepository, TaskRepositoryExt, TaskStatus,
};

repository_cases!(
    answer_is_the_row_as_written,
    both_fields_change_at_once,
    preconditions_that_hold,
    updated_at_grows_with_every_change,
    transitions,
    lifecycle_says_what_may_follow,
    lifecycle_of_many,
    a_deleted_task_is_answered_as_it_was,
    a_name_is_free_after_its_task,
);
database_cases!(updated_at_grows_from_the_future, update_leaves_the_other_columns);

fn strategy(text: &str) -> StrategyId {
    StrategyId::new(text).unwrap()
}

async fn answer_is_the_row_as_written(stage: &Stage<'_>) {
    let game = stage.game().await;
    let mut before = stage.task(game, "task").await;
    let bystander = stage.task(game, "bystander").await;
    for (n, key) in keys_of(&before).into_iter().enumerate() {
        let patch = TaskPatch::new().strategy(format!("s{n}"));
        let after = stage.tasks.update(&key, patch).await.unwrap();
        assert!(after.updated_at > before.updated_at);
        let expected = Task {
            strategy_id: strategy(&format!("s{n}")),
            updated_at: after.updated_at,
            ..before
        };
        assert_eq!(after, expected);
        assert_eq!(stage.tasks.get(&key).await.unwrap(), after);
        assert!(stage.rows().await.contains(&after));
        before = after;
    }
    assert_eq!(stage.tasks.get(&bystander).await.unwrap(), bystander);
}

async fn both_fields_change_at_once(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let patch = TaskPatch::new().strategy("socio_bee").status("archived");
    let changed = stage.tasks.update(&task, patch).await.unwrap();
    assert_eq!((changed.strategy_id.as_str(), changed.status.as_str()), ("socio_bee", "archived"));
    // Back to none of its own.
    let back = TaskPatch::new().strategy("default");
    let changed = stage.tasks.update(&task, back).await.unwrap();
    assert!(changed.strategy_id.is_default());
    assert_eq!(changed.status, "archived");
}

async fn preconditions_that_hold(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let patch =
        TaskPatch::new().status("closed").if_status("open").if_unmodified_since(task.updated_at);
    let closed = stage.tasks.update(&task, patch).await.unwrap();
    // A moment between two microseconds, and one in the future.
    for (n, moment) in [
        closed.updated_at + TimeDelta::nanoseconds(999),
        Utc::now() + TimeDelta::days(1),
        "9999-12-31T00:00:00Z".parse().unwrap(),
    ]
    .into_iter()
    .enumerate()
    {
        let current = stage.tasks.get(&task).await.unwrap();
        let moment = if n == 0 { current.updated_at + TimeDelta::nanoseconds(999) } else { moment };
        let patch = TaskPatch::new().strategy(format!("s{n}")).if_unmodified_since(moment);
        let changed = stage.tasks.update(&task, patch).await.unwrap();
        assert_eq!(changed.strategy_id, format!("s{n}").as_str());
    }
}

async fn updated_at_grows_with_every_change(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let mut last = task.updated_at;
    let mut grown = |now: DateTime<Utc>, how: &str| {
        assert!(now > last, "{how}: {now} is not after {last}");
        last = now;
    };
    // As fast as it goes, so that some changes meet the same microsecond or moment.
    for n in 0..10 {
        let patch = TaskPatch::new().strategy(format!("s{n}"));
        grown(stage.tasks.update(&task, patch).await.unwrap().updated_at, "update");
        let (from, to) = if n % 2 == 0 { ("open", "closed") } else { ("closed", "open") };
        grown(stage.tasks.transition(&task, from, to).await.unwrap().updated_at, "transition");
        let patch = TaskPatch::new().strategy(format!("m{n}"));
        stage.tasks.update_many(TaskFilter::all(), patch).await.unwrap();
        grown(stage.tasks.get(&task).await.unwrap().updated_at, "update_many");
        let again = NewTask::new(game, "task").strategy(format!("b{n}"));
        let written = stage.tasks.create_all([again], OnExisting::Update).await.unwrap();
        grown(written[0].task().updated_at, "create_all");
    }
    assert_eq!(stage.tasks.get(&task).await.unwrap().created_at, task.created_at);
}

async fn transitions(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    for (from, to) in [("open", "closed"), ("closed", "open"), ("open", "archived")] {
        let moved = stage.tasks.transition(&task, from, to).await.unwrap();
        assert_eq!(moved.status, to);
        assert_eq!(stage.tasks.get(&task).await.unwrap(), moved);
    }
    let error = stage.refused(stage.tasks.transition(&task, "open", "closed")).await;
    assert_is!(error, TaskError::Conflict { status, .. } if *status == "archived");
}

async fn lifecycle_says_what_may_follow(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let archived = TaskStatus::new("archived").unwrap();
    let lifecycle = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [archived]);
    let tasks = stage.with_lifecycle(lifecycle);
    tasks.transition(&task, "open", "closed").await.unwrap();
    let reopened = stage.refused(tasks.update(&task, TaskPatch::new().status("open"))).await;
    assert_is!(
        invalid(reopened),
        ("status", InvalidReason::ForbiddenTransition { from, to })
            if *from == TaskStatus::CLOSED && *to == TaskStatus::OPEN
    );
    // The same rules in a narrower scope.
    let scoped = tasks.scoped(game_tasks::TaskScope::unrestricted());
    let error = stage.refused(scoped.update(&task, TaskPatch::new().status("open"))).await;
    assert_eq!(invalid(error).0, "status");
    tasks.update(&task, TaskPatch::new().status("archived").strategy("last")).await.unwrap();
    // The rules are for statuses alone.
    let patch = TaskPatch::new().strategy("default");
    assert_eq!(tasks.update(&task, patch).await.unwrap().status, "archived");
    // A repository without rules lets it go anywhere.
    stage.tasks.transition(&task, "archived", "open").await.unwrap();
}

async fn lifecycle_of_many(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.tasks_named(game, ["open", "closed", "archived"]).await;
    for name in ["closed", "archived"] {
        stage.tasks.update((game, name), TaskPatch::new().status(name)).await.unwrap();
    }
    let tasks =
        stage.with_lifecycle(Lifecycle::strict().allow(TaskStatus::CLOSED, [TaskStatus::OPEN]));
    // The closed one may follow; the open one is there already, the archived one may not.
    let patch = TaskPatch::new().status("open");
    assert_eq!(tasks.update_many(TaskFilter::in_game(game), patch).await.unwrap(), 1);
    let status = async |name: &str| stage.tasks.get((game, name)).await.unwrap().status;
    assert_eq!(status("closed").await, "open");
    assert_eq!(status("archived").await, "archived");
    // With the strategy along, the open ones need no leave; the archived one stays as it is.
    let patch = TaskPatch::new().status("open").strategy("other");
    assert_eq!(tasks.update_many(TaskFilter::in_game(game), patch).await.unwrap(), 2);
    let archived = stage.tasks.get((game, "archived")).await.unwrap();
    assert!(archived.strategy_id.is_default());
    // Nothing may be closed.
    let patch = TaskPatch::new().status("closed");
    assert_eq!(tasks.update_many(TaskFilter::all(), patch).await.unwrap(), 0);
}

async fn a_deleted_task_is_answered_as_it_was(stage: &Stage<'_>) {
    let game = stage.game().await;
    let bystander = stage.task(game, "bystander").await;
    for n in 0..3 {
        let task = stage.task(game, "task").await;
        let task =
            stage.tasks.update(&task, TaskPatch::new().strategy("own").status("closed")).await;
        let task = task.unwrap();
        let key = &keys_of(&task)[n];
        assert_eq!(stage.tasks.delete(key).await.unwrap(), task);
        let error = stage.refused(stage.tasks.delete(key)).await;
        assert_is!(error, TaskError::NotFound { .. });
        assert_eq!(stage.rows().await, std::slice::from_ref(&bystander));
    }
}

async fn a_name_is_free_after_its_task(stage: &Stage<'_>) {
    let game = stage.game().await;
    let first = stage.tasks.create(NewTask::new(game, "task").strategy("own")).await.unwrap();
    stage.tasks.delete(&first).await.unwrap();
    let second = stage.tasks.create(NewTask::new(game, "task").id(first.id)).await.unwrap();
    assert_eq!(second.id, first.id);
    assert!(second.strategy_id.is_default());
}

/// A row that another writer's clock has put into the future, and into its last microsecond.
async fn updated_at_grows_from_the_future(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    let future: DateTime<Utc> = "2199-12-31T23:59:59.999999Z".parse().unwrap();
    let put_ahead = async || {
        // As text: a driver's timestamp ends in 2038 on MariaDB.
        let text = match database.backend {
            Backend::MariaDb => future.format("%F %T%.6f").to_string(),
            _ => future.to_rfc3339(),
        };
        run(db, &format!("UPDATE tasks SET updated_at = '{text}'"), []).await;
    };
    let next = future + TimeDelta::microseconds(1);

    put_ahead().await;
    let changed = tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    assert_eq!(changed.updated_at, next);
    assert_eq!(tasks.get(&task).await.unwrap(), changed);
    // A precondition on that moment compares with it.
    let patch = TaskPatch::new().status("open").if_unmodified_since(next);
    let changed = tasks.update(&task, patch).await.unwrap();
    assert_eq!(changed.updated_at, next + TimeDelta::microseconds(1));

    put_ahead().await;
    let patch = TaskPatch::new().strategy("other");
    assert_eq!(tasks.update_many(TaskFilter::all(), patch).await.unwrap(), 1);
    assert_eq!(tasks.get(&task).await.unwrap().updated_at, next);

    put_ahead().await;
    let again = NewTask::new(game, "task").strategy("third");
    let written = tasks.create_many([again], OnExisting::Update).await.unwrap();
    assert_eq!(written[0].as_ref().unwrap().task().updated_at, next);
    assert_eq!(tasks.get(&task).await.unwrap().updated_at, next);
}

/// The application's own columns are neither read, changed nor minded.
async fn update_leaves_the_other_columns(database: &TestDatabase) {
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
