//! What can go wrong, told so that a caller can act on it.

mod database;
mod kind;
#[cfg(test)]
mod tests;
mod timestamp;

pub(crate) use database::Call;
pub use database::DatabaseError;
pub use kind::{FailureKind, TransactionState};
pub(crate) use timestamp::UnreadableTimestamp;

use crate::task::{TaskKey, TaskStatus, ValidationError, ValidationReason};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

/// Why a call was refused or failed.
///
/// What the crate's rules refuse has changed nothing and leaves the application's
/// transaction usable. No variant shows an API key.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// There is no such task, or not in this game or scope.
    #[error("{key} was not found")]
    NotFound {
        /// The key that was asked for.
        key: TaskKey,
    },
    /// There is no such game, or the scope may not create in it.
    #[error("game {game_id} was not found")]
    GameNotFound {
        /// The game that was named.
        game_id: Uuid,
    },
    /// The game has a task of this name.
    #[error("game {game_id} already has a task {external_task_id:?}")]
    AlreadyExists {
        /// The game.
        game_id: Uuid,
        /// The name that is taken.
        external_task_id: String,
        /// The task that has it, where the scope may see it.
        id: Option<Uuid>,
    },
    /// Another task has the id that the caller gave.
    #[error("the task id {id} is taken")]
    IdTaken {
        /// The id that is taken.
        id: Uuid,
    },
    /// A precondition did not hold.
    #[error("{key} is not as expected: its status is `{status}`, last changed at {updated_at}")]
    Conflict {
        /// The key that was asked for.
        key: TaskKey,
        /// The status that the task has instead.
        status: TaskStatus,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
    },
    /// The patch is empty, or the task is already as the patch would have it.
    #[error("nothing would change")]
    Unchanged,
    /// Another table holds on to the task, or the task names what another table lacks.
    #[error("a reference to or from another table stands in the way: {0}")]
    Referenced(DatabaseError),
    /// The database reported success but wrote nothing: a trigger of the application's (`RETURN
    /// NULL` on PostgreSQL, `RAISE(IGNORE)` on SQLite) or a row security policy skipped the row.
    /// What was asked for exists, and nothing else is in the way; repeating the call does not help.
    #[error("the database skipped the write{}", of_key(key.as_ref()))]
    WriteSkipped {
        /// The task. `None` for a batch of [`create_all`](crate::TaskRepositoryExt::create_all) in
        /// a transaction on PostgreSQL, where nothing can be asked afterwards.
        key: Option<TaskKey>,
        /// Whether the application's transaction is gone: see [`TaskError::transaction_lost`].
        transaction_lost: bool,
    },
    /// A value that breaks a rule.
    #[error("{field} {reason}")]
    Invalid {
        /// The field, in its Rust name.
        field: &'static str,
        /// What is wrong with it.
        reason: ValidationReason,
    },
    /// A cursor that this query cannot go on from.
    #[error("the cursor is of no use here: {0}")]
    InvalidCursor(CursorFault),
    /// One task of an atomic batch was refused, so none was written.
    #[error("task {index} of the batch was refused: {error}")]
    Batch {
        /// Its place in the input, from 0.
        index: usize,
        /// Why it was refused.
        error: Box<TaskError>,
    },
    /// The task has a timestamp that a `DateTime<Utc>` cannot hold: `infinity` or a year after
    /// 262141 on PostgreSQL, a zero date or a date that does not exist on MariaDB, text that is no
    /// date on SQLite. Another program stored it. The call changed nothing.
    ///
    /// Calls that return the task report this. Those that only count, name or change tasks by a
    /// filter work: [`delete_many`](crate::TaskRepositoryExt::delete_many) removes the task, and
    /// [`update_many`](crate::TaskRepositoryExt::update_many) replaces an unreadable `updated_at`
    /// by the present.
    #[error("task {id} has a timestamp that cannot be read in its column {column}")]
    UnreadableTimestamp {
        /// The task.
        id: Uuid,
        /// The column.
        column: &'static str,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(DatabaseError),
    /// `RunToCompletion` found no runtime to run the call in, or the runtime ended before it.
    #[error("the call was not run to completion: {fault}")]
    NotCompleted {
        /// What was wrong with the runtime.
        fault: RuntimeFault,
        /// What repeating the call can cure.
        retry: Retry,
    },
}

/// Why a call was not run to completion in a task of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeFault {
    /// The call was made outside of a tokio runtime. Nothing was sent.
    #[error("the caller is not inside a tokio runtime")]
    Missing,
    /// The runtime was shut down while the call ran.
    #[error("the tokio runtime was shut down")]
    ShutDown,
}

