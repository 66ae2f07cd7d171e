//! Which returned row belongs to which entry.

use super::Inserted;
use super::entries::{Entry, sort};
use super::insert::InsertMode;
use super::outcomes::Outcomes;
use crate::database::diagnose::may_be_changed;
use crate::repository::CreateOutcome;
use crate::task::Task;
use std::collections::HashMap;
use uuid::Uuid;

impl Inserted {
    /// Settles the entries whose rows were written, and returns the others.
    pub(super) fn settle<'t>(
        &self,
        rows: Vec<Task>,
        entries: Vec<Entry<'t>>,
        outcomes: &mut Outcomes<'t>,
    ) -> Vec<Entry<'t>> {
        self.settle_by_name(rows, entries, outcomes).0
    }

    /// Settles all entries, each of which was written. A trigger may have changed a row's name, so
    /// that the row is found by its id, or otherwise is one of the rest.
    pub(super) fn settle_all<'t>(
        &self,
        rows: Vec<Task>,
        entries: Vec<Entry<'t>>,
        outcomes: &mut Outcomes<'t>,
    ) {
        let (mut remaining, mut rest) = self.settle_by_name(rows, entries, outcomes);
        for by_id in [true, false] {
            for entry in std::mem::take(&mut remaining) {
                let index =
                    if by_id { rest.iter().position(|row| row.id == entry.id) } else { Some(0) };
                match index.filter(|index| *index < rest.len()) {
                    Some(index) => {
                        let row = rest.remove(index);
                        let outcome = self.outcome(&entry, row.clone());
                        outcomes.settle(entry, Ok(outcome.unwrap_or(CreateOutcome::Updated(row))));
                    }
                    None => remaining.push(entry),
                }
            }
        }
    }

    /// Returns the entries and the rows that are left.
    fn settle_by_name<'t>(
        &self,
        rows: Vec<Task>,
        entries: Vec<Entry<'t>>,
        outcomes: &mut Outcomes<'t>,
    ) -> (Vec<Entry<'t>>, Vec<Task>) {
        let mut remaining = Vec::new();
        let mut settle = |entry: Entry<'t>, row: Option<Task>| match row
            .and_then(|row| self.outcome(&entry, row))
        {
            Some(outcome) => outcomes.settle(entry, Ok(outcome)),
            None => remaining.push(entry),
        };
        // Usually rows are returned in the order in which they were sent.
        let mut rows = rows.into_iter().peekable();
        let mut unmatched = Vec::new();
        for entry in entries {
            match rows.next_if(|row| name(row) == entry.name()) {
                Some(row) => settle(entry, Some(row)),
                None => unmatched.push(entry),
            }
        }
        // No database guarantees that order.
        let mut rest: Vec<Option<Task>> = rows.map(Some).collect();
        let indexes = rest.iter().flatten().enumerate();
        let indexes =
            indexes.map(|(index, row)| ((row.game_id, row.external_task_id.clone()), index));
        let indexes: HashMap<(Uuid, String), usize> = indexes.collect();
        for entry in unmatched {
            let (game, name) = entry.name();
            let index = if rest.is_empty() { None } else { indexes.get(&(game, name.to_owned())) };
            let row = index.and_then(|index| rest.get_mut(*index)?.take());
            settle(entry, row);
        }
        sort(&mut remaining);
        (remaining, rest.into_iter().flatten().collect())
    }

    /// What a row says that was returned for an entry; `None` if the row existed before and has to be
    /// diagnosed.
    fn outcome(&self, entry: &Entry<'_>, row: Task) -> Option<CreateOutcome> {
        let own_id = row.id == entry.id;
        // No other client has an id that was generated for this call. A task that was found may have
        // been deleted since, so that the statement created it again.
        let generated = entry.task.id.is_none() && !entry.exists();
        let created = own_id && (generated || row.created_at == self.now);
        match self.mode {
            InsertMode::InsertSome | InsertMode::InsertAll => Some(CreateOutcome::Created(row)),
            InsertMode::UpsertSome | InsertMode::UpsertAll if created => {
                Some(CreateOutcome::Created(row))
            }
            InsertMode::UpsertSome if !self.returned_unchanged => Some(CreateOutcome::Updated(row)),
            InsertMode::UpsertSome => {
                let updated = own_id && entry.exists() && may_be_changed(&row, self.now);
                updated.then_some(CreateOutcome::Updated(row))
            }
            InsertMode::UpsertAll if may_be_changed(&row, self.now) => {
                Some(CreateOutcome::Updated(row))
            }
            // Another client made the same change while the statement ran.
            InsertMode::UpsertAll => Some(CreateOutcome::Kept(row)),
        }
    }
}

fn name(row: &Task) -> (Uuid, &str) {
    (row.game_id, &row.external_task_id)
}
