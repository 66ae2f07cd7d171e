//! Each task for itself: one statement for a chunk where nothing conflicts.

use super::Inserted;
use super::entries::{Entry, fold, generate_ids, ids_repeat, last_change, take_chunk};
use super::insert::{Check, InsertMode};
use super::outcomes::Outcomes;
use crate::database::create::{already_exists, is_survivable};
use crate::database::{
    MAX_ATTEMPTS, MAX_OVERTAKEN, SeaOrmTaskRepository, TaskConnection, WriteFailure,
};
use crate::error::{DatabaseError, FailureKind, Retry, TaskError, TransactionState};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{Creator, NewTask, ParentGame, time};
use chrono::{DateTime, Utc};
use futures_util::future;
use sea_orm::DbErr;
use std::collections::{HashMap, VecDeque};

/// How many tasks one statement creates.
const CHUNK: usize = 5_000;

/// Smallest chunk for which an optimistic insert pays off.
const OPTIMISTIC_MIN: usize = 100;

/// One call: what it has to do, and what is known of it.
struct Run<'t> {
    tasks: &'t [NewTask],
    on_existing: OnExisting,
    creator: Creator,
    mode: InsertMode,
    /// The entries that no chunk contains yet.
    queue: VecDeque<Entry<'t>>,
    /// Whether tasks share an id, so that a chunk may depend on the outcome of the one before.
    ids_repeat: bool,
    outcomes: Outcomes<'t>,
    /// Whether anything was written.
    wrote: bool,
    /// Whether nothing has conflicted yet.
    is_optimistic: bool,
    /// Whether a row security policy refused a row, and so all, of the last statement.
    refused_by_policy: bool,
    /// Whether a chunk is decoded while the database works on the next one.
    is_pipelined: bool,
    /// The chunk that was inserted and is still to be decoded.
    inserted: Option<(Vec<Entry<'t>>, Inserted)>,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(in crate::database) async fn create_each(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        let mut outcomes = Outcomes::new(tasks, on_existing);
        let mut valid = Vec::with_capacity(tasks.len());
        for (index, task) in tasks.iter().enumerate() {
            match self.validate(task) {
                Ok(()) => valid.push((index, task)),
                Err(error) => outcomes.set(index, Err(error)),
            }
        }
        let Ok(Some(creator)) = self.scope().creator() else { return Ok(outcomes.in_order()) };
        let mode = match on_existing {
            OnExisting::Fail | OnExisting::Keep => InsertMode::InsertSome,
            OnExisting::Update => InsertMode::UpsertSome,
        };
        let ids_repeat = ids_repeat(tasks);
        let mut run = Run {
            tasks,
            on_existing,
            creator,
            mode,
            queue: fold(valid, on_existing).into(),
            ids_repeat,
            outcomes,
            wrote: false,
            is_optimistic: mode == InsertMode::InsertSome,
            refused_by_policy: false,
            is_pipelined: !self.reads_before(mode) && !ids_repeat,
            inserted: None,
        };
        match self.run(&mut run).await {
            Ok(()) => Ok(run.outcomes.in_order()),
            Err(error) if run.wrote => {
                Err(error.partially_applied(self.connection.in_transaction()))
            }
            Err(error) => Err(error),
        }
    }

    async fn run(&self, run: &mut Run<'_>) -> Result<(), TaskError> {
        self.write_queue(run).await?;
        // No insert follows with which decoding the last chunk could overlap.
        run.is_pipelined = false;
        let remaining = self.decode_previous(run).await?;
        self.write_chunk(remaining, run).await?;
        self.write_queue(run).await
    }

    async fn write_queue(&self, run: &mut Run<'_>) -> Result<(), TaskError> {
        loop {
            run.queue.extend(run.outcomes.take_replacements());
            let mut chunk = take_chunk(&mut run.queue, run.tasks, run.ids_repeat, CHUNK);
            if chunk.is_empty() {
                return Ok(());
            }
            generate_ids(&mut chunk);
            self.write_chunk(chunk, run).await?;
        }
    }

    /// Writes a chunk until each of its entries is settled, or is left to [`run`](Self::run).
    async fn write_chunk<'t>(
        &self,
        mut chunk: Vec<Entry<'t>>,
        run: &mut Run<'t>,
    ) -> Result<(), TaskError> {
        if self.reads_before(run.mode) {
            // What each was before must be known before it is written.
            chunk = self.diagnose_chunk(chunk, None, run).await?;
        }
        if run.is_optimistic && self.is_worth_optimism(chunk.len()) {
            let size = chunk.len();
            (chunk, _) = self.insert_chunk(chunk, InsertMode::InsertAll, run).await?;
            run.is_optimistic = chunk.len() < size;
        }
        // MariaDB writes no row where one conflicts with a row that another client has just created,
        // which may happen once for each entry.
        let mut fruitless = 0;
        let (mut overtaken, mut seen) = (false, last_change(&chunk));
        while !chunk.is_empty()
            && fruitless < if overtaken { MAX_OVERTAKEN } else { MAX_ATTEMPTS }
            && !run.refused_by_policy
        {
            let size = chunk.len();
            let (remaining, now) = self.insert_chunk(chunk, run.mode, run).await?;
            // Otherwise the statement returned the rows that it changed, or changed none.
            let wrote_at = Some(now).filter(|_| self.returns_unchanged(run.mode));
            chunk = self.diagnose_chunk(remaining, wrote_at, run).await?;
            fruitless = if chunk.len() < size { 0 } else { fruitless + 1 };
            overtaken = last_change(&chunk) != seen;
            seen = last_change(&chunk);
        }
        run.refused_by_policy = false;
        self.write_one_by_one(chunk, run).await
    }

    /// Inserts a chunk by one statement, and meanwhile decodes the one before. Returns the entries of
    /// both that remain, and the time of the statement.
    async fn insert_chunk<'t>(
        &self,
        chunk: Vec<Entry<'t>>,
        mode: InsertMode,
        run: &mut Run<'t>,
    ) -> Result<(Vec<Entry<'t>>, DateTime<Utc>), TaskError> {
        let (now, creator) = (time::now(), run.creator.clone());
        let insert = self.insert(&chunk, mode, Check::Off, &creator, now);
        let (inserted, before) = future::join(insert, self.decode_previous(run)).await;
        let mut remaining = match inserted {
            Ok(inserted) => {
                let count = inserted.rows.count(chunk.len());
                run.wrote |= count > 0;
                if count == chunk.len() && run.is_pipelined {
                    run.inserted = Some((chunk, inserted));
                    Vec::new()
                } else {
                    self.settle_inserted(chunk, inserted, run).await?
                }
            }
            Err(failure @ WriteFailure::Written(_)) => {
                run.wrote = true;
                return Err(self.write_or_read_failed(failure).await);
            }
            Err(WriteFailure::NotWritten(error)) => {
                run.refused_by_policy = self.survives_insert_failure(error).await?;
                chunk
            }
        };
        remaining.extend(before?);
        Ok((remaining, now))
    }

    /// What is done while the database works on a chunk: decodes the one before, and returns its
    /// remaining entries.
    async fn decode_previous<'t>(&self, run: &mut Run<'t>) -> Result<Vec<Entry<'t>>, TaskError> {
        match run.inserted.take() {
            Some((chunk, inserted)) => self.settle_inserted(chunk, inserted, run).await,
            None => Ok(Vec::new()),
        }
    }

    /// Matches what an insert returned with its entries, and returns those that it did not write.
    async fn settle_inserted<'t>(
        &self,
        chunk: Vec<Entry<'t>>,
        mut inserted: Inserted,
        run: &mut Run<'t>,
    ) -> Result<Vec<Entry<'t>>, TaskError> {
        match self.decode(&mut inserted, &chunk, &run.creator).await {
            Ok(rows) => Ok(inserted.settle(rows, chunk, &mut run.outcomes)),
            Err(error) => Err(self.write_failed(error).await),
        }
    }

    async fn diagnose_chunk<'t>(
        &self,
        entries: Vec<Entry<'t>>,
        wrote_at: Option<DateTime<Utc>>,
        run: &mut Run<'t>,
    ) -> Result<Vec<Entry<'t>>, TaskError> {
        self.settle_diagnosed(entries, run.on_existing, wrote_at, &mut run.outcomes).await
    }

    /// Writes entries for which neither a name nor an id conflicts, as far as this connection sees, so
    /// that the database reports for each what does.
    async fn write_one_by_one<'t>(
        &self,
        mut entries: Vec<Entry<'t>>,
        run: &mut Run<'t>,
    ) -> Result<(), TaskError> {
        if !entries.is_empty() && self.policies_hide_names().await? {
            let hidden = entries.extract_if(.., |one| one.task.id.is_none() && !one.exists());
            for entry in hidden.collect::<Vec<_>>() {
                let taken = already_exists(entry.task, None);
                run.outcomes.settle(entry, Err(taken));
            }
        }
        let mut errors = HashMap::new();
        let mut failed = Vec::new();
        for entry in entries {
            match self.write_or_fail(&entry, run).await {
                Err(error) if ends_the_call(&error) => return Err(error),
                Err(error) => {
                    errors.insert(entry.index, error);
                    failed.push(entry);
                }
                written => {
                    run.wrote = true;
                    run.outcomes.settle(entry, written);
                }
            }
        }
        // Another client may have created the task meanwhile.
        for entry in self.diagnose_chunk(failed, None, run).await? {
            if let Some(error) = errors.remove(&entry.index) {
                run.outcomes.settle(entry, Err(error));
            }
        }
        Ok(())
    }

    /// Writes one entry, and fails with the database's error where something conflicts.
    async fn write_or_fail(
        &self,
        entry: &Entry<'_>,
        run: &Run<'_>,
    ) -> Result<CreateOutcome, TaskError> {
        if !run.mode.is_upsert() || !entry.exists() {
            let task = entry.task.clone().strategy(entry.strategy.as_str());
            let created = self.insert_or_fail(&task, entry.id, &run.creator).await;
            return created.map(CreateOutcome::Created);
        }
        let (entries, now) = (std::slice::from_ref(entry), time::now());
        let rows = async {
            let mut inserted =
                self.insert(entries, run.mode, Check::Off, &run.creator, now).await?;
            let rows = self.decode(&mut inserted, entries, &run.creator).await;
            rows.map_err(WriteFailure::Written)
        };
        let rows = match rows.await {
            Ok(rows) => rows,
            Err(failure) => return Err(self.write_or_read_failed(failure).await),
        };
        let unchanged = || match self.dialect().features().rows_can_be_skipped {
            true => TaskError::skipped(entry.task.key()),
            // Meanwhile it is another client's.
            false => already_exists(entry.task, None),
        };
        let row = rows.into_iter().find(|row| row.id == entry.id).ok_or_else(unchanged)?;
        // It may have been deleted since it was found.
        let created = row.created_at == now;
        Ok(if created { CreateOutcome::Created(row) } else { CreateOutcome::Updated(row) })
    }

    /// Whether a chunk is first inserted as all or none, which is cheaper than ignoring conflicts. It
    /// takes one statement more where something conflicts, and must not abort a transaction.
    fn is_worth_optimism(&self, size: usize) -> bool {
        size >= OPTIMISTIC_MIN
            && self.dialect().features().optimistic_inserts_are_cheaper
            && !self.conflict_aborts_transaction()
    }

    /// Returns whether a row security policy refused a row; an error if the call cannot go on.
    async fn survives_insert_failure(&self, error: DbErr) -> Result<bool, TaskError> {
        if let TaskError::Database(failure) = self.call(true).failed(error.clone())
            && self.is_refused_by_policy(&failure).await?
        {
            return Ok(true);
        }
        let overtaken = self.is_overtaken(&error);
        match self.write_failed(error).await {
            TaskError::Database(error) if is_survivable(&error) => Ok(false),
            TaskError::Database(_) if overtaken => Ok(false),
            error => Err(error),
        }
    }
}

/// Whether the tasks that follow cannot be written either. The refusal of one task by a trigger is its
/// own outcome, even where the trigger may have kept a part of what it did.
fn ends_the_call(error: &TaskError) -> bool {
    let refused = |error: &DatabaseError| error.kind() == FailureKind::ConstraintViolation;
    error.transaction_state() != TransactionState::Intact
        || error.retry() == Retry::Unknown
            && !matches!(error, TaskError::Database(error) if refused(error))
}
