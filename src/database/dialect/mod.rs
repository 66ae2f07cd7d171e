//! What differs between the databases: one file for each, and here the list of what each provides.
//!
//! [`Dialect::of`] is the only place where SeaORM's `DbBackend` is matched. To add a database, add a
//! variant and a file; the compiler then names every function that the file lacks.

mod mariadb;
mod mysql;
mod postgres;
mod sqlite;

use super::bulk_change::BulkChange;
use super::bulk_create::Insert;
use super::sql::{Rows, SortKey, Sql, StoredTime, Values};
use super::update::Update;
use crate::error::{DatabaseError, FailureKind, TransactionState};
use chrono::{DateTime, Utc};
#[cfg(feature = "migration")]
use sea_orm::TransactionOptions;
use sea_orm::{DbBackend, DbErr, QueryResult, Statement, Value, sqlx};
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

/// A database that the crate works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
    MariaDb,
    MySql,
}

impl Dialect {
    /// The dialect of a backend. SeaORM has one for MariaDB and MySQL: the statements of both are the
    /// same but for those that write, and [`is_refused_by_mysql`](Self::is_refused_by_mysql) and
    /// `of_version` tell them apart.
    pub(crate) fn of(backend: DbBackend) -> Self {
        match backend {
            DbBackend::Postgres => Self::Postgres,
            DbBackend::MySql => Self::MariaDb,
            // SeaORM has no other backend.
            _ => Self::Sqlite,
        }
    }

    /// The dialect of the database whose driver made this error, where nothing else names it. No driver
    /// is a dependency of the crate, so its error is recognized by its form instead of its type.
    pub(crate) fn of_error(error: &dyn sqlx::error::DatabaseError) -> Option<Self> {
        // MariaDB and MySQL have one driver, and their errors the same meaning.
        let candidates = [Self::Sqlite, Self::MariaDb, Self::Postgres];
        candidates.into_iter().find(|dialect| dialect.has_form_of_driver(error))
    }

    pub(crate) fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
            Self::MariaDb | Self::MySql => DbBackend::MySql,
        }
    }

    /// Whether a statement of this dialect failed because the server is MySQL instead of MariaDB: it
    /// cannot parse `RETURNING`. A MariaDB that cannot parse a statement names itself.
    pub(crate) fn is_refused_by_mysql(self, error: &DatabaseError) -> bool {
        self == Self::MariaDb
            && error.has_code(Some("1064"))
            && !error.source_message().contains("MariaDB")
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
                    Self::MySql => mysql::$name($($argument),*),
                }
            })*
        }
    };
}

