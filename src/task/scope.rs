//! Which tasks a caller may access.

use crate::task::scope_serde::ScopeObject;
use crate::task::{
    ApiKeyId, Caller, GameOwners, OauthUserId, OwnerId, Task, ValidationError, check_text,
};
use sha2::{Digest, Sha256};

/// The maximum number of callers in a scope.
pub const MAX_SCOPE_CALLERS: usize = 100;

/// The maximum total size of the texts of a scope's callers in bytes.
pub const MAX_SCOPE_BYTES: usize = 128 * 1024;

/// Restricts which tasks can be read, changed and created.
///
/// A caller has access to the tasks of the games that it owns and to the tasks that it created. It
/// can create tasks only in games that it owns, if the games table has owner columns, and is
/// recorded as their creator. A scope of several callers allows only what *each* of them may do:
/// combining scopes never grants more access.
///
/// Tasks outside of the scope are "not found", never "forbidden".
///
/// The serde representation is an object: `{"callers": […]}`, or `{"access": "unrestricted"}`. Anything
/// else is an error, including an empty list of callers, so that a lost value never grants more
/// access.
///
/// A scope of more than [`MAX_SCOPE_CALLERS`] callers can be constructed, but every call of a
/// repository or resolver with it fails with a [`ValidationError`].
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

impl TaskScope {
    /// Allows everything: the scope of a repository by default.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self::default()
    }

    /// Allows what the holder of this API key may do.
    #[must_use]
    pub fn api_key(key: ApiKeyId) -> Self {
        Caller::ApiKey(key).into()
    }

    /// Allows what this OAuth user may do.
    #[must_use]
    pub fn oauth_user(user: OauthUserId) -> Self {
        Caller::OauthUser(user).into()
    }

    /// Allows what this owner of games may do; see
    /// [`ParentGame::owner_column`](crate::ParentGame::owner_column). Allows nothing if the games
    /// table has no such column, or if the column has another type than the value.
    #[must_use]
    pub fn owner(owner: impl Into<OwnerId>) -> Self {
        Caller::Owner(owner.into()).into()
    }

    /// Allows only what both scopes allow.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for caller in other.callers {
            if !self.callers.contains(&caller) {
                self.callers.push(caller);
            }
        }
        self
    }

    /// The callers; none for an unrestricted scope.
    #[must_use]
    pub fn callers(&self) -> &[Caller] {
        &self.callers
    }

    /// Whether everything is allowed.
    #[must_use]
    pub fn is_unrestricted(&self) -> bool {
        self.callers.is_empty()
    }

    /// Validates the number and the total size of the callers. Every repository and resolver does
    /// so in each call.
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
    /// [`ValidationError`] for more than [`MAX_SCOPE_CALLERS`] callers or more than
    /// [`MAX_SCOPE_BYTES`] of text.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let too_large = |max| Err(ValidationError::too_large("callers", max));
        if self.callers.len() > MAX_SCOPE_CALLERS {
            return too_large(MAX_SCOPE_CALLERS);
        }
        let bytes: usize = self.callers.iter().filter_map(Caller::text).map(str::len).sum();
        if bytes > MAX_SCOPE_BYTES { too_large(MAX_SCOPE_BYTES) } else { Ok(()) }
    }

    /// Stands for the scope: equal for scopes of the same callers, in every process.
    pub(crate) fn digest<const N: usize>(&self) -> [u8; N] {
        let mut callers = self.callers.clone();
        callers.sort();
        // An enum of texts and numbers always serializes.
        digest(&serde_json::to_vec(&callers).unwrap_or_default())
    }

    /// The creator to record in a new task, or `None` if the scope cannot create tasks: a task has
    /// one column for an API key and one for an OAuth user, so two different keys, or users,
    /// cannot both be recorded.
    pub(crate) fn creator(&self) -> Result<Option<Creator>, ValidationError> {
        let mut creator = Creator::default();
        for caller in &self.callers {
            let has_conflict = match caller {
                Caller::ApiKey(key) => {
                    check_text("api_key_used", key.as_str())?;
                    creator.api_key_used.replace(key.clone()).is_some()
                }
                Caller::OauthUser(user) => {
                    check_text("oauth_user_id", user.as_str())?;
                    creator.oauth_user_id.replace(user.clone()).is_some()
                }
                Caller::Owner(_) => false,
            };
            if has_conflict {
                return Ok(None);
            }
        }
        Ok(Some(creator))
    }
}

