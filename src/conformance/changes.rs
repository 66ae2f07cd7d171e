//! Changes of one task: updates, transitions, deletion.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{keys_of, validation_error};
use crate::{
    Lifecycle, NewTask, OnExisting, StrategyId, Task, TaskError, TaskFilter, TaskPatch,
    TaskRepository, TaskRepositoryExt, TaskStatus, ValidationReason,
};
use chrono::{DateTime, TimeDelta, Utc};

cases! { "changes":
    returned_task_equals_the_updated_row,
    status_and_strategy_change_together,
    update_with_satisfied_preconditions,
    updated_at_increases_with_every_change,
    transitions,
    lifecycle_restricts_status_changes [Lifecycle],
    update_many_respects_the_lifecycle [Lifecycle],
    delete_returns_the_task,
    name_can_be_reused_after_deletion,
}

fn strategy(text: &str) -> Result<StrategyId, Failure> {
    Ok(StrategyId::new(text)?)
}

async fn returned_task_equals_the_updated_row(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let mut before = cx.task(game, "task").await?;
    let unrelated = cx.task(game, "unrelated").await?;
    for (n, key) in keys_of(&before).into_iter().enumerate() {
        let patch = TaskPatch::new().strategy(format!("s{n}"));
        let after = cx.tasks.update(&key, patch).await?;
        ensure!(after.updated_at > before.updated_at);
        let expected = Task {
            strategy_id: strategy(&format!("s{n}"))?,
            updated_at: after.updated_at,
            ..before
        };
        ensure_eq!(after, expected);
        ensure_eq!(cx.tasks.get(&key).await?, after);
        ensure!(cx.rows().await?.contains(&after));
        before = after;
    }
    ensure_eq!(cx.tasks.get(&unrelated).await?, unrelated);
    Ok(())
}

async fn status_and_strategy_change_together(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let patch = TaskPatch::new().strategy("socio_bee").status("archived");
    let changed = cx.tasks.update(&task, patch).await?;
    ensure_eq!((changed.strategy_id.as_str(), changed.status.as_str()), ("socio_bee", "archived"));
    // Back to the inherited strategy.
    let back = TaskPatch::new().strategy("default");
    let changed = cx.tasks.update(&task, back).await?;
    ensure!(changed.strategy_id.is_default());
    ensure_eq!(changed.status, "archived");
    Ok(())
}

async fn update_with_satisfied_preconditions(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let patch =
        TaskPatch::new().status("closed").if_status("open").if_unmodified_since(task.updated_at);
    let closed = cx.tasks.update(&task, patch).await?;
    // A time between two microseconds, and two in the future.
    for (n, moment) in [
        closed.updated_at + TimeDelta::nanoseconds(999),
        Utc::now() + TimeDelta::days(1),
        "9999-12-31T00:00:00Z".parse()?,
    ]
    .into_iter()
    .enumerate()
    {
        let patch = TaskPatch::new().strategy(format!("s{n}")).if_unmodified_since(moment);
        let changed = cx.tasks.update(&task, patch).await?;
        ensure_eq!(changed.strategy_id, format!("s{n}").as_str());
    }
    Ok(())
}

async fn updated_at_increases_with_every_change(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let mut last = task.updated_at;
    let mut ensure_later = |now: DateTime<Utc>, how: &str| {
        ensure!(now > last, "{how}: {now} is not after {last}");
        last = now;
        Ok(())
    };
    // Without pauses, so that some changes happen in the same microsecond.
    for n in 0..10 {
        let patch = TaskPatch::new().strategy(format!("s{n}"));
        ensure_later(cx.tasks.update(&task, patch).await?.updated_at, "update")?;
        let (from, to) = if n % 2 == 0 { ("open", "closed") } else { ("closed", "open") };
        ensure_later(cx.tasks.transition(&task, from, to).await?.updated_at, "transition")?;
        let patch = TaskPatch::new().strategy(format!("m{n}"));
        cx.tasks.update_many(TaskFilter::all(), patch).await?;
        ensure_later(cx.tasks.get(&task).await?.updated_at, "update_many")?;
        let again = NewTask::new(game, "task").strategy(format!("b{n}"));
        let written = cx.tasks.create_all([again], OnExisting::Update).await?;
        ensure_later(written.first().or_fail()?.task().updated_at, "create_all")?;
    }
    ensure_eq!(cx.tasks.get(&task).await?.created_at, task.created_at);
    Ok(())
}

