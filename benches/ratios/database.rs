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

/// A database system. `DbBackend` does not distinguish MariaDB from MySQL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Sqlite,
    Postgres,
    MariaDb,
    MySql,
}

impl Server {
    pub(crate) const ALL: [Self; 4] = [Self::Sqlite, Self::Postgres, Self::MariaDb, Self::MySql];

    /// SQLite, and the servers whose URL is set.
    pub(crate) fn available() -> Vec<Self> {
        let is_available = |server: &Self| *server == Self::Sqlite || server.url().is_some();
        Self::ALL.into_iter().filter(is_available).collect()
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|server| server.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
        }
    }

    pub(crate) fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
            Self::MariaDb | Self::MySql => DbBackend::MySql,
        }
    }

    /// The URL in the environment; `None` for SQLite.
    fn url(self) -> Option<String> {
        let variable = match self {
            Self::Sqlite => return None,
            Self::Postgres => "GAME_TASKS_POSTGRES_URL",
            Self::MariaDb => "GAME_TASKS_MARIADB_URL",
            Self::MySql => "GAME_TASKS_MYSQL_URL",
        };
        std::env::var(variable).ok().filter(|url| !url.is_empty())
    }

    /// Whether it supports `INSERT ... RETURNING` and `DELETE ... RETURNING`.
    pub(crate) fn has_returning(self) -> bool {
        match self {
            Self::Sqlite | Self::Postgres | Self::MariaDb => true,
            Self::MySql => false,
        }
    }

    /// Whether it supports `UPDATE ... RETURNING`.
    pub(crate) fn has_update_returning(self) -> bool {
        match self {
            Self::Sqlite | Self::Postgres => true,
            Self::MariaDb | Self::MySql => false,
        }
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
    pub(crate) server: Server,
    /// The server's URL, and the name of the database; `None` for SQLite.
    created: Option<(String, String)>,
    _folder: TempDir,
}

impl Store {
    pub(crate) async fn create(server: Server) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let created = server.url().map(|url| (url, format!("bench_{}", Uuid::now_v7().simple())));
        let url = match &created {
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
        let connections = if server == Server::Sqlite { 1 } else { CONCURRENCY as u32 };
        let db = connect(url.clone(), connections).await?;
        if server == Server::Sqlite {
            // Usual settings. Flushing at each commit would dominate all measurements.
            for pragma in ["journal_mode = WAL", "synchronous = NORMAL"] {
                db.execute_unprepared(&format!("PRAGMA {pragma}")).await?;
            }
        }
        game_tasks::migrate(&db).await?;
        Ok(Self { db, url, server, created, _folder: folder })
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
        let statement = match self.server {
            Server::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
            Server::Postgres => "VACUUM ANALYZE",
            Server::MariaDb | Server::MySql => "ANALYZE TABLE tasks, games",
        };
        self.db.execute_unprepared(statement).await?;
        Ok(())
    }

    /// Checkpoints SQLite's log before each turn. SQLite does so when the log is long enough, which
    /// would always be in the turns of the same implementation.
    pub(crate) async fn checkpoint(&self) -> Result<(), Failure> {
        if self.server == Server::Sqlite {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// The number that a query returns.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64, Failure> {
        let statement = Statement::from_string(self.server.backend(), sql);
        let row = self.db.query_one_raw(statement).await?.ok_or("no row")?;
        Ok(row.try_get_by_index(0)?)
    }

    pub(crate) async fn implementations(&self) -> Result<[Box<dyn Implementation>; 3], Failure> {
        Ok([
            Box::new(Ours::new(&self.db).await?),
            raw_sqlx(self.server, &self.db),
            Box::new(SeaOrmEntity::new(&self.db)),
        ])
    }

    pub(crate) async fn drop(self) -> Result<(), Failure> {
        self.db.close().await?;
        if let Some((url, name)) = self.created {
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

/// A database on one server, and the options.
pub(crate) struct Bench<'o> {
    pub(crate) options: &'o Options,
    pub(crate) store: Store,
    /// The game with most of the tasks.
    pub(crate) large: Uuid,
}

impl<'o> Bench<'o> {
    pub(crate) async fn open(server: Server, options: &'o Options) -> Result<Self, Failure> {
        eprintln!("{}: filling", server.name());
        let store = Store::create(server).await?;
        let large = store.game("large").await?;
        store.fill(large, options.scale.tasks).await?;
        store.analyze().await?;
        Ok(Self { options, store, large })
    }

    pub(crate) fn server(&self) -> Server {
        self.store.server
    }

    pub(crate) fn scale(&self) -> &Scale {
        &self.options.scale
    }

    pub(crate) async fn version(&self) -> Result<String, Failure> {
        let text = match self.server() {
            Server::Sqlite => "SELECT sqlite_version()",
            Server::Postgres => "SELECT current_setting('server_version')",
            Server::MariaDb | Server::MySql => "SELECT VERSION()",
        };
        let statement = Statement::from_string(self.server().backend(), text);
        let row = self.store.db.query_one_raw(statement).await?.ok_or("no version")?;
        let version: String = row.try_get_by_index(0)?;
        let version = version.split([' ', '-']).next().unwrap_or_default();
        Ok(format!("{} {version}", self.server().name()))
    }

    pub(crate) async fn close(self) -> Result<(), Failure> {
        self.store.drop().await
    }
}
