use super::plan::Step;
use crate::error::{DatabaseError, FailureKind};
use std::time::Duration;
use uuid::Uuid;

/// Why a database was not adopted, or not wholly.
///
/// Whatever it is, what was done so far stands and is sound, the old programs go on working,
/// and [`run`](super::run) again takes up where this one ended. No variant shows a value of a
/// row but ids.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// GAME runs on PostgreSQL, and so does adoption.
    #[error("GAME's databases are PostgreSQL, this is {product}")]
    UnsupportedDatabase {
        /// What it is instead.
        product: String,
    },
    /// The tables are not GAME's, in a way that adoption does not mend. Nothing was changed.
    #[error("{table}{} {reason}", .column.as_ref().map(|c| format!(".{c}")).unwrap_or_default())]
    Unfit {
        /// The table.
        table: String,
        /// The column, constraint or index, where it is one.
        column: Option<String>,
        /// What is wrong with it.
        reason: UnfitReason,
    },
    /// Rows that only the owner can decide on, and the plan has no decision. Nothing was
    /// changed, unless old programs wrote the first such row while adoption was under way.
    #[error(
        "the plan does not decide on {duplicate_groups} groups of duplicates, \
         {tasks_without_game} tasks without a game and {games_without_external_id} games \
         without an external id"
    )]
    Undecided {
        /// Groups of tasks with one game and external id, undecided; 0 if there are none or
        /// the plan decides. See [`Plan::duplicates`](super::Plan::duplicates).
        duplicate_groups: u64,
        /// Tasks whose game is null or not there. See
        /// [`Plan::without_game`](super::Plan::without_game).
        tasks_without_game: u64,
        /// Games whose external id is null. See
        /// [`Plan::name_games_by_id`](super::Plan::name_games_by_id).
        games_without_external_id: u64,
    },
    /// The plan names a game that is not there. Nothing was changed.
    #[error("game {game_id}, to which the plan moves tasks, was not found")]
    GameNotFound {
        /// The game.
        game_id: Uuid,
    },
    /// The plan's decision cannot be carried out for this task, because of something that
    /// refers to it, or of a rule of the owner's own. The task and its group are as they were.
    #[error("task {task_id} cannot be {}: {source}", .outcome.done())]
    Stuck {
        /// The task that was to be given up, renamed or moved.
        task_id: Uuid,
        /// What was to become of it.
        outcome: super::Outcome,
        /// What stands in the way: the constraint and its table.
        source: DatabaseError,
    },
    /// A lock was not to be had in all the time that the plan allows: somebody holds on to
    /// one of the tables, or of its rows. (Or a trigger of the owner's keeps a null from being
    /// filled, which looks the same.) Nobody waited longer than the plan's lock timeout for that.
    #[error("{step}: a lock was not to be had in {} s", .waited.as_secs())]
    Locked {
        /// The step that needs it.
        step: Step,
        /// How long it was tried.
        waited: Duration,
    },
    /// The old programs wrote rows that must not be as fast as they were settled.
    #[error("{step}: not done after {rounds} rounds, for others go on writing what it settles")]
    Overtaken {
        /// The step.
        step: Step,
        /// How often it was tried.
        rounds: u32,
    },
    /// Another adoption of this database is under way.
    #[error("another adoption is under way")]
    AlreadyRunning,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(DatabaseError),
}

/// What adoption does not mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnfitReason {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is no plain table.
    #[error("is not a plain table")]
    NotATable,
    /// It has another type.
    #[error("has the type {found}, not {expected}")]
    Type {
        /// The type that it has.
        found: String,
        /// The type that the crate can use: of a text at least 255 characters, of a timestamp
        /// all six digits.
        expected: &'static str,
    },
    /// It may be null, and no rule says what would stand there instead.
    #[error("may be null")]
    Nullable,
    /// It must not be null, and the crate writes rows without it.
    #[error("may not be null")]
    NotNullable,
    /// Its collation takes unequal texts for equal.
    #[error("has a collation that is not deterministic")]
    Collation,
    /// Another thing has the name that adoption would give.
    #[error("is the name of something else")]
    NameTaken,
    /// It is not unique by itself.
    #[error("is not unique")]
    NotUnique,
}

impl AdoptError {
    /// Whether the same plan can get further at another time, without anybody doing anything.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Locked { .. } | Self::Overtaken { .. } | Self::AlreadyRunning => true,
            Self::Database(error) => matches!(
                error.kind(),
                FailureKind::ConnectionLost
                    | FailureKind::Unreachable
                    | FailureKind::Serialization
                    | FailureKind::Timeout
            ),
            _ => false,
        }
    }
}

impl From<DatabaseError> for AdoptError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}
