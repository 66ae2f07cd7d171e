//! Holds what is there against what is needed.

use super::found::{Found, TableName, same};
use super::needs::{Kind, Need, Null};
use crate::connection::TaskConnection;
use crate::entity::tasks;
use crate::error::{SchemaFault, SchemaProblem};
use crate::sql::quote;
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
        let mut unvalidated = false;
        for key in self.table.references.iter().filter(|key| is(&key.columns, column)) {
            // A key that names no column means the primary key; what that is, the games table
            // is asked.
            if key.to.is_empty() || is(&key.to, games_id) {
                if key.validated {
                    return None;
                }
                unvalidated = true;
            }
        }
        let column = column.to_owned();
        Some(self.problem(match unvalidated {
            true => SchemaFault::ReferenceNotValidated { column },
            false => SchemaFault::NoReference {
                column,
                parent: games.shown(),
                parent_column: games_id.to_owned(),
            },
        }))
    }
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
