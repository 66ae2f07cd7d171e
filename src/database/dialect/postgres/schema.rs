//! PostgreSQL's DDL and catalogs.

use crate::database::dialect::catalog::is_at_least;
use crate::database::dialect::{
    CatalogColumn, ColumnKind, Dialect, MARK, MigrationLock, PlannedNames, Resolve, SchemaFeatures,
    TableMark, TableName,
};
use sea_orm::Statement;

pub(crate) fn of_version(_version: &str) -> Dialect {
    Dialect::Postgres
}

/// What only speaks PostgreSQL's protocol names itself. CockroachDB, for example, lacks columns of the
/// collation "C" and, in versions before 2026, the lock of the migrations.
pub(crate) fn unsupported_product(version: &str) -> Option<String> {
    // They report the version of PostgreSQL that they imitate or were made from.
    let others = ["Greenplum", "RisingWave", "QuestDB", "Materialize"];
    if let Some(name) = others.into_iter().find(|name| version.contains(name)) {
        return Some(name.to_owned());
    }
    match version.strip_prefix("PostgreSQL ") {
        Some(number) => (!is_at_least(number, [12, 0, 0])).then(|| version.to_owned()),
        // What follows describes the build.
        None => Some(version.split(" (").next().unwrap_or(version).to_owned()),
    }
}

/// Text is compared byte for byte, whatever the database's own collation.
pub(crate) fn column_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "uuid",
        ColumnKind::Time => "timestamptz(6)",
        ColumnKind::Text => "varchar(255) COLLATE \"C\"",
    }
}

pub(crate) fn mark_table(table: &str) -> TableMark {
    let statement = Some(format!("COMMENT ON TABLE {table} IS '{MARK}'"));
    TableMark { statement, ..TableMark::default() }
}

/// None: PostgreSQL chooses a name that is free in the schema.
pub(crate) fn constraint_clause(_name: &str) -> String {
    String::new()
}

pub(crate) fn drop_index(_table: &str, schema: Option<&str>, index: &str) -> String {
    let schema = schema.map_or(String::new(), |schema| super::quote(schema) + ".");
    format!("DROP INDEX IF EXISTS {schema}{index}")
}

pub(crate) fn index_names_to_reserve(listing: String, unique: String) -> Vec<String> {
    vec![listing, unique]
}

pub(crate) fn same_column_name(one: &str, other: &str) -> bool {
    one == other
}

pub(crate) fn base_type_and_collation(detail: &str) -> (String, Option<String>) {
    let (base, collation) = detail.split_once(' ').unwrap_or((detail, ""));
    (base.to_owned(), Some(collation.to_owned()).filter(|name| !name.is_empty()))
}

pub(crate) fn expected_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "uuid",
        ColumnKind::Time => "timestamptz of microseconds",
        ColumnKind::Text => "text of 255 characters or more",
    }
}

pub(crate) fn type_fits(kind: ColumnKind, column: &CatalogColumn) -> bool {
    let base = column.base_type.as_str();
    match kind {
        ColumnKind::Uuid => base == "uuid",
        ColumnKind::Time => base == "timestamptz" && column.size.is_none_or(|digits| digits >= 6),
        ColumnKind::Text => {
            base == "text" || base == "varchar" && column.size.is_none_or(|size| size >= 255)
        }
    }
}

/// The collations are in the catalogs.
pub(crate) fn collation_probe(_table: &TableName, _columns: &[&str]) -> Option<Statement> {
    None
}

pub(crate) fn storage_fault(storage: &str) -> Option<(&'static str, String)> {
    let (expected, found) = match storage {
        "u" => ("a permanent one", "an unlogged table"),
        "t" => ("a permanent one", "a temporary table"),
        "inherited" => ("one without children", "a table that others inherit from"),
        _ => return None,
    };
    Some((expected, found.to_owned()))
}

pub(crate) fn expected_setting(name: &str, value: &str) -> Option<&'static str> {
    let (expected, fits) = match name {
        // Text is sorted, and prefixes are matched, by the bytes of UTF-8.
        "server_encoding" => ("UTF8", value == "UTF8"),
        "version" => (SCHEMA_FEATURES.needs, unsupported_product(value).is_none()),
        // A replica's session checks no foreign key.
        "session_replication_role" => ("origin or local", value != "replica"),
        _ => return None,
    };
    (!fits).then_some(expected)
}

