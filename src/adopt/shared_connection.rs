//! Detects a pooler that lends one server connection to several clients, such as PgBouncer in
//! transaction mode.
//!
//! Nothing that the detection sends outlives its statement.

use super::error::AdoptError;
use super::session::{failed, get, query};
use crate::error::{DatabaseError, FailureKind};
use sea_orm::sqlx::{self, PgConnection, PgPool};

/// How often the server connections are compared.
const ROUNDS: u32 = 3;

/// Fails if other clients can be given the server connection between two transactions of this one.
///
/// A pooler that does so has to rename the statements that its clients prepare, since two clients use
/// the same names. One that does not, and on which the crate's calls fail, is recognized when it
/// gives this connection's server connection to another one.
pub(super) async fn refuse(connection: &mut PgConnection, pool: &PgPool) -> Result<(), AdoptError> {
    if is_exchanged(connection, pool).await? {
        return Err(AdoptError::SharedConnection);
    }
    match renames_statements(connection).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(AdoptError::SharedConnection),
        Err(error)
            if matches!(
                error.kind(),
                FailureKind::StatementInvalidated | FailureKind::UnsupportedPooler
            ) =>
        {
            Err(AdoptError::SharedConnection)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the server knows a statement that a client prepared, this query among them, by a name that
/// the driver does not give.
async fn renames_statements(connection: &mut PgConnection) -> Result<bool, DatabaseError> {
    let text = r"SELECT EXISTS (SELECT 1 FROM pg_prepared_statements
                 WHERE NOT from_sql AND name NOT LIKE 'sqlx\_s\_%')";
    get(&query(text).fetch_one(connection).await.map_err(failed)?, 0)
}

/// Whether the server connection changes between two statements, or is that of another connection of
/// the pool. A pooler that hands out the connection that was used last gives it to the other one, and
/// one that takes turns gives this one another.
async fn is_exchanged(connection: &mut PgConnection, pool: &PgPool) -> Result<bool, DatabaseError> {
    let mut other = pool.acquire().await.map_err(failed)?;
    let first = backend_pid(connection).await?;
    for _ in 0..ROUNDS {
        let own = backend_pid(connection).await?;
        if own != first || own == backend_pid(&mut other).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Unprepared, so that its name cannot collide with another client's.
async fn backend_pid(connection: &mut PgConnection) -> Result<i32, DatabaseError> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection).await;
    get(&row.map_err(failed)?, 0)
}
