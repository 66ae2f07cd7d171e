//! Lists: what is asked, where it goes on, and what comes back.

use crate::error::TaskError;
use crate::query::cursor::{Cursor, Position};
use crate::query::filter::TaskFilter;
use crate::task::{Task, TaskScope, ValidationError, ValidationReason};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most tasks that a page may have.
pub const MAX_PAGE_SIZE: u64 = 1_000;

/// How many tasks a page has unless the query says otherwise.
pub const DEFAULT_PAGE_SIZE: u64 = 50;

/// What a list is sorted by. Ties are broken by the id, in the same direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaskOrder {
    /// When the task was created.
    #[default]
    Created,
    /// The caller's name for it, byte for byte.
    ExternalId,
    /// When it was last changed. A task that is changed while a list is read by cursor
    /// can appear twice or, descending, be missed.
    Updated,
}

/// Which end of the order comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortDirection {
    /// Smallest, oldest first.
    #[default]
    Ascending,
    /// Greatest, newest first.
    Descending,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Start {
    Page(u64),
    After(Cursor),
}

/// A page of tasks to be listed.
///
/// Pages are reached by number, which costs more the further they are, or by cursor,
/// which costs the same at any depth.
///
/// # What it costs
///
/// One round trip, and another for the total if it is asked for. By the crate's own indexes
/// the tasks of *one game* are read by creation or by external id, with a scope or without, in
/// both directions, and nothing is scanned or sorted; statuses and strategies are then looked at
/// task by task, so that a page of rare ones may pass over many. A filter by keys, or by a prefix
/// of the external id in one game, leads to its tasks, too.
///
/// Everything else is right, and as slow as the number of tasks: lists of all games scan the
/// table, and a list by update sorts what it means. With the feature `migration`,
/// `migration::OptInIndex` has the index for each: `CreatedAt` and `ExternalTaskId` for all
/// games, `GameUpdatedAt` and `UpdatedAt` for lists by update, `Status` for one status of all
/// games.
///
/// ```
/// use game_tasks::{TaskFilter, TaskOrder, TaskQuery};
///
/// let game_id = uuid::Uuid::now_v7();
/// let newest_open = TaskQuery::new(TaskFilter::in_game(game_id).statuses(["open"]))
///     .order_by(TaskOrder::Created)
///     .descending()
///     .limit(20);
/// assert_eq!(newest_open.page_size(), 20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaskQuery {
    filter: TaskFilter,
    order: TaskOrder,
    direction: SortDirection,
    limit: u64,
    start: Start,
    total: bool,
}

impl TaskQuery {
    /// The first page of the tasks that the filter means, oldest first.
    #[must_use]
    pub fn new(filter: TaskFilter) -> Self {
        Self {
            filter,
            order: TaskOrder::default(),
            direction: SortDirection::default(),
            limit: DEFAULT_PAGE_SIZE,
            start: Start::Page(1),
            total: false,
        }
    }

    /// The first page of a game's tasks, oldest first.
    #[must_use]
    pub fn in_game(game_id: Uuid) -> Self {
        Self::new(TaskFilter::in_game(game_id))
    }

    /// Sorts by this.
    #[must_use]
    pub fn order_by(mut self, order: TaskOrder) -> Self {
        self.order = order;
        self
    }

    /// Sets the direction.
    #[must_use]
    pub fn direction(mut self, direction: SortDirection) -> Self {
        self.direction = direction;
        self
    }

    /// Greatest, newest first.
    #[must_use]
    pub fn descending(self) -> Self {
        self.direction(SortDirection::Descending)
    }

    /// How many tasks the page may have: 1 to [`MAX_PAGE_SIZE`].
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// The page of this number, from 1.
    #[must_use]
    pub fn page(mut self, number: u64) -> Self {
        self.start = Start::Page(number);
        self
    }

