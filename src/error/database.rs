//! The one place where a `DbErr` is judged: by codes, never by a database's prose.

use super::{Retry, TaskError, UnreadableTimestamp};
use sea_orm::{ConnAcquireErr, DbBackend, DbErr, RuntimeErr, SqlxError, sqlx};

/// What kind of failure a database reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A unique constraint, the application's own ones included.
    UniqueViolation,
    /// A foreign key.
    ForeignKeyViolation,
    /// A null where none may be.
    NotNullViolation,
    /// Any other constraint.
    ConstraintViolation,
    /// A deadlock or a serialization failure: the database chose this transaction to give way.
    Serialization,
    /// A lock or the statement was given up on in time.
    Timeout,
    /// SQLite's file was busy.
    Busy,
    /// The connection was lost: what was under way may have been applied.
    ConnectionLost,
    /// The database failed while it committed: nobody knows whether it has.
    CommitFailed,
    /// No connection was to be had: nothing was sent.
    Unreachable,
    /// The transaction had failed before this call.
    TransactionAborted,
    /// Anything else.
    Other,
}

/// A failure of the database, without a word of its own.
///
/// A database's messages can hold a row's values. `Debug` and `Display` show the kind,
/// the code, the constraint and the table; only [`into_db_err`](Self::into_db_err) gives
/// the rest.
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
    transaction_lost: bool,
}

/// What was under way when the database failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) backend: DbBackend,
    pub(crate) in_transaction: bool,
    pub(crate) writes: bool,
}

impl Call {
    /// Tells a failure of this call as the crate's error.
    pub(crate) fn failed(self, source: DbErr) -> TaskError {
        match UnreadableTimestamp::in_db_err(&source) {
            Some(unreadable) => unreadable.into(),
            None => DatabaseError::new(self, source).into(),
        }
    }
}

impl DatabaseError {
    pub(crate) fn new(call: Call, source: DbErr) -> Self {
        let reported = reported(&source);
        let code = reported.and_then(|error| code(call.backend, error));
        let kind = match (&code, reported) {
            (Some(code), Some(error)) => kind_of_code(call.backend, code, error),
            _ => kind_without_code(&source),
        };
        let (retry, transaction_lost) = verdict(call, kind, code.as_deref());
        let constraint = reported.and_then(|error| match (call.backend, kind) {
            (DbBackend::MySql, FailureKind::ForeignKeyViolation) => {
                mariadb_foreign_key(error.message())
            }
            _ => error.constraint().map(str::to_owned),
        });
        let table = reported.and_then(|error| error.table()).map(str::to_owned);
        let inner = Inner { kind, code, constraint, table, retry, transaction_lost, source };
        Self { inner: Box::new(inner) }
    }

    /// A failure of a store of an application's own, which may have no database beneath it.
    /// The message is what [`into_db_err`](Self::into_db_err) gives.
    ///
    /// ```
    /// use game_tasks::{DatabaseError, FailureKind, Retry, TaskError};
    ///
    /// let failure = DatabaseError::of_store(FailureKind::Busy, Retry::Call, "the map is locked");
    /// assert_eq!(TaskError::from(failure).retry(), Retry::Call);
    /// ```
    #[must_use]
    pub fn of_store(kind: FailureKind, retry: Retry, message: impl Into<String>) -> Self {
        let inner = Inner {
            source: DbErr::Custom(message.into()),
            kind,
            code: None,
            constraint: None,
            table: None,
            retry,
            transaction_lost: false,
        };
        Self { inner: Box::new(inner) }
    }

    /// The same failure of a call of which a part had been applied.
    pub(crate) fn in_part(mut self, in_transaction: bool) -> Self {
        if self.inner.retry == Retry::Call {
            self.inner.retry = if in_transaction { Retry::Transaction } else { Retry::Unknown };
        }
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.inner.kind
    }

