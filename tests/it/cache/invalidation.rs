//! Every write through a repository with the cache is visible in the next call, on every store.

use super::{Fixture, Gated, Registry, keys, registry, seen};
use crate::support::{ON_EXISTING, TestDatabase, assert_is, database_cases};
use game_tasks::{
    ApiKeyId, Cache, CachedResolver, Game, InMemoryTaskRepository, Invalidating, NewTask,
    ObjectResolver, ResolveError, ResolveStrategy, SeaOrmTaskRepository, StrategyId,
    StrategyResolver, Task, TaskError, TaskFilter, TaskKey, TaskPatch, TaskRepository,
    TaskRepositoryExt, TaskScope, uuid::Uuid,
};
use std::sync::Arc;

database_cases!(on_a_database);

async fn on_a_database(database: &TestDatabase) {
    let game = Game::new("game").strategy(StrategyId::new("bee").unwrap());
    let game = game.insert(&database.db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    verify(tasks, StrategyResolver::new(database.db.clone()), game.id).await;
}

#[tokio::test]
async fn in_memory() {
    let (all, game) = (InMemoryTaskRepository::new(), super::game_with("bee"));
    all.add_game(game.clone());
    verify(all.clone(), all, game.id).await;
}

/// Compares a cached resolver with one without a cache.
struct Compared<R> {
    cached: CachedResolver<str, Gated<R>>,
    uncached: ObjectResolver<str, Gated<R>>,
    calls: Gated<R>,
    keys: Vec<TaskKey>,
    given: Vec<Task>,
}

impl<R: ResolveStrategy + Clone + 'static> Compared<R> {
    async fn assert_same(&self, what: &str) {
        for key in &self.keys {
            let expected = seen(self.uncached.resolve(key).await);
            assert_eq!(seen(self.cached.resolve(key).await), expected, "{what}: {key:?}");
        }
        let expected = self.uncached.resolve_many(self.keys.clone()).await.unwrap();
        let expected: Vec<String> = expected.into_iter().map(seen).collect();
        let many = self.cached.resolve_many(self.keys.clone()).await.unwrap();
        assert_eq!(many.into_iter().map(seen).collect::<Vec<_>>(), expected, "{what}");
        for task in &self.given {
            let expected = seen(self.uncached.resolve_for(task).await);
            assert_eq!(seen(self.cached.resolve_for(task).await), expected, "{what}");
        }
        // What was compared is stored.
        self.calls.calls();
        self.cached.resolve_many(self.keys.clone()).await.unwrap();
        assert_eq!(self.calls.calls(), 0, "{what}");
    }
}

async fn verify(
    tasks: impl TaskRepository,
    resolver: impl ResolveStrategy + Clone + 'static,
    game: Uuid,
) {
    let (cache, registry, calls) = (Cache::for_secs(3_600), registry(), Gated::open(resolver));
    let tasks = Invalidating::new(tasks, cache.clone());
    let given = Uuid::now_v7();
    let mut keys: Vec<TaskKey> = vec![given.into(), (game, given).into()];
    keys.extend(["a", "b", "c", "d"].map(|name| TaskKey::from((game, name))));
    let mut compared = Compared {
        cached: registry.resolver(calls.clone()).cached(cache),
        uncached: registry.resolver(calls.clone()),
        calls,
        keys,
        given: Vec::new(),
    };
    compared.assert_same("nothing").await;
    let a = tasks.create(NewTask::new(game, "a").id(given)).await.unwrap();
    compared.assert_same("create").await;
    compared.given.push(a.clone());
    let b = tasks.get_or_create(NewTask::new(game, "b")).await.unwrap().into_task();
    compared.keys.push(b.id.into());
    compared.given.push(b.clone());
    compared.assert_same("get_or_create").await;
    tasks.update(&a, TaskPatch::new().strategy("wasp")).await.unwrap();
    compared.assert_same("update by id").await;
    tasks.update((game, "a"), TaskPatch::new().strategy("ant")).await.unwrap();
    compared.assert_same("update by name").await;
    tasks.transition((game, b.id), "open", "closed").await.unwrap();
    compared.assert_same("transition").await;
    tasks.duplicate((game, "a"), "c").await.unwrap();
    compared.assert_same("duplicate").await;
    tasks.reassign_strategy(Some(game), "ant", "bee").await.unwrap();
    compared.assert_same("reassign in a game").await;
    tasks.reassign_strategy(None, "bee", "wasp").await.unwrap();
    compared.assert_same("reassign everywhere").await;
    for (n, on_existing) in ON_EXISTING.into_iter().enumerate() {
        let strategy = ["ant", "bee", "wasp"][n % 3];
        let new = ["b", "d"].map(|name| NewTask::new(game, name).strategy(strategy));
        tasks.create_many(new.clone(), on_existing).await.unwrap();
        compared.assert_same(&format!("create_many {on_existing:?}")).await;
        tasks.delete((game, "d")).await.unwrap();
        compared.assert_same("delete by name").await;
        let strategy = ["default", "ant", "custom:one"][n % 3];
        let new = ["b", "d"].map(|name| NewTask::new(game, name).strategy(strategy));
        let _ = tasks.create_all(new, on_existing).await;
        compared.assert_same(&format!("create_all {on_existing:?}")).await;
        let d = tasks.find((game, "d")).await.unwrap();
        if let Some(d) = d {
            tasks.delete(d.id).await.unwrap();
        }
        compared.assert_same("delete by id").await;
    }
    for (filter, status) in [
        (TaskFilter::keys([&a]), "one"),
        (TaskFilter::keys([(game, "b")]), "two"),
        (TaskFilter::in_game(game), "three"),
        (TaskFilter::all(), "four"),
    ] {
        tasks.update_many(filter, TaskPatch::new().status(status)).await.unwrap();
        compared.assert_same(&format!("update_many {status}")).await;
    }
    let scope = TaskScope::unrestricted();
    tasks.scoped(scope).delete_task(&(game, "c").into()).await.unwrap();
    compared.assert_same("a scoped repository").await;
    tasks.delete_many(TaskFilter::in_game(game)).await.unwrap();
    compared.assert_same("delete_many").await;
}

