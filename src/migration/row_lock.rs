//! The migration lock on MariaDB and MySQL: a row, because a session's lock does not reach all nodes of a
//! cluster, and a transaction's lock does not survive a DDL statement.

use super::heartbeat::{self, Watcher};
use super::{SchemaFault, SchemaMismatch, SchemaProblem};
use crate::database::dialect::{Dialect, TableName};
use crate::error::{Call, DatabaseError, FailureKind};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement, Value};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

const TABLE: &str = "game_tasks_lock";

/// Whether the table exists, how many of its columns do, and whether the server is a node of a
/// cluster. Takes a lock that shows to every account on this server whether the connection is alive.
const INSPECT: &str = "SELECT (SELECT COUNT(*) FROM information_schema.tables \
    WHERE table_schema = DATABASE() AND table_name = 'game_tasks_lock'), \
    (SELECT COUNT(*) FROM information_schema.columns \
    WHERE table_schema = DATABASE() AND table_name = 'game_tasks_lock' \
    AND column_name IN ('id', 'holder', 'node', 'connection', 'heartbeat', 'since')), \
    /*M!100500 (SELECT COUNT(*) FROM information_schema.global_variables \
    WHERE variable_name = 'WSREP_ON' AND variable_value = 'ON') */ /*!80017 0 */, \
    GET_LOCK(CONCAT('game_tasks ', ?), 0)";

/// Row 1 is the lock, row 2 its heartbeat.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS game_tasks_lock (\
    id tinyint NOT NULL PRIMARY KEY, holder char(36) NOT NULL, node varchar(300) NOT NULL, \
    connection bigint NOT NULL, heartbeat boolean NOT NULL, since datetime(6) NOT NULL) \
    ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*M!100500 utf8mb4_nopad_bin*/ /*!80017 utf8mb4_0900_bin*/ COMMENT='made by game-tasks'";

const CLAIM: &str = "INSERT IGNORE INTO game_tasks_lock \
    SELECT 1, ?, CONCAT(@@hostname, ':', @@port), CONNECTION_ID(), FALSE, UTC_TIMESTAMP(6)";

/// The holder, whether it has a heartbeat, and whether it is known to be gone. A connection idles
/// when its work was dropped while its process lives on; a holder with a heartbeat may idle.
///
/// MySQL's `information_schema.processlist` fails while a statement with binary values is running (3854).
const READ: &str = "SELECT holder, heartbeat, IF(node = CONCAT(@@hostname, ':', @@port), \
    IS_USED_LOCK(CONCAT('game_tasks ', holder)) IS NULL \
    /*M!100500 OR (NOT heartbeat AND EXISTS (SELECT 1 FROM information_schema.processlist p \
    WHERE p.id = l.connection AND p.command = 'Sleep' AND p.time >= 60))*/ \
    /*!80022 OR (NOT heartbeat AND EXISTS (SELECT 1 FROM performance_schema.processlist p \
    WHERE p.id = l.connection AND p.command = 'Sleep' AND p.time >= 60))*/, \
    NOT heartbeat AND since < UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE) \
    FROM game_tasks_lock l WHERE id = 1";

const DELETE: &str = "DELETE FROM game_tasks_lock WHERE id = 1 AND holder = ?";

const UNLOCK: &str = "DO RELEASE_LOCK(CONCAT('game_tasks ', ?))";

/// Rows of calls that were dropped in this process and so could not delete them. Their connections
/// are alive in the pool, so other processes would not take the lock over.
static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The lock, held by this call.
pub(super) struct RowLock {
    holder: String,
    held: bool,
    in_cluster: bool,
}

