//! Whether an answer agrees with what was applied.

use super::calls::Answer;
use super::faulty::Entry;
use game_tasks::{CreateOutcome, NewTask, OnExisting, Retry, Task, TaskError, TaskPatch};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is known of a call besides its answer.
pub(super) struct Facts<'f> {
    /// What its statements changed, in their order.
    pub(super) ledger: &'f [Entry],
    /// How many of its statements were lost.
    pub(super) lost: usize,
    /// Whether the database says which rows a batch changed.
    pub(super) changes_are_exact: bool,
    /// The rows after it.
    pub(super) rows: &'f BTreeMap<Uuid, Task>,
}

/// How a call ended, for the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    Ok,
    Refused,
    Call,
    Unknown,
}

type Verdict = Result<(), String>;

fn demand(holds: bool, otherwise: impl Into<String>) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

pub(super) fn ending(answer: &Answer) -> Ending {
    let of = |error: &TaskError| match error.retry() {
        Retry::No => Ending::Refused,
        Retry::Call => Ending::Call,
        _ => Ending::Unknown,
    };
    let result = match answer {
        Answer::Created(result) | Answer::Changed(_, result) | Answer::Deleted(result) => {
            result.as_ref().map(drop)
        }
        Answer::ChangedMany(result) | Answer::DeletedMany(result) => result.as_ref().map(drop),
        Answer::Read(result) => result.as_ref().map(drop),
        Answer::Outcomes(_, _, result) => result.as_ref().map(drop),
    };
    match (result, answer) {
        (Err(error), _) => of(error),
        (Ok(()), Answer::Outcomes(_, _, Ok(outcomes))) => {
            let refusals = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
            refusals.map(of).max().unwrap_or(Ending::Ok)
        }
        _ => Ending::Ok,
    }
}

