//! [`InMemoryTaskRepository`], written against the crate's public API only.

mod batch;
mod games;
mod state;
#[cfg(test)]
mod tests;

use self::batch::Draft;
use self::state::State;
use crate::{
    CreateOutcome, Inheritance, Lifecycle, NewTask, OnExisting, Page, ResolveStrategy,
    ResolvedGame, ResolvedStrategy, ResolvedTask, StrategyCatalog, StrategyId, Task, TaskError,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepository, TaskScope, ValidationError,
};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// A repository that keeps games and tasks in memory, for unit tests of applications.
///
/// It keeps the promises of [`TaskRepository`], and resolves strategies like
/// [`StrategyResolver`](crate::StrategyResolver). Clones share their data, which lives as long as
/// the last of them.
///
/// It cannot take part in a transaction: there is no `on`, and a rollback of the application's
/// transaction does not undo its writes. Test code that depends on rollback on a database.
///
/// Calls never wait and never fail with [`TaskError::Database`], except
/// [`remove_game`](Self::remove_game). A call on one task takes the same time however many tasks
/// there are; lists, counts and bulk changes read every task of the filter's game, or all tasks
/// if it names none.
///
/// ```
/// use game_tasks::{
///     Game, InMemoryTaskRepository, NewTask, ResolveStrategyExt, StrategyId, TaskError,
///     TaskRepositoryExt,
/// };
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let tasks = InMemoryTaskRepository::new();
/// let game = Game::new("bees-2026").strategy(StrategyId::new("socio_bee")?);
/// tasks.add_game(game.clone());
///
/// let task = tasks.create(NewTask::new(game.id, "task-login")).await?;
/// assert_eq!(tasks.resolve(task.id).await?.strategy_id.as_str(), "socio_bee");
///
/// let again = tasks.create(NewTask::new(game.id, "task-login")).await;
/// assert!(matches!(again, Err(TaskError::AlreadyExists { id, .. }) if id == Some(task.id)));
/// # Ok::<(), TaskError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct InMemoryTaskRepository {
    state: Arc<Mutex<State>>,
    scope: TaskScope,
    lifecycle: Arc<Lifecycle>,
    catalog: Option<Arc<dyn StrategyCatalog>>,
    inheritance: Inheritance,
    inheritance_in: Arc<HashMap<Uuid, Inheritance>>,
}

