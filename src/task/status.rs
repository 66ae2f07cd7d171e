//! The status of a task.

use crate::task::text_newtype::{Text, text_newtype};

/// The status of a task: `open` unless it is created with another one; `closed`, or any other valid
/// text that the application defines. Cheap to clone. In JSON it is a string.
///
/// ```
/// use game_tasks::TaskStatus;
///
/// assert!(TaskStatus::OPEN.is_open());
/// assert!(!TaskStatus::new("archived")?.is_open());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TaskStatus(Text);

text_newtype!(TaskStatus, "status", ["open", "closed"], Display);

impl TaskStatus {
    /// `open`, the status of a new task that states no other.
    pub const OPEN: Self = Self(Text::Static("open"));
    /// `closed`, the status of a finished task.
    pub const CLOSED: Self = Self(Text::Static("closed"));

    /// Whether this is [`TaskStatus::OPEN`].
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.as_str() == "open"
    }
}

impl Default for TaskStatus {
    fn default() -> Self {
        Self::OPEN
    }
}
