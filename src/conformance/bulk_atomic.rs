//! `create_all`: batches that are written completely or not at all.

use super::context::TestContext;
use super::failure::Outcome;
use super::fixtures::{ON_EXISTING, batch_error, names, validation_error};
use crate::{
    CreateOutcome, MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS, NewTask, OnExisting, TaskError,
    TaskRepositoryExt, ValidationReason,
};
use uuid::Uuid;

cases! { "bulk_atomic":
    all_tasks_are_written,
    initial_statuses_are_stored,
    one_invalid_task_refuses_the_batch,
    first_error_is_reported,
    duplicates_in_the_batch_are_refused,
    duplicates_in_the_batch_are_kept_or_updated,
    existing_tasks_are_kept_or_updated,
    too_many_tasks,
    too_many_bytes,
}

async fn all_tasks_are_written(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for (n, on_existing) in ON_EXISTING.into_iter().enumerate() {
        ensure_eq!(cx.tasks.create_all([], on_existing).await?, []);
        let batch = ["c", "a", "b"].map(|name| NewTask::new(game, format!("{name}{n}")));
        let written = cx.tasks.create_all(batch, on_existing).await?;
        ensure!(written.iter().all(CreateOutcome::is_created));
        let created: Vec<_> = written.into_iter().map(CreateOutcome::into_task).collect();
        ensure_eq!(names(&created), [format!("c{n}"), format!("a{n}"), format!("b{n}")]);
        for task in created {
            ensure_eq!(cx.tasks.get(&task).await?, task);
        }
    }
    ensure_eq!(cx.rows().await?.len(), 9);
    Ok(())
}

/// Batches whose tasks have one status, and different ones.
async fn initial_statuses_are_stored(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for (n, on_existing) in ON_EXISTING.into_iter().enumerate() {
        for statuses in [["closed", "closed"], ["draft", "open"]] {
            let [first, second] = statuses;
            let name = |name: &str| format!("{name} {n} {first}");
            let batch = [
                NewTask::new(game, name("b")).status(first).strategy("own"),
                NewTask::new(game, name("a")).status(second),
            ];
            let written = cx.tasks.create_all(batch, on_existing).await?;
            for (outcome, status) in written.iter().zip(statuses) {
                ensure!(outcome.is_created());
                ensure_eq!(outcome.task().status, status);
                ensure_eq!(cx.tasks.get(outcome.task()).await?, *outcome.task());
            }
            if on_existing == OnExisting::Fail {
                continue;
            }
            let batch = [
                NewTask::new(game, name("b")).status("other").strategy("new"),
                NewTask::new(game, name("d")).status("archived"),
            ];
            let written = cx.tasks.create_all(batch, on_existing).await?;
            let stored: Vec<_> = written.into_iter().map(CreateOutcome::into_task).collect();
            for (task, status) in stored.iter().zip([first, "archived"]) {
                ensure_eq!(task.status, status);
                ensure_eq!(cx.tasks.get(task).await?, *task);
            }
        }
    }
    Ok(())
}

async fn one_invalid_task_refuses_the_batch(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (cx.game().await?, cx.game().await?);
    let old = cx.task(other, "old").await?;
    let good = || ["a", "b", "c"].map(|name| NewTask::new(game, name));
    for on_existing in ON_EXISTING {
        let refused = async |bad: NewTask| {
            let batch = good().into_iter().chain([bad]);
            let (index, error) =
                batch_error(cx.refused(cx.tasks.create_all(batch, on_existing)).await?)?;
            ensure_eq!(index, 3);
            Ok(error)
        };
        let missing = Uuid::now_v7();
        ensure_is!(
            refused(NewTask::new(missing, "x")).await?,
            TaskError::GameNotFound { game_id } if *game_id == missing
        );
        ensure_eq!(
            validation_error(refused(NewTask::new(game, " ")).await?)?,
            ("external_task_id", ValidationReason::Blank)
        );
        ensure_is!(
            refused(NewTask::new(other, "x").id(old.id)).await?,
            TaskError::IdTaken { id } if *id == old.id
        );
        if on_existing == OnExisting::Fail {
            ensure_is!(
                refused(NewTask::new(other, "old")).await?,
                TaskError::AlreadyExists { game_id, external_task_id, id }
                    if *game_id == other && external_task_id == "old" && *id == Some(old.id)
            );
        }
    }
    // The names of refused batches can still be used.
    let written = cx.tasks.create_all(good(), OnExisting::Fail).await?;
    ensure!(written.iter().all(CreateOutcome::is_created));
    Ok(())
}

