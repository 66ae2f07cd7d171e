//! A page out of a collection in hand, for stores that sort for themselves.

use crate::error::TaskError;
use crate::query::cursor::Position;
use crate::query::page::{Page, PageStart, TaskOrder, TaskQuery};
use crate::task::{Task, TaskScope};
use std::cmp::Ordering;

impl TaskQuery {
    /// The page that this query means out of all tasks of a store, in any order: filtered,
    /// sorted, counted and cut. The tasks must be those that the scope
    /// [sees](TaskScope::can_see); the cursor is bound to the scope.
    ///
    /// ```
    /// use game_tasks::{Game, NewTask, TaskQuery, TaskScope, chrono::Utc};
    ///
    /// let game = Game::new("bees-2026");
    /// let all = TaskScope::unrestricted();
    /// let mut tasks = Vec::new();
    /// for name in ["b", "c", "a"] {
    ///     tasks.push(NewTask::new(game.id, name).to_task(&all, Some(&game), Utc::now())?);
    /// }
    /// let query = TaskQuery::in_game(game.id).limit(2).with_total();
    /// let page = query.paginate(&all, &tasks)?;
    /// assert_eq!((page.items.len(), page.next.is_some(), page.total), (2, true, Some(3)));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`] and [`TaskError::InvalidCursor`], for which no task is looked at.
    pub fn paginate<'t>(
        &self,
        scope: &TaskScope,
        tasks: impl IntoIterator<Item = &'t Task>,
    ) -> Result<Page, TaskError> {
        let start = self.page_start(scope)?;
        let meant: Vec<&Task> =
            tasks.into_iter().filter(|task| self.filter().matches(task)).collect();
        let total = self.wants_total().then_some(meant.len() as u64);
        let rows = rows_of_page(meant, self, &start);
        Ok(self.page_from_rows(scope, rows, |task| task, total))
    }
}

/// The rows of the page that the start begins, and one more where more follow.
fn rows_of_page(mut tasks: Vec<&Task>, query: &TaskQuery, start: &PageStart) -> Vec<Task> {
    let order = query.order();
    let directed = |ascending: Ordering| {
        if query.is_descending() { ascending.reverse() } else { ascending }
    };
    let compare = |a: &&Task, b: &&Task| directed(compare(order, a, b));
    if let Some(after) = &start.after {
        tasks.retain(|task| directed(Position::of(order, task).cmp(after)).is_gt());
    }
    let skipped = usize::try_from(start.offset).unwrap_or(usize::MAX);
    let taken = usize::try_from(query.fetch_limit()).unwrap_or(usize::MAX);
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
