//! The attempts of one call, and what it may answer after one of them was lost.

use crate::error::{Retry, TaskError};
use backon::{ExponentialBackoff, FuturesTimerSleeper, Sleeper};

/// The attempts of one call, its look-ups included.
pub(super) struct Attempts {
    delays: ExponentialBackoff,
    /// Whether the call is repeated although an earlier attempt may have been applied.
    repeats_lost: bool,
    lost: Option<TaskError>,
}

impl Attempts {
    /// For a call whose repetition acts on nothing but what the lost attempt acted on.
    pub(super) fn new(delays: ExponentialBackoff) -> Self {
        Self { delays, repeats_lost: true, lost: None }
    }

    /// For a call that must not be repeated after an attempt was lost.
    pub(super) fn until_lost(delays: ExponentialBackoff) -> Self {
        Self { delays, repeats_lost: false, lost: None }
    }

    /// The failure of the last attempt that may have been applied.
    pub(super) fn lost(&self) -> Option<&TaskError> {
        self.lost.as_ref()
    }

    /// Waits for the next attempt after this failure of the last. Fails with what the call has to
    /// answer where there is none.
    pub(super) async fn next(&mut self, error: TaskError) -> Result<(), TaskError> {
        let delay = match error.retry() {
            Retry::Call => self.delays.next(),
            Retry::Unknown if self.repeats_lost => self.delays.next(),
            _ => None,
        };
        let Some(delay) = delay else { return Err(self.answer(error)) };
        tracing::debug!(?delay, %error, "the call is repeated");
        if error.retry() == Retry::Unknown {
            self.lost = Some(error);
        }
        FuturesTimerSleeper.sleep(delay).await;
        Ok(())
    }

    /// What the call answers where an attempt was refused or failed. The refusal may be the
    /// consequence of an earlier attempt that was applied, so it is not reported after a loss.
    pub(super) fn answer(&mut self, error: TaskError) -> TaskError {
        self.lost.take().unwrap_or(error)
    }
}

/// The first answer of a call that can be repeated.
macro_rules! repeat {
    ($attempts:ident, $call:expr) => {
        loop {
            match $call.await {
                Ok(answer) => break answer,
                Err(error) => $attempts.next(error).await?,
            }
        }
    };
}
pub(super) use repeat;
