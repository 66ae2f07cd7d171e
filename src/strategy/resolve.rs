//! [`ResolveStrategy`]: the core trait of resolvers.

use super::{ResolvedGame, ResolvedStrategy, ResolvedTask};
use crate::error::TaskError;
use crate::task::{Task, TaskKey, TaskScope};
use async_trait::async_trait;
use std::sync::Arc;
use uuid::Uuid;

/// Resolves effective strategies: a task's own, else its game's, else the default.
///
/// Applications call the methods of [`ResolveStrategyExt`](crate::ResolveStrategyExt), which have shorter
/// names. [`StrategyResolver`](crate::StrategyResolver) and
/// [`InMemoryTaskRepository`](crate::InMemoryTaskRepository) implement this trait. It is object-safe, and
/// implemented for `&T`, `Arc<T>` and `Box<T>`. Over a database each call takes one round trip.
///
/// ```
/// use game_tasks::{ResolveStrategy, ResolveStrategyExt, Task, TaskError};
///
/// async fn is_inherited(resolver: &dyn ResolveStrategy, task: &Task) -> Result<bool, TaskError> {
///     let resolved = resolver.resolve(task).await?;
///     Ok(resolved.strategy_id != task.strategy_id)
/// }
/// ```
#[async_trait]
pub trait ResolveStrategy: Send + Sync {
    /// The effective strategy of a task.
    ///
    /// # Errors
    /// [`NotFound`](TaskError::NotFound), [`Invalid`](TaskError::Invalid) for a key with a
    /// NUL character, [`Database`](TaskError::Database).
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError>;

    /// The effective strategy of a task that was already read.
    ///
    /// Without a scope this uses the task's `strategy_id` as given. With a scope it reads the task
    /// again by its game and id.
    ///
    /// # Errors
    /// [`GameNotFound`](TaskError::GameNotFound); with a scope
    /// [`NotFound`](TaskError::NotFound); [`Database`](TaskError::Database).
    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError>;

    /// The effective strategies of many tasks, in the order of the keys; `None` where there is no
    /// such task.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid) for a key with a NUL character, or for more than
    /// [`MAX_KEYS`](crate::MAX_KEYS) keys or [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES) bytes of
    /// external ids; [`Database`](TaskError::Database).
    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError>;

    /// The effective strategy of a game: the one of its tasks that have none of their own.
    ///
    /// # Errors
    /// [`GameNotFound`](TaskError::GameNotFound), also for a game in which the scope may not create
    /// tasks; [`Database`](TaskError::Database).
    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError>;

    /// A task and its effective strategy.
    ///
    /// # Errors
    /// See [`resolve_key`](Self::resolve_key);
    /// [`UnreadableTimestamp`](TaskError::UnreadableTimestamp).
    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError>;

    /// Many tasks and their effective strategies, in the order of the keys; `None` where there is no
    /// such task.
    ///
    /// # Errors
    /// See [`resolve_keys`](Self::resolve_keys);
    /// [`UnreadableTimestamp`](TaskError::UnreadableTimestamp).
    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError>;

    /// This resolver, restricted to the tasks that the scope can see. Applied again, it narrows the
    /// scope. Takes no round trip.
    ///
    /// ```
    /// use game_tasks::{OauthUserId, ResolveStrategy, ResolveStrategyExt, TaskError, TaskScope};
    /// # use game_tasks::uuid::Uuid;
    ///
    /// async fn of(
    ///     resolver: &dyn ResolveStrategy,
    ///     user: &str,
    ///     task: Uuid,
    /// ) -> Result<String, TaskError> {
    ///     let scope = TaskScope::oauth_user(OauthUserId::new(user)?);
    ///     Ok(resolver.scoped_resolver(scope).resolve(task).await?.to_string())
    /// }
    /// ```
    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_>;

    /// Whether calls read inside an open transaction, and so what nobody else may see yet. A
    /// `CachedResolver` neither stores what such a resolver returns nor gives it stored results.
    fn in_transaction(&self) -> bool;
}

macro_rules! for_pointer {
    ($pointer:ty) => {
        #[async_trait]
        impl<T: ResolveStrategy + ?Sized> ResolveStrategy for $pointer {
            async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
                (**self).resolve_key(key).await
            }
            async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
                (**self).resolve_task(task).await
            }
            async fn resolve_keys(
                &self,
                keys: &[TaskKey],
            ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
                (**self).resolve_keys(keys).await
            }
            async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
                (**self).resolve_for_game(game_id).await
            }
            async fn resolve_key_with_task(
                &self,
                key: &TaskKey,
            ) -> Result<ResolvedTask, TaskError> {
                (**self).resolve_key_with_task(key).await
            }
            async fn resolve_keys_with_tasks(
                &self,
                keys: &[TaskKey],
            ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
                (**self).resolve_keys_with_tasks(keys).await
            }
            fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
                (**self).scoped_resolver(scope)
            }
            fn in_transaction(&self) -> bool {
                (**self).in_transaction()
            }
        }
    };
}

for_pointer!(&T);
for_pointer!(Arc<T>);
for_pointer!(Box<T>);