#[tokio::test]
async fn a_game_is_invalidated_with_its_tasks() {
    let fixture = Fixture::new();
    let (inherits, own) = (fixture.task("default").await, fixture.task("wasp").await);
    let resolve = async |task: &Task| seen(fixture.resolver.resolve(task).await);
    let (before, before_own) = (resolve(&inherits).await, resolve(&own).await);
    fixture.resolver.resolve_game(fixture.game.id).await.unwrap();
    let other = super::game_with("ant");
    fixture.all.add_game(other.clone());
    let elsewhere = fixture.all.create(NewTask::new(other.id, "task")).await.unwrap();
    resolve(&elsewhere).await;
    fixture
        .all
        .add_game(Game { strategy_id: StrategyId::new("ant").unwrap(), ..fixture.game.clone() });
    assert_eq!(resolve(&inherits).await, before);
    fixture.store.calls();
    fixture.cache.invalidate_game(fixture.game.id);
    assert_eq!(resolve(&inherits).await, "open: ant as ant, game");
    assert_eq!(resolve(&own).await, before_own);
    assert_eq!(&*fixture.resolver.resolve_game(fixture.game.id).await.unwrap().strategy, "ant");
    assert_eq!(fixture.store.calls(), 3);
    resolve(&elsewhere).await;
    assert_eq!(fixture.store.calls(), 0, "another game is not invalidated");
}

#[tokio::test]
async fn a_strategy_is_invalidated_with_its_aliases() {
    let fixture = Fixture::new();
    let custom = StrategyId::custom(Uuid::now_v7());
    let version = Arc::new(std::sync::Mutex::new("one"));
    let loaded = Arc::clone(&version);
    let registry = Registry::new().register("wasp", Arc::from("wasp")).unwrap();
    let registry = registry.alias("alias", custom.as_str()).unwrap().loader(move |_| {
        let version: Arc<str> = Arc::from(*loaded.lock().unwrap());
        async move { Ok(Some(version)) }
    });
    let resolver = registry.resolver(fixture.store.clone()).cached(fixture.cache.clone());
    let mut tasks = Vec::new();
    for strategy in [custom.as_str(), "alias", "wasp"] {
        tasks.push(fixture.task(strategy).await);
    }
    let resolve_all = async || {
        let mut names = Vec::new();
        for task in &tasks {
            names.push(resolver.resolve(task).await.unwrap().strategy.to_string());
            names.push(resolver.resolve_for(task).await.unwrap().strategy.to_string());
        }
        names
    };
    assert_eq!(resolve_all().await, ["one", "one", "one", "one", "wasp", "wasp"]);
    *version.lock().unwrap() = "two";
    assert_eq!(resolve_all().await, ["one", "one", "one", "one", "wasp", "wasp"]);
    fixture.store.calls();
    fixture.cache.invalidate_strategy(&custom);
    assert_eq!(resolve_all().await, ["two", "two", "two", "two", "wasp", "wasp"]);
    assert_eq!(fixture.store.calls(), 4);
}

