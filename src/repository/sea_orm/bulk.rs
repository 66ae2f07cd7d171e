//! Bulk creation: each task for itself, or all or none.

use super::outcome::{
    Answer, Candidate, fold, in_order, judge, match_rows, repeated_id, settle, take_round,
};
use super::rows::Mode;
use super::single::already_exists;
use super::{ROUNDS, SeaOrmTaskRepository};
use crate::connection::TaskConnection;
use crate::entity::ParentGame;
use crate::error::{FailureKind, TaskError};
use crate::repository::{NewTask, OnExisting, Written};
use crate::value::Stamp;
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, DbErr};
use std::collections::VecDeque;

/// How many tasks one statement creates, each for itself.
const CHUNK: usize = 5_000;

/// From how many on it pays to hope that nothing is in the way of any of them.
const HOPE: usize = 100;

/// How far a call has come that creates tasks, each for itself.
struct Progress {
    /// Whether anything was written.
    wrote: bool,
    /// Whether nothing has been in the way yet.
    hopeful: bool,
}

type Settled<'t> = Vec<(Candidate<'t>, Result<Written, TaskError>)>;

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn insert_each(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<Written, TaskError>>, TaskError> {
        let mut outcomes: Vec<Option<Result<Written, TaskError>>> =
            tasks.iter().map(|task| self.check(task).err().map(Err)).collect();
        let Ok(Some(stamp)) = self.scope().stamp() else { return Ok(in_order(tasks, outcomes)) };
        let valid = tasks.iter().enumerate().zip(&outcomes);
        let valid = valid.filter(|(_, one)| one.is_none()).map(|(task, _)| task);
        let mut queue = VecDeque::from(fold(valid, on_existing));
        let mut progress = Progress { wrote: false, hopeful: true };
        while !queue.is_empty() {
            let round = take_round(&mut queue, tasks, CHUNK);
            let settled = self.write_some(round, on_existing, &stamp, &mut progress).await;
            let settled = settled.map_err(|error| match progress.wrote {
                true => error.in_part(self.connection.in_transaction()),
                false => error,
            })?;
            for (candidate, result) in settled {
                queue.extend(settle(candidate, result, on_existing, tasks, &mut outcomes));
            }
        }
        Ok(in_order(tasks, outcomes))
    }

    /// Writes candidates, each for itself, until the fate of each is known. Says how far it
    /// came, also where it fails.
    async fn write_some<'t>(
        &self,
        mut left: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
        progress: &mut Progress,
    ) -> Result<Settled<'t>, TaskError> {
        let (mode, answer) = match (on_existing, self.backend()) {
            (OnExisting::Report | OnExisting::Keep, _) => (Mode::InsertSome, Answer::Inserted),
            (OnExisting::Update, DbBackend::MySql) => (Mode::UpsertSome, Answer::Met),
            (OnExisting::Update, _) => (Mode::UpsertSome, Answer::Written),
        };
        let mut settled = Vec::with_capacity(left.len());
        if answer == Answer::Met {
            // What each was before must be known before it is written.
            left = self.judge_all(left, on_existing, stamp, None, &mut settled).await?;
        }
        if mode == Mode::InsertSome && progress.hopeful && self.may_hope(left.len()) {
            left = self.write_hoping(left, stamp, progress, &mut settled).await?;
        }
        // MariaDB writes none where one meets what another has just created, which may happen
        // as often as there are candidates.
        let mut in_vain = 0;
        while !left.is_empty() && in_vain < ROUNDS {
            let before = left.len();
            let batch = self.batch(&left, stamp);
            let now = batch.now;
            match self.write(&batch, mode).await {
                Ok(rows) => {
                    progress.wrote |= !rows.is_empty();
                    left = match_rows(left, rows, now, answer, &mut settled);
                }
                Err(error) => self.survived(error)?,
            }
            let wrote_at = Some(now);
            left = self.judge_all(left, on_existing, stamp, wrote_at, &mut settled).await?;
            in_vain = if left.len() < before { 0 } else { in_vain + 1 };
        }
        // Neither names nor ids stand in the way: let the database say of each what does.
        for candidate in left {
            match self.write_one_or_fail(&candidate, mode, stamp).await {
                Err(error) if error.transaction_lost() => return Err(error),
                Err(error) => {
                    // Unless somebody was there first after all.
                    let one = vec![candidate];
                    let one = self.judge_all(one, on_existing, stamp, None, &mut settled).await?;
                    settled.extend(one.into_iter().map(|c| (c, Err(error.clone()))));
                }
                written => {
                    progress.wrote = true;
                    settled.push((candidate, written));
                }
            }
        }
        Ok(settled)
    }

    /// Whether so many tasks are tried as all or none first. To be ready for a conflict costs
    /// PostgreSQL a quarter of the time, and SQLite the reading of each row. It costs a statement
    /// more where something is in the way, which must not fail an application's transaction.
    fn may_hope(&self, tasks: usize) -> bool {
        tasks >= HOPE
            && match self.backend() {
                DbBackend::Postgres => !self.connection.in_transaction(),
                DbBackend::Sqlite => true,
                // It cannot be ready for a conflict.
                _ => false,
            }
    }

    /// Writes all candidates if nothing is in the way of any, else none. Gives those that are
    /// left.
    async fn write_hoping<'t>(
        &self,
        left: Vec<Candidate<'t>>,
        stamp: &Stamp,
        progress: &mut Progress,
        settled: &mut Settled<'t>,
    ) -> Result<Vec<Candidate<'t>>, TaskError> {
        let batch = self.batch(&left, stamp);
        let now = batch.now;
        match self.write(&batch, Mode::InsertAll).await {
            Ok(rows) if !rows.is_empty() => {
                progress.wrote = true;
                return Ok(match_rows(left, rows, now, Answer::Inserted, settled));
            }
            Ok(_) => {}
            Err(error) => self.survived(error)?,
        }
        progress.hopeful = false;
        Ok(left)
    }

    /// Writes a candidate; what stands in its way is a failure of the database.
    async fn write_one_or_fail(
        &self,
        candidate: &Candidate<'_>,
        mode: Mode,
        stamp: &Stamp,
    ) -> Result<Written, TaskError> {
        if mode.is_upsert() && candidate.exists {
            let batch = self.batch(std::slice::from_ref(candidate), stamp);
            let rows = self.write(&batch, mode).await.map_err(|error| self.failed(true, error))?;
            let row = rows.into_iter().find(|row| row.id == candidate.id);
            return row.map(Written::Updated).ok_or_else(|| already_exists(candidate.task, None));
        }
        let task = candidate.task.clone().strategy(candidate.strategy.as_str());
        self.insert_or_fail(&task, candidate.id, stamp).await.map(Written::Created)
    }

    /// Asks what is in the way of candidates, and settles those for which there is an answer.
    /// `wrote_at` is the time of a write that may have changed them.
    async fn judge_all<'t>(
        &self,
        mut candidates: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
        wrote_at: Option<DateTime<Utc>>,
        settled: &mut Settled<'t>,
    ) -> Result<Vec<Candidate<'t>>, TaskError> {
        if candidates.is_empty() {
            return Ok(candidates);
        }
        let findings = self.probe(&self.batch(&candidates, stamp)).await;
        let findings = findings.map_err(|error| self.failed(false, error))?;
        let mut verdicts: Vec<Option<Result<Written, TaskError>>> =
            candidates.iter().map(|_| None).collect();
        for (place, finding) in findings {
            if let (Some(candidate), Some(verdict)) =
                (candidates.get_mut(place), verdicts.get_mut(place))
            {
                *verdict = judge(candidate, finding, on_existing, wrote_at);
            }
        }
        let mut left = Vec::new();
        for (candidate, verdict) in candidates.into_iter().zip(verdicts) {
            match verdict {
                Some(verdict) => settled.push((candidate, verdict)),
                None => left.push(candidate),
            }
        }
        Ok(left)
    }

    pub(super) async fn insert_all(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Written>, TaskError> {
        NewTask::validate_atomic_batch(tasks)?;
        // What the batch has against itself: the first task with a bad text, a name or an id
        // that stands in it twice. An earlier task may yet be refused by the database.
        let invalid = tasks
            .iter()
            .enumerate()
            .find_map(|(index, task)| Some((index, self.check(task).err()?)));
        let end = invalid.as_ref().map_or(tasks.len(), |(index, _)| *index);
        let mut left = fold(tasks.iter().enumerate().take(end), on_existing);
        let mut itself = earlier(invalid, repeated_name(&left, on_existing));
        let mut settled = Vec::new();
        let Ok(Some(stamp)) = self.scope().stamp() else {
            return itself.map_or(Ok(Vec::new()), |(index, error)| Err(refused(index, error)));
        };
        if itself.is_some() || repeated_id(&left).is_some() {
            left = self.judge_all(left, on_existing, &stamp, None, &mut settled).await?;
            // An id that was given to a task that exists is of no account.
            itself = earlier(itself, repeated_id(&left));
            let index = itself.as_ref().map_or(usize::MAX, |(index, _)| *index);
            first_refusal(&mut settled, index)?;
        }
        if let Some((index, error)) = itself {
            return Err(refused(index, error));
        }
        settled.extend(self.write_all(left, on_existing, &stamp).await?);
        let mut outcomes: Vec<_> = tasks.iter().map(|_| None).collect();
        for (candidate, result) in settled {
            settle(candidate, result, on_existing, tasks, &mut outcomes);
        }
        in_order(tasks, outcomes).into_iter().collect()
    }

    /// Writes all candidates by one statement. Those that are as they are to be are found
    /// before; the statement then writes all that are left, or nothing.
    async fn write_all<'t>(
        &self,
        mut left: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
    ) -> Result<Settled<'t>, TaskError> {
        let (mode, answer) = match on_existing {
            OnExisting::Report | OnExisting::Keep => (Mode::InsertAll, Answer::Inserted),
            OnExisting::Update => (Mode::UpsertAll, Answer::Written),
        };
        let mut settled = Vec::with_capacity(left.len());
        let mut failure = DbErr::RecordNotInserted;
        let mut judged = mode == Mode::InsertAll;
        let mut in_vain = 0;
        while in_vain < ROUNDS {
            if !judged {
                let before = left.len();
                left = self.judge_all(left, on_existing, stamp, None, &mut settled).await?;
                first_refusal(&mut settled, usize::MAX)?;
                in_vain = if left.len() < before { 0 } else { in_vain + 1 };
            }
            judged = false;
            if left.is_empty() {
                return Ok(settled);
            }
            let batch = self.batch(&left, stamp);
            let now = batch.now;
            match self.write(&batch, mode).await {
                // Something was in the way of one of them, so that none was written.
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => {
                    match_rows(left, rows, now, answer, &mut settled);
                    return Ok(settled);
                }
                Err(error) => {
                    failure = error.clone();
                    self.survived_whole(error)?;
                }
            }
        }
        if mode.is_upsert() && self.backend() == DbBackend::MySql {
            // The null was the crate's own; this says what it stood for. Should it succeed
            // after all, everything is written.
            let batch = self.batch(&left, stamp);
            let now = batch.now;
            match self.write(&batch, Mode::InsertAll).await {
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => {
                    match_rows(left, rows, now, Answer::Inserted, &mut settled);
                    return Ok(settled);
                }
                Err(error) => failure = error,
            }
        }
        Err(self.failed(true, failure))
    }

    /// What can be said against a task without asking the database.
    fn check(&self, task: &NewTask) -> Result<(), TaskError> {
        task.validate()?;
        match self.scope().stamp()? {
            Some(_) => Ok(()),
            None => Err(TaskError::GameNotFound { game_id: task.game_id }),
        }
    }

    /// As [`survived`](Self::survived); a null where none may be is how an upsert was made to
    /// fail for an unseen task or, on MariaDB, a taken id.
    fn survived_whole(&self, error: DbErr) -> Result<(), TaskError> {
        match self.failed(true, error) {
            TaskError::Database(error)
                if !error.transaction_lost()
                    && matches!(
                        error.kind(),
                        FailureKind::UniqueViolation | FailureKind::NotNullViolation
                    ) =>
            {
                Ok(())
            }
            error => Err(error),
        }
    }
}

