//! Work that ends although nobody waits for it any more: a task of the caller's tokio runtime.

use crate::error::RuntimeFault;
use std::panic::resume_unwind;
use tokio::runtime::Handle;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

/// Runs the work in a task of its own, inside the caller's span. A panic of the work is the
/// caller's, if there still is one.
///
/// An error means: [`Missing`](RuntimeFault::Missing), the work has not begun;
/// [`ShutDown`](RuntimeFault::ShutDown), it was dropped with the runtime.
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

/// Runs the work to completion where there is a runtime to do it, and else as it is.
#[cfg(feature = "migration")]
pub(crate) async fn try_to_complete<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, RuntimeFault> {
    match Handle::try_current() {
        Ok(_) => run_to_completion(work).await,
        Err(_) => Ok(work.await),
    }
}
