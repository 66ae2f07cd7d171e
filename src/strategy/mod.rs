//! Effective strategies: a task's own, else its game's, else the default.

mod resolved;

pub(crate) use resolved::Inheritances;
pub use resolved::{Inheritance, ResolvedStrategy, StrategySource};

use crate::error::TaskError;
use crate::task::{Task, TaskKey};
use async_trait::async_trait;
use std::sync::Arc;

/// Resolves the effective strategies of tasks.
///
/// [`StrategyResolver`](crate::StrategyResolver) and
/// [`InMemoryTaskRepository`](crate::InMemoryTaskRepository) implement it. It is object-safe, and
/// implemented for `&T`, `Arc<T>` and `Box<T>`. Over a database each call takes one round trip.
///
/// ```
/// use game_tasks::{ResolveStrategy, Task, TaskError};
///
/// async fn is_inherited(resolver: &dyn ResolveStrategy, task: &Task) -> Result<bool, TaskError> {
///     let resolved = resolver.resolve_key(&task.key()).await?;
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
        }
    };
}

for_pointer!(&T);
for_pointer!(Arc<T>);
for_pointer!(Box<T>);
