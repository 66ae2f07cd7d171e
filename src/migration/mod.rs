//! The migrations of the tables, for an application's own list or by themselves.

mod add_column;
pub(crate) mod columns;
mod create_games;
mod create_tasks;
mod ddl;
mod error;
mod heartbeat;
mod lock;
mod mismatch;
mod names;
mod opt_in;
mod pooler;
mod row_lock;
pub(crate) mod schema;
mod status;
mod tasks_migration;
mod updated_at_trigger;

pub use error::MigrationError;
pub use lock::with_migration_lock;
pub use mismatch::{SchemaFault, SchemaMismatch, SchemaProblem};
pub use opt_in::{OptInIndex, opt_in_index, opt_in_index_for};
pub use schema::{verify_schema, verify_schema_for};
pub use status::{Status, applied, status};
pub use updated_at_trigger::{opt_in_updated_at_trigger, opt_in_updated_at_trigger_for};

use crate::database::TaskConnection;
use crate::database::dialect::{ColumnKind, Dialect, MigrationLock};
use crate::error::{Call, DatabaseError};
use crate::task::{Games, ParentGame};
use async_trait::async_trait;
use columns::{ColumnDefault, ColumnSpec};
use sea_orm::sea_query::{Alias, IntoIden};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseExecutor, DbErr, DynIden};
use sea_orm_migration::{
    IntoSchemaManagerConnection, Migration, MigrationStatus, MigrationTrait, MigratorTrait,
    seaql_migrations,
};

/// Returns the crate's migrations of `games` and `tasks`, for any place in the application's own list.
/// Their names contain the crate's name, so they do not collide with the application's.
///
/// An existing table of such a name is used if it has what the crate needs, whoever created it.
/// Otherwise `up` fails with a [`SchemaMismatch`] inside SeaORM's error, before anything is changed.
/// `down` drops only what the crate's migrations created.
///
/// ```
/// use game_tasks::sea_orm_migration::prelude::*;
///
/// struct AppMigrator;
///
/// impl MigratorTrait for AppMigrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         let mut list: Vec<Box<dyn MigrationTrait>> = vec![/* the application's own */];
///         list.extend(game_tasks::migrations());
///         list
///     }
/// }
/// assert_eq!(AppMigrator::migrations().len(), 2);
/// ```
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut list: Vec<Box<dyn MigrationTrait>> = vec![Box::new(create_games::CreateGames)];
    list.extend(migrations_for::<Games>());
    list
}

/// Returns the migrations of a tasks table for an application's own games table. The games table must
/// exist: one that is missing, or whose UUID column has another type or is not unique, is a
/// [`SchemaMismatch`].
#[must_use]
pub fn migrations_for<G: ParentGame>() -> Vec<Box<dyn MigrationTrait>> {
    let mut list: Vec<Box<dyn MigrationTrait>> = vec![Box::new(create_tasks::migration::<G>())];
    for (migration, column) in columns::added_to_tasks() {
        list.push(Box::new(add_column::migration::<G>(migration, column)));
    }
    list
}

/// A migration that adds a text column to a tasks table, for the crate's tests: no column has been
/// added since the first version.
#[doc(hidden)]
#[must_use]
pub fn add_text_column_for<G: ParentGame>(
    migration: &str,
    name: &'static str,
    default: Option<&str>,
) -> Box<dyn MigrationTrait> {
    let (kind, nullable) = (ColumnKind::Text, default.is_none());
    let default = default.map(|text| ColumnDefault::Text(text.to_owned()));
    let column = ColumnSpec { name, kind, nullable, default };
    Box::new(add_column::migration::<G>(migration, column))
}

/// Runs the crate's migrations by themselves, with their own tracking table
/// (`game_tasks_migrations`).
///
/// It also runs on a database that a newer version of the crate has migrated, but does not revert
/// there. Like every migrator of SeaORM it takes no lock; [`migrate`] does.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations()
    }

    fn migration_table_name() -> DynIden {
        Alias::new("game_tasks_migrations").into_iden()
    }

    /// Creates the tracking table if it does not exist. Something else of its name is a
    /// [`SchemaMismatch`] inside SeaORM's error.
    async fn install<C>(db: &C) -> Result<(), DbErr>
    where
        C: ConnectionTrait,
    {
        status::install::<Self, C>(db).await
    }

    /// Returns what is recorded, without the migrations of newer versions of the crate: they only add
    /// to the schema, so this version can run on it.
    async fn get_migration_models<C>(db: &C) -> Result<Vec<seaql_migrations::Model>, DbErr>
    where
        C: ConnectionTrait,
    {
        applied::<Self, C>(db).await
    }

    /// Fails if a newer version of the crate has migrated: its migrations depend on those of this
    /// version, so `down`, `refresh` and `reset` are refused.
    async fn get_applied_migrations<C>(db: &C) -> Result<Vec<Migration>, DbErr>
    where
        C: ConnectionTrait,
    {
        status::refuse_newer::<Self, C>(db).await?;
        let all = Self::get_migration_with_status(db).await?;
        Ok(all.into_iter().filter(|one| one.status() == MigrationStatus::Applied).collect())
    }

    /// Refused: SeaORM's `fresh` drops every table of the database, the application's too.
    async fn fresh<'c, C>(_db: C) -> Result<(), DbErr>
    where
        C: IntoSchemaManagerConnection<'c>,
    {
        Err(DbErr::Migration(
            "game_tasks::Migrator refuses `fresh`: it would drop every table of the database, \
             not only this crate's; use `refresh` or `reset`"
                .to_owned(),
        ))
    }
}

