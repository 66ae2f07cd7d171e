//! Lists and counts.

use super::sql::{BoundColumns, Decoder, KeyList, Keys, Sql};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{DatabaseError, TaskError};
use crate::query::cursor::{Position, SortValue};
use crate::query::task_query::PageStart;
use crate::query::{Page, TaskFilter, TaskOrder, TaskQuery};
use crate::task::{ParentGame, Task};
use futures_util::future::BoxFuture;
use sea_orm::{DbErr, QueryResult, Statement, Value};
use std::fmt::{self, Display};

/// What a query sorts by: the column, and whether ties are broken by the id.
#[derive(Clone, Copy)]
pub(super) struct Sorting<'n> {
    pub(super) column: &'n str,
    pub(super) has_ties: bool,
    pub(super) is_descending: bool,
}

impl Sql<'_> {
    pub(super) fn sorting(&self, query: &TaskQuery) -> Sorting<'_> {
        let names = self.names;
        let (column, has_ties) = match query.order() {
            TaskOrder::Created => (&names.by_creation.expression, !names.by_creation.is_unique),
            TaskOrder::Updated => (&names.by_change.expression, !names.by_change.is_unique),
            // Unique within a game: to sort by the id as well would cost the index.
            TaskOrder::ExternalId => (&names.external_id, query.filter().game_id.is_none()),
        };
        Sorting { column, has_ties, is_descending: query.is_descending() }
    }

    /// ` AND …`: the task comes after the position, if there is one.
    pub(super) fn and_after<'s>(
        &'s self,
        sorting: Sorting<'s>,
        position: Option<&'s Position<'s>>,
    ) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let Some(position) = position else { return Ok(()) };
            let (names, dialect) = (self.names, self.names.dialect());
            let Sorting { column, has_ties, is_descending } = sorting;
            let compare = if is_descending { "<" } else { ">" };
            let value: Value = match &position.value {
                SortValue::Time(time) if has_ties => dialect.time_parameter(*time),
                SortValue::Time(time) => dialect.sort_key_parameter(*time, position.id),
                SortValue::Text(text) => text.as_ref().into(),
            };
            let (value, id) = (self.bind(value), self.bind(position.id));
            match has_ties {
                true => dialect.write_after(f, column, &names.id, compare, [&value, &id]),
                false => write!(f, " AND {column} {compare} {value}"),
            }
        })
    }
}

/// A page as it was read, before it is decoded.
pub(super) struct PageRows {
    decoder: Decoder,
    rows: Vec<QueryResult>,
    /// Whether more tasks follow.
    has_more: bool,
}

impl PageRows {
    /// Yields now and then to the futures that it is joined with.
    pub(super) async fn decoded(self) -> Result<Vec<Task>, DbErr> {
        self.decoder.decode_cooperatively(self.rows).await
    }

