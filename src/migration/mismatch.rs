//! What a database lacks for the crate to work on it.

use crate::database::dialect::{Dialect, TableName};
use sea_orm::DbErr;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// What tables lack that the crate needs, each thing by its name.
///
/// Migrations report it inside SeaORM's error, since theirs can carry no other;
/// [`from_db_err`](Self::from_db_err) finds it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaMismatch {
    problems: Vec<SchemaProblem>,
    of_game: bool,
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
    /// The foreign key to the game is not checked by each statement.
    ReferenceNotEnforced {
        /// The column.
        column: String,
        /// Why not: it is deferred, or its triggers are disabled.
        reason: &'static str,
    },
    /// A name that the crate gives (of the table's type, an index, a foreign key, a trigger)
    /// belongs to something else. Nothing was changed: rename that.
    NameTaken {
        /// The name.
        name: String,
        /// What has it: `an index of table todos`.
        holder: String,
    },
    /// The table keeps its rows in a way that breaks a promise: it loses them in a crash
    /// (unlogged, temporary), knows no transactions (MyISAM, Aria), or shares them with tables that
    /// inherit from it, where uniqueness ends.
    Storage {
        /// What is needed.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A rule of PostgreSQL's replaces a statement on the table by another.
    InsteadRule {
        /// The rule.
        name: String,
    },
    /// The database, or the connection that was asked, has a setting that breaks a promise.
    Setting {
        /// The setting: `encoding`, `foreign_keys`, `sql_mode`.
        setting: String,
        /// What is needed.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}

impl SchemaMismatch {
    /// `None` where there is no problem.
    pub(super) fn of(dialect: Dialect, problems: Vec<SchemaProblem>) -> Option<Self> {
        let of_game = dialect.is_games_database() && are_of_game(&problems);
        (!problems.is_empty()).then_some(Self { problems, of_game })
    }

    /// Whether the tables have the shape of GAME's, the Python engine: its columns, and nulls
    /// allowed where the crate allows none. `adopt::run` (feature `adopt`) then brings them to
    /// what the crate needs. `Display` says so, too.
    #[must_use]
    pub fn can_be_adopted(&self) -> bool {
        self.of_game
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
    ///     match SchemaMismatch::from_db_err(&error) {
    ///         Some(mismatch) => println!("{} things are missing", mismatch.problems().len()),
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

impl SchemaMismatch {
    /// One problem.
    pub(crate) fn one(problem: SchemaProblem) -> Self {
        Self { problems: vec![problem], of_game: false }
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
        if self.of_game {
            f.write_str(
                ". These look like tables of GAME's: `game_tasks::adopt` (feature `adopt`) brings \
                 them to what is needed",
            )?;
        }
        Ok(())
    }
}

/// Whether nothing is wrong with the crate's two tables but what adoption mends.
fn are_of_game(problems: &[SchemaProblem]) -> bool {
    let mended = |problem: &SchemaProblem| {
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
    let sign = |problem: &SchemaProblem| {
        matches!(&problem.fault, SchemaFault::Nullable { column }
            if matches!(column.as_str(), "created_at" | "updated_at" | "gameId"))
    };
    problems.iter().all(mended) && problems.iter().any(sign)
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
    /// The column that it is about, where it is about one.
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
