//! Whether the names that a migration is about to give are taken: a renamed table keeps the names of
//! its indexes, and on PostgreSQL a table shares its name with a type.

use super::{SchemaFault, SchemaProblem};
use crate::database::TaskConnection;
use crate::database::dialect::{Dialect, PlannedNames, TableName};
use sea_orm::{DbErr, QueryResult};

/// Something that has a name which a migration is about to give.
#[derive(Debug)]
pub(super) struct NameHolder {
    name: String,
    /// Its schema, where a database has several.
    pub(super) schema: Option<String>,
    /// What it is, for errors.
    description: String,
    /// Whether it is an index of the table itself.
    pub(super) on_table: bool,
    /// The columns of an index; `None` for an expression.
    pub(super) columns: Vec<Option<String>>,
}

impl NameHolder {
    pub(super) fn problem(&self, planned: &PlannedNames) -> SchemaProblem {
        let (name, holder) = (self.name.clone(), self.description.clone());
        SchemaProblem::new(&planned.table, SchemaFault::NameTaken { name, holder })
    }

    fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        let columns: Option<String> = row.try_get_by_index(3)?;
        let columns = columns.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list));
        Ok(Self {
            name: row.try_get_by_index(0)?,
            description: row.try_get_by_index(1)?,
            schema: row.try_get_by_index(4)?,
            on_table: super::schema::small_number(row, 2)? != 0,
            columns: columns.map_err(|error| DbErr::Json(error.to_string()))?,
        })
    }
}

impl PlannedNames {
    /// The name of a new table without indexes that need names.
    pub(super) fn table_alone(table: TableName) -> Self {
        Self { table, table_exists: false, indexes: Vec::new(), foreign_key: None }
    }

    /// What has one of the names. One round trip.
    pub(super) async fn holders<C: TaskConnection>(
        &self,
        db: &C,
    ) -> Result<Vec<NameHolder>, DbErr> {
        let query = Dialect::of(db.backend()).name_holders_query(self);
        db.query_all(query).await?.iter().map(NameHolder::from_row).collect()
    }

    /// The same as problems, where every name has to be free.
    pub(super) async fn problems<C: TaskConnection>(
        &self,
        db: &C,
    ) -> Result<Vec<SchemaProblem>, DbErr> {
        let holders = self.holders(db).await?;
        Ok(holders.iter().map(|holder| holder.problem(self)).collect())
    }
}
