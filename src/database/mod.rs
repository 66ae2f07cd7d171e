//! Tasks in a database: on a pool, or inside the application's own transaction.
//!
//! Every write is one statement and opens no savepoint, so that two calls may run at once
//! in one transaction, and dropping a call is no worse than dropping its statement. (On MySQL a write of
//! one task may take a transaction of its own: see [`read_then_write`].)

pub(crate) mod as_read;
pub(crate) mod bulk_change;
pub(crate) mod bulk_create;
mod connection;
mod create;
mod delete;
mod diagnose;
pub(crate) mod dialect;
pub(crate) mod distribution;
mod find;
mod find_many;
mod games;
mod hidden_rows;
mod list;
mod read_then_write;
mod resolver;
mod select;
pub(crate) mod sql;
mod stream;
pub(crate) mod update;
pub(crate) mod update_method;

#[cfg(any(feature = "migration", feature = "retry"))]
pub(crate) use self::connection::begin_to_completion;
pub use self::connection::{Autocommit, TaskConnection};
use self::connection::{WriteFailure, write_failed, write_or_read_failed};
pub use self::resolver::StrategyResolver;

use self::dialect::Dialect;
use self::sql::{BoundColumns, Decoder, Names, Sql};
use crate::error::{Call, TaskError};
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::span::span;
use crate::strategy::{StrategyCatalog, check_strategy};
use crate::task::{
    Games, Lifecycle, NewTask, ParentGame, Task, TaskKey, TaskPatch, TaskScope, ValidationError,
};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use sea_orm::{DbErr, QueryResult, Statement};
use std::marker::PhantomData;
use std::sync::Arc;
use tracing::Instrument;

/// How often a call is attempted again when what refused it is gone by the time it is diagnosed.
const MAX_ATTEMPTS: usize = 8;

/// The same for an upsert whose tasks others changed after it had read them (MySQL): each task may be
/// in the way once.
const MAX_OVERTAKEN: usize = 32;

/// A [`TaskRepository`] over a database.
///
/// Works over a pool, over a transaction, and over anything else that is a [`TaskConnection`].
/// [`on`](Self::on) makes the same repository inside the application's transaction, where what it
/// writes commits or rolls back with everything else:
///
/// ```no_run
/// use game_tasks::sea_orm::{Database, TransactionTrait};
/// use game_tasks::{NewTask, SeaOrmTaskRepository, TaskRepositoryExt};
///
/// # async fn example(game_id: uuid::Uuid) -> Result<(), Box<dyn std::error::Error>> {
/// let db = Database::connect("sqlite://tasks.db").await?;
/// let tasks = SeaOrmTaskRepository::new(db.clone());
/// tasks.create(NewTask::new(game_id, "task-login")).await?;
///
/// let transaction = db.begin().await?;
/// tasks.on(&transaction).create(NewTask::new(game_id, "task-share-photo")).await?;
/// // … the application's own statements …
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// ```
///
/// A call that the crate's rules refuse leaves that transaction usable. After a failure of the
/// database it may be lost: see [`TaskError::transaction_state`].
///
/// The statement that creates a task finds the task's game itself: a game that a row security policy
/// or a view hides is [`GameNotFound`](TaskError::GameNotFound), whatever the foreign key allows. A
/// name that only a hidden task has is [`AlreadyExists`](TaskError::AlreadyExists) without an id. In a
/// transaction on PostgreSQL that can be told from a row that a trigger skips only where the table has
/// no `BEFORE INSERT` triggers and no further unique indexes, and the id was not given; otherwise the
/// conflict is a [`Database`](TaskError::Database) failure, and the transaction is lost.
///
/// # Dropped calls
///
/// On PostgreSQL and SQLite a call may be dropped before it ends, on a pool and in a transaction: the
/// connection stays usable. A database in memory needs certain
/// [pool options](crate::docs::databases#in-memory-sqlite). On MariaDB and MySQL a dropped call can cost
/// the pool its connection for good, since sqlx may have read part of a packet: let calls end there, or
/// put the repository into `RunToCompletion` (feature `tokio`). In a transaction calls must end there.
///
/// # MariaDB and MySQL
///
/// MariaDB's `UPDATE` cannot return what it wrote, so a task is changed by an
/// `INSERT … SELECT … ON DUPLICATE KEY UPDATE` of itself: triggers for `INSERT` run too. Where columns
/// of the application's prevent that, and on MySQL, a task is read and then changed where it is still
/// as it was read: two statements. Repositories that are made from one another share what one of them
/// found out about the table and the server: see the guide
/// [`databases`](crate::docs::databases#mariadb).
pub struct SeaOrmTaskRepository<C, G: ParentGame = Games> {
    connection: C,
    settings: Settings,
    parent: PhantomData<fn() -> G>,
}

