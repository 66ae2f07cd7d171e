//! Creating one task.

use super::as_read::{and_insert_is_marked, stored_as_sent};
use super::bulk_create::Entry;
use super::sql::{BoundColumns, Sql, each_column, written};
use super::{MAX_ATTEMPTS, SeaOrmTaskRepository, TaskConnection, WriteFailure};
use crate::error::{DatabaseError, FailureKind, TaskError, TransactionState};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::tasks::Column;
use crate::task::{Creator, NewTask, ParentGame, Task, TaskKey, time};
use chrono::{DateTime, Utc};
use sea_orm::{Iterable, Statement};
use std::fmt::{self, Display};
use std::sync::LazyLock;
use uuid::Uuid;

/// What an insert does about a conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InsertPlan {
    /// The statement fails. Being ready for a conflict costs PostgreSQL a tenth more.
    Plain,
    /// The statement inserts nothing.
    IgnoreConflict,
    /// The statement fails, and returns no row.
    AsSent,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn create_one(&self, task: &NewTask) -> Result<Task, TaskError> {
        self.validate_new(task)?;
        let Some(creator) = self.scope().creator()? else {
            return Err(TaskError::GameNotFound { game_id: task.game_id });
        };
        let id = task.id.unwrap_or_else(Uuid::now_v7);
        let plan = self.insert_plan();
        match self.inserted(task, id, &creator, plan).await {
            Ok(Some(created)) => Ok(created),
            // Boxed, so that the future of a successful call stays small.
            Ok(None) => Box::pin(self.create_after_conflict(task, id, &creator, plan, None)).await,
            Err(error) => {
                let retry = async {
                    let failure = self.classify_insert_failure(task, id, error).await?;
                    self.create_after_conflict(task, id, &creator, plan, Some(failure)).await
                };
                Box::pin(retry).await
            }
        }
    }

    /// Finds out why the first attempt inserted nothing, and attempts it again while no reason can be
    /// seen. `failure` is the unique violation of the last attempt, if it failed.
    async fn create_after_conflict(
        &self,
        task: &NewTask,
        id: Uuid,
        creator: &Creator,
        mut plan: InsertPlan,
        mut failure: Option<DatabaseError>,
    ) -> Result<Task, TaskError> {
        for attempt in 1.. {
            if let Some(outcome) = self.diagnose_one(task, id).await? {
                return outcome.map(CreateOutcome::into_task);
            }
            // The other row may have been deleted meanwhile: the second time this is no coincidence.
            match failure {
                Some(error)
                    if attempt >= MAX_ATTEMPTS
                        || attempt == 2
                            && (self.is_only_writer() || self.has_policies().await?) =>
                {
                    return Err(self.hidden_conflict(task, id, error).await?);
                }
                None if attempt >= 2 && plan == InsertPlan::Plain => {
                    return Err(self.not_inserted(task));
                }
                None if attempt == 2 && task.id.is_none() && self.policies_hide_names().await? => {
                    return Err(already_exists(task, None));
                }
                None if attempt >= MAX_ATTEMPTS || !self.conflict_aborts_transaction() => {
                    plan = InsertPlan::Plain;
                }
                _ => {}
            }
            failure = match self.inserted(task, id, creator, plan).await {
                Ok(Some(created)) => return Ok(created),
                Ok(None) => None,
                Err(error) => Some(self.classify_insert_failure(task, id, error).await?),
            };
        }
        Err(self.not_inserted(task))
    }

    /// A unique violation after which the transaction can go on; every other failure is an error.
    async fn classify_insert_failure(
        &self,
        task: &NewTask,
        id: Uuid,
        failure: WriteFailure,
    ) -> Result<DatabaseError, TaskError> {
        match self.write_or_read_failed(failure).await {
            TaskError::Database(error) if is_survivable(&error) => Ok(error),
            TaskError::Referenced(error)
                if error.transaction_state() == TransactionState::Intact =>
            {
                // The game was deleted meanwhile, or the application has foreign keys of its own.
                match self.diagnose_one(task, id).await? {
                    Some(Err(refusal)) => Err(refusal),
                    Some(Ok(_)) | None => Err(TaskError::Referenced(error)),
                }
            }
            error => Err(error),
        }
    }

    async fn diagnose_one(
        &self,
        task: &NewTask,
        id: Uuid,
    ) -> Result<Option<Result<CreateOutcome, TaskError>>, TaskError> {
        let mut entries = [Entry::with_id(task, id)];
        let decisions = self.diagnose(&mut entries, OnExisting::Fail, None).await?;
        let decision = decisions.into_iter().next().flatten();
        if task.id.is_none() && matches!(decision, Some(Err(TaskError::IdTaken { .. }))) {
            // No other client has an id that was generated for this call: a trigger stored the task
            // under another name.
            let stored = self.find_one(&TaskKey::Id(id)).await?;
            let skipped = || TaskError::skipped(task.key());
            return Ok(Some(stored.map(CreateOutcome::Created).ok_or_else(skipped)));
        }
        Ok(decision)
    }

    /// Why an insert gave no row and no error, where no reason can be seen.
    pub(super) fn not_inserted(&self, task: &NewTask) -> TaskError {
        match self.dialect().features().rows_can_be_skipped {
            true => TaskError::skipped(task.key()),
            // The game is deleted and created again and again.
            false => TaskError::GameNotFound { game_id: task.game_id },
        }
    }

    /// Whether no other writer can remove a conflict: this transaction holds the only write lock.
    fn is_only_writer(&self) -> bool {
        self.dialect().features().has_single_writer && self.connection.in_transaction()
    }

    /// The plan that costs least where nothing conflicts.
    fn insert_plan(&self) -> InsertPlan {
        let dialect = self.dialect();
        let ignores =
            dialect.features().ignoring_conflicts_is_free || self.connection.in_transaction();
        match dialect.features().inserts_can_ignore_conflicts && ignores {
            true => InsertPlan::IgnoreConflict,
            false => InsertPlan::Plain,
        }
    }

    /// Inserts a task, and fails with the database's error where something conflicts.
    pub(super) async fn insert_or_fail(
        &self,
        task: &NewTask,
        id: Uuid,
        creator: &Creator,
    ) -> Result<Task, TaskError> {
        match self.inserted(task, id, creator, InsertPlan::Plain).await {
            Ok(inserted) => inserted.ok_or_else(|| self.not_inserted(task)),
            Err(failure) => match self.write_or_read_failed(failure).await {
                TaskError::Database(error) if is_survivable(&error) => {
                    Err(self.hidden_conflict(task, id, error).await?)
                }
                error => Err(error),
            },
        }
    }

    /// Inserts a task and returns it; `None` where nothing was inserted.
    async fn inserted(
        &self,
        task: &NewTask,
        id: Uuid,
        creator: &Creator,
        plan: InsertPlan,
    ) -> Result<Option<Task>, WriteFailure> {
        let now = time::now();
        // Another call may find out meanwhile that the server is MySQL.
        let returns_rows = self.dialect().features().writes_return_rows;
        let plan = if returns_rows { plan } else { InsertPlan::AsSent };
        let statement = self.insert_statement(task, id, creator, plan, now);
        if returns_rows {
            return Ok(self.written(BoundColumns::default(), statement).await?);
        }
        let answer = self.connection.execute(statement).await?;
        if answer.rows_affected() == 0 || stored_as_sent(&answer) {
            let created = || task.row(id, task.strategy_or_default(), creator, now);
            return Ok((answer.rows_affected() > 0).then(created));
        }
        let key = TaskKey::Id(id);
        let stored =
            self.read_task(&self.connection, &key, self.find_statement(&key, "", "")).await;
        stored.map_err(WriteFailure::Written)
    }

    /// The statement finds the game itself; without one it inserts nothing. The foreign key does not
    /// decide: it ignores row security policies, and a session can switch it off.
    fn insert_statement(
        &self,
        task: &NewTask,
        id: Uuid,
        creator: &Creator,
        plan: InsertPlan,
        now: DateTime<Utc>,
    ) -> Statement {
        let (sql, names) = (self.sql(), self.names());
        sql.bind_first(BOUND_COLUMNS.iter().map(|column| match column {
            Column::Id => id.into(),
            Column::CreatedAt | Column::UpdatedAt => now.into(),
            Column::ApiKeyUsed => creator.api_key_used.clone().into(),
            Column::OauthUserId => creator.oauth_user_id.clone().into(),
            Column::GameId => task.game_id.into(),
            Column::ExternalTaskId => task.external_task_id.as_str().into(),
            Column::StrategyId => task.strategy_or_default().into(),
            Column::Status => task.status_or_open().into(),
        }));
        let text = || self.insert_text(&sql, plan);
        let [plain, ignoring, as_sent] = &names.insert_texts;
        let once = match plan {
            InsertPlan::Plain => plain,
            InsertPlan::IgnoreConflict => ignoring,
            InsertPlan::AsSent => as_sent,
        };
        let text = match self.scope().is_unrestricted() {
            true => once.get_or_init(text).clone(),
            false => text(),
        };
        sql.statement_of(text)
    }

    fn insert_text(&self, sql: &Sql<'_>, plan: InsertPlan) -> String {
        let names = self.names();
        let (tasks, columns) = (&names.tasks, &names.columns);
        let (games, game_key) = (&names.games, &names.game_key);
        let placeholder = |column| {
            fmt::from_fn(move |f| {
                let mut columns = BOUND_COLUMNS.iter();
                let place = columns.position(|bound| *bound as usize == column as usize);
                names.dialect().write_placeholder(f, place.map_or(0, |place| place + 1))
            })
        };
        let values = each_column(|f, column| match column {
            Column::GameId => f.write_str(game_key),
            // MySQL does not infer its type.
            Column::Id if plan == InsertPlan::AsSent => {
                write!(f, "CAST({} AS BINARY(16))", placeholder(column))
            }
            bound => placeholder(bound).fmt(f),
        });
        let game = placeholder(Column::GameId);
        let and_may_create = sql.and_may_create(self.scope());
        let on_conflict = match plan {
            InsertPlan::Plain | InsertPlan::AsSent => "",
            InsertPlan::IgnoreConflict => " ON CONFLICT DO NOTHING",
        };
        let (and_marked, returning) = match plan {
            InsertPlan::AsSent => (Some(and_insert_is_marked()), None),
            _ => (None, Some(names.returned(BoundColumns::default()))),
        };
        let and_marked = fmt::from_fn(|f| and_marked.iter().try_for_each(|one| one.fmt(f)));
        let returning =
            fmt::from_fn(|f| returning.iter().try_for_each(|one| write!(f, " RETURNING {one}")));
        written(format_args!(
            "INSERT INTO {tasks} ({columns}) SELECT {values} FROM {games} g \
             WHERE {game_key} = {game}{and_may_create}{and_marked}{on_conflict}{returning}"
        ))
    }
}

/// The columns in the order in which a new task's values are bound: the game's id is the last, since
/// it is what the game is found by.
static BOUND_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let but_game = |column: &Column| !matches!(column, Column::GameId);
    Column::iter().filter(but_game).chain([Column::GameId]).collect()
});

pub(super) fn already_exists(task: &NewTask, id: Option<Uuid>) -> TaskError {
    TaskError::AlreadyExists {
        game_id: task.game_id,
        external_task_id: task.external_task_id.clone(),
        id,
    }
}

/// Whether a failed insert left the transaction as it was, because a name or an id is taken. MariaDB
/// rolls back the one statement, SQLite usually; a pool has no transaction to lose.
pub(super) fn is_survivable(error: &DatabaseError) -> bool {
    error.kind() == FailureKind::UniqueViolation
        && error.transaction_state() == TransactionState::Intact
}
