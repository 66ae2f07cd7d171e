use super::plan::Step;
use crate::error::{DatabaseError, FailureKind};
use std::time::Duration;
use uuid::Uuid;

/// Why a database was not adopted, or not completely.
///
/// The steps that were completed remain valid, GAME's programs go on working, and another
/// [`run`](super::run) continues where this one ended. Of a row's values, variants show only ids.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// The database is not PostgreSQL, on which GAME runs.
    #[error("GAME's databases are PostgreSQL, this is {product}")]
    UnsupportedDatabase {
        /// The database.
        product: String,
    },
    /// The tables differ from GAME's in a way that adoption does not correct. Nothing was changed.
    #[error("{table}{} {reason}", .column.as_ref().map(|c| format!(".{c}")).unwrap_or_default())]
    IncompatibleSchema {
        /// The table.
        table: String,
        /// The column, constraint or index; `None` for the table itself.
        column: Option<String>,
        /// What is wrong with it.
        reason: Incompatibility,
    },
    /// The plan does not decide on rows that adoption has to change. Nothing was changed, unless
    /// GAME's programs wrote the first such row during adoption.
    #[error(
        "the plan does not decide on {duplicate_groups} groups of duplicates, \
         {tasks_without_game} tasks without a game and {games_without_external_id} games \
         without an external id"
    )]
    Undecided {
        /// Groups of tasks with the same game and external id; 0 if there are none or the plan
        /// decides on them. See [`Plan::duplicates`](super::Plan::duplicates).
        duplicate_groups: u64,
        /// Tasks whose game is null or does not exist. See
        /// [`Plan::orphans`](super::Plan::orphans).
        tasks_without_game: u64,
        /// Games whose external id is null. See
        /// [`Plan::name_games_by_id`](super::Plan::name_games_by_id).
        games_without_external_id: u64,
    },
    /// The plan names a game that does not exist. Nothing was changed.
    #[error("game {game_id}, to which the plan moves tasks, was not found")]
    GameNotFound {
        /// The game.
        game_id: Uuid,
    },
    /// A foreign key, another constraint or a trigger prevented the plan's decision on this task.
    /// The task and its group are unchanged.
    #[error("task {task_id} cannot be {}: {source}", .outcome.participle())]
    Blocked {
        /// The task that was to be merged, renamed, moved or set aside.
        task_id: Uuid,
        /// The outcome that was prevented.
        outcome: super::Outcome,
        /// The failure, with the constraint and its table.
        source: DatabaseError,
    },
    /// A lock was not granted within [`Plan::give_up_after`](super::Plan::give_up_after), because
    /// another session holds a lock on a table or its rows. (A trigger that keeps a null from being
    /// filled has the same effect.) No other session waited for longer than the plan's lock timeout.
    #[error("{step}: a lock was not granted in {} s", .waited.as_secs())]
    Locked {
        /// The step that needs the lock.
        step: Step,
        /// How long the step waited.
        waited: Duration,
    },
    /// GAME's programs wrote rows that need a decision as fast as the step resolved them.
    #[error(
        "{step}: not done after {rounds} rounds, because other programs keep writing such rows"
    )]
    OutpacedByWriters {
        /// The step.
        step: Step,
        /// The number of attempts.
        rounds: u32,
    },
    /// A pooler lends the server connection to other clients between two transactions. They would
    /// keep the lock and the settings of an adoption. Nothing was changed.
    #[error(
        "a pooler shares the server connection with other clients: connect to PostgreSQL directly, \
         or through PgBouncer in session mode"
    )]
    SharedConnection,
    /// Another adoption of this database is running.
    #[error("another adoption is running")]
    AlreadyRunning,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(DatabaseError),
}

/// What adoption does not correct.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incompatibility {
    /// It does not exist.
    #[error("is missing")]
    Missing,
    /// It is not a plain table.
    #[error("is not a plain table")]
    NotATable,
    /// The column has another type.
    #[error("has the type {found}, not {expected}")]
    Type {
        /// The type of the column.
        found: String,
        /// The type that the crate can use.
        expected: &'static str,
    },
    /// The column is nullable, and there is no rule to fill it.
    #[error("may be null")]
    Nullable,
    /// The column is NOT NULL, and the crate writes nulls to it.
    #[error("may not be null")]
    NotNullable,
    /// The collation treats unequal texts as equal.
    #[error("has a collation that is not deterministic")]
    Collation,
    /// Something else has the name that adoption would give.
    #[error("is the name of something else")]
    NameTaken,
    /// No unique index is on this column alone.
    #[error("is not unique")]
    NotUnique,
}

impl AdoptError {
    /// Whether running the same plan again later can succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Locked { .. } | Self::OutpacedByWriters { .. } | Self::AlreadyRunning => true,
            Self::Database(error) => matches!(
                error.kind(),
                FailureKind::ConnectionLost
                    | FailureKind::Unreachable
                    | FailureKind::Serialization
                    | FailureKind::Timeout
            ),
            Self::UnsupportedDatabase { .. }
            | Self::SharedConnection
            | Self::IncompatibleSchema { .. }
            | Self::Undecided { .. }
            | Self::GameNotFound { .. }
            | Self::Blocked { .. } => false,
        }
    }
}

impl From<DatabaseError> for AdoptError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}
