//! The conformance suite on all that the crate has: each backend, held in each way in which an
//! application holds a repository. And that the suite can fail.

#[cfg(feature = "adopt")]
mod adopted;
mod mutants;
mod own_parent;
mod partitioned;
mod stores;
mod wrong;

use crate::support::{Backend, CROWD, FEW, TestDatabase, on_database_within, run};
use game_tasks::conformance::{self, Report, Store, StoreError};
use game_tasks::sea_orm::IsolationLevel;
use std::future::{Future, ready};
use std::time::Duration;
use stores::{Hold, InTransaction, Memory, OnPool};

/// For all cases of one test together.
const PATIENCE: Duration = Duration::from_secs(600);

/// Asserts that every case has passed, but for those that this store may skip.
fn assert_passed(report: Report, skips: impl Fn(&str) -> bool) {
    let report = report.into_result().unwrap();
    assert_eq!(report.cases().len(), conformance::cases().count());
    for (case, need) in report.skipped() {
        assert!(skips(case), "{case} needs {need}");
    }
}

async fn suite<S, F>(fresh: impl Fn() -> F, skips: impl Fn(&str) -> bool)
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    assert_passed(conformance::run(fresh).await, skips);
}

fn of_transactions(case: &str) -> bool {
    case.starts_with("transaction::")
}

fn of_races(case: &str) -> bool {
    case.starts_with("races")
}

async fn on_pool(backend: Backend, hold: Hold) {
    on_database_within(PATIENCE, backend, CROWD, async |database| {
        suite(async || OnPool::fresh(database, hold).await, of_transactions).await;
    })
    .await;
}

async fn in_transaction(backend: Backend, hold: Hold, isolation: Option<IsolationLevel>) {
    on_database_within(PATIENCE, backend, FEW, async |database: &TestDatabase| {
        run(&database.db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
        suite(async || InTransaction::fresh(database, hold, isolation).await, of_races).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    suite(|| ready(Ok(Memory::new(Hold::AsItIs))), of_transactions).await;
    suite(|| ready(Ok(Memory::new(Hold::Shared))), of_transactions).await;
    #[cfg(feature = "tokio")]
    suite(|| ready(Ok(Memory::new(Hold::Completed))), of_transactions).await;
}

macro_rules! on_pools {
    ($($backend:ident $variant:ident),+) => {$(
        mod $backend {
            #[tokio::test(flavor = "multi_thread")]
            async fn on_a_pool() {
                super::on_pool(super::Backend::$variant, super::Hold::AsItIs).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn behind_arc_dyn() {
                super::on_pool(super::Backend::$variant, super::Hold::Shared).await;
            }
            #[cfg(feature = "tokio")]
            #[tokio::test(flavor = "multi_thread")]
            async fn run_to_completion() {
                super::on_pool(super::Backend::$variant, super::Hold::Completed).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn in_the_applications_transaction() {
                super::in_transaction(super::Backend::$variant, super::Hold::AsItIs, None).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn owning_a_transaction() {
                super::in_transaction(super::Backend::$variant, super::Hold::Shared, None).await;
            }
        }
    )+};
}

on_pools!(
    sqlite_memory SqliteMemory,
    sqlite_file SqliteFile,
    postgres Postgres,
    mariadb MariaDb
);

macro_rules! at_levels {
    ($($test:ident $variant:ident $level:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let level = Some(IsolationLevel::$level);
            in_transaction(Backend::$variant, Hold::AsItIs, level).await;
        }
    )+};
}

// PostgreSQL takes READ UNCOMMITTED for READ COMMITTED; SQLite has one level.
at_levels!(
    postgres_read_committed Postgres ReadCommitted,
    postgres_repeatable_read Postgres RepeatableRead,
    postgres_serializable Postgres Serializable,
    mariadb_read_uncommitted MariaDb ReadUncommitted,
    mariadb_read_committed MariaDb ReadCommitted,
    mariadb_repeatable_read MariaDb RepeatableRead,
    mariadb_serializable MariaDb Serializable,
);

#[tokio::test]
async fn one_case_by_name() {
    let fresh = || ready(Ok::<_, StoreError>(Memory::new(Hold::AsItIs)));
    for case in conformance::cases().take(3) {
        let report = conformance::run_case(case, fresh).await.into_result().unwrap();
        assert_eq!(report.cases().len(), 1);
        assert_eq!(report.cases()[0].name, case);
    }
    let unknown = conformance::run_case("create::nothing", fresh).await;
    let (name, failure) = unknown.failures().next().unwrap();
    assert_eq!((name, failure.message()), ("create::nothing", "there is no case of this name"));
}

#[test]
fn names_are_distinct() {
    let names: std::collections::HashSet<_> = conformance::cases().collect();
    assert_eq!(names.len(), conformance::cases().count());
}
