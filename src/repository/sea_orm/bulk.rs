//! Bulk creation: each task for itself, or all or none.

use super::outcome::{
    Candidate, fold, in_order, judge, match_rows, repeated_id, settle, take_round,
};
use super::rows::{Batch, Mode};
use super::single::already_exists;
use super::{ROUNDS, SeaOrmTaskRepository};
use crate::connection::TaskConnection;
use crate::entity::ParentGame;
use crate::error::{FailureKind, TaskError};
use crate::repository::request::check_atomic_size;
use crate::repository::{NewTask, OnExisting, Written};
use crate::value::Stamp;
use sea_orm::DbErr;

/// How many tasks one statement creates, each for itself.
const CHUNK: usize = 5_000;

type Settled<'t> = Vec<(Candidate<'t>, Result<Written, TaskError>)>;

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn insert_each(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<Written, TaskError>>, TaskError> {
        let mut outcomes: Vec<Option<Result<Written, TaskError>>> = tasks
            .iter()
            .map(|task| task.validate().err().map(|invalid| Err(invalid.into())))
            .collect();
        let Some(stamp) = self.scope().stamp()? else {
            let nowhere = |task: &NewTask| Err(TaskError::GameNotFound { game_id: task.game_id });
            let all = tasks.iter().zip(outcomes);
            return Ok(all.map(|(task, one)| one.unwrap_or_else(|| nowhere(task))).collect());
        };
        let valid = tasks.iter().enumerate().zip(&outcomes);
        let mut queue =
            fold(valid.filter(|(_, one)| one.is_none()).map(|(task, _)| task), on_existing);
        while !queue.is_empty() {
            let round = take_round(&mut queue, CHUNK);
            for (candidate, result) in self.write_some(round, on_existing, &stamp).await? {
                queue.extend(settle(candidate, result, on_existing, tasks, &mut outcomes));
            }
        }
        Ok(in_order(tasks, outcomes))
    }

    /// Writes candidates, each for itself, until the fate of each is known.
    async fn write_some<'t>(
        &self,
        mut left: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
    ) -> Result<Settled<'t>, TaskError> {
        let mode = match on_existing {
            OnExisting::Update => Mode::UpsertSome,
            OnExisting::Report | OnExisting::Keep => Mode::InsertSome,
        };
        let mut settled = Vec::with_capacity(left.len());
        for _ in 0..ROUNDS {
            let batch = Batch::new(&left, stamp);
            match self.write(&batch, mode).await {
                Ok(rows) => left = match_rows(left, rows, batch.now, &mut settled),
                Err(error) => self.survived(error)?,
            }
            if left.is_empty() {
                return Ok(settled);
            }
            left = self.judge_all(left, on_existing, stamp, &mut settled).await?;
            if left.is_empty() {
                return Ok(settled);
            }
        }
        // Neither names nor ids stand in the way: each alone learns what does.
        for candidate in left {
            let task = candidate.task.clone().strategy(candidate.strategy.as_str());
            let result = self.insert_one(&task.id(candidate.id)).await.map(Written::Created);
            settled.push((candidate, result));
        }
        Ok(settled)
    }

    /// Asks what is in the way of candidates, and settles those for which there is an answer.
    async fn judge_all<'t>(
        &self,
        candidates: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
        settled: &mut Settled<'t>,
    ) -> Result<Vec<Candidate<'t>>, TaskError> {
        let findings = self.probe(&Batch::new(&candidates, stamp)).await;
        let findings = findings.map_err(|error| self.failed(false, error))?;
        let mut verdicts: Vec<Option<Result<Written, TaskError>>> =
            candidates.iter().map(|_| None).collect();
        for (place, finding) in findings {
            if let (Some(candidate), Some(slot)) = (candidates.get(place), verdicts.get_mut(place))
            {
                *slot = judge(candidate, finding, on_existing);
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
        check_atomic_size(tasks)?;
        for (index, task) in tasks.iter().enumerate() {
            task.validate().map_err(|invalid| refused(index, invalid.into()))?;
        }
        let Some(first) = tasks.first() else { return Ok(Vec::new()) };
        let Some(stamp) = self.scope().stamp()? else {
            return Err(refused(0, TaskError::GameNotFound { game_id: first.game_id }));
        };
        let candidates = fold(tasks.iter().enumerate(), on_existing);
        let settled = match refused_by_itself(&candidates, on_existing) {
            None => self.write_all(candidates, on_existing, &stamp).await?,
            Some((index, error)) => {
                // The database may have something against an earlier one.
                let mut settled = Vec::new();
                self.judge_all(candidates, on_existing, &stamp, &mut settled).await?;
                settled.retain(|(candidate, _)| candidate.place() < index);
                first_refusal(&mut settled)?;
                return Err(refused(index, error));
            }
        };
        let mut outcomes: Vec<_> = tasks.iter().map(|_| None).collect();
        for (candidate, result) in settled {
            settle(candidate, result, on_existing, tasks, &mut outcomes);
        }
        in_order(tasks, outcomes).into_iter().collect()
    }

    /// Writes all candidates by one statement. What is to be kept is found first, where it
    /// is in the way; only the last statement writes, and it writes all that is left.
    async fn write_all<'t>(
        &self,
        mut left: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
    ) -> Result<Settled<'t>, TaskError> {
        let mode = match on_existing {
            OnExisting::Update => Mode::UpsertAll,
            OnExisting::Report | OnExisting::Keep => Mode::InsertAll,
        };
        let mut settled = Vec::with_capacity(left.len());
        let mut failure = DbErr::RecordNotInserted;
        for _ in 0..ROUNDS {
            let batch = Batch::new(&left, stamp);
            match self.write(&batch, mode).await {
                Ok(rows) => left = match_rows(left, rows, batch.now, &mut settled),
                Err(error) => {
                    failure = error.clone();
                    self.survived_whole(error)?;
                }
            }
            if left.is_empty() {
                return Ok(settled);
            }
            left = self.judge_all(left, on_existing, stamp, &mut settled).await?;
            first_refusal(&mut settled)?;
            if left.is_empty() {
                return Ok(settled);
            }
        }
        Err(self.failed(true, failure))
    }

    /// As [`survived`](Self::survived); a null where none may be is how MariaDB was made to
    /// refuse a taken id.
    fn survived_whole(&self, error: DbErr) -> Result<(), TaskError> {
        match self.failed(true, error) {
            TaskError::Database(error)
                if !error.transaction_lost()
                    && (error.kind() == FailureKind::UniqueViolation
                        || error.code() == Some("1048")) =>
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

/// What the batch has against itself, by the place of the task that is refused for it.
fn refused_by_itself(
    candidates: &[Candidate<'_>],
    on_existing: OnExisting,
) -> Option<(usize, TaskError)> {
    let repeated_name = candidates
        .iter()
        .filter(|_| on_existing == OnExisting::Report)
        .filter_map(|candidate| Some((*candidate.places.get(1)?, candidate.task)))
        .min_by_key(|(place, _)| *place)
        .map(|(place, task)| (place, already_exists(task, None)));
    let found = [repeated_name, repeated_id(candidates)];
    found.into_iter().flatten().min_by_key(|(place, _)| *place)
}

/// Ends the call if any candidate was refused, with the first in the input.
fn first_refusal(settled: &mut Settled<'_>) -> Result<(), TaskError> {
    let refusals = settled.iter().enumerate().filter(|(_, (_, result))| result.is_err());
    let first = refusals.min_by_key(|(_, (candidate, _))| candidate.place()).map(|(at, _)| at);
    match first.map(|at| settled.swap_remove(at)) {
        Some((candidate, Err(error))) => Err(refused(candidate.place(), error)),
        _ => Ok(()),
    }
}
