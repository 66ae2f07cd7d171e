//! The `tasks` table.

use crate::value::{ApiKeyId, OauthUserId, StrategyId, TaskKey, TaskStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A task: an activity inside a game.
///
/// Serde uses the column names, which are GAME's.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    /// Made by the crate (version 7), or given by the caller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it was last changed. Grows with every change that the crate makes.
    pub updated_at: DateTimeUtc,
    /// The API key that created it.
    #[sea_orm(column_name = "apiKey_used")]
    #[serde(rename = "apiKey_used")]
    pub api_key_used: Option<ApiKeyId>,
    /// The OAuth user that created it.
    pub oauth_user_id: Option<OauthUserId>,
    /// The caller's name for it, unique in its game.
    #[sea_orm(column_name = "externalTaskId")]
    #[serde(rename = "externalTaskId")]
    pub external_task_id: String,
    /// The game that it belongs to.
    #[sea_orm(column_name = "gameId")]
    #[serde(rename = "gameId")]
    pub game_id: Uuid,
    /// Its own strategy; [`StrategyId::DEFAULT`] means "none of its own".
    #[sea_orm(column_name = "strategyId")]
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// Where it is in its life.
    pub status: TaskStatus,
    /// The game, where a loader loaded it.
    #[sea_orm(belongs_to, from = "game_id", to = "id")]
    #[serde(skip)]
    pub game: BelongsTo<super::games::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The key that names this task by its own id.
    #[must_use]
    pub fn key(&self) -> TaskKey {
        TaskKey::Id(self.id)
    }

    /// Whether this key names this task.
    ///
    /// ```
    /// use game_tasks::{Game, NewTask, TaskScope, chrono::Utc};
    ///
    /// let game = Game::new("bees-2026");
    /// let new = NewTask::new(game.id, "task-login");
    /// let task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now())?;
    /// assert!(task.is_named_by(&task.key()));
    /// assert!(task.is_named_by(&(game.id, "task-login").into()));
    /// assert!(!task.is_named_by(&(game.id, "task-share").into()));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    #[must_use]
    pub fn is_named_by(&self, key: &TaskKey) -> bool {
        match key {
            TaskKey::Id(id) => self.id == *id,
            TaskKey::InGame(game, id) => self.game_id == *game && self.id == *id,
            TaskKey::External(game, name) => {
                self.game_id == *game && self.external_task_id == *name
            }
        }
    }
}

impl From<&Model> for TaskKey {
    fn from(task: &Model) -> Self {
        task.key()
    }
}
