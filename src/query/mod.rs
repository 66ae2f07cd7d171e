//! What can be queried: which tasks, in which order, and which page of them.

pub(crate) mod cursor;
pub(crate) mod filter;
mod order;
mod page;
mod paginate;
mod query_serde;
pub(crate) mod task_query;

pub use self::cursor::Cursor;
pub use self::filter::{MAX_FILTER_BYTES, MAX_FILTER_VALUES, TaskFilter};
pub use self::order::{SortDirection, TaskOrder};
pub use self::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page};
pub use self::task_query::TaskQuery;
