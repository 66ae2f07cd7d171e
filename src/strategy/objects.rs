//! [`ObjectResolver`]: from the key of a task to the object of its strategy.

use super::registry::{Content, StrategyRegistry};
use super::resolve::ResolveStrategy;
use super::resolve_error::{ResolveError, UnknownStrategy};
use super::resolved::{ResolvedTask, StrategySource};
use crate::database::{StrategyResolver, TaskConnection};
use crate::error::TaskError;
use crate::task::{ParentGame, StrategyId, Task, TaskKey, TaskScope};
use futures_util::stream::{self, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// How many strategies of one call are loaded at a time.
const CONCURRENT_LOADS: usize = 16;

/// Resolves tasks to the objects of their effective strategies: the task, the object, the id and why.
///
/// Made by [`StrategyRegistry::resolver`]. Each call takes one round trip to read the tasks and their
/// strategies, and what the loader takes for strategies that are not registered.
///
/// ```
/// use game_tasks::{Game, InMemoryTaskRepository, NewTask, Resolved, StrategyId};
/// use game_tasks::{StrategyRegistry, TaskRepositoryExt};
/// use std::sync::Arc;
///
/// type Points = dyn Fn(u32) -> u32 + Send + Sync;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let strategies = StrategyRegistry::<Points>::new()
///     .register("default", Arc::new(|amount| amount))?
///     .register("socio_bee", Arc::new(|amount| 10 * amount))?;
///
/// let tasks = InMemoryTaskRepository::new().with_catalog(strategies.catalog());
/// let game = Game::new("bees-2026").strategy(StrategyId::new("socio_bee")?);
/// tasks.add_game(game.clone());
/// tasks.create(NewTask::new(game.id, "count-foragers")).await?;
///
/// let scoring = strategies.resolver(tasks);
/// let resolved = scoring.resolve((game.id, "count-foragers")).await?;
/// assert_eq!(resolved.to_string(), "\"count-foragers\": socio_bee, inherited from the game");
/// let Resolved { task, strategy, .. } = resolved;
/// assert!(task.status.is_open());
/// assert_eq!(strategy(3), 30);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ObjectResolver<S: ?Sized, R> {
    registry: StrategyRegistry<S>,
    inner: R,
}

/// A task, and the object of its effective strategy. Its `Display` names the task and its strategy, and
/// states the origin.
#[non_exhaustive]
pub struct Resolved<S: ?Sized> {
    /// The task. Shared with a cache, if the resolver has one.
    pub task: Arc<Task>,
    /// The object.
    pub strategy: Arc<S>,
    /// The effective strategy, as the task or its game names it: perhaps an alias.
    pub strategy_id: StrategyId,
    /// The origin of the strategy.
    pub source: StrategySource,
}

/// The object of a game's effective strategy.
#[non_exhaustive]
pub struct ResolvedForGame<S: ?Sized> {
    /// The game.
    pub game_id: Uuid,
    /// The object.
    pub strategy: Arc<S>,
    /// The effective strategy, as the game names it: perhaps an alias.
    pub strategy_id: StrategyId,
    /// The origin of the strategy: the game or the default.
    pub source: StrategySource,
}

