//! Verifying that the result of a call agrees with the changes that its statements made.

use super::calls::CallResult;
use super::injector::Change;
use game_tasks::{CreateOutcome, NewTask, OnExisting, Retry, Task, TaskError, TaskPatch};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was observed of a call besides its result.
pub(super) struct Observed<'o> {
    /// What its statements changed, in order.
    pub(super) changes: &'o [Change],
    /// The number of its statements that were lost.
    pub(super) lost: usize,
    /// Whether the returned rows of a batch are exactly those that it updated.
    pub(super) changes_are_exact: bool,
    /// The rows after the call.
    pub(super) rows: &'o BTreeMap<Uuid, Task>,
}

/// The kind of result that a call had, for the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ResultKind {
    Ok,
    Refused,
    Call,
    Unknown,
}

type Verified = Result<(), String>;

fn ensure(condition: bool, message: impl Into<String>) -> Verified {
    if condition { Ok(()) } else { Err(message.into()) }
}

pub(super) fn result_kind(call: &CallResult) -> ResultKind {
    let of = |error: &TaskError| match error.retry() {
        Retry::No => ResultKind::Refused,
        Retry::Call => ResultKind::Call,
        _ => ResultKind::Unknown,
    };
    let result = match call {
        CallResult::Created(result)
        | CallResult::Updated(_, result)
        | CallResult::Deleted(result) => result.as_ref().map(drop),
        CallResult::UpdatedMany(result) | CallResult::DeletedMany(result) => {
            result.as_ref().map(drop)
        }
        CallResult::Read(result) => result.as_ref().map(drop),
        CallResult::Outcomes(_, _, result) => result.as_ref().map(drop),
    };
    match (result, call) {
        (Err(error), _) => of(error),
        (Ok(()), CallResult::Outcomes(_, _, Ok(outcomes))) => {
            let refusals = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
            refusals.map(of).max().unwrap_or(ResultKind::Ok)
        }
        _ => ResultKind::Ok,
    }
}

