//! The rule of inheritance, and its result.

use crate::task::{StrategyId, Task};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The origin of an effective strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StrategySource {
    /// The task has a strategy of its own.
    Task,
    /// The task has none, and inherits its game's.
    Game,
    /// Neither has a strategy, so `default` applies.
    Default,
}

impl StrategySource {
    /// The origin in words, for the strategy of a task.
    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Self::Task => "the task's own",
            Self::Game => "inherited from the game",
            Self::Default => "since neither the task nor its game has one",
        }
    }
}

impl std::fmt::Display for StrategySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Task => "task",
            Self::Game => "game",
            Self::Default => "default",
        })
    }
}

/// Whether a task without a strategy of its own inherits its game's.
///
/// ```
/// use game_tasks::{Inheritance, ResolvedStrategy, StrategyId};
/// use uuid::Uuid;
///
/// let (task, game) = (Uuid::now_v7(), Uuid::now_v7());
/// let effective = |inheritance| {
///     let of_game = Some(StrategyId::new("socio_bee")?);
///     let resolved =
///         ResolvedStrategy::of(task, game, StrategyId::DEFAULT, of_game, inheritance);
///     Ok::<_, game_tasks::ValidationError>(resolved.strategy_id)
/// };
/// assert_eq!(effective(Inheritance::FromGame)?, "socio_bee");
/// assert_eq!(effective(Inheritance::Never)?, "default");
/// # Ok::<(), game_tasks::ValidationError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Inheritance {
    /// It inherits, as GAME's documentation describes.
    #[default]
    FromGame,
    /// It does not: the stored strategy is the effective one, as GAME's code behaves. For
    /// applications that migrate from GAME.
    Never,
}

/// An [`Inheritance`] for all games, and those of games that differ from it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inheritances {
    elsewhere: Inheritance,
    games: Arc<HashMap<Uuid, Inheritance>>,
}

impl Inheritances {
    pub(crate) fn everywhere(&mut self, inheritance: Inheritance) {
        self.elsewhere = inheritance;
    }

    pub(crate) fn in_games(
        &mut self,
        games: impl IntoIterator<Item = Uuid>,
        inheritance: Inheritance,
    ) {
        let games = games.into_iter().map(|game| (game, inheritance));
        Arc::make_mut(&mut self.games).extend(games);
    }

    pub(crate) fn of(&self, game: Uuid) -> Inheritance {
        self.games.get(&game).copied().unwrap_or(self.elsewhere)
    }
}

/// The effective strategy of a task. Its `Display` states the origin.
///
/// ```
/// use game_tasks::{ResolvedStrategy, StrategyId, StrategySource};
/// use uuid::Uuid;
///
/// let resolved = ResolvedStrategy {
///     task_id: Uuid::nil(),
///     game_id: Uuid::nil(),
///     strategy_id: StrategyId::new("socio_bee")?,
///     source: StrategySource::Game,
/// };
/// assert_eq!(resolved.to_string(), "socio_bee, inherited from the game");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ResolvedStrategy {
    /// The task.
    #[serde(rename = "taskId")]
    pub task_id: Uuid,
    /// Its game.
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// The effective strategy.
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// The origin of the strategy.
    pub source: StrategySource,
}

impl ResolvedStrategy {
    /// Applies the rule of inheritance, for stores that resolve strategies themselves.
    ///
    /// The result is the task's own strategy, else the game's (with [`Inheritance::FromGame`]),
    /// else `default`. A strategy that [is `default`](StrategyId::is_default), or blank in a
    /// database, counts as none.
    #[must_use]
    pub fn of(
        task_id: Uuid,
        game_id: Uuid,
        own: StrategyId,
        game: Option<StrategyId>,
        inheritance: Inheritance,
    ) -> Self {
        if !own.is_default() {
            return Self { task_id, game_id, strategy_id: own, source: StrategySource::Task };
        }
        let ResolvedGame { game_id, strategy_id, source } =
            ResolvedGame::of(game_id, game, inheritance);
        Self { task_id, game_id, strategy_id, source }
    }
}

impl std::fmt::Display for ResolvedStrategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.strategy_id, self.source.explanation())
    }
}

/// A task and its effective strategy, read by one statement. Its `Display` names both and states the
/// origin.
///
/// ```
/// use game_tasks::{Game, InMemoryTaskRepository, NewTask, ResolveStrategyExt, StrategyId};
/// use game_tasks::TaskRepositoryExt;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let tasks = InMemoryTaskRepository::new();
/// let game = Game::new("bees-2026").strategy(StrategyId::new("socio_bee")?);
/// tasks.add_game(game.clone());
/// tasks.create(NewTask::new(game.id, "task-login")).await?;
///
/// let resolved = tasks.resolve_with_task((game.id, "task-login")).await?;
/// assert!(resolved.task.status.is_open());
/// assert_eq!(resolved.to_string(), "\"task-login\": socio_bee, inherited from the game");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ResolvedTask {
    /// The task.
    pub task: Task,
    /// The effective strategy.
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// The origin of the strategy.
    pub source: StrategySource,
}

impl ResolvedTask {
    /// The task with what was resolved for it.
    #[must_use]
    pub fn new(task: Task, resolved: ResolvedStrategy) -> Self {
        Self { task, strategy_id: resolved.strategy_id, source: resolved.source }
    }
}

impl std::fmt::Display for ResolvedTask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { task, strategy_id, source } = self;
        write!(f, "{:?}: {strategy_id}, {}", task.external_task_id, source.explanation())
    }
}

/// The effective strategy of a game: the one of its tasks that have none of their own. Its `Display`
/// states the origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ResolvedGame {
    /// The game.
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// The effective strategy.
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// The origin of the strategy: the game or the default.
    pub source: StrategySource,
}

impl ResolvedGame {
    /// Applies the rule of inheritance to a task without a strategy of its own, for stores that resolve
    /// strategies themselves.
    #[must_use]
    pub fn of(game_id: Uuid, game: Option<StrategyId>, inheritance: Inheritance) -> Self {
        let inherited = match inheritance {
            Inheritance::FromGame => game.filter(|strategy| !strategy.is_default()),
            Inheritance::Never => None,
        };
        let (strategy_id, source) = match inherited {
            Some(strategy) => (strategy, StrategySource::Game),
            None => (StrategyId::DEFAULT, StrategySource::Default),
        };
        Self { game_id, strategy_id, source }
    }
}

impl std::fmt::Display for ResolvedGame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.source {
            StrategySource::Task | StrategySource::Game => "the game's",
            StrategySource::Default => "since the game has none",
        };
        write!(f, "{}, {why}", self.strategy_id)
    }
}
