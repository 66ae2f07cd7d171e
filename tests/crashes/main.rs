//! Processes that migrate at once, and servers and writers that are killed: acknowledged writes are
//! stored, refused ones are not, batches are atomic, and the same pool works again.
//!
//! The tests crash servers, so `.ci/with-databases` has to start servers for them alone:
//!
//! ```text
//! GAME_TASKS_DURABLE=1 GAME_TASKS_CRASHES=3 .ci/with-databases cargo test --test crashes --all-features
//! ```

#![cfg(all(feature = "migration", feature = "retry"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test that panics has failed, as it should"
)]

mod cluster;
mod cluster_lock;
mod concurrent_migrations;
mod large;
mod ledger;
mod process;
mod server;

use std::io::Write;

/// How often something is killed; `None` if `GAME_TASKS_CRASHES` is not set.
fn rounds() -> Option<u32> {
    let asked = std::env::var("GAME_TASKS_CRASHES").ok().and_then(|rounds| rounds.parse().ok());
    if asked.is_none() {
        let line = "\nSKIPPED CRASHES: GAME_TASKS_CRASHES is not set\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    asked
}

/// The variables of the servers. MySQL cannot be had on every machine.
fn servers() -> impl Iterator<Item = &'static str> {
    let mysql = "GAME_TASKS_MYSQL_URL";
    if std::env::var_os(mysql).is_none() {
        println!("SKIPPED: {mysql} is not set");
    }
    ["GAME_TASKS_POSTGRES_URL", "GAME_TASKS_MARIADB_URL", mysql]
        .into_iter()
        .filter(move |name| *name != mysql || std::env::var_os(name).is_some())
}

fn url(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set"))
}
