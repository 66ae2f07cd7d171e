//! The lock on MariaDB: a row, since no lock of a session's reaches all nodes of a cluster, and
//! none of a transaction's outlives a definition.

use crate::error::{Call, DatabaseError, FailureKind};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, Value};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

const LOOK: &str = "SELECT COUNT(*) FROM information_schema.tables \
    WHERE table_schema = DATABASE() AND table_name = 'game_tasks_lock'";

const CREATE: &str = "CREATE TABLE IF NOT EXISTS game_tasks_lock (\
    id tinyint NOT NULL PRIMARY KEY, holder char(36) NOT NULL, node varchar(300) NOT NULL, \
    connection bigint NOT NULL, account varchar(400) NOT NULL, since datetime(6) NOT NULL) \
    ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='made by game-tasks'";

const CLAIM: &str = "INSERT IGNORE INTO game_tasks_lock \
    SELECT 1, ?, CONCAT(@@hostname, ':', @@port), CONNECTION_ID(), CURRENT_USER(), \
    UTC_TIMESTAMP(6)";

/// Whose row it is that nobody stands behind. Only here, and only connections of one's own
/// account, can be seen.
const DESERTED: &str = "SELECT holder FROM (\
    SELECT holder, since, connection, node = CONCAT(@@hostname, ':', @@port) \
    AND account = CURRENT_USER() AS visible FROM game_tasks_lock WHERE id = 1) l \
    LEFT JOIN information_schema.processlist p ON p.id = l.connection \
    WHERE IF(visible, p.id IS NULL OR (p.command = 'Sleep' AND p.time >= 60), \
    since < UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE)";

const RELEASE: &str = "DELETE FROM game_tasks_lock WHERE id = 1 AND holder = ?";

/// Rows of work that was dropped in this process, where nobody could wait to delete them. The
/// connection is back in its pool and alive, so others would not pass them over.
static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The row while it is this call's.
pub(super) struct Lease {
    holder: String,
    held: bool,
}

impl Lease {
    /// Waits for it. From then on statements on this connection commit by themselves.
    pub(super) async fn take(db: &DatabaseTransaction, call: Call) -> Result<Self, DbErr> {
        // The row has to be seen by others; a definition would commit anyway.
        db.execute_unprepared("COMMIT").await?;
        let there = db.query_one_raw(statement(LOOK, None)).await?;
        let there = there.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))?;
        if there == 0 {
            db.execute_unprepared(CREATE).await?;
        }
        let mut lease = Self { holder: Uuid::now_v7().to_string(), held: false };
        loop {
            // Should this call be dropped while it waits for the answer, nobody knows.
            lease.held = true;
            let claim = db.execute_raw(statement(CLAIM, Some(&lease.holder))).await;
            if settled(call, claim.map(|claimed| claimed.rows_affected()))? == Some(1) {
                return Ok(lease);
            }
            lease.held = false;
            // A dropped claim may have arrived after all.
            let given_up = dropped().clone();
            for holder in given_up {
                if settled(call, release(db, &holder).await)? == Some(1) {
                    dropped().retain(|other| *other != holder);
                }
            }
            // Whatever the application's runtime is, the server can wait.
            db.query_one_raw(statement("SELECT SLEEP(0.05)", None)).await?;
            if let Some(row) = db.query_one_raw(statement(DESERTED, None)).await? {
                settled(call, release(db, &row.try_get_by_index::<String>(0)?).await)?;
            }
        }
    }

    /// Should that fail, the connection has failed, and others see that.
    pub(super) async fn give_back(mut self, db: &DatabaseTransaction) {
        // A cluster may ask for a repetition.
        for _ in 0..3 {
            if release(db, &self.holder).await.is_ok() {
                self.held = false;
                return;
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.held {
            dropped().push(std::mem::take(&mut self.holder));
        }
    }
}

fn dropped() -> MutexGuard<'static, Vec<String>> {
    DROPPED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many rows it deletes: one, or none.
async fn release(db: &DatabaseTransaction, holder: &str) -> Result<u64, DbErr> {
    db.execute_raw(statement(RELEASE, Some(holder))).await.map(|deleted| deleted.rows_affected())
}

/// `None` where another was faster: a node of a cluster learns it when it commits.
fn settled<T>(call: Call, answer: Result<T, DbErr>) -> Result<Option<T>, DbErr> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match DatabaseError::new(call, error.clone()).kind() {
            FailureKind::Serialization => Ok(None),
            _ => Err(error),
        },
    }
}

fn statement(text: &str, value: Option<&str>) -> Statement {
    let values = value.map(Value::from);
    Statement::from_sql_and_values(DbBackend::MySql, text, values)
}
