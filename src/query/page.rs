//! A page of a list, and how it is built from the rows that were read.

use crate::query::cursor::{Cursor, Position};
use crate::query::task_query::TaskQuery;
use crate::task::{Task, TaskScope};
use serde::{Deserialize, Serialize};

/// The maximum number of tasks on a page.
pub const MAX_PAGE_SIZE: u64 = 1_000;

/// The number of tasks on a page unless the query sets a limit.
pub const DEFAULT_PAGE_SIZE: u64 = 50;

/// A page of a list.
///
/// In JSON it is an object with `items`, and with `next` and `total`, which are `null` without a next
/// page or a total. [`map`](Self::map) converts the tasks to what a response contains, such as a
/// [`TaskView`](crate::TaskView), which omits the API key:
///
/// ```
/// use game_tasks::{Page, TaskView};
/// use serde_json::json;
///
/// let page: Page = Page::new(vec![], None, Some(0));
/// let response: Page<TaskView> = page.map(TaskView::from);
/// assert_eq!(serde_json::to_value(&response)?, json!({"items": [], "next": null, "total": 0}));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// ```
/// use game_tasks::{Page, Task};
///
/// /// What an API of the application returns for a page.
/// fn names(page: Page) -> Page<String> {
///     page.map(|task: Task| task.external_task_id)
/// }
/// assert!(names(Page::new(vec![], None, None)).items.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Page<T = Task> {
    /// The tasks, in the query's order.
    pub items: Vec<T>,
    /// The cursor of the next page, or `None` on the last page.
    pub next: Option<Cursor>,
    /// The number of tasks that match the filter, if the query asked for it.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page with these parts, for implementations of a repository.
    /// [`TaskQuery::paginate`] builds one from a collection of tasks.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<Cursor>, total: Option<u64>) -> Self {
        Self { items, next, total }
    }

    /// Converts each item, and keeps the cursor and the total.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        let items = self.items.into_iter().map(convert).collect();
        Page { items, next: self.next, total: self.total }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl TaskQuery {
    /// Builds the page from at most [`fetch_limit`](Self::fetch_limit) rows: one row more than
    /// the limit means that another page follows.
    pub(crate) fn page_from_rows<T>(
        &self,
        scope: &TaskScope,
        mut rows: Vec<T>,
        task: impl Fn(&T) -> &Task,
        total: Option<u64>,
    ) -> Page<T> {
        let limit = usize::try_from(self.page_size()).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        self.build_page(scope, rows, has_more, task, total)
    }

    /// Builds the page from exactly its items.
    pub(crate) fn build_page<T>(
        &self,
        scope: &TaskScope,
        items: Vec<T>,
        has_more: bool,
        task: impl Fn(&T) -> &Task,
        total: Option<u64>,
    ) -> Page<T> {
        let last = items.last().filter(|_| has_more).map(task);
        let next = last.map(|task| Cursor::after(self, scope, task));
        Page { items, next, total }
    }
}

impl Cursor {
    /// The cursor of the page that follows this task.
    pub(crate) fn after(query: &TaskQuery, scope: &TaskScope, task: &Task) -> Self {
        Self::encode(query, scope, &Position::of(query.order(), task))
    }
}
