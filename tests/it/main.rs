//! Integration tests of the crate, on every backend.
//!
//! `conformance` runs the crate's own conformance suite on its repositories; the other modules
//! test what needs a database. A case is usually one function, from which a macro at the top of
//! the module makes a test for each backend, such as `schema::…::postgres`.
//!
//! PostgreSQL and MariaDB are tested if `GAME_TASKS_POSTGRES_URL` and `GAME_TASKS_MARIADB_URL`
//! are set. A few cases need a MariaDB server with special settings, whose URL is in
//! `GAME_TASKS_MARIADB_ROLLBACK_URL`. A skipped backend is reported on stderr.
//!
//! Connection poolers in front of that PostgreSQL server are tested if these variables contain their
//! URLs: `GAME_TASKS_PGBOUNCER_URL` (transaction mode), `GAME_TASKS_PGBOUNCER_SESSION_URL`,
//! `GAME_TASKS_PGBOUNCER_STATEMENT_URL`, and `GAME_TASKS_PGBOUNCER_UNPREPARED_URL` (transaction mode
//! with `max_prepared_statements = 0` or before 1.21). If `GAME_TASKS_POSTGRES_URL` is that of a
//! pooler, `GAME_TASKS_POSTGRES_DIRECT_URL` is the server's own.

#![cfg(feature = "migration")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod support;

mod added_columns;
#[cfg(feature = "adopt")]
mod adopt;
mod as_read;
mod bulk_ids;
mod bulk_partial;
mod bulk_pipeline;
mod bulk_rows;
mod bulk_size;
#[cfg(feature = "cache")]
mod cache;
mod catalogs;
mod changes;
mod conformance;
mod deadlocks;
mod dropped;
#[cfg(feature = "tokio")]
mod dropped_callers;
#[cfg(feature = "tokio")]
mod dropped_migrations;
mod failures;
#[cfg(feature = "retry")]
mod fault_injection;
mod filter_size;
mod games;
mod games_changes;
mod input;
mod joins;
mod joins_other_tables;
mod json;
mod key_size;
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
mod own_statements;
mod owners;
mod parents;
mod plain_rows;
mod plans;
mod plans_statistics;
mod poolers;
mod query_json;
mod read_only;
mod recorded_sql;
mod references;
#[cfg(feature = "retry")]
mod repeated_transactions;
mod replica;
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
mod scope_json;
mod secrets;
mod skipped_batches;
mod skipped_writes;
#[cfg(feature = "retry")]
mod standby;
mod strategies;
mod table_names;
mod taken_names;
mod timestamp_formats;
mod transactions;
mod triggers;
mod uncommitted_rows;
mod unreadable_timestamps;
mod updated_at_trigger;
mod values;
mod with_scope;
