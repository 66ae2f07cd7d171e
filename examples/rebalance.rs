//! Streams all tasks through the resolver and counts the points that each strategy would give, in
//! constant memory: 100,000 tasks in 50 games.
//!
//! ```text
//! cargo run --release --example rebalance
//! cargo run --release --example rebalance -- sqlite://tasks.db 10000
//! ```

use futures_util::TryStreamExt;
use game_tasks::prelude::*;
use game_tasks::sea_orm::{ConnectOptions, Database};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

const GAMES: usize = 50;

/// How many tasks are resolved by one statement.
const CHUNK: usize = 1_000;

/// The points that a strategy gives for one task.
type Points = dyn Fn(&Task) -> u64 + Send + Sync;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "sqlite::memory:".to_owned());
    let count = arguments.next().map_or(Ok(100_000), |count| count.parse::<usize>())?;
    let mut options = ConnectOptions::new(url);
    if options.get_url() == "sqlite::memory:" {
        // It exists only as long as its one connection: never close it.
        options.max_connections(1).test_before_acquire(false);
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    let db = Database::connect(options).await?;
    migrate(&db).await?;

    let strategies = StrategyRegistry::<Points>::new()
        .register("default", Arc::new(|_| 1))?
        .register("socio_bee", Arc::new(|_| 10))?
        .register("length", Arc::new(|task| task.external_task_id.len() as u64))?;
    let tasks = SeaOrmTaskRepository::new(db.clone()).with_catalog(strategies.catalog());

    let progress = bar(count, "creating")?;
    for n in 0..GAMES {
        let strategy = StrategyId::new(if n % 2 == 0 { "socio_bee" } else { "default" })?;
        let game = Game::new(format!("game {}", Uuid::now_v7())).strategy(strategy);
        let game = game.insert(&db).await?.id;
        let new = |n: usize| {
            NewTask::new(game, format!("task-{n:06}"))
                .strategy(n.is_multiple_of(10).then_some("length"))
        };
        let batch: Vec<NewTask> = (0..count / GAMES).map(new).collect();
        progress.inc(batch.len() as u64);
        for outcome in tasks.create_many(batch, OnExisting::Fail).await? {
            outcome?;
        }
    }
    progress.finish();

    let progress = bar(count, "resolving")?;
    let resolver = strategies.resolver(StrategyResolver::new(db));
    let mut totals: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let keys = tasks.stream(TaskQuery::new(TaskFilter::all())).map_ok(|task| task.key());
    let mut chunks = std::pin::pin!(keys.try_chunks(CHUNK));
    while let Some(keys) = chunks.try_next().await? {
        progress.inc(keys.len() as u64);
        for resolved in resolver.resolve_many(keys).await? {
            let Resolved { task, strategy, strategy_id, source, .. } = resolved?;
            let total = totals.entry(format!("{strategy_id} (of the {source})")).or_default();
            *total = (total.0 + 1, total.1 + strategy(&task));
        }
    }
    progress.finish();

    let mut out = std::io::stdout();
    for (strategy, (tasks, points)) in totals {
        writeln!(out, "{strategy}: {tasks} tasks, {points} points")?;
    }
    Ok(())
}

fn bar(count: usize, message: &'static str) -> Result<ProgressBar, Box<dyn Error>> {
    let style = ProgressStyle::with_template("{msg:9} [{bar:40}] {human_pos}/{human_len}")?;
    Ok(ProgressBar::new(count as u64).with_style(style).with_message(message))
}
