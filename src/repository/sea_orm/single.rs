//! One task: create, find, update, delete. Each is one statement where it succeeds.

use super::{ROUNDS, SeaOrmTaskRepository};
use crate::connection::TaskConnection;
use crate::entity::tasks::Column;
use crate::entity::{ParentGame, Task};
use crate::error::{DatabaseError, FailureKind, TaskError};
use crate::repository::{NewTask, TaskPatch};
use crate::sql::{Known, Shape, Sql, read, readable};
use crate::value::{Stamp, TaskKey, TaskStatus, time};
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, DbErr};
use uuid::Uuid;

/// How a task is inserted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The constraints say whether there is such a game, and whether name and id are free. To
    /// look for the game first costs a fifth more on MariaDB, to be ready for a conflict a
    /// tenth on PostgreSQL.
    AsIs,
    /// Into a game in which the scope may create.
    IntoGame,
    /// The same, and nothing fails where the name or the id is taken.
    IntoGameIfFree,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn insert_one(&self, task: &NewTask) -> Result<Task, TaskError> {
        task.validate()?;
        let no_game = TaskError::GameNotFound { game_id: task.game_id };
        let Some(stamp) = self.scope().stamp()? else { return Err(no_game) };
        let id = task.id.unwrap_or_else(Uuid::now_v7);
        let way = self.way_to_insert();
        for _ in 0..ROUNDS {
            let mut no_game = false;
            match self.written(Known::default(), self.insert(task, id, &stamp, way)).await {
                Ok(Some(created)) => return Ok(created),
                Ok(None) => {}
                Err(error) => match self.failed(true, error) {
                    TaskError::Referenced(error)
                        if way == Way::AsIs && !error.transaction_lost() =>
                    {
                        no_game = true;
                    }
                    TaskError::Database(error) if is_survivable(&error) => {}
                    error => return Err(error),
                },
            }
            if let Some(refusal) = self.refusal(task, id).await? {
                return Err(refusal);
            }
            if no_game {
                // There is one: the foreign key is one of the application's own.
                break;
            }
        }
        // Neither the name nor the id stands in the way: let the database say what does.
        self.insert_or_fail(task, id, &stamp).await
    }

    /// What costs least where nothing is in the way.
    fn way_to_insert(&self) -> Way {
        let survives_failures = match self.backend() {
            DbBackend::MySql => true,
            DbBackend::Postgres => !self.connection.in_transaction(),
            // Its foreign keys can be switched off, and it has nothing to gain.
            _ => false,
        };
        match (survives_failures, self.scope().is_unrestricted()) {
            (true, true) => Way::AsIs,
            (true, false) => Way::IntoGame,
            (false, _) => Way::IntoGameIfFree,
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
        let inserted = inserted.map_err(|error| self.failed(true, error))?;
        inserted.ok_or(TaskError::GameNotFound { game_id: task.game_id })
    }

    /// Whether a failed insert left the transaction as it was, because a name or an id is
    /// taken. MariaDB and SQLite take back the one statement, a pool has nothing to lose.
    pub(super) fn survived(&self, error: DbErr) -> Result<(), TaskError> {
        match self.failed(true, error) {
            TaskError::Database(error) if is_survivable(&error) => Ok(()),
            error => Err(error),
        }
    }

    /// A game that is not there, or not the scope's, gives no row; as it is, a failure.
    fn insert(&self, task: &NewTask, id: Uuid, stamp: &Stamp, way: Way) -> Sql<'_> {
        let names = &self.settings.names;
        let now = time::now();
        let shape = Shape::of("create", self.scope());
        let shape = shape.and_then(|shape| shape.with([way as usize, 0, 0, 0, 0, 0, 0, 0]));
        let mut sql = self.shaped(shape, "INSERT INTO ");
        sql.push(&names.tasks).push(" (").push(&names.columns);
        sql.push(if way == Way::AsIs { ") VALUES (" } else { ") SELECT " });
        sql.bind(id).push(", ").bind(now).push(", ").bind(now).push(", ");
        sql.bind(stamp.api_key_used.clone()).push(", ");
        sql.bind(stamp.oauth_user_id.clone()).push(", ");
        sql.bind(task.game_id).push(", ").bind(task.external_task_id.as_str()).push(", ");
        sql.bind(task.stored_strategy()).push(", ").bind(TaskStatus::OPEN);
        if way == Way::AsIs {
            sql.push(")");
        } else {
            sql.push(" FROM ").push(&names.games).push(" g WHERE ").push(&names.game_key);
            sql.push(" = ").bind(task.game_id).and_may_create(self.scope());
        }
        if way == Way::IntoGameIfFree {
            sql.push(" ON CONFLICT DO NOTHING");
        }
        sql.push(" RETURNING ").push_with(|| names.unknown(Known::default()));
        sql
    }

    /// Why a task could not be created, as things stand now; `None` if nothing stands in
    /// its way any more.
    async fn refusal(&self, task: &NewTask, id: Uuid) -> Result<Option<TaskError>, TaskError> {
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
        Ok(if game.is_none() {
            Some(TaskError::GameNotFound { game_id: task.game_id })
        } else if named.is_some() {
            Some(already_exists(task, seen))
        } else if numbered.is_some() {
            Some(TaskError::IdTaken { id })
        } else {
            None
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
        let mut round = 1;
        loop {
            let updated = self.written(Known::default(), self.update(key, patch)).await;
            if let Some(task) = updated.map_err(|error| self.failed(true, error))? {
                return Ok(task);
            }
            let current = self.look_up(key, self.present()).await?;
            let current = current.ok_or_else(|| TaskError::NotFound { key: key.clone() })?;
            patch.applies_to(key, &current, &self.settings.lifecycle)?;
            // It would apply now: somebody was faster. Who always is, wins.
            if round == ROUNDS {
                return Err(TaskError::Conflict {
                    key: key.clone(),
                    status: current.status,
                    updated_at: current.updated_at,
                });
            }
            round += 1;
        }
    }

    fn update(&self, key: &TaskKey, patch: &TaskPatch) -> Sql<'_> {
        let names = &self.settings.names;
        let now = time::now();
        let shape = self.shape_of_update(key, patch);
        if self.backend() == DbBackend::MySql {
            // UPDATE cannot return what it wrote, and a SELECT after it may read another's.
            let mut sql = self.shaped(shape, "INSERT INTO ");
            sql.push(&names.tasks).push(" (").push(&names.columns).push(") SELECT ");
            sql.push(&names.columns).push(" FROM ").push(&names.tasks).push(" WHERE ");
            sql.key(key).and_in_scope(self.scope());
            self.and_applies(&mut sql, patch);
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

    fn shape_of_update(&self, key: &TaskKey, patch: &TaskPatch) -> Option<Shape> {
        let sources = patch.target().and_then(|to| self.settings.lifecycle.sources_of(&to));
        Shape::of("update", self.scope())?.by(key).with([
            patch.strategy_id.is_some().into(),
            patch.status.is_some().into(),
            patch.if_status.is_some().into(),
            patch.if_unmodified_since.is_some().into(),
            sources.is_some().into(),
            sources.map_or(0, |sources| sources.len()),
            0,
            0,
        ])
    }

    /// ` AND …`: that the patch applies to the task, as
    /// [`TaskPatch::applies_to`] judges it.
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
        for _ in 0..ROUNDS {
            let deleted = self.written(Known::by(key), self.delete(key)).await;
            if let Some(task) = deleted.map_err(|error| self.failed(true, error))? {
                return Ok(task);
            }
            // It is not there, or it cannot be returned, which this reports.
            if self.look_up(key, self.present()).await?.is_none() {
                break;
            }
        }
        Err(TaskError::NotFound { key: key.clone() })
    }

    fn delete(&self, key: &TaskKey) -> Sql<'_> {
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
    error.kind() == FailureKind::UniqueViolation && !error.transaction_lost()
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
