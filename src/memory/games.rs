//! The games.

use crate::{
    DatabaseError, FailureKind, Game, GameOwners, GamePatch, InMemoryTaskRepository, OwnerId,
    ParentGame, Retry, TaskError,
};
use uuid::Uuid;

impl InMemoryTaskRepository {
    /// Treats games like those of an application's own games table: only the owner columns that it has
    /// count for scopes. By default all do. Applies to existing clones, too.
    #[must_use]
    pub fn with_parent<G: ParentGame>(self) -> Self {
        self.state().with_columns = Some(GameOwners::with_columns_of::<G>);
        self
    }

    /// Adds a game, or replaces the game with the same id, whose tasks stay. Unlike the database
    /// it accepts two games with the same external id.
    pub fn add_game(&self, game: Game) {
        let mut state = self.state();
        state.owners.remove(&game.id);
        state.games.insert(game.id, game);
    }

    /// The same for a game whose owner column, which an application's own games table can have
    /// ([`ParentGame::owner_column`]), contains this value.
    ///
    /// ```
    /// use game_tasks::{Game, InMemoryTaskRepository, NewTask, TaskRepositoryExt, TaskScope};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let tasks = InMemoryTaskRepository::new();
    /// let game = Game::new("bees-2026");
    /// tasks.add_game_owned_by(game.clone(), "tenant-1");
    ///
    /// let tenant = tasks.clone().with_scope(TaskScope::owner("tenant-1"));
    /// let task = tenant.create(NewTask::new(game.id, "task-login")).await?;
    /// let other = tasks.with_scope(TaskScope::owner("tenant-2"));
    /// assert_eq!(other.find(task.id).await?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_game_owned_by(&self, game: Game, owner: impl Into<OwnerId>) {
        let mut state = self.state();
        state.owners.insert(game.id, owner.into());
        state.games.insert(game.id, game);
    }

    /// The game with this id.
    #[must_use]
    pub fn game(&self, id: Uuid) -> Option<Game> {
        self.state().games.get(&id).cloned()
    }

    /// The game with this external id; of several the one that was created first.
    #[must_use]
    pub fn game_by_external_id(&self, external_game_id: &str) -> Option<Game> {
        let state = self.state();
        let games = state.games.values().filter(|game| game.external_game_id == external_game_id);
        games.min_by_key(|game| (game.created_at, game.id)).cloned()
    }

    /// Changes a game and returns it, as [`Game::update`] does in a database.
    ///
    /// ```
    /// use game_tasks::{Game, GamePatch, InMemoryTaskRepository, StrategyId};
    ///
    /// let tasks = InMemoryTaskRepository::new();
    /// let game = Game::new("bees-2026");
    /// tasks.add_game(game.clone());
    /// let patch = GamePatch::new().strategy(StrategyId::new("socio_bee")?);
    /// assert_eq!(tasks.update_game(game.id, &patch)?.strategy_id, "socio_bee");
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`]; [`TaskError::GameNotFound`].
    pub fn update_game(&self, id: Uuid, patch: &GamePatch) -> Result<Game, TaskError> {
        patch.validate()?;
        let mut state = self.state();
        let game = state.games.get_mut(&id).ok_or(TaskError::GameNotFound { game_id: id })?;
        patch.apply(game);
        Ok(game.clone())
    }

    /// Removes a game that has no tasks, and returns it.
    ///
    /// # Errors
    /// [`TaskError::GameNotFound`]; [`TaskError::Referenced`] if the game has tasks, as the
    /// database's foreign key would refuse it.
    pub fn remove_game(&self, id: Uuid) -> Result<Game, TaskError> {
        let mut state = self.state();
        if state.has_tasks(id) {
            let kind = FailureKind::ForeignKeyViolation;
            let message = "a game that has tasks cannot be deleted";
            return Err(DatabaseError::custom(kind, Retry::No, message).into());
        }
        state.owners.remove(&id);
        state.games.remove(&id).ok_or(TaskError::GameNotFound { game_id: id })
    }
}
