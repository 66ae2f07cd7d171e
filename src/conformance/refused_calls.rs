//! Calls that name what is not there, or ask for what may not be: each is told by a variant
//! of its own, and nothing is written.

use super::checks::ensure_not_found;
use super::checks::in_batch;
use super::checks::invalid;
use super::checks::keys_of;
use super::failure::Outcome;
use super::stage::Stage;
use crate::Lifecycle;
use crate::MAX_KEY_BYTES;
use crate::MAX_KEYS;
use crate::MAX_SCOPE_CALLERS;
use crate::NewTask;
use crate::OnExisting;
use crate::TaskError;
use crate::TaskFilter;
use crate::TaskKey;
use crate::TaskPatch;
use crate::TaskQuery;
use crate::TaskRepositoryExt;
use crate::TaskScope;
use crate::TaskStatus;
use crate::ValidationReason;
use chrono::TimeDelta;
use uuid::Uuid;

cases! { "refused_calls":
    game_is_missing,
    task_is_missing,
    task_is_of_another_game,
    unwritable_names_are_merely_not_found,
    name_is_taken,
    id_is_taken,
    id_is_taken_in_another_game [UniqueIds],
    patch_is_empty,
    patch_changes_nothing,
    status_is_not_the_expected_one,
    task_was_modified_since,
    transition_is_forbidden [Lifecycle],
    transition_leads_nowhere,
    reasons_are_judged_in_order [Lifecycle],
    reassigning_to_the_same_strategy,
    keys_are_too_many,
    callers_are_too_many,
}

async fn game_is_missing(stage: &Stage<'_>) -> Outcome {
    let missing = Uuid::now_v7();
    let task = NewTask::new(missing, "task");
    let error = stage.refused(stage.tasks.create(task.clone())).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    let error = stage.refused(stage.tasks.get_or_create(task)).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    Ok(())
}

/// What every call that means one task says about a key that names none.
async fn ensure_names_no_task(stage: &Stage<'_>, key: &TaskKey) -> Outcome {
    let tasks = stage.tasks;
    ensure_eq!(tasks.find(key).await?, None, "{key}");
    ensure!(!tasks.exists(key).await?, "{key}");
    let patch = TaskPatch::new().status("closed");
    for error in [
        stage.refused(tasks.get(key)).await?,
        stage.refused(tasks.update(key, patch.clone())).await?,
        stage.refused(tasks.update(key, patch.if_status("open"))).await?,
        stage.refused(tasks.transition(key, "open", "closed")).await?,
        stage.refused(tasks.transition(key, "open", "open")).await?,
        stage.refused(tasks.duplicate(key, "copy")).await?,
        stage.refused(tasks.delete(key)).await?,
    ] {
        ensure_not_found(&error, key)?;
    }
    if let Some(resolver) = stage.any_resolver() {
        ensure_not_found(&stage.refused(resolver.resolve_key(key)).await?, key)?;
        ensure_eq!(resolver.resolve_keys(std::slice::from_ref(key)).await?, [None]);
    }
    ensure_eq!(tasks.count(TaskFilter::keys([key])).await?, 0, "{key}");
    Ok(())
}

async fn task_is_missing(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    stage.task(game, "there").await?;
    let missing = Uuid::now_v7();
    for key in [
        TaskKey::from(missing),
        TaskKey::from((game, missing)),
        TaskKey::from((game, "missing")),
        TaskKey::from((missing, "there")),
    ] {
        ensure_names_no_task(stage, &key).await?;
    }
    Ok(())
}

async fn task_is_of_another_game(stage: &Stage<'_>) -> Outcome {
    let (game, other) = (stage.game().await?, stage.game().await?);
    let task = stage.task(game, "task").await?;
    stage.task(other, "other").await?;
    for key in [TaskKey::from((other, task.id)), TaskKey::from((other, "task"))] {
        ensure_names_no_task(stage, &key).await?;
    }
    ensure!(stage.tasks.exists((game, task.id)).await?);
    Ok(())
}

async fn unwritable_names_are_merely_not_found(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let longest = "x".repeat(255);
    stage.task(game, &longest).await?;
    stage.task(game, "task").await?;
    for name in ["", " ", "task ", "TASK", "ta\nsk", &format!("{longest}x"), &"🎉".repeat(5_000)]
    {
        ensure_names_no_task(stage, &TaskKey::from((game, name))).await?;
        let with_status = TaskFilter::all().statuses([name]);
        ensure_eq!(stage.tasks.count(with_status).await?, 0, "{name:?}");
        let with_strategy = TaskFilter::all().strategies([name]);
        ensure_eq!(stage.tasks.count(with_strategy).await?, 0, "{name:?}");
        let patch = TaskPatch::new().status("closed").if_status(name);
        let error = stage.refused(stage.tasks.update((game, "task"), patch)).await?;
        ensure_is!(error, TaskError::Conflict { .. });
    }
    Ok(())
}

