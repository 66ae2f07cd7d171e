//! A custom store over a `BTreeMap`, tested with the conformance suite.
//!
//! ```sh
//! cargo run --example custom_store --features conformance
//! ```
//!
//! Prints the result of each case. The exit code is 1 if any failed, else 0.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use async_trait::async_trait;
use game_tasks::chrono::{DateTime, Utc};
use game_tasks::conformance::{self, Store, StoreError};
use game_tasks::uuid::Uuid;
use game_tasks::{
    CreateOutcome, Game, GameOwners, Lifecycle, NewTask, OnExisting, Page, Task, TaskError,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepository, TaskScope,
};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The owners of games, which are all that scopes need, and the tasks, by id.
#[derive(Clone, Default)]
struct State {
    games: BTreeMap<Uuid, GameOwners>,
    tasks: BTreeMap<Uuid, Task>,
}

/// A repository over a map. Clones share the state.
#[derive(Clone, Default)]
struct MapRepository {
    state: Arc<Mutex<State>>,
    scope: TaskScope,
    lifecycle: Lifecycle,
}

impl State {
    /// All tasks that the scope can see.
    fn visible(&self, scope: &TaskScope) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(|task| scope.can_see(task, self.games.get(&task.game_id)))
    }

    fn find(&self, scope: &TaskScope, key: &TaskKey) -> Result<&Task, TaskError> {
        let found = self.visible(scope).find(|task| task.matches(key));
        found.ok_or_else(|| TaskError::NotFound { key: key.clone() })
    }

    /// The ids of the visible tasks that match the filter and the predicate.
    fn matching_ids(
        &self,
        scope: &TaskScope,
        filter: &TaskFilter,
        predicate: impl Fn(&Task) -> bool,
    ) -> Vec<Uuid> {
        let matching = self.visible(scope).filter(|task| filter.matches(task) && predicate(task));
        matching.map(|task| task.id).collect()
    }
}

/// A batch, applied task by task to a copy of the state.
struct Batch<'b> {
    before: &'b State,
    after: State,
    /// Ids by game and external id, so that a batch of thousands need not search for each.
    ids: BTreeMap<(Uuid, String), Uuid>,
    now: DateTime<Utc>,
}

impl<'b> Batch<'b> {
    fn new(before: &'b State) -> Self {
        let entry = |task: &Task| ((task.game_id, task.external_task_id.clone()), task.id);
        let ids = before.tasks.values().map(entry).collect();
        Self { before, after: before.clone(), ids, now: Utc::now() }
    }

    /// Adds a task to the batch. Returns its id and whether it existed.
    fn add(
        &mut self,
        scope: &TaskScope,
        lifecycle: &Lifecycle,
        new: &NewTask,
        on_existing: OnExisting,
    ) -> Result<(Uuid, bool), TaskError> {
        new.check(lifecycle)?;
        let game = self.after.games.get(&new.game_id);
        let task = new.to_task(scope, game, self.now)?;
        let key = (task.game_id, task.external_task_id.clone());
        if let Some(id) = self.ids.get(&key) {
            let visible =
                self.after.tasks.get(id).is_some_and(|existing| scope.can_see(existing, game));
            if !visible || on_existing == OnExisting::Fail {
                let (game_id, external_task_id) = key;
                let id = visible.then_some(*id);
                return Err(TaskError::AlreadyExists { game_id, external_task_id, id });
            }
            let existing = self.after.tasks.get_mut(id);
            if let (OnExisting::Update, Some(existing)) = (on_existing, existing) {
                let patch = TaskPatch::new().strategy(task.strategy_id.as_str());
                if patch.check(&existing.key(), existing, &Lifecycle::any()).is_ok() {
                    patch.apply(existing);
                }
            }
            return Ok((*id, true));
        }
        if self.after.tasks.contains_key(&task.id) {
            return Err(TaskError::IdTaken { id: task.id });
        }
        self.ids.insert(key, task.id);
        let id = task.id;
        self.after.tasks.insert(id, task);
        Ok((id, false))
    }

    /// The outcome of a task, with the row as the whole batch leaves it.
    fn outcome(&self, id: Uuid, existed: bool, on_existing: OnExisting) -> Option<CreateOutcome> {
        let after = self.after.tasks.get(&id)?.clone();
        let before = self.before.tasks.get(&id);
        let changed = before.is_none_or(|before| before.strategy_id != after.strategy_id);
        Some(match (existed, before) {
            (false, _) => CreateOutcome::Created(after),
            (true, _) if on_existing == OnExisting::Update && changed => {
                CreateOutcome::Updated(after)
            }
            // An update that was reverted later in the batch is not a change.
            (true, Some(before)) => CreateOutcome::Kept(before.clone()),
            (true, None) => CreateOutcome::Kept(after),
        })
    }

