//! The cost of a repeated resolve, compared with a `HashMap` under a read lock that holds the same results.

use crate::implementation::Failure;
use crate::measure::{Baseline, Contender, Row, Times, calibrate};
use crate::options::Options;
use futures_util::FutureExt;
use game_tasks::{
    Cache, CachedResolver, Game, InMemoryTaskRepository, NewTask, OnExisting, Resolved,
    StrategyRegistry, TaskKey, TaskRepositoryExt, uuid::Uuid,
};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

const OPERATION: &str = "resolve from the cache, two threads, to a HashMap";
const TASKS: usize = 100_000;
const THREADS: u64 = 2;

type Resolver = CachedResolver<str, InMemoryTaskRepository>;
type Map = RwLock<HashMap<TaskKey, Resolved<str>>>;

pub(crate) async fn measure(options: &Options, rows: &mut Vec<Row>) -> Result<(), Failure> {
    if !options.wants(OPERATION) {
        return Ok(());
    }
    let (resolver, map, ids) = filled(TASKS.min(options.scale.tasks)).await?;
    let turn = |who: Contender, times: usize| match who {
        Contender::Ours => on_threads(&ids, times, |id| {
            let found = resolver.resolve(id).now_or_never().ok_or("the result is not stored")?;
            black_box(found?);
            Ok(())
        }),
        _ => on_threads(&ids, times, |id| {
            let map = map.read().map_err(|_| "poisoned")?;
            black_box(map.get(&TaskKey::Id(id)).ok_or("absent")?.clone());
            Ok(())
        }),
    };
    let times = calibrate(options.scale.turn, async |times| turn(Contender::Plain, times)).await?;
    let order = [Contender::Ours, Contender::Plain, Contender::PlainAgain];
    let times_taken =
        Times::take(&order, options.scale.rounds, async |who| turn(who, times)).await?;
    let (ratio, spread) = times_taken.against(Baseline::Plain);
    let each = times as f64 * THREADS as f64;
    rows.push(Row {
        backend: "in memory",
        operation: OPERATION.to_owned(),
        ours: times_taken.rate(Contender::Ours, each),
        raw: None,
        plain: times_taken.rate(Contender::Plain, each),
        ratio,
        spread,
        target: Some(0.5),
    });
    Ok(())
}

/// A cache and a map with the results for so many tasks, and their ids.
async fn filled(tasks: usize) -> Result<(Resolver, Map, Vec<Uuid>), Failure> {
    let (all, game) = (InMemoryTaskRepository::new(), Game::new("game"));
    all.add_game(game.clone());
    let new = (0..tasks).map(|n| NewTask::new(game.id, format!("task {n}")));
    all.create_many(new, OnExisting::Fail).await?;
    let registry = StrategyRegistry::<str>::new().register("default", Arc::from("default"))?;
    // Room for more, since the shards of the cache do not fill evenly.
    let cache = Cache::new(Duration::from_secs(3_600), tasks * 5 / 4);
    let (uncached, resolver) =
        (registry.resolver(all.clone()), registry.resolver(all.clone()).cached(cache));
    let mut ids = Vec::with_capacity(tasks);
    for n in 0..tasks {
        ids.push(all.get((game.id, format!("task {n}"))).await?.id);
    }
    let mut map = HashMap::new();
    for (id, found) in ids.iter().zip(uncached.resolve_many(ids.clone()).await?) {
        map.insert(TaskKey::Id(*id), found?);
    }
    resolver.resolve_many(ids.clone()).await?;
    Ok((resolver, RwLock::new(map), ids))
}

/// Looks up so many random tasks on each thread.
fn on_threads(
    ids: &[Uuid],
    times: usize,
    look_up: impl Fn(Uuid) -> Result<(), Failure> + Sync,
) -> Result<Duration, Failure> {
    let since = Instant::now();
    std::thread::scope(|scope| {
        let run = |seed: u64| {
            let look_up = &look_up;
            move || {
                let mut random = seed;
                for _ in 0..times {
                    // xorshift64
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    look_up(ids[random as usize % ids.len()])?;
                }
                Ok::<(), Failure>(())
            }
        };
        let threads: Vec<_> = (1..=THREADS).map(|n| scope.spawn(run(n * 0x9E37_79B9))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "panicked")?)
    })?;
    Ok(since.elapsed())
}
