//! Many tasks at once: update and delete by filter.
//!
//! On a pool the work goes in bounded batches, so that no lock is held for long and what
//! was done stays done; in the application's transaction it is one statement.

use crate::database::create::assignments;
use crate::database::sql::{KeyList, Sql};
use crate::database::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::query::TaskFilter;
use crate::task::{ParentGame, TaskKey, TaskPatch, time};
use futures_timer::Delay;
use futures_util::future;
use sea_orm::{DbBackend, DbErr, QueryResult, Value};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How many tasks a statement looks at, and so writes, at most: MariaDB locks what it looks at,
/// and SQLite is locked for all writers meanwhile.
const BATCH: usize = 10_000;

/// Writers of SQLite wait for each other this long without harm. After it there is a pause
/// between batches: its one writer is whoever asks while it is free, and those who wait ask
/// rarely.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many times longer a batch is than the pause after it.
const BUSY_TO_IDLE: u32 = 4;

/// What is done to each task.
#[derive(Clone, Copy)]
enum Work<'w> {
    Update(&'w TaskPatch),
    Delete,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn update_matching(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        patch.validate()?;
        filter.validate()?;
        self.sweep(filter, Work::Update(patch)).await
    }

    pub(super) async fn delete_matching(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        filter.validate()?;
        self.sweep(filter, Work::Delete).await
    }

    async fn sweep(&self, filter: &TaskFilter, work: Work<'_>) -> Result<u64, TaskError> {
        let mut done = 0;
        let error = match (Sweep { repository: self, filter, work }).run(&mut done).await {
            Ok(()) => return Ok(done),
            Err(Failed::Reading(error)) => self.failed(false, error),
            Err(Failed::Writing(error)) => self.write_failed(error).await,
        };
        if done > 0 {
            return Err(error.partially_applied(self.connection.in_transaction()));
        }
        Err(error)
    }
}

struct Sweep<'s, C, G: ParentGame> {
    repository: &'s SeaOrmTaskRepository<C, G>,
    filter: &'s TaskFilter,
    work: Work<'s>,
}

/// What a sweep was about when it failed.
enum Failed {
    Reading(DbErr),
    Writing(DbErr),
}

/// A part of the tasks by the sweep's key: after the one, and up to the other.
#[derive(Default)]
struct Part {
    after: Option<Value>,
    up_to: Option<Value>,
}

/// What one statement writes.
enum Target<'p> {
    /// What these keys name.
    Named(KeyList),
    /// What lies within a part.
    Within(&'p Part),
}

impl Target<'_> {
    fn keys(&self) -> Option<&KeyList> {
        match self {
            Self::Named(keys) => Some(keys),
            Self::Within(_) => None,
        }
    }
}

