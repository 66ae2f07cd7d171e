//! The calls on the games table: what is sent, and what follows from the answer.

use super::statements::{GameKey, OnConflict, Statements};
use crate::database::as_read::stored_as_sent;
use crate::database::connection::{WriteFailure, write_failed, write_or_read_failed};
use crate::database::create::is_survivable;
use crate::database::dialect::Dialect;
use crate::database::read_then_write::{Attempt, ReadThenWrite, attempt_failed, read_then_write};
use crate::database::{MAX_ATTEMPTS, TaskConnection, written_row};
use crate::error::{Call, DatabaseError, FailureKind, Retry, TaskError};
use crate::repository::CreateOutcome;
use crate::task::{Game, GamePatch, time};
use sea_orm::{DbErr, Statement};
use uuid::Uuid;

/// The crate's own games table on a connection.
pub(super) struct GamesTable<'c, C> {
    connection: &'c C,
    pub(super) statements: Statements,
}

impl<'c, C: TaskConnection> GamesTable<'c, C> {
    pub(super) fn new(connection: &'c C) -> Self {
        let statements = Statements::of(Dialect::of(connection.backend()));
        Self { connection, statements }
    }

    pub(super) async fn find(&self, key: GameKey<'_>) -> Result<Option<Game>, TaskError> {
        self.read(key, "").await.map_err(|error| self.read_failed(error))
    }

    /// The game as the latest commit left it, also in a transaction whose snapshot is older.
    async fn find_current(&self, key: GameKey<'_>) -> Result<Option<Game>, TaskError> {
        let lock = self.statements.dialect().features().current_read_lock;
        let lock = if self.connection.in_transaction() { lock } else { "" };
        self.read(key, lock).await.map_err(|error| self.read_failed(error))
    }

    async fn read(&self, key: GameKey<'_>, lock: &'static str) -> Result<Option<Game>, DbErr> {
        let row = self.connection.query_one(self.statements.select(key, lock)).await?;
        row.map(|row| self.statements.decode(&row)).transpose()
    }

    /// The game that a statement wrote.
    async fn written(&self, statement: Statement) -> Result<Option<Game>, DbErr> {
        let row = written_row(self.connection, self.statements.dialect(), statement).await?;
        row.map(|row| self.statements.decode(&row)).transpose()
    }

    fn read_failed(&self, source: DbErr) -> TaskError {
        let (dialect, in_transaction) =
            (self.statements.dialect(), self.connection.in_transaction());
        Call { dialect, in_transaction, writes: false }.failed(source)
    }

    /// Inserts a game, or finds the one that has its external id.
    pub(super) async fn insert_or_find(
        &self,
        game: &Game,
    ) -> Result<CreateOutcome<Game>, TaskError> {
        let game = &Game {
            created_at: time::floor(game.created_at),
            updated_at: time::floor(game.updated_at),
            ..game.clone()
        };
        let mut failure = None;
        // The conflicting row may have been deleted by the time it is looked for: the second time this
        // is no coincidence. The third attempt reports what the database does.
        for on_conflict in [OnConflict::Ignore, OnConflict::Ignore, OnConflict::Fail] {
            failure = match self.inserted(game, on_conflict).await {
                Ok(Some(inserted)) => return Ok(CreateOutcome::Created(inserted)),
                Ok(None) => None,
                Err(failure) => match write_or_read_failed(self.connection, failure).await {
                    TaskError::Database(error) if is_survivable(&error) => Some(error),
                    error => return Err(error),
                },
            };
            let name = GameKey::ExternalId(&game.external_game_id);
            if let Some(existing) = self.find_current(name).await? {
                return Ok(CreateOutcome::Kept(existing));
            }
            if self.find_current(GameKey::Id(game.id)).await?.is_some() {
                return Err(TaskError::IdTaken { id: game.id });
            }
        }
        Err(failure.map_or_else(skipped, TaskError::Database))
    }

