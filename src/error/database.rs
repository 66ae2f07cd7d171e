//! Classifies a `DbErr` by its code, never by the database's message.

use super::FailureKind;
use super::Retry;
use super::TaskError;
use super::TransactionState;
use super::UnreadableTimestamp;
use crate::database::TaskConnection;
use crate::database::dialect::Dialect;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// A database failure.
///
/// `Debug` and `Display` show the kind, the code, the constraint and the table. They omit the
/// database's message, which may contain row values; [`into_db_err`](Self::into_db_err) returns it.
///
/// Errors are equal if they have the same kind, code, constraint, table, [`retry`](Self::retry) and
/// [`transaction_state`](Self::transaction_state), whatever their messages are.
#[derive(Clone)]
pub struct DatabaseError {
    // Boxed, so that a `Result` with this error stays small.
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    source: DbErr,
    kind: FailureKind,
    code: Option<String>,
    constraint: Option<String>,
    table: Option<String>,
    retry: Retry,
    transaction_state: TransactionState,
}

/// The call during which the database failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) dialect: Dialect,
    pub(crate) in_transaction: bool,
    pub(crate) writes: bool,
}

impl Call {
    /// The crate's error for a failure of this call.
    pub(crate) fn failed(self, source: DbErr) -> TaskError {
        match UnreadableTimestamp::from_db_err(&source) {
            Some(unreadable) => unreadable.into(),
            None => DatabaseError::new(self, source).into(),
        }
    }
}

impl DatabaseError {
    pub(crate) fn new(call: Call, source: DbErr) -> Self {
        let reported = sqlx_error(&source).and_then(SqlxError::as_database_error);
        let code = reported.and_then(|error| call.dialect.error_code(error));
        let (kind, state) = match &code {
            Some(code) => call.dialect.classify(code, call.writes),
            None => without_code(&source),
        };
        let (kind, state) = match (kind, &source) {
            // The server refused the connection, so nothing has been sent on it.
            (FailureKind::ConnectionLost, DbErr::Conn(_)) => {
                (FailureKind::Unreachable, TransactionState::Intact)
            }
            _ => (kind, state),
        };
        let transaction_state = if call.in_transaction { state } else { TransactionState::Intact };
        let retry = match (kind, &code) {
            // An application's wrapper of a connection may have failed before or after the statement.
            (FailureKind::Other, None) if call.writes && state == TransactionState::Unknown => {
                Retry::Unknown
            }
            (_, Some(code)) if call.writes && call.dialect.may_be_partly_applied(code) => {
                Retry::Unknown
            }
            _ => retry(call, kind, state),
        };
        let constraint = reported.and_then(|error| call.dialect.violated_constraint(error, kind));
        let table = reported.and_then(|error| error.table()).map(str::to_owned);
        let inner = Inner { kind, code, constraint, table, retry, transaction_state, source };
        Self { inner: Box::new(inner) }
    }

    /// The failure of an application's own statement on this connection, classified as those of the crate
    /// are. The statement is taken to write, so [`Retry::Unknown`] can be the answer for one that only
    /// reads.
    ///
    /// Use it where it matters whether the statement ran in a transaction; `?` and
    /// [`From<DbErr>`](#impl-From<DbErr>-for-DatabaseError) assume that it did. Unlike a call of the crate,
    /// it does not ask SQLite whether the transaction is still open, so the state there is `Unknown` after
    /// a violated constraint.
    ///
    /// ```
    /// use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection};
    /// use game_tasks::{DatabaseError, Retry};
    ///
    /// /// Whether the statement should be sent again.
    /// async fn should_repeat(db: &DatabaseConnection, sql: &str) -> bool {
    ///     match db.execute_unprepared(sql).await {
    ///         Ok(_) => false,
    ///         Err(error) => DatabaseError::classify(db, error).retry() == Retry::Call,
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn classify(connection: &impl TaskConnection, source: DbErr) -> Self {
        let (dialect, in_transaction) =
            (Dialect::of(connection.backend()), connection.in_transaction());
        Self::new(Call { dialect, in_transaction, writes: true }, source)
    }

    /// The failure of an application's own store, which may not use a database.
    /// [`into_db_err`](Self::into_db_err) returns the message.
    ///
    /// ```
    /// use game_tasks::{DatabaseError, FailureKind, Retry, TaskError};
    ///
    /// let failure = DatabaseError::custom(FailureKind::Busy, Retry::Call, "the map is locked");
    /// assert_eq!(TaskError::from(failure).retry(), Retry::Call);
    /// ```
    #[must_use]
    pub fn custom(kind: FailureKind, retry: Retry, message: impl Into<String>) -> Self {
        let inner = Inner {
            source: DbErr::Custom(message.into()),
            kind,
            code: None,
            constraint: None,
            table: None,
            retry,
            transaction_state: TransactionState::Intact,
        };
        Self { inner: Box::new(inner) }
    }

