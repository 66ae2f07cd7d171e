//! What becomes of a task that is created in a batch.

use crate::task::Task;

/// What happens to a task of a batch whose name its game already has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OnExisting {
    /// It is refused with [`TaskError::AlreadyExists`](crate::TaskError::AlreadyExists).
    #[default]
    Fail,
    /// The task that is there is kept as it is, and answered.
    Keep,
    /// The task that is there gets the strategy of the new one (`default` where that names
    /// none), and is answered. Its status and its owner stay.
    Update,
}

/// What became of one task of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateOutcome {
    /// It was created.
    Created(Task),
    /// It was there, and was left as it is.
    Kept(Task),
    /// It was there, and was changed. Where a database does not say what a statement changed (an
    /// atomic batch on all of them, any batch on MariaDB), another client may have made the same
    /// change while the statement was under way.
    Updated(Task),
}

impl CreateOutcome {
    /// The task as it now is.
    #[must_use]
    pub fn task(&self) -> &Task {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// The task as it now is.
    #[must_use]
    pub fn into_task(self) -> Task {
        match self {
            Self::Created(task) | Self::Kept(task) | Self::Updated(task) => task,
        }
    }

    /// Whether this call created it.
    #[must_use]
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }

    /// Whether it was there, and was left as it is.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Whether it was there, and was changed.
    #[must_use]
    pub fn is_updated(&self) -> bool {
        matches!(self, Self::Updated(_))
    }
}
