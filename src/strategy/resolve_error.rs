//! [`ResolveError`]: why the object of a strategy was not found, and what a web service reports of it.

use super::resolved::StrategySource;
use crate::error::{ProblemDetails, Retry, TaskError};
use crate::task::StrategyId;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Why the object of a strategy was not found.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The task or its strategy could not be read.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The strategy is neither registered, nor does the loader have it.
    #[error(transparent)]
    Unknown(#[from] UnknownStrategy),
    /// The loader failed.
    #[error("the strategy `{strategy_id}` could not be loaded")]
    Load {
        /// The strategy.
        strategy_id: StrategyId,
        /// The loader's error.
        source: Arc<dyn Error + Send + Sync>,
    },
}

/// A strategy that is stored and not known to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownStrategy {
    /// The strategy.
    pub strategy_id: StrategyId,
    /// Whether the task names it, its game, or neither: then `default` is not registered.
    pub named_by: StrategySource,
    /// The game.
    pub game_id: Uuid,
    /// The task; `None` where a game alone was resolved.
    pub task_id: Option<Uuid>,
}

impl fmt::Display for UnknownStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { strategy_id, named_by, game_id, task_id } = self;
        match (named_by, task_id) {
            (StrategySource::Task, Some(task_id)) => write!(f, "task {task_id}")?,
            (StrategySource::Task | StrategySource::Game, _) => write!(f, "game {game_id}")?,
            (StrategySource::Default, _) => {
                return write!(f, "the strategy `{strategy_id}` is not registered");
            }
        }
        write!(f, " names the strategy `{strategy_id}`, which is not registered")
    }
}

impl Error for UnknownStrategy {}

impl ResolveError {
    /// What to repeat, if repeating can help. Resolving changes nothing.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Task(error) => error.retry(),
            Self::Unknown(_) => Retry::No,
            Self::Load { .. } => Retry::Call,
        }
    }

    /// A stable word for programs: that of the [`TaskError`], `unknown_strategy` or
    /// `strategy_not_loaded`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Task(error) => error.code(),
            Self::Unknown(_) => "unknown_strategy",
            Self::Load { .. } => "strategy_not_loaded",
        }
    }

    /// The HTTP status with which a web service answers: that of the [`TaskError`]; 500 for a strategy
    /// that is stored and unknown, which the client cannot change; 503 where the loader failed.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Task(error) => error.http_status(),
            Self::Unknown(_) => 500,
            Self::Load { .. } => 503,
        }
    }
}

/// As that of a [`TaskError`]. It shows nothing of the loader's error. Log the error itself.
impl From<&ResolveError> for ProblemDetails {
    fn from(error: &ResolveError) -> Self {
        let new = |title| Self::new(error.code(), title, error.http_status(), error.retry());
        match error {
            ResolveError::Task(error) => error.into(),
            ResolveError::Unknown(unknown) => Self {
                game_id: Some(unknown.game_id),
                task_id: unknown.task_id,
                ..new("Unknown strategy")
            },
            ResolveError::Load { .. } => new("Strategy could not be loaded"),
        }
    }
}

impl From<ResolveError> for ProblemDetails {
    fn from(error: ResolveError) -> Self {
        Self::from(&error)
    }
}
