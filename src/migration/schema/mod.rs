//! Checks whether the tables have what the crate needs: their properties, not equality with the
//! crate's own tables.

mod catalog;
mod compare;
mod distributed;
mod requirements;

pub(crate) use catalog::{Catalog, Table, small_number};

use super::columns::{self, ColumnSpec};
use super::ddl;
use super::{MigrationError, SchemaFault, SchemaMismatch, SchemaProblem, create_tasks, pooler};
use crate::database::TaskConnection;
use crate::database::dialect::{Dialect, MARK, PlannedNames, Resolve, TableName};
use crate::error::{Call, DatabaseError};
use crate::task::{Games, ParentGame, games, tasks};
use compare::Comparison;
use sea_orm::{DbErr, IdenStatic};

/// Checks whether both tables, `games` and `tasks`, are as the crate needs them.
///
/// Reads the database's catalogs only, so a user without the right to change the schema may call
/// it. It checks properties: the columns and their types, which of them may be null, uniqueness, and
/// the foreign key to the game. Columns, indexes and triggers that the application added do not
/// matter, nor does who created the tables.
///
/// It also reports what breaks a promise on one database: how a table stores its rows, foreign
/// keys that are not enforced, and settings of the database and of this connection, such as an
/// encoding other than UTF-8 ([`SchemaFault`] lists them all).
///
/// On Citus, a games table that is distributed by its `id` need not have unique external ids, which
/// it cannot have.
///
/// Round trips: two (SQLite: three), and one or two if external ids of games are not unique.
///
/// ```no_run
/// use game_tasks::{MigrationError, migration};
///
/// # async fn example(db: game_tasks::sea_orm::DatabaseConnection) -> Result<(), MigrationError> {
/// match migration::verify_schema(&db).await {
///     Err(MigrationError::SchemaMismatch(mismatch)) => {
///         for problem in mismatch.problems() {
///             println!("{problem}");
///         }
///     }
///     other => other?,
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`MigrationError::SchemaMismatch`] with every problem, a version that is too old among them,
/// [`MigrationError::UnsupportedDatabase`] for a product that has other catalogs,
/// [`MigrationError::UnsupportedPooler`] if a pooler mixes up prepared statements,
/// [`MigrationError::Database`] when the database fails.
pub async fn verify_schema(db: &impl TaskConnection) -> Result<(), MigrationError> {
    let games = map_err(db, games(db, Resolve::AsNamed)).await?;
    let tasks = map_err(db, tasks::<Games, _>(db, Resolve::AsNamed, &columns::tasks())).await?;
    refuse(db, [games.required(), tasks.required()])
}

/// Like [`verify_schema`], for the tasks table of an application's own games table, of which only
/// the columns that [`ParentGame`] names are checked.
///
/// # Errors
/// As [`verify_schema`].
pub async fn verify_schema_for<G: ParentGame>(
    db: &impl TaskConnection,
) -> Result<(), MigrationError> {
    let parent = map_err(db, parent::<G, _>(db)).await?;
    let tasks = map_err(db, tasks::<G, _>(db, Resolve::AsNamed, &columns::tasks())).await?;
    refuse(db, [parent.required(), tasks.required()])
}

async fn map_err<C: TaskConnection>(
    db: &C,
    checked: impl Future<Output = Result<Checked, DbErr>>,
) -> Result<Checked, MigrationError> {
    let dialect = Dialect::of(db.backend());
    let call = Call { dialect, in_transaction: db.in_transaction(), writes: false };
    let error = match checked.await {
        Ok(checked) => return Ok(checked),
        Err(error) => error,
    };
    let error = DatabaseError::new(call, error);
    // The catalogs of another product may be what the statement failed on.
    let repeated = match ddl::unsupported(db).await {
        Ok(Some(product)) => {
            let needs = dialect.schema_features().needs;
            return Err(MigrationError::UnsupportedDatabase { product, needs });
        }
        Ok(None) => None,
        Err(error) => Some(DatabaseError::new(call, error)),
    };
    Err(pooler::failed_twice(dialect, error, repeated))
}

