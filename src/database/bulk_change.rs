//! Many tasks at once: update and delete by filter.
//!
//! On a pool the work is done in batches, so that no lock is held for long and finished batches stay
//! done; in the application's transaction it is one statement.

use super::sql::{KeyList, Keys, Sql};
use super::update::PatchSql;
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::query::TaskFilter;
use crate::task::{ParentGame, TaskKey, TaskPatch, TaskScope};
use futures_timer::Delay;
use futures_util::future;
use sea_orm::{DbErr, QueryResult, Statement, Value};
use std::fmt::{self, Display};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How many tasks a statement reads, and so writes, at most: MariaDB locks what it reads, and SQLite
/// is locked for all writers meanwhile.
const BATCH: usize = 10_000;

/// Other writers of SQLite wait this long without harm. After it there is a pause between batches:
/// waiting writers retry rarely, and would hardly find the lock free.
const WRITERS_WAIT: Duration = Duration::from_secs(1);

/// How many times longer a batch is than the pause after it.
const BUSY_TO_IDLE: u32 = 4;

/// A range of the tasks by the key that batches are made by: after one value, up to another.
#[derive(Default)]
pub(crate) struct KeyRange {
    after: Option<Value>,
    up_to: Option<Value>,
}

/// One statement of a bulk change.
pub(crate) struct BulkChange<'b> {
    /// What is written; `None` to delete.
    pub(crate) patch: Option<PatchSql<'b>>,
    pub(crate) filter: &'b TaskFilter,
    pub(crate) scope: &'b TaskScope,
    /// The keys of the tasks, unless they are those within a range.
    pub(crate) keys: Option<&'b KeyList>,
    pub(crate) range: Option<&'b KeyRange>,
    /// Names an index, on a database that needs a hint.
    pub(crate) hint: &'b str,
}

impl BulkChange<'_> {
    /// ` AND …`: the task matches, and the patch applies to it.
    pub(crate) fn and_matches<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let and_filter = sql.and_filter(self.filter, Keys::Joined);
            let and_in_scope = sql.and_in_scope(self.scope, "");
            write!(f, "{and_filter}{and_in_scope}")?;
            if let Some(patch) = &self.patch {
                patch.and_applies(sql).fmt(f)?;
            }
            match self.range {
                Some(range) => and_within(sql, self.filter, range).fmt(f),
                None => Ok(()),
            }
        })
    }

    /// What is assigned; `None` to delete.
    pub(crate) fn assignments<'s>(&'s self, sql: &'s Sql<'_>) -> Option<impl Display + 's> {
        self.patch.as_ref().map(|patch| patch.assignments(sql, &sql.names.stored_time))
    }
}

/// The key that batches are made by: that of an index which the filter leads to.
fn batch_key<'s>(sql: &'s Sql<'_>, filter: &TaskFilter) -> &'s str {
    match filter.game_id {
        Some(_) => &sql.names.external_id,
        None => &sql.names.id,
    }
}

fn and_within<'s>(
    sql: &'s Sql<'_>,
    filter: &'s TaskFilter,
    range: &'s KeyRange,
) -> impl Display + 's {
    fmt::from_fn(move |f| {
        let key = batch_key(sql, filter);
        for (bound, compare) in [(&range.after, ">"), (&range.up_to, "<=")] {
            if let Some(bound) = bound {
                write!(f, " AND {key} {compare} {}", sql.bind(bound.clone()))?;
            }
        }
        Ok(())
    })
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn update_matching(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        patch.validate_for_many()?;
        self.validate_patch(patch)?;
        filter.validate()?;
        self.change_matching(filter, Some(patch)).await
    }

    pub(super) async fn delete_matching(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        filter.validate()?;
        self.change_matching(filter, None).await
    }

    async fn change_matching(
        &self,
        filter: &TaskFilter,
        patch: Option<&TaskPatch>,
    ) -> Result<u64, TaskError> {
        let mut changed = 0;
        match (Batches { repository: self, filter, patch }).run(&mut changed).await {
            Ok(()) => Ok(changed),
            Err(error) if changed == 0 => Err(error),
            Err(error) => Err(error.partially_applied(self.connection.in_transaction())),
        }
    }
}