#[derive(Clone)]
struct Settings {
    names: Arc<Names>,
    lifecycle: Arc<Lifecycle>,
    catalog: Option<Arc<dyn StrategyCatalog>>,
    scope: TaskScope,
}

impl<C: TaskConnection> SeaOrmTaskRepository<C, Games> {
    /// A repository over the crate's own games table.
    #[must_use]
    pub fn new(connection: C) -> Self {
        Self::with_parent::<Games>(connection)
    }

    /// A repository over an application's own games table.
    #[must_use]
    pub fn with_parent<G: ParentGame>(connection: C) -> SeaOrmTaskRepository<C, G> {
        let settings = Settings {
            names: Arc::new(Names::new::<G>(Dialect::of(connection.backend()))),
            lifecycle: Arc::default(),
            catalog: None,
            scope: TaskScope::unrestricted(),
        };
        SeaOrmTaskRepository { connection, settings, parent: PhantomData }
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Sets which status may follow which. By default any may follow any.
    #[must_use]
    pub fn with_lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.settings.lifecycle = Arc::new(lifecycle);
        self
    }

    /// Refuses to store strategies that the catalog does not contain: in every call that creates tasks
    /// or gives them a strategy. What is stored already is not checked. Takes no round trip.
    ///
    /// ```
    /// use game_tasks::{SeaOrmTaskRepository, StrategyId, sea_orm::DatabaseConnection};
    /// use std::collections::BTreeSet;
    ///
    /// # fn example(db: DatabaseConnection) -> Result<(), game_tasks::ValidationError> {
    /// let known = BTreeSet::from([StrategyId::new("socio_bee")?, StrategyId::new("hive")?]);
    /// let tasks = SeaOrmTaskRepository::new(db).with_catalog(known);
    /// # let _ = tasks;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_catalog(mut self, catalog: impl StrategyCatalog + 'static) -> Self {
        self.settings.catalog = Some(Arc::new(catalog));
        self
    }

    /// The same repository, restricted to what the scope can see, change and create. A second scope
    /// narrows the first. [`TaskRepository::scoped`] does the same behind `dyn`; this keeps the type,
    /// and so [`on`](Self::on), [`condition`](Self::condition) and [`select`](Self::select).
    #[must_use]
    pub fn with_scope(mut self, scope: TaskScope) -> Self {
        self.settings.scope = self.settings.scope.and(scope);
        self
    }

    /// The same repository, with its lifecycle and scope, on another connection: usually the
    /// application's transaction.
    #[must_use]
    pub fn on<'c, D: TaskConnection>(&self, connection: &'c D) -> SeaOrmTaskRepository<&'c D, G> {
        let mut settings = self.settings.clone();
        if connection.backend() != settings.names.dialect().backend() {
            settings.names = Arc::new(Names::new::<G>(Dialect::of(connection.backend())));
        }
        SeaOrmTaskRepository { connection, settings, parent: PhantomData }
    }

    /// The connection.
    #[must_use]
    pub fn connection(&self) -> &C {
        &self.connection
    }

    fn names(&self) -> &Names {
        &self.settings.names
    }

    fn dialect(&self) -> Dialect {
        self.settings.names.dialect()
    }

    /// Whether a call that writes failed because its statement was of this dialect and the server is
    /// MySQL. It has written nothing then, and is to be repeated.
    fn is_mysql_after_all<T>(&self, dialect: Dialect, outcome: &Result<T, TaskError>) -> bool {
        match outcome {
            Err(TaskError::Database(error)) => self.names().learn_mysql(dialect, error),
            _ => false,
        }
    }

    /// Validates a task as far as that is possible without the database.
    fn validate_new(&self, task: &NewTask) -> Result<(), ValidationError> {
        task.check(&self.settings.lifecycle)?;
        check_strategy(self.settings.catalog.as_ref(), task.strategy_id.as_deref())
    }

    fn validate_patch(&self, patch: &TaskPatch) -> Result<(), TaskError> {
        patch.validate()?;
        check_strategy(self.settings.catalog.as_ref(), patch.strategy_id.as_deref())?;
        Ok(())
    }

    fn scope(&self) -> &TaskScope {
        &self.settings.scope
    }

    fn sql(&self) -> Sql<'_> {
        Sql::new(&self.settings.names)
    }

    fn call(&self, writes: bool) -> Call {
        let in_transaction = self.connection.in_transaction();
        Call { dialect: self.dialect(), in_transaction, writes }
    }

    fn read_failed(&self, source: DbErr) -> TaskError {
        self.call(false).failed(source)
    }

    async fn write_failed(&self, source: DbErr) -> TaskError {
        write_failed(&self.connection, source).await
    }

    async fn write_or_read_failed(&self, failure: WriteFailure) -> TaskError {
        write_or_read_failed(&self.connection, failure).await
    }

    /// The task that a statement wrote.
    async fn written(
        &self,
        bound: BoundColumns,
        statement: Statement,
    ) -> Result<Option<Task>, DbErr> {
        let row = written_row(&self.connection, self.dialect(), statement).await?;
        let decoder = Decoder::new(self.names(), bound);
        row.map(|row| decoder.decode(&row)).transpose()
    }

    /// What ends a query that finds out why a write was refused: in a transaction a plain read may
    /// see an older snapshot.
    fn current_read_lock(&self) -> &'static str {
        if self.connection.in_transaction() {
            self.dialect().features().current_read_lock
        } else {
            ""
        }
    }

    /// Whether a unique violation would abort the application's transaction.
    fn conflict_aborts_transaction(&self) -> bool {
        self.connection.in_transaction() && self.dialect().features().conflicts_abort_transactions
    }
}

