//! Holds what is there against what is needed.

use super::found::Found;
use super::found::Setting;
use super::found::TableName;
use super::found::same;
use super::needs::Kind;
use super::needs::Need;
use super::needs::Null;
use crate::database::TaskConnection;
use crate::database::sql::quote;
use crate::migration::{SchemaFault, SchemaProblem};
use crate::task::tasks;
use sea_orm::{DbBackend, DbErr, IdenStatic, Statement};

/// The collation of text on MariaDB: a statement that met another would fail, or take
/// unequal texts for equal.
const MARIADB_COLLATION: &str = "utf8mb4_nopad_bin";

/// A table, looked at for what it lacks.
pub(super) struct Look<'t> {
    pub(super) backend: DbBackend,
    pub(super) name: &'t TableName,
    pub(super) table: &'t Found,
}

impl Look<'_> {
    fn problem(&self, fault: SchemaFault) -> SchemaProblem {
        SchemaProblem::new(&self.name.shown(), fault)
    }

    pub(super) fn columns(&self, needs: &[Need]) -> Vec<SchemaProblem> {
        let mut faults = Vec::new();
        for Need { column, kind, null } in needs {
            let column = column.clone();
            let Some(found) = self.table.column(self.backend, &column) else {
                faults.push(SchemaFault::ColumnMissing { column });
                continue;
            };
            if !kind.fits(self.backend, found) {
                faults.push(SchemaFault::ColumnType {
                    column: column.clone(),
                    expected: kind.expected(self.backend),
                    found: found.shown.clone(),
                });
            } else if let (Kind::Text, Some(collation)) = (kind, &found.collation) {
                let expected = match self.backend {
                    DbBackend::MySql => MARIADB_COLLATION,
                    _ => "a deterministic collation",
                };
                if collation != expected {
                    faults.push(SchemaFault::Collation {
                        column: column.clone(),
                        expected,
                        found: collation.clone(),
                    });
                }
            }
            match null {
                Null::Refused if found.nullable => faults.push(SchemaFault::Nullable { column }),
                Null::Allowed if !found.nullable => {
                    faults.push(SchemaFault::NotNullable { column });
                }
                _ => {}
            }
        }
        faults.into_iter().map(|fault| self.problem(fault)).collect()
    }

    /// How its rows are kept, and whether statements do what they say.
    pub(super) fn storage(&self) -> Vec<SchemaProblem> {
        let (expected, found) = match (self.backend, self.table.storage.as_str()) {
            (DbBackend::Postgres, "u") => ("a permanent one", "an unlogged table"),
            (DbBackend::Postgres, "t") => ("a permanent one", "a temporary table"),
            (DbBackend::Postgres, "inherited") => {
                ("one without children", "a table that others inherit from")
            }
            // An engine that is not loaded has no name.
            (DbBackend::MySql, engine) if !engine.eq_ignore_ascii_case("InnoDB") => {
                ("of InnoDB", engine)
            }
            _ => ("", ""),
        };
        let found = match self.backend {
            DbBackend::MySql if !expected.is_empty() => format!("of the engine {found:?}"),
            _ => found.to_owned(),
        };
        let storage =
            (!expected.is_empty()).then(|| self.problem(SchemaFault::Storage { expected, found }));
        let rules = self.table.rules.iter();
        let rules = rules.map(|name| self.problem(SchemaFault::InsteadRule { name: name.clone() }));
        storage.into_iter().chain(rules).collect()
    }

    fn has(&self, column: &str) -> bool {
        self.table.column(self.backend, column).is_some()
    }

    /// That the column alone is unique. Nothing where it is not there at all.
    pub(super) fn unique(&self, column: &str) -> Option<SchemaProblem> {
        let unique = self.table.uniques.iter().any(
            |index| matches!(index.columns.as_slice(), [only] if same(self.backend, only, column)),
        );
        (!unique && self.has(column))
            .then(|| self.problem(SchemaFault::NotUnique { columns: vec![column.to_owned()] }))
    }

    /// That a primary key or a unique index contains the column.
    pub(super) fn contained(&self, column: &str) -> Option<SchemaProblem> {
        let mut names = self.table.uniques.iter().flat_map(|index| &index.columns);
        let contained = names.any(|name| same(self.backend, name, column));
        (!contained && self.has(column))
            .then(|| self.problem(SchemaFault::NotUnique { columns: vec![column.to_owned()] }))
    }

    /// That an external id is unique in its game, by an index that statements use.
    pub(super) fn name_is_unique(&self) -> Option<SchemaProblem> {
        let key = [tasks::Column::GameId.as_str(), tasks::Column::ExternalTaskId.as_str()];
        if !key.iter().all(|column| self.has(column)) {
            return None;
        }
        let fits = |columns: &[String]| {
            columns.len() == key.len()
                && key.iter().all(|one| columns.iter().any(|name| same(self.backend, name, one)))
        };
        let expected = match self.backend {
            DbBackend::Postgres => "C",
            DbBackend::Sqlite => "BINARY",
            _ => MARIADB_COLLATION,
        };
        let [_, external] = key;
        let mut other = None;
        for index in self.table.uniques.iter().filter(|index| fits(&index.columns)) {
            let place = index.columns.iter().position(|name| same(self.backend, name, external));
            // MariaDB's is that of the column, which was looked at.
            match place.and_then(|place| index.collations.get(place)) {
                Some(collation) if collation != expected => other = Some(collation.clone()),
                _ => return None,
            }
        }
        Some(self.problem(match other {
            Some(found) => SchemaFault::Collation { column: external.to_owned(), expected, found },
            None => SchemaFault::NotUnique { columns: key.map(str::to_owned).to_vec() },
        }))
    }

    /// That a task's game is there.
    pub(super) fn reference(&self, games: &TableName, games_id: &str) -> Option<SchemaProblem> {
        let column = tasks::Column::GameId.as_str();
        if !self.has(column) {
            return None;
        }
        let is = |names: &[String], name: &str| matches!(names, [only] if same(self.backend, only, name));
        let mut fault = None;
        for key in self.table.references.iter().filter(|key| is(&key.columns, column)) {
            // A key that names no column means the primary key; what that is, the games table
            // is asked.
            if key.to.is_empty() || is(&key.to, games_id) {
                let column = column.to_owned();
                fault = Some(if !key.enabled {
                    let reason = "its triggers are disabled";
                    SchemaFault::ReferenceNotEnforced { column, reason }
                } else if !key.validated {
                    SchemaFault::ReferenceNotValidated { column }
                } else if !key.immediate {
                    let reason = "it is deferred to the end of the transaction";
                    SchemaFault::ReferenceNotEnforced { column, reason }
                } else {
                    return None;
                });
            }
        }
        let missing = || SchemaFault::NoReference {
            column: column.to_owned(),
            parent: games.shown(),
            parent_column: games_id.to_owned(),
        };
        Some(self.problem(fault.unwrap_or_else(missing)))
    }
}

