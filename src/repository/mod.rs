//! The repository traits, and the decorators, each in a file or folder of its own.

#[cfg(feature = "tokio")]
pub(crate) mod completion;
mod ext;
#[cfg(feature = "cache")]
mod invalidating;
mod outcome;
#[cfg(feature = "retry")]
mod retrying;
#[cfg(feature = "tokio")]
mod run_to_completion;
mod scoped;
#[cfg(feature = "retry")]
mod transaction;

pub use self::ext::TaskRepositoryExt;
#[cfg(feature = "cache")]
pub use self::invalidating::Invalidating;
pub use self::outcome::{CreateOutcome, OnExisting};
#[cfg(feature = "retry")]
pub use self::retrying::{Retryable, Retrying};
#[cfg(feature = "tokio")]
pub use self::run_to_completion::RunToCompletion;
pub(crate) use self::scoped::OwnedScoped;
#[cfg(feature = "retry")]
pub use self::transaction::{RetryError, transaction, transaction_with_options};

use crate::error::TaskError;
use crate::query::{MAX_PAGE_SIZE, Page, TaskFilter, TaskQuery};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use std::sync::Arc;

/// The core trait that every store of tasks implements.
///
/// Applications call the methods of [`TaskRepositoryExt`], which have shorter names, accept
/// anything that converts to a [`TaskKey`], and are built on these. This trait is object-safe,
/// and implemented for `&T`, `Arc<T>` and `Box<T>`:
///
/// ```
/// use game_tasks::{InMemoryTaskRepository, SeaOrmTaskRepository, TaskRepository};
/// use std::sync::Arc;
///
/// struct AppState {
///     tasks: Arc<dyn TaskRepository>,
/// }
///
/// fn production(db: game_tasks::sea_orm::DatabaseConnection) -> AppState {
///     AppState { tasks: Arc::new(SeaOrmTaskRepository::new(db)) }
/// }
///
/// fn unit_test() -> AppState {
///     AppState { tasks: Arc::new(InMemoryTaskRepository::new()) }
/// }
/// # unit_test();
/// ```
///
/// The cost of each method is that of the method of [`TaskRepositoryExt`] that links to it.
///
/// # Guarantees of every implementation
///
/// 1. Of any number of concurrent creations of one (game, external id) exactly one succeeds; the
///    others fail with [`AlreadyExists`](TaskError::AlreadyExists).
/// 2. A refused call has changed nothing.
/// 3. A write returns the row as that write left it, to the microsecond.
/// 4. Of two writers with the same precondition one succeeds; the other fails with
///    [`Conflict`](TaskError::Conflict).
/// 5. `updated_at` increases with every change made through a repository, whatever the writers'
///    clocks. This does not cover other programs that write to the table: on PostgreSQL
///    `migration::opt_in_updated_at_trigger` makes it increase with their changes, too.
/// 6. Text is stored and returned byte for byte, or refused with
///    [`Invalid`](TaskError::Invalid).
/// 7. A task outside the scope is reported as not found.
///
/// # Errors
///
/// Besides the variants that each method lists, every method can fail with
/// [`Database`](TaskError::Database), and every write with
/// [`Referenced`](TaskError::Referenced) if a foreign key of another table is violated. If a
/// trigger or a row security policy makes the database skip a row without an error, a write fails
/// with [`WriteSkipped`](TaskError::WriteSkipped), and a bulk change counts only the rows that
/// were written.
#[async_trait]
pub trait TaskRepository: Send + Sync {
    /// Creates a task. Its status is `open`, and its creator is the caller of the scope.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`GameNotFound`](TaskError::GameNotFound),
    /// [`AlreadyExists`](TaskError::AlreadyExists), [`IdTaken`](TaskError::IdTaken).
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError>;

    /// Creates any number of tasks, each independently of the others. The outcomes are in the
    /// order of the input. An external id that occurs twice in the batch counts as existing from
    /// its second occurrence on.
    ///
    /// # Errors
    /// The outcome of each task contains its own error. The call itself fails only if the
    /// database fails; what it had written by then stays written.
    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError>;

