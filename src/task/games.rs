//! The `games` table that the crate ships for applications that have none.

use crate::database::{TaskConnection, write_failed};
use crate::error::TaskError;
use crate::task::{ApiKeyId, OauthUserId, ParentGame, StrategyId, check_text};
use sea_orm::IntoActiveModel;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A game: what tasks belong to, and inherit their strategy from.
///
/// Serde uses the column names, which are GAME's. Text is validated when a game is deserialized,
/// but not when it is read from a database.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "games")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// The application's name for it.
    #[sea_orm(column_name = "externalGameId", unique)]
    #[serde(rename = "externalGameId", deserialize_with = "super::members::external_game_id")]
    pub external_game_id: String,
    /// The strategy that its tasks inherit.
    #[sea_orm(column_name = "strategyId", default_value = "default")]
    #[serde(rename = "strategyId")]
    pub strategy_id: StrategyId,
    /// Where it is played.
    #[serde(default, deserialize_with = "super::members::platform")]
    pub platform: Option<String>,
    /// The API key that owns it.
    #[sea_orm(column_name = "apiKey_used")]
    #[serde(rename = "apiKey_used")]
    pub api_key_used: Option<ApiKeyId>,
    /// The OAuth user that owns it.
    pub oauth_user_id: Option<OauthUserId>,
    /// The tasks, where a loader loaded them.
    #[sea_orm(has_many)]
    #[serde(skip)]
    pub tasks: HasMany<super::tasks::Entity>,
}

crate::__whole_microseconds!();

impl Model {
    /// A new game with an id of its own, created now, without owners.
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
        let now = crate::task::time::now();
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

    /// The same game with this strategy.
    #[must_use]
    pub fn strategy(mut self, strategy: StrategyId) -> Self {
        self.strategy_id = strategy;
        self
    }

    /// The same game owned by this API key.
    #[must_use]
    pub fn owned_by_api_key(mut self, key: ApiKeyId) -> Self {
        self.api_key_used = Some(key);
        self
    }

    /// The same game owned by this OAuth user.
    #[must_use]
    pub fn owned_by_oauth_user(mut self, user: OauthUserId) -> Self {
        self.oauth_user_id = Some(user);
        self
    }

    /// Writes the game as a new row: one statement on a database that can return what it
    /// wrote, two on MariaDB.
    ///
    /// # Errors
    /// [`TaskError::Invalid`] for text that breaks the rules; [`TaskError::Referenced`] where a
    /// foreign key of the table's refuses the row, such as GAME's from `apiKey_used` to its API keys;
    /// [`TaskError::Database`] when the external id or the id is taken
    /// ([`FailureKind::UniqueViolation`](crate::FailureKind)) or the database fails.
    pub async fn insert<C: ConnectionTrait + TaskConnection>(
        self,
        db: &C,
    ) -> Result<Self, TaskError> {
        for (field, text) in [
            ("external_game_id", Some(self.external_game_id.as_str())),
            ("strategy_id", Some(self.strategy_id.as_str())),
            ("platform", self.platform.as_deref()),
            ("api_key_used", self.api_key_used.as_ref().map(ApiKeyId::as_str)),
            ("oauth_user_id", self.oauth_user_id.as_ref().map(OauthUserId::as_str)),
        ] {
            text.map_or(Ok(()), |text| check_text(field, text))?;
        }
        match self.into_active_model().reset_all().insert(db).await {
            Ok(game) => Ok(game),
            Err(error) => Err(write_failed(db, error).await),
        }
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
