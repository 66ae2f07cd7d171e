//! What a response may show of a task.

use crate::task::{OauthUserId, StrategyId, Task, TaskKey, TaskStatus, field_deserializers};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A task for the responses of a web service: all columns except
/// [`api_key_used`](Task::api_key_used), which is a credential of the caller that created the task.
///
/// [`oauth_user_id`](Self::oauth_user_id) stays, since it identifies a user and gives no access. Set
/// it to `None` where other users must not see it.
///
/// The serde names are those of the columns, as for [`Task`], and text is validated when a view is
/// deserialized. Unknown members are ignored, so that the JSON of a [`Task`] can be read.
///
/// ```
/// use game_tasks::{ApiKeyId, Game, NewTask, TaskScope, TaskView, chrono::Utc};
///
/// let key = ApiKeyId::new("gme_live_abc12345")?;
/// let game = Game::new("bees-2026").owned_by_api_key(key.clone());
/// let scope = TaskScope::api_key(key);
/// let task = NewTask::new(game.id, "task-login").to_task(&scope, Some(&game), Utc::now())?;
/// let json = serde_json::to_value(TaskView::from(&task))?;
/// assert_eq!(json, serde_json::json!({
///     "id": task.id,
///     "created_at": task.created_at,
///     "updated_at": task.updated_at,
///     "oauth_user_id": null,
///     "gameId": game.id,
///     "externalTaskId": "task-login",
///     "strategyId": "default",
///     "status": "open",
/// }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Page::map`](crate::Page::map) and [`CreateOutcome::map`](crate::CreateOutcome::map) convert what
/// a repository returns: `page.map(TaskView::from)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskView {
    /// The id.
    pub id: Uuid,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
    /// The OAuth user that created the task.
    pub oauth_user_id: Option<OauthUserId>,
    /// The game that the task belongs to.
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// The caller's name for the task, unique in the game.
    #[serde(rename = "externalTaskId", deserialize_with = "field_deserializers::external_task_id")]
    pub external_task_id: String,
    /// The task's own strategy; [`StrategyId::DEFAULT`] means that it has none.
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// The status.
    pub status: TaskStatus,
}

impl TaskView {
    /// The key with this task's id.
    #[must_use]
    pub fn key(&self) -> TaskKey {
        TaskKey::Id(self.id)
    }
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        // Without `..`, so that whether a new column is shown has to be decided here.
        let Task {
            id,
            created_at,
            updated_at,
            api_key_used: _,
            oauth_user_id,
            game_id,
            external_task_id,
            strategy_id,
            status,
        } = task;
        Self {
            id,
            created_at,
            updated_at,
            oauth_user_id,
            game_id,
            external_task_id,
            strategy_id,
            status,
        }
    }
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        task.clone().into()
    }
}
