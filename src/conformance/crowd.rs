//! Many calls at the same moment, and what becomes of them.

use super::checks::OrFail;
use super::failure::Failure;
use super::failure::Outcome;
use super::stage::Stage;
use crate::error::{Retry, TaskError};
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

/// The one that succeeded; the others must have failed as `check` wants it.
pub(crate) fn winner<T>(
    answers: Vec<Result<T, TaskError>>,
    check: impl Fn(&TaskError) -> Outcome,
) -> Result<(usize, T), Failure> {
    let mut winners = Vec::new();
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(value) => winners.push((n, value)),
            Err(error) => check(&error)?,
        }
    }
    ensure_eq!(winners.len(), 1, "one wins");
    winners.pop().or_fail()
}

/// What a call answers in the end: it is repeated as long as its error says that this helps, as
/// an engine does that lets one of two racing calls fail.
pub(crate) async fn settled<T, F>(call: impl Fn() -> F) -> Result<T, TaskError>
where
    F: Future<Output = Result<T, TaskError>>,
{
    let mut answer = call().await;
    for _ in 0..100 {
        match &answer {
            Err(error) if error.retry() == Retry::Call => answer = call().await,
            _ => break,
        }
    }
    answer
}
