//! PostgreSQL.

use super::Features;
use crate::database::bulk_change::BulkChange;
use crate::database::bulk_create::{Check, Insert, InsertMode, another_has_the_id};
use crate::database::sql::{Encoded, Rows, SortKey, Sql, StoredTime, Values, array_rows, only_if};
use crate::database::update::Update;
use crate::task::tasks::Column;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DbErr, QueryResult, RuntimeErr, SqlxError, Statement, Value};
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

pub(super) const FEATURES: Features = Features {
    byte_collation: " COLLATE \"C\"",
    // The first type that the driver compares a column's type with is `text`; `varchar` is the fourth.
    cast_of_many_texts: "::text",
    ordered_join: " JOIN ",
    current_read_lock: "",
    writes_return_rows: true,
    inserts_can_ignore_conflicts: true,
    ignoring_conflicts_is_free: false,
    query_one_reads_to_end: true,
    conflicts_abort_transactions: true,
    rows_can_be_skipped: true,
    can_probe_transactions: false,
    has_row_security: true,
    reads_before_upserts: false,
    // A `BEFORE INSERT` trigger can change a row.
    inserts_store_rows_as_sent: false,
    // Measured: ignoring conflicts takes a quarter of the time more.
    optimistic_inserts_are_cheaper: true,
    has_single_writer: false,
    locks_rows_as_it_reads: false,
    // The server may be a standby until a failover is complete.
    stays_read_only: false,
    missing_index_code: None,
    // A negative LIMIT.
    incomplete_insert_code: Some("2201W"),
    // A negative OFFSET.
    complete_dry_run_code: Some("2201X"),
    distribution_catalog: Some("pg_catalog.pg_dist_partition"),
    // Of one shard Citus locks the rows, but the keys that were sent are lost on the way to the other
    // nodes: one side writes them as binary data, the other expects text.
    refused_locks_codes: &["0A000", "22P02"],
    denied_code: Some("42501"),
};

// ---- Names and values ----

pub(super) fn quote(name: &str) -> String {
    super::quoted_with('"', name)
}

pub(super) fn write_placeholder(f: &mut Formatter<'_>, number: usize) -> fmt::Result {
    // Formatting the number takes as long as writing the rest of a short statement.
    const FIRST: [&str; 16] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14",
        "$15", "$16",
    ];
    match number.checked_sub(1).and_then(|index| FIRST.get(index)) {
        Some(placeholder) => f.write_str(placeholder),
        None => write!(f, "${number}"),
    }
}

/// Citus sends parts of a statement to its workers, which cannot infer the type of each parameter.
pub(super) fn write_typed_placeholder(
    f: &mut Formatter<'_>,
    number: usize,
    value: &Value,
) -> fmt::Result {
    let type_name = match value {
        Value::Uuid(_) => "uuid",
        Value::String(_) => "text",
        Value::ChronoDateTimeUtc(_) => "timestamptz",
        Value::BigInt(_) => "bigint",
        _ => return write_placeholder(f, number),
    };
    f.write_str("CAST(")?;
    write_placeholder(f, number)?;
    write!(f, " AS {type_name})")
}

pub(super) fn write_text_equals(
    f: &mut Formatter<'_>,
    column: &str,
    text: &dyn Display,
) -> fmt::Result {
    write!(f, "{column} COLLATE \"C\" = {text}")
}

// ---- Timestamps ----

/// Both infinities and the years from 262143 on are outside of chrono's range, and sqlx panics on
/// them. One year is a margin for what is added to a timestamp.
const CHRONO_RANGE: &str = "> '-infinity' AND {c} < '262142-01-01 00:00:00+00'";

pub(super) fn comparable_time(column: &str) -> String {
    column.to_owned()
}

pub(super) fn sort_key(column: &str, _id: &str) -> SortKey {
    SortKey { expression: column.to_owned(), is_unique: false }
}

pub(super) fn readable_time(column: &str) -> String {
    format!("CASE WHEN {} THEN {column} END", time_is_readable(column))
}

pub(super) fn readable_time_of_driver(column: &str) -> String {
    readable_time(column)
}

