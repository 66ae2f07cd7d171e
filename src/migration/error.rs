//! Why migrations or the schema check failed.

use super::SchemaMismatch;
use crate::error::{DatabaseError, Retry, RuntimeFault, TransactionState};
use sea_orm::DbErr;

/// Why [`migrate`](crate::migrate), or a function of [`migration`](crate::migration), failed.
///
/// No variant shows a value of a row.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// A table is missing, or lacks something that the crate needs. Nothing was changed.
    #[error("the schema does not fit (what to do: `game_tasks::docs::existing_tables`): {0}")]
    SchemaMismatch(SchemaMismatch),
    /// The migrator refused to run: the record names migrations that it does not know.
    #[error("the migrations cannot run: {reason}")]
    CannotRun {
        /// The migrator's reason.
        reason: String,
    },
    /// The crate does not support this database, or this version of it.
    #[error("{product} is not supported: game-tasks needs {needs}")]
    UnsupportedDatabase {
        /// The name and version that the server reports.
        product: String,
        /// The oldest version that the crate supports.
        needs: &'static str,
    },
    /// A connection pooler gives server connections to several clients, and does not keep their
    /// prepared statements or transactions apart: PgBouncer before 1.21, with
    /// `max_prepared_statements = 0`, or in statement mode. A statement of the migrations may have
    /// been mistaken for another client's. See the guide
    /// [`databases`](mod@crate::docs::databases#poolers).
    #[error(
        "the connection pooler does not keep prepared statements or transactions of its clients \
         apart (which settings it needs: `game_tasks::docs::databases`): {source}"
    )]
    UnsupportedPooler {
        /// The failure.
        source: DatabaseError,
    },
    /// The tokio runtime was shut down before [`migrate`](crate::migrate) had finished.
    #[error("the migrations were not run to completion: {fault}")]
    NotCompleted {
        /// What was wrong with the runtime.
        fault: RuntimeFault,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(DatabaseError),
}

impl MigrationError {
    /// What to repeat, if repeating can help. A call may always be repeated: what was migrated
    /// before is not migrated again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Database(error) => error.retry(),
            Self::NotCompleted { .. } => Retry::Unknown,
            Self::SchemaMismatch(_)
            | Self::CannotRun { .. }
            | Self::UnsupportedDatabase { .. }
            | Self::UnsupportedPooler { .. } => Retry::No,
        }
    }

    /// What is known of the application's transaction in which the call ran: roll it back
    /// unless it is [`Intact`](TransactionState::Intact). Always `Intact` on a pool.
    #[must_use]
    pub fn transaction_state(&self) -> TransactionState {
        match self {
            Self::Database(error) | Self::UnsupportedPooler { source: error } => {
                error.transaction_state()
            }
            Self::SchemaMismatch(_)
            | Self::CannotRun { .. }
            | Self::UnsupportedDatabase { .. }
            | Self::NotCompleted { .. } => TransactionState::Intact,
        }
    }

    /// SeaORM's error, whose message may contain values of rows, API keys among them.
    #[must_use]
    pub fn into_db_err(self) -> Option<DbErr> {
        match self {
            Self::Database(error) | Self::UnsupportedPooler { source: error } => {
                Some(error.into_db_err())
            }
            Self::SchemaMismatch(_)
            | Self::CannotRun { .. }
            | Self::UnsupportedDatabase { .. }
            | Self::NotCompleted { .. } => None,
        }
    }
}

impl From<SchemaMismatch> for MigrationError {
    fn from(mismatch: SchemaMismatch) -> Self {
        Self::SchemaMismatch(mismatch)
    }
}

impl From<DatabaseError> for MigrationError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}
