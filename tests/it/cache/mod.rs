//! The cache of resolved strategies: what it stores, for how long, and what makes it load again.

mod bounds;
mod invalidation;
mod model;
mod transactions;
mod under_way;

use async_trait::async_trait;
use game_tasks::{
    Cache, CachedResolver, Game, InMemoryTaskRepository, Invalidating, LoadError, NewTask,
    ResolveError, ResolveStrategy, Resolved, ResolvedGame, ResolvedStrategy, ResolvedTask,
    StrategyId, StrategyRegistry, Task, TaskError, TaskKey, TaskRepositoryExt, TaskScope,
    uuid::Uuid,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The objects are the names of the strategies.
type Registry = StrategyRegistry<str>;

const MAX_AGE: Duration = Duration::from_secs(30);

/// A registry of these strategies, and of those that the loader has: all that begin with `custom:`.
fn registry() -> Registry {
    let mut registry = Registry::new();
    for id in ["default", "bee", "wasp", "ant"] {
        registry = registry.register(id, Arc::from(id)).unwrap();
    }
    registry.loader(load)
}

async fn load(id: StrategyId) -> Result<Option<Arc<str>>, LoadError> {
    let loaded = id.as_str().starts_with("custom:").then(|| Arc::from(id.as_str()));
    tokio::task::yield_now().await;
    Ok(loaded)
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
struct Clock {
    start: Instant,
    millis: Arc<AtomicU64>,
}

impl Clock {
    fn new() -> Self {
        Self { start: Instant::now(), millis: Arc::default() }
    }

    fn advance(&self, by: Duration) {
        self.millis.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }

    fn cache(&self, max_entries: usize) -> Cache {
        let Self { start, millis } = self.clone();
        let now = move || start + Duration::from_millis(millis.load(Ordering::SeqCst));
        Cache::with_clock(MAX_AGE, max_entries, now)
    }
}

/// A resolver that counts its calls and returns from each when it is permitted to, after it has read.
#[derive(Clone)]
struct Gated<R> {
    inner: R,
    calls: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl<R> Gated<R> {
    /// Permits any number of calls.
    fn open(inner: R) -> Self {
        Self {
            inner,
            calls: Arc::default(),
            permits: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    fn close(&self) {
        self.permits.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn permit(&self, calls: usize) {
        self.permits.add_permits(calls);
    }

    /// The number of calls since this was last asked.
    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }

    async fn gate<T>(&self, result: T) -> T {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.permits.acquire().await.unwrap().forget();
        result
    }
}

#[async_trait]
impl<R: ResolveStrategy> ResolveStrategy for Gated<R> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.gate(self.inner.resolve_key(key).await).await
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.gate(self.inner.resolve_task(task).await).await
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        self.gate(self.inner.resolve_keys(keys).await).await
    }

    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        self.gate(self.inner.resolve_for_game(game_id).await).await
    }

    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        self.gate(self.inner.resolve_key_with_task(key).await).await
    }

    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        self.gate(self.inner.resolve_keys_with_tasks(keys).await).await
    }

    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        let Self { inner, calls, permits } = self;
        let inner = inner.scoped_resolver(scope);
        Box::new(Gated { inner, calls: Arc::clone(calls), permits: Arc::clone(permits) })
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }
}

type Store = Gated<InMemoryTaskRepository>;

/// A store in memory with one game, whose strategy is `bee`.
struct Fixture {
    clock: Clock,
    cache: Cache,
    /// Writes without the cache.
    all: InMemoryTaskRepository,
    tasks: Invalidating<InMemoryTaskRepository>,
    store: Store,
    resolver: CachedResolver<str, Store>,
    registry: Registry,
    game: Game,
}

impl Fixture {
    fn new() -> Self {
        Self::with_entries(1_000)
    }

    fn with_entries(max: usize) -> Self {
        let (clock, all, registry) = (Clock::new(), InMemoryTaskRepository::new(), registry());
        let (cache, store) = (clock.cache(max), Gated::open(all.clone()));
        let game = game_with("bee");
        all.add_game(game.clone());
        let resolver = registry.resolver(store.clone()).cached(cache.clone());
        let tasks = Invalidating::new(all.clone(), cache.clone());
        Self { clock, cache, all, tasks, store, resolver, registry, game }
    }

    async fn task(&self, strategy: &str) -> Task {
        let new = NewTask::new(self.game.id, Uuid::now_v7().to_string()).strategy(strategy);
        self.all.create(new).await.unwrap()
    }
}

fn game_with(strategy: &str) -> Game {
    Game::new(Uuid::now_v7().to_string()).strategy(StrategyId::new(strategy).unwrap())
}

/// The keys of a task.
fn keys(task: &Task) -> [TaskKey; 3] {
    let name = (task.game_id, task.external_task_id.as_str());
    [task.id.into(), (task.game_id, task.id).into(), name.into()]
}

