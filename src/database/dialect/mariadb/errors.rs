//! MariaDB's error numbers (MariaDB 10.11's `mysqld_error.h`) and MySQL's (as MySQL 9.7's `perror`
//! explains them). Numbers that are not listed belong to statements that the
//! crate does not send (replication, stored programs, DDL) and are `Other`.

use crate::error::FailureKind::{self, *};
use crate::error::TransactionState::{self, Intact, Lost, Unknown};
use sea_orm::sqlx::error::DatabaseError;

pub(crate) fn classify(code: &str, _writes: bool) -> (FailureKind, TransactionState) {
    code.parse().map_or((Other, Unknown), by_number)
}

/// The SQLSTATE is too coarse. The error number is not accessible without a dependency on the
/// driver, but the driver's `Display` begins with it.
///
/// A failed COMMIT (1180) contains InnoDB's own number. 149 is its deadlock, by which a member of a
/// MySQL group reports that a transaction of another member won.
pub(crate) fn error_code(error: &dyn DatabaseError) -> Option<String> {
    let code = shown_code(error)?;
    let mut numbers =
        error.message().split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
    let is_deadlock = code == "1180" && numbers.next() == Some("149");
    Some(if is_deadlock { "1213".to_owned() } else { code })
}

fn shown_code(error: &dyn DatabaseError) -> Option<String> {
    let shown = error.to_string();
    let number: String = shown.chars().take_while(char::is_ascii_digit).collect();
    match number.is_empty() {
        true => error.code().map(|code| code.into_owned()),
        false => Some(number),
    }
}

/// `1062 (23000): message`, or `2013: message`.
pub(crate) fn has_form_of_driver(error: &dyn DatabaseError) -> bool {
    let Some(number) = shown_code(error) else { return false };
    let state = error.code().map_or_else(String::new, |code| format!(" ({code})"));
    let form = format!("{number}{state}: {}", error.message());
    number.parse::<u16>().is_ok() && error.to_string() == form
}

/// Only the message names a foreign key, between backticks after the word CONSTRAINT. Such a
/// message contains names and no values.
pub(crate) fn violated_constraint(error: &dyn DatabaseError, kind: FailureKind) -> Option<String> {
    if kind != ForeignKeyViolation {
        return error.constraint().map(str::to_owned);
    }
    let (_, rest) = error.message().split_once(" CONSTRAINT `")?;
    let (name, rest) = rest.split_once('`')?;
    rest.starts_with(" FOREIGN KEY").then(|| name.to_owned())
}

pub(crate) fn may_be_partly_applied(_code: &str) -> bool {
    false
}

#[cfg(feature = "migration")]
pub(crate) fn is_unsupported_pooler(_code: &str) -> Option<bool> {
    Some(false)
}