    fn unrecognized(source: DbErr) -> Self {
        let reported = sqlx_error(&source).and_then(SqlxError::as_database_error);
        let inner = Inner {
            kind: FailureKind::Other,
            code: reported.and_then(|error| error.code()).map(|code| code.into_owned()),
            constraint: None,
            table: None,
            retry: Retry::Unknown,
            transaction_state: TransactionState::Unknown,
            source,
        };
        Self { inner: Box::new(inner) }
    }

    /// The same failure of a call that had been applied in part: [`Retry::No`] and [`Retry::Call`]
    /// would mean that nothing was applied.
    pub(crate) fn partially_applied(mut self, in_transaction: bool) -> Self {
        if matches!(self.inner.retry, Retry::No | Retry::Call) {
            self.inner.retry = if in_transaction { Retry::Transaction } else { Retry::Unknown };
        }
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.inner.kind
    }

    /// The database's code: SQLSTATE on PostgreSQL, the error number on MariaDB and MySQL, the
    /// extended result code on SQLite.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// Whether it has this code; `false` for a code that the database does not have.
    pub(crate) fn has_code(&self, code: Option<&str>) -> bool {
        code.is_some() && self.code() == code
    }

    /// The violated constraint, if the database names it: PostgreSQL always, MariaDB and MySQL for foreign
    /// keys, SQLite never.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.inner.constraint.as_deref()
    }

    /// The table, if the database names it (PostgreSQL).
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        self.inner.table.as_deref()
    }

    /// What to repeat, if repeating can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.inner.retry
    }

    /// The state of the application's transaction in which the call ran. Always
    /// [`Intact`](TransactionState::Intact) on a pool.
    #[must_use]
    pub fn transaction_state(&self) -> TransactionState {
        self.inner.transaction_state
    }

    /// Whether the application's transaction is known to be lost. `false` does not mean that it can go
    /// on; [`transaction_state`](Self::transaction_state) tells whether it can.
    #[must_use]
    pub fn transaction_lost(&self) -> bool {
        self.inner.transaction_state == TransactionState::Lost
    }

    /// The same failure, once the state of the transaction has been determined.
    pub(crate) fn with_transaction_state(mut self, state: TransactionState) -> Self {
        self.inner.transaction_state = state;
        if state == TransactionState::Lost && self.inner.retry == Retry::Unknown {
            self.inner.retry = Retry::No;
        }
        self
    }

    /// The database's message, which may contain values of rows.
    pub(crate) fn source_message(&self) -> String {
        self.inner.source.to_string()
    }

    /// SeaORM's error, whose message may contain values of rows, API keys among them.
    #[must_use]
    pub fn into_db_err(self) -> DbErr {
        self.inner.source
    }
}

impl std::fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.inner.kind.sentence())?;
        let details =
            [("code", self.code()), ("constraint", self.constraint()), ("table", self.table())];
        for (name, value) in details {
            if let Some(value) = value {
                write!(f, ", {name} {value}")?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseError")
            .field("kind", &self.inner.kind)
            .field("code", &self.inner.code)
            .field("constraint", &self.inner.constraint)
            .field("table", &self.inner.table)
            .field("retry", &self.inner.retry)
            .field("transaction_state", &self.inner.transaction_state)
            .finish()
    }
}

impl std::error::Error for DatabaseError {}

impl PartialEq for DatabaseError {
    fn eq(&self, other: &Self) -> bool {
        // A new field must be compared here.
        let Inner { source: _, kind, code, constraint, table, retry, transaction_state } =
            &*self.inner;
        *kind == other.inner.kind
            && *code == other.inner.code
            && *constraint == other.inner.constraint
            && *table == other.inner.table
            && *retry == other.inner.retry
            && *transaction_state == other.inner.transaction_state
    }
}

