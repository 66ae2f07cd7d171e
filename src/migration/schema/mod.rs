//! Whether the tables have what the crate needs: by their properties, not by equality.

mod found;
mod look;
mod needs;

use super::create_games;
use super::create_tasks;
use super::names::Planned;
use crate::database::TaskConnection;
use crate::error::{Call, DatabaseError};
use crate::migration::{MigrationError, SchemaFault, SchemaMismatch, SchemaProblem};
use crate::task::{Games, ParentGame, games, tasks};
use found::{Catalog, Found, Resolve, TableName};
use look::Look;
use sea_orm::{DbBackend, DbErr, IdenStatic};

/// Asks whether both tables, `games` and `tasks`, are as the crate needs them.
///
/// Reads the database's catalogs only, so a user without the right to change the schema may
/// ask. What counts are properties: the columns with types that fit, what may be null, the
/// uniqueness, the reference to the game. Columns, indexes and triggers that the application
/// added do not matter, nor does who made the tables.
///
/// Reported, too, is what makes a promise untrue on one database: how a table keeps its rows,
/// foreign keys that are not enforced, and settings of the database and of the connection that was
/// asked, such as an encoding other than UTF-8 ([`SchemaFault`] names them all).
///
/// Round trips: two (SQLite: three).
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
/// [`MigrationError::SchemaMismatch`] with everything that is missing, [`MigrationError::Database`] when
/// the database fails.
pub async fn verify_schema(db: &impl TaskConnection) -> Result<(), MigrationError> {
    let games = told(db, games(db, Resolve::AsNamed)).await?;
    let tasks = told(db, tasks::<Games, _>(db, Resolve::AsNamed)).await?;
    fits(db.backend(), [games.or_missing(), tasks.or_missing()])
}

/// The same for the tasks table of an application's own games table, of which only what
/// [`ParentGame`] names is asked for.
///
/// # Errors
/// As [`verify_schema`].
pub async fn verify_schema_for<G: ParentGame>(
    db: &impl TaskConnection,
) -> Result<(), MigrationError> {
    let parent = told(db, parent::<G, _>(db)).await?;
    let tasks = told(db, tasks::<G, _>(db, Resolve::AsNamed)).await?;
    fits(db.backend(), [parent.or_missing(), tasks.or_missing()])
}

async fn told<C: TaskConnection>(
    db: &C,
    looked: impl Future<Output = Result<Looked, DbErr>>,
) -> Result<Looked, MigrationError> {
    let call = Call { backend: db.backend(), in_transaction: db.in_transaction(), writes: false };
    looked.await.map_err(|error| DatabaseError::new(call, error).into())
}

fn fits<E: From<SchemaMismatch>>(
    backend: DbBackend,
    problems: [Vec<SchemaProblem>; 2],
) -> Result<(), E> {
    match SchemaMismatch::of(backend, problems.concat()) {
        Some(mismatch) => Err(mismatch.into()),
        None => Ok(()),
    }
}

/// Whether `migrations()` finds its games table made already, by whomever. What stands in the
/// place of either table and does not fit is a mismatch.
pub(super) async fn games_are_there<C: TaskConnection>(db: &C) -> Result<bool, DbErr> {
    let backend = db.backend();
    let mut games = games(db, Resolve::WhereMade).await?;
    games.and_names(db, create_games::planned()).await?;
    // MariaDB commits with each table, so both are looked at before the first is made.
    let mut tasks = tasks::<Games, _>(db, Resolve::WhereMade).await?;
    tasks.and_names(db, create_tasks::planned::<Games>(backend)).await?;
    fits::<DbErr>(backend, [games.problems, tasks.problems])?;
    Ok(games.there)
}

/// The same for a tasks table; its games table must be there.
pub(super) async fn tasks_are_there<G: ParentGame, C: TaskConnection>(
    db: &C,
) -> Result<bool, DbErr> {
    let parent = parent::<G, _>(db).await?;
    let mut tasks = tasks::<G, _>(db, Resolve::WhereMade).await?;
    tasks.and_names(db, create_tasks::planned::<G>(db.backend())).await?;
    fits::<DbErr>(db.backend(), [parent.or_missing(), tasks.problems])?;
    Ok(tasks.there)
}

/// Whether a table is there whose comment says that a migration of the crate made it.
pub(super) async fn is_marked<C: TaskConnection>(
    db: &C,
    schema: Option<&str>,
    table: &str,
    mark: &str,
) -> Result<bool, DbErr> {
    let name = TableName { schema: schema.map(str::to_owned), table: table.to_owned() };
    let found = Catalog::read(db, &name, Resolve::WhereMade, &name).await?.found;
    Ok(found.is_some_and(|found| found.is_table && found.comment.contains(mark)))
}

