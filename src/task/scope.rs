use crate::task::{
    ApiKeyId, Game, OauthUserId, OwnerId, Task, ValidationError, ValidationReason, input,
};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;

/// The most callers that a scope may have.
pub const MAX_SCOPE_CALLERS: usize = 100;

/// The most bytes that the texts of a scope's callers may have together.
pub const MAX_SCOPE_BYTES: usize = 128 * 1024;

/// Who calls.
///
/// Serde has a caller as an object with one key: `{"ApiKey": "…"}`, `{"OauthUser": "…"}`,
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

input::from_object_of_one_key! {
    Caller {
        "ApiKey" => ApiKey,
        "OauthUser" => OauthUser,
        "Owner" => Owner,
    }
}

/// What a caller may see, change and create.
///
/// A caller reaches the tasks of the games that it owns, and the tasks that it
/// created. What it creates is stamped with it, and only in games that it owns,
/// where the games table names owners. A scope of several callers allows what
/// *each* of them may: scoping again narrows, never widens.
///
/// What lies outside is "not found", never "forbidden".
///
/// Serde has a scope as an object: `{"callers": […]}`, or `{"access": "unrestricted"}`. Anything else
/// is an error, a list without callers included, so that a value that got lost never widens a
/// scope.
///
/// A scope of more than [`MAX_SCOPE_CALLERS`] callers can be made, but each call of a repository or
/// resolver that has it is refused as [`ValidationError`].
///
/// ```
/// use game_tasks::{ApiKeyId, TaskScope};
///
/// let scope = TaskScope::api_key(ApiKeyId::new("gme_live_abc12345")?);
/// assert!(!scope.is_unrestricted());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "ScopeObject", try_from = "ScopeObject")]
pub struct TaskScope {
    callers: Vec<Caller>,
}

/// A scope as serde has it: one member or the other.
#[derive(serde::Serialize)]
struct ScopeObject {
    #[serde(skip_serializing_if = "Option::is_none")]
    callers: Option<Callers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
}

/// A word, since query strings read an empty value of a flag as true.
#[derive(serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Access {
    Unrestricted,
}

impl<'de> Deserialize<'de> for Access {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;

        impl Visitor<'_> for Word {
            type Value = Access;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`unrestricted`")
            }
            fn visit_str<E: Error>(self, word: &str) -> Result<Access, E> {
                match word {
                    "unrestricted" => Ok(Access::Unrestricted),
                    _ => Err(E::custom("unknown variant, expected `unrestricted`")),
                }
            }
        }

        deserializer.deserialize_str(Word)
    }
}

/// Callers as serde has them: a list. A text in its place may be an API key, so that the error does
/// not show it.
#[derive(serde::Serialize)]
struct Callers(Vec<Caller>);

impl<'de> Deserialize<'de> for Callers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Callers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of callers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Callers, A::Error> {
                let mut callers = Vec::new();
                while let Some(caller) = list.next_element()? {
                    callers.push(caller);
                }
                Ok(Callers(callers))
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<Callers, E> {
                Err(E::custom("invalid type: string, expected a list of callers"))
            }
        }

        // Asked for a list, a format would itself report the text.
        deserializer.deserialize_any(List)
    }
}

input::from_object! {
    ScopeObject {
        optional callers: "callers",
        optional access: "access",
    }
    |_| Ok(())
}

impl From<TaskScope> for ScopeObject {
    fn from(scope: TaskScope) -> Self {
        if scope.is_unrestricted() {
            Self { callers: None, access: Some(Access::Unrestricted) }
        } else {
            Self { callers: Some(Callers(scope.callers)), access: None }
        }
    }
}

impl TryFrom<ScopeObject> for TaskScope {
    type Error = &'static str;

    fn try_from(scope: ScopeObject) -> Result<Self, Self::Error> {
        match (scope.callers.map(|callers| callers.0), scope.access) {
            (Some(callers), None) if callers.is_empty() => Err("callers must not be empty"),
            (Some(callers), None) => {
                Ok(callers.into_iter().map(Self::from).fold(Self::unrestricted(), Self::and))
            }
            (None, Some(Access::Unrestricted)) => Ok(Self::unrestricted()),
            (Some(_), Some(_)) => Err("callers and access exclude each other"),
            (None, None) => Err("callers are missing"),
        }
    }
}

