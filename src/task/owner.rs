use crate::task::text::{Text, text_newtype};
use crate::task::{ValidationError, ValidationReason, check_no_nul, input, is_blank};
use serde::de::{Deserialize, Deserializer, Error};
use uuid::Uuid;

/// The public part of an API key: who created a task, and what a scope asks for.
///
/// `Debug` hides it and there is no `Display`, so that it does not reach a log by
/// accident; [`as_str`](Self::as_str) and serde give it.
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

/// The id of an OAuth user: who created a task, and what a scope asks for.
#[derive(Clone)]
pub struct OauthUserId(Text);

text_newtype!(OauthUserId, "oauth_user_id", []);

impl std::fmt::Debug for OauthUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OauthUserId").field(&self.as_str()).finish()
    }
}

impl std::fmt::Display for OauthUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A value of the owner column of an application's own games table
/// ([`ParentGame::owner_column`](crate::ParentGame::owner_column)): a tenant, an organisation.
///
/// The column is not the crate's, so a text may be anything that it can hold; deserializing
/// refuses a text that is blank or has a NUL character, which names no owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[non_exhaustive]
pub enum OwnerId {
    /// A text column.
    Text(String),
    /// An integer column.
    Int(i64),
    /// A UUID column.
    Uuid(Uuid),
}

input::from_object_of_one_key! {
    OwnerId {
        "Text" => from_text,
        "Int" => from_int,
        "Uuid" => from_uuid,
    }
}

/// An owner's text from outside.
struct OwnerText(String);

impl<'de> Deserialize<'de> for OwnerText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        owner_text(deserializer).map(Self)
    }
}

/// An owner's number or UUID from outside. The errors do not show a text in its place.
struct OwnerNumber<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OwnerNumber<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = T::deserialize(deserializer);
        read.map(Self).map_err(|_| D::Error::custom("owner: not a value of its type"))
    }
}

impl OwnerId {
    fn from_text(text: OwnerText) -> Self {
        Self::Text(text.0)
    }
    fn from_int(number: OwnerNumber<i64>) -> Self {
        Self::Int(number.0)
    }
    fn from_uuid(uuid: OwnerNumber<Uuid>) -> Self {
        Self::Uuid(uuid.0)
    }
}

fn owner_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const FIELD: &str = "owner";
    let text: String = input::named(FIELD, Deserialize::deserialize(deserializer))?;
    let blank = if text.is_empty() { ValidationReason::Empty } else { ValidationReason::Blank };
    let checked = if is_blank(&text) {
        Err(ValidationError::new(FIELD, blank))
    } else {
        check_no_nul(FIELD, &text)
    };
    checked.map_err(D::Error::custom)?;
    Ok(text)
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
