//! The attempts of one call, and what it can return after the response of one was lost.

use crate::error::{Retry, TaskError};
use backon::{ExponentialBackoff, FuturesTimerSleeper, Sleeper};

/// The attempts of one call, including its lookups.
pub(super) struct Attempts {
    delays: ExponentialBackoff,
    /// Whether to repeat the call after an attempt that may have been applied.
    repeats_lost: bool,
    lost: Option<TaskError>,
}

impl Attempts {
    /// For a call whose repetition affects the same rows as the lost attempt.
    pub(super) fn new(delays: ExponentialBackoff) -> Self {
        Self { delays, repeats_lost: true, lost: None }
    }

    /// For a call that must not be repeated after a lost attempt.
    pub(super) fn until_lost(self) -> Self {
        Self { repeats_lost: false, ..self }
    }

    /// The error of the last attempt that may have been applied.
    pub(super) fn lost(&self) -> Option<&TaskError> {
        self.lost.as_ref()
    }

    /// Waits before the next attempt. If there is none, fails with the error that the call returns.
    pub(super) async fn next(&mut self, error: TaskError) -> Result<(), TaskError> {
        let delay = match error.retry() {
            Retry::Call => self.delays.next(),
            Retry::Unknown if self.repeats_lost => self.delays.next(),
            _ => None,
        };
        let Some(delay) = delay else { return Err(self.final_error(error)) };
        tracing::debug!(?delay, %error, "repeating the call");
        if error.retry() == Retry::Unknown {
            self.lost = Some(error);
        }
        FuturesTimerSleeper.sleep(delay).await;
        Ok(())
    }

    /// The error that the call returns after this error of its last attempt. After a loss the
    /// last error may be a consequence of the lost attempt, so the loss is returned instead.
    pub(super) fn final_error(&mut self, error: TaskError) -> TaskError {
        self.lost.take().unwrap_or(error)
    }
}

/// Repeats a call until it succeeds or there is no further attempt.
macro_rules! repeat {
    ($attempts:ident, $call:expr) => {
        loop {
            match $call.await {
                Ok(result) => break result,
                Err(error) => $attempts.next(error).await?,
            }
        }
    };
}
pub(super) use repeat;
