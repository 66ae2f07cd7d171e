//! Streams: a whole list, read page by page.

use super::checks::OrFail;
use super::checks::names;
use super::failure::Outcome;
use super::filters::four_tasks;
use super::stage::Stage;
use crate::NewTask;
use crate::OnExisting;
use crate::Task;
use crate::TaskOrder;
use crate::TaskQuery;
use crate::TaskRepositoryExt;
use futures_util::TryStreamExt;

cases! { "streams":
    in_every_order,
    whose_loop_writes,
    from_a_cursor,
    longer_than_a_page,
}

async fn in_every_order(stage: &Stage<'_>) -> Outcome {
    let (game, _) = four_tasks(stage).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    for (query, expected) in [
        (query.clone(), ["a", "b", "c", "d"]),
        (query.clone().descending(), ["d", "c", "b", "a"]),
        // Size and number of pages are none of a stream's business.
        (query.limit(1).page(3), ["a", "b", "c", "d"]),
    ] {
        let streamed: Vec<Task> = stage.tasks.stream(query).try_collect().await?;
        ensure_eq!(names(&streamed), expected);
    }
    Ok(())
}

async fn whose_loop_writes(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let batch = (0..5).map(|n| NewTask::new(game, n.to_string()));
    stage.tasks.create_all(batch, OnExisting::Fail).await?;
    let mut stream = stage.tasks.stream(TaskQuery::in_game(game));
    let mut seen = 0;
    while let Some(task) = stream.try_next().await? {
        let closed = stage.tasks.transition(&task, "open", "closed").await?;
        stage.tasks.duplicate(&closed, format!("copy of {}", task.external_task_id)).await?;
        stage.tasks.delete(&task).await?;
        seen += 1;
        if seen == 5 {
            break;
        }
    }
    drop(stream);
    let mut left = stage.rows().await?;
    left.sort_by(|a, b| a.external_task_id.cmp(&b.external_task_id));
    ensure_eq!(names(&left), (0..5).map(|n| format!("copy of {n}")).collect::<Vec<_>>());
    Ok(())
}

async fn from_a_cursor(stage: &Stage<'_>) -> Outcome {
    let (game, _) = four_tasks(stage).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let cursor = stage.tasks.list(query.clone()).await?.next.or_fail()?;
    let rest: Vec<Task> = stage.tasks.stream(query.after(cursor)).try_collect().await?;
    ensure_eq!(names(&rest), ["c", "d"]);
    Ok(())
}

async fn longer_than_a_page(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let batch = (0..2_001).map(|n| NewTask::new(game, format!("{n:04}")));
    stage.tasks.create_all(batch, OnExisting::Fail).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    let mut stream = stage.tasks.stream(query.clone());
    let mut seen = 0;
    while let Some(task) = stream.try_next().await? {
        ensure_eq!(task.external_task_id, format!("{seen:04}"));
        // What is written between pages is met, or not missed, as its place will have it.
        if seen == 500 {
            stage.tasks.delete((game, "1500")).await?;
            stage.task(game, "1500").await?;
        }
        seen += 1;
    }
    ensure_eq!(seen, 2_001);
    Ok(())
}
