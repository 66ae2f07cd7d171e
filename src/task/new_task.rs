//! What callers ask to be created: new tasks, and what became of them.

use crate::error::TaskError;
use crate::task::{
    Game, StrategyId, Task, TaskKey, TaskScope, TaskStatus, ValidationError, ValidationReason,
    check_text, input, time,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A task to be created. Text is judged when it is written.
///
/// Serde uses the column names, and refuses fields that it does not know. `id` and `strategyId`
/// may be left out or `null`, which is the same for both; an empty `id` is an error, and an empty
/// `strategyId` is text like any other, refused when it is written.
///
/// ```
/// use game_tasks::NewTask;
///
/// let game_id = uuid::Uuid::now_v7();
/// let task = NewTask::new(game_id, "task-share-photo").strategy("socio_bee");
/// assert_eq!(task.external_task_id, "task-share-photo");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct NewTask {
    /// The id that the task is to have; the crate makes one (version 7) where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The game that it belongs to.
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// The caller's name for it, unique in its game.
    #[serde(rename = "externalTaskId")]
    pub external_task_id: String,
    /// Its own strategy; none means that it inherits its game's.
    #[serde(rename = "strategyId", skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<String>,
}

input::from_object! {
    NewTask {
        nullable id: "id",
        required game_id: "gameId",
        required external_task_id: "externalTaskId",
        nullable strategy_id: "strategyId",
    }
    |_| Ok(())
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
    /// [`ValidationError`] with the field and the reason.
    pub fn validate(&self) -> Result<(), ValidationError> {
        check_text("external_task_id", &self.external_task_id)?;
        match &self.strategy_id {
            Some(strategy) => check_text("strategy_id", strategy),
            None => Ok(()),
        }
    }

    /// Refuses a batch that is too large to be written at once, as every repository does before
    /// it looks at the tasks.
    ///
    /// # Errors
    /// [`ValidationError`] for more than [`MAX_ATOMIC_TASKS`] tasks or [`MAX_ATOMIC_BYTES`] of text.
    pub fn validate_atomic_batch(tasks: &[Self]) -> Result<(), ValidationError> {
        let too_large = |max: usize| {
            Err(ValidationError::new("tasks", ValidationReason::TooLarge { max: max as u64 }))
        };
        if tasks.len() > MAX_ATOMIC_TASKS {
            return too_large(MAX_ATOMIC_TASKS);
        }
        let strategy = |task: &Self| task.strategy_id.as_ref().map_or(0, String::len);
        let bytes: usize =
            tasks.iter().map(|task| task.external_task_id.len() + strategy(task)).sum();
        if bytes > MAX_ATOMIC_BYTES { too_large(MAX_ATOMIC_BYTES) } else { Ok(()) }
    }

    /// The row that this becomes in a game of a store's: `open`, created at this moment (all
    /// tasks of one call at the same), stamped with the scope's caller. `game` is the game of
    /// [`game_id`](Self::game_id), if there is one. Whether the name and the id are free, only
    /// the store knows.
    ///
    /// # Errors
    /// [`TaskError::Invalid`]; [`TaskError::GameNotFound`] without a game, or where the scope
    /// may not create in it.
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
        let creator = match (scope.creator()?, game) {
            (Some(creator), Some(game)) if scope.can_create_in(game) => creator,
            _ => return Err(TaskError::GameNotFound { game_id: self.game_id }),
        };
        let now = time::floor(now);
        Ok(Task {
            id: self.id.unwrap_or_else(Uuid::now_v7),
            created_at: now,
            updated_at: now,
            api_key_used: creator.api_key_used,
            oauth_user_id: creator.oauth_user_id,
            external_task_id: self.external_task_id.clone(),
            game_id: self.game_id,
            strategy_id: self.strategy_or_default(),
            status: TaskStatus::OPEN,
        })
    }

    /// The strategy that is stored.
    pub(crate) fn strategy_or_default(&self) -> StrategyId {
        self.strategy_id.clone().map_or(StrategyId::DEFAULT, StrategyId::from_stored)
    }

    pub(crate) fn key(&self) -> TaskKey {
        TaskKey::External(self.game_id, self.external_task_id.clone())
    }
}

/// The most tasks that an atomic batch may have.
pub const MAX_ATOMIC_TASKS: usize = 100_000;

/// The most bytes that the texts of an atomic batch may have together: it travels in one
/// parameter, with about a hundred bytes around each task and each quote and backslash
/// escaped, and MariaDB's packets end at 16 MiB unless it was told otherwise.
pub const MAX_ATOMIC_BYTES: usize = 3 * 1024 * 1024;
