//! Runs the crate's migrations as part of an application's own list, and alone, and shows the error
//! for a table that has the same name but is something else.
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

/// A migration of the application that does not refer to tasks.
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

/// A migration of the application with a foreign key to `tasks`, so it comes after the crate's.
struct CreateBadges;

impl MigrationName for CreateBadges {
    fn name(&self) -> &str {
        "m20260301_000002_create_badges"
    }
}

#[async_trait]
impl MigrationTrait for CreateBadges {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The type of `tasks.id` on each database.
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

/// The application's migrator: one list, recorded in one table (`seaql_migrations`).
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
    conflicting_table(&connect("sqlite::memory:").await?).await
}

/// As part of the application's list. Any number of processes can do this at the same time.
async fn composed(db: &DatabaseConnection) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "as part of the application's list")?;
    let before = migration::status::<AppMigrator>(db).await?;
    writeln!(out, "  pending: {}", before.pending.len())?;
    for name in &before.pending {
        writeln!(out, "    {name}")?;
    }
    migration::with_migration_lock(db, async |connection| AppMigrator::up(connection, None).await)
        .await?;
    // Only reads, so it needs no right to change the schema.
    migration::verify_schema(db).await?;
    let after = migration::status::<AppMigrator>(db).await?;
    writeln!(out, "  pending: {}, and the schema is valid", after.pending.len())?;
    Ok(())
}

/// With the crate's own record table, independently of other migrations.
async fn alone(db: &DatabaseConnection) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "alone")?;
    migrate(db).await?;
    migration::verify_schema(db).await?;
    writeln!(out, "  applied, and the schema is valid")?;
    Migrator::down(db, None).await?;
    let status = migration::status::<Migrator>(db).await?;
    writeln!(out, "  reverted; pending: {}", status.pending.len())?;
    Ok(())
}

/// A to-do table of the application has the name `tasks`. The migrations do not touch it.
async fn conflicting_table(db: &DatabaseConnection) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "with another table named tasks")?;
    let create = "CREATE TABLE tasks (id integer PRIMARY KEY, status varchar(20), title text)";
    db.execute_unprepared(create).await?;
    let list = |mismatch: &SchemaMismatch| {
        mismatch.problems().iter().map(|problem| format!("  {problem}\n")).collect::<String>()
    };
    match migrate(db).await {
        Err(MigrationError::SchemaMismatch(mismatch)) => write!(out, "{}", list(&mismatch))?,
        other => other?,
    }
    // SeaORM's `DbErr` contains the same mismatch.
    let error = Migrator::up(db, None).await.err();
    let mismatch = error.as_ref().and_then(SchemaMismatch::from_db_err);
    let problems = mismatch.map_or(0, |mismatch| mismatch.problems().len());
    writeln!(out, "  {problems} problems, also in SeaORM's error")?;
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
        // The database exists only as long as its connection, so the pool must not close it.
        options.test_before_acquire(false);
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options)
        .await
        .map_err(|error| format!("cannot reach the database: {error}"))?)
}
