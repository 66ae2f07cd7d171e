//! The short names that callers use, made of the core.

use crate::error::TaskError;
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::task::{NewTask, Task, TaskKey, TaskPatch};
use futures_util::stream::BoxStream;
use std::future::Future;
use uuid::Uuid;

/// What callers use of a repository. Every [`TaskRepository`] has it.
///
/// A round trip is one statement that is sent and answered; the figures are those of
/// [`SeaOrmTaskRepository`](crate::SeaOrmTaskRepository). A creation, change or deletion refused
/// for what is stored takes one more, to learn why; what is refused by itself takes none.
/// In a transaction on SQLite a write that meets a violation on the way takes another one, which
/// asks SQLite whether the transaction is still there.
///
/// The errors are those of the core's methods.
///
/// ```
/// use game_tasks::{Game, InMemoryTaskRepository, NewTask, TaskRepositoryExt};
///
/// # futures_executor(async {
/// let tasks = InMemoryTaskRepository::new();
/// let game = Game::new("bees-2026");
/// tasks.add_game(game.clone());
///
/// let task = tasks.create(NewTask::new(game.id, "task-login")).await?;
/// let closed = tasks.transition(task.id, "open", "closed").await?;
/// assert_eq!(closed.status.as_str(), "closed");
/// assert!(tasks.exists((game.id, "task-login")).await?);
/// # Ok::<(), game_tasks::TaskError>(())
/// # })?;
/// # fn futures_executor<T>(f: impl Future<Output = T>) -> T {
/// #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(f)
/// # }
/// # Ok::<(), game_tasks::TaskError>(())
/// ```
pub trait TaskRepositoryExt: TaskRepository {
    /// Creates a task. One round trip.
    ///
    /// # Errors
    /// See [`TaskRepository::create_task`].
    fn create(&self, task: NewTask) -> impl Future<Output = Result<Task, TaskError>> + Send {
        async move { self.create_task(&task).await }
    }

    /// Creates any number of tasks, each for itself. One round trip for every 5,000 tasks,
    /// and at most two more where some of them exist. With [`OnExisting::Update`] on MariaDB
    /// one more, to look first.
    ///
    /// # Errors
    /// See [`TaskRepository::create_many_tasks`].
    fn create_many(
        &self,
        tasks: impl IntoIterator<Item = NewTask>,
        on_existing: OnExisting,
    ) -> impl Future<Output = Result<Vec<Result<CreateOutcome, TaskError>>, TaskError>> + Send {
        let tasks: Vec<NewTask> = tasks.into_iter().collect();
        async move { self.create_many_tasks(&tasks, on_existing).await }
    }

    /// Creates all of these tasks or none. One round trip, and two more where some exist that
    /// are to be kept; with [`OnExisting::Update`] two, since it looks first.
    ///
    /// # Errors
    /// See [`TaskRepository::create_all_tasks`].
    fn create_all(
        &self,
        tasks: impl IntoIterator<Item = NewTask>,
        on_existing: OnExisting,
    ) -> impl Future<Output = Result<Vec<CreateOutcome>, TaskError>> + Send {
        let tasks: Vec<NewTask> = tasks.into_iter().collect();
        async move { self.create_all_tasks(&tasks, on_existing).await }
    }

    /// Gets the task of this game and name, or creates it, and says which:
    /// [`CreateOutcome::Kept`] or [`CreateOutcome::Created`]. One round trip if it is there, two if not.
    ///
    /// # Errors
    /// See [`TaskRepository::create_task`]; [`TaskError::AlreadyExists`] only where a task
    /// outside the scope has the name.
    fn get_or_create(
        &self,
        task: NewTask,
    ) -> impl Future<Output = Result<CreateOutcome, TaskError>> + Send {
        async move {
            task.validate()?;
            if let Some(found) = self.find_task(&task.key()).await? {
                return Ok(CreateOutcome::Kept(found));
            }
            // Keeping what is there also settles a race with another creator.
            let written =
                self.create_many_tasks(std::slice::from_ref(&task), OnExisting::Keep).await?.pop();
            written.unwrap_or(Err(TaskError::NotFound { key: task.key() }))
        }
    }

    /// Finds a task. One round trip.
    ///
    /// # Errors
    /// See [`TaskRepository::find_task`].
    fn find(
        &self,
        key: impl Into<TaskKey>,
    ) -> impl Future<Output = Result<Option<Task>, TaskError>> + Send {
        let key = key.into();
        async move { self.find_task(&key).await }
    }

