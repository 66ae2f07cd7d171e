//! What differs between the databases: one file for each, and here the list of what each has to
//! say.
//!
//! [`Dialect::of`] is the only place where SeaORM's `DbBackend` is matched. A new database is a
//! variant, a file with these functions, and what the compiler then asks for.

mod mariadb;
mod postgres;
mod sqlite;

use crate::error::{FailureKind, TransactionState};
use sea_orm::DbBackend;
use sea_orm::sqlx::error::DatabaseError;
#[cfg(feature = "migration")]
use sea_orm::{Statement, TransactionOptions};

/// A database that the crate works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
    MariaDb,
}

impl Dialect {
    pub(crate) fn of(backend: DbBackend) -> Self {
        match backend {
            DbBackend::Postgres => Self::Postgres,
            DbBackend::MySql => Self::MariaDb,
            // SeaORM has no other backend.
            _ => Self::Sqlite,
        }
    }

    #[allow(dead_code, reason = "used by the next commits")]
    pub(crate) fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
            Self::MariaDb => DbBackend::MySql,
        }
    }
}

/// Declares methods of [`Dialect`], each of which calls the function of the same name in the file
/// of its database.
macro_rules! per_dialect {
    ($($(#[$attribute:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        impl Dialect {
            $($(#[$attribute])*
            pub(crate) fn $name(self $(, $argument: $type)*) $(-> $result)? {
                match self {
                    Self::Sqlite => sqlite::$name($($argument),*),
                    Self::Postgres => postgres::$name($($argument),*),
                    Self::MariaDb => mariadb::$name($($argument),*),
                }
            })*
        }
    };
}

// Statements.
per_dialect! {
    /// Quotes an identifier; a quote in it is doubled.
    fn quote(name: &str) -> String;
}

/// Quotes an identifier with this mark, which is doubled where the name has it.
fn quoted_with(mark: char, name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(mark);
    for c in name.chars() {
        if c == mark {
            quoted.push(mark);
        }
        quoted.push(c);
    }
    quoted.push(mark);
    quoted
}

// ---- Error codes ----
per_dialect! {
    /// What a code means, and the state in which the error leaves the transaction it occurred in.
    fn classify(code: &str, writes: bool) -> (FailureKind, TransactionState);
    /// The code that [`classify`](Self::classify) expects.
    fn error_code(error: &dyn DatabaseError) -> Option<String>;
    /// The constraint that was violated, where the database names it.
    fn violated_constraint(error: &dyn DatabaseError, kind: FailureKind) -> Option<String>;
    /// Whether a statement that failed with this code may have kept some of its changes.
    fn may_be_partly_applied(code: &str) -> bool;
    /// Whether a database that refuses writes goes on doing so.
    fn stays_read_only() -> bool;
    /// Whether repeating the whole transaction can cure a unique violation.
    fn unique_violation_is_retried_with_transaction() -> bool;
}

// ---- Schema ----
#[cfg(feature = "migration")]
mod catalog;

#[cfg(feature = "migration")]
pub(crate) use catalog::{
    CatalogColumn, ColumnKind, MARK, PlannedNames, Resolve, TableMark, TableName,
};
#[cfg(feature = "adopt")]
pub(crate) use postgres::CATALOG as POSTGRES_CATALOG;

#[cfg(feature = "migration")]
per_dialect! {
    fn version_query() -> &'static str;
    /// The product with this version, if it is one that the crate does not support.
    fn unsupported_product(version: &str) -> Option<String>;
    /// Whether GAME, the original system, runs on this database.
    fn is_games_database() -> bool;

    /// The type of a column in a definition.
    fn column_type(kind: ColumnKind) -> &'static str;
    /// The default of a timestamp: now, in UTC.
    fn current_timestamp() -> &'static str;
    /// What follows the closing parenthesis of a `CREATE TABLE`.
    fn table_options() -> &'static str;
    /// How a definition says that a migration of the crate created the table.
    fn mark_table(table: &str) -> TableMark;
    /// What precedes a constraint to give it this name.
    fn constraint_clause(name: &str) -> String;
    /// Whether every DDL statement commits, so that a table has to be created in one.
    fn commits_ddl() -> bool;
    /// Drops an index if it exists. Names are quoted, except for the schema of the index.
    fn drop_index(table: &str, schema: Option<&str>, index: &str) -> String;

    /// Which names of a new tasks table's indexes must be free.
    fn index_names_to_reserve(listing: String, unique: String) -> Vec<String>;
    /// What has a name that a migration is about to give: rows of (name, what it is, whether it is
    /// an index of the table, its columns as JSON, its schema).
    fn name_holders_query(planned: &PlannedNames) -> Statement;
    /// Whether the index of a timestamp is on an expression, which the catalogs show without a name.
    fn indexes_timestamps_by_expression() -> bool;
    /// Finds the trigger on `updated_at`, where the database supports it.
    fn updated_at_trigger_query() -> Option<&'static str>;

    /// Describes what has this name, with its foreign keys to `parent`. The catalogs show a table
    /// to every user who may write to it, not only to its owner.
    fn catalog_query(name: &TableName, resolve: Resolve, parent: &TableName) -> Statement;
    /// Splits a column's row of [`catalog_query`](Self::catalog_query).
    fn base_type_and_collation(detail: &str) -> (String, Option<String>);
    /// Whether both are the name of the same column.
    fn same_column_name(one: &str, other: &str) -> bool;
    /// The types that fit, for errors.
    fn expected_type(kind: ColumnKind) -> &'static str;
    fn type_fits(kind: ColumnKind, column: &CatalogColumn) -> bool;
    /// The collation that a text column must have, where the catalogs show another.
    fn column_collation() -> &'static str;
    /// The collation that a unique index on external ids must have.
    fn unique_index_collation() -> &'static str;
    /// Counts for each column how many of three texts its collation distinguishes, where the
    /// catalogs do not show collations.
    fn collation_probe(table: &TableName, columns: &[&str]) -> Option<Statement>;
    /// What is expected of a table's storage, and what is found, if that breaks a promise.
    fn storage_fault(storage: &str) -> Option<(&'static str, String)>;
    /// Whether a foreign key requires a certain storage of the table that it refers to.
    fn foreign_keys_depend_on_storage() -> bool;
    /// What is expected of a setting, if its value breaks a promise.
    fn expected_setting(name: &str, value: &str) -> Option<&'static str>;
}

// ---- Migration lock ----

/// How processes that migrate the same database at once are kept apart.
#[cfg(feature = "migration")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MigrationLock {
    /// The transaction excludes other writers from its BEGIN on.
    Transaction,
    /// This statement waits for a lock that ends with the transaction.
    Statement(&'static str),
    /// A row in a table, because DDL statements commit and would release any other lock.
    Row,
}

#[cfg(feature = "migration")]
per_dialect! {
    fn migration_lock() -> MigrationLock;
    /// How the transaction that holds the lock begins.
    fn migration_transaction() -> TransactionOptions;
}
