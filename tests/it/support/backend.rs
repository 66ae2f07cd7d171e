//! The backends, and whether the environment enables them.

use std::io::Write;
use std::sync::Once;

/// The database that a case runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    SqliteMemory,
    SqliteFile,
    Postgres,
    MariaDb,
    /// A MariaDB server with `innodb_rollback_on_timeout` and a small `max_allowed_packet`, which
    /// cannot be set per session.
    MariaDbRollback,
    MySql,
}

/// A database server whose URL is in an environment variable.
pub(crate) struct Server {
    name: &'static str,
    variable: &'static str,
    skipped: &'static Once,
}

static POSTGRES_SKIPPED: Once = Once::new();
static MARIADB_SKIPPED: Once = Once::new();
static MARIADB_ROLLBACK_SKIPPED: Once = Once::new();
static MYSQL_SKIPPED: Once = Once::new();

impl Server {
    fn url(&self) -> Option<String> {
        std::env::var(self.variable).ok().filter(|url| !url.is_empty())
    }

    /// Writes to stderr directly, since libtest captures `eprintln!` of tests that pass.
    fn report_skipped(&self) {
        let line = format!("\nSKIPPED BACKEND {}: {} is not set\n", self.name, self.variable);
        self.skipped.call_once(|| std::io::stderr().write_all(line.as_bytes()).unwrap());
    }
}

impl Backend {
    fn server(self) -> Option<Server> {
        match self {
            Self::SqliteMemory | Self::SqliteFile => None,
            Self::Postgres => Some(Server {
                name: "postgres",
                variable: "GAME_TASKS_POSTGRES_URL",
                skipped: &POSTGRES_SKIPPED,
            }),
            Self::MariaDb => Some(Server {
                name: "mariadb",
                variable: "GAME_TASKS_MARIADB_URL",
                skipped: &MARIADB_SKIPPED,
            }),
            Self::MariaDbRollback => Some(Server {
                name: "mariadb with innodb_rollback_on_timeout",
                variable: "GAME_TASKS_MARIADB_ROLLBACK_URL",
                skipped: &MARIADB_ROLLBACK_SKIPPED,
            }),
            Self::MySql => Some(Server {
                name: "mysql",
                variable: "GAME_TASKS_MYSQL_URL",
                skipped: &MYSQL_SKIPPED,
            }),
        }
    }

    /// Whether cases run on this backend. Reports a skipped backend on stderr.
    ///
    /// Panics if `GAME_TASKS_REQUIRE_ALL` is set and the server's variable is not, unless
    /// `.ci/with-databases` has reported the server as untested.
    pub(crate) fn is_enabled(self) -> bool {
        let Some(server) = self.server() else { return true };
        if server.url().is_some() {
            return true;
        }
        let untested = std::env::var("GAME_TASKS_UNTESTED").unwrap_or_default();
        if untested.split(',').any(|name| name == server.name) {
            return false;
        }
        let required =
            std::env::var_os("GAME_TASKS_REQUIRE_ALL").is_some_and(|value| !value.is_empty());
        assert!(!required, "GAME_TASKS_REQUIRE_ALL is set, but {} is not", server.variable);
        server.report_skipped();
        false
    }

    /// The URL of the server, on which each test creates its own database.
    pub(crate) fn server_url(self) -> String {
        self.server().and_then(|server| server.url()).unwrap()
    }

    pub(crate) fn is_sqlite(self) -> bool {
        matches!(self, Self::SqliteMemory | Self::SqliteFile)
    }

    pub(crate) fn is_mariadb_or_mysql(self) -> bool {
        matches!(self, Self::MariaDb | Self::MariaDbRollback | Self::MySql)
    }

    /// A collation that compares byte for byte, on MariaDB or MySQL.
    pub(crate) fn byte_collation(self) -> &'static str {
        match self {
            Self::MySql => "utf8mb4_0900_bin",
            _ => "utf8mb4_nopad_bin",
        }
    }

    /// The type of a column that references a task or a game.
    pub(crate) fn uuid_type(self) -> &'static str {
        match self {
            Self::Postgres => "uuid",
            Self::MariaDb | Self::MariaDbRollback | Self::MySql => "binary(16)",
            Self::SqliteMemory | Self::SqliteFile => "blob",
        }
    }
}
