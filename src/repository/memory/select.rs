//! Which tasks a filter means, and which of them a page has.

use super::scope::sees;
use super::state::State;
use crate::entity::Task;
use crate::repository::cursor::{Position, SortValue};
use crate::repository::page::Plan;
use crate::repository::{TaskFilter, TaskOrder, TaskQuery};
use crate::value::{TaskScope, time};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Bound;
use uuid::Uuid;

impl State {
    /// The tasks that the filter means and the scope sees, in no order.
    pub(super) fn matching(&self, filter: &TaskFilter, scope: &TaskScope) -> Vec<&Task> {
        let prefix = filter.external_id_prefix.as_deref().unwrap_or_default();
        let from = filter.created_from.map(time::ceil);
        let until = filter.created_until.map(time::ceil);
        let meant = |task: &&Task| {
            filter.game_id.is_none_or(|game| task.game_id == game)
                && contains(filter.statuses.as_ref(), task.status.as_str())
                && contains(filter.strategies.as_ref(), task.strategy_id.as_str())
                && task.external_task_id.starts_with(prefix)
                && from.is_none_or(|from| task.created_at >= from)
                && until.is_none_or(|until| task.created_at < until)
                && sees(scope, task, self.games.get(&task.game_id))
        };
        if let Some(keys) = &filter.keys {
            // Two keys can name one task.
            let named = keys.iter().filter_map(|key| self.find(key));
            let ids: BTreeSet<Uuid> = named.map(|task| task.id).collect();
            return ids.into_iter().filter_map(|id| self.task(id)).filter(meant).collect();
        }
        let Some(game) = filter.game_id else {
            return self.tasks().filter(meant).collect();
        };
        let from_prefix = (Bound::Included(prefix), Bound::Unbounded);
        self.names_in(game)
            .into_iter()
            .flat_map(|names| names.range::<str, _>(from_prefix))
            .take_while(|(name, _)| name.starts_with(prefix))
            .filter_map(|(_, id)| self.task(*id))
            .filter(meant)
            .collect()
    }
}

fn contains(texts: Option<&BTreeSet<String>>, text: &str) -> bool {
    texts.is_none_or(|texts| texts.contains(text))
}

/// The rows of the page that the plan begins, and one more where more follow.
pub(super) fn rows_of_page(mut tasks: Vec<&Task>, query: &TaskQuery, plan: &Plan) -> Vec<Task> {
    let order = query.order();
    let directed = |ascending: Ordering| {
        if query.is_descending() { ascending.reverse() } else { ascending }
    };
    let compare = |a: &&Task, b: &&Task| directed(compare(order, a, b));
    if let Some(after) = &plan.after {
        tasks.retain(|task| directed(compare_to(order, task, after)).is_gt());
    }
    let skipped = usize::try_from(plan.offset).unwrap_or(usize::MAX);
    let taken = usize::try_from(query.lookahead()).unwrap_or(usize::MAX);
    let needed = skipped.saturating_add(taken);
    // Who reads a long list page by page need not have all of it sorted for each.
    if needed < tasks.len() {
        tasks.select_nth_unstable_by(needed, compare);
        tasks.truncate(needed);
    }
    tasks.sort_unstable_by(compare);
    tasks.into_iter().skip(skipped).cloned().collect()
}

fn compare(order: TaskOrder, a: &Task, b: &Task) -> Ordering {
    let by = match order {
        TaskOrder::Created => a.created_at.cmp(&b.created_at),
        TaskOrder::Updated => a.updated_at.cmp(&b.updated_at),
        TaskOrder::ExternalId => a.external_task_id.cmp(&b.external_task_id),
    };
    by.then_with(|| a.id.cmp(&b.id))
}

fn compare_to(order: TaskOrder, task: &Task, position: &Position) -> Ordering {
    let by = match &position.by {
        SortValue::Text(text) => task.external_task_id.as_str().cmp(text),
        SortValue::Time(time) if order == TaskOrder::Updated => task.updated_at.cmp(time),
        SortValue::Time(time) => task.created_at.cmp(time),
    };
    by.then_with(|| task.id.cmp(&position.id))
}