async fn name_is_taken(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let again = NewTask::new(game, "task");
    for call in [again.clone(), again.clone().strategy("other"), again.id(Uuid::now_v7())] {
        let error = stage.refused(stage.tasks.create(call)).await?;
        ensure_is!(
            error,
            TaskError::AlreadyExists { game_id, external_task_id, id }
                if *game_id == game && external_task_id == "task" && *id == Some(task.id)
        );
    }
    let error = stage.refused(stage.tasks.duplicate(&task, "task")).await?;
    ensure_is!(error, TaskError::AlreadyExists { id, .. } if *id == Some(task.id));
    // The name is free in every other game.
    let other = stage.game().await?;
    ensure_ne!(stage.task(other, "task").await?.id, task.id);
    Ok(())
}

async fn id_is_taken(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    ensure_id_is_taken(stage, NewTask::new(game, "new").id(task.id)).await
}

async fn id_is_taken_in_another_game(stage: &Stage<'_>) -> Outcome {
    let (game, other) = (stage.game().await?, stage.game().await?);
    let task = stage.task(game, "task").await?;
    ensure_id_is_taken(stage, NewTask::new(other, "new").id(task.id)).await
}

async fn ensure_id_is_taken(stage: &Stage<'_>, new: NewTask) -> Outcome {
    let batch = || [NewTask::new(new.game_id, "first"), new.clone()];
    let atomic = stage.tasks.create_all(batch(), OnExisting::Fail);
    for error in [
        stage.refused(stage.tasks.create(new.clone())).await?,
        stage.refused(stage.tasks.get_or_create(new.clone())).await?,
        in_batch(stage.refused(atomic).await?)?.1,
    ] {
        ensure_is!(error, TaskError::IdTaken { id } if Some(*id) == new.id);
    }
    let outcomes = stage.tasks.create_many(batch(), OnExisting::Fail).await?;
    ensure_is!(
        &outcomes[..],
        [Ok(_), Err(TaskError::IdTaken { id })] if Some(*id) == new.id
    );
    Ok(())
}

async fn patch_is_empty(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    for patch in [
        TaskPatch::new(),
        TaskPatch::new().if_status("open"),
        TaskPatch::new().if_unmodified_since(task.updated_at),
    ] {
        let error = stage.refused(stage.tasks.update(&task, patch.clone())).await?;
        ensure_is!(error, TaskError::Unchanged);
        let error = stage.refused(stage.tasks.update_many(TaskFilter::all(), patch)).await?;
        ensure_is!(error, TaskError::Unchanged);
    }
    Ok(())
}

async fn patch_changes_nothing(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = NewTask::new(game, "task").strategy("socio_bee");
    let task = stage.tasks.create(task).await?;
    for patch in [
        TaskPatch::new().status("open"),
        TaskPatch::new().strategy("socio_bee"),
        TaskPatch::new().status("open").strategy("socio_bee"),
        TaskPatch::new().status("open").if_status("open").if_unmodified_since(task.updated_at),
    ] {
        for key in keys_of(&task) {
            let error = stage.refused(stage.tasks.update(&key, patch.clone())).await?;
            ensure_is!(error, TaskError::Unchanged);
        }
    }
    // One of two fields is a change.
    let half = TaskPatch::new().status("open").strategy("default");
    ensure_eq!(stage.tasks.update(&task, half).await?.strategy_id, "default");
    Ok(())
}

async fn status_is_not_the_expected_one(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    for key in keys_of(&task) {
        for expected in ["closed", "Open", "open ", "ope", "open%"] {
            let patch = TaskPatch::new().status("archived").if_status(expected);
            for error in [
                stage.refused(stage.tasks.update(&key, patch.clone())).await?,
                stage.refused(stage.tasks.transition(&key, expected, "archived")).await?,
            ] {
                ensure_is!(
                    error,
                    TaskError::Conflict { key: asked_for, status, updated_at }
                        if *asked_for == key && *status == TaskStatus::OPEN
                            && *updated_at == task.updated_at
                );
            }
            ensure_eq!(stage.tasks.update_many(TaskFilter::all(), patch).await?, 0);
        }
    }
    ensure_eq!(stage.rows().await?, [task]);
    Ok(())
}

async fn task_was_modified_since(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let read = stage.task(game, "task").await?;
    let changed = stage.tasks.update(&read, TaskPatch::new().strategy("a")).await?;
    let microsecond = TimeDelta::microseconds(1);
    for moment in [read.updated_at, changed.updated_at - microsecond] {
        let patch = TaskPatch::new().status("closed").if_unmodified_since(moment);
        let error = stage.refused(stage.tasks.update(&read, patch)).await?;
        ensure_is!(
            error,
            TaskError::Conflict { key, status, updated_at }
                if *key == read.key() && *status == TaskStatus::OPEN
                    && *updated_at == changed.updated_at
        );
    }
    let patch = TaskPatch::new().status("closed").if_unmodified_since(changed.updated_at);
    let closed = stage.tasks.update(&read, patch).await?;
    ensure_eq!(closed.status, TaskStatus::CLOSED);
    Ok(())
}