/// What a database can do, and how it behaves.
#[derive(Debug)]
pub(crate) struct Features {
    /// What follows a column of text where it is compared or sorted byte for byte.
    pub(crate) byte_collation: &'static str,
    /// What follows a column of text where a statement returns many rows.
    pub(crate) cast_of_many_texts: &'static str,
    /// A join that keeps its order. Otherwise a database may scan the tasks and look each of them up
    /// in the parameter.
    pub(crate) ordered_join: &'static str,
    /// What ends a query in a transaction that must read the latest committed rows.
    pub(crate) current_read_lock: &'static str,
    /// Whether statements can return the rows that they wrote. Otherwise the rows of an insert are taken
    /// to be stored as sent, unless the answer shows that triggers may have changed them, and a task is
    /// changed or deleted [where it is still as it was read](super::as_read).
    pub(crate) writes_return_rows: bool,
    /// Whether an insert can ignore conflicts (`ON CONFLICT DO NOTHING`).
    pub(crate) inserts_can_ignore_conflicts: bool,
    /// Whether such an insert costs no more than one that a conflict fails.
    pub(crate) ignoring_conflicts_is_free: bool,
    /// Whether the driver reads a query to its end although it returns only the first row.
    pub(crate) query_one_reads_to_end: bool,
    /// Whether a unique violation aborts the transaction.
    pub(crate) conflicts_abort_transactions: bool,
    /// Whether a trigger or a row security policy can make the database skip a row without an
    /// error.
    pub(crate) rows_can_be_skipped: bool,
    /// Whether a statement can find out, after a failure, if the transaction is still open.
    pub(crate) can_probe_transactions: bool,
    /// Whether the database has row security policies.
    pub(crate) has_row_security: bool,
    /// Whether the answer of an upsert does not tell which rows it changed, so that what exists must be
    /// read before it.
    pub(crate) reads_before_upserts: bool,
    /// Whether an insert that reports no conflict has stored its rows as they were sent, so that
    /// they need not be read back.
    pub(crate) inserts_store_rows_as_sent: bool,
    /// Whether an insert of all rows or none is cheaper than one that ignores conflicts.
    pub(crate) optimistic_inserts_are_cheaper: bool,
    /// Whether the database has a single writer, and no other works while one writes.
    pub(crate) has_single_writer: bool,
    /// Whether rows are locked as they are read, so that bulk changes by id look up the names first.
    pub(crate) locks_rows_as_it_reads: bool,
    /// Whether a database that refuses writes goes on doing so.
    pub(crate) stays_read_only: bool,
    /// The code of a statement that names an index which does not exist.
    pub(crate) missing_index_code: Option<&'static str>,
    /// The code of a statement of [`Dialect::insert_many`] that failed because some of its rows were
    /// skipped.
    pub(crate) incomplete_insert_code: Option<&'static str>,
    /// The code of a dry run of [`Dialect::insert_many`] in which all rows could be written.
    pub(crate) complete_dry_run_code: Option<&'static str>,
    /// The catalog of tables that are distributed over several servers, and the codes of a statement that
    /// failed because it locks rows of such a table.
    pub(crate) distribution_catalog: Option<&'static str>,
    pub(crate) refused_locks_codes: &'static [&'static str],
    /// The code of a statement that a row security policy or a missing privilege refused.
    pub(crate) denied_code: Option<&'static str>,
}

impl Dialect {
    pub(crate) fn features(self) -> &'static Features {
        match self {
            Self::Sqlite => &sqlite::FEATURES,
            Self::Postgres => &postgres::FEATURES,
            Self::MariaDb => &mariadb::FEATURES,
            Self::MySql => &mysql::FEATURES,
        }
    }
}

// ---- Names and values ----

