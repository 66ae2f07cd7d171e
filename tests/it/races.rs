//! Sixteen at once: one wins, and each is told what became of its own call.

use crate::support::{CROWD, Stage, assert_is, crowd, race_cases};
use game_tasks::{
    NewTask, OnExisting, Task, TaskError, TaskFilter, TaskPatch, TaskRepository, TaskRepositoryExt,
    Written,
};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

race_cases!(
    of_creators_one_wins,
    of_batches_each_task_has_one_creator,
    of_atomic_batches_one_is_whole,
    of_get_or_create_one_creates,
    of_claims_one_wins,
    of_optimistic_writers_one_wins,
    each_writer_is_told_its_own_write,
    batches_that_update_what_is_there,
    deletion_is_done_once,
);

const RUNNERS: usize = CROWD as usize;

/// Rounds are few, and the crowd is dense.
const ROUNDS: usize = 5;

/// The one that succeeded; the others must have failed as `check` wants it.
fn winner<T>(answers: Vec<Result<T, TaskError>>, check: impl Fn(&TaskError)) -> (usize, T) {
    let mut winners = Vec::new();
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(value) => winners.push((n, value)),
            Err(error) => check(&error),
        }
    }
    assert_eq!(winners.len(), 1, "one wins");
    winners.remove(0)
}

async fn of_creators_one_wins(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    for round in 0..ROUNDS {
        let name = format!("task {round}");
        let answers = crowd(RUNNERS, |n| {
            let (tasks, new) = (tasks.clone(), NewTask::new(game, &*name).strategy(n.to_string()));
            async move { tasks.create(new).await }
        })
        .await;
        let row = stage.tasks.get((game, &name)).await.unwrap();
        let (n, created) = winner(answers, |error| {
            assert_is!(
                error,
                TaskError::AlreadyExists { game_id, external_task_id, id }
                    if *game_id == game && *external_task_id == name && *id == Some(row.id)
            );
        });
        assert_eq!(created, row);
        assert_eq!(row.strategy_id, n.to_string().as_str());
    }
    assert_eq!(stage.rows().await.len(), ROUNDS);
}

/// Batches that name the same tasks in different orders, which deadlocks what locks them one
/// by one.
async fn of_batches_each_task_has_one_creator(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    const SIZE: usize = 40;
    let game = stage.game().await;
    let answers = crowd(RUNNERS, |n| {
        let tasks = tasks.clone();
        let batch = (0..SIZE).map(move |i| {
            let place = if n % 2 == 0 { i } else { SIZE - 1 - i };
            NewTask::new(game, format!("{place:02}"))
        });
        async move { retried(|| tasks.create_many(batch.clone(), OnExisting::Report)).await }
    })
    .await;
    let mut creators = HashSet::new();
    for outcome in answers.into_iter().flatten() {
        match outcome {
            Ok(written) => assert!(creators.insert(written.into_task().external_task_id)),
            Err(error) => assert_is!(error, TaskError::AlreadyExists { id: Some(_), .. }),
        }
    }
    assert_eq!(creators.len(), SIZE);
    assert_eq!(stage.rows().await.len(), SIZE);
}

