//! SQLite's extended result codes, from the header of the bundled version.

use crate::error::FailureKind::{self, *};
use crate::error::TransactionState::{self, Intact, Lost, Unknown};
use sea_orm::sqlx::error::DatabaseError;

pub(crate) fn classify(code: &str, writes: bool) -> (FailureKind, TransactionState) {
    code.parse().map_or((Other, Unknown), |code| by_code(code, writes))
}

pub(crate) fn error_code(error: &dyn DatabaseError) -> Option<String> {
    error.code().map(|code| code.into_owned())
}

/// `(code: 2067) message`.
pub(crate) fn has_form_of_driver(error: &dyn DatabaseError) -> bool {
    let form = |code: &str| format!("(code: {code}) {}", error.message());
    error.code().is_some_and(|code| error.to_string() == form(&code))
}

pub(crate) fn violated_constraint(error: &dyn DatabaseError, _kind: FailureKind) -> Option<String> {
    error.constraint().map(str::to_owned)
}

/// A trigger's `RAISE(FAIL)` keeps the changes that the statement made before it.
pub(crate) fn may_be_partly_applied(code: &str) -> bool {
    code == "1811"
}

#[cfg(feature = "migration")]
pub(crate) fn is_unsupported_pooler(_code: &str) -> Option<bool> {
    Some(false)
}

/// SQLite's extended result codes, of which the low byte is the primary one.
fn by_code(code: u32, writes: bool) -> (FailureKind, TransactionState) {
    match code {
        // Foreign keys and STRICT types know no conflict clause: the statement is undone.
        787 => return (ForeignKeyViolation, Intact),
        3091 => return (InvalidValue, Intact),
        // The others may have ON CONFLICT ROLLBACK, and a trigger RAISE(ROLLBACK).
        1555 | 2067 | 2579 => return (UniqueViolation, Unknown),
        1299 => return (NotNullViolation, Unknown),
        // The statement was ended because the transaction was rolled back.
        516 => return (TransactionAborted, Lost),
        _ => {}
    }
    match code & 0xff {
        1 => (InvalidStatement, Intact),
        3 | 23 => (PermissionDenied, Intact),
        4 => (Other, Unknown),
        5 | 6 | 15 => (Busy, Intact),
        8 => (ReadOnly, Intact),
        // SQLite may roll back the transaction by itself when it is out of memory or
        // interrupted, and when the file cannot be read or written, or is full.
        7 => (ResourceExhausted, Unknown),
        9 if writes => (Timeout, Unknown),
        9 => (Timeout, Intact),
        13 => (StorageFull, Unknown),
        14 => (Unreachable, Unknown),
        17 => (StatementInvalidated, Intact),
        18 => (PacketTooLarge, Intact),
        19 => (ConstraintViolation, Unknown),
        20 => (InvalidValue, Intact),
        10 | 11 | 26 => (Other, Unknown),
        _ => (Other, Intact),
    }
}