    /// Creates all of the tasks or none: at most [`MAX_ATOMIC_TASKS`](crate::MAX_ATOMIC_TASKS)
    /// with [`MAX_ATOMIC_BYTES`](crate::MAX_ATOMIC_BYTES) of text.
    ///
    /// # Errors
    /// [`Batch`](TaskError::Batch) with the index and the error of the first task that was
    /// refused; [`Invalid`](TaskError::Invalid) for a batch that is too large.
    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError>;

    /// Finds a task. `None` if it does not exist or is outside the scope.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid) for a key with a NUL character.
    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError>;

    /// Finds many tasks, in the order of the keys. `None` for a task that does not exist or is outside
    /// the scope. By default finds each with [`find_task`](Self::find_task).
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid) for a key with a NUL character, or for more than
    /// [`MAX_KEYS`](crate::MAX_KEYS) keys or [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES) bytes of external
    /// ids.
    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        TaskKey::validate_many(keys)?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            found.push(self.find_task(key).await?);
        }
        Ok(found)
    }

    /// Reads one page of tasks.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`InvalidCursor`](TaskError::InvalidCursor).
    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError>;

    /// Counts the tasks that match the filter.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid).
    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError>;

    /// Updates a task, and returns it as it then is.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`NotFound`](TaskError::NotFound),
    /// [`Conflict`](TaskError::Conflict); [`Unchanged`](TaskError::Unchanged) with the task for a patch
    /// that changes nothing, an empty one included.
    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError>;

    /// Updates all tasks that match the filter and that the patch applies to, and returns how
    /// many. A task that the patch would not change, that does not meet a precondition, or whose
    /// status transition the lifecycle forbids, is left as it is.
    ///
    /// Bulk calls lock rows in the order of game and external id, so on PostgreSQL they do not
    /// deadlock with each other. This covers [`create_many_tasks`](Self::create_many_tasks),
    /// [`create_all_tasks`](Self::create_all_tasks), this method and
    /// [`delete_many_tasks`](Self::delete_many_tasks), each as the first call of its transaction.
    /// On MariaDB and MySQL there are two exceptions: a filter with neither a game nor keys locks by id, and
    /// creating tasks that another call is deleting can deadlock. InnoDB then ends one of the two
    /// calls with error 1213, for which [`TaskError::retry`] says what to repeat.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), for an empty patch with the field `patch` and
    /// [`NoChange`](crate::ValidationReason::NoChange).
    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError>;

    /// Deletes a task, and returns it as it was.
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid), [`NotFound`](TaskError::NotFound).
    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError>;

    /// Deletes all tasks that match the filter, and returns how many. Locks rows in the order
    /// described at [`update_many_tasks`](Self::update_many_tasks).
    ///
    /// # Errors
    /// [`Invalid`](TaskError::Invalid).
    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError>;

    /// This repository, restricted to what the scope allows to see, change and create. Applied
    /// again, it narrows the scope. Takes no round trip.
    ///
    /// ```
    /// use game_tasks::{OauthUserId, Task, TaskError, TaskFilter, TaskQuery, TaskRepository};
    /// use game_tasks::TaskScope;
    ///
    /// async fn tasks_of(tasks: &dyn TaskRepository, user: &str) -> Result<Vec<Task>, TaskError> {
    ///     let user = OauthUserId::new(user)?;
    ///     let tasks = tasks.scoped(TaskScope::oauth_user(user));
    ///     Ok(tasks.list_tasks(&TaskQuery::new(TaskFilter::all())).await?.items)
    /// }
    /// ```
    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_>;

    /// Reads all tasks of the query in its order, starting at its cursor if it has one, page by
    /// page ([`MAX_PAGE_SIZE`] tasks each, unless the repository documents another size). The page
    /// size and page number of the query are ignored.
    ///
    /// No statement is running while the consumer handles a task, so it can write. The stream is
    /// not a snapshot: it can return a task that was changed since its page was read.
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
            async fn find_many_tasks(
                &self,
                keys: &[TaskKey],
            ) -> Result<Vec<Option<Task>>, TaskError> {
                (**self).find_many_tasks(keys).await
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
