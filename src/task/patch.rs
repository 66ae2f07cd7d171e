//! What callers ask to be changed, and what must hold for it.

use crate::error::TaskError;
use crate::task::tasks::Column;
use crate::task::{
    Lifecycle, StrategyId, Task, TaskKey, TaskStatus, check_no_nul, check_text, input, time,
};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A change to a task, with what must hold for it to be made.
///
/// Serde uses the column names, `ifStatus` and `ifUnmodifiedSince`, and refuses others: a
/// precondition that was misspelled would else be lost. For the same reason a field that is
/// present must have a value: `null`, and an empty `ifUnmodifiedSince`, are errors. Texts are
/// validated when the patch is used, an empty `strategyId` or `status` included.
///
/// ```
/// use game_tasks::TaskPatch;
///
/// let patch = TaskPatch::new().status("closed").if_status("open");
/// assert!(patch.validate().is_ok());
/// assert!(TaskPatch::new().is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct TaskPatch {
    /// The strategy that the task is to have.
    #[serde(rename = "strategyId", skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<String>,
    /// The status that the task is to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The status that the task must have.
    #[serde(rename = "ifStatus", skip_serializing_if = "Option::is_none")]
    pub if_status: Option<String>,
    /// The task must not have been changed after this moment.
    #[serde(rename = "ifUnmodifiedSince", skip_serializing_if = "Option::is_none")]
    pub if_unmodified_since: Option<DateTime<Utc>>,
}

input::from_object! {
    TaskPatch {
        optional strategy_id: "strategyId",
        optional status: "status",
        optional if_status: "ifStatus",
        optional if_unmodified_since: "ifUnmodifiedSince",
    }
    |_| Ok(())
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
    /// [`updated_at`](Task::updated_at) of the task as it was read. A leap second is the second
    /// after it.
    ///
    /// It sees every change that moved `updated_at` forward, as each of the crate's does. Another
    /// program that writes `now()`, the start of its transaction on PostgreSQL (as GAME's programs
    /// do), can move it backwards: such a change is missed, unless the trigger
    /// `migration::opt_in_updated_at_trigger` lets it only grow.
    #[must_use]
    pub fn if_unmodified_since(mut self, moment: DateTime<Utc>) -> Self {
        self.if_unmodified_since = Some(moment);
        self
    }

    /// Whether it would change nothing whatever the task is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes().iter().all(|(_, value)| value.is_none())
    }

    /// Checks the texts, as every repository does before it writes.
    ///
    /// # Errors
    /// [`TaskError::Invalid`] with the field and the reason, or [`TaskError::Unchanged`]
    /// for an empty patch.
    pub fn validate(&self) -> Result<(), TaskError> {
        let Self { strategy_id, status, if_status, if_unmodified_since } = self;
        if let Some(strategy) = strategy_id {
            check_text("strategy_id", strategy)?;
        }
        if let Some(status) = status {
            check_text("status", status)?;
        }
        if let Some(status) = if_status {
            check_no_nul("if_status", status)?;
        }
        if let Some(moment) = if_unmodified_since {
            time::check("if_unmodified_since", *moment)?;
        }
        if self.is_empty() { Err(TaskError::Unchanged) } else { Ok(()) }
    }

    /// The columns that a patch can change, each with its new value.
    pub(crate) fn changes(&self) -> [(Column, Option<&str>); 2] {
        let Self { strategy_id, status, if_status: _, if_unmodified_since: _ } = self;
        [(Column::StrategyId, strategy_id.as_deref()), (Column::Status, status.as_deref())]
    }

    /// The target status, where the patch names one.
    pub(crate) fn target_status(&self) -> Option<TaskStatus> {
        self.status.clone().map(TaskStatus::from_stored)
    }

    /// Why this patch does not apply to the task as it is, judged in the order in which
    /// callers are told: precondition, nothing to do, lifecycle. For stores; texts are
    /// [`validate`](Self::validate)'s business.
    ///
    /// # Errors
    /// [`TaskError::Conflict`] with the key that was asked for, [`TaskError::Unchanged`],
    /// [`TaskError::Invalid`] for a status that may not follow the task's.
    pub fn check(
        &self,
        key: &TaskKey,
        task: &Task,
        lifecycle: &Lifecycle,
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
        let mut changed = task.clone();
        self.set_fields(&mut changed);
        if changed == *task {
            return Err(TaskError::Unchanged);
        }
        match self.target_status() {
            Some(target) => Ok(lifecycle.check(&task.status, &target)?),
            None => Ok(()),
        }
    }

    /// Changes the task as the patch says, whether it [applies](Self::check) or not.
    /// `updated_at` becomes the later of now and its old value plus a microsecond.
    ///
    /// ```
    /// use game_tasks::{Game, NewTask, TaskPatch, TaskScope, chrono::Utc};
    ///
    /// let game = Game::new("bees-2026");
    /// let new = NewTask::new(game.id, "task-login");
    /// let mut task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now())?;
    /// TaskPatch::new().status("closed").apply(&mut task);
    /// assert_eq!(task.status, "closed");
    /// assert!(task.updated_at > task.created_at);
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    pub fn apply(&self, task: &mut Task) {
        self.set_fields(task);
        task.updated_at = time::next_updated_at(time::now(), task.updated_at);
    }

    /// Sets the fields that the patch names.
    fn set_fields(&self, task: &mut Task) {
        let Self { strategy_id, status, if_status: _, if_unmodified_since: _ } = self;
        if let Some(strategy) = strategy_id {
            task.strategy_id = StrategyId::from_stored(strategy.clone());
        }
        if let Some(status) = status {
            task.status = TaskStatus::from_stored(status.clone());
        }
    }
}
