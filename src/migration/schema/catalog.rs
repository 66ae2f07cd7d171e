//! A table as the database's catalogs describe it.

use crate::database::TaskConnection;
use crate::database::dialect::{CatalogColumn, Dialect, Resolve, TableName};
use sea_orm::{DbErr, QueryResult};

/// The answer to a [`catalog_query`](Dialect::catalog_query).
#[derive(Debug)]
pub(crate) struct Catalog {
    /// The dialect of the server that answered.
    pub(crate) dialect: Dialect,
    /// What has the name that was asked for.
    pub(crate) table: Option<Table>,
    /// The settings of the database and of the connection on which a promise depends.
    pub(crate) settings: Vec<Setting>,
}

#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A table, or something else that has its name.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) is_table: bool,
    /// The kind of relation, in the terms of the database: PostgreSQL's `relkind`.
    pub(crate) kind: String,
    /// PostgreSQL's `relpersistence`, or `inherited`; MariaDB's engine.
    pub(crate) storage: String,
    /// Rules that replace statements (PostgreSQL).
    pub(crate) rules: Vec<String>,
    /// The comment of the table; on SQLite its definition, which contains comments.
    pub(crate) comment: String,
    pub(crate) columns: Vec<CatalogColumn>,
    pub(crate) unique_indexes: Vec<UniqueIndex>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// A unique index that is valid, immediate, and on columns of all rows.
#[derive(Debug)]
pub(crate) struct UniqueIndex {
    pub(crate) columns: Vec<String>,
    /// The collation of each column, where it can differ from the column's own.
    pub(crate) collations: Vec<String>,
}

/// A foreign key to the parent that was asked for.
#[derive(Debug)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<String>,
    /// Empty where the key refers to the primary key without naming it (SQLite).
    pub(crate) referenced: Vec<String>,
    pub(crate) validated: bool,
    /// Whether it is checked by each statement, not at the end of the transaction.
    pub(crate) immediate: bool,
    pub(crate) enabled: bool,
}

impl Catalog {
    /// Reads what has this name, and its foreign keys to `parent`. One round trip.
    pub(crate) async fn read<C: TaskConnection>(
        db: &C,
        name: &TableName,
        resolve: Resolve,
        parent: &TableName,
    ) -> Result<Self, DbErr> {
        let dialect = Dialect::of(db.backend());
        let rows = db.query_all(dialect.catalog_query(name, resolve, parent)).await?;
        Self::from_rows(dialect, &rows)
    }

    pub(crate) fn from_rows(dialect: Dialect, rows: &[QueryResult]) -> Result<Self, DbErr> {
        let mut catalog = Self { dialect, table: None, settings: Vec::new() };
        let mut table = Table::default();
        let mut exists = false;
        for row in rows {
            match row.try_get_by_index::<String>(0)?.as_str() {
                "table" => {
                    exists = true;
                    table.kind = text(row, 1)?;
                    table.is_table = small_number(row, 4)? != 0;
                    (table.comment, table.storage) = (text(row, 2)?, text(row, 3)?);
                }
                "setting" => {
                    let (name, value) = (text(row, 1)?, text(row, 2)?);
                    if name == "version" {
                        catalog.dialect = dialect.of_version(&value);
                    }
                    catalog.settings.push(Setting { name, value });
                }
                "rule" => table.rules.push(text(row, 1)?),
                "column" => table.columns.push(column(dialect, row)?),
                "unique" => {
                    let (columns, collations) = (list(row, 2)?, list(row, 3)?);
                    table.unique_indexes.push(UniqueIndex { columns, collations });
                }
                "reference" => table.foreign_keys.push(ForeignKey {
                    columns: list(row, 2)?,
                    referenced: list(row, 3)?,
                    validated: small_number(row, 4)? != 0,
                    immediate: small_number(row, 5)? != 1,
                    enabled: small_number(row, 5)? != 2,
                }),
                _ => {}
            }
        }
        catalog.table = exists.then_some(table);
        Ok(catalog)
    }
}

impl Table {
    pub(crate) fn column(&self, dialect: Dialect, name: &str) -> Option<&CatalogColumn> {
        self.columns.iter().find(|column| dialect.same_column_name(&column.name, name))
    }

    /// Whether a unique index is on this column alone.
    pub(crate) fn is_unique(&self, dialect: Dialect, column: &str) -> bool {
        self.unique_indexes.iter().any(|index| {
            matches!(index.columns.as_slice(), [only] if dialect.same_column_name(only, column))
        })
    }
}

fn column(dialect: Dialect, row: &QueryResult) -> Result<CatalogColumn, DbErr> {
    let (base_type, collation) = dialect.base_type_and_collation(&text(row, 3)?);
    Ok(CatalogColumn {
        name: text(row, 1)?,
        full_type: text(row, 2)?,
        base_type,
        nullable: small_number(row, 4)? != 0,
        size: Some(small_number(row, 5)?).filter(|size| *size >= 0),
        collation,
    })
}

fn text(row: &QueryResult, index: usize) -> Result<String, DbErr> {
    row.try_get_by_index(index)
}

/// Databases differ in the width of a literal number.
pub(crate) fn small_number(row: &QueryResult, index: usize) -> Result<i64, DbErr> {
    let wide = row.try_get_by_index::<i64>(index);
    wide.or_else(|_| row.try_get_by_index::<i32>(index).map(i64::from))
}

fn list(row: &QueryResult, index: usize) -> Result<Vec<String>, DbErr> {
    serde_json::from_str(&text(row, index)?).map_err(|error| DbErr::Json(error.to_string()))
}
