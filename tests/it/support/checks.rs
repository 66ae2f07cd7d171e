//! Assertions that several modules make.

use game_tasks::conformance::fixtures;
use game_tasks::sea_orm::sea_query::ValueType;
use game_tasks::{
    ApiKeyId, NewTask, Task, TaskError, TaskFilter, TaskKey, TaskPatch, TaskRepository,
    TaskRepositoryExt, ValidationReason,
};

pub(crate) use game_tasks::conformance::fixtures::{ON_EXISTING, keys_of, names, unordered_id};

/// Asserts that a value matches a pattern.
macro_rules! assert_is {
    ($value:expr, $pattern:pat $(if $guard:expr)? $(,)?) => {
        match &$value {
            $pattern $(if $guard)? => {}
            other => panic!("expected {}, got {other:?}", stringify!($pattern $(if $guard)?)),
        }
    };
}
pub(crate) use assert_is;

/// All tasks that a repository can see, sorted by name.
pub(crate) async fn list_by_name(tasks: &dyn TaskRepository) -> Vec<Task> {
    fixtures::list_by_name(tasks).await.unwrap()
}

pub(crate) fn key(text: &str) -> ApiKeyId {
    ApiKeyId::new(text).unwrap()
}

/// The index and the error of a [`TaskError::Batch`].
pub(crate) fn batch_error(error: TaskError) -> (usize, TaskError) {
    fixtures::batch_error(error).unwrap()
}

/// The field and the reason of a [`TaskError::Invalid`].
pub(crate) fn validation_error(error: TaskError) -> (&'static str, ValidationReason) {
    fixtures::validation_error(error).unwrap()
}

pub(crate) fn assert_not_found(error: &TaskError, expected: &TaskKey) {
    fixtures::ensure_not_found(error, expected).unwrap();
}

/// Asserts that a repository neither finds nor changes an existing task, and cannot create
/// tasks in its game.
pub(crate) async fn assert_no_access(tasks: &dyn TaskRepository, task: &Task) {
    let closed = TaskPatch::new().status("closed");
    assert!(list_by_name(tasks).await.is_empty());
    for key in keys_of(task) {
        assert_eq!(tasks.find(&key).await.unwrap(), None);
        for error in [
            tasks.update(&key, closed.clone()).await.unwrap_err(),
            tasks.duplicate(&key, "copy").await.unwrap_err(),
            tasks.delete(&key).await.unwrap_err(),
        ] {
            assert_not_found(&error, &key);
        }
    }
    for filter in [TaskFilter::in_game(task.game_id), TaskFilter::keys([task.id])] {
        assert_eq!(tasks.count(filter.clone()).await.unwrap(), 0);
        assert_eq!(tasks.update_many(filter.clone(), closed.clone()).await.unwrap(), 0);
        assert_eq!(tasks.delete_many(filter).await.unwrap(), 0);
    }
    let new = NewTask::new(task.game_id, "new");
    let mut refusals = vec![
        tasks.create(new.clone()).await.unwrap_err(),
        tasks.get_or_create(new.clone()).await.unwrap_err(),
    ];
    for on_existing in ON_EXISTING {
        let batch = || [new.clone(), NewTask::new(task.game_id, &*task.external_task_id)];
        let (index, error) = batch_error(tasks.create_all(batch(), on_existing).await.unwrap_err());
        assert_eq!(index, 0);
        refusals.push(error);
        let outcomes = tasks.create_many(batch(), on_existing).await.unwrap();
        refusals.extend(outcomes.into_iter().map(Result::unwrap_err));
    }
    for error in refusals {
        assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == task.game_id);
    }
}

/// A text as a database may hold it: not validated.
pub(crate) fn unvalidated<T: ValueType>(text: &str) -> T {
    <T as ValueType>::try_from(text.into()).unwrap()
}
