//! MariaDB: the application's own columns of the tasks table, where a statement has to name them.
//!
//! A task is changed by an `INSERT` of itself. That fails where a column of the application's needs
//! a value (error 1364) or a `CHECK` constraint needs the row's own (4025), and takes a value of an
//! `AUTO_INCREMENT` column each time. A statement that repeats these columns does neither.

use crate::database::sql::{Sql, quote};
use crate::task::tasks;
use sea_orm::{DbBackend, IdenStatic, Iterable};
use std::sync::{Arc, PoisonError, RwLock};

/// What is known about the application's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum AppColumns {
    /// Nothing: the statement has to see for itself that no value would be generated.
    #[default]
    Unknown,
    /// That none has to be named.
    Omitted,
    /// These have to be named, each after a comma.
    Repeated(Arc<str>),
}

impl AppColumns {
    /// From the names of all columns of the table that are not generated from others.
    pub(crate) fn all<'c>(backend: DbBackend, names: impl IntoIterator<Item = &'c str>) -> Self {
        let own =
            |name: &&str| !tasks::Column::iter().any(|own| own.as_str().eq_ignore_ascii_case(name));
        let names = names.into_iter().filter(own);
        let list: String = names.map(|name| format!(", {}", quote(backend, name))).collect();
        Self::Repeated(list.into())
    }

    pub(crate) fn repeated(&self) -> &str {
        match self {
            Self::Repeated(columns) => columns,
            Self::Unknown | Self::Omitted => "",
        }
    }
}

/// The same, learned once for all repositories that were made of one another.
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

impl Sql<'_> {
    /// ` AND …`: that the `INSERT` would not take a value of an `AUTO_INCREMENT` column.
    pub(crate) fn and_no_value_is_generated(&mut self, columns: &AppColumns) -> &mut Self {
        match columns {
            AppColumns::Unknown => self.push(" AND NOT EXISTS (").generated_columns().push(")"),
            AppColumns::Omitted | AppColumns::Repeated(_) => self,
        }
    }

    /// A query for the table's `AUTO_INCREMENT` columns.
    pub(crate) fn generated_columns(&mut self) -> &mut Self {
        let table = self.names.table;
        self.push("SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE()");
        self.push(" AND table_name = ").bind(table);
        self.push(" AND extra LIKE '%auto_increment%'")
    }

    /// A query for the table's columns that are not generated from others.
    pub(crate) fn columns_with_values(&mut self) -> &mut Self {
        let table = self.names.table;
        self.push("SELECT column_name FROM information_schema.columns");
        self.push(" WHERE table_schema = DATABASE() AND table_name = ").bind(table);
        self.push(" AND is_generated = 'NEVER' ORDER BY ordinal_position")
    }
}
