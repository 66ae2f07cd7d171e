//! Which code means what, and what to repeat after it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use super::Call;
use super::DatabaseError;
use super::FailureKind;
use super::FailureKind::*;
use super::Retry;
use super::TaskError;
use super::TransactionState;
use super::TransactionState::Intact;
use super::TransactionState::Lost;
use super::TransactionState::Unknown;
use crate::database::dialect::Dialect;
use sea_orm::error::ConnAcquireErr;
use sea_orm::sqlx::error::{DatabaseError as SqlxDatabaseError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr, SqlxError};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

const DIALECTS: [Dialect; 4] =
    [Dialect::Sqlite, Dialect::Postgres, Dialect::MariaDb, Dialect::MySql];

/// What a server reports. Shown as sqlx shows MariaDB's errors, which begin with the number.
#[derive(Debug)]
struct Reported(&'static str);

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HY000): a secret value", self.0)
    }
}

impl Error for Reported {}

impl SqlxDatabaseError for Reported {
    fn message(&self) -> &str {
        "a secret value"
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

fn query_error(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

fn connection_error(error: SqlxError) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn coded(code: &'static str) -> DbErr {
    query_error(SqlxError::Database(Box::new(Reported(code))))
}

fn fail(dialect: Dialect, in_transaction: bool, writes: bool, source: DbErr) -> DatabaseError {
    DatabaseError::new(Call { dialect, in_transaction, writes }, source)
}

type Row = (&'static str, FailureKind, TransactionState);

#[rustfmt::skip]
const POSTGRES: &[Row] = &[
    ("08000", ConnectionLost, Lost), ("08001", Unreachable, Lost), ("08003", ConnectionLost, Lost),
    ("08004", Unreachable, Lost), ("08006", ConnectionLost, Lost), ("08007", ConnectionLost, Lost),
    ("08P01", ConnectionLost, Lost), ("0A000", Other, Lost), ("22001", InvalidValue, Lost),
    ("22P02", InvalidValue, Lost), ("23000", ConstraintViolation, Lost),
    ("23001", ForeignKeyViolation, Lost), ("23502", NotNullViolation, Lost),
    ("23503", ForeignKeyViolation, Lost), ("23505", UniqueViolation, Lost),
    ("23514", ConstraintViolation, Lost), ("23P01", ConstraintViolation, Lost),
    ("25006", ReadOnly, Lost), ("25P02", TransactionAborted, Lost),
    ("25P03", ConnectionLost, Lost), ("25P04", ConnectionLost, Lost),
    ("26000", StatementInvalidated, Lost), ("28000", PermissionDenied, Lost),
    ("28P01", PermissionDenied, Lost), ("3D000", InvalidStatement, Lost),
    ("3F000", InvalidStatement, Lost), ("40001", Serialization, Lost),
    ("40002", Serialization, Lost), ("40003", ConnectionLost, Lost),
    ("40P01", Serialization, Lost), ("42501", PermissionDenied, Lost),
    ("42601", InvalidStatement, Lost), ("42703", InvalidStatement, Lost),
    ("42883", InvalidStatement, Lost), ("42P01", InvalidStatement, Lost),
    ("42P05", UnsupportedPooler, Lost), ("44000", ConstraintViolation, Lost),
    ("53000", ResourceExhausted, Lost), ("53100", StorageFull, Lost),
    ("53200", ResourceExhausted, Lost), ("53300", Unreachable, Lost),
    ("53400", ResourceExhausted, Lost), ("54000", PacketTooLarge, Lost),
    ("55006", Busy, Lost), ("55P03", Timeout, Lost), ("57014", Timeout, Lost),
    ("57P01", ConnectionLost, Lost), ("57P02", ConnectionLost, Lost),
    ("57P03", Unreachable, Lost), ("57P04", ConnectionLost, Lost),
    ("57P05", ConnectionLost, Lost), ("58030", Other, Lost), ("72000", Serialization, Lost),
    ("P0001", ConstraintViolation, Lost), ("P0004", ConstraintViolation, Lost), ("XX000", Other, Lost), ("XX001", Other, Lost),
];

#[rustfmt::skip]
const MARIADB: &[Row] = &[
    ("5", ResourceExhausted, Unknown), ("20", StorageFull, Unknown), ("1020", Serialization, Lost),
    ("1021", StorageFull, Unknown), ("1022", UniqueViolation, Intact), ("1030", Other, Unknown),
    ("1036", ReadOnly, Intact), ("1037", ResourceExhausted, Unknown),
    ("1038", ResourceExhausted, Unknown), ("1040", Unreachable, Intact),
    ("1041", Unreachable, Intact), ("1044", PermissionDenied, Intact),
    ("1045", PermissionDenied, Intact), ("1046", InvalidStatement, Intact),
    ("1047", Unreachable, Unknown), ("1048", NotNullViolation, Intact),
    ("1049", InvalidStatement, Intact), ("1051", InvalidStatement, Intact),
    ("1052", InvalidStatement, Intact), ("1053", ConnectionLost, Lost),
    ("1054", InvalidStatement, Intact), ("1060", InvalidStatement, Intact),
    ("1062", UniqueViolation, Intact), ("1064", InvalidStatement, Intact),
    ("1072", InvalidStatement, Intact), ("1077", ConnectionLost, Lost),
    ("1078", ConnectionLost, Lost), ("1079", ConnectionLost, Lost), ("1080", ConnectionLost, Lost),
    ("1105", Other, Unknown), ("1109", InvalidStatement, Intact), ("1114", StorageFull, Intact),
    ("1118", PacketTooLarge, Intact), ("1119", ResourceExhausted, Intact),
    ("1129", Unreachable, Intact), ("1130", PermissionDenied, Intact),
    ("1135", Unreachable, Intact), ("1136", InvalidStatement, Intact),
    ("1142", PermissionDenied, Intact), ("1143", PermissionDenied, Intact),
    ("1146", InvalidStatement, Intact), ("1149", InvalidStatement, Intact),
    ("1152", ConnectionLost, Lost), ("1153", PacketTooLarge, Lost), ("1154", ConnectionLost, Lost),
    ("1155", ConnectionLost, Lost), ("1156", ConnectionLost, Lost), ("1157", ConnectionLost, Lost),
    ("1158", ConnectionLost, Lost), ("1159", ConnectionLost, Lost), ("1160", ConnectionLost, Lost),
    ("1161", ConnectionLost, Lost), ("1162", PacketTooLarge, Intact),
    ("1169", UniqueViolation, Intact), ("1176", InvalidStatement, Intact),
    ("1180", CommitFailed, Unknown), ("1181", CommitFailed, Unknown),
    ("1184", ConnectionLost, Lost), ("1197", PacketTooLarge, Unknown),
    ("1203", Unreachable, Intact), ("1205", Timeout, Unknown), ("1206", ResourceExhausted, Lost),
    ("1211", PermissionDenied, Intact), ("1213", Serialization, Lost),
    ("1216", ForeignKeyViolation, Intact), ("1217", ForeignKeyViolation, Intact),
    ("1223", ReadOnly, Intact), ("1226", Unreachable, Intact), ("1227", PermissionDenied, Intact),
    ("1235", InvalidStatement, Intact), ("1243", StatementInvalidated, Intact),
    ("1251", PermissionDenied, Intact), ("1263", NotNullViolation, Intact),
    ("1264", InvalidValue, Intact), ("1265", InvalidValue, Intact),
    ("1267", InvalidStatement, Intact), ("1271", InvalidStatement, Intact),
    ("1273", InvalidStatement, Intact), ("1290", ReadOnly, Intact), ("1292", InvalidValue, Intact),
    ("1296", Other, Unknown), ("1300", InvalidValue, Intact), ("1301", PacketTooLarge, Intact),
    ("1305", InvalidStatement, Intact), ("1317", Timeout, Unknown),
    ("1356", InvalidStatement, Intact), ("1364", NotNullViolation, Intact),
    ("1365", InvalidValue, Intact), ("1366", InvalidValue, Intact), ("1367", InvalidValue, Intact),
    ("1369", ConstraintViolation, Intact), ("1370", PermissionDenied, Intact),
    ("1390", PacketTooLarge, Intact), ("1399", Other, Unknown), ("1402", Serialization, Lost),
    ("1406", InvalidValue, Intact), ("1411", InvalidValue, Intact),
    ("1412", StatementInvalidated, Intact), ("1426", InvalidValue, Intact),
    ("1436", ResourceExhausted, Intact), ("1441", InvalidValue, Intact),
    ("1442", InvalidStatement, Intact), ("1449", PermissionDenied, Intact),
    ("1451", ForeignKeyViolation, Intact), ("1452", ForeignKeyViolation, Intact),
    ("1461", ResourceExhausted, Intact), ("1525", InvalidValue, Intact),
    ("1586", UniqueViolation, Intact), ("1613", Serialization, Lost), ("1614", Serialization, Lost),
    ("1615", StatementInvalidated, Intact), ("1637", ResourceExhausted, Intact),
    ("1644", ConstraintViolation, Intact), ("1689", Timeout, Intact),
    ("1690", InvalidValue, Intact), ("1698", PermissionDenied, Intact),
    ("1705", PacketTooLarge, Unknown), ("1713", PacketTooLarge, Intact),
    ("1761", UniqueViolation, Intact), ("1762", UniqueViolation, Intact),
    ("1792", ReadOnly, Intact), ("1815", Other, Unknown), ("1820", PermissionDenied, Intact),
    ("1830", ForeignKeyViolation, Intact), ("1834", ForeignKeyViolation, Intact),
    ("1836", ReadOnly, Intact), ("1859", UniqueViolation, Intact),
    ("1862", PermissionDenied, Intact), ("1873", PermissionDenied, Intact),
    ("1874", ReadOnly, Intact), ("1881", ReadOnly, Intact), ("1927", ConnectionLost, Lost), ("1932", InvalidStatement, Intact),
    ("1964", CommitFailed, Unknown), ("1969", Timeout, Intact), ("1977", InvalidValue, Intact),
    ("2006", ConnectionLost, Lost), ("2013", ConnectionLost, Lost), ("2055", ConnectionLost, Lost),
    ("3015", ResourceExhausted, Unknown), ("3019", StorageFull, Intact), ("3024", Timeout, Intact),
    ("3032", Unreachable, Unknown), ("3044", ResourceExhausted, Unknown), ("3058", Timeout, Intact),
    ("3100", Unreachable, Lost), ("3101", Serialization, Lost), ("3105", InvalidStatement, Intact),
    ("3118", PermissionDenied, Intact), ("3140", InvalidValue, Intact),
    ("3141", InvalidValue, Intact), ("3159", PermissionDenied, Intact),
    ("3169", ConnectionLost, Lost), ("3170", PacketTooLarge, Intact), ("3572", Timeout, Intact),
    ("3202", PermissionDenied, Intact), ("3231", PacketTooLarge, Unknown),
    ("3630", PermissionDenied, Intact), ("3675", StorageFull, Unknown),
    ("3781", Unreachable, Unknown), ("3782", Unreachable, Unknown),
    ("3783", Unreachable, Unknown), ("3796", Unreachable, Unknown),
    ("3797", Unreachable, Unknown), ("3798", Unreachable, Unknown),
    ("3799", Unreachable, Unknown), ("3950", ResourceExhausted, Unknown),
    ("3955", PermissionDenied, Intact), ("3989", ReadOnly, Intact), ("6038", PermissionDenied, Intact),
    ("3819", ConstraintViolation, Intact), ("3854", InvalidValue, Intact),
    ("3879", PermissionDenied, Intact), ("3988", InvalidValue, Intact),
    ("4025", ConstraintViolation, Intact), ("4031", ConnectionLost, Lost),
    ("4038", InvalidValue, Intact), ("4150", PermissionDenied, Intact),
    ("4151", PermissionDenied, Intact), ("9999", Other, Intact),
];

#[rustfmt::skip]
const SQLITE: &[Row] = &[
    ("1", InvalidStatement, Intact), ("3", PermissionDenied, Intact), ("4", Other, Unknown),
    ("5", Busy, Intact), ("6", Busy, Intact), ("7", ResourceExhausted, Unknown),
    ("8", ReadOnly, Intact), ("9", Timeout, Unknown), ("10", Other, Unknown),
    ("11", Other, Unknown), ("13", StorageFull, Unknown), ("14", Unreachable, Unknown),
    ("15", Busy, Intact), ("17", StatementInvalidated, Intact), ("18", PacketTooLarge, Intact),
    ("19", ConstraintViolation, Unknown), ("20", InvalidValue, Intact),
    ("23", PermissionDenied, Intact), ("26", Other, Unknown),
    ("264", ReadOnly, Intact), ("275", ConstraintViolation, Unknown), ("517", Busy, Intact),
    ("516", TransactionAborted, Lost), ("778", Other, Unknown), ("787", ForeignKeyViolation, Intact),
    ("1032", ReadOnly, Intact), ("1299", NotNullViolation, Unknown),
    ("1555", UniqueViolation, Unknown), ("1811", ConstraintViolation, Unknown),
    ("2067", UniqueViolation, Unknown), ("2579", UniqueViolation, Unknown),
    ("3082", Other, Unknown), ("3091", InvalidValue, Intact),
];

fn table(dialect: Dialect) -> &'static [Row] {
    match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::MariaDb | Dialect::MySql => MARIADB,
        Dialect::Sqlite => SQLITE,
    }
}

#[test]
fn codes_have_the_kind_and_the_state_of_the_table() {
    for dialect in DIALECTS {
        for (code, kind, state) in table(dialect) {
            let error = fail(dialect, true, true, coded(code));
            assert_eq!(error.code(), Some(*code));
            let found = (error.kind(), error.transaction_state());
            assert_eq!(found, (*kind, *state), "{dialect:?} {code}");
            assert_eq!(error.transaction_lost(), *state == Lost);
            for writes in [false, true] {
                let pool = fail(dialect, false, writes, coded(code));
                assert_eq!((pool.kind(), pool.transaction_state()), (*kind, Intact));
            }
        }
    }
}

/// SQLite interrupts a read without harm.
#[test]
fn an_interrupted_read_leaves_the_transaction() {
    let error = fail(Dialect::Sqlite, true, false, coded("9"));
    assert_eq!((error.kind(), error.transaction_state()), (Timeout, Intact));
}

#[test]
fn what_to_repeat_agrees_with_the_state() {
    for dialect in DIALECTS {
        for (code, kind, state) in table(dialect) {
            let at = format!("{dialect:?} {code}");
            let inside = fail(dialect, true, true, coded(code)).retry();
            let write = fail(dialect, false, true, coded(code)).retry();
            let read = fail(dialect, false, false, coded(code)).retry();
            // What helps on a pool helps in a transaction, by repeating all of it.
            if read == Retry::Call {
                let alone = *kind == Unreachable && *state == Intact;
                assert_eq!(inside, if alone { Retry::Call } else { Retry::Transaction }, "{at}");
            }
            if inside == Retry::Call {
                assert_eq!(*state, Intact, "{at}");
            }
            let trigger = dialect == Dialect::Sqlite && *code == "1811";
            let unknown = trigger || matches!(kind, ConnectionLost | CommitFailed);
            assert_eq!(write == Retry::Unknown, unknown, "{at}");
            assert!(matches!(read, Retry::No | Retry::Call), "{at}");
        }
    }
}

#[test]
fn repetition_is_advised_by_kind() {
    let pool = |dialect, code| fail(dialect, false, true, coded(code)).retry();
    for code in ["25006", "26000", "53200", "53300", "55P03", "57014", "57P03", "40P01"] {
        assert_eq!(pool(Dialect::Postgres, code), Retry::Call, "{code}");
    }
    for code in ["53100", "42501", "42P01", "22001", "28P01", "54000", "0A000", "XX000"] {
        assert_eq!(pool(Dialect::Postgres, code), Retry::No, "{code}");
    }
    for code in ["1290", "1836", "1615", "1040", "1129", "1226", "1047", "1969", "3572", "1461"] {
        assert_eq!(pool(Dialect::MariaDb, code), Retry::Call, "{code}");
    }
    for code in ["1153", "1114", "1142", "1146", "1406"] {
        assert_eq!(pool(Dialect::MariaDb, code), Retry::No, "{code}");
    }
    assert_eq!(pool(Dialect::Sqlite, "5"), Retry::Call);
    for code in ["8", "1032", "13", "1", "2067"] {
        assert_eq!(pool(Dialect::Sqlite, code), Retry::No, "{code}");
    }
    // Too large a packet closes the connection, and would do so again.
    let error = fail(Dialect::MariaDb, true, true, coded("1153"));
    assert_eq!((error.retry(), error.transaction_state()), (Retry::No, Lost));
    let error = fail(Dialect::Postgres, true, false, coded("25P03"));
    assert_eq!((error.retry(), error.transaction_state()), (Retry::Transaction, Lost));
}

#[test]
fn errors_without_a_code_have_a_kind() {
    let io = || SqlxError::Io(std::io::ErrorKind::ConnectionReset.into());
    let decode = || SqlxError::ColumnDecode { index: "1".into(), source: "a secret value".into() };
    for (make, kind, state, write, read) in [
        (
            (|| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) as fn() -> DbErr,
            Unreachable,
            Intact,
            Retry::Call,
            Retry::Call,
        ),
        (
            || DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            PoolClosed,
            Intact,
            Retry::No,
            Retry::No,
        ),
        (|| query_error(SqlxError::PoolClosed), PoolClosed, Intact, Retry::No, Retry::No),
        (|| connection_error(SqlxError::PoolClosed), PoolClosed, Intact, Retry::No, Retry::No),
        (|| query_error(SqlxError::PoolTimedOut), Unreachable, Intact, Retry::Call, Retry::Call),
        (
            || connection_error(SqlxError::Tls("a secret value".into())),
            Unreachable,
            Intact,
            Retry::Call,
            Retry::Call,
        ),
        (
            || connection_error(SqlxError::Configuration("a secret value".into())),
            Unreachable,
            Intact,
            Retry::Call,
            Retry::Call,
        ),
        (
            || query_error(SqlxError::Protocol("a secret value".into())),
            ConnectionLost,
            Lost,
            Retry::Unknown,
            Retry::Call,
        ),
        (
            || query_error(SqlxError::WorkerCrashed),
            ConnectionLost,
            Lost,
            Retry::Unknown,
            Retry::Call,
        ),
        (
            || query_error(SqlxError::Encode("a secret value".into())),
            InvalidValue,
            Intact,
            Retry::No,
            Retry::No,
        ),
        (
            || query_error(SqlxError::ColumnNotFound("a secret value".into())),
            Decode,
            Intact,
            Retry::Unknown,
            Retry::No,
        ),
        (|| DbErr::Type("a secret value".into()), Decode, Intact, Retry::Unknown, Retry::No),
        (|| DbErr::RecordNotInserted, Other, Intact, Retry::No, Retry::No),
        // An application's own wrapper of a connection, before or after it sent the statement.
        (|| DbErr::Custom("a secret value".into()), Other, Unknown, Retry::Unknown, Retry::No),
    ] {
        for dialect in DIALECTS {
            let inside = fail(dialect, true, true, make());
            let at = format!("{:?}", inside.clone().into_db_err());
            assert_eq!((inside.kind(), inside.transaction_state()), (kind, state), "{at}");
            assert_eq!(fail(dialect, false, true, make()).retry(), write, "{at}");
            assert_eq!(fail(dialect, false, false, make()).retry(), read, "{at}");
            let shown = format!("{inside} {inside:?}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
    let lost = fail(Dialect::MariaDb, false, true, query_error(io()));
    assert_eq!((lost.kind(), lost.retry()), (ConnectionLost, Retry::Unknown));
    let refused = fail(Dialect::MariaDb, false, true, connection_error(io()));
    assert_eq!((refused.kind(), refused.retry()), (Unreachable, Retry::Call));
    let unread = fail(Dialect::Postgres, true, true, query_error(decode()));
    assert_eq!((unread.kind(), unread.transaction_state()), (Decode, Intact));
}

#[test]
fn a_batch_fails_as_its_task_does() {
    let plain = |error: DatabaseError| TaskError::from(error);
    let batch = |error: DatabaseError| TaskError::Batch { index: 3, error: Box::new(error.into()) };
    for wrap in [plain as fn(DatabaseError) -> TaskError, batch] {
        for (code, retry, state) in
            [("1213", Retry::Transaction, Lost), ("1205", Retry::Transaction, Unknown)]
        {
            let error = wrap(fail(Dialect::MariaDb, true, true, coded(code)));
            let found = (error.retry(), error.transaction_state(), error.transaction_lost());
            assert_eq!(found, (retry, state, state == Lost), "{code}");
            let source = error.into_db_err().map(|error| error.to_string());
            assert!(source.is_some_and(|source| source.contains("a secret value")), "{code}");
        }
    }
}

#[test]
fn a_foreign_key_makes_the_task_referenced() {
    let violation = |code| TaskError::from(fail(Dialect::MariaDb, true, true, coded(code)));
    assert!(matches!(violation("1452"), TaskError::Referenced(_)));
    assert!(matches!(violation("1062"), TaskError::Database(_)));
}

#[test]
fn a_skipped_write_may_have_lost_the_transaction() {
    for (transaction_lost, state) in [(false, Intact), (true, Lost)] {
        let error = TaskError::WriteSkipped { key: None, transaction_lost };
        let found = (error.retry(), error.transaction_state(), error.transaction_lost());
        assert_eq!(found, (Retry::No, state, transaction_lost));
        assert!(error.into_db_err().is_none());
    }
    let key = Some(uuid::Uuid::nil().into());
    let named = TaskError::WriteSkipped { key, transaction_lost: false }.to_string();
    assert_eq!(named, format!("the database skipped the write of task {}", uuid::Uuid::nil()));
    let unnamed = TaskError::WriteSkipped { key: None, transaction_lost: true }.to_string();
    assert_eq!(unnamed, "the database skipped the write");
}

#[test]
fn display_says_what_happened() {
    let say = |source| TaskError::from(fail(Dialect::Postgres, false, true, source)).to_string();
    let closed = say(query_error(SqlxError::PoolClosed));
    assert_eq!(closed, "the database failed: the connection pool is closed");
    assert_eq!(say(coded("25006")), "the database failed: the database is read-only, code 25006");
    assert_eq!(say(coded("XX000")), "the database failed: an unclassified error, code XX000");
}

/// No code panics, whatever a server invents.
#[test]
fn unknown_codes_are_other() {
    for dialect in DIALECTS {
        for code in ["", "0", "-1", "65536", "99999999999", "ZZZZZ", "é"] {
            assert_eq!(fail(dialect, true, true, coded(code)).kind(), Other, "{dialect:?} {code}");
        }
    }
}
