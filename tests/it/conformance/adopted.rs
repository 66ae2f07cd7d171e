//! The suite on a database of GAME's that has been adopted, with GAME's own foreign keys.

use super::stores::{Hold, InTransaction, OnPool};
use super::{PATIENCE, of_races, of_transactions, suite};
use crate::adopt::adopted;
use crate::support::{Backend, CROWD, FEW, TestDatabase, on_empty_database_within};
use game_tasks::sea_orm::ConnectionTrait;

/// GAME knows every key that it stamps a row with; the suite's callers are strangers to it, so
/// each is made known when it first writes.
const KEYS_ARE_KNOWN: &str = r#"
    CREATE FUNCTION know_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW."apiKey_used" IS NOT NULL THEN
            INSERT INTO apikey (id, "apiKey", "apiKeyHash")
            VALUES (gen_random_uuid(), NEW."apiKey_used", NEW."apiKey_used")
            ON CONFLICT DO NOTHING;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER known BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION know_key();
    CREATE TRIGGER known BEFORE INSERT OR UPDATE ON games FOR EACH ROW EXECUTE FUNCTION know_key();
    CREATE TABLE app_notes (id integer PRIMARY KEY);"#;

async fn on_adopted(connections: u32, cases: impl AsyncFnOnce(&TestDatabase)) {
    on_empty_database_within(PATIENCE, Backend::Postgres, connections, async |database| {
        adopted(&database.db).await;
        database.db.execute_unprepared(KEYS_ARE_KNOWN).await.unwrap();
        cases(database).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_pool() {
    on_adopted(CROWD, async |database| {
        suite(async || OnPool::fresh(database, Hold::AsItIs).await, of_transactions).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_applications_transaction() {
    on_adopted(FEW, async |database| {
        let fresh = async || InTransaction::fresh(database, Hold::AsItIs, None).await;
        suite(fresh, of_races).await;
    })
    .await;
}