/// Fails if there are problems.
fn refuse<E: From<SchemaMismatch>>(
    db: &impl TaskConnection,
    problems: impl IntoIterator<Item = Vec<SchemaProblem>>,
) -> Result<(), E> {
    let problems = problems.into_iter().flatten().collect();
    match SchemaMismatch::of(Dialect::of(db.backend()), problems) {
        Some(mismatch) => Err(mismatch.into()),
        None => Ok(()),
    }
}

/// Whether the crate's games table exists already. What has the name of either table and does not
/// fit is a mismatch, and so is a taken name.
pub(super) async fn games_exist<C: TaskConnection>(db: &C) -> Result<bool, DbErr> {
    let dialect = Dialect::of(db.backend());
    let mut games = games(db, Resolve::WhereCreated).await?;
    games.check_names(db, PlannedNames::table_alone(TableName::games::<Games>())).await?;
    // MariaDB commits each table, so both are checked before the first is created.
    let created = columns::tasks_as_created();
    let mut tasks = tasks::<Games, _>(db, Resolve::WhereCreated, &created).await?;
    tasks.check_names(db, create_tasks::planned_names::<Games>(dialect)).await?;
    refuse::<DbErr>(db, [games.problems, tasks.problems])?;
    Ok(games.exists)
}

/// The same for a tasks table, whose games table must exist. Of the columns only those are required
/// that this migration creates: later migrations add the others.
pub(super) async fn tasks_exist<G: ParentGame, C: TaskConnection>(db: &C) -> Result<bool, DbErr> {
    let parent = parent::<G, _>(db).await?;
    let created = columns::tasks_as_created();
    let mut tasks = tasks::<G, _>(db, Resolve::WhereCreated, &created).await?;
    tasks.check_names(db, create_tasks::planned_names::<G>(Dialect::of(db.backend()))).await?;
    refuse::<DbErr>(db, [parent.required(), tasks.problems])?;
    Ok(tasks.exists)
}

/// Whether a tasks table has a column, to be added if not. The table must exist and have the columns
/// of earlier migrations, and a column of this name must fit.
pub(super) async fn has_column<G: ParentGame, C: TaskConnection>(
    db: &C,
    before: &[ColumnSpec],
    column: &ColumnSpec,
) -> Result<bool, DbErr> {
    let with_column = [before, std::slice::from_ref(column)].concat();
    let tasks = tasks::<G, _>(db, Resolve::WhereCreated, &with_column).await?;
    let fault = SchemaFault::ColumnMissing { column: column.name.to_owned() };
    let (missing, problems): (Vec<_>, Vec<_>) =
        tasks.required().into_iter().partition(|problem| problem.fault == fault);
    refuse::<DbErr>(db, [problems])?;
    Ok(missing.is_empty())
}

/// The table, if it exists and a migration of the crate created it.
pub(super) async fn created<C: TaskConnection>(
    db: &C,
    table: &TableName,
) -> Result<Option<Table>, DbErr> {
    let found = Catalog::read(db, table, Resolve::WhereCreated, table).await?.table;
    Ok(found.filter(|found| found.is_table && found.comment.contains(MARK)))
}

/// Whether a migrator's table exists. Something else of its name is a mismatch.
pub(super) async fn migrator_table_exists<C: TaskConnection>(
    db: &C,
    table: &str,
) -> Result<bool, DbErr> {
    let name = TableName::bare(table);
    let catalog = Catalog::read(db, &name, Resolve::WhereCreated, &name).await?;
    let checked =
        Checked::new(&catalog, name, |table| table.columns(&requirements::migrator_table()));
    refuse::<DbErr>(db, [checked.problems])?;
    Ok(checked.exists)
}

/// The outcome of a check.
struct Checked {
    name: TableName,
    exists: bool,
    problems: Vec<SchemaProblem>,
}

