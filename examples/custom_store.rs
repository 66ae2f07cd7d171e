//! A store of an application's own, over a plain map, and the conformance suite that tests it.
//!
//! ```sh
//! cargo run --example custom_store --features conformance
//! ```
//!
//! Prints what became of each case. The exit code is 0 if none failed, else 1.

#![allow(clippy::print_stdout, reason = "an example talks")]

use async_trait::async_trait;
use game_tasks::chrono::{DateTime, Utc};
use game_tasks::conformance::{self, Store, StoreError};
use game_tasks::uuid::Uuid;
use game_tasks::{
    CreateOutcome, Game, Lifecycle, NewTask, OnExisting, Page, Task, TaskError, TaskFilter,
    TaskKey, TaskPatch, TaskQuery, TaskRepository, TaskScope,
};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is kept: games and tasks by their ids.
#[derive(Clone, Default)]
struct Kept {
    games: BTreeMap<Uuid, Game>,
    tasks: BTreeMap<Uuid, Task>,
}

/// Tasks in a map. Its clones share what they keep.
#[derive(Clone, Default)]
struct MapRepository {
    kept: Arc<Mutex<Kept>>,
    scope: TaskScope,
    lifecycle: Lifecycle,
}

impl Kept {
    /// All tasks that the scope sees.
    fn seen(&self, scope: &TaskScope) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(|task| scope.can_see(task, self.games.get(&task.game_id)))
    }

    fn find(&self, scope: &TaskScope, key: &TaskKey) -> Result<&Task, TaskError> {
        let found = self.seen(scope).find(|task| task.matches(key));
        found.ok_or_else(|| TaskError::NotFound { key: key.clone() })
    }

    /// The ids of the tasks that the filter means and for which this holds.
    fn ids(
        &self,
        scope: &TaskScope,
        filter: &TaskFilter,
        holds: impl Fn(&Task) -> bool,
    ) -> Vec<Uuid> {
        let meant = self.seen(scope).filter(|task| filter.matches(task) && holds(task));
        meant.map(|task| task.id).collect()
    }
}

/// A batch that is written to a copy of what is kept, task by task.
struct Batch<'b> {
    before: &'b Kept,
    after: Kept,
    /// The ids by game and name: a batch of thousands must not search for each.
    names: BTreeMap<(Uuid, String), Uuid>,
    now: DateTime<Utc>,
}

impl<'b> Batch<'b> {
    fn new(before: &'b Kept) -> Self {
        let name = |task: &Task| ((task.game_id, task.external_task_id.clone()), task.id);
        let names = before.tasks.values().map(name).collect();
        Self { before, after: before.clone(), names, now: Utc::now() }
    }

    /// Writes one more task, and answers with its id and whether it was there.
    fn write(
        &mut self,
        scope: &TaskScope,
        new: &NewTask,
        on_existing: OnExisting,
    ) -> Result<(Uuid, bool), TaskError> {
        let game = self.after.games.get(&new.game_id);
        let task = new.to_task(scope, game, self.now)?;
        let name = (task.game_id, task.external_task_id.clone());
        if let Some(id) = self.names.get(&name) {
            let seen = self.after.tasks.get(id).is_some_and(|there| scope.can_see(there, game));
            if !seen || on_existing == OnExisting::Fail {
                let (game_id, external_task_id) = name;
                let id = seen.then_some(*id);
                return Err(TaskError::AlreadyExists { game_id, external_task_id, id });
            }
            let there = self.after.tasks.get_mut(id);
            if let (OnExisting::Update, Some(there)) = (on_existing, there) {
                let patch = TaskPatch::new().strategy(task.strategy_id.as_str());
                if patch.check(&there.key(), there, &Lifecycle::any()).is_ok() {
                    patch.apply(there);
                }
            }
            return Ok((*id, true));
        }
        if self.after.tasks.contains_key(&task.id) {
            return Err(TaskError::IdTaken { id: task.id });
        }
        self.names.insert(name, task.id);
        let id = task.id;
        self.after.tasks.insert(id, task);
        Ok((id, false))
    }

