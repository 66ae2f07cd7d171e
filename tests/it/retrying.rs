//! The decorator that repeats: on a store that fails before and after it has done its work.

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

/// How a call fails.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Before it has done anything.
    Before,
    /// After it has done its work: the answer is lost.
    After,
    /// Before it has done anything, but nobody knows.
    Nowhere,
    /// For good.
    Hard,
}
use Fault::{After, Before, Hard, Nowhere};

impl Fault {
    fn error(self) -> TaskError {
        let (kind, retry) = match self {
            Before => (FailureKind::Serialization, Retry::Call),
            After | Nowhere => (FailureKind::ConnectionLost, Retry::Unknown),
            Hard => (FailureKind::Other, Retry::No),
        };
        DatabaseError::custom(kind, retry, "a test").into()
    }
}

/// Fails its next calls as it is told, and then works.
struct Flaky {
    tasks: InMemoryTaskRepository,
    faults: Mutex<VecDeque<Fault>>,
}

impl Flaky {
    /// Plays one call.
    async fn play<T>(
        &self,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> Result<T, TaskError> {
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            None => call.await,
            Some(After) => {
                // What is refused was not lost on the way.
                call.await?;
                Err(After.error())
            }
            Some(fault) => Err(fault.error()),
        }
    }
}

impl Retryable for Flaky {}

#[async_trait]
impl TaskRepository for Flaky {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.play(self.tasks.create_task(task)).await
    }
    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.play(self.tasks.create_many_tasks(tasks, on_existing)).await
    }
    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.play(self.tasks.create_all_tasks(tasks, on_existing)).await
    }
    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.tasks.find_task(key).await
    }
    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        self.play(self.tasks.list_tasks(query)).await
    }
    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.play(self.tasks.count_tasks(filter)).await
    }
    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.play(self.tasks.update_task(key, patch)).await
    }
    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.play(self.tasks.update_many_tasks(filter, patch)).await
    }
    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.play(self.tasks.delete_task(key)).await
    }
    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.play(self.tasks.delete_many_tasks(filter)).await
    }
    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        self.tasks.scoped(scope)
    }
}

/// A repository that repeats twice at the most, over a store with a game and these faults.
fn retrying(faults: impl IntoIterator<Item = Fault>) -> (Retrying<Flaky>, Uuid) {
    let game = Game::new("game");
    let tasks = InMemoryTaskRepository::new();
    tasks.add_game(game.clone());
    let flaky = Flaky { tasks, faults: Mutex::new(faults.into_iter().collect()) };
    let tiny = Duration::from_millis(1);
    (Retrying::new(flaky).max_retries(2).delays(tiny, tiny), game.id)
}

fn set(tasks: &Retrying<Flaky>, faults: impl IntoIterator<Item = Fault>) {
    *tasks.inner().faults.lock().unwrap() = faults.into_iter().collect();
}

async fn left_over(tasks: &Retrying<Flaky>) -> usize {
    tasks.inner().faults.lock().unwrap().len()
}

