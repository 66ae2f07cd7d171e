//! Creation: a batch is applied to a draft task by task, and the draft is written as a whole.

use crate::memory::state::State;
use crate::{
    CreateOutcome, InMemoryTaskRepository, NewTask, OnExisting, StrategyId, Task, TaskError,
    TaskPatch,
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// The rows that a batch will write. The state itself is unchanged until then.
pub(super) struct Draft<'d> {
    state: &'d State,
    repository: &'d InMemoryTaskRepository,
    on_existing: OnExisting,
    now: DateTime<Utc>,
    rows: HashMap<Uuid, Row>,
    /// Ids of the tasks that the batch creates, by game and external id.
    created: HashMap<(Uuid, &'d str), Uuid>,
}

/// A task that the batch creates or updates.
struct Row {
    task: Task,
    /// The strategy before the batch; `None` for a task that the batch creates.
    previous: Option<StrategyId>,
}

impl Row {
    fn is_new(&self) -> bool {
        self.previous.is_none()
    }

    /// Whether the batch creates or changes the task.
    fn is_written(&self) -> bool {
        self.previous.as_ref().is_none_or(|previous| *previous != self.task.strategy_id)
    }
}

/// What a task of the batch refers to. Its final row is known only after the last task, since a
/// later task can update the same row.
pub(super) struct Entry {
    task: Task,
    is_created: bool,
}

impl<'d> Draft<'d> {
    pub(super) fn new(
        state: &'d State,
        repository: &'d InMemoryTaskRepository,
        on_existing: OnExisting,
    ) -> Self {
        Self {
            state,
            repository,
            on_existing,
            now: Utc::now(),
            rows: HashMap::new(),
            created: HashMap::new(),
        }
    }

    /// Adds the next task of the batch.
    pub(super) fn add(&mut self, new: &'d NewTask) -> Result<Entry, TaskError> {
        new.check(&self.repository.lifecycle)?;
        self.repository.check_strategy(new.strategy_id.as_deref())?;
        let owners = self.state.owners_of(new.game_id);
        let task = new.to_task(&self.repository.scope, owners, self.now)?;
        if let Some(existing) = self.existing(new) {
            return self.add_existing(existing, task);
        }
        let id = task.id;
        if self.rows.contains_key(&id) || self.state.task(id).is_some() {
            return Err(TaskError::IdTaken { id });
        }
        self.created.insert((new.game_id, &new.external_task_id), id);
        self.rows.insert(id, Row { task: task.clone(), previous: None });
        Ok(Entry { task, is_created: true })
    }

    /// The task with the same external id, as the batch has left it so far.
    fn existing(&self, new: &'d NewTask) -> Option<Task> {
        let (game_id, external_id) = (new.game_id, new.external_task_id.as_str());
        let id = match self.created.get(&(game_id, external_id)) {
            Some(id) => *id,
            None => self.state.id_of(game_id, external_id)?,
        };
        self.rows.get(&id).map(|row| &row.task).or_else(|| self.state.task(id)).cloned()
    }

    fn add_existing(&mut self, existing: Task, new: Task) -> Result<Entry, TaskError> {
        let visible = self.state.can_see(&self.repository.scope, &existing);
        if !visible || self.on_existing == OnExisting::Fail {
            return Err(TaskError::AlreadyExists {
                game_id: new.game_id,
                external_task_id: new.external_task_id,
                id: visible.then_some(existing.id),
            });
        }
        if self.on_existing == OnExisting::Update {
            let row = self.rows.entry(existing.id).or_insert_with(|| Row {
                task: existing.clone(),
                previous: Some(existing.strategy_id.clone()),
            });
            row.task.strategy_id = new.strategy_id;
        }
        Ok(Entry { task: existing, is_created: false })
    }

    /// The error of an atomic batch. It omits the ids of tasks that the batch would have created.
    pub(super) fn refused(&self, index: usize, mut error: TaskError) -> TaskError {
        if let TaskError::AlreadyExists { id, .. } = &mut error {
            *id = id.filter(|id| !self.rows.get(id).is_some_and(Row::is_new));
        }
        TaskError::Batch { index, error: Box::new(error) }
    }

    /// Sets `updated_at` of the changed rows, once for each. No task can be added afterwards.
    pub(super) fn finish(&mut self) {
        for row in self.rows.values_mut().filter(|row| row.is_written() && !row.is_new()) {
            TaskPatch::new().apply(&mut row.task);
        }
    }

    /// The outcome of a task, after [`finish`](Self::finish).
    pub(super) fn outcome(&self, entry: Entry) -> CreateOutcome {
        let row = self.rows.get(&entry.task.id);
        let task = row.map_or(entry.task, |row| row.task.clone());
        if entry.is_created {
            return CreateOutcome::Created(task);
        }
        match self.on_existing {
            OnExisting::Update if row.is_some_and(Row::is_written) => CreateOutcome::Updated(task),
            OnExisting::Fail | OnExisting::Keep | OnExisting::Update => CreateOutcome::Kept(task),
        }
    }

    /// The rows to write.
    pub(super) fn into_rows(self) -> Vec<Task> {
        self.rows.into_values().filter(Row::is_written).map(|row| row.task).collect()
    }
}
