//! Changes to a task, with their preconditions.

use crate::error::TaskError;
use crate::task::tasks::Column;
use crate::task::{
    Lifecycle, StrategyId, Task, TaskKey, TaskStatus, ValidationError, ValidationReason,
    check_no_nul, check_text, serde_object, time,
};
use chrono::{DateTime, Utc};
use sea_orm::Iterable;

/// A change to a task, with optional preconditions.
///
/// The serde names are those of the columns, `ifStatus` and `ifUnmodifiedSince`. Unknown fields are
/// errors, since a misspelled precondition would be lost. So are `null` and an empty
/// `ifUnmodifiedSince`. Texts are validated when the patch is used, including an empty
/// `strategyId` or `status`.
///
/// ```
/// use game_tasks::TaskPatch;
///
/// let patch = TaskPatch::new().status("closed").if_status("open");
/// assert!(patch.validate().is_ok());
/// assert!(TaskPatch::new().is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TaskPatch {
    /// The new strategy.
    pub strategy_id: Option<String>,
    /// The new status.
    pub status: Option<String>,
    /// Precondition: the task has this status.
    pub if_status: Option<String>,
    /// Precondition: the task has not changed after this time.
    pub if_unmodified_since: Option<DateTime<Utc>>,
}

serde_object! {
    TaskPatch {
        optional strategy_id: "strategyId",
        optional status: "status",
        optional if_status: "ifStatus",
        optional if_unmodified_since: "ifUnmodifiedSince",
    }
}

impl TaskPatch {
    /// An empty patch, which changes nothing.
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

    /// Requires that the task has this status.
    #[must_use]
    pub fn if_status(mut self, status: impl Into<String>) -> Self {
        self.if_status = Some(status.into());
        self
    }

    /// Requires that the task has not changed after this time: pass the
    /// [`updated_at`](Task::updated_at) of the task as it was read. A leap second counts as the
    /// second after it.
    ///
    /// Detects every change that increases `updated_at`, as each change through the crate does.
    /// Other programs can decrease it, for example with PostgreSQL's `now()`, the start of the
    /// transaction (as GAME does). Such a change is not detected, unless the trigger
    /// `migration::opt_in_updated_at_trigger` enforces the increase.
    #[must_use]
    pub fn if_unmodified_since(mut self, time: DateTime<Utc>) -> Self {
        self.if_unmodified_since = Some(time);
        self
    }

    /// Whether the patch sets no field. Preconditions alone are an empty patch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// Validates the values of the patch. Every repository does so before it writes. An empty patch is
    /// valid; [`check`](Self::check) reports it with the task.
    ///
    /// # Errors
    /// [`ValidationError`] with the field and the reason.
    pub fn validate(&self) -> Result<(), ValidationError> {
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
        if let Some(time) = if_unmodified_since {
            time::check("if_unmodified_since", *time)?;
        }
        Ok(())
    }

    /// Validates the patch of a call that changes many tasks, which has no task to return: besides the
    /// values, that the patch sets a field. Every repository does so before it writes.
    ///
    /// ```
    /// use game_tasks::{TaskPatch, ValidationReason};
    ///
    /// let error = TaskPatch::new().if_status("open").validate_for_many().expect_err("empty");
    /// assert_eq!((error.field, error.reason), ("patch", ValidationReason::NoChange));
    /// ```
    ///
    /// # Errors
    /// [`ValidationError`] with the field and the reason; for an empty patch the field `patch` and
    /// [`ValidationReason::NoChange`].
    pub fn validate_for_many(&self) -> Result<(), ValidationError> {
        self.validate()?;
        if self.is_empty() { Err(Self::no_change()) } else { Ok(()) }
    }

    /// The error of a call that can change no task.
    pub(crate) fn no_change() -> ValidationError {
        ValidationError::new("patch", ValidationReason::NoChange)
    }

    /// The columns that the patch sets, with their new values.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (Column, &str)> {
        Column::iter().filter_map(|column| Some((column, self.new_value(column)?)))
    }

    /// The new value of a column, if the patch sets it.
    fn new_value(&self, column: Column) -> Option<&str> {
        let Self { strategy_id, status, if_status: _, if_unmodified_since: _ } = self;
        match column {
            Column::StrategyId => strategy_id.as_deref(),
            Column::Status => status.as_deref(),
            // A patch never sets these.
            Column::Id
            | Column::CreatedAt
            | Column::UpdatedAt
            | Column::ApiKeyUsed
            | Column::OauthUserId
            | Column::GameId
            | Column::ExternalTaskId => None,
        }
    }

    /// The new status, if the patch sets one.
    pub(crate) fn target_status(&self) -> Option<TaskStatus> {
        self.status.clone().map(TaskStatus::from_stored)
    }

    /// Checks that the patch applies to the task in its current state, for implementations of a
    /// repository. The texts are assumed to be [valid](Self::validate). `key` is the key of the
    /// call, for the error.
    ///
    /// # Errors
    /// The first of: [`TaskError::Conflict`] for a precondition that is not met;
    /// [`TaskError::Unchanged`] if the task already has all new values, or the patch is empty;
    /// [`TaskError::Invalid`] for a status that the lifecycle forbids.
    pub fn check(
        &self,
        key: &TaskKey,
        task: &Task,
        lifecycle: &Lifecycle,
    ) -> Result<(), TaskError> {
        let Self { strategy_id: _, status: _, if_status, if_unmodified_since } = self;
        let is_met = if_status.as_ref().is_none_or(|status| task.status == status.as_str())
            && if_unmodified_since.is_none_or(|time| task.updated_at <= time::floor(time));
        if !is_met {
            return Err(TaskError::Conflict {
                key: key.clone(),
                status: task.status.clone(),
                updated_at: task.updated_at,
            });
        }
        let mut changed = task.clone();
        self.set_fields(&mut changed);
        if changed == *task {
            return Err(TaskError::Unchanged { key: key.clone(), task: Box::new(changed) });
        }
        Ok(lifecycle.check(&task.status, &changed.status)?)
    }

    /// Sets the fields of the task, without [checking](Self::check) whether the patch applies.
    /// `updated_at` becomes the later of now and its old value plus one microsecond.
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

    /// Sets the fields that the patch changes, except `updated_at`.
    pub(crate) fn set_fields(&self, task: &mut Task) {
        let Self { strategy_id, status, if_status: _, if_unmodified_since: _ } = self;
        if let Some(strategy) = strategy_id {
            task.strategy_id = StrategyId::from_stored(strategy.clone());
        }
        if let Some(status) = status {
            task.status = TaskStatus::from_stored(status.clone());
        }
    }
}
