//! Plain SQL, which tests send without the crate.
//!
//! Statements have one spelling for all databases: identifiers in double quotes, parameters as
//! `?`.

use game_tasks::sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, TryGetable, Value,
};

fn statement(backend: DbBackend, text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    let mut translated = String::with_capacity(text.len());
    let mut parameters = 0;
    for c in text.chars() {
        match (backend, c) {
            (DbBackend::MySql, '"') => translated.push('`'),
            (DbBackend::Postgres, '?') => {
                parameters += 1;
                translated.push_str(&format!("${parameters}"));
            }
            _ => translated.push(c),
        }
    }
    Statement::from_sql_and_values(backend, translated, values)
}

pub(crate) async fn try_run<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<ExecResult, DbErr> {
    let statement = statement(connection.get_database_backend(), text, values);
    if statement.values.as_ref().is_some_and(|values| values.0.is_empty()) {
        // Some DDL statements cannot be prepared.
        return connection.execute_unprepared(&statement.sql).await;
    }
    connection.execute_raw(statement).await
}

/// Runs a statement, and returns the number of affected rows.
pub(crate) async fn run<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> u64 {
    try_run(connection, text, values).await.unwrap().rows_affected()
}

pub(crate) async fn rows<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Vec<QueryResult> {
    let statement = statement(connection.get_database_backend(), text, values);
    connection.query_all_raw(statement).await.unwrap()
}

/// The first column of each row.
pub(crate) async fn column<C: ConnectionTrait, T: TryGetable>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Vec<T> {
    let rows = rows(connection, text, values).await;
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Whether a query on the connection or the transaction succeeds.
pub(crate) async fn still_works<C: ConnectionTrait>(connection: &C) -> bool {
    let select = Statement::from_string(connection.get_database_backend(), "SELECT 1");
    connection.query_one_raw(select).await.is_ok_and(|row| row.is_some())
}
