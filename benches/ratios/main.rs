//! The cost of the crate compared with handwritten statements. `cargo bench` measures on SQLite,
//! `.ci/with-databases cargo bench` also on the servers.
//!
//! ```text
//! cargo bench -- [--quick | --full] [--json] [--on DATABASE] [--only TEXT] [--out FOLDER]
//! cargo bench -- --instructions [--on DATABASE] [--only TEXT]
//! ```
//!
//! Each row is an operation on one database, made in turns by the crate, by raw sqlx on the same
//! pool, and by SeaORM's entities as an application would use them. Each ratio compares two
//! implementations in the same run. The spread is the difference between two measurements of the
//! baseline.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program, which prints its results and may panic"
)]

mod cache;
mod chart;
mod database;
mod growth;
mod implementation;
mod index_cost;
mod instructions;
mod machine;
mod measure;
mod memory;
mod operations;
mod options;
mod ours;
mod raw_sqlx;
mod report;
mod scale;
mod sea_orm_entity;
mod sea_orm_statement;
mod statements;

use crate::database::{Bench, Server};
use crate::implementation::Failure;
use crate::measure::Row;
use crate::options::Options;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_counted = arguments.first().is_some_and(|first| first == instructions::COUNTED);
    let ran = if is_counted {
        in_one_thread(instructions::counted(&arguments[1..]))
    } else {
        tokio::runtime::Runtime::new()
            .map_err(Failure::from)
            .and_then(|runtime| runtime.block_on(run(&arguments)))
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Worker threads would add instructions while they wait for work.
fn in_one_thread(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

async fn run(arguments: &[String]) -> Result<(), Failure> {
    if let [grow, game, tasks] = arguments
        && grow == memory::GROW
    {
        return memory::grow(game, tasks).await;
    }
    let Some(options) = Options::from_environment()? else {
        println!("{}", options::USAGE);
        return Ok(());
    };
    if options.instructions {
        return instructions::measure(&options, &Server::available()).await;
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut versions = Vec::new();
    for server in Server::available() {
        if !options.wants_database(server.name()) {
            continue;
        }
        let bench = Bench::open(server, &options).await?;
        versions.push(bench.version().await?);
        operations::measure(&bench, &mut rows).await?;
        index_cost::measure(&bench, &mut rows).await?;
        growth::measure(&bench, &mut rows).await?;
        bench.close().await?;
    }
    cache::measure(&options, &mut rows).await?;
    report::write(&options, &rows, &machine::describe(&versions))
}
