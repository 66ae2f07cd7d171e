//! [`Retrying`], a decorator that repeats calls after transient failures.

mod attempts;
mod ids;

use crate::error::TaskError;
use crate::query::{MAX_PAGE_SIZE, Page, TaskFilter, TaskQuery};
use crate::repository::retrying::attempts::{Attempts, repeat};
use crate::repository::retrying::ids::{FixedIds, as_created, existing_id};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::strategy::{ResolveStrategy, ResolvedGame, ResolvedStrategy, ResolvedTask};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A repository or resolver whose calls run in transactions of their own, never inside the
/// application's.
///
/// [`Retrying`] requires it, since repeating a call inside a failed transaction cannot succeed.
/// Implement it for a store of your own that meets the condition:
///
/// ```
/// use game_tasks::{Retryable, Retrying};
///
/// fn with_retries<R: Retryable>(store: R) -> Retrying<R> {
///     Retrying::new(store)
/// }
/// # with_retries(game_tasks::InMemoryTaskRepository::new());
/// ```
pub trait Retryable: Send + Sync {}

impl<T: Retryable + ?Sized> Retryable for &T {}
impl<T: Retryable + ?Sized> Retryable for Arc<T> {}
impl<T: Retryable + ?Sized> Retryable for Box<T> {}

/// A repository or strategy resolver that repeats calls after transient failures, with exponential backoff, jitter and
/// a maximum number of retries.
///
/// It accepts only what is [`Retryable`]. Inside the application's own transaction a single
/// call cannot be repeated; repeat the whole transaction instead.
///
/// ```
/// use game_tasks::{Game, InMemoryTaskRepository, NewTask, Retrying, TaskRepositoryExt};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let memory = InMemoryTaskRepository::new();
/// let game = Game::new("bees-2026");
/// memory.add_game(game.clone());
///
/// let tasks = Retrying::new(memory).max_retries(3);
/// tasks.create(NewTask::new(game.id, "task-login")).await?;
/// # Ok::<(), game_tasks::TaskError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What is repeated, and what is returned
///
/// An attempt that was not applied ([`Retry::Call`](crate::Retry::Call)) is repeated, and does not
/// affect what the call returns.
///
/// An attempt whose response was *lost* ([`Retry::Unknown`](crate::Retry::Unknown), usually
/// because the connection broke) may have been applied, and other clients may have acted on it
/// since. From then on the call returns a result only if it is known to be true of the whole call.
/// Otherwise, also for refusals such as [`Conflict`](TaskError::Conflict) and
/// [`NotFound`](TaskError::NotFound), it returns the error of the lost attempt, whose
/// [`retry`](TaskError::retry) is `Unknown`. In detail, after a lost attempt:
///
/// - *Reads* are repeated.
/// - *Creations* are repeated. Ids are fixed before the first attempt, so a repetition recognizes
///   the rows of a lost attempt: they are returned as created, as this call wrote them. A row with
///   an id given by the *caller* may be another client's; unless the repetition itself created
///   it, the task gets the lost error. So do refusals, and with [`OnExisting::Update`] rows that
///   need no update any more. In [`create_many`](super::TaskRepositoryExt::create_many) each task
///   has its own outcome; in [`create_all`](super::TaskRepositoryExt::create_all) a single unknown
///   outcome makes the whole call unknown.
/// - *Updates by id* are repeated, and succeed if the repetition changes the task. If it has
///   nothing to change, either the lost attempt or another client made the change, so the call
///   returns the lost error.
/// - *Updates by external id* are not repeated: by then the external id may belong to another
///   task. Address tasks by id if updates are to be repeated.
/// - *Deletions* read the task again, and are repeated by its id if it is still the same task. If
///   it does not exist any more, this call or another may have deleted it, so the call returns the
///   lost error.
/// - *Bulk updates and deletions* are not repeated: the number of tasks that the lost attempt
///   changed is unknown.
///
/// A repetition can undo what another client did after the lost attempt was applied: it sets a
/// status again, or creates a deleted task again. A database that notices the broken connection
/// late can apply the lost attempt after its repetition.
///
/// # Cost
///
/// Without failures only [`delete`](super::TaskRepositoryExt::delete) takes more round trips than
/// the inner repository: one, which reads the task first. After a lost attempt
/// [`create`](super::TaskRepositoryExt::create) can take one more, `delete` takes one, and
/// `create_all` can take one for every [`MAX_PAGE_SIZE`] tasks.
///
/// The attempts and lookups of a call share one limit: together they fail at most
/// [`max_retries`](Self::max_retries) + 1 times. So a call takes at most the time of its
/// statements (each of which waits for a connection as long as the pool allows) and
/// `max_retries` delays, each at most twice the longest one because of jitter.
#[derive(Debug, Clone)]
pub struct Retrying<R> {
    inner: R,
    backoff: ExponentialBuilder,
}

