//! [`CachedResolver`]: an object resolver that remembers what it resolved.

use super::Cache;
use super::entry::{Asked, Entry, Given, Start, of_strategy, of_task};
use super::store::{Key, ScopeDigest, Store};
use crate::database::{StrategyResolver, TaskConnection};
use crate::error::TaskError;
use crate::strategy::objects::{ObjectResolver, Objects, Resolved, ResolvedForGame};
use crate::strategy::registry::StrategyRegistry;
use crate::strategy::resolve::ResolveStrategy;
use crate::strategy::resolve_error::ResolveError;
use crate::task::{ParentGame, Task, TaskKey, TaskScope};
use futures_util::FutureExt;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// An [`ObjectResolver`] that remembers results, made by [`ObjectResolver::cached`]. The [`Cache`] says for
/// how long, and tells what has changed.
///
/// - A call whose result is stored takes no round trip, and neither allocates nor waits, but for what the
///   conversion of its key does.
/// - Concurrent calls for one result that is not stored load it once, also after the one that began to is
///   dropped. A call does not wait for a load that began before something that it depends on was
///   invalidated.
/// - Tasks and games that do not exist are remembered, too. Failures of the database and of the loader, and
///   unknown strategies, are not.
/// - What the loader has loaded is stored as well. [`Cache::invalidate_strategy`] tells that it was changed.
/// - A resolver whose connection is in a transaction neither uses nor stores results.
/// - Each scope has results of its own. Who owns a game may change; a change is visible as that of the game's
///   strategy is.
///
/// Clones share the results.
pub struct CachedResolver<S: ?Sized, R> {
    shared: Arc<Shared<S, R>>,
    scope: TaskScope,
    scope_digest: ScopeDigest,
}

struct Shared<S: ?Sized, R> {
    registry: StrategyRegistry<S>,
    inner: R,
    cache: Cache,
    tasks: Store<TaskKey, Resolved<S>>,
    strategies: Store<Asked, ResolvedForGame<S>>,
}

impl<S: ?Sized + Send + Sync + 'static, R: ResolveStrategy + 'static> CachedResolver<S, R> {
    pub(in crate::strategy) fn new(registry: StrategyRegistry<S>, inner: R, cache: Cache) -> Self {
        let (tasks, strategies) = (Store::new(cache.clone()), Store::new(cache.clone()));
        let shared = Shared { registry, inner, cache, tasks, strategies };
        let (scope, scope_digest) = (TaskScope::unrestricted(), ScopeDigest::default());
        Self { shared: Arc::new(shared), scope, scope_digest }
    }

