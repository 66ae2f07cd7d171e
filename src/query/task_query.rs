//! The query of a list: filter, order, page and total.

use crate::error::TaskError;
use crate::query::cursor::{Cursor, Position};
use crate::query::filter::TaskFilter;
use crate::query::order::{SortDirection, TaskOrder};
use crate::query::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};
use crate::task::{Task, TaskScope, ValidationError, ValidationReason};
use uuid::Uuid;

/// Which page of which tasks to list, and in which order.
///
/// A page is addressed by its number, which costs more the higher the number is, or by a
/// cursor, which costs the same at any depth.
///
/// # Cost
///
/// One round trip, and a second one for the total if requested. The crate's own indexes serve
/// lists of *one game* by creation or by external id, in both directions and with or without a
/// scope: these neither scan nor sort the table. Statuses and strategies are then filtered row by
/// row, so that a page of rare values may read many rows. A filter by keys, or by a prefix of the
/// external id within one game, also uses an index.
///
/// All other lists are correct, but cost as much as the table is large: lists of all games scan
/// it, and lists by update sort all matching tasks. With the feature `migration`,
/// `migration::OptInIndex` offers an index for each: `CreatedAt` and `ExternalTaskId` for all
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

/// Where a page begins, as the caller gave it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Start {
    Page(u64),
    After(Cursor),
}

/// Where a page begins, validated and decoded.
pub(crate) struct PageStart {
    pub(crate) offset: u64,
    pub(crate) after: Option<Position<'static>>,
}

impl TaskQuery {
    /// The first page of the tasks that match the filter, oldest first.
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

    /// Sets the order.
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

    /// Sorts the greatest or newest first.
    #[must_use]
    pub fn descending(self) -> Self {
        self.direction(SortDirection::Descending)
    }

    /// Sets the maximum number of tasks on the page: 1 to [`MAX_PAGE_SIZE`].
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// Selects the page with this number; the first is 1. Replaces a cursor.
    #[must_use]
    pub fn page(mut self, number: u64) -> Self {
        self.start = Start::Page(number);
        self
    }

    /// Selects the page that begins at this cursor, a [`Page::next`](crate::Page::next) of the
    /// same query. Replaces a page number.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.start = Start::After(cursor);
        self
    }

    /// Also counts all tasks that match the filter, which costs a second statement.
    #[must_use]
    pub fn with_total(mut self) -> Self {
        self.total = true;
        self
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> &TaskFilter {
        &self.filter
    }

    /// The order.
    #[must_use]
    pub fn order(&self) -> TaskOrder {
        self.order
    }

    /// Whether the greatest or newest comes first.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.direction == SortDirection::Descending
    }

    /// The maximum number of tasks on the page.
    #[must_use]
    pub fn page_size(&self) -> u64 {
        self.limit
    }

    /// Whether the page includes the total.
    #[must_use]
    pub fn wants_total(&self) -> bool {
        self.total
    }

    /// Validates the query and the scope, and decodes the cursor.
    pub(crate) fn page_start(&self, scope: &TaskScope) -> Result<PageStart, TaskError> {
        let refuse = |reason| Err(ValidationError::new("limit", reason).into());
        match self.limit {
            0 => refuse(ValidationReason::TooSmall { min: 1 }),
            1..=MAX_PAGE_SIZE => self.page_start_for_stream(scope),
            _ => refuse(ValidationReason::TooLarge { max: MAX_PAGE_SIZE }),
        }
    }

    /// Like [`page_start`](Self::page_start), but with any limit: a stream reads larger pages.
    pub(crate) fn page_start_for_stream(&self, scope: &TaskScope) -> Result<PageStart, TaskError> {
        let refuse = |field, reason| Err(ValidationError::new(field, reason).into());
        scope.validate()?;
        self.filter.validate()?;
        match &self.start {
            Start::Page(0) => refuse("page", ValidationReason::TooSmall { min: 1 }),
            Start::Page(number) => {
                // On every database the largest OFFSET is an i64.
                let max = i64::MAX as u64 / self.limit.max(1);
                match (number - 1).checked_mul(self.limit) {
                    Some(offset) if *number <= max => Ok(PageStart { offset, after: None }),
                    _ => refuse("page", ValidationReason::TooLarge { max }),
                }
            }
            Start::After(cursor) => {
                let after = cursor.decode(self, scope).map_err(TaskError::InvalidCursor)?;
                Ok(PageStart { offset: 0, after: Some(after) })
            }
        }
    }

    /// The number of rows to read: one more than the page holds, to learn whether another
    /// page follows.
    pub(crate) fn fetch_limit(&self) -> u64 {
        self.limit.saturating_add(1)
    }

    /// The query of a stream's first page. A stream starts at the cursor or at the beginning:
    /// the page number is ignored.
    pub(crate) fn for_stream(&self, page_size: u64) -> Self {
        let mut query = self.clone().limit(page_size);
        if let Start::Page(_) = query.start {
            query.start = Start::Page(1);
        }
        query.total = false;
        query
    }

    /// The query of the page that follows this task.
    pub(crate) fn continue_after(self, scope: &TaskScope, task: &Task) -> Self {
        let cursor = Cursor::after(&self, scope, task);
        self.after(cursor)
    }
}
