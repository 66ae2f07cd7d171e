use super::text::{Text, text_newtype};
use super::{Invalid, InvalidReason, check_no_nul, input, is_blank};
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
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[non_exhaustive]
pub enum OwnerId {
    /// A text column.
    Text(#[serde(deserialize_with = "owner_text")] String),
    /// An integer column.
    Int(i64),
    /// A UUID column.
    Uuid(Uuid),
}

fn owner_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const FIELD: &str = "owner";
    let text: String = input::named(FIELD, serde::Deserialize::deserialize(deserializer))?;
    let blank = if text.is_empty() { InvalidReason::Empty } else { InvalidReason::Blank };
    let checked =
        if is_blank(&text) { Err(Invalid::new(FIELD, blank)) } else { check_no_nul(FIELD, &text) };
    checked.map_err(serde::de::Error::custom)?;
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
