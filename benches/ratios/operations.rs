//! The operations and their targets.

use crate::database::{Bench, CONCURRENCY, Server, external};
use crate::implementation::{Failure, Implementation, Shape};
use crate::measure::{Baseline, Contender, Row, Times, calibrate};
use crate::memory;
use futures_util::{StreamExt, TryStreamExt};
use game_tasks::sea_orm::ConnectionTrait;
use game_tasks::{
    NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskKey, TaskOrder, TaskQuery,
    TaskRepositoryExt,
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The number of tasks of the large game that the operations use.
const SAMPLE: usize = 4_096;
const RESOLVE_BATCH: usize = 1_000;

/// The label of a page that is far from the first one.
const FAR: &str = "at 90 %";

/// A function from a task to one of its keys.
type KeyOf = fn(&Task) -> TaskKey;

/// The baseline of an operation, and the minimum ratio, if there is one.
type Target = (Baseline, Option<f64>);

pub(crate) async fn measure(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<(), Failure> {
    let operations = Operations {
        bench,
        implementations: bench.store.implementations().await?,
        sample: sample(bench).await?,
    };
    operations.reads(rows).await?;
    // The crate's index on SQLite is on a normalized timestamp; handwritten SQL needs another one.
    let is_sqlite = bench.server() == Server::Sqlite;
    if is_sqlite {
        let index = "CREATE INDEX by_hand ON tasks (\"gameId\", created_at, id)";
        bench.store.db.execute_unprepared(index).await?;
    }
    operations.lists(rows).await?;
    if is_sqlite {
        bench.store.db.execute_unprepared("DROP INDEX by_hand").await?;
    }
    operations.writes(rows).await?;
    operations.bulk(rows).await?;
    operations.stream(rows).await?;
    operations.reassign(rows).await
}

/// Tasks distributed over the large game.
async fn sample(bench: &Bench<'_>) -> Result<Vec<Task>, Failure> {
    let tasks = SeaOrmTaskRepository::new(bench.store.db.clone());
    let all = bench.scale().tasks;
    let mut sample = Vec::new();
    for number in 0..SAMPLE.min(all) {
        // A step that is coprime to the size visits tasks in a scattered order without repetition.
        let far = number * 7_919 * (all / SAMPLE).max(1) % all;
        sample.push(tasks.get((bench.large, external(far))).await?);
    }
    Ok(sample)
}

struct Operations<'b> {
    bench: &'b Bench<'b>,
    implementations: [Box<dyn Implementation>; 3],
    sample: Vec<Task>,
}

impl Operations<'_> {
    fn implementation(&self, who: Contender) -> &dyn Implementation {
        let index = match who {
            Contender::Ours => 0,
            Contender::Raw | Contender::RawAgain => 1,
            Contender::Plain | Contender::PlainAgain => 2,
        };
        &*self.implementations[index]
    }

    /// Compares the implementations of an operation that a turn repeats.
    async fn compare(
        &self,
        rows: &mut Vec<Row>,
        operation: &str,
        targets: &[Target],
        mut turn: impl AsyncFnMut(&dyn Implementation, usize) -> Result<Duration, Failure>,
    ) -> Result<(), Failure> {
        if !self.bench.options.wants(operation) {
            return Ok(());
        }
        let scale = self.bench.scale();
        let times =
            calibrate(scale.turn, async |n| turn(self.implementation(Contender::Raw), n).await)
                .await?;
        let turns = async |who| {
            self.bench.store.checkpoint().await?;
            turn(self.implementation(who), times).await
        };
        let mut order = order(targets);
        if operation.ends_with(FAR) {
            // Its condition with `OR` scans all rows before it, which takes minutes at a million.
            order.retain(|who| *who != Contender::Plain);
        }
        let taken = Times::take(&order, scale.rounds, turns).await?;
        self.report(rows, operation, targets, &taken, times);
        Ok(())
    }

    /// The same for an operation that takes long enough to be made once in a turn.
    async fn compare_whole(
        &self,
        rows: &mut Vec<Row>,
        operation: &str,
        targets: &[Target],
        work: usize,
        mut turn: impl AsyncFnMut(Contender) -> Result<Duration, Failure>,
    ) -> Result<(), Failure> {
        if !self.bench.options.wants(operation) {
            return Ok(());
        }
        let rounds = self.bench.scale().bulk_rounds;
        let turns = async |who| {
            self.bench.store.checkpoint().await?;
            turn(who).await
        };
        let taken = Times::take(&order(targets), rounds, turns).await?;
        self.report(rows, operation, targets, &taken, work);
        Ok(())
    }

    fn report(
        &self,
        rows: &mut Vec<Row>,
        operation: &str,
        targets: &[Target],
        taken: &Times,
        times: usize,
    ) {
        for (baseline, target) in targets {
            let (ratio, spread) = taken.against(*baseline);
            let to = if *baseline == Baseline::Plain { ", to plain SeaORM" } else { "" };
            let row = Row {
                backend: self.bench.server().name(),
                operation: format!("{operation}{to}"),
                ours: taken.rate(Contender::Ours, times as f64),
                raw: taken.rate(Contender::Raw, times as f64),
                plain: taken.rate(Contender::Plain, times as f64),
                ratio,
                spread,
                target: *target,
            };
            let of = target.map_or_else(String::new, |target| format!(" of {target:.2}"));
            eprintln!("{}: {}: {ratio:.3} ± {spread:.3}{of}", row.backend, row.operation);
            rows.push(row);
        }
    }

    /// A target that differs between SQLite and the servers.
    fn target(&self, sqlite: f64, servers: f64) -> Option<f64> {
        Some(if self.bench.server() == Server::Sqlite { sqlite } else { servers })
    }

    async fn reads(&self, rows: &mut Vec<Row>) -> Result<(), Failure> {
        let raw = (Baseline::Raw, self.target(0.92, 0.96));
        let to_find = match self.bench.server() {
            Server::Sqlite => vec![raw, (Baseline::Plain, Some(1.7))],
            Server::Postgres | Server::MariaDb | Server::MySql => vec![raw],
        };
        let kinds: [(&str, KeyOf); 3] = [
            ("id", |task| TaskKey::Id(task.id)),
            ("game and id", |task| TaskKey::InGame(task.game_id, task.id)),
            ("external id", |task| (task.game_id, task.external_task_id.as_str()).into()),
        ];
        for (kind, key) in kinds {
            let keys: Vec<TaskKey> = self.sample.iter().map(key).collect();
            let mut keys = keys.iter().cycle();
            self.compare(rows, &format!("find by {kind}"), &to_find, async |implementation, n| {
                let since = Instant::now();
                for key in keys.by_ref().take(n) {
                    check_count(implementation.find(key).await?, 1)?;
                }
                Ok(since.elapsed())
            })
            .await?;
            self.compare(rows, &format!("resolve by {kind}"), &[raw], async |implementation, n| {
                let since = Instant::now();
                for key in keys.by_ref().take(n) {
                    check_count(implementation.resolve(key).await?, 1)?;
                }
                Ok(since.elapsed())
            })
            .await?;
        }
        let ids: Vec<Uuid> = self.sample.iter().map(|task| task.id).collect();
        let many = &ids[..RESOLVE_BATCH.min(ids.len())];
        let operation = format!("resolve_many of {}", many.len());
        self.compare(rows, &operation, &[(Baseline::Raw, Some(0.9))], async |implementation, n| {
            let since = Instant::now();
            for _ in 0..n {
                check_count(implementation.resolve_many(many).await?, many.len())?;
            }
            Ok(since.elapsed())
        })
        .await
    }

    async fn lists(&self, rows: &mut Vec<Row>) -> Result<(), Failure> {
        let tasks = SeaOrmTaskRepository::new(self.bench.store.db.clone());
        for (order, by) in
            [(TaskOrder::Created, "creation"), (TaskOrder::ExternalId, "external id")]
        {
            for (descending, direction) in [(false, "ascending"), (true, "descending")] {
                let first = Shape { game: self.bench.large, order, descending, after: None };
                let far = TaskQuery::in_game(self.bench.large).order_by(order).limit(1);
                let far = if descending { far.descending() } else { far };
                let index = self.bench.scale().tasks as u64 * 9 / 10;
                let page = tasks.list(far.page(index)).await?;
                let after = page.next.zip(page.items.into_iter().next());
                let far = Shape { after, ..first.clone() };
                let target = [(Baseline::Raw, Some(0.95))];
                for (shape, position) in [(&first, "the first"), (&far, FAR)] {
                    let operation = format!("list 100 by {by}, {direction}, {position}");
                    self.compare(rows, &operation, &target, async |implementation, n| {
                        pages(implementation, shape, n).await
                    })
                    .await?;
                }
                self.depth(rows, &format!("{by}, {direction}"), [&first, &far]).await?;
            }
        }
        Ok(())
    }

    /// Compares the crate's page at 90 % with its first page.
    async fn depth(
        &self,
        rows: &mut Vec<Row>,
        order: &str,
        [first, far]: [&Shape; 2],
    ) -> Result<(), Failure> {
        let operation = format!("page at 90 % to the first, by {order}");
        if !self.bench.options.wants(&operation) {
            return Ok(());
        }
        let (ours, scale) = (self.implementation(Contender::Ours), self.bench.scale());
        let times = calibrate(scale.turn, async |n| pages(ours, first, n).await).await?;
        // The baseline is the first page.
        let turn =
            async |who| pages(ours, if who == Contender::Ours { far } else { first }, times).await;
        let turns = [Contender::Raw, Contender::Ours, Contender::RawAgain];
        let taken = Times::take(&turns, scale.rounds, turn).await?;
        let (ratio, spread) = taken.against(Baseline::Raw);
        rows.push(Row {
            backend: self.bench.server().name(),
            operation,
            ours: taken.rate(Contender::Ours, times as f64),
            raw: None,
            plain: None,
            ratio,
            spread,
            target: Some(1.0 / 1.2),
        });
        Ok(())
    }

    async fn writes(&self, rows: &mut Vec<Row>) -> Result<(), Failure> {
        let target = [(Baseline::Raw, Some(0.95))];
        // On MySQL, the crate makes two round trips and the handwritten transaction four, but their
        // number alone does not determine the rate: there is no target.
        let changed = match self.bench.server() {
            Server::Sqlite | Server::Postgres | Server::MariaDb => target,
            Server::MySql => [(Baseline::Raw, None)],
        };
        let game = self.bench.store.game("written").await?;
        let mut created = 0;
        let mut fresh = |n: usize| -> Vec<NewTask> {
            created += n;
            (created - n..created).map(|n| NewTask::new(game, external(n))).collect()
        };
        self.compare(rows, "create", &target, async |implementation, n| {
            let tasks = fresh(n);
            let since = Instant::now();
            for task in &tasks {
                check_count(implementation.create(task).await?, 1)?;
            }
            Ok(since.elapsed())
        })
        .await?;
        self.compare(
            rows,
            &format!("create, {CONCURRENCY} at once"),
            &target,
            async |implementation, n| {
                let tasks = fresh(n);
                let since = Instant::now();
                let calls =
                    futures_util::stream::iter(&tasks).map(|task| implementation.create(task));
                let created = calls.buffer_unordered(CONCURRENCY);
                let created: usize =
                    created.try_fold(0, async |sum, count| Ok(sum + count)).await?;
                check_count(created, n)?;
                Ok(since.elapsed())
            },
        )
        .await?;
        let ids: Vec<Uuid> = self.sample.iter().map(|task| task.id).collect();
        let mut steps = Steps::over(&ids);
        self.compare(rows, "update", &changed, async |implementation, n| {
            let steps: Vec<_> = steps.by_ref().take(n).collect();
            let since = Instant::now();
            for step in &steps {
                check_count(implementation.update(step.id, &step.to).await?, 1)?;
            }
            Ok(since.elapsed())
        })
        .await?;
        let mut steps = Steps::over(&ids);
        self.compare(rows, "transition", &changed, async |implementation, n| {
            let steps: Vec<_> = steps.by_ref().take(n).collect();
            let since = Instant::now();
            for step in &steps {
                check_count(implementation.transition(step.id, &step.from, &step.to).await?, 1)?;
            }
            Ok(since.elapsed())
        })
        .await?;
        let repository = SeaOrmTaskRepository::new(self.bench.store.db.clone());
        self.compare(rows, "delete", &changed, async |implementation, n| {
            let stored = repository.create_all(fresh(n), OnExisting::Fail).await?;
            let since = Instant::now();
            for task in &stored {
                check_count(implementation.delete(task.task().id).await?, 1)?;
            }
            Ok(since.elapsed())
        })
        .await
    }

    async fn bulk(&self, rows: &mut Vec<Row>) -> Result<(), Failure> {
        let size = self.bench.scale().bulk;
        let (partial, atomic): (Target, Target) = match self.bench.server() {
            Server::Sqlite => ((Baseline::Plain, Some(1.3)), (Baseline::Plain, Some(1.3))),
            Server::Postgres => ((Baseline::Raw, Some(0.8)), (Baseline::Raw, Some(0.85))),
            Server::MariaDb | Server::MySql => {
                ((Baseline::Raw, Some(1.0)), (Baseline::Raw, Some(1.0)))
            }
        };
        // Into an empty table each time, so that all implementations have the same conditions.
        let store = crate::database::Store::create(self.bench.server()).await?;
        let game = store.game("bulk").await?;
        let implementations = Operations {
            bench: self.bench,
            implementations: store.implementations().await?,
            sample: Vec::new(),
        };
        let tasks: Vec<NewTask> = (0..size).map(|n| NewTask::new(game, external(n))).collect();
        for (operation, target, whole) in
            [("create_many", partial, false), ("create_all", atomic, true)]
        {
            let operation = format!("{operation} of {size}");
            implementations
                .compare_whole(rows, &operation, &[target], size, async |who| {
                    let emptied = match self.bench.server() {
                        Server::Sqlite => "DELETE FROM tasks",
                        Server::Postgres | Server::MariaDb | Server::MySql => {
                            "TRUNCATE TABLE tasks"
                        }
                    };
                    store.db.execute_unprepared(emptied).await?;
                    let implementation = implementations.implementation(who);
                    let since = Instant::now();
                    let created = match whole {
                        true => implementation.create_all(&tasks).await?,
                        false => implementation.create_many(&tasks).await?,
                    };
                    let took = since.elapsed();
                    check_count(created, size)?;
                    Ok(took)
                })
                .await?;
        }
        store.drop().await
    }

    async fn stream(&self, rows: &mut Vec<Row>) -> Result<(), Failure> {
        let size = self.bench.scale().tasks;
        let operation = format!("stream of {size}");
        self.compare_whole(rows, &operation, &[(Baseline::Raw, Some(0.8))], size, async |who| {
            let since = Instant::now();
            check_count(self.implementation(who).stream(self.bench.large).await?, size)?;
            Ok(since.elapsed())
        })
        .await?;
        if self.bench.options.wants(&operation) {
            let grown = memory::of_stream(&self.bench.store.url, self.bench.large, size)?;
            eprintln!("{}: {operation}: {grown:.1} MiB", self.bench.server().name());
            rows.push(Row {
                backend: self.bench.server().name(),
                operation: format!("{operation}: 16 MiB to what the process grew by"),
                ours: None,
                raw: None,
                plain: None,
                ratio: 16.0 / grown.max(0.001),
                spread: 0.0,
                target: Some(1.0),
            });
        }
        Ok(())
    }

    async fn reassign(&self, rows: &mut Vec<Row>) -> Result<(), Failure> {
        let db = &self.bench.store.db;
        let all = self.bench.scale().tasks;
        let moved = all / 10;
        let value_of = |of: &str| format!("reassign_strategy over {moved} of {all}, {of}");
        let kinds = [(Some(self.bench.large), "one game"), (None, "all games")];
        if !kinds.iter().any(|(_, of)| self.bench.options.wants(&value_of(of))) {
            return Ok(());
        }
        // Every tenth task of the game.
        let repository = SeaOrmTaskRepository::new(db.clone());
        let own = game_tasks::TaskPatch::new().strategy("s0");
        for start in (0..all).step_by(10_000) {
            let named = (start..all.min(start + 10_000)).step_by(10);
            let keys = named.map(|n| TaskKey::from((self.bench.large, external(n))));
            let filter = game_tasks::TaskFilter::keys(keys);
            repository.update_many(filter, own.clone()).await?;
        }
        let mut turn = 0;
        for (game, of) in kinds {
            self.compare_whole(
                rows,
                &value_of(of),
                &[(Baseline::Raw, Some(0.9))],
                moved,
                async |who| {
                    if self.bench.server() == Server::Postgres {
                        // Removes the dead rows of the previous turn.
                        db.execute_unprepared("VACUUM tasks").await?;
                    }
                    let (from, to) = (format!("s{turn}"), format!("s{}", turn + 1));
                    turn += 1;
                    let since = Instant::now();
                    let changed = self.implementation(who).reassign(game, &from, &to).await?;
                    let took = since.elapsed();
                    check_count(changed, moved)?;
                    Ok(took)
                },
            )
            .await?;
        }
        Ok(())
    }
}

