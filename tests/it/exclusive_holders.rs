//! Who is believed to hold MariaDB's lock: its rows are written here as holders leave them.

use crate::support::{Backend, TestDatabase, column, on_empty_database, run};
use game_tasks::migration::with_migration_lock;
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use std::time::{Duration, Instant};

const HERE: &str = "CONCAT(@@hostname, ':', @@port)";
const ELSEWHERE: &str = "'another:3306'";

/// Makes the table, and the row of a holder. Its name is the database's, since the server's
/// locks are for all databases.
async fn held(database: &TestDatabase, node: &str, connection: u32, beacon: bool, since: &str) {
    with_migration_lock(&database.db, async |_| Ok(())).await.unwrap();
    let row = format!(
        "INSERT INTO game_tasks_lock SELECT 1, SUBSTR(DATABASE(), 12), {node}, {connection}, \
         {beacon}, UTC_TIMESTAMP(6) - INTERVAL {since}"
    );
    run(&database.db, &row, []).await;
}

/// Whether a turn is to be had within this time, and how long it took.
async fn had_within(db: &DatabaseConnection, patience: u64) -> Option<Duration> {
    let since = Instant::now();
    let turn = with_migration_lock(db, async |_| Ok(()));
    let turn = tokio::time::timeout(Duration::from_secs(patience), turn).await;
    turn.ok().map(|turn| {
        turn.unwrap();
        since.elapsed()
    })
}

/// As the one who holds does, on its connection.
async fn hold_lock<C: ConnectionTrait>(db: &C) -> u32 {
    let lock = "SELECT CAST(GET_LOCK(CONCAT('game_tasks ', SUBSTR(DATABASE(), 12)), 0) AS int)";
    assert_eq!(column::<_, i64>(db, lock, []).await, [1]);
    column(db, "SELECT CONNECTION_ID()", []).await[0]
}

#[tokio::test]
async fn elsewhere_for_ten_minutes() {
    on_empty_database(Backend::MariaDb, 2, async |database| {
        held(database, ELSEWHERE, 1, false, "'9:30' MINUTE_SECOND").await;
        let other = database.second_pool().await;
        assert_eq!(had_within(&other, 2).await, None, "a turn may take that long");
        let older = "UPDATE game_tasks_lock SET since = since - INTERVAL 40 SECOND";
        run(&database.db, older, []).await;
        assert!(had_within(&other, 10).await.is_some(), "it has been given up");
    })
    .await;
}

#[tokio::test]
async fn here_for_as_long_as_the_connection_lives() {
    on_empty_database(Backend::MariaDb, 2, async |database| {
        // As old as it likes, and of another account.
        held(database, HERE, 0, false, "1 DAY").await;
        let theirs = database.pool_without_ddl().await;
        let connection = hold_lock(&theirs).await;
        run(&database.db, &format!("UPDATE game_tasks_lock SET connection = {connection}"), [])
            .await;
        let other = database.second_pool().await;
        assert_eq!(had_within(&other, 2).await, None, "the connection lives");
        theirs.close().await.unwrap();
        assert!(had_within(&other, 10).await.is_some(), "the connection has ended");

        // A connection of that number may be another one since.
        let ours: Vec<u32> = column(&other, "SELECT CONNECTION_ID()", []).await;
        held(database, HERE, ours[0], false, "1 SECOND").await;
        assert!(had_within(&database.db, 10).await.is_some(), "not this holder's");
    })
    .await;
}

/// Work that was dropped leaves its connection to a pool that lives on.
#[tokio::test]
async fn here_for_a_minute_of_idleness() {
    on_empty_database(Backend::MariaDb, 2, async |database| {
        let idle = database.second_pool().await;
        let connection = hold_lock(&idle).await;
        held(database, HERE, connection, false, "1 SECOND").await;
        let other = database.second_pool().await;
        let took = had_within(&other, 120).await.expect("it has been idle for a minute");
        assert!(took > Duration::from_secs(50), "overtaken after {took:?}");
        idle.close().await.unwrap();
    })
    .await;
}

/// A holder in a cluster has a light; any transaction will do on one server.
#[tokio::test]
async fn for_as_long_as_there_is_light() {
    on_empty_database(Backend::MariaDb, 2, async |database| {
        for (node, idle) in [(ELSEWHERE, false), (HERE, true)] {
            let theirs = database.second_pool().await;
            let connection = if idle { hold_lock(&theirs).await } else { 1 };
            held(database, node, connection, true, "1 DAY").await;
            let light = database.second_pool().await.begin().await.unwrap();
            let row = "INSERT INTO game_tasks_lock VALUES (2, '', '', 0, TRUE, UTC_TIMESTAMP(6))";
            light.execute_unprepared(row).await.unwrap();
            let other = database.second_pool().await;
            assert_eq!(had_within(&other, 8).await, None, "there is light");
            light.rollback().await.unwrap();
            // It may have gone out by accident.
            let took = had_within(&other, 60).await.expect("it is dark");
            assert!(took > Duration::from_secs(4), "overtaken after {took:?}");
        }
    })
    .await;
}
