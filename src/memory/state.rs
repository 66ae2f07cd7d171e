//! What is kept: games, tasks and the index of their names, changed only as a whole.

use crate::task::{Game, StrategyId, Task, TaskKey, TaskScope};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

#[derive(Default)]
pub(super) struct State {
    pub(super) games: HashMap<Uuid, Game>,
    tasks: HashMap<Uuid, Task>,
    /// The ids of each game's tasks by name: sorted, so that a prefix is a range.
    names: HashMap<Uuid, BTreeMap<String, Uuid>>,
}

impl State {
    pub(super) fn task_count(&self) -> usize {
        self.tasks.len()
    }

    pub(super) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    pub(super) fn task(&self, id: Uuid) -> Option<&Task> {
        self.tasks.get(&id)
    }

    pub(super) fn names_in(&self, game: Uuid) -> Option<&BTreeMap<String, Uuid>> {
        self.names.get(&game)
    }

    pub(super) fn id_of(&self, game: Uuid, external: &str) -> Option<Uuid> {
        self.names_in(game)?.get(external).copied()
    }

    pub(super) fn find(&self, key: &TaskKey) -> Option<&Task> {
        match key {
            TaskKey::Id(id) => self.task(*id),
            TaskKey::InGame(game, id) => self.task(*id).filter(|task| task.game_id == *game),
            TaskKey::External(game, external) => self.task(self.id_of(*game, external)?),
        }
    }

    pub(super) fn find_seen(&self, key: &TaskKey, scope: &TaskScope) -> Option<&Task> {
        self.find(key).filter(|task| self.seen_by(scope, task))
    }

    pub(super) fn seen_by(&self, scope: &TaskScope, task: &Task) -> bool {
        scope.can_see(task, self.games.get(&task.game_id))
    }

    pub(super) fn strategy_of_game(&self, game: Uuid) -> Option<StrategyId> {
        self.games.get(&game).map(|game| game.strategy_id.clone())
    }

    pub(super) fn write(&mut self, rows: impl IntoIterator<Item = Task>) {
        for task in rows {
            let names = self.names.entry(task.game_id).or_default();
            names.insert(task.external_task_id.clone(), task.id);
            self.tasks.insert(task.id, task);
        }
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Option<Task> {
        let task = self.tasks.remove(&id)?;
        if let Some(names) = self.names.get_mut(&task.game_id) {
            names.remove(&task.external_task_id);
            if names.is_empty() {
                self.names.remove(&task.game_id);
            }
        }
        Some(task)
    }
}
