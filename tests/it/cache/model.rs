//! Random writes, invalidations and calls: a cached resolver returns what one without a cache does.

use super::{Clock, Gated, MAX_AGE, Registry, game_with, registry, seen};
use game_tasks::{
    ApiKeyId, CachedResolver, Game, InMemoryTaskRepository, Invalidating, NewTask, OnExisting,
    ResolveError, StrategyId, TaskFilter, TaskKey, TaskPatch, TaskRepository, TaskRepositoryExt,
    TaskScope, uuid::Uuid,
};
use proptest::prelude::*;
use proptest::test_runner::Config;

#[derive(Debug, Clone)]
enum Step {
    Create { game: usize, name: usize, id: Option<usize>, strategy: usize, of: usize },
    Upsert { game: usize, names: Vec<usize>, strategy: usize },
    Update { key: usize, strategy: usize },
    Delete { key: usize },
    UpdateMany { filter: usize, strategy: usize },
    DeleteMany { filter: usize },
    Game { game: usize, strategy: usize, owner: usize },
    Replace { without: usize },
    Elsewhere { key: usize, strategy: usize },
    Read,
}

const STRATEGIES: [&str; 5] = ["default", "bee", "wasp", "custom:one", "unknown"];
const NAMES: [&str; 3] = ["a", "b", "c"];

fn step() -> impl Strategy<Value = Step> {
    let (game, name, id, strategy, key) =
        (0..2_usize, 0..3_usize, 0..3_usize, 0..5_usize, 0..18_usize);
    prop_oneof![
        4 => (game.clone(), name.clone(), proptest::option::of(id), strategy.clone(), 0..3_usize)
            .prop_map(|(game, name, id, strategy, of)| Step::Create { game, name, id, strategy, of }),
        2 => (game.clone(), proptest::collection::vec(name, 1..4), strategy.clone())
            .prop_map(|(game, names, strategy)| Step::Upsert { game, names, strategy }),
        4 => (key.clone(), strategy.clone()).prop_map(|(key, strategy)| Step::Update { key, strategy }),
        2 => key.clone().prop_map(|key| Step::Delete { key }),
        2 => (0..21_usize, strategy.clone())
            .prop_map(|(filter, strategy)| Step::UpdateMany { filter, strategy }),
        1 => (0..21_usize).prop_map(|filter| Step::DeleteMany { filter }),
        3 => (game, strategy.clone(), 0..3_usize)
            .prop_map(|(game, strategy, owner)| Step::Game { game, strategy, owner }),
        1 => (0..6_usize).prop_map(|without| Step::Replace { without }),
        1 => (key, strategy).prop_map(|(key, strategy)| Step::Elsewhere { key, strategy }),
        6 => Just(Step::Read),
    ]
}

struct World {
    all: InMemoryTaskRepository,
    tasks: Invalidating<InMemoryTaskRepository>,
    cached: CachedResolver<str, Gated<InMemoryTaskRepository>>,
    registry: Registry,
    games: Vec<Game>,
    keys: Vec<TaskKey>,
    scopes: [TaskScope; 3],
    clock: Clock,
}

impl World {
    fn new() -> Self {
        let (clock, registry) = (Clock::new(), registry());
        let all = InMemoryTaskRepository::new();
        let games = vec![game_with("bee"), game_with("default")];
        games.iter().for_each(|game| all.add_game(game.clone()));
        // Few entries, so that some are evicted.
        let cache = clock.cache(40);
        let cached = registry.resolver(Gated::open(all.clone())).cached(cache.clone());
        let mut keys: Vec<TaskKey> = (0..3).map(|n| TaskKey::Id(Uuid::from_u128(n))).collect();
        for game in &games {
            keys.extend((0..3).map(|n| TaskKey::InGame(game.id, Uuid::from_u128(n))));
            keys.extend(NAMES.map(|name| TaskKey::from((game.id, name))));
        }
        // Three that are replaced by the ids of tasks that get one.
        keys.extend((10..13).map(|n| TaskKey::Id(Uuid::from_u128(n))));
        let key = |key| TaskScope::api_key(ApiKeyId::new(key).unwrap());
        let scopes = [TaskScope::unrestricted(), key("one"), key("two")];
        let tasks = Invalidating::new(all.clone(), cache);
        Self { all, tasks, cached, registry, games, keys, scopes, clock }
    }