impl<S: ?Sized + Send + Sync + 'static, R: ResolveStrategy> ObjectResolver<S, R> {
    pub(super) fn new(registry: StrategyRegistry<S>, inner: R) -> Self {
        Self { registry, inner }
    }

    /// The inner resolver.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.inner
    }

    /// This resolver, restricted to the tasks that the scope can see. Takes no round trip.
    #[must_use]
    pub fn scoped(&self, scope: TaskScope) -> ObjectResolver<S, Box<dyn ResolveStrategy + '_>> {
        ObjectResolver::new(self.registry.clone(), self.inner.scoped_resolver(scope))
    }

    /// This resolver, with a cache: a repeated call takes no round trip while its result is current.
    ///
    /// ```
    /// use game_tasks::{Cache, Game, InMemoryTaskRepository, Invalidating, NewTask};
    /// use game_tasks::{StrategyRegistry, TaskPatch, TaskRepositoryExt};
    /// use std::sync::Arc;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let strategies = StrategyRegistry::<str>::new().register("hive", Arc::from("Hive"))?;
    /// let store = InMemoryTaskRepository::new();
    /// # let game = Game::new("bees-2026");
    /// # store.add_game(game.clone());
    ///
    /// let cache = Cache::for_secs(30);
    /// let scoring = strategies.resolver(store.clone()).cached(cache.clone());
    /// let tasks = Invalidating::new(store, cache);
    ///
    /// let task = tasks.create(NewTask::new(game.id, "task-login").strategy("hive")).await?;
    /// assert!(scoring.resolve(&task).await?.task.status.is_open());
    /// // The write is visible at once.
    /// tasks.update(&task, TaskPatch::new().status("closed")).await?;
    /// assert!(!scoring.resolve(&task).await?.task.status.is_open());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cached(self, cache: super::Cache) -> super::CachedResolver<S, R>
    where
        R: 'static,
    {
        super::CachedResolver::new(self.registry, self.inner, cache)
    }

    /// A task and the object of its strategy. One round trip.
    ///
    /// # Errors
    /// [`ResolveError`]: see [`ResolveStrategy::resolve_key_with_task`] for those of the task.
    pub async fn resolve(&self, key: impl Into<TaskKey>) -> Result<Resolved<S>, ResolveError> {
        self.objects().resolve(&key.into()).await
    }

    /// The object of the strategy of a task that was already read. One round trip; without a scope
    /// none if the task has a strategy of its own.
    ///
    /// # Errors
    /// [`ResolveError`]: see [`ResolveStrategy::resolve_task`] for those of the task.
    pub async fn resolve_for(&self, task: &Task) -> Result<Resolved<S>, ResolveError> {
        self.objects().resolve_for(task).await
    }

    /// The object of the strategy of a game: the one of its tasks that have none of their own. One
    /// round trip.
    ///
    /// # Errors
    /// [`ResolveError`]: see [`ResolveStrategy::resolve_for_game`] for those of the game.
    pub async fn resolve_game(&self, game_id: Uuid) -> Result<ResolvedForGame<S>, ResolveError> {
        self.objects().resolve_game(game_id).await
    }

    /// Many tasks and the objects of their strategies, in the order of the keys. One round trip for at
    /// most [`MAX_KEYS`](crate::MAX_KEYS) keys. Each strategy that is not registered is loaded once.
    ///
    /// # Errors
    /// The result of each key has its own error, [`NotFound`](TaskError::NotFound) where there is no
    /// such task. The call itself fails as [`ResolveStrategy::resolve_keys_with_tasks`].
    pub async fn resolve_many<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Result<Resolved<S>, ResolveError>>, TaskError> {
        self.objects().resolve_many(keys.into_iter().map(Into::into).collect()).await
    }

    fn objects(&self) -> Objects<'_, S> {
        Objects { content: self.registry.content(), tasks: &self.inner }
    }
}

impl<S, C, G> ObjectResolver<S, StrategyResolver<C, G>>
where
    S: ?Sized + Send + Sync + 'static,
    C: TaskConnection,
    G: ParentGame,
{
    /// This resolver on another connection: inside the application's transaction, for example.
    #[must_use]
    pub fn on<'c, D: TaskConnection>(
        &self,
        connection: &'c D,
    ) -> ObjectResolver<S, StrategyResolver<&'c D, G>> {
        ObjectResolver::new(self.registry.clone(), self.inner.on(connection))
    }
}

/// What one call resolves with: the strategies that are registered when it begins.
pub(super) struct Objects<'r, S: ?Sized> {
    pub(super) content: Arc<Content<S>>,
    pub(super) tasks: &'r dyn ResolveStrategy,
}

impl<S: ?Sized + Send + Sync + 'static> Objects<'_, S> {
    pub(super) async fn resolve(self, key: &TaskKey) -> Result<Resolved<S>, ResolveError> {
        let found = self.tasks.resolve_key_with_task(key).await?;
        let strategy = object(&self.content, Asked::by(&found)).await?;
        Ok(Resolved::new(found, strategy))
    }

    pub(super) async fn resolve_for(self, task: &Task) -> Result<Resolved<S>, ResolveError> {
        let resolved = self.tasks.resolve_task(task).await?;
        let found = ResolvedTask::new(task.clone(), resolved);
        let strategy = object(&self.content, Asked::by(&found)).await?;
        Ok(Resolved::new(found, strategy))
    }

    pub(super) async fn resolve_game(
        self,
        game_id: Uuid,
    ) -> Result<ResolvedForGame<S>, ResolveError> {
        let resolved = self.tasks.resolve_for_game(game_id).await?;
        let (strategy_id, source) = (resolved.strategy_id, resolved.source);
        let asked = Asked { strategy_id: &strategy_id, named_by: source, game_id, task_id: None };
        let strategy = object(&self.content, asked).await?;
        Ok(ResolvedForGame { game_id, strategy, strategy_id, source })
    }

