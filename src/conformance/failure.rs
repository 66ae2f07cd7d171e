//! How a case fails: with what was to hold, the values, and the place.

use std::fmt::{Debug, Display};
use std::panic::Location;

/// What became of a case.
pub(crate) type Outcome = Result<(), Failure>;

/// What a case found wrong: the text of the assertion with the values it saw, and its place
/// in this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    message: String,
    place: &'static Location<'static>,
}

/// More than this tells nobody anything.
const MAX_CHARS: usize = 1_500;

impl Failure {
    /// A failure at the place of the caller.
    #[track_caller]
    pub(crate) fn new(message: impl Display) -> Self {
        Self { message: shown(&message.to_string()), place: Location::caller() }
    }

    #[track_caller]
    pub(crate) fn unequal(
        expression: &str,
        left: &dyn Debug,
        right: &dyn Debug,
        context: &str,
    ) -> Self {
        // Each of its own, so that a long one does not hide the other.
        let (left, right) = (shown(&format!("{left:?}")), shown(&format!("{right:?}")));
        let (message, place) = (
            format!("{expression}{context}\n  left:  {left}\n  right: {right}"),
            Location::caller(),
        );
        Self { message, place }
    }

    /// What was to hold, and what was there instead.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file and the line of the assertion.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.place.file(), self.place.line(), self.message)
    }
}

/// What a call of a store answers where it must not fail.
impl<E: std::error::Error> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self::new(format_args!("failed: {error}"))
    }
}

/// The text, cut to what can be read, without the API keys of the suite: a store that shows
/// one is told of, and does not get it shown once more.
fn shown(text: &str) -> String {
    const KEY: &str = "gme_live_";
    let mut shown = String::new();
    let mut parts = text.split(KEY);
    shown.extend(parts.next());
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        shown.push_str("(an API key)");
        shown.push_str(rest);
    }
    match shown.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => {
            let length = shown.len();
            shown.truncate(end);
            format!("{shown}… ({length} bytes)")
        }
        None => shown,
    }
}

/// Fails the case unless this holds.
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

/// Fails the case unless both are equal.
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

/// Fails the case if both are equal.
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
