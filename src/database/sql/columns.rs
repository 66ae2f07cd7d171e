//! The columns of a task as statements return them, and a task read from a row.

use super::Names;
use crate::database::dialect::Dialect;
use crate::error::UnreadableTimestamp;
use crate::task::tasks::Column;
use crate::task::{Task, TaskKey};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ColumnType, DbErr, IdenStatic, Iterable, QueryResult, TryGetable};
use std::fmt::{self, Display, Formatter};
use std::future::poll_fn;
use std::task::{Context, Poll};
use uuid::Uuid;

/// How many rows are decoded before the other futures of the same task are polled.
const YIELD_EVERY: usize = 256;

/// Values that a statement binds and that a row therefore need not return. Not the external id: an
/// application's own column may compare it by another collation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BoundColumns {
    pub(crate) id: Option<Uuid>,
    pub(crate) game: Option<Uuid>,
}

impl BoundColumns {
    pub(crate) fn by(key: &TaskKey) -> Self {
        match key {
            TaskKey::Id(id) => Self { id: Some(*id), game: None },
            TaskKey::InGame(game, id) => Self { id: Some(*id), game: Some(*game) },
            TaskKey::External(game, _) => Self { id: None, game: Some(*game) },
        }
    }

    fn contains(self, column: Column) -> bool {
        match column {
            Column::Id => self.id.is_some(),
            Column::GameId => self.game.is_some(),
            Column::CreatedAt
            | Column::UpdatedAt
            | Column::ApiKeyUsed
            | Column::OauthUserId
            | Column::ExternalTaskId
            | Column::StrategyId
            | Column::Status => false,
        }
    }

    /// The place of a column in the [returned](returned_columns) ones.
    #[inline]
    fn index_of(self, column: Column) -> usize {
        let index = column as usize;
        let before = |bound: bool, other: Column| usize::from(bound && index > other as usize);
        index - before(self.id.is_some(), Column::Id) - before(self.game.is_some(), Column::GameId)
    }
}

/// Whether a column is a timestamp.
pub(crate) fn is_time(column: impl ColumnTrait) -> bool {
    matches!(column.def().get_column_type(), ColumnType::TimestampWithTimeZone)
}

fn is_text(column: Column) -> bool {
    matches!(column.def().get_column_type(), ColumnType::String(_))
}

/// The columns of a task that a statement returns, separated by commas.
pub(super) fn returned_columns(dialect: Dialect, bound: BoundColumns, many_rows: bool) -> String {
    let columns = Column::iter().filter(|column| !bound.contains(*column));
    let columns = columns.map(|column| {
        let quoted = dialect.quote(column.as_str());
        match column {
            _ if is_time(column) => dialect.readable_time(&quoted),
            _ if is_text(column) && many_rows => quoted + dialect.features().cast_of_many_texts,
            _ => quoted,
        }
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// Writes something for each column of an entity, in their order, separated by commas.
pub(crate) fn each_column<T: Iterable>(
    write: impl Fn(&mut Formatter<'_>, T) -> fmt::Result,
) -> impl Display {
    fmt::from_fn(move |f| {
        for (index, column) in T::iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            write(f, column)?;
        }
        Ok(())
    })
}

/// Reads tasks from rows of the [returned](Names::returned) columns, by their places: to look each
/// up by its name costs as much as to read it.
#[derive(Clone, Copy)]
pub(crate) struct Decoder {
    dialect: Dialect,
    bound: BoundColumns,
}

impl Decoder {
    pub(crate) fn new(names: &Names, bound: BoundColumns) -> Self {
        Self { dialect: names.dialect(), bound }
    }

    #[inline]
    pub(crate) fn decode(self, row: &QueryResult) -> Result<Task, DbErr> {
        let id = self.bound.id.map_or_else(|| self.get(row, Column::Id), Ok)?;
        Ok(Task {
            id,
            created_at: self.get_time(row, Column::CreatedAt, id)?,
            updated_at: self.get_time(row, Column::UpdatedAt, id)?,
            api_key_used: self.get(row, Column::ApiKeyUsed)?,
            oauth_user_id: self.get(row, Column::OauthUserId)?,
            game_id: self.bound.game.map_or_else(|| self.get(row, Column::GameId), Ok)?,
            external_task_id: self.get(row, Column::ExternalTaskId)?,
            strategy_id: self.get(row, Column::StrategyId)?,
            status: self.get(row, Column::Status)?,
        })
    }

    #[inline]
    fn get<T: TryGetable>(self, row: &QueryResult, column: Column) -> Result<T, DbErr> {
        row.try_get_by_index(self.bound.index_of(column))
    }

    #[inline]
    fn get_time(self, row: &QueryResult, column: Column, id: Uuid) -> Result<DateTime<Utc>, DbErr> {
        let time = self.dialect.read_time(row, self.bound.index_of(column))?;
        time.ok_or_else(|| UnreadableTimestamp { id, column: column.as_str() }.into())
    }

    /// Decodes rows while a statement is running in a joined future. A pool may ping a connection
    /// before it sends the statement, and that future must be polled to see the answer.
    pub(crate) async fn decode_cooperatively(
        self,
        rows: Vec<QueryResult>,
    ) -> Result<Vec<Task>, DbErr> {
        let mut tasks = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            if index > 0 && index % YIELD_EVERY == 0 {
                yield_now().await;
            }
            tasks.push(self.decode(&row)?);
        }
        Ok(tasks)
    }
}

/// Yields to joined futures once. Works on every runtime.
async fn yield_now() {
    let mut yielded = false;
    let wait = |context: &mut Context<'_>| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    };
    poll_fn(wait).await;
}
