//! The names that the crate gives, and what has them already: a renamed table keeps the names of
//! its indexes, and on PostgreSQL a table shares its name with a type.

use crate::database::TaskConnection;
use crate::database::sql::quote;
use crate::migration::{SchemaFault, SchemaProblem};
use sea_orm::{DbBackend, DbErr, QueryResult, Statement, Value};

/// What is about to be made.
pub(super) struct Planned<'p> {
    pub(super) schema: Option<&'p str>,
    pub(super) table: &'p str,
    /// Whether the table is there, and the names are those of what is to be added to it.
    pub(super) table_exists: bool,
    /// The names of indexes that are to be made on it.
    pub(super) indexes: Vec<String>,
    /// The name of its foreign key.
    pub(super) foreign_key: Option<String>,
}

/// Something that has a name which the crate gives.
#[derive(Debug)]
pub(super) struct Holder {
    name: String,
    /// Its schema, where a database has several.
    pub(super) schema: Option<String>,
    /// What it is, for errors.
    kind: String,
    /// Whether it is an index of the table itself.
    pub(super) on_table: bool,
    /// The columns, where it is an index; `None` for an expression.
    pub(super) columns: Vec<Option<String>>,
}

impl Holder {
    pub(super) fn problem(&self, planned: &Planned<'_>) -> SchemaProblem {
        let fault = SchemaFault::NameTaken { name: self.name.clone(), holder: self.kind.clone() };
        let table = match planned.schema {
            Some(schema) => format!("{schema}.{}", planned.table),
            None => planned.table.to_owned(),
        };
        SchemaProblem::new(&table, fault)
    }
}

/// Relations share one namespace in a schema, and a table's name is a type's, too. The type of
/// an array gives its name up by itself.
const POSTGRES: &str = r#"
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

/// Names of foreign keys are a database's, those of indexes a table's.
const MARIADB: &str = r"
SELECT CAST(constraint_name AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT('a foreign key of table ', table_name) AS CHAR CHARACTER SET utf8mb4),
    CAST(0 AS SIGNED), NULL, NULL
FROM information_schema.referential_constraints
WHERE constraint_schema = COALESCE(?, DATABASE()) AND constraint_name = ?
UNION ALL
SELECT CAST(index_name AS CHAR CHARACTER SET utf8mb4),
    CAST(CONCAT('an index of table ', table_name) AS CHAR CHARACTER SET utf8mb4),
    CAST(1 AS SIGNED),
    CAST(JSON_ARRAYAGG(column_name ORDER BY seq_in_index) AS CHAR CHARACTER SET utf8mb4), NULL
FROM information_schema.statistics
WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
    AND JSON_CONTAINS(CAST(? AS CHAR CHARACTER SET utf8mb4), JSON_QUOTE(index_name))
GROUP BY table_name, index_name
";

/// Tables, views and indexes share one namespace in a database.
const SQLITE: &str = r"
SELECT m.name, CASE m.type WHEN 'index' THEN 'an index of table ' || m.tbl_name
        ELSE 'a ' || m.type END,
    m.type = 'index' AND lower(m.tbl_name) = lower(?2),
    CASE m.type WHEN 'index' THEN
        (SELECT json_group_array(i.name) FROM pragma_index_info(m.name, ?1) i) END, NULL
FROM {master} m WHERE m.type IN ('index', 'table', 'view')
    AND lower(m.name) IN (SELECT lower(value) FROM json_each(?3))
";

impl Planned<'_> {
    /// What has one of the names. One round trip.
    pub(super) async fn holders<C: TaskConnection>(&self, db: &C) -> Result<Vec<Holder>, DbErr> {
        let rows = db.query_all(self.statement(db.backend())).await?;
        rows.iter().map(holder).collect()
    }

    /// The same where the table is not there yet, as problems.
    pub(super) async fn problems<C: TaskConnection>(
        &self,
        db: &C,
    ) -> Result<Vec<SchemaProblem>, DbErr> {
        let holders = self.holders(db).await?;
        Ok(holders.iter().map(|holder| holder.problem(self)).collect())
    }

    fn statement(&self, backend: DbBackend) -> Statement {
        let schema = || Value::from(self.schema.map(str::to_owned));
        let table = || Value::from(self.table.to_owned());
        let names = |names: &[&str]| Value::from(serde_json::json!(names).to_string());
        let mut indexes: Vec<&str> = self.indexes.iter().map(String::as_str).collect();
        if !self.table_exists && backend != DbBackend::MySql {
            indexes.push(self.table);
        }
        let (text, values) = match backend {
            DbBackend::Postgres => {
                let mut quoted = quote(backend, self.table);
                if let Some(schema) = self.schema {
                    quoted = format!("{}.{quoted}", quote(backend, schema));
                }
                let exists = self.table_exists.into();
                let values = vec![schema(), table(), names(&indexes), quoted.into(), exists];
                (POSTGRES.to_owned(), values)
            }
            DbBackend::MySql => {
                let foreign_key = Value::from(self.foreign_key.clone());
                let values = vec![schema(), foreign_key, schema(), table(), names(&indexes)];
                (MARIADB.to_owned(), values)
            }
            _ => {
                let schema = self.schema.unwrap_or("main");
                let master = format!("{}.sqlite_master", quote(backend, schema));
                let values = vec![schema.into(), table(), names(&indexes)];
                (SQLITE.replace("{master}", &master), values)
            }
        };
        Statement::from_sql_and_values(backend, text, values)
    }
}

fn holder(row: &QueryResult) -> Result<Holder, DbErr> {
    let on_table = row.try_get_by_index::<i64>(2);
    let on_table = on_table.or_else(|_| row.try_get_by_index::<i32>(2).map(i64::from))? != 0;
    let columns: Option<String> = row.try_get_by_index(3)?;
    let columns = columns.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list));
    Ok(Holder {
        name: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        schema: row.try_get_by_index(4)?,
        on_table,
        columns: columns.map_err(|error| DbErr::Json(error.to_string()))?,
    })
}
