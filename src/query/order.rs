//! The order of a list.

use serde::{Deserialize, Serialize};

/// What a list is sorted by. Ties are broken by the id, in the same direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaskOrder {
    /// By [`created_at`](crate::Task::created_at).
    #[default]
    Created,
    /// By [`external_task_id`](crate::Task::external_task_id), compared byte by byte.
    ExternalId,
    /// By [`updated_at`](crate::Task::updated_at). A task that changes while a list is read by
    /// cursor can appear twice or, in descending order, be missed.
    Updated,
}

/// The direction of a list's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortDirection {
    /// Smallest or oldest first.
    #[default]
    Ascending,
    /// Greatest or newest first.
    Descending,
}
