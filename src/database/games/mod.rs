//! Games in the crate's own table: finding, inserting and changing one.
//!
//! On SQLite and PostgreSQL a statement returns the row that it wrote. On MariaDB and MySQL, which only
//! a failed statement could tell apart, none does: an inserted row is as it was sent, unless the answer
//! shows that triggers may have changed it, and a game is changed where it is still as it was read.

mod statements;
mod table;

use self::statements::GameKey;
use self::table::GamesTable;
use super::TaskConnection;
use crate::error::TaskError;
use crate::repository::CreateOutcome;
use crate::task::{Game, GamePatch, check_no_nul};
use uuid::Uuid;

/// On a pool and in a transaction. In a transaction on PostgreSQL a refusal leaves the transaction
/// usable.
impl Game {
    /// The game with this id. One round trip.
    ///
    /// # Errors
    /// [`TaskError::Database`] if the database fails.
    pub async fn find<C: TaskConnection>(db: &C, id: Uuid) -> Result<Option<Self>, TaskError> {
        GamesTable::new(db).find(GameKey::Id(id)).await
    }

    /// The game with this external id, compared byte by byte. One round trip.
    ///
    /// ```
    /// use game_tasks::{Game, TaskError, sea_orm::DatabaseConnection, uuid::Uuid};
    ///
    /// async fn id_of(db: &DatabaseConnection, name: &str) -> Result<Option<Uuid>, TaskError> {
    ///     Ok(Game::find_by_external_id(db, name).await?.map(|game| game.id))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`] for a text with a NUL character; [`TaskError::Database`] if the database
    /// fails.
    pub async fn find_by_external_id<C: TaskConnection>(
        db: &C,
        external_game_id: &str,
    ) -> Result<Option<Self>, TaskError> {
        check_no_nul("external_game_id", external_game_id)?;
        GamesTable::new(db).find(GameKey::ExternalId(external_game_id)).await
    }

    /// Inserts the game and returns it as it is stored. One round trip; one more to find out why it was
    /// refused, and on MariaDB and MySQL to read what triggers may have changed.
    ///
    /// ```
    /// use game_tasks::{Game, TaskError, sea_orm::DatabaseConnection};
    ///
    /// async fn add_game(db: &DatabaseConnection) -> Result<Game, TaskError> {
    ///     Game::new("bees-2026").insert(db).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`]; [`TaskError::GameAlreadyExists`] if the external id is taken, else
    /// [`TaskError::IdTaken`] if the id is; [`TaskError::Referenced`] if the row violates a foreign
    /// key of the table, such as GAME's from `apiKey_used` to its API keys;
    /// [`TaskError::WriteSkipped`] if a trigger skipped the row; [`TaskError::Database`] if the
    /// database fails, also where a row that the connection cannot see has the external id (a row
    /// security policy hides it) or a unique index of your own refuses the row.
    pub async fn insert<C: TaskConnection>(self, db: &C) -> Result<Self, TaskError> {
        self.validate()?;
        match GamesTable::new(db).insert_or_find(&self).await? {
            CreateOutcome::Created(game) => Ok(game),
            CreateOutcome::Kept(game) | CreateOutcome::Updated(game) => {
                let Self { id, external_game_id, .. } = game;
                Err(TaskError::GameAlreadyExists { external_game_id, id })
            }
        }
    }

    /// Returns the game with this external id; if there is none, inserts this one. An existing game is
    /// not changed. Concurrent callers get the same game, which one of them has created. One round
    /// trip for a game that exists, two for a new one, three if another client created it meanwhile.
    ///
    /// In a transaction on PostgreSQL at `READ COMMITTED`, the call waits for a transaction that is
    /// creating the same game. At `REPEATABLE READ` and `SERIALIZABLE` it cannot see a game that was
    /// committed after the transaction's first statement, and fails with
    /// [`Retry::Transaction`](crate::Retry::Transaction). So it does at `REPEATABLE READ` on MariaDB with
    /// `innodb_snapshot_isolation`, the default since 11.6.
    ///
    /// ```
    /// use game_tasks::{Game, TaskError, sea_orm::DatabaseConnection};
    ///
    /// async fn game(db: &DatabaseConnection, name: &str) -> Result<Game, TaskError> {
    ///     Ok(Game::new(name).get_or_create(db).await?.into_inner())
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`insert`](Self::insert), but not [`TaskError::GameAlreadyExists`].
    pub async fn get_or_create<C: TaskConnection>(
        self,
        db: &C,
    ) -> Result<CreateOutcome<Self>, TaskError> {
        self.validate()?;
        let games = GamesTable::new(db);
        match games.find(GameKey::ExternalId(&self.external_game_id)).await? {
            Some(existing) => Ok(CreateOutcome::Kept(existing)),
            None => games.insert_or_find(&self).await,
        }
    }

    /// Changes a game and returns it as this call wrote it. `updated_at` becomes the later of now and
    /// its old value plus one microsecond. A game that already has the values of the patch is
    /// returned as it is, and keeps its `updated_at`; so is any game for an empty patch.
    ///
    /// One round trip on SQLite and PostgreSQL, one more where nothing was written. Two on MariaDB and
    /// MySQL, two more for each change that another client makes meanwhile; after several of them the
    /// call begins a transaction of its own.
    ///
    /// ```
    /// use game_tasks::{Game, GamePatch, StrategyId, TaskError, sea_orm::DatabaseConnection};
    ///
    /// async fn reward_bees(db: &DatabaseConnection, game: &Game) -> Result<Game, TaskError> {
    ///     let patch = GamePatch::new().strategy(StrategyId::new("socio_bee")?).without_platform();
    ///     Game::update(db, game.id, patch).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`]; [`TaskError::GameNotFound`]; [`TaskError::Referenced`] if a new owner
    /// violates a foreign key of the table; [`TaskError::WriteSkipped`] if a trigger or a row
    /// security policy skipped the row; [`TaskError::Database`] if the database fails.
    pub async fn update<C: TaskConnection>(
        db: &C,
        id: Uuid,
        patch: GamePatch,
    ) -> Result<Self, TaskError> {
        patch.validate()?;
        let games = GamesTable::new(db);
        match games.statements.return_rows() {
            true => games.update_returning(id, &patch).await,
            false => games.update_as_read(id, &patch).await,
        }
    }
}
