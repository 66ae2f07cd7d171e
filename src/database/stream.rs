//! All tasks of a query, page by page.
//!
//! The database works on a page while the one before it is decoded; one after the other takes twice
//! as long. No statement is running while the consumer has the tasks, so its loop may write on the
//! same connection, even on a pool of one.

use crate::database::list::PageRows;
use crate::database::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::query::{MAX_PAGE_SIZE, TaskQuery};
use crate::span::span;
use crate::task::{ParentGame, Task};
use futures_util::future;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tracing::Instrument;

/// How many tasks are read at once after the first page. Two such pages are in memory.
const PAGE: u64 = 4 * MAX_PAGE_SIZE;

/// How a stream continues.
enum Next {
    /// With its first page, which is returned as soon as it was read.
    First(TaskQuery),
    Page(TaskQuery),
    /// With a page that was read while the one before it was decoded.
    Read(Read),
    Failed(TaskError),
    End,
}

/// A page as it was read, and the query for the one after it.
struct Read {
    page: PageRows,
    next: Option<TaskQuery>,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) fn stream_ahead(&self, query: &TaskQuery) -> BoxStream<'_, Result<Task, TaskError>> {
        let first = Next::First(query.for_stream(MAX_PAGE_SIZE));
        let pages = stream::try_unfold(first, |next| self.next_page(next));
        pages.map_ok(|tasks| stream::iter(tasks.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn next_page(&self, next: Next) -> Result<Option<(Vec<Task>, Next)>, TaskError> {
        let first = matches!(next, Next::First(_));
        let Read { page, next } = match next {
            Next::First(query) | Next::Page(query) => self.read(&query).await?,
            Next::Read(read) => read,
            Next::Failed(error) => return Err(error),
            Next::End => return Ok(None),
        };
        let decoded = page.decoded();
        let (tasks, next) = match next {
            Some(next) if self.reads_ahead() && !first => {
                // Polled first, so that the statement is on its way.
                let (read, tasks) = future::join(self.read(&next), decoded).await;
                (tasks, read.map_or_else(Next::Failed, Next::Read))
            }
            next => (decoded.await, next.map_or(Next::End, Next::Page)),
        };
        Ok(Some((tasks.map_err(|error| self.read_failed(error))?, next)))
    }

    /// SQLite runs in the process, and its driver holds no more than 50 rows.
    fn reads_ahead(&self) -> bool {
        !self.dialect().features().has_single_writer
    }

    async fn read(&self, query: &TaskQuery) -> Result<Read, TaskError> {
        let read = async {
            let page = self.read_page(query, &query.page_start_for_stream(self.scope())?).await?;
            let last = page.last().map_err(|error| self.read_failed(error))?;
            let later = if self.reads_ahead() { PAGE } else { MAX_PAGE_SIZE };
            let next = last.map(|last| query.for_stream(later).continue_after(self.scope(), &last));
            Ok(Read { page, next })
        };
        read.instrument(span!("list")).await
    }
}
