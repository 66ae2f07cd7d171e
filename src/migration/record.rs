//! The record of which migrations were done: what is pending, and what is newer.

use super::ddl;
use super::names::Planned;
use super::schema;
use super::{MigrationError, SchemaMismatch};
use crate::database::TaskConnection;
use crate::database::sql::quote;
use crate::error::Call;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Schema, Statement};
use sea_orm_migration::{MigratorTrait, seaql_migrations};
use std::collections::BTreeSet;

/// Which of a migrator's migrations are recorded in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Those that are still to be done, in order.
    pub pending: Vec<String>,
    /// Those that were done and that this program does not know: a newer version did them, or
    /// one that had other migrations.
    pub unknown: Vec<String>,
}

impl Status {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.pending.is_empty()
    }
}

/// Which migrations of a migrator ([`Migrator`](crate::Migrator), or the application's own) are
/// recorded. Changes nothing, so a user without the right to change the schema may ask; what
/// such a user needs is the right to read the migrator's table.
///
/// The record says what was done, [`verify_schema`](super::verify_schema) what is there.
///
/// Round trips: two, or one where there is no record.
///
/// ```no_run
/// use game_tasks::{Migrator, migration};
///
/// # async fn example(db: game_tasks::sea_orm::DatabaseConnection) -> Result<(), game_tasks::MigrationError> {
/// let record = migration::status::<Migrator>(&db).await?;
/// if !record.is_current() {
///     println!("to be done: {}", record.pending.join(", "));
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`MigrationError::SchemaMismatch`] where something else has the name of the migrator's table,
/// [`MigrationError::Database`] when the database fails.
pub async fn status<M: MigratorTrait>(db: &impl TaskConnection) -> Result<Status, MigrationError> {
    let call = Call { backend: db.backend(), in_transaction: db.in_transaction(), writes: false };
    let table = M::migration_table_name().to_string();
    let read = async {
        match schema::has_record(db, &table).await? {
            true => db.query_all(select(db.backend(), &table)).await?.iter().map(version).collect(),
            false => Ok(Vec::new()),
        }
    };
    let done: Result<Vec<String>, DbErr> = read.await;
    let done = done.map_err(|error| super::failure(call, error))?;
    let known: Vec<String> = M::migrations().iter().map(|one| one.name().to_owned()).collect();
    let is_in = |list: &[String], name: &String| list.iter().any(|other| other == name);
    Ok(Status {
        pending: known.iter().filter(|name| !is_in(&done, name)).cloned().collect(),
        unknown: done.iter().filter(|name| !is_in(&known, name)).cloned().collect(),
    })
}

/// What is recorded, without migrations of this crate that the migrator does not know: those
/// of a newer version of the crate, on whose schema this one runs as well.
///
/// SeaORM refuses to run where anything is recorded that the migrator does not know. For an
/// application that composes the crate's list that means: while a new version of it is rolled
/// out, or rolled back, the old one does not start once the new one has migrated. This is for
/// its migrator to look over what the crate has added:
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
/// Makes the migrator's table if there is none, as SeaORM's own does. Round trips: two.
///
/// # Errors
/// Those of the database.
pub async fn applied<M, C>(db: &C) -> Result<Vec<seaql_migrations::Model>, DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    let mut done = all::<M, C>(db).await?;
    look_over_newer::<M>(&mut done);
    Ok(done)
}

fn look_over_newer<M: MigratorTrait>(done: &mut Vec<seaql_migrations::Model>) {
    let known: BTreeSet<String> = M::migrations().iter().map(|one| one.name().to_owned()).collect();
    done.retain(|model| known.contains(&model.version) || !is_of_the_crate(&model.version));
}

/// Fails where the crate's migrations of a newer version are recorded.
pub(super) async fn refuse_newer<M, C>(db: &C) -> Result<(), DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    let mut done = all::<M, C>(db).await?;
    let before = done.len();
    look_over_newer::<M>(&mut done);
    if done.len() == before {
        return Ok(());
    }
    Err(DbErr::Migration(
        "a newer version of game-tasks has migrated this database: take its migrations back \
         with that version first"
            .to_owned(),
    ))
}

async fn all<M, C>(db: &C) -> Result<Vec<seaql_migrations::Model>, DbErr>
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

/// Makes a migrator's table if there is none. What has its name and is not such a table is a
/// mismatch.
pub(super) async fn install<M, C>(db: &C) -> Result<(), DbErr>
where
    M: MigratorTrait,
    C: ConnectionTrait,
{
    let (db, table) = (Plain(db), M::migration_table_name());
    let name = table.to_string();
    if schema::has_record(&db, &name).await? {
        return Ok(());
    }
    let planned = Planned {
        schema: None,
        table: &name,
        table_exists: false,
        indexes: Vec::new(),
        foreign_key: None,
    };
    if let Some(taken) = SchemaMismatch::of(db.backend(), planned.problems(&db).await?) {
        return Err(taken.into());
    }
    let mut create = Schema::new(db.backend()).create_table_from_entity(seaql_migrations::Entity);
    create.table(table).if_not_exists();
    if db.backend() == DbBackend::MySql {
        create.extra(ddl::MARIADB_OPTIONS);
    }
    db.0.execute(&create).await.map(drop)
}

/// A connection of SeaORM's of which no more is known than what it can do.
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
    let table = quote(backend, table);
    let text = format!("SELECT version, applied_at FROM {table} ORDER BY version");
    Statement::from_string(backend, text)
}

fn version(row: &QueryResult) -> Result<String, DbErr> {
    row.try_get_by_index(0)
}

/// Whether a name is one that the crate gives: `m20261124_000001_game_tasks_…`.
fn is_of_the_crate(name: &str) -> bool {
    let mut parts = name.splitn(3, '_');
    let digits = |part: Option<&str>, count| {
        part.is_some_and(|part| part.len() == count && part.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(parts.next().and_then(|date| date.strip_prefix('m')), 8)
        && digits(parts.next(), 6)
        && parts.next().is_some_and(|rest| rest.starts_with("game_tasks_"))
}