    /// The database's code: SQLSTATE on PostgreSQL, the error number on MariaDB, the
    /// extended result code on SQLite.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// The constraint that was violated, where the database names it: PostgreSQL for
    /// all, MariaDB for foreign keys, SQLite for none.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.inner.constraint.as_deref()
    }

    /// The table, where the database names it (PostgreSQL).
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        self.inner.table.as_deref()
    }

    /// What to repeat, if repeating can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.inner.retry
    }

    /// Whether the application's transaction is gone.
    #[must_use]
    pub fn transaction_lost(&self) -> bool {
        self.inner.transaction_lost
    }

    /// SeaORM's error, whose messages may show values of rows, API keys among them.
    #[must_use]
    pub fn into_db_err(self) -> DbErr {
        self.inner.source
    }
}

impl std::fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.inner.kind {
            FailureKind::UniqueViolation => "a unique constraint is violated",
            FailureKind::ForeignKeyViolation => "a foreign key is violated",
            FailureKind::NotNullViolation => "a null stands where none may be",
            FailureKind::ConstraintViolation => "a constraint is violated",
            FailureKind::Serialization => "deadlock or serialization failure",
            FailureKind::Timeout => "timed out",
            FailureKind::Busy => "busy",
            FailureKind::ConnectionLost => "the connection was lost",
            FailureKind::CommitFailed => "failed while committing",
            FailureKind::Unreachable => "no connection could be had",
            FailureKind::TransactionAborted => "the transaction had failed before",
            FailureKind::Other => "error",
        })?;
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
            .field("transaction_lost", &self.inner.transaction_lost)
            .finish()
    }
}

impl std::error::Error for DatabaseError {}

fn sqlx_error(source: &DbErr) -> Option<&SqlxError> {
    match source {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn reported(source: &DbErr) -> Option<&dyn sqlx::error::DatabaseError> {
    sqlx_error(source).and_then(|error| match error {
        SqlxError::Database(error) => Some(error.as_ref()),
        _ => None,
    })
}

/// MariaDB's SQLSTATE is too coarse; its number is out of reach without the driver,
/// save that the driver's `Display` begins with it.
fn code(backend: DbBackend, error: &dyn sqlx::error::DatabaseError) -> Option<String> {
    if backend == DbBackend::MySql {
        let shown = error.to_string();
        let number: String = shown.chars().take_while(char::is_ascii_digit).collect();
        if !number.is_empty() {
            return Some(number);
        }
    }
    error.code().map(|code| code.into_owned())
}

fn kind_of_code(
    backend: DbBackend,
    code: &str,
    error: &dyn sqlx::error::DatabaseError,
) -> FailureKind {
    use sqlx::error::ErrorKind;
    match error.kind() {
        ErrorKind::UniqueViolation => return FailureKind::UniqueViolation,
        ErrorKind::ForeignKeyViolation => return FailureKind::ForeignKeyViolation,
        ErrorKind::NotNullViolation => return FailureKind::NotNullViolation,
        ErrorKind::Other => {}
        _ => return FailureKind::ConstraintViolation,
    }
    match backend {
        DbBackend::Postgres => match code {
            "40001" | "40P01" => FailureKind::Serialization,
            "55P03" | "57014" => FailureKind::Timeout,
            "25P02" => FailureKind::TransactionAborted,
            "53300" | "57P03" => FailureKind::Unreachable,
            "57P01" | "57P02" | "57P05" => FailureKind::ConnectionLost,
            // Restrict violations are not in sqlx's list of foreign key errors.
            "23001" => FailureKind::ForeignKeyViolation,
            _ if code.starts_with("08") => FailureKind::ConnectionLost,
            _ if code.starts_with("23") => FailureKind::ConstraintViolation,
            _ => FailureKind::Other,
        },
        DbBackend::MySql => match code {
            // 1020 is a snapshot that another transaction has overtaken.
            "1213" | "1020" => FailureKind::Serialization,
            "1205" | "1317" | "1969" | "3024" => FailureKind::Timeout,
            "1040" | "1047" | "1203" => FailureKind::Unreachable,
            "1053" | "1927" | "2006" | "2013" => FailureKind::ConnectionLost,
            // A Galera node that lost its cluster on the way.
            "1180" => FailureKind::CommitFailed,
            _ => FailureKind::Other,
        },
        DbBackend::Sqlite => match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => FailureKind::Busy,
            Ok(19) => FailureKind::ConstraintViolation,
            _ => FailureKind::Other,
        },
        _ => FailureKind::Other,
    }
}

fn kind_without_code(source: &DbErr) -> FailureKind {
    match (source, sqlx_error(source)) {
        (DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), _) => FailureKind::Unreachable,
        // While connecting nothing has been sent yet.
        (DbErr::Conn(_), Some(SqlxError::Io(_) | SqlxError::Tls(_))) => FailureKind::Unreachable,
        (_, Some(SqlxError::PoolTimedOut)) => FailureKind::Unreachable,
        (
            _,
            Some(
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::WorkerCrashed,
            ),
        ) => FailureKind::ConnectionLost,
        _ => FailureKind::Other,
    }
}