async fn first_error_is_reported(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let old = cx.task(game, "old").await?;
    let missing = Uuid::now_v7();
    let bad = || {
        [
            NewTask::new(game, "old"),
            NewTask::new(missing, "x"),
            NewTask::new(game, "id").id(old.id),
            NewTask::new(game, ""),
        ]
    };
    for first in 0..4 {
        let mut batch = vec![NewTask::new(game, "good")];
        batch.extend(bad().into_iter().cycle().skip(first).take(4));
        let error = cx.refused(cx.tasks.create_all(batch, OnExisting::Fail)).await?;
        let (index, error) = batch_error(error)?;
        ensure_eq!(index, 1);
        match first {
            0 => ensure_is!(error, TaskError::AlreadyExists { .. }),
            1 => ensure_is!(error, TaskError::GameNotFound { .. }),
            2 => ensure_is!(error, TaskError::IdTaken { .. }),
            _ => ensure_is!(error, TaskError::Invalid { .. }),
        }
    }
    Ok(())
}

async fn duplicates_in_the_batch_are_refused(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = ["a", "b", "a", "b"].map(|name| NewTask::new(game, name));
    let error = cx.refused(cx.tasks.create_all(batch, OnExisting::Fail)).await?;
    let (index, error) = batch_error(error)?;
    ensure_eq!(index, 2);
    ensure_is!(error, TaskError::AlreadyExists { external_task_id, .. } if external_task_id == "a");

    let id = Uuid::now_v7();
    for on_existing in ON_EXISTING {
        let batch = ["a", "b", "c"].map(|name| NewTask::new(game, name).id(id));
        let error = cx.refused(cx.tasks.create_all(batch, on_existing)).await?;
        let (index, error) = batch_error(error)?;
        ensure_eq!(index, 1);
        ensure_is!(error, TaskError::IdTaken { id: taken } if *taken == id);
    }
    Ok(())
}

async fn duplicates_in_the_batch_are_kept_or_updated(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for (on_existing, name, last) in
        [(OnExisting::Keep, "keep", "first"), (OnExisting::Update, "update", "second")]
    {
        let batch = ["first", "second"].map(|strategy| NewTask::new(game, name).strategy(strategy));
        let written = cx.tasks.create_all(batch, on_existing).await?;
        let row = cx.tasks.get((game, name)).await?;
        ensure_eq!(row.strategy_id, last);
        let later = match on_existing {
            OnExisting::Update => CreateOutcome::Updated(row.clone()),
            _ => CreateOutcome::Kept(row.clone()),
        };
        ensure_eq!(written, [CreateOutcome::Created(row), later]);
    }
    Ok(())
}

async fn existing_tasks_are_kept_or_updated(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let old = cx.task(game, "old").await?;
    let batch = || ["new", "old"].map(|name| NewTask::new(game, name).strategy("other"));
    let written = cx.tasks.create_all(batch(), OnExisting::Keep).await?;
    ensure_is!(written[..], [CreateOutcome::Created(_), CreateOutcome::Kept(kept)] if *kept == old);

    let written = cx.tasks.create_all(batch(), OnExisting::Update).await?;
    let row = cx.tasks.get(&old).await?;
    ensure_eq!(row.strategy_id, "other");
    ensure!(row.updated_at > old.updated_at);
    ensure_eq!(written.get(1), Some(&CreateOutcome::Updated(row)));
    Ok(())
}

async fn too_many_tasks(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let too_many = (0..=MAX_ATOMIC_TASKS).map(|n| NewTask::new(game, n.to_string()));
    let error = cx.refused(cx.tasks.create_all(too_many, OnExisting::Fail)).await?;
    let reason = ValidationReason::TooLarge { max: MAX_ATOMIC_TASKS as u64 };
    ensure_eq!(validation_error(error)?, ("tasks", reason));
    Ok(())
}

async fn too_many_bytes(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    // Each task has a name and a strategy of 512 bytes.
    let (filler, strategy) = ("🎉".repeat(126), "🎉".repeat(128));
    let just_enough: Vec<_> = (0..MAX_ATOMIC_BYTES / 1_024)
        .map(|n| NewTask::new(game, format!("{n:08}{filler}")).strategy(&*strategy))
        .collect();
    let mut too_many = just_enough.clone();
    too_many
        .iter_mut()
        .take(1)
        .for_each(|task| *task = task.clone().strategy(format!("{strategy}x")));
    let error = cx.refused(cx.tasks.create_all(too_many, OnExisting::Fail)).await?;
    let reason = ValidationReason::TooLarge { max: MAX_ATOMIC_BYTES as u64 };
    ensure_eq!(validation_error(error)?, ("tasks", reason));

    let size = just_enough.len();
    let written = cx.tasks.create_all(just_enough, OnExisting::Fail).await?;
    ensure_eq!(written.len(), size);
    Ok(())
}
