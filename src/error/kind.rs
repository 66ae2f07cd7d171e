//! The kinds of database failures, and the states in which they leave a transaction.

/// The kind of a database failure.
///
/// | kind | what happened | what to do |
/// |---|---|---|
/// | [`UniqueViolation`](Self::UniqueViolation), [`ForeignKeyViolation`](Self::ForeignKeyViolation), [`NotNullViolation`](Self::NotNullViolation), [`ConstraintViolation`](Self::ConstraintViolation) | a constraint or a trigger rejected the row | change the row; after a unique violation in a PostgreSQL transaction, repeating the whole transaction can help |
/// | [`InvalidValue`](Self::InvalidValue) | a value does not fit its type or column | change the value |
/// | [`InvalidStatement`](Self::InvalidStatement) | the tables are not what the statement expects | run the migrations, or check the triggers |
/// | [`PermissionDenied`](Self::PermissionDenied) | the user may not do this, or may not log in | grant it |
/// | [`Serialization`](Self::Serialization), [`Timeout`](Self::Timeout), [`Busy`](Self::Busy) | another transaction interfered, or the statement was cancelled | repeat |
/// | [`StatementInvalidated`](Self::StatementInvalidated) | a prepared statement is gone, or the schema changed under it | repeat |
/// | [`UnsupportedPooler`](Self::UnsupportedPooler) | a pooler shares sessions without keeping their prepared statements apart | [configure it](mod@crate::docs::databases#poolers) |
/// | [`ResourceExhausted`](Self::ResourceExhausted) | the server temporarily lacks memory, locks or another resource | repeat later |
/// | [`ReadOnly`](Self::ReadOnly) | the database accepts no writes | on a server, repeat after the failover; on SQLite, give write access |
/// | [`StorageFull`](Self::StorageFull) | the disk is full | free some space |
/// | [`PacketTooLarge`](Self::PacketTooLarge) | the statement or its answer exceeds a limit of the server | raise the limit, or send less data |
/// | [`Unreachable`](Self::Unreachable) | no connection was established, so nothing was sent | repeat |
/// | [`PoolClosed`](Self::PoolClosed) | the pool was closed, or never connected | open another pool |
/// | [`ConnectionLost`](Self::ConnectionLost), [`CommitFailed`](Self::CommitFailed) | the outcome is unknown | read whether a write was applied, then repeat |
/// | [`Decode`](Self::Decode) | the answer could not be read; a write was applied | correct the stored row |
/// | [`TransactionAborted`](Self::TransactionAborted) | an earlier statement of the transaction failed | repeat the transaction |
/// | [`Other`](Self::Other) | anything else | read [`into_db_err`](super::DatabaseError::into_db_err) |
///
/// [`DatabaseError::retry`](super::DatabaseError::retry) gives this advice for a particular call.
///
/// Serializes as its name in snake case: `unique_violation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// A unique constraint, the application's own ones included.
    UniqueViolation,
    /// A foreign key.
    ForeignKeyViolation,
    /// A null in a NOT NULL column.
    NotNullViolation,
    /// Any other constraint, or an application's trigger that raised an error without a specific
    /// code.
    ConstraintViolation,
    /// A deadlock or a serialization failure, which the database resolved by ending this transaction.
    Serialization,
    /// A lock was not granted in time, or the statement was cancelled, by a time limit or on
    /// request.
    Timeout,
    /// SQLite's file was busy, or PostgreSQL reports an object as in use.
    Busy,
    /// The connection was lost. The running statement may have been applied.
    ConnectionLost,
    /// The database failed during a commit, which may have succeeded.
    CommitFailed,
    /// No connection was established: the server was not reached, is starting or stopping, or has too
    /// many connections. Nothing was sent.
    Unreachable,
    /// The connection pool is closed, or was never connected. Nothing was sent.
    PoolClosed,
    /// The transaction had failed before this call.
    TransactionAborted,
    /// The server or the file accepts no writes. Nothing was written. On a server this may
    /// be a standby, as after a failover, so that [`Retry::Call`](super::Retry::Call) can help; on
    /// SQLite the file stays read-only.
    ReadOnly,
    /// The disk, the tablespace or a table's size limit is full. Nothing was written.
    StorageFull,
    /// The server ran out of memory, locks, threads or another resource that becomes free again.
    /// Nothing was written.
    ResourceExhausted,
    /// The statement, a value or the answer exceeds a size limit of the server. Nothing was
    /// written; the server may have closed the connection.
    PacketTooLarge,
    /// The database user lacks a privilege, or could not log in.
    PermissionDenied,
    /// The database cannot run the statement on these tables: a table or a column is missing
    /// (a migration that was not applied), or a trigger is at fault. On SQLite this is its result
    /// code 1, which covers every error that has no code of its own.
    InvalidStatement,
    /// A prepared statement no longer exists, or the schema changed since it was prepared. Nothing was
    /// written.
    StatementInvalidated,
    /// A connection pooler gives one session of PostgreSQL to several clients without keeping their
    /// prepared statements apart: the server already has a statement of the name that the driver
    /// chose. Nothing was written. See the guide [`databases`](mod@crate::docs::databases#poolers).
    UnsupportedPooler,
    /// A value does not fit its column or its type.
    InvalidValue,
    /// The answer could not be read: a value has another type than its column should have, or
    /// is out of range. A write has been applied.
    Decode,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// What happened, for `Display`.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::UniqueViolation => "a unique constraint is violated",
            Self::ForeignKeyViolation => "a foreign key is violated",
            Self::NotNullViolation => "a NOT NULL column is null",
            Self::ConstraintViolation => {
                "a constraint is violated or a trigger rejected the change"
            }
            Self::Serialization => "deadlock or serialization failure",
            Self::Timeout => "timed out or was cancelled",
            Self::Busy => "busy",
            Self::ConnectionLost => "the connection was lost",
            Self::CommitFailed => "failed while committing",
            Self::Unreachable => "no connection was established",
            Self::PoolClosed => "the connection pool is closed",
            Self::TransactionAborted => "the transaction had failed before",
            Self::ReadOnly => "the database is read-only",
            Self::StorageFull => "the storage is full",
            Self::ResourceExhausted => "the server ran out of memory or another resource",
            Self::PacketTooLarge => "a size limit of the server is exceeded",
            Self::PermissionDenied => "permission denied",
            Self::InvalidStatement => {
                "the statement cannot run on these tables (are all migrations applied?)"
            }
            Self::StatementInvalidated => "a prepared statement is no longer valid",
            Self::UnsupportedPooler => {
                "a connection pooler mixes up the prepared statements of its clients"
            }
            Self::InvalidValue => "a value does not fit its type or column",
            Self::Decode => "the answer could not be read",
            Self::Other => "an unclassified error",
        }
    }
}

/// The state of the application's transaction after an error of a call in it.
///
/// Unless it is [`Intact`](Self::Intact), roll back. A transaction that goes on may save its later
/// statements without its earlier ones, and its `COMMIT` may report OK.
///
/// ```
/// use game_tasks::{TaskError, TransactionState, sea_orm::*};
///
/// async fn end(transaction: DatabaseTransaction, failure: &TaskError) -> Result<(), DbErr> {
///     match failure.transaction_state() {
///         // Commits what was written before the failure.
///         TransactionState::Intact => transaction.commit().await,
///         // Repeat all of it where `retry()` says `Transaction`.
///         _ => transaction.rollback().await,
///     }
/// }
/// ```
///
/// Serializes as `intact`, `unknown` or `lost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransactionState {
    /// The transaction is unchanged, and can go on and be committed. Always reported on a pool, where
    /// there is no such transaction.
    Intact,
    /// The transaction may be lost. With this error the database rolls back either the statement or the
    /// whole transaction, depending on its settings, and does not report which.
    Unknown,
    /// The transaction is lost: rolled back, aborted, or ended with its connection.
    ///
    /// On PostgreSQL a savepoint that the application set before the call can still be rolled
    /// back to.
    Lost,
}
