//! Bulk creation: each task for itself, or all or none.

mod all;
mod candidates;
mod complete;
mod each;
mod outcomes;
mod statements;

use self::candidates::Candidate;
use self::outcomes::Outcomes;
use self::outcomes::judge;
use crate::database::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::repository::OnExisting;
use crate::task::{NewTask, ParentGame, Stamp};
use chrono::{DateTime, Utc};

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// What can be said against a task without asking the database.
    fn check(&self, task: &NewTask) -> Result<(), TaskError> {
        task.validate()?;
        match self.scope().stamp()? {
            Some(_) => Ok(()),
            None => Err(TaskError::GameNotFound { game_id: task.game_id }),
        }
    }

    /// Asks what is in the way of candidates, and settles those for which there is an answer.
    /// `wrote_at` is the time of a write that may have changed them. Gives those that are left.
    async fn judge_all<'t>(
        &self,
        mut candidates: Vec<Candidate<'t>>,
        on_existing: OnExisting,
        stamp: &Stamp,
        wrote_at: Option<DateTime<Utc>>,
        outcomes: &mut Outcomes<'t>,
    ) -> Result<Vec<Candidate<'t>>, TaskError> {
        if candidates.is_empty() {
            return Ok(candidates);
        }
        let findings = self.probe(&self.batch(&candidates, stamp)).await;
        let findings = findings.map_err(|error| self.failed(false, error))?;
        let mut verdicts: Vec<_> = candidates.iter().map(|_| None).collect();
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
                Some(verdict) => outcomes.settle(candidate, verdict),
                None => left.push(candidate),
            }
        }
        Ok(left)
    }
}

fn refused(index: usize, error: TaskError) -> TaskError {
    TaskError::Batch { index, error: Box::new(error) }
}
