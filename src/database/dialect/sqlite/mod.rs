//! SQLite.

use super::Features;
use crate::database::bulk_change::BulkChange;
use crate::database::bulk_create::{Check, Insert, InsertMode};
use crate::database::sql::{Encoded, Rows, SortKey, Sql, StoredTime, Values, json_rows, only_if};
use crate::database::update::Update;
use crate::task::tasks::Column;
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{DbErr, QueryResult, Statement, Value};
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

pub(super) const FEATURES: Features = Features {
    byte_collation: "",
    cast_of_many_texts: "",
    ordered_join: " CROSS JOIN ",
    current_read_lock: "",
    writes_return_rows: true,
    inserts_can_ignore_conflicts: true,
    ignoring_conflicts_is_free: true,
    query_one_reads_to_end: false,
    conflicts_abort_transactions: false,
    rows_can_be_skipped: true,
    can_probe_transactions: true,
    has_row_security: false,
    reads_before_upserts: false,
    // No trigger can change a row before it is stored, and what one changes afterwards is not returned.
    // That all rows were written makes reading them unnecessary.
    inserts_store_rows_as_sent: true,
    // It saves reading each row.
    optimistic_inserts_are_cheaper: true,
    has_single_writer: true,
    locks_rows_as_it_reads: false,
    // A read-only file stays read-only.
    stays_read_only: true,
    missing_index_code: None,
    // A blob that is too large.
    incomplete_insert_code: Some("18"),
    // An integer that overflows.
    complete_dry_run_code: Some("1"),
    distribution_catalog: None,
    refused_locks_codes: &[],
    denied_code: None,
};

// ---- Names and values ----

pub(super) fn quote(name: &str) -> String {
    super::quoted_with('"', name)
}

pub(super) fn write_placeholder(f: &mut Formatter<'_>, _number: usize) -> fmt::Result {
    f.write_str("?")
}

pub(super) fn write_typed_placeholder(
    f: &mut Formatter<'_>,
    number: usize,
    _value: &Value,
) -> fmt::Result {
    write_placeholder(f, number)
}

pub(super) fn write_text_equals(
    f: &mut Formatter<'_>,
    column: &str,
    text: &dyn Display,
) -> fmt::Result {
    write!(f, "{column} = {text} COLLATE BINARY")
}

// ---- Timestamps ----
//
// SQLite has no timestamp type. Its drivers, its own date functions and other writers store text of
// many formats, or numbers, so statements compare a normalised text of fixed width.

/// The shape of the text that the drivers write for microseconds. [`parse_canonical`] checks the rest,
/// so that reading such a row evaluates nothing else.
const CANONICAL_SHAPE: &str = "????-??-??T??:??:??.??????+00:00";

/// Such a text of a date and a time that exist; 29 February is normalised.
const CANONICAL: &str = "{c} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]\
     T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]+00:00' \
     AND substr({c}, 9, 2) BETWEEN '01' \
     AND substr('00312831303130313130313031', 2 * substr({c}, 6, 2) + 1, 2) \
     AND substr({c}, 12, 2) < '24'";

/// Everything else that SQLite's date functions accept, except what depends on the current time, and
/// numbers: days of the Julian calendar in their range, otherwise seconds since 1970. These functions
/// round to milliseconds, so the fraction is taken off before and put back after. Adding nothing makes
/// a date that does not exist one of the next month. Text that is not a date becomes a space, which
/// sorts before all dates whatever follows it.
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

pub(super) fn comparable_time(column: &str) -> String {
    let canonical = CANONICAL.replace("{c}", column);
    let other = normalised(column);
    format!("CASE WHEN {canonical} THEN substr(CAST({column} AS TEXT), 1, 32) ELSE {other} END")
}

/// An expression that ends with the id: SQLite does not search an index of expressions for a
/// comparison of rows. A timestamp alone can be compared with it, since all have the same width.
pub(super) fn sort_key(column: &str, id: &str) -> SortKey {
    SortKey { expression: format!("{} || hex({id})", comparable_time(column)), is_unique: true }
}

pub(super) fn readable_time(column: &str) -> String {
    let other = normalised(column);
    format!(
        "CASE WHEN {column} GLOB '{CANONICAL_SHAPE}' THEN CAST({column} AS TEXT) ELSE {other} END"
    )
}

