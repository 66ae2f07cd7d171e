//! How new tasks are judged: one after another on a draft, which is then written as a whole.

use crate::error::TaskError;
use crate::memory::state::State;
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{NewTask, StrategyId, Task, TaskScope, time};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// What a batch will have written, while the state is still as it was.
pub(super) struct Draft<'d> {
    state: &'d State,
    scope: &'d TaskScope,
    on_existing: OnExisting,
    now: DateTime<Utc>,
    rows: HashMap<Uuid, Row>,
    /// The names of the tasks that the batch creates.
    names: HashMap<(Uuid, &'d str), Uuid>,
}

/// A row that the batch creates or changes.
struct Row {
    task: Task,
    /// The strategy that is stored; `None` for a row that the batch creates.
    stored: Option<StrategyId>,
}

impl Row {
    fn is_new(&self) -> bool {
        self.stored.is_none()
    }

    fn is_changed(&self) -> bool {
        self.stored.as_ref().is_some_and(|stored| *stored != self.task.strategy_id)
    }
}

impl<'d> Draft<'d> {
    pub(super) fn new(state: &'d State, scope: &'d TaskScope, on_existing: OnExisting) -> Self {
        Self {
            state,
            scope,
            on_existing,
            now: time::now(),
            rows: HashMap::new(),
            names: HashMap::new(),
        }
    }

    /// Judges one more task. What it answers is provisional, since a later task of the batch
    /// may mean the same row: [`settle`](Self::settle) says what became of it.
    pub(super) fn add(&mut self, new: &'d NewTask) -> Result<CreateOutcome, TaskError> {
        let game = self.state.games.get(&new.game_id);
        let task = new.to_task(self.scope, game, self.now)?;
        if let Some(existing) = self.existing(new) {
            return self.add_existing(existing, new);
        }
        let id = task.id;
        if self.rows.contains_key(&id) || self.state.task(id).is_some() {
            return Err(TaskError::IdTaken { id });
        }
        self.names.insert((new.game_id, &new.external_task_id), id);
        self.rows.insert(id, Row { task: task.clone(), stored: None });
        Ok(CreateOutcome::Created(task))
    }

    /// The task that has the name, in the batch or before it.
    fn existing(&self, new: &'d NewTask) -> Option<Task> {
        let (game, name) = (new.game_id, new.external_task_id.as_str());
        let id = match self.names.get(&(game, name)) {
            Some(id) => *id,
            None => self.state.id_of(game, name)?,
        };
        self.rows.get(&id).map(|row| &row.task).or_else(|| self.state.task(id)).cloned()
    }

    fn add_existing(&mut self, existing: Task, new: &NewTask) -> Result<CreateOutcome, TaskError> {
        let seen = self.state.seen_by(self.scope, &existing);
        if !seen || self.on_existing == OnExisting::Fail {
            return Err(TaskError::AlreadyExists {
                game_id: new.game_id,
                external_task_id: new.external_task_id.clone(),
                id: seen.then_some(existing.id),
            });
        }
        if self.on_existing == OnExisting::Keep {
            return Ok(CreateOutcome::Kept(existing));
        }
        if let Some(row) = self.rows.get_mut(&existing.id) {
            row.task.strategy_id = new.strategy_or_default();
            return Ok(CreateOutcome::Updated(existing));
        }
        let mut task = existing.clone();
        let stored = Some(std::mem::replace(&mut task.strategy_id, new.strategy_or_default()));
        self.rows.insert(task.id, Row { task, stored });
        Ok(CreateOutcome::Kept(existing))
    }

    /// Why the whole batch is refused. A task that it would have made has no id to tell of.
    pub(super) fn refused(&self, index: usize, mut error: TaskError) -> TaskError {
        if let TaskError::AlreadyExists { id, .. } = &mut error {
            *id = id.filter(|id| !self.rows.get(id).is_some_and(Row::is_new));
        }
        TaskError::Batch { index, error: Box::new(error) }
    }

    /// No task follows: each row is written once, whatever the batch asked of it.
    pub(super) fn close(&mut self) {
        for row in self.rows.values_mut().filter(|row| row.is_changed()) {
            row.task.updated_at = time::next_updated_at(self.now, row.task.updated_at);
        }
    }

    /// What became of a task, once the draft is closed.
    pub(super) fn settle(&self, provisional: CreateOutcome) -> CreateOutcome {
        let Some(row) = self.rows.get(&provisional.task().id) else {
            return provisional;
        };
        let task = row.task.clone();
        match provisional {
            CreateOutcome::Created(_) => CreateOutcome::Created(task),
            CreateOutcome::Updated(_) if row.is_new() => CreateOutcome::Updated(task),
            _ if row.is_changed() => CreateOutcome::Updated(task),
            _ => CreateOutcome::Kept(task),
        }
    }

    /// The rows that are to be written.
    pub(super) fn into_rows(self) -> Vec<Task> {
        let rows = self.rows.into_values().filter(|row| row.is_new() || row.is_changed());
        rows.map(|row| row.task).collect()
    }
}
