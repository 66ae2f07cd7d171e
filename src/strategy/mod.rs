//! Which strategy a task runs by: its own, else its game's, else the default.

mod resolved;

pub(crate) use resolved::Inheritances;
pub use resolved::{Inheritance, ResolvedStrategy, StrategySource};

use crate::error::TaskError;
use crate::task::{Task, TaskKey};
use async_trait::async_trait;
use std::sync::Arc;

/// Resolves strategies: the object-safe core behind [`StrategyResolver`](crate::StrategyResolver), which
/// [`InMemoryTaskRepository`](crate::InMemoryTaskRepository) implements too.
#[async_trait]
pub trait ResolveStrategy: Send + Sync {
    /// The effective strategy of the task that the key names.
    ///
    /// # Errors
    /// [`NotFound`](TaskError::NotFound), [`Invalid`](TaskError::Invalid) for a key with a
    /// NUL character, [`Database`](TaskError::Database).
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError>;

    /// The effective strategy of a task in hand, whose stored strategy is taken as it is; with
    /// a scope, that of the task of its game and id, if the scope sees it.
    ///
    /// # Errors
    /// [`GameNotFound`](TaskError::GameNotFound), or [`NotFound`](TaskError::NotFound) with a
    /// scope; [`Database`](TaskError::Database).
    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError>;

    /// The effective strategies of many tasks, in the order of the keys; `None` for a task
    /// that is not there.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid) for a key with a NUL character, or for more than
    /// [`MAX_KEYS`](crate::MAX_KEYS) keys or [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES) of external ids;
    /// [`Database`](TaskError::Database).
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