impl<C: TaskConnection, G: ParentGame> Sweep<'_, C, G> {
    /// Counts what is done, also where it fails on the way.
    async fn run(&self, done: &mut u64) -> Result<(), Failed> {
        let connection = &self.repository.connection;
        let in_transaction = connection.in_transaction();
        let started = Instant::now();
        if let Some(keys) = &self.filter.keys {
            let keys: Vec<&TaskKey> = keys.iter().collect();
            let most = if in_transaction { keys.len().max(1) } else { BATCH };
            for keys in keys.chunks(most) {
                let since = Instant::now();
                if let Some(keys) = self.in_order_of_locks(keys).await? {
                    *done += self.write(&Target::Named(keys)).await?;
                }
                self.pause(started, since).await;
            }
            return Ok(());
        }
        if in_transaction {
            *done += self.write(&Target::Within(&Part::default())).await?;
            return Ok(());
        }
        let mut part = self.part_after(None).await?;
        loop {
            let since = Instant::now();
            let Some(end) = part.up_to.clone() else {
                *done += self.write(&Target::Within(&part)).await?;
                return Ok(());
            };
            if connection.backend() == DbBackend::Sqlite {
                *done += self.write(&Target::Within(&part)).await?;
                self.pause(started, since).await;
                part = self.part_after(Some(end)).await?;
            } else {
                // A server can look for the end of the next while it writes this one.
                let next = self.part_after(Some(end.clone()));
                let (written, next) = future::join(self.write(&Target::Within(&part)), next).await;
                *done += written?;
                part = match next {
                    Ok(next) => next,
                    // There may have been no other connection for as long as the write took.
                    Err(_) => self.part_after(Some(end)).await?,
                };
            }
        }
    }

    /// The keys so that the rows are locked in the order in which bulk creation writes them; `None`
    /// if there are none.
    ///
    /// MariaDB locks rows, and first their entries in the index that leads there, as it reads them,
    /// in whatever order they are named. So it is asked for the names of tasks that are named by
    /// ids first, without locks, and then goes by the names.
    async fn in_order_of_locks(&self, keys: &[&TaskKey]) -> Result<Option<KeyList>, Failed> {
        let list = KeyList::new(self.repository.backend(), keys.iter().copied());
        let named = keys.iter().all(|key| matches!(key, TaskKey::External(..)));
        if named || self.repository.backend() != DbBackend::MySql {
            return Ok(Some(list));
        }
        let names = &self.repository.settings.names;
        let mut sql = self.repository.sql("SELECT ");
        sql.push(&names.game_id).push(", ").push(&names.external_id).push(", ").push(&names.id);
        sql.push_from_tasks(Some(&list)).push(" ORDER BY ").push(&names.game_id);
        sql.push(", ").push(&names.external_id);
        let rows = self.repository.connection.query_all(sql.statement()).await;
        let task = |row: &QueryResult| {
            Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
        };
        let tasks = rows.and_then(|rows| rows.iter().map(task).collect::<Result<Vec<_>, DbErr>>());
        let tasks = tasks.map_err(Failed::Reading)?;
        let some = !tasks.is_empty();
        Ok(some.then(|| KeyList::located(self.repository.backend(), &tasks)))
    }

    /// Lets other writers of SQLite have a turn, after a batch of a call that takes long.
    async fn pause(&self, started: Instant, since: Instant) {
        let connection = &self.repository.connection;
        let alone = connection.backend() == DbBackend::Sqlite && !connection.in_transaction();
        if alone && started.elapsed() > PATIENCE {
            Delay::new(since.elapsed() / BUSY_TO_IDLE).await;
        }
    }

    async fn part_after(&self, after: Option<Value>) -> Result<Part, Failed> {
        let up_to = self.end_of_batch(&Part { after: after.clone(), up_to: None }).await;
        Ok(Part { after, up_to: up_to.map_err(Failed::Reading)? })
    }

    /// How far the next batch reaches; `None` where that is to the end.
    async fn end_of_batch(&self, part: &Part) -> Result<Option<Value>, DbErr> {
        let hints = &self.repository.settings.names.hints;
        let row = loop {
            let hinted = hints.are_given();
            let sql = self.at_end_of_batch(part, hinted);
            match self.repository.connection.query_one(sql.statement()).await {
                Err(error) if hints.are_refused(hinted, &error) => {}
                row => break row?,
            }
        };
        let read = |row: QueryResult| match self.filter.game_id {
            Some(_) => row.try_get_by_index::<String>(0).map(Value::from),
            None => row.try_get_by_index::<Uuid>(0).map(Value::from),
        };
        row.map(read).transpose()
    }

    fn at_end_of_batch(&self, part: &Part, hinted: bool) -> Sql<'_> {
        let key = self.key();
        let mut sql = self.repository.sql("SELECT ");
        sql.push(key).push(" FROM ").push(&self.repository.settings.names.tasks);
        sql.push(self.hint(hinted)).push(" WHERE 1 = 1").and_filter(&range_of(self.filter));
        self.and_within(&mut sql, part);
        let last = i64::try_from(BATCH).unwrap_or(i64::MAX) - 1;
        sql.push(" ORDER BY ").push(key).push(" LIMIT 1 OFFSET ").bind(last);
        sql
    }

    /// What batches go by: an index that the filter's own condition leads into.
    fn key(&self) -> &str {
        let names = &self.repository.settings.names;
        match self.filter.game_id {
            Some(_) => &names.external_id,
            None => &names.id,
        }
    }

    /// What MariaDB is told to go by.
    fn hint(&self, hinted: bool) -> &str {
        match (self.filter.game_id, &self.filter.keys) {
            (Some(_), None) => self.repository.settings.names.hints.by_name(hinted),
            _ => "",
        }
    }

    async fn write(&self, target: &Target<'_>) -> Result<u64, Failed> {
        let hints = &self.repository.settings.names.hints;
        loop {
            let hinted = hints.are_given();
            let sql = self.writing(target, hinted);
            match self.repository.connection.execute(sql.statement()).await {
                Err(error) if hints.are_refused(hinted, &error) => {}
                done => return Ok(done.map_err(Failed::Writing)?.rows_affected()),
            }
        }
    }

    fn writing(&self, target: &Target<'_>, hinted: bool) -> Sql<'_> {
        match self.repository.backend() {
            DbBackend::Postgres => self.writing_in_order(target),
            DbBackend::MySql => self.writing_from_keys(target, hinted),
            _ => self.writing_where(target),
        }
    }

    /// PostgreSQL: locks the rows in the order in which bulk creation writes them, and then writes
    /// them. Otherwise the order would be the plan's, and two calls could each wait for the other.
    ///
    /// What is locked is written where it stands, without another look at the conditions: the
    /// lock has waited for other writers and then compared the rows that they left.
    fn writing_in_order(&self, target: &Target<'_>) -> Sql<'_> {
        let names = &self.repository.settings.names;
        let mut sql = self.head();
        sql.push(match self.work {
            Work::Update(_) => " FROM (SELECT ",
            Work::Delete => " USING (SELECT ",
        });
        sql.push(&names.game_id).push(" AS g, ").push(&names.id).push(" AS i");
        sql.push_from_tasks(target.keys());
        self.and_meant(&mut sql, target);
        sql.push(" ORDER BY ").push(&names.game_id).push(", ").push(&names.external_id);
        sql.push(match self.work {
            // Leaves alone those who only refer to a task.
            Work::Update(_) => " FOR NO KEY UPDATE OF ",
            Work::Delete => " FOR UPDATE OF ",
        });
        sql.push(&names.tasks_alias).push(") m WHERE ").push(&names.game_id);
        sql.push(" = ANY(ARRAY[m.g, m.g]) AND ").push(&names.id).push(" = m.i");
        sql
    }

    /// MariaDB: in the form for several tables the keys come first, and the rows are locked in
    /// their order. In the other it passes all tasks and asks the list of keys about each.
    fn writing_from_keys(&self, target: &Target<'_>, hinted: bool) -> Sql<'_> {
        let names = &self.repository.settings.names;
        let mut sql;
        match self.work {
            Work::Update(patch) if target.keys().is_some() => {
                sql = self.repository.sql("UPDATE ");
                sql.tasks_named(target.keys()).push(" SET ");
                assignments(&mut sql, patch, time::now(), &names.updated_at);
            }
            Work::Update(patch) => {
                sql = self.repository.sql("UPDATE ");
                sql.push(&names.tasks).push(self.hint(hinted)).push(" SET ");
                assignments(&mut sql, patch, time::now(), &names.updated_at);
            }
            Work::Delete => {
                sql = self.repository.sql("DELETE ");
                sql.push(&names.tasks).push_from_tasks(target.keys()).push(self.hint(hinted));
            }
        }
        self.and_meant(&mut sql, target);
        sql
    }

    /// SQLite, which has one writer and no order of locks.
    fn writing_where(&self, target: &Target<'_>) -> Sql<'_> {
        let names = &self.repository.settings.names;
        let mut sql = self.head();
        if let Target::Named(keys) = target {
            sql.push(" WHERE (").push(&names.game_id).push(", ").push(&names.id);
            sql.push(") IN (SELECT ").push(&names.game_id).push(", ").push(&names.id);
            sql.push_from_tasks(Some(keys));
            self.and_meant(&mut sql, target);
            sql.push(")");
        } else {
            self.and_meant(&mut sql, target);
        }
        sql
    }

    /// `UPDATE … SET …`, or `DELETE FROM …`.
    fn head(&self) -> Sql<'_> {
        let names = &self.repository.settings.names;
        match self.work {
            Work::Update(patch) => {
                let mut sql = self.repository.sql("UPDATE ");
                sql.push(&names.tasks).push(" SET ");
                assignments(&mut sql, patch, time::now(), &names.updated_at);
                sql
            }
            Work::Delete => {
                let mut sql = self.repository.sql("DELETE FROM ");
                sql.push(&names.tasks);
                sql
            }
        }
    }

    /// ` WHERE …`: the tasks that are meant, and to which the work applies.
    fn and_meant(&self, sql: &mut Sql<'_>, target: &Target<'_>) {
        sql.push(" WHERE 1 = 1").and_filter_of_named(self.filter);
        sql.and_in_scope(self.repository.scope());
        if let Work::Update(patch) = self.work {
            self.repository.and_applies(sql, patch);
        }
        if let Target::Within(part) = target {
            self.and_within(sql, part);
        }
    }

    fn and_within(&self, sql: &mut Sql<'_>, part: &Part) {
        for (bound, compare) in [(&part.after, " > "), (&part.up_to, " <= ")] {
            if let Some(bound) = bound {
                sql.push(" AND ").push(self.key()).push(compare).bind(bound.clone());
            }
        }
    }
}

/// What of a filter an index leads to.
fn range_of(filter: &TaskFilter) -> TaskFilter {
    TaskFilter {
        game_id: filter.game_id,
        external_id_prefix: filter.game_id.and(filter.external_id_prefix.clone()),
        ..TaskFilter::all()
    }
}
