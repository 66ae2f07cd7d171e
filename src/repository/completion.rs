//! Runs a future in a task of the caller's tokio runtime, so that it completes even if its caller
//! is dropped.

use crate::error::RuntimeFault;
use std::panic::resume_unwind;
use tokio::runtime::Handle;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

/// Runs the work in a spawned task, inside the caller's span, and resumes its panic in the caller.
///
/// Fails with [`Missing`](RuntimeFault::Missing) before the work has started, or with
/// [`ShutDown`](RuntimeFault::ShutDown) if it was dropped with the runtime.
pub(crate) async fn run_to_completion<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, RuntimeFault> {
    let runtime = Handle::try_current().map_err(|_| RuntimeFault::Missing)?;
    let task = runtime.spawn(work.in_current_span().with_current_subscriber());
    task.await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_cancelled) => RuntimeFault::ShutDown,
    })
}

/// Like [`run_to_completion`], but outside of a runtime runs the work in place.
#[cfg(feature = "migration")]
pub(crate) async fn try_to_complete<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, RuntimeFault> {
    match Handle::try_current() {
        Ok(_) => run_to_completion(work).await,
        Err(_) => Ok(work.await),
    }
}
