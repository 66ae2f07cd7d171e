//! The `games` table for applications that have no games table of their own.

use crate::task::{
    ApiKeyId, OauthUserId, ParentGame, StrategyId, ValidationError, check_text, time,
};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A game: tasks belong to it and inherit its strategy.
///
/// The serde names are those of the columns, which are GAME's. Text is validated when a game is
/// deserialized, but not when it is read from a database.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "games")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The time of creation.
    pub created_at: DateTimeUtc,
    /// The time of the last change.
    pub updated_at: DateTimeUtc,
    /// The application's name for the game, unique in the table.
    #[sea_orm(column_name = "externalGameId", unique)]
    #[serde(
        rename = "externalGameId",
        deserialize_with = "super::field_deserializers::external_game_id"
    )]
    pub external_game_id: String,
    /// The strategy that the game's tasks inherit.
    #[sea_orm(column_name = "strategyId", default_value = "default")]
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// The platform on which the game is played.
    #[serde(default, deserialize_with = "super::field_deserializers::platform")]
    pub platform: Option<String>,
    /// The API key that owns the game.
    #[sea_orm(column_name = "apiKey_used")]
    #[serde(rename = "apiKey_used")]
    pub api_key_used: Option<ApiKeyId>,
    /// The OAuth user that owns the game.
    pub oauth_user_id: Option<OauthUserId>,
    /// The tasks, if SeaORM's entity loader has loaded them.
    #[sea_orm(has_many)]
    #[serde(skip)]
    pub tasks: HasMany<super::tasks::Entity>,
}

crate::__floor_to_microseconds!();

impl Model {
    /// A new game with a new id, created now, without owners and platform. Nothing is written.
    ///
    /// ```
    /// use game_tasks::{Game, StrategyId};
    ///
    /// let game = Game::new("bees-2026").strategy(StrategyId::new("socio_bee")?);
    /// assert_eq!(game.strategy_id.as_str(), "socio_bee");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(external_game_id: impl Into<String>) -> Self {
        let now = time::now();
        Self {
            id: Uuid::now_v7(),
            created_at: now,
            updated_at: now,
            external_game_id: external_game_id.into(),
            strategy_id: StrategyId::DEFAULT,
            platform: None,
            api_key_used: None,
            oauth_user_id: None,
        }
    }

    /// Sets the strategy.
    #[must_use]
    pub fn strategy(mut self, strategy: StrategyId) -> Self {
        self.strategy_id = strategy;
        self
    }

    /// Sets the API key that owns the game.
    #[must_use]
    pub fn owned_by_api_key(mut self, key: ApiKeyId) -> Self {
        self.api_key_used = Some(key);
        self
    }

    /// Sets the OAuth user that owns the game.
    #[must_use]
    pub fn owned_by_oauth_user(mut self, user: OauthUserId) -> Self {
        self.oauth_user_id = Some(user);
        self
    }

    /// Validates what an insert writes.
    pub(crate) fn validate(&self) -> Result<(), ValidationError> {
        let Self {
            id: _,
            created_at,
            updated_at,
            external_game_id,
            strategy_id,
            platform,
            api_key_used,
            oauth_user_id,
        } = self;
        for (field, text) in [
            ("external_game_id", Some(external_game_id.as_str())),
            ("strategy_id", Some(strategy_id.as_str())),
            ("platform", platform.as_deref()),
            ("api_key_used", api_key_used.as_ref().map(ApiKeyId::as_str)),
            ("oauth_user_id", oauth_user_id.as_ref().map(OauthUserId::as_str)),
        ] {
            text.map_or(Ok(()), |text| check_text(field, text))?;
        }
        time::check("created_at", *created_at)?;
        time::check("updated_at", *updated_at)
    }
}

impl ParentGame for Entity {
    fn id_column() -> Column {
        Column::Id
    }
    fn strategy_column() -> Option<Column> {
        Some(Column::StrategyId)
    }
    fn api_key_column() -> Option<Column> {
        Some(Column::ApiKeyUsed)
    }
    fn oauth_user_column() -> Option<Column> {
        Some(Column::OauthUserId)
    }
}
