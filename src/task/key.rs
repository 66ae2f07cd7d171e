//! How a call identifies a task.

use crate::task::{ValidationError, check_no_nul, serde_object};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use uuid::Uuid;

/// The maximum number of keys in a filter, or in a call that resolves many tasks.
pub const MAX_KEYS: usize = 100_000;

/// The maximum total size in bytes of the external ids of such keys, and of the external id of a
/// single key. An external id written by the crate has at most 1,020 bytes.
pub const MAX_KEY_BYTES: usize = 2 * 1024 * 1024;

/// Identifies one task.
///
/// With a key that names the game, a task of another game is "not found", and the statement
/// touches that game only. Every method for a single task takes `impl Into<TaskKey>`:
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
///
/// In JSON a key is an object with the names of the columns. The id alone is also read from text, as
/// in a query string (`keys=0192…&keys=0193…`):
///
/// ```
/// use game_tasks::TaskKey;
/// use serde_json::{from_value, json, to_value};
/// use uuid::Uuid;
///
/// let (game, task) = (Uuid::now_v7(), Uuid::now_v7());
/// assert_eq!(to_value(TaskKey::from(task))?, json!({"id": task}));
/// assert_eq!(to_value(TaskKey::from((game, task)))?, json!({"gameId": game, "id": task}));
/// let external = json!({"gameId": game, "externalTaskId": "task-login"});
/// assert_eq!(to_value(TaskKey::from((game, "task-login")))?, external);
/// assert_eq!(from_value::<TaskKey>(json!(task))?, TaskKey::Id(task));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskKey {
    /// The task's own id.
    Id(Uuid),
    /// A game's id and a task's id.
    InGame(Uuid, Uuid),
    /// A game's id and the task's external id, which is unique in the game.
    External(Uuid, String),
}

impl TaskKey {
    /// The id of the game, if the key names it.
    #[must_use]
    pub fn game_id(&self) -> Option<Uuid> {
        match self {
            Self::Id(_) => None,
            Self::InGame(game, _) | Self::External(game, _) => Some(*game),
        }
    }

    /// Validates the key: PostgreSQL refuses NUL characters, and packets have a maximum size.
    /// Every repository does so before it looks up the task.
    ///
    /// # Errors
    /// [`ValidationError`] for an external id with a NUL character, or of more than [`MAX_KEY_BYTES`].
    pub fn validate(&self) -> Result<(), ValidationError> {
        match self {
            Self::External(_, external) if external.len() > MAX_KEY_BYTES => {
                Err(ValidationError::too_large("external_task_id", MAX_KEY_BYTES))
            }
            Self::External(_, external) => check_no_nul("external_task_id", external),
            Self::Id(_) | Self::InGame(..) => Ok(()),
        }
    }

    /// Validates all keys of one call, and their number and total size. Every
    /// [`ResolveStrategy`](crate::ResolveStrategy) does so before it looks up the tasks.
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
    /// [`ValidationError`] for more than [`MAX_KEYS`] keys, for more than [`MAX_KEY_BYTES`] of external
    /// ids, and for a key that [`validate`](Self::validate) refuses.
    pub fn validate_many<'k>(
        keys: impl IntoIterator<Item = &'k Self>,
    ) -> Result<(), ValidationError> {
        let (mut count, mut bytes) = (0_usize, 0_usize);
        for key in keys {
            count += 1;
            bytes = bytes.saturating_add(key.external_id_len());
            if count > MAX_KEYS {
                return Err(ValidationError::too_large("keys", MAX_KEYS));
            }
            key.validate()?;
            if bytes > MAX_KEY_BYTES {
                return Err(ValidationError::too_large("keys", MAX_KEY_BYTES));
            }
        }
        Ok(())
    }

    /// The size of the external id in bytes, or 0 for a key without one.
    pub(crate) fn external_id_len(&self) -> usize {
        match self {
            Self::External(_, external) => external.len(),
            Self::Id(_) | Self::InGame(..) => 0,
        }
    }
}

/// A key as an object: an id, or a game's id with exactly one of the two others.
struct KeyObject {
    game_id: Option<Uuid>,
    id: Option<Uuid>,
    external_task_id: Option<String>,
}

serde_object! {
    KeyObject {
        optional game_id: "gameId",
        optional id: "id",
        optional external_task_id: "externalTaskId",
    }
}

impl From<&TaskKey> for KeyObject {
    fn from(key: &TaskKey) -> Self {
        let (id, external_task_id) = match key {
            TaskKey::Id(id) | TaskKey::InGame(_, id) => (Some(*id), None),
            TaskKey::External(_, external) => (None, Some(external.clone())),
        };
        Self { game_id: key.game_id(), id, external_task_id }
    }
}

impl TryFrom<KeyObject> for TaskKey {
    type Error = &'static str;

    fn try_from(key: KeyObject) -> Result<Self, Self::Error> {
        match (key.game_id, key.id, key.external_task_id) {
            (None, Some(id), None) => Ok(Self::Id(id)),
            (Some(game), Some(id), None) => Ok(Self::InGame(game, id)),
            (Some(game), None, Some(external)) => Ok(Self::External(game, external)),
            (None, None, Some(_)) => Err("`externalTaskId` needs `gameId`"),
            (_, Some(_), Some(_)) => Err("`id` and `externalTaskId` are mutually exclusive"),
            (_, None, None) => Err("missing field `id` or `externalTaskId`"),
        }
    }
}

impl Serialize for TaskKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        KeyObject::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TaskKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = TaskKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object that identifies a task, or the id of a task")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<TaskKey, E> {
                let invalid = |_| E::invalid_value(Unexpected::Str(text), &self);
                Uuid::try_parse(text).map(TaskKey::Id).map_err(invalid)
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<TaskKey, A::Error> {
                let object = KeyObject::deserialize(MapAccessDeserializer::new(object))?;
                object.try_into().map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(KeyVisitor)
    }
}

impl fmt::Display for TaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
