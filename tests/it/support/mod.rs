//! Backends, databases, harnesses and assertions that the test modules share.

mod backend;
mod checks;
mod counting;
mod database;
mod dropping;
mod harness;
mod interceptor;
mod parents;
mod pooler;
mod recorder;
mod skipping_triggers;
mod sql;

pub(crate) use backend::Backend;
pub(crate) use checks::{
    ON_EXISTING, assert_is, assert_no_access, assert_not_found, batch_error, key, keys_of,
    list_by_name, names, unordered_id, unvalidated, validation_error,
};
pub(crate) use counting::{Counter, counted};
pub(crate) use database::{
    DEFAULT_CONNECTIONS, TestDatabase, drop_database, imitate_citus, on_database,
    on_database_within, on_empty_database, on_empty_database_within,
};
pub(crate) use dropping::{assert_pool_usable, poll_at_most};
pub(crate) use harness::{Harness, harness_in_memory, harness_on, on_pool_and_in_transaction};
pub(crate) use interceptor::{FailAfter, Intercepted, Interceptor};
pub(crate) use parents::{MigratorOf, arenas, campaign, campaigns, parent, parents_of_tables};
pub(crate) use pooler::{Pooler, Pooling};
pub(crate) use recorder::Recorder;
pub(crate) use skipping_triggers::{create_skipping_triggers, skipping_cases};
pub(crate) use sql::{column, rows, run, still_works, try_run};

/// The number of concurrent calls of the conformance suite, each of which needs a connection.
pub(crate) const CONCURRENT_CALLS: u32 = 16;

/// Defines a module with a test of one case for each backend.
macro_rules! tests_on {
    ([$($backend:ident $variant:ident),+], $case:ident, |$on:ident| $run:expr) => {
        mod $case {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $backend() {
                    let $on = $crate::support::Backend::$variant;
                    $run.await;
                }
            )+
        }
    };
}
pub(crate) use tests_on;

/// Runs cases `async fn(&TestDatabase)` on each database, after the migrations.
macro_rules! database_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
             mariadb MariaDb, mysql MySql],
            $case,
            |on| $crate::support::on_database(on, $crate::support::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}
pub(crate) use database_cases;

/// Runs cases `async fn(&TestDatabase)` on PostgreSQL and MariaDB, after the migrations.
macro_rules! server_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [postgres Postgres, mariadb MariaDb, mysql MySql],
            $case,
            |on| $crate::support::on_database(on, $crate::support::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}
pub(crate) use server_cases;

/// Runs cases `async fn(&TestDatabase)` on each database, without the migrations.
macro_rules! empty_database_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
             mariadb MariaDb, mysql MySql],
            $case,
            |on| $crate::support::on_empty_database(on, $crate::support::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}
pub(crate) use empty_database_cases;

/// Runs cases `async fn(&Harness<'_>)` in memory and on each database.
macro_rules! harness_cases {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test]
            async fn memory() {
                $crate::support::harness_in_memory(super::$case).await;
            }
            $crate::support::tests_on!(
                [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
                 mariadb MariaDb, mysql MySql],
                databases,
                |on| $crate::support::harness_on(on, super::super::$case)
            );
        }
    )+};
}
pub(crate) use harness_cases;
