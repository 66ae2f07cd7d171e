//! Different calls on the same tasks made concurrently: each is applied completely or not at all.

use super::concurrency::CONCURRENT_CALLS;
use super::concurrency::only_success;
use super::concurrency::with_retries;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use crate::{NewTask, OnExisting, Task, TaskError, TaskFilter, TaskPatch, TaskRepositoryExt};
use std::collections::HashSet;

cases! { "races_mixed":
    batches_and_single_creates [Shared],
    reassignment_and_updates [Shared],
    deletion_and_updates [Shared],
    bulk_deletion_and_creates [Shared],
    one_duplicate_succeeds [Shared],
}

const ROUNDS: usize = 5;

fn names(size: usize, backwards: bool) -> Vec<String> {
    let mut names: Vec<String> = (0..size).map(|n| format!("{n:02}")).collect();
    if backwards {
        names.reverse();
    }
    names
}

/// The tasks that a call created. The others must be `AlreadyExists`.
fn created(results: Vec<Result<Task, TaskError>>) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    for result in results {
        match result {
            Ok(task) => tasks.push(task),
            Err(error) => ensure_is!(error, TaskError::AlreadyExists { id: Some(_), .. }),
        }
    }
    Ok(tasks)
}

async fn batches_and_single_creates(cx: &TestContext<'_>) -> Outcome {
    const SIZE: usize = 40;
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let results = cx
        .concurrently(|n| {
            let tasks = tasks.clone();
            let all = names(SIZE, n % 4 < 2).into_iter().map(move |name| NewTask::new(game, name));
            async move {
                if n % 2 == 0 {
                    let batch = || tasks.create_many(all.clone(), OnExisting::Fail);
                    let written = with_retries(batch).await?.into_iter();
                    return created(written.map(|w| w.map(|w| w.into_task())).collect());
                }
                let mut results = Vec::new();
                for new in all {
                    results.push(with_retries(|| tasks.create(new.clone())).await);
                }
                created(results)
            }
        })
        .await?;
    let mut created_tasks: Vec<Task> = Vec::new();
    for result in results {
        created_tasks.extend(result?);
    }
    created_tasks.sort_by_key(|task| task.id);
    ensure_eq!(created_tasks.len(), SIZE, "each task is created once");
    ensure_eq!(cx.rows().await?, created_tasks);
    Ok(())
}

async fn reassignment_and_updates(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let batch = names(CONCURRENT_CALLS, false)
        .into_iter()
        .map(|name| NewTask::new(game, name).strategy("a"));
    cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let results = cx
        .concurrently(|n| {
            let tasks = tasks.clone();
            async move {
                if n % 4 == 0 {
                    let count =
                        with_retries(|| tasks.reassign_strategy(Some(game), "a", "b")).await?;
                    return Ok((count, None));
                }
                let key = (game, format!("{n:02}"));
                let closed = TaskPatch::new().status("closed");
                Ok((0, Some(with_retries(|| tasks.update(key.clone(), closed.clone())).await?)))
            }
        })
        .await?;
    let results = results.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    ensure_eq!(results.iter().map(|(count, _)| count).sum::<u64>(), CONCURRENT_CALLS as u64);
    let rows = cx.rows().await?;
    ensure!(rows.iter().all(|row| row.strategy_id == "b"), "a task was not reassigned: {rows:?}");
    for (_, changed) in &results {
        let Some(changed) = changed else { continue };
        let row = cx.tasks.get(changed).await?;
        ensure_eq!(row.status, "closed", "an update was lost");
        ensure!(row.updated_at >= changed.updated_at);
        // If the reassignment was applied after the update, it increased `updated_at`.
        ensure_eq!(row.updated_at > changed.updated_at, row != *changed);
    }
    Ok(())
}

async fn deletion_and_updates(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    for round in 0..ROUNDS {
        let task = cx.task(game, &format!("task {round}")).await?;
        let results = cx
            .concurrently(|n| {
                let (tasks, id) = (tasks.clone(), task.id);
                async move {
                    if n % 4 == 0 {
                        return with_retries(|| tasks.delete(id)).await.map(|task| (true, task));
                    }
                    let patch = TaskPatch::new().status(format!("by {n}"));
                    with_retries(|| tasks.update(id, patch.clone())).await.map(|task| (false, task))
                }
            })
            .await?;
        let (mut deleted, mut last) = (Vec::new(), task.clone());
        for result in results {
            match result {
                Ok((true, task)) => deleted.push(task),
                Ok((false, task)) if task.updated_at > last.updated_at => last = task,
                Ok((false, task)) => ensure!(task.updated_at != last.updated_at, "{task:?}"),
                Err(error) => ensure_is!(error, TaskError::NotFound { .. }),
            }
        }
        ensure_eq!(deleted, [last], "the deleted task must equal the last written one");
        ensure_eq!(cx.tasks.find(task.id).await?, None);
    }
    Ok(())
}

async fn bulk_deletion_and_creates(cx: &TestContext<'_>) -> Outcome {
    const SIZE: usize = 20;
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let results = cx
        .concurrently(|n| {
            let tasks = tasks.clone();
            async move {
                if n % 4 == 0 {
                    let delete = || tasks.delete_many(TaskFilter::in_game(game));
                    return Ok((with_retries(delete).await?, 0));
                }
                let mut created = 0;
                for name in names(SIZE, false) {
                    let new = NewTask::new(game, format!("{n:02} {name}"));
                    with_retries(|| tasks.create(new.clone())).await?;
                    created += 1;
                }
                Ok((0, created))
            }
        })
        .await?;
    let results = results.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    let deleted: u64 = results.iter().map(|(deleted, _)| deleted).sum();
    let created: u64 = results.iter().map(|(_, created)| created).sum();
    ensure_eq!(cx.rows().await?.len() as u64, created - deleted, "each deletion is counted once");
    Ok(())
}

async fn one_duplicate_succeeds(cx: &TestContext<'_>) -> Outcome {
    let tasks = cx.shared()?;
    let game = cx.game().await?;
    let original = cx.tasks.create(NewTask::new(game, "original").strategy("own")).await?;
    let mut ids = HashSet::from([original.id]);
    for round in 0..ROUNDS {
        let name = format!("copy {round}");
        let results = cx
            .concurrently(|_| {
                let (tasks, name) = (tasks.clone(), name.clone());
                async move { with_retries(|| tasks.duplicate((game, "original"), &*name)).await }
            })
            .await?;
        let row = cx.tasks.get((game, &name)).await?;
        let (_, copy) = only_success(results, |error| {
            ensure_is!(error, TaskError::AlreadyExists { id: Some(id), .. } if *id == row.id);
            Ok(())
        })?;
        ensure_eq!(copy, row);
        ensure_eq!(copy.strategy_id, "own");
        ensure!(ids.insert(copy.id));
    }
    ensure_eq!(cx.tasks.get(original.id).await?, original);
    Ok(())
}
