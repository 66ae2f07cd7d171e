//! Which tasks a filter means, found by the shortest way that the state has.

use crate::memory::state::State;
use crate::query::TaskFilter;
use crate::task::{Task, TaskScope};
use std::collections::BTreeSet;
use std::ops::Bound;
use uuid::Uuid;

impl State {
    /// The tasks that the filter means and the scope sees, in no order.
    pub(super) fn matching(&self, filter: &TaskFilter, scope: &TaskScope) -> Vec<&Task> {
        self.candidates(filter, scope).filter(|task| filter.matches(task)).collect()
    }

    /// All tasks that the filter can mean, of those that the scope sees, in no order.
    pub(super) fn candidates<'s: 'f, 'f>(
        &'s self,
        filter: &'f TaskFilter,
        scope: &'f TaskScope,
    ) -> impl Iterator<Item = &'s Task> + 'f {
        let narrowed: Box<dyn Iterator<Item = &'s Task> + 'f> = match (&filter.keys, filter.game_id)
        {
            (Some(keys), _) => {
                // Two keys can name one task.
                let named = keys.iter().filter_map(|key| self.find(key));
                let ids: BTreeSet<Uuid> = named.map(|task| task.id).collect();
                Box::new(ids.into_iter().filter_map(|id| self.task(id)))
            }
            (None, Some(game)) => {
                let prefix = filter.external_id_prefix.as_deref().unwrap_or_default();
                let from_prefix = (Bound::Included(prefix), Bound::Unbounded);
                let names = self.names_in(game).into_iter();
                let names = names.flat_map(move |names| names.range::<str, _>(from_prefix));
                let names = names.take_while(move |(name, _)| name.starts_with(prefix));
                Box::new(names.filter_map(|(_, id)| self.task(*id)))
            }
            (None, None) => Box::new(self.tasks()),
        };
        narrowed.filter(|task| self.seen_by(scope, task))
    }
}