impl InMemoryTaskRepository {
    /// An empty repository. Add a game before creating tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Restricts which status may follow which. Existing clones keep their own rules.
    ///
    /// ```
    /// use game_tasks::{InMemoryTaskRepository, Lifecycle, TaskStatus};
    ///
    /// let lifecycle = Lifecycle::strict().allow(TaskStatus::OPEN, [TaskStatus::CLOSED]);
    /// let tasks = InMemoryTaskRepository::new().with_lifecycle(lifecycle);
    /// # let _ = tasks;
    /// ```
    #[must_use]
    pub fn with_lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.lifecycle = Arc::new(lifecycle);
        self
    }

    /// Sets whether tasks inherit their game's strategy, except in games named with
    /// [`with_inheritance_in`](Self::with_inheritance_in). Existing clones keep their setting.
    #[must_use]
    pub fn with_inheritance(mut self, inheritance: Inheritance) -> Self {
        self.inheritance = inheritance;
        self
    }

    /// Sets whether the tasks of these games inherit their game's strategy, overriding
    /// [`with_inheritance`](Self::with_inheritance). The last setting for a game wins.
    ///
    /// ```
    /// use game_tasks::{Game, Inheritance, InMemoryTaskRepository};
    ///
    /// let converted = Game::new("bees-2026");
    /// let tasks = InMemoryTaskRepository::new()
    ///     .with_inheritance(Inheritance::Never)
    ///     .with_inheritance_in([converted.id], Inheritance::FromGame);
    /// tasks.add_game(converted);
    /// ```
    #[must_use]
    pub fn with_inheritance_in(
        mut self,
        games: impl IntoIterator<Item = Uuid>,
        inheritance: Inheritance,
    ) -> Self {
        let games = games.into_iter().map(|game_id| (game_id, inheritance));
        Arc::make_mut(&mut self.inheritance_in).extend(games);
        self
    }

    /// Refuses to store strategies that the catalog does not contain. Existing clones keep their own
    /// rules.
    #[must_use]
    pub fn with_catalog(mut self, catalog: impl StrategyCatalog + 'static) -> Self {
        self.catalog = Some(Arc::new(catalog));
        self
    }

    /// Restricts the repository to what the scope allows, resolving included. Applied again, it
    /// narrows the scope. The data stays shared.
    ///
    /// ```
    /// use game_tasks::{ApiKeyId, Game, InMemoryTaskRepository, TaskFilter};
    /// use game_tasks::{NewTask, TaskRepositoryExt, TaskScope};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let tasks = InMemoryTaskRepository::new();
    /// let game = Game::new("bees-2026").owned_by_api_key(ApiKeyId::new("key-1")?);
    /// tasks.add_game(game.clone());
    /// tasks.create(NewTask::new(game.id, "task-login")).await?;
    ///
    /// let other = tasks.clone().with_scope(TaskScope::api_key(ApiKeyId::new("key-2")?));
    /// assert_eq!(other.count(TaskFilter::all()).await?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_scope(mut self, scope: TaskScope) -> Self {
        self.scope = self.scope.and(scope);
        self
    }

    /// Ignores poisoning: no code that can panic runs between two related changes.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for InMemoryTaskRepository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (games, tasks) = {
            let state = self.state();
            (state.games.len(), state.tasks.len())
        };
        f.debug_struct("InMemoryTaskRepository")
            .field("games", &games)
            .field("tasks", &tasks)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "retry")]
impl crate::Retryable for InMemoryTaskRepository {}

/// No method awaits, so a lock held for the whole call makes it a transaction.
#[async_trait]
impl TaskRepository for InMemoryTaskRepository {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.scope.validate()?;
        let mut state = self.state();
        let mut draft = Draft::new(&state, self, OnExisting::Fail);
        let entry = draft.add(task)?;
        let created = draft.outcome(entry).into_task();
        let rows = draft.into_rows();
        state.write(rows);
        Ok(created)
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.scope.validate()?;
        let mut state = self.state();
        let mut draft = Draft::new(&state, self, on_existing);
        let entries: Vec<_> = tasks.iter().map(|task| draft.add(task)).collect();
        draft.finish();
        let outcomes =
            entries.into_iter().map(|entry| entry.map(|entry| draft.outcome(entry))).collect();
        let rows = draft.into_rows();
        state.write(rows);
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
        let mut draft = Draft::new(&state, self, on_existing);
        let mut entries = Vec::with_capacity(tasks.len());
        for (index, task) in tasks.iter().enumerate() {
            entries.push(draft.add(task).map_err(|error| draft.refused(index, error))?);
        }
        draft.finish();
        let outcomes = entries.into_iter().map(|entry| draft.outcome(entry)).collect();
        let rows = draft.into_rows();
        state.write(rows);
        Ok(outcomes)
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        Ok(self.state().find(key, &self.scope).cloned())
    }

    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        self.scope.validate()?;
        TaskKey::validate_many(keys)?;
        let state = self.state();
        Ok(keys.iter().map(|key| state.find(key, &self.scope).cloned()).collect())
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let state = self.state();
        query.paginate(&self.scope, state.candidates(query.filter(), &self.scope))
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        Ok(self.state().matching(filter, &self.scope).len() as u64)
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.scope.validate()?;
        patch.validate()?;
        self.check_strategy(patch.strategy_id.as_deref())?;
        key.validate()?;
        let mut state = self.state();
        let mut task = state.get(key, &self.scope)?.clone();
        patch.check(key, &task, &self.lifecycle)?;
        patch.apply(&mut task);
        state.write([task.clone()]);
        Ok(task)
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.scope.validate()?;
        patch.validate_for_many()?;
        self.check_strategy(patch.strategy_id.as_deref())?;
        filter.validate()?;
        let mut state = self.state();
        let mut matching = state.matching(filter, &self.scope);
        matching.retain(|task| patch.check(&task.key(), task, &self.lifecycle).is_ok());
        let mut rows: Vec<Task> = matching.into_iter().cloned().collect();
        rows.iter_mut().for_each(|task| patch.apply(task));
        let count = rows.len() as u64;
        state.write(rows);
        Ok(count)
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let mut state = self.state();
        let id = state.get(key, &self.scope)?.id;
        state.remove(id).ok_or_else(|| TaskError::NotFound { key: key.clone() })
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        let mut state = self.state();
        let matching = state.matching(filter, &self.scope);
        let ids: Vec<Uuid> = matching.into_iter().map(|task| task.id).collect();
        for id in &ids {
            state.remove(*id);
        }
        Ok(ids.len() as u64)
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(self.clone().with_scope(scope))
    }
}

