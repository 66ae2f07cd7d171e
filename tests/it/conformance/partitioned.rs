//! A tasks table that the application made itself, in partitions by game.

use super::stores::{Hold, InTransaction, OnPool};
use super::{PATIENCE, of_races, of_transactions, suite};
use crate::support::{Backend, CROWD, FEW, TestDatabase, on_database_within, run};

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

/// No constraint keeps a task's id out of the other games.
fn has_no_unique_ids(case: &str) -> bool {
    case == "refused_calls::id_is_taken_in_another_game"
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_pool() {
    on_database_within(PATIENCE, Backend::Postgres, CROWD, async |database| {
        partition(database).await;
        let fresh = async || {
            let mut store = OnPool::fresh(database, Hold::AsItIs).await?;
            store.has_unique_ids = false;
            Ok(store)
        };
        suite(fresh, |case| of_transactions(case) || has_no_unique_ids(case)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_applications_transaction() {
    on_database_within(PATIENCE, Backend::Postgres, FEW, async |database| {
        partition(database).await;
        run(&database.db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
        let fresh = async || {
            let mut store = InTransaction::fresh(database, Hold::AsItIs, None).await?;
            store.has_unique_ids = false;
            Ok(store)
        };
        suite(fresh, |case| of_races(case) || has_no_unique_ids(case)).await;
    })
    .await;
}