impl<R: Retryable> Retrying<R> {
    /// Repeats the calls of a repository or resolver up to five times, with delays from 20 milliseconds to 2
    /// seconds.
    #[must_use]
    pub fn new(inner: R) -> Self {
        let backoff = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(Duration::from_millis(20))
            .with_max_delay(Duration::from_secs(2))
            .with_max_times(5);
        Self { inner, backoff }
    }

    /// Sets the maximum number of retries of a call, including its lookups.
    ///
    /// The delays double until they are as long as the longest. With the default ones five retries
    /// wait for at least 0.6 seconds in all, and twelve for at least 12.5 seconds: enough for a
    /// failover in which a server is unreachable, or read-only, for some seconds.
    #[must_use]
    pub fn max_retries(mut self, times: usize) -> Self {
        self.backoff = self.backoff.with_max_times(times);
        self
    }

    /// Sets the shortest and the longest delay between attempts, before jitter.
    ///
    /// ```
    /// use game_tasks::{InMemoryTaskRepository, Retrying};
    /// use std::time::Duration;
    ///
    /// let tasks = Retrying::new(InMemoryTaskRepository::new())
    ///     .max_retries(8)
    ///     .delays(Duration::from_millis(5), Duration::from_secs(1));
    /// # let _ = tasks;
    /// ```
    #[must_use]
    pub fn delays(mut self, shortest: Duration, longest: Duration) -> Self {
        self.backoff = self.backoff.with_min_delay(shortest).with_max_delay(longest);
        self
    }

    /// The inner repository.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.inner
    }

    /// The inner repository, by value.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R> Retrying<R> {
    fn attempts(&self) -> Attempts {
        Attempts::new(self.backoff.build())
    }
}

impl<R: TaskRepository> Retrying<R> {
    /// The rows with the ids of these tasks; `None` if any is missing.
    async fn rows_of(
        &self,
        tasks: &[NewTask],
        attempts: &mut Attempts,
    ) -> Result<Option<Vec<Task>>, TaskError> {
        let most = usize::try_from(MAX_PAGE_SIZE).unwrap_or(usize::MAX);
        let mut rows = Vec::with_capacity(tasks.len());
        for tasks in tasks.chunks(most) {
            let ids = tasks.iter().filter_map(|task| task.id);
            let query = TaskQuery::new(TaskFilter::keys(ids)).limit(MAX_PAGE_SIZE);
            let page = repeat!(attempts, self.inner.list_tasks(&query));
            if page.items.len() < tasks.len() {
                return Ok(None);
            }
            rows.extend(page.items);
        }
        Ok(Some(rows))
    }
}

