//! Assertions that more than one module makes.

use game_tasks::{
    ApiKeyId, MAX_PAGE_SIZE, Task, TaskError, TaskFilter, TaskKey, TaskOrder, TaskQuery,
    TaskRepository, TaskRepositoryExt,
};
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

/// An id of no particular order, unlike those that the crate makes.
pub(crate) fn any_id() -> Uuid {
    Uuid::from_u128(Uuid::now_v7().as_u128().reverse_bits())
}

pub(crate) fn key(text: &str) -> ApiKeyId {
    ApiKeyId::new(text).unwrap()
}

/// The place and the refusal that a [`TaskError::Batch`] names.
#[track_caller]
pub(crate) fn in_batch(error: TaskError) -> (usize, TaskError) {
    match error {
        TaskError::Batch { index, error } => (index, *error),
        other => panic!("expected Batch, got {other:?}"),
    }
}