pub(super) fn time_is_readable(column: &str) -> String {
    format!("{column} {}", CHRONO_RANGE.replace("{c}", column))
}

/// PostgreSQL's first year is 4713 BC.
pub(super) fn time_parameter(time: DateTime<Utc>) -> Value {
    let first = NaiveDate::from_ymd_opt(-4712, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    first.map_or(time, |first| time.max(first.and_utc())).into()
}

pub(super) fn sort_key_parameter(time: DateTime<Utc>, _id: Uuid) -> Value {
    time_parameter(time)
}

pub(super) fn read_time(row: &QueryResult, index: usize) -> Result<Option<DateTime<Utc>>, DbErr> {
    match row.try_get_by_index::<Option<DateTime<Utc>>>(index) {
        Err(DbErr::Query(RuntimeErr::SqlxError(error)))
            if matches!(*error, SqlxError::ColumnDecode { .. }) =>
        {
            Ok(None)
        }
        time => time,
    }
}

/// A timestamp with a time zone plus an interval depends on a setting, and Citus refuses such
/// functions of a column in writes.
pub(super) fn write_next_updated_at(
    f: &mut Formatter<'_>,
    sql: &Sql<'_>,
    now: DateTime<Utc>,
    stored: &StoredTime,
) -> fmt::Result {
    write_later(f, &sql.bind(now), stored)
}

/// Citus sends no parameters with an `ON CONFLICT`. The row that was to be inserted has the same time.
pub(super) fn write_next_updated_at_on_conflict(
    f: &mut Formatter<'_>,
    sql: &Sql<'_>,
    _now: DateTime<Utc>,
    stored: &StoredTime,
) -> fmt::Result {
    let now = format_args!("excluded.{}", sql.names.unqualified(Column::UpdatedAt));
    write_later(f, &now, stored)
}

fn write_later(
    f: &mut Formatter<'_>,
    now: &dyn Display,
    StoredTime { column, is_readable }: &StoredTime,
) -> fmt::Result {
    write!(
        f,
        "GREATEST({now}, (CASE WHEN {is_readable} THEN {column} END AT TIME ZONE 'UTC' \
         + INTERVAL '1 microsecond') AT TIME ZONE 'UTC')"
    )
}

// ---- Parts of statements ----

pub(super) fn encode_rows(columns: Vec<(&'static str, Values<'_>)>) -> Rows {
    array_rows(columns)
}

/// An array that comes from a subquery has no length that the planner knows. Otherwise it would plan
/// for each length anew, and scan the tasks for many rows.
///
/// `OFFSET 0` has the planner plan the subquery apart. Otherwise it would fold a constant of it into
/// the conditions of the statement, and estimate it by statistics that may be wrong. It estimates
/// that a third of the numbers is above 0, so three rows: few enough to look tasks up by an index, and
/// too many to scan a small table for each.
pub(super) fn write_rows(f: &mut Formatter<'_>, sql: &Sql<'_>, rows: &Rows) -> fmt::Result {
    f.write_str("(SELECT a.n - 1 AS n")?;
    for (name, column) in &rows.columns {
        match column {
            Encoded::SameUuid(id) => {
                write!(f, ", CAST({} AS uuid) AS {name}", sql.bind_in_cast(*id))?;
            }
            Encoded::SameText(text) => {
                write!(f, ", CAST({} AS text) AS {name}", sql.bind_in_cast(text.clone()))?;
            }
            _ => write!(f, ", a.{name} AS {name}")?,
        }
    }
    f.write_str(" FROM unnest(")?;
    let mut names = String::new();
    for (name, column) in &rows.columns {
        let separator = if names.is_empty() { "" } else { ", " };
        match column {
            Encoded::Array(values, of) => {
                write!(
                    f,
                    "{separator}(SELECT CAST({} AS {of}[]))",
                    sql.bind_in_cast(values.clone())
                )?;
            }
            Encoded::JsonArray(json) => {
                let json = sql.bind_in_cast(json.as_str());
                let texts = format_args!("SELECT json_array_elements_text(CAST({json} AS json))");
                write!(f, "{separator}(SELECT ARRAY({texts}))")?;
            }
            _ => continue,
        }
        names = names + name + ", ";
    }
    write!(f, ") WITH ORDINALITY AS a({names}n) WHERE a.n > 0 OFFSET 0)")
}

/// The planner compares the costs of the indexes on a game's names and on its creation by statistics
/// alone. Where these know at most one task for each game, both seem to lead to one task, and the
/// planner may take the second and read the whole game for each row. So the game is compared as one
/// of two, which doubles the estimate for it alone, and the name also as a range, which makes the
/// first index the more selective one. The server drops what is redundant before it searches. It does
/// not help where the statistics are those of a table with one task and the names are long.
pub(super) fn write_same_game_and_name(
    f: &mut Formatter<'_>,
    row: &str,
    game_id: &str,
    external_id: &str,
) -> fmt::Result {
    write!(
        f,
        "{game_id} = ANY(ARRAY[{row}.g, {row}.g]) AND {external_id} = {row}.e \
         AND {external_id} >= {row}.e AND {external_id} <= {row}.e"
    )
}

pub(super) fn write_same_game_and_id(
    f: &mut Formatter<'_>,
    row: &str,
    game_id: &str,
    id: &str,
) -> fmt::Result {
    write!(f, "{game_id} = ANY(ARRAY[{row}.g, {row}.g]) AND {id} = {row}.a")
}

/// For a value that it knows, the planner estimates that hardly any row comes after it, and plans each
/// page anew for the cheap scan. It does not look into a subquery.
pub(super) fn write_after(
    f: &mut Formatter<'_>,
    column: &str,
    id: &str,
    compare: &str,
    [value, id_value]: [&dyn Display; 2],
) -> fmt::Result {
    write!(f, " AND ({column}, {id}) {compare} (SELECT {value}, {id_value})")
}

pub(super) fn force_index(_index: &str) -> Option<String> {
    None
}

// ---- Statements ----

pub(super) fn update(sql: &Sql<'_>, update: &Update<'_>) -> Option<Statement> {
    Some(update.returning(sql))
}

/// Where all or none must be written, `w` counts the rows: fewer than were sent fail the statement by
/// a negative LIMIT, and a dry run that wrote all fails it by a negative OFFSET.
pub(super) fn insert_many(sql: &Sql<'_>, insert: &Insert<'_>) -> Statement {
    let names = sql.names;
    let (tasks, columns, returned) =
        (&names.tasks, &names.columns, names.returned_of_many(Default::default()));
    let (rows, values) = (sql.rows("j", &insert.rows), insert.values(sql));
    if !insert.mode.is_all() {
        let (games, game_key) = (&names.games, &names.game_key);
        let and_may_create = sql.and_may_create(insert.scope);
        // Citus refuses a correlated subquery beside a common table expression, and a join of tables that
        // are distributed by different columns.
        let other = another_has_the_id(sql, "q");
        let and_no_other = fmt::from_fn(|f| {
            write!(f, " AND r.n NOT IN (SELECT q.n FROM r q JOIN {tasks} ON {other})")
        });
        let and_no_other = only_if(insert.needs_free_ids(), and_no_other);
        let on_conflict = on_conflict(sql, insert);
        return sql.statement(format_args!(
            "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
             JOIN {games} g ON {game_key} = r.g{and_may_create} \
             WHERE 1 = 1{and_no_other} \
             ORDER BY r.n{on_conflict} RETURNING {returned}"
        ));
    }
    let and_all_can_be_written = insert.and_all_can_be_written(sql);
    let on_conflict = on_conflict(sql, insert);
    let insert_all = fmt::from_fn(|f| {
        write!(
            f,
            "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
             WHERE 1 = 1{and_all_can_be_written}{on_conflict} RETURNING {returned}"
        )
    });
    let len = sql.bind(insert.len());
    let dry_run = fmt::from_fn(|f| {
        write!(f, " OFFSET CASE WHEN (SELECT COUNT(*) FROM w) = {len} THEN -1 ELSE 0 END")
    });
    let dry_run = only_if(insert.check == Check::DryRun, dry_run);
    match insert.check {
        Check::Off => sql.statement(format_args!("{insert_all}")),
        Check::Complete | Check::DryRun => sql.statement(format_args!(
            "WITH w AS ({insert_all}) SELECT * FROM w{dry_run} \
             LIMIT CASE WHEN (SELECT COUNT(*) FROM w) IN (0, {len}) THEN NULL ELSE -1 END"
        )),
    }
}

fn on_conflict<'s>(sql: &'s Sql<'_>, insert: &'s Insert<'_>) -> impl Display + 's {
    fmt::from_fn(move |f| match insert.mode {
        InsertMode::InsertAll => Ok(()),
        InsertMode::InsertSome => f.write_str(" ON CONFLICT DO NOTHING"),
        InsertMode::UpsertSome | InsertMode::UpsertAll => insert.on_conflict_update(sql).fmt(f),
    })
}

/// Locks the rows in the order in which bulk creation writes them, and then writes them. Otherwise
/// the order would be the plan's, and two calls could each wait for the other. The locked rows are
/// written without evaluating the conditions again: the lock has waited for other writers and
/// compared the rows that they left.
///
/// Rows of [several servers](crate::database::distribution) cannot be locked first.
pub(super) fn bulk_change(sql: &Sql<'_>, change: &BulkChange<'_>) -> Statement {
    let names = sql.names;
    let (tasks, alias, game_id, id) = (&names.tasks, &names.tasks_alias, &names.game_id, &names.id);
    let external_id = &names.external_id;
    let (from, and_matches) = (sql.tasks_of_keys(change.keys), change.and_matches(sql));
    let assignments = change.assignments(sql);
    if names.distribution.is_distributed() {
        let matching = fmt::from_fn(|f| {
            f.write_str("1 = 1")?;
            if let Some(keys) = change.keys {
                write!(f, " AND {}", sql.any_key_of(keys))?;
            }
            and_matches.fmt(f)
        });
        return match assignments {
            Some(assignments) => {
                sql.statement(format_args!("UPDATE {tasks} SET {assignments} WHERE {matching}"))
            }
            None => sql.statement(format_args!("DELETE FROM {tasks} WHERE {matching}")),
        };
    }
    match assignments {
        // `NO KEY` lets other transactions insert rows that refer to a task.
        Some(assignments) => sql.statement(format_args!(
            "UPDATE {tasks} SET {assignments} FROM (SELECT {game_id} AS g, {id} AS i FROM {from} \
             WHERE 1 = 1{and_matches} ORDER BY {game_id}, {external_id} \
             FOR NO KEY UPDATE OF {alias}) m WHERE {game_id} = ANY(ARRAY[m.g, m.g]) AND {id} = m.i"
        )),
        None => sql.statement(format_args!(
            "DELETE FROM {tasks} USING (SELECT {game_id} AS g, {id} AS i FROM {from} \
             WHERE 1 = 1{and_matches} ORDER BY {game_id}, {external_id} \
             FOR UPDATE OF {alias}) m WHERE {game_id} = ANY(ARRAY[m.g, m.g]) AND {id} = m.i"
        )),
    }
}

pub(super) fn generated_columns() -> Option<String> {
    None
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
#[cfg(feature = "adopt")]
pub(crate) use schema::CATALOG;
#[cfg(feature = "migration")]
pub(super) use schema::{
    SCHEMA_FEATURES, base_type_and_collation, catalog_query, collation_probe, column_type,
    constraint_clause, distribution_queries, drop_index, expected_setting, expected_type,
    index_names_to_reserve, mark_table, name_holders_query, of_version, same_column_name,
    storage_fault, type_fits, unsupported_product,
};

// ---- Migration lock ----
/// The key is `gametask` in ASCII.
#[cfg(feature = "migration")]
/// What other processes committed while this one waited for the lock has to be visible.
#[cfg(feature = "migration")]
pub(super) fn migration_transaction() -> sea_orm::TransactionOptions {
    sea_orm::TransactionOptions {
        isolation_level: Some(sea_orm::IsolationLevel::ReadCommitted),
        ..Default::default()
    }
}
