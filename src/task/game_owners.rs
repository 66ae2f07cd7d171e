//! Who owns a game, for stores that are not a database.

use crate::task::{ApiKeyId, Caller, Game, OauthUserId, OwnerId, ParentGame};

/// The owners of a game, which decide what a [`TaskScope`](crate::TaskScope) allows in it: for stores
/// that apply scopes themselves.
///
/// A [`Game`] converts to its owners. It has no [`owner`](Self::owner), which stands for the owner column
/// of an application's own games table ([`ParentGame::owner_column`]):
///
/// ```
/// use game_tasks::{Game, GameOwners, TaskScope};
///
/// let game = Game::new("bees-2026");
/// let owners = GameOwners::from(&game).owner(7_i64);
/// assert!(TaskScope::owner(7_i64).can_create_in(&owners));
/// assert!(!TaskScope::owner("7").can_create_in(&owners), "a value of another type");
/// assert!(!TaskScope::owner(7_i64).can_create_in(&game));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GameOwners {
    /// The API key that owns the game.
    pub api_key: Option<ApiKeyId>,
    /// The OAuth user that owns the game.
    pub oauth_user: Option<OauthUserId>,
    /// The value of the application's owner column, such as a tenant.
    pub owner: Option<OwnerId>,
    columns: OwnerColumns,
}

/// Which owner columns the games table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct OwnerColumns {
    api_key: bool,
    oauth_user: bool,
    owner: bool,
}

impl Default for OwnerColumns {
    fn default() -> Self {
        Self { api_key: true, oauth_user: true, owner: true }
    }
}

impl GameOwners {
    /// No owners.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the API key that owns the game.
    #[must_use]
    pub fn api_key(mut self, key: ApiKeyId) -> Self {
        self.api_key = Some(key);
        self
    }

    /// Sets the OAuth user that owns the game.
    #[must_use]
    pub fn oauth_user(mut self, user: OauthUserId) -> Self {
        self.oauth_user = Some(user);
        self
    }

    /// Sets the value of the application's owner column.
    #[must_use]
    pub fn owner(mut self, owner: impl Into<OwnerId>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// The same owners in a games table that has only the owner columns of this parent. By default it
    /// has all three. An API key or an OAuth user for which there is no column need not own the game to
    /// create tasks in it, if another caller of the scope does or there is no owner column at all: the
    /// new task records it.
    #[must_use]
    pub fn with_columns_of<G: ParentGame>(mut self) -> Self {
        self.columns = OwnerColumns {
            api_key: G::api_key_column().is_some(),
            oauth_user: G::oauth_user_column().is_some(),
            owner: G::owner_column().is_some(),
        };
        self
    }

    /// Whether this caller owns the game; `None` if the games table has no column for its kind.
    pub(crate) fn contain(&self, caller: &Caller) -> Option<bool> {
        let Self { api_key, oauth_user, owner, columns } = self;
        match caller {
            Caller::ApiKey(key) => columns.api_key.then(|| api_key.as_ref() == Some(key)),
            Caller::OauthUser(user) => {
                columns.oauth_user.then(|| oauth_user.as_ref() == Some(user))
            }
            Caller::Owner(of) => columns.owner.then(|| owner.as_ref() == Some(of)),
        }
    }

    /// Whether the games table has no owner column.
    pub(crate) fn have_no_columns(&self) -> bool {
        let OwnerColumns { api_key, oauth_user, owner } = self.columns;
        !api_key && !oauth_user && !owner
    }
}

impl From<&Game> for GameOwners {
    fn from(game: &Game) -> Self {
        let (api_key, oauth_user) = (game.api_key_used.clone(), game.oauth_user_id.clone());
        Self { api_key, oauth_user, ..Self::default() }
    }
}

impl From<&Self> for GameOwners {
    fn from(owners: &Self) -> Self {
        owners.clone()
    }
}