pub(crate) fn catalog_query(name: &TableName, resolve: Resolve, parent: &TableName) -> Statement {
    let dialect = Dialect::Postgres;
    let created = resolve == Resolve::WhereCreated && name.schema.is_none();
    let values = [name.quoted(dialect).into(), created.into(), parent.quoted(dialect).into()];
    Statement::from_sql_and_values(dialect.backend(), CATALOG, values)
}

/// The catalog of Citus, with the schema, so that no other table of its name is meant. `h` are the
/// tables that are distributed by the hash of a column.
pub(crate) fn distribution_queries(table: &TableName) -> Option<[Statement; 2]> {
    let (dialect, backend) = (Dialect::Postgres, Dialect::Postgres.backend());
    let has_citus = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";
    let column = "SELECT column_to_column_name(logicalrelid, partkey) \
                  FROM pg_catalog.pg_dist_partition \
                  WHERE logicalrelid = to_regclass($1) AND partmethod = 'h'";
    let values = [table.quoted(dialect).into()];
    Some([
        Statement::from_string(backend, has_citus),
        Statement::from_sql_and_values(backend, column, values),
    ])
}

pub(crate) fn name_holders_query(planned: &PlannedNames) -> Statement {
    let dialect = Dialect::Postgres;
    let table = &planned.table;
    let values = [
        table.schema.clone().into(),
        table.table.clone().into(),
        planned.relations().into(),
        table.quoted(dialect).into(),
        planned.table_exists.into(),
    ];
    Statement::from_sql_and_values(dialect.backend(), NAME_HOLDERS, values)
}

/// Rows of (what, name, text, text, number, number).
pub(crate) const CATALOG: &str = r#"
WITH t AS (
    SELECT to_regclass(CASE WHEN $2 AND current_schema() IS NOT NULL
        THEN quote_ident(current_schema()) || '.' || $1 ELSE $1 END)::oid AS oid
)
SELECT 'table' AS what, c.relkind::text AS name,
    coalesce(obj_description(c.oid, 'pg_class'), '') AS a,
    CASE WHEN c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = c.oid)
        THEN 'inherited' ELSE c.relpersistence::text END AS b,
    CASE WHEN c.relkind IN ('r', 'p', 'f') THEN 1 ELSE 0 END AS m, 0 AS n
FROM pg_class c JOIN t ON c.oid = t.oid
UNION ALL
SELECT 'setting', 'server_encoding', getdatabaseencoding()::text, '', 0, 0
UNION ALL
SELECT 'setting', 'version', version(), '', 0, 0
UNION ALL
SELECT 'setting', 'session_replication_role', current_setting('session_replication_role'), '', 0, 0
UNION ALL
SELECT 'rule', r.rulename::text, '', '', 0, 0
FROM pg_rewrite r JOIN t ON r.ev_class = t.oid
WHERE r.is_instead AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
UNION ALL
SELECT 'column', a.attname::text, format_type(a.atttypid, a.atttypmod),
    CASE a.atttypid
        WHEN 'pg_catalog.uuid'::regtype THEN 'uuid'
        WHEN 'pg_catalog.timestamptz'::regtype THEN 'timestamptz'
        WHEN 'pg_catalog.varchar'::regtype THEN 'varchar'
        WHEN 'pg_catalog.text'::regtype THEN 'text'
        ELSE '' END
    || ' ' || CASE WHEN l.collisdeterministic THEN '' ELSE coalesce(l.collname::text, '') END,
    CASE WHEN a.attnotnull THEN 0 ELSE 1 END,
    CASE WHEN a.atttypid = 'pg_catalog.varchar'::regtype AND a.atttypmod > 0
        THEN a.atttypmod - 4 ELSE a.atttypmod END
FROM pg_attribute a JOIN t ON a.attrelid = t.oid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'unique', '', json_agg(a.attname ORDER BY k.place)::text,
    json_agg(coalesce(l.collname::text, '') ORDER BY k.place)::text, 0, 0
