//! Runs the suite on a tasks table that the application has created itself, partitioned by game.

use super::stores::{InTransaction, OnPool, Wrapper};
use super::{TIME_LIMIT, needs_concurrency, needs_transaction, suite};
use crate::support::{
    Backend, CONCURRENT_CALLS, DEFAULT_CONNECTIONS, TestDatabase, on_database_within, run,
};

async fn partition(database: &TestDatabase) {
    run(&database.db, "DROP TABLE tasks", []).await;
    run(
        &database.db,
        r#"CREATE TABLE tasks (
            "gameId" uuid NOT NULL REFERENCES games (id),
            id uuid NOT NULL,
            created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            updated_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "apiKey_used" varchar(255) COLLATE "C",
            oauth_user_id varchar(255) COLLATE "C",
            "externalTaskId" varchar(255) COLLATE "C" NOT NULL,
            "strategyId" varchar(255) COLLATE "C" NOT NULL DEFAULT 'default',
            status varchar(255) COLLATE "C" NOT NULL DEFAULT 'open',
            PRIMARY KEY ("gameId", id),
            UNIQUE ("gameId", "externalTaskId")
        ) PARTITION BY HASH ("gameId")"#,
        [],
    )
    .await;
    for part in 0..4 {
        let statement = format!(
            "CREATE TABLE tasks_{part} PARTITION OF tasks \
             FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
        );
        run(&database.db, &statement, []).await;
    }
}

/// No constraint makes ids unique across games.
fn requires_unique_ids(case: &str) -> bool {
    case == "refused_calls::id_is_taken_in_another_game"
}

/// Runs the suite where ids are unique only within a game.
pub(super) async fn suite_on_pool(database: &TestDatabase) {
    let new_store = async || {
        let mut store = OnPool::new(database, Wrapper::None).await?;
        store.has_unique_ids = false;
        Ok(store)
    };
    suite(new_store, |case| needs_transaction(case) || requires_unique_ids(case)).await;
}

/// The same in the application's transaction.
pub(super) async fn suite_in_transaction(database: &TestDatabase) {
    run(&database.db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
    let new_store = async || {
        let mut store = InTransaction::new(database, Wrapper::None, None).await?;
        store.has_unique_ids = false;
        Ok(store)
    };
    suite(new_store, |case| needs_concurrency(case) || requires_unique_ids(case)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_pool() {
    on_database_within(TIME_LIMIT, Backend::Postgres, CONCURRENT_CALLS, async |database| {
        partition(database).await;
        suite_on_pool(database).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_applications_transaction() {
    on_database_within(TIME_LIMIT, Backend::Postgres, DEFAULT_CONNECTIONS, async |database| {
        partition(database).await;
        suite_in_transaction(database).await;
    })
    .await;
}
