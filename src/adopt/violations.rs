//! Changes that a constraint or a trigger prevents.

use crate::error::{DatabaseError, FailureKind, Retry};

/// Whether a constraint or a trigger rejected the statement.
pub(super) fn is_constraint_violation(error: &DatabaseError) -> bool {
    matches!(
        error.kind(),
        FailureKind::UniqueViolation
            | FailureKind::ForeignKeyViolation
            | FailureKind::NotNullViolation
            | FailureKind::ConstraintViolation
    )
}

/// Fails if a trigger skipped the row, which raises no error.
pub(super) fn check_changed(changed: bool) -> Result<(), DatabaseError> {
    if changed {
        return Ok(());
    }
    let why = "a trigger has kept the row from being changed";
    Err(DatabaseError::custom(FailureKind::ConstraintViolation, Retry::No, why))
}