/// The turns of a round: the baseline twice, the others once.
fn order(targets: &[Target]) -> Vec<Contender> {
    let mut order = vec![Contender::Raw, Contender::Ours, Contender::Plain, Contender::RawAgain];
    if targets.iter().any(|(baseline, _)| *baseline == Baseline::Plain) {
        order.push(Contender::PlainAgain);
    }
    order
}

async fn pages(
    implementation: &dyn Implementation,
    shape: &Shape,
    times: usize,
) -> Result<Duration, Failure> {
    let since = Instant::now();
    for _ in 0..times {
        check_count(implementation.page(shape).await?, crate::implementation::PAGE as usize)?;
    }
    Ok(since.elapsed())
}

/// Checks that an implementation check_count the expected work.
fn check_count(work: usize, expected: usize) -> Result<(), Failure> {
    if work == expected { Ok(()) } else { Err(format!("{work} instead of {expected}").into()) }
}

/// A change of one task to another value.
struct Step {
    id: Uuid,
    from: String,
    to: String,
}

/// An endless sequence of changes: each task in turn, from one value to the next.
struct Steps<'s> {
    ids: &'s [Uuid],
    next: usize,
}

impl<'s> Steps<'s> {
    fn over(ids: &'s [Uuid]) -> Self {
        Self { ids, next: 0 }
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let (lap, index) = (self.next / self.ids.len(), self.next % self.ids.len());
        self.next += 1;
        let value_of = |lap: usize| if lap == 0 { "open".to_owned() } else { format!("v{lap}") };
        Some(Step { id: self.ids[index], from: value_of(lap), to: value_of(lap + 1) })
    }
}
