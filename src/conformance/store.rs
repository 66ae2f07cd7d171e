//! The interface between the suite and a store under test.

use crate::repository::TaskRepository;
use crate::strategy::ResolveStrategy;
use crate::task::{Game, Lifecycle, Task};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use std::error::Error;
use std::sync::Arc;

/// An error of the store under test outside of its repository: in setup, inspection or cleanup.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// A store under test.
///
/// Each case gets a store of its own, which must be empty at first. [`tasks`](Self::tasks) and
/// [`put_game`](Self::put_game) are required. Each provided method declares an optional
/// capability; override it to enable further cases, or further checks in a case. A case whose
/// [`Capability`](super::Capability) is missing is skipped, which the
/// [`Report`](super::Report) shows.
#[async_trait]
pub trait Store: Send + Sync {
    /// The repository under test, without a scope and without a lifecycle.
    fn tasks(&self) -> Box<dyn TaskRepository + '_>;

    /// Stores a game, so that tasks can be created in it. Replaces a game with the same id.
    ///
    /// # Errors
    /// The game could not be stored. The case fails.
    async fn put_game(&self, game: Game) -> Result<(), StoreError>;

    /// A resolver of the same tasks and games, if the store has one.
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        None
    }

    /// The same repository with a lifecycle, if it supports lifecycles.
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        let _ = lifecycle;
        None
    }

    /// The same repository for sixteen concurrent calls, if it supports them. A repository over
    /// a database should have a pool of at least sixteen connections: calls that share one
    /// connection do not run concurrently.
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        None
    }

    /// Starts one of several concurrent calls. The returned future must complete once the call
    /// has completed.
    ///
    /// By default, one task polls all concurrent calls. That suffices for a repository that
    /// waits for a server, since all of its calls are in flight at the same time. A repository
    /// that never awaits would run them one after another; start each call on a
    /// multi-threaded runtime instead:
    ///
    /// ```
    /// # use game_tasks::conformance::futures::BoxFuture;
    /// fn spawn(call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    ///     let running = tokio::spawn(call);
    ///     Box::pin(async move {
    ///         // A call that panicked yields no result, for which the case fails.
    ///         let _ = running.await;
    ///     })
    /// }
    /// ```
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        call
    }

    /// Whether [`tasks`](Self::tasks) works inside an open transaction that the test controls.
    fn in_transaction(&self) -> bool {
        false
    }

    /// Whether task ids are unique across games. Return `false` for a partitioned table whose
    /// primary key is (game, id): no constraint enforces it there.
    fn has_unique_ids(&self) -> bool {
        true
    }

    /// Called after each refused call, to check that the connection or the transaction is still
    /// usable, for example with `SELECT 1`.
    ///
    /// # Errors
    /// It is not usable. The case fails.
    async fn check_usable(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// All stored tasks in any order, read without the repository. With `None`, the suite
    /// reads them through the repository.
    ///
    /// # Errors
    /// The tasks could not be read. The case fails.
    async fn stored_tasks(&self) -> Result<Option<Vec<Task>>, StoreError> {
        Ok(None)
    }

    /// All stored games in any order, or `None` if the store cannot list them.
    ///
    /// # Errors
    /// The games could not be read. The case fails.
    async fn stored_games(&self) -> Result<Option<Vec<Game>>, StoreError> {
        Ok(None)
    }

    /// Called at the end of each case, also of one that failed, panicked or was skipped. Use it
    /// to commit, to check what was stored and to clean up.
    ///
    /// # Errors
    /// The case fails, unless it has failed already.
    async fn finish(self) -> Result<(), StoreError>
    where
        Self: Sized,
    {
        Ok(())
    }
}
