//! Checks that more than one group of cases makes.

use super::failure::Failure;
use crate::error::TaskError;
use std::fmt::Debug;

pub(crate) trait OrFail<T> {
    /// The value, or a failure at the caller's location.
    fn or_fail(self) -> Result<T, Failure>;
}

impl<T> OrFail<T> for Option<T> {
    #[track_caller]
    fn or_fail(self) -> Result<T, Failure> {
        match self {
            Some(value) => Ok(value),
            None => Err(Failure::new("must be Some, is None")),
        }
    }
}

/// The error of an outcome that must be one.
#[track_caller]
pub(crate) fn expect_error<T: Debug>(outcome: Result<T, TaskError>) -> Result<TaskError, Failure> {
    match outcome {
        Err(error) => Ok(error),
        Ok(value) => Err(Failure::new(format_args!("must be an error, is {value:?}"))),
    }
}
