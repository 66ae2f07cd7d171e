//! The repository: its promises, what callers ask of it, and its implementations.

#[cfg(feature = "tokio")]
pub(crate) mod completion;
mod ext;
mod outcome;
#[cfg(feature = "retry")]
mod retrying;
#[cfg(feature = "tokio")]
mod run_to_completion;

pub use self::ext::TaskRepositoryExt;
pub use self::outcome::{CreateOutcome, OnExisting};
#[cfg(feature = "retry")]
pub use self::retrying::{Retryable, Retrying};
#[cfg(feature = "tokio")]
pub use self::run_to_completion::RunToCompletion;

use crate::error::TaskError;
use crate::query::{MAX_PAGE_SIZE, Page, TaskFilter, TaskQuery};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use std::sync::Arc;

/// Where tasks are kept: the core that every store implements.
///
/// Callers use [`TaskRepositoryExt`], whose methods have short names, take anything that
/// names a task, and are made of these. This trait is object-safe, and implemented for
/// `&T`, `Arc<T>` and `Box<T>`.
///
/// # What every implementation promises
///
/// 1. Of any number of concurrent creators of one (game, external id) exactly one succeeds;
///    the others get [`AlreadyExists`](TaskError::AlreadyExists).
/// 2. A refused call has changed nothing.
/// 3. What a write answers is the row as that write left it, to the microsecond.
/// 4. Of two writers with the same precondition one wins; the other gets
///    [`Conflict`](TaskError::Conflict).
/// 5. `updated_at` grows with every change made through a repository, whatever the clocks of the
///    writers say. What other programs write to the table is theirs: on PostgreSQL
///    `migration::opt_in_updated_at_trigger` makes it grow with their changes, too.
/// 6. Text is stored and returned byte for byte, or refused with
///    [`Invalid`](TaskError::Invalid).
/// 7. What lies outside the scope is "not found".
///
/// # Errors
///
/// Besides the variants that each method names, every method can fail with
/// [`Database`](TaskError::Database), and every write with
/// [`Referenced`](TaskError::Referenced) where other tables' foreign keys come into play. Where a
/// trigger or a row security policy makes the database skip a row without an error, a write fails with
/// [`WriteSkipped`](TaskError::WriteSkipped), and changes of many count only what was written.
#[async_trait]
pub trait TaskRepository: Send + Sync {
    /// Creates a task, `open` and stamped with the scope's caller.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`GameNotFound`](TaskError::GameNotFound),
    /// [`AlreadyExists`](TaskError::AlreadyExists), [`IdTaken`](TaskError::IdTaken).
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError>;

    /// Creates any number of tasks, each for itself. The outcomes are in input order;
    /// a name that stands in the batch twice exists from its second place on.
    ///
    /// # Errors
    /// Each task's own refusal is in its outcome. The call itself fails only with the
    /// database; what it had written by then stays written.
    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError>;

    /// Creates all of these tasks or none, at most [`MAX_ATOMIC_TASKS`] of them with
    /// [`MAX_ATOMIC_BYTES`] of text.
    ///
    /// # Errors
    /// [`Batch`](TaskError::Batch) with the first task that was refused and why, or
    /// [`Invalid`](TaskError::Invalid) for a batch that is too large.
    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError>;

    /// Finds a task.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid) for a key with a NUL character.
    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError>;

    /// Lists a page of tasks.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`InvalidCursor`](TaskError::InvalidCursor).
    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError>;

    /// Counts tasks.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid).
    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError>;

    /// Changes a task.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`NotFound`](TaskError::NotFound),
    /// [`Conflict`](TaskError::Conflict), [`Unchanged`](TaskError::Unchanged).
    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError>;

    /// Changes all tasks that the filter means and that the patch applies to, and says how
    /// many. Tasks that are already so, that miss a precondition, or whose status may not
    /// go where the patch would have it, are left as they are.
    ///
    /// Bulk calls lock rows in one order, by game and external id, so that on PostgreSQL none of them
    /// deadlocks with another: [`create_many_tasks`](Self::create_many_tasks),
    /// [`create_all_tasks`](Self::create_all_tasks), this one and
    /// [`delete_many_tasks`](Self::delete_many_tasks), each as the first call of its transaction. MariaDB
    /// excepts a filter that names neither a game nor keys, which locks by id, and the creation of
    /// tasks that another call is deleting: InnoDB may end one of the two with error 1213, for which
    /// [`TaskError::retry`] says what to repeat.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`Unchanged`](TaskError::Unchanged) for an empty patch.
    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError>;

    /// Deletes a task, and answers with it as it was.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`NotFound`](TaskError::NotFound).
    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError>;

    /// Deletes all tasks that the filter means, and says how many. Locks rows in the order that
    /// [`update_many_tasks`](Self::update_many_tasks) describes.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid).
    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError>;

    /// The same repository, seeing, changing and creating only what the scope allows.
    /// Scoping again narrows.
    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_>;

    /// All tasks of the query in its order, from its cursor or its beginning, read page by
    /// page ([`MAX_PAGE_SIZE`] each, unless the repository says otherwise). Nothing is under way
    /// while the loop that consumes it has a task, so that it may write; it is no snapshot, and
    /// what the loop writes may meet tasks that were read before. The query's own page size and
    /// number do not count.
    fn stream_tasks<'a>(&'a self, query: &TaskQuery) -> BoxStream<'a, Result<Task, TaskError>> {
        let first = query.for_stream(MAX_PAGE_SIZE);
        let pages = stream::try_unfold(Some(first), move |query| async move {
            let Some(query) = query else { return Ok::<_, TaskError>(None) };
            let page = self.list_tasks(&query).await?;
            let next = page.next.map(|cursor| query.after(cursor));
            Ok(Some((stream::iter(page.items.into_iter().map(Ok)), next)))
        });
        pages.try_flatten().boxed()
    }
}

macro_rules! for_pointer {
    ($pointer:ty) => {
        #[async_trait]
        impl<T: TaskRepository + ?Sized> TaskRepository for $pointer {
            async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
                (**self).create_task(task).await
            }
            async fn create_many_tasks(
                &self,
                tasks: &[NewTask],
                on_existing: OnExisting,
            ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
                (**self).create_many_tasks(tasks, on_existing).await
            }
            async fn create_all_tasks(
                &self,
                tasks: &[NewTask],
                on_existing: OnExisting,
            ) -> Result<Vec<CreateOutcome>, TaskError> {
                (**self).create_all_tasks(tasks, on_existing).await
            }
            async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
                (**self).find_task(key).await
            }
            async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
                (**self).list_tasks(query).await
            }
            async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
                (**self).count_tasks(filter).await
            }
            async fn update_task(
                &self,
                key: &TaskKey,
                patch: &TaskPatch,
            ) -> Result<Task, TaskError> {
                (**self).update_task(key, patch).await
            }
            async fn update_many_tasks(
                &self,
                filter: &TaskFilter,
                patch: &TaskPatch,
            ) -> Result<u64, TaskError> {
                (**self).update_many_tasks(filter, patch).await
            }
            async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
                (**self).delete_task(key).await
            }
            async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
                (**self).delete_many_tasks(filter).await
            }
            fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
                (**self).scoped(scope)
            }
            fn stream_tasks<'a>(
                &'a self,
                query: &TaskQuery,
            ) -> BoxStream<'a, Result<Task, TaskError>> {
                (**self).stream_tasks(query)
            }
        }
    };
}

for_pointer!(&T);
for_pointer!(Arc<T>);
for_pointer!(Box<T>);
