//! The errors of the repository, by what a caller can do about them.

mod database;
mod http;
mod kind;
#[cfg(test)]
mod own_statement_tests;
mod problem;
#[cfg(test)]
mod tests;
mod timestamp;
#[cfg(test)]
mod web_tests;

pub(crate) use database::Call;
pub use database::DatabaseError;
pub use kind::{FailureKind, TransactionState};
pub use problem::ProblemDetails;
pub(crate) use timestamp::UnreadableTimestamp;

use crate::task::{Task, TaskKey, TaskStatus, ValidationError, ValidationReason, json_name};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, TransactionError};
use uuid::Uuid;

/// Why a call was refused or failed.
///
/// A call that the crate's own rules refuse has changed nothing, and leaves the application's
/// transaction usable. No variant shows an API key.
///
/// Two failures of a database are equal if all that they show is: see [`DatabaseError`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The task does not exist, or not in this game or scope.
    #[error("{key} was not found")]
    NotFound {
        /// The requested key.
        key: TaskKey,
    },
    /// The game does not exist, or the scope may not create tasks in it.
    #[error("game {game_id} was not found")]
    GameNotFound {
        /// The game.
        game_id: Uuid,
    },
    /// The game has a task with this external id.
    #[error("game {game_id} already has a task {external_task_id:?}")]
    AlreadyExists {
        /// The game.
        game_id: Uuid,
        /// The external id that is taken.
        external_task_id: String,
        /// The existing task, if the scope may see it.
        id: Option<Uuid>,
    },
    /// Another game has this external id.
    #[error("a game {external_game_id:?} already exists")]
    GameAlreadyExists {
        /// The external id that is taken.
        external_game_id: String,
        /// The existing game.
        id: Uuid,
    },
    /// Another task, or another game, has the id that the caller gave.
    #[error("the id {id} is taken")]
    IdTaken {
        /// The id that is taken.
        id: Uuid,
    },
    /// A precondition did not hold.
    #[error("{key} is not as expected: its status is `{status}`, last changed at {updated_at}")]
    Conflict {
        /// The requested key.
        key: TaskKey,
        /// The actual status of the task.
        status: TaskStatus,
        /// When the task was last changed.
        updated_at: DateTime<Utc>,
    },
    /// The task already has the values of the patch, or the patch sets no field. An idempotent
    /// `PATCH` returns the task:
    ///
    /// ```
    /// use game_tasks::{Task, TaskError, TaskKey, TaskPatch, TaskRepositoryExt};
    ///
    /// async fn patch(
    ///     tasks: &impl TaskRepositoryExt,
    ///     key: TaskKey,
    ///     patch: TaskPatch,
    /// ) -> Result<Task, TaskError> {
    ///     match tasks.update(key, patch).await {
    ///         Err(TaskError::Unchanged { task, .. }) => Ok(*task),
    ///         updated => updated,
    ///     }
    /// }
    /// ```
    #[error("{key} would not change")]
    Unchanged {
        /// The requested key.
        key: TaskKey,
        /// The task as it is.
        task: Box<Task>,
    },
    /// A foreign key was violated: another table refers to the task, or the task refers to a row that
    /// does not exist.
    #[error("a reference to or from another table prevents this: {0}")]
    Referenced(DatabaseError),
    /// The database reported success but wrote nothing: an application's trigger (`RETURN NULL` on
    /// PostgreSQL, `RAISE(IGNORE)` on SQLite) or a row security policy skipped the row. Repeating the
    /// call does not help.
    #[error("the database skipped the write{}", of_key(key.as_ref()))]
    WriteSkipped {
        /// The task. `None` for a [`Game`](crate::Game), and for a batch of
        /// [`create_all`](crate::TaskRepositoryExt::create_all) in a transaction on PostgreSQL, which
        /// is aborted and so cannot be queried.
        key: Option<TaskKey>,
        /// Whether the application's transaction is gone: see [`TaskError::transaction_lost`].
        transaction_lost: bool,
    },
    /// A value that breaks a rule. `Display` names the field as JSON does.
    #[error("{} {reason}", json_name(.field))]
    Invalid {
        /// The field, in its Rust name; [`TaskError::json_field`] returns the one in JSON.
        field: &'static str,
        /// What is wrong with it.
        reason: ValidationReason,
    },
    /// The cursor does not fit this query.
    #[error("the cursor does not fit this query: {0}")]
    InvalidCursor(CursorFault),
    /// One task of an atomic batch was refused, so none was written.
    #[error("task {index} of the batch was refused: {error}")]
    Batch {
        /// Its index in the input.
        index: usize,
        /// Why it was refused.
        error: Box<TaskError>,
    },
    /// The task has a timestamp that a `DateTime<Utc>` cannot hold: `infinity` or a year after
    /// 262141 on PostgreSQL, a zero date or an impossible date on MariaDB and MySQL, text that is not a date on
    /// SQLite. Another program stored it. The call changed nothing.
    ///
    /// Calls that return the task fail with this. Calls that count, delete or change tasks by a
    /// filter work: [`delete_many`](crate::TaskRepositoryExt::delete_many) removes the task, and
    /// [`update_many`](crate::TaskRepositoryExt::update_many) replaces an unreadable `updated_at`
    /// by the current time.
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
    /// `RunToCompletion` found no tokio runtime, or the runtime was shut down during the call.
    #[error("the call was not run to completion: {fault}")]
    NotCompleted {
        /// What was wrong with the runtime.
        fault: RuntimeFault,
        /// What to repeat, if repeating can help.
        retry: Retry,
    },
}