    /// The page that follows where this cursor was given.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.start = Start::After(cursor);
        self
    }

    /// Counts all tasks that the filter means too, for one statement more.
    #[must_use]
    pub fn with_total(mut self) -> Self {
        self.total = true;
        self
    }

    /// The same list from its cursor or its beginning, in pages of another size.
    pub(crate) fn for_stream(&self, size: u64) -> Self {
        let mut query = self.clone().limit(size);
        if let Start::Page(_) = query.start {
            query.start = Start::Page(1);
        }
        query.total = false;
        query
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> &TaskFilter {
        &self.filter
    }

    /// What it sorts by.
    #[must_use]
    pub fn order(&self) -> TaskOrder {
        self.order
    }

    /// Whether the greatest comes first.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.direction == SortDirection::Descending
    }

    /// How many tasks the page may have.
    #[must_use]
    pub fn page_size(&self) -> u64 {
        self.limit
    }

    /// Whether all tasks are counted too.
    #[must_use]
    pub fn wants_total(&self) -> bool {
        self.total
    }

    /// Judges the query, and reads its cursor.
    pub(crate) fn page_start(&self, scope: &TaskScope) -> Result<PageStart, TaskError> {
        let refuse = |reason| Err(ValidationError::new("limit", reason).into());
        match self.limit {
            0 => refuse(ValidationReason::TooSmall { min: 1 }),
            1..=MAX_PAGE_SIZE => self.page_start_for_stream(scope),
            _ => refuse(ValidationReason::TooLarge { max: MAX_PAGE_SIZE }),
        }
    }

    /// The same without a word on the size of the page.
    pub(crate) fn page_start_for_stream(&self, scope: &TaskScope) -> Result<PageStart, TaskError> {
        let refuse = |field, reason| Err(ValidationError::new(field, reason).into());
        scope.validate()?;
        self.filter.validate()?;
        match &self.start {
            Start::Page(0) => refuse("page", ValidationReason::TooSmall { min: 1 }),
            Start::Page(number) => {
                // What an OFFSET may be on every database.
                let max = i64::MAX as u64 / self.limit.max(1);
                match (number - 1).checked_mul(self.limit) {
                    Some(offset) if *number <= max => Ok(PageStart { offset, after: None }),
                    _ => refuse("page", ValidationReason::TooLarge { max }),
                }
            }
            Start::After(cursor) => {
                let after = cursor.read(self, scope).map_err(TaskError::InvalidCursor)?;
                Ok(PageStart { offset: 0, after: Some(after) })
            }
        }
    }

    /// How many rows to read so that one sees whether more follow.
    pub(crate) fn fetch_limit(&self) -> u64 {
        self.limit.saturating_add(1)
    }

    /// What comes after a task.
    pub(crate) fn continue_after(self, scope: &TaskScope, task: &Task) -> Self {
        let cursor = Cursor::write(&self, scope, &Position::of(self.order, task));
        self.after(cursor)
    }

    /// Makes a page of the rows that were read, one more than its size where more follow.
    pub(crate) fn page_from_rows<T>(
        &self,
        scope: &TaskScope,
        mut rows: Vec<T>,
        task: impl Fn(&T) -> &Task,
        total: Option<u64>,
    ) -> Page<T> {
        let size = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        self.build_page(scope, rows, more, task, total)
    }

    /// The same of rows that are no more than its size, where it is known whether more follow.
    pub(crate) fn build_page<T>(
        &self,
        scope: &TaskScope,
        items: Vec<T>,
        more: bool,
        task: impl Fn(&T) -> &Task,
        total: Option<u64>,
    ) -> Page<T> {
        let last = items.last().filter(|_| more);
        let next = last.map(|row| Cursor::write(self, scope, &Position::of(self.order, task(row))));
        Page { items, next, total }
    }
}

/// A query that was found sound: where its page begins.
pub(crate) struct PageStart {
    pub(crate) offset: u64,
    pub(crate) after: Option<Position>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T = Task> {
    /// The tasks, in order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` where there is none.
    pub next: Option<Cursor>,
    /// How many tasks the filter means, where that was asked for.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page as a store has found it. [`TaskQuery::paginate`] makes one of a collection.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<Cursor>, total: Option<u64>) -> Self {
        Self { items, next, total }
    }

    /// The same page with each task made into something else.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        let items = self.items.into_iter().map(make).collect();
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
