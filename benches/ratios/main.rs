//! What the crate costs beside the same statement by hand: `cargo bench`, and
//! `.ci/with-databases cargo bench` for the servers too.
//!
//! ```text
//! cargo bench -- [--quick | --full] [--json] [--on DATABASE] [--only TEXT] [--out FOLDER]
//! ```
//!
//! Each row is an operation on one database, done in turns by the crate, by raw sqlx on the same
//! pool, and by plain SeaORM as an application would write it. Figures are ratios of two sides of
//! the same run; beside each stands the ratio of the baseline to itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own, run by those who look on"
)]

mod chart;
mod database;
mod growth;
mod index_cost;
mod machine;
mod measure;
mod memory;
mod operations;
mod options;
mod ours;
mod plain;
mod raw;
mod report;
mod scale;
mod side;
mod texts;

use crate::database::Bench;
use crate::measure::Row;
use crate::options::Options;
use crate::side::Failure;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [grow, game, tasks] = arguments.as_slice()
        && grow == memory::GROW
    {
        return memory::grow(game, tasks).await;
    }
    let Some(options) = Options::from_environment()? else {
        println!("{}", options::USAGE);
        return Ok(());
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut servers = Vec::new();
    for backend in database::backends() {
        if !options.wants_database(database::name(backend)) {
            continue;
        }
        let bench = Bench::open(backend, &options).await?;
        servers.push(bench.version().await?);
        operations::measure(&bench, &mut rows).await?;
        index_cost::measure(&bench, &mut rows).await?;
        growth::measure(&bench, &mut rows).await?;
        bench.close().await?;
    }
    report::write(&options, &rows, &machine::describe(&servers))
}
