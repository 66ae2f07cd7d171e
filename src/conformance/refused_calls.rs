//! Calls on missing tasks and games, and calls that the rules forbid: each fails with the
//! documented error and writes nothing.

use super::context::TestContext;
use super::failure::Outcome;
use super::fixtures::{batch_error, ensure_not_found, keys_of, validation_error};
use crate::{
    Lifecycle, MAX_KEY_BYTES, MAX_KEYS, MAX_SCOPE_CALLERS, NewTask, OnExisting, Task, TaskError,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope, TaskStatus,
    ValidationReason,
};
use chrono::TimeDelta;
use uuid::Uuid;

cases! { "refused_calls":
    game_is_missing,
    task_is_missing,
    task_belongs_to_another_game,
    invalid_names_match_no_task,
    name_is_taken,
    id_is_taken,
    id_is_taken_in_another_game [UniqueIds],
    patch_is_empty,
    patch_changes_nothing,
    if_status_does_not_match,
    if_unmodified_since_does_not_hold,
    transition_is_forbidden [Lifecycle],
    transition_to_the_same_status,
    checks_are_made_in_order [Lifecycle],
    reassigning_to_the_same_strategy,
    too_many_keys,
    too_many_callers_in_a_scope,
}

async fn game_is_missing(cx: &TestContext<'_>) -> Outcome {
    let missing = Uuid::now_v7();
    let task = NewTask::new(missing, "task");
    let error = cx.refused(cx.tasks.create(task.clone())).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    let error = cx.refused(cx.tasks.get_or_create(task)).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    Ok(())
}

/// Checks the result of every call that takes one key, for a key that matches no task.
async fn ensure_matches_no_task(cx: &TestContext<'_>, key: &TaskKey) -> Outcome {
    let tasks = cx.tasks;
    ensure_eq!(tasks.find(key).await?, None, "{key}");
    ensure!(!tasks.exists(key).await?, "{key}");
    let patch = TaskPatch::new().status("closed");
    for error in [
        cx.refused(tasks.get(key)).await?,
        cx.refused(tasks.update(key, patch.clone())).await?,
        cx.refused(tasks.update(key, patch.if_status("open"))).await?,
        cx.refused(tasks.update(key, TaskPatch::new())).await?,
        cx.refused(tasks.transition(key, "open", "closed")).await?,
        cx.refused(tasks.transition(key, "open", "open")).await?,
        cx.refused(tasks.duplicate(key, "copy")).await?,
        cx.refused(tasks.delete(key)).await?,
    ] {
        ensure_not_found(&error, key)?;
    }
    if let Some(resolver) = cx.optional_resolver() {
        ensure_not_found(&cx.refused(resolver.resolve_key(key)).await?, key)?;
        ensure_eq!(resolver.resolve_keys(std::slice::from_ref(key)).await?, [None]);
    }
    ensure_eq!(tasks.count(TaskFilter::keys([key])).await?, 0, "{key}");
    Ok(())
}

async fn task_is_missing(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.task(game, "existing").await?;
    let missing = Uuid::now_v7();
    for key in [
        TaskKey::from(missing),
        TaskKey::from((game, missing)),
        TaskKey::from((game, "missing")),
        TaskKey::from((missing, "existing")),
    ] {
        ensure_matches_no_task(cx, &key).await?;
    }
    Ok(())
}

async fn task_belongs_to_another_game(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (cx.game().await?, cx.game().await?);
    let task = cx.task(game, "task").await?;
    cx.task(other, "other").await?;
    for key in [TaskKey::from((other, task.id)), TaskKey::from((other, "task"))] {
        ensure_matches_no_task(cx, &key).await?;
    }
    ensure!(cx.tasks.exists((game, task.id)).await?);
    Ok(())
}

