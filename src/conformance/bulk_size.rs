//! Large batches: more tasks than a statement may have parameters.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use crate::{
    CreateOutcome, NewTask, OnExisting, Task, TaskError, TaskFilter, TaskOrder, TaskPatch,
    TaskQuery, TaskRepositoryExt,
};
use std::collections::HashSet;
use uuid::Uuid;

cases! { "bulk_size":
    large_partial_batch,
    large_atomic_batch,
}

const MANY: usize = 12_000;

fn name(n: usize) -> String {
    format!("task-{n:05}")
}

/// Checks that these are the tasks of the batch in order, and that the game has no others.
async fn ensure_stored(cx: &TestContext<'_>, game: Uuid, tasks: &[Task]) -> Outcome {
    ensure_eq!(tasks.len(), MANY);
    for (n, task) in tasks.iter().enumerate() {
        ensure_eq!((&task.external_task_id, task.game_id), (&name(n), game));
    }
    ensure_eq!(tasks.iter().map(|task| task.id).collect::<HashSet<_>>().len(), MANY);
    ensure_eq!(cx.tasks.count(TaskFilter::in_game(game)).await?, MANY as u64);
    let list_by_name = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1_000);
    let pages: Vec<&[Task]> = tasks.chunks(1_000).collect();
    for (page, expected) in [(1, pages.first()), (12, pages.last())] {
        let listed = cx.tasks.list(list_by_name.clone().page(page)).await?.items;
        ensure_eq!(listed, *expected.or_fail()?, "page {page}");
    }
    Ok(())
}

async fn large_partial_batch(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = || (0..MANY).map(|n| NewTask::new(game, name(n)));
    let written = cx.tasks.create_many(batch(), OnExisting::Fail).await?;
    let tasks: Vec<Task> = written
        .into_iter()
        .map(|outcome| match outcome {
            Ok(CreateOutcome::Created(task)) => Ok(task),
            other => Err(Failure::new(format_args!("must be created, is {other:?}"))),
        })
        .collect::<Result<_, _>>()?;
    ensure_stored(cx, game, &tasks).await?;

    // Repeat the batch and append a new task twice and two existing ones.
    let again = batch().chain(
        [name(0), "new".to_owned(), name(MANY - 1), "new".to_owned()]
            .map(|name| NewTask::new(game, name)),
    );
    let written = cx.tasks.create_many(again, OnExisting::Fail).await?;
    ensure_eq!(written.len(), MANY + 4);
    for (outcome, task) in written.iter().zip(tasks.iter().chain(tasks.first())) {
        ensure_is!(
            outcome,
            Err(TaskError::AlreadyExists { external_task_id, id, .. })
                if *external_task_id == task.external_task_id && *id == Some(task.id)
        );
    }
    let Some([_, Ok(new), _, twice]) = written.last_chunk() else {
        return Err(Failure::new(format_args!(
            "exactly one is new: {:?}",
            written.last_chunk::<4>()
        )));
    };
    ensure!(new.is_created());
    ensure_is!(twice, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(new.task().id));

    // One call changes all of them, and one deletes them.
    let in_game = TaskFilter::in_game(game);
    let closed = TaskPatch::new().status("closed");
    let count = MANY as u64 + 1;
    ensure_eq!(cx.tasks.update_many(in_game.clone(), closed.clone()).await?, count);
    ensure_eq!(cx.tasks.update_many(in_game.clone(), closed).await?, 0);
    ensure_eq!(cx.tasks.delete_many(in_game.clone()).await?, count);
    ensure_eq!(cx.tasks.delete_many(in_game).await?, 0);
    ensure!(cx.rows().await?.is_empty());
    Ok(())
}

async fn large_atomic_batch(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = || (0..MANY).map(|n| NewTask::new(game, name(n)));
    let last_is_bad = batch().chain([NewTask::new(Uuid::now_v7(), "lost")]);
    let error = cx.refused(cx.tasks.create_all(last_is_bad, OnExisting::Fail)).await?;
    ensure_is!(
        error,
        TaskError::Batch { index: MANY, error } if matches!(**error, TaskError::GameNotFound { .. })
    );

    let written = cx.tasks.create_all(batch(), OnExisting::Fail).await?;
    ensure!(written.iter().all(CreateOutcome::is_created));
    let tasks: Vec<Task> = written.into_iter().map(CreateOutcome::into_task).collect();
    ensure_stored(cx, game, &tasks).await?;

    let again = cx.tasks.create_all(batch(), OnExisting::Keep).await?;
    let kept: Vec<CreateOutcome> = tasks.into_iter().map(CreateOutcome::Kept).collect();
    ensure!(again == kept, "a repeated batch must return the existing tasks");
    Ok(())
}