async fn transitions(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    for (from, to) in [("open", "closed"), ("closed", "open"), ("open", "archived")] {
        let moved = cx.tasks.transition(&task, from, to).await?;
        ensure_eq!(moved.status, to);
        ensure_eq!(cx.tasks.get(&task).await?, moved);
    }
    let error = cx.refused(cx.tasks.transition(&task, "open", "closed")).await?;
    ensure_is!(error, TaskError::Conflict { status, .. } if *status == "archived");
    Ok(())
}

async fn lifecycle_restricts_status_changes(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let archived = TaskStatus::new("archived")?;
    let lifecycle = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [archived]);
    let tasks = cx.with_lifecycle(lifecycle)?;
    tasks.transition(&task, "open", "closed").await?;
    let reopened = cx.refused(tasks.update(&task, TaskPatch::new().status("open"))).await?;
    ensure_is!(
        validation_error(reopened)?,
        ("status", ValidationReason::ForbiddenTransition { from, to })
            if *from == TaskStatus::CLOSED && *to == TaskStatus::OPEN
    );
    // A scoped repository keeps the lifecycle.
    let scoped = tasks.scoped(crate::TaskScope::unrestricted());
    let error = cx.refused(scoped.update(&task, TaskPatch::new().status("open"))).await?;
    ensure_eq!(validation_error(error)?.0, "status");
    tasks.update(&task, TaskPatch::new().status("archived").strategy("last")).await?;
    // A lifecycle does not restrict strategies.
    let patch = TaskPatch::new().strategy("default");
    ensure_eq!(tasks.update(&task, patch).await?.status, "archived");
    // A repository without a lifecycle allows any transition.
    cx.tasks.transition(&task, "archived", "open").await?;
    Ok(())
}

async fn update_many_respects_the_lifecycle(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.tasks_named(game, ["open", "closed", "archived"]).await?;
    for name in ["closed", "archived"] {
        cx.tasks.update((game, name), TaskPatch::new().status(name)).await?;
    }
    let tasks =
        cx.with_lifecycle(Lifecycle::strict().allow(TaskStatus::CLOSED, [TaskStatus::OPEN]))?;
    // The open task has the status already, and the archived one must not change.
    let patch = TaskPatch::new().status("open");
    ensure_eq!(tasks.update_many(TaskFilter::in_game(game), patch).await?, 1);
    let status = async |name: &str| Ok::<_, Failure>(cx.tasks.get((game, name)).await?.status);
    ensure_eq!(status("closed").await?, "open");
    ensure_eq!(status("archived").await?, "archived");
    // With a strategy, the patch also changes tasks that keep their status.
    let patch = TaskPatch::new().status("open").strategy("other");
    ensure_eq!(tasks.update_many(TaskFilter::in_game(game), patch).await?, 2);
    let archived = cx.tasks.get((game, "archived")).await?;
    ensure!(archived.strategy_id.is_default());
    // The lifecycle allows no task to be closed.
    let patch = TaskPatch::new().status("closed");
    ensure_eq!(tasks.update_many(TaskFilter::all(), patch).await?, 0);
    Ok(())
}

async fn delete_returns_the_task(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let unrelated = cx.task(game, "unrelated").await?;
    for n in 0..3 {
        let task = cx.task(game, "task").await?;
        let task =
            cx.tasks.update(&task, TaskPatch::new().strategy("own").status("closed")).await?;
        let key = &keys_of(&task).into_iter().nth(n).or_fail()?;
        ensure_eq!(cx.tasks.delete(key).await?, task);
        let error = cx.refused(cx.tasks.delete(key)).await?;
        ensure_is!(error, TaskError::NotFound { .. });
        ensure_eq!(cx.rows().await?, std::slice::from_ref(&unrelated));
    }
    Ok(())
}

async fn name_can_be_reused_after_deletion(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let first = cx.tasks.create(NewTask::new(game, "task").strategy("own")).await?;
    cx.tasks.delete(&first).await?;
    let second = cx.tasks.create(NewTask::new(game, "task").id(first.id)).await?;
    ensure_eq!(second.id, first.id);
    ensure!(second.strategy_id.is_default());
    Ok(())
}