    /// Finds a task that must be there. One round trip.
    ///
    /// # Errors
    /// [`TaskError::NotFound`] if it is not; else see [`TaskRepository::find_task`].
    fn get(&self, key: impl Into<TaskKey>) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        async move { self.find_task(&key).await?.ok_or(TaskError::NotFound { key }) }
    }

    /// Whether there is such a task. One round trip.
    ///
    /// # Errors
    /// See [`TaskRepository::find_task`].
    fn exists(
        &self,
        key: impl Into<TaskKey>,
    ) -> impl Future<Output = Result<bool, TaskError>> + Send {
        let key = key.into();
        async move {
            match self.find_task(&key).await {
                Err(TaskError::UnreadableTimestamp { .. }) => Ok(true),
                found => Ok(found?.is_some()),
            }
        }
    }

    /// Lists a page of tasks. One round trip, two with the total.
    ///
    /// # Errors
    /// See [`TaskRepository::list_tasks`].
    fn list(&self, query: TaskQuery) -> impl Future<Output = Result<Page, TaskError>> + Send {
        async move { self.list_tasks(&query).await }
    }

    /// Counts tasks. One round trip, in which each that the filter means is looked at; where it
    /// names no game, every task there is, unless one of `migration::OptInIndex` helps (`Status`,
    /// `StrategyId`).
    ///
    /// # Errors
    /// See [`TaskRepository::count_tasks`].
    fn count(&self, filter: TaskFilter) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.count_tasks(&filter).await }
    }

    /// All tasks of a query, read page by page. One round trip for every
    /// [`MAX_PAGE_SIZE`](crate::MAX_PAGE_SIZE) tasks; on PostgreSQL and MariaDB for the first so
    /// many, and then for every 4,000, of which one page is read ahead.
    fn stream(&self, query: TaskQuery) -> BoxStream<'_, Result<Task, TaskError>> {
        self.stream_tasks(&query)
    }

    /// Changes a task. One round trip.
    ///
    /// # Errors
    /// See [`TaskRepository::update_task`].
    fn update(
        &self,
        key: impl Into<TaskKey>,
        patch: TaskPatch,
    ) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        async move { self.update_task(&key, &patch).await }
    }

    /// Changes all tasks that the filter means. On a pool two round trips for every 10,000 tasks of the
    /// game, or of all games, that there are to look at, or one for every 10,000 keys; in a
    /// transaction one. On MariaDB keys that are ids take one more each time, which reads their names.
    ///
    /// # Errors
    /// See [`TaskRepository::update_many_tasks`].
    fn update_many(
        &self,
        filter: TaskFilter,
        patch: TaskPatch,
    ) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.update_many_tasks(&filter, &patch).await }
    }

    /// Moves a task from one status to another, if it has the first. One round trip.
    ///
    /// # Errors
    /// [`TaskError::Conflict`] if it has another status, [`TaskError::Unchanged`] if both
    /// are the same; else see [`TaskRepository::update_task`].
    fn transition(
        &self,
        key: impl Into<TaskKey>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        let patch = TaskPatch::new().if_status(from).status(to);
        async move {
            if patch.if_status == patch.status {
                // Also for a task with another status: the call itself makes no sense.
                patch.validate()?;
                self.find_task(&key).await?.ok_or(TaskError::NotFound { key })?;
                return Err(TaskError::Unchanged);
            }
            self.update_task(&key, &patch).await
        }
    }

    /// Creates another task in the same game with the same stored strategy, `open` and
    /// stamped with the scope's caller. Two round trips.
    ///
    /// # Errors
    /// [`TaskError::NotFound`] for the first; else see [`TaskRepository::create_task`].
    fn duplicate(
        &self,
        key: impl Into<TaskKey>,
        external_task_id: impl Into<String>,
    ) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        let external_task_id = external_task_id.into();
        async move {
            crate::task::check_text("external_task_id", &external_task_id)?;
            let original = self.find_task(&key).await?.ok_or(TaskError::NotFound { key })?;
            let copy = NewTask::new(original.game_id, external_task_id)
                .strategy(original.strategy_id.as_str());
            self.create_task(&copy).await
        }
    }

    /// Gives all tasks that store one strategy another, in one game or in all, and says how
    /// many. Games are not touched. Round trips as [`update_many`](Self::update_many). Looks at
    /// every task of the game, or there is; for all games `migration::OptInIndex::StrategyId`
    /// leads to those with the strategy.
    ///
    /// # Errors
    /// [`TaskError::Unchanged`] if both are the same; else see
    /// [`TaskRepository::update_many_tasks`].
    fn reassign_strategy(
        &self,
        game_id: Option<Uuid>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> impl Future<Output = Result<u64, TaskError>> + Send {
        let (from, to) = (from.into(), to.into());
        async move {
            if from == to {
                crate::task::check_text("strategy_id", &to)?;
                return Err(TaskError::Unchanged);
            }
            let filter = game_id.map_or_else(TaskFilter::all, TaskFilter::in_game);
            self.update_many_tasks(&filter.strategies([from]), &TaskPatch::new().strategy(to)).await
        }
    }

    /// Deletes a task, and answers with it as it was. One round trip, and two where there is no such
    /// task.
    ///
    /// # Errors
    /// See [`TaskRepository::delete_task`].
    fn delete(
        &self,
        key: impl Into<TaskKey>,
    ) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        async move { self.delete_task(&key).await }
    }

    /// Deletes all tasks that the filter means. On a pool two round trips for every 10,000 tasks of the
    /// game, or of all games, that there are to look at, or one for every 10,000 keys; in a
    /// transaction one. On MariaDB keys that are ids take one more each time, which reads their names.
    ///
    /// # Errors
    /// See [`TaskRepository::delete_many_tasks`].
    fn delete_many(
        &self,
        filter: TaskFilter,
    ) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.delete_many_tasks(&filter).await }
    }

    /// Deletes all tasks of a game, after which the game itself can be deleted, unless a trigger or a
    /// policy kept some of them. Round trips as [`delete_many`](Self::delete_many).
    ///
    /// # Errors
    /// See [`TaskRepository::delete_many_tasks`].
    fn delete_game(&self, game_id: Uuid) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.delete_many_tasks(&TaskFilter::in_game(game_id)).await }
    }
}

impl<T: TaskRepository + ?Sized> TaskRepositoryExt for T {}