    pub(super) async fn resolve_many(
        self,
        keys: Vec<TaskKey>,
    ) -> Result<Vec<Result<Resolved<S>, ResolveError>>, TaskError> {
        let found = self.tasks.resolve_keys_with_tasks(&keys).await?;
        let ids: BTreeSet<&StrategyId> =
            found.iter().flatten().map(|found| &found.strategy_id).collect();
        let find = |id: StrategyId| {
            let content = Arc::clone(&self.content);
            async move {
                let loaded = content.find(&id).await;
                (id, loaded)
            }
        };
        // Owned, or the future would not be `Send` for every lifetime.
        let ids: Vec<StrategyId> = ids.into_iter().cloned().collect();
        let loaded = stream::iter(ids.into_iter().map(find)).buffer_unordered(CONCURRENT_LOADS);
        let objects: BTreeMap<StrategyId, _> = loaded.collect().await;
        let resolve = |(key, found): (TaskKey, Option<ResolvedTask>)| {
            let found = found.ok_or(TaskError::NotFound { key })?;
            let loaded = objects.get(&found.strategy_id).cloned().unwrap_or(Ok(None));
            let strategy = Asked::by(&found).outcome(loaded)?;
            Ok(Resolved::new(found, strategy))
        };
        Ok(keys.into_iter().zip(found).map(resolve).collect())
    }
}

/// A strategy, and what names it.
struct Asked<'a> {
    strategy_id: &'a StrategyId,
    named_by: StrategySource,
    game_id: Uuid,
    task_id: Option<Uuid>,
}

impl<'a> Asked<'a> {
    fn by(found: &'a ResolvedTask) -> Self {
        Self {
            strategy_id: &found.strategy_id,
            named_by: found.source,
            game_id: found.task.game_id,
            task_id: Some(found.task.id),
        }
    }

    fn outcome<S: ?Sized>(
        self,
        loaded: Result<Option<Arc<S>>, Arc<dyn Error + Send + Sync>>,
    ) -> Result<Arc<S>, ResolveError> {
        let strategy_id = self.strategy_id.clone();
        match loaded {
            Ok(Some(strategy)) => Ok(strategy),
            Ok(None) => {
                let Self { strategy_id: _, named_by, game_id, task_id } = self;
                Err(UnknownStrategy { strategy_id, named_by, game_id, task_id }.into())
            }
            Err(source) => Err(ResolveError::Load { strategy_id, source }),
        }
    }
}

async fn object<S: ?Sized + Send + Sync + 'static>(
    content: &Content<S>,
    asked: Asked<'_>,
) -> Result<Arc<S>, ResolveError> {
    let loaded = content.find(asked.strategy_id).await;
    asked.outcome(loaded)
}

impl<S: ?Sized> Resolved<S> {
    fn new(found: ResolvedTask, strategy: Arc<S>) -> Self {
        let ResolvedTask { task, strategy_id, source } = found;
        Self { task: Arc::new(task), strategy, strategy_id, source }
    }
}

impl<S: ?Sized> fmt::Display for Resolved<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, strategy: _, strategy_id, source } = self;
        write!(f, "{:?}: {strategy_id}, {}", task.external_task_id, source.explanation())
    }
}

impl<S: ?Sized> fmt::Debug for Resolved<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolved")
            .field("task", &self.task)
            .field("strategy_id", &self.strategy_id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl<S: ?Sized> Clone for Resolved<S> {
    fn clone(&self) -> Self {
        let Self { task, strategy, strategy_id, source } = self;
        Self {
            task: Arc::clone(task),
            strategy: Arc::clone(strategy),
            strategy_id: strategy_id.clone(),
            source: *source,
        }
    }
}

impl<S: ?Sized> Clone for ResolvedForGame<S> {
    fn clone(&self) -> Self {
        let Self { game_id, strategy, strategy_id, source } = self;
        let (strategy, strategy_id) = (Arc::clone(strategy), strategy_id.clone());
        Self { game_id: *game_id, strategy, strategy_id, source: *source }
    }
}

impl<S: ?Sized> fmt::Debug for ResolvedForGame<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolvedForGame")
            .field("game_id", &self.game_id)
            .field("strategy_id", &self.strategy_id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl<S: ?Sized, R: Clone> Clone for ObjectResolver<S, R> {
    fn clone(&self) -> Self {
        Self { registry: self.registry.clone(), inner: self.inner.clone() }
    }
}

impl<S: ?Sized, R: fmt::Debug> fmt::Debug for ObjectResolver<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectResolver")
            .field("registry", &self.registry)
            .field("inner", &self.inner)
            .finish()
    }
}
