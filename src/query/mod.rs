//! What can be asked: which tasks, in which order, and where a page begins.

pub(crate) mod cursor;
pub(crate) mod filter;
pub(crate) mod page;
mod paginate;

pub use self::cursor::Cursor;
pub use self::filter::{MAX_FILTER_BYTES, MAX_FILTER_VALUES, TaskFilter};
pub use self::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, SortDirection, TaskOrder, TaskQuery};
