//! A separate database for each test, dropped when the test ends or panics.

use super::backend::Backend;
use super::sql::{column, run, try_run};
use futures_util::FutureExt;
use game_tasks::sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use game_tasks::{SeaOrmTaskRepository, TaskConnection, TaskRepositoryExt};
use std::io::Write;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// The size of the pool where a case needs no particular number of connections.
pub(crate) const DEFAULT_CONNECTIONS: u32 = 4;

const MEMORY: &str = "sqlite::memory:";

/// A case that takes longer fails, unless the environment enables a long run.
fn time_limit() -> Duration {
    let long_runs = [
        "GAME_TASKS_MODEL_CASES",
        "GAME_TASKS_FUZZ_CALLS",
        "GAME_TASKS_ADOPT_CUTS",
        "GAME_TASKS_ADOPT_ROWS",
    ];
    let long = long_runs.iter().any(|variable| std::env::var_os(variable).is_some());
    Duration::from_secs(if long { 3_600 } else { 90 })
}

pub(crate) struct TestDatabase {
    pub(crate) db: DatabaseConnection,
    pub(crate) backend: Backend,
    /// A repository that knows whether the server is MySQL, which the first call of others finds out.
    tasks: SeaOrmTaskRepository<DatabaseConnection>,
    url: String,
    /// The name of the database on the server; `None` on SQLite.
    name: Option<String>,
    _folder: Option<TempDir>,
}

/// Runs a case on a migrated database.
pub(crate) async fn on_database(
    backend: Backend,
    connections: u32,
    case: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty_database(backend, connections, async |database| {
        game_tasks::migrate(&database.db).await.unwrap();
        case(database).await;
    })
    .await;
}

/// Runs several cases on one migrated database, with a time limit for all of them.
pub(crate) async fn on_database_within(
    time_limit: Duration,
    backend: Backend,
    connections: u32,
    cases: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty(time_limit, backend, connections, async |database| {
        game_tasks::migrate(&database.db).await.unwrap();
        cases(database).await;
    })
    .await;
}

/// Runs several cases on one empty database, with a time limit for all of them.
pub(crate) async fn on_empty_database_within(
    time_limit: Duration,
    backend: Backend,
    connections: u32,
    cases: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty(time_limit, backend, connections, cases).await;
}

/// Runs a case on an empty database.
pub(crate) async fn on_empty_database(
    backend: Backend,
    connections: u32,
    case: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty(time_limit(), backend, connections, case).await;
}

async fn on_empty(
    time_limit: Duration,
    backend: Backend,
    connections: u32,
    case: impl AsyncFnOnce(&TestDatabase),
) {
    if !backend.is_enabled() {
        return;
    }
    let database = TestDatabase::create(backend, connections).await;
    let case = tokio::time::timeout(time_limit, case(&database));
    let outcome = AssertUnwindSafe(case).catch_unwind().await;
    database.destroy().await;
    match outcome {
        Ok(in_time) => in_time.expect("the case exceeds its time limit"),
        Err(panic) => resume_unwind(panic),
    }
}

