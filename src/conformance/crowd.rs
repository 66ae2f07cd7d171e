//! Many calls at the same moment.

use super::failure::Failure;
use super::stage::Stage;
use futures_util::future::{self, BoxFuture};
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// How many callers race.
pub(crate) const CROWD: usize = 16;

/// How often a caller looks whether the others have come. A store that starts its calls one
/// after another never has them all there.
const PATIENCE: usize = 10_000;

/// Lets callers go when all have come.
struct Start {
    missing: AtomicUsize,
}

impl Start {
    async fn wait(&self) {
        self.missing.fetch_sub(1, Ordering::AcqRel);
        let mut looks = 0;
        future::poll_fn(|context| {
            looks += 1;
            if self.missing.load(Ordering::Acquire) == 0 || looks > PATIENCE {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Stage<'_> {
    /// Makes sixteen calls at the same moment, each as the store starts it, and collects what
    /// they answer.
    pub(crate) async fn crowd<T, F>(&self, call: impl Fn(usize) -> F) -> Result<Vec<T>, Failure>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let start = Arc::new(Start { missing: AtomicUsize::new(CROWD) });
        let answers: Vec<_> = (0..CROWD).map(|_| Arc::new(Mutex::new(None))).collect();
        let calls: Vec<BoxFuture<'static, ()>> = answers
            .iter()
            .enumerate()
            .map(|(n, answer)| {
                let (call, start, answer) = (call(n), Arc::clone(&start), Arc::clone(answer));
                self.store.spawn(Box::pin(async move {
                    start.wait().await;
                    let value = call.await;
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                }))
            })
            .collect();
        future::join_all(calls).await;
        let taken = answers.iter().map(|answer| {
            let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
            answer.ok_or_else(|| Failure::new("a racing call ended without an answer"))
        });
        taken.collect()
    }
}
