//! Runs the suite on a Citus cluster, in each way to distribute the tables that `databases.md` names.
//!
//! No package archive has Citus, so nothing starts such servers. `GAME_TASKS_CITUS_URL` names a database on
//! the coordinator of a cluster, with the extension on all nodes. Its tables `tasks`, `games` and `app_notes`
//! are dropped.

use super::TIME_LIMIT;
use super::partitioned::{suite_in_transaction, suite_on_pool};
use crate::support::{Backend, CONCURRENT_CALLS, DEFAULT_CONNECTIONS, TestDatabase, run};
use game_tasks::migration;
use game_tasks::sea_orm::ConnectionTrait;
use std::io::Write;

const URL: &str = "GAME_TASKS_CITUS_URL";

const GAMES_ON_EVERY_NODE: &str = r#"
    ALTER TABLE tasks DROP CONSTRAINT tasks_pkey, ADD PRIMARY KEY ("gameId", id);
    SELECT create_reference_table('games');
    SELECT create_distributed_table('tasks', 'gameId');"#;

const GAMES_WITH_THEIR_TASKS: &str = r#"
    ALTER TABLE games DROP CONSTRAINT "games_externalGameId_key";
    ALTER TABLE tasks DROP CONSTRAINT tasks_pkey, ADD PRIMARY KEY ("gameId", id);
    SELECT create_distributed_table('games', 'id');
    SELECT create_distributed_table('tasks', 'gameId', colocate_with => 'games');"#;

/// One test, since both ways use the same database.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_cluster() {
    let Ok(url) = std::env::var(URL) else {
        let line = format!("\nSKIPPED CITUS: {URL} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    };
    for layout in [GAMES_ON_EVERY_NODE, GAMES_WITH_THEIR_TASKS] {
        let database = TestDatabase::existing(Backend::Postgres, &url, CONCURRENT_CALLS).await;
        create_tables(&database, layout).await;
        tokio::time::timeout(TIME_LIMIT, suite_on_pool(&database)).await.unwrap();
        database.db.close().await.unwrap();

        let database = TestDatabase::existing(Backend::Postgres, &url, DEFAULT_CONNECTIONS).await;
        tokio::time::timeout(TIME_LIMIT, suite_in_transaction(&database)).await.unwrap();
        database.db.close().await.unwrap();
    }
}

async fn create_tables(database: &TestDatabase, layout: &str) {
    let tables = "DROP TABLE IF EXISTS tasks, games, app_notes, game_tasks_migrations";
    run(&database.db, tables, []).await;
    game_tasks::migrate(&database.db).await.unwrap();
    database.db.execute_unprepared(layout).await.unwrap();
    migration::verify_schema(&database.db).await.unwrap();
    game_tasks::migrate(&database.db).await.unwrap();
}
