use crate::task::{ValidationError, ValidationReason, check_no_nul};
use uuid::Uuid;

/// The most keys that a filter, or a call that resolves many tasks, may name.
pub const MAX_KEYS: usize = 100_000;

/// The most bytes that the external ids of such keys, or of one key alone, may have together. A text
/// that the crate has written has 1,020 at most.
pub const MAX_KEY_BYTES: usize = 2 * 1024 * 1024;

/// Names one task.
///
/// With the game named, a task of another game is "not found", and the statement
/// touches that game only. Every call that means one task takes `impl Into<TaskKey>`:
///
/// ```
/// use game_tasks::TaskKey;
/// use uuid::Uuid;
///
/// let (game, task) = (Uuid::now_v7(), Uuid::now_v7());
/// assert_eq!(TaskKey::from(task), TaskKey::Id(task));
/// assert_eq!(TaskKey::from((game, task)), TaskKey::InGame(game, task));
/// assert_eq!(
///     TaskKey::from((game, "task-login")),
///     TaskKey::External(game, "task-login".to_owned()),
/// );
/// ```
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum TaskKey {
    /// The task's own id.
    Id(Uuid),
    /// A game's id and a task's id.
    InGame(Uuid, Uuid),
    /// A game's id and the name that the caller gave the task in it.
    External(Uuid, String),
}

impl TaskKey {
    /// The game that the key names, if it names one.
    #[must_use]
    pub fn game_id(&self) -> Option<Uuid> {
        match self {
            Self::Id(_) => None,
            Self::InGame(game, _) | Self::External(game, _) => Some(*game),
        }
    }

    /// Checks what could not be asked of every database, as every repository does before it
    /// looks for the task.
    ///
    /// # Errors
    /// [`ValidationError`] for an external id with a NUL character, or of more than [`MAX_KEY_BYTES`].
    pub fn validate(&self) -> Result<(), ValidationError> {
        match self {
            Self::External(_, external) if external.len() > MAX_KEY_BYTES => {
                Err(too_large("external_task_id", MAX_KEY_BYTES))
            }
            Self::External(_, external) => check_no_nul("external_task_id", external),
            Self::Id(_) | Self::InGame(..) => Ok(()),
        }
    }

    /// Checks many keys that one call names, and that they are not too many, as every
    /// [`ResolveStrategy`](crate::ResolveStrategy) does before it looks for the tasks.
    ///
    /// ```
    /// use game_tasks::{MAX_KEYS, TaskKey, uuid::Uuid};
    ///
    /// let keys = vec![TaskKey::Id(Uuid::now_v7()); MAX_KEYS + 1];
    /// assert!(TaskKey::validate_many(&keys).is_err());
    /// assert!(TaskKey::validate_many(keys.iter().skip(1)).is_ok());
    /// ```
    ///
    /// # Errors
    /// [`ValidationError`] for more than [`MAX_KEYS`] keys or more than [`MAX_KEY_BYTES`] of external ids;
    /// else as [`validate`](Self::validate).
    pub fn validate_many<'k>(
        keys: impl IntoIterator<Item = &'k Self>,
    ) -> Result<(), ValidationError> {
        let (mut count, mut bytes) = (0_usize, 0_usize);
        for key in keys {
            count += 1;
            bytes = bytes.saturating_add(key.text_len());
            if count > MAX_KEYS {
                return Err(too_large("keys", MAX_KEYS));
            }
            key.validate()?;
            if bytes > MAX_KEY_BYTES {
                return Err(too_large("keys", MAX_KEY_BYTES));
            }
        }
        Ok(())
    }

    /// The bytes of its external id, if it has one.
    pub(crate) fn text_len(&self) -> usize {
        match self {
            Self::External(_, external) => external.len(),
            Self::Id(_) | Self::InGame(..) => 0,
        }
    }
}

fn too_large(field: &'static str, max: usize) -> ValidationError {
    ValidationError::new(field, ValidationReason::TooLarge { max: max as u64 })
}

impl std::fmt::Display for TaskKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "task {id}"),
            Self::InGame(game, id) => write!(f, "task {id} in game {game}"),
            Self::External(game, external) => write!(f, "task {external:?} in game {game}"),
        }
    }
}

impl From<Uuid> for TaskKey {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}
impl From<(Uuid, Uuid)> for TaskKey {
    fn from((game, id): (Uuid, Uuid)) -> Self {
        Self::InGame(game, id)
    }
}
impl From<(Uuid, &str)> for TaskKey {
    fn from((game, external): (Uuid, &str)) -> Self {
        Self::External(game, external.to_owned())
    }
}
impl From<(Uuid, String)> for TaskKey {
    fn from((game, external): (Uuid, String)) -> Self {
        Self::External(game, external)
    }
}
impl From<(Uuid, &String)> for TaskKey {
    fn from((game, external): (Uuid, &String)) -> Self {
        Self::External(game, external.clone())
    }
}
impl From<&TaskKey> for TaskKey {
    fn from(key: &TaskKey) -> Self {
        key.clone()
    }
}
