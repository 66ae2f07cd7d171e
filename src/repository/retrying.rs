//! A decorator that repeats what can be repeated.

use super::{
    InMemoryTaskRepository, NewTask, OnExisting, Page, SeaOrmTaskRepository, TaskFilter, TaskPatch,
    TaskQuery, TaskRepository, Written,
};
use crate::connection::Autocommit;
use crate::entity::{ParentGame, Task};
use crate::error::{Retry, TaskError};
use crate::value::{TaskKey, TaskScope};
use async_trait::async_trait;
use backon::{
    BackoffBuilder, ExponentialBackoff, ExponentialBuilder, FuturesTimerSleeper, Sleeper,
};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A repository each of whose calls is a transaction of its own, or several: one that does
/// not work inside an application's transaction.
///
/// [`Retrying`] takes no other. A store of an application's own that keeps this promise
/// implements it.
pub trait OwnsTransactions: TaskRepository {}

impl<C: Autocommit, G: ParentGame> OwnsTransactions for SeaOrmTaskRepository<C, G> {}
impl OwnsTransactions for InMemoryTaskRepository {}
impl<T: OwnsTransactions + ?Sized> OwnsTransactions for &T {}
impl<T: OwnsTransactions + ?Sized> OwnsTransactions for Arc<T> {}
impl<T: OwnsTransactions + ?Sized> OwnsTransactions for Box<T> {}

/// A repository that repeats calls which failed for a passing reason.
///
/// It repeats a call of which nothing was applied ([`Retry::Call`]), with growing, jittered
/// delays and a bound. Where nobody knows ([`Retry::Unknown`]: the connection was lost before
/// the answer came) it looks: the ids of new tasks are fixed before the first attempt, so that
/// a task whose acknowledgement was lost is recognized, and answered as created.
///
/// It takes only repositories that own their transactions. Inside the application's own
/// transaction a single call cannot be repeated: the transaction must be.
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
/// What it costs beyond the repository: [`delete`](super::TaskRepositoryExt::delete) reads the
/// task first, since afterwards nobody could say what it was. What it cannot know: whether a
/// change *with a precondition* was its own, if its acknowledgement was lost and the task is
/// now as the patch would have it. Then the error with [`Retry::Unknown`] is handed on. A
/// change or deletion of many answers with what its last attempt did.
#[derive(Debug, Clone)]
pub struct Retrying<R> {
    inner: R,
    backoff: ExponentialBuilder,
}

impl<R: OwnsTransactions> Retrying<R> {
    /// Repeats up to five times, with delays from 20 milliseconds to 2 seconds.
    #[must_use]
    pub fn new(inner: R) -> Self {
        let backoff = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(Duration::from_millis(20))
            .with_max_delay(Duration::from_secs(2))
            .with_max_times(5);
        Self { inner, backoff }
    }

    /// How often a call is repeated at the most.
    #[must_use]
    pub fn max_retries(mut self, times: usize) -> Self {
        self.backoff = self.backoff.with_max_times(times);
        self
    }

    /// The shortest and the longest delay between attempts, before jitter.
    #[must_use]
    pub fn delays(mut self, shortest: Duration, longest: Duration) -> Self {
        self.backoff = self.backoff.with_min_delay(shortest).with_max_delay(longest);
        self
    }

    /// The repository beneath.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.inner
    }

    /// The repository beneath.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }
}

/// The attempts of one call.
struct Attempts {
    delays: ExponentialBackoff,
    /// How the last attempt failed that may have been applied.
    lost: Option<TaskError>,
}

impl Attempts {
    /// Waits for the next attempt, or gives the error back if there is none.
    async fn next(&mut self, error: TaskError) -> Result<(), TaskError> {
        if !matches!(error.retry(), Retry::Call | Retry::Unknown) {
            return Err(error);
        }
        let Some(delay) = self.delays.next() else { return Err(error) };
        tracing::debug!(?delay, %error, "the call is repeated");
        if error.retry() == Retry::Unknown {
            self.lost = Some(error);
        }
        FuturesTimerSleeper.sleep(delay).await;
        Ok(())
    }
}

impl<R> Retrying<R> {
    fn attempts(&self) -> Attempts {
        Attempts { delays: self.backoff.build(), lost: None }
    }
}

/// Repeats a call for which it does not matter whether an earlier attempt was applied.
macro_rules! repeat {
    ($this:ident, $call:expr) => {{
        let mut attempts = $this.attempts();
        loop {
            match $call.await {
                Ok(answer) => return Ok(answer),
                Err(error) => attempts.next(error).await?,
            }
        }
    }};
}

/// The same tasks with ids, so that each attempt writes the same rows.
fn with_ids(tasks: &[NewTask]) -> Vec<NewTask> {
    let fixed = |task: &NewTask| task.clone().id(task.id.unwrap_or_else(Uuid::now_v7));
    tasks.iter().map(fixed).collect()
}

/// The id of the task that stands in the way.
fn taken_by(error: &TaskError) -> Option<Uuid> {
    match error {
        TaskError::AlreadyExists { id, .. } => *id,
        TaskError::IdTaken { id } => Some(*id),
        _ => None,
    }
}

