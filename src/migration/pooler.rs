//! Recognizes a connection pooler through which the crate cannot work, by how migrations fail.

use super::MigrationError;
use crate::database::TaskConnection;
use crate::database::dialect::Dialect;
use crate::error::DatabaseError;
use sea_orm::{ConnectionTrait, DatabaseConnection};

/// The error of migrations or the schema check for a failure of the database.
pub(super) fn failure(dialect: Dialect, error: DatabaseError) -> MigrationError {
    match is_pooler(dialect, &error) {
        Some(true) => MigrationError::UnsupportedPooler { source: error },
        Some(false) | None => error.into(),
    }
}

/// Whether a pooler is the reason; `None` if only a second attempt can tell.
fn is_pooler(dialect: Dialect, error: &DatabaseError) -> Option<bool> {
    error.code().map_or(Some(false), |code| dialect.is_unsupported_pooler(code))
}

/// The outcome of migrations that failed once. If a pooler may be the reason, they are repeated: one
/// through which they cannot run fails them again, although it executes a query in between.
pub(super) async fn diagnose(
    db: &DatabaseConnection,
    first: MigrationError,
    migrate: impl AsyncFnOnce() -> Result<(), MigrationError>,
) -> Result<(), MigrationError> {
    let dialect = Dialect::of(TaskConnection::backend(db));
    let MigrationError::Database(error) = &first else { return Err(first) };
    if is_pooler(dialect, error).is_some() || db.execute_unprepared("SELECT 1").await.is_err() {
        return Err(first);
    }
    match migrate().await {
        Err(MigrationError::Database(source)) if is_pooler(dialect, &source).is_none() => {
            Err(MigrationError::UnsupportedPooler { source })
        }
        outcome => outcome,
    }
}

/// The error of a schema check that failed, where `repeated` is a failure of the query that follows.
pub(super) fn failed_twice(
    dialect: Dialect,
    error: DatabaseError,
    repeated: Option<DatabaseError>,
) -> MigrationError {
    let is_unsure = |error: &DatabaseError| is_pooler(dialect, error) != Some(false);
    match repeated {
        Some(source) if is_unsure(&error) && is_unsure(&source) => {
            MigrationError::UnsupportedPooler { source }
        }
        _ => failure(dialect, error),
    }
}
