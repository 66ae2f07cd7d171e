//! The lock on MariaDB: a row, since no lock of a session's reaches all nodes of a cluster, and
//! none of a transaction's outlives a definition.

use crate::error::{Call, DatabaseError, FailureKind};
use crate::migration::beacon::{self, Lookout};
use crate::migration::{SchemaFault, SchemaMismatch, SchemaProblem};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, Value,
};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Whether the table is there, how many of its columns are, and whether others are nodes of the same cluster. Takes a lock
/// that says on this server, to every account, whether the connection is alive.
const LOOK: &str = "SELECT (SELECT COUNT(*) FROM information_schema.tables \
    WHERE table_schema = DATABASE() AND table_name = 'game_tasks_lock'), \
    (SELECT COUNT(*) FROM information_schema.columns \
    WHERE table_schema = DATABASE() AND table_name = 'game_tasks_lock' \
    AND column_name IN ('id', 'holder', 'node', 'connection', 'beacon', 'since')), \
    (SELECT COUNT(*) FROM information_schema.global_variables \
    WHERE variable_name = 'WSREP_ON' AND variable_value = 'ON'), \
    GET_LOCK(CONCAT('game_tasks ', ?), 0)";

/// Row 1 is the lock, row 2 its beacon.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS game_tasks_lock (\
    id tinyint NOT NULL PRIMARY KEY, holder char(36) NOT NULL, node varchar(300) NOT NULL, \
    connection bigint NOT NULL, beacon boolean NOT NULL, since datetime(6) NOT NULL) \
    ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='made by game-tasks'";

const CLAIM: &str = "INSERT IGNORE INTO game_tasks_lock \
    SELECT 1, ?, CONCAT(@@hostname, ':', @@port), CONNECTION_ID(), FALSE, UTC_TIMESTAMP(6)";

/// Whose row it is, whether to look for a beacon, and whether it is plain that nobody stands
/// behind it. Idle is a connection whose work was dropped while its process lives on, where
/// no beacon went out to tell.
const SEEN: &str = "SELECT holder, beacon, IF(node = CONCAT(@@hostname, ':', @@port), \
    IS_USED_LOCK(CONCAT('game_tasks ', holder)) IS NULL OR (NOT beacon AND EXISTS (\
    SELECT 1 FROM information_schema.processlist p \
    WHERE p.id = l.connection AND p.command = 'Sleep' AND p.time >= 60)), \
    NOT beacon AND since < UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE) \
    FROM game_tasks_lock l WHERE id = 1";

const RELEASE: &str = "DELETE FROM game_tasks_lock WHERE id = 1 AND holder = ?";

const UNLOCK: &str = "DO RELEASE_LOCK(CONCAT('game_tasks ', ?))";

/// Rows of work that was dropped in this process, where nobody could wait to delete them. The
/// connection is back in its pool and alive, so others would not pass them over.
static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The row while it is this call's.
pub(super) struct Lease {
    holder: String,
    held: bool,
    in_cluster: bool,
}

impl Lease {
    /// Waits for it. From then on statements on this connection commit by themselves.
    pub(super) async fn take(db: &DatabaseTransaction, call: Call) -> Result<Self, DbErr> {
        // The row has to be seen by others; a definition would commit anyway.
        db.execute_unprepared("COMMIT").await?;
        let holder = Uuid::now_v7().to_string();
        let look = db.query_one_raw(statement(LOOK, Some(&holder))).await?;
        let look = look.ok_or_else(|| DbErr::RecordNotFound("the server's locks".to_owned()))?;
        let (tables, columns): (i64, i64) = (look.try_get_by_index(0)?, look.try_get_by_index(1)?);
        match (tables, columns) {
            (0, _) => {
                db.execute_unprepared(CREATE).await?;
            }
            (_, 6) => {}
            _ => return Err(name_is_taken()),
        }
        let in_cluster = look.try_get_by_index::<i64>(2)? != 0;
        if look.try_get_by_index::<Option<i64>>(3)? != Some(1) {
            return Err(DbErr::Migration("MariaDB gives no lock of its own".to_owned()));
        }
        let mut lease = Self { holder, held: false, in_cluster };
        let mut lookout = Lookout::default();
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
            let Some(row) = db.query_one_raw(statement(SEEN, None)).await? else { continue };
            let (holder, beacon): (String, bool) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let deserted = row.try_get_by_index::<i64>(2)? != 0;
            if deserted || (beacon && lookout.is_gone(db, call, &holder).await?) {
                settled(call, release(db, &holder).await)?;
            }
        }
    }

    /// Runs the work while it is held, so that others see that it is.
    pub(super) async fn hold<T>(
        &self,
        db: &DatabaseConnection,
        work: impl Future<Output = T>,
    ) -> T {
        if self.in_cluster { beacon::beside(db, &self.holder, work).await } else { work.await }
    }

    /// Should that fail, the connection has failed, and others see that.
    pub(super) async fn give_back(mut self, db: &DatabaseTransaction) {
        // A cluster may ask for a repetition.
        for _ in 0..3 {
            if release(db, &self.holder).await.is_ok() {
                self.held = false;
                break;
            }
        }
        let _ = db.execute_raw(statement(UNLOCK, Some(&self.holder))).await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.held {
            dropped().push(std::mem::take(&mut self.holder));
        }
    }
}

/// Something of the application's has the name of the table.
fn name_is_taken() -> DbErr {
    const TABLE: &str = "game_tasks_lock";
    let (name, holder) = (TABLE.to_owned(), "something that is not the crate's lock".to_owned());
    let fault = SchemaFault::NameTaken { name, holder };
    SchemaMismatch::one(SchemaProblem::new(TABLE, fault)).into()
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