impl TaskScope {
    /// Sees everything: what a repository has that was never scoped.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self::default()
    }

    /// What the holder of this API key may.
    #[must_use]
    pub fn api_key(key: ApiKeyId) -> Self {
        Caller::ApiKey(key).into()
    }

    /// What this OAuth user may.
    #[must_use]
    pub fn oauth_user(user: OauthUserId) -> Self {
        Caller::OauthUser(user).into()
    }

    /// What an owner of games may; see
    /// [`ParentGame::owner_column`](crate::ParentGame::owner_column). Where the games have no such
    /// column, or one of another type than this value's, it sees nothing.
    #[must_use]
    pub fn owner(owner: impl Into<OwnerId>) -> Self {
        Caller::Owner(owner.into()).into()
    }

    /// What both scopes allow.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for caller in other.callers {
            if !self.callers.contains(&caller) {
                self.callers.push(caller);
            }
        }
        self
    }

    /// The callers, each of whom must be allowed; none for an unrestricted scope.
    #[must_use]
    pub fn callers(&self) -> &[Caller] {
        &self.callers
    }

    /// Whether everything is allowed.
    #[must_use]
    pub fn is_unrestricted(&self) -> bool {
        self.callers.is_empty()
    }

    /// Checks that the scope is one that every database can be asked about, as every repository
    /// and resolver does in each call.
    ///
    /// ```
    /// use game_tasks::{MAX_SCOPE_CALLERS, TaskScope};
    ///
    /// let owners = (0_i64..).map(TaskScope::owner);
    /// let scope = owners.take(MAX_SCOPE_CALLERS).reduce(TaskScope::and).unwrap_or_default();
    /// assert!(scope.validate().is_ok());
    /// assert!(scope.and(TaskScope::owner(-1)).validate().is_err());
    /// ```
    ///
    /// # Errors
    /// [`ValidationError`] for more than [`MAX_SCOPE_CALLERS`] callers, or more than [`MAX_SCOPE_BYTES`] of
    /// text.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let too_large = |max: usize| {
            Err(ValidationError::new("callers", ValidationReason::TooLarge { max: max as u64 }))
        };
        if self.callers.len() > MAX_SCOPE_CALLERS {
            return too_large(MAX_SCOPE_CALLERS);
        }
        let len = |caller: &Caller| match caller {
            Caller::ApiKey(key) => key.as_str().len(),
            Caller::OauthUser(user) => user.as_str().len(),
            Caller::Owner(OwnerId::Text(text)) => text.len(),
            Caller::Owner(OwnerId::Int(_) | OwnerId::Uuid(_)) => 0,
        };
        let bytes: usize = self.callers.iter().map(len).sum();
        if bytes > MAX_SCOPE_BYTES { too_large(MAX_SCOPE_BYTES) } else { Ok(()) }
    }

    /// Who a new task is recorded to be created by.
    ///
    /// Two different keys, or users, cannot both be recorded: such a scope creates
    /// nothing (`None`).
    pub(crate) fn creator(&self) -> Result<Option<Creator>, ValidationError> {
        let mut creator = Creator::default();
        for caller in &self.callers {
            let clash = match caller {
                Caller::ApiKey(key) => {
                    super::check_text("api_key_used", key.as_str())?;
                    creator.api_key_used.replace(key.clone()).is_some()
                }
                Caller::OauthUser(user) => {
                    super::check_text("oauth_user_id", user.as_str())?;
                    creator.oauth_user_id.replace(user.clone()).is_some()
                }
                Caller::Owner(_) => false,
            };
            if clash {
                return Ok(None);
            }
        }
        Ok(Some(creator))
    }
}

/// For stores that keep the crate's own games; what another games table says of its owners
/// ([`Caller::Owner`]) they do not know, so that such a caller reaches nothing.
impl TaskScope {
    /// Whether each caller of the scope may see and change the task, which is in this game:
    /// it created the task, or it owns the game.
    ///
    /// ```
    /// use game_tasks::{ApiKeyId, Game, NewTask, TaskScope, chrono::Utc};
    ///
    /// let key = ApiKeyId::new("gme_live_abc12345")?;
    /// let game = Game::new("bees-2026").owned_by_api_key(key.clone());
    /// let everybody = TaskScope::unrestricted();
    /// let task = NewTask::new(game.id, "t").to_task(&everybody, Some(&game), Utc::now())?;
    /// assert!(TaskScope::api_key(key).can_see(&task, Some(&game)));
    /// assert!(!TaskScope::api_key(ApiKeyId::new("other")?).can_see(&task, Some(&game)));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    #[must_use]
    pub fn can_see(&self, task: &Task, game: Option<&Game>) -> bool {
        self.callers().iter().all(|caller| {
            let reached = match caller {
                Caller::ApiKey(key) => {
                    task.api_key_used.as_ref() == Some(key)
                        || game.is_some_and(|game| game.api_key_used.as_ref() == Some(key))
                }
                Caller::OauthUser(user) => {
                    task.oauth_user_id.as_ref() == Some(user)
                        || game.is_some_and(|game| game.oauth_user_id.as_ref() == Some(user))
                }
                Caller::Owner(_) => false,
            };
            reached && can_be_asked_for(caller)
        })
    }

    /// Whether the scope may create tasks in the game: each of its callers owns it.
    #[must_use]
    pub fn can_create_in(&self, game: &Game) -> bool {
        self.callers().iter().all(|caller| {
            let owns = match caller {
                Caller::ApiKey(key) => game.api_key_used.as_ref() == Some(key),
                Caller::OauthUser(user) => game.oauth_user_id.as_ref() == Some(user),
                Caller::Owner(_) => false,
            };
            owns && can_be_asked_for(caller)
        })
    }
}

/// PostgreSQL refuses a NUL even as a parameter, so nobody is called by one.
fn can_be_asked_for(caller: &Caller) -> bool {
    let text = match caller {
        Caller::ApiKey(key) => key.as_str(),
        Caller::OauthUser(user) => user.as_str(),
        Caller::Owner(OwnerId::Text(text)) => text,
        Caller::Owner(OwnerId::Int(_) | OwnerId::Uuid(_)) => return true,
    };
    !text.contains('\0')
}

impl From<Caller> for TaskScope {
    fn from(caller: Caller) -> Self {
        Self { callers: vec![caller] }
    }
}

/// What a scope writes into the owner columns of a new task.
#[derive(Debug, Clone, Default)]
pub(crate) struct Creator {
    pub(crate) api_key_used: Option<ApiKeyId>,
    pub(crate) oauth_user_id: Option<OauthUserId>,
}
