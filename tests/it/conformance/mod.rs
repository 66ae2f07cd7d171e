//! Runs the conformance suite on the crate's repositories, on each backend and in each wrapper, and
//! checks that the suite detects faulty repositories.

#[cfg(feature = "adopt")]
mod adopted;
mod citus;
mod faulty_repository;
mod mutants;
mod own_parent;
mod partitioned;
mod stores;

use crate::support::{
    Backend, CONCURRENT_CALLS, DEFAULT_CONNECTIONS, TestDatabase, on_database_within, run,
};
use game_tasks::conformance::{self, Report, Store, StoreError};
use game_tasks::sea_orm::IsolationLevel;
use std::future::{Future, ready};
use std::time::Duration;
use stores::{InTransaction, Memory, OnPool, Wrapper};

/// The time limit for all cases of a test.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// Asserts that each case has passed, or was skipped and may be.
fn assert_passed(report: Report, may_skip: impl Fn(&str) -> bool) {
    let report = report.into_result().unwrap();
    assert_eq!(report.cases().len(), conformance::cases().count());
    for (case, capability) in report.skipped() {
        assert!(may_skip(case), "{case} requires {capability}");
    }
}

async fn suite<S, F>(new_store: impl Fn() -> F, may_skip: impl Fn(&str) -> bool)
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    assert_passed(conformance::run(new_store).await, may_skip);
}

fn needs_transaction(case: &str) -> bool {
    case.starts_with("transaction::")
}

fn needs_concurrency(case: &str) -> bool {
    case.starts_with("races")
}

async fn on_pool(backend: Backend, wrapper: Wrapper) {
    on_database_within(TIME_LIMIT, backend, CONCURRENT_CALLS, async |database| {
        suite(async || OnPool::new(database, wrapper).await, needs_transaction).await;
    })
    .await;
}

async fn in_transaction(backend: Backend, wrapper: Wrapper, isolation: Option<IsolationLevel>) {
    on_database_within(
        TIME_LIMIT,
        backend,
        DEFAULT_CONNECTIONS,
        async |database: &TestDatabase| {
            run(&database.db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
            suite(
                async || InTransaction::new(database, wrapper, isolation).await,
                needs_concurrency,
            )
            .await;
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    suite(|| ready(Ok(Memory::new(Wrapper::None))), needs_transaction).await;
    suite(|| ready(Ok(Memory::new(Wrapper::Arc))), needs_transaction).await;
    #[cfg(feature = "tokio")]
    suite(|| ready(Ok(Memory::new(Wrapper::RunToCompletion))), needs_transaction).await;
}

macro_rules! on_pools {
    ($($backend:ident $variant:ident),+) => {$(
        mod $backend {
            #[tokio::test(flavor = "multi_thread")]
            async fn on_a_pool() {
                super::on_pool(super::Backend::$variant, super::Wrapper::None).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn behind_arc_dyn() {
                super::on_pool(super::Backend::$variant, super::Wrapper::Arc).await;
            }
            #[cfg(feature = "tokio")]
            #[tokio::test(flavor = "multi_thread")]
            async fn run_to_completion() {
                super::on_pool(super::Backend::$variant, super::Wrapper::RunToCompletion).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn in_the_applications_transaction() {
                super::in_transaction(super::Backend::$variant, super::Wrapper::None, None).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn owning_a_transaction() {
                super::in_transaction(super::Backend::$variant, super::Wrapper::Arc, None).await;
            }
        }
    )+};
}

on_pools!(
    sqlite_memory SqliteMemory,
    sqlite_file SqliteFile,
    postgres Postgres,
    mariadb MariaDb,
    mysql MySql
);

macro_rules! at_levels {
    ($($test:ident $variant:ident $level:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let level = Some(IsolationLevel::$level);
            in_transaction(Backend::$variant, Wrapper::None, level).await;
        }
    )+};
}

// PostgreSQL treats READ UNCOMMITTED as READ COMMITTED, and SQLite has a single level.
at_levels!(
    postgres_read_committed Postgres ReadCommitted,
    postgres_repeatable_read Postgres RepeatableRead,
    postgres_serializable Postgres Serializable,
    mariadb_read_uncommitted MariaDb ReadUncommitted,
    mariadb_read_committed MariaDb ReadCommitted,
    mariadb_repeatable_read MariaDb RepeatableRead,
    mariadb_serializable MariaDb Serializable,
    mysql_read_uncommitted MySql ReadUncommitted,
    mysql_read_committed MySql ReadCommitted,
    mysql_repeatable_read MySql RepeatableRead,
    mysql_serializable MySql Serializable,
);

#[tokio::test]
async fn a_single_case_runs_by_name() {
    let new_store = || ready(Ok::<_, StoreError>(Memory::new(Wrapper::None)));
    for case in conformance::cases().take(3) {
        let report = conformance::run_case(case, new_store).await.into_result().unwrap();
        assert_eq!(report.cases().len(), 1);
        assert_eq!(report.cases()[0].name, case);
    }
    let unknown = conformance::run_case("create::nothing", new_store).await;
    let (name, failure) = unknown.failures().next().unwrap();
    assert_eq!((name, failure.message()), ("create::nothing", "no case has this name"));
}

#[test]
fn case_names_are_unique() {
    let names: std::collections::HashSet<_> = conformance::cases().collect();
    assert_eq!(names.len(), conformance::cases().count());
}