    fn filter(&self, filter: usize) -> TaskFilter {
        match filter {
            18 => TaskFilter::all(),
            game @ 19.. => TaskFilter::in_game(self.games[game - 19].id),
            key => TaskFilter::keys([&self.keys[key]]),
        }
    }

    async fn make(&mut self, step: &Step) {
        match step.clone() {
            Step::Create { game, name, id, strategy, of } => {
                let mut new = NewTask::new(self.games[game].id, NAMES[name]);
                new = new.strategy(STRATEGIES[strategy]);
                new.id = id.map(|id| Uuid::from_u128(id as u128));
                let created = self.tasks.scoped(self.scopes[of].clone()).create_task(&new).await;
                if let (Ok(created), None) = (created, id) {
                    self.keys[15 + name] = created.id.into();
                }
            }
            Step::Upsert { game, names, strategy } => {
                let new = |name: usize| {
                    NewTask::new(self.games[game].id, NAMES[name]).strategy(STRATEGIES[strategy])
                };
                let new: Vec<NewTask> = names.into_iter().map(new).collect();
                self.tasks.create_many(new, OnExisting::Update).await.unwrap();
            }
            Step::Update { key, strategy } => {
                let patch = TaskPatch::new().strategy(STRATEGIES[strategy]);
                let _ = self.tasks.update(&self.keys[key], patch).await;
            }
            Step::Delete { key } => {
                let _ = self.tasks.delete(&self.keys[key]).await;
            }
            Step::UpdateMany { filter, strategy } => {
                let patch = TaskPatch::new().strategy(STRATEGIES[strategy]).status("many");
                self.tasks.update_many(self.filter(filter), patch).await.unwrap();
            }
            Step::DeleteMany { filter } => {
                self.tasks.delete_many(self.filter(filter)).await.unwrap();
            }
            Step::Game { game, strategy, owner } => {
                let game = &mut self.games[game];
                game.strategy_id = StrategyId::new(STRATEGIES[strategy]).unwrap();
                let owner = [None, Some("one"), Some("two")][owner];
                game.api_key_used = owner.map(|key| ApiKeyId::new(key).unwrap());
                self.all.add_game(game.clone());
                self.cached.cache().invalidate_game(game.id);
            }
            Step::Replace { without } => {
                let mut registry = Registry::new();
                for (n, id) in ["default", "bee", "wasp", "unknown"].into_iter().enumerate() {
                    if n != without {
                        registry = registry.register(id, id.into()).unwrap();
                    }
                }
                self.registry.replace(&registry.loader(super::load));
            }
            Step::Elsewhere { key, strategy } => {
                let patch = TaskPatch::new().strategy(STRATEGIES[strategy]);
                let _ = self.all.update(&self.keys[key], patch).await;
                self.clock.advance(MAX_AGE);
            }
            Step::Read => {}
        }
    }

    async fn compare(&self) {
        for scope in &self.scopes {
            let uncached = self.registry.resolver(self.all.clone().with_scope(scope.clone()));
            let cached = self.cached.scoped(scope.clone());
            for key in &self.keys {
                let expected = seen(uncached.resolve(key).await);
                assert_eq!(seen(cached.resolve(key).await), expected, "{key:?} in {scope:?}");
            }
            for game in &self.games {
                let strategy = |found: Result<game_tasks::ResolvedForGame<str>, _>| {
                    found
                        .map(|found| (found.strategy, found.source))
                        .map_err(|error: ResolveError| error.to_string())
                };
                let expected = strategy(uncached.resolve_game(game.id).await);
                assert_eq!(strategy(cached.resolve_game(game.id).await), expected);
            }
            let all = self.all.list(game_tasks::TaskQuery::new(TaskFilter::all())).await.unwrap();
            for task in all.items {
                let expected = seen(uncached.resolve_for(&task).await);
                assert_eq!(seen(cached.resolve_for(&task).await), expected);
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 60, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_cached_resolver_returns_what_one_without_a_cache_does(
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            world.compare().await;
            for step in &steps {
                world.make(step).await;
                world.compare().await;
            }
        });
    }
}
