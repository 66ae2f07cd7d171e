//! MariaDB. MySQL has the same statements but for those that write ([`mysql`](super::mysql)), and a
//! server is known to be MySQL only once one of them has failed, so all others run on both: comments
//! say what only one of them reads.

use super::Features;
use crate::database::bulk_change::BulkChange;
use crate::database::bulk_create::{Insert, InsertMode};
use crate::database::sql::{Encoded, Rows, SortKey, Sql, StoredTime, Values, json_rows, only_if};
use crate::database::update::Update;
use crate::task::tasks::Column;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::{DbErr, QueryResult, RuntimeErr, SqlxError, Statement, Value};
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

/// A collation that compares byte for byte, and spaces at the end, too. The comments are MariaDB's and
/// MySQL's own: the other ignores them.
macro_rules! collation {
    () => {
        "/*M!100500 utf8mb4_nopad_bin*/ /*!80017 utf8mb4_0900_bin*/"
    };
}
#[cfg(feature = "migration")]
use collation;

pub(super) const FEATURES: Features = Features {
    byte_collation: "",
    cast_of_many_texts: "",
    ordered_join: " STRAIGHT_JOIN ",
    // A plain read in a transaction sees the snapshot of the transaction's first read.
    current_read_lock: " LOCK IN SHARE MODE",
    writes_return_rows: true,
    inserts_can_ignore_conflicts: false,
    ignoring_conflicts_is_free: false,
    query_one_reads_to_end: false,
    conflicts_abort_transactions: false,
    rows_can_be_skipped: false,
    can_probe_transactions: false,
    has_row_security: false,
    reads_before_upserts: true,
    inserts_store_rows_as_sent: false,
    optimistic_inserts_are_cheaper: false,
    has_single_writer: false,
    locks_rows_as_it_reads: true,
    // The server may be a replica until a failover is complete.
    stays_read_only: false,
    missing_index_code: Some("1176"),
    incomplete_insert_code: None,
    complete_dry_run_code: None,
    distribution_catalog: None,
    refused_locks_codes: &[],
    denied_code: None,
};

// ---- Names and values ----

pub(super) fn quote(name: &str) -> String {
    super::quoted_with('`', name)
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
    write!(f, "{column} = {text} COLLATE {}", collation!())
}

// ---- Timestamps ----

pub(super) fn comparable_time(column: &str) -> String {
    column.to_owned()
}

pub(super) fn sort_key(column: &str, _id: &str) -> SortKey {
    SortKey { expression: column.to_owned(), is_unique: false }
}

pub(super) fn readable_time(column: &str) -> String {
    column.to_owned()
}

pub(super) fn readable_time_of_driver(column: &str) -> String {
    format!("CASE WHEN {} THEN {column} END", time_is_readable(column))
}

/// Excludes zero dates, and days that their month has not. Adding an interval to one of them would
/// fail the statement in strict mode, as on MySQL `LAST_DAY` would.
pub(super) fn time_is_readable(column: &str) -> String {
    format!(
        "{column} >= '0001-01-01' AND DAYOFMONTH({column}) BETWEEN 1 AND ELT(MONTH({column}), 31, \
         28 + (YEAR({column}) % 4 = 0 AND (YEAR({column}) % 100 <> 0 OR YEAR({column}) % 400 = 0)), \
         31, 30, 31, 30, 31, 31, 30, 31, 30, 31)"
    )
}

