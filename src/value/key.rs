use super::{Invalid, check_no_nul};
use uuid::Uuid;

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
    /// [`Invalid`] for a name with a NUL character.
    pub fn validate(&self) -> Result<(), Invalid> {
        match self {
            Self::External(_, external) => check_no_nul("external_task_id", external),
            Self::Id(_) | Self::InGame(..) => Ok(()),
        }
    }
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
