//! What is there: a table as the database's catalogs describe it, in one round trip.
//!
//! Catalogs that show a table to whoever may write to it, not to its owner alone.

use crate::database::TaskConnection;
use crate::database::sql::quote;
use sea_orm::{DbBackend, DbErr, QueryResult, Statement, Value};

/// Where a table is looked for.
#[derive(Debug, Clone)]
pub(super) struct TableName {
    pub(super) schema: Option<String>,
    pub(super) table: String,
}

/// How a name without a schema is resolved where there are several (PostgreSQL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolve {
    /// As a statement resolves it.
    AsNamed,
    /// Where a new table of this name would be made.
    WhereMade,
}

impl TableName {
    /// As errors name it.
    pub(super) fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.table),
            None => self.table.clone(),
        }
    }

    fn quoted(&self, backend: DbBackend) -> String {
        let table = quote(backend, &self.table);
        match &self.schema {
            Some(schema) => format!("{}.{table}", quote(backend, schema)),
            None => table,
        }
    }
}

/// What a look at the catalogs found.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    /// What has the name that was asked about.
    pub(super) found: Option<Found>,
    /// Settings of the database and of the connection, as far as a promise depends on them.
    pub(super) settings: Vec<Setting>,
}

#[derive(Debug)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: String,
}

/// A table, or what has its name.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) is_table: bool,
    /// How its rows are kept, where that can be wrong: PostgreSQL's `relpersistence`, and whether
    /// other tables inherit from it; MariaDB's engine.
    pub(super) storage: String,
    /// Rules that replace statements (PostgreSQL).
    pub(super) rules: Vec<String>,
    /// The comment of the table; on SQLite its definition, which holds comments.
    pub(super) comment: String,
    pub(super) columns: Vec<Column>,
    pub(super) uniques: Vec<Unique>,
    pub(super) references: Vec<Reference>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The whole type, as the database tells it.
    pub(super) shown: String,
    /// The type without its length, by a name of its database's own.
    pub(super) base: String,
    pub(super) nullable: bool,
    /// The length of a text, the digits of a second's fraction; `None` for no limit.
    pub(super) size: Option<i64>,
    /// The collation of a text where there can be a wrong one.
    pub(super) collation: Option<String>,
}

/// A unique index that counts.
#[derive(Debug)]
pub(super) struct Unique {
    pub(super) columns: Vec<String>,
    /// The collation of each.
    pub(super) collations: Vec<String>,
}

/// A foreign key to the table that was asked about.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) columns: Vec<String>,
    /// Empty where the key means the primary key without naming it.
    pub(super) to: Vec<String>,
    pub(super) validated: bool,
    /// Whether it is checked with each statement.
    pub(super) immediate: bool,
    /// Whether it is checked at all.
    pub(super) enabled: bool,
}

/// Rows of (what, name, text, text, number, number).
const POSTGRES: &str = r#"
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

const MARIADB: &str = r"
SELECT 'table' AS what, CAST(table_type AS CHAR CHARACTER SET utf8mb4) AS name,
    CAST(table_comment AS CHAR CHARACTER SET utf8mb4) AS a,
    CAST(COALESCE(engine, '') AS CHAR CHARACTER SET utf8mb4) AS b,
    CAST(table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AS SIGNED) AS m, CAST(0 AS SIGNED) AS n
FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
UNION ALL
SELECT 'setting', 'sql_mode', CAST(@@sql_mode AS CHAR CHARACTER SET utf8mb4), '',
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
SELECT 'column', CAST(column_name AS CHAR CHARACTER SET utf8mb4),
    CAST(column_type AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT(data_type, ' ', COALESCE(collation_name, '')) AS CHAR CHARACTER SET utf8mb4),
    CAST(is_nullable = 'YES' AS SIGNED),
    CAST(COALESCE(character_maximum_length, datetime_precision, -1) AS SIGNED)
FROM information_schema.columns WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
UNION ALL
SELECT 'unique', '',
    CAST(JSON_ARRAYAGG(column_name ORDER BY seq_in_index) AS CHAR CHARACTER SET utf8mb4),
    '[]', CAST(0 AS SIGNED), CAST(0 AS SIGNED)
FROM information_schema.statistics WHERE table_schema = COALESCE(?, DATABASE())
    AND table_name = ? AND non_unique = 0
GROUP BY index_name HAVING COUNT(sub_part) = 0
UNION ALL
SELECT 'reference', '',
    CAST(JSON_ARRAYAGG(column_name ORDER BY ordinal_position) AS CHAR CHARACTER SET utf8mb4),
    CAST(JSON_ARRAYAGG(referenced_column_name ORDER BY ordinal_position)
        AS CHAR CHARACTER SET utf8mb4),
    CAST(1 AS SIGNED), CAST(0 AS SIGNED)
FROM information_schema.key_column_usage WHERE table_schema = COALESCE(?, DATABASE())
    AND table_name = ? AND referenced_table_schema = COALESCE(?, DATABASE())
    AND referenced_table_name = ?
