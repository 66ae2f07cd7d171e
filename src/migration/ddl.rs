//! What the definitions of both tables are made of, on each database.

use crate::database::sql::quote;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait};
use sea_orm_migration::SchemaManager;

/// The types and defaults that one database uses.
pub(super) struct Types {
    pub(super) uuid: &'static str,
    pub(super) text: &'static str,
    pub(super) time: &'static str,
    pub(super) now: &'static str,
    /// What follows the closing parenthesis of a table.
    pub(super) table_options: &'static str,
}

/// Said with every table: a server's defaults may be an engine without transactions, and a row
/// format whose keys are too short for 255 characters.
pub(super) const MARIADB_OPTIONS: &str =
    " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin";

/// Text is compared byte for byte whatever the database's own collation; times are UTC in
/// microseconds, and what a default writes has the format of what the driver writes.
pub(super) fn types(backend: DbBackend) -> Types {
    match backend {
        DbBackend::Postgres => Types {
            uuid: "uuid",
            text: "varchar(255) COLLATE \"C\"",
            time: "timestamptz(6)",
            now: "CURRENT_TIMESTAMP",
            table_options: "",
        },
        DbBackend::MySql => Types {
            uuid: "binary(16)",
            text: "varchar(255)",
            time: "datetime(6)",
            // CURRENT_TIMESTAMP would write the session's time zone.
            now: "UTC_TIMESTAMP(6)",
            table_options: MARIADB_OPTIONS,
        },
        _ => Types {
            uuid: "blob",
            text: "text",
            time: "text",
            // The driver leaves a fraction of zero out.
            now: "(replace(strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+'))",
            table_options: "",
        },
    }
}

/// The name of a constraint, before it. PostgreSQL chooses one that is free, while others let
/// every table have the name.
pub(super) fn constraint(backend: DbBackend, name: &str) -> String {
    match backend {
        DbBackend::Postgres => String::new(),
        _ => format!("CONSTRAINT {} ", quote(backend, name)),
    }
}

/// What tells a table that a migration of the crate made from one that it found.
pub(super) const MARK: &str = "made by game-tasks";

/// Where each database takes the mark.
pub(super) struct Mark {
    /// Before the first column.
    pub(super) inside: &'static str,
    /// After the options of the table.
    pub(super) after: String,
    /// A statement of its own.
    pub(super) statement: Option<String>,
}

pub(super) fn mark(backend: DbBackend, table: &str) -> Mark {
    let (mut inside, mut after, mut statement) = ("", String::new(), None);
    match backend {
        DbBackend::Postgres => statement = Some(format!("COMMENT ON TABLE {table} IS '{MARK}'")),
        DbBackend::MySql => after = format!(" COMMENT='{MARK}'"),
        // SQLite keeps the text of a definition, comments and all.
        _ => inside = "/* made by game-tasks */ ",
    }
    Mark { inside, after, statement }
}

/// Refuses a database that the crate does not work on.
pub(super) async fn supported(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    match unsupported(connection, manager.get_database_backend()).await? {
        Some(product) => Err(DbErr::Migration(format!("game-tasks does not support {product}"))),
        None => Ok(()),
    }
}

/// Runs the statements, in order: all or none, save on MariaDB, which commits with each, and
/// gets one only.
pub(super) async fn run(
    manager: &SchemaManager<'_>,
    statements: impl IntoIterator<Item = String>,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::MySql {
        for statement in statements {
            connection.execute_raw(Statement::from_string(DbBackend::MySql, statement)).await?;
        }
        return Ok(());
    }
    let transaction = connection.begin().await?;
    for statement in statements {
        let backend = manager.get_database_backend();
        transaction.execute_raw(Statement::from_string(backend, statement)).await?;
    }
    transaction.commit().await
}

/// Drops a table that a migration of the crate made. One that it found, or that is not there
/// any more, is left as it is.
pub(super) async fn drop_own(
    manager: &SchemaManager<'_>,
    schema: Option<&str>,
    table: &str,
) -> Result<(), DbErr> {
    let (connection, backend) = (manager.get_connection(), manager.get_database_backend());
    if !super::schema::is_marked(connection, schema, table, MARK).await? {
        return Ok(());
    }
    let schema = schema.map_or(String::new(), |schema| quote(backend, schema) + ".");
    let drop = format!("DROP TABLE {schema}{}", quote(backend, table));
    connection.execute_unprepared(&drop).await?;
    Ok(())
}

/// The name of a database that speaks the protocol of one that the crate works on, and is
/// another.
pub(super) async fn unsupported<C: ConnectionTrait>(
    db: &C,
    backend: DbBackend,
) -> Result<Option<String>, DbErr> {
    let version = match backend {
        DbBackend::Sqlite => "SELECT sqlite_version()",
        _ => "SELECT VERSION()",
    };
    let row = db.query_one_raw(Statement::from_string(backend, version)).await?;
    let version = row.map_or(Ok(String::new()), |row| row.try_get_by_index::<String>(0))?;
    let foreign = backend == DbBackend::MySql && !version.contains("MariaDB");
    Ok(foreign.then(|| format!("MySQL {version}")))
}
