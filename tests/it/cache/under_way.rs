//! Results that are being loaded: others wait for them, unless something was invalidated meanwhile.

use super::{Fixture, MAX_AGE, game_with, keys, seen};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use game_tasks::{
    Cache, Game, NewTask, ResolveError, StrategyId, Task, TaskError, TaskKey, TaskPatch,
    TaskRepositoryExt, uuid::Uuid,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[tokio::test]
async fn concurrent_calls_load_once() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    let other = fixture.task("wasp").await;
    fixture.store.close();
    let one = join_all((0..20).map(|_| fixture.resolver.resolve(&task)));
    let many = join_all((0..5).map(|_| fixture.resolver.resolve_many([&task, &other])));
    let unknown = join_all((0..5).map(|_| fixture.resolver.resolve(Uuid::nil())));
    let game = join_all((0..5).map(|_| fixture.resolver.resolve_game(fixture.game.id)));
    let given = join_all((0..5).map(|_| fixture.resolver.resolve_for(&task)));
    let mut all = Box::pin(async { tokio::join!(one, many, unknown, game, given) });
    assert!((&mut all).now_or_never().is_none());
    fixture.store.permit(5);
    let (one, many, unknown, game, given) = all.await;
    assert_eq!(fixture.store.calls(), 5);
    assert!(one.into_iter().chain(given).all(|found| *found.unwrap().strategy == *"bee"));
    for found in many {
        let found: Vec<String> = found.unwrap().into_iter().map(seen).collect();
        assert_eq!(found, ["open: bee as bee, game", "open: wasp as wasp, task"]);
    }
    assert!(unknown.into_iter().all(|found| found.is_err()));
    assert!(game.into_iter().all(|found| *found.unwrap().strategy == *"bee"));
}

#[tokio::test]
async fn a_load_goes_on_when_its_first_caller_is_dropped() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    fixture.store.close();
    let mut first = Box::pin(fixture.resolver.resolve(&task));
    let mut second = Box::pin(fixture.resolver.resolve(&task));
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    drop(first);
    fixture.store.permit(1);
    assert_eq!(seen(second.await), "open: bee as bee, game");
    assert_eq!(seen(fixture.resolver.resolve(&task).await), "open: bee as bee, game");
    assert_eq!(fixture.store.calls(), 1, "the second has stored it");
    // When all are dropped, the next one starts again.
    let other = fixture.task("default").await;
    let mut alone = Box::pin(fixture.resolver.resolve(&other));
    assert!((&mut alone).now_or_never().is_none());
    drop(alone);
    fixture.store.permit(1);
    fixture.resolver.resolve(&other).await.unwrap();
    assert_eq!(fixture.store.calls(), 2);
}

/// Changes something, and invalidates what depends on it.
type Change = fn(&Fixture, &Task) -> BoxFuture<'static, ()>;

/// What was loaded before an invalidation is not used after it, by whoever began before or begins after.
#[tokio::test]
async fn nothing_that_was_loaded_before_an_invalidation_is_used_after_it() {
    let close: Change = |fixture, task| {
        let (tasks, key) = (fixture.tasks.clone(), TaskKey::Id(task.id));
        async move {
            tasks.update(key, TaskPatch::new().status("closed").strategy("ant")).await.unwrap();
        }
        .boxed()
    };
    let close_by_name: Change = |fixture, task| {
        let (tasks, [_, _, key]) = (fixture.tasks.clone(), keys(task));
        async move {
            tasks.update(key, TaskPatch::new().status("closed").strategy("ant")).await.unwrap();
        }
        .boxed()
    };
    let elsewhere: Change = |fixture, task| {
        let (all, cache, task) = (fixture.all.clone(), fixture.cache.clone(), task.clone());
        async move {
            all.update(&task, TaskPatch::new().status("closed").strategy("ant")).await.unwrap();
            cache.invalidate(&task);
        }
        .boxed()
    };
    let all_elsewhere: Change = |fixture, task| {
        let (all, cache, task) = (fixture.all.clone(), fixture.cache.clone(), task.clone());
        async move {
            all.update(&task, TaskPatch::new().status("closed").strategy("ant")).await.unwrap();
            cache.invalidate_all();
        }
        .boxed()
    };
    let delete: Change = |fixture, task| {
        let (tasks, key) = (fixture.tasks.clone(), TaskKey::Id(task.id));
        async move {
            tasks.delete(key).await.unwrap();
        }
        .boxed()
    };
    let game: Change = |fixture, _| {
        let game = Game { strategy_id: StrategyId::new("ant").unwrap(), ..fixture.game.clone() };
        let (all, cache) = (fixture.all.clone(), fixture.cache.clone());
        async move {
            let id = game.id;
            all.add_game(game);
            cache.invalidate_game(id);
        }
        .boxed()
    };
    for change in [close, close_by_name, elsewhere, all_elsewhere, delete, game] {
        for key in 0..4 {
            let fixture = Fixture::new();
            let task = fixture.task("default").await;
            let many = keys(&task);
            let resolve = |key: usize| match many.get(key) {
                Some(key) => fixture.resolver.resolve(key).boxed(),
                None => {
                    let found = fixture.resolver.resolve_many([&many[0]]);
                    async { found.await.unwrap().pop().unwrap() }.boxed()
                }
            };
            fixture.store.close();
            let mut before = resolve(key);
            assert!((&mut before).now_or_never().is_none(), "it has read, and waits");
            change(&fixture, &task).await;
            let mut after = resolve(key);
            assert!((&mut after).now_or_never().is_none());
            fixture.store.permit(10);
            // The first to be driven is the one that begins after.
            let after = seen(after.await);
            assert_eq!(seen(before.await), "open: bee as bee, game");
            let expected = fixture.registry.resolver(fixture.all.clone()).resolve(&task).await;
            let expected = seen(expected);
            assert_ne!(expected, "open: bee as bee, game");
            assert!(after == expected || expected.contains("not found"), "{after}");
            assert_eq!(seen(fixture.resolver.resolve(&task).await), expected);
            assert_eq!(seen(resolve(key).await), after);
        }
    }
}

