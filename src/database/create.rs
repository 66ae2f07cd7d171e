//! One task: create, find, update, delete. Each is one statement where it succeeds.

use crate::database::sql::{AppColumns, Known, Shape, Sql, read, readable};
use crate::database::{ROUNDS, SeaOrmTaskRepository, TaskConnection};
use crate::error::{DatabaseError, FailureKind, TaskError, TransactionState};
use crate::task::tasks::Column;
use crate::task::{NewTask, ParentGame, Stamp, Task, TaskKey, TaskPatch, TaskStatus, time};
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, DbErr};
use uuid::Uuid;

/// How a task is inserted: into a game that the statement itself looks for. The foreign key does not
/// decide: it passes over row security policies, and a session can switch it off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A name or an id that is taken fails the statement. To be ready for a conflict costs
    /// PostgreSQL a tenth more.
    IntoGame,
    /// Nothing fails where the name or the id is taken.
    IntoGameIfFree,
}

/// Why a task could not be created, as things stand now.
enum Obstacle {
    Refusal(TaskError),
    /// A trigger wrote the task in place of the statement, which therefore did not return it.
    Existing(Uuid),
    /// Nothing that this connection can see.
    NoneSeen,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn insert_one(&self, task: &NewTask) -> Result<Task, TaskError> {
        task.validate()?;
        let no_game = TaskError::GameNotFound { game_id: task.game_id };
        let Some(stamp) = self.scope().stamp()? else { return Err(no_game) };
        let id = task.id.unwrap_or_else(Uuid::now_v7);
        let mut way = self.way_to_insert();
        let mut round = 1;
        loop {
            let failure =
                match self.written(Known::default(), self.insert(task, id, &stamp, way)).await {
                    Ok(Some(created)) => return Ok(created),
                    Ok(None) => None,
                    Err(error) => match self.write_failed(error).await {
                        TaskError::Database(error) if is_survivable(&error) => Some(error),
                        TaskError::Referenced(error)
                            if error.transaction_state() == TransactionState::Intact =>
                        {
                            // The game was deleted meanwhile, or it is one of the application's
                            // own foreign keys.
                            return Err(match self.obstacle(task, id).await? {
                                Obstacle::Refusal(refusal) => refusal,
                                _ => TaskError::Referenced(error),
                            });
                        }
                        error => return Err(error),
                    },
                };
            match self.obstacle(task, id).await? {
                Obstacle::Refusal(refusal) => return Err(refusal),
                Obstacle::Existing(id) => {
                    let written = self.find_one(&TaskKey::Id(id)).await?;
                    return written.ok_or_else(|| TaskError::skipped(task.key()));
                }
                Obstacle::NoneSeen => {}
            }
            // Somebody may have made way meanwhile: once more, and then this is no coincidence.
            match failure {
                Some(error)
                    if round >= ROUNDS
                        || round == 2 && (self.is_alone() || self.has_policies().await?) =>
                {
                    return Err(self.unseen(task, id, error).await?);
                }
                None if round >= 2 && way == Way::IntoGame => return Err(self.not_inserted(task)),
                None if round == 2 && task.id.is_none() && self.policies_hide_names().await? => {
                    return Err(already_exists(task, None));
                }
                None if round >= ROUNDS || !self.is_postgres_transaction() => way = Way::IntoGame,
                _ => {}
            }
            round += 1;
        }
    }

    /// Why an insert gave no row and no error, where nothing is in its way.
    fn not_inserted(&self, task: &NewTask) -> TaskError {
        match self.backend() {
            // No trigger of MariaDB's can skip a row: the game comes and goes.
            DbBackend::MySql => TaskError::GameNotFound { game_id: task.game_id },
            _ => TaskError::skipped(task.key()),
        }
    }

    /// Whether no other writer can make way: a transaction that has tried to write on SQLite is the
    /// only one that may.
    fn is_alone(&self) -> bool {
        self.backend() == DbBackend::Sqlite && self.connection.in_transaction()
    }

    /// Whether a unique violation would abort the application's transaction.
    pub(super) fn is_postgres_transaction(&self) -> bool {
        self.backend() == DbBackend::Postgres && self.connection.in_transaction()
    }

    /// What costs least where nothing is in the way.
    fn way_to_insert(&self) -> Way {
        match self.backend() {
            DbBackend::MySql => Way::IntoGame,
            DbBackend::Postgres if !self.connection.in_transaction() => Way::IntoGame,
            _ => Way::IntoGameIfFree,
        }
    }

