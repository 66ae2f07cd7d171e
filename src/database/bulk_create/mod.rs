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
pub(crate) use self::insert::{Check, Insert, InsertMode};

use self::outcomes::Outcomes;
use super::sql::{BoundColumns, Decoder, Rows};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::repository::OnExisting;
use crate::task::{Creator, NewTask, ParentGame, Task};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Statement};
use std::sync::atomic::Ordering;

/// What one insert wrote.
pub(super) struct Inserted {
    /// The rows that it returned; `None` where all were stored as they were sent.
    rows: Option<Vec<QueryResult>>,
    mode: InsertMode,
    /// When it wrote them.
    now: DateTime<Utc>,
    /// Whether it also returned rows that it left unchanged, in the scope or not.
    returned_unchanged: bool,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Validates a task as far as that is possible without the database.
    fn validate(&self, task: &NewTask) -> Result<(), TaskError> {
        task.validate()?;
        match self.scope().creator()? {
            Some(_) => Ok(()),
            None => Err(TaskError::GameNotFound { game_id: task.game_id }),
        }
    }

    /// Whether a statement of this mode also returns rows that it left unchanged.
    fn returns_unchanged(&self, mode: InsertMode) -> bool {
        mode == InsertMode::UpsertSome && self.dialect().features().upserts_return_unchanged_rows
    }

    /// Inserts entries by one statement.
    async fn insert(
        &self,
        entries: &[Entry<'_>],
        mode: InsertMode,
        check: Check,
        creator: &Creator,
        now: DateTime<Utc>,
    ) -> Result<Inserted, DbErr> {
        let skips_rows = self.names().skips_rows.load(Ordering::Relaxed);
        let insert = Insert::new(self.dialect(), entries, mode, creator, self.scope(), now)
            .check(check, skips_rows)
            .conflict_aborts_transaction(self.conflict_aborts_transaction());
        let statement = self.dialect().insert_many(&self.sql().typed(), &insert);
        let as_sent = mode == InsertMode::InsertAll
            && self.dialect().features().inserts_store_rows_as_sent
            && !insert.sends_rows_twice;
        let rows = if as_sent {
            match usize::try_from(self.connection.execute(statement).await?.rows_affected()) {
                Ok(0) => Some(Vec::new()),
                Ok(written) if written == entries.len() => None,
                // A trigger skipped some of them.
                _ => {
                    let stored = self.stored_statement(&insert.rows, now);
                    Some(self.connection.query_all(stored).await?)
                }
            }
        } else {
            Some(self.connection.query_all(statement).await?)
        };
        Ok(Inserted { rows, mode, now, returned_unchanged: self.returns_unchanged(mode) })
    }

    /// The tasks that an insert of this time stored.
    fn stored_statement(&self, rows: &Rows, now: DateTime<Utc>) -> Statement {
        let (sql, names) = (self.sql(), self.names());
        let (task, tasks, id, created_at) =
            (&names.named_columns, &names.tasks, &names.id, &names.created_at);
        let (rows, join) = (sql.rows("r", rows), self.dialect().features().ordered_join);
        let now = sql.bind_time(now);
        sql.statement(format_args!(
            "SELECT {task} FROM {rows}{join}{tasks} ON {id} = r.i AND {created_at} = {now}"
        ))
    }

    /// Yields now and then to the futures that it is joined with.
    async fn decode(
        &self,
        inserted: &mut Inserted,
        entries: &[Entry<'_>],
        creator: &Creator,
    ) -> Result<Vec<Task>, DbErr> {
        match inserted.rows.take() {
            Some(rows) => {
                let decoder = Decoder::new(self.names(), BoundColumns::default());
                decoder.decode_cooperatively(rows).await
            }
            None => Ok(entries
                .iter()
                .map(|one| one.task.row(one.id, one.strategy.clone(), creator, inserted.now))
                .collect()),
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

fn refused(index: usize, error: TaskError) -> TaskError {
    TaskError::Batch { index, error: Box::new(error) }
}