async fn transition_is_forbidden(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let archived = TaskStatus::new("archived")?;
    let lifecycle = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [TaskStatus::OPEN, archived.clone()]);
    let tasks = stage.with_lifecycle(lifecycle)?;
    for patch in [
        TaskPatch::new().status("archived"),
        TaskPatch::new().status("archived").strategy("other"),
        TaskPatch::new().status("archived").if_status("open"),
    ] {
        let error = stage.refused(tasks.update(&task, patch)).await?;
        let (from, to) = (TaskStatus::OPEN, archived.clone());
        ensure_eq!(invalid(error)?, ("status", ValidationReason::ForbiddenTransition { from, to }));
    }
    let error = stage.refused(tasks.transition(&task, "open", "unheard of")).await?;
    ensure_is!(
        error,
        TaskError::Invalid {
            field: "status",
            reason: ValidationReason::ForbiddenTransition { .. }
        }
    );
    Ok(())
}

async fn transition_leads_nowhere(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    for status in ["open", "closed"] {
        let error = stage.refused(stage.tasks.transition(&task, status, status)).await?;
        ensure_is!(error, TaskError::Unchanged);
    }
    Ok(())
}

/// Precondition, then nothing to do, then lifecycle.
async fn reasons_are_judged_in_order(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let tasks = stage.with_lifecycle(Lifecycle::strict())?;
    let judged = async |patch| stage.refused(tasks.update(&task, patch)).await;
    let patch = TaskPatch::new().status("open").if_status("closed");
    ensure_is!(judged(patch).await?, TaskError::Conflict { .. });
    let patch = TaskPatch::new().status("archived").if_status("closed");
    ensure_is!(judged(patch).await?, TaskError::Conflict { .. });
    let patch = TaskPatch::new().status("open").if_status("open");
    ensure_is!(judged(patch).await?, TaskError::Unchanged);
    let patch = TaskPatch::new().status("archived");
    ensure_is!(judged(patch).await?, TaskError::Invalid { .. });
    // A status that stays needs nobody's leave.
    let patch = TaskPatch::new().status("open").strategy("other");
    ensure_eq!(tasks.update(&task, patch).await?.strategy_id, "other");
    Ok(())
}

async fn reassigning_to_the_same_strategy(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    stage.task(game, "task").await?;
    for game in [None, Some(game)] {
        let error =
            stage.refused(stage.tasks.reassign_strategy(game, "default", "default")).await?;
        ensure_is!(error, TaskError::Unchanged);
    }
    Ok(())
}

async fn keys_are_too_many(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let ids = (0..MAX_KEYS).map(|_| TaskKey::Id(Uuid::now_v7()));
    let too_many: Vec<TaskKey> = ids.chain([task.id.into()]).collect();
    let half = "x".repeat(MAX_KEY_BYTES / 2);
    let names = [half.clone() + "x", half.clone() + "y", half];
    let too_long = names.map(|name| TaskKey::from((game, name))).to_vec();
    let tasks = stage.tasks;
    for (keys, max) in [(too_many, MAX_KEYS), (too_long, MAX_KEY_BYTES)] {
        let refusal = ("keys", ValidationReason::TooLarge { max: max as u64 });
        let filter = || TaskFilter::keys(&keys);
        let patch = TaskPatch::new().status("closed");
        for error in [
            stage.refused(tasks.count(filter())).await?,
            stage.refused(tasks.list(TaskQuery::new(filter()))).await?,
            stage.refused(tasks.update_many(filter(), patch)).await?,
            stage.refused(tasks.delete_many(filter())).await?,
        ] {
            ensure_eq!(invalid(error)?, refusal);
        }
        if let Some(resolver) = stage.any_resolver() {
            let error = stage.refused(resolver.resolve_keys(&keys)).await?;
            ensure_eq!(invalid(error)?, refusal);
        }
    }
    Ok(())
}

async fn callers_are_too_many(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let owners = (0..=MAX_SCOPE_CALLERS as u64).map(|n| TaskScope::owner(n.to_string()));
    let scope = owners.reduce(TaskScope::and).unwrap_or_default();
    let tasks = stage.tasks.scoped(scope);
    let new = || NewTask::new(game, "new");
    let patch = || TaskPatch::new().status("closed");
    for error in [
        stage.refused(tasks.create(new())).await?,
        stage.refused(tasks.create_many([new()], OnExisting::Keep)).await?,
        stage.refused(tasks.create_all([new()], OnExisting::Keep)).await?,
        stage.refused(tasks.find(task.id)).await?,
        stage.refused(tasks.list(TaskQuery::in_game(game))).await?,
        stage.refused(tasks.count(TaskFilter::all())).await?,
        stage.refused(tasks.update(task.id, patch())).await?,
        stage.refused(tasks.update_many(TaskFilter::all(), patch())).await?,
        stage.refused(tasks.delete(task.id)).await?,
        stage.refused(tasks.delete_game(game)).await?,
    ] {
        let max = MAX_SCOPE_CALLERS as u64;
        ensure_eq!(invalid(error)?, ("callers", ValidationReason::TooLarge { max }));
    }
    Ok(())
}
