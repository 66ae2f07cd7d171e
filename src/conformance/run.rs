//! Runs cases, each on a store of its own.

use super::GROUPS;
use super::case::Capability;
use super::case::Case;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::report::CaseReport;
use super::report::Report;
use super::report::Verdict;
use super::store::Store;
use super::store::StoreError;
use futures_util::FutureExt;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

fn all() -> impl Iterator<Item = &'static Case> {
    GROUPS.iter().copied().flatten()
}

/// The names of all cases, in the order in which they run.
pub fn cases() -> impl Iterator<Item = &'static str> {
    all().map(|case| case.name)
}

/// Runs all cases one after another. `new_store` is called once per case and must return an
/// empty store; if it fails, so does the case.
pub async fn run<S, E, F>(new_store: impl Fn() -> F) -> Report
where
    S: Store,
    E: Into<StoreError>,
    F: Future<Output = Result<S, E>>,
{
    let mut cases = Vec::new();
    for case in all() {
        cases.push(report(case, run_on(case, new_store()).await));
    }
    Report { cases }
}

/// Runs a single case by its name, as listed by [`cases`]. An unknown name is reported as a
/// failure.
///
/// ```
/// # use game_tasks::conformance::{self, Store, StoreError};
/// # use game_tasks::{Game, InMemoryTaskRepository, TaskRepository};
/// # #[derive(Default)]
/// # struct MyStore(InMemoryTaskRepository);
/// # #[async_trait::async_trait]
/// # impl Store for MyStore {
/// #     fn tasks(&self) -> Box<dyn TaskRepository + '_> {
/// #         Box::new(&self.0)
/// #     }
/// #     async fn put_game(&self, game: Game) -> Result<(), StoreError> {
/// #         Ok(self.0.add_game(game))
/// #     }
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let new_store = async || Ok::<_, StoreError>(MyStore::default());
/// conformance::run_case("create::task_is_found_by_each_key", new_store).await.into_result()?;
/// # Ok::<(), conformance::NotConformant>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn run_case<S, E, F>(name: &str, new_store: impl FnOnce() -> F) -> Report
where
    S: Store,
    E: Into<StoreError>,
    F: Future<Output = Result<S, E>>,
{
    let result = match all().find(|case| case.name == name) {
        Some(case) => report(case, run_on(case, new_store()).await),
        None => {
            let verdict = Verdict::Failed(Failure::new("no case has this name"));
            CaseReport { name: name.to_owned(), verdict }
        }
    };
    Report { cases: vec![result] }
}

fn report(case: &Case, verdict: Result<Verdict, Failure>) -> CaseReport {
    let verdict = verdict.unwrap_or_else(Verdict::Failed);
    CaseReport { name: case.name.to_owned(), verdict }
}

async fn run_on<S, E>(
    case: &Case,
    new_store: impl Future<Output = Result<S, E>>,
) -> Result<Verdict, Failure>
where
    S: Store,
    E: Into<StoreError>,
{
    let store = catch_panic(new_store).await?.map_err(|error| {
        let error: StoreError = error.into();
        Failure::new(format_args!("no new store could be created: {error}"))
    })?;
    let missing = catch_panic(async { missing_capability(case, &store) }).await?;
    let outcome = match missing {
        Some(_) => Ok(()),
        None => catch_panic(run_case_on(case, &store)).await.and_then(|outcome| outcome),
    };
    // `finish` is always called, but the failure of the case takes precedence over its error.
    let finished = catch_panic(store.finish()).await;
    outcome?;
    finished?.map_err(|error| Failure::new(format_args!("the store's finish failed: {error}")))?;
    Ok(missing.map_or(Verdict::Passed, Verdict::Skipped))
}

async fn run_case_on(case: &Case, store: &dyn Store) -> Outcome {
    let tasks = store.tasks();
    (case.run)(&TestContext { tasks: &*tasks, store }).await
}

/// The first capability that the case requires and the store lacks.
fn missing_capability(case: &Case, store: &dyn Store) -> Option<Capability> {
    case.requires.iter().copied().find(|capability| !capability.is_provided_by(store))
}

/// Turns a panic of the store into a failure, so that the remaining cases still run.
async fn catch_panic<T>(call: impl Future<Output = T>) -> Result<T, Failure> {
    AssertUnwindSafe(call).catch_unwind().await.map_err(|panic| {
        Failure::new(format_args!("the store panicked: {}", panic_message(panic.as_ref())))
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref().map(String::as_str)).unwrap_or("(no message)")
}