    /// Inserts a game and returns it; `None` where nothing was inserted.
    async fn inserted(
        &self,
        game: &Game,
        on_conflict: OnConflict,
    ) -> Result<Option<Game>, WriteFailure> {
        let statement = self.statements.insert(game, on_conflict);
        if self.statements.return_rows() {
            return Ok(self.written(statement).await?);
        }
        let answer = self.connection.execute(statement).await?;
        self.stored(game.clone(), stored_as_sent(&answer)).await.map(Some)
    }

    /// The row of a game that was written, which triggers may have changed unless it is `as_sent`.
    async fn stored(&self, game: Game, as_sent: bool) -> Result<Game, WriteFailure> {
        if as_sent {
            return Ok(game);
        }
        let stored = self.read(GameKey::Id(game.id), "").await.map_err(WriteFailure::Written)?;
        Ok(stored.unwrap_or(game))
    }

    pub(super) async fn update_returning(
        &self,
        id: Uuid,
        patch: &GamePatch,
    ) -> Result<Game, TaskError> {
        let mut before = None;
        for _ in 0..MAX_ATTEMPTS {
            if !patch.is_empty() {
                match self.written(self.statements.update(id, patch)).await {
                    Ok(Some(game)) => return Ok(game),
                    Ok(None) => {}
                    Err(error) => return Err(write_failed(self.connection, error).await),
                }
            }
            let current = self.find_current(GameKey::Id(id)).await?;
            let current = current.ok_or(TaskError::GameNotFound { game_id: id })?;
            if !patch.apply(&mut current.clone()) {
                return Ok(current);
            }
            // The patch applies to the game, which is the same before and after the statement.
            if before.as_ref() == Some(&current) {
                break;
            }
            before = Some(current);
        }
        Err(skipped())
    }

    /// Changes a game where it is still as it was read.
    pub(super) async fn update_as_read(
        &self,
        id: Uuid,
        patch: &GamePatch,
    ) -> Result<Game, TaskError> {
        read_then_write(self.connection, &Change { table: self, id, patch }).await
    }

    /// Makes the change if the game is as it was `read`; `None` if another client changed it meanwhile.
    async fn changed_as_read(
        &self,
        read: &Game,
        changed: Game,
        patch: &GamePatch,
    ) -> Result<Option<Game>, WriteFailure> {
        let statement = self.statements.update_as_read(read, &changed, patch);
        let answer = self.connection.execute(statement).await?;
        if answer.rows_affected() == 0 {
            return Ok(None);
        }
        self.stored(changed, stored_as_sent(&answer)).await.map(Some)
    }
}

/// A change of a game.
struct Change<'c, C> {
    table: &'c GamesTable<'c, C>,
    id: Uuid,
    patch: &'c GamePatch,
}

impl<C: TaskConnection> ReadThenWrite for Change<'_, C> {
    type Row = Game;

    async fn attempt<D: TaskConnection>(&self, connection: &D) -> Result<Attempt<Game>, TaskError> {
        let games = GamesTable::new(connection);
        let lock = if connection.in_transaction() { " FOR UPDATE" } else { "" };
        let read = games.read(GameKey::Id(self.id), lock).await;
        let read = read.map_err(|error| self.table.read_failed(error))?;
        let read = read.ok_or(TaskError::GameNotFound { game_id: self.id })?;
        let mut changed = read.clone();
        if !self.patch.apply(&mut changed) {
            return Ok(Attempt::Written(read));
        }
        match games.changed_as_read(&read, changed, self.patch).await {
            Ok(Some(written)) => Ok(Attempt::Written(written)),
            Ok(None) => Ok(Attempt::Overtaken(read)),
            Err(failure) => Err(attempt_failed(self.table.connection, connection, failure).await),
        }
    }

    fn skipped(&self) -> TaskError {
        skipped()
    }

    fn overtaken(&self, _last: Option<Game>) -> TaskError {
        let message = "other clients kept changing the game";
        DatabaseError::custom(FailureKind::Serialization, Retry::Call, message).into()
    }
}

fn skipped() -> TaskError {
    TaskError::WriteSkipped { key: None, transaction_lost: false }
}
