//! Assertions that more than one module makes.

use game_tasks::{
    InvalidReason, MAX_PAGE_SIZE, Task, TaskError, TaskFilter, TaskKey, TaskOrder, TaskQuery,
    TaskRepository, TaskRepositoryExt,
};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Barrier;
use uuid::Uuid;

/// Asserts that a value matches a pattern, and shows it where it does not.
macro_rules! assert_is {
    ($value:expr, $pattern:pat $(if $guard:expr)? $(,)?) => {
        match &$value {
            $pattern $(if $guard)? => {}
            other => panic!("expected {}, got {other:?}", stringify!($pattern $(if $guard)?)),
        }
    };
}
pub(crate) use assert_is;

/// What an [`TaskError::Invalid`] says.
#[track_caller]
pub(crate) fn invalid(error: TaskError) -> (&'static str, InvalidReason) {
    match error {
        TaskError::Invalid { field, reason } => (field, reason),
        other => panic!("expected Invalid, got {other:?}"),
    }
}

/// The place and the refusal that a [`TaskError::Batch`] names.
#[track_caller]
pub(crate) fn in_batch(error: TaskError) -> (usize, TaskError) {
    match error {
        TaskError::Batch { index, error } => (index, *error),
        other => panic!("expected Batch, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_not_found(error: &TaskError, asked_for: &TaskKey) {
    assert_is!(error, TaskError::NotFound { key } if key == asked_for);
}

/// The three keys that name a task.
pub(crate) fn keys_of(task: &Task) -> [TaskKey; 3] {
    [
        TaskKey::Id(task.id),
        TaskKey::InGame(task.game_id, task.id),
        TaskKey::External(task.game_id, task.external_task_id.clone()),
    ]
}

/// The names of tasks, in their order.
pub(crate) fn names<'t>(tasks: impl IntoIterator<Item = &'t Task>) -> Vec<&'t str> {
    tasks.into_iter().map(|task| task.external_task_id.as_str()).collect()
}

/// All tasks that a repository sees, sorted by name.
pub(crate) async fn by_name(tasks: &dyn TaskRepository) -> Vec<Task> {
    let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId);
    tasks.list(query.limit(MAX_PAGE_SIZE)).await.unwrap().items
}

/// Starts this many calls at the same moment, on threads of their own as far as there are
/// any, and collects what they answer.
pub(crate) async fn crowd<T, F>(size: usize, call: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(size));
    let calls: Vec<_> = (0..size)
        .map(|n| {
            let (call, start) = (call(n), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                call.await
            })
        })
        .collect();
    let mut answers = Vec::with_capacity(size);
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers
}

/// An id of no particular order, unlike those that the crate makes.
pub(crate) fn any_id() -> Uuid {
    Uuid::from_u128(Uuid::now_v7().as_u128().reverse_bits())
}