/// Why a call was not run to completion in a task of its own.
///
/// Serializes as `missing` or `shut_down`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error,
)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
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
///
/// Serializes as its [`code`](Self::code).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error,
)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CursorFault {
    /// The text is not a cursor, or was truncated or changed.
    #[error("it is damaged")]
    Damaged,
    /// Another version of the crate created it.
    #[error("another version created it")]
    Version,
    /// It belongs to a query with another order.
    #[error("it belongs to another order")]
    Order,
    /// It belongs to a query with another filter.
    #[error("it belongs to another filter")]
    Filter,
    /// It belongs to a query with another scope.
    #[error("it belongs to another scope")]
    Scope,
}

/// What to repeat after an error.
///
/// `No` and `Call` also mean that the call has changed nothing. After a call that was or may have been
/// applied, even in part, the answer is `Unknown`, or `Transaction` in the application's transaction,
/// whatever the failure was.
///
/// Serializes as `no`, `call`, `transaction` or `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Retry {
    /// Nothing: the same call would fail again. Nothing was applied.
    No,
    /// The call. Nothing was applied.
    Call,
    /// The application's whole transaction, after a rollback. If the failure itself is not temporary
    /// and the call had been applied in part, it will occur again.
    Transaction,
    /// Not known: the call, or a part of it, may have been applied. Read before repeating it.
    Unknown,
}

fn of_key(key: Option<&TaskKey>) -> String {
    key.map_or_else(String::new, |key| format!(" of {key}"))
}

impl TaskError {
    /// The database skipped the write of one task without any effect on the transaction.
    pub(crate) fn skipped(key: TaskKey) -> Self {
        Self::WriteSkipped { key: Some(key), transaction_lost: false }
    }

