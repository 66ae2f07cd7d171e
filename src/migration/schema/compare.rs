//! Compares a table with what is required of it.

use super::catalog::{Setting, Table};
use super::requirements::Requirement;
use crate::database::TaskConnection;
use crate::database::dialect::{ColumnKind, Dialect, TableName};
use crate::migration::{SchemaFault, SchemaProblem};
use crate::task::tasks;
use sea_orm::{DbErr, IdenStatic};

/// A table that is compared with its requirements.
pub(super) struct Comparison<'t> {
    pub(super) dialect: Dialect,
    pub(super) name: &'t TableName,
    pub(super) table: &'t Table,
}

impl Comparison<'_> {
    fn problem(&self, fault: SchemaFault) -> SchemaProblem {
        SchemaProblem::new(self.name, fault)
    }

    pub(super) fn columns(&self, required: &[Requirement]) -> Vec<SchemaProblem> {
        let faults = required.iter().flat_map(|requirement| self.column(requirement));
        faults.map(|fault| self.problem(fault)).collect()
    }

    fn column(&self, required: &Requirement) -> Vec<SchemaFault> {
        let (dialect, column) = (self.dialect, required.column.to_owned());
        let Some(found) = self.table.column(dialect, &column) else {
            return vec![SchemaFault::ColumnMissing { column }];
        };
        let mut faults = Vec::new();
        if let Some(kind) = required.kind {
            let expected = dialect.schema_features().column_collation;
            if !dialect.type_fits(kind, found) {
                faults.push(SchemaFault::ColumnType {
                    column: column.clone(),
                    expected: dialect.expected_type(kind),
                    found: found.full_type.clone(),
                });
            } else if kind == ColumnKind::Text
                && let Some(collation) = found.collation.as_ref().filter(|name| *name != expected)
            {
                let (column, found) = (column.clone(), collation.clone());
                faults.push(SchemaFault::Collation { column, expected, found });
            }
        }
        match (required.nullable, found.nullable) {
            (Some(false), true) => faults.push(SchemaFault::Nullable { column }),
            (Some(true), false) => faults.push(SchemaFault::NotNullable { column }),
            (None, _) | (Some(true), true) | (Some(false), false) => {}
        }
        faults
    }

    /// How the rows are stored, and whether rules replace statements.
    pub(super) fn storage(&self) -> Vec<SchemaProblem> {
        let storage = self.dialect.storage_fault(&self.table.storage);
        let storage = storage.map(|(expected, found)| SchemaFault::Storage { expected, found });
        let rules = self.table.rules.iter();
        let rules = rules.map(|name| SchemaFault::InsteadRule { name: name.clone() });
        storage.into_iter().chain(rules).map(|fault| self.problem(fault)).collect()
    }

    fn has(&self, column: &str) -> bool {
        self.table.column(self.dialect, column).is_some()
    }

    /// Whether the column alone is unique. A missing column is reported as that only.
    pub(super) fn unique(&self, column: &str) -> Option<SchemaProblem> {
        let unique = self.table.is_unique(self.dialect, column);
        (!unique && self.has(column))
            .then(|| self.problem(SchemaFault::NotUnique { columns: vec![column.to_owned()] }))
    }

    /// Whether a primary key or a unique index contains the column.
    pub(super) fn in_unique_index(&self, column: &str) -> Option<SchemaProblem> {
        let mut names = self.table.unique_indexes.iter().flat_map(|index| &index.columns);
        let contained = names.any(|name| self.dialect.same_column_name(name, column));
        (!contained && self.has(column))
            .then(|| self.problem(SchemaFault::NotUnique { columns: vec![column.to_owned()] }))
    }

    /// Whether external ids are unique in a game, by an index that the crate's statements use.
    pub(super) fn unique_external_ids(&self) -> Option<SchemaProblem> {
        let dialect = self.dialect;
        let key = [tasks::Column::GameId.as_str(), tasks::Column::ExternalTaskId.as_str()];
        if !key.iter().all(|column| self.has(column)) {
            return None;
        }
        let covers_key = |columns: &[String]| {
            let has = |column: &&str| columns.iter().any(|it| dialect.same_column_name(it, column));
            columns.len() == key.len() && key.iter().all(has)
        };
        let expected = dialect.schema_features().unique_index_collation;
        let [_, external] = key;
        let mut other = None;
        for index in self.table.unique_indexes.iter().filter(|index| covers_key(&index.columns)) {
            let mut columns = index.columns.iter();
            let at = columns.position(|name| dialect.same_column_name(name, external));
            // An index without collations has those of its columns, which are compared by `column`.
            match at.and_then(|at| index.collations.get(at)) {
                Some(collation) if collation != expected => other = Some(collation.clone()),
                _ => return None,
            }
        }
        Some(self.problem(match other {
            Some(found) => SchemaFault::Collation { column: external.to_owned(), expected, found },
            None => SchemaFault::NotUnique { columns: key.map(str::to_owned).to_vec() },
        }))
    }

    /// Whether a foreign key that is enforced refers from a task to its game.
    pub(super) fn foreign_key(&self, games: &TableName, games_id: &str) -> Option<SchemaProblem> {
        let column = tasks::Column::GameId.as_str();
        if !self.has(column) {
            return None;
        }
        let is = |names: &[String], name: &str| matches!(names, [only] if self.dialect.same_column_name(only, name));
        let mut fault = SchemaFault::NoReference {
            column: column.to_owned(),
            parent: games.to_string(),
            parent_column: games_id.to_owned(),
        };
        for key in self.table.foreign_keys.iter().filter(|key| is(&key.columns, column)) {
            // Whether the games' primary key is the right column is a question to the games table.
            if !key.referenced.is_empty() && !is(&key.referenced, games_id) {
                continue;
            }
            let column = column.to_owned();
            fault = if !key.enabled {
                let reason = "its triggers are disabled";
                SchemaFault::ReferenceNotEnforced { column, reason }
            } else if !key.validated {
                SchemaFault::ReferenceNotValidated { column }
            } else if !key.immediate {
                let reason = "it is deferred to the end of the transaction";
                SchemaFault::ReferenceNotEnforced { column, reason }
            } else {
                return None;
            };
        }
        Some(self.problem(fault))
    }
}

