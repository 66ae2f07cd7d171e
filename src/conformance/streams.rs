//! `stream`: all tasks of a query, read page by page.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Outcome;
use super::filters::four_tasks;
use super::fixtures::names;
use crate::{NewTask, OnExisting, Task, TaskOrder, TaskQuery, TaskRepositoryExt};
use futures_util::TryStreamExt;

cases! { "streams":
    in_every_order,
    loop_may_write,
    from_a_cursor,
    longer_than_a_page,
}

async fn in_every_order(cx: &TestContext<'_>) -> Outcome {
    let (game, _) = four_tasks(cx).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    for (query, expected) in [
        (query.clone(), ["a", "b", "c", "d"]),
        (query.clone().descending(), ["d", "c", "b", "a"]),
        // A stream ignores the page number and the page size of its query.
        (query.limit(1).page(3), ["a", "b", "c", "d"]),
    ] {
        let streamed: Vec<Task> = cx.tasks.stream(query).try_collect().await?;
        ensure_eq!(names(&streamed), expected);
    }
    Ok(())
}

async fn loop_may_write(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = (0..5).map(|n| NewTask::new(game, n.to_string()));
    cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let mut stream = cx.tasks.stream(TaskQuery::in_game(game));
    let mut count = 0;
    while let Some(task) = stream.try_next().await? {
        let closed = cx.tasks.transition(&task, "open", "closed").await?;
        cx.tasks.duplicate(&closed, format!("copy of {}", task.external_task_id)).await?;
        cx.tasks.delete(&task).await?;
        count += 1;
        if count == 5 {
            break;
        }
    }
    drop(stream);
    let mut remaining = cx.rows().await?;
    remaining.sort_by(|a, b| a.external_task_id.cmp(&b.external_task_id));
    ensure_eq!(names(&remaining), (0..5).map(|n| format!("copy of {n}")).collect::<Vec<_>>());
    Ok(())
}

async fn from_a_cursor(cx: &TestContext<'_>) -> Outcome {
    let (game, _) = four_tasks(cx).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let cursor = cx.tasks.list(query.clone()).await?.next.or_fail()?;
    let rest: Vec<Task> = cx.tasks.stream(query.after(cursor)).try_collect().await?;
    ensure_eq!(names(&rest), ["c", "d"]);
    Ok(())
}

async fn longer_than_a_page(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = (0..2_001).map(|n| NewTask::new(game, format!("{n:04}")));
    cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    let mut stream = cx.tasks.stream(query.clone());
    let mut count = 0;
    while let Some(task) = stream.try_next().await? {
        ensure_eq!(task.external_task_id, format!("{count:04}"));
        // A task that is replaced while the stream runs is found if it sorts after the position.
        if count == 500 {
            cx.tasks.delete((game, "1500")).await?;
            cx.task(game, "1500").await?;
        }
        count += 1;
    }
    ensure_eq!(count, 2_001);
    Ok(())
}