    /// The task that the next page comes after, if there is one.
    pub(super) fn last(&self) -> Result<Option<Task>, DbErr> {
        let last = self.rows.last().filter(|_| self.has_more);
        last.map(|row| self.decoder.decode(row)).transpose()
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn list_page(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let read = self.read_page(query, &query.page_start(self.scope())?).await?;
        let has_more = read.has_more;
        let tasks = read.decoded().await.map_err(|error| self.read_failed(error))?;
        let total = match query.wants_total() {
            true => Some(self.count_matching(query.filter()).await?),
            false => None,
        };
        Ok(query.build_page(self.scope(), tasks, has_more, |task| task, total))
    }

    pub(super) async fn read_page(
        &self,
        query: &TaskQuery,
        start: &PageStart,
    ) -> Result<PageRows, TaskError> {
        let page = |hinted| self.page_statement(query, start, hinted);
        let rows = self.send_hinted(page, C::query_all).await;
        let mut rows = rows.map_err(|error| self.read_failed(error))?;
        let size = usize::try_from(query.page_size()).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        Ok(PageRows { decoder: Decoder::new(self.names(), bound_by(query)), rows, has_more })
    }

    /// Sends a statement that may name an index as a hint, and sends it again without hints if the
    /// index is missing.
    pub(super) async fn send_hinted<'s, T>(
        &'s self,
        statement: impl Fn(bool) -> Statement,
        send: impl Fn(&'s C, Statement) -> BoxFuture<'s, Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let hints = &self.names().hints;
        loop {
            let hinted = hints.are_enabled();
            let sent = send(&self.connection, statement(hinted)).await;
            let Err(error) = &sent else { return sent };
            let error = || DatabaseError::new(self.call(false), error.clone());
            if !hints.disable_if_missing(self.dialect(), hinted, error) {
                return sent;
            }
        }
    }

    fn page_statement(&self, query: &TaskQuery, start: &PageStart, hinted: bool) -> Statement {
        let (sql, names, filter) = (self.sql(), self.names(), query.filter());
        // Citus fails to sort rows of several shards whose columns are cast. The games that a scope looks
        // up are in all of them.
        let returned = match filter.game_id {
            Some(_) if self.scope().is_unrestricted() => names.returned_of_many(bound_by(query)),
            Some(_) | None => names.returned(bound_by(query)),
        };
        let keys = self.keys_of(filter);
        let tasks = sql.tasks_of_keys(keys.as_ref());
        let within_game = filter.game_id.is_some() && filter.keys.is_none();
        let hint = match query.order() {
            _ if start.after.is_none() || !within_game => "",
            TaskOrder::Created => names.hints.by_creation(hinted),
            TaskOrder::ExternalId => names.hints.by_name(hinted),
            TaskOrder::Updated => "",
        };
        let and_filter = sql.and_filter(filter, Keys::Joined);
        let and_in_scope = sql.and_in_scope(self.scope(), "");
        let sorting = sql.sorting(query);
        let and_after = sql.and_after(sorting, start.after.as_ref());
        let order = sorting.order_by(&names.id);
        let limit = limit(&sql, query);
        let offset = sql.bind(as_i64(start.offset));
        let offset = fmt::from_fn(|f| match start.offset {
            0 => Ok(()),
            _ => write!(f, " OFFSET {offset}"),
        });
        sql.statement(format_args!(
            "SELECT {returned} FROM {tasks}{hint} WHERE 1 = 1{and_filter}{and_in_scope}{and_after} \
             ORDER BY {order} LIMIT {limit}{offset}"
        ))
    }

    fn keys_of(&self, filter: &TaskFilter) -> Option<KeyList> {
        filter.keys.as_ref().map(|keys| KeyList::new(self.dialect(), keys))
    }

    pub(super) async fn count_matching(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        filter.validate()?;
        let read = async {
            let row = self.connection.query_one(self.count_statement(filter)).await?;
            row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))
        };
        let count = read.await.map_err(|error| self.read_failed(error))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn count_statement(&self, filter: &TaskFilter) -> Statement {
        let (sql, keys) = (self.sql(), self.keys_of(filter));
        let tasks = sql.tasks_of_keys(keys.as_ref());
        let and_filter = sql.and_filter(filter, Keys::Joined);
        let and_in_scope = sql.and_in_scope(self.scope(), "");
        sql.statement(format_args!(
            "SELECT COUNT(*) FROM {tasks} WHERE 1 = 1{and_filter}{and_in_scope}"
        ))
    }
}

impl Sorting<'_> {
    fn order_by<'s>(self, id: &'s str) -> impl Display + 's
    where
        Self: 's,
    {
        fmt::from_fn(move |f| {
            let direction = if self.is_descending { "DESC" } else { "ASC" };
            write!(f, "{} {direction}", self.column)?;
            if self.has_ties { write!(f, ", {id} {direction}") } else { Ok(()) }
        })
    }
}

/// What a statement of the query binds.
fn bound_by(query: &TaskQuery) -> BoundColumns {
    BoundColumns { id: None, game: query.filter().game_id }
}

/// The page size, written out where it is a multiple of ten: PostgreSQL plans a statement anew each
/// time if its limit is bound. Other sizes are bound, so that there are not too many statements.
fn limit<'s>(sql: &'s Sql<'_>, query: &TaskQuery) -> impl Display + 's {
    let (limit, written_out) = (query.fetch_limit(), query.page_size().is_multiple_of(10));
    fmt::from_fn(move |f| match written_out {
        true => write!(f, "{limit}"),
        false => write!(f, "{}", sql.bind(as_i64(limit))),
    })
}

fn as_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