    /// The name in JSON of the invalid field: `externalTaskId` for `external_task_id`. `None` for errors
    /// other than [`Invalid`](Self::Invalid), and a [`Batch`](Self::Batch) with such an error.
    ///
    /// ```
    /// use game_tasks::{StrategyId, TaskError};
    ///
    /// let error = TaskError::from(StrategyId::new("").expect_err("empty"));
    /// assert_eq!(error.json_field(), Some("strategyId"));
    /// assert_eq!(error.to_string(), "strategyId must not be empty");
    /// ```
    #[must_use]
    pub fn json_field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(json_name(field)),
            Self::Batch { error, .. } => error.json_field(),
            Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::GameAlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged { .. }
            | Self::Referenced(_)
            | Self::WriteSkipped { .. }
            | Self::InvalidCursor(_)
            | Self::UnreadableTimestamp { .. }
            | Self::Database(_)
            | Self::NotCompleted { .. } => None,
        }
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
            | Self::GameAlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged { .. }
            | Self::WriteSkipped { .. }
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::UnreadableTimestamp { .. } => Retry::No,
        }
    }

    /// The state of the application's transaction in which the call ran: roll it back unless it is
    /// [`Intact`](TransactionState::Intact). Always `Intact` on a pool, and after a refusal by the
    /// crate's own rules.
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
            | Self::GameAlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged { .. }
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::UnreadableTimestamp { .. }
            | Self::NotCompleted { .. } => TransactionState::Intact,
        }
    }

    /// Whether the application's transaction in which the call ran is known to be lost: its `COMMIT`
    /// would save nothing, even if it reports OK. Always `false` on a pool.
    ///
    /// `false` does not mean that the transaction can go on;
    /// [`transaction_state`](Self::transaction_state) tells whether it can.
    #[must_use]
    pub fn transaction_lost(&self) -> bool {
        self.transaction_state() == TransactionState::Lost
    }

    /// The same error of a call that had been applied in part. Only database failures can interrupt a
    /// call; the crate's own rules are checked before anything is written.
    pub(crate) fn partially_applied(self, in_transaction: bool) -> Self {
        match self {
            Self::Database(error) => Self::Database(error.partially_applied(in_transaction)),
            Self::Referenced(error) => Self::Referenced(error.partially_applied(in_transaction)),
            error @ (Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::GameAlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged { .. }
            | Self::WriteSkipped { .. }
            | Self::Invalid { .. }
            | Self::InvalidCursor(_)
            | Self::Batch { .. }
            | Self::UnreadableTimestamp { .. }
            | Self::NotCompleted { .. }) => error,
        }
    }

    /// SeaORM's error, whose message may contain values of rows, API keys among them.
    #[must_use]
    pub fn into_db_err(self) -> Option<DbErr> {
        match self {
            Self::Database(error) | Self::Referenced(error) => Some(error.into_db_err()),
            Self::Batch { error, .. } => error.into_db_err(),
            Self::NotFound { .. }
            | Self::GameNotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::GameAlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. }
            | Self::Unchanged { .. }
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

/// The failure of an application's own statement, so that `?` works in a function that mixes such
/// statements with calls of the crate. Like [`DatabaseError::from`] it assumes a transaction.
///
/// ```
/// use game_tasks::sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait, TransactionTrait};
/// use game_tasks::{Games, NewTask, SeaOrmTaskRepository, Task, TaskError, TaskRepositoryExt};
///
/// async fn create(db: &DatabaseConnection, new: NewTask) -> Result<(Task, u64), TaskError> {
///     let tasks = SeaOrmTaskRepository::new(db.clone());
///     let transaction = db.begin().await?;
///     let task = tasks.on(&transaction).create(new).await?;
///     let games = Games::find().count(&transaction).await?;
///     transaction.commit().await?;
///     Ok((task, games))
/// }
/// ```
impl From<DbErr> for TaskError {
    fn from(source: DbErr) -> Self {
        match UnreadableTimestamp::from_db_err(&source) {
            Some(unreadable) => unreadable.into(),
            None => DatabaseError::from(source).into(),
        }
    }
}

/// For SeaORM's `db.transaction(…)` with a closure whose error is a [`TaskError`].
impl From<TransactionError<TaskError>> for TaskError {
    fn from(error: TransactionError<TaskError>) -> Self {
        match error {
            TransactionError::Connection(source) => source.into(),
            TransactionError::Transaction(error) => error,
        }
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
