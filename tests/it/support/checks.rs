//! Assertions that more than one module makes.

use game_tasks::sea_orm::sea_query::ValueType;
use game_tasks::{
    ApiKeyId, MAX_PAGE_SIZE, NewTask, OnExisting, Task, TaskError, TaskFilter, TaskKey, TaskOrder,
    TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt, ValidationReason,
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

/// What an [`TaskError::Invalid`] says.
#[track_caller]
pub(crate) fn invalid(error: TaskError) -> (&'static str, ValidationReason) {
    match error {
        TaskError::Invalid { field, reason } => (field, reason),
        other => panic!("expected ValidationError, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_not_found(error: &TaskError, asked_for: &TaskKey) {
    assert_is!(error, TaskError::NotFound { key } if key == asked_for);
}

/// That a repository sees nothing of a task that is there, changes nothing of it, and creates
/// nothing in its game.
pub(crate) async fn assert_blind(tasks: &dyn TaskRepository, task: &Task) {
    let closed = TaskPatch::new().status("closed");
    assert!(by_name(tasks).await.is_empty());
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
    for on_existing in [OnExisting::Fail, OnExisting::Keep, OnExisting::Update] {
        let batch = || [new.clone(), NewTask::new(task.game_id, &*task.external_task_id)];
        let (index, error) = in_batch(tasks.create_all(batch(), on_existing).await.unwrap_err());
        assert_eq!(index, 0);
        refusals.push(error);
        let outcomes = tasks.create_many(batch(), on_existing).await.unwrap();
        refusals.extend(outcomes.into_iter().map(Result::unwrap_err));
    }
    for error in refusals {
        assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == task.game_id);
    }
}

/// A text as a database holds it: not validated, as an older writer may have stored it.
pub(crate) fn stored<T: ValueType>(text: &str) -> T {
    <T as ValueType>::try_from(text.into()).unwrap()
}
