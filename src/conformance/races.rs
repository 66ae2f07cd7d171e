//! The same call made concurrently: one succeeds, and each result is that of its own call.

use super::checks::OrFail;
use super::concurrency::CONCURRENT_CALLS;
use super::concurrency::only_success;
use super::concurrency::with_retries;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use crate::{
    CreateOutcome, NewTask, OnExisting, Task, TaskError, TaskFilter, TaskPatch, TaskRepositoryExt,
};
use std::collections::HashSet;
use uuid::Uuid;

cases! { "races":
    one_create_succeeds [Shared],
    overlapping_batches_create_each_task_once [Shared],
    one_of_conflicting_atomic_batches_succeeds [Shared],
    one_get_or_create_creates [Shared],
    one_transition_succeeds [Shared],
    one_optimistic_update_succeeds [Shared],
    each_update_returns_its_own_write [Shared],
    atomic_batches_update_existing_tasks [Shared],
    each_task_is_deleted_once [Shared],
}

/// Few rounds suffice, since all calls of a round run at the same time.
const ROUNDS: usize = 5;

async fn one_create_succeeds(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    for round in 0..ROUNDS {
        let name = format!("task {round}");
        let results = cx
            .concurrently(|n| {
                let (tasks, new) =
                    (tasks.clone(), NewTask::new(game, &*name).strategy(n.to_string()));
                async move { with_retries(|| tasks.create(new.clone())).await }
            })
            .await?;
        let row = cx.tasks.get((game, &name)).await?;
        let (n, created) = only_success(results, |error| {
            ensure_is!(
                error,
                TaskError::AlreadyExists { game_id, external_task_id, id }
                    if *game_id == game && *external_task_id == name && *id == Some(row.id)
            );
            Ok(())
        })?;
        ensure_eq!(created, row);
        ensure_eq!(row.strategy_id, n.to_string().as_str());
    }
    ensure_eq!(cx.rows().await?.len(), ROUNDS);
    Ok(())
}

/// The batches have opposite orders, which deadlocks a store that locks tasks one by one.
async fn overlapping_batches_create_each_task_once(cx: &TestContext<'_>) -> Outcome {
    const SIZE: usize = 40;
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let results = cx
        .concurrently(|n| {
            let tasks = tasks.clone();
            let batch = (0..SIZE).map(move |i| {
                let position = if n % 2 == 0 { i } else { SIZE - 1 - i };
                NewTask::new(game, format!("{position:02}"))
            });
            async move { with_retries(|| tasks.create_many(batch.clone(), OnExisting::Fail)).await }
        })
        .await?;
    let mut creators = HashSet::new();
    for outcome in results.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        match outcome {
            Ok(written) => ensure!(creators.insert(written.into_task().external_task_id)),
            Err(error) => ensure_is!(error, TaskError::AlreadyExists { id: Some(_), .. }),
        }
    }
    ensure_eq!(creators.len(), SIZE);
    ensure_eq!(cx.rows().await?.len(), SIZE);
    Ok(())
}

async fn one_of_conflicting_atomic_batches_succeeds(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let results = cx
        .concurrently(|n| {
            let tasks = tasks.clone();
            // All batches share one name; their other names differ.
            let batch = [format!("{n} first"), "shared".to_owned(), format!("{n} last")];
            let batch = batch.map(|name| NewTask::new(game, name));
            async move { with_retries(|| tasks.create_all(batch.clone(), OnExisting::Fail)).await }
        })
        .await?;
    let (n, written) = only_success(results, |error| {
        ensure_is!(
            error,
            TaskError::Batch { index: 1, error }
                if matches!(**error, TaskError::AlreadyExists { id: Some(_), .. })
        );
        Ok(())
    })?;
    let mut written: Vec<Task> = written.into_iter().map(CreateOutcome::into_task).collect();
    ensure_eq!(written.first().or_fail()?.external_task_id, format!("{n} first"));
    written.sort_by_key(|task| task.id);
    ensure_eq!(cx.rows().await?, written);
    Ok(())
}

async fn one_get_or_create_creates(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    for round in 0..ROUNDS {
        let name = format!("task {round}");
        let results = cx
            .concurrently(|n| {
                let (tasks, new) =
                    (tasks.clone(), NewTask::new(game, &*name).strategy(n.to_string()));
                async move { with_retries(|| tasks.get_or_create(new.clone())).await }
            })
            .await?;
        let row = cx.tasks.get((game, &name)).await?;
        let results = results.into_iter().collect::<Result<Vec<_>, _>>()?;
        let creators: Vec<_> = (0..).zip(&results).filter(|(_, w)| w.is_created()).collect();
        let [(creator, _)] = creators[..] else {
            return Err(Failure::new(format_args!("exactly one call creates: {results:?}")));
        };
        ensure_eq!(row.strategy_id, i32::to_string(&creator).as_str());
        ensure!(results.iter().all(|written| *written.task() == row));
    }
    Ok(())
}

