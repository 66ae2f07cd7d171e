//! Instructions of the client for each call: a figure that does not move with the machine.
//!
//! A process of its own makes some calls under valgrind, and another makes more; the difference is
//! what the calls in between cost. On SQLite it contains the database.

use crate::database::{Store, connect, external, name};
use crate::options::Options;
use crate::ours::Ours;
use crate::plain::Plain;
use crate::raw::raw;
use crate::side::{Failure, Shape, Side};
use crate::statement::ByStatement;
use comfy_table::{CellAlignment, Table, presets};
use game_tasks::sea_orm::DbBackend;
use game_tasks::{NewTask, SeaOrmTaskRepository, Task, TaskKey, TaskOrder, TaskRepositoryExt};
use std::process::Command;
use uuid::Uuid;

/// The argument that makes this program the process that is counted.
pub(crate) const COUNTED: &str = "--counted";
const URL: &str = "GAME_TASKS_COUNTED_URL";

/// How many tasks the game has.
const TASKS: usize = 2_000;

const RUNS: usize = 3;

const OPERATIONS: [&str; 5] = ["find", "resolve", "create", "update", "page"];
const SIDES: [&str; 4] = ["raw", "statement", "ours", "plain"];

/// Few calls and more, of which the difference is counted.
fn calls(operation: &str) -> [usize; 2] {
    if operation == "page" { [20, 120] } else { [200, 1_200] }
}

pub(crate) async fn measure(options: &Options, backends: &[DbBackend]) -> Result<(), Failure> {
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
    for backend in backends.iter().filter(|backend| options.wants_database(name(**backend))) {
        let store = Store::create(*backend).await?;
        let game = store.game("counted").await?;
        store.fill(game, TASKS).await?;
        store.settle().await?;
        for operation in OPERATIONS.into_iter().filter(|operation| options.wants(operation)) {
            let mut each = Vec::new();
            for side in SIDES {
                each.push(Counted { store: &store, game, operation, side }.instructions()?);
            }
            let shown = |count: &Option<f64>| count.map_or("-".to_owned(), |n| format!("{n:.0}"));
            let ratio = |to: Option<f64>| match (each[2], to) {
                (Some(ours), Some(to)) => format!("{:.3}", ours / to),
                _ => "-".to_owned(),
            };
            let mut row = vec![name(*backend).to_owned(), operation.to_owned()];
            row.extend(each.iter().map(shown));
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

/// What is counted.
struct Counted<'c> {
    store: &'c Store,
    game: Uuid,
    operation: &'c str,
    side: &'c str,
}

impl Counted<'_> {
    /// Instructions of one call; `None` where the side does not make it.
    fn instructions(&self) -> Result<Option<f64>, Failure> {
        if self.side == "statement" && !ByStatement::OPERATIONS.contains(&self.operation) {
            return Ok(None);
        }
        let [few, more] = calls(self.operation);
        Ok(Some((self.least(more)? - self.least(few)?) / (more - few) as f64))
    }

    /// The least of several runs: threads that wait for each other may do so busily.
    fn least(&self, times: usize) -> Result<f64, Failure> {
        let mut runs = (0..RUNS).map(|_| self.collected(times));
        runs.try_fold(f64::INFINITY, |least, count| Ok(count?.min(least)))
    }

    /// All instructions of a process that makes so many calls.
    fn collected(&self, times: usize) -> Result<f64, Failure> {
        let mut process = Command::new("valgrind");
        process.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        process.arg(std::env::current_exe()?);
        // It may hold a password, and a process's arguments are everybody's to read.
        process.env(URL, &self.store.url);
        process.args([COUNTED, self.operation, self.side]);
        process.args([self.game.to_string(), times.to_string()]);
        let output = process.output().map_err(|error| format!("valgrind: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let count = said.lines().find_map(|line| line.split_once("Collected : ").map(|(_, n)| n));
        match count {
            Some(count) if output.status.success() => Ok(count.trim().parse()?),
            _ => Err(said.into()),
        }
    }
}

/// What the process that is counted does.
pub(crate) async fn counted(arguments: &[String]) -> Result<(), Failure> {
    let [operation, side, game, times] = arguments else { return Err("four arguments".into()) };
    let (game, times) = (game.parse()?, times.parse::<usize>()?);
    let db = connect(std::env::var(URL)?, 1).await?;
    let side: Box<dyn Side> = match side.as_str() {
        "raw" => raw(&db),
        "statement" => Box::new(ByStatement::new(&db)),
        "ours" => Box::new(Ours::new(&db)),
        _ => Box::new(Plain::new(&db)),
    };
    let tasks = SeaOrmTaskRepository::new(db);
    let mut done = 0;
    for n in 0..times {
        let name = external(n % TASKS);
        let key = TaskKey::from((game, name.as_str()));
        done += match operation.as_str() {
            "find" => side.find(&key).await?,
            "resolve" => side.resolve(&key).await?,
            "create" => side.create(&NewTask::new(game, Uuid::now_v7().to_string())).await?,
            "update" => {
                // One task, so that the look-up of its id is the same for any number of calls.
                let task: Task = if n == 0 { tasks.get(key).await? } else { continue };
                let mut changed = 0;
                for n in 0..times {
                    changed += side.update(task.id, if n % 2 == 0 { "a" } else { "b" }).await?;
                }
                changed
            }
            _ => {
                let order = TaskOrder::ExternalId;
                let first = Shape { game, order, descending: false, after: None };
                side.page(&first).await?.min(1)
            }
        };
    }
    if done == times { Ok(()) } else { Err(format!("{done} of {times}").into()) }
}