/// MariaDB's error numbers and MySQL's, which differ only where a comment says so.
///
/// InnoDB rolls back the failed statement alone ("InnoDB Error Handling" in MySQL's manual),
/// except for deadlocks, a full lock table and, depending on a setting, lock wait timeouts.
fn by_number(number: u16) -> (FailureKind, TransactionState) {
    match number {
        // Unique keys
        1022 | 1062 | 1169 | 1586 | 1761 | 1762 | 1859 => (UniqueViolation, Intact),
        // Foreign keys
        1216 | 1217 | 1451 | 1452 | 1830 | 1834 => (ForeignKeyViolation, Intact),
        // NOT NULL, and no default
        1048 | 1263 | 1364 => (NotNullViolation, Intact),
        // CHECK (4025 MariaDB, 3819 MySQL), views WITH CHECK OPTION, SIGNAL in a trigger
        1369 | 1644 | 3819 | 4025 => (ConstraintViolation, Intact),
        // The whole transaction is rolled back: deadlock (also Galera's certification), a
        // snapshot that was overtaken, XA branches, MySQL's group replication
        1020 | 1213 | 1402 | 1613 | 1614 | 3101 => (Serialization, Lost),
        // So it is with a full lock table.
        1206 => (ResourceExhausted, Lost),
        // Lock wait timeout: the whole transaction with innodb_rollback_on_timeout, which
        // only the server knows
        1205 => (Timeout, Unknown),
        // KILL QUERY, which Galera uses as well to abort a transaction
        1317 => (Timeout, Unknown),
        // max_statement_time (MariaDB), max_execution_time, NOWAIT (MySQL), locks of users
        1689 | 1969 | 3024 | 3058 | 3572 => (Timeout, Intact),
        // The table's definition changed under the statement or the snapshot; prepared
        // statements that are gone
        1243 | 1412 | 1615 => (StatementInvalidated, Intact),
        // Limits of connections and accounts; a host that is blocked
        1040 | 1041 | 1129 | 1135 | 1203 | 1226 => (Unreachable, Intact),
        // A Galera node without its cluster, a MySQL server in offline mode, a member of a MySQL
        // group that left it or waits for a new primary
        1047 | 3032 | 3781..=3783 | 3796..=3799 => (Unreachable, Unknown),
        // A member that left its group during a transaction
        3100 => (Unreachable, Lost),
        // The connection ended: shutdown, KILL, network errors, time limits. 4031 is MySQL's
        // wait_timeout; MariaDB uses the number for a definition of triggers.
        1053
        | 1077..=1080
        | 1152
        | 1154..=1161
        | 1184
        | 1927
        | 2006
        | 2013
        | 2055
        | 3169
        | 4031 => (ConnectionLost, Lost),
        // Commit and rollback themselves
        1180 | 1181 | 1964 => (CommitFailed, Unknown),
        // A packet over max_allowed_packet: refused unread, and the connection closed
        1153 => (PacketTooLarge, Lost),
        // Results and values over it; too many parameters; rows, undo records, binary log caches
        // and transactions of a MySQL group over their limits
        1118 | 1162 | 1301 | 1390 | 1713 | 3170 => (PacketTooLarge, Intact),
        1197 | 1705 | 3231 => (PacketTooLarge, Unknown),
        // read_only, super_read_only, START TRANSACTION READ ONLY, innodb_read_only,
        // innodb_force_recovery; a database that is read only (MySQL)
        1036 | 1223 | 1290 | 1792 | 1836 | 1874 | 1881 | 3989 => (ReadOnly, Intact),
        // Full disks, tables and undo logs. 20 is of the files beneath the engines.
        1114 | 3019 => (StorageFull, Intact),
        20 | 1021 | 3675 => (StorageFull, Unknown),
        // Memory, threads, prepared statements, undo slots
        1119 | 1436 | 1461 | 1637 => (ResourceExhausted, Intact),
        5 | 1037 | 1038 | 3015 | 3044 | 3950 => (ResourceExhausted, Unknown),
        // Privileges, accounts, passwords
        1044 | 1045 | 1130 | 1142 | 1143 | 1211 | 1227 | 1251 | 1370 | 1449 | 1698 | 1820
        | 1862 | 1873 | 3118 | 3159 | 3202 | 3630 | 3879 | 3955 | 4150 | 4151 | 6038 => {
            (PermissionDenied, Intact)
        }
        // Tables, columns, functions that are missing; syntax; ambiguity
        1046 | 1049 | 1051 | 1052 | 1054 | 1060 | 1064 | 1072 | 1109 | 1136 | 1146 | 1149
        | 1176 | 1235 | 1267 | 1271 | 1273 | 1305 | 1356 | 1442 | 1932 | 3105 => {
            (InvalidStatement, Intact)
        }
        // Values out of range, too long, of another type or character set
        1264 | 1265 | 1292 | 1300 | 1365 | 1366 | 1367 | 1406 | 1411 | 1426 | 1441 | 1525
        | 1690 | 1977 | 3140 | 3141 | 3854 | 3988 | 4038 => (InvalidValue, Intact),
        // Errors of the storage engine, and those that say nothing
        1030 | 1105 | 1296 | 1399 | 1815 => (Other, Unknown),
        _ => (Other, Intact),
    }
}
