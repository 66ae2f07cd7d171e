//! What a thousand times as many tasks cost, in one game and in a thousand.

use crate::database::{Bench, Store, external, name};
use crate::measure::{Row, Times, Who, calibrate, median};
use crate::ours::Ours;
use crate::raw::raw;
use crate::side::{Failure, PAGE, Shape, Side};
use game_tasks::sea_orm::DbBackend;
use game_tasks::{NewTask, SeaOrmTaskRepository, TaskKey, TaskOrder, TaskQuery, TaskRepositoryExt};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SMALL: usize = 10_000;
const GAMES: usize = 1_000;
const SAMPLE: usize = 2_000;
/// How much slower than in the small table, apart from what the bare statement is.
const AT_MOST: f64 = 1.3;

struct Tasks {
    store: Store,
    ours: Ours,
    raw: Box<dyn Side>,
    keys: Vec<TaskKey>,
    page: Shape,
    done: usize,
}

impl Tasks {
    async fn create(backend: DbBackend, tasks: usize, games: usize) -> Result<Self, Failure> {
        let store = Store::create(backend).await?;
        let each = tasks / games;
        let mut ids: Vec<Uuid> = Vec::new();
        for number in 0..games {
            let game = store.game(&format!("game {number}")).await?;
            store.fill(game, each).await?;
            ids.push(game);
        }
        store.settle().await?;
        let far = |n: usize| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let key = |n: usize| (ids[far(n) % games], external(far(n + SAMPLE) % each)).into();
        let game = ids[games / 2];
        let repository = SeaOrmTaskRepository::new(store.db.clone());
        let middle = TaskQuery::in_game(game).limit(1).page((each / 2) as u64);
        let middle = repository.list(middle).await?;
        let after = middle.next.zip(middle.items.into_iter().next());
        let page = Shape { game, order: TaskOrder::Created, descending: false, after };
        Ok(Self {
            ours: Ours::new(&store.db),
            raw: raw(&store.db),
            keys: (0..SAMPLE).map(key).collect(),
            page,
            done: 0,
            store,
        })
    }

    async fn turn(
        &mut self,
        ours: bool,
        operation: &str,
        times: usize,
    ) -> Result<Duration, Failure> {
        self.store.rest().await?;
        let side: &dyn Side = if ours { &self.ours } else { &*self.raw };
        let since = Instant::now();
        for _ in 0..times {
            self.done += 1;
            let key = &self.keys[self.done % self.keys.len()];
            let (work, expected) = match operation {
                "create" => {
                    let game = key.game_id().unwrap_or(self.page.game);
                    (side.create(&NewTask::new(game, format!("new-{}", self.done))).await?, 1)
                }
                "find" => (side.find(key).await?, 1),
                "resolve" => (side.resolve(key).await?, 1),
                _ => (side.page(&self.page).await?, PAGE as usize),
            };
            if work != expected {
                return Err(format!("{operation}: {work} instead of {expected}").into());
            }
        }
        Ok(since.elapsed())
    }
}

pub(crate) async fn measure(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<(), Failure> {
    let (Some(many), true) = (bench.scale().growth, bench.backend != DbBackend::MySql) else {
        return Ok(());
    };
    for (games, spread_over) in [(1, "one game"), (GAMES.min(many / 200), "many games")] {
        let called = |operation: &str| {
            format!("{operation}: {SMALL} to {many} tasks in {spread_over}, to raw sqlx's")
        };
        let operations = ["create", "find", "resolve", "page"];
        if !operations.iter().any(|operation| bench.options.wants(&called(operation))) {
            continue;
        }
        eprintln!("{}: filling with {many} tasks in {spread_over}", name(bench.backend));
        let mut small = Tasks::create(bench.backend, SMALL, 1).await?;
        let mut large = Tasks::create(bench.backend, many, games).await?;
        for operation in operations {
            let scale = bench.scale();
            let times =
                calibrate(scale.turn, async |n| small.turn(false, operation, n).await).await?;
            // Two by two: the small table's turns are those of the baseline.
            let order = [Who::Raw, Who::Ours, Who::Plain, Who::PlainAgain, Who::RawAgain];
            let taken = Times::take(&order, scale.rounds, async |who| match who {
                Who::Raw | Who::RawAgain => small.turn(false, operation, times).await,
                Who::Plain => large.turn(false, operation, times).await,
                Who::Ours => small.turn(true, operation, times).await,
                Who::PlainAgain => large.turn(true, operation, times).await,
            })
            .await?;
            let ours = taken.ratio(Who::PlainAgain, Who::Ours);
            let raw = median(vec![
                taken.ratio(Who::Plain, Who::Raw),
                taken.ratio(Who::Plain, Who::RawAgain),
            ]);
            let row = Row {
                backend: name(bench.backend),
                operation: called(operation),
                ours: taken.rate(Who::PlainAgain, times as f64),
                raw: taken.rate(Who::Plain, times as f64),
                plain: None,
                ratio: ours / raw,
                spread: (taken.ratio(Who::Raw, Who::RawAgain) - 1.0).abs(),
                target: Some(1.0 / AT_MOST),
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
