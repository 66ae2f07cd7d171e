//! The data: games, tasks, and each game's tasks by external id.

use crate::{
    Game, GameOwners, OwnerId, StrategyId, Task, TaskError, TaskFilter, TaskKey, TaskScope,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct State {
    pub(super) games: HashMap<Uuid, Game>,
    /// The owners of games that stand for the application's owner column.
    pub(super) owners: HashMap<Uuid, OwnerId>,
    /// Restricts owners to the columns that the application's games table has.
    pub(super) with_columns: Option<fn(GameOwners) -> GameOwners>,
    pub(super) tasks: HashMap<Uuid, Task>,
    /// Task ids by game and external id. Sorted, so that a prefix is a range.
    external_ids: HashMap<Uuid, BTreeMap<String, Uuid>>,
}

impl State {
    pub(super) fn has_tasks(&self, game_id: Uuid) -> bool {
        self.external_ids.contains_key(&game_id)
    }

    pub(super) fn task(&self, id: Uuid) -> Option<&Task> {
        self.tasks.get(&id)
    }

    pub(super) fn id_of(&self, game_id: Uuid, external_id: &str) -> Option<Uuid> {
        self.external_ids.get(&game_id)?.get(external_id).copied()
    }

    pub(super) fn find(&self, key: &TaskKey, scope: &TaskScope) -> Option<&Task> {
        self.lookup(key).filter(|task| self.can_see(scope, task))
    }

    pub(super) fn get(&self, key: &TaskKey, scope: &TaskScope) -> Result<&Task, TaskError> {
        self.find(key, scope).ok_or_else(|| TaskError::NotFound { key: key.clone() })
    }

    pub(super) fn can_see(&self, scope: &TaskScope, task: &Task) -> bool {
        scope.is_unrestricted() || scope.can_see(task, self.owners_of(task.game_id))
    }

    /// The owners of a game, if it exists.
    pub(super) fn owners_of(&self, game_id: Uuid) -> Option<GameOwners> {
        let mut owners = GameOwners::from(self.games.get(&game_id)?);
        owners.owner = self.owners.get(&game_id).cloned();
        Some(self.with_columns.map_or(owners.clone(), |with_columns| with_columns(owners)))
    }

    pub(super) fn strategy_of_game(&self, game_id: Uuid) -> Option<StrategyId> {
        self.games.get(&game_id).map(|game| game.strategy_id.clone())
    }

    /// The visible tasks that the filter selects, in no order.
    pub(super) fn matching(&self, filter: &TaskFilter, scope: &TaskScope) -> Vec<&Task> {
        self.candidates(filter, scope).filter(|task| filter.matches(task)).collect()
    }

    /// A superset of the visible tasks that the filter selects, in no order: narrowed by its
    /// keys, else by its game and prefix.
    pub(super) fn candidates<'s: 'f, 'f>(
        &'s self,
        filter: &'f TaskFilter,
        scope: &'f TaskScope,
    ) -> impl Iterator<Item = &'s Task> + 'f {
        let candidates: Box<dyn Iterator<Item = &'s Task> + 'f> =
            match (&filter.keys, filter.game_id) {
                (Some(keys), _) => {
                    // Two keys can name the same task.
                    let mut seen = HashSet::new();
                    let tasks = keys.iter().filter_map(|key| self.lookup(key));
                    Box::new(tasks.filter(move |task| seen.insert(task.id)))
                }
                (None, Some(game_id)) => {
                    let prefix = filter.external_id_prefix.as_deref().unwrap_or_default();
                    let from_prefix = (Bound::Included(prefix), Bound::Unbounded);
                    let game = self.external_ids.get(&game_id).into_iter();
                    let ids = game
                        .flat_map(move |ids| ids.range::<str, _>(from_prefix))
                        .take_while(move |(external_id, _)| external_id.starts_with(prefix));
                    Box::new(ids.filter_map(|(_, id)| self.task(*id)))
                }
                (None, None) => Box::new(self.tasks.values()),
            };
        candidates.filter(|task| self.can_see(scope, task))
    }

    pub(super) fn write(&mut self, rows: impl IntoIterator<Item = Task>) {
        for task in rows {
            let ids = self.external_ids.entry(task.game_id).or_default();
            ids.insert(task.external_task_id.clone(), task.id);
            self.tasks.insert(task.id, task);
        }
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Option<Task> {
        let task = self.tasks.remove(&id)?;
        if let Some(ids) = self.external_ids.get_mut(&task.game_id) {
            ids.remove(&task.external_task_id);
            if ids.is_empty() {
                self.external_ids.remove(&task.game_id);
            }
        }
        Some(task)
    }

    /// Finds a task whether or not a scope may see it.
    fn lookup(&self, key: &TaskKey) -> Option<&Task> {
        match key {
            TaskKey::Id(id) => self.task(*id),
            TaskKey::InGame(game_id, id) => self.task(*id).filter(|task| task.game_id == *game_id),
            TaskKey::External(game_id, external_id) => {
                self.task(self.id_of(*game_id, external_id)?)
            }
        }
    }
}
