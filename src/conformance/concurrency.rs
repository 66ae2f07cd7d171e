//! Concurrent calls and their results.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use crate::error::{Retry, TaskError};
use futures_util::future::{self, BoxFuture};
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// The number of concurrent calls, which [`Store::shared`](super::Store::shared) documents.
pub(crate) const CONCURRENT_CALLS: usize = 16;

/// After this many polls a call proceeds although others have not started: a store whose
/// `spawn` runs calls one after another never starts all of them.
const MAX_POLLS: usize = 10_000;

/// Holds calls back until all of them have started.
struct Barrier {
    not_started: AtomicUsize,
}

impl Barrier {
    async fn wait(&self) {
        self.not_started.fetch_sub(1, Ordering::AcqRel);
        let mut polls = 0;
        future::poll_fn(|context| {
            polls += 1;
            if self.not_started.load(Ordering::Acquire) == 0 || polls > MAX_POLLS {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl TestContext<'_> {
    /// Makes [`CONCURRENT_CALLS`] calls at the same time, each started by the store's `spawn`,
    /// and collects their results.
    pub(crate) async fn concurrently<T, F>(
        &self,
        call: impl Fn(usize) -> F,
    ) -> Result<Vec<T>, Failure>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let barrier = Arc::new(Barrier { not_started: AtomicUsize::new(CONCURRENT_CALLS) });
        let results: Vec<_> = (0..CONCURRENT_CALLS).map(|_| Arc::new(Mutex::new(None))).collect();
        let calls: Vec<BoxFuture<'static, ()>> = results
            .iter()
            .enumerate()
            .map(|(n, result)| {
                let (call, barrier, result) = (call(n), Arc::clone(&barrier), Arc::clone(result));
                self.store.spawn(Box::pin(async move {
                    barrier.wait().await;
                    let value = call.await;
                    *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                }))
            })
            .collect();
        future::join_all(calls).await;
        let results = results.iter().map(|result| {
            let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
            result.ok_or_else(|| Failure::new("a concurrent call ended without a result"))
        });
        results.collect()
    }
}

/// The index and the value of the only result that is `Ok`; `check` is applied to the errors.
pub(crate) fn only_success<T>(
    results: Vec<Result<T, TaskError>>,
    check: impl Fn(&TaskError) -> Outcome,
) -> Result<(usize, T), Failure> {
    let mut successes = Vec::new();
    for (n, result) in results.into_iter().enumerate() {
        match result {
            Ok(value) => successes.push((n, value)),
            Err(error) => check(&error)?,
        }
    }
    ensure_eq!(successes.len(), 1, "exactly one call succeeds");
    successes.pop().or_fail()
}

/// Repeats a call while its error is [`Retry::Call`]: some databases fail one of two
/// conflicting calls.
pub(crate) async fn with_retries<T, F>(call: impl Fn() -> F) -> Result<T, TaskError>
where
    F: Future<Output = Result<T, TaskError>>,
{
    let mut result = call().await;
    for _ in 0..100 {
        match &result {
            Err(error) if error.retry() == Retry::Call => result = call().await,
            _ => break,
        }
    }
    result
}