impl<R: TaskRepository> Retrying<R> {
    /// The row that an earlier attempt wrote, if it did.
    async fn own(&self, task: &NewTask) -> Result<Option<Task>, TaskError> {
        let Some(id) = task.id else { return Ok(None) };
        let found = self.find_task(&TaskKey::InGame(task.game_id, id)).await?;
        Ok(found.filter(|row| row.external_task_id == task.external_task_id))
    }

    /// Tells outcomes as the first attempt would have told them: what has the id that was
    /// fixed for it was created by one of them.
    async fn as_created(
        &self,
        task: &NewTask,
        outcome: Result<Written, TaskError>,
    ) -> Result<Result<Written, TaskError>, TaskError> {
        Ok(match outcome {
            Ok(written) if Some(written.task().id) == task.id => {
                Ok(Written::Created(written.into_task()))
            }
            Err(error) if task.id.is_some() && taken_by(&error) == task.id => {
                self.own(task).await?.map(Written::Created).ok_or(error)
            }
            outcome => outcome,
        })
    }
}

#[async_trait]
impl<R: TaskRepository> TaskRepository for Retrying<R> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        let task = task.clone().id(task.id.unwrap_or_else(Uuid::now_v7));
        let mut attempts = self.attempts();
        loop {
            match self.inner.create_task(&task).await {
                Ok(created) => return Ok(created),
                Err(error) if attempts.lost.is_some() && taken_by(&error) == task.id => {
                    return self.own(&task).await?.ok_or(error);
                }
                Err(error) => attempts.next(error).await?,
            }
        }
    }

    async fn create_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<Written, TaskError>>, TaskError> {
        let tasks = with_ids(tasks);
        let mut attempts = self.attempts();
        let outcomes = loop {
            match self.inner.create_tasks(&tasks, on_existing).await {
                Ok(outcomes) => break outcomes,
                Err(error) => attempts.next(error).await?,
            }
        };
        if attempts.lost.is_none() {
            return Ok(outcomes);
        }
        let mut told = Vec::with_capacity(outcomes.len());
        for (task, outcome) in tasks.iter().zip(outcomes) {
            told.push(self.as_created(task, outcome).await?);
        }
        Ok(told)
    }

    async fn create_tasks_atomically(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Written>, TaskError> {
        let tasks = with_ids(tasks);
        let mut attempts = self.attempts();
        loop {
            let error = match self.inner.create_tasks_atomically(&tasks, on_existing).await {
                Ok(written) if attempts.lost.is_none() => return Ok(written),
                Ok(written) => {
                    let mut told = Vec::with_capacity(written.len());
                    for (task, one) in tasks.iter().zip(written) {
                        told.push(self.as_created(task, Ok(one)).await??);
                    }
                    return Ok(told);
                }
                Err(error) => error,
            };
            let TaskError::Batch { index, error: refusal } = &error else {
                attempts.next(error).await?;
                continue;
            };
            let own = tasks.get(*index).is_some_and(|task| taken_by(refusal) == task.id);
            if !(attempts.lost.is_some() && own) {
                return Err(error);
            }
            // All of it is there, or none: one's own task in the way means all.
            let mut told = Vec::with_capacity(tasks.len());
            for task in &tasks {
                match self.own(task).await? {
                    Some(row) => told.push(Written::Created(row)),
                    None => return Err(error),
                }
            }
            return Ok(told);
        }
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        repeat!(self, self.inner.find_task(key))
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        repeat!(self, self.inner.list_tasks(query))
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        repeat!(self, self.inner.count_tasks(filter))
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let mut attempts = self.attempts();
        loop {
            let error = match self.inner.update_task(key, patch).await {
                Ok(task) => return Ok(task),
                Err(error) => error,
            };
            let judged = matches!(error, TaskError::Unchanged | TaskError::Conflict { .. });
            let Some(lost) = attempts.lost.take().filter(|_| judged) else {
                attempts.next(error).await?;
                continue;
            };
            // An earlier attempt may have made the change, and so have taken away its reason.
            return match self.find_task(key).await? {
                Some(task) if !patch.is_met_by(&task) => Err(error),
                // Without a precondition it does not matter whose change it was.
                Some(task) if !patch.has_precondition() => Ok(task),
                _ => Err(lost),
            };
        }
    }

    async fn update_tasks(&self, filter: &TaskFilter, patch: &TaskPatch) -> Result<u64, TaskError> {
        repeat!(self, self.inner.update_tasks(filter, patch))
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        let before = self.find_task(key).await?;
        let mut attempts = self.attempts();
        loop {
            match self.inner.delete_task(key).await {
                Ok(task) => return Ok(task),
                Err(TaskError::NotFound { .. }) if attempts.lost.is_some() => {
                    return before.ok_or_else(|| TaskError::NotFound { key: key.clone() });
                }
                Err(error) => attempts.next(error).await?,
            }
        }
    }

    async fn delete_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        repeat!(self, self.inner.delete_tasks(filter))
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Retrying { inner: self.inner.scoped(scope), backoff: self.backoff })
    }
}