#[async_trait]
impl<R: TaskRepository> TaskRepository for Retrying<R> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        let generated = task.id.is_none();
        let id = task.id.unwrap_or_else(Uuid::now_v7);
        let task = task.clone().id(id);
        let mut attempts = self.attempts();
        loop {
            let error = match self.inner.create_task(&task).await {
                Ok(created) => return Ok(created),
                Err(error) => error,
            };
            if attempts.lost().is_some() && generated && existing_id(&error) == Some(id) {
                // Only this call creates a task with this id, so an earlier attempt did.
                let key = TaskKey::InGame(task.game_id, id);
                let row = repeat!(attempts, self.inner.find_task(&key));
                let own = row.filter(|row| row.external_task_id == task.external_task_id);
                let created = own.map(|row| as_created(&task, row, OnExisting::Fail));
                return created.ok_or_else(|| attempts.final_error(error));
            }
            attempts.next(error).await?;
        }
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        let fixed = FixedIds::new(tasks);
        let mut attempts = self.attempts();
        loop {
            // `Keep` writes the same rows as `Fail` and returns the existing ones, among them the
            // rows of a lost attempt.
            let mode = match on_existing {
                OnExisting::Fail if attempts.lost().is_some() => OnExisting::Keep,
                mode => mode,
            };
            match (self.inner.create_many_tasks(&fixed.tasks, mode).await, attempts.lost()) {
                (Ok(outcomes), None) => return Ok(outcomes),
                (Ok(outcomes), Some(lost)) => {
                    return Ok(fixed.after_loss(outcomes, on_existing, lost));
                }
                (Err(error), _) => attempts.next(error).await?,
            }
        }
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        let fixed = FixedIds::new(tasks);
        let mut attempts = self.attempts();
        loop {
            let written = self.inner.create_all_tasks(&fixed.tasks, on_existing).await;
            let error = match (written, attempts.lost()) {
                (Ok(written), None) => return Ok(written),
                (Ok(written), Some(lost)) => {
                    let written = written.into_iter().map(Ok);
                    return fixed.after_loss(written, on_existing, lost).into_iter().collect();
                }
                (Err(error), _) => error,
            };
            if attempts.lost().is_some()
                && on_existing == OnExisting::Fail
                && let TaskError::Batch { error: refusal, .. } = &error
                && fixed.caused(refusal)
            {
                // The batch is atomic: if one row is its own, an earlier attempt wrote all.
                let rows = self.rows_of(&fixed.tasks, &mut attempts).await?;
                let created = rows.and_then(|rows| fixed.created_together(rows));
                return created.ok_or_else(|| attempts.final_error(error));
            }
            attempts.next(error).await?;
        }
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.find_task(key)))
    }

    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.find_many_tasks(keys)))
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.list_tasks(query)))
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.count_tasks(filter)))
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let mut attempts = match key {
            // After a loss the external id may belong to another task.
            TaskKey::External(..) => self.attempts().until_lost(),
            TaskKey::Id(_) | TaskKey::InGame(..) => self.attempts(),
        };
        Ok(repeat!(attempts, self.inner.update_task(key, patch)))
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        let mut attempts = self.attempts().until_lost();
        Ok(repeat!(attempts, self.inner.update_many_tasks(filter, patch)))
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        let mut attempts = self.attempts();
        let absent = || TaskError::NotFound { key: key.clone() };
        let before = repeat!(attempts, self.inner.find_task(key)).ok_or_else(absent)?;
        let by_id = TaskKey::InGame(before.game_id, before.id);
        loop {
            let key = if attempts.lost().is_some() {
                let now = repeat!(attempts, self.inner.find_task(&by_id));
                // A caller that assigns ids may have created another task with this one.
                if now.is_none_or(|now| now.created_at != before.created_at) {
                    return Err(attempts.final_error(absent()));
                }
                &by_id
            } else {
                key
            };
            match self.inner.delete_task(key).await {
                Ok(task) => return Ok(task),
                Err(error) => attempts.next(error).await?,
            }
        }
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let mut attempts = self.attempts().until_lost();
        Ok(repeat!(attempts, self.inner.delete_many_tasks(filter)))
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Retrying { inner: self.inner.scoped(scope), backoff: self.backoff })
    }
}

#[async_trait]
impl<R: ResolveStrategy> ResolveStrategy for Retrying<R> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.resolve_key(key)))
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.resolve_task(task)))
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.resolve_keys(keys)))
    }

    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.resolve_for_game(game_id)))
    }

    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.resolve_key_with_task(key)))
    }

    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        let mut attempts = self.attempts();
        Ok(repeat!(attempts, self.inner.resolve_keys_with_tasks(keys)))
    }

    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        let inner = self.inner.scoped_resolver(scope);
        Box::new(Retrying { inner, backoff: self.backoff })
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }
}
