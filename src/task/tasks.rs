//! The `tasks` table.

use crate::task::{
    ApiKeyId, OauthUserId, StrategyId, TaskKey, TaskStatus, field_deserializers as __fields,
};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

crate::__task_model! {
    {
        /// A task: an activity inside a game.
        ///
        /// The serde names are those of the columns, which are GAME's.
        ///
        /// Text is validated when a task is deserialized, but not when it is read from a
        /// database, so that rows written by other programs can always be read. A task with
        /// invalid text can be serialized; deserializing it is an error that names the field. A
        /// client that must accept such tasks deserializes them into a type of its own, such as
        /// [`Page`](crate::Page)`<OwnTask>`.
        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
        #[sea_orm(table_name = "tasks")]
    }
    {
        /// The game, if SeaORM's entity loader has loaded it.
        #[sea_orm(belongs_to, from = "game_id", to = "id")]
        #[serde(skip)]
        pub game: BelongsTo<super::games::Entity>,
    }
}

crate::__floor_to_microseconds!();

impl Model {
    /// The key with this task's id.
    #[must_use]
    pub fn key(&self) -> TaskKey {
        TaskKey::Id(self.id)
    }

    /// Whether the key identifies this task.
    ///
    /// ```
    /// use game_tasks::{Game, NewTask, TaskScope, chrono::Utc};
    ///
    /// let game = Game::new("bees-2026");
    /// let new = NewTask::new(game.id, "task-login");
    /// let task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now())?;
    /// assert!(task.matches(&task.key()));
    /// assert!(task.matches(&(game.id, "task-login").into()));
    /// assert!(!task.matches(&(game.id, "task-share").into()));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, key: &TaskKey) -> bool {
        match key {
            TaskKey::Id(id) => self.id == *id,
            TaskKey::InGame(game, id) => self.game_id == *game && self.id == *id,
            TaskKey::External(game, external) => {
                self.game_id == *game && self.external_task_id == *external
            }
        }
    }
}

impl From<&Model> for TaskKey {
    fn from(task: &Model) -> Self {
        task.key()
    }
}