struct Batches<'b, C, G: ParentGame> {
    repository: &'b SeaOrmTaskRepository<C, G>,
    filter: &'b TaskFilter,
    patch: Option<&'b TaskPatch>,
}

impl<C: TaskConnection, G: ParentGame> Batches<'_, C, G> {
    /// Adds to `changed` with each statement, so that the number is known where a later one fails.
    async fn run(&self, changed: &mut u64) -> Result<(), TaskError> {
        let in_transaction = self.repository.connection.in_transaction();
        let started = Instant::now();
        if let Some(keys) = &self.filter.keys {
            let keys: Vec<&TaskKey> = keys.iter().collect();
            let batch = if in_transaction { keys.len().max(1) } else { BATCH };
            for keys in keys.chunks(batch) {
                let since = Instant::now();
                if let Some(keys) = self.in_order_of_locks(keys).await? {
                    *changed += self.write(Some(&keys), None).await?;
                }
                self.pause(started, since).await;
            }
            return Ok(());
        }
        if in_transaction {
            *changed += self.write(None, Some(&KeyRange::default())).await?;
            return Ok(());
        }
        let mut range = self.range_after(None).await?;
        loop {
            let since = Instant::now();
            let Some(end) = range.up_to.clone() else {
                *changed += self.write(None, Some(&range)).await?;
                return Ok(());
            };
            if self.repository.dialect().features().has_single_writer {
                *changed += self.write(None, Some(&range)).await?;
                self.pause(started, since).await;
                range = self.range_after(Some(end)).await?;
            } else {
                // A server can look for the end of the next batch while it writes this one.
                let next = self.range_after(Some(end.clone()));
                let (written, next) = future::join(self.write(None, Some(&range)), next).await;
                *changed += written?;
                range = match next {
                    Ok(next) => next,
                    // There may have been no other connection while the write took place.
                    Err(_) => self.range_after(Some(end)).await?,
                };
            }
        }
    }

    /// The keys so that the rows are locked in the order in which bulk creation writes them; `None`
    /// if there are none.
    ///
    /// A database that locks rows as it reads them, and first their entries in the index that leads
    /// there, does so in the order of the keys. So tasks that are named by ids are first read,
    /// without locks, for their names, and then written by these.
    async fn in_order_of_locks(&self, keys: &[&TaskKey]) -> Result<Option<KeyList>, TaskError> {
        let dialect = self.repository.dialect();
        let list = KeyList::new(dialect, keys.iter().copied());
        let by_name = keys.iter().all(|key| matches!(key, TaskKey::External(..)));
        if by_name || !dialect.features().locks_rows_as_it_reads {
            return Ok(Some(list));
        }
        let rows = self.repository.connection.query_all(self.names_statement(&list)).await;
        let task = |row: &QueryResult| {
            Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
        };
        let tasks = rows.and_then(|rows| rows.iter().map(task).collect::<Result<Vec<_>, DbErr>>());
        let tasks = tasks.map_err(|error| self.repository.read_failed(error))?;
        Ok((!tasks.is_empty()).then(|| KeyList::located(dialect, &tasks)))
    }

    fn names_statement(&self, keys: &KeyList) -> Statement {
        let (sql, names) = (self.repository.sql(), self.repository.names());
        let (game_id, external_id, id) = (&names.game_id, &names.external_id, &names.id);
        let tasks = sql.tasks_of_keys(Some(keys));
        sql.statement(format_args!(
            "SELECT {game_id}, {external_id}, {id} FROM {tasks} ORDER BY {game_id}, {external_id}"
        ))
    }

    /// Lets other writers of SQLite work, after a batch of a call that takes long.
    async fn pause(&self, started: Instant, since: Instant) {
        let repository = self.repository;
        let blocks_writers = repository.dialect().features().has_single_writer
            && !repository.connection.in_transaction();
        if blocks_writers && started.elapsed() > WRITERS_WAIT {
            Delay::new(since.elapsed() / BUSY_TO_IDLE).await;
        }
    }

    async fn range_after(&self, after: Option<Value>) -> Result<KeyRange, TaskError> {
        let mut range = KeyRange { after, up_to: None };
        let end = self.end_of_batch(&range).await;
        range.up_to = end.map_err(|error| self.repository.read_failed(error))?;
        Ok(range)
    }

    /// The last key of the next batch; `None` where all remaining tasks fit into it.
    async fn end_of_batch(&self, range: &KeyRange) -> Result<Option<Value>, DbErr> {
        let statement = |hinted| self.end_of_batch_statement(range, hinted);
        let row = self.repository.send_hinted(statement, C::query_one).await?;
        let key = |row: QueryResult| match self.filter.game_id {
            Some(_) => row.try_get_by_index::<String>(0).map(Value::from),
            None => row.try_get_by_index::<Uuid>(0).map(Value::from),
        };
        row.map(key).transpose()
    }

    fn end_of_batch_statement(&self, range: &KeyRange, hinted: bool) -> Statement {
        let (sql, tasks) = (self.repository.sql(), &self.repository.names().tasks);
        let (key, hint) = (batch_key(&sql, self.filter), self.hint(hinted));
        // Only what an index leads to; the rest of the filter is for the statement that writes.
        let indexed = TaskFilter {
            game_id: self.filter.game_id,
            external_id_prefix: self.filter.game_id.and(self.filter.external_id_prefix.clone()),
            ..TaskFilter::all()
        };
        let and_filter = sql.and_filter(&indexed, Keys::AsCondition);
        let and_within = and_within(&sql, self.filter, range);
        let last = sql.bind(i64::try_from(BATCH).unwrap_or(i64::MAX) - 1);
        sql.statement(format_args!(
            "SELECT {key} FROM {tasks}{hint} WHERE 1 = 1{and_filter}{and_within} \
             ORDER BY {key} LIMIT 1 OFFSET {last}"
        ))
    }

    fn hint(&self, hinted: bool) -> &str {
        match (self.filter.game_id, &self.filter.keys) {
            (Some(_), None) => self.repository.names().hints.by_name(hinted),
            _ => "",
        }
    }

    async fn write(
        &self,
        keys: Option<&KeyList>,
        range: Option<&KeyRange>,
    ) -> Result<u64, TaskError> {
        let (repository, statement) =
            (self.repository, |hinted| self.statement(keys, range, hinted));
        let learned = repository.learn_distribution_in_transaction().await;
        learned.map_err(|error| repository.read_failed(error))?;
        let locks = !repository.names().distribution.is_distributed();
        let mut done = repository.send_hinted(statement, C::execute).await;
        if let Err(error) = &done
            && locks
            && let learned = repository.is_distributed_after_all(error).await
            && learned.map_err(|error| repository.read_failed(error))?
        {
            done = repository.send_hinted(statement, C::execute).await;
        }
        match done {
            Ok(done) => Ok(done.rows_affected()),
            Err(error) => Err(repository.write_failed(error).await),
        }
    }

    fn statement(
        &self,
        keys: Option<&KeyList>,
        range: Option<&KeyRange>,
        hinted: bool,
    ) -> Statement {
        let change = BulkChange {
            patch: self.patch.map(|patch| self.repository.patch_sql(patch)),
            filter: self.filter,
            scope: self.repository.scope(),
            keys,
            range,
            hint: self.hint(hinted),
        };
        self.repository.dialect().bulk_change(&self.repository.sql(), &change)
    }
}
