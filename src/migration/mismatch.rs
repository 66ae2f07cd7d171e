//! What the tables of a database lack.

use crate::database::dialect::{Dialect, TableName};
use sea_orm::DbErr;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// What the tables lack that the crate needs.
///
/// Migrations can only fail with SeaORM's error; [`from_db_err`](Self::from_db_err) finds the mismatch
/// inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaMismatch {
    problems: Vec<SchemaProblem>,
    of_game: bool,
}

/// One fault of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaProblem {
    /// The table, with its schema if the application names one.
    pub table: String,
    /// The fault.
    pub fault: SchemaFault,
}

/// A fault of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaFault {
    /// The table does not exist, or this user may not see it.
    TableMissing,
    /// The name belongs to a view, or to something else that is not a table.
    NotATable,
    /// The column is missing.
    ColumnMissing {
        /// The column.
        column: String,
    },
    /// The column has a type that does not fit the crate's values.
    ColumnType {
        /// The column.
        column: String,
        /// The types that fit.
        expected: &'static str,
        /// The type of the column, as the database shows it.
        found: String,
    },
    /// The column, or its unique index, does not compare text byte for byte.
    Collation {
        /// The column.
        column: String,
        /// The required collation.
        expected: &'static str,
        /// The actual collation.
        found: String,
    },
    /// The column is nullable, and the crate cannot read nulls from it.
    Nullable {
        /// The column.
        column: String,
    },
    /// The column is NOT NULL, and the crate writes nulls to it.
    NotNullable {
        /// The column.
        column: String,
    },
    /// No unique index covers exactly these columns (for the task's `id`: contains it). An index that
    /// is partial, invalid or deferrable, or is on expressions, does not count.
    NotUnique {
        /// The columns.
        columns: Vec<String>,
    },
    /// The column has no foreign key to the game.
    NoReference {
        /// The column.
        column: String,
        /// The games table.
        parent: String,
        /// Its column.
        parent_column: String,
    },
    /// The foreign key to the game was not validated: existing rows may violate it.
    ReferenceNotValidated {
        /// The column.
        column: String,
    },
    /// The foreign key to the game is not checked by every statement.
    ReferenceNotEnforced {
        /// The column.
        column: String,
        /// The reason: it is deferred, or its triggers are disabled.
        reason: &'static str,
    },
    /// Something else has a name that a migration gives to the table's type, an index, a foreign key
    /// or a trigger. Rename it.
    NameTaken {
        /// The name.
        name: String,
        /// What has the name, such as `an index of table todos`.
        holder: String,
    },
    /// The table stores its rows in a way that breaks a promise: it loses them in a crash (unlogged,
    /// temporary), has no transactions (MyISAM, Aria), or has child tables, on whose rows its unique
    /// indexes have no effect.
    Storage {
        /// The requirement.
        expected: &'static str,
        /// The actual value.
        found: String,
    },
    /// A PostgreSQL rule replaces statements on the table.
    InsteadRule {
        /// The rule.
        name: String,
    },
    /// A setting of the database or of this connection breaks a promise.
    Setting {
        /// The setting, such as `encoding`, `foreign_keys` or `sql_mode`.
        setting: String,
        /// The requirement.
        expected: &'static str,
        /// The actual value.
        found: String,
    },
}

impl SchemaMismatch {
    /// `None` if there is no problem.
    pub(super) fn of(dialect: Dialect, problems: Vec<SchemaProblem>) -> Option<Self> {
        let of_game = dialect.schema_features().is_games_database && are_of_game(&problems);
        (!problems.is_empty()).then_some(Self { problems, of_game })
    }

    /// One problem.
    pub(crate) fn one(problem: SchemaProblem) -> Self {
        Self { problems: vec![problem], of_game: false }
    }

    /// Whether the tables look like those of GAME, the Python engine: its columns, of which some are
    /// nullable that must not be. `adopt::run` (feature `adopt`) changes them to what the crate
    /// needs. `Display` mentions it.
    #[must_use]
    pub fn can_be_adopted(&self) -> bool {
        self.of_game
    }

    /// All problems.
    #[must_use]
    pub fn problems(&self) -> &[SchemaProblem] {
        &self.problems
    }

