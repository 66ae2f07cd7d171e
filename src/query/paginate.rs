//! Pagination of a collection in memory, for stores that do not sort by themselves.

use crate::error::TaskError;
use crate::query::cursor::Position;
use crate::query::page::Page;
use crate::query::task_query::{PageStart, TaskQuery};
use crate::task::{Task, TaskScope};
use std::cmp::Ordering;

impl TaskQuery {
    /// Selects this query's page from all tasks of a store, given in any order: filters, sorts,
    /// counts and truncates them. The tasks must be those that the scope
    /// [can see](TaskScope::can_see). The page's cursor is bound to the scope.
    ///
    /// Copies only the tasks of the page.
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
    /// [`TaskError::Invalid`] and [`TaskError::InvalidCursor`]; both are returned before any task
    /// is read.
    pub fn paginate<'t>(
        &self,
        scope: &TaskScope,
        tasks: impl IntoIterator<Item = &'t Task>,
    ) -> Result<Page, TaskError> {
        let start = self.page_start(scope)?;
        let matching: Vec<&Task> =
            tasks.into_iter().filter(|task| self.filter().matches(task)).collect();
        let total = self.wants_total().then_some(matching.len() as u64);
        let rows = select_rows(matching, self, &start);
        Ok(self.page_from_rows(scope, rows, |task| task, total))
    }
}

/// The rows from the start of the page, at most [`TaskQuery::fetch_limit`].
fn select_rows(mut tasks: Vec<&Task>, query: &TaskQuery, start: &PageStart) -> Vec<Task> {
    let directed = |ascending: Ordering| {
        if query.is_descending() { ascending.reverse() } else { ascending }
    };
    let order = query.order();
    let compare =
        |a: &&Task, b: &&Task| directed(Position::of(order, a).cmp(&Position::of(order, b)));
    if let Some(after) = &start.after {
        tasks.retain(|task| directed(Position::of(order, task).cmp(after)).is_gt());
    }
    let skipped = usize::try_from(start.offset).unwrap_or(usize::MAX);
    let fetched = usize::try_from(query.fetch_limit()).unwrap_or(usize::MAX);
    let needed = skipped.saturating_add(fetched);
    // Avoids sorting all tasks for each page of a long list.
    if needed < tasks.len() {
        tasks.select_nth_unstable_by(needed, compare);
        tasks.truncate(needed);
    }
    tasks.sort_unstable_by(compare);
    tasks.into_iter().skip(skipped).cloned().collect()
}