/// Whether there is a table of this name, where one would be made, for the record of a migrator.
/// Anything else of that name is a mismatch.
pub(super) async fn has_record<C: TaskConnection>(db: &C, table: &str) -> Result<bool, DbErr> {
    let name = TableName { schema: None, table: table.to_owned() };
    let Catalog { found, .. } = Catalog::read(db, &name, Resolve::WhereMade, &name).await?;
    let looked =
        Looked::at(db.backend(), name, found.as_ref(), |look| look.columns(&needs::record()));
    fits::<DbErr>(db.backend(), [looked.problems, Vec::new()])?;
    Ok(looked.there)
}

fn tasks_name<G: ParentGame>() -> TableName {
    TableName { schema: G::tasks_schema().map(str::to_owned), table: G::tasks_table().to_owned() }
}

fn games_name<G: ParentGame>() -> TableName {
    let games = G::default();
    TableName {
        schema: games.schema_name().map(str::to_owned),
        table: games.table_name().to_owned(),
    }
}

/// What was found where a table should be.
struct Looked {
    name: TableName,
    there: bool,
    problems: Vec<SchemaProblem>,
}

impl Looked {
    fn at(
        backend: DbBackend,
        name: TableName,
        found: Option<&Found>,
        judge: impl FnOnce(&Look<'_>) -> Vec<SchemaProblem>,
    ) -> Self {
        let problems = match found {
            None => Vec::new(),
            Some(found) if !found.is_table => {
                vec![SchemaProblem::new(&name.shown(), SchemaFault::NotATable)]
            }
            Some(table) => judge(&Look { backend, name: &name, table }),
        };
        Self { there: found.is_some(), name, problems }
    }

    /// The problems where the table has to be there.
    fn or_missing(mut self) -> Vec<SchemaProblem> {
        if !self.there {
            let missing = SchemaProblem::new(&self.name.shown(), SchemaFault::TableMissing);
            self.problems.insert(0, missing);
        }
        self.problems
    }

    /// Adds what has the names that are to be given, where the table is to be made.
    async fn and_names<C: TaskConnection>(
        &mut self,
        db: &C,
        planned: Planned<'_>,
    ) -> Result<(), DbErr> {
        if !self.there {
            self.problems.extend(planned.problems(db).await?);
        }
        Ok(())
    }
}

/// The crate's own games table.
async fn games<C: TaskConnection>(db: &C, resolve: Resolve) -> Result<Looked, DbErr> {
    let name = games_name::<Games>();
    let Catalog { found, .. } = Catalog::read(db, &name, resolve, &name).await?;
    Ok(Looked::at(db.backend(), name, found.as_ref(), |look| {
        let mut problems = look.storage();
        problems.extend(look.columns(&needs::games()));
        problems.extend(look.unique(games::Column::Id.as_str()));
        problems.extend(look.unique(games::Column::ExternalGameId.as_str()));
        problems
    }))
}

/// An application's games table, by what it says of itself.
async fn parent<G: ParentGame, C: TaskConnection>(db: &C) -> Result<Looked, DbErr> {
    let name = games_name::<G>();
    let Catalog { found, .. } = Catalog::read(db, &name, Resolve::AsNamed, &name).await?;
    Ok(Looked::at(db.backend(), name, found.as_ref(), |look| {
        let mut problems = look.columns(&needs::parent::<G>());
        if db.backend() == DbBackend::MySql {
            // A foreign key can only refer to a table of InnoDB.
            problems.extend(look.storage());
        }
        problems.extend(look.unique(G::id_column().as_str()));
        problems
    }))
}

async fn tasks<G: ParentGame, C: TaskConnection>(
    db: &C,
    resolve: Resolve,
) -> Result<Looked, DbErr> {
    let (backend, name, games) = (db.backend(), tasks_name::<G>(), games_name::<G>());
    let Catalog { found, settings } = Catalog::read(db, &name, resolve, &games).await?;
    let needs = needs::tasks();
    let mut looked = Looked::at(backend, name, found.as_ref(), |look| {
        let mut problems = look.storage();
        problems.extend(look.columns(&needs));
        problems.extend(look.contained(tasks::Column::Id.as_str()));
        problems.extend(look.name_is_unique());
        problems.extend(look.reference(&games, G::id_column().as_str()));
        problems
    });
    if backend == DbBackend::Sqlite && looked.there {
        looked.problems.extend(look::folding(db, &looked.name, found.as_ref(), &needs).await?);
    }
    looked.problems.extend(look::settings(&looked.name, &settings));
    Ok(looked)
}