    /// Inserts a task; what stands in its way is a failure of the database.
    pub(super) async fn insert_or_fail(
        &self,
        task: &NewTask,
        id: Uuid,
        stamp: &Stamp,
    ) -> Result<Task, TaskError> {
        let inserted =
            self.written(Known::default(), self.insert(task, id, stamp, Way::IntoGame)).await;
        match inserted {
            Ok(inserted) => inserted.ok_or_else(|| self.not_inserted(task)),
            Err(error) => match self.write_failed(error).await {
                TaskError::Database(error) if is_survivable(&error) => {
                    Err(self.unseen(task, id, error).await?)
                }
                error => Err(error),
            },
        }
    }

    /// Whether a failed insert left the transaction as it was, because a name or an id is
    /// taken. MariaDB takes back the one statement, SQLite as a rule; a pool has nothing to lose.
    pub(super) async fn survived(&self, error: DbErr) -> Result<(), TaskError> {
        match self.write_failed(error).await {
            TaskError::Database(error) if is_survivable(&error) => Ok(()),
            error => Err(error),
        }
    }

    /// A game that is not there, or not the scope's, gives no row.
    fn insert(&self, task: &NewTask, id: Uuid, stamp: &Stamp, way: Way) -> Sql<'_> {
        let names = &self.settings.names;
        let now = time::now();
        let shape = Shape::of("create", self.scope());
        let shape = shape.and_then(|shape| shape.with([way as usize, 0, 0, 0, 0, 0, 0, 0]));
        let mut sql = self.shaped(shape, "INSERT INTO ");
        sql.push(&names.tasks).push(" (").push(&names.columns);
        sql.push(") SELECT ");
        sql.bind(id).push(", ").bind(now).push(", ").bind(now).push(", ");
        sql.bind(stamp.api_key_used.clone()).push(", ");
        sql.bind(stamp.oauth_user_id.clone()).push(", ");
        sql.bind(task.game_id).push(", ").bind(task.external_task_id.as_str()).push(", ");
        sql.bind(task.stored_strategy()).push(", ").bind(TaskStatus::OPEN);
        sql.push(" FROM ").push(&names.games).push(" g WHERE ").push(&names.game_key);
        sql.push(" = ").bind(task.game_id).and_may_create(self.scope());
        if way == Way::IntoGameIfFree {
            sql.push(" ON CONFLICT DO NOTHING");
        }
        sql.push(" RETURNING ").push_with(|| names.unknown(Known::default()));
        sql
    }

    async fn obstacle(&self, task: &NewTask, id: Uuid) -> Result<Obstacle, TaskError> {
        let names = &self.settings.names;
        let present = self.present();
        let named = task.key();
        let mut sql = self.sql("SELECT (SELECT ");
        sql.lock = present;
        sql.push(&names.game_key).push(" FROM ").push(&names.games).push(" g WHERE ");
        sql.push(&names.game_key).push(" = ").bind(task.game_id).and_may_create(self.scope());
        sql.push(" LIMIT 1").push(present).push(") AS game");
        for (alias, key) in [("seen", &named), ("named", &named), ("numbered", &TaskKey::Id(id))] {
            sql.push(", (SELECT ").push(&names.id).push(" FROM ").push(&names.tasks);
            sql.push(" WHERE ").key(key);
            if alias == "seen" {
                sql.and_in_scope(self.scope());
            }
            sql.push(" LIMIT 1").push(present).push(") AS ").push(alias);
        }
        let read = async {
            let row = self.connection.query_one(sql.statement()).await?;
            let row = row.ok_or_else(|| DbErr::RecordNotFound("a row of scalars".to_owned()))?;
            let column = |name| row.try_get::<Option<Uuid>>("", name);
            Ok((column("game")?, column("seen")?, column("named")?, column("numbered")?))
        };
        let (game, seen, named, numbered) =
            read.await.map_err(|error: DbErr| self.failed(false, error))?;
        // Nobody else can have an id that was made for this call.
        let made = task.id.is_none();
        Ok(match (game, named, numbered) {
            (_, named, numbered) if made && [named, numbered].contains(&Some(id)) => {
                Obstacle::Existing(id)
            }
            (None, ..) => Obstacle::Refusal(TaskError::GameNotFound { game_id: task.game_id }),
            (_, Some(_), _) => Obstacle::Refusal(already_exists(task, seen)),
            (_, None, Some(_)) => Obstacle::Refusal(TaskError::IdTaken { id }),
            (_, None, None) => Obstacle::NoneSeen,
        })
    }

    pub(super) async fn find_one(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        self.look_up(key, "").await
    }

    async fn look_up(&self, key: &TaskKey, lock: &'static str) -> Result<Option<Task>, TaskError> {
        key.validate()?;
        let names = &self.settings.names;
        let shape = Shape::of("find", self.scope()).filter(|_| lock.is_empty());
        let mut sql = self.shaped(shape.map(|shape| shape.by(key)), "SELECT ");
        sql.lock = lock;
        let known = Known::by(key);
        sql.push_with(|| names.unknown(known)).push(" FROM ").push(&names.tasks).push(" WHERE ");
        sql.key(key).and_in_scope(self.scope()).push(lock);
        self.found(known, sql).await.map_err(|error| self.failed(false, error))
    }

    pub(super) async fn update_one(
        &self,
        key: &TaskKey,
        patch: &TaskPatch,
    ) -> Result<Task, TaskError> {
        patch.validate()?;
        key.validate()?;
        let mut before = None;
        for _ in 0..ROUNDS {
            let updated = self.send_update(key, patch).await;
            match updated {
                Ok(Some(task)) => return Ok(task),
                Ok(None) => {}
                Err(error) => return Err(self.write_failed(error).await),
            }
            let current = self.look_up(key, self.present()).await?;
            let current = current.ok_or_else(|| TaskError::NotFound { key: key.clone() })?;
            patch.check(key, &current, &self.settings.lifecycle)?;
            // It applies to the task, which is the same before and after the statement.
            if before.as_ref() == Some(&current) {
                return Err(TaskError::skipped(key.clone()));
            }
            self.learn_columns().await.map_err(|error| self.failed(false, error))?;
            before = Some(current);
        }
        // A concurrent writer intervened each time.
        Err(match before {
            Some(Task { status, updated_at, .. }) => {
                TaskError::Conflict { key: key.clone(), status, updated_at }
            }
            None => TaskError::NotFound { key: key.clone() },
        })
    }

    /// `columns` are the application's, which MariaDB's statement has to repeat on some tables.
    pub(super) fn update(&self, key: &TaskKey, patch: &TaskPatch, columns: &AppColumns) -> Sql<'_> {
        let names = &self.settings.names;
        let now = time::now();
        let shape = self.shape_of_update(key, patch, columns);
        if self.backend() == DbBackend::MySql {
            // UPDATE cannot return what it wrote, and a SELECT after it may read another's.
            let mut sql = self.shaped(shape, "INSERT INTO ");
            sql.push(&names.tasks).push(" (").push(&names.columns).push(columns.repeated());
            sql.push(") SELECT ").push(&names.columns).push(columns.repeated());
            sql.push(" FROM ").push(&names.tasks).push(" WHERE ");
            sql.key(key).and_in_scope(self.scope());
            self.and_applies(&mut sql, patch);
            sql.and_no_value_is_generated(columns);
            sql.push(&names.and_readable).push(" FOR UPDATE ON DUPLICATE KEY UPDATE ");
            let stored = format!("VALUES({})", names.bare(Column::UpdatedAt));
            assignments(&mut sql, patch, now, &stored);
            sql.push(" RETURNING ").push_with(|| names.unknown(Known::default()));
            return sql;
        }
        let mut sql = self.shaped(shape, "UPDATE ");
        sql.push(&names.tasks).push(" SET ");
        assignments(&mut sql, patch, now, &names.updated_at);
        sql.push(" WHERE ").key(key).and_in_scope(self.scope());
        self.and_applies(&mut sql, patch);
        sql.push(&names.and_readable).push(" RETURNING ");
        sql.push_with(|| names.unknown(Known::default()));
        sql
    }

    fn shape_of_update(
        &self,
        key: &TaskKey,
        patch: &TaskPatch,
        columns: &AppColumns,
    ) -> Option<Shape> {
        if matches!(columns, AppColumns::Repeated(_)) {
            return None;
        }
        let sources = patch.target().and_then(|to| self.settings.lifecycle.sources_of(&to));
        Shape::of("update", self.scope())?.by(key).with([
            patch.strategy_id.is_some().into(),
            patch.status.is_some().into(),
            patch.if_status.is_some().into(),
            patch.if_unmodified_since.is_some().into(),
            sources.is_some().into(),
            sources.map_or(0, |sources| sources.len()),
            matches!(columns, AppColumns::Unknown).into(),
            0,
        ])
    }

    /// ` AND …`: that the patch applies to the task, as
    /// [`TaskPatch::check`] judges it.
    pub(super) fn and_applies(&self, sql: &mut Sql<'_>, patch: &TaskPatch) {
        let names = &self.settings.names;
        if let Some(status) = &patch.if_status {
            sql.push(" AND ").push(&names.status).push(" = ").bind(status.as_str());
        }
        if let Some(moment) = patch.if_unmodified_since {
            sql.push(" AND ").push(&names.updated_at).push(" <= ").bind_time(time::floor(moment));
        }
        sql.push(" AND (1 = 0");
        for (column, value) in
            [(&names.strategy_id, &patch.strategy_id), (&names.status, &patch.status)]
        {
            if let Some(value) = value {
                sql.push(" OR ").push(column).push(" <> ").bind(value.as_str());
            }
        }
        sql.push(")");
        let Some(target) = patch.target() else { return };
        if let Some(sources) = self.settings.lifecycle.sources_of(&target) {
            sql.push(" AND ").push(&names.status).push(" IN (");
            sql.bind_list(sources.into_iter().chain([target])).push(")");
        }
    }

    pub(super) async fn delete_one(&self, key: &TaskKey) -> Result<Task, TaskError> {
        key.validate()?;
        let not_found = || TaskError::NotFound { key: key.clone() };
        let mut before = None;
        for _ in 0..ROUNDS {
            let known = Known::by(key);
            let deleted = self.written(known, self.deletion(key)).await;
            match deleted {
                Ok(Some(task)) => return Ok(task),
                Ok(None) => {}
                Err(error) => return Err(self.write_failed(error).await),
            }
            // It is not there, or it cannot be returned, which this reports.
            let current = self.look_up(key, self.present()).await?.ok_or_else(not_found)?;
            // No trigger of MariaDB's can skip a row.
            if self.backend() != DbBackend::MySql && before.as_ref() == Some(&current) {
                return Err(TaskError::skipped(key.clone()));
            }
            before = Some(current);
        }
        // A concurrent writer intervened each time.
        Err(match before {
            Some(Task { status, updated_at, .. }) => {
                TaskError::Conflict { key: key.clone(), status, updated_at }
            }
            None => not_found(),
        })
    }

    fn deletion(&self, key: &TaskKey) -> Sql<'_> {
        let names = &self.settings.names;
        let shape = Shape::of("delete", self.scope()).map(|shape| shape.by(key));
        let mut sql = self.shaped(shape, "DELETE FROM ");
        sql.push(&names.tasks).push(" WHERE ").key(key).and_in_scope(self.scope());
        sql.push(&names.and_readable).push(" RETURNING ");
        sql.push_with(|| names.unknown(Known::by(key)));
        sql
    }
}

