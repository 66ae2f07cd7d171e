//! What the cases share: backends, databases, stages, assertions.

mod backend;
mod callers;
mod checks;
mod database;
mod sql;
mod stage;
mod texts;

pub(crate) use backend::Backend;
pub(crate) use callers::{callers, key, strangers, user};
pub(crate) use checks::{
    any_id, assert_is, assert_not_found, by_name, crowd, in_batch, invalid, keys_of, names,
};
pub(crate) use database::{FEW, TestDatabase, on_database, on_empty_database};
pub(crate) use sql::{column, rows, run, still_works, try_run};
pub(crate) use stage::{Stage, on_repository, on_shared};
pub(crate) use texts::{hostile_texts, refused_texts};

/// How many connections a race has, and how many runners.
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

/// Cases `async fn(&Stage<'_>)`, on every backend, in each way of holding a repository.
macro_rules! repository_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [memory Memory, sqlite_memory SqliteMemory, sqlite_file SqliteFile,
             postgres Postgres, mariadb MariaDb],
            $case, |on| $crate::support::on_repository(on, super::$case)
        );
    )+};
}
pub(crate) use repository_cases;

/// Cases `async fn(&Stage<'_>, Arc<dyn TaskRepository>)`, on every backend, with as many
/// connections as a race has runners.
macro_rules! race_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [memory Memory, sqlite_memory SqliteMemory, sqlite_file SqliteFile,
             postgres Postgres, mariadb MariaDb],
            $case, |on| $crate::support::on_shared(on, $crate::support::CROWD, super::$case)
        );
    )+};
}
pub(crate) use race_cases;

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
