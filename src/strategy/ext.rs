//! [`ResolveStrategyExt`]: the methods that applications call, built on the core trait.

use super::{ResolveStrategy, ResolvedGame, ResolvedStrategy, ResolvedTask};
use crate::error::TaskError;
use crate::repository::OwnedScoped;
use crate::task::{Task, TaskKey, TaskScope};
use std::future::Future;
use std::sync::Arc;
use uuid::Uuid;

/// The methods that applications call on a resolver. Every [`ResolveStrategy`] has them. Over a database
/// each takes one round trip.
///
/// ```
/// use game_tasks::{Game, InMemoryTaskRepository, NewTask, ResolveStrategyExt, StrategySource};
/// use game_tasks::TaskRepositoryExt;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let tasks = InMemoryTaskRepository::new();
/// let game = Game::new("bees-2026");
/// tasks.add_game(game.clone());
/// tasks.create(NewTask::new(game.id, "task-login").strategy("socio_bee")).await?;
///
/// let resolved = tasks.resolve((game.id, "task-login")).await?;
/// assert_eq!(resolved.strategy_id, "socio_bee");
/// assert_eq!(resolved.source, StrategySource::Task);
/// # Ok::<(), game_tasks::TaskError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ResolveStrategyExt: ResolveStrategy {
    /// The effective strategy of a task. One round trip.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_key`].
    fn resolve(
        &self,
        key: impl Into<TaskKey>,
    ) -> impl Future<Output = Result<ResolvedStrategy, TaskError>> + Send {
        let key = key.into();
        async move { self.resolve_key(&key).await }
    }

    /// The effective strategy of a task that was already read. One round trip; without a scope none
    /// if the task has a strategy of its own.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_task`].
    fn resolve_for(
        &self,
        task: &Task,
    ) -> impl Future<Output = Result<ResolvedStrategy, TaskError>> + Send {
        async move { self.resolve_task(task).await }
    }

    /// The effective strategies of many tasks, in the order of the keys; `None` where there is no
    /// such task. One round trip for at most [`MAX_KEYS`](crate::MAX_KEYS) keys.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_keys`].
    fn resolve_many<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> impl Future<Output = Result<Vec<Option<ResolvedStrategy>>, TaskError>> + Send {
        let keys: Vec<TaskKey> = keys.into_iter().map(Into::into).collect();
        async move { self.resolve_keys(&keys).await }
    }

    /// The effective strategy of a game: the one of its tasks that have none of their own. One round
    /// trip.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_for_game`].
    fn resolve_game(
        &self,
        game_id: Uuid,
    ) -> impl Future<Output = Result<ResolvedGame, TaskError>> + Send {
        async move { self.resolve_for_game(game_id).await }
    }

    /// A task and its effective strategy. One round trip.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_key_with_task`].
    fn resolve_with_task(
        &self,
        key: impl Into<TaskKey>,
    ) -> impl Future<Output = Result<ResolvedTask, TaskError>> + Send {
        let key = key.into();
        async move { self.resolve_key_with_task(&key).await }
    }

    /// Many tasks and their effective strategies, in the order of the keys; `None` where there is no
    /// such task. One round trip for at most [`MAX_KEYS`](crate::MAX_KEYS) keys.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_keys_with_tasks`].
    fn resolve_many_with_tasks<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> impl Future<Output = Result<Vec<Option<ResolvedTask>>, TaskError>> + Send {
        let keys: Vec<TaskKey> = keys.into_iter().map(Into::into).collect();
        async move { self.resolve_keys_with_tasks(&keys).await }
    }

    /// This resolver, restricted to a scope and owned, as
    /// [`TaskRepositoryExt::into_scoped`](crate::TaskRepositoryExt::into_scoped) for repositories.
    fn into_scoped_resolver(self: Arc<Self>, scope: TaskScope) -> Arc<dyn ResolveStrategy>
    where
        Self: 'static,
    {
        Arc::new(OwnedScoped::new(self, scope))
    }
}

impl<T: ResolveStrategy + ?Sized> ResolveStrategyExt for T {}
