//! In a transaction of the test: it stays usable after each kind of refused call.

use super::context::TestContext;
use super::failure::Outcome;
use crate::{NewTask, OnExisting, TaskError, TaskFilter, TaskPatch, TaskQuery, TaskRepositoryExt};
use futures_util::future;
use uuid::Uuid;

cases! { "transaction":
    usable_after_each_kind_of_refusal [Transaction],
    concurrent_calls [Transaction],
}

/// Each refused call is followed by a write, which fails in an aborted transaction.
async fn usable_after_each_kind_of_refusal(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let tasks = cx.tasks;
    let closed = TaskPatch::new().status("closed");
    for kind in 0..10 {
        let refused = match kind {
            0 => cx.refused(tasks.create(NewTask::new(game, "task"))).await?,
            1 => cx.refused(tasks.create(NewTask::new(Uuid::now_v7(), "x"))).await?,
            2 => cx.refused(tasks.create(NewTask::new(game, "x").id(task.id))).await?,
            3 => cx.refused(tasks.create(NewTask::new(game, "\0"))).await?,
            4 => {
                let batch = [NewTask::new(game, "x"), NewTask::new(game, "task")];
                cx.refused(tasks.create_all(batch, OnExisting::Fail)).await?
            }
            5 => cx.refused(tasks.update(Uuid::now_v7(), closed.clone())).await?,
            6 => cx.refused(tasks.update(task.id, closed.clone().if_status("x"))).await?,
            7 => cx.refused(tasks.update(task.id, TaskPatch::new().status("open"))).await?,
            8 => cx.refused(tasks.delete(Uuid::now_v7())).await?,
            _ => cx.refused(tasks.list(TaskQuery::in_game(game).page(0))).await?,
        };
        ensure!(!matches!(refused, TaskError::Database(_)), "{refused:?}");
        let written = cx.task(game, &format!("after {kind}")).await?;
        ensure_eq!(tasks.get(&written).await?, written);
    }
    ensure_eq!(tasks.count(TaskFilter::in_game(game)).await?, 11);
    Ok(())
}

/// A refused call does not affect the calls that run concurrently with it.
async fn concurrent_calls(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = |of: &str| -> Vec<NewTask> {
        (0..20).map(|n| NewTask::new(game, format!("{of} {n:02}"))).collect()
    };
    let refused = batch("refused").into_iter().chain([NewTask::new(Uuid::now_v7(), "lost")]);
    let (refused, accepted, single, second) = future::join4(
        cx.tasks.create_all(refused, OnExisting::Fail),
        cx.tasks.create_all(batch("accepted"), OnExisting::Fail),
        cx.tasks.create(NewTask::new(game, "single")),
        cx.tasks.create(NewTask::new(game, "single")),
    )
    .await;
    ensure_is!(refused, Err(TaskError::Batch { index: 20, .. }));
    ensure_eq!(accepted?.len(), 20);
    ensure!(single.is_ok() != second.is_ok(), "exactly one of the two succeeds");
    ensure_eq!(cx.rows().await?.len(), 21);
    Ok(())
}
