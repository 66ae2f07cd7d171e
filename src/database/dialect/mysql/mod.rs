//! MySQL: as MariaDB, but its statements cannot return the rows that they wrote.

use super::mariadb;
use crate::database::as_read::and_insert_is_marked;
use crate::database::bulk_create::Insert;
use crate::database::sql::{Sql, only_if};
use crate::database::update::Update;
use crate::task::tasks::Column;
use sea_orm::Statement;
use std::fmt::{self, Display};

pub(super) const FEATURES: super::Features = super::Features {
    writes_return_rows: false,
    inserts_store_rows_as_sent: true,
    ..mariadb::FEATURES
};

// ---- Names and values, timestamps, parts of statements ----
pub(super) use mariadb::{
    comparable_time, encode_rows, force_index, quote, read_time, readable_time,
    readable_time_of_driver, sort_key, sort_key_parameter, time_is_readable, time_parameter,
    write_after, write_next_updated_at, write_next_updated_at_on_conflict, write_placeholder,
    write_rows, write_same_game_and_id, write_same_game_and_name, write_text_equals,
    write_typed_placeholder,
};

// ---- Statements ----
pub(super) use mariadb::{bulk_change, skipping_triggers};

/// A task is changed where it is still as it was read.
pub(super) fn update(_sql: &Sql<'_>, _update: &Update<'_>) -> Option<Statement> {
    None
}

pub(super) fn generated_columns() -> Option<String> {
    None
}

/// All rows or none: which of them a statement wrote could not be told. A conflict fails it. (A second
/// reference to `r`, whose parameters the server would have to repeat, fails with 3144.)
pub(super) fn insert_many(sql: &Sql<'_>, insert: &Insert<'_>) -> Statement {
    let names = sql.names;
    let (tasks, columns) = (&names.tasks, &names.columns);
    let (rows, values) = (sql.rows("j", &insert.rows), insert.values(sql));
    let and_all_games_exist = insert.and_all_games_exist(sql);
    let on_duplicate_key = only_if(insert.mode.is_upsert(), on_duplicate_key(sql, insert));
    let and_marked = and_insert_is_marked();
    sql.statement(format_args!(
        "INSERT INTO {tasks} ({columns}) WITH r AS (SELECT * FROM {rows}) SELECT {values} FROM r \
         WHERE 1 = 1{and_marked}{and_all_games_exist}{on_duplicate_key}"
    ))
}

/// The clause answers to a conflict of any key. A row that is not the task that was found before, with
/// the status that it had, and in the scope, fails the statement by a null in a NOT NULL column.
fn on_duplicate_key<'s>(sql: &'s Sql<'_>, insert: &'s Insert<'_>) -> impl Display + 's {
    fmt::from_fn(move |f| {
        let names = sql.names;
        let (id, status, updated_at) = (&names.id, &names.status, &names.stored_updated_at);
        let same_name = sql.same_game_and_name("r");
        let and_in_scope = sql.and_in_scope(insert.scope, "");
        let (now, next) = (sql.bind_time(insert.now), sql.bind_time(insert.now));
        write!(
            f,
            " ON DUPLICATE KEY UPDATE {strategy_id} = IF({id} = r.i AND {same_name} \
             AND {status} = r.t AND {updated_at} < {now}{and_in_scope}, r.s, NULL), \
             {set_updated_at} = {next}",
            strategy_id = names.unqualified(Column::StrategyId),
            set_updated_at = names.unqualified(Column::UpdatedAt),
        )
    })
}

// ---- Error codes ----
#[cfg(feature = "migration")]
pub(super) use mariadb::is_unsupported_pooler;
pub(super) use mariadb::{
    classify, error_code, has_form_of_driver, may_be_partly_applied, violated_constraint,
};

// ---- Schema: MariaDB's statements are written so that both run them ----
#[cfg(feature = "migration")]
pub(super) use mariadb::{
    base_type_and_collation, catalog_query, collation_probe, column_type, constraint_clause,
    distribution_queries, drop_index, expected_setting, expected_type, index_names_to_reserve,
    mark_table, migration_transaction, name_holders_query, of_version, same_column_name,
    storage_fault, type_fits, unsupported_product,
};

/// The collation of text. A statement that met another would fail, or treat unequal texts as equal.
#[cfg(feature = "migration")]
const COLLATION: &str = "utf8mb4_0900_bin";

#[cfg(feature = "migration")]
pub(super) const SCHEMA_FEATURES: super::SchemaFeatures = super::SchemaFeatures {
    column_collation: COLLATION,
    unique_index_collation: COLLATION,
    ..mariadb::SCHEMA_FEATURES
};
