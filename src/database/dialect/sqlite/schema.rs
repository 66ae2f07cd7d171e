//! SQLite's DDL and catalogs.

use crate::database::dialect::catalog::is_at_least;
use crate::database::dialect::{
    CatalogColumn, ColumnKind, Dialect, MARK, MigrationLock, PlannedNames, Resolve, SchemaFeatures,
    TableMark, TableName,
};
use sea_orm::Statement;

pub(crate) fn of_version(_version: &str) -> Dialect {
    Dialect::Sqlite
}

pub(crate) fn unsupported_product(version: &str) -> Option<String> {
    (!is_at_least(version, [3, 39, 0])).then(|| format!("SQLite {version}"))
}

pub(crate) fn column_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "blob",
        ColumnKind::Time | ColumnKind::Text => "text",
    }
}

/// SQLite keeps the text of a definition, with its comments.
pub(crate) fn mark_table(_table: &str) -> TableMark {
    TableMark { inside: format!("/* {MARK} */ "), ..TableMark::default() }
}

pub(crate) fn constraint_clause(name: &str) -> String {
    format!("CONSTRAINT {} ", super::quote(name))
}

pub(crate) fn drop_index(_table: &str, _schema: Option<&str>, index: &str) -> String {
    format!("DROP INDEX IF EXISTS {index}")
}

/// SQLite itself names the index of a constraint.
pub(crate) fn index_names_to_reserve(listing: String, _unique: String) -> Vec<String> {
    vec![listing]
}

pub(crate) fn same_column_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

pub(crate) fn distribution_queries(_table: &TableName) -> Option<[Statement; 2]> {
    None
}

pub(crate) fn base_type_and_collation(detail: &str) -> (String, Option<String>) {
    (detail.to_owned(), None)
}

pub(crate) fn expected_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "blob or uuid_text",
        ColumnKind::Time | ColumnKind::Text => "text",
    }
}

pub(crate) fn type_fits(kind: ColumnKind, column: &CatalogColumn) -> bool {
    let base = column.base_type.as_str();
    let has = |parts: &[&str]| parts.iter().any(|part| base.contains(part));
    match kind {
        // SQLite stores values as they are bound. A type that is named after texts or numbers
        // suggests rows that hold such.
        ColumnKind::Uuid => base.is_empty() || has(&["BLOB", "UUID", "BINARY"]),
        ColumnKind::Time => has(&["TEXT", "CHAR", "CLOB", "DATE", "TIME"]),
        // With any other affinity, SQLite converts a text that looks like a number to one.
        ColumnKind::Text => !has(&["INT"]) && has(&["TEXT", "CHAR", "CLOB"]),
    }
}

/// SQLite's catalogs do not show the collation of a column. For each column this counts how many of
/// three texts are distinct: `a` and `A` unless the collation folds case, `a ` unless it trims.
pub(crate) fn collation_probe(table: &TableName, columns: &[&str]) -> Option<Statement> {
    let (schema, name) = (super::quote(schema(table)), super::quote(&table.table));
    let count = |column: &&str| {
        format!(
            "(SELECT count(DISTINCT v) FROM (SELECT {} AS v FROM {schema}.{name} WHERE 0 \
             UNION ALL SELECT 'a' UNION ALL SELECT 'A' UNION ALL SELECT 'a '))",
            super::quote(column),
        )
    };
    let counts: Vec<String> = columns.iter().map(count).collect();
    let text = format!("SELECT {}", counts.join(", "));
    Some(Statement::from_string(Dialect::Sqlite.backend(), text))
}

pub(crate) fn storage_fault(_storage: &str) -> Option<(&'static str, String)> {
    None
}

pub(crate) fn expected_setting(name: &str, value: &str) -> Option<&'static str> {
    let (expected, fits) = match name {
        // Text is sorted, and prefixes are matched, by the bytes of UTF-8.
        "encoding" => ("UTF-8", value == "UTF-8"),
        "version" => (SCHEMA_FEATURES.needs, unsupported_product(value).is_none()),
        "foreign_keys" => ("ON", value == "ON"),
        _ => return None,
    };
    (!fits).then_some(expected)
}

