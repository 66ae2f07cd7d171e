use crate::task::{TaskStatus, ValidationError, ValidationReason};
use std::collections::{BTreeMap, BTreeSet};

/// Which status may follow which. The default allows any.
///
/// ```
/// use game_tasks::{Lifecycle, TaskStatus};
///
/// let archived = TaskStatus::new("archived")?;
/// let lifecycle = Lifecycle::strict()
///     .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
///     .allow(TaskStatus::CLOSED, [TaskStatus::OPEN, archived.clone()]);
/// assert!(lifecycle.allows(&TaskStatus::OPEN, &TaskStatus::CLOSED));
/// assert!(!lifecycle.allows(&TaskStatus::OPEN, &archived));
/// assert!(Lifecycle::any().allows(&archived, &TaskStatus::OPEN));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// From each status to those that reach it; `None` allows any.
    predecessors: Option<BTreeMap<TaskStatus, BTreeSet<TaskStatus>>>,
}

impl Lifecycle {
    /// Any status may follow any other.
    #[must_use]
    pub fn any() -> Self {
        Self { predecessors: None }
    }

    /// No status may follow another until [`allow`](Self::allow) says so.
    #[must_use]
    pub fn strict() -> Self {
        Self { predecessors: Some(BTreeMap::new()) }
    }

    /// Lets each of `to` follow `from`. On [`Lifecycle::any`] it makes the rules strict.
    #[must_use]
    pub fn allow(mut self, from: TaskStatus, to: impl IntoIterator<Item = TaskStatus>) -> Self {
        let predecessors = self.predecessors.get_or_insert_default();
        for target in to {
            predecessors.entry(target).or_default().insert(from.clone());
        }
        self
    }

    /// Whether `to` may follow `from`. A status never follows itself by a rule:
    /// a patch that leaves it as it is needs no permission.
    #[must_use]
    pub fn allows(&self, from: &TaskStatus, to: &TaskStatus) -> bool {
        from == to
            || self.predecessors_of(to).is_none_or(|predecessors| predecessors.contains(from))
    }

    /// The statuses that `to` may follow, or `None` for any.
    pub(crate) fn predecessors_of(&self, to: &TaskStatus) -> Option<BTreeSet<TaskStatus>> {
        let predecessors = self.predecessors.as_ref()?;
        Some(predecessors.get(to).cloned().unwrap_or_default())
    }

    pub(crate) fn check(&self, from: &TaskStatus, to: &TaskStatus) -> Result<(), ValidationError> {
        if self.allows(from, to) {
            return Ok(());
        }
        let reason = ValidationReason::ForbiddenTransition { from: from.clone(), to: to.clone() };
        Err(ValidationError::new("status", reason))
    }
}
