//! What became of each task.

use super::entries::Entry;
use super::refused;
use crate::database::create::already_exists;
use crate::error::TaskError;
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::NewTask;

/// The outcome of each task of the input, as far as it is known.
pub(super) struct Outcomes<'t> {
    tasks: &'t [NewTask],
    on_existing: OnExisting,
    known: Vec<Option<Result<CreateOutcome, TaskError>>>,
    /// Entries that are to be written in place of others.
    replacements: Vec<Entry<'t>>,
}

impl<'t> Outcomes<'t> {
    pub(super) fn new(tasks: &'t [NewTask], on_existing: OnExisting) -> Self {
        let known = tasks.iter().map(|_| None).collect();
        Self { tasks, on_existing, known, replacements: Vec::new() }
    }

    /// Records the outcome of an entry for all of its tasks. An entry that lost its id to another task
    /// is replaced by its next duplicate, which has an id of its own.
    pub(super) fn settle(&mut self, entry: Entry<'t>, result: Result<CreateOutcome, TaskError>) {
        let Entry { task, index: first, duplicates, strategy, .. } = entry;
        let mut duplicates = duplicates.into_iter();
        if matches!(result, Err(TaskError::IdTaken { .. }))
            && let Some(next) = duplicates.next()
            && let Some(task) = self.tasks.get(next)
        {
            let mut replacement = Entry::new(next, task);
            replacement.duplicates = duplicates.by_ref().collect();
            if self.on_existing == OnExisting::Update {
                replacement.strategy = strategy;
            }
            self.replacements.push(replacement);
        }
        for index in duplicates {
            let outcome = match (&result, self.on_existing) {
                (Ok(outcome), OnExisting::Fail) => {
                    Err(already_exists(task, Some(outcome.task().id)))
                }
                (Ok(outcome), OnExisting::Keep) => Ok(CreateOutcome::Kept(outcome.task().clone())),
                (Ok(CreateOutcome::Created(task)), OnExisting::Update) => {
                    Ok(CreateOutcome::Updated(task.clone()))
                }
                (Ok(outcome), OnExisting::Update) => Ok(outcome.clone()),
                (Err(error), _) => Err(TaskError::clone(error)),
            };
            self.set(index, outcome);
        }
        self.set(first, result);
    }

    pub(super) fn set(&mut self, index: usize, outcome: Result<CreateOutcome, TaskError>) {
        if let Some(known) = self.known.get_mut(index) {
            *known = Some(outcome);
        }
    }

    /// Ends a call that writes all or none with the first refused task, if it is before this index.
    pub(super) fn check_refused_before(&mut self, index: usize) -> Result<(), TaskError> {
        let known = self.known.iter_mut().enumerate().take(index);
        let mut refusals = known.filter_map(|(index, outcome)| {
            let refusal = outcome.take_if(|outcome| outcome.is_err())?;
            Some(refused(index, refusal.err()?))
        });
        refusals.next().map_or(Ok(()), Err)
    }

    /// The entries that are to be written in place of others.
    pub(super) fn take_replacements(&mut self) -> Vec<Entry<'t>> {
        std::mem::take(&mut self.replacements)
    }

    /// The outcomes in the order of the input. A task without one was not returned by the statement
    /// that reported to have written all.
    pub(super) fn in_order<C>(self) -> C
    where
        C: FromIterator<Result<CreateOutcome, TaskError>>,
    {
        let tasks = self.tasks.iter().zip(self.known);
        let skipped = |task: &NewTask| Err(TaskError::skipped(task.key()));
        tasks.map(|(task, outcome)| outcome.unwrap_or_else(|| skipped(task))).collect()
    }
}