pub(crate) fn catalog_query(name: &TableName, _resolve: Resolve, parent: &TableName) -> Statement {
    let values = [name.table.clone().into(), schema(name).into(), parent.table.clone().into()];
    Statement::from_sql_and_values(Dialect::Sqlite.backend(), on_master(CATALOG, name), values)
}

pub(crate) fn name_holders_query(planned: &PlannedNames) -> Statement {
    let table = &planned.table;
    let values = [schema(table).into(), table.table.clone().into(), planned.relations().into()];
    let text = on_master(NAME_HOLDERS, table);
    Statement::from_sql_and_values(Dialect::Sqlite.backend(), text, values)
}

fn schema(table: &TableName) -> &str {
    table.schema.as_deref().unwrap_or("main")
}

/// Inserts the catalog of the database that contains the table.
fn on_master(text: &str, table: &TableName) -> String {
    text.replace("{master}", &format!("{}.sqlite_master", super::quote(schema(table))))
}

/// Rows of (what, name, text, text, number, number). A primary key that is the rowid has no index.
const CATALOG: &str = r#"
SELECT 'table' AS what, type AS name, coalesce(sql, '') AS a, '' AS b,
    type = 'table' AS m, 0 AS n
FROM {master} WHERE lower(name) = lower(?1) AND type IN ('table', 'view')
UNION ALL
SELECT 'setting', 'encoding', encoding, '', 0, 0 FROM pragma_encoding
UNION ALL
SELECT 'setting', 'version', sqlite_version(), '', 0, 0
UNION ALL
SELECT 'setting', 'foreign_keys', CASE foreign_keys WHEN 0 THEN 'OFF' ELSE 'ON' END, '', 0, 0
FROM pragma_foreign_keys
UNION ALL
SELECT 'column', name, coalesce(type, ''), upper(coalesce(type, '')),
    "notnull" = 0 AND pk = 0, -1
FROM pragma_table_xinfo(?1, ?2)
UNION ALL
SELECT 'unique', '',
    (SELECT json_group_array(name) FROM pragma_index_xinfo(i.name, ?2) WHERE key = 1),
    (SELECT json_group_array(coll) FROM pragma_index_xinfo(i.name, ?2) WHERE key = 1), 0, 0
FROM pragma_index_list(?1, ?2) i WHERE i."unique" = 1 AND i.partial = 0
    AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, ?2) x WHERE x.key = 1 AND x.cid < 0)
UNION ALL
SELECT 'unique', '', json_group_array(name), '[]', 0, 0
FROM pragma_table_xinfo(?1, ?2) WHERE pk > 0 HAVING count(*) > 0
UNION ALL
SELECT 'reference', '', json_group_array(f."from"),
    CASE WHEN count(f."to") = 0 THEN '[]' ELSE json_group_array(f."to") END, 1, 0
FROM pragma_foreign_key_list(?1, ?2) f WHERE lower(f."table") = lower(?3) GROUP BY f.id
"#;

/// Tables, views and indexes share one namespace in a database.
const NAME_HOLDERS: &str = r"
SELECT m.name, CASE m.type WHEN 'index' THEN 'an index of table ' || m.tbl_name
        ELSE 'a ' || m.type END,
    m.type = 'index' AND lower(m.tbl_name) = lower(?2),
    CASE m.type WHEN 'index' THEN
        (SELECT json_group_array(i.name) FROM pragma_index_info(m.name, ?1) i) END, NULL
FROM {master} m WHERE m.type IN ('index', 'table', 'view')
    AND lower(m.name) IN (SELECT lower(value) FROM json_each(?3))
";

pub(crate) const SCHEMA_FEATURES: SchemaFeatures = SchemaFeatures {
    version_query: "SELECT sqlite_version()",
    needs: "SQLite 3.39 or newer",
    is_games_database: false,
    // In the format of the driver, which omits a fraction of zero.
    create_index: "CREATE INDEX IF NOT EXISTS",
    current_timestamp: "(replace(strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+'))",
    table_options: "",
    commits_ddl: false,
    indexes_timestamps_by_expression: true,
    updated_at_trigger_query: None,
    column_collation: "BINARY",
    unique_index_collation: "BINARY",
    foreign_keys_depend_on_storage: false,
    migration_lock: MigrationLock::Transaction,
};