pub(super) fn readable_time_of_driver(column: &str) -> String {
    comparable_time(column)
}

/// The first condition is the fast one. The text of a year before 0000 starts with a sign.
pub(super) fn time_is_readable(column: &str) -> String {
    format!(
        "({column} GLOB '{CANONICAL_SHAPE}' AND julianday({column}) IS NOT NULL OR {} >= '0')",
        comparable_time(column)
    )
}

pub(super) fn time_parameter(time: DateTime<Utc>) -> Value {
    let first = NaiveDate::from_ymd_opt(0, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let last = NaiveDate::from_ymd_opt(9999, 12, 31)
        .and_then(|day| day.and_hms_micro_opt(23, 59, 59, 999_999));
    let time = first.map_or(time, |first| time.max(first.and_utc()));
    let time = last.map_or(time, |last| time.min(last.and_utc()));
    time.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string().into()
}

pub(super) fn sort_key_parameter(time: DateTime<Utc>, id: Uuid) -> Value {
    match time_parameter(time) {
        Value::String(Some(time)) => format!("{time}{:X}", id.simple()).into(),
        time => time,
    }
}

pub(super) fn read_time(row: &QueryResult, index: usize) -> Result<Option<DateTime<Utc>>, DbErr> {
    let text = row.try_get_by_index::<Option<String>>(index)?;
    Ok(text.and_then(|text| parse_canonical(&text)))
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
        || marks.iter().any(|(index, mark)| bytes.get(*index) != Some(mark))
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

pub(super) fn write_next_updated_at(
    f: &mut Formatter<'_>,
    sql: &Sql<'_>,
    now: DateTime<Utc>,
    StoredTime { column: stored, .. }: &StoredTime,
) -> fmt::Result {
    let (compared, now) = (sql.bind_time(now), sql.bind(now));
    let next = microsecond_after(stored);
    write!(f, "CASE WHEN {stored} >= {compared} THEN {next} ELSE {now} END")
}

pub(super) use write_next_updated_at as write_next_updated_at_on_conflict;

/// SQLite's own date functions have no microseconds. `stored` is text of fixed width; the driver omits
/// a fraction of zero, and the zeros after milliseconds.
fn microsecond_after(stored: &str) -> String {
    format!(
        "(SELECT CASE WHEN fraction = 1000000 \
         THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second') \
         WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000) \
         ELSE second || printf('.%06d', fraction) END || '+00:00' \
         FROM (SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction \
         FROM (SELECT {stored} AS time)))"
    )
}

// ---- Parts of statements ----

pub(super) fn encode_rows(columns: Vec<(&'static str, Values<'_>)>) -> Rows {
    json_rows(columns)
}

pub(super) fn write_rows(f: &mut Formatter<'_>, sql: &Sql<'_>, rows: &Rows) -> fmt::Result {
    f.write_str("(SELECT key AS n")?;
    for (name, column) in &rows.columns {
        match column {
            Encoded::SameUuid(id) => write!(f, ", {}", sql.bind(*id))?,
            Encoded::SameText(text) => write!(f, ", {}", sql.bind(text.clone()))?,
            Encoded::Bytes(ids) => {
                write!(f, ", substr({}, 16 * key + 1, 16)", sql.bind(ids.clone()))?;
            }
            Encoded::InJson | Encoded::Array(..) | Encoded::JsonArray(_) => {
                f.write_str(", value")?;
            }
            Encoded::InJsonAt(index) => write!(f, ", value ->> {index}")?,
        }
        write!(f, " AS {name}")?;
    }
    write!(f, " FROM json_each({}))", sql.bind(rows.json.as_str()))
}

pub(super) fn write_same_game_and_name(
    f: &mut Formatter<'_>,
    row: &str,
    game_id: &str,
    external_id: &str,
) -> fmt::Result {
    write!(f, "{game_id} = {row}.g AND {external_id} = {row}.e")
}

/// The planner takes any index on the game where its statistics know few tasks. A term with a unary
/// plus is not searched for in an index, so that the task is found by its id.
pub(super) fn write_same_game_and_id(
    f: &mut Formatter<'_>,
    row: &str,
    game_id: &str,
    id: &str,
) -> fmt::Result {
    write!(f, "+{game_id} = {row}.g AND {id} = {row}.a")
}

pub(super) fn write_after(
    f: &mut Formatter<'_>,
    column: &str,
    id: &str,
    compare: &str,
    [value, id_value]: [&dyn Display; 2],
) -> fmt::Result {
    write!(f, " AND ({column}, {id}) {compare} ({value}, {id_value})")
}

pub(super) fn force_index(_index: &str) -> Option<String> {
    None
}

// ---- Statements ----

pub(super) fn update(sql: &Sql<'_>, update: &Update<'_>) -> Option<Statement> {
    Some(update.returning(sql))
}

/// Where all or none must be written and the table has triggers that may skip a row, each row is sent
/// a second time, after all others and marked by a later `created_at`. The second conflicts with the
/// first, and fails the statement where a row of the batch is missing.
///
/// An insert of all rows or none without such triggers returns no rows: see
/// [`inserts_store_rows_as_sent`].
pub(super) fn insert_many(sql: &Sql<'_>, insert: &Insert<'_>) -> Statement {
    let names = sql.names;
    let (tasks, columns, returned) =
        (&names.tasks, &names.columns, names.returned_of_many(Default::default()));
    let (rows, values) = (sql.rows("j", &insert.rows), insert.values(sql));
    let on_conflict = on_conflict(sql, insert);
    if !insert.mode.is_all() {
        let (games, game_key) = (&names.games, &names.game_key);
        let and_may_create = sql.and_may_create(insert.scope);
        let and_id_is_free = insert.and_id_is_free(sql);
        return sql.statement(format_args!(
            "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
             CROSS JOIN {games} g ON {game_key} = r.g{and_may_create} \
             WHERE 1 = 1{and_id_is_free}{on_conflict} RETURNING {returned}"
        ));
    }
    let and_all_can_be_written = insert.and_all_can_be_written(sql);
    if insert.sends_rows_twice {
        let check = conflict_check(sql, insert);
        return sql.statement(format_args!(
            "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} \
             FROM (SELECT *, 0 AS again FROM r UNION ALL SELECT *, 1 FROM r) r \
             WHERE 1 = 1{and_all_can_be_written} ORDER BY r.again, r.n{on_conflict}{check} \
             RETURNING {returned}"
        ));
    }
    let table = sql.bind(names.table);
    let no_trigger = fmt::from_fn(|f| write!(f, " AND NOT EXISTS ({})", triggers(&table)));
    let and_no_trigger = only_if(insert.check != Check::Off, no_trigger);
    let returning = fmt::from_fn(|f| write!(f, " RETURNING {returned}"));
    let returning = only_if(insert.mode.is_upsert(), returning);
    sql.statement(format_args!(
        "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
         WHERE 1 = 1{and_all_can_be_written}{and_no_trigger}{on_conflict}{returning}"
    ))
}

fn on_conflict<'s>(sql: &'s Sql<'_>, insert: &'s Insert<'_>) -> impl Display + 's {
    fmt::from_fn(move |f| match insert.mode {
        InsertMode::InsertAll => Ok(()),
        InsertMode::InsertSome => f.write_str(" ON CONFLICT DO NOTHING"),
        InsertMode::UpsertSome | InsertMode::UpsertAll => insert.on_conflict_update(sql).fmt(f),
    })
}

/// The condition of `DO UPDATE` where rows are sent twice. It is evaluated before a trigger for updates
/// could skip the row, and for a row that is sent the first time only where it conflicts with another.
/// A blob that is too large fails the statement where a row is missing, and an integer that overflows
/// fails a dry run in which none is.
fn conflict_check<'s>(sql: &'s Sql<'_>, insert: &'s Insert<'_>) -> impl Display + 's {
    fmt::from_fn(move |f| {
        let created_at = sql.names.unqualified(Column::CreatedAt);
        let strategy_id = sql.names.unqualified(Column::StrategyId);
        let (now, lacks_rows) = (sql.bind(insert.now), lacks_rows(sql, insert));
        if insert.mode.is_upsert() {
            write!(
                f,
                " WHERE excluded.{created_at} = {now} OR length(zeroblob(CASE WHEN {lacks_rows}"
            )?;
        } else {
            write!(
                f,
                " ON CONFLICT DO UPDATE SET {strategy_id} = NULL WHERE length(zeroblob(CASE WHEN \
                 excluded.{created_at} = {now} OR {lacks_rows}"
            )?;
        }
        f.write_str(" THEN 9223372036854775807 ELSE 0 END)) <> 0")?;
        match insert.check {
            Check::DryRun => write!(
                f,
                " OR abs(CASE WHEN {lacks_rows} THEN 0 ELSE -9223372036854775807 - 1 END) <> 0"
            ),
            Check::Off | Check::Complete => Ok(()),
        }
    })
}

/// Some rows of the batch are not stored. SQLite evaluates it once.
fn lacks_rows<'s>(sql: &'s Sql<'_>, insert: &'s Insert<'_>) -> impl Display + 's {
    fmt::from_fn(move |f| {
        let (tasks, id, strategy_id) = (&sql.names.tasks, &sql.names.id, &sql.names.strategy_id);
        let (rows, len) = (sql.rows("k", &insert.rows), sql.bind(insert.len()));
        let and_strategy = fmt::from_fn(|f| write!(f, " AND {strategy_id} = k.s"));
        let and_strategy = only_if(insert.mode.is_upsert(), and_strategy);
        write!(
            f,
            "(SELECT COUNT(*) FROM {rows} CROSS JOIN {tasks} ON {id} = k.i{and_strategy}) < {len}"
        )
    })
}

/// A query for triggers that may skip a row: those whose text has the word `ignore`.
fn triggers(table: impl Display) -> impl Display {
    fmt::from_fn(move |f| {
        write!(
            f,
            "SELECT 1 FROM (SELECT type, tbl_name, sql FROM sqlite_schema UNION ALL \
             SELECT type, tbl_name, sql FROM sqlite_temp_schema) t \
             WHERE t.type = 'trigger' AND instr(lower(t.sql), 'ignore') > 0 \
             AND lower(t.tbl_name) = lower({table})"
        )
    })
}

pub(super) fn skipping_triggers() -> Option<String> {
    Some(format!("{} LIMIT 1", triggers('?')))
}

/// SQLite has one writer, so that the order of the rows does not matter.
pub(super) fn bulk_change(sql: &Sql<'_>, change: &BulkChange<'_>) -> Statement {
    let names = sql.names;
    let (tasks, game_id, id) = (&names.tasks, &names.game_id, &names.id);
    let (from, and_matches) = (sql.tasks_of_keys(change.keys), change.and_matches(sql));
    let matching = fmt::from_fn(|f| match change.keys {
        Some(_) => write!(
            f,
            "({game_id}, {id}) IN (SELECT {game_id}, {id} FROM {from} WHERE 1 = 1{and_matches})"
        ),
        None => write!(f, "1 = 1{and_matches}"),
    });
    match change.assignments(sql) {
        Some(assignments) => {
            sql.statement(format_args!("UPDATE {tasks} SET {assignments} WHERE {matching}"))
        }
        None => sql.statement(format_args!("DELETE FROM {tasks} WHERE {matching}")),
    }
}

pub(super) fn generated_columns() -> Option<String> {
    None
}

// ---- Error codes ----
mod errors;
#[cfg(feature = "migration")]
pub(super) use errors::is_unsupported_pooler;
pub(super) use errors::{
    classify, error_code, has_form_of_driver, may_be_partly_applied, violated_constraint,
};

// ---- Schema ----
#[cfg(feature = "migration")]
mod schema;
#[cfg(feature = "migration")]
pub(super) use schema::{
    SCHEMA_FEATURES, base_type_and_collation, catalog_query, collation_probe, column_type,
    constraint_clause, distribution_queries, drop_index, expected_setting, expected_type,
    index_names_to_reserve, mark_table, name_holders_query, of_version, same_column_name,
    storage_fault, type_fits, unsupported_product,
};

// ---- Migration lock ----
#[cfg(feature = "migration")]
pub(super) fn migration_transaction() -> sea_orm::TransactionOptions {
    sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..Default::default()
    }
}