/// Without a time zone: the driver sends a `DateTime<Utc>` as a TIMESTAMP, and an index range that
/// starts at one before 1970 or after 2038 is empty.
pub(super) fn time_parameter(time: DateTime<Utc>) -> Value {
    let first = NaiveDate::from_ymd_opt(0, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let last = NaiveDate::from_ymd_opt(9999, 12, 31)
        .and_then(|day| day.and_hms_micro_opt(23, 59, 59, 999_999));
    let time = time.naive_utc();
    let time = first.map_or(time, |first| time.max(first));
    last.map_or(time, |last| time.min(last)).into()
}

pub(super) fn sort_key_parameter(time: DateTime<Utc>, _id: Uuid) -> Value {
    time_parameter(time)
}

/// MariaDB cannot calculate with a date of the year 0.
pub(super) fn read_time(row: &QueryResult, index: usize) -> Result<Option<DateTime<Utc>>, DbErr> {
    match row.try_get_by_index::<Option<DateTime<Utc>>>(index) {
        Err(DbErr::Query(RuntimeErr::SqlxError(error)))
            if matches!(*error, SqlxError::ColumnDecode { .. }) =>
        {
            Ok(None)
        }
        time => Ok(time?.filter(|time| time.year() > 0)),
    }
}

pub(super) fn write_next_updated_at(
    f: &mut Formatter<'_>,
    sql: &Sql<'_>,
    now: DateTime<Utc>,
    StoredTime { column, is_readable }: &StoredTime,
) -> fmt::Result {
    let now = sql.bind(now);
    write!(
        f,
        "GREATEST({now}, CASE WHEN {is_readable} THEN {column} + INTERVAL 1 MICROSECOND \
         ELSE {now} END)"
    )
}

pub(super) use write_next_updated_at as write_next_updated_at_on_conflict;

// ---- Parts of statements ----

pub(super) fn encode_rows(columns: Vec<(&'static str, Values<'_>)>) -> Rows {
    json_rows(columns)
}

pub(super) fn write_rows(f: &mut Formatter<'_>, sql: &Sql<'_>, rows: &Rows) -> fmt::Result {
    // A longer text would be truncated, and could become another task's name.
    let text_type = if rows.texts_are_short { "VARCHAR(255)" } else { "LONGTEXT" };
    // Without a character set texts have the database's.
    const TEXT: &str = concat!("CHARACTER SET utf8mb4 COLLATE ", collation!(), " PATH");
    f.write_str("(SELECT j.n - 1 AS n")?;
    let mut columns = String::new();
    for (name, column) in &rows.columns {
        match column {
            // MySQL does not infer the type of a parameter in a subquery.
            Encoded::SameUuid(id) => write!(f, ", CAST({} AS BINARY(16))", sql.bind(*id))?,
            Encoded::SameText(None) => f.write_str(", NULL")?,
            Encoded::SameText(Some(text)) => {
                let text = sql.bind(text.as_str());
                write!(f, ", CONVERT({text} USING utf8mb4) COLLATE {}", collation!())?;
            }
            Encoded::Bytes(ids) => {
                let ids = sql.bind(ids.clone());
                write!(f, ", SUBSTR(CAST({ids} AS BINARY), 16 * j.n - 15, 16)")?;
            }
            Encoded::InJson | Encoded::Array(..) | Encoded::JsonArray(_) => {
                columns += &format!(", {name} {text_type} {TEXT} '$'");
                write!(f, ", j.{name}")?;
            }
            Encoded::InJsonAt(index) => {
                columns += &format!(", {name} {text_type} {TEXT} '$[{index}]'");
                write!(f, ", j.{name}")?;
            }
        }
        write!(f, " AS {name}")?;
    }
    let json = sql.bind(rows.json.as_str());
    write!(f, " FROM JSON_TABLE({json}, '$[*]' COLUMNS (n FOR ORDINALITY{columns})) j)")
}

pub(super) fn write_same_game_and_name(
    f: &mut Formatter<'_>,
    row: &str,
    game_id: &str,
    external_id: &str,
) -> fmt::Result {
    write!(f, "{game_id} = {row}.g AND {external_id} = {row}.e")
}

pub(super) fn write_same_game_and_id(
    f: &mut Formatter<'_>,
    row: &str,
    game_id: &str,
    id: &str,
) -> fmt::Result {
    write!(f, "{game_id} = {row}.g AND {id} = {row}.a")
}

/// MariaDB finds no range of an index for a comparison of rows.
pub(super) fn write_after(
    f: &mut Formatter<'_>,
    column: &str,
    id: &str,
    compare: &str,
    [value, id_value]: [&dyn Display; 2],
) -> fmt::Result {
    write!(
        f,
        " AND ({column} {compare} {value} OR ({column} = {value} AND {id} {compare} {id_value}))"
    )
}

/// Without the hint MariaDB starts where the game does.
pub(super) fn force_index(index: &str) -> Option<String> {
    Some(format!(" FORCE INDEX ({})", quote(index)))
}

// ---- Statements ----

/// `UPDATE` cannot return what it wrote, and a `SELECT` after it may read what another client wrote
/// since.
pub(super) fn update(sql: &Sql<'_>, update: &Update<'_>) -> Option<Statement> {
    let names = sql.names;
    let (tasks, columns, and_readable) = (&names.tasks, &names.columns, &names.and_readable);
    let key = sql.key(update.key);
    let and_in_scope = sql.and_in_scope(update.scope, "");
    let and_patch_applies = update.patch.and_applies(sql);
    let generated = generated_columns_of(sql.bind(names.table));
    let and_nothing_is_generated = fmt::from_fn(|f| write!(f, " AND NOT EXISTS ({generated})"));
    let and_nothing_is_generated = only_if(update.may_generate, and_nothing_is_generated);
    let assignments = update.patch.assignments(sql, &names.inserted_time);
    let returned = names.returned(Default::default());
    Some(sql.statement(format_args!(
        "INSERT INTO {tasks} ({columns}) SELECT {columns} FROM {tasks} \
         WHERE {key}{and_in_scope}{and_patch_applies}{and_nothing_is_generated}{and_readable} \
         FOR UPDATE ON DUPLICATE KEY UPDATE {assignments} RETURNING {returned}"
    )))
}

/// A query for a table's `AUTO_INCREMENT` columns.
fn generated_columns_of(table: impl Display) -> impl Display {
    fmt::from_fn(move |f| {
        write!(
            f,
            "SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() \
             AND table_name = {table} AND extra LIKE '%auto_increment%'"
        )
    })
}

pub(super) fn generated_columns() -> Option<String> {
    Some(format!("{} LIMIT 1", generated_columns_of('?')))
}

pub(super) fn insert_many(sql: &Sql<'_>, insert: &Insert<'_>) -> Statement {
    let names = sql.names;
    let (tasks, columns, returned) =
        (&names.tasks, &names.columns, names.returned_of_many(Default::default()));
    let (rows, values) = (sql.rows("j", &insert.rows), insert.values(sql));
    let on_duplicate_key = on_duplicate_key(sql, insert);
    let on_duplicate_key = only_if(insert.mode.is_upsert(), on_duplicate_key);
    if insert.mode.is_all() {
        let and_all_can_be_written = insert.and_all_can_be_written(sql);
        return sql.statement(format_args!(
            "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
             WHERE 1 = 1{and_all_can_be_written}{on_duplicate_key} RETURNING {returned}"
        ));
    }
    let (games, game_key) = (&names.games, &names.game_key);
    let and_may_create = sql.and_may_create(insert.scope);
    let and_id_is_free = insert.and_id_is_free(sql);
    sql.statement(format_args!(
        "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
         STRAIGHT_JOIN {games} g ON {game_key} = r.g{and_may_create} \
         WHERE 1 = 1{and_id_is_free}{on_duplicate_key} RETURNING {returned}"
    ))
}

/// The clause answers to a conflict of any key, so also of an id with another task's. That row, and
/// one that the scope does not see, is left unchanged or, where all or none must be written, fails
/// the statement by a null in a NOT NULL column. An assignment sees what those before it assigned.
fn on_duplicate_key<'s>(sql: &'s Sql<'_>, insert: &'s Insert<'_>) -> impl Display + 's {
    fmt::from_fn(move |f| {
        let names = sql.names;
        let new = |column| format!("VALUES({})", names.unqualified(column));
        let (new_game, new_name, new_strategy) =
            (new(Column::GameId), new(Column::ExternalTaskId), new(Column::StrategyId));
        let (updated_at, strategy_id) =
            (names.unqualified(Column::UpdatedAt), names.unqualified(Column::StrategyId));
        let (game, name, strategy) = (&names.game_id, &names.external_id, &names.strategy_id);
        let same = format!("({game} = {new_game} AND {name} = {new_name})");
        let and_in_scope = sql.and_in_scope(insert.scope, "");
        let next = sql.next_updated_at(insert.now, &names.stored_time);
        let stored = &names.stored_updated_at;
        let otherwise = match insert.mode {
            InsertMode::UpsertAll => "NULL",
            InsertMode::UpsertSome | InsertMode::InsertSome | InsertMode::InsertAll => strategy,
        };
        write!(
            f,
            " ON DUPLICATE KEY UPDATE {updated_at} = \
             IF({same} AND {strategy} <> {new_strategy}{and_in_scope}, {next}, {stored}), \
             {strategy_id} = IF({same}{and_in_scope}, {new_strategy}, {otherwise})"
        )
    })
}

/// In the form for several tables the keys come first, and the rows are locked in their order. In the
/// other form MariaDB scans all tasks and looks each of them up in the list of keys.
pub(super) fn bulk_change(sql: &Sql<'_>, change: &BulkChange<'_>) -> Statement {
    let names = sql.names;
    let tasks = &names.tasks;
    let (from, hint) = (sql.tasks_of_keys(change.keys), change.hint);
    let and_matches = change.and_matches(sql);
    match change.assignments(sql) {
        Some(assignments) => sql.statement(format_args!(
            "UPDATE {from}{hint} SET {assignments} WHERE 1 = 1{and_matches}"
        )),
        None => {
            sql.statement(format_args!("DELETE {tasks} FROM {from}{hint} WHERE 1 = 1{and_matches}"))
        }
    }
}

pub(super) fn skipping_triggers() -> Option<String> {
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
    sea_orm::TransactionOptions::default()
}