/// Codes with which a database may have taken back the whole transaction by itself: SQLite's
/// out of memory, interrupt, I/O error and disk full; InnoDB's lock table full.
fn takes_back_all(backend: DbBackend, code: &str) -> bool {
    match backend {
        DbBackend::Sqlite => {
            matches!(code.parse::<u32>().map(|code| code & 0xff), Ok(7 | 9 | 10 | 13))
        }
        DbBackend::MySql => code == "1206",
        _ => false,
    }
}

/// What a failure means for the call and for the transaction that it ran in.
fn verdict(call: Call, kind: FailureKind, code: Option<&str>) -> (Retry, bool) {
    if !call.in_transaction {
        let retry = match kind {
            FailureKind::Serialization
            | FailureKind::Timeout
            | FailureKind::Busy
            | FailureKind::Unreachable => Retry::Call,
            FailureKind::ConnectionLost | FailureKind::CommitFailed if call.writes => {
                Retry::Unknown
            }
            FailureKind::ConnectionLost | FailureKind::CommitFailed => Retry::Call,
            _ => Retry::No,
        };
        return (retry, false);
    }
    if code.is_some_and(|code| takes_back_all(call.backend, code)) {
        return (Retry::Transaction, true);
    }
    // PostgreSQL gives up the whole transaction with any statement that fails in it; what the
    // server did not report, it has not seen fail.
    let aborted = call.backend == DbBackend::Postgres && code.is_some();
    match kind {
        FailureKind::ConnectionLost
        | FailureKind::CommitFailed
        | FailureKind::TransactionAborted => (Retry::Transaction, true),
        FailureKind::Serialization => {
            (Retry::Transaction, aborted || call.backend == DbBackend::MySql)
        }
        // A lock that was not had in time takes back this statement only on MariaDB, unless it
        // was told otherwise (innodb_rollback_on_timeout).
        FailureKind::Timeout => (Retry::Transaction, aborted),
        // A stale snapshot never becomes fresh inside its transaction.
        FailureKind::Busy => (Retry::Transaction, false),
        FailureKind::Unreachable => (Retry::Call, false),
        // A competitor's row that a retried transaction will see from its start.
        FailureKind::UniqueViolation if aborted => (Retry::Transaction, true),
        _ => (Retry::No, aborted),
    }
}

/// MariaDB tells the name of a foreign key in its message alone, between backticks
/// after the word CONSTRAINT; such a message holds names and no values.
fn mariadb_foreign_key(message: &str) -> Option<String> {
    let (_, rest) = message.split_once(" CONSTRAINT `")?;
    let (name, rest) = rest.split_once('`')?;
    rest.starts_with(" FOREIGN KEY").then(|| name.to_owned())
}
