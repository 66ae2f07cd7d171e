//! Creating one task, and finding it by each of its keys.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::{Failure, Outcome};
use super::fixtures::{
    ON_EXISTING, batch_error, ensure_not_found, keys_of, unordered_id, validation_error,
};
use crate::{
    CreateOutcome, Game, Lifecycle, NewTask, StrategyId, Task, TaskError, TaskKey,
    TaskRepositoryExt, TaskScope, TaskStatus, ValidationReason,
};
use chrono::{TimeDelta, Timelike, Utc};
use uuid::Uuid;

cases! { "create":
    returned_task_equals_the_stored_row,
    task_is_found_by_each_key,
    id_is_generated_or_given,
    strategy_is_stored_as_given,
    initial_status_is_stored,
    lifecycle_restricts_initial_statuses [Lifecycle],
    longest_text_is_stored,
    get_or_create_reports_whether_it_created,
    duplicate_is_open_and_has_its_own_id,
}

async fn returned_task_equals_the_stored_row(cx: &TestContext<'_>) -> Outcome {
    let game = cx.add_game(Game::new(Uuid::now_v7().to_string())).await?;
    let new = NewTask::new(game.id, "task-login");
    let task = cx.tasks.create(new.clone()).await?;
    // Equal to the microsecond on the first read, both through the repository and without it.
    ensure_eq!(cx.tasks.find(task.id).await?, Some(task.clone()));
    ensure_eq!(cx.rows().await?, std::slice::from_ref(&task));

    let Task { id, created_at, updated_at, .. } = task;
    let row = new.to_task(&TaskScope::unrestricted(), Some(&game), created_at)?;
    let expected = Task { id, updated_at, ..row };
    ensure_eq!(task.status, TaskStatus::OPEN);
    ensure_eq!(task.strategy_id, StrategyId::DEFAULT);
    ensure_eq!(task, expected);
    ensure_eq!(created_at, updated_at);
    ensure_eq!(created_at.nanosecond() % 1_000, 0, "timestamps have microsecond precision");
    // Less than any time zone offset. Inside a transaction, "now" may be when it began.
    let off = (Utc::now() - created_at).abs();
    ensure!(off < TimeDelta::minutes(2), "created_at is off by {off}");
    Ok(())
}

async fn task_is_found_by_each_key(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (cx.game().await?, cx.game().await?);
    let [first, second] = cx.tasks_named(game, ["first", "second"]).await?;
    let namesake = cx.task(other, "first").await?;
    for task in [first, second, namesake] {
        for key in keys_of(&task) {
            ensure_eq!(cx.tasks.find(&key).await?.as_ref(), Some(&task), "{key}");
            ensure_eq!(cx.tasks.get(&key).await?, task, "{key}");
            ensure!(cx.tasks.exists(&key).await?, "{key}");
        }
    }
    Ok(())
}

async fn id_is_generated_or_given(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let [first, second] = cx.tasks_named(game, ["first", "second"]).await?;
    for made in [first.id, second.id] {
        ensure_eq!(made.get_version_num(), 7, "{made}");
    }
    ensure_ne!(first.id, second.id);
    for given in [unordered_id(), Uuid::nil(), Uuid::max(), Uuid::from_u128(0x22_5c00_00ff)] {
        let new = NewTask::new(game, given.to_string()).id(given);
        let task = cx.tasks.create(new).await?;
        ensure_eq!(task.id, given);
        ensure_eq!(cx.tasks.get((game, given.to_string())).await?, task);
    }
    Ok(())
}

async fn strategy_is_stored_as_given(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game_with("socio_bee").await?.id;
    let custom = StrategyId::custom(Uuid::now_v7());
    for (n, strategy) in
        ["default", "socio_bee", "Default", custom.as_str(), " x "].into_iter().enumerate()
    {
        let new = NewTask::new(game, n.to_string()).strategy(strategy);
        ensure_eq!(cx.tasks.create(new).await?.strategy_id, strategy);
        ensure_eq!(cx.tasks.get((game, n.to_string())).await?.strategy_id, strategy);
    }
    // An inherited strategy is not stored with the task.
    ensure!(cx.task(game, "none").await?.strategy_id.is_default());
    Ok(())
}

async fn initial_status_is_stored(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for status in ["closed", "open", "draft", "é 🎉"] {
        let new = NewTask::new(game, status).status(status);
        let task = cx.tasks.create(new.clone()).await?;
        ensure_eq!(task.status, status);
        ensure_eq!(task.created_at, task.updated_at);
        ensure_eq!(cx.tasks.get(&task).await?, task);
        // A task that exists keeps its status.
        let kept = cx.tasks.get_or_create(new.status("other")).await?;
        ensure_eq!(kept, CreateOutcome::Kept(task));
    }
    Ok(())
}

