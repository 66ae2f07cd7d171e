//! What a database can report: the kind of a failure, and what it means for a transaction.

/// What kind of failure a database reported.
///
/// | kind | what happened | what to do |
/// |---|---|---|
/// | [`UniqueViolation`](Self::UniqueViolation), [`ForeignKeyViolation`](Self::ForeignKeyViolation), [`NotNullViolation`](Self::NotNullViolation), [`ConstraintViolation`](Self::ConstraintViolation) | a constraint or a trigger refused the row | change the row; in a PostgreSQL transaction a unique violation may pass with the whole transaction |
/// | [`InvalidValue`](Self::InvalidValue) | a value does not fit its type or column | change the value |
/// | [`InvalidStatement`](Self::InvalidStatement) | the tables are not what the statement expects | run the migrations, or look at the triggers |
/// | [`PermissionDenied`](Self::PermissionDenied) | the user may not do this, or may not log in | grant it |
/// | [`Serialization`](Self::Serialization), [`Timeout`](Self::Timeout), [`Busy`](Self::Busy) | others were in the way, or the statement was cancelled | repeat |
/// | [`StatementInvalidated`](Self::StatementInvalidated) | a prepared statement is gone, or the schema changed under it | repeat |
/// | [`ResourceExhausted`](Self::ResourceExhausted) | the server lacks memory, locks or another resource for now | repeat later |
/// | [`ReadOnly`](Self::ReadOnly) | the database accepts no writes | repeat on a server, where a failover ends it; on SQLite it lasts |
/// | [`StorageFull`](Self::StorageFull) | there is no room left on the disk | make room |
/// | [`PacketTooLarge`](Self::PacketTooLarge) | the statement or its answer exceeds a limit of the server | raise the limit, or send less at once |
/// | [`Unreachable`](Self::Unreachable) | there was no connection, so nothing was sent | repeat |
/// | [`PoolClosed`](Self::PoolClosed) | the application closed the pool, or never connected it | open another pool |
/// | [`ConnectionLost`](Self::ConnectionLost), [`CommitFailed`](Self::CommitFailed) | the outcome is unknown | look whether a write was applied, then repeat |
/// | [`Decode`](Self::Decode) | the answer could not be read; a write was applied | correct the stored row |
/// | [`TransactionAborted`](Self::TransactionAborted) | an earlier statement had failed | repeat the transaction |
/// | [`Other`](Self::Other) | anything else | read [`into_db_err`](super::DatabaseError::into_db_err) |
///
/// [`DatabaseError::retry`](super::DatabaseError::retry) says the same of a particular call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A unique constraint, the application's own ones included.
    UniqueViolation,
    /// A foreign key.
    ForeignKeyViolation,
    /// A null where none may be.
    NotNullViolation,
    /// Any other constraint, or a trigger of the application's that raised an error of no
    /// particular code.
    ConstraintViolation,
    /// A deadlock or a serialization failure: the database chose this transaction to give way.
    Serialization,
    /// A lock was not granted in time, or the statement was cancelled, by a time limit or on
    /// request.
    Timeout,
    /// SQLite's file was busy, or PostgreSQL reports an object as in use.
    Busy,
    /// The connection was lost: what was under way may have been applied.
    ConnectionLost,
    /// The database failed while it committed: nobody knows whether it has.
    CommitFailed,
    /// No connection could be had: the server was not reached, is starting or stopping, or
    /// has too many connections. Nothing was sent.
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
    /// The server ran out of memory, locks, threads or another resource that others give back.
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
    /// A prepared statement is no longer there, or the schema changed under it. Nothing was
    /// written.
    StatementInvalidated,
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
            Self::NotNullViolation => "a null stands where none may be",
            Self::ConstraintViolation => "a constraint is violated or a trigger refused the change",
            Self::Serialization => "deadlock or serialization failure",
            Self::Timeout => "timed out or was cancelled",
            Self::Busy => "busy",
            Self::ConnectionLost => "the connection was lost",
            Self::CommitFailed => "failed while committing",
            Self::Unreachable => "no connection could be had",
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
            Self::InvalidValue => "a value does not fit its type or column",
            Self::Decode => "the answer could not be read",
            Self::Other => "an unclassified error",
        }
    }
}

/// What is known, after an error, of the application's transaction in which the call ran.
///
/// Unless it is [`Intact`](Self::Intact), roll back. A transaction that goes on may save its later
/// statements without its earlier ones, and its `COMMIT` may say OK.
///
/// ```
/// use game_tasks::{TaskError, TransactionState, sea_orm::*};
///
/// async fn end(transaction: DatabaseTransaction, failure: &TaskError) -> Result<(), DbErr> {
///     match failure.transaction_state() {
///         // What was written before the failure is still there to be committed.
///         TransactionState::Intact => transaction.commit().await,
///         // Repeat all of it where `retry()` says `Transaction`.
///         _ => transaction.rollback().await,
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionState {
    /// The failed call has left it as it was: it can go on, and be committed. Always so on a
    /// pool, where there is no such transaction.
    Intact,
    /// It may be gone. The database rolls back either the statement or the whole transaction
    /// with this error, depending on its settings, and does not say which.
    Unknown,
    /// It is known to be lost: rolled back, aborted, or gone with its connection.
    ///
    /// On PostgreSQL a savepoint that the application set before the call can still be rolled
    /// back to.
    Lost,
}