async fn invalid_names_match_no_task(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let longest = "x".repeat(255);
    cx.task(game, &longest).await?;
    cx.task(game, "task").await?;
    for name in ["", " ", "task ", "TASK", "ta\nsk", &format!("{longest}x"), &"🎉".repeat(5_000)]
    {
        ensure_matches_no_task(cx, &TaskKey::from((game, name))).await?;
        let with_status = TaskFilter::all().statuses([name]);
        ensure_eq!(cx.tasks.count(with_status).await?, 0, "{name:?}");
        let with_strategy = TaskFilter::all().strategies([name]);
        ensure_eq!(cx.tasks.count(with_strategy).await?, 0, "{name:?}");
        let patch = TaskPatch::new().status("closed").if_status(name);
        let error = cx.refused(cx.tasks.update((game, "task"), patch)).await?;
        ensure_is!(error, TaskError::Conflict { .. });
    }
    Ok(())
}

async fn name_is_taken(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let again = NewTask::new(game, "task");
    for call in [again.clone(), again.clone().strategy("other"), again.id(Uuid::now_v7())] {
        let error = cx.refused(cx.tasks.create(call)).await?;
        ensure_is!(
            error,
            TaskError::AlreadyExists { game_id, external_task_id, id }
                if *game_id == game && external_task_id == "task" && *id == Some(task.id)
        );
    }
    let error = cx.refused(cx.tasks.duplicate(&task, "task")).await?;
    ensure_is!(error, TaskError::AlreadyExists { id, .. } if *id == Some(task.id));
    // The name can be used in other games.
    let other = cx.game().await?;
    ensure_ne!(cx.task(other, "task").await?.id, task.id);
    Ok(())
}

async fn id_is_taken(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    ensure_id_is_taken(cx, NewTask::new(game, "new").id(task.id)).await
}

async fn id_is_taken_in_another_game(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (cx.game().await?, cx.game().await?);
    let task = cx.task(game, "task").await?;
    ensure_id_is_taken(cx, NewTask::new(other, "new").id(task.id)).await
}

async fn ensure_id_is_taken(cx: &TestContext<'_>, new: NewTask) -> Outcome {
    let batch = || [NewTask::new(new.game_id, "first"), new.clone()];
    let atomic = cx.tasks.create_all(batch(), OnExisting::Fail);
    for error in [
        cx.refused(cx.tasks.create(new.clone())).await?,
        cx.refused(cx.tasks.get_or_create(new.clone())).await?,
        batch_error(cx.refused(atomic).await?)?.1,
    ] {
        ensure_is!(error, TaskError::IdTaken { id } if Some(*id) == new.id);
    }
    let outcomes = cx.tasks.create_many(batch(), OnExisting::Fail).await?;
    ensure_is!(
        &outcomes[..],
        [Ok(_), Err(TaskError::IdTaken { id })] if Some(*id) == new.id
    );
    Ok(())
}

/// The error for a patch that changes nothing contains the task as it is stored.
fn ensure_unchanged(error: &TaskError, key: &TaskKey, task: &Task) -> Outcome {
    ensure_is!(
        error,
        TaskError::Unchanged { key: asked_for, task: current }
            if asked_for == key && **current == *task
    );
    Ok(())
}

async fn patch_is_empty(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    for patch in [
        TaskPatch::new(),
        TaskPatch::new().if_status("open"),
        TaskPatch::new().if_unmodified_since(task.updated_at),
    ] {
        for key in keys_of(&task) {
            let error = cx.refused(cx.tasks.update(&key, patch.clone())).await?;
            ensure_unchanged(&error, &key, &task)?;
        }
        let error = cx.refused(cx.tasks.update_many(TaskFilter::all(), patch)).await?;
        ensure_eq!(validation_error(error)?, ("patch", ValidationReason::NoChange));
    }
    // Its preconditions are checked all the same.
    let patch = TaskPatch::new().if_status("closed");
    let error = cx.refused(cx.tasks.update(&task, patch)).await?;
    ensure_is!(error, TaskError::Conflict { .. });
    Ok(())
}

