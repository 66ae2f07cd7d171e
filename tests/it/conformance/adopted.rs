//! Runs the suite on an adopted GAME database, with GAME's foreign keys.

use super::stores::{InTransaction, OnPool, Wrapper};
use super::{TIME_LIMIT, needs_concurrency, needs_transaction, suite};
use crate::adopt::adopted;
use crate::support::{
    Backend, CONCURRENT_CALLS, DEFAULT_CONNECTIONS, TestDatabase, on_empty_database_within,
};
use game_tasks::sea_orm::ConnectionTrait;

/// GAME's `apiKey_used` references its table of API keys. The triggers insert the suite's keys there
/// when they are first used.
const INSERT_API_KEYS: &str = r#"
    CREATE FUNCTION insert_api_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW."apiKey_used" IS NOT NULL THEN
            INSERT INTO apikey (id, "apiKey", "apiKeyHash")
            VALUES (gen_random_uuid(), NEW."apiKey_used", NEW."apiKey_used")
            ON CONFLICT DO NOTHING;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER insert_key BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION insert_api_key();
    CREATE TRIGGER insert_key BEFORE INSERT OR UPDATE ON games FOR EACH ROW EXECUTE FUNCTION insert_api_key();
    CREATE TABLE app_notes (id integer PRIMARY KEY);"#;

async fn on_adopted(connections: u32, cases: impl AsyncFnOnce(&TestDatabase)) {
    on_empty_database_within(TIME_LIMIT, Backend::Postgres, connections, async |database| {
        adopted(&database.directly().await.db).await;
        database.db.execute_unprepared(INSERT_API_KEYS).await.unwrap();
        cases(database).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_pool() {
    on_adopted(CONCURRENT_CALLS, async |database| {
        suite(async || OnPool::new(database, Wrapper::None).await, needs_transaction).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_applications_transaction() {
    on_adopted(DEFAULT_CONNECTIONS, async |database| {
        let new_store = async || InTransaction::new(database, Wrapper::None, None).await;
        suite(new_store, needs_concurrency).await;
    })
    .await;
}
