//! The request to create a task.

use crate::error::TaskError;
use crate::task::{
    Creator, Game, StrategyId, Task, TaskKey, TaskScope, TaskStatus, ValidationError, check_text,
    serde_object, time,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The maximum number of tasks in an atomic batch.
pub const MAX_ATOMIC_TASKS: usize = 100_000;

/// The maximum total size of an atomic batch's texts in bytes. They are sent in one parameter, with
/// about a hundred bytes of JSON per task and with quotes and backslashes escaped; MariaDB limits a
/// packet to 16 MiB by default.
pub const MAX_ATOMIC_BYTES: usize = 3 * 1024 * 1024;

/// A task to be created. Text is validated when the task is created, not when it is set.
///
/// The serde names are those of the columns; unknown fields are errors. `id` and `strategyId` may
/// be left out or `null`, with the same meaning. An empty `id` is an error when it is read, an empty
/// `strategyId` when the task is created.
///
/// ```
/// use game_tasks::NewTask;
///
/// let game_id = uuid::Uuid::now_v7();
/// let task = NewTask::new(game_id, "task-share-photo").strategy("socio_bee");
/// assert_eq!(task.external_task_id, "task-share-photo");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NewTask {
    /// The id; without one the crate generates a UUID of version 7.
    pub id: Option<Uuid>,
    /// The game that the task belongs to.
    pub game_id: Uuid,
    /// The caller's name for the task, unique in the game.
    pub external_task_id: String,
    /// The task's own strategy; without one it inherits that of the game.
    pub strategy_id: Option<String>,
}

serde_object! {
    NewTask {
        nullable id: "id",
        required game_id: "gameId",
        required external_task_id: "externalTaskId",
        nullable strategy_id: "strategyId",
    }
}

impl NewTask {
    /// A task with this external id in this game.
    #[must_use]
    pub fn new(game_id: Uuid, external_task_id: impl Into<String>) -> Self {
        Self { id: None, game_id, external_task_id: external_task_id.into(), strategy_id: None }
    }

    /// Sets the id, for callers that must know it before the task is created.
    #[must_use]
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the task's own strategy.
    #[must_use]
    pub fn strategy(mut self, strategy: impl Into<String>) -> Self {
        self.strategy_id = Some(strategy.into());
        self
    }

    /// Validates the texts. Every repository does so before it writes.
    ///
    /// # Errors
    /// [`ValidationError`] with the field and the reason.
    pub fn validate(&self) -> Result<(), ValidationError> {
        for (field, text) in self.texts() {
            text.map_or(Ok(()), |text| check_text(field, text))?;
        }
        Ok(())
    }

    /// Validates the size of an atomic batch. Every repository does so before it validates the
    /// tasks.
    ///
    /// # Errors
    /// [`ValidationError`] for more than [`MAX_ATOMIC_TASKS`] tasks or [`MAX_ATOMIC_BYTES`] of text.
    pub fn validate_atomic_batch(tasks: &[Self]) -> Result<(), ValidationError> {
        let too_large = |max| Err(ValidationError::too_large("tasks", max));
        if tasks.len() > MAX_ATOMIC_TASKS {
            return too_large(MAX_ATOMIC_TASKS);
        }
        let texts = tasks.iter().flat_map(Self::texts);
        let bytes: usize = texts.filter_map(|(_, text)| text).map(str::len).sum();
        if bytes > MAX_ATOMIC_BYTES { too_large(MAX_ATOMIC_BYTES) } else { Ok(()) }
    }

    /// Builds the task to store, for implementations of a repository: `open`, created at `now`
    /// (the same for all tasks of one call), with the scope's caller as its creator. `game` is the
    /// game of [`game_id`](Self::game_id), if it exists. The store itself must check that the id
    /// and the external id are not in use.
    ///
    /// # Errors
    /// [`TaskError::Invalid`]; [`TaskError::GameNotFound`] without a game, or if the scope may not
    /// create tasks in it.
    ///
    /// ```
    /// use game_tasks::{Game, NewTask, TaskScope, chrono::Utc};
    ///
    /// let game = Game::new("bees-2026");
    /// let new = NewTask::new(game.id, "task-login");
    /// let task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now())?;
    /// assert!(task.status.is_open());
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    pub fn to_task(
        &self,
        scope: &TaskScope,
        game: Option<&Game>,
        now: DateTime<Utc>,
    ) -> Result<Task, TaskError> {
        self.validate()?;
        let Self { id, game_id, .. } = self;
        let creator = match (scope.creator()?, game) {
            (Some(creator), Some(game)) if scope.can_create_in(game) => creator,
            _ => return Err(TaskError::GameNotFound { game_id: *game_id }),
        };
        let id = id.unwrap_or_else(Uuid::now_v7);
        Ok(self.row(id, self.strategy_or_default(), &creator, time::floor(now)))
    }

    /// The row of this task, created at this moment, with this id and strategy.
    pub(crate) fn row(
        &self,
        id: Uuid,
        strategy_id: StrategyId,
        creator: &Creator,
        now: DateTime<Utc>,
    ) -> Task {
        // The id and the strategy are arguments, since they may differ from what the caller gave.
        let Self { id: _, game_id, external_task_id, strategy_id: _ } = self;
        let Creator { api_key_used, oauth_user_id } = creator.clone();
        Task {
            id,
            created_at: now,
            updated_at: now,
            api_key_used,
            oauth_user_id,
            external_task_id: external_task_id.clone(),
            game_id: *game_id,
            strategy_id,
            status: TaskStatus::OPEN,
        }
    }

    /// The strategy to store.
    pub(crate) fn strategy_or_default(&self) -> StrategyId {
        self.strategy_id.clone().map_or(StrategyId::DEFAULT, StrategyId::from_stored)
    }

    /// The texts that the caller gave, with the names of their fields.
    fn texts(&self) -> [(&'static str, Option<&str>); 2] {
        let Self { id: _, game_id: _, external_task_id, strategy_id } = self;
        [("external_task_id", Some(external_task_id)), ("strategy_id", strategy_id.as_deref())]
    }

    pub(crate) fn key(&self) -> TaskKey {
        TaskKey::External(self.game_id, self.external_task_id.clone())
    }
}
