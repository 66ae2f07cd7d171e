//! What a store shows of itself to be tested.

use crate::repository::TaskRepository;
use crate::strategy::ResolveStrategy;
use crate::task::{Game, Lifecycle, Task};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use std::error::Error;
use std::sync::Arc;

/// Why a store could not be made ready, read or cleaned up.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// A store under test: empty at first, and one case's own.
///
/// Two methods must be written; each of the others says what the store has, and lets more
/// cases run or look closer. Cases that need what a store does not have are skipped, and the
/// [`Report`](super::Report) says so.
#[async_trait]
pub trait Store: Send + Sync {
    /// The repository under test, unrestricted and without a lifecycle.
    fn tasks(&self) -> Box<dyn TaskRepository + '_>;

    /// Puts a game there that tasks can be created in, in the place of the one of its id, if
    /// there is one.
    async fn put_game(&self, game: Game) -> Result<(), StoreError>;

    /// A resolver of the same tasks and games, if there is one.
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        None
    }

    /// The same repository with a lifecycle, if it knows them.
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        let _ = lifecycle;
        None
    }

    /// The same repository for sixteen callers at once, if it can serve them. A repository over
    /// a database needs as many connections for that as are to race, not one that they share.
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        None
    }

    /// Starts a racing call, and answers with what ends when it has ended.
    ///
    /// Unless this is written, the calls of a race are polled in turns by one task: enough for
    /// a repository that waits for a server, which then has all of them under way at once. A
    /// repository that never awaits runs them one after another that way, and has to start each
    /// on a thread, as a runtime with several does:
    ///
    /// ```
    /// # use game_tasks::conformance::futures::BoxFuture;
    /// fn spawn(call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    ///     let running = tokio::spawn(call);
    ///     Box::pin(async move {
    ///         // A call that panicked leaves no answer, which the case minds.
    ///         let _ = running.await;
    ///     })
    /// }
    /// ```
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        call
    }

    /// Whether the repository works inside a transaction that is the test's own.
    fn in_transaction(&self) -> bool {
        false
    }

    /// Whether an id that a task of one game has is refused to the tasks of all others. A table
    /// in partitions, whose primary key is the game and the id, has no constraint for that.
    fn has_unique_ids(&self) -> bool {
        true
    }

    /// Called after each refused call. Whether a transaction is still good for something, a
    /// `SELECT 1` in it tells.
    async fn still_usable(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// All tasks as they are stored, read past the repository, in any order; `None` where
    /// there is no past, so that the repository itself is asked.
    async fn stored_tasks(&self) -> Result<Option<Vec<Task>>, StoreError> {
        Ok(None)
    }

    /// All games as they are stored, in any order, if they can be read.
    async fn stored_games(&self) -> Result<Option<Vec<Game>>, StoreError> {
        Ok(None)
    }

    /// Called when the case has ended, however it ended: commits, looks whether all is there,
    /// cleans up. The case fails with it.
    async fn end(self) -> Result<(), StoreError>
    where
        Self: Sized,
    {
        Ok(())
    }
}
