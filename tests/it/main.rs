//! What the crate promises, on every backend.
//!
//! What takes no more than a repository is in the conformance suite of the crate, which
//! `conformance` runs on all that the crate has; the other modules are about databases. Each
//! of their cases is one function; a macro at the top of its module makes a test of it for
//! each backend, so that `cargo test` lists `schema::…::postgres` and the like.
//! PostgreSQL and MariaDB are tested where `GAME_TASKS_POSTGRES_URL` and
//! `GAME_TASKS_MARIADB_URL` name a server, and a few cases of MariaDB's where
//! `GAME_TASKS_MARIADB_ROLLBACK_URL` names one with the settings that they need; a backend that is skipped says so on stderr.

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

mod added_columns;
#[cfg(feature = "adopt")]
mod adopt;
mod bulk_ids;
mod bulk_partial;
mod bulk_rounds;
mod bulk_rows;
mod bulk_size;
mod changes;
mod conformance;
mod deadlocks;
mod dropped;
#[cfg(feature = "tokio")]
mod dropped_callers;
#[cfg(feature = "tokio")]
mod dropped_migrations;
mod failures;
mod filter_size;
mod games;
mod input;
mod joins;
mod joins_elsewhere;
mod json;
mod key_size;
#[cfg(feature = "retry")]
mod ledger;
mod lists;
mod long_streams;
mod mariadb_columns;
mod migration_lists;
mod migration_lock;
mod migration_lock_holders;
mod migrations;
mod model;
mod one_connection;
mod opt_in_indexes;
mod own_entity;
mod own_indexes;
mod owners;
mod parents;
mod plain_rows;
mod plans;
mod plans_statistics;
mod races_unseen;
mod recorded_sql;
mod references;
mod resolver;
mod resolver_scopes;
#[cfg(feature = "retry")]
mod retrying;
mod round_trips;
mod row_security;
#[cfg(feature = "tokio")]
mod run_to_completion;
mod schema;
mod schema_check;
mod schema_check_postgres;
mod schema_faults;
mod schema_sync;
mod scope_fuzz;
mod secrets;
mod skipped_batches;
mod skipped_writes;
mod table_names;
mod taken_names;
mod timestamp_formats;
mod transactions;
mod triggers;
mod unreadable_timestamps;
mod updated_at_trigger;
mod values;
mod with_scope;
