//! The classification of the databases' error codes: one table for each server.
//!
//! Sources: PostgreSQL 15's `errcodes.txt` (all classes; 25P04 is newer), MariaDB 10.11's
//! `mysqld_error.h`, and the header of the bundled SQLite. Numbers that only MySQL has were not
//! checked against a server. What is not listed concerns statements that this crate does not send (replication, stored
//! programs, definitions), and is `Other`.

use super::FailureKind;
use super::FailureKind::*;
use super::TransactionState;
use super::TransactionState::Intact;
use super::TransactionState::Lost;
use super::TransactionState::Unknown;
use sea_orm::DbBackend;

/// What a code says of the failure, and of a transaction in which it was reported.
pub(super) fn classify(
    backend: DbBackend,
    code: &str,
    writes: bool,
) -> (FailureKind, TransactionState) {
    match backend {
        // Every reported error aborts the transaction.
        DbBackend::Postgres => (postgres(code), Lost),
        DbBackend::MySql => code.parse().map_or((Other, Unknown), mariadb),
        DbBackend::Sqlite => code.parse().map_or((Other, Unknown), |code| sqlite(code, writes)),
        _ => (Other, Unknown),
    }
}

/// Whether a statement that failed with this code may have kept a part of what it did, as it does
/// on SQLite after an application's trigger raised FAIL.
pub(super) fn may_keep_a_part(backend: DbBackend, code: &str) -> bool {
    backend == DbBackend::Sqlite && code == "1811"
}

fn postgres(code: &str) -> FailureKind {
    match code {
        // 08 connection exception. PgBouncer reports all of its own errors as 08P01.
        "08001" | "08004" => Unreachable,
        _ if code.starts_with("08") => ConnectionLost,
        // 22 data exception
        _ if code.starts_with("22") => InvalidValue,
        // 23 integrity constraint violation, 44 with check option violation
        "23502" => NotNullViolation,
        "23001" | "23503" => ForeignKeyViolation,
        "23505" => UniqueViolation,
        _ if code.starts_with("23") => ConstraintViolation,
        "44000" => ConstraintViolation,
        // 25 invalid transaction state: read-only, failed, and the time limits that close the
        // connection (idle in transaction; transaction_timeout of PostgreSQL 17)
        "25006" => ReadOnly,
        "25P02" => TransactionAborted,
        "25P03" | "25P04" => ConnectionLost,
        // 26 invalid SQL statement name: a pooler or DISCARD took the prepared statement away
        "26000" | "42P05" => StatementInvalidated,
        // 28 invalid authorization specification
        _ if code.starts_with("28") => PermissionDenied,
        // 3D, 3F: no such database or schema
        "3D000" | "3F000" => InvalidStatement,
        // 40 transaction rollback
        "40003" => ConnectionLost,
        _ if code.starts_with("40") => Serialization,
        // 42 syntax error or access rule violation
        "42501" => PermissionDenied,
        _ if code.starts_with("42") => InvalidStatement,
        // 53 insufficient resources
        "53100" => StorageFull,
        "53300" => Unreachable,
        _ if code.starts_with("53") => ResourceExhausted,
        // 54 program limit exceeded: a row, an index entry or a statement is too large
        _ if code.starts_with("54") => PacketTooLarge,
        // 55 object not in prerequisite state
        "55006" => Busy,
        "55P03" => Timeout,
        // 57 operator intervention: cancelled; shut down; starting up
        "57014" => Timeout,
        "57P01" | "57P02" | "57P04" | "57P05" => ConnectionLost,
        "57P03" => Unreachable,
        // 72 snapshot too old
        "72000" => Serialization,
        // P0 PL/pgSQL: RAISE EXCEPTION and ASSERT of the application's triggers
        "P0001" | "P0004" => ConstraintViolation,
        // 0A000 covers both "cached plan must not change result type" and what the server does
        // not support at all. 58 (I/O errors), F0, HV and XX (internal errors, damaged files) need
        // an administrator.
        _ => Other,
    }
}

/// MariaDB's error numbers and MySQL's, which differ only where a comment says so.
///
/// InnoDB rolls back the failed statement alone ("InnoDB Error Handling" in MySQL's manual),
/// except for deadlocks, a full lock table and, depending on a setting, lock wait timeouts.
fn mariadb(number: u16) -> (FailureKind, TransactionState) {
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
        // A Galera node without its cluster, a MySQL server in offline mode
        1047 | 3032 => (Unreachable, Unknown),
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
        // Results and values over it; too many parameters; rows, undo records and binary log
        // caches over their limits
        1118 | 1162 | 1301 | 1390 | 1713 | 3170 => (PacketTooLarge, Intact),
        1197 | 1705 => (PacketTooLarge, Unknown),
        // read_only, super_read_only, START TRANSACTION READ ONLY, innodb_read_only
        1036 | 1223 | 1290 | 1792 | 1836 | 1874 => (ReadOnly, Intact),
        // Full disks, tables and undo logs. 20 is of the files beneath the engines.
        1114 | 3019 => (StorageFull, Intact),
        20 | 1021 => (StorageFull, Unknown),
        // Memory, threads, prepared statements, undo slots
        1119 | 1436 | 1461 | 1637 => (ResourceExhausted, Intact),
        5 | 1037 | 1038 | 3015 | 3044 => (ResourceExhausted, Unknown),
        // Privileges, accounts, passwords
        1044 | 1045 | 1130 | 1142 | 1143 | 1211 | 1227 | 1251 | 1370 | 1449 | 1698 | 1820
        | 1862 | 1873 | 3118 | 3159 | 3879 | 4150 | 4151 => (PermissionDenied, Intact),
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

/// SQLite's extended result codes, of which the low byte is the primary one.
fn sqlite(code: u32, writes: bool) -> (FailureKind, TransactionState) {
    match code {
        // Foreign keys and STRICT types know no conflict clause: the statement is undone.
        787 => return (ForeignKeyViolation, Intact),
        3091 => return (InvalidValue, Intact),
        // The others may have ON CONFLICT ROLLBACK, and a trigger RAISE(ROLLBACK).
        1555 | 2067 | 2579 => return (UniqueViolation, Unknown),
        1299 => return (NotNullViolation, Unknown),
        // The statement was ended because the transaction was rolled back.
        516 => return (TransactionAborted, Lost),
        _ => {}
    }
    match code & 0xff {
        1 => (InvalidStatement, Intact),
        3 | 23 => (PermissionDenied, Intact),
        4 => (Other, Unknown),
        5 | 6 | 15 => (Busy, Intact),
        8 => (ReadOnly, Intact),
        // SQLite may roll back the transaction by itself when it is out of memory or
        // interrupted, and when the file cannot be read or written, or is full.
        7 => (ResourceExhausted, Unknown),
        9 if writes => (Timeout, Unknown),
        9 => (Timeout, Intact),
        13 => (StorageFull, Unknown),
        14 => (Unreachable, Unknown),
        17 => (StatementInvalidated, Intact),
        18 => (PacketTooLarge, Intact),
        19 => (ConstraintViolation, Unknown),
        20 => (InvalidValue, Intact),
        10 | 11 | 26 => (Other, Unknown),
        _ => (Other, Intact),
    }
}
