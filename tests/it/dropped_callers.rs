//! Callers that are dropped, behind `RunToCompletion`: their calls are not, so that the pool
//! stays whole on every database, however large the answers are.

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

/// Makes a test of a case for each database, on a pool of one connection and of ten.
macro_rules! on_pools {
    ($($case:ident),+) => {$(
        mod $case {
            use super::*;
            tests_on!(
                [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
                 mariadb MariaDb],
                pool_of_one,
                |on| super::super::on_pool(on, 1, super::super::$case)
            );
            tests_on!(
                [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
                pool_of_ten,
                |on| super::super::on_pool(on, 10, super::super::$case)
            );
        }
    )+};
}

on_pools!(at_every_poll, under_time_limits);

/// More tasks than a page has, with names as long as they may be.
const TASKS: usize = 1_100;

struct Stage<'d> {
    database: &'d TestDatabase,
    connections: u32,
    game: Uuid,
    tasks: RunToCompletion<SeaOrmTaskRepository<DatabaseConnection>>,
    resolver: RunToCompletion<StrategyResolver<DatabaseConnection>>,
}

async fn on_pool(backend: Backend, connections: u32, case: impl AsyncFnOnce(&Stage<'_>)) {
    on_database(backend, connections, async |database| {
        let db = database.db.clone();
        let game = Game::new("game").owned_by_api_key(key()).insert(&db).await.unwrap().id;
        let tasks = RunToCompletion::new(SeaOrmTaskRepository::new(db.clone()));
        let resolver = RunToCompletion::new(StrategyResolver::new(db));
        let new = (0..TASKS).map(|n| NewTask::new(game, format!("{n:0>250}")));
        tasks.create_all(new, OnExisting::Fail).await.unwrap();
        case(&Stage { database, connections, game, tasks, resolver }).await;
    })
    .await;
}

fn key() -> ApiKeyId {
    ApiKeyId::new("gme_live_abc12345").unwrap()
}

/// One of every kind of call. Those that write leave a task whose name begins with `what`.
fn calls<'s>(stage: &'s Stage<'_>, what: &str) -> Vec<BoxFuture<'s, ()>> {
    let (tasks, resolver, game) = (&stage.tasks, &stage.resolver, stage.game);
    let old = (game, format!("{:0>250}", 0));
    let new = |name: &str| NewTask::new(game, format!("{what} {name}"));
    let batch = |name: &str| (0..50).map(|n| new(&format!("{name} {n}"))).collect::<Vec<_>>();
    let page = TaskQuery::in_game(game).limit(MAX_PAGE_SIZE);
    let patch = TaskPatch::new().strategy(what);
    let keys = [old.clone()];
    let (one, all, each, scoped, doomed) =
        (new("one"), batch("all"), batch("each"), new("scoped"), new("doomed"));
    let gone = (game, doomed.external_task_id.clone());
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
            // Whether the deletion comes after the creation depends on who drops it.
            let _ = tasks.create(doomed).await;
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

/// More polls than any of the calls takes.
const MOST_POLLS: usize = 1_000;

/// Drops each call at its first poll, its second, and so on until it ends before that.
async fn at_every_poll(stage: &Stage<'_>) {
    let mut dropped = 0;
    for at in 0..calls(stage, "").len() {
        for times in 1..MOST_POLLS {
            let call = calls(stage, &format!("{at} {times}")).swap_remove(at);
            if poll_at_most(call, times).await {
                break;
            }
            dropped += 1;
        }
    }
    assert!(dropped > 0, "no call was dropped under way");
    // Whether a large answer is cut off inside one of its packets is a matter of luck.
    for n in 0..100 {
        let page = TaskQuery::in_game(stage.game).limit(MAX_PAGE_SIZE);
        poll_at_most(stage.tasks.list(page), 1 + n % 8).await;
    }
    assert_pool_usable(stage.database, stage.connections).await;
    complete(stage, "1 1 one").await;
}

/// Callers that give up after some milliseconds, as a busy service's do.
async fn under_time_limits(stage: &Stage<'_>) {
    for round in 0..2 {
        let callers = (0..8).map(async |n: u64| {
            let limit = Duration::from_millis(3 + (n * 7 + round) % 57);
            for call in calls(stage, &format!("{round} {n}")) {
                let _ = tokio::time::timeout(limit, call).await;
                let page = TaskQuery::in_game(stage.game).limit(MAX_PAGE_SIZE);
                let _ = tokio::time::timeout(limit, stage.tasks.list(page)).await;
            }
        });
        join_all(callers).await;
    }
    assert_pool_usable(stage.database, stage.connections).await;
    complete(stage, "1 7 one").await;
}

/// Asserts that a dropped creation was completed, and that each batch is whole.
async fn complete(stage: &Stage<'_>, name: &str) {
    while !stage.tasks.exists((stage.game, name)).await.unwrap() {
        tokio::task::yield_now().await;
    }
    let of_batches = TaskFilter::in_game(stage.game);
    let all = stage.tasks.stream(TaskQuery::new(of_batches)).map(Result::unwrap);
    let batched = all.filter(|task| {
        let of_one = task.external_task_id.contains(" all ");
        std::future::ready(of_one)
    });
    assert_eq!(batched.count().await % 50, 0, "a batch is there in part");
}