    /// The new state, without updates that were reverted later in the batch.
    fn into_state(mut self) -> State {
        for (id, task) in &mut self.after.tasks {
            if let Some(before) = self.before.tasks.get(id)
                && before.strategy_id == task.strategy_id
            {
                *task = before.clone();
            }
        }
        self.after
    }
}

impl MapRepository {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TaskRepository for MapRepository {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.scope.validate()?;
        let tasks = std::slice::from_ref(task);
        match self.create_all_tasks(tasks, OnExisting::Fail).await {
            Ok(outcomes) => {
                let key = (task.game_id, &task.external_task_id).into();
                let outcome = outcomes.into_iter().next();
                outcome.map(CreateOutcome::into_task).ok_or(TaskError::NotFound { key })
            }
            Err(TaskError::Batch { error, .. }) => Err(*error),
            Err(error) => Err(error),
        }
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.scope.validate()?;
        let mut state = self.state();
        let mut batch = Batch::new(&state);
        let added: Vec<_> = tasks
            .iter()
            .map(|task| batch.add(&self.scope, &self.lifecycle, task, on_existing))
            .collect();
        let outcome = |added: Result<(Uuid, bool), TaskError>| match added {
            Ok((id, existed)) => batch.outcome(id, existed, on_existing).map(Ok),
            Err(error) => Some(Err(error)),
        };
        let outcomes = added.into_iter().filter_map(outcome).collect();
        *state = batch.into_state();
        Ok(outcomes)
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.scope.validate()?;
        NewTask::validate_atomic_batch(tasks)?;
        let mut state = self.state();
        let mut batch = Batch::new(&state);
        let mut added = Vec::with_capacity(tasks.len());
        for (index, task) in tasks.iter().enumerate() {
            let entry = batch.add(&self.scope, &self.lifecycle, task, on_existing);
            added.push(entry.map_err(|error| TaskError::Batch { index, error: error.into() })?);
        }
        let outcomes = added
            .into_iter()
            .filter_map(|(id, existed)| batch.outcome(id, existed, on_existing))
            .collect();
        *state = batch.into_state();
        Ok(outcomes)
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        Ok(self.state().find(&self.scope, key).ok().cloned())
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        query.paginate(&self.scope, self.state().visible(&self.scope))
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        Ok(self.state().matching_ids(&self.scope, filter, |_| true).len() as u64)
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.scope.validate()?;
        patch.validate()?;
        key.validate()?;
        let mut state = self.state();
        let mut task = state.find(&self.scope, key)?.clone();
        patch.check(key, &task, &self.lifecycle)?;
        patch.apply(&mut task);
        state.tasks.insert(task.id, task.clone());
        Ok(task)
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.scope.validate()?;
        patch.validate_for_many()?;
        filter.validate()?;
        let mut state = self.state();
        let applies = |task: &Task| patch.check(&task.key(), task, &self.lifecycle).is_ok();
        let ids = state.matching_ids(&self.scope, filter, applies);
        for id in &ids {
            if let Some(task) = state.tasks.get_mut(id) {
                patch.apply(task);
            }
        }
        Ok(ids.len() as u64)
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let mut state = self.state();
        let task = state.find(&self.scope, key)?.clone();
        state.tasks.remove(&task.id);
        Ok(task)
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        let mut state = self.state();
        let ids = state.matching_ids(&self.scope, filter, |_| true);
        for id in &ids {
            state.tasks.remove(id);
        }
        Ok(ids.len() as u64)
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Self { scope: self.scope.clone().and(scope), ..self.clone() })
    }
}

/// What the suite needs. The first two methods are required; the others let it also test lifecycles
/// and races.
#[async_trait]
impl Store for MapRepository {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        Box::new(self)
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        self.state().games.insert(game.id, GameOwners::from(&game));
        Ok(())
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        Some(Box::new(Self { lifecycle, ..self.clone() }))
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        Some(Arc::new(self.clone()))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let report = conformance::run(async || Ok::<_, StoreError>(MapRepository::default())).await;
    println!("{report}");
    match report.into_result() {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
