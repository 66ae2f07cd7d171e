//! Runs DDL statements, and drops what they created.

use super::schema;
use crate::database::TaskConnection;
use crate::database::dialect::{Dialect, TableName};
use sea_orm::{ConnectionTrait, DbErr, Statement, TransactionTrait};
use sea_orm_migration::SchemaManager;

/// Fails on a database that the crate does not support.
pub(super) async fn refuse_unsupported(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    match unsupported(db).await? {
        Some(product) => Err(DbErr::Migration(format!(
            "{product} is not supported: game-tasks needs {}",
            Dialect::of(db.backend()).schema_features().needs
        ))),
        None => Ok(()),
    }
}

/// The name of the product, if the crate does not support it.
pub(super) async fn unsupported<C: TaskConnection>(db: &C) -> Result<Option<String>, DbErr> {
    let dialect = Dialect::of(db.backend());
    let version =
        Statement::from_string(dialect.backend(), dialect.schema_features().version_query);
    let row = db.query_one(version).await?;
    let version = row.map_or(Ok(String::new()), |row| row.try_get_by_index::<String>(0))?;
    Ok(dialect.unsupported_product(&version))
}

/// Runs the statements in one transaction. Where DDL statements commit (MariaDB) each runs by
/// itself, so one statement has to do.
pub(super) async fn run(
    manager: &SchemaManager<'_>,
    statements: impl IntoIterator<Item = String>,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    if Dialect::of(backend).schema_features().commits_ddl {
        for statement in statements {
            connection.execute_raw(Statement::from_string(backend, statement)).await?;
        }
        return Ok(());
    }
    let transaction = connection.begin().await?;
    for statement in statements {
        transaction.execute_raw(Statement::from_string(backend, statement)).await?;
    }
    transaction.commit().await
}

/// Drops a table that a migration of the crate created, and no other.
pub(super) async fn drop_created(
    manager: &SchemaManager<'_>,
    table: &TableName,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if schema::created(connection, table).await?.is_none() {
        return Ok(());
    }
    let table = table.quoted(Dialect::of(manager.get_database_backend()));
    connection.execute_unprepared(&format!("DROP TABLE {table}")).await?;
    Ok(())
}