/// What one caller sees is not what another sees, also with the same cache.
#[tokio::test]
async fn each_scope_has_results_of_its_own() {
    let fixture = Fixture::new();
    let scopes = ["one", "two"].map(|key| TaskScope::api_key(ApiKeyId::new(key).unwrap()));
    let of = fixture.tasks.scoped(scopes[0].clone());
    let owned =
        Game { api_key_used: Some(ApiKeyId::new("one").unwrap()), ..super::game_with("ant") };
    fixture.all.add_game(owned.clone());
    let task = of.create_task(&NewTask::new(owned.id, "task")).await.unwrap();
    let [one, two] = scopes.clone().map(|scope| fixture.resolver.scoped(scope));
    let both = one.scoped(scopes[1].clone());
    for _ in 0..2 {
        for key in keys(&task) {
            assert_eq!(seen(fixture.resolver.resolve(&key).await), "open: ant as ant, game");
            assert_eq!(seen(one.resolve(&key).await), "open: ant as ant, game");
            for other in [&two, &both] {
                let error = other.resolve(&key).await.unwrap_err();
                assert_is!(error, ResolveError::Task(TaskError::NotFound { .. }));
                let many = other.resolve_many([&key]).await.unwrap();
                assert!(many[0].is_err());
            }
        }
        two.resolve_for(&task).await.unwrap_err();
        two.resolve_game(owned.id).await.unwrap_err();
        one.resolve_for(&task).await.unwrap();
        one.resolve_game(owned.id).await.unwrap();
    }
    fixture.store.calls();
    fixture.resolver.scoped(scopes[0].clone()).resolve(&task).await.unwrap();
    assert_eq!(fixture.store.calls(), 0, "an equal scope has the same results");
    // A write is visible in each of them.
    of.update_task(&task.id.into(), &TaskPatch::new().status("closed")).await.unwrap();
    for resolver in [&fixture.resolver, &one] {
        assert_eq!(seen(resolver.resolve(&task).await), "closed: ant as ant, game");
    }
    // Within a scope the task is read again: what is given may have been made up.
    for (key, strategy) in keys(&task).into_iter().zip(["wasp", "bee", "custom:one"]) {
        of.update_task(&key, &TaskPatch::new().strategy(strategy)).await.unwrap();
        assert_eq!(one.resolve_for(&task).await.unwrap().strategy_id, strategy);
    }
    of.update_task(&task.id.into(), &TaskPatch::new().strategy("default")).await.unwrap();
    // The game gets another owner.
    let given_away = Game { api_key_used: Some(ApiKeyId::new("two").unwrap()), ..owned };
    fixture.all.add_game(given_away.clone());
    fixture.cache.invalidate_game(given_away.id);
    for key in keys(&task) {
        assert_eq!(seen(two.resolve(&key).await), "closed: ant as ant, game");
    }
    two.resolve_for(&task).await.unwrap();
}

/// The write may be applied although its future was dropped or its result was an error.
#[tokio::test]
async fn a_write_that_does_not_return_invalidates_too() {
    use futures_util::FutureExt;
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    fixture.resolver.resolve(&task).await.unwrap();
    let stuck = Invalidating::new(Stuck(fixture.all.clone()), fixture.cache.clone());
    let mut update = Box::pin(stuck.update(&task, TaskPatch::new().status("closed")));
    assert!((&mut update).now_or_never().is_none());
    assert_eq!(seen(fixture.resolver.resolve(&task).await), "open: bee as bee, game");
    drop(update);
    assert_eq!(seen(fixture.resolver.resolve(&task).await), "closed: bee as bee, game");
    let error = stuck.delete(&task).await.unwrap_err();
    assert_is!(error, TaskError::WriteSkipped { .. });
    let error = fixture.resolver.resolve(&task).await.unwrap_err();
    assert_is!(error, ResolveError::Task(TaskError::NotFound { .. }));
}

/// Applies an update and does not return, and a deletion and returns an error.
struct Stuck(InMemoryTaskRepository);

#[async_trait::async_trait]
impl TaskRepository for Stuck {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.0.create_task(task).await
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: game_tasks::OnExisting,
    ) -> Result<Vec<Result<game_tasks::CreateOutcome, TaskError>>, TaskError> {
        self.0.create_many_tasks(tasks, on_existing).await
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: game_tasks::OnExisting,
    ) -> Result<Vec<game_tasks::CreateOutcome>, TaskError> {
        self.0.create_all_tasks(tasks, on_existing).await
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.0.find_task(key).await
    }

    async fn list_tasks(
        &self,
        query: &game_tasks::TaskQuery,
    ) -> Result<game_tasks::Page, TaskError> {
        self.0.list_tasks(query).await
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.0.count_tasks(filter).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.0.update_task(key, patch).await?;
        std::future::pending().await
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.0.update_many_tasks(filter, patch).await
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.0.delete_task(key).await?;
        Err(TaskError::WriteSkipped { key: Some(key.clone()), transaction_lost: false })
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.0.delete_many_tasks(filter).await
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        self.0.scoped(scope)
    }
}
