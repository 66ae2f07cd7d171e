//! Timestamps as each database keeps them: how they are compared, and read without a panic.
//!
//! SQLite has no timestamp type. Its drivers, its own date functions and other writers store text
//! of many formats, or numbers, so the crate compares a normalised text of fixed width. PostgreSQL
//! and MariaDB can hold timestamps that `chrono` cannot; the drivers panic or fail on these.

use crate::database::sql::Sql;
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{DbBackend, DbErr, QueryResult, RuntimeErr, SqlxError, Value};
use uuid::Uuid;

/// Years 262143 and later, and both infinities, are outside of chrono's range: sqlx panics on
/// them. A year is left as a margin for what is added to a timestamp.
const CHRONO_RANGE: &str = "> '-infinity' AND {c} < '262142-01-01 00:00:00+00'";

/// The shape of the text that the drivers write for microseconds. [`parse_canonical`] judges the
/// rest, so a read evaluates nothing else for such a row.
const CANONICAL_SHAPE: &str = "????-??-??T??:??:??.??????+00:00";

/// Such a text of a date and a time that exist; 29 February takes the long way.
const CANONICAL: &str = "{c} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]\
     T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]+00:00' \
     AND substr({c}, 9, 2) BETWEEN '01' \
     AND substr('00312831303130313130313031', 2 * substr({c}, 6, 2) + 1, 2) \
     AND substr({c}, 12, 2) < '24'";

/// Everything else that SQLite's date functions accept, save what depends on the present, and
/// numbers: days of the Julian calendar in their range, else seconds since 1970. These functions
/// round to milliseconds, so the fraction is taken off before and put back after. Adding nothing
/// makes a date that does not exist one of the next month. Text that is no
/// date becomes a space, which sorts before all dates whatever follows it.
const NORMALISED: &str = "coalesce(CASE \
     WHEN ltrim({c}, '-') NOT GLOB '*[^0-9.]*' \
     THEN strftime('%Y-%m-%dT%H:%M:%f000+00:00', {c}, 'auto') \
     WHEN {c} GLOB '[0-9]*' \
     AND (instr({c}, '.') = 0 OR {c} GLOB '*:[0-9][0-9]:[0-9][0-9].[0-9]*') \
     THEN strftime('%Y-%m-%dT%H:%M:%S', \
     substr({c}, 1, instr({c} || '.', '.') - 1) || ltrim({tail}, '0123456789'), \
     '+0 seconds') || '.' \
     || substr(replace({tail}, ltrim({tail}, '0123456789'), '') || '000000', 1, 6) \
     || '+00:00' END, ' ')";

fn normalised(column: &str) -> String {
    let tail = "substr({c}, instr({c} || '.', '.') + 1)";
    NORMALISED.replace("{tail}", tail).replace("{c}", column)
}

/// A timestamp column where it is compared for equality.
pub(crate) fn comparable(backend: DbBackend, column: &str) -> String {
    match backend {
        DbBackend::Sqlite => {
            let canonical = CANONICAL.replace("{c}", column);
            let other = normalised(column);
            format!(
                "CASE WHEN {canonical} THEN substr(CAST({column} AS TEXT), 1, 32) ELSE {other} END"
            )
        }
        _ => column.to_owned(),
    }
}

/// What lists sort by for a timestamp column, and whether it names one task alone. On SQLite it
/// is an expression with the id at its end: a row value is not searched for in an index of
/// expressions. The text of a timestamp alone can be compared with it, for no two timestamps differ
/// in width.
pub(crate) fn sort_key(backend: DbBackend, column: &str, id: &str) -> (String, bool) {
    match backend {
        DbBackend::Sqlite => (format!("{} || hex({id})", comparable(backend, column)), true),
        _ => (column.to_owned(), false),
    }
}

/// The columns of an index that lists by a timestamp column.
#[cfg(feature = "migration")]
pub(crate) fn sorted_columns(backend: DbBackend, column: &str, id: &str) -> String {
    match sort_key(backend, column, id) {
        (key, true) => key,
        (key, false) => format!("{key}, {id}"),
    }
}

/// A timestamp column where [`Sql`] reads it: nothing that the driver panics on.
pub(crate) fn read(backend: DbBackend, column: &str) -> String {
    match backend {
        DbBackend::Sqlite => {
            let other = normalised(column);
            format!(
                "CASE WHEN {column} GLOB '{CANONICAL_SHAPE}' THEN CAST({column} AS TEXT) \
                 ELSE {other} END"
            )
        }
        DbBackend::Postgres => {
            let range = CHRONO_RANGE.replace("{c}", column);
            format!("CASE WHEN {column} {range} THEN {column} END")
        }
        _ => column.to_owned(),
    }
}

/// The same where SeaORM reads it, as the type of the entity's column.
pub(crate) fn read_by_driver(backend: DbBackend, column: &str) -> String {
    match backend {
        DbBackend::Sqlite => comparable(backend, column),
        DbBackend::Postgres => read(backend, column),
        _ => format!("CASE WHEN {} THEN {column} END", readable(backend, column)),
    }
}

