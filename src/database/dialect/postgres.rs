//! PostgreSQL.

use super::quoted_with;

pub(super) fn quote(name: &str) -> String {
    quoted_with('"', name)
}

// ---- Error codes ----
mod errors;
pub(super) use errors::{
    classify, error_code, may_be_partly_applied, stays_read_only,
    unique_violation_is_retried_with_transaction, violated_constraint,
};

// ---- Schema ----
#[cfg(feature = "migration")]
mod schema;
#[cfg(feature = "adopt")]
pub(crate) use schema::CATALOG;
#[cfg(feature = "migration")]
pub(super) use schema::{
    base_type_and_collation, catalog_query, collation_probe, column_collation, column_type,
    commits_ddl, constraint_clause, current_timestamp, drop_index, expected_setting, expected_type,
    foreign_keys_depend_on_storage, index_names_to_reserve, indexes_timestamps_by_expression,
    is_games_database, mark_table, name_holders_query, same_column_name, storage_fault,
    table_options, type_fits, unique_index_collation, unsupported_product,
    updated_at_trigger_query, version_query,
};

// ---- Migration lock ----
/// The key is `gametask` in ASCII.
#[cfg(feature = "migration")]
pub(super) fn migration_lock() -> super::MigrationLock {
    super::MigrationLock::Statement("SELECT pg_advisory_xact_lock(7449355541159179115)")
}

/// What other processes committed while this one waited for the lock has to be visible.
#[cfg(feature = "migration")]
pub(super) fn migration_transaction() -> sea_orm::TransactionOptions {
    sea_orm::TransactionOptions {
        isolation_level: Some(sea_orm::IsolationLevel::ReadCommitted),
        ..Default::default()
    }
}