FROM pg_index i JOIN t ON i.indrelid = t.oid
CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indcollation::oid[])
    WITH ORDINALITY AS k (number, coll, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
LEFT JOIN pg_collation l ON l.oid = k.coll
WHERE i.indisunique AND i.indisvalid AND i.indimmediate
    AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
GROUP BY i.indexrelid
UNION ALL
SELECT 'reference', '', json_agg(f.attname ORDER BY k.place)::text,
    json_agg(p.attname ORDER BY k.place)::text, CASE WHEN c.convalidated THEN 1 ELSE 0 END,
    CASE WHEN c.condeferred THEN 1 WHEN EXISTS (SELECT 1 FROM pg_trigger g
        WHERE g.tgconstraint = c.oid AND g.tgenabled = 'D') THEN 2 ELSE 0 END
FROM pg_constraint c JOIN t ON c.conrelid = t.oid
CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (source, target, place)
JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = k.source
JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = k.target
WHERE c.contype = 'f' AND c.confrelid = to_regclass($3)
GROUP BY c.oid, c.convalidated, c.condeferred
"#;

/// Relations share one namespace in a schema, and a table's name is also a type's. The type of an
/// array gives its name up by itself.
const NAME_HOLDERS: &str = r#"
WITH s AS (
    SELECT oid, nspname::text AS name, to_regclass($4)::oid AS tasks FROM pg_namespace
    WHERE nspname = coalesce($1, (SELECT n.nspname FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE $5 AND c.oid = to_regclass($4)), current_schema())
)
SELECT c.relname::text, CASE
        WHEN x.indrelid IS NOT NULL THEN 'an index of table ' || x.indrelid::regclass::text
        WHEN c.relkind = 'S' THEN 'a sequence'
        WHEN c.relkind IN ('v', 'm') THEN 'a view'
        WHEN c.relkind = 'c' THEN 'a type'
        ELSE 'a table' END,
    CASE WHEN x.indrelid = s.tasks THEN 1 ELSE 0 END,
    (SELECT json_agg(a.attname ORDER BY a.attnum)::text FROM pg_attribute a
     WHERE a.attrelid = c.oid AND x.indrelid IS NOT NULL), s.name
FROM s JOIN pg_class c ON c.relnamespace = s.oid LEFT JOIN pg_index x ON x.indexrelid = c.oid
WHERE c.relname::text IN (SELECT json_array_elements_text($3::json))
UNION ALL
SELECT t.typname::text, 'a type', 0, NULL, s.name
FROM s JOIN pg_type t ON t.typnamespace = s.oid
WHERE NOT $5 AND t.typname::text = $2
    AND t.typrelid = 0 AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid)
"#;

/// The schema of the table; whether it has a trigger of this name, and whether a migration created
/// that; the same for the trigger's function.
const UPDATED_AT_TRIGGER: &str = r"
SELECT n.nspname::text,
    EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname::text = $2),
    EXISTS (SELECT 1 FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
        WHERE g.tgrelid = c.oid AND g.tgname::text = $2 AND p.pronamespace = n.oid
        AND p.proname::text = $2 AND obj_description(p.oid, 'pg_proc') = $3),
    EXISTS (SELECT 1 FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname::text = $2
        AND p.pronargs = 0),
    EXISTS (SELECT 1 FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname::text = $2
        AND p.pronargs = 0 AND obj_description(p.oid, 'pg_proc') = $3)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)
";

pub(crate) const SCHEMA_FEATURES: SchemaFeatures = SchemaFeatures {
    version_query: "SELECT VERSION()",
    needs: "PostgreSQL 12 or newer",
    is_games_database: true,
    create_index: "CREATE INDEX IF NOT EXISTS",
    current_timestamp: "CURRENT_TIMESTAMP",
    table_options: "",
    commits_ddl: false,
    indexes_timestamps_by_expression: false,
    updated_at_trigger_query: Some(UPDATED_AT_TRIGGER),
    // The catalog query reports a column's collation only if it is not deterministic.
    column_collation: "a deterministic collation",
    unique_index_collation: "C",
    foreign_keys_depend_on_storage: false,
    migration_lock: MigrationLock::Statement("SELECT pg_advisory_xact_lock(7449355541159179115)"),
};
