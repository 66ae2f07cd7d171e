//! Calls that name what is not there, or ask for what may not be: each is told by a variant
//! of its own, and nothing is written.

use crate::support::{Stage, assert_is, assert_not_found, invalid, keys_of, repository_cases};
use chrono::TimeDelta;
use game_tasks::{
    InvalidReason, Lifecycle, NewTask, TaskError, TaskFilter, TaskKey, TaskPatch,
    TaskRepositoryExt, TaskStatus,
};
use uuid::Uuid;

repository_cases!(
    game_is_missing,
    task_is_missing,
    task_is_of_another_game,
    unwritable_names_are_merely_not_found,
    name_is_taken,
    id_is_taken,
    patch_is_empty,
    patch_changes_nothing,
    status_is_not_the_expected_one,
    task_was_modified_since,
    transition_is_forbidden,
    transition_leads_nowhere,
    reasons_are_judged_in_order,
    reassigning_to_the_same_strategy,
);

async fn game_is_missing(stage: &Stage<'_>) {
    let missing = Uuid::now_v7();
    let task = NewTask::new(missing, "task");
    let error = stage.refused(stage.tasks.create(task.clone())).await;
    assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    let error = stage.refused(stage.tasks.get_or_create(task)).await;
    assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
}

/// What every call that means one task says about a key that names none.
async fn assert_names_no_task(stage: &Stage<'_>, key: &TaskKey) {
    let tasks = stage.tasks;
    assert_eq!(tasks.find(key).await.unwrap(), None, "{key}");
    assert!(!tasks.exists(key).await.unwrap(), "{key}");
    let patch = TaskPatch::new().status("closed");
    for error in [
        stage.refused(tasks.get(key)).await,
        stage.refused(tasks.update(key, patch.clone())).await,
        stage.refused(tasks.update(key, patch.if_status("open"))).await,
        stage.refused(tasks.transition(key, "open", "closed")).await,
        stage.refused(tasks.transition(key, "open", "open")).await,
        stage.refused(tasks.duplicate(key, "copy")).await,
        stage.refused(tasks.delete(key)).await,
        stage.refused(stage.resolver().resolve_key(key)).await,
    ] {
        assert_not_found(&error, key);
    }
    assert_eq!(stage.resolver().resolve_keys(std::slice::from_ref(key)).await.unwrap(), [None]);
    assert_eq!(tasks.count(TaskFilter::keys([key])).await.unwrap(), 0, "{key}");
}

async fn task_is_missing(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.task(game, "there").await;
    let missing = Uuid::now_v7();
    for key in [
        TaskKey::from(missing),
        TaskKey::from((game, missing)),
        TaskKey::from((game, "missing")),
        TaskKey::from((missing, "there")),
    ] {
        assert_names_no_task(stage, &key).await;
    }
}

async fn task_is_of_another_game(stage: &Stage<'_>) {
    let (game, other) = (stage.game().await, stage.game().await);
    let task = stage.task(game, "task").await;
    stage.task(other, "other").await;
    for key in [TaskKey::from((other, task.id)), TaskKey::from((other, "task"))] {
        assert_names_no_task(stage, &key).await;
    }
    assert!(stage.tasks.exists((game, task.id)).await.unwrap());
}

async fn unwritable_names_are_merely_not_found(stage: &Stage<'_>) {
    let game = stage.game().await;
    let longest = "x".repeat(255);
    stage.task(game, &longest).await;
    stage.task(game, "task").await;
    for name in ["", " ", "task ", "TASK", "ta\nsk", &format!("{longest}x"), &"🎉".repeat(5_000)]
    {
        assert_names_no_task(stage, &TaskKey::from((game, name))).await;
        let with_status = TaskFilter::all().statuses([name]);
        assert_eq!(stage.tasks.count(with_status).await.unwrap(), 0, "{name:?}");
        let with_strategy = TaskFilter::all().strategies([name]);
        assert_eq!(stage.tasks.count(with_strategy).await.unwrap(), 0, "{name:?}");
        let patch = TaskPatch::new().status("closed").if_status(name);
        let error = stage.refused(stage.tasks.update((game, "task"), patch)).await;
        assert_is!(error, TaskError::Conflict { .. });
    }
}

async fn name_is_taken(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let again = NewTask::new(game, "task");
    for call in [again.clone(), again.clone().strategy("other"), again.id(Uuid::now_v7())] {
        let error = stage.refused(stage.tasks.create(call)).await;
        assert_is!(
            error,
            TaskError::AlreadyExists { game_id, external_task_id, id }
                if *game_id == game && external_task_id == "task" && *id == Some(task.id)
        );
    }
    let error = stage.refused(stage.tasks.duplicate(&task, "task")).await;
    assert_is!(error, TaskError::AlreadyExists { id, .. } if *id == Some(task.id));
    // The name is free in every other game.
    let other = stage.game().await;
    assert_ne!(stage.task(other, "task").await.id, task.id);
}

async fn id_is_taken(stage: &Stage<'_>) {
    let (game, other) = (stage.game().await, stage.game().await);
    let task = stage.task(game, "task").await;
    for place in [game, other] {
        let new = NewTask::new(place, "new").id(task.id);
        let error = stage.refused(stage.tasks.create(new.clone())).await;
        assert_is!(error, TaskError::IdTaken { id } if *id == task.id);
        let error = stage.refused(stage.tasks.get_or_create(new)).await;
        assert_is!(error, TaskError::IdTaken { id } if *id == task.id);
    }
}

