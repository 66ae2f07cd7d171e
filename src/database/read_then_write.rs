//! Changing a row that was read, only where it is still as it was read.

use super::TaskConnection;
use super::connection::{WriteFailure, write_failed, write_or_read_failed};
use super::dialect::Dialect;
use crate::error::{Call, TaskError};
use sea_orm::DbErr;
use std::future::Future;

/// How often a row is read and then changed without a lock. Only another change of what the answer
/// repeats gets between, so that a second attempt is rare.
pub(super) const UPDATE_ATTEMPTS: usize = 8;

/// How often this is attempted on a connection that cannot begin a transaction.
const ATTEMPTS_WITHOUT_TRANSACTION: usize = 256;

/// What became of one attempt.
pub(super) enum Attempt<R> {
    Written(R),
    /// The row had been changed since it was read, as this.
    Overtaken(R),
}

/// A change of one row.
pub(super) trait ReadThenWrite: Sync {
    type Row: Send;

    /// How often the change is attempted on a pool before a transaction is begun for it.
    fn attempts(&self) -> usize {
        UPDATE_ATTEMPTS
    }

    /// Reads the row, which in a transaction locks it, and changes it.
    fn attempt<D: TaskConnection>(
        &self,
        connection: &D,
    ) -> impl Future<Output = Result<Attempt<Self::Row>, TaskError>> + Send;

    /// The error where the row was locked, and yet was not changed.
    fn skipped(&self) -> TaskError;

    /// The error where other writers prevented every attempt. They left the row as `last`.
    fn overtaken(&self, last: Option<Self::Row>) -> TaskError;
}

/// Makes the change. Two round trips; one where the row does not exist or the change is refused.
///
/// In a transaction the read locks the row. On a pool that would take a transaction of the call's own,
/// which is begun only where others write the row all the time.
pub(super) async fn read_then_write<C: TaskConnection, W: ReadThenWrite>(
    connection: &C,
    change: &W,
) -> Result<W::Row, TaskError> {
    if connection.in_transaction() {
        return match change.attempt(connection).await? {
            Attempt::Written(row) => Ok(row),
            Attempt::Overtaken(_) => Err(change.skipped()),
        };
    }
    for _ in 0..change.attempts() {
        if let Attempt::Written(row) = change.attempt(connection).await? {
            return Ok(row);
        }
    }
    Box::pin(change_locked(connection, change)).await
}

/// The same in a transaction of its own, where the connection can begin one.
async fn change_locked<C: TaskConnection, W: ReadThenWrite>(
    connection: &C,
    change: &W,
) -> Result<W::Row, TaskError> {
    let transaction = match connection.begin_transaction().await {
        Ok(transaction) => transaction,
        Err(error) => return Err(nothing_written(connection, error)),
    };
    let Some(transaction) = transaction else {
        let mut last = None;
        for _ in 0..ATTEMPTS_WITHOUT_TRANSACTION {
            match change.attempt(connection).await? {
                Attempt::Written(row) => return Ok(row),
                Attempt::Overtaken(row) => last = Some(row),
            }
        }
        return Err(change.overtaken(last));
    };
    match change.attempt(&transaction).await {
        Ok(Attempt::Written(row)) => match transaction.commit().await {
            Ok(()) => Ok(row),
            Err(error) => Err(write_failed(connection, error).await),
        },
        // The first error is the one to report.
        refused => {
            let _ = transaction.rollback().await;
            refused.and_then(|_| Err(change.skipped()))
        }
    }
}

/// The error of an attempt that failed on `on`: the call's connection, or a transaction of the call's own.
/// That is not committed, so what failed in it has written nothing.
pub(super) async fn attempt_failed<C: TaskConnection, D: TaskConnection>(
    connection: &C,
    on: &D,
    failure: WriteFailure,
) -> TaskError {
    if on.in_transaction() == connection.in_transaction() {
        return write_or_read_failed(connection, failure).await;
    }
    let (WriteFailure::NotWritten(source) | WriteFailure::Written(source)) = failure;
    nothing_written(connection, source)
}

/// The error of a call on a pool that has written nothing, whatever became of its last statement.
fn nothing_written<C: TaskConnection>(connection: &C, source: DbErr) -> TaskError {
    let dialect = Dialect::of(connection.backend());
    Call { dialect, in_transaction: false, writes: false }.failed(source)
}
