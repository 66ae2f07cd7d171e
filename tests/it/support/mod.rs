//! What the cases share: backends, databases, assertions.

mod around;
mod backend;
mod callers;
mod checks;
mod counting;
mod database;
mod drops;
mod held;
mod parents;
mod skipping;
mod sql;

pub(crate) use around::{Around, Lost, connection_around};
pub(crate) use backend::Backend;
pub(crate) use callers::{callers, strangers};
pub(crate) use checks::{
    any_id, assert_blind, assert_is, assert_not_found, by_name, in_batch, invalid, key, keys_of,
    names, stored,
};
pub(crate) use counting::{Counter, Counting, counted};
pub(crate) use database::{
    FEW, TestDatabase, on_database, on_database_within, on_empty_database, on_empty_database_within,
};
pub(crate) use drops::{assert_sound, polled};
pub(crate) use held::{Held, held_in_memory, held_on};
pub(crate) use parents::{MigratorOf, arenas, campaign, campaigns, parent, parents_of_tables};
pub(crate) use skipping::{make_skipping_triggers, skipping_cases};
pub(crate) use sql::{column, rows, run, still_works, try_run};

/// How many connections the races of the conformance suite take.
pub(crate) const CROWD: u32 = 16;

/// Makes a test for each of the backends out of one case.
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

/// Cases `async fn(&TestDatabase)`, on every database, migrated.
macro_rules! database_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
             mariadb MariaDb],
            $case,
            |on| $crate::support::on_database(on, $crate::support::FEW, super::$case)
        );
    )+};
}
pub(crate) use database_cases;

/// Cases `async fn(&TestDatabase)`, on the databases that are servers, migrated.
macro_rules! server_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [postgres Postgres, mariadb MariaDb],
            $case,
            |on| $crate::support::on_database(on, $crate::support::FEW, super::$case)
        );
    )+};
}
pub(crate) use server_cases;

/// Cases `async fn(&TestDatabase)`, on every database, untouched.
macro_rules! empty_database_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
             mariadb MariaDb],
            $case,
            |on| $crate::support::on_empty_database(on, $crate::support::FEW, super::$case)
        );
    )+};
}
pub(crate) use empty_database_cases;

/// Cases `async fn(&Held<'_>)`, in memory and on every database.
macro_rules! held_cases {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test]
            async fn memory() {
                $crate::support::held_in_memory(super::$case).await;
            }
            $crate::support::tests_on!(
                [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
                 mariadb MariaDb],
                databases,
                |on| $crate::support::held_on(on, super::super::$case)
            );
        }
    )+};
}
pub(crate) use held_cases;