/// Settings that break a promise.
pub(super) fn settings(name: &TableName, settings: &[Setting]) -> Vec<SchemaProblem> {
    let wrong = settings.iter().filter_map(|Setting { name: setting, value }| {
        let (expected, fits) = match setting.as_str() {
            // Text is sorted, and prefixes are found, by the bytes of UTF-8.
            "encoding" => ("UTF-8", value == "UTF-8"),
            "server_encoding" => ("UTF8", value == "UTF8"),
            "foreign_keys" | "foreign_key_checks" | "unique_checks" => ("ON", value == "ON"),
            // A replica's session checks no foreign key.
            "session_replication_role" => ("origin or local", value != "replica"),
            // Without it a null where none may be becomes an empty text, and texts are cut.
            "sql_mode" => (
                "one with STRICT_TRANS_TABLES or STRICT_ALL_TABLES",
                value.split(',').any(|mode| mode.starts_with("STRICT_")),
            ),
            _ => return None,
        };
        (!fits).then(|| SchemaFault::Setting {
            setting: setting.clone(),
            expected,
            found: value.clone(),
        })
    });
    wrong.map(|fault| SchemaProblem::new(&name.shown(), fault)).collect()
}

/// SQLite's catalogs do not tell the collation of a column. It shows in how many of three
/// texts are different: `a` and `A`, unless case is folded, and `a ` unless blanks are cut off.
pub(super) async fn folding<C: TaskConnection>(
    db: &C,
    name: &TableName,
    table: Option<&Found>,
    needs: &[Need],
) -> Result<Vec<SchemaProblem>, DbErr> {
    let Some(table) = table.filter(|table| table.is_table) else { return Ok(Vec::new()) };
    let backend = db.backend();
    let schema = name.schema.as_deref().unwrap_or("main");
    let texts: Vec<&Need> = needs
        .iter()
        .filter(|need| need.kind == Kind::Text)
        .filter(|need| table.column(backend, &need.column).is_some())
        .collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let count = |need: &&Need| {
        format!(
            "(SELECT count(DISTINCT v) FROM (SELECT {} AS v FROM {}.{} WHERE 0 \
             UNION ALL SELECT 'a' UNION ALL SELECT 'A' UNION ALL SELECT 'a '))",
            quote(backend, &need.column),
            quote(backend, schema),
            quote(backend, &name.table),
        )
    };
    let counts: Vec<String> = texts.iter().map(count).collect();
    let query = Statement::from_string(backend, format!("SELECT {}", counts.join(", ")));
    let Some(row) = db.query_one(query).await? else { return Ok(Vec::new()) };
    let mut problems = Vec::new();
    for (place, need) in texts.iter().enumerate() {
        if row.try_get_by_index::<i64>(place)? != 3 {
            let fault = SchemaFault::Collation {
                column: need.column.clone(),
                expected: "BINARY",
                found: "a collation that folds".to_owned(),
            };
            problems.push(SchemaProblem::new(&name.shown(), fault));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column that is missing is reported as that alone.
    #[test]
    fn a_missing_column_lacks_no_index_and_no_key() {
        let name = |table: &str| TableName { schema: None, table: table.to_owned() };
        let (tasks, table) = (name("tasks"), Found::default());
        for backend in [DbBackend::Postgres, DbBackend::MySql, DbBackend::Sqlite] {
            let look = Look { backend, name: &tasks, table: &table };
            let faults = [
                look.unique("id"),
                look.contained("id"),
                look.name_is_unique(),
                look.reference(&name("games"), "id"),
            ];
            assert_eq!(faults, [None, None, None, None]);
        }
    }
}