async fn patch_changes_nothing(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = NewTask::new(game, "task").strategy("socio_bee");
    let task = cx.tasks.create(task).await?;
    for patch in [
        TaskPatch::new().status("open"),
        TaskPatch::new().strategy("socio_bee"),
        TaskPatch::new().status("open").strategy("socio_bee"),
        TaskPatch::new().status("open").if_status("open").if_unmodified_since(task.updated_at),
    ] {
        for key in keys_of(&task) {
            let error = cx.refused(cx.tasks.update(&key, patch.clone())).await?;
            ensure_unchanged(&error, &key, &task)?;
        }
    }
    // A patch is applied if one of its fields changes.
    let half = TaskPatch::new().status("open").strategy("default");
    ensure_eq!(cx.tasks.update(&task, half).await?.strategy_id, "default");
    Ok(())
}

async fn if_status_does_not_match(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    for key in keys_of(&task) {
        for expected in ["closed", "Open", "open ", "ope", "open%"] {
            let patch = TaskPatch::new().status("archived").if_status(expected);
            for error in [
                cx.refused(cx.tasks.update(&key, patch.clone())).await?,
                cx.refused(cx.tasks.transition(&key, expected, "archived")).await?,
            ] {
                ensure_is!(
                    error,
                    TaskError::Conflict { key: asked_for, status, updated_at }
                        if *asked_for == key && *status == TaskStatus::OPEN
                            && *updated_at == task.updated_at
                );
            }
            ensure_eq!(cx.tasks.update_many(TaskFilter::all(), patch).await?, 0);
        }
    }
    ensure_eq!(cx.rows().await?, [task]);
    Ok(())
}

async fn if_unmodified_since_does_not_hold(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let read = cx.task(game, "task").await?;
    let changed = cx.tasks.update(&read, TaskPatch::new().strategy("a")).await?;
    let microsecond = TimeDelta::microseconds(1);
    for moment in [read.updated_at, changed.updated_at - microsecond] {
        let patch = TaskPatch::new().status("closed").if_unmodified_since(moment);
        let error = cx.refused(cx.tasks.update(&read, patch)).await?;
        ensure_is!(
            error,
            TaskError::Conflict { key, status, updated_at }
                if *key == read.key() && *status == TaskStatus::OPEN
                    && *updated_at == changed.updated_at
        );
    }
    let patch = TaskPatch::new().status("closed").if_unmodified_since(changed.updated_at);
    let closed = cx.tasks.update(&read, patch).await?;
    ensure_eq!(closed.status, TaskStatus::CLOSED);
    Ok(())
}

async fn transition_is_forbidden(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let archived = TaskStatus::new("archived")?;
    let lifecycle = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [TaskStatus::OPEN, archived.clone()]);
    let tasks = cx.with_lifecycle(lifecycle)?;
    for patch in [
        TaskPatch::new().status("archived"),
        TaskPatch::new().status("archived").strategy("other"),
        TaskPatch::new().status("archived").if_status("open"),
    ] {
        let error = cx.refused(tasks.update(&task, patch)).await?;
        let (from, to) = (TaskStatus::OPEN, archived.clone());
        ensure_eq!(
            validation_error(error)?,
            ("status", ValidationReason::ForbiddenTransition { from, to })
        );
    }
    let error = cx.refused(tasks.transition(&task, "open", "unknown")).await?;
    ensure_is!(
        error,
        TaskError::Invalid {
            field: "status",
            reason: ValidationReason::ForbiddenTransition { .. }
        }
    );
    Ok(())
}

async fn transition_to_the_same_status(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    for status in ["open", "closed"] {
        for key in keys_of(&task) {
            let error = cx.refused(cx.tasks.transition(&key, status, status)).await?;
            ensure_unchanged(&error, &key, &task)?;
        }
    }
    Ok(())
}