#[tokio::test]
async fn what_was_not_applied_is_repeated_within_a_bound() {
    let (tasks, game) = retrying([Before, Before]);
    tasks.create(NewTask::new(game, "a")).await.unwrap();

    let (tasks, game) = retrying([Before, Before, Before, Before]);
    let error = tasks.create(NewTask::new(game, "a")).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Call);
    assert_eq!(left_over(&tasks).await, 1, "three attempts, not more");
    set(&tasks, []);
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_retry_cannot_cure_is_not_repeated() {
    let (tasks, game) = retrying([Hard, Before]);
    assert_eq!(tasks.create(NewTask::new(game, "a")).await.unwrap_err().retry(), Retry::No);
    assert_eq!(left_over(&tasks).await, 1);
    set(&tasks, []);
    let error = tasks.create(NewTask::new(Uuid::nil(), "a")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { .. });
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_recognized() {
    for faults in [vec![After], vec![Nowhere], vec![Before, After], vec![Nowhere, After]] {
        let (tasks, game) = retrying(faults.clone());
        let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
        assert_eq!(tasks.get((game, "a")).await.unwrap(), task, "{faults:?}");
    }
    // An id that the caller gave may be another client's task; what the repetition itself creates
    // is known.
    let (tasks, game) = retrying([After]);
    let new = NewTask::new(game, "a").id(Uuid::now_v7());
    assert_eq!(tasks.create(new).await.unwrap_err().retry(), Retry::Unknown);
    set(&tasks, [Nowhere]);
    let new = NewTask::new(game, "b").id(Uuid::now_v7());
    assert_eq!(tasks.create(new.clone()).await.unwrap().id, new.id.unwrap());
    // A name that another has stays another's. Whether it is a refusal is not known: the lost
    // attempt may have created a task that was deleted since.
    set(&tasks, [Nowhere]);
    let error = tasks.create(NewTask::new(game, "a")).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown);
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_recognized() {
    for on_existing in ON_EXISTING {
        let (tasks, game) = retrying([]);
        let there = tasks.create(NewTask::new(game, "there")).await.unwrap();
        let batch = ["a", "there", "b"].map(|name| NewTask::new(game, name));
        set(&tasks, [After]);
        let outcomes = tasks.create_many(batch, on_existing).await.unwrap();
        assert!(outcomes[0].as_ref().unwrap().is_created(), "{on_existing:?}");
        assert!(outcomes[2].as_ref().unwrap().is_created(), "{on_existing:?}");
        match on_existing {
            OnExisting::Keep => {
                assert_eq!(outcomes[1].as_ref().unwrap(), &CreateOutcome::Kept(there));
            }
            // The lost attempt may have created or updated a task of this name.
            OnExisting::Fail | OnExisting::Update => {
                assert_eq!(outcomes[1].as_ref().unwrap_err().retry(), Retry::Unknown);
            }
        }

        set(&tasks, [After]);
        let batch = ["c", "d"].map(|name| NewTask::new(game, name));
        let written = tasks.create_all(batch, on_existing).await.unwrap();
        assert!(written.iter().all(CreateOutcome::is_created), "{on_existing:?}");
        assert_eq!(names(written.iter().map(CreateOutcome::task)), ["c", "d"]);
    }
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_not_made_up() {
    let (tasks, game) = retrying([]);
    let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
    for patch in [TaskPatch::new().strategy("x"), TaskPatch::new().if_status("open").status("b")] {
        set(&tasks, [After]);
        let error = tasks.update(&task, patch).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown);
    }
    let now = tasks.get(task.id).await.unwrap();
    assert_eq!((now.strategy_id.as_str(), now.status.as_str()), ("x", "b"));

    // What was not applied is applied by the next attempt.
    set(&tasks, [Nowhere]);
    assert_eq!(tasks.transition(&task, "b", "open").await.unwrap().status, "open");
    // Not by the name, which may be another task's by then.
    set(&tasks, [Nowhere]);
    let error = tasks.transition((game, "a"), "open", "b").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown);
    assert_eq!(tasks.get(task.id).await.unwrap().status, "open");
    // A refusal is known only where nothing was lost.
    set(&tasks, [Before]);
    let error = tasks.transition(&task, "b", "archived").await.unwrap_err();
    assert_is!(error, TaskError::Conflict { .. });
    set(&tasks, [Nowhere]);
    let error = tasks.transition(&task, "b", "archived").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown);
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_not_made_up() {
    let (tasks, game) = retrying([]);
    let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
    set(&tasks, [Nowhere]);
    assert_eq!(tasks.delete(&task).await.unwrap(), task);
    let task = tasks.create(NewTask::new(game, "a")).await.unwrap();
    set(&tasks, [After]);
    assert_eq!(tasks.delete(&task).await.unwrap_err().retry(), Retry::Unknown);
    set(&tasks, [Nowhere]);
    let error = tasks.delete(&task).await.unwrap_err();
    assert_is!(error, TaskError::NotFound { .. });
}

/// More than a page of them.
#[tokio::test]
async fn a_large_batch_whose_answer_was_lost_is_recognized() {
    let (tasks, game) = retrying([After]);
    let batch = (0..2_500).map(|n| NewTask::new(game, n.to_string()));
    let written = tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    for (n, one) in written.iter().enumerate() {
        assert!(one.is_created() && one.task().external_task_id == n.to_string());
    }
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 2_500);
}
