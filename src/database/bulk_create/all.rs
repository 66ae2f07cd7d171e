//! All or none: one statement.

use super::entries::{Entry, fold, generate_ids, last_change, repeated_id, repeated_name};
use super::insert::{Check, InsertMode};
use super::outcomes::Outcomes;
use super::refused;
use crate::database::create::already_exists;
use crate::database::{
    MAX_ATTEMPTS, MAX_OVERTAKEN, SeaOrmTaskRepository, TaskConnection, WriteFailure,
};
use crate::error::{FailureKind, TaskError, TransactionState};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{Creator, NewTask, ParentGame, time};
use sea_orm::DbErr;

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(in crate::database) async fn create_all_or_none(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        NewTask::validate_atomic_batch(tasks)?;
        // What is wrong with the batch itself: the first task with an invalid text, or with a name or an
        // id that an earlier task has. The database may refuse an earlier task.
        let invalid = tasks
            .iter()
            .enumerate()
            .find_map(|(index, task)| Some((index, self.validate(task).err()?)));
        let end = invalid.as_ref().map_or(tasks.len(), |(index, _)| *index);
        let mut remaining = fold(tasks.iter().enumerate().take(end), on_existing);
        generate_ids(&mut remaining);
        let repeated = Some(&remaining).filter(|_| on_existing == OnExisting::Fail);
        let repeated = repeated.and_then(|entries| repeated_name(entries));
        let repeated = repeated.map(|(index, task)| (index, already_exists(task, None)));
        let mut refusal = earlier(invalid, repeated);
        let mut outcomes = Outcomes::new(tasks, on_existing);
        let Ok(Some(creator)) = self.scope().creator() else {
            return refusal.map_or(Ok(Vec::new()), |(index, error)| Err(refused(index, error)));
        };
        if refusal.is_some() || repeated_id(&remaining).is_some() {
            remaining = self.settle_diagnosed(remaining, on_existing, None, &mut outcomes).await?;
            // The id that was given to a task that exists does not count.
            refusal = earlier(refusal, repeated_id(&remaining));
            let index = refusal.as_ref().map_or(usize::MAX, |(index, _)| *index);
            outcomes.check_refused_before(index)?;
        }
        if let Some((index, error)) = refusal {
            return Err(refused(index, error));
        }
        self.write_all(remaining, on_existing, &creator, &mut outcomes).await?;
        outcomes.in_order()
    }

    /// Writes all entries by one statement. With [`OnExisting::Update`] those that need no change are
    /// diagnosed before; the statement then writes all remaining ones or none.
    async fn write_all<'t>(
        &self,
        mut remaining: Vec<Entry<'t>>,
        on_existing: OnExisting,
        creator: &Creator,
        outcomes: &mut Outcomes<'t>,
    ) -> Result<(), TaskError> {
        let mode = match on_existing {
            OnExisting::Fail | OnExisting::Keep => InsertMode::InsertAll,
            OnExisting::Update => InsertMode::UpsertAll,
        };
        let mut failure = DbErr::RecordNotInserted;
        let mut is_diagnosed = mode == InsertMode::InsertAll;
        let mut may_be_refused = false;
        let mut fruitless = 0;
        let mut overtaken = false;
        let mut seen = last_change(&remaining);
        while fruitless < if overtaken { MAX_OVERTAKEN } else { MAX_ATTEMPTS } {
            if !is_diagnosed {
                let before = remaining.len();
                remaining = self.settle_diagnosed(remaining, on_existing, None, outcomes).await?;
                outcomes.check_refused_before(usize::MAX)?;
                fruitless = if remaining.len() < before { 0 } else { fruitless + 1 };
                overtaken = last_change(&remaining) != seen;
                seen = last_change(&remaining);
            }
            is_diagnosed = false;
            if remaining.is_empty() {
                return Ok(());
            }
            // Nothing conflicts that this connection can see.
            if may_be_refused
                && let Some(error) = self.first_refused(&remaining, mode, creator).await?
            {
                return Err(error);
            }
            match self.try_write_all(remaining, mode, Check::Complete, creator, outcomes).await? {
                Ok(()) => return Ok(()),
                Err((entries, None)) => {
                    remaining = entries;
                    failure = DbErr::RecordNotInserted;
                    may_be_refused = !self.learn_skipping_triggers().await? && fruitless > 0;
                }
                Err((entries, Some(error))) => {
                    remaining = entries;
                    failure = error.clone();
                    // A hidden row may have the name.
                    let repeatedly = fruitless > 1 && self.dialect().features().has_row_security;
                    may_be_refused = self.survives_failure_of_all(error).await? || repeatedly;
                }
            }
        }
        if self.conflict_aborts_transaction()
            && matches!(failure, DbErr::RecordNotInserted)
            && let Some(first) = remaining.iter().min_by_key(|entry| entry.index)
        {
            // Every row was skipped.
            return Err(refused(first.index, TaskError::skipped(first.task.key())));
        }
        if mode.is_upsert() && self.reads_before(InsertMode::UpsertSome) {
            // The failure was caused by the crate's own null. A plain insert names the conflict; if it
            // succeeds after all, everything is written.
            let mode = InsertMode::InsertAll;
            match self.try_write_all(remaining, mode, Check::Off, creator, outcomes).await? {
                Ok(()) => return Ok(()),
                Err((_, None)) => {}
                Err((_, Some(error))) => failure = error,
            }
        }
        Err(self.write_failed(failure).await)
    }

    /// Writes all entries and settles them. Where nothing was written, returns the entries, and the
    /// error if the statement failed.
    async fn try_write_all<'t>(
        &self,
        entries: Vec<Entry<'t>>,
        mode: InsertMode,
        check: Check,
        creator: &Creator,
        outcomes: &mut Outcomes<'t>,
    ) -> Result<Result<(), (Vec<Entry<'t>>, Option<DbErr>)>, TaskError> {
        let written = async {
            let mut inserted = self.insert(&entries, mode, check, creator, time::now()).await?;
            let rows = self.decode(&mut inserted, &entries, creator).await;
            Ok((inserted, rows.map_err(WriteFailure::Written)?))
        };
        match written.await {
            Ok((_, rows)) if rows.is_empty() => Ok(Err((entries, None))),
            Ok((inserted, rows)) => {
                inserted.settle_all(rows, entries, outcomes);
                Ok(Ok(()))
            }
            Err(WriteFailure::NotWritten(error)) => Ok(Err((entries, Some(error)))),
            Err(failure) => Err(self.write_or_read_failed(failure).await),
        }
    }

    /// Returns whether a row was skipped, or refused by a policy; an error if the call cannot go on. A
    /// null in a NOT NULL column is how an upsert was made to fail for a hidden task or, on MariaDB, a
    /// taken id.
    async fn survives_failure_of_all(&self, error: DbErr) -> Result<bool, TaskError> {
        let error = match self.write_failed(error).await {
            TaskError::Database(error) => error,
            error => return Err(error),
        };
        if error.has_code(self.dialect().features().incomplete_insert_code) {
            return match error.transaction_lost() {
                true => Err(TaskError::WriteSkipped { key: None, transaction_lost: true }),
                false => Ok(true),
            };
        }
        let is_conflict =
            matches!(error.kind(), FailureKind::UniqueViolation | FailureKind::NotNullViolation);
        if is_conflict && error.transaction_state() == TransactionState::Intact {
            return Ok(false);
        }
        if self.is_refused_by_policy(&error).await? {
            return Ok(true);
        }
        Err(TaskError::Database(error))
    }
}

fn earlier(
    one: Option<(usize, TaskError)>,
    other: Option<(usize, TaskError)>,
) -> Option<(usize, TaskError)> {
    one.into_iter().chain(other).min_by_key(|(index, _)| *index)
}