impl Observed<'_> {
    pub(super) fn verify(&self, result: &CallResult) -> Verified {
        match result {
            CallResult::Created(Ok(task)) => {
                let inserted = |change: &Change| matches!(change, Change::Inserted(_));
                ensure(self.changes.iter().all(inserted), "it changed or deleted a task")?;
                self.changed_only(task)?;
                self.left_row_as(task)
            }
            CallResult::Updated(patch, Ok(task)) => self.changed(patch, task),
            CallResult::Deleted(Ok(task)) => ensure(
                matches!(self.changes, [Change::Deleted(row)] if row == task),
                "it did not delete exactly this row",
            ),
            CallResult::UpdatedMany(Ok(count)) => {
                self.counted(*count, |change| matches!(change, Change::Updated { .. }))
            }
            CallResult::DeletedMany(Ok(count)) => {
                self.counted(*count, |change| matches!(change, Change::Deleted(_)))
            }
            CallResult::Read(Ok(())) => ensure(self.changes.is_empty(), "a read changed something"),
            CallResult::Outcomes(tasks, on_existing, Ok(outcomes)) => {
                self.outcomes(tasks, *on_existing, outcomes)
            }
            CallResult::Created(Err(error))
            | CallResult::Updated(_, Err(error))
            | CallResult::Deleted(Err(error))
            | CallResult::UpdatedMany(Err(error))
            | CallResult::DeletedMany(Err(error))
            | CallResult::Read(Err(error))
            | CallResult::Outcomes(_, _, Err(error)) => self.failed_with(error),
        }
    }

    fn failed_with(&self, error: &TaskError) -> Verified {
        match error.retry() {
            Retry::No | Retry::Call => ensure(self.changes.is_empty(), "something was applied"),
            Retry::Unknown => ensure(
                self.lost > 0 || !self.changes.is_empty(),
                "nothing was lost and nothing was applied",
            ),
            other => Err(format!("{other:?} on a pool")),
        }
    }

    fn counted(&self, count: u64, expected: impl Fn(&Change) -> bool) -> Verified {
        ensure(self.changes.iter().all(expected), "it made another kind of change")?;
        let applied = self.changes.len() as u64;
        ensure(count == applied, format!("{applied} were changed"))
    }

    /// No other task was changed.
    fn changed_only(&self, task: &Task) -> Verified {
        let same = |change: &Change| change.row().id == task.id;
        ensure(self.changes.iter().all(same), "another task was changed")
    }

    /// A statement left the row in this state.
    fn left_row_as(&self, task: &Task) -> Verified {
        let wrote = self.changes.iter().any(|change| match change {
            Change::Inserted(row) | Change::Updated { to: row, .. } => row == task,
            Change::Deleted(_) => false,
        });
        ensure(wrote, format!("no statement of this call left a row as {task:?}"))
    }

    fn changed(&self, patch: &TaskPatch, task: &Task) -> Verified {
        self.changed_only(task)?;
        let Some(Change::Updated { from, to }) = self.changes.last() else {
            return Err("nothing was changed".to_owned());
        };
        ensure(to == task, format!("the last change was {to:?}"))?;
        let expected = patch.if_status.as_ref().is_none_or(|status| from.status == status.as_str());
        ensure(expected, "the task did not have the status that was a precondition")?;
        let unmodified = patch.if_unmodified_since.is_none_or(|moment| from.updated_at <= moment);
        ensure(unmodified, "the task had been modified since")
    }

    fn outcomes(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
        outcomes: &[Result<CreateOutcome, TaskError>],
    ) -> Verified {
        ensure(
            tasks.len() == outcomes.len(),
            "the number of outcomes differs from the number of tasks",
        )?;
        for (index, (task, outcome)) in tasks.iter().zip(outcomes).enumerate() {
            let verified = self.outcome(tasks, on_existing, outcomes, task, outcome);
            verified.map_err(|why| format!("task {index}: {why}"))?;
        }
        for change in self.changes {
            let row = change.row();
            match change {
                Change::Deleted(_) => return Err(format!("{row:?} was deleted")),
                Change::Updated { .. } if on_existing != OnExisting::Update => {
                    return Err(format!("{row:?} was changed"));
                }
                _ => {}
            }
            // A task that another client has deleted since need not be reported.
            let exists = self.rows.get(&row.id).is_some_and(|now| is_same(now, row));
            let reported = tasks.iter().zip(outcomes).any(|(task, outcome)| match outcome {
                Ok(CreateOutcome::Created(task)) => task.id == row.id,
                Ok(CreateOutcome::Updated(task)) => {
                    task.id == row.id && matches!(change, Change::Updated { .. })
                }
                Ok(_) => false,
                Err(error) => error.retry() == Retry::Unknown && names(task, row),
            });
            ensure(reported || !exists, format!("no outcome reports {change:?}"))?;
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
    ) -> Verified {
        let same_name = |other: &NewTask| other.external_task_id == task.external_task_id;
        let repeated = tasks.iter().filter(|other| same_name(other)).count() > 1;
        let inserted = |id: Uuid| {
            let is_insertion =
                |change: &Change| matches!(change, Change::Inserted(row) if row.id == id);
            self.changes.iter().any(is_insertion)
        };
        match outcome {
            Ok(written) if !names(task, written.task()) => {
                Err("a task with another name".to_owned())
            }
            Ok(CreateOutcome::Created(row)) => {
                ensure(inserted(row.id), "this call did not create it")?;
                let created = outcomes.iter().flatten().filter(|outcome| outcome.is_created());
                let reports = created.filter(|outcome| outcome.task().id == row.id).count();
                ensure(reports == 1, "created twice")?;
                self.left_row_as(row)
            }
            Ok(CreateOutcome::Updated(row)) => {
                ensure(on_existing == OnExisting::Update, "updated")?;
                // After it was deleted, its id may be given to another task of the call.
                let is_insertion = |change: &Change| {
                    matches!(change, Change::Inserted(new) if new.id == row.id
                        && new.external_task_id == row.external_task_id)
                };
                let created = self.changes.iter().any(is_insertion);
                ensure(repeated || !created, "this call created it")?;
                if self.changes_are_exact { self.left_row_as(row) } else { Ok(()) }
            }
            Ok(CreateOutcome::Kept(row)) => {
                ensure(on_existing != OnExisting::Fail, "kept")?;
                let touched = self.changes.iter().any(|change| is_same(change.row(), row));
                // A name that is in the batch twice exists for its second task.
                ensure(!touched || repeated, "this call wrote it")
            }
            Ok(other) => Err(format!("{other:?}")),
            Err(error) if error.retry() == Retry::Unknown => self.failed_with(error),
            Err(_) => {
                let elsewhere = tasks.iter().zip(outcomes).any(|(other, outcome)| {
                    same_name(other)
                        && match outcome {
                            Ok(_) => true,
                            Err(error) => error.retry() == Retry::Unknown,
                        }
                });
                let applied = self.changes.iter().any(|change| names(task, change.row()));
                ensure(!applied || elsewhere, "something was applied to this name")
            }
        }
    }
}

/// A task with the same id may have been created after the original was deleted.
fn is_same(a: &Task, b: &Task) -> bool {
    (a.id, a.created_at) == (b.id, b.created_at)
}

fn names(task: &NewTask, row: &Task) -> bool {
    row.game_id == task.game_id && row.external_task_id == task.external_task_id
}
