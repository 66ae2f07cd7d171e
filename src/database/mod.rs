//! Tasks in a database: on a pool, or inside the application's own transaction.
//!
//! Every write is one statement and opens no savepoint, so that two calls may run at once
//! in one transaction, and dropping a call is no worse than dropping its statement.

mod app_columns;
mod bulk_change;
mod bulk_create;
mod connection;
mod create;
pub(crate) mod dialect;
mod hidden_rows;
mod list;
mod resolver;
pub(crate) mod sql;
mod stream;

pub(crate) use self::connection::write_failed;
pub use self::connection::{Autocommit, TaskConnection};
pub use self::resolver::StrategyResolver;

use crate::database::dialect::Dialect;
use crate::database::sql::{Known, Names, Shape, Sql, read_time};
use crate::error::{Call, TaskError, UnreadableTimestamp};
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository};
use crate::span::span;
use crate::task::{
    Games, Lifecycle, NewTask, ParentGame, Task, TaskKey, TaskPatch, TaskScope, tasks,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use sea_orm::{DbBackend, DbErr, IdenStatic, QueryResult, TryGetable};
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Context, Poll};
use tracing::Instrument;
use uuid::Uuid;

/// How often a call looks again when what refused it is gone by the time it looks.
const ROUNDS: usize = 8;

/// Tasks in a database.
///
/// Works over a pool, over a transaction, and over anything else that is a
/// [`TaskConnection`]. [`on`](Self::on) takes it into the application's transaction, where
/// what it writes commits or rolls back with everything else:
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
/// What the crate's rules refuse leaves that transaction usable. After a failure of the
/// database it may be gone: [`TaskError::transaction_state`] says so.
///
/// A task is created in a game that its own statement finds: one that a row security policy or a
/// view hides is [`GameNotFound`](TaskError::GameNotFound), whatever the foreign key says. A name
/// that only a hidden task has is [`AlreadyExists`](TaskError::AlreadyExists) without an id. In a
/// transaction on PostgreSQL that can be told from a row that a trigger skips only where the table
/// has no `BEFORE INSERT` triggers and no further unique indexes, and the id was not given; otherwise
/// the conflict is a [`Database`](TaskError::Database) failure, and the transaction is lost.
///
/// # Dropped calls
///
/// A call may be dropped before it ends on PostgreSQL and SQLite, on a pool and in a transaction:
/// the connection goes on being of use. A database in memory needs the pool options that the
/// [README](crate#databases) names. On MariaDB a dropped call can cost the pool its connection
/// for good, whatever its query was, since sqlx may have read a packet in part: there, let calls
/// end, or put the repository behind `RunToCompletion` (feature `tokio`). In a transaction on
/// MariaDB calls must end.
///
/// On MariaDB, which cannot say what an `UPDATE` wrote, a task is changed by an
/// `INSERT … SELECT … ON DUPLICATE KEY UPDATE` of itself: triggers for `INSERT` run too. Columns of
/// the application's that have no default, or an `AUTO_INCREMENT`, are repeated in that statement. The
/// first update of a repository, and of all that are made of it, looks for them; only where there are
/// any does it take more statements, four at most.
pub struct SeaOrmTaskRepository<C, G: ParentGame = Games> {
    connection: C,
    settings: Settings,
    parent: PhantomData<fn() -> G>,
}

#[derive(Clone)]
struct Settings {
    names: Arc<Names>,
    lifecycle: Arc<Lifecycle>,
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
            names: Arc::new(Names::new::<G>(connection.backend())),
            lifecycle: Arc::default(),
            scope: TaskScope::unrestricted(),
        };
        SeaOrmTaskRepository { connection, settings, parent: PhantomData }
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Says which status may follow which; any, unless it is said.
    #[must_use]
    pub fn with_lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.settings.lifecycle = Arc::new(lifecycle);
        self
    }

    /// The same repository, seeing, changing and creating only what the scope allows. Scoping
    /// again narrows. [`TaskRepository::scoped`] does the same behind `dyn`; this keeps the
    /// type, and so [`on`](Self::on), [`condition`](Self::condition) and
    /// [`select`](Self::select).
    #[must_use]
    pub fn with_scope(mut self, scope: TaskScope) -> Self {
        self.settings.scope = self.settings.scope.and(scope);
        self
    }

    /// The same repository, configuration, scope and all, on another connection: inside the
    /// application's transaction.
    #[must_use]
    pub fn on<'c, D: TaskConnection>(&self, connection: &'c D) -> SeaOrmTaskRepository<&'c D, G> {
        let mut settings = self.settings.clone();
        if connection.backend() != settings.names.backend {
            settings.names = Arc::new(Names::new::<G>(connection.backend()));
        }
        SeaOrmTaskRepository { connection, settings, parent: PhantomData }
    }

    /// The connection.
    #[must_use]
    pub fn connection(&self) -> &C {
        &self.connection
    }

    fn backend(&self) -> DbBackend {
        self.settings.names.backend
    }

    fn scope(&self) -> &TaskScope {
        &self.settings.scope
    }

    fn sql(&self, text: &str) -> Sql<'_> {
        Sql::new(&self.settings.names, text)
    }

    /// A statement of a shape that is sent again and again.
    fn shaped(&self, shape: Option<Shape>, text: &str) -> Sql<'_> {
        Sql::shaped(&self.settings.names, shape, text)
    }

    fn failed(&self, writes: bool, source: DbErr) -> TaskError {
        let in_transaction = self.connection.in_transaction();
        Call { dialect: Dialect::of(self.backend()), in_transaction, writes }.failed(source)
    }

    async fn write_failed(&self, source: DbErr) -> TaskError {
        write_failed(&self.connection, source).await
    }

    /// The one task that a statement wrote. It is read to its end: a database may send the
    /// row before it has committed it, and MariaDB before it has found a reason to refuse it.
    async fn written(&self, known: Known, sql: Sql<'_>) -> Result<Option<Task>, DbErr> {
        let rows = self.connection.query_all(sql.statement()).await?;
        rows.last().map(|row| decode(self.backend(), known, row)).transpose()
    }

    /// The one task that a statement found.
    async fn found(&self, known: Known, sql: Sql<'_>) -> Result<Option<Task>, DbErr> {
        let row = self.connection.query_one(sql.statement()).await?;
        row.map(|row| decode(self.backend(), known, &row)).transpose()
    }

    /// What a read that judges a refusal ends with: in a transaction of MariaDB a plain read
    /// may see the past, and judge by it for ever.
    fn present(&self) -> &'static str {
        if self.backend() == DbBackend::MySql && self.connection.in_transaction() {
            " LOCK IN SHARE MODE"
        } else {
            ""
        }
    }
}