impl RowLock {
    /// Waits for the lock. Afterwards every statement on this connection commits.
    pub(super) async fn acquire(db: &DatabaseTransaction, call: Call) -> Result<Self, DbErr> {
        // Other connections have to see the row, and a DDL statement would commit anyway.
        db.execute_unprepared("COMMIT").await?;
        let holder = Uuid::now_v7().to_string();
        let in_cluster = loop {
            if let Some(in_cluster) = unless_overtaken(call, prepare(db, &holder).await)? {
                break in_cluster;
            }
        };
        let mut lock = Self { holder, held: false, in_cluster };
        let mut watcher = Watcher::default();
        loop {
            // If this call is dropped before the answer arrives, the row may have been inserted.
            lock.held = true;
            let claim = db.execute_raw(statement(CLAIM, Some(&lock.holder))).await;
            if unless_overtaken(call, claim.map(|claimed| claimed.rows_affected()))? == Some(1) {
                return Ok(lock);
            }
            lock.held = false;
            delete_dropped(db, call).await?;
            // The server waits, so that no timer of a particular runtime is needed.
            db.query_one_raw(statement("SELECT SLEEP(0.05)", None)).await?;
            let read = db.query_one_raw(statement(READ, None)).await;
            let Some(row) = unless_overtaken(call, read)?.flatten() else { continue };
            let (holder, has_heartbeat): (String, bool) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let is_gone = row.try_get_by_index::<i64>(2)? != 0;
            if is_gone || (has_heartbeat && watcher.has_expired(db, call, &holder).await?) {
                unless_overtaken(call, delete(db, &holder).await)?;
            }
        }
    }

    /// Runs the work, on a cluster with a heartbeat for the other nodes.
    pub(super) async fn run<T>(&self, db: &DatabaseConnection, work: impl Future<Output = T>) -> T {
        match self.in_cluster {
            true => heartbeat::run_beside(db, &self.holder, work).await,
            false => work.await,
        }
    }

    /// Releases the lock. If that fails, so has the connection, and other processes take the lock
    /// over.
    pub(super) async fn release(mut self, db: &DatabaseTransaction) {
        // A cluster can reject a commit that the same statement, repeated, passes.
        for _ in 0..3 {
            if delete(db, &self.holder).await.is_ok() {
                self.held = false;
                break;
            }
        }
        let _ = db.execute_raw(statement(UNLOCK, Some(&self.holder))).await;
    }
}

impl Drop for RowLock {
    fn drop(&mut self) {
        if self.held {
            dropped().push(std::mem::take(&mut self.holder));
        }
    }
}

/// Creates the table if it is missing, and takes the lock that shows that the connection is alive.
/// Returns whether the server is a node of a cluster.
async fn prepare(db: &DatabaseTransaction, holder: &str) -> Result<bool, DbErr> {
    let row = db.query_one_raw(statement(INSPECT, Some(holder))).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the server's locks".to_owned()))?;
    let (tables, columns): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    match (tables, columns) {
        (0, _) => {
            db.execute_unprepared(CREATE).await?;
        }
        (_, 6) => {}
        _ => return Err(name_is_taken()),
    }
    match row.try_get_by_index::<Option<i64>>(3)? {
        Some(1) => Ok(row.try_get_by_index::<i64>(2)? != 0),
        _ => Err(DbErr::Migration("`GET_LOCK` failed".to_owned())),
    }
}

fn name_is_taken() -> DbErr {
    let holder = "something that is not the crate's lock".to_owned();
    let fault = SchemaFault::NameTaken { name: TABLE.to_owned(), holder };
    SchemaMismatch::one(SchemaProblem::new(&TableName::bare(TABLE), fault)).into()
}

fn dropped() -> MutexGuard<'static, Vec<String>> {
    DROPPED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Deletes the row if it belongs to a call of this process that was dropped.
async fn delete_dropped(db: &DatabaseTransaction, call: Call) -> Result<(), DbErr> {
    let holders = dropped().clone();
    for holder in holders {
        if unless_overtaken(call, delete(db, &holder).await)? == Some(1) {
            dropped().retain(|other| *other != holder);
        }
    }
    Ok(())
}

/// Returns the number of deleted rows: one, or none.
async fn delete(db: &DatabaseTransaction, holder: &str) -> Result<u64, DbErr> {
    db.execute_raw(statement(DELETE, Some(holder))).await.map(|deleted| deleted.rows_affected())
}

/// `None` where a concurrent change won. A node of a cluster learns that on commit; a DDL statement of
/// another node also aborts statements that only read the table.
fn unless_overtaken<T>(call: Call, answer: Result<T, DbErr>) -> Result<Option<T>, DbErr> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match DatabaseError::new(call, error.clone()).kind() {
            FailureKind::Serialization => Ok(None),
            _ => Err(error),
        },
    }
}

fn statement(text: &str, value: Option<&str>) -> Statement {
    Statement::from_sql_and_values(Dialect::MariaDb.backend(), text, value.map(Value::from))
}
