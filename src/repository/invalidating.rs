//! [`Invalidating`], a decorator whose writes are visible in a cache at once.

use crate::error::TaskError;
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::strategy::{Cache, Subject};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use futures_util::stream::BoxStream;

/// A repository that tells a [`Cache`] what it writes: the next call of a
/// [`CachedResolver`](crate::CachedResolver) with that cache sees it. See
/// [`ObjectResolver::cached`](crate::ObjectResolver::cached) for an example.
///
/// Results are invalidated when a write has ended: with success, with an error, or because its future
/// was dropped. A bulk change invalidates the results of its filter's keys, else those of its filter's
/// game, else all.
///
/// Over a repository inside the application's transaction it invalidates too early: before the `COMMIT`
/// makes the writes visible. Use the repository alone there, and invalidate after the `COMMIT`; see
/// [`Cache`].
///
/// Takes no additional round trip.
#[derive(Debug, Clone)]
pub struct Invalidating<R> {
    inner: R,
    cache: Cache,
}

impl<R> Invalidating<R> {
    /// Wraps a repository.
    #[must_use]
    pub fn new(inner: R, cache: Cache) -> Self {
        Self { inner, cache }
    }

    /// The inner repository.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.inner
    }

    fn after_writing_key<'w>(&'w self, key: &'w TaskKey) -> impl Drop + 'w {
        OnDrop(|| self.cache.invalidate_subjects([Subject::of(key)]))
    }

    fn after_creating<'w>(&'w self, tasks: &'w [NewTask]) -> impl Drop + 'w {
        OnDrop(|| {
            let ids = tasks.iter().filter_map(|task| task.id).map(Subject::Task);
            let names =
                tasks.iter().map(|task| Subject::Name(task.game_id, &task.external_task_id));
            self.cache.invalidate_subjects(ids.chain(names));
        })
    }

    fn after_writing_all<'w>(&'w self, filter: &'w TaskFilter) -> impl Drop + 'w {
        OnDrop(|| match (&filter.keys, filter.game_id) {
            (Some(keys), _) => self.cache.invalidate_subjects(keys.iter().map(Subject::of)),
            (None, Some(game_id)) => self.cache.invalidate_subjects([Subject::Game(game_id)]),
            (None, None) => self.cache.invalidate_all(),
        })
    }
}

/// Runs a function when it is dropped: at the end of a call, also if its future is dropped.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(feature = "retry")]
impl<R: crate::Retryable> crate::Retryable for Invalidating<R> {}

#[async_trait]
impl<R: TaskRepository> TaskRepository for Invalidating<R> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        let _invalidate = self.after_creating(std::slice::from_ref(task));
        self.inner.create_task(task).await
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        let _invalidate = self.after_creating(tasks);
        self.inner.create_many_tasks(tasks, on_existing).await
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        let _invalidate = self.after_creating(tasks);
        self.inner.create_all_tasks(tasks, on_existing).await
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.inner.find_task(key).await
    }

    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        self.inner.find_many_tasks(keys).await
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        self.inner.list_tasks(query).await
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.inner.count_tasks(filter).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let _invalidate = self.after_writing_key(key);
        self.inner.update_task(key, patch).await
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        let _invalidate = self.after_writing_all(filter);
        self.inner.update_many_tasks(filter, patch).await
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        let _invalidate = self.after_writing_key(key);
        self.inner.delete_task(key).await
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let _invalidate = self.after_writing_all(filter);
        self.inner.delete_many_tasks(filter).await
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Invalidating { inner: self.inner.scoped(scope), cache: self.cache.clone() })
    }

    fn stream_tasks<'a>(&'a self, query: &TaskQuery) -> BoxStream<'a, Result<Task, TaskError>> {
        self.inner.stream_tasks(query)
    }
}
