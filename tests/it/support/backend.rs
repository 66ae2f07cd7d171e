//! The backends, and whether this run was asked to test them.

use std::io::Write;
use std::sync::Once;

/// What a case runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    SqliteMemory,
    SqliteFile,
    Postgres,
    MariaDb,
    /// A MariaDB that runs with `innodb_rollback_on_timeout` and a small `max_allowed_packet`,
    /// which are settings of a whole server.
    MariaDbRollback,
}

/// A database server that the environment may name.
pub(crate) struct Server {
    name: &'static str,
    variable: &'static str,
    skipped: &'static Once,
}

static POSTGRES_SKIPPED: Once = Once::new();
static MARIADB_SKIPPED: Once = Once::new();
static MARIADB_ROLLBACK_SKIPPED: Once = Once::new();

impl Server {
    fn url(&self) -> Option<String> {
        std::env::var(self.variable).ok().filter(|url| !url.is_empty())
    }

    /// Past libtest's capture, so that nobody takes a skipped backend for a tested one.
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
        }
    }

    /// Whether the case is to run here. Says so on stderr where it is not.
    ///
    /// Panics where `GAME_TASKS_REQUIRE_ALL` is set and the server is not named.
    pub(crate) fn is_asked_for(self) -> bool {
        let Some(server) = self.server() else { return true };
        if server.url().is_some() {
            return true;
        }
        let all = std::env::var_os("GAME_TASKS_REQUIRE_ALL").is_some_and(|value| !value.is_empty());
        assert!(!all, "GAME_TASKS_REQUIRE_ALL is set, but {} is not", server.variable);
        server.report_skipped();
        false
    }

    /// The URL of the server, in which each test makes a database of its own.
    pub(crate) fn server_url(self) -> String {
        self.server().and_then(|server| server.url()).unwrap()
    }

    pub(crate) fn is_sqlite(self) -> bool {
        matches!(self, Self::SqliteMemory | Self::SqliteFile)
    }

    /// The type of a column that refers to a task or a game.
    pub(crate) fn uuid_type(self) -> &'static str {
        match self {
            Self::Postgres => "uuid",
            Self::MariaDb | Self::MariaDbRollback => "binary(16)",
            Self::SqliteMemory | Self::SqliteFile => "blob",
        }
    }
}
