//! Which migrations a migrator has recorded: what is pending, and what a newer version applied.

use super::{MigrationError, SchemaMismatch, schema};
use crate::database::TaskConnection;
use crate::database::dialect::{Dialect, PlannedNames, TableName};
use crate::error::Call;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Schema, Statement};
use sea_orm_migration::{MigratorTrait, seaql_migrations};

/// Which of a migrator's migrations are recorded in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The migrations that are not recorded yet, in order.
    pub pending: Vec<String>,
    /// The recorded migrations that this program does not know: another version of it applied
    /// them.
    pub unknown: Vec<String>,
}

impl Status {
    /// Whether no migration is pending.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.pending.is_empty()
    }
}

/// Returns which migrations of a migrator ([`Migrator`](crate::Migrator), or the application's own)
/// are recorded. Changes nothing: a user who may read the migrator's table may call it.
///
/// The record says which migrations ran; [`verify_schema`](super::verify_schema) checks the tables
/// themselves.
///
/// Round trips: two, or one where the migrator's table does not exist.
///
/// ```no_run
/// use game_tasks::{Migrator, migration};
///
/// # async fn example(db: game_tasks::sea_orm::DatabaseConnection) -> Result<(), game_tasks::MigrationError> {
/// let status = migration::status::<Migrator>(&db).await?;
/// if !status.is_current() {
///     println!("pending: {}", status.pending.join(", "));
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`MigrationError::SchemaMismatch`] where something else has the name of the migrator's table,
/// [`MigrationError::Database`] when the database fails.
pub async fn status<M: MigratorTrait>(db: &impl TaskConnection) -> Result<Status, MigrationError> {
    let call = Call {
        dialect: Dialect::of(db.backend()),
        in_transaction: db.in_transaction(),
        writes: false,
    };
    let table = M::migration_table_name().to_string();
    let read = async {
        match schema::migrator_table_exists(db, &table).await? {
            true => db.query_all(select(db.backend(), &table)).await?.iter().map(version).collect(),
            false => Ok(Vec::new()),
        }
    };
    let applied: Result<Vec<String>, DbErr> = read.await;
    let applied = applied.map_err(|error| super::failure(call, error))?;
    let known: Vec<String> = M::migrations().iter().map(|one| one.name().to_owned()).collect();
    Ok(Status {
        pending: known.iter().filter(|name| !applied.contains(name)).cloned().collect(),
        unknown: applied.iter().filter(|name| !known.contains(name)).cloned().collect(),
    })
}

/// Returns what is recorded, without the migrations of a newer version of this crate: this version
/// runs on their schema as well.
///
/// SeaORM refuses to run if the record contains migrations that the migrator does not know. During
/// a rollout or rollback, an old version of an application with the crate's list would not start
/// once the new version has migrated. Its migrator ignores the crate's newer migrations like this:
///
/// ```
/// use game_tasks::migration;
/// use game_tasks::sea_orm::{ConnectionTrait, DbErr};
/// use game_tasks::sea_orm_migration::prelude::*;
/// use game_tasks::sea_orm_migration::seaql_migrations;
///
/// struct AppMigrator;
///
/// #[async_trait::async_trait]
/// impl MigratorTrait for AppMigrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         game_tasks::migrations()
///     }
///     async fn get_migration_models<C: ConnectionTrait>(
///         db: &C,
///     ) -> Result<Vec<seaql_migrations::Model>, DbErr> {
///         migration::applied::<Self, C>(db).await
///     }
/// }
/// ```
///
/// Creates the migrator's table if it does not exist, as SeaORM's own method does. Round trips: two.
///
/// # Errors
/// A [`DbErr`] of the database.
pub async fn applied<M, C>(db: &C) -> Result<Vec<seaql_migrations::Model>, DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    let mut applied = recorded::<M, C>(db).await?;
    applied.retain(|model| !is_newer::<M>(model));
    Ok(applied)
}

/// Whether a newer version of the crate applied this migration.
fn is_newer<M: MigratorTrait>(applied: &seaql_migrations::Model) -> bool {
    let is_known = || M::migrations().iter().any(|one| one.name() == applied.version);
    is_of_the_crate(&applied.version) && !is_known()
}

/// Fails if migrations of a newer version of the crate are recorded.
pub(super) async fn refuse_newer<M, C>(db: &C) -> Result<(), DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    if !recorded::<M, C>(db).await?.iter().any(is_newer::<M>) {
        return Ok(());
    }
    Err(DbErr::Migration(
        "a newer version of game-tasks has migrated this database: revert its migrations with \
         that version first"
            .to_owned(),
    ))
}

async fn recorded<M, C>(db: &C) -> Result<Vec<seaql_migrations::Model>, DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    M::install(db).await?;
    let table = M::migration_table_name().to_string();
    let rows = db.query_all_raw(select(db.get_database_backend(), &table)).await?;
    rows.iter()
        .map(|row| {
            let applied_at = row.try_get_by_index(1)?;
            Ok(seaql_migrations::Model { version: version(row)?, applied_at })
        })
        .collect()
}

/// Creates a migrator's table if it does not exist. Something else of its name is a mismatch.
pub(super) async fn install<M, C>(db: &C) -> Result<(), DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    let (db, table) = (Plain(db), M::migration_table_name());
    let name = table.to_string();
    if schema::migrator_table_exists(&db, &name).await? {
        return Ok(());
    }
    let planned = PlannedNames::table_alone(TableName::bare(&name));
    let dialect = Dialect::of(db.backend());
    if let Some(taken) = SchemaMismatch::of(dialect, planned.problems(&db).await?) {
        return Err(taken.into());
    }
    let mut create = Schema::new(db.backend()).create_table_from_entity(seaql_migrations::Entity);
    create.table(table).if_not_exists();
    let options = dialect.schema_features().table_options;
    if !options.is_empty() {
        create.extra(options);
    }
    db.0.execute(&create).await.map(drop)
}

/// Any connection of SeaORM's, as a [`TaskConnection`].
struct Plain<'c, C>(&'c C);

impl<C: ConnectionTrait> TaskConnection for Plain<'_, C> {
    fn backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }
    fn in_transaction(&self) -> bool {
        false
    }
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        self.0.query_one_raw(statement)
    }
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
        self.0.query_all_raw(statement)
    }
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
        self.0.execute_raw(statement)
    }
}

fn select(backend: DbBackend, table: &str) -> Statement {
    let table = Dialect::of(backend).quote(table);
    let text = format!("SELECT version, applied_at FROM {table} ORDER BY version");
    Statement::from_string(backend, text)
}

fn version(row: &QueryResult) -> Result<String, DbErr> {
    row.try_get_by_index(0)
}

/// Whether a name follows the crate's scheme: `m20261124_000001_game_tasks_…`.
fn is_of_the_crate(name: &str) -> bool {
    let mut parts = name.splitn(3, '_');
    let digits = |part: Option<&str>, count| {
        part.is_some_and(|part| part.len() == count && part.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(parts.next().and_then(|date| date.strip_prefix('m')), 8)
        && digits(parts.next(), 6)
        && parts.next().is_some_and(|rest| rest.starts_with("game_tasks_"))
}
