//! Why a value was refused.

use crate::task::{StrategyId, TaskStatus};

/// Which rule a value violates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationReason {
    /// The text is empty.
    Empty,
    /// The text consists of white space only.
    Blank,
    /// The text has more than `max` characters.
    TooLong {
        /// The maximum number of `char`s.
        max: usize,
    },
    /// The text contains a control character (NUL included).
    ControlCharacter {
        /// The index of the control character, counted in `char`s.
        position: usize,
    },
    /// The number is less than `min`.
    TooSmall {
        /// The minimum.
        min: u64,
    },
    /// The number, the count or the size is greater than `max`.
    TooLarge {
        /// The maximum.
        max: u64,
    },
    /// The time is outside of the years 1 to 9999, which not every database can store.
    OutOfRange,
    /// A change of many tasks would change none of them, whatever they are: the patch sets no field,
    /// or a strategy is replaced by itself.
    NoChange,
    /// The [`Lifecycle`](crate::Lifecycle) does not allow this change of status.
    ForbiddenTransition {
        /// The current status.
        from: TaskStatus,
        /// The requested status.
        to: TaskStatus,
    },
    /// The repository's [`StrategyCatalog`](crate::StrategyCatalog) does not contain the strategy.
    UnknownStrategy {
        /// The strategy.
        strategy: StrategyId,
    },
    /// The [`Lifecycle`](crate::Lifecycle) does not allow a new task to have this status.
    ForbiddenInitialStatus {
        /// The status of the new task.
        status: TaskStatus,
    },
}

impl ValidationReason {
    /// A stable word for programs: `empty`, `too_long` and so on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Blank => "blank",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter { .. } => "control_character",
            Self::TooSmall { .. } => "too_small",
            Self::TooLarge { .. } => "too_large",
            Self::OutOfRange => "out_of_range",
            Self::NoChange => "no_change",
            Self::ForbiddenTransition { .. } => "forbidden_transition",
        }
    }
}

impl std::fmt::Display for ValidationReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::Blank => f.write_str("must not be blank"),
            Self::TooLong { max } => write!(f, "must not be longer than {max} characters"),
            Self::ControlCharacter { position } => {
                write!(f, "has a control character at position {position}")
            }
            Self::TooSmall { min } => write!(f, "must be at least {min}"),
            Self::TooLarge { max } => write!(f, "must be at most {max}"),
            Self::OutOfRange => f.write_str("must be in the years 1 to 9999"),
            Self::NoChange => f.write_str("must change something"),
            Self::ForbiddenTransition { from, to } => {
                write!(f, "must not change from `{from}` to `{to}`")
            }
            Self::UnknownStrategy { strategy } => write!(f, "is unknown: {:?}", strategy.as_str()),
            Self::ForbiddenInitialStatus { status } => {
                write!(f, "of a new task must not be `{status}`")
            }
        }
    }
}

/// A value that violates a rule of the crate: the field and the reason.
///
/// ```
/// use game_tasks::{TaskStatus, ValidationReason};
///
/// let error = TaskStatus::new(" ").expect_err("blank");
/// assert_eq!((error.field, &error.reason), ("status", &ValidationReason::Blank));
/// assert_eq!(error.to_string(), "status must not be blank");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct ValidationError {
    /// The Rust name of the field or argument.
    pub field: &'static str,
    /// The violated rule.
    pub reason: ValidationReason,
}

impl ValidationError {
    pub(crate) fn new(field: &'static str, reason: ValidationReason) -> Self {
        Self { field, reason }
    }

    pub(crate) fn too_large(field: &'static str, max: usize) -> Self {
        Self::new(field, ValidationReason::TooLarge { max: max as u64 })
    }
}
