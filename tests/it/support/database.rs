//! A database of its own for each test, gone when the test ends, however it ends.

use super::backend::Backend;
use super::sql::{run, try_run};
use futures_util::FutureExt;
use game_tasks::sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// How many connections a pool has where a case needs no particular number.
pub(crate) const FEW: u32 = 4;

const MEMORY: &str = "sqlite::memory:";

/// After this a case hangs, unless it was asked to take long.
fn patience() -> Duration {
    let asked = [
        "GAME_TASKS_MODEL_CASES",
        "GAME_TASKS_FUZZ_CALLS",
        "GAME_TASKS_ADOPT_CUTS",
        "GAME_TASKS_ADOPT_ROWS",
    ];
    let long = asked.iter().any(|variable| std::env::var_os(variable).is_some());
    Duration::from_secs(if long { 3_600 } else { 90 })
}

pub(crate) struct TestDatabase {
    pub(crate) db: DatabaseConnection,
    pub(crate) backend: Backend,
    url: String,
    /// Its name on the server, where there is one.
    name: Option<String>,
    _folder: Option<TempDir>,
}

/// Runs a case on a database that the crate has migrated.
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

/// Runs many cases on one database, which take so long together.
pub(crate) async fn on_database_within(
    patience: Duration,
    backend: Backend,
    connections: u32,
    cases: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty(patience, backend, connections, async |database| {
        game_tasks::migrate(&database.db).await.unwrap();
        cases(database).await;
    })
    .await;
}

/// Runs many cases on one database that nobody has touched, which take so long together.
pub(crate) async fn on_empty_database_within(
    patience: Duration,
    backend: Backend,
    connections: u32,
    cases: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty(patience, backend, connections, cases).await;
}

/// Runs a case on a database that nobody has touched.
pub(crate) async fn on_empty_database(
    backend: Backend,
    connections: u32,
    case: impl AsyncFnOnce(&TestDatabase),
) {
    on_empty(patience(), backend, connections, case).await;
}

async fn on_empty(
    patience: Duration,
    backend: Backend,
    connections: u32,
    case: impl AsyncFnOnce(&TestDatabase),
) {
    if !backend.is_asked_for() {
        return;
    }
    let database = TestDatabase::create(backend, connections).await;
    let case = tokio::time::timeout(patience, case(&database));
    let outcome = AssertUnwindSafe(case).catch_unwind().await;
    database.destroy().await;
    match outcome {
        Ok(in_time) => in_time.expect("the case hangs"),
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
            Backend::Postgres | Backend::MariaDb | Backend::MariaDbRollback => {
                let name = format!("game_tasks_{}", Uuid::now_v7().simple());
                let server = backend.server_url();
                administer(backend, &format!("CREATE DATABASE {name}")).await;
                let (host, _) = server.rsplit_once('/').unwrap();
                (format!("{host}/{name}"), Some(name), None)
            }
        };
        // Each connection to SQLite's memory is a database of its own.
        let connections = if backend == Backend::SqliteMemory { 1 } else { connections };
        let db = connect(&url, connections).await;
        if backend == Backend::SqliteFile {
            // As applications with several connections have it. The file remembers.
            db.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
        }
        Self { db, backend, url, name, _folder: folder }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Another pool on the same database, as another process would have. Not on SQLite's
    /// memory.
    pub(crate) async fn second_pool(&self) -> DatabaseConnection {
        assert_ne!(self.backend, Backend::SqliteMemory);
        connect(&self.url, 1).await
    }

    /// The same database for the user who may read and write what the other makes, and change
    /// no schema. On servers.
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

    /// The same database for another user of PostgreSQL's: `postgres` is the superuser.
    pub(crate) async fn pool_of(&self, user: &str) -> DatabaseConnection {
        let (_, host) = self.url.rsplit_once('@').unwrap();
        connect(&format!("postgres://{user}@{host}"), 1).await
    }

    /// Removes all tasks and games.
    pub(crate) async fn clear(&self) {
        run(&self.db, "DELETE FROM tasks", []).await;
        run(&self.db, "DELETE FROM games", []).await;
    }

    async fn destroy(self) {
        // A connection that a failed case has leaked never comes back.
        let closed = self.db.close();
        let _ = tokio::time::timeout(Duration::from_secs(5), closed).await;
        if let Some(name) = self.name {
            // PostgreSQL's plain DROP sends autovacuum away, which FORCE may not.
            let drop = format!("DROP DATABASE {name}");
            if try_administer(self.backend, &drop).await.is_err() {
                administer(self.backend, &format!("{drop} WITH (FORCE)")).await;
            }
        }
    }
}

async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .min_connections(if connections > FEW { connections } else { 1 })
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(20))
        .sqlx_logging(false);
    if url == MEMORY {
        // The database lives in the pool's one connection, which must never be closed: not by
        // a check that a dropped caller does not wait for, and not for its age.
        options.test_before_acquire(false).idle_timeout(None::<Duration>);
        options.max_lifetime(None::<Duration>);
    }
    Database::connect(options).await.unwrap()
}

/// Runs a statement in the database that the server's URL names.
async fn administer(backend: Backend, statement: &str) {
    try_administer(backend, statement).await.unwrap();
}

async fn try_administer(backend: Backend, statement: &str) -> Result<(), DbErr> {
    let server = connect(&backend.server_url(), 1).await;
    let outcome = try_run(&server, statement, []).await;
    server.close().await.unwrap();
    outcome.map(drop)
}
