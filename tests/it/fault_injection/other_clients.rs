//! Calls that other clients make between the statements of a call.

use super::Random;
use crate::support::run;
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::{
    NewTask, SeaOrmTaskRepository, TaskFilter, TaskKey, TaskPatch, TaskRepositoryExt,
};
use uuid::Uuid;

/// A call of another client. Its errors are ignored.
#[derive(Debug, Clone)]
pub(super) enum ClientCall {
    Change(TaskKey, TaskPatch),
    Delete(TaskKey),
    Create(NewTask),
    /// Deletes the task and creates another one with its name.
    Recreate(NewTask),
    /// Deletes the task and creates another one with its name and id, if the id is in the list.
    /// No other client can reuse an id that the crate generated.
    RecreateWithItsId(Uuid, String, Vec<Uuid>),
    DeleteGame(Uuid),
}

impl ClientCall {
    pub(super) fn random(random: &mut Random, game: Uuid, ids: &[Uuid], names: &[&str]) -> Self {
        let name = random.choose(names);
        let key = TaskKey::from((game, name));
        let new = NewTask::new(game, name).strategy(random.choose(&["s0", "s1", "s2"]));
        match random.below(12) {
            0..3 => Self::Change(key, TaskPatch::new().status(random.choose(&["open", "b", "c"]))),
            3 => Self::Change(key, TaskPatch::new().strategy(random.choose(&["s0", "s1", "s2"]))),
            4..6 => Self::Delete(key),
            6 => Self::Create(new),
            7 => Self::Create(new.id(random.choose(ids))),
            8 => Self::Recreate(new),
            9 => Self::Recreate(new.id(random.choose(ids))),
            10 => Self::RecreateWithItsId(game, name.to_owned(), ids.to_vec()),
            _ => Self::DeleteGame(game),
        }
    }

    pub(super) async fn make(&self, db: &DatabaseConnection) {
        let tasks = SeaOrmTaskRepository::new(db);
        match self.clone() {
            Self::Change(key, patch) => drop(tasks.update(&key, patch).await),
            Self::Delete(key) => drop(tasks.delete(&key).await),
            Self::Create(new) => drop(tasks.create(new).await),
            Self::Recreate(new) => {
                let key = (new.game_id, new.external_task_id.as_str());
                drop(tasks.delete(key).await);
                drop(tasks.create(new).await);
            }
            Self::RecreateWithItsId(game, name, ids) => {
                let existing = tasks.find((game, name.as_str())).await.unwrap();
                if let Some(task) = existing.filter(|task| ids.contains(&task.id)) {
                    tasks.delete(task.id).await.unwrap();
                    tasks.create(NewTask::new(game, name).id(task.id)).await.unwrap();
                }
            }
            Self::DeleteGame(game) => {
                tasks.delete_many(TaskFilter::in_game(game)).await.unwrap();
                run(db, "DELETE FROM games WHERE id = ?", [game.into()]).await;
            }
        }
    }
}