/// What a call returned, to compare.
fn seen(found: Result<Resolved<str>, ResolveError>) -> String {
    match found {
        Ok(Resolved { task, strategy, strategy_id, source, .. }) => {
            format!("{}: {strategy} as {strategy_id}, {source}", task.status)
        }
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_repeated_call_takes_no_round_trip_and_returns_the_same() {
    let fixture = Fixture::new();
    let custom = StrategyId::custom(Uuid::now_v7());
    let uncached = fixture.registry.resolver(fixture.all.clone());
    for strategy in ["default", "wasp", custom.as_str()] {
        let task = fixture.task(strategy).await;
        for key in keys(&task) {
            let expected = uncached.resolve(&key).await.unwrap();
            for calls in [1, 0, 0] {
                let found = fixture.resolver.resolve(&key).await.unwrap();
                assert_eq!(fixture.store.calls(), calls);
                assert_eq!(
                    (&found.task, found.to_string()),
                    (&expected.task, expected.to_string())
                );
                assert_eq!(found.strategy, expected.strategy);
            }
        }
        let expected = seen(uncached.resolve_for(&task).await);
        for calls in [1, 0] {
            assert_eq!(seen(fixture.resolver.resolve_for(&task).await), expected);
            assert_eq!(fixture.store.calls(), calls);
        }
        // Its own strategy counts, whatever is stored.
        let made_up = Task { strategy_id: StrategyId::new("ant").unwrap(), ..task };
        assert!(seen(fixture.resolver.resolve_for(&made_up).await).contains("ant, task"));
        fixture.store.calls();
    }
    for calls in [1, 0] {
        let game = fixture.resolver.resolve_game(fixture.game.id).await.unwrap();
        assert_eq!((&*game.strategy, game.strategy_id.as_str()), ("bee", "bee"));
        assert_eq!((game.game_id, game.source.to_string()), (fixture.game.id, "game".to_owned()));
        assert_eq!(fixture.store.calls(), calls);
    }
    assert_eq!(fixture.resolver.entry_count(), 3 * 3 + 3 * 2 + 1);
}

#[tokio::test]
async fn many_keys_load_what_is_absent_in_one_call() {
    let fixture = Fixture::new();
    let (first, second) = (fixture.task("wasp").await, fixture.task("default").await);
    fixture.resolver.resolve(&first).await.unwrap();
    fixture.store.calls();
    let unknown = TaskKey::Id(Uuid::now_v7());
    let all: Vec<TaskKey> =
        [keys(&first).to_vec(), keys(&second).to_vec(), keys(&first).to_vec(), vec![unknown]]
            .concat();
    let uncached = fixture.registry.resolver(fixture.all.clone());
    let expected = uncached.resolve_many(all.clone()).await.unwrap();
    let expected: Vec<String> = expected.into_iter().map(seen).collect();
    for calls in [1, 0] {
        let found = fixture.resolver.resolve_many(all.clone()).await.unwrap();
        assert_eq!(found.into_iter().map(seen).collect::<Vec<_>>(), expected);
        assert_eq!(fixture.store.calls(), calls);
    }
    assert!(fixture.resolver.resolve_many(Vec::<TaskKey>::new()).await.unwrap().is_empty());
    let nul = fixture.resolver.resolve_many([(fixture.game.id, "\0")]).await.unwrap_err();
    assert!(matches!(nul, TaskError::Invalid { .. }), "{nul}");
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn unknown_tasks_and_games_are_stored_and_failures_are_not() {
    let fixture = Fixture::new();
    let name = TaskKey::External(fixture.game.id, "unknown".to_owned());
    let unknown = Uuid::now_v7();
    for key in [TaskKey::Id(unknown), TaskKey::InGame(fixture.game.id, unknown), name] {
        for calls in [1, 0] {
            let error = fixture.resolver.resolve(&key).await.unwrap_err();
            assert!(
                matches!(&error, ResolveError::Task(TaskError::NotFound { key: of }) if *of == key),
                "{error}"
            );
            assert_eq!(fixture.store.calls(), calls);
        }
    }
    for calls in [1, 0] {
        let error = fixture.resolver.resolve_game(unknown).await.unwrap_err();
        assert!(matches!(error, ResolveError::Task(TaskError::GameNotFound { .. })), "{error}");
        assert_eq!(fixture.store.calls(), calls);
    }
    // A strategy that is registered later is found at once.
    let task = fixture.task("later").await;
    for _ in 0..2 {
        let error = fixture.resolver.resolve(&task).await.unwrap_err();
        assert!(matches!(error, ResolveError::Unknown(_)), "{error}");
        assert_eq!(fixture.store.calls(), 1);
    }
    // A key that is refused is not stored either.
    let nul = TaskKey::External(fixture.game.id, "\0".to_owned());
    for _ in 0..2 {
        let error = fixture.resolver.resolve(&nul).await.unwrap_err();
        assert!(matches!(error, ResolveError::Task(TaskError::Invalid { .. })), "{error}");
        assert_eq!(fixture.store.calls(), 1);
    }
    assert_eq!(fixture.resolver.entry_count(), 4);
}

#[tokio::test]
async fn a_replaced_registry_is_seen_at_once() {
    let fixture = Fixture::new();
    let task = fixture.task("wasp").await;
    let found = fixture.resolver.resolve(&task).await.unwrap();
    fixture.registry.replace(&Registry::new().register("wasp", Arc::from("other")).unwrap());
    assert_eq!(&*fixture.resolver.resolve(&task).await.unwrap().strategy, "other");
    assert_eq!(&*found.strategy, "wasp");
    let game = fixture.resolver.resolve_game(fixture.game.id).await.unwrap_err();
    assert!(matches!(game, ResolveError::Unknown(_)), "{game}");
}
