//! The order of a list.

use serde::{Deserialize, Serialize};

/// What a list is sorted by. Ties are broken by the id, in the same direction.
///
/// The serde names are `created`, `externalTaskId` and `updated`:
///
/// ```
/// use game_tasks::TaskOrder;
///
/// assert_eq!(serde_json::to_string(&TaskOrder::ExternalId)?, r#""externalTaskId""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaskOrder {
    /// By [`created_at`](crate::Task::created_at).
    #[default]
    Created,
    /// By [`external_task_id`](crate::Task::external_task_id), compared byte by byte.
    #[serde(rename = "externalTaskId")]
    ExternalId,
    /// By [`updated_at`](crate::Task::updated_at). A task that changes while a list is read by
    /// cursor can appear twice or, in descending order, be missed.
    Updated,
}

/// The direction of a list's order.
///
/// The serde names are `asc` and `desc`:
///
/// ```
/// use game_tasks::SortDirection;
///
/// assert_eq!(serde_json::to_string(&SortDirection::Descending)?, r#""desc""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub enum SortDirection {
    /// Smallest or oldest first.
    #[default]
    #[serde(rename = "asc")]
    Ascending,
    /// Greatest or newest first.
    #[serde(rename = "desc")]
    Descending,
}
