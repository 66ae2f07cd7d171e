//! `Retrying` over a repository that fails before or after it has applied a call.

use crate::support::{ON_EXISTING, assert_is, names};
use async_trait::async_trait;
use game_tasks::{
    CreateOutcome, DatabaseError, FailureKind, Game, InMemoryTaskRepository, NewTask, OnExisting,
    Page, Retry, Retryable, Retrying, Task, TaskError, TaskFilter, TaskKey, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt, TaskScope,
};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use uuid::Uuid;

/// How a call fails, and what its error says.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Not applied, and the error says so.
    NotApplied,
    /// Applied, but the response is lost.
    LostResponse,
    /// Not applied, but the error does not say so.
    LostRequest,
    /// Not applied, and retrying does not help.
    Permanent,
}
use Fault::{LostRequest, LostResponse, NotApplied, Permanent};

impl Fault {
    fn error(self) -> TaskError {
        let (kind, retry) = match self {
            NotApplied => (FailureKind::Serialization, Retry::Call),
            LostResponse | LostRequest => (FailureKind::ConnectionLost, Retry::Unknown),
            Permanent => (FailureKind::Other, Retry::No),
        };
        DatabaseError::custom(kind, retry, "a test").into()
    }
}

/// Fails as many calls as there are faults, then succeeds.
struct Flaky {
    tasks: InMemoryTaskRepository,
    faults: Mutex<VecDeque<Fault>>,
}

impl Flaky {
    /// Makes a call with the next fault.
    async fn with_fault<T>(
        &self,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> Result<T, TaskError> {
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            None => call.await,
            Some(LostResponse) => {
                // An error of the call itself is returned; its response was not lost.
                call.await?;
                Err(LostResponse.error())
            }
            Some(fault) => Err(fault.error()),
        }
    }
}

impl Retryable for Flaky {}

#[async_trait]
impl TaskRepository for Flaky {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.with_fault(self.tasks.create_task(task)).await
    }
    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.with_fault(self.tasks.create_many_tasks(tasks, on_existing)).await
    }
    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.with_fault(self.tasks.create_all_tasks(tasks, on_existing)).await
    }
    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.tasks.find_task(key).await
    }
    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        self.with_fault(self.tasks.list_tasks(query)).await
    }
    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.with_fault(self.tasks.count_tasks(filter)).await
    }
    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.with_fault(self.tasks.update_task(key, patch)).await
    }
    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.with_fault(self.tasks.update_many_tasks(filter, patch)).await
    }
    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.with_fault(self.tasks.delete_task(key)).await
    }
    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.with_fault(self.tasks.delete_many_tasks(filter)).await
    }
    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        self.tasks.scoped(scope)
    }
}

/// A repository that retries at most twice, over one with a game and these faults.
fn retrying(faults: impl IntoIterator<Item = Fault>) -> (Retrying<Flaky>, Uuid) {
    let game = Game::new("game");
    let tasks = InMemoryTaskRepository::new();
    tasks.add_game(game.clone());
    let flaky = Flaky { tasks, faults: Mutex::new(faults.into_iter().collect()) };
    let tiny = Duration::from_millis(1);
    (Retrying::new(flaky).max_retries(2).delays(tiny, tiny), game.id)
}

fn set_faults(tasks: &Retrying<Flaky>, faults: impl IntoIterator<Item = Fault>) {
    *tasks.inner().faults.lock().unwrap() = faults.into_iter().collect();
}

async fn remaining_faults(tasks: &Retrying<Flaky>) -> usize {
    tasks.inner().faults.lock().unwrap().len()
}

#[tokio::test]
async fn calls_that_were_not_applied_are_retried_up_to_the_maximum() {
    let (tasks, game) = retrying([NotApplied, NotApplied]);
    tasks.create(NewTask::new(game, "a")).await.unwrap();

    let (tasks, game) = retrying([NotApplied, NotApplied, NotApplied, NotApplied]);
    let error = tasks.create(NewTask::new(game, "a")).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Call);
    assert_eq!(remaining_faults(&tasks).await, 1, "exactly three attempts");
    set_faults(&tasks, []);
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 0);
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    let (tasks, game) = retrying([Permanent, NotApplied]);
    assert_eq!(tasks.create(NewTask::new(game, "a")).await.unwrap_err().retry(), Retry::No);
    assert_eq!(remaining_faults(&tasks).await, 1);
    set_faults(&tasks, []);
    let error = tasks.create(NewTask::new(Uuid::nil(), "a")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { .. });
}