/// What is wrong with a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorFault {
    /// It is no cursor, or it was cut or altered.
    #[error("it is damaged")]
    Damaged,
    /// Another version of the crate made it.
    #[error("another version made it")]
    Version,
    /// It belongs to a query of another order.
    #[error("it belongs to another order")]
    Order,
    /// It belongs to a query with another filter.
    #[error("it belongs to another filter")]
    Filter,
    /// It belongs to another scope.
    #[error("it belongs to another scope")]
    Scope,
}

/// What repeating can cure.
///
/// `No` and `Call` also say that the call has changed nothing. A call of which something was or
/// may have been applied is answered with `Unknown`, or with `Transaction` inside the
/// application's transaction, whatever it was that failed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// Nothing: the same call would end the same way. Nothing of it was applied.
    No,
    /// The call: nothing of it was applied.
    Call,
    /// The application's whole transaction, after it was rolled back. A failure that is not
    /// temporary, and of which only a part of the call had been applied before, will come again.
    Transaction,
    /// Nobody knows: the call, or a part of it, was or may have been applied. Look before
    /// repeating it.
    Unknown,
}

fn of_key(key: Option<&TaskKey>) -> String {
    key.map_or_else(String::new, |key| format!(" of {key}"))
}

impl TaskError {
    /// The database skipped the write of one task, and the transaction is as it was.
    pub(crate) fn skipped(key: TaskKey) -> Self {
        Self::WriteSkipped { key: Some(key), transaction_lost: false }
    }

    /// What to repeat, if repeating can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Database(error) | Self::Referenced(error) => error.retry(),
            Self::Batch { error, .. } => error.retry(),
            Self::NotCompleted { retry, .. } => *retry,
            Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged
            | Self::WriteSkipped { .. }
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::UnreadableTimestamp { .. } => Retry::No,
        }
    }

    /// What is known of the application's transaction in which the call ran: roll it back
    /// unless it is [`Intact`](TransactionState::Intact). Always `Intact` on a pool, and for
    /// what the crate's own rules refuse.
    #[must_use]
    pub fn transaction_state(&self) -> TransactionState {
        match self {
            Self::Database(error) | Self::Referenced(error) => error.transaction_state(),
            Self::Batch { error, .. } => error.transaction_state(),
            Self::WriteSkipped { transaction_lost: true, .. } => TransactionState::Lost,
            Self::WriteSkipped { transaction_lost: false, .. }
            | Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::UnreadableTimestamp { .. }
            | Self::NotCompleted { .. } => TransactionState::Intact,
        }
    }

    /// Whether the application's transaction, in which the call ran, is known to be lost: its
    /// `COMMIT` would save nothing, even where it says OK. Always `false` on a pool.
    ///
    /// `false` does not mean that it can go on: it may be lost all the same. Ask
    /// [`transaction_state`](Self::transaction_state), which tells the two apart.
    #[must_use]
    pub fn transaction_lost(&self) -> bool {
        self.transaction_state() == TransactionState::Lost
    }

    /// The same error of a call of which a part had been applied. Only failures of the database
    /// end a call in the middle; a refusal of the crate's own is found before anything is written.
    pub(crate) fn partially_applied(self, in_transaction: bool) -> Self {
        match self {
            Self::Database(error) => Self::Database(error.partially_applied(in_transaction)),
            Self::Referenced(error) => Self::Referenced(error.partially_applied(in_transaction)),
            error @ (Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged
            | Self::WriteSkipped { .. }
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::Batch { .. }
            | Self::UnreadableTimestamp { .. }
            | Self::NotCompleted { .. }) => error,
        }
    }

    /// SeaORM's error, whose messages may show values of rows, API keys among them.
    #[must_use]
    pub fn into_db_err(self) -> Option<DbErr> {
        match self {
            Self::Database(error) | Self::Referenced(error) => Some(error.into_db_err()),
            Self::Batch { error, .. } => error.into_db_err(),
            Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged
            | Self::WriteSkipped { .. }
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::UnreadableTimestamp { .. }
            | Self::NotCompleted { .. } => None,
        }
    }
}

impl From<ValidationError> for TaskError {
    fn from(invalid: ValidationError) -> Self {
        Self::Invalid { field: invalid.field, reason: invalid.reason }
    }
}

impl From<DatabaseError> for TaskError {
    fn from(error: DatabaseError) -> Self {
        match error.kind() {
            FailureKind::ForeignKeyViolation => Self::Referenced(error),
            _ => Self::Database(error),
        }
    }
}
