//! The failure of a case: the assertion, its values and its source location.

use std::fmt::{Debug, Display};
use std::panic::Location;

/// The result of a case function.
pub(crate) type Outcome = Result<(), Failure>;

/// Why a case failed: the assertion with the values that it compared, and its location in the
/// source of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    message: String,
    location: &'static Location<'static>,
}

/// Longer messages are truncated.
const MAX_CHARS: usize = 1_500;

impl Failure {
    /// A failure at the caller's location.
    #[track_caller]
    pub(crate) fn new(message: impl Display) -> Self {
        Self { message: redact(&message.to_string()), location: Location::caller() }
    }

    #[track_caller]
    pub(crate) fn unequal(
        expression: &str,
        left: &dyn Debug,
        right: &dyn Debug,
        context: &str,
    ) -> Self {
        // Truncated separately, so that a long value does not cut off the other one.
        let (left, right) = (redact(&format!("{left:?}")), redact(&format!("{right:?}")));
        let message = format!("{expression}{context}\n  left:  {left}\n  right: {right}");
        Self { message, location: Location::caller() }
    }

    /// The assertion that failed and the values that it compared. API keys of the suite are
    /// replaced by a placeholder.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The location of the assertion.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.location.file(), self.location.line(), self.message)
    }
}

/// Lets a case use `?` on a call that must succeed.
impl<E: std::error::Error> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self::new(format_args!("failed: {error}"))
    }
}

/// Truncates a text, and removes the API keys of the suite: a case that reports a leaked key
/// must not leak it again.
fn redact(text: &str) -> String {
    const KEY: &str = "gme_live_";
    let mut redacted = String::new();
    let mut parts = text.split(KEY);
    redacted.extend(parts.next());
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        redacted.push_str("(an API key)");
        redacted.push_str(rest);
    }
    match redacted.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => {
            let length = redacted.len();
            redacted.truncate(end);
            format!("{redacted}… ({length} bytes)")
        }
        None => redacted,
    }
}

/// Fails the case unless the condition is true.
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        if !$condition {
            return Err($crate::conformance::Failure::new(concat!(
                "must hold: ",
                stringify!($condition)
            )));
        }
    };
    ($condition:expr, $($context:tt)+) => {
        if !$condition {
            return Err($crate::conformance::Failure::new(format_args!(
                "must hold: {}: {}",
                stringify!($condition),
                format_args!($($context)+)
            )));
        }
    };
}

/// Fails the case unless the values are equal.
macro_rules! ensure_eq {
    ($left:expr, $right:expr $(,)?) => {
        ensure_eq!(@ $left, $right, "")
    };
    ($left:expr, $right:expr, $($context:tt)+) => {
        ensure_eq!(@ $left, $right, &format!(" ({})", format_args!($($context)+)))
    };
    (@ $left:expr, $right:expr, $context:expr) => {
        match (&$left, &$right) {
            (left, right) => {
                if !(*left == *right) {
                    return Err($crate::conformance::Failure::unequal(
                        concat!("must be equal: ", stringify!($left), " and ", stringify!($right)),
                        left,
                        right,
                        $context,
                    ));
                }
            }
        }
    };
}

/// Fails the case if the values are equal.
macro_rules! ensure_ne {
    ($left:expr, $right:expr $(,)?) => {
        match (&$left, &$right) {
            (left, right) => {
                if *left == *right {
                    return Err($crate::conformance::Failure::unequal(
                        concat!("must differ: ", stringify!($left), " and ", stringify!($right)),
                        left,
                        right,
                        "",
                    ));
                }
            }
        }
    };
}

/// Fails the case unless the value matches the pattern.
macro_rules! ensure_is {
    ($value:expr, $pattern:pat $(if $guard:expr)? $(,)?) => {
        match &$value {
            $pattern $(if $guard)? => {}
            other => {
                return Err($crate::conformance::Failure::new(format_args!(
                    "must be {}, is {other:?}: {}",
                    stringify!($pattern $(if $guard)?),
                    stringify!($value)
                )));
            }
        }
    };
}