fn refused(index: usize, error: TaskError) -> TaskError {
    TaskError::Batch { index, error: Box::new(error) }
}

/// The second place of a name, which is refused where what exists is.
fn repeated_name(
    candidates: &[Candidate<'_>],
    on_existing: OnExisting,
) -> Option<(usize, TaskError)> {
    if on_existing != OnExisting::Report {
        return None;
    }
    let repeated = candidates.iter().filter_map(|c| Some((*c.places.get(1)?, c.task)));
    let (place, task) = repeated.min_by_key(|(place, _)| *place)?;
    Some((place, already_exists(task, None)))
}

fn earlier(
    one: Option<(usize, TaskError)>,
    other: Option<(usize, TaskError)>,
) -> Option<(usize, TaskError)> {
    one.into_iter().chain(other).min_by_key(|(place, _)| *place)
}

/// Ends the call if a candidate before this place was refused, with the first in the input.
fn first_refusal(settled: &mut Settled<'_>, before: usize) -> Result<(), TaskError> {
    let refusals = settled
        .iter()
        .enumerate()
        .filter(|(_, (candidate, result))| result.is_err() && candidate.place() < before);
    let first = refusals.min_by_key(|(_, (candidate, _))| candidate.place()).map(|(at, _)| at);
    match first.map(|at| settled.swap_remove(at)) {
        Some((candidate, Err(error))) => Err(refused(candidate.place(), error)),
        _ => Ok(()),
    }
}
