//! A repository or resolver that is restricted to a scope and owned.

use crate::error::TaskError;
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::strategy::{ResolveStrategy, ResolvedGame, ResolvedStrategy, ResolvedTask};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use std::sync::Arc;
use uuid::Uuid;

/// Its streams read pages of [`MAX_PAGE_SIZE`](crate::MAX_PAGE_SIZE): those of the inner repository
/// would borrow the scoped one, which lives as long as one call.
pub(crate) struct OwnedScoped<R: ?Sized> {
    inner: Arc<R>,
    scope: TaskScope,
}

impl<R: ?Sized> OwnedScoped<R> {
    pub(crate) fn new(inner: Arc<R>, scope: TaskScope) -> Self {
        Self { inner, scope }
    }
}

impl<R: TaskRepository + ?Sized> OwnedScoped<R> {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        self.inner.scoped(self.scope.clone())
    }
}

impl<R: ResolveStrategy + ?Sized> OwnedScoped<R> {
    fn resolver(&self) -> Box<dyn ResolveStrategy + '_> {
        self.inner.scoped_resolver(self.scope.clone())
    }
}

#[async_trait]
impl<R: TaskRepository + ?Sized> TaskRepository for OwnedScoped<R> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.tasks().create_task(task).await
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.tasks().create_many_tasks(tasks, on_existing).await
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.tasks().create_all_tasks(tasks, on_existing).await
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.tasks().find_task(key).await
    }

    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        self.tasks().find_many_tasks(keys).await
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        self.tasks().list_tasks(query).await
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.tasks().count_tasks(filter).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.tasks().update_task(key, patch).await
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.tasks().update_many_tasks(filter, patch).await
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.tasks().delete_task(key).await
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.tasks().delete_many_tasks(filter).await
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        self.inner.scoped(self.scope.clone().and(scope))
    }
}

#[async_trait]
impl<R: ResolveStrategy + ?Sized> ResolveStrategy for OwnedScoped<R> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.resolver().resolve_key(key).await
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.resolver().resolve_task(task).await
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        self.resolver().resolve_keys(keys).await
    }

    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        self.resolver().resolve_for_game(game_id).await
    }

    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        self.resolver().resolve_key_with_task(key).await
    }

    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        self.resolver().resolve_keys_with_tasks(keys).await
    }

    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        self.inner.scoped_resolver(self.scope.clone().and(scope))
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }
}