/// A task from the columns that are not known, in their order: to look each up by its name costs
/// as much as to read it.
#[inline]
fn decode(backend: DbBackend, known: Known, row: &QueryResult) -> Result<Task, DbErr> {
    let mut place = 0;
    let id = known.id.map_or_else(|| next(row, &mut place), Ok)?;
    Ok(Task {
        id,
        created_at: next_time(backend, row, &mut place, id, tasks::Column::CreatedAt)?,
        updated_at: next_time(backend, row, &mut place, id, tasks::Column::UpdatedAt)?,
        api_key_used: next(row, &mut place)?,
        oauth_user_id: next(row, &mut place)?,
        game_id: known.game.map_or_else(|| next(row, &mut place), Ok)?,
        external_task_id: next(row, &mut place)?,
        strategy_id: next(row, &mut place)?,
        status: next(row, &mut place)?,
    })
}

#[inline]
fn next<T: TryGetable>(row: &QueryResult, place: &mut usize) -> Result<T, DbErr> {
    let value = row.try_get_by_index(*place)?;
    *place += 1;
    Ok(value)
}

#[inline]
fn next_time(
    backend: DbBackend,
    row: &QueryResult,
    place: &mut usize,
    id: Uuid,
    column: tasks::Column,
) -> Result<DateTime<Utc>, DbErr> {
    let time = read_time(backend, row, *place)?;
    *place += 1;
    time.ok_or_else(|| UnreadableTimestamp { id, column: column.as_str() }.into())
}

/// How many rows are decoded before what that is joined with gets its turn.
const TURN: usize = 256;

/// Decodes rows while something else is under way: the pool may ask a connection whether it is
/// there before it sends anything, and the answer must not wait for the last row.
async fn decode_by_turns(
    backend: DbBackend,
    known: Known,
    rows: Vec<QueryResult>,
) -> Result<Vec<Task>, DbErr> {
    let mut tasks = Vec::with_capacity(rows.len());
    for (place, row) in rows.into_iter().enumerate() {
        if place > 0 && place % TURN == 0 {
            yield_now().await;
        }
        tasks.push(decode(backend, known, &row)?);
    }
    Ok(tasks)
}

/// Lets the others of a task go on; of no particular runtime.
async fn yield_now() {
    let mut yielded = false;
    let wait = |context: &mut Context<'_>| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    };
    poll_fn(wait).await;
}

impl<C, G: ParentGame> std::fmt::Debug for SeaOrmTaskRepository<C, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeaOrmTaskRepository")
            .field("backend", &self.settings.names.backend)
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

#[async_trait]
impl<C: TaskConnection, G: ParentGame> TaskRepository for SeaOrmTaskRepository<C, G> {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.scope().validate()?;
        self.insert_one(task).instrument(span!("create", game = task.game_id)).await
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        self.scope().validate()?;
        self.insert_each(tasks, on_existing)
            .instrument(span!("create_many", tasks = tasks.len()))
            .await
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        self.scope().validate()?;
        self.insert_all(tasks, on_existing)
            .instrument(span!("create_all", tasks = tasks.len()))
            .await
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.scope().validate()?;
        self.find_one(key).instrument(span!("find", key = key)).await
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
        self.update_one(key, patch).instrument(span!("update", key = key)).await
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
        self.delete_one(key).instrument(span!("delete", key = key)).await
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
        // Of one type however often it is scoped: generic code would else never end.
        let connection: &dyn TaskConnection = &self.connection;
        Box::new(SeaOrmTaskRepository::<_, G> { connection, settings, parent: PhantomData })
    }
}
