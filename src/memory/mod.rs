//! The repository without a database: what it is, and how it answers the core's calls.

mod batch;
mod select;
mod state;
#[cfg(test)]
mod tests;

use self::batch::Draft;
use self::state::State;
use crate::error::{DatabaseError, FailureKind, Retry, TaskError};
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::strategy::{Inheritance, Inheritances, ResolveStrategy, ResolvedStrategy};
use crate::task::{Game, Lifecycle, NewTask, StrategyId, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Keeps games and tasks in memory, with the promises of the repository over a database:
/// for an application's unit tests.
///
/// It is a [`TaskRepository`] and resolves strategies as a
/// [`StrategyResolver`](crate::StrategyResolver) does. Its clones share what they keep, until
/// the last of them is dropped.
///
/// It cannot join a transaction: there is no `on`, and what it wrote stays written when the
/// application's transaction rolls back. Code that relies on that has to be tested on a
/// database.
///
/// Calls on one task cost the same however many there are. Lists, counts and changes of many
/// look at all tasks of the game that the filter names, or at all tasks.
///
/// ```
/// use game_tasks::{
///     Game, InMemoryTaskRepository, NewTask, StrategyId, TaskError, TaskRepositoryExt,
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
    inheritance: Inheritances,
}

impl InMemoryTaskRepository {
    /// An empty repository: without games, so that nothing can be created yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same repository, where only these statuses may follow each other. It shares what
    /// is kept with its clones, which have the rules that they had.
    #[must_use]
    pub fn with_lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.lifecycle = Arc::new(lifecycle);
        self
    }

    /// The same repository, where tasks inherit their game's strategy or do not, but for those
    /// of games that [`with_inheritance_in`](Self::with_inheritance_in) names. Its clones keep
    /// the answer that they had.
    #[must_use]
    pub fn with_inheritance(mut self, inheritance: Inheritance) -> Self {
        self.inheritance.everywhere(inheritance);
        self
    }

    /// The same repository, where the tasks of these games inherit their strategy or do not,
    /// whatever is said for all others. A game that is named again has the last answer.
    #[must_use]
    pub fn with_inheritance_in(
        mut self,
        games: impl IntoIterator<Item = Uuid>,
        inheritance: Inheritance,
    ) -> Self {
        self.inheritance.in_games(games, inheritance);
        self
    }

    /// The same repository, seeing, changing, creating and resolving only what the scope
    /// allows. Scoping again narrows. It shares what is kept.
    #[must_use]
    pub fn with_scope(mut self, scope: TaskScope) -> Self {
        self.scope = self.scope.and(scope);
        self
    }

    /// Adds a game, or replaces the one of the same id, whose tasks stay. Unlike a database
    /// it does not mind two games of one external id.
    pub fn add_game(&self, game: Game) {
        self.state().games.insert(game.id, game);
    }

    /// The game of this id.
    #[must_use]
    pub fn game(&self, id: Uuid) -> Option<Game> {
        self.state().games.get(&id).cloned()
    }

    /// Removes a game, as a database would let an application do it.
    ///
    /// # Errors
    /// [`TaskError::GameNotFound`], or [`TaskError::Referenced`] for a game that has tasks.
    pub fn remove_game(&self, id: Uuid) -> Result<Game, TaskError> {
        let mut state = self.state();
        if state.names_in(id).is_some() {
            let kind = FailureKind::ForeignKeyViolation;
            let why = "a game that has tasks cannot be deleted";
            return Err(DatabaseError::custom(kind, Retry::No, why).into());
        }
        state.games.remove(&id).ok_or(TaskError::GameNotFound { game_id: id })
    }

    /// The effective strategy of the task that the key names.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_key`].
    pub async fn resolve(&self, key: impl Into<TaskKey>) -> Result<ResolvedStrategy, TaskError> {
        self.resolve_key(&key.into()).await
    }

    /// The effective strategy of a task in hand.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_task`].
    pub async fn resolve_for(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.resolve_task(task).await
    }

    /// The effective strategies of many tasks, in the order of the keys; `None` for a task
    /// that is not there.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_keys`].
    pub async fn resolve_many<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        let keys: Vec<TaskKey> = keys.into_iter().map(Into::into).collect();
        self.resolve_keys(&keys).await
    }

    /// Nothing is left half done where a thread can panic, so a poisoned lock is sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for InMemoryTaskRepository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (games, tasks) = {
            let state = self.state();
            (state.games.len(), state.task_count())
        };
        f.debug_struct("InMemoryTaskRepository")
            .field("games", &games)
            .field("tasks", &tasks)
            .finish_non_exhaustive()
    }
}

