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
/// # JSON and query strings
///
/// One flat object: the members of [`TaskFilter`], and these. Unknown members are errors, as those of
/// a filter.
///
/// | name | value | default |
/// |---|---|---|
/// | `order` | a [`TaskOrder`]: `created`, `externalTaskId`, `updated` | `created` |
/// | `direction` | a [`SortDirection`]: `asc`, `desc` | `asc` |
/// | `limit` | a number | 50 |
/// | `page` | a number; not with `cursor` | 1 |
/// | `cursor` | the text of a [`Cursor`], [`Page::next`](crate::Page::next) of the page before | |
/// | `withTotal` | `true`, `false` | `false` |
///
/// A member that has its default is left out when a query is serialized. Numbers and flags are also
/// read from text. The values are validated when the query is used, or by
/// [`validate`](Self::validate).
///
/// ```
/// use game_tasks::{TaskFilter, TaskOrder, TaskQuery};
///
/// let text = "status=open&status=closed&order=updated&direction=desc&limit=20";
/// let query: TaskQuery = serde_urlencoded::from_str(text)?;
/// let filter = TaskFilter::all().statuses(["open", "closed"]);
/// let expected = TaskQuery::new(filter).order_by(TaskOrder::Updated).descending().limit(20);
/// assert_eq!(query, expected);
///
/// let json = serde_json::json!({
///     "status": ["closed", "open"], "order": "updated", "direction": "desc", "limit": 20,
/// });
/// assert_eq!(serde_json::to_value(&query)?, json);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Example
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
    pub(super) filter: TaskFilter,
    pub(super) order: TaskOrder,
    pub(super) direction: SortDirection,
    pub(super) limit: u64,
    pub(super) start: Start,
    pub(super) total: bool,
}

pub(super) const FIRST_PAGE: u64 = 1;

/// Where a page begins, as the caller gave it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Start {
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
            start: Start::Page(FIRST_PAGE),
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

    /// Validates limit, filter and page number, for instance of a query that a client sent. Every
    /// repository does so before it lists tasks. The cursor is validated only then, since it also
    /// depends on the scope of the repository.
    ///
    /// ```
    /// use game_tasks::TaskQuery;
    ///
    /// let query: TaskQuery = serde_urlencoded::from_str("limit=5000")?;
    /// let error = query.validate().expect_err("more than MAX_PAGE_SIZE");
    /// assert_eq!(error.to_string(), "limit must be at most 1000");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ValidationError`] with the field and the reason.
    pub fn validate(&self) -> Result<(), ValidationError> {
        self.check_limit()?;
        self.filter.validate()?;
        match &self.start {
            Start::Page(number) => self.offset(*number).map(drop),
            Start::After(_) => Ok(()),
        }
    }

    fn check_limit(&self) -> Result<(), ValidationError> {
        let refuse = |reason| Err(ValidationError::new("limit", reason));
        match self.limit {
            0 => refuse(ValidationReason::TooSmall { min: 1 }),
            1..=MAX_PAGE_SIZE => Ok(()),
            _ => refuse(ValidationReason::TooLarge { max: MAX_PAGE_SIZE }),
        }
    }

    /// How many tasks precede the page with this number.
    fn offset(&self, number: u64) -> Result<u64, ValidationError> {
        let refuse = |reason| Err(ValidationError::new("page", reason));
        let Some(preceding) = number.checked_sub(FIRST_PAGE) else {
            return refuse(ValidationReason::TooSmall { min: FIRST_PAGE });
        };
        // On every database the largest OFFSET is an i64.
        let max = i64::MAX as u64 / self.limit.max(1);
        match preceding.checked_mul(self.limit) {
            Some(offset) if number <= max => Ok(offset),
            _ => refuse(ValidationReason::TooLarge { max }),
        }
    }

    /// Validates the query and the scope, and decodes the cursor.
    pub(crate) fn page_start(&self, scope: &TaskScope) -> Result<PageStart, TaskError> {
        self.check_limit()?;
        self.page_start_for_stream(scope)
    }

    /// Like [`page_start`](Self::page_start), but with any limit: a stream reads larger pages.
    pub(crate) fn page_start_for_stream(&self, scope: &TaskScope) -> Result<PageStart, TaskError> {
        scope.validate()?;
        self.filter.validate()?;
        match &self.start {
            Start::Page(number) => Ok(PageStart { offset: self.offset(*number)?, after: None }),
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
            query.start = Start::Page(FIRST_PAGE);
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