/// Whether a timestamp can be read: a statement that would return what it wrote must not write a
/// row that it cannot return.
pub(crate) fn readable(backend: DbBackend, column: &str) -> String {
    match backend {
        // The first condition is the fast one. The text of a year before 0000 starts with a sign.
        DbBackend::Sqlite => format!(
            "({column} GLOB '{CANONICAL_SHAPE}' AND julianday({column}) IS NOT NULL OR {} >= '0')",
            comparable(backend, column)
        ),
        DbBackend::Postgres => format!("{column} {}", CHRONO_RANGE.replace("{c}", column)),
        // Zero dates, and days that their month has not. An interval added to one would fail the
        // statement in strict mode.
        _ => format!(
            "{column} >= '0001-01-01' \
             AND DAYOFMONTH({column}) BETWEEN 1 AND DAYOFMONTH(LAST_DAY({column}))"
        ),
    }
}

/// A time as a parameter that is compared with a [`comparable`] column. Rows have no times outside
/// of what the database can hold, so one beyond is the last or the first that it can.
pub(crate) fn time_parameter(backend: DbBackend, time: DateTime<Utc>) -> Value {
    let first =
        NaiveDate::from_ymd_opt(if backend == DbBackend::Postgres { -4712 } else { 0 }, 1, 1);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31)
        .and_then(|day| day.and_hms_micro_opt(23, 59, 59, 999_999));
    let first = first.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|first| first.and_utc());
    let last = last.filter(|_| backend != DbBackend::Postgres).map(|last| last.and_utc());
    let time = first.map_or(time, |first| time.max(first));
    let time = last.map_or(time, |last| time.min(last));
    match backend {
        DbBackend::Sqlite => time.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string().into(),
        // The driver sends a `DateTime<Utc>` as a TIMESTAMP, and an index range that starts at one
        // before 1970 or after 2038 is empty.
        DbBackend::MySql => time.naive_utc().into(),
        _ => time.into(),
    }
}

/// A time and the id of a task as a parameter that is compared with a [`sort_key`] of one part.
pub(crate) fn key_parameter(backend: DbBackend, time: DateTime<Utc>, id: Uuid) -> Value {
    match time_parameter(backend, time) {
        Value::String(Some(time)) => format!("{time}{:X}", id.simple()).into(),
        time => time,
    }
}

impl Sql<'_> {
    /// Binds a time that is compared with a timestamp column.
    pub(crate) fn bind_time(&mut self, time: DateTime<Utc>) -> &mut Self {
        let value = time_parameter(self.names.backend, time);
        self.bind(value)
    }
}

/// Reads a timestamp that was [selected to be read](read); `None` for one that cannot be.
pub(crate) fn read_time(
    backend: DbBackend,
    row: &QueryResult,
    place: usize,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    if backend == DbBackend::Sqlite {
        let text = row.try_get_by_index::<Option<String>>(place)?;
        return Ok(text.and_then(|text| parse_canonical(&text)));
    }
    match row.try_get_by_index::<Option<DateTime<Utc>>>(place) {
        Err(DbErr::Query(RuntimeErr::SqlxError(error)))
            if matches!(*error, SqlxError::ColumnDecode { .. }) =>
        {
            Ok(None)
        }
        // MariaDB cannot calculate with a date of the year 0.
        time => Ok(time?.filter(|time| backend != DbBackend::MySql || time.year() > 0)),
    }
}

/// Reads a text of [`CANONICAL_SHAPE`] as SQLite's date functions do: 30 February is a day of
/// March, and 24:00 one of the next day; spaces may stand before the offset. Like these, it ends at
/// a NUL.
fn parse_canonical(text: &str) -> Option<DateTime<Utc>> {
    let bytes = text.split('\0').next()?.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        bytes.get(from..to)?.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.')];
    if bytes.len() != 32
        || !bytes.ends_with(b"+00:00")
        || marks.iter().any(|(place, mark)| bytes.get(*place) != Some(mark))
    {
        return None;
    }
    let (day, hour, minute, second) =
        (number(8, 10)?, number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    let year = i32::try_from(number(0, 4)?).ok()?;
    let month = NaiveDate::from_ymd_opt(year, number(5, 7)?, 1)?;
    let midnight = month.checked_add_days(Days::new(u64::from(day - 1)))?.and_hms_opt(0, 0, 0)?;
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    // Fewer digits, and spaces.
    let digits = text.get(20..26)?.trim_end_matches(' ').len();
    let fraction = number(20, 20 + digits).filter(|_| digits > 0)?;
    let micros = (digits..6).fold(fraction, |micros, _| micros * 10);
    let since = TimeDelta::seconds(seconds) + TimeDelta::microseconds(micros.into());
    let time = midnight.checked_add_signed(since)?;
    (time.year() <= 9999).then(|| time.and_utc())
}