/// The row that a statement wrote. The rows are read to their end: a database may send the row before
/// it has committed it, and MariaDB before it has found a reason to refuse it.
async fn written_row<C: TaskConnection>(
    connection: &C,
    dialect: Dialect,
    statement: Statement,
) -> Result<Option<QueryResult>, DbErr> {
    match dialect.features().query_one_reads_to_end {
        true => connection.query_one(statement).await,
        false => Ok(connection.query_all(statement).await?.pop()),
    }
}

impl<C, G: ParentGame> std::fmt::Debug for SeaOrmTaskRepository<C, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeaOrmTaskRepository")
            .field("backend", &self.settings.names.dialect().backend())
            .field("tasks", &self.settings.names.tasks)
            .field("scope", &self.settings.scope)
            .finish_non_exhaustive()
    }
}

impl<C: Clone, G: ParentGame> Clone for SeaOrmTaskRepository<C, G> {
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.clone(),
            settings: self.settings.clone(),
            parent: PhantomData,
        }
    }
}

#[cfg(feature = "retry")]
impl<C: Autocommit, G: ParentGame> crate::Retryable for SeaOrmTaskRepository<C, G> {}

/// A call that writes, which is made again if the first statement of all shows that the server is MySQL.
macro_rules! twice_on_mysql {
    ($repository:expr, $call:expr) => {
        async {
            let dialect = $repository.dialect();
            let outcome = $call.await;
            match $repository.is_mysql_after_all(dialect, &outcome) {
                true => Box::pin($call).await,
                false => outcome,
            }
        }
    };
}

#[async_trait]
impl<C: TaskConnection, G: ParentGame> TaskRepository for SeaOrmTaskRepository<C, G> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.scope().validate()?;
        twice_on_mysql!(self, self.create_one(task))
            .instrument(span!("create", game = task.game_id))
            .await
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.scope().validate()?;
        twice_on_mysql!(self, self.create_each(tasks, on_existing))
            .instrument(span!("create_many", tasks = tasks.len()))
            .await
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.scope().validate()?;
        twice_on_mysql!(self, self.create_all_or_none(tasks, on_existing))
            .instrument(span!("create_all", tasks = tasks.len()))
            .await
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.scope().validate()?;
        self.find_one(key).instrument(span!("find", key = key)).await
    }

    async fn find_many_tasks(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        self.scope().validate()?;
        self.find_list(keys).instrument(span!("find_many", tasks = keys.len())).await
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        self.list_page(query).instrument(span!("list")).await
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope().validate()?;
        self.count_matching(filter).instrument(span!("count")).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        self.scope().validate()?;
        twice_on_mysql!(self, self.update_one(key, patch))
            .instrument(span!("update", key = key))
            .await
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.scope().validate()?;
        self.update_matching(filter, patch).instrument(span!("update_many")).await
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        self.scope().validate()?;
        twice_on_mysql!(self, self.delete_one(key)).instrument(span!("delete", key = key)).await
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        self.scope().validate()?;
        self.delete_matching(filter).instrument(span!("delete_many")).await
    }

    fn stream_tasks<'a>(&'a self, query: &TaskQuery) -> BoxStream<'a, Result<Task, TaskError>> {
        self.stream_ahead(query)
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        let mut settings = self.settings.clone();
        settings.scope = settings.scope.and(scope);
        // Always the same type, or generic code that scopes again would never stop compiling.
        let connection: &dyn TaskConnection = &self.connection;
        Box::new(SeaOrmTaskRepository::<_, G> { connection, settings, parent: PhantomData })
    }
}
