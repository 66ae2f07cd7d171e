//! [`RunToCompletion`], a decorator whose calls complete even if their callers are dropped.

use crate::error::{Retry, RuntimeFault, TaskError};
use crate::query::{Page, TaskFilter, TaskQuery};
#[cfg(feature = "retry")]
use crate::repository::Retryable;
use crate::repository::completion::run_to_completion;
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::strategy::{ResolveStrategy, ResolvedGame, ResolvedStrategy, ResolvedTask};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use std::sync::Arc;
use uuid::Uuid;

/// A repository or strategy resolver that runs each call to completion in a spawned tokio task.
///
/// Dropping a future before it completes (`tokio::time::timeout`, `select!`, a client that has
/// disconnected) interrupts the driver, and not every driver recovers: on MariaDB and MySQL the pool can
/// lose the connection permanently, and an in-memory SQLite database can be lost with its only
/// connection. With this decorator, dropping the future stops only the waiting. The call goes on,
/// and its writes are applied; its result is discarded.
///
/// ```
/// use game_tasks::sea_orm::{ConnectOptions, Database};
/// use game_tasks::{Game, NewTask, RunToCompletion, SeaOrmTaskRepository, TaskRepositoryExt};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut memory = ConnectOptions::new("sqlite::memory:");
/// memory.max_connections(1).test_before_acquire(false);
/// memory.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
/// let db = Database::connect(memory).await?;
/// # game_tasks::migrate(&db).await?;
/// # let game = Game::new("bees-2026").insert(&db).await?;
/// let tasks = RunToCompletion::new(SeaOrmTaskRepository::new(db.clone()));
/// let create = tasks.create(NewTask::new(game.id, "count-foragers"));
/// // The pool stays usable, whether or not the call completes in time.
/// let created = tokio::time::timeout(Duration::from_secs(1), create).await??;
/// assert_eq!(created.external_task_id, "count-foragers");
/// # Ok(())
/// # }
/// ```
///
/// - The inner repository must be `'static`: one over an owned pool
///   (`SeaOrmTaskRepository<DatabaseConnection>`), or an `Arc<dyn TaskRepository>`. A repository
///   inside the application's transaction borrows it, so it cannot be wrapped.
/// - Scopes, also nested ones, and streams work. A stream reads each page in a spawned task; its
///   pages have at most [`MAX_PAGE_SIZE`](super::MAX_PAGE_SIZE) tasks.
/// - It composes with `Retrying` in both orders. `RunToCompletion<Retrying<_>>` also completes
///   the retries of a dropped call; `Retrying<RunToCompletion<_>>` only its current attempt.
/// - A panic of the call is resumed in the caller. The call runs inside the caller's span.
/// - Dropping a caller releases nothing: its call still waits for a connection of the pool, and
///   holds it until it completes. Limit the duration of calls in the database
///   (`statement_timeout`, `max_statement_time`) and in the pool (`acquire_timeout`).
/// - When the runtime shuts down, it drops the tasks that still run. `DatabaseConnection::close`
///   waits for the calls that hold a connection, so close the pool before the runtime ends.
///
/// # Cost
/// Each call spawns one task and clones its arguments. It takes no additional round trip.
///
/// # Errors
/// Besides the errors of the repository, each call can fail with
/// [`NotCompleted`](TaskError::NotCompleted): outside of a tokio runtime, where nothing was
/// sent, and if the runtime shuts down while a caller outside of it waits for the result.
#[derive(Debug, Clone)]
pub struct RunToCompletion<R> {
    inner: Arc<R>,
    scope: TaskScope,
}

impl<R> RunToCompletion<R> {
    /// Wraps a repository or resolver.
    #[must_use]
    pub fn new(inner: R) -> Self {
        Self { inner: Arc::new(inner), scope: TaskScope::unrestricted() }
    }

    /// The inner repository or resolver.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.inner
    }

    /// A clone, for a spawned task. `derive(Clone)` requires `R: Clone`.
    fn share(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), scope: self.scope.clone() }
    }
}

impl<R: TaskRepository> RunToCompletion<R> {
    /// The inner repository, restricted to the scope.
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        match self.scope.is_unrestricted() {
            true => Box::new(&*self.inner),
            false => self.inner.scoped(self.scope.clone()),
        }
    }
}

