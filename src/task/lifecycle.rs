//! The allowed statuses of new tasks, and the allowed changes of status.

use crate::task::{TaskStatus, ValidationError, ValidationReason, serde_object};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The statuses that a task may be created with, and the allowed transitions between statuses. The
/// default allows all.
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
///
/// assert!(!lifecycle.allows_initial(&archived));
/// let with_drafts = lifecycle.initial([TaskStatus::new("draft")?, TaskStatus::OPEN]);
/// assert!(with_drafts.allows_initial(&TaskStatus::new("draft")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In JSON, `transitions` lists for each status those that may follow it, and `initial` those that a
/// task may be created with. Without `transitions` all are allowed, and without `initial` any
/// status is:
///
/// ```
/// use game_tasks::{Lifecycle, TaskStatus};
///
/// let json = r#"{"transitions": {"open": ["closed"]}, "initial": ["open"]}"#;
/// let lifecycle: Lifecycle = serde_json::from_str(json)?;
/// assert_eq!(lifecycle, Lifecycle::strict().allow(TaskStatus::OPEN, [TaskStatus::CLOSED]));
/// assert_eq!(serde_json::to_string(&Lifecycle::any())?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LifecycleObject", into = "LifecycleObject")]
pub struct Lifecycle {
    /// For each status those that it may follow; `None` allows all.
    predecessors: Option<BTreeMap<TaskStatus, BTreeSet<TaskStatus>>>,
    /// The statuses that a new task may have; `None` allows all.
    initial: Option<BTreeSet<TaskStatus>>,
}

impl Lifecycle {
    /// Allows all transitions, and new tasks with any status.
    #[must_use]
    pub fn any() -> Self {
        Self { predecessors: None, initial: None }
    }

    /// Allows no transition except those added with [`allow`](Self::allow), and new tasks with the
    /// status `open` only, unless [`initial`](Self::initial) names others.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            predecessors: Some(BTreeMap::new()),
            initial: Some(BTreeSet::from([TaskStatus::OPEN])),
        }
    }

    /// Allows the transitions from `from` to each of `to`. On [`Lifecycle::any`] all others become
    /// forbidden.
    #[must_use]
    pub fn allow(mut self, from: TaskStatus, to: impl IntoIterator<Item = TaskStatus>) -> Self {
        let predecessors = self.predecessors.get_or_insert_default();
        for target in to {
            predecessors.entry(target).or_default().insert(from.clone());
        }
        self
    }

    /// Allows new tasks with these statuses only; replaces those that were allowed before. Without
    /// `open` among them, a [`NewTask`](crate::NewTask) must state its status.
    #[must_use]
    pub fn initial(mut self, statuses: impl IntoIterator<Item = TaskStatus>) -> Self {
        self.initial = Some(statuses.into_iter().collect());
        self
    }

    /// Whether a task may be created with this status.
    #[must_use]
    pub fn allows_initial(&self, status: &TaskStatus) -> bool {
        self.initial.as_ref().is_none_or(|initial| initial.contains(status))
    }

    /// Whether the transition is allowed. A status may always stay as it is.
    #[must_use]
    pub fn allows(&self, from: &TaskStatus, to: &TaskStatus) -> bool {
        from == to
            || self.predecessors_of(to).is_none_or(|predecessors| predecessors.contains(from))
    }

    /// The statuses that `to` may follow, or `None` for all.
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

    pub(crate) fn check_initial(&self, status: TaskStatus) -> Result<(), ValidationError> {
        if self.allows_initial(&status) {
            return Ok(());
        }
        Err(ValidationError::new("status", ValidationReason::ForbiddenInitialStatus { status }))
    }
}

/// The serde representation.
struct LifecycleObject {
    transitions: Option<BTreeMap<TaskStatus, BTreeSet<TaskStatus>>>,
    initial: Option<BTreeSet<TaskStatus>>,
}

serde_object! {
    LifecycleObject {
        optional transitions: "transitions",
        optional initial: "initial",
    }
}

impl From<LifecycleObject> for Lifecycle {
    fn from(object: LifecycleObject) -> Self {
        let LifecycleObject { transitions, initial } = object;
        let lifecycle = match transitions {
            None => Self::any(),
            Some(transitions) => transitions
                .into_iter()
                .fold(Self::strict(), |lifecycle, (from, to)| lifecycle.allow(from, to)),
        };
        Self { initial, ..lifecycle }
    }
}

impl From<Lifecycle> for LifecycleObject {
    fn from(lifecycle: Lifecycle) -> Self {
        let Lifecycle { predecessors, initial } = lifecycle;
        let transitions = predecessors.map(|predecessors| {
            let mut transitions: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
            for (to, from) in predecessors {
                for from in from {
                    transitions.entry(from).or_default().insert(to.clone());
                }
            }
            transitions
        });
        Self { transitions, initial }
    }
}
