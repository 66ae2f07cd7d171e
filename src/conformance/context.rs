//! The context that each case gets: the repository, and helpers that set up games and tasks.

use super::failure::Failure;
use super::failure::Outcome;
use super::store::Store;
use super::store::StoreError;
use crate::error::{Retry, TaskError, TransactionState};
use crate::query::{TaskFilter, TaskQuery};
use crate::repository::{TaskRepository, TaskRepositoryExt};
use crate::strategy::ResolveStrategy;
use crate::task::{Game, Lifecycle, NewTask, StrategyId, Task};
use futures_util::TryStreamExt;
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use uuid::Uuid;

pub(crate) struct TestContext<'a> {
    pub(crate) tasks: &'a dyn TaskRepository,
    pub(super) store: &'a dyn Store,
}

/// An error of one of the store's own methods, as distinct from its repository's.
#[track_caller]
fn store_failure(action: &str, error: &StoreError) -> Failure {
    Failure::new(format_args!("the store failed to {action}: {error}"))
}

impl<'a> TestContext<'a> {
    /// The repository with a lifecycle, in a case that requires
    /// [`Capability::Lifecycle`](super::Capability::Lifecycle).
    pub(crate) fn with_lifecycle(
        &self,
        lifecycle: Lifecycle,
    ) -> Result<Box<dyn TaskRepository + 'a>, Failure> {
        self.store.with_lifecycle(lifecycle).ok_or_else(|| Failure::new("no lifecycles"))
    }

    /// The resolver, in a case that requires
    /// [`Capability::Resolver`](super::Capability::Resolver).
    pub(crate) fn resolver(&self) -> Result<Box<dyn ResolveStrategy + 'a>, Failure> {
        self.optional_resolver().ok_or_else(|| Failure::new("no resolver"))
    }

    /// The resolver, if the store has one.
    pub(crate) fn optional_resolver(&self) -> Option<Box<dyn ResolveStrategy + 'a>> {
        self.store.resolver()
    }

    /// The repository for concurrent calls, in a case that requires
    /// [`Capability::Shared`](super::Capability::Shared).
    pub(crate) fn shared(&self) -> Result<Arc<dyn TaskRepository>, Failure> {
        self.store.shared().ok_or_else(|| Failure::new("no shared repository"))
    }

    /// Stores a new game.
    pub(crate) async fn add_game(&self, game: Game) -> Result<Game, Failure> {
        let put = self.store.put_game(game.clone()).await;
        put.map_err(|error| store_failure("store a game", &error))?;
        Ok(game)
    }

    /// Replaces the game with the same id.
    pub(crate) async fn replace_game(&self, game: Game) -> Outcome {
        let put = self.store.put_game(game).await;
        put.map_err(|error| store_failure("replace a game", &error))
    }

    /// Stores a game without a strategy and without owners, and returns its id.
    pub(crate) async fn game(&self) -> Result<Uuid, Failure> {
        Ok(self.add_game(Game::new(Uuid::now_v7().to_string())).await?.id)
    }

    /// Stores a game with this strategy.
    pub(crate) async fn game_with(&self, strategy: &str) -> Result<Game, Failure> {
        let strategy = StrategyId::new(strategy)?;
        self.add_game(Game::new(Uuid::now_v7().to_string()).strategy(strategy)).await
    }

    /// Creates a task.
    pub(crate) async fn task(&self, game_id: Uuid, external_id: &str) -> Result<Task, Failure> {
        Ok(self.tasks.create(NewTask::new(game_id, external_id)).await?)
    }

    /// Creates tasks one by one, in the order of `names`.
    pub(crate) async fn tasks_named<const N: usize>(
        &self,
        game_id: Uuid,
        names: [&str; N],
    ) -> Result<[Task; N], Failure> {
        let mut tasks = Vec::with_capacity(N);
        for name in names {
            tasks.push(self.task(game_id, name).await?);
        }
        tasks.try_into().map_err(|_| Failure::new("as many tasks as names"))
    }

    /// All stored tasks sorted by id, read without the repository if the store supports that.
    pub(crate) async fn rows(&self) -> Result<Vec<Task>, Failure> {
        let stored = self.store.stored_tasks().await;
        let mut rows = match stored.map_err(|error| store_failure("read its tasks", &error))? {
            Some(rows) => rows,
            None => self.tasks.stream(TaskQuery::new(TaskFilter::all())).try_collect().await?,
        };
        rows.sort_by_key(|task| task.id);
        Ok(rows)
    }

    /// All stored games sorted by id, if the store can list them.
    pub(crate) async fn game_rows(&self) -> Result<Option<Vec<Game>>, Failure> {
        let stored = self.store.stored_games().await;
        let mut stored = stored.map_err(|error| store_failure("read its games", &error))?;
        if let Some(rows) = &mut stored {
            rows.sort_by_key(|game| game.id);
        }
        Ok(stored)
    }

    /// Returns the error of a call that the crate's own rules must refuse. Checks that the call
    /// has written nothing and that the transaction, if there is one, is still usable.
    pub(crate) async fn refused<T: Debug>(
        &self,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> Result<TaskError, Failure> {
        let before = self.rows().await?;
        let error = match call.await {
            Err(error) => error,
            Ok(value) => {
                let why = format_args!("the call must be refused, but returned {value:?}");
                return Err(Failure::new(why));
            }
        };
        let usable = self.store.check_usable().await;
        usable.map_err(|error| store_failure("continue after a refused call", &error))?;
        ensure_eq!(self.rows().await?, before, "a refused call has written: {error:?}");
        let state = error.transaction_state();
        ensure_eq!(
            state,
            TransactionState::Intact,
            "a refused call keeps the transaction: {error:?}"
        );
        ensure_eq!(error.retry(), Retry::No, "a refused call must not be retried: {error:?}");
        Ok(error)
    }
}