/// Repeats a call as long as its error says that this helps: nothing of it was applied.
async fn retried<T, F>(call: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, TaskError>>,
{
    for _ in 0..100 {
        match call().await {
            Ok(value) => return value,
            Err(error) => assert_eq!(error.retry(), game_tasks::Retry::Call, "{error:?}"),
        }
    }
    panic!("a hundred tries were not enough");
}

async fn of_atomic_batches_one_is_whole(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    let answers = crowd(RUNNERS, |n| {
        let tasks = tasks.clone();
        // One name is everybody's; the others are each batch's own.
        let batch = [format!("{n} first"), "shared".to_owned(), format!("{n} last")];
        let batch = batch.map(|name| NewTask::new(game, name));
        async move { tasks.create_all(batch, OnExisting::Report).await }
    })
    .await;
    let (n, written) = winner(answers, |error| {
        assert_is!(
            error,
            TaskError::Batch { index: 1, error }
                if matches!(**error, TaskError::AlreadyExists { id: Some(_), .. })
        );
    });
    let mut written: Vec<Task> = written.into_iter().map(Written::into_task).collect();
    assert_eq!(written[0].external_task_id, format!("{n} first"));
    written.sort_by_key(|task| task.id);
    assert_eq!(stage.rows().await, written);
}

async fn of_get_or_create_one_creates(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    for round in 0..ROUNDS {
        let name = format!("task {round}");
        let answers = crowd(RUNNERS, |n| {
            let (tasks, new) = (tasks.clone(), NewTask::new(game, &*name).strategy(n.to_string()));
            async move { tasks.get_or_create(new).await.unwrap() }
        })
        .await;
        let row = stage.tasks.get((game, &name)).await.unwrap();
        let creators: Vec<_> = (0..).zip(&answers).filter(|(_, w)| w.is_created()).collect();
        assert_eq!(creators.len(), 1);
        assert_eq!(row.strategy_id, i32::to_string(&creators[0].0).as_str());
        assert!(answers.iter().all(|written| *written.task() == row));
    }
}

async fn of_claims_one_wins(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    for round in 0..ROUNDS {
        let task = stage.task(game, &format!("task {round}")).await;
        let answers = crowd(RUNNERS, |n| {
            let (tasks, id) = (tasks.clone(), task.id);
            async move { tasks.transition(id, "open", format!("claimed by {n}")).await }
        })
        .await;
        let row = stage.tasks.get(&task).await.unwrap();
        let (n, claimed) = winner(answers, |error| {
            assert_is!(
                error,
                TaskError::Conflict { status, updated_at, .. }
                    if *status == row.status && *updated_at == row.updated_at
            );
        });
        assert_eq!(claimed, row);
        assert_eq!(claimed.status, format!("claimed by {n}").as_str());
    }
}

async fn of_optimistic_writers_one_wins(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    let mut task = stage.task(game, "task").await;
    for round in 0..ROUNDS {
        let answers = crowd(RUNNERS, |n| {
            let patch = TaskPatch::new()
                .strategy(format!("{n} in {round}"))
                .if_unmodified_since(task.updated_at);
            let (tasks, id) = (tasks.clone(), task.id);
            async move { tasks.update(id, patch).await }
        })
        .await;
        let (n, changed) = winner(answers, |error| assert_is!(error, TaskError::Conflict { .. }));
        assert_eq!(changed.strategy_id, format!("{n} in {round}").as_str());
        assert_eq!(stage.tasks.get(&task).await.unwrap(), changed);
        task = changed;
    }
}

async fn each_writer_is_told_its_own_write(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    const WRITES: usize = 10;
    let game = stage.game().await;
    let task = stage.task(game, "task").await;
    let answers = crowd(RUNNERS, |n| {
        let (tasks, id) = (tasks.clone(), task.id);
        async move {
            let mut answers = Vec::new();
            for write in 0..WRITES {
                let strategy = format!("{n} writes {write}");
                let patch = TaskPatch::new().strategy(&*strategy);
                let answer = tasks.update(id, patch).await.unwrap();
                assert_eq!(answer.strategy_id, strategy.as_str(), "another's write");
                answers.push(answer);
            }
            answers
        }
    })
    .await;
    let mut answers: Vec<Task> = answers.into_iter().flatten().collect();
    let moments: HashSet<_> = answers.iter().map(|answer| answer.updated_at).collect();
    assert_eq!(moments.len(), RUNNERS * WRITES, "updated_at has not grown with every change");
    answers.sort_by_key(|answer| answer.updated_at);
    assert_eq!(stage.tasks.get(&task).await.unwrap(), *answers.last().unwrap());
}

async fn batches_that_update_what_is_there(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    const SIZE: usize = 20;
    let game = stage.game().await;
    let answers = crowd(RUNNERS, |n| {
        let tasks = tasks.clone();
        let batch = (0..SIZE).map(move |i| {
            let place = if n % 2 == 0 { i } else { SIZE - 1 - i };
            NewTask::new(game, format!("{place:02}")).strategy(n.to_string())
        });
        async move { retried(|| tasks.create_all(batch.clone(), OnExisting::Update)).await }
    })
    .await;
    let rows = stage.rows().await;
    assert_eq!(rows.len(), SIZE);
    // The last batch has won all of its tasks: an atomic batch is there whole.
    let strategies: HashSet<_> = rows.iter().map(|row| row.strategy_id.clone()).collect();
    assert_eq!(strategies.len(), 1, "batches got mixed: {strategies:?}");
    let created = answers.iter().flatten().filter(|written| written.is_created()).count();
    assert_eq!(created, SIZE, "each task was created once");
}

async fn deletion_is_done_once(stage: &Stage<'_>, tasks: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    for round in 0..ROUNDS {
        let task = stage.task(game, &format!("task {round}")).await;
        let answers = crowd(RUNNERS, |_| {
            let (tasks, id) = (tasks.clone(), task.id);
            async move { tasks.delete(id).await }
        })
        .await;
        let (_, deleted) = winner(answers, |error| assert_is!(error, TaskError::NotFound { .. }));
        assert_eq!(deleted, task);
    }
    let batch = (0..100).map(|n| NewTask::new(game, n.to_string()));
    stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
    let counts = crowd(RUNNERS, |_| {
        let tasks = tasks.clone();
        async move { retried(|| tasks.delete_many(TaskFilter::in_game(game))).await }
    })
    .await;
    assert_eq!(counts.iter().sum::<u64>(), 100);
    assert_eq!(stage.tasks.find(Uuid::nil()).await.unwrap(), None);
    assert!(stage.rows().await.is_empty());
}