    /// The inner resolver.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.shared.inner
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.shared.cache
    }

    /// How many results are stored.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.shared.tasks.len() + self.shared.strategies.len()
    }

    /// This resolver, restricted to the tasks that the scope can see. Applied again, it narrows the scope.
    #[must_use]
    pub fn scoped(&self, scope: TaskScope) -> Self {
        let scope = self.scope.clone().and(scope);
        let scope_digest = ScopeDigest::of(&scope);
        Self { shared: Arc::clone(&self.shared), scope, scope_digest }
    }

    /// A task and the object of its strategy. One round trip, or none.
    ///
    /// # Errors
    /// [`ResolveError`]: see [`ResolveStrategy::resolve_key_with_task`] for those of the task.
    pub async fn resolve(&self, key: impl Into<TaskKey>) -> Result<Resolved<S>, ResolveError> {
        let key = (self.scope_digest, key.into());
        if let Some(entry) = self.stored(&key) {
            return entry.into_outcome();
        }
        // Boxed, so that the future of a call whose result is stored stays small.
        Box::pin(self.load_one(key)).await
    }

    fn stored(&self, key: &Key<TaskKey>) -> Option<Entry<Resolved<S>>> {
        match self.is_bypassed() {
            true => None,
            false => self.shared.tasks.stored(key, self.shared.registry.generation()),
        }
    }

    async fn load_one(&self, key: Key<TaskKey>) -> Result<Resolved<S>, ResolveError> {
        match self.load(std::slice::from_ref(&key)).await.pop().flatten() {
            Some(entry) => entry.into_outcome(),
            None => self.objects(&self.tasks()).resolve(&key.1).await,
        }
    }

    /// Many tasks and the objects of their strategies, in the order of the keys. One round trip for at most
    /// [`MAX_KEYS`](crate::MAX_KEYS) keys, or none. Each strategy that is not registered is loaded once.
    ///
    /// # Errors
    /// See [`ObjectResolver::resolve_many`].
    pub async fn resolve_many<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Result<Resolved<S>, ResolveError>>, TaskError> {
        let keys: Vec<TaskKey> = keys.into_iter().map(Into::into).collect();
        if self.is_bypassed() {
            return self.objects(&self.tasks()).resolve_many(keys).await;
        }
        TaskKey::validate_many(&keys)?;
        let keys: Vec<Key<TaskKey>> =
            keys.into_iter().map(|key| (self.scope_digest, key)).collect();
        let mut entries: HashMap<&Key<TaskKey>, _> =
            keys.iter().map(|key| (key, self.stored(key))).collect();
        let absent = entries.iter().filter(|(_, entry)| entry.is_none());
        let absent: Vec<Key<TaskKey>> = absent.map(|(key, _)| (*key).clone()).collect();
        for (key, entry) in absent.iter().zip(Box::pin(self.load(&absent)).await) {
            entries.insert(key, entry);
        }
        let mut outcomes = Vec::with_capacity(keys.len());
        for key in &keys {
            let entry = entries.get(key).and_then(Option::as_ref);
            match entry.map(|entry| (entry, entry.error())) {
                Some((_, Some(ResolveError::Task(error)))) if !is_not_found(error) => {
                    return Err(error.clone());
                }
                Some((entry, _)) => outcomes.push(entry.clone().into_outcome()),
                None => outcomes.push(self.objects(&self.tasks()).resolve(&key.1).await),
            }
        }
        Ok(outcomes)
    }

    /// The object of the strategy of a task that was already read. One round trip, or none.
    ///
    /// # Errors
    /// [`ResolveError`]: see [`ResolveStrategy::resolve_task`] for those of the task.
    pub async fn resolve_for(&self, task: &Task) -> Result<Resolved<S>, ResolveError> {
        let task = Arc::new(task.clone());
        let ResolvedForGame { game_id: _, strategy, strategy_id, source } =
            self.strategy(Asked::Task(Given(Arc::clone(&task)))).await?;
        Ok(Resolved { task, strategy, strategy_id, source })
    }

    /// The object of the strategy of a game: the one of its tasks that have none of their own. One round
    /// trip, or none.
    ///
    /// # Errors
    /// [`ResolveError`]: see [`ResolveStrategy::resolve_for_game`] for those of the game.
    pub async fn resolve_game(&self, game_id: Uuid) -> Result<ResolvedForGame<S>, ResolveError> {
        self.strategy(Asked::Game(game_id)).await
    }

    async fn strategy(&self, asked: Asked) -> Result<ResolvedForGame<S>, ResolveError> {
        if self.is_bypassed() {
            return self.load_strategy(&asked).await;
        }
        let (key, generation) = ((self.scope_digest, asked), || self.shared.registry.generation());
        if let Some(entry) = self.shared.strategies.stored(&key, generation()) {
            return entry.into_outcome();
        }
        let load = |start, keys: Vec<Key<Asked>>| {
            let resolver = self.clone();
            async move {
                let mut entries = Vec::with_capacity(keys.len());
                for (_, asked) in keys {
                    let content = resolver.shared.registry.content();
                    let outcome = resolver.load_strategy(&asked).await;
                    let depends_on = of_strategy(resolver.cache(), &content, &asked, &outcome);
                    entries.push(Entry::new(start, outcome, depends_on));
                }
                entries
            }
            .boxed()
        };
        let loaded = self.shared.strategies.get(std::slice::from_ref(&key), generation, load);
        match Box::pin(loaded).await.pop().flatten() {
            Some(entry) => entry.into_outcome(),
            None => self.load_strategy(&key.1).await,
        }
    }

    async fn load_strategy(&self, asked: &Asked) -> Result<ResolvedForGame<S>, ResolveError> {
        let tasks = self.tasks();
        match asked {
            Asked::Game(game_id) => self.objects(&tasks).resolve_game(*game_id).await,
            Asked::Task(Given(task)) => {
                let Resolved { task, strategy, strategy_id, source } =
                    self.objects(&tasks).resolve_for(task).await?;
                Ok(ResolvedForGame { game_id: task.game_id, strategy, strategy_id, source })
            }
        }
    }

    async fn load(&self, keys: &[Key<TaskKey>]) -> Vec<Option<Entry<Resolved<S>>>> {
        if self.is_bypassed() {
            return Vec::new();
        }
        let load = |start, keys| {
            let resolver = self.clone();
            async move { resolver.load_tasks(start, keys).await }.boxed()
        };
        self.shared.tasks.get(keys, || self.shared.registry.generation(), load).await
    }

    async fn load_tasks(&self, start: Start, keys: Vec<Key<TaskKey>>) -> Vec<Entry<Resolved<S>>> {
        let tasks = self.tasks();
        let objects = self.objects(&tasks);
        let content = Arc::clone(&objects.content);
        let keys: Vec<TaskKey> = keys.into_iter().map(|(_, key)| key).collect();
        let outcomes = match keys.as_slice() {
            [key] => vec![objects.resolve(key).await],
            keys => match objects.resolve_many(keys.to_vec()).await {
                Ok(outcomes) => outcomes,
                Err(error) => keys.iter().map(|_| Err(error.clone().into())).collect(),
            },
        };
        let entry = |(key, outcome)| {
            let depends_on = of_task(self.cache(), &content, key, &outcome);
            Entry::new(start, outcome, depends_on)
        };
        keys.iter().zip(outcomes).map(entry).collect()
    }

    fn is_bypassed(&self) -> bool {
        self.shared.inner.in_transaction()
    }

    /// The inner resolver, restricted to the scope.
    fn tasks(&self) -> Box<dyn ResolveStrategy + '_> {
        match self.scope.is_unrestricted() {
            true => Box::new(&self.shared.inner),
            false => self.shared.inner.scoped_resolver(self.scope.clone()),
        }
    }

    fn objects<'r>(&self, tasks: &'r dyn ResolveStrategy) -> Objects<'r, S> {
        Objects { content: self.shared.registry.content(), tasks }
    }
}