    /// What became of a task: the row as the whole batch leaves it.
    fn outcome(&self, id: Uuid, was_there: bool, on_existing: OnExisting) -> Option<CreateOutcome> {
        let after = self.after.tasks.get(&id)?.clone();
        let before = self.before.tasks.get(&id);
        let changed = before.is_none_or(|before| before.strategy_id != after.strategy_id);
        Some(match (was_there, before) {
            (false, _) => CreateOutcome::Created(after),
            (true, _) if on_existing == OnExisting::Update && changed => {
                CreateOutcome::Updated(after)
            }
            // Changed and changed back is not changed.
            (true, Some(before)) => CreateOutcome::Kept(before.clone()),
            (true, None) => CreateOutcome::Kept(after),
        })
    }

    /// What is to be kept, without what was changed and changed back.
    fn into_kept(mut self) -> Kept {
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
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TaskRepository for MapRepository {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.scope.validate()?;
        let tasks = std::slice::from_ref(task);
        match self.create_all_tasks(tasks, OnExisting::Fail).await {
            Ok(written) => {
                written.into_iter().next().map(CreateOutcome::into_task).ok_or(
                    TaskError::NotFound { key: (task.game_id, &task.external_task_id).into() },
                )
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
        let mut kept = self.kept();
        let mut batch = Batch::new(&kept);
        let written: Vec<_> =
            tasks.iter().map(|task| batch.write(&self.scope, task, on_existing)).collect();
        let outcome = |written: Result<(Uuid, bool), TaskError>| match written {
            Ok((id, was_there)) => batch.outcome(id, was_there, on_existing).map(Ok),
            Err(error) => Some(Err(error)),
        };
        let outcomes = written.into_iter().filter_map(outcome).collect();
        *kept = batch.into_kept();
        Ok(outcomes)
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.scope.validate()?;
        NewTask::validate_atomic_batch(tasks)?;
        let mut kept = self.kept();
        let mut batch = Batch::new(&kept);
        let mut written = Vec::with_capacity(tasks.len());
        for (index, task) in tasks.iter().enumerate() {
            let one = batch.write(&self.scope, task, on_existing);
            written.push(one.map_err(|error| TaskError::Batch { index, error: error.into() })?);
        }
        let outcomes = written.into_iter();
        let outcomes =
            outcomes.filter_map(|(id, there)| batch.outcome(id, there, on_existing)).collect();
        *kept = batch.into_kept();
        Ok(outcomes)
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        Ok(self.kept().find(&self.scope, key).ok().cloned())
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        query.paginate(&self.scope, self.kept().seen(&self.scope))
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        Ok(self.kept().ids(&self.scope, filter, |_| true).len() as u64)
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.scope.validate()?;
        patch.validate()?;
        key.validate()?;
        let mut kept = self.kept();
        let mut task = kept.find(&self.scope, key)?.clone();
        patch.check(key, &task, &self.lifecycle)?;
        patch.apply(&mut task);
        kept.tasks.insert(task.id, task.clone());
        Ok(task)
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.scope.validate()?;
        patch.validate()?;
        filter.validate()?;
        let mut kept = self.kept();
        let applies = |task: &Task| patch.check(&task.key(), task, &self.lifecycle).is_ok();
        let ids = kept.ids(&self.scope, filter, applies);
        for id in &ids {
            if let Some(task) = kept.tasks.get_mut(id) {
                patch.apply(task);
            }
        }
        Ok(ids.len() as u64)
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let mut kept = self.kept();
        let task = kept.find(&self.scope, key)?.clone();
        kept.tasks.remove(&task.id);
        Ok(task)
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        let mut kept = self.kept();
        let ids = kept.ids(&self.scope, filter, |_| true);
        for id in &ids {
            kept.tasks.remove(id);
        }
        Ok(ids.len() as u64)
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Self { scope: self.scope.clone().and(scope), ..self.clone() })
    }
}

/// What the suite needs to know. The first two methods must be there; the others let it test
/// lifecycles and races, too.
#[async_trait]
impl Store for MapRepository {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        Box::new(self)
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        self.kept().games.insert(game.id, game);
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
