//! The age and the number of results.

use super::{Clock, Fixture, MAX_AGE, game_with, keys, seen};
use futures_util::FutureExt;
use game_tasks::{Cache, Game, StrategyId, TaskKey, TaskPatch, TaskRepositoryExt, uuid::Uuid};
use std::time::Duration;

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_result_is_used_until_the_maximum_age() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    let unknown = TaskKey::External(fixture.game.id, "later".to_owned());
    let mut keys = keys(&task).to_vec();
    keys.push(unknown.clone());
    let resolve_all = async || {
        let mut all = Vec::new();
        for key in &keys {
            all.push(seen(fixture.resolver.resolve(key).await));
        }
        all.push(seen(fixture.resolver.resolve_for(&task).await));
        let game = fixture.resolver.resolve_game(fixture.game.id).await.unwrap();
        all.push(game.strategy_id.to_string());
        all
    };
    let before = resolve_all().await;
    assert_eq!(fixture.store.calls(), 6);
    // Written elsewhere.
    fixture.all.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    let game = Game { strategy_id: StrategyId::new("ant").unwrap(), ..fixture.game.clone() };
    fixture.all.add_game(game);
    fixture.all.create(game_tasks::NewTask::new(fixture.game.id, "later")).await.unwrap();
    fixture.clock.advance(MAX_AGE - MILLISECOND);
    assert_eq!(resolve_all().await, before);
    assert_eq!(fixture.store.calls(), 0);
    fixture.clock.advance(MILLISECOND);
    let after = resolve_all().await;
    assert_eq!(fixture.store.calls(), 6);
    assert!(after.iter().zip(&before).all(|(after, before)| after != before), "{after:?}");
    let many = fixture.resolver.resolve_many(keys.clone()).await.unwrap();
    assert_eq!(many.into_iter().map(seen).collect::<Vec<_>>(), after[..4]);
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn the_age_counts_from_before_the_result_was_read() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    fixture.store.close();
    let mut loading = Box::pin(fixture.resolver.resolve(&task));
    assert!((&mut loading).now_or_never().is_none());
    fixture.all.update(&task, TaskPatch::new().status("closed")).await.unwrap();
    fixture.clock.advance(MAX_AGE);
    fixture.store.permit(2);
    assert!(loading.await.unwrap().task.status.is_open());
    assert!(!fixture.resolver.resolve(&task).await.unwrap().task.status.is_open());
    assert_eq!(fixture.store.calls(), 2);
}

#[tokio::test]
async fn without_an_age_nothing_is_stored() {
    let fixture = Fixture::new();
    let task = fixture.task("default").await;
    let cache = Cache::for_secs(0);
    let resolver = fixture.registry.resolver(fixture.store.clone()).cached(cache);
    for _ in 0..3 {
        resolver.resolve(&task).await.unwrap();
        assert_eq!(fixture.store.calls(), 1);
    }
}

#[tokio::test]
async fn the_number_of_results_is_bounded() {
    for max in [0, 1, 7, 64, 100, 1_000] {
        let fixture = Fixture::with_entries(max);
        for n in 0..4 * max.max(10) {
            // Every second one exists.
            let key = match n % 2 {
                0 => TaskKey::Id(fixture.task("default").await.id),
                _ => TaskKey::External(fixture.game.id, format!("unknown {n}")),
            };
            let _ = fixture.resolver.resolve(key).await;
            assert!(fixture.resolver.entry_count() <= max);
        }
        assert!(fixture.resolver.entry_count() >= max / 2, "{max}");
        let many = (0..4 * max).map(|_| Uuid::now_v7());
        fixture.resolver.resolve_many(many).await.unwrap();
        assert!(fixture.resolver.entry_count() <= max);
        for _ in 0..4 * max {
            let game = game_with("bee");
            fixture.all.add_game(game.clone());
            fixture.resolver.resolve_game(game.id).await.unwrap();
            assert!(fixture.resolver.entry_count() <= 2 * max);
        }
    }
    let fixture = Fixture::with_entries(usize::MAX);
    let task = fixture.task("default").await;
    for calls in [1, 0] {
        fixture.resolver.resolve(&task).await.unwrap();
        assert_eq!(fixture.store.calls(), calls);
    }
}

#[tokio::test]
async fn requests_for_unknown_tasks_do_not_displace_what_is_used() {
    let fixture = Fixture::with_entries(1_000);
    let mut used = Vec::new();
    for _ in 0..200 {
        used.push(fixture.task("default").await);
    }
    for _ in 0..3 {
        for task in &used {
            fixture.resolver.resolve(task).await.unwrap();
        }
    }
    for _ in 0..20_000 {
        fixture.resolver.resolve(Uuid::now_v7()).await.unwrap_err();
    }
    fixture.store.calls();
    for task in &used {
        fixture.resolver.resolve(task).await.unwrap();
    }
    let displaced = fixture.store.calls();
    assert!(displaced <= used.len() / 10, "{displaced} of {}", used.len());
}

/// Such keys name no task of the crate's, and would let a client fill the memory.
#[tokio::test]
async fn results_for_very_long_keys_are_not_stored() {
    let fixture = Fixture::new();
    for (length, stored) in [(255, 1), (1_020, 1), (1_021, 0), (1_000_000, 0)] {
        let key = TaskKey::External(fixture.game.id, "x".repeat(length));
        let before = fixture.resolver.entry_count();
        fixture.resolver.resolve(&key).await.unwrap_err();
        assert_eq!(fixture.resolver.entry_count() - before, stored, "{length}");
    }
}

#[test]
fn the_settings_are_shown() {
    let cache = Clock::new().cache(7);
    assert_eq!(format!("{cache:?}"), "Cache { max_age: 30s, max_entries: 7, .. }");
}