impl Facts<'_> {
    pub(super) fn judge(&self, answer: &Answer) -> Verdict {
        match answer {
            Answer::Created(Ok(task)) => {
                let inserted = |entry: &Entry| matches!(entry, Entry::Inserted(_));
                demand(self.ledger.iter().all(inserted), "it did more than to create")?;
                self.only(task)?;
                self.wrote(task)
            }
            Answer::Changed(patch, Ok(task)) => self.changed(patch, task),
            Answer::Deleted(Ok(task)) => demand(
                matches!(self.ledger, [Entry::Deleted(row)] if row == task),
                "it did not delete this task, as it was, and no other",
            ),
            Answer::ChangedMany(Ok(count)) => {
                self.counted(*count, |entry| matches!(entry, Entry::Changed { .. }))
            }
            Answer::DeletedMany(Ok(count)) => {
                self.counted(*count, |entry| matches!(entry, Entry::Deleted(_)))
            }
            Answer::Read(Ok(())) => demand(self.ledger.is_empty(), "a read has written"),
            Answer::Outcomes(tasks, on_existing, Ok(outcomes)) => {
                self.outcomes(tasks, *on_existing, outcomes)
            }
            Answer::Created(Err(error))
            | Answer::Changed(_, Err(error))
            | Answer::Deleted(Err(error))
            | Answer::ChangedMany(Err(error))
            | Answer::DeletedMany(Err(error))
            | Answer::Read(Err(error))
            | Answer::Outcomes(_, _, Err(error)) => self.failed(error),
        }
    }

    fn failed(&self, error: &TaskError) -> Verdict {
        match error.retry() {
            Retry::No | Retry::Call => demand(self.ledger.is_empty(), "something was applied"),
            Retry::Unknown => demand(
                self.lost > 0 || !self.ledger.is_empty(),
                "nothing was lost, and nothing was applied",
            ),
            other => Err(format!("{other:?} on a pool")),
        }
    }

    fn counted(&self, count: u64, such: impl Fn(&Entry) -> bool) -> Verdict {
        demand(self.ledger.iter().all(such), "it did something else")?;
        let applied = self.ledger.len() as u64;
        demand(count == applied, format!("{applied} were changed"))
    }

    /// Nothing was done to another task.
    fn only(&self, task: &Task) -> Verdict {
        let same = |entry: &Entry| entry.row().id == task.id;
        demand(self.ledger.iter().all(same), "another task was changed, too")
    }

    /// A statement left the row so.
    fn wrote(&self, task: &Task) -> Verdict {
        let wrote = self.ledger.iter().any(|entry| match entry {
            Entry::Inserted(row) | Entry::Changed { to: row, .. } => row == task,
            Entry::Deleted(_) => false,
        });
        demand(wrote, format!("no statement of this call left a row as {task:?}"))
    }

    fn changed(&self, patch: &TaskPatch, task: &Task) -> Verdict {
        self.only(task)?;
        let Some(Entry::Changed { from, to }) = self.ledger.last() else {
            return Err("nothing was changed".to_owned());
        };
        demand(to == task, format!("the last change was {to:?}"))?;
        let expected = patch.if_status.as_ref().is_none_or(|status| from.status == status.as_str());
        demand(expected, "the task did not have the status that was a precondition")?;
        let unmodified = patch.if_unmodified_since.is_none_or(|moment| from.updated_at <= moment);
        demand(unmodified, "the task had been modified since")
    }

    fn outcomes(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
        outcomes: &[Result<CreateOutcome, TaskError>],
    ) -> Verdict {
        demand(tasks.len() == outcomes.len(), "not an outcome for each task")?;
        for (place, (task, outcome)) in tasks.iter().zip(outcomes).enumerate() {
            let verdict = self.outcome(tasks, on_existing, outcomes, task, outcome);
            verdict.map_err(|why| format!("place {place}: {why}"))?;
        }
        for entry in self.ledger {
            let row = entry.row();
            match entry {
                Entry::Deleted(_) => return Err(format!("{row:?} was deleted")),
                Entry::Changed { .. } if on_existing != OnExisting::Update => {
                    return Err(format!("{row:?} was changed"));
                }
                _ => {}
            }
            // What another client has deleted since need not be told of.
            let is_there = self.rows.get(&row.id).is_some_and(|now| is_same(now, row));
            let told = tasks.iter().zip(outcomes).any(|(task, outcome)| match outcome {
                Ok(CreateOutcome::Created(told)) => told.id == row.id,
                Ok(CreateOutcome::Updated(told)) => {
                    told.id == row.id && matches!(entry, Entry::Changed { .. })
                }
                Ok(_) => false,
                Err(error) => error.retry() == Retry::Unknown && names(task, row),
            });
            demand(told || !is_there, format!("nobody is told of {entry:?}"))?;
        }
        Ok(())
    }

    fn outcome(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
        outcomes: &[Result<CreateOutcome, TaskError>],
        task: &NewTask,
        outcome: &Result<CreateOutcome, TaskError>,
    ) -> Verdict {
        let same_name = |other: &NewTask| other.external_task_id == task.external_task_id;
        let repeated = tasks.iter().filter(|other| same_name(other)).count() > 1;
        let inserted = |id: Uuid| {
            let such = |entry: &Entry| matches!(entry, Entry::Inserted(row) if row.id == id);
            self.ledger.iter().any(such)
        };
        match outcome {
            Ok(written) if !names(task, written.task()) => Err("of another name".to_owned()),
            Ok(CreateOutcome::Created(row)) => {
                demand(inserted(row.id), "this call did not create it")?;
                let told = outcomes.iter().flatten();
                let told = told.filter(|one| one.is_created() && one.task().id == row.id).count();
                demand(told == 1, "created twice")?;
                self.wrote(row)
            }
            Ok(CreateOutcome::Updated(row)) => {
                demand(on_existing == OnExisting::Update, "updated")?;
                demand(repeated || !inserted(row.id), "this call created it")?;
                if self.changes_are_exact { self.wrote(row) } else { Ok(()) }
            }
            Ok(CreateOutcome::Kept(row)) => {
                demand(on_existing != OnExisting::Fail, "kept")?;
                let touched = self.ledger.iter().any(|entry| is_same(entry.row(), row));
                // A name that stands in the batch twice exists from its second place on.
                demand(!touched || repeated, "this call wrote it")
            }
            Ok(other) => Err(format!("{other:?}")),
            Err(error) if error.retry() == Retry::Unknown => self.failed(error),
            Err(_) => {
                let elsewhere = tasks.iter().zip(outcomes).any(|(other, outcome)| {
                    same_name(other)
                        && match outcome {
                            Ok(_) => true,
                            Err(error) => error.retry() == Retry::Unknown,
                        }
                });
                let applied = self.ledger.iter().any(|entry| names(task, entry.row()));
                demand(!applied || elsewhere, "something was applied to this name")
            }
        }
    }
}

/// An id may be given again after its task was deleted.
fn is_same(one: &Task, other: &Task) -> bool {
    (one.id, one.created_at) == (other.id, other.created_at)
}

fn names(task: &NewTask, row: &Task) -> bool {
    row.game_id == task.game_id && row.external_task_id == task.external_task_id
}
