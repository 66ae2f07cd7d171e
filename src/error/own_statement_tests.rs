//! The failures of an application's own statements.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use super::{DatabaseError, FailureKind, ProblemDetails, Retry, TaskError, TransactionState};
use sea_orm::sqlx::error::{DatabaseError as SqlxDatabaseError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr, SqlxError, TransactionError};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use uuid::Uuid;

const SECRET: &str = "gme_live_abc12345";

/// How a driver shows its errors.
#[derive(Debug, Clone, Copy)]
enum Driver {
    Sqlite,
    Postgres,
    PostgresWithLine,
    MySql,
    MySqlWithoutState,
    Unknown,
}

#[derive(Debug)]
struct Reported {
    driver: Driver,
    code: &'static str,
    message: String,
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { driver, code, message } = self;
        match driver {
            Driver::Sqlite => write!(f, "(code: {code}) {message}"),
            Driver::Postgres => write!(f, "{message}"),
            Driver::PostgresWithLine => write!(f, "{message} at line 7"),
            Driver::MySql => write!(f, "{code} (HY000): {message}"),
            Driver::MySqlWithoutState => write!(f, "{code}: {message}"),
            Driver::Unknown => write!(f, "error {code}: {message}"),
        }
    }
}

impl Error for Reported {}

impl SqlxDatabaseError for Reported {
    fn message(&self) -> &str {
        &self.message
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        match self.driver {
            Driver::Sqlite | Driver::Postgres | Driver::PostgresWithLine | Driver::Unknown => {
                Some(self.code.into())
            }
            Driver::MySql => Some("HY000".into()),
            Driver::MySqlWithoutState => None,
        }
    }
    fn constraint(&self) -> Option<&str> {
        Some("a_constraint")
    }
    fn table(&self) -> Option<&str> {
        Some("a_table")
    }
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

fn with_message(driver: Driver, code: &'static str, message: &str) -> DbErr {
    let reported = Reported { driver, code, message: message.to_owned() };
    DbErr::Query(RuntimeErr::SqlxError(SqlxError::Database(Box::new(reported)).into()))
}

fn reported(driver: Driver, code: &'static str) -> DbErr {
    with_message(driver, code, &format!("a value: {SECRET}"))
}

#[test]
fn an_error_of_an_own_statement_is_classified_by_its_driver() {
    use FailureKind::*;
    use TransactionState::{Intact, Lost, Unknown};
    for (driver, code, kind, state, retry) in [
        (Driver::Sqlite, "2067", UniqueViolation, Unknown, Retry::No),
        (Driver::Sqlite, "5", Busy, Intact, Retry::Transaction),
        (Driver::Sqlite, "787", ForeignKeyViolation, Intact, Retry::No),
        (Driver::Sqlite, "1811", ConstraintViolation, Unknown, Retry::Unknown),
        (Driver::Postgres, "40001", Serialization, Lost, Retry::Transaction),
        (Driver::Postgres, "40P01", Serialization, Lost, Retry::Transaction),
        (Driver::PostgresWithLine, "23505", UniqueViolation, Lost, Retry::Transaction),
        (Driver::Postgres, "57P01", ConnectionLost, Lost, Retry::Unknown),
        (Driver::Postgres, "42P01", InvalidStatement, Lost, Retry::No),
        (Driver::MySql, "1213", Serialization, Lost, Retry::Transaction),
        (Driver::MySql, "1205", Timeout, Unknown, Retry::Transaction),
        (Driver::MySql, "1062", UniqueViolation, Intact, Retry::No),
        (Driver::MySql, "1180", CommitFailed, Unknown, Retry::Unknown),
        (Driver::MySqlWithoutState, "2013", ConnectionLost, Lost, Retry::Unknown),
        (Driver::Unknown, "40001", Other, Unknown, Retry::Unknown),
        (Driver::Unknown, "1213", Other, Unknown, Retry::Unknown),
    ] {
        // A message may look like the error of another driver, or be empty.
        for message in ["a value", "", "1213 (40001): x", "(code: 5) x", "x at line 1"] {
            let error = DatabaseError::from(with_message(driver, code, message));
            let found = (error.kind(), error.transaction_state(), error.retry());
            assert_eq!(found, (kind, state, retry), "{driver:?} {code} {message:?}");
            assert_eq!(error.code(), Some(code));
            let error = TaskError::from(with_message(driver, code, message));
            let is_referenced = matches!(error, TaskError::Referenced(_));
            assert_eq!(is_referenced, kind == ForeignKeyViolation, "{error:?}");
            assert_eq!(error.transaction_lost(), state == Lost);
        }
    }
}

/// A member of a MySQL group reports a lost conflict by InnoDB's number of a deadlock.
#[test]
fn a_conflict_during_a_commit_is_a_deadlock() {
    for (message, expected) in [
        ("Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT", "1213"),
        ("Got error 28 - 'error 149' during COMMIT", "1180"),
        ("Got error 1490 - 'x' during COMMIT", "1180"),
    ] {
        let error = DatabaseError::from(with_message(Driver::MySql, "1180", message));
        assert_eq!(error.code(), Some(expected), "{message}");
        let is_conflict = error.kind() == FailureKind::Serialization;
        assert_eq!(is_conflict, expected == "1213", "{message}");
    }
    let other = DatabaseError::from(with_message(Driver::MySql, "1181", "Got error 149"));
    assert_eq!(other.code(), Some("1181"));
}

/// Nothing is sent on a connection that the server refuses, as PgBouncer and a server that shuts down do.
#[test]
fn a_refused_connection_has_written_nothing() {
    for (driver, code) in
        [(Driver::Postgres, "08P01"), (Driver::Postgres, "57P01"), (Driver::MySql, "1053")]
    {
        let DbErr::Query(refused) = reported(driver, code) else { unreachable!() };
        let error = DatabaseError::from(DbErr::Conn(refused));
        let found = (error.kind(), error.transaction_state(), error.retry());
        let expected = (FailureKind::Unreachable, TransactionState::Intact, Retry::Call);
        assert_eq!(found, expected, "{driver:?} {code}");
        assert_eq!(DatabaseError::from(reported(driver, code)).kind(), FailureKind::ConnectionLost);
    }
}

#[test]
fn an_error_of_an_own_statement_without_a_code_is_taken_for_the_worst() {
    let lost = || SqlxError::Io(std::io::ErrorKind::ConnectionReset.into());
    let query = |error: SqlxError| DbErr::Query(RuntimeErr::SqlxError(error.into()));
    let error = TaskError::from(query(lost()));
    assert_eq!((error.retry(), error.transaction_lost()), (Retry::Unknown, true));
    let error = TaskError::from(query(SqlxError::PoolTimedOut));
    assert_eq!((error.retry(), error.transaction_lost()), (Retry::Call, false));
    let error = TaskError::from(DbErr::Custom("a value".to_owned()));
    let found = (error.retry(), error.transaction_state());
    assert_eq!(found, (Retry::Unknown, TransactionState::Unknown));
    let error = TaskError::from(TransactionError::Connection(query(lost())));
    assert_eq!(error.retry(), Retry::Unknown);
    let refused = TransactionError::Transaction(TaskError::IdTaken { id: Uuid::nil() });
    assert_eq!(TaskError::from(refused).code(), "id_taken");
}

/// Neither the code, a constraint, a table nor the database's message.
#[test]
fn a_problem_hides_what_the_database_reported() {
    for (code, status) in [("42P01", 500), ("23505", 409), ("23503", 409), ("40001", 503)] {
        let error = TaskError::from(reported(Driver::Postgres, code));
        let problem = ProblemDetails::from(&error);
        assert_eq!(problem.status, status, "{code}");
        let json = serde_json::to_string(&problem).unwrap();
        for internal in ["a_constraint", "a_table", SECRET, code] {
            assert!(!json.contains(internal), "{json}");
        }
    }
}