per_dialect! {
    /// Quotes an identifier; a quote in it is doubled.
    fn quote(name: &str) -> String;
    /// Writes the placeholder of the parameter with this number, from 1.
    fn write_placeholder(f: &mut Formatter<'_>, number: usize) -> fmt::Result;
    /// The same with the type of its value, where a database may be unable to infer it.
    fn write_typed_placeholder(f: &mut Formatter<'_>, number: usize, value: &Value) -> fmt::Result;
    /// Writes that a column of the application's equals a text, byte for byte.
    fn write_text_equals(f: &mut Formatter<'_>, column: &str, text: &dyn Display) -> fmt::Result;
}

// ---- Timestamps ----

per_dialect! {
    /// A timestamp column where it is compared for equality.
    fn comparable_time(column: &str) -> String;
    /// What lists by a timestamp column sort by.
    fn sort_key(column: &str, id: &str) -> SortKey;
    /// A timestamp column where a statement returns it, for [`Dialect::read_time`]: nothing that
    /// the driver panics on.
    fn readable_time(column: &str) -> String;
    /// The same where SeaORM reads it, as the type of the entity's column.
    fn readable_time_of_driver(column: &str) -> String;
    /// The condition that a timestamp can be read: a statement that returns what it wrote must not
    /// write a row that it cannot return.
    fn time_is_readable(column: &str) -> String;
    /// A time that is compared with a timestamp column. A time outside of the database's range
    /// becomes its first or last, since no row has one outside.
    fn time_parameter(time: DateTime<Utc>) -> Value;
    /// A time and the id of a task that are compared with a unique [`SortKey`].
    fn sort_key_parameter(time: DateTime<Utc>, id: Uuid) -> Value;
    /// Reads a timestamp that was returned as [`Dialect::readable_time`]; `None` for one that a
    /// `DateTime<Utc>` cannot hold.
    fn read_time(row: &QueryResult, index: usize) -> Result<Option<DateTime<Utc>>, DbErr>;
    /// Writes the later of now and a microsecond after the stored time, so that `updated_at` grows
    /// whatever the clocks of the writers say.
    fn write_next_updated_at(
        f: &mut Formatter<'_>,
        sql: &Sql<'_>,
        now: DateTime<Utc>,
        stored: &StoredTime,
    ) -> fmt::Result;
    /// The same in an `ON CONFLICT`.
    fn write_next_updated_at_on_conflict(
        f: &mut Formatter<'_>,
        sql: &Sql<'_>,
        now: DateTime<Utc>,
        stored: &StoredTime,
    ) -> fmt::Result;
}

// ---- Parts of statements ----

per_dialect! {
    /// Encodes rows as parameters. A column but the first is sent once if all its values are equal.
    fn encode_rows(columns: Vec<(&'static str, Values<'_>)>) -> Rows;
    /// Writes encoded rows as a subquery whose column `n` numbers them from 0.
    fn write_rows(f: &mut Formatter<'_>, sql: &Sql<'_>, rows: &Rows) -> fmt::Result;
    /// Writes that a task has the game `g` and the external id `e` of a row.
    fn write_same_game_and_name(
        f: &mut Formatter<'_>,
        row: &str,
        game_id: &str,
        external_id: &str,
    ) -> fmt::Result;
    /// Writes that a task has the game `g` and the id `a` of a row.
    fn write_same_game_and_id(
        f: &mut Formatter<'_>,
        row: &str,
        game_id: &str,
        id: &str,
    ) -> fmt::Result;
    /// Writes that a task comes after (`>`) or before (`<`) a position: a value of the column that
    /// the list sorts by, and an id that breaks ties.
    fn write_after(
        f: &mut Formatter<'_>,
        column: &str,
        id: &str,
        compare: &str,
        position: [&dyn Display; 2],
    ) -> fmt::Result;
    /// A hint that has a statement start within an index; `None` where none is needed.
    fn force_index(index: &str) -> Option<String>;
}

// ---- Statements ----

per_dialect! {
    /// Changes a task and returns it; `None` on a database whose statements return no rows.
    fn update(sql: &Sql<'_>, update: &Update<'_>) -> Option<Statement>;
    /// Inserts many tasks and returns the rows that it wrote, where a statement can.
    fn insert_many(sql: &Sql<'_>, insert: &Insert<'_>) -> Statement;
    /// Changes or deletes many tasks.
    fn bulk_change(sql: &Sql<'_>, change: &BulkChange<'_>) -> Statement;
    /// A query for columns whose values [`Dialect::update`] would generate anew. The table's name is its
    /// parameter.
    fn generated_columns() -> Option<String>;
    /// A query for triggers of the table that may skip an inserted row, where the database has no
    /// other way to notice that. The table's name is its parameter.
    fn skipping_triggers() -> Option<String>;
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
    fn error_code(error: &dyn sqlx::error::DatabaseError) -> Option<String>;
    /// Whether an error has the form that this database's driver gives to its errors: its code, and its
    /// `Display` around the server's message.
    fn has_form_of_driver(error: &dyn sqlx::error::DatabaseError) -> bool;
    /// The constraint that was violated, where the database names it.
    fn violated_constraint(error: &dyn sqlx::error::DatabaseError, kind: FailureKind) -> Option<String>;
    /// Whether a statement that failed with this code may have kept some of its changes.
    fn may_be_partly_applied(code: &str) -> bool;
}

#[cfg(feature = "migration")]
per_dialect! {
    /// Whether a migration that fails with this code does so because of a connection pooler through
    /// which the crate cannot work; `None` if only a second attempt can tell.
    fn is_unsupported_pooler(code: &str) -> Option<bool>;
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

/// How a database defines tables.
#[cfg(feature = "migration")]
#[derive(Debug)]
pub(crate) struct SchemaFeatures {
    pub(crate) version_query: &'static str,
    /// The oldest product that the crate supports, for errors.
    pub(crate) needs: &'static str,
    /// Whether GAME, the original system, runs on this database.
    pub(crate) is_games_database: bool,
    /// What creates an index if there is none of its name, where the database can.
    pub(crate) create_index: &'static str,
    /// The default of a timestamp: now, in UTC.
    pub(crate) current_timestamp: &'static str,
    /// What follows the closing parenthesis of a `CREATE TABLE`.
    pub(crate) table_options: &'static str,
    /// Whether every DDL statement commits, so that a table has to be created in one.
    pub(crate) commits_ddl: bool,
    /// Whether the index of a timestamp is on an expression, which the catalogs show without a name.
    pub(crate) indexes_timestamps_by_expression: bool,
    /// Finds the trigger on `updated_at`, where the database supports it.
    pub(crate) updated_at_trigger_query: Option<&'static str>,
    /// The collation that a text column must have, where the catalogs show another.
    pub(crate) column_collation: &'static str,
    /// The collation that a unique index on external ids must have.
    pub(crate) unique_index_collation: &'static str,
    /// Whether a foreign key requires a certain storage of the table that it refers to.
    pub(crate) foreign_keys_depend_on_storage: bool,
    pub(crate) migration_lock: MigrationLock,
}

#[cfg(feature = "migration")]
impl Dialect {
    pub(crate) fn schema_features(self) -> &'static SchemaFeatures {
        match self {
            Self::Sqlite => &sqlite::SCHEMA_FEATURES,
            Self::Postgres => &postgres::SCHEMA_FEATURES,
            Self::MariaDb => &mariadb::SCHEMA_FEATURES,
            Self::MySql => &mysql::SCHEMA_FEATURES,
        }
    }
}

#[cfg(feature = "migration")]
per_dialect! {
    /// The dialect of a server with this version, where several servers have one backend.
    fn of_version(version: &str) -> Dialect;
    /// The name of the product with this version, if the crate does not support it.
    fn unsupported_product(version: &str) -> Option<String>;

    /// The type of a column in a definition.
    fn column_type(kind: ColumnKind) -> &'static str;
    /// How a definition says that a migration of the crate created the table.
    fn mark_table(table: &str) -> TableMark;
    /// What precedes a constraint to give it this name.
    fn constraint_clause(name: &str) -> String;
    /// Drops an index if it exists. Names are quoted, except for the schema of the index.
    fn drop_index(table: &str, schema: Option<&str>, index: &str) -> String;

    /// Which names of a new tasks table's indexes must be free.
    fn index_names_to_reserve(listing: String, unique: String) -> Vec<String>;
    /// What has a name that a migration is about to give: rows of (name, what it is, whether it is
    /// an index of the table, its columns as JSON, its schema).
    fn name_holders_query(planned: &PlannedNames) -> Statement;

    /// Describes what has this name, with its foreign keys to `parent`. The catalogs show a table
    /// to every user who may write to it, not only to its owner.
    fn catalog_query(name: &TableName, resolve: Resolve, parent: &TableName) -> Statement;
    /// Queries for the column by which a table is distributed over several servers, where an
    /// extension can do that. The second one requires the extension, which the first one looks for.
    fn distribution_queries(table: &TableName) -> Option<[Statement; 2]>;
    /// Splits a column's row of [`catalog_query`](Self::catalog_query).
    fn base_type_and_collation(detail: &str) -> (String, Option<String>);
    /// Whether both are the name of the same column.
    fn same_column_name(one: &str, other: &str) -> bool;
    /// The types that fit, for errors.
    fn expected_type(kind: ColumnKind) -> &'static str;
    fn type_fits(kind: ColumnKind, column: &CatalogColumn) -> bool;
    /// Counts for each column how many of three texts its collation distinguishes, where the
    /// catalogs do not show collations.
    fn collation_probe(table: &TableName, columns: &[&str]) -> Option<Statement>;
    /// What is expected of a table's storage, and what is found, if that breaks a promise.
    fn storage_fault(storage: &str) -> Option<(&'static str, String)>;
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
    /// How the transaction that holds the lock begins.
    fn migration_transaction() -> TransactionOptions;
}
