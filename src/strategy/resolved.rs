use crate::task::StrategyId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Where an effective strategy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrategySource {
    /// The task has one of its own.
    Task,
    /// The task has none; its game has one.
    Game,
    /// Neither has one.
    Default,
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inheritance {
    /// It does, as GAME's documentation promises.
    #[default]
    FromGame,
    /// It does not: the stored value is the effective one, as GAME's code has it. For those
    /// who move over.
    Never,
}

/// Which games' tasks inherit: one answer for all, and games that differ from it.
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
        let named = games.into_iter().map(|game| (game, inheritance));
        Arc::make_mut(&mut self.games).extend(named);
    }

    pub(crate) fn of(&self, game: Uuid) -> Inheritance {
        self.games.get(&game).copied().unwrap_or(self.elsewhere)
    }
}

/// The effective strategy of a task. `Display` explains it.
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
pub struct ResolvedStrategy {
    /// The task.
    #[serde(rename = "taskId")]
    pub task_id: Uuid,
    /// Its game.
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// The strategy that it runs by.
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// Where that comes from.
    pub source: StrategySource,
}

impl ResolvedStrategy {
    /// The rule: the task's own, unless it [means none](StrategyId::is_default) (`default`, or
    /// blank in a database); the game's, unless it means none, too; `default`. For stores that
    /// resolve for themselves.
    #[must_use]
    pub fn of(
        task_id: Uuid,
        game_id: Uuid,
        own: StrategyId,
        game: Option<StrategyId>,
        inheritance: Inheritance,
    ) -> Self {
        let inherited = match inheritance {
            Inheritance::FromGame => game.filter(|strategy| !strategy.is_default()),
            Inheritance::Never => None,
        };
        let (strategy_id, source) = match inherited {
            _ if !own.is_default() => (own, StrategySource::Task),
            Some(strategy) => (strategy, StrategySource::Game),
            None => (StrategyId::DEFAULT, StrategySource::Default),
        };
        Self { task_id, game_id, strategy_id, source }
    }
}

impl std::fmt::Display for ResolvedStrategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.source {
            StrategySource::Task => "the task's own",
            StrategySource::Game => "inherited from the game",
            StrategySource::Default => "since neither the task nor its game has one",
        };
        write!(f, "{}, {why}", self.strategy_id)
    }
}
