//! Who calls: API keys, OAuth users and owners of games.

use crate::task::text_newtype::{Text, text_newtype};
use crate::task::{
    ValidationError, ValidationReason, check_no_nul, deserialize_externally_tagged, is_blank,
    serde_object,
};
use serde::de::{Deserialize, Deserializer, Error};
use uuid::Uuid;

/// The public part of an API key: recorded as a task's creator, and used by scopes.
///
/// `Debug` hides it and there is no `Display`, so that it does not reach a log by
/// accident; [`as_str`](Self::as_str) and serde return it.
///
/// ```
/// use game_tasks::ApiKeyId;
///
/// let key = ApiKeyId::new("gme_live_abc12345")?;
/// assert_eq!(key.as_str(), "gme_live_abc12345");
/// assert_eq!(format!("{key:?}"), "ApiKeyId(..)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ApiKeyId(Text);

text_newtype!(ApiKeyId, "api_key_used", []);

impl std::fmt::Debug for ApiKeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKeyId(..)")
    }
}

/// The id of an OAuth user: recorded as a task's creator, and used by scopes.
#[derive(Clone, Debug)]
pub struct OauthUserId(Text);

text_newtype!(OauthUserId, "oauth_user_id", [], Display);

/// A value of the owner column of an application's own games table
/// ([`ParentGame::owner_column`](crate::ParentGame::owner_column)), such as a tenant or an
/// organisation.
///
/// The application defines the column, so any text that it can hold is allowed. Deserializing
/// refuses a text that is blank or contains a NUL character, which identifies no owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[non_exhaustive]
pub enum OwnerId {
    /// A value of a text column.
    Text(String),
    /// A value of an integer column.
    Int(i64),
    /// A value of a UUID column.
    Uuid(Uuid),
}

deserialize_externally_tagged! {
    OwnerId {
        "Text" => |text: OwnerText| OwnerId::Text(text.0),
        "Int" => |number: HiddenInErrors<i64>| OwnerId::Int(number.0),
        "Uuid" => |uuid: HiddenInErrors<Uuid>| OwnerId::Uuid(uuid.0),
    }
}

impl From<&str> for OwnerId {
    fn from(owner: &str) -> Self {
        Self::Text(owner.to_owned())
    }
}
impl From<String> for OwnerId {
    fn from(owner: String) -> Self {
        Self::Text(owner)
    }
}
impl From<i64> for OwnerId {
    fn from(owner: i64) -> Self {
        Self::Int(owner)
    }
}
impl From<i32> for OwnerId {
    fn from(owner: i32) -> Self {
        Self::Int(owner.into())
    }
}
impl From<Uuid> for OwnerId {
    fn from(owner: Uuid) -> Self {
        Self::Uuid(owner)
    }
}

/// The text of a deserialized owner.
struct OwnerText(String);

impl<'de> Deserialize<'de> for OwnerText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const FIELD: &str = "owner";
        let text: String =
            serde_object::with_field_name(FIELD, Deserialize::deserialize(deserializer))?;
        let checked = if text.is_empty() {
            Err(ValidationError::new(FIELD, ValidationReason::Empty))
        } else if is_blank(&text) {
            Err(ValidationError::new(FIELD, ValidationReason::Blank))
        } else {
            check_no_nul(FIELD, &text)
        };
        checked.map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}

/// A deserialized value whose error does not show a text of the wrong type: it may be an API key.
struct HiddenInErrors<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for HiddenInErrors<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = T::deserialize(deserializer);
        value.map(Self).map_err(|_| D::Error::custom("owner: invalid type"))
    }
}

/// A caller whose access a [`TaskScope`](crate::TaskScope) restricts.
///
/// The serde representation is an object with one key: `{"ApiKey": "…"}`, `{"OauthUser": "…"}`,
/// `{"Owner": {"Text": "…"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[non_exhaustive]
pub enum Caller {
    /// A holder of an API key.
    ApiKey(ApiKeyId),
    /// An OAuth user.
    OauthUser(OauthUserId),
    /// A value of the owner column of the application's own games table.
    Owner(OwnerId),
}

deserialize_externally_tagged! {
    Caller {
        "ApiKey" => Caller::ApiKey,
        "OauthUser" => Caller::OauthUser,
        "Owner" => Caller::Owner,
    }
}

impl Caller {
    /// The text that identifies the caller; `None` for a number or UUID.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::ApiKey(key) => Some(key.as_str()),
            Self::OauthUser(user) => Some(user.as_str()),
            Self::Owner(OwnerId::Text(text)) => Some(text),
            Self::Owner(OwnerId::Int(_) | OwnerId::Uuid(_)) => None,
        }
    }
}
