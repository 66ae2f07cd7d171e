//! The registry of strategies: what it holds, loads and resolves.

use futures_util::future::join_all;
use futures_util::{FutureExt, TryStreamExt};
use game_tasks::{
    ApiKeyId, BoxFuture, Game, InMemoryTaskRepository, LoadError, NewTask, ObjectResolver,
    ProblemDetails, RegistryError, ResolveError, ResolveStrategy, ResolveStrategyExt, Retry,
    StrategyCatalog, StrategyId, StrategyRegistry, StrategySource, Task, TaskError, TaskFilter,
    TaskKey, TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope, uuid::Uuid,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A strategy that has a name.
trait Named: Send + Sync {
    fn name(&self) -> String;
}

impl Named for &'static str {
    fn name(&self) -> String {
        (*self).to_owned()
    }
}

impl Named for String {
    fn name(&self) -> String {
        self.clone()
    }
}

type Registry = StrategyRegistry<dyn Named>;
type Loaded = Result<Option<Arc<dyn Named>>, LoadError>;

fn registry() -> Registry {
    Registry::new()
        .register("default", Arc::new("default"))
        .unwrap()
        .register("socio_bee", Arc::new("socio_bee"))
        .unwrap()
}

struct Fixture {
    tasks: InMemoryTaskRepository,
    /// Its strategy is `socio_bee`.
    game: Uuid,
}

impl Fixture {
    fn new() -> Self {
        Self::in_game_with("socio_bee")
    }

    fn in_game_with(strategy: &str) -> Self {
        let tasks = InMemoryTaskRepository::new();
        let game = Game::new("game").strategy(StrategyId::new(strategy).unwrap());
        tasks.add_game(game.clone());
        Self { tasks, game: game.id }
    }

    async fn task(&self, strategy: &str) -> Task {
        let new = NewTask::new(self.game, Uuid::now_v7().to_string()).strategy(strategy);
        self.tasks.create(new).await.unwrap()
    }

    fn resolver(&self, registry: &Registry) -> ObjectResolver<dyn Named, InMemoryTaskRepository> {
        registry.resolver(self.tasks.clone())
    }
}

fn name(found: Result<game_tasks::Resolved<dyn Named>, ResolveError>) -> String {
    found.unwrap().strategy.name()
}

#[test]
fn ids_are_registered_once_and_sorted() {
    let registry = registry();
    assert_eq!(registry.ids(), ["default", "socio_bee"]);
    let Err(error) = registry.clone().register("socio_bee", Arc::new("again")) else { panic!() };
    let id = StrategyId::new("socio_bee").unwrap();
    assert_eq!(error, RegistryError::AlreadyRegistered { id });
    assert_eq!(registry.get("socio_bee").unwrap().name(), "socio_bee");
    let Err(error) = registry.clone().register(" ", Arc::new("blank")) else { panic!() };
    assert!(matches!(error, RegistryError::Invalid(_)), "{error}");
    let registry = registry.register("another", Arc::new("another")).unwrap();
    assert_eq!(registry.ids(), ["another", "default", "socio_bee"]);
}

#[test]
fn aliases_name_registered_ids() {
    let registry = registry().alias("bees", "socio_bee").unwrap().alias("b", "bees").unwrap();
    for alias in ["bees", "b"] {
        assert_eq!(registry.get(alias).unwrap().name(), "socio_bee");
        assert_eq!(registry.alias_target(alias).unwrap(), "socio_bee");
    }
    assert_eq!(registry.alias_target("socio_bee"), None);
    let Err(error) = registry.clone().alias("wasps", "wasp") else { panic!() };
    assert!(matches!(error, RegistryError::UnknownTarget { .. }), "{error}");
    for taken in ["socio_bee", "bees"] {
        let Err(error) = registry.clone().alias(taken, "default") else { panic!() };
        assert!(matches!(error, RegistryError::AlreadyRegistered { .. }), "{error}");
    }
}

/// A task can be pinned to the default strategy in a game that has another.
#[tokio::test]
async fn an_alias_of_the_default() {
    let (fixture, registry) = (Fixture::new(), registry().alias("standard", "default").unwrap());
    let (inherits, pinned) = (fixture.task("default").await, fixture.task("standard").await);
    let resolver = fixture.resolver(&registry);
    assert_eq!(name(resolver.resolve(&inherits).await), "socio_bee");
    let resolved = resolver.resolve(&pinned).await.unwrap();
    assert_eq!(resolved.strategy.name(), "default");
    assert_eq!(
        (resolved.strategy_id.as_str(), resolved.source),
        ("standard", StrategySource::Task)
    );
}

