//! MariaDB's DDL and catalogs.

use crate::database::dialect::catalog::is_at_least;
use crate::database::dialect::{
    CatalogColumn, ColumnKind, Dialect, MARK, MigrationLock, PlannedNames, Resolve, SchemaFeatures,
    TableMark, TableName,
};
use sea_orm::{Statement, Value};

/// The collation of text. A statement that met another would fail, or treat unequal texts as equal.
const COLLATION: &str = "utf8mb4_nopad_bin";

pub(crate) fn of_version(version: &str) -> Dialect {
    match version.contains("MariaDB") {
        true => Dialect::MariaDb,
        false => Dialect::MySql,
    }
}

pub(crate) fn unsupported_product(version: &str) -> Option<String> {
    // They speak MySQL's protocol, and lack what the statements need.
    let others = ["TiDB", "OceanBase", "Vitess", "MatrixOne"];
    let other = others.into_iter().find(|name| version.contains(name));
    // MariaDB puts this before its version in the protocol's greeting, for old replicas of MySQL, and
    // some proxies report that.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let (name, fits) = match (other, of_version(version)) {
        (Some(name), _) => (name, false),
        (None, Dialect::MariaDb) => ("MariaDB", is_at_least(version, [10, 6, 0])),
        (None, _) => ("MySQL", is_at_least(version, [8, 0, 19])),
    };
    (!fits).then(|| format!("{name} {version}"))
}

/// The collation is the table's: see [`table_options`].
pub(crate) fn column_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "binary(16)",
        ColumnKind::Time => "datetime(6)",
        ColumnKind::Text => "varchar(255)",
    }
}

pub(crate) fn mark_table(_table: &str) -> TableMark {
    TableMark { after: format!(" COMMENT='{MARK}'"), ..TableMark::default() }
}

pub(crate) fn constraint_clause(name: &str) -> String {
    format!("CONSTRAINT {} ", super::quote(name))
}

pub(crate) fn drop_index(table: &str, _schema: Option<&str>, index: &str) -> String {
    format!("DROP INDEX {index} ON {table}")
}

/// None: every table has its own namespace of indexes.
pub(crate) fn index_names_to_reserve(_listing: String, _unique: String) -> Vec<String> {
    Vec::new()
}

pub(crate) fn same_column_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

pub(crate) fn distribution_queries(_table: &TableName) -> Option<[Statement; 2]> {
    None
}

pub(crate) fn base_type_and_collation(detail: &str) -> (String, Option<String>) {
    let (base, collation) = detail.split_once(' ').unwrap_or((detail, ""));
    (base.to_owned(), Some(collation.to_owned()).filter(|name| !name.is_empty()))
}

pub(crate) fn expected_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "binary(16)",
        ColumnKind::Time => "datetime(6)",
        ColumnKind::Text => "text of 255 characters or more",
    }
}

pub(crate) fn type_fits(kind: ColumnKind, column: &CatalogColumn) -> bool {
    let base = column.base_type.as_str();
    match kind {
        ColumnKind::Uuid => base == "binary" && column.size == Some(16),
        // TIMESTAMP ends in 2038, and follows the session's time zone.
        ColumnKind::Time => base == "datetime" && column.size == Some(6),
        ColumnKind::Text => {
            matches!(base, "varchar" | "text" | "mediumtext" | "longtext")
                && column.size.is_some_and(|size| size >= 255)
        }
    }
}

/// The collations are in the catalogs.
pub(crate) fn collation_probe(_table: &TableName, _columns: &[&str]) -> Option<Statement> {
    None
}

/// An engine that is not loaded has an empty name.
pub(crate) fn storage_fault(storage: &str) -> Option<(&'static str, String)> {
    let is_innodb = storage.eq_ignore_ascii_case("InnoDB");
    (!is_innodb).then(|| ("of InnoDB", format!("of the engine {storage:?}")))
}

pub(crate) fn expected_setting(name: &str, value: &str) -> Option<&'static str> {
    let (expected, fits) = match name {
        "foreign_key_checks" | "unique_checks" => ("ON", value == "ON"),
        // Otherwise nothing that a call writes on a pool is ever committed.
        "autocommit" => ("ON", value == "ON"),
        "version" => (SCHEMA_FEATURES.needs, unsupported_product(value).is_none()),
        // A replica would cut the rows out of the parameters of a bulk insert in its own way.
        "binlog_format" => ("ROW or MIXED", value != "STATEMENT"),
        // Otherwise a null in a NOT NULL column becomes an empty text, and long texts are cut.
        "sql_mode" => (
            "one with STRICT_TRANS_TABLES or STRICT_ALL_TABLES",
            value.split(',').any(|mode| mode.starts_with("STRICT_")),
        ),
        _ => return None,
    };
    (!fits).then_some(expected)
}

pub(crate) fn catalog_query(name: &TableName, _resolve: Resolve, parent: &TableName) -> Statement {
    let table = [Value::from(name.schema.clone()), name.table.clone().into()];
    let parent = [Value::from(parent.schema.clone()), parent.table.clone().into()];
    let values = [&table, &table, &table, &table, &parent].into_iter().flatten().cloned();
    Statement::from_sql_and_values(Dialect::MariaDb.backend(), CATALOG, values)
}

pub(crate) fn name_holders_query(planned: &PlannedNames) -> Statement {
    let PlannedNames { table: TableName { schema, table }, indexes, foreign_key, .. } = planned;
    let values: [Value; 5] = [
        schema.clone().into(),
        foreign_key.clone().into(),
        schema.clone().into(),
        table.clone().into(),
        serde_json::json!(indexes).to_string().into(),
    ];
    Statement::from_sql_and_values(Dialect::MariaDb.backend(), NAME_HOLDERS, values)
}

