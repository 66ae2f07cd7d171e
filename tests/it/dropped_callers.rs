//! Dropping calls of `RunToCompletion`: the calls still complete, so the pool stays usable on each
//! database, whatever the size of the responses.

use crate::support::{
    Backend, TestDatabase, assert_pool_usable, on_database, poll_at_most, tests_on,
};
use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, StreamExt};
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::{
    ApiKeyId, Game, MAX_PAGE_SIZE, NewTask, OnExisting, ResolveStrategy, RunToCompletion,
    SeaOrmTaskRepository, StrategyResolver, TaskFilter, TaskPatch, TaskQuery, TaskRepository,
    TaskRepositoryExt, TaskScope,
};
use std::time::Duration;
use uuid::Uuid;

/// Defines tests of a case on each database, with a pool of one connection and of ten.
macro_rules! on_pools {
    ($($case:ident),+) => {$(
        mod $case {
            use super::*;
            tests_on!(
                [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
                 mariadb MariaDb, mysql MySql],
                pool_of_one,
                |on| super::super::on_pool(on, 1, super::super::$case)
            );
            tests_on!(
                [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
                pool_of_ten,
                |on| super::super::on_pool(on, 10, super::super::$case)
            );
        }
    )+};
}

on_pools!(after_each_poll, with_timeouts);

/// More tasks than fit on a page; their names are almost as long as allowed.
const TASKS: usize = 1_100;

struct Fixture<'d> {
    database: &'d TestDatabase,
    connections: u32,
    game: Uuid,
    tasks: RunToCompletion<SeaOrmTaskRepository<DatabaseConnection>>,
    resolver: RunToCompletion<StrategyResolver<DatabaseConnection>>,
}

async fn on_pool(backend: Backend, connections: u32, case: impl AsyncFnOnce(&Fixture<'_>)) {
    on_database(backend, connections, async |database| {
        let db = database.db.clone();
        let game = Game::new("game").owned_by_api_key(key()).insert(&db).await.unwrap().id;
        let tasks = RunToCompletion::new(SeaOrmTaskRepository::new(db.clone()));
        let resolver = RunToCompletion::new(StrategyResolver::new(db));
        let new = (0..TASKS).map(|n| NewTask::new(game, format!("{n:0>250}")));
        tasks.create_all(new, OnExisting::Fail).await.unwrap();
        case(&Fixture { database, connections, game, tasks, resolver }).await;
    })
    .await;
}

fn key() -> ApiKeyId {
    ApiKeyId::new("gme_live_abc12345").unwrap()
}

/// A call of each kind. The names of tasks that they create begin with `what`.
fn calls<'s>(fixture: &'s Fixture<'_>, what: &str) -> Vec<BoxFuture<'s, ()>> {
    let (tasks, resolver, game) = (&fixture.tasks, &fixture.resolver, fixture.game);
    let old = (game, format!("{:0>250}", 0));
    let new = |name: &str| NewTask::new(game, format!("{what} {name}"));
    let batch = |name: &str| (0..50).map(|n| new(&format!("{name} {n}"))).collect::<Vec<_>>();
    let page = TaskQuery::in_game(game).limit(MAX_PAGE_SIZE);
    let patch = TaskPatch::new().strategy(what);
    let keys = [old.clone()];
    let (one, all, each, scoped, to_delete) =
        (new("one"), batch("all"), batch("each"), new("scoped"), new("to_delete"));
    let gone = (game, to_delete.external_task_id.clone());
    let listed = page.clone();
    let find = old.clone();
    let changed = old.clone();
    let filter = TaskFilter::keys(keys.clone());
    let no_task = Uuid::now_v7();
    vec![
        async move { drop(tasks.find(find).await.unwrap()) }.boxed(),
        async move { drop(tasks.create(one).await.unwrap()) }.boxed(),
        async move { drop(tasks.create_all(all, OnExisting::Fail).await.unwrap()) }.boxed(),
        async move { drop(tasks.create_many(each, OnExisting::Keep).await.unwrap()) }.boxed(),
        async move { assert_eq!(tasks.list(listed).await.unwrap().items.len(), 1_000) }.boxed(),
        async move { assert!(tasks.count(TaskFilter::in_game(game)).await.unwrap() > 0) }.boxed(),
        async move { drop(tasks.update(changed, patch.clone()).await) }.boxed(),
        async move {
            tasks.update_many(filter, TaskPatch::new().status("x")).await.unwrap();
        }
        .boxed(),
        async move {
            // If this future is dropped, the deletion may run before the creation or not at all.
            let _ = tasks.create(to_delete).await;
            let _ = tasks.delete(gone).await;
        }
        .boxed(),
        async move { assert_eq!(tasks.delete_many(TaskFilter::keys([no_task])).await.unwrap(), 0) }
            .boxed(),
        async move {
            let outer = tasks.scoped(TaskScope::api_key(key()));
            let inner = outer.scoped(TaskScope::api_key(key()));
            inner.create_task(&scoped).await.unwrap();
        }
        .boxed(),
        async move { assert!(tasks.stream(page).count().await >= TASKS) }.boxed(),
        async move { drop(resolver.resolve_keys(&[old.clone().into()]).await.unwrap()) }.boxed(),
    ]
}

/// More polls than any of the calls needs.
const MAX_POLLS: usize = 1_000;

/// Drops each call after one poll, after two, and so on until it completes.
async fn after_each_poll(fixture: &Fixture<'_>) {
    let mut dropped = 0;
    for at in 0..calls(fixture, "").len() {
        for times in 1..MAX_POLLS {
            let call = calls(fixture, &format!("{at} {times}")).swap_remove(at);
            if poll_at_most(call, times).await {
                break;
            }
            dropped += 1;
        }
    }
    assert!(dropped > 0, "no call was dropped before it completed");
    // Repeated, since it is random whether a call is dropped in the middle of a packet.
    for n in 0..100 {
        let page = TaskQuery::in_game(fixture.game).limit(MAX_PAGE_SIZE);
        poll_at_most(fixture.tasks.list(page), 1 + n % 8).await;
    }
    assert_pool_usable(fixture.database, fixture.connections).await;
    assert_completed(fixture, "1 1 one").await;
}

/// Callers with timeouts of a few milliseconds, as in a busy service.
async fn with_timeouts(fixture: &Fixture<'_>) {
    for round in 0..2 {
        let callers = (0..8).map(async |n: u64| {
            let limit = Duration::from_millis(3 + (n * 7 + round) % 57);
            for call in calls(fixture, &format!("{round} {n}")) {
                let _ = tokio::time::timeout(limit, call).await;
                let page = TaskQuery::in_game(fixture.game).limit(MAX_PAGE_SIZE);
                let _ = tokio::time::timeout(limit, fixture.tasks.list(page)).await;
            }
        });
        join_all(callers).await;
    }
    assert_pool_usable(fixture.database, fixture.connections).await;
    assert_completed(fixture, "1 7 one").await;
}

/// Asserts that a dropped creation has completed, and that each batch is stored completely.
async fn assert_completed(fixture: &Fixture<'_>, name: &str) {
    while !fixture.tasks.exists((fixture.game, name)).await.unwrap() {
        tokio::task::yield_now().await;
    }
    let of_batches = TaskFilter::in_game(fixture.game);
    let all = fixture.tasks.stream(TaskQuery::new(of_batches)).map(Result::unwrap);
    let batched = all.filter(|task| {
        let of_one = task.external_task_id.contains(" all ");
        std::future::ready(of_one)
    });
    assert_eq!(batched.count().await % 50, 0, "a batch is stored in part");
}