#[tokio::test]
async fn each_kind_of_key() {
    let fixture = Fixture::new();
    let (own, inherits) = (fixture.task("default").await, fixture.task("other").await);
    let registry = registry().register("other", Arc::new("other")).unwrap();
    let resolver = fixture.resolver(&registry);
    for (task, expected, source) in
        [(&own, "socio_bee", StrategySource::Game), (&inherits, "other", StrategySource::Task)]
    {
        let name = (task.game_id, task.external_task_id.as_str());
        for resolved in [
            resolver.resolve(task.id).await.unwrap(),
            resolver.resolve((task.game_id, task.id)).await.unwrap(),
            resolver.resolve(name).await.unwrap(),
            resolver.resolve_for(task).await.unwrap(),
        ] {
            assert_eq!(*resolved.task, *task);
            assert_eq!(resolved.strategy.name(), expected);
            assert_eq!((resolved.strategy_id.as_str(), resolved.source), (expected, source));
        }
    }
    let game = resolver.resolve_game(fixture.game).await.unwrap();
    assert_eq!((game.strategy.name(), game.source), ("socio_bee".into(), StrategySource::Game));
    let error = resolver.resolve(Uuid::nil()).await.unwrap_err();
    assert!(matches!(error, ResolveError::Task(TaskError::NotFound { .. })), "{error}");
}

#[tokio::test]
async fn an_unknown_strategy_states_who_names_it() {
    let fixture = Fixture::in_game_with("of game");
    let (inherits, own) = (fixture.task("default").await, fixture.task("of task").await);
    let resolver = fixture.resolver(&registry());
    for (task, id, named_by) in
        [(&inherits, "of game", StrategySource::Game), (&own, "of task", StrategySource::Task)]
    {
        let error = resolver.resolve(task).await.unwrap_err();
        let problem = ProblemDetails::from(&error);
        assert_eq!((problem.status, problem.code.as_str()), (500, "unknown_strategy"));
        assert_eq!((problem.game_id, problem.task_id), (Some(fixture.game), Some(task.id)));
        let ResolveError::Unknown(unknown) = error else { panic!() };
        assert_eq!((unknown.strategy_id.as_str(), unknown.named_by), (id, named_by));
        assert_eq!((unknown.game_id, unknown.task_id), (fixture.game, Some(task.id)));
        assert!(unknown.to_string().contains(&format!("`{id}`")), "{unknown}");
    }
    let error = resolver.resolve_game(fixture.game).await.unwrap_err();
    assert_eq!(error.retry(), Retry::No);
    let ResolveError::Unknown(unknown) = error else { panic!() };
    assert_eq!((unknown.named_by, unknown.task_id), (StrategySource::Game, None));

    // Neither the task nor the game names one, and `default` is not registered.
    let fixture = Fixture::in_game_with("default");
    let task = fixture.task("default").await;
    let error = fixture.resolver(&Registry::new()).resolve(&task).await.unwrap_err();
    let ResolveError::Unknown(unknown) = error else { panic!() };
    assert_eq!(unknown.named_by, StrategySource::Default);
}

#[tokio::test]
async fn many_keys_have_results_of_their_own() {
    let fixture = Fixture::new();
    let loads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&loads);
    let registry = registry().loader(move |id: StrategyId| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match id.as_str() {
                "broken" => Err("the table is locked".into()),
                "unknown" => Ok(None),
                id => Ok(Some(Arc::new(id.to_owned()) as Arc<dyn Named>)),
            }
        }
    });
    let custom = StrategyId::custom(Uuid::now_v7());
    let (mut keys, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        for (strategy, name) in [
            ("default", Ok("socio_bee")),
            (custom.as_str(), Ok(custom.as_str())),
            ("broken", Err("the strategy `broken` could not be loaded")),
            ("unknown", Err("names the strategy `unknown`, which is not registered")),
        ] {
            keys.push(fixture.task(strategy).await.id);
            expected.push(name);
        }
        keys.push(Uuid::now_v7());
        expected.push(Err("was not found"));
    }
    let resolver = fixture.resolver(&registry);
    let found = resolver.resolve_many(keys).await.unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.into_iter().zip(expected) {
        match (found, expected) {
            (Ok(found), Ok(name)) => assert_eq!(found.strategy.name(), name),
            (Err(error), Err(end)) => assert!(error.to_string().ends_with(end), "{error}"),
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }
    assert_eq!(loads.load(Ordering::SeqCst), 3, "each is loaded once");
}

