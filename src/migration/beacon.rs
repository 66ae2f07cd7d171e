//! The light by which all nodes of a Galera cluster see that the holder of the lock is alive: a
//! row that is never committed. Streaming replication shows it, locked, on every node at once;
//! when its connection ends, or its node, all of them take it back.

use crate::error::{Call, DatabaseError, FailureKind};
use crate::migration::exclusive::begin_to_the_end;
use futures_timer::Delay;
use futures_util::future::{Either, select};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
    TransactionOptions,
};
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

/// How long the work waits for a second connection. A pool of one never gives it; else the work
/// should not begin unseen.
const HEAD_START: Duration = Duration::from_millis(100);

/// How often the light is looked after. A server ends connections that say nothing
/// (`wait_timeout`), and a definition that touches the table takes the row away.
const BEAT: Duration = Duration::from_secs(1);

/// A light that went out by accident is lit again within some beats.
const DARK: Duration = Duration::from_secs(5);

const ANNOUNCE: &str = "UPDATE game_tasks_lock SET beacon = TRUE WHERE id = 1 AND holder = ?";

/// `SET STATEMENT` leaves the session as it was. In a prepared statement it would be in vain: the
/// row stays on its node then. A size of one, of whatever unit, is less than a row.
const LIGHT: &str = "SET STATEMENT wsrep_trx_fragment_size = 1, innodb_lock_wait_timeout = 1 FOR \
    INSERT INTO game_tasks_lock VALUES (2, '', '', 0, TRUE, UTC_TIMESTAMP(6)) \
    ON DUPLICATE KEY UPDATE since = VALUES(since)";

/// A node that applies a long definition is behind, and might not have seen the light yet.
const LOOK: &str = "SET STATEMENT wsrep_sync_wait = 1 FOR \
    SELECT holder FROM game_tasks_lock WHERE id = 2 LOCK IN SHARE MODE NOWAIT";

/// Runs the work, with the light on as soon and as long as the pool has a connection for it.
pub(super) async fn beside<T>(
    db: &DatabaseConnection,
    holder: &str,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    let mut lamp = within(HEAD_START, Lamp::find(db)).await;
    if let Some(mut found) = lamp.take()
        && matches!(within(BEAT, found.tend(holder)).await, Some(Ok(())))
    {
        lamp = Some(found);
    }
    loop {
        let mut burning = match lamp.take() {
            Some(lamp) => lamp,
            None => match select(work.as_mut(), pin!(Lamp::find(db))).await {
                Either::Left((done, _)) => return done,
                Either::Right((lamp, _)) => lamp,
            },
        };
        if let Some(done) = burning.burn(holder, work.as_mut()).await {
            let _ = within(BEAT, burning.transaction.rollback()).await;
            return done;
        }
        drop(burning);
        if let Either::Left((done, _)) = select(work.as_mut(), Delay::new(BEAT)).await {
            return done;
        }
    }
}

/// The second connection.
struct Lamp {
    transaction: DatabaseTransaction,
    lit: bool,
}

impl Lamp {
    async fn find(db: &DatabaseConnection) -> Self {
        loop {
            match begin_to_the_end(db, TransactionOptions::default()).await {
                Ok(transaction) => return Self { transaction, lit: false },
                Err(_) => Delay::new(BEAT).await,
            }
        }
    }

    /// Until the work is done, or the light is out.
    async fn burn<T>(
        &mut self,
        holder: &str,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> Option<T> {
        loop {
            let tended = pin!(self.tend(holder));
            match select(work.as_mut(), tended).await {
                Either::Left((done, tended)) => {
                    // The driver wants the answer before it can go on.
                    let _ = within(BEAT, tended).await;
                    return Some(done);
                }
                Either::Right((Err(_), _)) => return None,
                Either::Right((Ok(()), _)) => {}
            }
            if let Either::Left((done, _)) = select(work.as_mut(), Delay::new(BEAT)).await {
                return Some(done);
            }
        }
    }

    /// Sees whether it is on, or turns it on.
    async fn tend(&mut self, holder: &str) -> Result<(), DbErr> {
        if self.lit {
            return self.transaction.execute_unprepared("DO 1").await.map(drop);
        }
        // Who announces a light that cannot be lit would be passed over.
        self.transaction.execute_unprepared(LIGHT).await?;
        self.transaction.execute_unprepared("ROLLBACK AND CHAIN").await?;
        let announce = Statement::from_sql_and_values(DbBackend::MySql, ANNOUNCE, [holder.into()]);
        self.transaction.execute_raw(announce).await?;
        self.transaction.execute_unprepared("COMMIT AND CHAIN").await?;
        self.transaction.execute_unprepared(LIGHT).await?;
        self.lit = true;
        Ok(())
    }
}

/// One who waits, and since when it has been dark.
#[derive(Default)]
pub(super) struct Lookout(Option<(String, Instant)>);

impl Lookout {
    /// Whether a holder who had a light has none any more.
    pub(super) async fn is_gone<C: ConnectionTrait>(
        &mut self,
        db: &C,
        call: Call,
        holder: &str,
    ) -> Result<bool, DbErr> {
        let asked = Instant::now();
        if let Err(error) = db.execute_unprepared(LOOK).await {
            return match DatabaseError::new(call, error.clone()).kind() {
                // The row is locked; or the node is busy, and knows nothing.
                FailureKind::Timeout | FailureKind::Serialization => {
                    self.0 = None;
                    Ok(false)
                }
                _ => Err(error),
            };
        }
        match &self.0 {
            // What kept this look waiting, a long definition, keeps the light from being lit.
            Some((dark, since)) if dark == holder && asked.elapsed() < BEAT => {
                Ok(since.elapsed() >= DARK)
            }
            _ => {
                self.0 = Some((holder.to_owned(), Instant::now()));
                Ok(false)
            }
        }
    }
}

async fn within<T>(patience: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), Delay::new(patience)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
