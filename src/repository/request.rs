//! What callers ask to be written: new tasks and patches.

use crate::entity::Task;
use crate::error::TaskError;
use crate::value::{
    Invalid, InvalidReason, StrategyId, TaskKey, TaskStatus, check_no_nul, check_text, time,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A task to be created. Text is judged when it is written.
///
/// Serde uses the column names, and refuses fields that it does not know.
///
/// ```
/// use game_tasks::NewTask;
///
/// let game_id = uuid::Uuid::now_v7();
/// let task = NewTask::new(game_id, "task-share-photo").strategy("socio_bee");
/// assert_eq!(task.external_task_id, "task-share-photo");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewTask {
    /// The id that the task is to have; the crate makes one (version 7) where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The game that it belongs to.
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// The caller's name for it, unique in its game.
    #[serde(rename = "externalTaskId")]
    pub external_task_id: String,
    /// Its own strategy; none means that it inherits its game's.
    #[serde(rename = "strategyId", default, skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<String>,
}

impl NewTask {
    /// A task of this name in this game.
    #[must_use]
    pub fn new(game_id: Uuid, external_task_id: impl Into<String>) -> Self {
        Self { id: None, game_id, external_task_id: external_task_id.into(), strategy_id: None }
    }

    /// Gives it an id, for callers that must know it beforehand.
    #[must_use]
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Gives it a strategy of its own.
    #[must_use]
    pub fn strategy(mut self, strategy: impl Into<String>) -> Self {
        self.strategy_id = Some(strategy.into());
        self
    }

    /// Checks the texts, as every repository does before it writes.
    ///
    /// # Errors
    /// [`Invalid`] with the field and the reason.
    pub fn validate(&self) -> Result<(), Invalid> {
        check_text("external_task_id", &self.external_task_id)?;
        match &self.strategy_id {
            Some(strategy) => check_text("strategy_id", strategy),
            None => Ok(()),
        }
    }

    /// The strategy that is stored.
    pub(crate) fn stored_strategy(&self) -> StrategyId {
        self.strategy_id.clone().map_or(StrategyId::DEFAULT, StrategyId::from_stored)
    }

    pub(crate) fn key(&self) -> TaskKey {
        TaskKey::External(self.game_id, self.external_task_id.clone())
    }
}

/// What happens to a task of a batch whose name its game already has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OnExisting {
    /// It is refused with [`TaskError::AlreadyExists`].
    #[default]
    Report,
    /// The task that is there is kept as it is, and answered.
    Keep,
    /// The task that is there gets the strategy of the new one (`default` where that names
    /// none), and is answered. Its status and its owner stay.
    Update,
}

/// What became of one task of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Written {
    /// It was created.
    Created(Task),
    /// It was there, and was left as it is.
    Kept(Task),
    /// It was there, and was changed.
    Updated(Task),
}

impl Written {
    /// The task as it now is.
    #[must_use]
    pub fn task(&self) -> &Task {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// The task as it now is.
    #[must_use]
    pub fn into_task(self) -> Task {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// Whether this call created it.
    #[must_use]
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }

    /// Whether it was there, and was left as it is.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Whether it was there, and was changed.
    #[must_use]
    pub fn is_updated(&self) -> bool {
        matches!(self, Self::Updated(_))
    }
}

/// A change to a task, with what must hold for it to be made.
///
/// Serde uses the column names, `ifStatus` and `ifUnmodifiedSince`, and refuses others: a
/// precondition that was misspelled would else be lost.
///
/// ```
/// use game_tasks::TaskPatch;
///
/// let patch = TaskPatch::new().status("closed").if_status("open");
/// assert!(patch.validate().is_ok());
/// assert!(TaskPatch::new().is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TaskPatch {
    /// The strategy that the task is to have.
    #[serde(rename = "strategyId", default, skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<String>,
    /// The status that the task is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The status that the task must have.
    #[serde(rename = "ifStatus", default, skip_serializing_if = "Option::is_none")]
    pub if_status: Option<String>,
    /// The task must not have been changed after this moment.
    #[serde(rename = "ifUnmodifiedSince", default, skip_serializing_if = "Option::is_none")]
    pub if_unmodified_since: Option<DateTime<Utc>>,
}