GROUP BY constraint_name
";

/// `{master}` is the catalog of the database that the table stands in. A primary key that is
/// the row's number has no index.
const SQLITE: &str = r#"
SELECT 'table' AS what, type AS name, coalesce(sql, '') AS a, '' AS b,
    type = 'table' AS m, 0 AS n
FROM {master} WHERE lower(name) = lower(?1) AND type IN ('table', 'view')
UNION ALL
SELECT 'setting', 'encoding', encoding, '', 0, 0 FROM pragma_encoding
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

impl Catalog {
    /// What has this name. The foreign keys are those to `parent`. One round trip.
    pub(super) async fn read<C: TaskConnection>(
        db: &C,
        name: &TableName,
        resolve: Resolve,
        parent: &TableName,
    ) -> Result<Self, DbErr> {
        let rows = db.query_all(statement(db.backend(), name, resolve, parent)).await?;
        let mut catalog = Self::default();
        let mut table = Found::default();
        let mut is_there = false;
        for row in &rows {
            match row.try_get_by_index::<String>(0)?.as_str() {
                "table" => {
                    is_there = true;
                    table.is_table = number(row, 4)? != 0;
                    (table.comment, table.storage) = (text(row, 2)?, text(row, 3)?);
                }
                "setting" => {
                    let (name, value) = (text(row, 1)?, text(row, 2)?);
                    catalog.settings.push(Setting { name, value });
                }
                "rule" => table.rules.push(text(row, 1)?),
                "column" => table.columns.push(column(db.backend(), row)?),
                "unique" => {
                    let (columns, collations) = (list(row, 2)?, list(row, 3)?);
                    table.uniques.push(Unique { columns, collations });
                }
                "reference" => table.references.push(Reference {
                    columns: list(row, 2)?,
                    to: list(row, 3)?,
                    validated: number(row, 4)? != 0,
                    immediate: number(row, 5)? != 1,
                    enabled: number(row, 5)? != 2,
                }),
                _ => {}
            }
        }
        catalog.found = is_there.then_some(table);
        Ok(catalog)
    }
}

impl Found {
    /// The column of this name; only PostgreSQL tells case apart.
    pub(super) fn column(&self, backend: DbBackend, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| same(backend, &column.name, name))
    }
}

/// Whether two names are of one column.
pub(super) fn same(backend: DbBackend, one: &str, other: &str) -> bool {
    match backend {
        DbBackend::Postgres => one == other,
        _ => one.eq_ignore_ascii_case(other),
    }
}

fn statement(
    backend: DbBackend,
    name: &TableName,
    resolve: Resolve,
    parent: &TableName,
) -> Statement {
    let (text, values): (String, Vec<Value>) = match backend {
        DbBackend::Postgres => {
            let made = resolve == Resolve::WhereMade && name.schema.is_none();
            let values =
                vec![name.quoted(backend).into(), made.into(), parent.quoted(backend).into()];
            (POSTGRES.to_owned(), values)
        }
        DbBackend::MySql => {
            let place = [Value::from(name.schema.clone()), name.table.clone().into()];
            let to = [Value::from(parent.schema.clone()), parent.table.clone().into()];
            let values = [&place, &place, &place, &place, &to].into_iter().flatten().cloned();
            (MARIADB.to_owned(), values.collect())
        }
        _ => {
            let schema = name.schema.as_deref().unwrap_or("main");
            let master = format!("{}.sqlite_master", quote(backend, schema));
            let values =
                vec![name.table.clone().into(), schema.into(), parent.table.clone().into()];
            (SQLITE.replace("{master}", &master), values)
        }
    };
    Statement::from_sql_and_values(backend, text, values)
}

fn column(backend: DbBackend, row: &QueryResult) -> Result<Column, DbErr> {
    let detail = text(row, 3)?;
    let size = Some(number(row, 5)?).filter(|size| *size >= 0);
    let (base, collation) = match backend {
        DbBackend::Sqlite => (detail, None),
        _ => {
            let (base, collation) = detail.split_once(' ').unwrap_or((&detail, ""));
            (base.to_owned(), Some(collation.to_owned()).filter(|name| !name.is_empty()))
        }
    };
    Ok(Column {
        name: text(row, 1)?,
        shown: text(row, 2)?,
        base,
        nullable: number(row, 4)? != 0,
        size,
        collation,
    })
}

fn text(row: &QueryResult, place: usize) -> Result<String, DbErr> {
    row.try_get_by_index(place)
}

/// Databases differ in how wide a small number is.
fn number(row: &QueryResult, place: usize) -> Result<i64, DbErr> {
    let wide = row.try_get_by_index::<i64>(place);
    wide.or_else(|_| row.try_get_by_index::<i32>(place).map(i64::from))
}

fn list(row: &QueryResult, place: usize) -> Result<Vec<String>, DbErr> {
    serde_json::from_str(&text(row, place)?).map_err(|error| DbErr::Json(error.to_string()))
}