/// Creates the crate's tables, or updates them.
///
/// Any number of processes may call it at once, on an empty database too: all return `Ok`, and the
/// tables are created once (see [`with_migration_lock`]). In a transaction of the application, other
/// processes wait for its end on PostgreSQL only.
///
/// On a pool, with the feature `tokio` and inside a tokio runtime, it runs in a task of its own that
/// continues if the caller is dropped. Otherwise dropping it has the effect of dropping
/// [`with_migration_lock`].
///
/// Round trips if no migration is pending: three.
///
/// It uses its own tracking table ([`Migrator`]). An application with a migrator of its own adds
/// [`migrations`] to that instead.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let db = game_tasks::sea_orm::Database::connect("sqlite://tasks.db?mode=rwc").await?;
/// game_tasks::migrate(&db).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`MigrationError::SchemaMismatch`] if other tables have the names of the crate's,
/// [`MigrationError::UnsupportedDatabase`] on versions that are too old and on other products,
/// [`MigrationError::UnsupportedPooler`] through a pooler that does not keep its clients apart,
/// [`MigrationError::CannotRun`] if the tracking table contains migrations that this version does not
/// know, [`MigrationError::NotCompleted`] if the runtime shuts down meanwhile, otherwise
/// [`MigrationError::Database`].
pub async fn migrate<'c, C>(db: C) -> Result<(), MigrationError>
where
    C: IntoSchemaManagerConnection<'c>,
{
    let executor = db.into_database_executor();
    #[cfg(feature = "tokio")]
    if let DatabaseExecutor::Connection(db) = executor {
        let db = db.clone();
        let migrated = async move { migrate_on_pool(&db).await };
        let ended = |fault| Err(MigrationError::NotCompleted { fault });
        return crate::repository::completion::try_to_complete(migrated)
            .await
            .unwrap_or_else(ended);
    }
    match executor {
        DatabaseExecutor::Connection(db) => migrate_on_pool(db).await,
        transaction => migrate_with(transaction).await,
    }
}

async fn migrate_on_pool(db: &DatabaseConnection) -> Result<(), MigrationError> {
    let migrate = async || migrate_with(DatabaseExecutor::Connection(db)).await;
    match migrate().await {
        Err(error) => pooler::diagnose(db, error, migrate).await,
        migrated => migrated,
    }
}

async fn migrate_with(executor: DatabaseExecutor<'_>) -> Result<(), MigrationError> {
    let dialect = Dialect::of(executor.backend());
    let call = Call { dialect, in_transaction: executor.in_transaction(), writes: true };
    let failed = |error| failure(call, error);
    if let Some(product) = ddl::unsupported(&executor).await.map_err(failed)? {
        let needs = dialect.schema_features().needs;
        return Err(MigrationError::UnsupportedDatabase { product, needs });
    }
    if status::<Migrator>(&executor).await?.is_current() {
        return Ok(());
    }
    if let DatabaseExecutor::Connection(db) = executor {
        let migrated = with_migration_lock(db, async |one| Migrator::up(one, None).await).await;
        return migrated.map_err(failed);
    }
    if let MigrationLock::Statement(lock) = dialect.schema_features().migration_lock {
        executor.execute_unprepared(lock).await.map_err(failed)?;
    }
    Migrator::up(executor, None).await.map_err(failed)
}

fn failure(call: Call, error: DbErr) -> MigrationError {
    match error {
        // The migrator's own messages, which contain no row.
        DbErr::Custom(reason) | DbErr::Migration(reason) => MigrationError::CannotRun { reason },
        error => match SchemaMismatch::from_db_err(&error) {
            Some(mismatch) => mismatch.clone().into(),
            None => pooler::failure(call.dialect, DatabaseError::new(call, error)),
        },
    }
}