impl InMemoryTaskRepository {
    fn check_strategy(&self, strategy: Option<&str>) -> Result<(), ValidationError> {
        let check = |catalog: &dyn StrategyCatalog| catalog.check(strategy);
        self.catalog.as_deref().map_or(Ok(()), check)
    }

    fn inheritance_of(&self, game_id: Uuid) -> Inheritance {
        self.inheritance_in.get(&game_id).copied().unwrap_or(self.inheritance)
    }

    fn resolved(&self, task: &Task, game: Option<StrategyId>) -> ResolvedStrategy {
        let inheritance = self.inheritance_of(task.game_id);
        let own = task.strategy_id.clone();
        ResolvedStrategy::of(task.id, task.game_id, own, game, inheritance)
    }

    fn resolved_with(&self, task: &Task, state: &State) -> ResolvedTask {
        let resolved = self.resolved(task, state.strategy_of_game(task.game_id));
        ResolvedTask::new(task.clone(), resolved)
    }
}

#[async_trait]
impl ResolveStrategy for InMemoryTaskRepository {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let state = self.state();
        let task = state.get(key, &self.scope)?;
        Ok(self.resolved(task, state.strategy_of_game(task.game_id)))
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.scope.validate()?;
        if !self.scope.is_unrestricted() {
            return self.resolve_key(&TaskKey::InGame(task.game_id, task.id)).await;
        }
        let inheritance = self.inheritance_of(task.game_id);
        if !task.strategy_id.is_default() || inheritance == Inheritance::Never {
            return Ok(self.resolved(task, None));
        }
        match self.state().strategy_of_game(task.game_id) {
            Some(strategy) => Ok(self.resolved(task, Some(strategy))),
            None => Err(TaskError::GameNotFound { game_id: task.game_id }),
        }
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        self.scope.validate()?;
        TaskKey::validate_many(keys)?;
        let state = self.state();
        let resolve = |key| {
            let task = state.find(key, &self.scope)?;
            Some(self.resolved(task, state.strategy_of_game(task.game_id)))
        };
        Ok(keys.iter().map(resolve).collect())
    }

    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        self.scope.validate()?;
        let state = self.state();
        let owners = state.owners_of(game_id).filter(|owners| self.scope.can_create_in(owners));
        owners.ok_or(TaskError::GameNotFound { game_id })?;
        let strategy = state.strategy_of_game(game_id);
        Ok(ResolvedGame::of(game_id, strategy, self.inheritance_of(game_id)))
    }

    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let state = self.state();
        let task = state.get(key, &self.scope)?;
        Ok(self.resolved_with(task, &state))
    }

    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        self.scope.validate()?;
        TaskKey::validate_many(keys)?;
        let state = self.state();
        let resolve = |key| Some(self.resolved_with(state.find(key, &self.scope)?, &state));
        Ok(keys.iter().map(resolve).collect())
    }

    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        Box::new(self.clone().with_scope(scope))
    }

    fn in_transaction(&self) -> bool {
        false
    }
}