/// A loader that waits for permits, and counts its calls.
#[derive(Clone)]
struct Gate {
    calls: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self { calls: Arc::default(), permits: Arc::new(Semaphore::new(0)) }
    }

    fn loader(&self) -> impl Fn(StrategyId) -> BoxFuture<'static, Loaded> + Send + Sync + 'static {
        let gate = self.clone();
        move |id| {
            let gate = gate.clone();
            async move {
                gate.calls.fetch_add(1, Ordering::SeqCst);
                gate.permits.acquire().await?.forget();
                Ok(Some(Arc::new(id.as_str().to_owned()) as Arc<dyn Named>))
            }
            .boxed()
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn concurrent_requests_load_once() {
    let (fixture, gate) = (Fixture::new(), Gate::new());
    let registry = registry().loader(gate.loader());
    let resolver = fixture.resolver(&registry);
    let tasks = [fixture.task("a").await, fixture.task("a").await, fixture.task("b").await];
    let mut all =
        Box::pin(join_all(tasks.iter().cycle().take(30).map(|task| resolver.resolve(task))));
    assert!((&mut all).now_or_never().is_none());
    assert_eq!(gate.calls(), 2);
    gate.permits.add_permits(2);
    let names: Vec<String> = all.await.into_iter().map(name).collect();
    assert_eq!(names.iter().filter(|name| *name == "a").count(), 20);
    // A later request loads again: only a cache keeps what was loaded.
    gate.permits.add_permits(1);
    assert_eq!(name(resolver.resolve(&tasks[0]).await), "a");
    assert_eq!(gate.calls(), 3);
}

#[tokio::test]
async fn a_load_goes_on_when_its_first_caller_is_dropped() {
    let (fixture, gate) = (Fixture::new(), Gate::new());
    let registry = registry().loader(gate.loader());
    let resolver = fixture.resolver(&registry);
    let task = fixture.task("a").await;
    let mut first = Box::pin(resolver.resolve(&task));
    assert!((&mut first).now_or_never().is_none());
    let second = {
        let (resolver, task) = (resolver.clone(), task.clone());
        tokio::spawn(async move { name(resolver.resolve(&task).await) })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop(first);
    gate.permits.add_permits(1);
    let second = tokio::time::timeout(Duration::from_secs(10), second).await.unwrap();
    assert_eq!(second.unwrap(), "a");
    assert_eq!(gate.calls(), 1);
    // After all callers were dropped, the next one starts again.
    let mut alone = Box::pin(resolver.resolve(&task));
    assert!((&mut alone).now_or_never().is_none());
    drop(alone);
    gate.permits.add_permits(1);
    assert_eq!(name(resolver.resolve(&task).await), "a");
    assert_eq!(gate.calls(), 3);
}

#[tokio::test]
async fn a_failed_load_is_not_an_unknown_strategy() {
    let fixture = Fixture::new();
    let task = fixture.task("custom").await;
    let broken = registry().loader(|_| async { Err("no connection".into()) });
    let error = fixture.resolver(&broken).resolve(&task).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Call);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no connection");
    let problem = ProblemDetails::from(&error);
    assert_eq!((problem.status, problem.code.as_str()), (503, "strategy_not_loaded"));
    assert!(!format!("{problem:?}").contains("no connection"), "{problem:?}");
    assert!(matches!(error, ResolveError::Load { strategy_id, .. } if strategy_id == "custom"));
    // A panic of the loader is such a failure, too, and the next call works.
    let panics = Arc::new(AtomicBool::new(true));
    let panicking = registry().loader(move |id: StrategyId| {
        let panics = Arc::clone(&panics);
        async move {
            assert!(!panics.swap(false, Ordering::SeqCst), "the loader panics once");
            Ok(Some(Arc::new(id.as_str().to_owned()) as Arc<dyn Named>))
        }
    });
    let resolver = fixture.resolver(&panicking);
    let error = resolver.resolve(&task).await.unwrap_err();
    assert!(matches!(error, ResolveError::Load { .. }), "{error}");
    assert_eq!(name(resolver.resolve(&task).await), "custom");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_is_replaced_while_others_resolve() {
    let fixture = Fixture::in_game_with("default");
    let task = fixture.task("default").await;
    // In each of these, all ids have the same strategy.
    let all = |name: &'static str| {
        let all = Registry::new().register("default", Arc::new(name)).unwrap();
        all.register("other", Arc::new(name)).unwrap().alias("alias", "other").unwrap()
    };
    let registry = all("0");
    let resolver = fixture.resolver(&registry);
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (resolver, task, done) = (resolver.clone(), task.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen = 0;
                while !done.load(Ordering::SeqCst) {
                    let now: usize = name(resolver.resolve(&task).await).parse().unwrap();
                    assert!(now >= seen, "an older registry was seen again");
                    seen = now;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for n in ["1", "2", "3", "4", "5", "6", "7", "8", "9"] {
        registry.replace(&all(n));
        assert_eq!(registry.get("alias").unwrap().name(), n);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(name(resolver.resolve(&task).await), "9");
}

#[test]
fn a_catalog_follows_its_registry() {
    let registry = registry().alias("bees", "socio_bee").unwrap();
    let catalog = registry.catalog();
    let contains = |id: &str| catalog.contains(&StrategyId::new(id).unwrap());
    let custom = StrategyId::custom(Uuid::now_v7());
    assert!(contains("socio_bee") && contains("bees"));
    assert!(!contains("wasp") && !contains(custom.as_str()) && !contains("Socio_bee"));
    let registry = registry.loader(|_| async { Ok(None) }).register("wasp", Arc::new("w")).unwrap();
    assert!(contains("wasp") && contains(custom.as_str()));
    assert!(!contains("custom:no-uuid"), "the loader is not asked");
    registry.replace(&Registry::new());
    assert!(!contains("socio_bee") && !contains(custom.as_str()));
}

#[tokio::test]
async fn a_scoped_resolver_finds_the_tasks_of_its_caller() {
    let (fixture, registry) = (Fixture::new(), registry());
    let key = ApiKeyId::new("key").unwrap();
    let mine = fixture.tasks.clone().with_scope(TaskScope::api_key(key.clone()));
    let game = Game::new("mine").owned_by_api_key(key.clone());
    fixture.tasks.add_game(game.clone());
    let own = mine.create(NewTask::new(game.id, "own")).await.unwrap();
    let foreign = fixture.task("default").await;
    let resolver = fixture.resolver(&registry);
    let scoped = resolver.scoped(TaskScope::api_key(key));
    assert_eq!(name(scoped.resolve(&own).await), "default");
    for error in [
        scoped.resolve(&foreign).await.unwrap_err(),
        scoped.resolve_for(&foreign).await.unwrap_err(),
    ] {
        assert!(matches!(error, ResolveError::Task(TaskError::NotFound { .. })), "{error}");
    }
}

/// An owned repository and resolver that are restricted to a scope, for spawned tasks.
#[tokio::test]
async fn owned_and_scoped() {
    let (fixture, key) = (Fixture::new(), ApiKeyId::new("key").unwrap());
    let game = Game::new("mine").owned_by_api_key(key.clone());
    fixture.tasks.add_game(game.clone());
    let foreign = fixture.task("default").await;
    let all: Arc<dyn TaskRepository> = Arc::new(fixture.tasks.clone());
    let resolver: Arc<dyn ResolveStrategy> = Arc::new(fixture.tasks.clone());
    let scope = TaskScope::api_key(key);
    let (mine, resolver) =
        (all.into_scoped(scope.clone()), resolver.into_scoped_resolver(scope.clone()));
    let spawned = tokio::spawn(async move {
        let own = mine.create(NewTask::new(game.id, "own")).await.unwrap();
        assert_eq!(own.api_key_used.as_ref().unwrap().as_str(), "key");
        let keys = [TaskKey::Id(own.id), TaskKey::Id(foreign.id)];
        assert_eq!(mine.find_many(&keys).await.unwrap(), [Some(own.clone()), None]);
        assert_eq!(mine.count(TaskFilter::all()).await.unwrap(), 1);
        let streamed: Vec<Task> =
            mine.stream(TaskQuery::new(TaskFilter::all())).try_collect().await.unwrap();
        assert_eq!(streamed, std::slice::from_ref(&own));
        assert!(matches!(mine.delete(foreign.id).await, Err(TaskError::NotFound { .. })));
        assert_eq!(resolver.resolve(own.id).await.unwrap().source, StrategySource::Default);
        let found = resolver.resolve_many_with_tasks(&keys).await.unwrap();
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
        let narrowed = mine.into_scoped(TaskScope::api_key(ApiKeyId::new("other").unwrap()));
        assert!(!narrowed.exists(own.id).await.unwrap());
    });
    spawned.await.unwrap();
}
