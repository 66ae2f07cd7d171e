//! The columns of both tables, derived from their entities, and the migrations that add them.

use crate::database::dialect::{ColumnKind, Dialect};
use crate::task::{games, tasks};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, ColumnType, Iterable, Value};

/// The migration that adds a column to the tasks table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Introduced {
    /// [`CreateTasks`](super::create_tasks::CreateTasks), with the table.
    CreateTasks,
    /// An [`AddColumn`](super::add_column::AddColumn) of this name, which has the form
    /// `m<date>_<number>_game_tasks_add_<column>` and sorts after all earlier migrations.
    #[allow(dead_code, reason = "no column has been added to the first ones yet")]
    AddColumn(&'static str),
}

fn introduced(column: tasks::Column) -> Introduced {
    use tasks::Column;
    match column {
        Column::Id
        | Column::CreatedAt
        | Column::UpdatedAt
        | Column::ApiKeyUsed
        | Column::OauthUserId
        | Column::GameId
        | Column::ExternalTaskId
        | Column::StrategyId
        | Column::Status => Introduced::CreateTasks,
    }
}

/// A column of one of the crate's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnSpec {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
    pub(crate) nullable: bool,
    pub(crate) default: Option<ColumnDefault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnDefault {
    Now,
    Text(String),
}

impl ColumnDefault {
    pub(crate) fn sql(&self, dialect: Dialect) -> String {
        match self {
            Self::Now => dialect.schema_features().current_timestamp.to_owned(),
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

impl ColumnSpec {
    fn of(column: impl ColumnTrait) -> Self {
        let definition = column.def();
        let nullable = definition.is_null();
        let kind = match definition.get_column_type() {
            ColumnType::Uuid => ColumnKind::Uuid,
            ColumnType::TimestampWithTimeZone => ColumnKind::Time,
            ColumnType::String(_) => ColumnKind::Text,
            other => unreachable!("{other:?} needs a `ColumnKind` for column {}", column.as_str()),
        };
        let default = match (kind, definition.get_column_default()) {
            (_, Some(SimpleExpr::Value(Value::String(Some(text))))) => {
                Some(ColumnDefault::Text(text.clone()))
            }
            (_, Some(other)) => {
                unreachable!("{other:?} needs a `ColumnDefault` for column {}", column.as_str())
            }
            // The entity cannot declare it: the expression differs by database.
            (ColumnKind::Time, None) if !nullable => Some(ColumnDefault::Now),
            (_, None) => None,
        };
        Self { name: column.as_str(), kind, nullable, default }
    }

    /// The column in a `CREATE TABLE` or after `ADD COLUMN`.
    pub(super) fn definition(&self, dialect: Dialect) -> String {
        let (name, kind) = (dialect.quote(self.name), dialect.column_type(self.kind));
        let null = if self.nullable { "NULL" } else { "NOT NULL" };
        let default = self.default.as_ref();
        let default =
            default.map_or(String::new(), |value| format!(" DEFAULT {}", value.sql(dialect)));
        format!("{name} {kind} {null}{default}")
    }
}

/// All columns of a task.
pub(super) fn tasks() -> Vec<ColumnSpec> {
    tasks::Column::iter().map(ColumnSpec::of).collect()
}

/// The columns that the tasks table is created with, in the order of their definitions.
pub(crate) fn tasks_as_created() -> Vec<ColumnSpec> {
    let mut columns: Vec<_> = tasks::Column::iter()
        .filter(|column| introduced(*column) == Introduced::CreateTasks)
        .collect();
    // The entity declares the game first, because SeaORM derives the order of the unique key from
    // it; existing tables have it after the external id.
    let game = columns.iter().position(|column| matches!(column, tasks::Column::GameId));
    let name = columns.iter().position(|column| matches!(column, tasks::Column::ExternalTaskId));
    if let (Some(game), Some(name)) = (game, name) {
        columns.swap(game, name);
    }
    columns.into_iter().map(ColumnSpec::of).collect()
}

/// The columns of a task that the migrations before this one introduce.
pub(super) fn tasks_before(migration: &str) -> Vec<ColumnSpec> {
    let is_before = |column: &tasks::Column| match introduced(*column) {
        Introduced::CreateTasks => true,
        Introduced::AddColumn(name) => name < migration,
    };
    tasks::Column::iter().filter(is_before).map(ColumnSpec::of).collect()
}

/// The columns that were added to the tasks table later, each with the name of its migration, in the
/// order of the migrations.
pub(super) fn added_to_tasks() -> Vec<(&'static str, ColumnSpec)> {
    let added = |column| match introduced(column) {
        Introduced::CreateTasks => None,
        Introduced::AddColumn(name) => Some((name, ColumnSpec::of(column))),
    };
    let mut columns: Vec<_> = tasks::Column::iter().filter_map(added).collect();
    columns.sort_unstable_by_key(|(name, _)| *name);
    columns
}

/// All columns of the crate's own games table.
pub(crate) fn games() -> Vec<ColumnSpec> {
    games::Column::iter().map(ColumnSpec::of).collect()
}