/// The settings that break a promise.
pub(super) fn settings(
    dialect: Dialect,
    name: &TableName,
    settings: &[Setting],
) -> Vec<SchemaProblem> {
    let wrong = settings.iter().filter_map(|Setting { name: setting, value }| {
        let expected = dialect.expected_setting(setting, value)?;
        let (setting, found) = (setting.clone(), value.clone());
        Some(SchemaFault::Setting { setting, expected, found })
    });
    wrong.map(|fault| SchemaProblem::new(name, fault)).collect()
}

/// Compares the collations of text columns where the catalogs do not show them: one round trip more.
pub(super) async fn collations<C: TaskConnection>(
    db: &C,
    name: &TableName,
    table: &Table,
    required: &[Requirement],
) -> Result<Vec<SchemaProblem>, DbErr> {
    let dialect = Dialect::of(db.backend());
    let texts: Vec<&str> = required
        .iter()
        .filter(|requirement| requirement.kind == Some(ColumnKind::Text))
        .map(|requirement| requirement.column)
        .filter(|column| table.column(dialect, column).is_some())
        .collect();
    if texts.is_empty() || !table.is_table {
        return Ok(Vec::new());
    }
    let Some(probe) = dialect.collation_probe(name, &texts) else { return Ok(Vec::new()) };
    let Some(row) = db.query_one(probe).await? else { return Ok(Vec::new()) };
    let mut problems = Vec::new();
    for (index, column) in texts.into_iter().enumerate() {
        if row.try_get_by_index::<i64>(index)? != 3 {
            let fault = SchemaFault::Collation {
                column: column.to_owned(),
                expected: dialect.schema_features().column_collation,
                found: "a collation that folds".to_owned(),
            };
            problems.push(SchemaProblem::new(name, fault));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_is_reported_without_its_missing_index_and_foreign_key() {
        let (tasks, table) = (TableName::bare("tasks"), Table::default());
        for dialect in [Dialect::Postgres, Dialect::MariaDb, Dialect::Sqlite] {
            let compared = Comparison { dialect, name: &tasks, table: &table };
            let problems = [
                compared.unique("id"),
                compared.in_unique_index("id"),
                compared.unique_external_ids(),
                compared.foreign_key(&TableName::bare("games"), "id"),
            ];
            assert_eq!(problems, [None, None, None, None]);
        }
    }
}