/// For stores that are not a database. A game is given as a [`&Game`](crate::Game), or as its
/// [`GameOwners`], which can have an owner of each kind.
impl TaskScope {
    /// Whether each caller of the scope may read and change the task: it created the task, or it
    /// owns the game. `game` is the task's game, if it exists.
    ///
    /// ```
    /// use game_tasks::{ApiKeyId, Game, NewTask, TaskScope, chrono::Utc};
    ///
    /// let key = ApiKeyId::new("gme_live_abc12345")?;
    /// let game = Game::new("bees-2026").owned_by_api_key(key.clone());
    /// let unrestricted = TaskScope::unrestricted();
    /// let task = NewTask::new(game.id, "t").to_task(&unrestricted, Some(&game), Utc::now())?;
    /// assert!(TaskScope::api_key(key).can_see(&task, Some(&game)));
    /// assert!(!TaskScope::api_key(ApiKeyId::new("other")?).can_see(&task, Some(&game)));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    #[must_use]
    pub fn can_see(&self, task: &Task, game: Option<impl Into<GameOwners>>) -> bool {
        if self.is_unrestricted() {
            return true;
        }
        let owners = game.map(Into::into);
        self.callers().iter().all(|caller| {
            let owns = || owners.as_ref().and_then(|owners| owners.contain(caller)) == Some(true);
            caller.can_match() && (caller.created(task) || owns())
        })
    }

    /// Whether the scope may create tasks in the game: each of its callers owns the game.
    #[must_use]
    pub fn can_create_in(&self, game: impl Into<GameOwners>) -> bool {
        if self.is_unrestricted() {
            return true;
        }
        let owners = game.into();
        // The new task records an API key or a user, which therefore reaches it.
        let is_allowed = |caller: &Caller| {
            let is_recorded = !matches!(caller, Caller::Owner(_));
            caller.can_match() && owners.contain(caller).unwrap_or(is_recorded)
        };
        let owns = |caller: &Caller| owners.contain(caller) == Some(true);
        let callers = self.callers();
        callers.iter().all(is_allowed) && (owners.have_no_columns() || callers.iter().any(owns))
    }
}

impl Caller {
    /// PostgreSQL refuses a NUL even in a parameter. A caller that contains one has access to nothing on
    /// every backend.
    fn can_match(&self) -> bool {
        !self.text().is_some_and(|text| text.contains('\0'))
    }

    fn created(&self, task: &Task) -> bool {
        match self {
            Self::ApiKey(key) => task.api_key_used.as_ref() == Some(key),
            Self::OauthUser(user) => task.oauth_user_id.as_ref() == Some(user),
            Self::Owner(_) => false,
        }
    }
}

impl From<Caller> for TaskScope {
    fn from(caller: Caller) -> Self {
        Self { callers: vec![caller] }
    }
}

/// The first bytes of the SHA-256. Unlike std's hasher, it is the same in every process and
/// version.
pub(crate) fn digest<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut digest = [0; N];
    for (to, from) in digest.iter_mut().zip(Sha256::digest(bytes)) {
        *to = from;
    }
    digest
}

/// Who is recorded as the creator of a new task.
#[derive(Debug, Clone, Default)]
pub(crate) struct Creator {
    pub(crate) api_key_used: Option<ApiKeyId>,
    pub(crate) oauth_user_id: Option<OauthUserId>,
}
