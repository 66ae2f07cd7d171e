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

tests_on!(
    [memory Memory, sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
     mariadb MariaDb],
    the_largest_atomic_batch,
    |on| super::on_shared(on, super::FEW, super::the_largest_atomic_batch)
);

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