/// Preconditions come first, then whether the patch changes anything, then the lifecycle.
async fn checks_are_made_in_order(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let tasks = cx.with_lifecycle(Lifecycle::strict())?;
    let refused = async |patch| cx.refused(tasks.update(&task, patch)).await;
    let patch = TaskPatch::new().status("open").if_status("closed");
    ensure_is!(refused(patch).await?, TaskError::Conflict { .. });
    let patch = TaskPatch::new().status("archived").if_status("closed");
    ensure_is!(refused(patch).await?, TaskError::Conflict { .. });
    let patch = TaskPatch::new().status("open").if_status("open");
    ensure_unchanged(&refused(patch).await?, &task.key(), &task)?;
    let patch = TaskPatch::new().status("archived");
    ensure_is!(refused(patch).await?, TaskError::Invalid { .. });
    // A patch that keeps the status needs no permission by the lifecycle.
    let patch = TaskPatch::new().status("open").strategy("other");
    ensure_eq!(tasks.update(&task, patch).await?.strategy_id, "other");
    Ok(())
}

async fn reassigning_to_the_same_strategy(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.task(game, "task").await?;
    for game in [None, Some(game)] {
        let error = cx.refused(cx.tasks.reassign_strategy(game, "default", "default")).await?;
        ensure_eq!(validation_error(error)?, ("patch", ValidationReason::NoChange));
    }
    Ok(())
}

async fn too_many_keys(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let ids = (0..MAX_KEYS).map(|_| TaskKey::Id(Uuid::now_v7()));
    let too_many: Vec<TaskKey> = ids.chain([task.id.into()]).collect();
    let half = "x".repeat(MAX_KEY_BYTES / 2);
    let names = [half.clone() + "x", half.clone() + "y", half];
    let too_long = names.map(|name| TaskKey::from((game, name))).to_vec();
    let tasks = cx.tasks;
    for (keys, max) in [(too_many, MAX_KEYS), (too_long, MAX_KEY_BYTES)] {
        let expected = ("keys", ValidationReason::TooLarge { max: max as u64 });
        let filter = || TaskFilter::keys(&keys);
        let patch = TaskPatch::new().status("closed");
        for error in [
            cx.refused(tasks.count(filter())).await?,
            cx.refused(tasks.list(TaskQuery::new(filter()))).await?,
            cx.refused(tasks.update_many(filter(), patch)).await?,
            cx.refused(tasks.delete_many(filter())).await?,
        ] {
            ensure_eq!(validation_error(error)?, expected);
        }
        if let Some(resolver) = cx.optional_resolver() {
            let error = cx.refused(resolver.resolve_keys(&keys)).await?;
            ensure_eq!(validation_error(error)?, expected);
        }
    }
    Ok(())
}

async fn too_many_callers_in_a_scope(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let owners = (0..=MAX_SCOPE_CALLERS as u64).map(|n| TaskScope::owner(n.to_string()));
    let scope = owners.reduce(TaskScope::and).unwrap_or_default();
    let tasks = cx.tasks.scoped(scope);
    let new = || NewTask::new(game, "new");
    let patch = || TaskPatch::new().status("closed");
    for error in [
        cx.refused(tasks.create(new())).await?,
        cx.refused(tasks.create_many([new()], OnExisting::Keep)).await?,
        cx.refused(tasks.create_all([new()], OnExisting::Keep)).await?,
        cx.refused(tasks.find(task.id)).await?,
        cx.refused(tasks.list(TaskQuery::in_game(game))).await?,
        cx.refused(tasks.count(TaskFilter::all())).await?,
        cx.refused(tasks.update(task.id, patch())).await?,
        cx.refused(tasks.update_many(TaskFilter::all(), patch())).await?,
        cx.refused(tasks.delete(task.id)).await?,
        cx.refused(tasks.delete_game(game)).await?,
    ] {
        let max = MAX_SCOPE_CALLERS as u64;
        ensure_eq!(validation_error(error)?, ("callers", ValidationReason::TooLarge { max }));
    }
    Ok(())
}