impl TaskPatch {
    /// An empty patch, which is refused until something is added to it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the strategy.
    #[must_use]
    pub fn strategy(mut self, strategy: impl Into<String>) -> Self {
        self.strategy_id = Some(strategy.into());
        self
    }

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Only if the task has this status.
    #[must_use]
    pub fn if_status(mut self, status: impl Into<String>) -> Self {
        self.if_status = Some(status.into());
        self
    }

    /// Only if the task was not changed after this moment. Give it the
    /// [`updated_at`](Task::updated_at) of the task as it was read.
    #[must_use]
    pub fn if_unmodified_since(mut self, moment: DateTime<Utc>) -> Self {
        self.if_unmodified_since = Some(moment);
        self
    }

    /// Whether it would change nothing whatever the task is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.strategy_id.is_none() && self.status.is_none()
    }

    /// Checks the texts, as every repository does before it writes.
    ///
    /// # Errors
    /// [`TaskError::Invalid`] with the field and the reason, or [`TaskError::Unchanged`]
    /// for an empty patch.
    pub fn validate(&self) -> Result<(), TaskError> {
        if let Some(strategy) = &self.strategy_id {
            check_text("strategy_id", strategy)?;
        }
        if let Some(status) = &self.status {
            check_text("status", status)?;
        }
        if let Some(status) = &self.if_status {
            check_no_nul("if_status", status)?;
        }
        if let Some(moment) = self.if_unmodified_since {
            time::check("if_unmodified_since", moment)?;
        }
        if self.is_empty() { Err(TaskError::Unchanged) } else { Ok(()) }
    }

    /// Whether it asks for anything of the task as it is.
    #[cfg(feature = "retry")]
    pub(crate) fn has_precondition(&self) -> bool {
        self.if_status.is_some() || self.if_unmodified_since.is_some()
    }

    /// Whether the task is as the patch would have it.
    #[cfg(feature = "retry")]
    pub(crate) fn is_met_by(&self, task: &Task) -> bool {
        self.strategy_id.as_ref().is_none_or(|new| task.strategy_id == new.as_str())
            && self.status.as_ref().is_none_or(|new| task.status == new.as_str())
    }

    /// The target status, where the patch names one.
    pub(crate) fn target(&self) -> Option<TaskStatus> {
        self.status.clone().map(TaskStatus::from_stored)
    }

    /// Why this patch does not apply to the task as it is, judged in the order in which
    /// callers are told: precondition, nothing to do, lifecycle.
    pub(crate) fn check_against(
        &self,
        key: &TaskKey,
        task: &Task,
        lifecycle: &crate::value::Lifecycle,
    ) -> Result<(), TaskError> {
        let expected = self.if_status.as_ref().is_none_or(|status| task.status == status.as_str())
            && self.if_unmodified_since.is_none_or(|moment| task.updated_at <= time::floor(moment));
        if !expected {
            return Err(TaskError::Conflict {
                key: key.clone(),
                status: task.status.clone(),
                updated_at: task.updated_at,
            });
        }
        let changes = self.strategy_id.as_ref().is_some_and(|new| task.strategy_id != new.as_str())
            || self.status.as_ref().is_some_and(|new| task.status != new.as_str());
        if !changes {
            return Err(TaskError::Unchanged);
        }
        match self.target() {
            Some(target) => Ok(lifecycle.check(&task.status, &target)?),
            None => Ok(()),
        }
    }
}

/// The most tasks that an atomic batch may have.
pub const MAX_ATOMIC_TASKS: usize = 100_000;

/// The most bytes that the texts of an atomic batch may have together: it travels in one
/// parameter, with about a hundred bytes around each task and each quote and backslash
/// escaped, and MariaDB's packets end at 16 MiB unless it was told otherwise.
pub const MAX_ATOMIC_BYTES: usize = 3 * 1024 * 1024;

/// Refuses an atomic batch that would not fit into one statement.
pub(crate) fn check_atomic_size(tasks: &[NewTask]) -> Result<(), Invalid> {
    let too_large =
        |field, max: usize| Err(Invalid::new(field, InvalidReason::TooLarge { max: max as u64 }));
    if tasks.len() > MAX_ATOMIC_TASKS {
        return too_large("tasks", MAX_ATOMIC_TASKS);
    }
    let bytes: usize = tasks
        .iter()
        .map(|task| task.external_task_id.len() + task.strategy_id.as_ref().map_or(0, String::len))
        .sum();
    if bytes > MAX_ATOMIC_BYTES { too_large("tasks", MAX_ATOMIC_BYTES) } else { Ok(()) }
}
