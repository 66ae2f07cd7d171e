//! The application's own columns of the tasks table, where a statement has to name them.
//!
//! On MariaDB a task is changed by an `INSERT` of itself. That fails where a column of the
//! application's needs a value (error 1364) or a `CHECK` constraint needs the row's own value (4025),
//! and takes a new value of an `AUTO_INCREMENT` column each time. Repeating these columns in the
//! statement avoids all three.

use super::Names;
use crate::task::tasks;
use sea_orm::{IdenStatic, Iterable};
use std::sync::{Arc, PoisonError, RwLock};

/// Queries for the columns of a table. The table's name is their parameter.
pub(crate) struct AppColumnQueries {
    /// Columns whose values an insert would generate.
    pub(crate) generated: String,
    /// The names of all columns that are not generated from others.
    pub(crate) stored: &'static str,
}

/// What is known about the application's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum AppColumns {
    /// Nothing: the statement itself checks that no value would be generated.
    #[default]
    Unknown,
    /// No column has to be repeated.
    NotNeeded,
    /// These columns have to be repeated, each after a comma.
    Repeated(Arc<str>),
}

impl AppColumns {
    /// From the names of all stored columns of the table.
    pub(crate) fn new<'c>(names: &Names, columns: impl IntoIterator<Item = &'c str>) -> Self {
        let is_task_column =
            |name: &str| tasks::Column::iter().any(|own| own.as_str().eq_ignore_ascii_case(name));
        let columns = columns.into_iter().filter(|name| !is_task_column(name));
        let list: String = columns.map(|name| format!(", {}", names.dialect.quote(name))).collect();
        Self::Repeated(list.into())
    }

    /// The columns to repeat, each after a comma.
    pub(crate) fn repeated(&self) -> &str {
        match self {
            Self::Repeated(columns) => columns,
            Self::Unknown | Self::NotNeeded => "",
        }
    }
}

/// The same, learned once and shared by all repositories that were made from one another.
#[derive(Debug, Default)]
pub(crate) struct LearnedColumns(RwLock<AppColumns>);

impl LearnedColumns {
    pub(crate) fn get(&self) -> AppColumns {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, columns: AppColumns) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = columns;
    }
}