#[tokio::test]
async fn a_creation_with_a_lost_response_is_recognized() {
    for faults in [
        vec![LostResponse],
        vec![LostRequest],
        vec![NotApplied, LostResponse],
        vec![LostRequest, LostResponse],
    ] {
        let (tasks, game) = retrying(faults.clone());
        let task = tasks.create(NewTask::new(game, "a").status("draft")).await.unwrap();
        assert_eq!(task.status, "draft");
        assert_eq!(tasks.get((game, "a")).await.unwrap(), task, "{faults:?}");
    }
    // A task with a given id may be another client's, unless the retry itself creates it.
    let (tasks, game) = retrying([LostResponse]);
    let new = NewTask::new(game, "a").id(Uuid::now_v7());
    assert_eq!(tasks.create(new).await.unwrap_err().retry(), Retry::Unknown);
    set_faults(&tasks, [LostRequest]);
    let new = NewTask::new(game, "b").id(Uuid::now_v7());
    assert_eq!(tasks.create(new.clone()).await.unwrap().id, new.id.unwrap());
    // The name is taken by another task, but the result is still unknown: the lost attempt may have
    // created a task that was deleted since.
    set_faults(&tasks, [LostRequest]);
    let error = tasks.create(NewTask::new(game, "a")).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown);
}

#[tokio::test]
async fn a_batch_with_a_lost_response_is_recognized() {
    for on_existing in ON_EXISTING {
        let (tasks, game) = retrying([]);
        let existing = tasks.create(NewTask::new(game, "existing")).await.unwrap();
        let batch = ["a", "existing", "b"].map(|name| NewTask::new(game, name));
        set_faults(&tasks, [LostResponse]);
        let outcomes = tasks.create_many(batch, on_existing).await.unwrap();
        assert!(outcomes[0].as_ref().unwrap().is_created(), "{on_existing:?}");
        assert!(outcomes[2].as_ref().unwrap().is_created(), "{on_existing:?}");
        match on_existing {
            OnExisting::Keep => {
                assert_eq!(outcomes[1].as_ref().unwrap(), &CreateOutcome::Kept(existing));
            }
            // The lost attempt may have created or updated a task of this name.
            OnExisting::Fail | OnExisting::Update => {
                assert_eq!(outcomes[1].as_ref().unwrap_err().retry(), Retry::Unknown);
            }
        }

        set_faults(&tasks, [LostResponse]);
        let batch = ["c", "d"].map(|name| NewTask::new(game, name));
        let written = tasks.create_all(batch, on_existing).await.unwrap();
        assert!(written.iter().all(CreateOutcome::is_created), "{on_existing:?}");
        assert_eq!(names(written.iter().map(CreateOutcome::task)), ["c", "d"]);
    }
}

#[tokio::test]
async fn an_update_with_a_lost_response_is_unknown() {
    let (tasks, game) = retrying([]);
    let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
    for patch in [TaskPatch::new().strategy("x"), TaskPatch::new().if_status("open").status("b")] {
        set_faults(&tasks, [LostResponse]);
        let error = tasks.update(&task, patch).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown);
    }
    let now = tasks.get(task.id).await.unwrap();
    assert_eq!((now.strategy_id.as_str(), now.status.as_str()), ("x", "b"));

    // An update that was not applied is retried.
    set_faults(&tasks, [LostRequest]);
    assert_eq!(tasks.transition(&task, "b", "open").await.unwrap().status, "open");
    // Not with a name, which may be that of another task by then.
    set_faults(&tasks, [LostRequest]);
    let error = tasks.transition((game, "a"), "open", "b").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown);
    assert_eq!(tasks.get(task.id).await.unwrap().status, "open");
    // A conflict is reported only if no attempt was lost.
    set_faults(&tasks, [NotApplied]);
    let error = tasks.transition(&task, "b", "archived").await.unwrap_err();
    assert_is!(error, TaskError::Conflict { .. });
    set_faults(&tasks, [LostRequest]);
    let error = tasks.transition(&task, "b", "archived").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown);
}

#[tokio::test]
async fn a_deletion_with_a_lost_response_is_unknown() {
    let (tasks, game) = retrying([]);
    let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
    set_faults(&tasks, [LostRequest]);
    assert_eq!(tasks.delete(&task).await.unwrap(), task);
    let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
    set_faults(&tasks, [LostResponse]);
    assert_eq!(tasks.delete(&task).await.unwrap_err().retry(), Retry::Unknown);
    set_faults(&tasks, [LostRequest]);
    let error = tasks.delete(&task).await.unwrap_err();
    assert_is!(error, TaskError::NotFound { .. });
}

/// More tasks than fit on a page.
#[tokio::test]
async fn a_large_batch_with_a_lost_response_is_recognized() {
    let (tasks, game) = retrying([LostResponse]);
    let batch = (0..2_500).map(|n| NewTask::new(game, n.to_string()));
    let written = tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    for (n, outcome) in written.iter().enumerate() {
        assert!(outcome.is_created() && outcome.task().external_task_id == n.to_string());
    }
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 2_500);
}
