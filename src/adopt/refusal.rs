//! What the owner's own rules are against.

use crate::error::{DatabaseError, FailureKind, Retry};

/// Whether a constraint, or a trigger of the owner's, is against it.
pub(super) fn is_a_refusal(error: &DatabaseError) -> bool {
    matches!(
        error.kind(),
        FailureKind::UniqueViolation
            | FailureKind::ForeignKeyViolation
            | FailureKind::NotNullViolation
            | FailureKind::ConstraintViolation
    ) || error.code() == Some("P0001")
}

/// A trigger can keep a row from being changed without a word.
pub(super) fn refuse_unless(done: bool) -> Result<(), DatabaseError> {
    if done {
        return Ok(());
    }
    let why = "a trigger has kept the row from being changed";
    Err(DatabaseError::custom(FailureKind::ConstraintViolation, Retry::No, why))
}
