//! Carries an unreadable timestamp through SeaORM's error.

use super::TaskError;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// The contents of [`TaskError::UnreadableTimestamp`].
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("task {id} has a timestamp that cannot be read in its column {column}")]
pub(crate) struct UnreadableTimestamp {
    pub(crate) id: Uuid,
    pub(crate) column: &'static str,
}

impl From<UnreadableTimestamp> for DbErr {
    fn from(unreadable: UnreadableTimestamp) -> Self {
        Self::TryIntoErr { from: "a row", into: "Task", source: Arc::new(unreadable) }
    }
}

impl UnreadableTimestamp {
    pub(crate) fn from_db_err(error: &DbErr) -> Option<Self> {
        match error {
            DbErr::TryIntoErr { source, .. } => source.downcast_ref().copied(),
            _ => None,
        }
    }
}

impl From<UnreadableTimestamp> for TaskError {
    fn from(UnreadableTimestamp { id, column }: UnreadableTimestamp) -> Self {
        Self::UnreadableTimestamp { id, column }
    }
}