async fn patch_is_empty(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    for patch in [
        TaskPatch::new(),
        TaskPatch::new().if_status("open"),
        TaskPatch::new().if_unmodified_since(task.updated_at),
    ] {
        let error = stage.refused(stage.tasks.update(&task, patch.clone())).await;
        assert_is!(error, TaskError::Unchanged);
        let error = stage.refused(stage.tasks.update_many(TaskFilter::all(), patch)).await;
        assert_is!(error, TaskError::Unchanged);
    }
}

async fn patch_changes_nothing(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = NewTask::new(game, "task").strategy("socio_bee");
    let task = stage.tasks.create(task).await.unwrap();
    for patch in [
        TaskPatch::new().status("open"),
        TaskPatch::new().strategy("socio_bee"),
        TaskPatch::new().status("open").strategy("socio_bee"),
        TaskPatch::new().status("open").if_status("open").if_unmodified_since(task.updated_at),
    ] {
        for key in keys_of(&task) {
            let error = stage.refused(stage.tasks.update(&key, patch.clone())).await;
            assert_is!(error, TaskError::Unchanged);
        }
    }
    // One of two fields is a change.
    let half = TaskPatch::new().status("open").strategy("default");
    assert_eq!(stage.tasks.update(&task, half).await.unwrap().strategy_id, "default");
}

async fn status_is_not_the_expected_one(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    for key in keys_of(&task) {
        for expected in ["closed", "Open", "open ", "ope", "open%"] {
            let patch = TaskPatch::new().status("archived").if_status(expected);
            for error in [
                stage.refused(stage.tasks.update(&key, patch.clone())).await,
                stage.refused(stage.tasks.transition(&key, expected, "archived")).await,
            ] {
                assert_is!(
                    error,
                    TaskError::Conflict { key: asked_for, status, updated_at }
                        if *asked_for == key && *status == TaskStatus::OPEN
                            && *updated_at == task.updated_at
                );
            }
            assert_eq!(stage.tasks.update_many(TaskFilter::all(), patch).await.unwrap(), 0);
        }
    }
    assert_eq!(stage.rows().await, [task]);
}

async fn task_was_modified_since(stage: &Stage<'_>) {
    let game = stage.game().await;
    let read = stage.task(game, "task").await;
    let changed = stage.tasks.update(&read, TaskPatch::new().strategy("a")).await.unwrap();
    let microsecond = TimeDelta::microseconds(1);
    for moment in [read.updated_at, changed.updated_at - microsecond] {
        let patch = TaskPatch::new().status("closed").if_unmodified_since(moment);
        let error = stage.refused(stage.tasks.update(&read, patch)).await;
        assert_is!(
            error,
            TaskError::Conflict { key, status, updated_at }
                if *key == read.key() && *status == TaskStatus::OPEN
                    && *updated_at == changed.updated_at
        );
    }
    let patch = TaskPatch::new().status("closed").if_unmodified_since(changed.updated_at);
    let closed = stage.tasks.update(&read, patch).await.unwrap();
    assert_eq!(closed.status, TaskStatus::CLOSED);
}

async fn transition_is_forbidden(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let archived = TaskStatus::new("archived").unwrap();
    let lifecycle = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [TaskStatus::OPEN, archived.clone()]);
    let tasks = stage.with_lifecycle(lifecycle);
    for patch in [
        TaskPatch::new().status("archived"),
        TaskPatch::new().status("archived").strategy("other"),
        TaskPatch::new().status("archived").if_status("open"),
    ] {
        let error = stage.refused(tasks.update(&task, patch)).await;
        let (from, to) = (TaskStatus::OPEN, archived.clone());
        assert_eq!(invalid(error), ("status", InvalidReason::ForbiddenTransition { from, to }));
    }
    let error = stage.refused(tasks.transition(&task, "open", "unheard of")).await;
    assert_is!(
        error,
        TaskError::Invalid { field: "status", reason: InvalidReason::ForbiddenTransition { .. } }
    );
}

async fn transition_leads_nowhere(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    for status in ["open", "closed"] {
        let error = stage.refused(stage.tasks.transition(&task, status, status)).await;
        assert_is!(error, TaskError::Unchanged);
    }
}

/// Precondition, then nothing to do, then lifecycle.
async fn reasons_are_judged_in_order(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let tasks = stage.with_lifecycle(Lifecycle::strict());
    let judged = async |patch| stage.refused(tasks.update(&task, patch)).await;
    let patch = TaskPatch::new().status("open").if_status("closed");
    assert_is!(judged(patch).await, TaskError::Conflict { .. });
    let patch = TaskPatch::new().status("archived").if_status("closed");
    assert_is!(judged(patch).await, TaskError::Conflict { .. });
    let patch = TaskPatch::new().status("open").if_status("open");
    assert_is!(judged(patch).await, TaskError::Unchanged);
    let patch = TaskPatch::new().status("archived");
    assert_is!(judged(patch).await, TaskError::Invalid { .. });
    // A status that stays needs nobody's leave.
    let patch = TaskPatch::new().status("open").strategy("other");
    assert_eq!(tasks.update(&task, patch).await.unwrap().strategy_id, "other");
}

async fn reassigning_to_the_same_strategy(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.task(game, "task").await;
    for game in [None, Some(game)] {
        let error = stage.refused(stage.tasks.reassign_strategy(game, "default", "default")).await;
        assert_is!(error, TaskError::Unchanged);
    }
}