fn is_not_found(error: &TaskError) -> bool {
    matches!(error, TaskError::NotFound { .. })
}

impl<S, C, G> CachedResolver<S, StrategyResolver<C, G>>
where
    S: ?Sized + Send + Sync + 'static,
    C: TaskConnection + 'static,
    G: ParentGame + 'static,
{
    /// This resolver on another connection and without the cache: inside the application's transaction, which
    /// sees what nobody else may see yet.
    #[must_use]
    pub fn on<'c, D: TaskConnection>(
        &self,
        connection: &'c D,
    ) -> ObjectResolver<S, StrategyResolver<&'c D, G>> {
        let inner = self.shared.inner.on(connection).with_scope(self.scope.clone());
        self.shared.registry.resolver(inner)
    }
}

impl<S: ?Sized, R> Clone for CachedResolver<S, R> {
    fn clone(&self) -> Self {
        let Self { shared, scope, scope_digest } = self;
        Self { shared: Arc::clone(shared), scope: scope.clone(), scope_digest: *scope_digest }
    }
}

impl<S: ?Sized, R: fmt::Debug> fmt::Debug for CachedResolver<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedResolver")
            .field("registry", &self.shared.registry)
            .field("inner", &self.shared.inner)
            .field("cache", &self.shared.cache)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