/// All that joined a load that is not current any more join one that is.
#[tokio::test]
async fn those_who_waited_for_a_stale_load_load_once() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    fixture.store.close();
    let mut first = Box::pin(fixture.resolver.resolve(&task));
    assert!((&mut first).now_or_never().is_none());
    let mut others = Box::pin(join_all((0..20).map(|_| fixture.resolver.resolve(&task))));
    assert!((&mut others).now_or_never().is_none());
    fixture.tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    fixture.store.permit(1);
    assert_eq!(seen(first.await), "open: bee as bee, game");
    assert!((&mut others).now_or_never().is_none());
    fixture.store.permit(30);
    for other in others.await {
        assert_eq!(seen(other), "closed: bee as bee, game");
    }
    assert_eq!(fixture.store.calls(), 2);
}

#[tokio::test]
async fn a_game_that_changes_while_its_strategy_is_loaded() {
    for given in [false, true] {
        let fixture = Fixture::new();
        let task = fixture.task("default").await;
        let resolve = async || match given {
            true => fixture.resolver.resolve_for(&task).await.unwrap().strategy,
            false => fixture.resolver.resolve_game(task.game_id).await.unwrap().strategy,
        };
        fixture.store.close();
        let mut before = Box::pin(resolve());
        assert!((&mut before).now_or_never().is_none());
        let strategy_id = StrategyId::new("ant").unwrap();
        fixture.all.add_game(Game { strategy_id, ..fixture.game.clone() });
        fixture.cache.invalidate_game(task.game_id);
        fixture.store.permit(10);
        assert_eq!(&*before.await, "bee");
        assert_eq!(&*resolve().await, "ant");
        assert_eq!(fixture.store.calls(), 2);
    }
}

