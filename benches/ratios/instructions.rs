//! The number of client instructions of each call, which does not depend on the machine.
//!
//! A separate process makes some calls under valgrind, and another one makes more. The difference is
//! the cost of the additional calls. On SQLite, it includes the database.

use crate::database::{Server, Store, connect, external};
use crate::implementation::{Failure, Implementation, Shape};
use crate::options::Options;
use crate::ours::Ours;
use crate::raw_sqlx::raw_sqlx;
use crate::sea_orm_entity::SeaOrmEntity;
use crate::sea_orm_statement::SeaOrmStatement;
use comfy_table::{CellAlignment, Table, presets};
use game_tasks::{NewTask, SeaOrmTaskRepository, Task, TaskKey, TaskOrder, TaskRepositoryExt};
use std::process::Command;
use uuid::Uuid;

/// The argument that starts this program as the process whose instructions are counted.
pub(crate) const COUNTED: &str = "--counted";
const URL: &str = "GAME_TASKS_COUNTED_URL";

/// The number of tasks in the game.
const TASKS: usize = 2_000;

const RUNS: usize = 3;

const OPERATIONS: [&str; 5] = ["find", "resolve", "create", "update", "page"];
const IMPLEMENTATIONS: [&str; 4] = ["raw", "statement", "ours", "plain"];

/// The numbers of calls in the two processes.
fn calls(operation: &str) -> [usize; 2] {
    if operation == "page" { [20, 120] } else { [200, 1_200] }
}

pub(crate) async fn measure(options: &Options, servers: &[Server]) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "database",
        "operation",
        "raw sqlx",
        "a statement",
        "ours",
        "plain SeaORM",
        "ours to raw",
        "ours to a statement",
    ]);
    for server in servers.iter().filter(|server| options.wants_database(server.name())) {
        let store = Store::create(*server).await?;
        let game = store.game("counted").await?;
        store.fill(game, TASKS).await?;
        store.analyze().await?;
        for operation in OPERATIONS.into_iter().filter(|operation| options.wants(operation)) {
            let mut each = Vec::new();
            for implementation in IMPLEMENTATIONS {
                each.push(
                    Counted { store: &store, game, operation, implementation }.instructions()?,
                );
            }
            let format_count =
                |count: &Option<f64>| count.map_or("-".to_owned(), |n| format!("{n:.0}"));
            let ratio = |to: Option<f64>| match (each[2], to) {
                (Some(ours), Some(to)) => format!("{:.3}", ours / to),
                _ => "-".to_owned(),
            };
            let mut row = vec![server.name().to_owned(), operation.to_owned()];
            row.extend(each.iter().map(format_count));
            row.extend([ratio(each[0]), ratio(each[1])]);
            eprintln!("{}", row.join(" | "));
            table.add_row(row);
        }
        store.drop().await?;
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    Ok(())
}

/// A measurement.
struct Counted<'c> {
    store: &'c Store,
    game: Uuid,
    operation: &'c str,
    implementation: &'c str,
}

impl Counted<'_> {
    /// Instructions of one call; `None` if the implementation lacks the operation.
    fn instructions(&self) -> Result<Option<f64>, Failure> {
        if self.implementation == "statement"
            && !SeaOrmStatement::OPERATIONS.contains(&self.operation)
        {
            return Ok(None);
        }
        let [few, more] = calls(self.operation);
        Ok(Some((self.minimum(more)? - self.minimum(few)?) / (more - few) as f64))
    }

    /// The minimum of several runs, since threads that wait for each other may spin.
    fn minimum(&self, times: usize) -> Result<f64, Failure> {
        let mut runs = (0..RUNS).map(|_| self.run(times));
        runs.try_fold(f64::INFINITY, |minimum, count| Ok(count?.min(minimum)))
    }

    /// All instructions of a process that makes this number of calls.
    fn run(&self, times: usize) -> Result<f64, Failure> {
        let mut process = Command::new("valgrind");
        process.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        process.arg(std::env::current_exe()?);
        // Not an argument: other users can read those, and the URL may contain a password.
        process.env(URL, &self.store.url);
        process.args([COUNTED, self.store.server.name(), self.operation, self.implementation]);
        process.args([self.game.to_string(), times.to_string()]);
        let output = process.output().map_err(|error| format!("valgrind: {error}"))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let count = stderr.lines().find_map(|line| line.split_once("Collected : ").map(|(_, n)| n));
        match count {
            Some(count) if output.status.success() => Ok(count.trim().parse()?),
            _ => Err(stderr.into()),
        }
    }
}

/// The main function of the process whose instructions are counted.
pub(crate) async fn counted(arguments: &[String]) -> Result<(), Failure> {
    let [server, operation, implementation, game, times] = arguments else {
        return Err("five arguments".into());
    };
    let server = Server::named(server).ok_or("an unknown server")?;
    let (game, times) = (game.parse()?, times.parse::<usize>()?);
    let db = connect(std::env::var(URL)?, 1).await?;
    let implementation: Box<dyn Implementation> = match implementation.as_str() {
        "raw" => raw_sqlx(server, &db),
        "statement" => Box::new(SeaOrmStatement::new(server, &db)),
        "ours" => Box::new(Ours::new(&db).await?),
        _ => Box::new(SeaOrmEntity::new(&db)),
    };
    let tasks = SeaOrmTaskRepository::new(db);
    let mut done = 0;
    for n in 0..times {
        let name = external(n % TASKS);
        let key = TaskKey::from((game, name.as_str()));
        done += match operation.as_str() {
            "find" => implementation.find(&key).await?,
            "resolve" => implementation.resolve(&key).await?,
            "create" => {
                implementation.create(&NewTask::new(game, Uuid::now_v7().to_string())).await?
            }
            "update" => {
                // A single task, so that the number of lookups does not depend on `times`.
                let task: Task = if n == 0 { tasks.get(key).await? } else { continue };
                let mut changed = 0;
                for n in 0..times {
                    changed +=
                        implementation.update(task.id, if n % 2 == 0 { "a" } else { "b" }).await?;
                }
                changed
            }
            _ => {
                let order = TaskOrder::ExternalId;
                let first = Shape { game, order, descending: false, after: None };
                implementation.page(&first).await?.min(1)
            }
        };
    }
    if done == times { Ok(()) } else { Err(format!("{done} of {times}").into()) }
}
