//! [`TaskRepositoryExt`]: the methods that applications call, built on the core trait.

use crate::error::TaskError;
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, OwnedScoped, TaskRepository};
use crate::task::{NewTask, Task, TaskKey, TaskPatch, TaskScope};
use futures_util::stream::BoxStream;
use std::future::Future;
use std::sync::Arc;
use uuid::Uuid;

/// The methods that applications call on a repository. Every [`TaskRepository`] has them.
///
/// # Round trips
///
/// A round trip is one statement and its response; the figures are those of
/// [`SeaOrmTaskRepository`](crate::SeaOrmTaskRepository). A creation, update or deletion that is
/// refused because of what is stored takes one more, which determines the reason. A call that is
/// refused because of its arguments takes none, or one that reads the task where the patch of one task
/// is empty. In a transaction on SQLite a write that violates a
/// constraint takes another one, which asks SQLite whether the transaction is still open.
///
/// # Errors
///
/// Each method links to the method of the core trait whose errors it returns.
///
/// # Examples
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
    /// ```
    /// # use game_tasks::{NewTask, TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let new = NewTask::new(game_id, "task-login").strategy("socio_bee");
    /// match tasks.create(new).await {
    ///     Ok(task) => assert!(task.status.is_open()),
    ///     Err(TaskError::AlreadyExists { .. }) => { /* the game has a task with this id */ }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::create_task`].
    fn create(&self, task: NewTask) -> impl Future<Output = Result<Task, TaskError>> + Send {
        async move { self.create_task(&task).await }
    }

    /// Creates any number of tasks, each independently of the others. Returns one outcome for
    /// each, in the order of the input.
    ///
    /// One round trip for every 5,000 tasks, and at most two more if some of them exist. With
    /// [`OnExisting::Update`] on MariaDB and MySQL one more, which reads the existing tasks first.
    ///
    /// ```
    /// # use game_tasks::{NewTask, OnExisting, TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let new = ["task-login", "task-share-photo"].map(|name| NewTask::new(game_id, name));
    /// for outcome in tasks.create_many(new, OnExisting::Keep).await? {
    ///     match outcome {
    ///         Ok(outcome) => println!("{}", outcome.task().external_task_id),
    ///         Err(error) => println!("refused: {error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
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

    /// Creates all of the tasks or none. Returns one outcome for each, in the order of the input.
    ///
    /// One round trip, and two more if [`OnExisting::Keep`] meets existing tasks. With
    /// [`OnExisting::Update`] two, since it reads the existing tasks first.
    ///
    /// ```
    /// # use game_tasks::{NewTask, OnExisting, TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let new = ["task-login", "task-share-photo"].map(|name| NewTask::new(game_id, name));
    /// match tasks.create_all(new, OnExisting::Fail).await {
    ///     Ok(outcomes) => assert!(outcomes.iter().all(|outcome| outcome.is_created())),
    ///     Err(TaskError::Batch { index, error }) => println!("task {index}: {error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
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

    /// Finds the task with this game and external id ([`CreateOutcome::Kept`]), or creates it
    /// ([`CreateOutcome::Created`]). One round trip if it exists, two if not.
    ///
    /// ```
    /// # use game_tasks::{NewTask, TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let outcome = tasks.get_or_create(NewTask::new(game_id, "task-login")).await?;
    /// println!("{}: {}", outcome.task().id, outcome.is_created());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::create_task`]. [`TaskError::AlreadyExists`] only if a task outside
    /// the scope has the external id.
    fn get_or_create(
        &self,
        task: NewTask,
    ) -> impl Future<Output = Result<CreateOutcome, TaskError>> + Send {
        async move {
            task.validate()?;
            if let Some(found) = self.find_task(&task.key()).await? {
                return Ok(CreateOutcome::Kept(found));
            }
            // `Keep` also covers a concurrent creation.
            let outcomes =
                self.create_many_tasks(std::slice::from_ref(&task), OnExisting::Keep).await?;
            let key = task.key();
            outcomes.into_iter().next().unwrap_or(Err(TaskError::NotFound { key }))
        }
    }

    /// Finds a task, by id, by `(game, id)` or by `(game, external id)`. One round trip.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// if let Some(task) = tasks.find((game_id, "task-login")).await? {
    ///     println!("{}", task.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
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

    /// Finds a task, or fails if there is none. One round trip.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let task = tasks.get((game_id, "task-login")).await?;
    /// println!("{}", task.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::NotFound`]; else see [`TaskRepository::find_task`].
    fn get(&self, key: impl Into<TaskKey>) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        async move { self.find_task(&key).await?.ok_or(TaskError::NotFound { key }) }
    }

    /// Finds many tasks, in the order of the keys; `None` where there is no such task. One round trip
    /// for at most [`MAX_KEYS`](crate::MAX_KEYS) keys.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let names = ["task-login", "task-share-photo"];
    /// let found = tasks.find_many(names.map(|name| (game_id, name))).await?;
    /// for (name, task) in names.iter().zip(found) {
    ///     println!("{name}: {}", task.map_or("missing".to_owned(), |task| task.status.to_string()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::find_many_tasks`].
    fn find_many<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> impl Future<Output = Result<Vec<Option<Task>>, TaskError>> + Send {
        let keys: Vec<TaskKey> = keys.into_iter().map(Into::into).collect();
        async move { self.find_many_tasks(&keys).await }
    }

    /// Whether the task exists. One round trip, which counts the task instead of reading it.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// if !tasks.exists((game_id, "task-login")).await? {
    ///     println!("no such task");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::find_task`].
    fn exists(
        &self,
        key: impl Into<TaskKey>,
    ) -> impl Future<Output = Result<bool, TaskError>> + Send {
        let key = key.into();
        async move {
            key.validate()?;
            Ok(self.count_tasks(&TaskFilter::keys([key])).await? > 0)
        }
    }

    /// Reads one page of tasks. One round trip, two with the total.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskFilter, TaskOrder, TaskQuery, TaskRepositoryExt};
    /// # use game_tasks::uuid::Uuid;
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let filter = TaskFilter::in_game(game_id).statuses(["open"]);
    /// let query = TaskQuery::new(filter).order_by(TaskOrder::Created).limit(50);
    /// let page = tasks.list(query.clone()).await?;
    /// if let Some(cursor) = page.next {
    ///     let next_page = tasks.list(query.after(cursor)).await?;
    ///     println!("{}", next_page.items.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::list_tasks`].
    fn list(&self, query: TaskQuery) -> impl Future<Output = Result<Page, TaskError>> + Send {
        async move { self.list_tasks(&query).await }
    }

    /// Counts the tasks that match the filter. One round trip.
    ///
    /// The database scans every matching task. Without a game in the filter it scans the whole
    /// table, unless an index of `migration::OptInIndex` (`Status`, `StrategyId`) applies.
    ///
    /// # Errors
    /// See [`TaskRepository::count_tasks`].
    fn count(&self, filter: TaskFilter) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.count_tasks(&filter).await }
    }

    /// Reads all tasks of a query, page by page.
    ///
    /// One round trip for every [`MAX_PAGE_SIZE`](crate::MAX_PAGE_SIZE) tasks. On PostgreSQL and
    /// MariaDB and MySQL only the first page has this size; the others have 4,000 tasks, and one of them is
    /// read ahead. See [`TaskRepository::stream_tasks`] for what a stream guarantees.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskQuery, TaskRepositoryExt, uuid::Uuid};
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let mut stream = tasks.stream(TaskQuery::in_game(game_id));
    /// while let Some(task) = stream.try_next().await? {
    ///     println!("{}", task.external_task_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn stream(&self, query: TaskQuery) -> BoxStream<'_, Result<Task, TaskError>> {
        self.stream_tasks(&query)
    }

    /// Updates a task, and returns it as it then is. One round trip; on MySQL two.
    ///
    /// ```
    /// # use game_tasks::{Task, TaskError, TaskPatch, TaskRepositoryExt};
    /// # async fn example(tasks: impl TaskRepositoryExt, task: Task) -> Result<(), TaskError> {
    /// let patch = TaskPatch::new().strategy("socio_bee").if_unmodified_since(task.updated_at);
    /// match tasks.update(task.id, patch).await {
    ///     Ok(task) => println!("{}", task.strategy_id),
    ///     Err(TaskError::Conflict { .. }) => { /* someone else updated it first */ }
    ///     Err(TaskError::Unchanged { task, .. }) => println!("it already has {}", task.strategy_id),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
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

    /// Updates all tasks that match the filter, and returns how many were changed.
    ///
    /// On a pool two round trips for every 10,000 tasks to be scanned (those of the game, or all),
    /// or one for every 10,000 keys; in a transaction one. On MariaDB and MySQL keys that are ids take one
    /// more each time, which reads their external ids. On PostgreSQL the first such call in a transaction
    /// takes one more, which finds out
    /// [whether Citus distributes the table](crate::docs::databases#citus); repositories that are made
    /// from one another know.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskFilter, TaskPatch, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let open = TaskFilter::in_game(game_id).statuses(["open"]);
    /// let closed = tasks.update_many(open, TaskPatch::new().status("closed")).await?;
    /// println!("{closed} tasks closed");
    /// # Ok(())
    /// # }
    /// ```
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

    /// Changes the status of a task if it currently is `from` (compare and set). One round trip; on
    /// MySQL two.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// match tasks.transition((game_id, "task-login"), "open", "closed").await {
    ///     Ok(task) => println!("closed at {}", task.updated_at),
    ///     Err(TaskError::Conflict { status, .. }) => println!("its status is {status}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Conflict`] if the task has another status; [`TaskError::Unchanged`], whatever its
    /// status, if `from` and `to` are equal; else see [`TaskRepository::update_task`].
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
                // Whatever the task's status: the arguments already exclude a change.
                patch.validate()?;
                let task = Box::new(self.get(key.clone()).await?);
                return Err(TaskError::Unchanged { key, task });
            }
            self.update_task(&key, &patch).await
        }
    }

    /// Creates a task with another external id in the same game, with the same stored strategy.
    /// Its status is `open`, and its creator is the caller of the scope. Two round trips.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let copy = tasks.duplicate((game_id, "task-login"), "task-login-2").await?;
    /// assert!(copy.status.is_open());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::NotFound`] if the original does not exist; else see
    /// [`TaskRepository::create_task`].
    fn duplicate(
        &self,
        key: impl Into<TaskKey>,
        external_task_id: impl Into<String>,
    ) -> impl Future<Output = Result<Task, TaskError>> + Send {
        let key = key.into();
        let external_task_id = external_task_id.into();
        async move {
            crate::task::check_text("external_task_id", &external_task_id)?;
            let original = self.get(key).await?;
            let copy = NewTask::new(original.game_id, external_task_id)
                .strategy(original.strategy_id.as_str());
            self.create_task(&copy).await
        }
    }

    /// Replaces one stored strategy with another in all tasks of a game, or of all games, and
    /// returns how many were changed. The strategies of the games themselves stay.
    ///
    /// Round trips as [`update_many`](Self::update_many). Scans every task of the game, or the
    /// whole table; for the latter `migration::OptInIndex::StrategyId` restricts the scan to the
    /// tasks with the strategy.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let changed = tasks.reassign_strategy(Some(game_id), "default", "socio_bee").await?;
    /// println!("{changed} tasks now have their own strategy");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`] ([`NoChange`](crate::ValidationReason::NoChange)) if `from` and `to` are
    /// equal; else see [`TaskRepository::update_many_tasks`].
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
                return Err(TaskPatch::no_change().into());
            }
            let filter = game_id.map_or_else(TaskFilter::all, TaskFilter::in_game);
            self.update_many_tasks(&filter.strategies([from]), &TaskPatch::new().strategy(to)).await
        }
    }

    /// Deletes a task, and returns it as it was. One round trip, two if there is no such task; on MySQL
    /// the other way round.
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let deleted = tasks.delete((game_id, "task-login")).await?;
    /// println!("it was {}", deleted.status);
    /// # Ok(())
    /// # }
    /// ```
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

    /// Deletes all tasks that match the filter, and returns how many. Round trips as
    /// [`update_many`](Self::update_many).
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskFilter, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// let closed = TaskFilter::in_game(game_id).statuses(["closed"]);
    /// println!("{} tasks deleted", tasks.delete_many(closed).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::delete_many_tasks`].
    fn delete_many(
        &self,
        filter: TaskFilter,
    ) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.delete_many_tasks(&filter).await }
    }

    /// Deletes all tasks of a game, and returns how many. Afterwards the game itself can be
    /// deleted, unless a trigger or a row security policy kept some of the tasks. Round trips as
    /// [`delete_many`](Self::delete_many).
    ///
    /// ```
    /// # use game_tasks::{TaskError, TaskRepositoryExt, uuid::Uuid};
    /// # async fn example(tasks: impl TaskRepositoryExt, game_id: Uuid) -> Result<(), TaskError> {
    /// println!("{} tasks deleted", tasks.delete_game(game_id).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`TaskRepository::delete_many_tasks`].
    fn delete_game(&self, game_id: Uuid) -> impl Future<Output = Result<u64, TaskError>> + Send {
        async move { self.delete_many_tasks(&TaskFilter::in_game(game_id)).await }
    }

    /// This repository, restricted to a scope and owned: for extractors of web frameworks and spawned
    /// tasks, which cannot borrow. Takes no round trip. [`TaskRepository::scoped`] borrows instead.
    ///
    /// ```
    /// use game_tasks::{ApiKeyId, TaskRepository, TaskRepositoryExt, TaskScope, ValidationError};
    /// use std::sync::Arc;
    ///
    /// struct AppState {
    ///     tasks: Arc<dyn TaskRepository>,
    /// }
    ///
    /// fn tasks_of(state: &AppState, key: &str) -> Result<Arc<dyn TaskRepository>, ValidationError> {
    ///     let scope = TaskScope::api_key(ApiKeyId::new(key)?);
    ///     Ok(Arc::clone(&state.tasks).into_scoped(scope))
    /// }
    /// ```
    fn into_scoped(self: Arc<Self>, scope: TaskScope) -> Arc<dyn TaskRepository>
    where
        Self: 'static,
    {
        Arc::new(OwnedScoped::new(self, scope))
    }
}

impl<T: TaskRepository + ?Sized> TaskRepositoryExt for T {}
