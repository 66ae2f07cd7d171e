//! PostgreSQL's SQLSTATE codes: all classes of PostgreSQL 15's `errcodes.txt`, and 25P04, which is
//! newer. Codes that are not listed belong to statements that the crate does not send (replication,
//! stored programs, DDL) and are `Other`.

use crate::error::FailureKind::{self, *};
use crate::error::TransactionState;
use sea_orm::sqlx::error::DatabaseError;

pub(crate) fn classify(code: &str, _writes: bool) -> (FailureKind, TransactionState) {
    // Every error that the server reports aborts the transaction.
    (kind(code), TransactionState::Lost)
}

pub(crate) fn error_code(error: &dyn DatabaseError) -> Option<String> {
    error.code().map(|code| code.into_owned())
}

/// A SQLSTATE, and nothing before the message; a line number may follow.
pub(crate) fn has_form_of_driver(error: &dyn DatabaseError) -> bool {
    let is_state = |code: &str| {
        code.len() == 5 && code.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
    };
    error.code().is_some_and(|code| is_state(&code))
        && error
            .to_string()
            .strip_prefix(error.message())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(" at line "))
}

pub(crate) fn violated_constraint(error: &dyn DatabaseError, _kind: FailureKind) -> Option<String> {
    error.constraint().map(str::to_owned)
}

pub(crate) fn may_be_partly_applied(_code: &str) -> bool {
    false
}

/// 08P01 is the code of all errors of PgBouncer (such as BEGIN in statement mode), passing ones
/// included, and of PostgreSQL where a client's statement has another client's parameters.
#[cfg(feature = "migration")]
pub(crate) fn is_unsupported_pooler(code: &str) -> Option<bool> {
    match code {
        "26000" | "42P05" => Some(true),
        "08P01" => None,
        _ => Some(false),
    }
}

fn kind(code: &str) -> FailureKind {
    match code {
        // 08 connection exception. PgBouncer reports all of its own errors as 08P01.
        "08001" | "08004" => Unreachable,
        _ if code.starts_with("08") => ConnectionLost,
        // 22 data exception
        _ if code.starts_with("22") => InvalidValue,
        // 23 integrity constraint violation, 44 with check option violation
        "23502" => NotNullViolation,
        "23001" | "23503" => ForeignKeyViolation,
        "23505" => UniqueViolation,
        _ if code.starts_with("23") => ConstraintViolation,
        "44000" => ConstraintViolation,
        // 25 invalid transaction state: read-only, failed, and the time limits that close the
        // connection (idle in transaction; transaction_timeout of PostgreSQL 17)
        "25006" => ReadOnly,
        "25P02" => TransactionAborted,
        "25P03" | "25P04" => ConnectionLost,
        // 26 invalid SQL statement name: a pooler or DISCARD took the prepared statement away
        "26000" => StatementInvalidated,
        // duplicate_prepared_statement: the driver gives a name once in a session, so another client
        // has used this session
        "42P05" => UnsupportedPooler,
        // 28 invalid authorization specification
        _ if code.starts_with("28") => PermissionDenied,
        // 3D, 3F: no such database or schema
        "3D000" | "3F000" => InvalidStatement,
        // 40 transaction rollback
        "40003" => ConnectionLost,
        _ if code.starts_with("40") => Serialization,
        // 42 syntax error or access rule violation
        "42501" => PermissionDenied,
        _ if code.starts_with("42") => InvalidStatement,
        // 53 insufficient resources
        "53100" => StorageFull,
        "53300" => Unreachable,
        _ if code.starts_with("53") => ResourceExhausted,
        // 54 program limit exceeded: a row, an index entry or a statement is too large
        _ if code.starts_with("54") => PacketTooLarge,
        // 55 object not in prerequisite state
        "55006" => Busy,
        "55P03" => Timeout,
        // 57 operator intervention: cancelled; shut down; starting up
        "57014" => Timeout,
        "57P01" | "57P02" | "57P04" | "57P05" => ConnectionLost,
        "57P03" => Unreachable,
        // 72 snapshot too old
        "72000" => Serialization,
        // P0 PL/pgSQL: RAISE EXCEPTION and ASSERT of the application's triggers
        "P0001" | "P0004" => ConstraintViolation,
        // 0A000 covers both "cached plan must not change result type" and what the server does
        // not support at all. 58 (I/O errors), F0, HV and XX (internal errors, damaged files) need
        // an administrator.
        _ => Other,
    }
}
