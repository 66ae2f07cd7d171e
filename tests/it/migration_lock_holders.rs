//! When the lock of MariaDB and MySQL is taken over. The tests write the rows that holders leave behind.

use crate::support::{Backend, TestDatabase, column, on_empty_database, run, tests_on};
use game_tasks::migration::with_migration_lock;
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use std::time::{Duration, Instant};

macro_rules! cases {
    ($($case:ident),+ $(,)?) => {$(
        tests_on!(
            [mariadb MariaDb, mysql MySql],
            $case,
            |on| super::on_empty_database(on, 2, super::$case)
        );
    )+};
}

cases!(
    a_holder_on_another_node_is_given_up_after_ten_minutes,
    a_holder_on_the_same_server_is_given_up_when_its_connection_ends,
    a_holder_on_the_same_server_is_given_up_after_a_minute_of_idleness,
    others_wait_while_a_statement_has_binary_values,
);

const HERE: &str = "CONCAT(@@hostname, ':', @@port)";
const ELSEWHERE: &str = "'another:3306'";

/// Inserts the row of a holder, named after the database because the server's user locks are shared by
/// all databases.
async fn insert_holder(
    database: &TestDatabase,
    node: &str,
    connection: u32,
    heartbeat: bool,
    since: &str,
) {
    with_migration_lock(&database.db, async |_| Ok(())).await.unwrap();
    let row = format!(
        "INSERT INTO game_tasks_lock SELECT 1, SUBSTR(DATABASE(), 12), {node}, {connection}, \
         {heartbeat}, UTC_TIMESTAMP(6) - INTERVAL {since}"
    );
    run(&database.db, &row, []).await;
}

/// How long it took to acquire the lock; `None` if that exceeds the limit.
async fn acquired_within(db: &DatabaseConnection, seconds: u64) -> Option<Duration> {
    let since = Instant::now();
    let section = with_migration_lock(db, async |_| Ok(()));
    let section = tokio::time::timeout(Duration::from_secs(seconds), section).await;
    section.ok().map(|outcome| {
        outcome.unwrap();
        since.elapsed()
    })
}

/// Takes the user lock that a holder has on its connection.
async fn hold_lock<C: ConnectionTrait>(db: &C) -> u32 {
    let lock = "SELECT CAST(GET_LOCK(CONCAT('game_tasks ', SUBSTR(DATABASE(), 12)), 0) AS SIGNED)";
    assert_eq!(column::<_, i64>(db, lock, []).await, [1]);
    column(db, "SELECT CONNECTION_ID()", []).await[0]
}

async fn a_holder_on_another_node_is_given_up_after_ten_minutes(database: &TestDatabase) {
    insert_holder(database, ELSEWHERE, 1, false, "'9:30' MINUTE_SECOND").await;
    let other = database.second_pool().await;
    assert_eq!(acquired_within(&other, 2).await, None, "a migration may take that long");
    let older = "UPDATE game_tasks_lock SET since = since - INTERVAL 40 SECOND";
    run(&database.db, older, []).await;
    assert!(acquired_within(&other, 10).await.is_some(), "the holder is given up");
}

async fn a_holder_on_the_same_server_is_given_up_when_its_connection_ends(database: &TestDatabase) {
    // An old row, of another account.
    insert_holder(database, HERE, 0, false, "1 DAY").await;
    let theirs = database.pool_without_ddl().await;
    let connection = hold_lock(&theirs).await;
    run(&database.db, &format!("UPDATE game_tasks_lock SET connection = {connection}"), []).await;
    let other = database.second_pool().await;
    assert_eq!(acquired_within(&other, 2).await, None, "the connection is alive");
    theirs.close().await.unwrap();
    assert!(acquired_within(&other, 10).await.is_some(), "the connection has ended");

    // A later connection may have the same number.
    let ours: Vec<u32> = column(&other, "SELECT CONNECTION_ID()", []).await;
    insert_holder(database, HERE, ours[0], false, "1 SECOND").await;
    assert!(acquired_within(&database.db, 10).await.is_some(), "it is not the holder's connection");
}

/// The connection of dropped work returns to a pool that remains open.
async fn a_holder_on_the_same_server_is_given_up_after_a_minute_of_idleness(
    database: &TestDatabase,
) {
    let idle = database.second_pool().await;
    let connection = hold_lock(&idle).await;
    insert_holder(database, HERE, connection, false, "1 SECOND").await;
    let other = database.second_pool().await;
    let took = acquired_within(&other, 120).await.expect("it has been idle for a minute");
    assert!(took > Duration::from_secs(50), "taken over after {took:?}");
    idle.close().await.unwrap();
}

/// Lists of the server's connections contain their statements.
async fn others_wait_while_a_statement_has_binary_values(database: &TestDatabase) {
    let theirs = database.second_pool().await;
    let connection = hold_lock(&theirs).await;
    insert_holder(database, HERE, connection, false, "1 SECOND").await;
    let id = uuid::Uuid::from_u128(u128::MAX);
    let running = column::<_, i64>(
        &database.db,
        "SELECT CAST(SLEEP(3) AS SIGNED) FROM DUAL WHERE ? > ''",
        [id.into()],
    );
    let other = database.second_pool().await;
    let (_, acquired) = tokio::join!(running, acquired_within(&other, 2));
    assert_eq!(acquired, None, "the connection is alive");
    theirs.close().await.unwrap();
    assert!(acquired_within(&other, 10).await.is_some(), "the connection has ended");
}

/// On a single server any open transaction simulates the heartbeat of a cluster.
#[tokio::test]
async fn a_holder_with_a_heartbeat_is_given_up_when_that_stops() {
    on_empty_database(Backend::MariaDb, 2, async |database| {
        for (node, idle) in [(ELSEWHERE, false), (HERE, true)] {
            let theirs = database.second_pool().await;
            let connection = if idle { hold_lock(&theirs).await } else { 1 };
            insert_holder(database, node, connection, true, "1 DAY").await;
            let heartbeat = database.second_pool().await.begin().await.unwrap();
            let row = "INSERT INTO game_tasks_lock VALUES (2, '', '', 0, TRUE, UTC_TIMESTAMP(6))";
            heartbeat.execute_unprepared(row).await.unwrap();
            let other = database.second_pool().await;
            assert_eq!(acquired_within(&other, 8).await, None, "the heartbeat is active");
            heartbeat.rollback().await.unwrap();
            // A heartbeat that was lost by accident gets time to be restored.
            let took = acquired_within(&other, 60).await.expect("the heartbeat has expired");
            assert!(took > Duration::from_secs(4), "taken over after {took:?}");
        }
    })
    .await;
}
