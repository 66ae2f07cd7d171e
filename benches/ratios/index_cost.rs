//! The cost of the third index, and the share of updates that PostgreSQL makes in place.

use crate::database::{Bench, Server, Store, external};
use crate::implementation::{Failure, Implementation};
use crate::measure::{Baseline, Contender, Row, Times, calibrate};
use crate::ours::Ours;
use game_tasks::sea_orm::ConnectionTrait;
use game_tasks::{NewTask, SeaOrmTaskRepository, TaskRepositoryExt};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The number of tasks in each table.
const TASKS: usize = 50_000;

/// A table, and the tasks that the operations use.
struct Table {
    store: Store,
    ours: Ours,
    game: Uuid,
    ids: Vec<Uuid>,
    created: usize,
    changed: usize,
}

impl Table {
    async fn with_listing(bench: &Bench<'_>, listing: bool) -> Result<Self, Failure> {
        let store = Store::create(bench.server()).await?;
        if !listing {
            let drop = match bench.server() {
                Server::Sqlite | Server::Postgres => "DROP INDEX ix_tasks_game_created",
                Server::MariaDb | Server::MySql => "DROP INDEX ix_tasks_game_created ON tasks",
            };
            store.db.execute_unprepared(drop).await?;
        }
        let game = store.game("index").await?;
        let tasks = TASKS.min(bench.scale().tasks);
        store.fill(game, tasks).await?;
        store.analyze().await?;
        let repository = SeaOrmTaskRepository::new(store.db.clone());
        let mut ids = Vec::new();
        for number in (0..tasks).step_by(7) {
            ids.push(repository.get((game, external(number))).await?.id);
        }
        let ours = Ours::new(&store.db).await?;
        Ok(Self { store, ours, game, ids, created: tasks, changed: 0 })
    }

    async fn turn(&mut self, operation: &str, times: usize) -> Result<Duration, Failure> {
        self.store.checkpoint().await?;
        let since = Instant::now();
        for _ in 0..times {
            let id = self.ids[self.changed % self.ids.len()];
            let lap = self.changed / self.ids.len();
            match operation {
                "create" => {
                    self.created += 1;
                    self.ours.create(&NewTask::new(self.game, external(self.created))).await?;
                }
                "update" => {
                    self.changed += 1;
                    self.ours.update(id, &format!("v{lap}")).await?;
                }
                _ => {
                    self.changed += 1;
                    let from = if lap == 0 { "open".to_owned() } else { format!("v{lap}") };
                    self.ours.transition(id, &from, &format!("v{}", lap + 1)).await?;
                }
            }
        }
        Ok(since.elapsed())
    }
}

pub(crate) async fn measure(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<(), Failure> {
    for operation in ["create", "update", "transition"] {
        let operation_name = format!("{operation} with three indexes, to two");
        if !bench.options.wants(&operation_name) {
            continue;
        }
        let mut three = Table::with_listing(bench, true).await?;
        let mut two = Table::with_listing(bench, false).await?;
        let scale = bench.scale();
        let times = calibrate(scale.turn, async |n| two.turn(operation, n).await).await?;
        three.turn(operation, times).await?;
        // The baseline is the table with two indexes.
        let order = [Contender::Raw, Contender::Ours, Contender::RawAgain];
        let taken = Times::take(&order, scale.rounds, async |who| match who {
            Contender::Ours => three.turn(operation, times).await,
            _ => two.turn(operation, times).await,
        })
        .await?;
        let (ratio, spread) = taken.against(Baseline::Raw);
        rows.push(Row {
            backend: bench.server().name(),
            operation: operation_name,
            ours: taken.rate(Contender::Ours, times as f64),
            raw: None,
            plain: None,
            ratio,
            spread,
            target: None,
        });
        if bench.server() == Server::Postgres && operation != "create" {
            rows.push(in_place(&three.store, operation).await?);
        }
        three.store.drop().await?;
        two.store.drop().await?;
    }
    Ok(())
}

/// The share of updates that changed no index (HOT).
async fn in_place(store: &Store, operation: &str) -> Result<Row, Failure> {
    // A connection reports its counters within a second, or when it is told to flush them.
    let mut previous = (0, 0);
    for _ in 0..20 {
        store.db.execute_unprepared("SELECT pg_stat_force_next_flush()").await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let count = "FROM pg_stat_user_tables WHERE relname = 'tasks'";
        let now = (
            store.number(&format!("SELECT n_tup_hot_upd {count}")).await?,
            store.number(&format!("SELECT n_tup_upd {count}")).await?,
        );
        if now.1 > 0 && now == previous {
            break;
        }
        previous = now;
    }
    Ok(Row {
        backend: Server::Postgres.name(),
        operation: format!("{operation}: share changed in place (HOT)"),
        ours: None,
        raw: None,
        plain: None,
        ratio: previous.0 as f64 / previous.1.max(1) as f64,
        spread: 0.0,
        target: Some(0.7),
    })
}