pub(super) fn already_exists(task: &NewTask, id: Option<Uuid>) -> TaskError {
    TaskError::AlreadyExists {
        game_id: task.game_id,
        external_task_id: task.external_task_id.clone(),
        id,
    }
}

fn is_survivable(error: &DatabaseError) -> bool {
    error.kind() == FailureKind::UniqueViolation
        && error.transaction_state() == TransactionState::Intact
}

/// What a patch assigns. `stored` is the `updated_at` that the task has.
pub(super) fn assignments(sql: &mut Sql<'_>, patch: &TaskPatch, now: DateTime<Utc>, stored: &str) {
    let names = sql.names;
    for (column, value) in
        [(Column::StrategyId, &patch.strategy_id), (Column::Status, &patch.status)]
    {
        if let Some(value) = value {
            sql.push(&names.bare(column)).push(" = ").bind(value.as_str()).push(", ");
        }
    }
    sql.push(&names.bare(Column::UpdatedAt)).push(" = ");
    later(sql, now, stored);
}

/// The later of now and a microsecond after what is stored, so that it grows whatever the
/// clocks of the writers say.
pub(super) fn later(sql: &mut Sql<'_>, now: DateTime<Utc>, stored: &str) {
    match sql.names.backend {
        DbBackend::Postgres => {
            sql.push("GREATEST(").bind(now).push(", ");
            sql.push_with(|| read(DbBackend::Postgres, stored))
                .push(" + INTERVAL '1 microsecond')");
        }
        DbBackend::MySql => {
            sql.push("GREATEST(").bind(now).push(", CASE WHEN ");
            sql.push_with(|| readable(DbBackend::MySql, stored)).push(" THEN ").push(stored);
            sql.push(" + INTERVAL 1 MICROSECOND ELSE ").bind(now).push(" END)");
        }
        _ => {
            sql.push("CASE WHEN ").push(stored).push(" >= ").bind_time(now).push(" THEN ");
            sql.push_with(|| microsecond_after(stored)).push(" ELSE ").bind(now).push(" END");
        }
    }
}

/// SQLite's own date functions know no microseconds. `stored` is text of fixed width; the driver
/// leaves out a fraction of zero, and zeros that make it one of milliseconds.
fn microsecond_after(stored: &str) -> String {
    format!(
        "(SELECT CASE WHEN fraction = 1000000 \
         THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second') \
         WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000) \
         ELSE second || printf('.%06d', fraction) END || '+00:00' \
         FROM (SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction \
         FROM (SELECT {stored} AS time)))"
    )
}
