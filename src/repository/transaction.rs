//! [`transaction`]: the application's own transaction, repeated as a whole.

use crate::database::begin_to_completion;
use crate::error::{DatabaseError, Retry, TaskError};
use crate::strategy::ResolveError;
use backon::{BackoffBuilder, ExponentialBuilder, FuturesTimerSleeper, Sleeper};
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionOptions};
use std::time::Duration;

/// An error that says what to repeat: what [`transaction`] requires of the errors of its closure.
/// Implement it for an application's own error:
///
/// ```
/// use game_tasks::{Retry, RetryError, TaskError};
///
/// enum AppError {
///     Task(TaskError),
///     OutOfStock,
/// }
///
/// impl From<TaskError> for AppError {
///     fn from(error: TaskError) -> Self {
///         Self::Task(error)
///     }
/// }
///
/// impl RetryError for AppError {
///     fn retry(&self) -> Retry {
///         match self {
///             Self::Task(error) => error.retry(),
///             Self::OutOfStock => Retry::No,
///         }
///     }
/// }
/// # let _ = AppError::OutOfStock;
/// ```
pub trait RetryError: From<TaskError> {
    /// What to repeat, if repeating can help.
    fn retry(&self) -> Retry;
}

impl RetryError for TaskError {
    fn retry(&self) -> Retry {
        Self::retry(self)
    }
}

impl RetryError for ResolveError {
    fn retry(&self) -> Retry {
        Self::retry(self)
    }
}

/// Runs a closure in a transaction and commits it. If the transaction was lost, or could not be
/// committed, because of others (serialization failures, deadlocks, timeouts of locks, a connection
/// that broke before the `COMMIT`), the whole is rolled back and repeated, up to five times, with
/// delays from 20 milliseconds to 2 seconds.
///
/// The closure may run several times, so it must have no effect but in the transaction. In a spawned
/// task, and in a handler of a web framework, write `async move |txn|`: the future is `Send` only if the
/// closure owns what it uses. Errors of
/// SeaORM convert to [`TaskError`], so `?` works for the application's own statements, too.
///
/// ```
/// use game_tasks::sea_orm::{ActiveModelTrait, DatabaseConnection, IntoActiveModel, Set};
/// use game_tasks::{Game, NewTask, SeaOrmTaskRepository, TaskError, TaskRepositoryExt, transaction};
///
/// async fn start(db: &DatabaseConnection, game: Game) -> Result<(), TaskError> {
///     let tasks = SeaOrmTaskRepository::new(db.clone());
///     transaction(db, async |txn| {
///         tasks.on(txn).create(NewTask::new(game.id, "task-login")).await?;
///         // The application's own statement.
///         let mut changed = game.clone().into_active_model();
///         changed.platform = Set(Some("web".to_owned()));
///         changed.update(txn).await?;
///         Ok(())
///     })
///     .await
/// }
/// ```
///
/// # Errors
/// That of the closure, after a rollback, if repeating does not help. If the response to the `COMMIT`
/// is lost, the error's [`retry`](TaskError::retry) is [`Retry::Unknown`], and nothing is repeated.
///
/// # Cost
/// Two round trips, `BEGIN` and `COMMIT`, besides those of the closure.
pub async fn transaction<T, E: RetryError>(
    db: &DatabaseConnection,
    work: impl AsyncFn(&DatabaseTransaction) -> Result<T, E>,
) -> Result<T, E> {
    transaction_with_options(db, None, work).await
}

/// [`transaction`] with an isolation level or an access mode.
///
/// # Errors
/// See [`transaction`].
pub async fn transaction_with_options<T, E: RetryError>(
    db: &DatabaseConnection,
    options: impl Into<Option<TransactionOptions>>,
    work: impl AsyncFn(&DatabaseTransaction) -> Result<T, E>,
) -> Result<T, E> {
    let options = options.into();
    let mut delays = ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(Duration::from_millis(20))
        .with_max_delay(Duration::from_secs(2))
        .with_max_times(5)
        .build();
    loop {
        let error = match attempt(db, options.unwrap_or_default(), &work).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let delay = match error.retry() {
            Retry::Call | Retry::Transaction => delays.next(),
            Retry::No | Retry::Unknown => None,
        };
        let Some(delay) = delay else { return Err(error) };
        tracing::debug!(?delay, "repeating the transaction");
        FuturesTimerSleeper.sleep(delay).await;
    }
}

async fn attempt<T, E: RetryError>(
    db: &DatabaseConnection,
    options: TransactionOptions,
    work: &impl AsyncFn(&DatabaseTransaction) -> Result<T, E>,
) -> Result<T, E> {
    // Neither BEGIN nor COMMIT fails inside the transaction: what is classified is one call on the pool.
    let failed = |source| E::from(TaskError::from(DatabaseError::classify(db, source)));
    let transaction = begin_to_completion(db, Some(options)).await.map_err(failed)?;
    match work(&transaction).await {
        Ok(value) => {
            transaction.commit().await.map_err(failed)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to report.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}
