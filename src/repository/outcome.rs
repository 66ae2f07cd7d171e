//! Outcomes of creating tasks and games that may exist already.

use crate::task::Task;
use serde::{Deserialize, Serialize};

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
///
/// The serde names are `fail`, `keep` and `update`:
///
/// ```
/// use game_tasks::OnExisting;
///
/// assert_eq!(serde_json::from_str::<OnExisting>(r#""keep""#)?, OnExisting::Keep);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
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

/// The outcome of one task of a batch, or of [`Game::get_or_create`](crate::Game::get_or_create).
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
///
/// In JSON it is an object with the outcome (`created`, `kept`, `updated`) and, in the member `task`, the
/// task or game.
/// [`map`](Self::map) converts the task to what a response contains, such as a
/// [`TaskView`](crate::TaskView), which omits the API key:
///
/// ```
/// use game_tasks::{CreateOutcome, Game, NewTask, TaskScope, TaskView, chrono::Utc};
///
/// let game = Game::new("bees-2026");
/// let new = NewTask::new(game.id, "task-login");
/// let task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now())?;
/// let outcome = CreateOutcome::Created(task).map(TaskView::from);
/// let json = serde_json::to_value(&outcome)?;
/// assert_eq!(json["outcome"], "created");
/// assert_eq!(json["task"]["externalTaskId"], "task-login");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", content = "task", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CreateOutcome<T = Task> {
    /// The task was created.
    Created(T),
    /// The task existed, and was not changed.
    Kept(T),
    /// The task existed, and was updated. Where the statement cannot report which rows it changed
    /// (an atomic batch on every database, any batch on MariaDB and MySQL), another client may have made the
    /// same change while the statement was running.
    Updated(T),
}

impl<T> CreateOutcome<T> {
    /// The task as it now is.
    #[must_use]
    pub fn task(&self) -> &T {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// The task as it now is, by value.
    #[must_use]
    pub fn into_task(self) -> T {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// What was created, kept or updated: a task, or a game.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.into_task()
    }

    /// Converts the task, and keeps the outcome.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> CreateOutcome<U> {
        match self {
            Self::Created(task) => CreateOutcome::Created(convert(task)),
            Self::Kept(task) => CreateOutcome::Kept(convert(task)),
            Self::Updated(task) => CreateOutcome::Updated(convert(task)),
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
