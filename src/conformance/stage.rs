//! Where a case is played: the store, and what every case does with it.

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

pub(crate) struct Stage<'a> {
    pub(crate) tasks: &'a dyn TaskRepository,
    pub(super) store: &'a dyn Store,
}

/// A failure of the store's own methods, which is none of the repository's.
#[track_caller]
fn of_store(what: &str, error: &StoreError) -> Failure {
    Failure::new(format_args!("the store could not {what}: {error}"))
}

impl<'a> Stage<'a> {
    /// The same repository with a lifecycle.
    pub(crate) fn with_lifecycle(
        &self,
        lifecycle: Lifecycle,
    ) -> Result<Box<dyn TaskRepository + 'a>, Failure> {
        self.store.with_lifecycle(lifecycle).ok_or_else(|| Failure::new("no lifecycles"))
    }

    /// A resolver of the same tasks, in a case that needs one.
    pub(crate) fn resolver(&self) -> Result<Box<dyn ResolveStrategy + 'a>, Failure> {
        self.any_resolver().ok_or_else(|| Failure::new("no resolver"))
    }

    /// A resolver of the same tasks, if there is one.
    pub(crate) fn any_resolver(&self) -> Option<Box<dyn ResolveStrategy + 'a>> {
        self.store.resolver()
    }

    /// The repository for a race, in a case that needs one.
    pub(crate) fn shared(&self) -> Result<Arc<dyn TaskRepository>, Failure> {
        self.store.shared().ok_or_else(|| Failure::new("no shared repository"))
    }

    /// Puts a game there.
    pub(crate) async fn add(&self, game: Game) -> Result<Game, Failure> {
        let put = self.store.put_game(game.clone()).await;
        put.map_err(|error| of_store("put a game there", &error))?;
        Ok(game)
    }

    /// Puts a game in the place of the one of its id.
    pub(crate) async fn replace(&self, game: Game) -> Outcome {
        let put = self.store.put_game(game).await;
        put.map_err(|error| of_store("replace a game", &error))
    }

    /// A new game without a strategy and without owners.
    pub(crate) async fn game(&self) -> Result<Uuid, Failure> {
        Ok(self.add(Game::new(Uuid::now_v7().to_string())).await?.id)
    }

    /// A new game with this strategy.
    pub(crate) async fn game_with(&self, strategy: &str) -> Result<Game, Failure> {
        let strategy = StrategyId::new(strategy)?;
        self.add(Game::new(Uuid::now_v7().to_string()).strategy(strategy)).await
    }

    /// A new task in a game.
    pub(crate) async fn task(&self, game_id: Uuid, external_id: &str) -> Result<Task, Failure> {
        Ok(self.tasks.create(NewTask::new(game_id, external_id)).await?)
    }

    /// New tasks in a game, in the order of their names.
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

    /// All tasks, read past the repository where there is a past, sorted by id.
    pub(crate) async fn rows(&self) -> Result<Vec<Task>, Failure> {
        let stored = self.store.stored_tasks().await;
        let mut rows = match stored.map_err(|error| of_store("read its tasks", &error))? {
            Some(rows) => rows,
            None => self.tasks.stream(TaskQuery::new(TaskFilter::all())).try_collect().await?,
        };
        rows.sort_by_key(|task| task.id);
        Ok(rows)
    }

    /// All games, sorted by id, where they can be read.
    pub(crate) async fn game_rows(&self) -> Result<Option<Vec<Game>>, Failure> {
        let stored = self.store.stored_games().await;
        let mut stored = stored.map_err(|error| of_store("read its games", &error))?;
        if let Some(rows) = &mut stored {
            rows.sort_by_key(|game| game.id);
        }
        Ok(stored)
    }

    /// The error of a call that the crate's own rules must refuse: nothing is written, and
    /// the transaction, if there is one, lives on.
    pub(crate) async fn refused<T: Debug>(
        &self,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> Result<TaskError, Failure> {
        let before = self.rows().await?;
        let error = match call.await {
            Err(error) => error,
            Ok(answer) => {
                let why = format_args!("the call must be refused, but answered {answer:?}");
                return Err(Failure::new(why));
            }
        };
        let usable = self.store.still_usable().await;
        usable.map_err(|error| of_store("go on after a refused call", &error))?;
        ensure_eq!(self.rows().await?, before, "a refused call has written: {error:?}");
        let state = error.transaction_state();
        ensure_eq!(state, TransactionState::Intact, "a refusal costs no transaction: {error:?}");
        ensure_eq!(error.retry(), Retry::No, "a refusal is not cured by a retry: {error:?}");
        Ok(error)
    }
}
