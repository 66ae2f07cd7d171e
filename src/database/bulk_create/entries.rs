//! What is to be written, and in which order.

use crate::error::TaskError;
use crate::repository::OnExisting;
use crate::task::{Creator, NewTask, StrategyId, Task};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// A row to be written: one (game, external id) of the input, at however many indexes it occurs.
#[derive(Clone)]
pub(crate) struct Entry<'t> {
    pub(crate) task: &'t NewTask,
    /// Nil until one is [generated](generate_ids) or found.
    pub(crate) id: Uuid,
    pub(crate) strategy: StrategyId,
    /// The task that it was found to be, where the scope can see it. Its id is then the stored one.
    pub(crate) existing: Option<Box<Task>>,
    /// The first index of it in the input: that task is written.
    pub(super) index: usize,
    /// The other indexes of it.
    pub(super) duplicates: Vec<usize>,
}

impl<'t> Entry<'t> {
    pub(super) fn new(index: usize, task: &'t NewTask) -> Self {
        let (id, strategy) = (task.id.unwrap_or_default(), task.strategy_or_default());
        Self { task, id, strategy, existing: None, index, duplicates: Vec::new() }
    }

    /// The only task of a call.
    pub(in crate::database) fn with_id(task: &'t NewTask, id: Uuid) -> Self {
        Self { id, ..Self::new(0, task) }
    }

    pub(crate) fn exists(&self) -> bool {
        self.existing.is_some()
    }

    /// The row that a statement of this time sends.
    pub(super) fn row(&self, creator: &Creator, now: DateTime<Utc>) -> Task {
        match &self.existing {
            Some(existing) => {
                let strategy_id = self.strategy.clone();
                Task { strategy_id, updated_at: now, ..Task::clone(existing) }
            }
            None => self.task.row(self.id, self.strategy.clone(), creator, now),
        }
    }

    pub(super) fn name(&self) -> (Uuid, &'t str) {
        (self.task.game_id, &self.task.external_task_id)
    }
}

/// Makes one entry of all tasks that name the same row, sorted so that all calls that write the same
/// rows lock them in the same order. With [`OnExisting::Update`] the last task decides the strategy.
pub(super) fn fold<'t>(
    tasks: impl IntoIterator<Item = (usize, &'t NewTask)>,
    on_existing: OnExisting,
) -> Vec<Entry<'t>> {
    let mut entries: Vec<_> =
        tasks.into_iter().map(|(index, task)| Entry::new(index, task)).collect();
    sort(&mut entries);
    entries.dedup_by(|later, first| {
        let same = later.name() == first.name();
        if same {
            first.duplicates.push(later.index);
            if on_existing == OnExisting::Update {
                first.strategy = later.strategy.clone();
            }
        }
        same
    });
    entries
}

/// Generates the ids that the caller did not give, in the order of the input.
pub(super) fn generate_ids(entries: &mut [Entry<'_>]) {
    let missing = entries.iter_mut().filter(|one| one.task.id.is_none() && one.id.is_nil());
    let mut missing: Vec<_> = missing.map(|one| (one.index, &mut one.id)).collect();
    missing.sort_unstable_by_key(|(index, _)| *index);
    for (_, id) in missing {
        *id = Uuid::now_v7();
    }
}

/// When the last of the tasks that were found was changed. Where this differs after an upsert that wrote
/// nothing, another client was in its way.
pub(super) fn last_change(entries: &[Entry<'_>]) -> Option<DateTime<Utc>> {
    let existing = entries.iter().filter_map(|entry| entry.existing.as_ref());
    existing.map(|task| task.updated_at).max()
}

/// Sorts by name; entries of one name stay in the order of the input.
pub(super) fn sort(entries: &mut [Entry<'_>]) {
    entries.sort_by(|a, b| a.name().cmp(&b.name()));
}

/// Takes what one statement may write: at most `most` entries, no id twice. Where ids are repeated, an
/// entry waits until the outcome of an earlier task with its id is known.
pub(super) fn take_chunk<'t>(
    queue: &mut VecDeque<Entry<'t>>,
    tasks: &[NewTask],
    ids_repeat: bool,
    most: usize,
) -> Vec<Entry<'t>> {
    if !ids_repeat {
        return queue.drain(..most.min(queue.len())).collect();
    }
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for entry in queue.iter() {
        let indexes = entry.duplicates.iter().copied().chain([entry.index]);
        let given = |index: usize| Some((index, tasks.get(index)?.id?));
        for (index, id) in indexes.filter_map(given) {
            first.entry(id).and_modify(|first| *first = index.min(*first)).or_insert(index);
        }
    }
    let mut chunk = Vec::new();
    let mut rest = VecDeque::new();
    for entry in queue.drain(..) {
        let is_first = first.get(&entry.id).is_none_or(|first| *first == entry.index);
        if chunk.len() < most && is_first {
            chunk.push(entry);
        } else {
            rest.push_back(entry);
        }
    }
    *queue = rest;
    chunk
}

/// Whether the caller gave an id to more than one task.
pub(super) fn ids_repeat(tasks: &[NewTask]) -> bool {
    let mut ids = HashSet::new();
    tasks.iter().filter_map(|task| task.id).any(|id| !ids.insert(id))
}

/// The first task of the input whose id an earlier one has.
pub(super) fn repeated_id(entries: &[Entry<'_>]) -> Option<(usize, TaskError)> {
    let given = entries.iter().filter(|one| one.exists() || one.task.id.is_some());
    let mut by_index: Vec<_> = given.map(|one| (one.index, one.id)).collect();
    by_index.sort_unstable();
    let mut ids = HashSet::new();
    let (index, id) = by_index.into_iter().find(|(_, id)| !ids.insert(*id))?;
    Some((index, TaskError::IdTaken { id }))
}

/// The first task of the input whose name an earlier one has.
pub(super) fn repeated_name<'t>(entries: &[Entry<'t>]) -> Option<(usize, &'t NewTask)> {
    let repeated = entries.iter().filter_map(|one| Some((*one.duplicates.first()?, one.task)));
    repeated.min_by_key(|(index, _)| *index)
}
