//! Outcomes of creating tasks that may exist already.

use crate::task::Task;

/// What to do with a task of a batch whose external id already exists in its game.
///
/// ```
/// # use game_tasks::{NewTask, OnExisting, TaskError, TaskRepositoryExt, uuid::Uuid};
/// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
/// let new = [NewTask::new(game_id, "task-login").strategy("socio_bee")];
/// let outcomes = tasks.create_all(new, OnExisting::Update).await?;
/// assert_eq!(outcomes[0].task().strategy_id, "socio_bee");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OnExisting {
    /// Refuse the new task with [`TaskError::AlreadyExists`](crate::TaskError::AlreadyExists).
    #[default]
    Fail,
    /// Keep the existing task as it is, and return it.
    Keep,
    /// Set the strategy of the existing task to that of the new one (`default` if it has none),
    /// and return it. Status and creator stay.
    Update,
}

/// The outcome of one task of a batch.
///
/// ```
/// use game_tasks::CreateOutcome;
///
/// fn describe(outcome: &CreateOutcome) -> &'static str {
///     match outcome {
///         CreateOutcome::Created(_) => "created",
///         CreateOutcome::Kept(_) => "already existed",
///         CreateOutcome::Updated(_) => "has a new strategy",
///         _ => "unknown",
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateOutcome {
    /// The task was created.
    Created(Task),
    /// The task existed, and was not changed.
    Kept(Task),
    /// The task existed, and was updated. Where the statement cannot report which rows it changed
    /// (an atomic batch on every database, any batch on MariaDB and MySQL), another client may have made the
    /// same change while the statement was running.
    Updated(Task),
}

impl CreateOutcome {
    /// The task as it now is.
    #[must_use]
    pub fn task(&self) -> &Task {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// The task as it now is, by value.
    #[must_use]
    pub fn into_task(self) -> Task {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// Whether this call created the task.
    #[must_use]
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }

    /// Whether the task existed and was not changed.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Whether the task existed and was updated.
    #[must_use]
    pub fn is_updated(&self) -> bool {
        matches!(self, Self::Updated(_))
    }
}