    /// The mismatch inside SeaORM's error, if a migration of the crate reported one.
    ///
    /// ```no_run
    /// use game_tasks::{Migrator, SchemaMismatch, sea_orm_migration::MigratorTrait};
    ///
    /// # async fn example(db: game_tasks::sea_orm::DatabaseConnection) {
    /// if let Err(error) = Migrator::up(&db, None).await {
    ///     match SchemaMismatch::from_db_err(&error) {
    ///         Some(mismatch) => println!("{} problems", mismatch.problems().len()),
    ///         None => println!("{error}"),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn from_db_err(error: &DbErr) -> Option<&Self> {
        match error {
            DbErr::TryIntoErr { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }
}

/// `TryIntoErr` is the only variant of SeaORM's error that can carry another error.
impl From<SchemaMismatch> for DbErr {
    fn from(mismatch: SchemaMismatch) -> Self {
        Self::TryIntoErr {
            from: "the existing tables",
            into: "the tables of game-tasks (what to do: `game_tasks::docs::existing_tables`)",
            source: Arc::new(mismatch),
        }
    }
}

impl std::error::Error for SchemaMismatch {}

impl Display for SchemaMismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let problems: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&problems.join("; "))?;
        if self.of_game {
            f.write_str(
                ". These look like tables of GAME: `game_tasks::adopt` (feature `adopt`) changes them \
                 to what is needed",
            )?;
        }
        Ok(())
    }
}

/// Whether adoption corrects all problems, and one of them is typical of GAME.
fn are_of_game(problems: &[SchemaProblem]) -> bool {
    let corrected = |problem: &SchemaProblem| {
        matches!(problem.table.as_str(), "games" | "tasks")
            && matches!(
                problem.fault,
                SchemaFault::Nullable { .. }
                    | SchemaFault::NotUnique { .. }
                    | SchemaFault::Collation { .. }
                    | SchemaFault::NoReference { .. }
                    | SchemaFault::ReferenceNotValidated { .. }
            )
    };
    let typical = |problem: &SchemaProblem| {
        matches!(&problem.fault, SchemaFault::Nullable { column }
            if matches!(column.as_str(), "created_at" | "updated_at" | "gameId"))
    };
    problems.iter().all(corrected) && problems.iter().any(typical)
}

impl SchemaProblem {
    pub(super) fn new(table: &TableName, fault: SchemaFault) -> Self {
        Self { table: table.to_string(), fault }
    }
}

impl Display for SchemaProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "table {:?} {}", self.table, self.fault)
    }
}

impl SchemaFault {
    /// The column that is at fault, if it is one.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::TableMissing
            | Self::NotATable
            | Self::NotUnique { .. }
            | Self::NameTaken { .. }
            | Self::Storage { .. }
            | Self::InsteadRule { .. }
            | Self::Setting { .. } => None,
            Self::ColumnMissing { column }
            | Self::ColumnType { column, .. }
            | Self::Collation { column, .. }
            | Self::Nullable { column }
            | Self::NotNullable { column }
            | Self::NoReference { column, .. }
            | Self::ReferenceNotValidated { column }
            | Self::ReferenceNotEnforced { column, .. } => Some(column),
        }
    }
}

impl Display for SchemaFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableMissing => f.write_str("is missing"),
            Self::NotATable => f.write_str("is not a table"),
            Self::ColumnMissing { column } => write!(f, "has no column {column:?}"),
            Self::ColumnType { column, expected, found } => {
                write!(f, "has a column {column:?} of type {found}, not {expected}")
            }
            Self::Collation { column, expected, found } => {
                write!(f, "compares column {column:?} with {found}, not with {expected}")
            }
            Self::Nullable { column } => write!(f, "has a nullable column {column:?}"),
            Self::NotNullable { column } => write!(f, "has a column {column:?} that is NOT NULL"),
            Self::NotUnique { columns } => {
                write!(f, "has no unique index on ({})", columns.join(", "))
            }
            Self::NoReference { column, parent, parent_column } => {
                write!(f, "has no foreign key from {column:?} to {parent_column:?} of {parent:?}")
            }
            Self::ReferenceNotValidated { column } => {
                write!(f, "has a foreign key on {column:?} that was not validated")
            }
            Self::ReferenceNotEnforced { column, reason } => {
                write!(f, "has a foreign key on {column:?} that is not enforced: {reason}")
            }
            Self::NameTaken { name, holder } => {
                write!(f, "needs the name {name:?}, which {holder} has")
            }
            Self::Storage { expected, found } => write!(f, "is {found}, not {expected}"),
            Self::InsteadRule { name } => {
                write!(f, "has the rule {name:?}, which replaces statements")
            }
            Self::Setting { setting, expected, found } => {
                write!(f, "is used with {setting} = {found:?}, not {expected}")
            }
        }
    }
}
