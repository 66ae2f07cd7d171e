//! The request to create a task.

use crate::error::TaskError;
use crate::task::{
    Creator, GameOwners, Lifecycle, StrategyId, Task, TaskKey, TaskScope, TaskStatus,
    ValidationError, check_text, serde_object, time,
};
use chrono::{DateTime, Utc};
use std::borrow::Cow;
use uuid::Uuid;

/// The maximum number of tasks in an atomic batch.
pub const MAX_ATOMIC_TASKS: usize = 100_000;

/// The maximum total size of an atomic batch's texts in bytes. They are sent in one parameter, with
/// about a hundred bytes of JSON per task and with quotes and backslashes escaped; MariaDB limits a
/// packet to 16 MiB by default.
pub const MAX_ATOMIC_BYTES: usize = 3 * 1024 * 1024;

/// A task to be created. Text is validated when the task is created, not when it is set.
///
/// The serde names are those of the columns; unknown fields are errors. `id`, `strategyId` and
/// `status` may be left out or `null`, with the same meaning. An empty `id` is an error when it is
/// read, an empty `strategyId` or `status` when the task is created.
///
/// ```
/// use game_tasks::NewTask;
/// use serde_json::{from_value, json};
///
/// let game_id = uuid::Uuid::now_v7();
/// let json = json!({"gameId": game_id, "externalTaskId": "task-login", "status": "draft"});
/// assert_eq!(from_value::<NewTask>(json)?, NewTask::new(game_id, "task-login").status("draft"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Example
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
    /// The status to start with; without one the task is `open`.
    pub status: Option<String>,
}

serde_object! {
    NewTask {
        nullable id: "id",
        required game_id: "gameId",
        required external_task_id: "externalTaskId",
        nullable strategy_id: "strategyId",
        nullable status: "status",
    }
}

impl NewTask {
    /// A task with this external id in this game.
    #[must_use]
    pub fn new(game_id: Uuid, external_task_id: impl Into<String>) -> Self {
        Self {
            id: None,
            game_id,
            external_task_id: external_task_id.into(),
            strategy_id: None,
            status: None,
        }
    }

    /// Sets the id, for callers that must know it before the task is created.
    #[must_use]
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the task's own strategy: a text or a [`StrategyId`], or an `Option` of one, where `None`
    /// means that the task inherits its game's.
    ///
    /// ```
    /// use game_tasks::{NewTask, StrategyId};
    ///
    /// let new = || NewTask::new(uuid::Uuid::now_v7(), "task-login");
    /// let chosen: Option<String> = None;
    /// assert_eq!(new().strategy(chosen).strategy_id, None);
    /// assert_eq!(new().strategy("socio_bee").strategy_id.as_deref(), Some("socio_bee"));
    /// assert_eq!(new().strategy(StrategyId::DEFAULT).strategy_id.as_deref(), Some("default"));
    /// ```
    #[must_use]
    pub fn strategy(mut self, strategy: impl Into<StrategyArg>) -> Self {
        self.strategy_id = strategy.into().0;
        self
    }

    /// Sets the status to start with, such as `closed` for an imported task. The
    /// [`Lifecycle`] of the repository can forbid it. A task that already exists keeps its status.
    #[must_use]
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
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

    /// [Validates](Self::validate) the texts, and checks that the lifecycle allows the status to
    /// start with. Every repository does so before it writes, also for a task that exists.
    ///
    /// ```
    /// use game_tasks::{Lifecycle, NewTask};
    ///
    /// let new = NewTask::new(uuid::Uuid::now_v7(), "task-login").status("closed");
    /// assert!(new.check(&Lifecycle::any()).is_ok());
    /// let error = new.check(&Lifecycle::strict()).expect_err("only `open` is allowed");
    /// assert_eq!(error.to_string(), "status of a new task must not be `closed`");
    /// ```
    ///
    /// # Errors
    /// [`ValidationError`] with the field and the reason.
    pub fn check(&self, lifecycle: &Lifecycle) -> Result<(), ValidationError> {
        self.validate()?;
        lifecycle.check_initial(self.status_or_open())
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

    /// Builds the task to store, for implementations of a repository: created at `now` (the same for
    /// all tasks of one call), with the scope's caller as its creator. `game` is the game of
    /// [`game_id`](Self::game_id), if it exists: a `&Game`, or its [`GameOwners`]. The store itself must
    /// [check](Self::check) the
    /// lifecycle before, and that the id and the external id are not in use.
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
        game: Option<impl Into<GameOwners>>,
        now: DateTime<Utc>,
    ) -> Result<Task, TaskError> {
        self.validate()?;
        let Self { id, game_id, .. } = self;
        let creator = match (scope.creator()?, game.map(Into::into)) {
            (Some(creator), Some(owners)) if scope.can_create_in(&owners) => creator,
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
        let Self { id: _, game_id, external_task_id, strategy_id: _, status: _ } = self;
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
            status: self.status_or_open(),
        }
    }

    /// The strategy to store.
    pub(crate) fn strategy_or_default(&self) -> StrategyId {
        self.strategy_id.clone().map_or(StrategyId::DEFAULT, StrategyId::from_stored)
    }

    /// The status to store.
    pub(crate) fn status_or_open(&self) -> TaskStatus {
        self.status.clone().map_or(TaskStatus::OPEN, TaskStatus::from_stored)
    }

    /// The texts that the caller gave, with the names of their fields.
    fn texts(&self) -> [(&'static str, Option<&str>); 3] {
        let Self { id: _, game_id: _, external_task_id, strategy_id, status } = self;
        [
            ("external_task_id", Some(external_task_id)),
            ("strategy_id", strategy_id.as_deref()),
            ("status", status.as_deref()),
        ]
    }

    pub(crate) fn key(&self) -> TaskKey {
        TaskKey::External(self.game_id, self.external_task_id.clone())
    }
}

/// What [`NewTask::strategy`] accepts: a text, a [`StrategyId`], or an `Option` of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StrategyArg(Option<String>);

impl<S: Into<String>> From<Option<S>> for StrategyArg {
    fn from(strategy: Option<S>) -> Self {
        Self(strategy.map(Into::into))
    }
}

// One by one: an implementation for everything that is `Into<String>` would overlap with that of
// `Option`.
macro_rules! strategy_arg_from_text {
    ($($text:ty),+) => {
        $(impl From<$text> for StrategyArg {
            fn from(strategy: $text) -> Self {
                Self(Some(strategy.into()))
            }
        })+
    };
}

strategy_arg_from_text!(&str, String, &String, Box<str>, Cow<'_, str>, StrategyId, &StrategyId);
