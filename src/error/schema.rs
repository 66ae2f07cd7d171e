//! What a database lacks for the crate to work on it.

use sea_orm::DbErr;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// What tables lack that the crate needs, each thing by its name.
///
/// Migrations report it inside SeaORM's error, since theirs can carry no other;
/// [`in_db_err`](Self::in_db_err) finds it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaMismatch {
    problems: Vec<SchemaProblem>,
}

/// One thing that a table lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaProblem {
    /// The table, with its schema if it was named with one.
    pub table: String,
    /// What it lacks.
    pub fault: SchemaFault,
}

/// What a table can lack.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaFault {
    /// The table is not there, or this user may not see it.
    TableMissing,
    /// The name belongs to a view, or to something else that is no table.
    NotATable,
    /// It has no such column.
    ColumnMissing {
        /// The column.
        column: String,
    },
    /// The column has a type that the crate's values do not fit.
    ColumnType {
        /// The column.
        column: String,
        /// What would fit.
        expected: &'static str,
        /// The type that it has, as the database tells it.
        found: String,
    },
    /// The column, or its unique index, compares text otherwise than byte for byte.
    Collation {
        /// The column.
        column: String,
        /// The collation that is needed.
        expected: &'static str,
        /// The one that is there.
        found: String,
    },
    /// The column may be null, and the crate could not read that.
    Nullable {
        /// The column.
        column: String,
    },
    /// The column may not be null, and the crate writes nulls.
    NotNullable {
        /// The column.
        column: String,
    },
    /// No unique index that counts covers exactly these columns (or, for the task's `id`,
    /// contains it). One that is partial, invalid or deferrable, or is on expressions, does
    /// not count.
    NotUnique {
        /// The columns.
        columns: Vec<String>,
    },
    /// No foreign key refers from the column to the game.
    NoReference {
        /// The column.
        column: String,
        /// The games table.
        parent: String,
        /// Its column.
        parent_column: String,
    },
    /// The foreign key to the game was not validated: older rows may refer to no game.
    ReferenceNotValidated {
        /// The column.
        column: String,
    },
}

impl SchemaMismatch {
    /// `None` where there is no problem.
    #[cfg(feature = "migration")]
    pub(crate) fn of(problems: Vec<SchemaProblem>) -> Option<Self> {
        (!problems.is_empty()).then_some(Self { problems })
    }

    /// All that is missing.
    #[must_use]
    pub fn problems(&self) -> &[SchemaProblem] {
        &self.problems
    }

    /// The mismatch that a migration of the crate reported, if that is what went wrong.
    ///
    /// ```no_run
    /// use game_tasks::{Migrator, SchemaMismatch, sea_orm_migration::MigratorTrait};
    ///
    /// # async fn example(db: game_tasks::sea_orm::DatabaseConnection) {
    /// if let Err(error) = Migrator::up(&db, None).await {
    ///     match SchemaMismatch::in_db_err(&error) {
    ///         Some(mismatch) => println!("{} things are missing", mismatch.problems().len()),
    ///         None => println!("{error}"),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn in_db_err(error: &DbErr) -> Option<&Self> {
        match error {
            DbErr::TryIntoErr { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }
}

/// The one variant of SeaORM's that can carry another error whole.
impl From<SchemaMismatch> for DbErr {
    fn from(mismatch: SchemaMismatch) -> Self {
        Self::TryIntoErr {
            from: "the tables that are there",
            into: "the tables of game-tasks (its README says what to do)",
            source: Arc::new(mismatch),
        }
    }
}

impl std::error::Error for SchemaMismatch {}

impl Display for SchemaMismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl SchemaProblem {
    #[cfg(feature = "migration")]
    pub(crate) fn new(table: &str, fault: SchemaFault) -> Self {
        Self { table: table.to_owned(), fault }
    }
}

impl Display for SchemaProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "table {:?} {}", self.table, self.fault)
    }
}

impl SchemaFault {
    /// The column that it is about, where it is about one.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::TableMissing | Self::NotATable | Self::NotUnique { .. } => None,
            Self::ColumnMissing { column }
            | Self::ColumnType { column, .. }
            | Self::Collation { column, .. }
            | Self::Nullable { column }
            | Self::NotNullable { column }
            | Self::NoReference { column, .. }
            | Self::ReferenceNotValidated { column } => Some(column),
        }
    }
}

impl Display for SchemaFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableMissing => f.write_str("is missing"),
            Self::NotATable => f.write_str("is no table"),
            Self::ColumnMissing { column } => write!(f, "has no column {column:?}"),
            Self::ColumnType { column, expected, found } => {
                write!(f, "has {found} as the type of column {column:?}, not {expected}")
            }
            Self::Collation { column, expected, found } => {
                write!(f, "compares column {column:?} by {found}, not by {expected}")
            }
            Self::Nullable { column } => write!(f, "lets column {column:?} be null"),
            Self::NotNullable { column } => write!(f, "does not let column {column:?} be null"),
            Self::NotUnique { columns } => {
                write!(f, "has no unique index on ({})", columns.join(", "))
            }
            Self::NoReference { column, parent, parent_column } => {
                write!(f, "has no foreign key from {column:?} to {parent_column:?} of {parent:?}")
            }
            Self::ReferenceNotValidated { column } => {
                write!(f, "has a foreign key on {column:?} that was not validated")
            }
        }
    }
}