/// Runs a call that reads. It can be repeated whether or not it completed.
async fn read<T: Send + 'static>(
    call: impl Future<Output = Result<T, TaskError>> + Send + 'static,
) -> Result<T, TaskError> {
    complete(call, Retry::Call).await
}

/// Runs a call that writes.
async fn write<T: Send + 'static>(
    call: impl Future<Output = Result<T, TaskError>> + Send + 'static,
) -> Result<T, TaskError> {
    complete(call, Retry::Unknown).await
}

async fn complete<T: Send + 'static>(
    call: impl Future<Output = Result<T, TaskError>> + Send + 'static,
    if_shut_down: Retry,
) -> Result<T, TaskError> {
    run_to_completion(call).await.unwrap_or_else(|fault| {
        let retry = match fault {
            // A repetition by the same caller would not find a runtime either.
            RuntimeFault::Missing => Retry::No,
            RuntimeFault::ShutDown => if_shut_down,
        };
        Err(TaskError::NotCompleted { fault, retry })
    })
}

#[async_trait]
impl<R: TaskRepository + 'static> TaskRepository for RunToCompletion<R> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        let (this, task) = (self.share(), task.clone());
        write(async move { this.tasks().create_task(&task).await }).await
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        let (this, tasks) = (self.share(), tasks.to_vec());
        write(async move { this.tasks().create_many_tasks(&tasks, on_existing).await }).await
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        let (this, tasks) = (self.share(), tasks.to_vec());
        write(async move { this.tasks().create_all_tasks(&tasks, on_existing).await }).await
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        let (this, key) = (self.share(), key.clone());
        read(async move { this.tasks().find_task(&key).await }).await
    }

    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        let (this, keys) = (self.share(), keys.to_vec());
        read(async move { this.tasks().find_many_tasks(&keys).await }).await
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let (this, query) = (self.share(), query.clone());
        read(async move { this.tasks().list_tasks(&query).await }).await
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let (this, filter) = (self.share(), filter.clone());
        read(async move { this.tasks().count_tasks(&filter).await }).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let (this, key, patch) = (self.share(), key.clone(), patch.clone());
        write(async move { this.tasks().update_task(&key, &patch).await }).await
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        let (this, filter, patch) = (self.share(), filter.clone(), patch.clone());
        write(async move { this.tasks().update_many_tasks(&filter, &patch).await }).await
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        let (this, key) = (self.share(), key.clone());
        write(async move { this.tasks().delete_task(&key).await }).await
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let (this, filter) = (self.share(), filter.clone());
        write(async move { this.tasks().delete_many_tasks(&filter).await }).await
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Self { scope: self.scope.clone().and(scope), ..self.share() })
    }
}

impl<R: ResolveStrategy> RunToCompletion<R> {
    /// The inner resolver, restricted to the scope.
    fn resolver(&self) -> Box<dyn ResolveStrategy + '_> {
        match self.scope.is_unrestricted() {
            true => Box::new(&*self.inner),
            false => self.inner.scoped_resolver(self.scope.clone()),
        }
    }
}

#[async_trait]
impl<R: ResolveStrategy + 'static> ResolveStrategy for RunToCompletion<R> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        let (this, key) = (self.share(), key.clone());
        read(async move { this.resolver().resolve_key(&key).await }).await
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        let (this, task) = (self.share(), task.clone());
        read(async move { this.resolver().resolve_task(&task).await }).await
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        let (this, keys) = (self.share(), keys.to_vec());
        read(async move { this.resolver().resolve_keys(&keys).await }).await
    }

    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        let this = self.share();
        read(async move { this.resolver().resolve_for_game(game_id).await }).await
    }

    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        let (this, key) = (self.share(), key.clone());
        read(async move { this.resolver().resolve_key_with_task(&key).await }).await
    }

    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        let (this, keys) = (self.share(), keys.to_vec());
        read(async move { this.resolver().resolve_keys_with_tasks(&keys).await }).await
    }

    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        let Self { inner, scope: outer } = self.share();
        Box::new(Self { inner, scope: outer.and(scope) })
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }
}

#[cfg(feature = "retry")]
impl<R: Retryable> Retryable for RunToCompletion<R> {}