#[tokio::test]
async fn an_unknown_task_that_is_created_while_it_is_looked_for() {
    let fixture = Fixture::new();
    let id = Uuid::now_v7();
    let name = TaskKey::External(fixture.game.id, "new".to_owned());
    for key in [TaskKey::Id(id), TaskKey::InGame(fixture.game.id, id), name] {
        fixture.store.close();
        let mut before = Box::pin(fixture.resolver.resolve(&key));
        assert!((&mut before).now_or_never().is_none());
        fixture.tasks.create(NewTask::new(fixture.game.id, "new").id(id)).await.unwrap();
        fixture.store.permit(10);
        before.await.unwrap_err();
        assert_eq!(seen(fixture.resolver.resolve(&key).await), "open: bee as bee, game");
        fixture.tasks.delete(id).await.unwrap();
        fixture.resolver.resolve(&key).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_failure_is_shared_and_not_stored() {
    let fixture = Fixture::new();
    let task = fixture.task("custom").await;
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let registry = fixture.registry.clone().loader(move |id: StrategyId| {
        let fails = failing.load(Ordering::SeqCst);
        async move {
            tokio::task::yield_now().await;
            if fails { Err("no connection".into()) } else { Ok(Some(Arc::from(id.as_str()))) }
        }
    });
    let resolver = registry.resolver(fixture.store.clone()).cached(fixture.cache.clone());
    for found in join_all((0..10).map(|_| resolver.resolve(&task))).await {
        let error = found.unwrap_err();
        assert!(matches!(error, ResolveError::Load { .. }), "{error}");
    }
    assert_eq!(fixture.store.calls(), 1);
    fails.store(false, Ordering::SeqCst);
    assert_eq!(seen(resolver.resolve(&task).await), "open: custom as custom, task");
    let many = resolver.resolve_many([&task]).await.unwrap();
    assert!(many[0].is_ok());
}

/// A load that takes longer than the maximum age gives its result to the caller that began it.
#[tokio::test]
async fn a_load_that_takes_too_long_is_made_again() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    fixture.store.close();
    let mut first = Box::pin(fixture.resolver.resolve(&task));
    let mut second = Box::pin(fixture.resolver.resolve(&task));
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    fixture.all.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    fixture.clock.advance(MAX_AGE);
    fixture.store.permit(2);
    assert!(first.await.unwrap().task.status.is_open());
    assert!(!second.await.unwrap().task.status.is_open());
    assert_eq!(fixture.store.calls(), 2);
}

/// Readers on other threads never see an older state than the last that a writer has finished before they
/// began, while tasks, games and everything are invalidated.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_what_was_written_before_they_began() {
    let fixture = Fixture::with_entries(20);
    let cache: Cache = fixture.cache.clone();
    let mut writers = Vec::new();
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for n in 0..4_u64 {
        let task = fixture.task("default").await;
        let written = Arc::new(AtomicU64::new(0));
        let (tasks, all, cache) = (fixture.tasks.clone(), fixture.all.clone(), cache.clone());
        let (latest, key) = (Arc::clone(&written), keys(&task)[(n % 3) as usize].clone());
        writers.push(tokio::spawn(async move {
            for version in 1..=2_000_u64 {
                let patch = TaskPatch::new().status(format!("v{version}"));
                match (n, version % 50) {
                    (0, _) | (_, 1..) => drop(tasks.update(&key, patch).await.unwrap()),
                    (1, 0) => {
                        all.update(&key, patch).await.unwrap();
                        cache.invalidate(&key);
                    }
                    (_, 0) => {
                        all.update(&key, patch).await.unwrap();
                        cache.invalidate_all();
                    }
                }
                latest.store(version, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        }));
        for reader in 0..3 {
            let (resolver, written) = (fixture.resolver.clone(), Arc::clone(&written));
            let (key, done) = (keys(&task)[reader].clone(), Arc::clone(&done));
            readers.push(tokio::spawn(async move {
                let mut reads = 0_u64;
                while !done.load(Ordering::SeqCst) {
                    let at_least = written.load(Ordering::SeqCst);
                    let found = match reads % 3 {
                        0 => resolver.resolve_many([&key]).await.unwrap().pop().unwrap(),
                        _ => resolver.resolve(&key).await,
                    };
                    let status = found.unwrap().task.status.to_string();
                    let version: u64 = status.strip_prefix('v').map_or(0, |v| v.parse().unwrap());
                    assert!(version >= at_least, "{version} after {at_least}");
                    reads += 1;
                    if reads.is_multiple_of(64) {
                        tokio::task::yield_now().await;
                    }
                }
                reads
            }));
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let reads: u64 = join_all(readers).await.into_iter().map(Result::unwrap).sum();
    let loads = fixture.store.calls() as u64;
    assert!(loads < reads, "{loads} loads for {reads} reads");
}

/// The same for the strategy of a game.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_the_strategy_that_a_game_had_before_they_began() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    let written = Arc::new(AtomicU64::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let id = |version: u64| format!("custom:{}", Uuid::from_u128(u128::from(version)));
    let mut game = Game { id: fixture.game.id, ..game_with(&id(0)) };
    fixture.all.add_game(game.clone());
    let readers: Vec<_> = (0..3)
        .map(|reader| {
            let (resolver, written) = (fixture.resolver.clone(), Arc::clone(&written));
            let (task, done) = (task.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    let at_least = written.load(Ordering::SeqCst);
                    let strategy = match reader {
                        0 => resolver.resolve(&task).await.unwrap().strategy,
                        1 => resolver.resolve_for(&task).await.unwrap().strategy,
                        _ => resolver.resolve_game(task.game_id).await.unwrap().strategy,
                    };
                    let id: Uuid = strategy.strip_prefix("custom:").unwrap().parse().unwrap();
                    assert!(id.as_u128() >= u128::from(at_least), "{id} after {at_least}");
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for version in 1..=2_000 {
        game.strategy_id = StrategyId::new(id(version)).unwrap();
        fixture.all.add_game(game.clone());
        fixture.cache.invalidate_game(game.id);
        written.store(version, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test]
async fn an_error_of_the_store_is_the_error_of_a_call_for_many() {
    let fixture = Fixture::new();
    let scope = (0..1_000_i64).map(game_tasks::TaskScope::owner);
    let too_large = scope.reduce(game_tasks::TaskScope::and).unwrap();
    let scoped = fixture.resolver.scoped(too_large);
    let error = scoped.resolve_many([Uuid::nil(), Uuid::max()]).await.unwrap_err();
    assert!(matches!(error, TaskError::Invalid { .. }), "{error}");
    let error = scoped.resolve(Uuid::nil()).await.unwrap_err();
    assert!(matches!(error, ResolveError::Task(TaskError::Invalid { .. })), "{error}");
    assert_eq!(fixture.resolver.entry_count(), 0);
}