async fn one_transition_succeeds(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    for round in 0..ROUNDS {
        let task = cx.task(game, &format!("task {round}")).await?;
        let results = cx
            .concurrently(|n| {
                let (tasks, id) = (tasks.clone(), task.id);
                async move {
                    with_retries(|| tasks.transition(id, "open", format!("claimed by {n}"))).await
                }
            })
            .await?;
        let row = cx.tasks.get(&task).await?;
        let (n, claimed) = only_success(results, |error| {
            ensure_is!(
                error,
                TaskError::Conflict { status, updated_at, .. }
                    if *status == row.status && *updated_at == row.updated_at
            );
            Ok(())
        })?;
        ensure_eq!(claimed, row);
        ensure_eq!(claimed.status, format!("claimed by {n}").as_str());
    }
    Ok(())
}

async fn one_optimistic_update_succeeds(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let mut task = cx.task(game, "task").await?;
    for round in 0..ROUNDS {
        let results = cx
            .concurrently(|n| {
                let patch = TaskPatch::new()
                    .strategy(format!("{n} in {round}"))
                    .if_unmodified_since(task.updated_at);
                let (tasks, id) = (tasks.clone(), task.id);
                async move { with_retries(|| tasks.update(id, patch.clone())).await }
            })
            .await?;
        let (n, changed) = only_success(results, |error| {
            ensure_is!(error, TaskError::Conflict { .. });
            Ok(())
        })?;
        ensure_eq!(changed.strategy_id, format!("{n} in {round}").as_str());
        ensure_eq!(cx.tasks.get(&task).await?, changed);
        task = changed;
    }
    Ok(())
}

async fn each_update_returns_its_own_write(cx: &TestContext<'_>) -> Outcome {
    const WRITES: usize = 10;
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let results = cx
        .concurrently(|n| {
            let (tasks, id) = (tasks.clone(), task.id);
            async move {
                let mut results = Vec::new();
                for write in 0..WRITES {
                    let strategy = format!("{n} writes {write}");
                    let patch = TaskPatch::new().strategy(&*strategy);
                    let result = with_retries(|| tasks.update(id, patch.clone())).await?;
                    ensure_eq!(
                        result.strategy_id,
                        strategy.as_str(),
                        "the result of another call's write"
                    );
                    results.push(result);
                }
                Ok(results)
            }
        })
        .await?;
    let results = results.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    let mut results: Vec<Task> = results.into_iter().flatten().collect();
    let moments: HashSet<_> = results.iter().map(|result| result.updated_at).collect();
    ensure_eq!(
        moments.len(),
        CONCURRENT_CALLS * WRITES,
        "updated_at has not increased with every change"
    );
    results.sort_by_key(|result| result.updated_at);
    ensure_eq!(cx.tasks.get(&task).await?, *results.last().or_fail()?);
    Ok(())
}

async fn atomic_batches_update_existing_tasks(cx: &TestContext<'_>) -> Outcome {
    const SIZE: usize = 20;
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let results = cx
        .concurrently(|n| {
            let tasks = tasks.clone();
            let batch = (0..SIZE).map(move |i| {
                let position = if n % 2 == 0 { i } else { SIZE - 1 - i };
                NewTask::new(game, format!("{position:02}")).strategy(n.to_string())
            });
            async move { with_retries(|| tasks.create_all(batch.clone(), OnExisting::Update)).await }
        })
        .await?;
    let rows = cx.rows().await?;
    ensure_eq!(rows.len(), SIZE);
    // All tasks have the last batch's strategy, since an atomic batch is applied completely.
    let strategies: HashSet<_> = rows.iter().map(|row| row.strategy_id.clone()).collect();
    ensure_eq!(strategies.len(), 1, "tasks of different batches: {strategies:?}");
    let results = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    let created = results.iter().flatten().filter(|written| written.is_created()).count();
    ensure_eq!(created, SIZE, "each task was created once");
    Ok(())
}

async fn each_task_is_deleted_once(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    for round in 0..ROUNDS {
        let task = cx.task(game, &format!("task {round}")).await?;
        let results = cx
            .concurrently(|_| {
                let (tasks, id) = (tasks.clone(), task.id);
                async move { with_retries(|| tasks.delete(id)).await }
            })
            .await?;
        let (_, deleted) = only_success(results, |error| {
            ensure_is!(error, TaskError::NotFound { .. });
            Ok(())
        })?;
        ensure_eq!(deleted, task);
    }
    let batch = (0..100).map(|n| NewTask::new(game, n.to_string()));
    cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let counts = cx
        .concurrently(|_| {
            let tasks = tasks.clone();
            async move { with_retries(|| tasks.delete_many(TaskFilter::in_game(game))).await }
        })
        .await?;
    let counts = counts.into_iter().collect::<Result<Vec<_>, _>>()?;
    ensure_eq!(counts.iter().sum::<u64>(), 100);
    ensure_eq!(cx.tasks.find(Uuid::nil()).await?, None);
    ensure!(cx.rows().await?.is_empty());
    Ok(())
}
