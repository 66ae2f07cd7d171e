//! Changes to a game.

use crate::task::games::Column;
use crate::task::{
    ApiKeyId, Game, OauthUserId, StrategyId, ValidationError, check_text, serde_object, time,
};
use sea_orm::Iterable;

/// A change to a [`Game`]: see [`Game::update`]. The external id cannot be changed.
///
/// The serde names are those of the columns. A field that is left out keeps its value; `null` clears
/// the platform or an owner, and is an error for `strategyId`. Unknown fields are errors.
///
/// ```
/// use game_tasks::GamePatch;
/// use serde_json::{from_value, json};
///
/// let patch: GamePatch = from_value(json!({"platform": "web", "apiKey_used": null}))?;
/// assert_eq!(patch, GamePatch::new().platform("web").without_api_key());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GamePatch {
    /// The new strategy.
    pub strategy_id: Option<StrategyId>,
    /// The new platform; `Some(None)` clears it.
    pub platform: Option<Option<String>>,
    /// The API key that owns the game from now on; `Some(None)` for none.
    pub api_key_used: Option<Option<ApiKeyId>>,
    /// The OAuth user that owns the game from now on; `Some(None)` for none.
    pub oauth_user_id: Option<Option<OauthUserId>>,
}

serde_object! {
    GamePatch {
        optional strategy_id: "strategyId",
        clearable platform: "platform",
        clearable api_key_used: "apiKey_used",
        clearable oauth_user_id: "oauth_user_id",
    }
}

impl GamePatch {
    /// An empty patch, which changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the strategy.
    #[must_use]
    pub fn strategy(mut self, strategy: StrategyId) -> Self {
        self.strategy_id = Some(strategy);
        self
    }

    /// Sets the platform.
    #[must_use]
    pub fn platform(mut self, platform: impl Into<String>) -> Self {
        self.platform = Some(Some(platform.into()));
        self
    }

    /// Clears the platform.
    #[must_use]
    pub fn without_platform(mut self) -> Self {
        self.platform = Some(None);
        self
    }

    /// Sets the API key that owns the game.
    #[must_use]
    pub fn owned_by_api_key(mut self, key: ApiKeyId) -> Self {
        self.api_key_used = Some(Some(key));
        self
    }

    /// Lets no API key own the game.
    #[must_use]
    pub fn without_api_key(mut self) -> Self {
        self.api_key_used = Some(None);
        self
    }

    /// Sets the OAuth user that owns the game.
    #[must_use]
    pub fn owned_by_oauth_user(mut self, user: OauthUserId) -> Self {
        self.oauth_user_id = Some(Some(user));
        self
    }

    /// Lets no OAuth user own the game.
    #[must_use]
    pub fn without_oauth_user(mut self) -> Self {
        self.oauth_user_id = Some(None);
        self
    }

    /// Whether the patch sets no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// Validates the new values. [`Game::update`] does so before it writes.
    ///
    /// # Errors
    /// [`ValidationError`] with the field and the reason.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let Self { strategy_id, platform, api_key_used, oauth_user_id } = self;
        let platform = platform.as_ref().and_then(Option::as_deref);
        let api_key = api_key_used.as_ref().and_then(Option::as_ref);
        let oauth_user = oauth_user_id.as_ref().and_then(Option::as_ref);
        for (field, text) in [
            ("strategy_id", strategy_id.as_ref().map(StrategyId::as_str)),
            ("platform", platform),
            ("api_key_used", api_key.map(ApiKeyId::as_str)),
            ("oauth_user_id", oauth_user.map(OauthUserId::as_str)),
        ] {
            text.map_or(Ok(()), |text| check_text(field, text))?;
        }
        Ok(())
    }

    /// Sets the fields of the game, and returns whether that changed it. If so, `updated_at` becomes the
    /// later of now and its old value plus one microsecond.
    ///
    /// ```
    /// use game_tasks::{Game, GamePatch};
    ///
    /// let mut game = Game::new("bees-2026");
    /// assert!(GamePatch::new().platform("web").apply(&mut game));
    /// assert!(game.updated_at > game.created_at);
    /// assert!(!GamePatch::new().platform("web").apply(&mut game));
    /// ```
    pub fn apply(&self, game: &mut Game) -> bool {
        let Self { strategy_id, platform, api_key_used, oauth_user_id } = self;
        let before = game.clone();
        if let Some(strategy) = strategy_id {
            game.strategy_id = strategy.clone();
        }
        if let Some(platform) = platform {
            game.platform.clone_from(platform);
        }
        if let Some(key) = api_key_used {
            game.api_key_used.clone_from(key);
        }
        if let Some(user) = oauth_user_id {
            game.oauth_user_id.clone_from(user);
        }
        let is_changed = *game != before;
        if is_changed {
            game.updated_at = time::next_updated_at(time::now(), before.updated_at);
        }
        is_changed
    }

    /// The columns that the patch sets, with their new values.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (Column, Option<&str>)> {
        Column::iter().filter_map(|column| Some((column, self.new_value(column)?)))
    }

    /// The new value of a column, if the patch sets it.
    fn new_value(&self, column: Column) -> Option<Option<&str>> {
        let Self { strategy_id, platform, api_key_used, oauth_user_id } = self;
        match column {
            Column::StrategyId => strategy_id.as_ref().map(|strategy| Some(strategy.as_str())),
            Column::Platform => platform.as_ref().map(Option::as_deref),
            Column::ApiKeyUsed => {
                api_key_used.as_ref().map(|key| key.as_ref().map(ApiKeyId::as_str))
            }
            Column::OauthUserId => {
                oauth_user_id.as_ref().map(|user| user.as_ref().map(OauthUserId::as_str))
            }
            // A patch never sets these.
            Column::Id | Column::CreatedAt | Column::UpdatedAt | Column::ExternalGameId => None,
        }
    }
}
