//! Adoption through connection poolers that share server connections.

use super::game::{dump, game, task};
use super::game_cases;
use crate::support::{Pooler, Pooling, TestDatabase, assert_is};
use game_tasks::adopt::{self, AdoptError, Plan};
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::sea_orm::sqlx::{self, Row};
use std::time::Duration;

game_cases!(
    a_shared_server_connection_is_left_as_it_was,
    pgbouncer_in_transaction_mode,
    pgbouncer_in_session_mode,
    pgbouncer_without_prepared_statements,
    pgbouncer_in_statement_mode,
);

/// The settings and the locks of a session that the next client would find.
const SESSION: &str =
    "SELECT string_agg(name || '=' || setting, ',' ORDER BY name) || ', locks: ' ||
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
    FROM pg_settings WHERE name <> 'transaction_isolation'";

async fn a_shared_server_connection_is_left_as_it_was(database: &TestDatabase) {
    let game = game(&database.db, "game", None).await;
    task(&database.db, Some(game), "task", "").await;
    let before = dump(&database.db).await;
    let renamed = Pooling::TRANSACTION;
    for pooling in [
        renamed,
        // Each of these two can only be recognized in one way.
        Pooling { servers: 2, ..renamed },
        Pooling { renames_statements: false, ..renamed },
    ] {
        let pooler = Pooler::start(database, pooling);
        let session = pooler.query_servers(SESSION);
        let small = pooler.pool(1).await;
        if pooling.renames_statements {
            assert!(!adopt::inspect(&small).await.unwrap().steps.is_empty());
        }
        assert_eq!(pooler.query_servers(SESSION), session, "{pooling:?}");
        let error = adopt::run(&small, Plan::new()).await.unwrap_err();
        assert_is!(error, AdoptError::SharedConnection);
        assert!(!error.is_transient());
        assert_eq!(pooler.query_servers(SESSION), session, "{pooling:?}");
        for after in [0, 1, 2, 4, 8] {
            let after = Duration::from_millis(after);
            let _ = tokio::time::timeout(after, adopt::inspect(&small)).await;
            let _ = tokio::time::timeout(after, adopt::run(&small, Plan::new())).await;
        }
        small.close().await.unwrap();
        assert_eq!(pooler.query_servers(SESSION), session, "{pooling:?}");
        assert_eq!(dump(&database.db).await, before);
    }
}

/// A pool through the pooler of this variable, if it is set.
async fn pool_of(database: &TestDatabase, variable: &str) -> Option<DatabaseConnection> {
    let server = std::env::var(variable).ok().filter(|url| !url.is_empty())?;
    Some(database.pool_on(&server, 1).await)
}

async fn session(db: &DatabaseConnection) -> String {
    let row = sqlx::raw_sql(SESSION).fetch_one(db.get_postgres_connection_pool()).await;
    row.unwrap().get(0)
}

/// Asserts that an adoption is refused, whether or not the pooler has a server connection already,
/// and that the next clients find it unchanged.
async fn assert_refused(database: &TestDatabase, variable: &str) {
    let before = dump(&database.db).await;
    for _ in 0..3 {
        let Some(db) = pool_of(database, variable).await else { return };
        let unchanged = session(&db).await;
        assert_is!(adopt::run(&db, Plan::new()).await, Err(AdoptError::SharedConnection));
        assert_eq!(session(&db).await, unchanged);
        let _ = adopt::inspect(&db).await;
        assert_eq!(session(&db).await, unchanged);
        db.close().await.unwrap();
    }
    assert_eq!(dump(&database.db).await, before);
}

async fn pgbouncer_in_transaction_mode(database: &TestDatabase) {
    assert_refused(database, "GAME_TASKS_PGBOUNCER_URL").await;
    if let Some(db) = pool_of(database, "GAME_TASKS_PGBOUNCER_URL").await {
        adopt::inspect(&db).await.unwrap();
        db.close().await.unwrap();
    }
}

async fn pgbouncer_without_prepared_statements(database: &TestDatabase) {
    assert_refused(database, "GAME_TASKS_PGBOUNCER_UNPREPARED_URL").await;
}

async fn pgbouncer_in_statement_mode(database: &TestDatabase) {
    assert_refused(database, "GAME_TASKS_PGBOUNCER_STATEMENT_URL").await;
}

async fn pgbouncer_in_session_mode(database: &TestDatabase) {
    let Some(db) = pool_of(database, "GAME_TASKS_PGBOUNCER_SESSION_URL").await else { return };
    let unchanged = session(&db).await;
    adopt::inspect(&db).await.unwrap();
    adopt::run(&db, Plan::new()).await.unwrap();
    assert_eq!(session(&db).await, unchanged);
    assert_eq!(adopt::run(&db, Plan::new()).await.unwrap().steps, []);
    db.close().await.unwrap();
}