/// Rows of (what, name, text, text, number, number).
const CATALOG: &str = r"
SELECT 'table' AS what, CAST(table_type AS CHAR CHARACTER SET utf8mb4) AS name,
    CAST(table_comment AS CHAR CHARACTER SET utf8mb4) AS a,
    CAST(COALESCE(engine, '') AS CHAR CHARACTER SET utf8mb4) AS b,
    CAST(table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AS SIGNED) AS m, CAST(0 AS SIGNED) AS n
FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
UNION ALL
SELECT 'setting', 'sql_mode', CAST(@@sql_mode AS CHAR CHARACTER SET utf8mb4), '',
    CAST(0 AS SIGNED), CAST(0 AS SIGNED)
UNION ALL
SELECT 'setting', 'version', CAST(VERSION() AS CHAR CHARACTER SET utf8mb4), '',
    CAST(0 AS SIGNED), CAST(0 AS SIGNED)
UNION ALL
SELECT 'setting', 'binlog_format',
    CAST(IF(@@log_bin, @@binlog_format, 'ROW') AS CHAR CHARACTER SET utf8mb4), '',
    CAST(0 AS SIGNED), CAST(0 AS SIGNED)
UNION ALL
SELECT 'setting', 'foreign_key_checks',
    CAST(IF(@@foreign_key_checks, 'ON', 'OFF') AS CHAR CHARACTER SET utf8mb4), '',
    CAST(0 AS SIGNED), CAST(0 AS SIGNED)
UNION ALL
SELECT 'setting', 'unique_checks',
    CAST(IF(@@unique_checks, 'ON', 'OFF') AS CHAR CHARACTER SET utf8mb4), '',
    CAST(0 AS SIGNED), CAST(0 AS SIGNED)
UNION ALL
SELECT 'setting', 'autocommit',
    CAST(IF(@@autocommit, 'ON', 'OFF') AS CHAR CHARACTER SET utf8mb4), '',
    CAST(0 AS SIGNED), CAST(0 AS SIGNED)
UNION ALL
SELECT 'column', CAST(column_name AS CHAR CHARACTER SET utf8mb4),
    CAST(column_type AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT(data_type, ' ', COALESCE(collation_name, '')) AS CHAR CHARACTER SET utf8mb4),
    CAST(is_nullable = 'YES' AS SIGNED),
    CAST(COALESCE(character_maximum_length, datetime_precision, -1) AS SIGNED)
FROM information_schema.columns WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
UNION ALL
SELECT 'unique', '',
    CAST(CONCAT('[', GROUP_CONCAT(JSON_QUOTE(column_name) ORDER BY seq_in_index), ']')
        AS CHAR CHARACTER SET utf8mb4),
    '[]', CAST(0 AS SIGNED), CAST(0 AS SIGNED)
FROM information_schema.statistics WHERE table_schema = COALESCE(?, DATABASE())
    AND table_name = ? AND non_unique = 0
GROUP BY index_name HAVING COUNT(sub_part) = 0 AND COUNT(column_name) = COUNT(*)
UNION ALL
SELECT 'reference', '',
    CAST(CONCAT('[', GROUP_CONCAT(JSON_QUOTE(column_name) ORDER BY ordinal_position), ']')
        AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT('[', GROUP_CONCAT(JSON_QUOTE(referenced_column_name) ORDER BY ordinal_position), ']')
        AS CHAR CHARACTER SET utf8mb4),
    CAST(1 AS SIGNED), CAST(0 AS SIGNED)
FROM information_schema.key_column_usage WHERE table_schema = COALESCE(?, DATABASE())
    AND table_name = ? AND referenced_table_schema = COALESCE(?, DATABASE())
    AND referenced_table_name = ?
GROUP BY constraint_name
";

/// A database has one namespace of foreign keys, a table one of indexes.
const NAME_HOLDERS: &str = r"
SELECT CAST(constraint_name AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT('a foreign key of table ', table_name) AS CHAR CHARACTER SET utf8mb4),
    CAST(0 AS SIGNED), NULL, NULL
FROM information_schema.referential_constraints
WHERE constraint_schema = COALESCE(?, DATABASE()) AND constraint_name = ?
UNION ALL
SELECT CAST(index_name AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT('an index of table ', table_name) AS CHAR CHARACTER SET utf8mb4),
    CAST(1 AS SIGNED),
    CAST(CONCAT('[', GROUP_CONCAT(COALESCE(JSON_QUOTE(column_name), 'null') ORDER BY seq_in_index), ']')
        AS CHAR CHARACTER SET utf8mb4), NULL
FROM information_schema.statistics
WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
    AND JSON_CONTAINS(CAST(? AS CHAR CHARACTER SET utf8mb4), JSON_QUOTE(index_name))
GROUP BY table_name, index_name
";

pub(crate) const SCHEMA_FEATURES: SchemaFeatures = SchemaFeatures {
    version_query: "SELECT VERSION()",
    needs: "MariaDB 10.6 or MySQL 8.0.19, or newer",
    is_games_database: false,
    create_index: "CREATE INDEX /*M!100500 IF NOT EXISTS*/",
    // CURRENT_TIMESTAMP would write the session's time zone.
    current_timestamp: "(UTC_TIMESTAMP(6))",
    // The server's defaults may be an engine without transactions, and a row format whose keys are too
    // short for 255 characters.
    table_options: concat!(
        " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=",
        super::collation!()
    ),
    commits_ddl: true,
    indexes_timestamps_by_expression: false,
    updated_at_trigger_query: None,
    column_collation: COLLATION,
    unique_index_collation: COLLATION,
    // A foreign key can only refer to a table of InnoDB.
    foreign_keys_depend_on_storage: true,
    migration_lock: MigrationLock::Row,
};
