//! What the crate promises, on every backend.
//!
//! Each case is one function; a macro at the top of its module makes a test of it for each
//! backend, so that `cargo test` lists `create::duplicate_is_refused::postgres` and the like.
//! PostgreSQL and MariaDB are tested where `GAME_TASKS_POSTGRES_URL` and
//! `GAME_TASKS_MARIADB_URL` name a server; a backend that is skipped says so on stderr.

#![cfg(feature = "migration")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that panics has failed, as it should"
)]

mod support;

mod bulk_atomic;
mod bulk_partial;
mod bulk_size;
mod changes;
mod create;
mod dropped;
mod filters;
mod hostile_text;
mod joins;
mod json;
mod lists;
mod migrations;
mod model;
mod parents;
mod plain_rows;
mod races;
mod references;
mod refused_calls;
mod refused_lists;
mod refused_texts;
mod resolver;
#[cfg(feature = "retry")]
mod retrying;
mod schema;
mod scopes;
mod scopes_creating;
mod secrets;
mod sweeps;
mod transactions;
