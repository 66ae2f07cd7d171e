//! Batches that are large: more rows than one statement takes parameters, and as many as one
//! call may have.

use crate::support::{FEW, Stage, assert_is, on_shared, repository_cases, tests_on};
use game_tasks::{
    MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS, NewTask, OnExisting, Task, TaskError, TaskFilter,
    TaskOrder, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt, Written,
};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

repository_cases!(many_tasks_each_for_itself, many_tasks_at_once);

tests_on!(
    [memory Memory, sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
     mariadb MariaDb],
    the_largest_atomic_batch,
    |on| super::on_shared(on, super::FEW, super::the_largest_atomic_batch)
);

const MANY: usize = 12_000;

fn name(n: usize) -> String {
    format!("task-{n:05}")
}

/// That these are the tasks of a batch, in order, and that the game holds them and no other.
async fn assert_all_there(stage: &Stage<'_>, game: Uuid, tasks: &[Task]) {
    assert_eq!(tasks.len(), MANY);
    for (n, task) in tasks.iter().enumerate() {
        assert_eq!((&task.external_task_id, task.game_id), (&name(n), game));
    }
    assert_eq!(tasks.iter().map(|task| task.id).collect::<HashSet<_>>().len(), MANY);
    assert_eq!(stage.tasks.count(TaskFilter::in_game(game)).await.unwrap(), MANY as u64);
    let by_name = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1_000);
    for page in [1, 12] {
        let listed = stage.tasks.list(by_name.clone().page(page)).await.unwrap().items;
        let from = (page as usize - 1) * 1_000;
        assert_eq!(listed, tasks[from..from + 1_000]);
    }
}

async fn many_tasks_each_for_itself(stage: &Stage<'_>) {
    let game = stage.game().await;
    let batch = || (0..MANY).map(|n| NewTask::new(game, name(n)));
    let written = stage.tasks.create_many(batch(), OnExisting::Report).await.unwrap();
    let tasks: Vec<Task> = written
        .into_iter()
        .map(|outcome| match outcome {
            Ok(Written::Created(task)) => task,
            other => panic!("not created: {other:?}"),
        })
        .collect();
    assert_all_there(stage, game, &tasks).await;

    // The same again, with some that are new, and some that are twice in the batch, far apart.
    let again = batch().chain(
        [name(0), "new".to_owned(), name(MANY - 1), "new".to_owned()]
            .map(|name| NewTask::new(game, name)),
    );
    let written = stage.tasks.create_many(again, OnExisting::Report).await.unwrap();
    assert_eq!(written.len(), MANY + 4);
    for (outcome, task) in written.iter().zip(tasks.iter().chain([&tasks[0]])) {
        assert_is!(
            outcome,
            Err(TaskError::AlreadyExists { external_task_id, id, .. })
                if *external_task_id == task.external_task_id && *id == Some(task.id)
        );
    }
    let [_, new, _, twice] = &written[MANY..] else { panic!() };
    let new = new.as_ref().unwrap();
    assert!(new.is_created());
    assert_is!(twice, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(new.task().id));

    // And all of them changed and deleted by one call each.
    let in_game = TaskFilter::in_game(game);
    let closed = TaskPatch::new().status("closed");
    let count = MANY as u64 + 1;
    assert_eq!(stage.tasks.update_many(in_game.clone(), closed.clone()).await.unwrap(), count);
    assert_eq!(stage.tasks.update_many(in_game.clone(), closed).await.unwrap(), 0);
    assert_eq!(stage.tasks.delete_many(in_game.clone()).await.unwrap(), count);
    assert_eq!(stage.tasks.delete_many(in_game).await.unwrap(), 0);
    assert!(stage.rows().await.is_empty());
}

async fn many_tasks_at_once(stage: &Stage<'_>) {
    let game = stage.game().await;
    let batch = || (0..MANY).map(|n| NewTask::new(game, name(n)));
    let last_is_bad = batch().chain([NewTask::new(Uuid::now_v7(), "lost")]);
    let error = stage.refused(stage.tasks.create_all(last_is_bad, OnExisting::Report)).await;
    assert_is!(
        error,
        TaskError::Batch { index: MANY, error } if matches!(**error, TaskError::GameNotFound { .. })
    );

    let written = stage.tasks.create_all(batch(), OnExisting::Report).await.unwrap();
    assert!(written.iter().all(Written::is_created));
    let tasks: Vec<Task> = written.into_iter().map(Written::into_task).collect();
    assert_all_there(stage, game, &tasks).await;

    let again = stage.tasks.create_all(batch(), OnExisting::Keep).await.unwrap();
    let kept: Vec<Written> = tasks.into_iter().map(Written::Kept).collect();
    assert!(again == kept, "a batch sent again must answer with what is there");
}

/// The stated maximum is one that works, in texts that grow when they are escaped.
async fn the_largest_atomic_batch(stage: &Stage<'_>, _: Arc<dyn TaskRepository>) {
    let game = stage.game().await;
    // So many bytes each that both maxima are just kept.
    let bytes = MAX_ATOMIC_BYTES / MAX_ATOMIC_TASKS;
    let batch = (0..MAX_ATOMIC_TASKS).map(|n| {
        let name: String =
            (0..bytes).map(|bit| if n >> (bit % 20) & 1 == 1 { '"' } else { '\\' }).collect();
        NewTask::new(game, name)
    });
    let written = stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
    assert_eq!(written.len(), MAX_ATOMIC_TASKS);
    assert_eq!(stage.tasks.count(TaskFilter::all()).await.unwrap(), MAX_ATOMIC_TASKS as u64);
}
