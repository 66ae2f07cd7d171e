//! Bulk creation: each task for itself, or all or none.
//!
//! Both go one way: validate the tasks, fold duplicates into one [`Entry`] each, take a chunk of
//! them, insert it, match the returned rows with the entries, diagnose those that were not written, and
//! insert the remaining ones again. [`Outcomes`] collects what became of each task of the input.

mod all;
mod each;
mod entries;
mod insert;
mod matching;
mod outcomes;
mod skipped_rows;

pub(crate) use self::entries::Entry;
pub(super) use self::insert::encode;
pub(crate) use self::insert::{Check, Insert, InsertMode, another_has_the_id};

use self::outcomes::Outcomes;
use super::as_read::stored_as_sent;
use super::sql::{BoundColumns, Decoder, Rows, only_if};
use super::{SeaOrmTaskRepository, TaskConnection, WriteFailure};
use crate::error::{DatabaseError, FailureKind, TaskError, TransactionState};
use crate::repository::OnExisting;
use crate::task::{Creator, NewTask, ParentGame, Task, time};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Statement};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// What one insert wrote.
pub(super) struct Inserted {
    rows: InsertedRows,
    mode: InsertMode,
    /// When it wrote them.
    now: DateTime<Utc>,
    /// Whether it also returned rows that it left unchanged, in the scope or not.
    returned_unchanged: bool,
}

/// The rows that an insert wrote.
enum InsertedRows {
    /// It returned them, or there are none.
    Returned(Vec<QueryResult>),
    /// All were stored as they were sent.
    AsSent,
    /// All were written, some perhaps changed by triggers; these were found by the ids that were sent.
    Stored(Vec<QueryResult>),
    /// All were stored as they were sent. These many of the tasks that were found had been deleted since,
    /// and were created again: which of them, the rows tell that have these ids now.
    Recreated(usize, Vec<QueryResult>),
}

