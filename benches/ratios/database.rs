//! The databases and their contents.

use crate::implementation::{Failure, Implementation};
use crate::options::Options;
use crate::ours::Ours;
use crate::raw_sqlx::raw_sqlx;
use crate::scale::Scale;
use crate::sea_orm_entity::SeaOrmEntity;
use game_tasks::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use game_tasks::{Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskRepositoryExt};
use tempfile::TempDir;
use uuid::Uuid;

/// The number of concurrent calls.
pub(crate) const CONCURRENCY: usize = 16;

/// The number of tasks in one batch when filling a table.
const FILL_BATCH: usize = 50_000;

/// SQLite, and the servers whose URL is set.
pub(crate) fn backends() -> Vec<DbBackend> {
    let all = [DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql];
    all.into_iter().filter(|backend| server(*backend).is_some_and(|url| !url.is_empty())).collect()
}

fn server(backend: DbBackend) -> Option<String> {
    match backend {
        DbBackend::Postgres => std::env::var("GAME_TASKS_POSTGRES_URL").ok(),
        DbBackend::MySql => std::env::var("GAME_TASKS_MARIADB_URL").ok(),
        _ => Some("sqlite".to_owned()),
    }
}

pub(crate) fn name(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "PostgreSQL",
        DbBackend::MySql => "MariaDB",
        _ => "SQLite",
    }
}

pub(crate) async fn connect(url: String, connections: u32) -> Result<DatabaseConnection, Failure> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).min_connections(connections);
    // Adds the same round trip to all implementations.
    options.test_before_acquire(false);
    Ok(Database::connect(options).await?)
}

/// A new database with the crate's tables.
pub(crate) struct Store {
    pub(crate) db: DatabaseConnection,
    pub(crate) url: String,
    /// On a server: its URL, and the name of the database.
    server: Option<(String, String)>,
    _folder: TempDir,
}

impl Store {
    pub(crate) async fn create(backend: DbBackend) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let server = server(backend).filter(|_| backend != DbBackend::Sqlite);
        let server = server.map(|url| (url, format!("bench_{}", Uuid::now_v7().simple())));
        let url = match &server {
            Some((url, name)) => {
                let server_db = Database::connect(url).await?;
                server_db.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
                server_db.close().await?;
                let (host, _) = url.rsplit_once('/').ok_or("a URL without a database")?;
                format!("{host}/{name}")
            }
            None => format!("sqlite://{}?mode=rwc", folder.path().join("tasks.db").display()),
        };
        // SQLite has a single writer; more connections would measure the waiting for its lock.
        let connections = if backend == DbBackend::Sqlite { 1 } else { CONCURRENCY as u32 };
        let db = connect(url.clone(), connections).await?;
        if backend == DbBackend::Sqlite {
            // Usual settings. Flushing at each commit would dominate all measurements.
            for pragma in ["journal_mode = WAL", "synchronous = NORMAL"] {
                db.execute_unprepared(&format!("PRAGMA {pragma}")).await?;
            }
        }
        game_tasks::migrate(&db).await?;
        Ok(Self { db, url, server, _folder: folder })
    }

    pub(crate) async fn game(&self, name: &str) -> Result<Uuid, Failure> {
        Ok(Game::new(name).insert(&self.db).await?.id)
    }

    /// Fills a game with `task-00000000` and so on.
    pub(crate) async fn fill(&self, game: Uuid, tasks: usize) -> Result<(), Failure> {
        let repository = SeaOrmTaskRepository::new(self.db.clone());
        for start in (0..tasks).step_by(FILL_BATCH) {
            let batch =
                (start..tasks.min(start + FILL_BATCH)).map(|n| NewTask::new(game, external(n)));
            repository.create_all(batch, OnExisting::Fail).await?;
        }
        Ok(())
    }

    /// Updates the planner's statistics after filling.
    pub(crate) async fn analyze(&self) -> Result<(), Failure> {
        match self.db.get_database_backend() {
            DbBackend::Postgres => self.db.execute_unprepared("VACUUM ANALYZE").await?,
            DbBackend::MySql => self.db.execute_unprepared("ANALYZE TABLE tasks, games").await?,
            _ => self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?,
        };
        Ok(())
    }

    /// Checkpoints SQLite's log before each turn. SQLite does so when the log is long enough, which
    /// would always be in the turns of the same implementation.
    pub(crate) async fn checkpoint(&self) -> Result<(), Failure> {
        if self.db.get_database_backend() == DbBackend::Sqlite {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// The number that a query returns.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64, Failure> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let row = self.db.query_one_raw(statement).await?.ok_or("no row")?;
        Ok(row.try_get_by_index(0)?)
    }

    pub(crate) fn implementations(&self) -> [Box<dyn Implementation>; 3] {
        [Box::new(Ours::new(&self.db)), raw_sqlx(&self.db), Box::new(SeaOrmEntity::new(&self.db))]
    }

    pub(crate) async fn drop(self) -> Result<(), Failure> {
        self.db.close().await?;
        if let Some((url, name)) = self.server {
            let server_db = Database::connect(url).await?;
            server_db.execute_unprepared(&format!("DROP DATABASE {name}")).await?;
            server_db.close().await?;
        }
        Ok(())
    }
}

pub(crate) fn external(number: usize) -> String {
    format!("task-{number:08}")
}

/// The database of one backend, and the options.
pub(crate) struct Bench<'o> {
    pub(crate) backend: DbBackend,
    pub(crate) options: &'o Options,
    pub(crate) store: Store,
    /// The game with most of the tasks.
    pub(crate) large: Uuid,
}

impl<'o> Bench<'o> {
    pub(crate) async fn open(backend: DbBackend, options: &'o Options) -> Result<Self, Failure> {
        eprintln!("{}: filling", name(backend));
        let store = Store::create(backend).await?;
        let large = store.game("large").await?;
        store.fill(large, options.scale.tasks).await?;
        store.analyze().await?;
        Ok(Self { backend, options, store, large })
    }

    pub(crate) fn scale(&self) -> &Scale {
        &self.options.scale
    }

    pub(crate) async fn version(&self) -> Result<String, Failure> {
        let text = match self.backend {
            DbBackend::Sqlite => "SELECT sqlite_version()",
            DbBackend::Postgres => "SELECT current_setting('server_version')",
            _ => "SELECT VERSION()",
        };
        let statement = Statement::from_string(self.backend, text);
        let row = self.store.db.query_one_raw(statement).await?.ok_or("no version")?;
        let version: String = row.try_get_by_index(0)?;
        let version = version.split([' ', '-']).next().unwrap_or_default();
        Ok(format!("{} {version}", name(self.backend)))
    }

    pub(crate) async fn close(self) -> Result<(), Failure> {
        self.store.drop().await
    }
}
