use super::plan::Step;
use crate::task::StrategyId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The number of rows that have a property, and the ids of some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AffectedRows {
    /// The number of rows.
    pub count: u64,
    /// The lowest ids, at most [`AffectedRows::MAX_IDS`] of them.
    pub ids: Vec<Uuid>,
}

impl AffectedRows {
    /// The most ids that are listed.
    pub const MAX_IDS: usize = 1_000;
}

/// Tasks that have the same game and external id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateGroup {
    /// Their game.
    pub game_id: Uuid,
    /// Their external id.
    pub external_task_id: String,
    /// Their ids, oldest first, at most [`AffectedRows::MAX_IDS`] of them. The first one keeps its
    /// external id.
    pub ids: Vec<Uuid>,
}

/// Groups of duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateGroups {
    /// The number of groups.
    pub count: u64,
    /// The number of tasks in them.
    pub tasks: u64,
    /// The groups themselves, at most [`DuplicateGroups::MAX_GROUPS`] of them.
    pub groups: Vec<DuplicateGroup>,
}

impl DuplicateGroups {
    /// The most groups that are listed.
    pub const MAX_GROUPS: usize = 10_000;
}

/// A rule for texts. The crate reads texts that break it, and writes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The text must not be empty.
    NotEmpty,
    /// The text must contain more than white space.
    NotBlank,
    /// The text must not exceed [`MAX_TEXT_CHARS`](crate::MAX_TEXT_CHARS).
    NotTooLong,
    /// The text must not contain control characters.
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
pub struct InvalidTexts {
    /// `tasks` or `games`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The rule.
    pub rule: Rule,
    /// The rows. The report omits the texts themselves, because some are API keys.
    pub rows: AffectedRows,
}

/// A strategy id that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StrategyUse {
    /// The id.
    pub strategy_id: StrategyId,
    /// The number of tasks with it.
    pub tasks: u64,
    /// The number of games with it.
    pub games: u64,
    /// Whether it is one of [`GAME_STRATEGIES`](super::GAME_STRATEGIES), or `custom:` and a
    /// UUID. [`Inspection::unknown_strategies`] asks your own registry.
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
    /// The number of rows that refer to a task.
    pub rows: u64,
    /// The number of rows that refer to a duplicate other than the oldest of its group.
    /// [`Duplicates::KeepOldest`](super::Duplicates::KeepOldest) would change them.
    pub to_duplicates: u64,
}

/// A game whose tasks use another strategy once they inherit the game's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InheritanceChange {
    /// The game.
    pub game_id: Uuid,
    /// Its external id, if it has one.
    pub external_game_id: Option<String>,
    /// The game's strategy.
    pub strategy_id: StrategyId,
    /// The number of its tasks that store `default`, and so would inherit.
    pub tasks: u64,
}

/// What adoption would find and do. Returned by [`inspect`](super::inspect).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inspection {
    /// The number of tasks.
    pub tasks: u64,
    /// The number of games.
    pub games: u64,
    /// Tasks that lack one or both timestamps.
    pub tasks_without_timestamps: AffectedRows,
    /// Games that lack one or both timestamps.
    pub games_without_timestamps: AffectedRows,
    /// Tasks with a timestamp that a `DateTime<Utc>` cannot hold: `infinity`, or a year after
    /// 262141. Adoption does not change them, and calls that would return one fail with
    /// [`TaskError::UnreadableTimestamp`](crate::TaskError::UnreadableTimestamp). Correct them.
    pub tasks_with_unreadable_timestamps: AffectedRows,
    /// Games with such a timestamp. Adoption does not change them; the driver panics when SeaORM
    /// reads one.
    pub games_with_unreadable_timestamps: AffectedRows,
    /// Games whose strategy is null, which becomes `default`.
    pub games_without_strategy: AffectedRows,
    /// Games whose external id is null: the plan decides
    /// ([`Plan::name_games_by_id`](super::Plan::name_games_by_id)).
    pub games_without_external_id: AffectedRows,
    /// Tasks whose game is null or does not exist: the plan decides
    /// ([`Plan::orphans`](super::Plan::orphans)).
    pub tasks_without_game: AffectedRows,
    /// Tasks of the same game and external id: the plan decides
    /// ([`Plan::duplicates`](super::Plan::duplicates)).
    pub duplicates: DuplicateGroups,
    /// Texts that break the crate's rules. Adoption does not change them.
    pub invalid_texts: Vec<InvalidTexts>,
    /// Every strategy id in use, the most used first.
    pub strategies: Vec<StrategyUse>,
    /// The foreign keys that refer to tasks.
    pub references: Vec<References>,
    /// The games whose tasks use another strategy once they inherit it, the most tasks first.
    pub inheritance_changes: Vec<InheritanceChange>,
    /// The steps that [`run`](super::run) would take. Empty if the database is adopted.
    pub steps: Vec<Step>,
}

impl Inspection {
    /// The strategy ids in use that `knows` rejects.
    pub fn unknown_strategies(
        &self,
        knows: impl Fn(&StrategyId) -> bool,
    ) -> impl Iterator<Item = &StrategyUse> {
        self.strategies.iter().filter(move |used| !knows(&used.strategy_id))
    }
}

/// What was done with a row that the plan decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is the oldest of its group, and is unchanged.
    Kept,
    /// It has another external id.
    Renamed {
        /// The new external id.
        to: String,
    },
    /// It was deleted, and the rows that referred to it refer to another task.
    Merged {
        /// The oldest of its group.
        into: Uuid,
        /// The number of rows that now refer to that one.
        references: u64,
    },
    /// It was moved to a game.
    Moved {
        /// The game.
        game_id: Uuid,
    },
    /// It was deleted.
    SetAside,
}

impl Outcome {
    /// The outcome in sentences and in the audit table.
    pub(super) fn participle(&self) -> &'static str {
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
        f.pad(self.participle())
    }
}

/// A row that the plan decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolvedTask {
    /// The task's id.
    pub task_id: Uuid,
    /// The game before adoption.
    pub game_id: Option<Uuid>,
    /// The external id before adoption.
    pub external_task_id: String,
    /// What was done with it.
    pub outcome: Outcome,
    /// When that was done.
    pub at: DateTime<Utc>,
}

/// What an adoption did. Returned by [`run`](super::run).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Adoption {
    /// The steps that changed something. Empty if the database was adopted before.
    pub steps: Vec<Step>,
    /// The number of tasks whose nulls were filled, without those that were renamed or moved.
    pub tasks_filled: u64,
    /// The number of games whose nulls were filled.
    pub games_filled: u64,
    /// Every row that was kept, renamed, merged, moved or set aside, in the order in which that was
    /// done. It is read from [`AUDIT_TABLE`](super::AUDIT_TABLE), so it includes earlier runs.
    pub resolved: Vec<ResolvedTask>,
}

impl Adoption {
    /// The number of resolved rows with this outcome, named as `Outcome`'s `Display` shows it.
    #[must_use]
    pub fn count(&self, outcome: &str) -> usize {
        self.resolved.iter().filter(|one| one.outcome.participle() == outcome).count()
    }
}