async fn lifecycle_restricts_initial_statuses(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let forbidden = |status: &str| -> Result<_, Failure> {
        let status = TaskStatus::new(status)?;
        Ok(("status", ValidationReason::ForbiddenInitialStatus { status }))
    };
    let strict = cx.with_lifecycle(Lifecycle::strict())?;
    ensure_eq!(strict.create(NewTask::new(game, "a")).await?.status, "open");
    ensure_eq!(strict.create(NewTask::new(game, "b").status("open")).await?.status, "open");
    let error = cx.refused(strict.create(NewTask::new(game, "c").status("closed"))).await?;
    ensure_eq!(validation_error(error)?, forbidden("closed")?);
    // Also for a task that exists, and before the game is looked up.
    for game in [game, Uuid::now_v7()] {
        let error = cx.refused(strict.create(NewTask::new(game, "a").status("closed"))).await?;
        ensure_eq!(validation_error(error)?, forbidden("closed")?);
    }
    let drafts = cx.with_lifecycle(Lifecycle::any().initial([TaskStatus::new("draft")?]))?;
    ensure_eq!(drafts.create(NewTask::new(game, "d").status("draft")).await?.status, "draft");
    let error = cx.refused(drafts.create(NewTask::new(game, "e"))).await?;
    ensure_eq!(validation_error(error)?, forbidden("open")?);
    // The texts are validated first.
    let error = cx.refused(strict.create(NewTask::new(game, "f").status(" "))).await?;
    ensure_eq!(validation_error(error)?, ("status", ValidationReason::Blank));
    // Batches.
    for on_existing in ON_EXISTING {
        let names = |name: &str| format!("{name} {on_existing:?}");
        let batch = || {
            [("first", "open"), ("second", "closed")]
                .map(|(name, status)| NewTask::new(game, names(name)).status(status))
        };
        let (index, error) =
            batch_error(cx.refused(strict.create_all(batch(), on_existing)).await?)?;
        ensure_eq!((index, validation_error(error)?), (1, forbidden("closed")?));
        let mut outcomes = strict.create_many(batch(), on_existing).await?.into_iter();
        ensure!(outcomes.next().or_fail()??.is_created());
        let refused = outcomes.next().or_fail()?;
        ensure_is!(&refused, Err(TaskError::Invalid { field: "status", .. }));
        ensure!(!cx.tasks.exists((game, names("second"))).await?);
    }
    Ok(())
}

async fn longest_text_is_stored(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let longest = "🎉".repeat(255);
    let new = NewTask::new(game, &*longest).strategy(&*longest);
    let task = cx.tasks.create(new).await?;
    let closed = crate::TaskPatch::new().status(&*longest);
    let task = cx.tasks.update(&task, closed).await?;
    ensure_eq!(task.external_task_id, longest);
    ensure_eq!((task.strategy_id.as_str(), task.status.as_str()), (&*longest, &*longest));
    ensure_eq!(cx.tasks.get((game, &longest)).await?, task);
    Ok(())
}

async fn get_or_create_reports_whether_it_created(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let new = NewTask::new(game, "task").strategy("first");
    let created = cx.tasks.get_or_create(new.clone()).await?;
    ensure_is!(created, CreateOutcome::Created(task) if task.strategy_id == "first");
    let other = new.strategy("second").id(Uuid::now_v7());
    let kept = cx.tasks.get_or_create(other).await?;
    ensure_eq!(kept, CreateOutcome::Kept(created.into_task()));
    ensure_eq!(cx.rows().await?, [kept.into_task()]);
    Ok(())
}

async fn duplicate_is_open_and_has_its_own_id(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (cx.game().await?, cx.game().await?);
    let original = NewTask::new(game, "original").strategy("socio_bee");
    let original = cx.tasks.create(original).await?;
    let original = cx.tasks.transition(&original, "open", "closed").await?;
    for (n, key) in keys_of(&original).into_iter().enumerate() {
        let name = format!("copy {n}");
        let copy = cx.tasks.duplicate(&key, &*name).await?;
        ensure_ne!(copy.id, original.id);
        ensure!(copy.created_at >= original.created_at);
        let expected = Task {
            external_task_id: name,
            status: TaskStatus::OPEN,
            id: copy.id,
            created_at: copy.created_at,
            updated_at: copy.created_at,
            ..original.clone()
        };
        ensure_eq!(copy, expected);
        ensure_eq!(cx.tasks.get(&copy).await?, copy);
    }
    ensure_eq!(cx.tasks.get(&original).await?, original);
    // A key with the wrong game does not match the original.
    let key = TaskKey::from((other, original.id));
    let error = cx.refused(cx.tasks.duplicate(&key, "copy")).await?;
    ensure_not_found(&error, &key)?;
    let error = cx.refused(cx.tasks.duplicate(&original, "copy 0")).await?;
    ensure_is!(error, TaskError::AlreadyExists { .. });
    Ok(())
}
