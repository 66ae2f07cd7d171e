//! What a database's catalogs are asked, and what they report of a column.

use super::Dialect;
use crate::task::ParentGame;
use std::fmt::{self, Display, Formatter};

/// The comment of a table that a migration of the crate created, which tells it from others.
pub(crate) const MARK: &str = "made by game-tasks";

/// Whether a version, such as `10.6.18-MariaDB`, is this one or newer.
pub(super) fn is_at_least(version: &str, needed: [u32; 3]) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    needed.map(|_| numbers.next().and_then(Result::ok).unwrap_or(0)) >= needed
}

/// The name of a table. `Display` shows it as errors name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableName {
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
}

impl TableName {
    pub(crate) fn tasks<G: ParentGame>() -> Self {
        let schema = G::tasks_schema().map(str::to_owned);
        Self { schema, table: G::tasks_table().to_owned() }
    }

    pub(crate) fn games<G: ParentGame>() -> Self {
        let games = G::default();
        let schema = games.schema_name().map(str::to_owned);
        Self { schema, table: games.table_name().to_owned() }
    }

    /// A name without a schema.
    pub(crate) fn bare(table: &str) -> Self {
        Self { schema: None, table: table.to_owned() }
    }

    /// The name in a statement.
    pub(crate) fn quoted(&self, dialect: Dialect) -> String {
        let table = dialect.quote(&self.table);
        match &self.schema {
            Some(schema) => format!("{}.{table}", dialect.quote(schema)),
            None => table,
        }
    }
}

impl Display for TableName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.table),
            None => f.write_str(&self.table),
        }
    }
}

/// How a name without a schema is resolved where there are several schemas (PostgreSQL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolve {
    /// As statements resolve it: along the search path.
    AsNamed,
    /// In the schema in which a new table of this name would be created.
    WhereCreated,
}

/// What a column of the crate's tables holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Uuid,
    /// An instant, to the microsecond.
    Time,
    /// At least 255 characters, compared byte for byte.
    Text,
}

/// A column as the catalogs describe it.
#[derive(Debug)]
pub(crate) struct CatalogColumn {
    pub(crate) name: String,
    /// The whole type, as the database shows it.
    pub(crate) full_type: String,
    /// The type without its length, in the terms of its dialect.
    pub(crate) base_type: String,
    pub(crate) nullable: bool,
    /// The length of a text, or the digits of a second's fraction; `None` for no limit.
    pub(crate) size: Option<i64>,
    /// The collation of a text, where the catalogs show it and it may be wrong.
    pub(crate) collation: Option<String>,
}

/// The names of what a migration is about to create.
#[derive(Debug)]
pub(crate) struct PlannedNames {
    pub(crate) table: TableName,
    /// Whether the table exists, so that only what is added to it needs free names.
    pub(crate) table_exists: bool,
    pub(crate) indexes: Vec<String>,
    pub(crate) foreign_key: Option<String>,
}

impl PlannedNames {
    /// The names that must be free where tables and indexes share a namespace, as JSON.
    pub(crate) fn relations(&self) -> String {
        let table = (!self.table_exists).then_some(&self.table.table);
        let names: Vec<_> = self.indexes.iter().chain(table).collect();
        serde_json::json!(names).to_string()
    }
}

/// Where a `CREATE TABLE` carries [`MARK`].
#[derive(Debug, Default)]
pub(crate) struct TableMark {
    /// Before the first column.
    pub(crate) inside: String,
    /// After the options of the table.
    pub(crate) after: String,
    /// A statement of its own.
    pub(crate) statement: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::is_at_least;
    use crate::database::dialect::Dialect;

    #[test]
    fn versions_are_compared_by_number() {
        for (version, needed, fits) in [
            ("10.6.18-MariaDB-0+deb12u1", [10, 6, 0], true),
            ("10.11.19-MariaDB", [10, 6, 0], true),
            ("11.0.2-MariaDB", [10, 6, 0], true),
            ("10.5.28-MariaDB", [10, 6, 0], false),
            ("3.38.5", [3, 39, 0], false),
            ("12", [12, 0, 0], true),
            ("19rc1", [12, 0, 0], true),
            ("9.6.24", [12, 0, 0], false),
            ("8.0.19", [8, 0, 19], true),
            ("8.0.18-debug", [8, 0, 19], false),
            ("8.4.0", [8, 0, 19], true),
            ("", [3, 39, 0], false),
        ] {
            assert_eq!(is_at_least(version, needed), fits, "{version}");
        }
    }

    #[test]
    fn unsupported_products_are_named() {
        let unsupported = |dialect: Dialect, version| dialect.unsupported_product(version);
        for (dialect, version, product) in [
            (Dialect::MariaDb, "10.5.28-MariaDB", Some("MariaDB 10.5.28-MariaDB")),
            (Dialect::MariaDb, "8.0.18", Some("MySQL 8.0.18")),
            (Dialect::MariaDb, "5.7.44-log", Some("MySQL 5.7.44-log")),
            (Dialect::MariaDb, "8.0.19", None),
            (Dialect::MariaDb, "9.7.4-2", None),
            (Dialect::MySql, "9.7.4-2", None),
            (Dialect::MariaDb, "8.0.11-TiDB-v8.5.0", Some("TiDB 8.0.11-TiDB-v8.5.0")),
            (Dialect::MariaDb, "8.0.30-Vitess", Some("Vitess 8.0.30-Vitess")),
            (Dialect::MariaDb, "10.6.0-MariaDB", None),
            (Dialect::MariaDb, "5.5.5-10.11.4-MariaDB", None),
            (Dialect::MariaDb, "5.5.5-10.4.7-MariaDB", Some("MariaDB 10.4.7-MariaDB")),
            (
                Dialect::Postgres,
                "PostgreSQL 12.12 (Greenplum Database 7.1.0 build x) on x86_64",
                Some("Greenplum"),
            ),
            (Dialect::Postgres, "PostgreSQL 13.14.0-RisingWave-2.0.0 (x)", Some("RisingWave")),
            (Dialect::Postgres, "PostgreSQL 11.22 on x86_64", Some("PostgreSQL 11.22 on x86_64")),
            (Dialect::Postgres, "PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64", None),
            (Dialect::Postgres, "PostgreSQL 15.2-YB-2025.1.0.0-b168 on x86_64", None),
            (
                Dialect::Postgres,
                "PostgreSQL 11.2-YB-2.20.0.0-b0",
                Some("PostgreSQL 11.2-YB-2.20.0.0-b0"),
            ),
            (
                Dialect::Postgres,
                "CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu, built 2024/05/15, go1.22.2)",
                Some("CockroachDB CCL v24.1.0"),
            ),
            (Dialect::Postgres, "CrateDB 5.7.0", Some("CrateDB 5.7.0")),
            (Dialect::Sqlite, "3.38.5", Some("SQLite 3.38.5")),
            (Dialect::Sqlite, "3.39.0", None),
        ] {
            assert_eq!(unsupported(dialect, version).as_deref(), product, "{version}");
            let expected = dialect.expected_setting("version", version);
            assert_eq!(expected.is_some(), product.is_some(), "{version}");
        }
    }

    #[test]
    fn a_binary_log_of_statements_is_refused() {
        let expected = |format| Dialect::MariaDb.expected_setting("binlog_format", format);
        assert_eq!(expected("STATEMENT"), Some("ROW or MIXED"));
        assert_eq!(expected("ROW"), None);
        assert_eq!(expected("MIXED"), None);
    }
}