impl Checked {
    fn new(
        catalog: &Catalog,
        name: TableName,
        compare: impl FnOnce(&Comparison<'_>) -> Vec<SchemaProblem>,
    ) -> Self {
        let (dialect, found) = (catalog.dialect, catalog.table.as_ref());
        let problems = match found {
            None => Vec::new(),
            Some(found) if !found.is_table => {
                vec![SchemaProblem::new(&name, SchemaFault::NotATable)]
            }
            Some(table) => compare(&Comparison { dialect, name: &name, table }),
        };
        Self { exists: found.is_some(), name, problems }
    }

    /// The problems if the table has to exist.
    fn required(mut self) -> Vec<SchemaProblem> {
        if !self.exists {
            self.problems.insert(0, SchemaProblem::new(&self.name, SchemaFault::TableMissing));
        }
        self.problems
    }

    /// Adds the names that are taken, if the table has to be created.
    async fn check_names<C: TaskConnection>(
        &mut self,
        db: &C,
        planned: PlannedNames,
    ) -> Result<(), DbErr> {
        if !self.exists {
            self.problems.extend(planned.problems(db).await?);
        }
        Ok(())
    }
}

/// Checks the crate's own games table.
async fn games<C: TaskConnection>(db: &C, resolve: Resolve) -> Result<Checked, DbErr> {
    let name = TableName::games::<Games>();
    let (id, external_id) = (games::Column::Id.as_str(), games::Column::ExternalGameId.as_str());
    let catalog = Catalog::read(db, &name, resolve, &name).await?;
    let mut checked = Checked::new(&catalog, name, |table| {
        let mut problems = table.storage();
        problems.extend(table.columns(&requirements::all(&columns::games())));
        problems.extend(table.unique(id));
        problems.extend(table.unique(external_id));
        problems
    });
    // A table that is distributed by its id cannot have another unique column.
    let not_unique = SchemaFault::NotUnique { columns: vec![external_id.to_owned()] };
    if checked.problems.iter().any(|problem| problem.fault == not_unique)
        && distributed::distribution_column(db, &checked.name).await?.as_deref() == Some(id)
    {
        checked.problems.retain(|problem| problem.fault != not_unique);
    }
    Ok(checked)
}

/// Checks an application's games table.
async fn parent<G: ParentGame, C: TaskConnection>(db: &C) -> Result<Checked, DbErr> {
    let name = TableName::games::<G>();
    let catalog = Catalog::read(db, &name, Resolve::AsNamed, &name).await?;
    Ok(Checked::new(&catalog, name, |table| {
        let mut problems = table.columns(&requirements::parent::<G>());
        if table.dialect.schema_features().foreign_keys_depend_on_storage {
            problems.extend(table.storage());
        }
        problems.extend(table.unique(G::id_column().as_str()));
        problems
    }))
}

/// Checks a tasks table, of whose columns these are required.
async fn tasks<G: ParentGame, C: TaskConnection>(
    db: &C,
    resolve: Resolve,
    columns: &[ColumnSpec],
) -> Result<Checked, DbErr> {
    let (name, games) = (TableName::tasks::<G>(), TableName::games::<G>());
    let catalog = Catalog::read(db, &name, resolve, &games).await?;
    let required = requirements::all(columns);
    let mut checked = Checked::new(&catalog, name, |table| {
        let mut problems = table.storage();
        problems.extend(table.columns(&required));
        problems.extend(table.in_unique_index(tasks::Column::Id.as_str()));
        problems.extend(table.unique_external_ids());
        problems.extend(table.foreign_key(&games, G::id_column().as_str()));
        problems
    });
    if let Some(table) = &catalog.table {
        let problems = compare::collations(db, &checked.name, table, &required).await?;
        checked.problems.extend(problems);
    }
    let settings = compare::settings(catalog.dialect, &checked.name, &catalog.settings);
    checked.problems.extend(settings);
    Ok(checked)
}
