//! The crate's migrations inside an application's own list, and alone; what a table that is in
//! the way is answered with.
//!
//! ```text
//! cargo run --example composed_migrations                                     # embedded SQLite
//! cargo run --example composed_migrations -- --database-url sqlite://tasks.db # or postgres://, mysql://
//! ```

use async_trait::async_trait;
use game_tasks::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
};
use game_tasks::sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use game_tasks::{MigrationError, Migrator, SchemaMismatch, migrate, migration};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: composed_migrations [--database-url URL]";

/// The application's own: people, who know nothing of tasks.
struct CreatePeople;

impl MigrationName for CreatePeople {
    fn name(&self) -> &str {
        "m20260301_000001_create_people"
    }
}

#[async_trait]
impl MigrationTrait for CreatePeople {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = "CREATE TABLE people (id integer PRIMARY KEY, name varchar(80) NOT NULL)";
        manager.get_connection().execute_unprepared(create).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE people").await.map(|_| ())
    }
}

/// The application's own: badges, which refer to a person and to a task. So it comes after
/// the crate's.
struct CreateBadges;

impl MigrationName for CreateBadges {
    fn name(&self) -> &str {
        "m20260301_000002_create_badges"
    }
}

#[async_trait]
impl MigrationTrait for CreateBadges {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What an id of a task is on each database.
        let uuid = match manager.get_database_backend() {
            DbBackend::Postgres => "uuid",
            DbBackend::MySql => "binary(16)",
            _ => "blob",
        };
        let create = format!(
            "CREATE TABLE badges (id integer PRIMARY KEY, person_id integer NOT NULL, \
             task_id {uuid} NOT NULL, \
             FOREIGN KEY (person_id) REFERENCES people (id), \
             FOREIGN KEY (task_id) REFERENCES tasks (id))"
        );
        manager.get_connection().execute_unprepared(&create).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE badges").await.map(|_| ())
    }
}

/// The application's migrator: one list, one record (`seaql_migrations`).
struct AppMigrator;

#[async_trait]
impl MigratorTrait for AppMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list: Vec<Box<dyn MigrationTrait>> = vec![Box::new(CreatePeople)];
        list.extend(game_tasks::migrations());
        list.push(Box::new(CreateBadges));
        list
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(std::io::stderr(), "error: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Some(url) = database_url()? else {
        writeln!(std::io::stdout(), "{USAGE}")?;
        return Ok(());
    };
    composed(&connect(&url).await?).await?;
    alone(&connect("sqlite::memory:").await?).await?;
    in_the_way(&connect("sqlite::memory:").await?).await
}

/// In the application's list. Any number of processes may start like this at once.
async fn composed(db: &DatabaseConnection) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "in the application's list")?;
    let before = migration::status::<AppMigrator>(db).await?;
    writeln!(out, "  to be done: {}", before.pending.len())?;
    for name in &before.pending {
        writeln!(out, "    {name}")?;
    }
    migration::with_migration_lock(db, async |one| AppMigrator::up(one, None).await).await?;
    // Also for a user who may change no schema.
    migration::verify_schema(db).await?;
    let after = migration::status::<AppMigrator>(db).await?;
    writeln!(out, "  to be done: {}, and the tables fit", after.pending.len())?;
    Ok(())
}

/// With a record of its own, beside whatever else is there.
async fn alone(db: &DatabaseConnection) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "alone")?;
    migrate(db).await?;
    migration::verify_schema(db).await?;
    writeln!(out, "  made, and the tables fit")?;
    Migrator::down(db, None).await?;
    let record = migration::status::<Migrator>(db).await?;
    writeln!(out, "  taken back; to be done: {}", record.pending.len())?;
    Ok(())
}

/// A to-do list of the application's own has the name. It is left as it is.
async fn in_the_way(db: &DatabaseConnection) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "with a table of that name in the way")?;
    let create = "CREATE TABLE tasks (id integer PRIMARY KEY, status varchar(20), title text)";
    db.execute_unprepared(create).await?;
    let told = |mismatch: &SchemaMismatch| {
        mismatch.problems().iter().map(|problem| format!("  {problem}\n")).collect::<String>()
    };
    match migrate(db).await {
        Err(MigrationError::SchemaMismatch(mismatch)) => write!(out, "{}", told(&mismatch))?,
        other => other?,
    }
    // SeaORM's own error carries the same.
    let error = Migrator::up(db, None).await.err();
    let carried = error.as_ref().and_then(SchemaMismatch::from_db_err);
    writeln!(
        out,
        "  {} problems, in SeaORM's error too",
        carried.map_or(0, |m| m.problems().len())
    )?;
    Ok(())
}

fn database_url() -> Result<Option<String>, Box<dyn Error>> {
    use lexopt::prelude::{Long, Short, ValueExt};
    let mut url = "sqlite::memory:".to_owned();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("database-url") => url = parser.value()?.string()?,
            Short('h') | Long("help") => return Ok(None),
            other => return Err(format!("{}; {USAGE}", other.unexpected()).into()),
        }
    }
    Ok(Some(url))
}

async fn connect(url: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).connect_timeout(Duration::from_secs(5));
    if url == "sqlite::memory:" {
        // The database ends with its connection, so the pool must never close that.
        options.test_before_acquire(false);
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options)
        .await
        .map_err(|error| format!("cannot reach the database: {error}"))?)
}
