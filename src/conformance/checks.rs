//! What more than one group of cases asks.

use super::failure::Failure;
use super::failure::Outcome;
use crate::error::TaskError;
use crate::query::{MAX_PAGE_SIZE, TaskFilter, TaskOrder, TaskQuery};
use crate::repository::{TaskRepository, TaskRepositoryExt};
use crate::task::{Task, TaskKey, ValidationReason};
use std::fmt::Debug;
use uuid::Uuid;

/// What must be there.
pub(crate) trait OrFail<T> {
    /// The value, or the failure of the case at the place of the caller.
    fn or_fail(self) -> Result<T, Failure>;
}

impl<T> OrFail<T> for Option<T> {
    #[track_caller]
    fn or_fail(self) -> Result<T, Failure> {
        match self {
            Some(value) => Ok(value),
            None => Err(Failure::new("something is missing that must be there")),
        }
    }
}

/// The refusal of one call, where there must be one.
#[track_caller]
pub(crate) fn refusal<T: Debug>(outcome: Result<T, TaskError>) -> Result<TaskError, Failure> {
    match outcome {
        Err(error) => Ok(error),
        Ok(value) => Err(Failure::new(format_args!("must be refused, is {value:?}"))),
    }
}

/// What an [`TaskError::Invalid`] says.
#[track_caller]
pub(crate) fn invalid(error: TaskError) -> Result<(&'static str, ValidationReason), Failure> {
    match error {
        TaskError::Invalid { field, reason } => Ok((field, reason)),
        other => Err(Failure::new(format_args!("must be ValidationError, is {other:?}"))),
    }
}

/// The place and the refusal that a [`TaskError::Batch`] names.
#[track_caller]
pub(crate) fn in_batch(error: TaskError) -> Result<(usize, TaskError), Failure> {
    match error {
        TaskError::Batch { index, error } => Ok((index, *error)),
        other => Err(Failure::new(format_args!("must be Batch, is {other:?}"))),
    }
}

#[track_caller]
pub(crate) fn ensure_not_found(error: &TaskError, asked_for: &TaskKey) -> Outcome {
    match error {
        TaskError::NotFound { key } if key == asked_for => Ok(()),
        other => Err(Failure::new(format_args!("must be NotFound for {asked_for}, is {other:?}"))),
    }
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
pub(crate) async fn by_name(tasks: &dyn TaskRepository) -> Result<Vec<Task>, Failure> {
    let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId);
    Ok(tasks.list(query.limit(MAX_PAGE_SIZE)).await?.items)
}

/// An id of no particular order, unlike those that the crate makes.
pub(crate) fn any_id() -> Uuid {
    Uuid::from_u128(Uuid::now_v7().as_u128().reverse_bits())
}
