use super::plan::Step;
use crate::task::StrategyId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many there are of a kind, and the ids of the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// How many rows.
    pub count: u64,
    /// The ids of the first, at most [`Found::MOST_IDS`] of them.
    pub ids: Vec<Uuid>,
}

impl Found {
    /// How many ids are listed at the most.
    pub const MOST_IDS: usize = 1_000;
}

/// Tasks that have the same game and external id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateGroup {
    /// Their game.
    pub game_id: Uuid,
    /// Their external id.
    pub external_task_id: String,
    /// Their ids, the one that would be kept first. Of more than [`Found::MOST_IDS`] the first.
    pub ids: Vec<Uuid>,
}

/// Groups of duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateGroups {
    /// How many groups there are.
    pub count: u64,
    /// How many tasks are in them.
    pub tasks: u64,
    /// The groups themselves, at most [`DuplicateGroups::MOST`] of them.
    pub groups: Vec<DuplicateGroup>,
}

impl DuplicateGroups {
    /// How many groups are listed at the most.
    pub const MOST: usize = 10_000;
}

/// Which rule a text breaks. The crate reads such a text, and writes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// It is empty.
    NotEmpty,
    /// It has nothing but white space.
    NotBlank,
    /// It is longer than [`MAX_TEXT_CHARS`](crate::MAX_TEXT_CHARS).
    NotTooLong,
    /// It has a control character.
    NoControlCharacter,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::NotEmpty => "empty",
            Self::NotBlank => "blank",
            Self::NotTooLong => "longer than 255 characters",
            Self::NoControlCharacter => "with control characters",
        })
    }
}

/// Texts of one column that break one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokenTexts {
    /// `tasks` or `games`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The rule.
    pub rule: Rule,
    /// The rows. The texts themselves are not in the report: some are API keys.
    pub rows: Found,
}

/// A strategy id that rows name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StrategyUse {
    /// The id.
    pub strategy_id: StrategyId,
    /// How many tasks name it.
    pub tasks: u64,
    /// How many games name it.
    pub games: u64,
    /// Whether it is one of [`GAME_STRATEGIES`](super::GAME_STRATEGIES), or `custom:` and a
    /// UUID. Ask your own registry with [`Inspection::unknown_strategies`].
    pub known: bool,
}

/// A foreign key that refers to tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct References {
    /// The constraint's name.
    pub constraint: String,
    /// The table that refers to tasks, with its schema: `public.tasksparams`.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The columns of tasks that they refer to.
    pub referenced: Vec<String>,
    /// How many of its rows refer to a task.
    pub rows: u64,
    /// How many of those refer to a duplicate other than the oldest of its group, which
    /// [`Duplicates::KeepOldest`](super::Duplicates::KeepOldest) would move.
    pub to_duplicates: u64,
}

/// A game of which tasks run by another strategy once inheritance is switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InheritanceChange {
    /// The game.
    pub game_id: Uuid,
    /// Its external id, where it has one.
    pub external_game_id: Option<String>,
    /// The strategy that its tasks would inherit.
    pub strategy_id: StrategyId,
    /// How many tasks would: those that store `default`.
    pub tasks: u64,
}

/// What adoption would meet, and do. Made by [`inspect`](super::inspect).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inspection {
    /// How many tasks there are.
    pub tasks: u64,
    /// How many games there are.
    pub games: u64,
    /// Tasks without one of their timestamps or both.
    pub tasks_without_timestamps: Found,
    /// Games without one of their timestamps or both.
    pub games_without_timestamps: Found,
    /// Tasks with a timestamp that a `DateTime<Utc>` cannot hold: `infinity`, or a year after
    /// 262141. They stay as they are, and calls that would return one report
    /// [`TaskError::UnreadableTimestamp`](crate::TaskError::UnreadableTimestamp): give them other
    /// timestamps.
    pub tasks_with_unreadable_timestamps: Found,
    /// Games with such a timestamp. They stay as they are; the driver panics when SeaORM reads
    /// one.
    pub games_with_unreadable_timestamps: Found,
    /// Games whose strategy is null, which becomes `default`.
    pub games_without_strategy: Found,
    /// Games whose external id is null: the owner decides
    /// ([`Plan::name_games_by_id`](super::Plan::name_games_by_id)).
    pub games_without_external_id: Found,
    /// Tasks whose game is null or not there: the owner decides
    /// ([`Plan::without_game`](super::Plan::without_game)).
    pub tasks_without_game: Found,
    /// Tasks of the same game and external id: the owner decides
    /// ([`Plan::duplicates`](super::Plan::duplicates)).
    pub duplicates: DuplicateGroups,
    /// Texts outside the rules, which stay as they are.
    pub broken_texts: Vec<BrokenTexts>,
    /// Every strategy id that is named, the most used first.
    pub strategies: Vec<StrategyUse>,
    /// What refers to tasks.
    pub references: Vec<References>,
    /// The games whose tasks change when inheritance is switched on, the most tasks first.
    pub inheritance_changes: Vec<InheritanceChange>,
    /// The steps that [`run`](super::run) would take. None: the database is adopted.
    pub steps: Vec<Step>,
}

impl Inspection {
    /// The strategy ids in use that are not known to whoever is asked.
    pub fn unknown_strategies(
        &self,
        knows: impl Fn(&StrategyId) -> bool,
    ) -> impl Iterator<Item = &StrategyUse> {
        self.strategies.iter().filter(move |used| !knows(&used.strategy_id))
    }
}

/// What became of a row that only the owner could decide on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is the oldest of its group, and is as it was.
    Kept,
    /// It has another external id.
    Renamed {
        /// The external id that it has now.
        to: String,
    },
    /// It is gone from the table; what referred to it refers to another.
    Merged {
        /// The oldest of its group.
        into: Uuid,
        /// How many rows were made to refer to that one.
        references: u64,
    },
    /// It belongs to a game now.
    Moved {
        /// The game.
        game_id: Uuid,
    },
    /// It is gone from the table.
    SetAside,
}

impl Outcome {
    /// As a past participle, for sentences and for the record.
    pub(super) fn done(&self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Renamed { .. } => "renamed",
            Self::Merged { .. } => "merged",
            Self::Moved { .. } => "moved",
            Self::SetAside => "set aside",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.done())
    }
}

/// One row that an adoption settled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// The task's id.
    pub task_id: Uuid,
    /// The game that it had.
    pub game_id: Option<Uuid>,
    /// The external id that it had.
    pub external_task_id: String,
    /// What became of it.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
}

/// What an adoption did. Made by [`run`](super::run).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Adoption {
    /// The steps in which there was something to do. None: the database was adopted before.
    pub steps: Vec<Step>,
    /// How many tasks had nulls filled, besides those that were filled as they were renamed or moved.
    pub tasks_filled: u64,
    /// How many games had nulls filled.
    pub games_filled: u64,
    /// Every row that was kept, renamed, merged, moved or set aside, in that order of events;
    /// also by earlier runs, which may have been cut off, for it is read from
    /// [`RECORD`](super::RECORD).
    pub settled: Vec<Settled>,
}

impl Adoption {
    /// How many of the settled rows had this outcome, as `Outcome`'s `Display` tells it.
    #[must_use]
    pub fn count(&self, outcome: &str) -> usize {
        self.settled.iter().filter(|one| one.outcome.done() == outcome).count()
    }
}
