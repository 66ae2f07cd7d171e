//! What a web service reports of an error: a stable word and an HTTP status.

use super::{CursorFault, DatabaseError, FailureKind, Retry, TaskError};

impl TaskError {
    /// A stable word for programs, which names the variant: `not_found`, `conflict`, `invalid` and so on.
    /// The word of a [`Batch`](Self::Batch) is that of the error of its task. The guide
    /// [`errors`](mod@crate::docs::errors#web-services) lists them all.
    ///
    /// ```
    /// use game_tasks::{TaskError, TaskPatch, uuid::Uuid};
    ///
    /// let error = TaskError::NotFound { key: Uuid::nil().into() };
    /// assert_eq!(error.code(), "not_found");
    /// let error = TaskError::Batch { index: 3, error: Box::new(error) };
    /// assert_eq!(error.code(), "not_found");
    /// ```
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::GameNotFound { .. } => "game_not_found",
            Self::AlreadyExists { .. } => "already_exists",
            Self::GameAlreadyExists { .. } => "game_already_exists",
            Self::IdTaken { .. } => "id_taken",
            Self::Conflict { .. } => "conflict",
            Self::Unchanged { .. } => "unchanged",
            Self::Referenced(_) => "referenced",
            Self::WriteSkipped { .. } => "write_skipped",
            Self::Invalid { .. } => "invalid",
            Self::InvalidCursor(_) => "invalid_cursor",
            Self::Batch { error, .. } => error.code(),
            Self::UnreadableTimestamp { .. } => "unreadable_timestamp",
            Self::Database(_) => "database",
            Self::NotCompleted { .. } => "not_completed",
        }
    }

    /// The HTTP status with which a web service answers. That of a [`Batch`](Self::Batch) is the status
    /// of the error of its task. The guide [`errors`](mod@crate::docs::errors#web-services) has a table.
    ///
    /// - A failure of the database is 503 where [`retry`](Self::retry) is `Call` or `Transaction`: nothing
    ///   was applied, and repeating can help. Otherwise it is 500, also where a write may have been
    ///   applied: clients and proxies repeat requests after a 503.
    /// - [`Unchanged`](Self::Unchanged) is 200: an idempotent `PATCH` returns the task.
    /// - [`Conflict`](Self::Conflict) is 409. A service that derives `if_unmodified_since` from the header
    ///   `If-Unmodified-Since` answers with 412 instead.
    ///
    /// ```
    /// use game_tasks::{DatabaseError, FailureKind, Retry, TaskError};
    ///
    /// let busy = DatabaseError::custom(FailureKind::Busy, Retry::Call, "the file is locked");
    /// assert_eq!(TaskError::from(busy).http_status(), 503);
    /// ```
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Unchanged { .. } => 200,
            Self::InvalidCursor(_) => 400,
            Self::NotFound { .. } | Self::GameNotFound { .. } => 404,
            Self::AlreadyExists { .. }
            | Self::GameAlreadyExists { .. }
            | Self::IdTaken { .. }
            | Self::Conflict { .. } => 409,
            Self::Invalid { .. } => 422,
            Self::WriteSkipped { .. } | Self::UnreadableTimestamp { .. } => 500,
            Self::Batch { error, .. } => error.http_status(),
            // Also where `retry` is `Transaction`: the statement would violate the foreign key again.
            Self::Referenced(_) => 409,
            Self::Database(error) => status_of_failure(error),
            Self::NotCompleted { retry, .. } => status_of_retry(*retry),
        }
    }
}

fn status_of_failure(error: &DatabaseError) -> u16 {
    match error.kind() {
        // Another row is in the way.
        FailureKind::UniqueViolation | FailureKind::ForeignKeyViolation => 409,
        // The service is shutting down. Another process may answer.
        FailureKind::PoolClosed => 503,
        FailureKind::NotNullViolation
        | FailureKind::ConstraintViolation
        | FailureKind::Serialization
        | FailureKind::Timeout
        | FailureKind::Busy
        | FailureKind::ConnectionLost
        | FailureKind::CommitFailed
        | FailureKind::Unreachable
        | FailureKind::TransactionAborted
        | FailureKind::ReadOnly
        | FailureKind::StorageFull
        | FailureKind::ResourceExhausted
        | FailureKind::PacketTooLarge
        | FailureKind::PermissionDenied
        | FailureKind::InvalidStatement
        | FailureKind::StatementInvalidated
        | FailureKind::UnsupportedPooler
        | FailureKind::InvalidValue
        | FailureKind::Decode
        | FailureKind::Other => status_of_retry(error.retry()),
    }
}

fn status_of_retry(retry: Retry) -> u16 {
    match retry {
        Retry::Call | Retry::Transaction => 503,
        Retry::No | Retry::Unknown => 500,
    }
}

impl CursorFault {
    /// A stable word for programs, the same as serde's.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Version => "version",
            Self::Order => "order",
            Self::Filter => "filter",
            Self::Scope => "scope",
        }
    }
}