/// The failure of an application's own statement of which nothing but the error is known. The database
/// is recognized by its driver's error, and the rest is assumed for the worst:
///
/// - The statement ran in a transaction. So [`retry`](DatabaseError::retry) is `Transaction` after a
///   deadlock or a serialization failure, and the state of the transaction is that of the error code.
/// - It wrote, and may have been the `COMMIT`: after a lost connection `retry` is `Unknown`.
/// - An error whose driver is not recognized is [`Other`](FailureKind::Other), and both what to repeat and
///   the state of the transaction are `Unknown`.
///
/// For a statement on a pool, [`classify`](DatabaseError::classify) is more precise.
impl From<DbErr> for DatabaseError {
    fn from(source: DbErr) -> Self {
        let reported = sqlx_error(&source).and_then(SqlxError::as_database_error);
        let dialect = match reported {
            // Without a code the kind is the same on every database.
            None => Dialect::Sqlite,
            Some(reported) => match Dialect::of_error(reported) {
                Some(dialect) => dialect,
                None => return Self::unrecognized(source),
            },
        };
        let mut error = Self::new(Call { dialect, in_transaction: true, writes: true }, source);
        if matches!(error.kind(), FailureKind::ConnectionLost | FailureKind::CommitFailed) {
            error.inner.retry = Retry::Unknown;
        }
        error
    }
}

fn sqlx_error(source: &DbErr) -> Option<&SqlxError> {
    match source {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// Classifies a failure that no server reported. It leaves the transaction unchanged unless the
/// connection is lost.
fn without_code(source: &DbErr) -> (FailureKind, TransactionState) {
    use SqlxError::*;
    use TransactionState::{Intact, Lost, Unknown};
    let kind = match (source, sqlx_error(source)) {
        (DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), _) => FailureKind::Unreachable,
        (DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed), _) => FailureKind::PoolClosed,
        // A `DatabaseConnection` that was never connected.
        (DbErr::Conn(RuntimeErr::Internal(_)), _) => FailureKind::PoolClosed,
        (_, Some(PoolClosed)) => FailureKind::PoolClosed,
        (_, Some(PoolTimedOut | Configuration(_))) => FailureKind::Unreachable,
        // While connecting nothing has been sent yet.
        (DbErr::Conn(_), Some(Io(_) | Tls(_) | Protocol(_))) => FailureKind::Unreachable,
        (_, Some(Io(_) | Tls(_) | Protocol(_) | WorkerCrashed | BeginFailed)) => {
            return (FailureKind::ConnectionLost, Lost);
        }
        (_, Some(Encode(_) | InvalidArgument(_))) => FailureKind::InvalidValue,
        (_, Some(TypeNotFound { .. })) => FailureKind::InvalidStatement,
        (
            _,
            Some(
                Decode(_) | ColumnDecode { .. } | ColumnNotFound(_) | ColumnIndexOutOfBounds { .. },
            ),
        )
        | (
            DbErr::Type(_) | DbErr::Json(_) | DbErr::ConvertFromU64(_) | DbErr::TryIntoErr { .. },
            _,
        ) => FailureKind::Decode,
        (DbErr::AccessDenied { .. } | DbErr::RbacError(_), _) => FailureKind::PermissionDenied,
        // SeaORM and this crate report an answer without rows this way.
        (DbErr::RecordNotFound(_) | DbErr::RecordNotInserted | DbErr::RecordNotUpdated, _)
        | (_, Some(RowNotFound)) => FailureKind::Other,
        _ => return (FailureKind::Other, Unknown),
    };
    (kind, Intact)
}

/// What to repeat after a failure.
fn retry(call: Call, kind: FailureKind, state: TransactionState) -> Retry {
    let again = if call.in_transaction { Retry::Transaction } else { Retry::Call };
    match kind {
        FailureKind::Serialization
        | FailureKind::Timeout
        | FailureKind::Busy
        | FailureKind::StatementInvalidated
        | FailureKind::ResourceExhausted
        | FailureKind::TransactionAborted => again,
        FailureKind::ReadOnly if call.dialect.features().stays_read_only => Retry::No,
        FailureKind::ReadOnly => again,
        FailureKind::Unreachable if state == TransactionState::Intact => Retry::Call,
        FailureKind::Unreachable => again,
        FailureKind::ConnectionLost | FailureKind::CommitFailed => {
            if call.writes && !call.in_transaction { Retry::Unknown } else { again }
        }
        // The write succeeded; only its answer could not be read.
        FailureKind::Decode if call.writes => Retry::Unknown,
        FailureKind::UniqueViolation
            if call.in_transaction && call.dialect.features().conflicts_abort_transactions =>
        {
            Retry::Transaction
        }
        FailureKind::UniqueViolation
        | FailureKind::ForeignKeyViolation
        | FailureKind::NotNullViolation
        | FailureKind::ConstraintViolation
        | FailureKind::PoolClosed
        | FailureKind::StorageFull
        | FailureKind::PacketTooLarge
        | FailureKind::PermissionDenied
        | FailureKind::InvalidStatement
        // Repeated, it fails now and then, and can even execute another client's statement.
        | FailureKind::UnsupportedPooler
        | FailureKind::InvalidValue
        | FailureKind::Decode
        | FailureKind::Other => Retry::No,
    }
}
