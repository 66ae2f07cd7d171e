//! The cost of operations on a table with a thousand times as many tasks, in one game and in a
//! thousand games.

use crate::database::{Bench, Server, Store, external};
use crate::implementation::{Failure, Implementation, PAGE, Shape};
use crate::measure::{Contender, Row, Times, calibrate, median};
use crate::ours::Ours;
use crate::raw_sqlx::raw_sqlx;
use game_tasks::{NewTask, SeaOrmTaskRepository, TaskKey, TaskOrder, TaskQuery, TaskRepositoryExt};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SMALL: usize = 10_000;
const GAMES: usize = 1_000;
const SAMPLE: usize = 2_000;
/// How much slower than in the small table the crate may be, relative to raw sqlx.
const MAX_SLOWDOWN: f64 = 1.3;

struct Tasks {
    store: Store,
    ours: Ours,
    raw: Box<dyn Implementation>,
    keys: Vec<TaskKey>,
    page: Shape,
    calls: usize,
}

impl Tasks {
    async fn create(server: Server, tasks: usize, games: usize) -> Result<Self, Failure> {
        let store = Store::create(server).await?;
        let each = tasks / games;
        let mut ids: Vec<Uuid> = Vec::new();
        for number in 0..games {
            let game = store.game(&format!("game {number}")).await?;
            store.fill(game, each).await?;
            ids.push(game);
        }
        store.analyze().await?;
        let scatter = |n: usize| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let key = |n: usize| (ids[scatter(n) % games], external(scatter(n + SAMPLE) % each)).into();
        let game = ids[games / 2];
        let repository = SeaOrmTaskRepository::new(store.db.clone());
        let middle = TaskQuery::in_game(game).limit(1).page((each / 2) as u64);
        let middle = repository.list(middle).await?;
        let after = middle.next.zip(middle.items.into_iter().next());
        let page = Shape { game, order: TaskOrder::Created, descending: false, after };
        Ok(Self {
            ours: Ours::new(&store.db).await?,
            raw: raw_sqlx(server, &store.db),
            keys: (0..SAMPLE).map(key).collect(),
            page,
            calls: 0,
            store,
        })
    }

    async fn turn(
        &mut self,
        ours: bool,
        operation: &str,
        times: usize,
    ) -> Result<Duration, Failure> {
        self.store.checkpoint().await?;
        let implementation: &dyn Implementation = if ours { &self.ours } else { &*self.raw };
        let since = Instant::now();
        for _ in 0..times {
            self.calls += 1;
            let key = &self.keys[self.calls % self.keys.len()];
            let (count, expected) = match operation {
                "create" => {
                    let game = key.game_id().unwrap_or(self.page.game);
                    (
                        implementation
                            .create(&NewTask::new(game, format!("new-{}", self.calls)))
                            .await?,
                        1,
                    )
                }
                "find" => (implementation.find(key).await?, 1),
                "resolve" => (implementation.resolve(key).await?, 1),
                _ => (implementation.page(&self.page).await?, PAGE as usize),
            };
            if count != expected {
                return Err(format!("{operation}: {count} instead of {expected}").into());
            }
        }
        Ok(since.elapsed())
    }
}

pub(crate) async fn measure(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<(), Failure> {
    let server = bench.server();
    let is_measured = match server {
        Server::Sqlite | Server::Postgres => true,
        Server::MariaDb | Server::MySql => false,
    };
    let (Some(many), true) = (bench.scale().growth, is_measured) else { return Ok(()) };
    for (games, spread_over) in [(1, "one game"), (GAMES.min(many / 200), "many games")] {
        let operation_name = |operation: &str| {
            format!("{operation}: {SMALL} to {many} tasks in {spread_over}, to raw sqlx's")
        };
        let operations = ["create", "find", "resolve", "page"];
        if !operations.iter().any(|operation| bench.options.wants(&operation_name(operation))) {
            continue;
        }
        eprintln!("{}: filling with {many} tasks in {spread_over}", server.name());
        let mut small = Tasks::create(server, SMALL, 1).await?;
        let mut large = Tasks::create(server, many, games).await?;
        for operation in operations {
            let scale = bench.scale();
            let times =
                calibrate(scale.turn, async |n| small.turn(false, operation, n).await).await?;
            // `Raw` and `Ours` run on the small table, `Plain` (raw sqlx) and `PlainAgain` (ours) on
            // the large one.
            let order = [
                Contender::Raw,
                Contender::Ours,
                Contender::Plain,
                Contender::PlainAgain,
                Contender::RawAgain,
            ];
            let taken = Times::take(&order, scale.rounds, async |who| match who {
                Contender::Raw | Contender::RawAgain => small.turn(false, operation, times).await,
                Contender::Plain => large.turn(false, operation, times).await,
                Contender::Ours => small.turn(true, operation, times).await,
                Contender::PlainAgain => large.turn(true, operation, times).await,
            })
            .await?;
            let ours = taken.ratio(Contender::PlainAgain, Contender::Ours);
            let raw = median(vec![
                taken.ratio(Contender::Plain, Contender::Raw),
                taken.ratio(Contender::Plain, Contender::RawAgain),
            ]);
            let row = Row {
                backend: server.name(),
                operation: operation_name(operation),
                ours: taken.rate(Contender::PlainAgain, times as f64),
                raw: taken.rate(Contender::Plain, times as f64),
                plain: None,
                ratio: ours / raw,
                spread: (taken.ratio(Contender::Raw, Contender::RawAgain) - 1.0).abs(),
                target: Some(1.0 / MAX_SLOWDOWN),
            };
            eprintln!(
                "{}: {}: {:.3} (ours {ours:.3}, raw {raw:.3})",
                row.backend, row.operation, row.ratio
            );
            rows.push(row);
        }
        small.store.drop().await?;
        large.store.drop().await?;
    }
    Ok(())
}
