//! All or none: one statement.

use crate::database::bulk_create::candidates::{
    Candidate, fold, make_ids, repeated_id, repeated_name,
};
use crate::database::bulk_create::outcomes::{Answer, Outcomes, match_all};
use crate::database::bulk_create::refused;
use crate::database::bulk_create::statements::{Check, Mode};
use crate::database::create::already_exists;
use crate::database::{ROUNDS, SeaOrmTaskRepository, TaskConnection};
use crate::error::{FailureKind, TaskError, TransactionState};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{NewTask, ParentGame, Stamp};
use sea_orm::{DbBackend, DbErr};

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(in crate::database) async fn insert_all(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        NewTask::validate_atomic_batch(tasks)?;
        // What the batch has against itself: the first task with a bad text, a name or an id
        // that stands in it twice. An earlier task may yet be refused by the database.
        let invalid = tasks
            .iter()
            .enumerate()
            .find_map(|(index, task)| Some((index, self.check(task).err()?)));
        let end = invalid.as_ref().map_or(tasks.len(), |(index, _)| *index);
        let mut left = fold(tasks.iter().enumerate().take(end), on_existing);
        make_ids(&mut left);
        let repeated = Some(&left).filter(|_| on_existing == OnExisting::Fail);
        let repeated = repeated.and_then(|left| repeated_name(left));
        let repeated = repeated.map(|(place, task)| (place, already_exists(task, None)));
        let mut itself = earlier(invalid, repeated);
        let mut outcomes = Outcomes::new(tasks, on_existing);
        let Ok(Some(stamp)) = self.scope().stamp() else {
            return itself.map_or(Ok(Vec::new()), |(index, error)| Err(refused(index, error)));
        };
        if itself.is_some() || repeated_id(&left).is_some() {
            left = self.judge_all(left, on_existing, &stamp, None, &mut outcomes).await?;
            // An id that was given to a task that exists is of no account.
            itself = earlier(itself, repeated_id(&left));
            let index = itself.as_ref().map_or(usize::MAX, |(index, _)| *index);
            outcomes.refused_before(index)?;
        }
        if let Some((index, error)) = itself {
            return Err(refused(index, error));
        }
        self.write_all(left, on_existing, &stamp, &mut outcomes).await?;
        outcomes.in_order()
    }

    /// Writes all candidates by one statement. Those that are as they are to be are found
    /// before; the statement then writes all that are left, or nothing.
    async fn write_all<'t>(
        &self,
        mut left: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
        outcomes: &mut Outcomes<'t>,
    ) -> Result<(), TaskError> {
        let (mode, answer) = match on_existing {
            OnExisting::Fail | OnExisting::Keep => (Mode::InsertAll, Answer::Inserted),
            OnExisting::Update => (Mode::UpsertAll, Answer::All),
        };
        let mut failure = DbErr::RecordNotInserted;
        let mut judged = mode == Mode::InsertAll;
        let mut suspected = false;
        let mut in_vain = 0;
        while in_vain < ROUNDS {
            if !judged {
                let before = left.len();
                left = self.judge_all(left, on_existing, stamp, None, outcomes).await?;
                outcomes.refused_before(usize::MAX)?;
                in_vain = if left.len() < before { 0 } else { in_vain + 1 };
            }
            judged = false;
            if left.is_empty() {
                return Ok(());
            }
            // Nothing that can be seen is in the way.
            if suspected && let Some(error) = self.first_refused(&left, mode, stamp).await? {
                return Err(error);
            }
            let batch = self.batch(&left, stamp).checked(Check::Complete);
            let now = batch.now;
            match self.write_now(&batch, mode).await {
                // Something was in the way of one of them, so that none was written.
                Ok(rows) if rows.is_empty() => {
                    failure = DbErr::RecordNotInserted;
                    suspected = !self.learns_of_skipping_triggers().await? && in_vain > 0;
                }
                Ok(rows) => {
                    match_all(left, rows, now, answer, outcomes);
                    return Ok(());
                }
                Err(error) => {
                    failure = error.clone();
                    // A hidden row may have the name.
                    let repeated = in_vain > 1 && self.backend() == DbBackend::Postgres;
                    suspected = self.survived_whole(error).await? || repeated;
                }
            }
        }
        if self.is_postgres_transaction()
            && matches!(failure, DbErr::RecordNotInserted)
            && let Some(first) = left.iter().min_by_key(|candidate| candidate.place)
        {
            // Each of them was skipped.
            return Err(refused(first.place, TaskError::skipped(first.task.key())));
        }
        if mode.is_upsert() && self.backend() == DbBackend::MySql {
            // The null was the crate's own; this says what it stood for. Should it succeed
            // after all, everything is written.
            let batch = self.batch(&left, stamp);
            let now = batch.now;
            match self.write_now(&batch, Mode::InsertAll).await {
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => {
                    match_all(left, rows, now, Answer::Inserted, outcomes);
                    return Ok(());
                }
                Err(error) => failure = error,
            }
        }
        Err(self.write_failed(failure).await)
    }

    /// As [`survived`](Self::survived); a null where none may be is how an upsert was made to
    /// fail for an unseen task or, on MariaDB, a taken id. Says whether a row was skipped, or refused
    /// by a policy.
    async fn survived_whole(&self, error: DbErr) -> Result<bool, TaskError> {
        let error = match self.write_failed(error).await {
            TaskError::Database(error) => error,
            error => return Err(error),
        };
        if self.is_incomplete(&error) {
            return match error.transaction_lost() {
                true => Err(TaskError::WriteSkipped { key: None, transaction_lost: true }),
                false => Ok(true),
            };
        }
        let was_conflict =
            matches!(error.kind(), FailureKind::UniqueViolation | FailureKind::NotNullViolation);
        if was_conflict && error.transaction_state() == TransactionState::Intact {
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
    one.into_iter().chain(other).min_by_key(|(place, _)| *place)
}