impl InsertedRows {
    /// How many of the entries were written.
    fn count(&self, entries: usize) -> usize {
        match self {
            Self::Returned(rows) => rows.len(),
            Self::AsSent | Self::Stored(_) | Self::Recreated(..) => entries,
        }
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Validates a task as far as that is possible without the database.
    fn validate(&self, task: &NewTask) -> Result<(), TaskError> {
        self.validate_new(task)?;
        match self.scope().creator()? {
            Some(_) => Ok(()),
            None => Err(TaskError::GameNotFound { game_id: task.game_id }),
        }
    }

    /// Whether what exists has to be read before a statement of this mode.
    fn reads_before(&self, mode: InsertMode) -> bool {
        mode == InsertMode::UpsertSome && self.dialect().features().reads_before_upserts
    }

    /// Whether an upsert was made to fail, by a null in a NOT NULL column, because a task was no longer as
    /// it had been read. Nothing was written, and the transaction goes on.
    fn is_overtaken(&self, error: &DbErr) -> bool {
        let error = || DatabaseError::new(self.call(true), error.clone());
        let is_null = |error: DatabaseError| {
            error.kind() == FailureKind::NotNullViolation
                && error.transaction_state() == TransactionState::Intact
        };
        !self.dialect().features().writes_return_rows && is_null(error())
    }

    /// Whether a statement of this mode also returns rows that it left unchanged.
    fn returns_unchanged(&self, mode: InsertMode) -> bool {
        self.reads_before(mode) && self.dialect().features().writes_return_rows
    }

    /// Inserts entries by one statement.
    async fn insert(
        &self,
        entries: &[Entry<'_>],
        mode: InsertMode,
        check: Check,
        creator: &Creator,
        now: DateTime<Utc>,
    ) -> Result<Inserted, WriteFailure> {
        // Another call may find out meanwhile that the server is MySQL.
        let dialect = self.dialect();
        let returns_rows = dialect.features().writes_return_rows;
        let (mode, now) = match (mode, returns_rows) {
            (mode, true) => (mode, now),
            (InsertMode::InsertSome, false) => (InsertMode::InsertAll, now),
            (InsertMode::UpsertSome, false) => (InsertMode::UpsertAll, later_than(entries, now)),
            (mode, false) => (mode, later_than(entries, now)),
        };
        let skips_rows = self.names().skips_rows.load(Ordering::Relaxed);
        let insert = Insert::new(dialect, entries, mode, creator, self.scope(), now)
            .check(check, skips_rows)
            .conflict_aborts_transaction(self.conflict_aborts_transaction());
        let statement = dialect.insert_many(&self.sql().typed(), &insert);
        let as_sent = mode == InsertMode::InsertAll
            && dialect.features().inserts_store_rows_as_sent
            && !insert.sends_rows_twice;
        let rows = if as_sent || !returns_rows {
            let answer = self.connection.execute(statement).await?;
            let is_marked = returns_rows || stored_as_sent(&answer);
            match usize::try_from(answer.rows_affected()) {
                Ok(0) | Err(_) => InsertedRows::Returned(Vec::new()),
                Ok(written) if written == insert.rows_to_affect() && is_marked => {
                    InsertedRows::AsSent
                }
                // A trigger skipped or changed some of them, or one was deleted since it was found.
                Ok(written) => {
                    let stored = self.stored_statement(&insert.rows, now);
                    let stored = self.connection.query_all(stored).await;
                    let stored = stored.map_err(WriteFailure::Written)?;
                    let recreated = insert.rows_to_affect().saturating_sub(written);
                    match (returns_rows, is_marked) {
                        (true, _) => InsertedRows::Returned(stored),
                        (false, true) => InsertedRows::Recreated(recreated, stored),
                        (false, false) => InsertedRows::Stored(stored),
                    }
                }
            }
        } else {
            InsertedRows::Returned(self.connection.query_all(statement).await?)
        };
        Ok(Inserted { rows, mode, now, returned_unchanged: self.returns_unchanged(mode) })
    }

    /// The tasks that an insert of this time stored.
    fn stored_statement(&self, rows: &Rows, now: DateTime<Utc>) -> Statement {
        let (sql, names) = (self.sql(), self.names());
        let (task, tasks, id, created_at) =
            (&names.named_columns, &names.tasks, &names.id, &names.created_at);
        let (rows, join) = (sql.rows("r", rows), self.dialect().features().ordered_join);
        // Without rows that it returned, an insert wrote all of them, some perhaps as updates.
        let and_created = only_if(self.dialect().features().writes_return_rows, {
            let now = sql.bind_time(now);
            fmt::from_fn(move |f| write!(f, " AND {created_at} = {now}"))
        });
        sql.statement(format_args!(
            "SELECT {task} FROM {rows}{join}{tasks} ON {id} = r.i{and_created}"
        ))
    }

    /// Yields now and then to the futures that it is joined with.
    async fn decode(
        &self,
        inserted: &mut Inserted,
        entries: &[Entry<'_>],
        creator: &Creator,
    ) -> Result<Vec<Task>, DbErr> {
        let sent = |one: &Entry<'_>| one.row(creator, inserted.now);
        let decoder = Decoder::new(self.names(), BoundColumns::default());
        match std::mem::replace(&mut inserted.rows, InsertedRows::AsSent) {
            InsertedRows::AsSent => Ok(entries.iter().map(sent).collect()),
            InsertedRows::Returned(rows) => decoder.decode_cooperatively(rows).await,
            InsertedRows::Stored(rows) => {
                let mut stored = decoder.decode_cooperatively(rows).await?;
                let found: HashSet<Uuid> = stored.iter().map(|task| task.id).collect();
                // A trigger gave them other ids.
                let others = entries.iter().filter(|one| !found.contains(&one.id));
                stored.extend(others.map(sent));
                Ok(stored)
            }
            InsertedRows::Recreated(count, rows) => {
                let stored = decoder.decode_cooperatively(rows).await?;
                Ok(recreated(entries, stored, count, creator, inserted.now))
            }
        }
    }

    /// Diagnoses entries that were not written, and settles those for which that gives an outcome.
    /// Returns the others, which can be written now.
    async fn settle_diagnosed<'t>(
        &self,
        mut entries: Vec<Entry<'t>>,
        on_existing: OnExisting,
        wrote_at: Option<DateTime<Utc>>,
        outcomes: &mut Outcomes<'t>,
    ) -> Result<Vec<Entry<'t>>, TaskError> {
        let decisions = self.diagnose(&mut entries, on_existing, wrote_at).await?;
        let mut remaining = Vec::new();
        for (entry, decision) in entries.into_iter().zip(decisions) {
            match decision {
                Some(outcome) => outcomes.settle(entry, outcome),
                None => remaining.push(entry),
            }
        }
        Ok(remaining)
    }
}

/// The rows that a statement of this time sent, of which it created `count` again. Others may have
/// changed them since, so what is stored only tells which of them were created.
fn recreated(
    entries: &[Entry<'_>],
    stored: Vec<Task>,
    count: usize,
    creator: &Creator,
    now: DateTime<Utc>,
) -> Vec<Task> {
    let created_at: HashMap<Uuid, DateTime<Utc>> =
        stored.into_iter().map(|task| (task.id, task.created_at)).collect();
    let created_at = |one: &Entry<'_>| created_at.get(&one.id).copied();
    let certain = entries.iter().filter(|one| one.exists() && created_at(one) == Some(now));
    // Of these, others have deleted or replaced the rows since.
    let mut uncertain = count.saturating_sub(certain.count());
    let mut was_created = |one: &Entry<'_>| match (&one.existing, created_at(one)) {
        (None, _) => true,
        (Some(_), Some(created_at)) if created_at == now => true,
        (Some(existing), Some(created_at)) if created_at == existing.created_at => false,
        (Some(_), _) => {
            let was_created = uncertain > 0;
            uncertain = uncertain.saturating_sub(1);
            was_created
        }
    };
    let sent = |one: &Entry<'_>| match was_created(one) {
        true => one.task.row(one.id, one.strategy.clone(), creator, now),
        false => one.row(creator, now),
    };
    entries.iter().map(sent).collect()
}

/// A time for all of these entries, later than each of them was changed.
fn later_than(entries: &[Entry<'_>], now: DateTime<Utc>) -> DateTime<Utc> {
    let existing = entries.iter().filter_map(|entry| entry.existing.as_ref());
    existing.fold(now, |now, task| time::next_updated_at(now, task.updated_at))
}

fn refused(index: usize, error: TaskError) -> TaskError {
    TaskError::Batch { index, error: Box::new(error) }
}