/// None of these awaits anything, so that the lock, held for one call, is one transaction.
#[async_trait]
impl TaskRepository for InMemoryTaskRepository {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.scope.validate()?;
        let mut state = self.state();
        let mut draft = Draft::new(&state, &self.scope, OnExisting::Fail);
        let written = draft.add(task)?;
        let rows = draft.into_rows();
        state.write(rows);
        Ok(written.into_task())
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.scope.validate()?;
        let mut state = self.state();
        let mut draft = Draft::new(&state, &self.scope, on_existing);
        let provisional: Vec<_> = tasks.iter().map(|task| draft.add(task)).collect();
        draft.close();
        let outcomes =
            provisional.into_iter().map(|one| one.map(|written| draft.settle(written))).collect();
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
        let mut draft = Draft::new(&state, &self.scope, on_existing);
        let mut provisional = Vec::with_capacity(tasks.len());
        for (index, task) in tasks.iter().enumerate() {
            match draft.add(task) {
                Ok(written) => provisional.push(written),
                Err(error) => return Err(draft.refused(index, error)),
            }
        }
        draft.close();
        let outcomes = provisional.into_iter().map(|written| draft.settle(written)).collect();
        let rows = draft.into_rows();
        state.write(rows);
        Ok(outcomes)
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        Ok(self.state().find_seen(key, &self.scope).cloned())
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
        key.validate()?;
        let mut state = self.state();
        let absent = || TaskError::NotFound { key: key.clone() };
        let task = state.find_seen(key, &self.scope).ok_or_else(absent)?;
        patch.check(key, task, &self.lifecycle)?;
        let mut task = task.clone();
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
        patch.validate()?;
        filter.validate()?;
        let mut state = self.state();
        let mut meant = state.matching(filter, &self.scope);
        meant.retain(|task| patch.check(&task.key(), task, &self.lifecycle).is_ok());
        let mut rows: Vec<Task> = meant.into_iter().cloned().collect();
        rows.iter_mut().for_each(|task| patch.apply(task));
        let count = rows.len() as u64;
        state.write(rows);
        Ok(count)
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let mut state = self.state();
        let id = state.find_seen(key, &self.scope).map(|task| task.id);
        let deleted = id.and_then(|id| state.remove(id));
        deleted.ok_or_else(|| TaskError::NotFound { key: key.clone() })
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope.validate()?;
        filter.validate()?;
        let mut state = self.state();
        let meant = state.matching(filter, &self.scope);
        let ids: Vec<Uuid> = meant.into_iter().map(|task| task.id).collect();
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
    /// What a task runs by, where its game has this strategy.
    fn resolved(&self, task: &Task, game: Option<StrategyId>) -> ResolvedStrategy {
        let inheritance = self.inheritance.of(task.game_id);
        let own = task.strategy_id.clone();
        ResolvedStrategy::of(task.id, task.game_id, own, game, inheritance)
    }
}

#[async_trait]
impl ResolveStrategy for InMemoryTaskRepository {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.scope.validate()?;
        key.validate()?;
        let state = self.state();
        let task = state
            .find_seen(key, &self.scope)
            .ok_or_else(|| TaskError::NotFound { key: key.clone() })?;
        Ok(self.resolved(task, state.strategy_of_game(task.game_id)))
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.scope.validate()?;
        if !self.scope.is_unrestricted() {
            return self.resolve_key(&TaskKey::InGame(task.game_id, task.id)).await;
        }
        let inheritance = self.inheritance.of(task.game_id);
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
        let one = |key| {
            let task = state.find_seen(key, &self.scope)?;
            Some(self.resolved(task, state.strategy_of_game(task.game_id)))
        };
        Ok(keys.iter().map(one).collect())
    }
}