impl TestDatabase {
    async fn create(backend: Backend, connections: u32) -> Self {
        let (url, name, folder) = match backend {
            Backend::SqliteMemory => (MEMORY.to_owned(), None, None),
            Backend::SqliteFile => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("tasks.db");
                (format!("sqlite://{}?mode=rwc", file.display()), None, Some(folder))
            }
            Backend::Postgres | Backend::MariaDb | Backend::MariaDbRollback | Backend::MySql => {
                let name = format!("game_tasks_{}", Uuid::now_v7().simple());
                let server = backend.server_url();
                administer(backend, &format!("CREATE DATABASE {name}")).await;
                let (host, _) = server.rsplit_once('/').unwrap();
                (format!("{host}/{name}"), Some(name), None)
            }
        };
        // Each connection to `sqlite::memory:` opens a separate database.
        let connections = if backend == Backend::SqliteMemory { 1 } else { connections };
        let db = connect(&url, connections).await;
        if backend == Backend::SqliteFile {
            // The usual mode of applications with several connections. The file stores it.
            db.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
        }
        let tasks = SeaOrmTaskRepository::new(db.clone());
        if backend == Backend::MySql {
            let absent = tasks.delete(Uuid::nil()).await;
            absent.expect_err("there are no tables yet");
        }
        Self { db, backend, tasks, url, name, _folder: folder }
    }

    /// A database that exists, and is not dropped.
    pub(crate) async fn existing(backend: Backend, url: &str, connections: u32) -> Self {
        let db = connect(url, connections).await;
        let tasks = SeaOrmTaskRepository::new(db.clone());
        Self { db, backend, tasks, url: url.to_owned(), name: None, _folder: None }
    }

    /// A repository on another connection to this database. Unlike one of its own family, its first
    /// call on MySQL sends no statement more than others.
    pub(crate) fn tasks_on<'c, C: TaskConnection>(
        &self,
        connection: &'c C,
    ) -> SeaOrmTaskRepository<&'c C> {
        self.tasks.on(connection)
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A second pool on the same database, as another process has it. Not available for SQLite in
    /// memory.
    pub(crate) async fn second_pool(&self) -> DatabaseConnection {
        assert_ne!(self.backend, Backend::SqliteMemory);
        connect(&self.url, 1).await
    }

    /// The same database without the connection pooler that `GAME_TASKS_POSTGRES_URL` may lead to.
    pub(crate) async fn directly(&self) -> Self {
        let server = std::env::var("GAME_TASKS_POSTGRES_DIRECT_URL").ok();
        let Some(server) = server.filter(|_| self.backend == Backend::Postgres) else {
            return self.at(self.url.clone(), self.db.clone());
        };
        let url = self.url_on(&server);
        let db = connect(&url, DEFAULT_CONNECTIONS).await;
        self.at(url, db)
    }

    /// A pool of connections to the database through a connection pooler in front of its server.
    pub(crate) async fn pool_on(&self, server: &str, connections: u32) -> DatabaseConnection {
        connect(&self.url_on(server), connections).await
    }

    fn url_on(&self, server: &str) -> String {
        let (host, _) = server.rsplit_once('/').unwrap();
        format!("{host}/{}", self.name.as_deref().unwrap())
    }

    fn at(&self, url: String, db: DatabaseConnection) -> Self {
        let tasks = self.tasks.clone();
        Self { db, backend: self.backend, tasks, url, name: self.name.clone(), _folder: None }
    }

    /// A pool of a user that may read and write the tables but not change the schema. Only on
    /// servers.
    pub(crate) async fn pool_without_ddl(&self) -> DatabaseConnection {
        if self.backend == Backend::Postgres {
            for grant in [
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public \
                 TO game_tasks_app",
                "GRANT USAGE ON SCHEMA public TO game_tasks_app",
            ] {
                run(&self.db, grant, []).await;
            }
        }
        let url = self.url.replacen("//game_tasks", "//game_tasks_app", 1);
        connect(&url, 1).await
    }

    /// A pool of another PostgreSQL user; `postgres` is the superuser.
    pub(crate) async fn pool_of(&self, user: &str) -> DatabaseConnection {
        let (_, host) = self.url.rsplit_once('@').unwrap();
        connect(&format!("postgres://{user}@{host}"), 1).await
    }

    /// Whether the PostgreSQL server has at least this version. If not, reports on stderr that the
    /// test is skipped, and for want of what.
    pub(crate) async fn is_postgres_since(&self, major: i32, needed: &str) -> bool {
        let version = "SELECT current_setting('server_version_num')::integer / 10000";
        let version: Vec<i32> = column(&self.db, version, []).await;
        if version[0] >= major {
            return true;
        }
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        // Directly, since libtest captures `eprintln!` of tests that pass.
        let line = format!(
            "\nSKIPPED ON THIS VERSION {test}: PostgreSQL {} has no {needed}, {major} has\n",
            version[0]
        );
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        false
    }

    /// Whether a transaction whose snapshot is older than a row cannot change it: the default of MariaDB
    /// since 11.6.2.
    pub(crate) async fn refuses_outdated_snapshots(&self) -> bool {
        if self.backend != Backend::MariaDb {
            return false;
        }
        let setting = "SELECT CAST(variable_value AS CHAR) FROM information_schema.global_variables \
                       WHERE variable_name = 'INNODB_SNAPSHOT_ISOLATION'";
        let setting: Vec<String> = column(&self.db, setting, []).await;
        setting == ["ON"]
    }

    /// Removes all tasks and games.
    pub(crate) async fn clear(&self) {
        run(&self.db, "DELETE FROM tasks", []).await;
        run(&self.db, "DELETE FROM games", []).await;
    }

    async fn destroy(self) {
        // A connection that a failed case has leaked is never returned to the pool.
        let closed = self.db.close();
        let _ = tokio::time::timeout(Duration::from_secs(5), closed).await;
        if let Some(name) = self.name {
            drop_database(self.backend, &name).await;
        }
    }
}

/// Drops a database, to which a failed case or a pooler may still be connected.
pub(crate) async fn drop_database(backend: Backend, name: &str) {
    let drop = format!("DROP DATABASE {name}");
    // By itself the statement cancels autovacuum, which this user may not terminate.
    if try_administer(backend, &drop).await.is_ok() {
        return;
    }
    if backend == Backend::Postgres {
        // `WITH (FORCE)` needs PostgreSQL 13.
        let terminate = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = '{name}' AND usename = current_user"
        );
        administer(backend, &terminate).await;
    }
    administer(backend, &drop).await;
}

pub(super) async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .min_connections(if connections > DEFAULT_CONNECTIONS { connections } else { 1 })
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(20))
        // Without these limits a pool has no maintenance task, which in rare cases occupies a thread
        // for good (sqlx#3645). In memory, the database would be lost with its connection.
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .sqlx_logging(false);
    if url == MEMORY {
        // A health check that is dropped halfway closes the connection.
        options.test_before_acquire(false);
    }
    Database::connect(options).await.unwrap()
}

/// Creates the catalog of Citus as far as the crate reads it.
pub(crate) async fn imitate_citus(database: &TestDatabase) {
    let superuser = database.pool_of("postgres").await;
    let citus = r#"SET allow_system_table_mods = on;
        CREATE TABLE pg_catalog.pg_dist_partition
            (logicalrelid regclass, partmethod "char", partkey text);
        GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC;
        CREATE FUNCTION pg_catalog.column_to_column_name(regclass, text) RETURNS text
            LANGUAGE sql AS 'SELECT $2'"#;
    superuser.execute_unprepared(citus).await.unwrap();
    superuser.close().await.unwrap();
}

/// Runs a statement in the database of the server's URL.
async fn administer(backend: Backend, statement: &str) {
    try_administer(backend, statement).await.unwrap();
}

async fn try_administer(backend: Backend, statement: &str) -> Result<(), DbErr> {
    let server = connect(&backend.server_url(), 1).await;
    let outcome = try_run(&server, statement, []).await;
    server.close().await.unwrap();
    outcome.map(drop)
}
