//! Many tasks at once: update and delete by filter.
//!
//! On a pool the work goes in bounded batches, so that no lock is held for long and what
//! was done stays done; in the application's transaction it is one statement.

use super::SeaOrmTaskRepository;
use super::single::assignments;
use crate::connection::TaskConnection;
use crate::entity::ParentGame;
use crate::error::TaskError;
use crate::repository::{TaskFilter, TaskPatch};
use crate::sql::Sql;
use crate::value::time;
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
        let Err(error) = Sweep { repository: self, filter, work }.run(&mut done).await else {
            return Ok(done);
        };
        let error = self.write_failed(error).await;
        if done > 0 {
            return Err(error.in_part(self.connection.in_transaction()));
        }
        Err(error)
    }
}

struct Sweep<'s, C, G: ParentGame> {
    repository: &'s SeaOrmTaskRepository<C, G>,
    filter: &'s TaskFilter,
    work: Work<'s>,
}

/// A part of the tasks by the sweep's key: after the one, and up to the other.
#[derive(Default)]
struct Part {
    after: Option<Value>,
    up_to: Option<Value>,
}

impl<C: TaskConnection, G: ParentGame> Sweep<'_, C, G> {
    /// Counts what is done, also where it fails on the way.
    async fn run(&self, done: &mut u64) -> Result<(), DbErr> {
        let connection = &self.repository.connection;
        let few = self.filter.keys.as_ref().is_some_and(|keys| keys.len() <= BATCH);
        if few || connection.in_transaction() {
            *done += self.write(&Part::default()).await?;
            return Ok(());
        }
        let started = Instant::now();
        let mut part = self.part_after(None).await?;
        loop {
            let since = Instant::now();
            let Some(end) = part.up_to.clone() else {
                *done += self.write(&part).await?;
                return Ok(());
            };
            if connection.backend() == DbBackend::Sqlite {
                *done += self.write(&part).await?;
                if started.elapsed() > PATIENCE {
                    Delay::new(since.elapsed() / BUSY_TO_IDLE).await;
                }
                part = self.part_after(Some(end)).await?;
            } else {
                // A server can look for the end of the next while it writes this one.
                let next = self.part_after(Some(end.clone()));
                let (written, next) = future::join(self.write(&part), next).await;
                *done += written?;
                part = match next {
                    Ok(next) => next,
                    // There may have been no other connection for as long as the write took.
                    Err(_) => self.part_after(Some(end)).await?,
                };
            }
        }
    }

    async fn part_after(&self, after: Option<Value>) -> Result<Part, DbErr> {
        let up_to = self.end_of_batch(&Part { after: after.clone(), up_to: None }).await?;
        Ok(Part { after, up_to })
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

    async fn write(&self, part: &Part) -> Result<u64, DbErr> {
        let hints = &self.repository.settings.names.hints;
        loop {
            let hinted = hints.are_given();
            let sql = self.writing(part, hinted);
            match self.repository.connection.execute(sql.statement()).await {
                Err(error) if hints.are_refused(hinted, &error) => {}
                done => return Ok(done?.rows_affected()),
            }
        }
    }

    fn writing(&self, part: &Part, hinted: bool) -> Sql<'_> {
        let names = &self.repository.settings.names;
        let mut sql;
        match self.work {
            Work::Update(patch) => {
                sql = self.repository.sql("UPDATE ");
                sql.push(&names.tasks).push(self.hint(hinted));
                if self.leads_from_keys() {
                    sql.push(" JOIN (SELECT 1 AS one) o");
                }
                sql.push(" SET ");
                assignments(&mut sql, patch, time::now(), &names.updated_at);
            }
            Work::Delete => {
                sql = self.repository.sql("DELETE ");
                if self.leads_from_keys() || !self.hint(hinted).is_empty() {
                    sql.push(&names.tasks).push(" ");
                }
                sql.push("FROM ").push(&names.tasks).push(self.hint(hinted));
            }
        }
        self.and_meant(sql.push(" WHERE 1 = 1"));
        self.and_within(&mut sql, part);
        sql
    }

    /// Whether the statement has to have the form that works on several tables: in the other,
    /// MariaDB passes all tasks and asks the list of keys about each.
    fn leads_from_keys(&self) -> bool {
        self.repository.backend() == DbBackend::MySql && self.filter.keys.is_some()
    }

    /// ` AND …`: the tasks that are meant, and to which the work applies.
    fn and_meant(&self, sql: &mut Sql<'_>) {
        sql.and_filter(self.filter).and_in_scope(self.repository.scope());
        if let Work::Update(patch) = self.work {
            self.repository.and_applies(sql, patch);
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
        keys: filter.keys.clone(),
        external_id_prefix: filter.game_id.and(filter.external_id_prefix.clone()),
        ..TaskFilter::all()
    }
}
