//! The heartbeat by which the nodes of a Galera cluster see that the holder of the migration lock is
//! alive: a row that is never committed. Streaming replication locks it on every node at once; when
//! its connection or its node is lost, all nodes roll it back.

use crate::database::begin_to_completion;
use crate::database::dialect::Dialect;
use crate::error::{Call, DatabaseError, FailureKind};
use futures_timer::Delay;
use futures_util::future::{Either, select};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement};
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

/// How long the work waits for a second connection. A pool of one never provides it; with more, the
/// work should not begin before its heartbeat does.
const START_TIMEOUT: Duration = Duration::from_millis(100);

/// How often the heartbeat is refreshed. A server closes idle connections (`wait_timeout`), and a
/// DDL statement on the table removes the row.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long a heartbeat may be missing before its holder counts as gone. One that was lost by
/// accident is restored within a few intervals.
const EXPIRES_AFTER: Duration = Duration::from_secs(5);

const ADVERTISE: &str = "UPDATE game_tasks_lock SET heartbeat = TRUE WHERE id = 1 AND holder = ?";

/// `SET STATEMENT` leaves the session unchanged. It has no effect in a prepared statement: the row
/// would stay on its node. A fragment size of 1, in any unit, is less than a row.
const WRITE: &str = "SET STATEMENT wsrep_trx_fragment_size = 1, innodb_lock_wait_timeout = 1 FOR \
    INSERT INTO game_tasks_lock VALUES (2, '', '', 0, TRUE, UTC_TIMESTAMP(6)) \
    ON DUPLICATE KEY UPDATE since = VALUES(since)";

/// Waits for replication first: a node that applies a long DDL statement may not have the row yet.
const READ: &str = "SET STATEMENT wsrep_sync_wait = 1 FOR \
    SELECT holder FROM game_tasks_lock WHERE id = 2 LOCK IN SHARE MODE NOWAIT";

/// Runs the work, with a heartbeat as soon and as long as the pool has a connection for it.
pub(super) async fn run_beside<T>(
    db: &DatabaseConnection,
    holder: &str,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    let mut ready = timeout(START_TIMEOUT, Heartbeat::connect(db)).await;
    if let Some(mut heartbeat) = ready.take()
        && matches!(timeout(INTERVAL, heartbeat.refresh(holder)).await, Some(Ok(())))
    {
        ready = Some(heartbeat);
    }
    loop {
        let mut heartbeat = match ready.take() {
            Some(heartbeat) => heartbeat,
            None => match select(work.as_mut(), pin!(Heartbeat::connect(db))).await {
                Either::Left((done, _)) => return done,
                Either::Right((heartbeat, _)) => heartbeat,
            },
        };
        if let Some(done) = heartbeat.run(holder, work.as_mut()).await {
            let _ = timeout(INTERVAL, heartbeat.transaction.rollback()).await;
            return done;
        }
        drop(heartbeat);
        if let Either::Left((done, _)) = select(work.as_mut(), Delay::new(INTERVAL)).await {
            return done;
        }
    }
}

/// The second connection, whose transaction holds the row.
struct Heartbeat {
    transaction: DatabaseTransaction,
    active: bool,
}

impl Heartbeat {
    async fn connect(db: &DatabaseConnection) -> Self {
        loop {
            match begin_to_completion(db, None).await {
                Ok(transaction) => return Self { transaction, active: false },
                Err(_) => Delay::new(INTERVAL).await,
            }
        }
    }

    /// Refreshes until the work is done, or the connection fails (`None`).
    async fn run<T>(
        &mut self,
        holder: &str,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> Option<T> {
        loop {
            let refresh = pin!(self.refresh(holder));
            match select(work.as_mut(), refresh).await {
                Either::Left((done, refresh)) => {
                    // The connection cannot be used again before the driver has read the answer.
                    let _ = timeout(INTERVAL, refresh).await;
                    return Some(done);
                }
                Either::Right((Err(_), _)) => return None,
                Either::Right((Ok(()), _)) => {}
            }
            if let Either::Left((done, _)) = select(work.as_mut(), Delay::new(INTERVAL)).await {
                return Some(done);
            }
        }
    }

    async fn refresh(&mut self, holder: &str) -> Result<(), DbErr> {
        if self.active {
            return self.transaction.execute_unprepared("DO 1").await.map(drop);
        }
        // Advertise the heartbeat only once it can be written; other nodes treat a silent holder
        // as dead.
        self.transaction.execute_unprepared(WRITE).await?;
        self.transaction.execute_unprepared("ROLLBACK AND CHAIN").await?;
        let advertise =
            Statement::from_sql_and_values(Dialect::MariaDb.backend(), ADVERTISE, [holder.into()]);
        self.transaction.execute_raw(advertise).await?;
        self.transaction.execute_unprepared("COMMIT AND CHAIN").await?;
        self.transaction.execute_unprepared(WRITE).await?;
        self.active = true;
        Ok(())
    }
}

/// A waiting process's view of a holder: since when its heartbeat is missing.
#[derive(Default)]
pub(super) struct Watcher(Option<(String, Instant)>);

impl Watcher {
    /// Whether the heartbeat of this holder has been missing for too long.
    pub(super) async fn has_expired<C: ConnectionTrait>(
        &mut self,
        db: &C,
        call: Call,
        holder: &str,
    ) -> Result<bool, DbErr> {
        let asked = Instant::now();
        if let Err(error) = db.execute_unprepared(READ).await {
            return match DatabaseError::new(call, error.clone()).kind() {
                // The row is locked, so the holder is alive; or the node is too busy to tell.
                FailureKind::Timeout | FailureKind::Serialization => {
                    self.0 = None;
                    Ok(false)
                }
                _ => Err(error),
            };
        }
        match &self.0 {
            // A long DDL statement that delays this query also keeps the heartbeat from being
            // written, so a slow answer restarts the period.
            Some((missing, since)) if missing == holder && asked.elapsed() < INTERVAL => {
                Ok(since.elapsed() >= EXPIRES_AFTER)
            }
            _ => {
                self.0 = Some((holder.to_owned(), Instant::now()));
                Ok(false)
            }
        }
    }
}

async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), Delay::new(limit)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
