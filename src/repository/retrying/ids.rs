//! New tasks whose ids are fixed before the first attempt, so that a repetition recognizes the rows
//! of a lost attempt.

use crate::error::TaskError;
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{NewTask, Task};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// New tasks, all with ids.
pub(super) struct FixedIds {
    pub(super) tasks: Vec<NewTask>,
    /// The ids generated here. Only this call creates tasks with them, whereas an id given by the
    /// caller can belong to an existing task.
    generated: HashSet<Uuid>,
}

impl FixedIds {
    pub(super) fn new(tasks: &[NewTask]) -> Self {
        let mut generated = HashSet::new();
        let fixed = tasks.iter().map(|task| {
            let id = task.id.unwrap_or_else(|| {
                let id = Uuid::now_v7();
                generated.insert(id);
                id
            });
            task.clone().id(id)
        });
        Self { tasks: fixed.collect(), generated }
    }

    /// Whether the refusal names a task with one of these ids.
    pub(super) fn caused(&self, refusal: &TaskError) -> bool {
        existing_id(refusal).is_some_and(|id| self.tasks.iter().any(|task| task.id == Some(id)))
    }

    /// Converts the outcomes of an attempt that followed a lost one to those of the whole call:
    /// the loss, where the outcome of the whole call is unknown.
    pub(super) fn after_loss(
        &self,
        outcomes: impl IntoIterator<Item = Result<CreateOutcome, TaskError>>,
        on_existing: OnExisting,
        lost: &TaskError,
    ) -> Vec<Result<CreateOutcome, TaskError>> {
        let known = |(task, outcome): (&NewTask, _)| match outcome {
            Ok(written) => self
                .known(task, written, on_existing)
                .unwrap_or_else(|| Err(TaskError::clone(lost))),
            // Validation fails in every attempt, before anything is sent.
            Err(error @ TaskError::Invalid { .. }) => Err(error),
            Err(_) => Err(lost.clone()),
        };
        self.tasks.iter().zip(outcomes).map(known).collect()
    }

    /// The outcome of a task in the whole call, given its outcome after a lost attempt. `None` if
    /// the lost attempt may have had another effect.
    fn known(
        &self,
        task: &NewTask,
        written: CreateOutcome,
        on_existing: OnExisting,
    ) -> Option<Result<CreateOutcome, TaskError>> {
        let id = written.task().id;
        match written {
            CreateOutcome::Created(_) => Some(Ok(written)),
            // Created by an earlier attempt.
            CreateOutcome::Kept(row) if self.is_own(task, &row) => {
                Some(Ok(CreateOutcome::Created(as_created(task, row, on_existing))))
            }
            CreateOutcome::Updated(row) if self.is_own(task, &row) => {
                Some(Ok(CreateOutcome::Created(row)))
            }
            _ if task.id == Some(id) => None,
            // Created by this call, for an earlier task with the same external id.
            CreateOutcome::Kept(row) if self.generated.contains(&id) => Some(match on_existing {
                OnExisting::Fail => Err(already_exists(task, id)),
                OnExisting::Keep => Ok(CreateOutcome::Kept(row)),
                OnExisting::Update => {
                    // The row has the status of the task that created it.
                    let creating = self.tasks.iter().find(|other| other.id == Some(id));
                    let row = as_created(creating.unwrap_or(task), row, on_existing);
                    Ok(CreateOutcome::Updated(row))
                }
            }),
            CreateOutcome::Kept(_) if on_existing == OnExisting::Keep => Some(Ok(written)),
            // The lost attempt may have updated it.
            CreateOutcome::Kept(_) => None,
            CreateOutcome::Updated(_) => Some(Ok(written)),
        }
    }

    /// All tasks as one attempt created them, given the rows that now have their ids. `None` if a
    /// row is missing or was not created by that attempt.
    pub(super) fn created_together(&self, rows: Vec<Task>) -> Option<Vec<CreateOutcome>> {
        let mut rows: HashMap<Uuid, Task> = rows.into_iter().map(|row| (row.id, row)).collect();
        let moment = self.generated.iter().find_map(|id| Some(rows.get(id)?.created_at))?;
        let created = self.tasks.iter().map(|task| {
            let row = rows.remove(&task.id?)?;
            let same = row.created_at == moment
                && row.game_id == task.game_id
                && row.external_task_id == task.external_task_id;
            same.then(|| CreateOutcome::Created(as_created(task, row, OnExisting::Fail)))
        });
        created.collect()
    }

    fn is_own(&self, task: &NewTask, row: &Task) -> bool {
        task.id == Some(row.id) && self.generated.contains(&row.id)
    }
}

/// The row as an attempt created it, without changes made by other clients since.
pub(super) fn as_created(task: &NewTask, row: Task, on_existing: OnExisting) -> Task {
    if row.updated_at == row.created_at {
        return row;
    }
    let strategy_id = match on_existing {
        OnExisting::Fail | OnExisting::Keep => task.strategy_or_default(),
        // The strategy of the last task of the batch with this external id, which the row has.
        OnExisting::Update => row.strategy_id,
    };
    Task { updated_at: row.created_at, status: task.status_or_open(), strategy_id, ..row }
}

/// The id of the existing task that caused the refusal.
pub(super) fn existing_id(refusal: &TaskError) -> Option<Uuid> {
    match refusal {
        TaskError::AlreadyExists { id, .. } => *id,
        TaskError::IdTaken { id } => Some(*id),
        _ => None,
    }
}

fn already_exists(task: &NewTask, id: Uuid) -> TaskError {
    TaskError::AlreadyExists {
        game_id: task.game_id,
        external_task_id: task.external_task_id.clone(),
        id: Some(id),
    }
}
