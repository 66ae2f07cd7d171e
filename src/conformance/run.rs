//! How cases are played: each on a store of its own.

use super::GROUPS;
use super::case::Case;
use super::case::Need;
use super::failure::Failure;
use super::failure::Outcome;
use super::report::CaseReport;
use super::report::Report;
use super::report::Verdict;
use super::stage::Stage;
use super::store::Store;
use super::store::StoreError;
use futures_util::FutureExt;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

fn all() -> impl Iterator<Item = &'static Case> {
    GROUPS.iter().copied().flatten()
}

/// The names of all cases, in the order in which they are played.
pub fn cases() -> impl Iterator<Item = &'static str> {
    all().map(|case| case.name)
}

/// Plays every case, each on the store that `fresh` makes for it, one after another.
pub async fn run<S, E, F>(fresh: impl Fn() -> F) -> Report
where
    S: Store,
    E: Into<StoreError>,
    F: Future<Output = Result<S, E>>,
{
    let mut cases = Vec::new();
    for case in all() {
        cases.push(report(case, play(case, fresh()).await));
    }
    Report { cases }
}

/// Plays the case of this name alone. A name that no case has is reported as failed.
///
/// ```
/// # use game_tasks::conformance::{self, Store, StoreError};
/// # use game_tasks::{Game, InMemoryTaskRepository, TaskRepository};
/// # #[derive(Default)]
/// # struct Mine(InMemoryTaskRepository);
/// # #[async_trait::async_trait]
/// # impl Store for Mine {
/// #     fn tasks(&self) -> Box<dyn TaskRepository + '_> {
/// #         Box::new(&self.0)
/// #     }
/// #     async fn put_game(&self, game: Game) -> Result<(), StoreError> {
/// #         Ok(self.0.add_game(game))
/// #     }
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let fresh = async || Ok::<_, StoreError>(Mine::default());
/// conformance::run_case("create::found_by_each_key", fresh).await.into_result()?;
/// # Ok::<(), conformance::NotConformant>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn run_case<S, E, F>(name: &str, fresh: impl FnOnce() -> F) -> Report
where
    S: Store,
    E: Into<StoreError>,
    F: Future<Output = Result<S, E>>,
{
    let played = match all().find(|case| case.name == name) {
        Some(case) => report(case, play(case, fresh()).await),
        None => {
            let verdict = Verdict::Failed(Failure::new("there is no case of this name"));
            CaseReport { name: name.to_owned(), verdict }
        }
    };
    Report { cases: vec![played] }
}

fn report(case: &Case, verdict: Result<Verdict, Failure>) -> CaseReport {
    let verdict = verdict.unwrap_or_else(Verdict::Failed);
    CaseReport { name: case.name.to_owned(), verdict }
}

async fn play<S, E>(
    case: &Case,
    fresh: impl Future<Output = Result<S, E>>,
) -> Result<Verdict, Failure>
where
    S: Store,
    E: Into<StoreError>,
{
    let store = caught(fresh).await?.map_err(|error| {
        let error: StoreError = error.into();
        Failure::new(format_args!("no fresh store could be had: {error}"))
    })?;
    let lacking = caught(async { lacking(case, &store) }).await?;
    let played = match lacking {
        Some(_) => Ok(()),
        None => caught(on_stage(case, &store)).await.and_then(|outcome| outcome),
    };
    // However the case has ended; but its own failure is what counts.
    let ended = caught(store.end()).await;
    played?;
    ended?.map_err(|error| Failure::new(format_args!("the end of the store: {error}")))?;
    Ok(lacking.map_or(Verdict::Passed, Verdict::Skipped))
}

async fn on_stage(case: &Case, store: &dyn Store) -> Outcome {
    let tasks = store.tasks();
    (case.play)(&Stage { tasks: &*tasks, store }).await
}

/// The first thing that the case needs and the store lacks.
fn lacking(case: &Case, store: &dyn Store) -> Option<Need> {
    case.needs.iter().copied().find(|need| !need.is_met_by(store))
}

/// A panic of the store's is the failure of one case, and of no other.
async fn caught<T>(call: impl Future<Output = T>) -> Result<T, Failure> {
    AssertUnwindSafe(call).catch_unwind().await.map_err(|panic| {
        Failure::new(format_args!("the store panicked: {}", text_of(panic.as_ref())))
    })
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref().map(String::as_str)).unwrap_or("without a word")
}
