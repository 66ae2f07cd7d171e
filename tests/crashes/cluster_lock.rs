//! The migration lock through different nodes of a cluster. All nodes of a Galera cluster see a holder
//! with a second connection for as long as it is alive, and no longer.

use crate::concurrent_migrations::{NewDatabases, Process, Servers, connect_pool, names};
use crate::rounds;
use crate::server::crash;
use game_tasks::Retry;
use game_tasks::migration::{self, with_migration_lock};
use game_tasks::sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbErr, Statement, TransactionTrait,
};
use std::time::{Duration, Instant};

/// Much less than the ten minutes after which a holder without a second connection is given up.
const SOON: Duration = Duration::from_secs(60);

/// Longer than a heartbeat may be missing.
const LONG: Duration = Duration::from_secs(7);

/// The URLs of a new database on each node.
async fn new_database() -> Option<(Vec<String>, Servers)> {
    rounds()?;
    let Ok(urls) = std::env::var("GAME_TASKS_CLUSTER_URLS") else {
        println!("SKIPPED CLUSTER: GAME_TASKS_CLUSTER_URLS is not set");
        return None;
    };
    let mut servers = Servers::new(&urls.split(',').map(str::to_owned).collect::<Vec<_>>());
    Some((servers.urls().await, servers))
}

/// The same on a Galera cluster, whose nodes see a heartbeat.
async fn new_galera_database() -> Option<(Vec<String>, Servers)> {
    let (urls, servers) = new_database().await?;
    let db = connect_pool(&urls[0], 1).await;
    if is_galera(&db).await {
        return Some((urls, servers));
    }
    println!("SKIPPED CLUSTER: a MySQL group has no heartbeat");
    servers.drop_all().await;
    None
}

pub(crate) async fn is_galera<C: ConnectionTrait>(db: &C) -> bool {
    names(db, "SELECT VERSION()").await[0].contains("MariaDB")
}

/// Waits until the holder advertises its heartbeat, and backdates the row so that a holder without a
/// heartbeat would be given up.
async fn await_heartbeat(db: &DatabaseConnection) {
    let since = Instant::now();
    while names(db, "SELECT holder FROM game_tasks_lock WHERE id = 1 AND heartbeat")
        .await
        .is_empty()
    {
        assert!(since.elapsed() < Duration::from_secs(20), "the holder has no heartbeat");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let age = "UPDATE game_tasks_lock SET since = since - INTERVAL 1 HOUR WHERE id = 1";
    assert_eq!(db.execute_unprepared(age).await.unwrap().rows_affected(), 1);
}

/// Starts six processes that wait for the lock on these nodes.
async fn start_waiting_processes(urls: &[String]) -> Vec<Process> {
    let start = |n: usize| Process::start(&urls[n % urls.len()], "composed", 1 + n as u32 % 3);
    let mut others: Vec<Process> = (0..6).map(start).collect();
    for other in &mut others {
        other.expect_line("ready");
        other.go();
    }
    tokio::time::sleep(LONG).await;
    for other in &others {
        assert!(other.is_silent(), "it did not wait");
    }
    others
}

async fn hold(url: &str) -> Process {
    let mut holder = Process::start(url, "hold", 2);
    holder.expect_line("ready");
    holder.go();
    holder.expect_line("holding");
    holder
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_killed_process_is_taken_over() {
    let Some((urls, servers)) = new_galera_database().await else { return };
    let holder = hold(&urls[0]).await;
    let db = connect_pool(&urls[1], 1).await;
    await_heartbeat(&db).await;
    let others = start_waiting_processes(&urls[1..]).await;
    let since = Instant::now();
    holder.kill();
    others.into_iter().for_each(Process::end);
    let elapsed = since.elapsed();
    assert!(elapsed < SOON, "{elapsed:?}");
    println!(
        "cluster: 6 that waited on other nodes for one that was killed continued after {elapsed:?}"
    );
    migration::verify_schema(&db).await.unwrap();
    assert_eq!(names(&db, "SELECT name FROM app_counts").await.len(), 2, "each runs once");
    servers.drop_all().await;
}

async fn serves(url: &str) -> bool {
    match Database::connect(url).await {
        Ok(db) => db.execute_unprepared("SELECT COUNT(*) FROM tasks").await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_killed_node_is_taken_over() {
    if rounds().is_none_or(|rounds| rounds == 0) {
        return;
    }
    let Some((urls, servers)) = new_galera_database().await else { return };
    let holder = hold(&urls[2]).await;
    let db = connect_pool(&urls[0], 1).await;
    await_heartbeat(&db).await;
    let mut others = Vec::new();
    for n in 0..4 {
        let other = connect_pool(&urls[n % 2], 1 + n as u32 / 2).await;
        others.push(tokio::spawn(async move {
            // A node refuses statements while the cluster has no quorum.
            while let Err(error) = game_tasks::migrate(&other).await {
                assert_ne!(error.retry(), Retry::No, "{error:?}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }));
    }
    tokio::time::sleep(LONG).await;
    assert!(others.iter().all(|other| !other.is_finished()), "it did not wait");
    let since = Instant::now();
    crash("node3").await;
    for other in others {
        tokio::time::timeout(SOON, other).await.expect("it still waits for a dead node").unwrap();
    }
    println!("cluster: 4 that waited for a node that was killed went on in {:?}", since.elapsed());
    migration::verify_schema(&db).await.unwrap();
    holder.kill();
    // The following tests need the node.
    while !serves(&urls[2]).await {
        assert!(since.elapsed() < 2 * SOON, "the node does not rejoin");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    servers.drop_all().await;
}

/// During a long migration other processes try to take the lock, a DDL statement delays the nodes, and
/// the heartbeat's row is removed.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_migration_keeps_the_lock() {
    let Some((urls, servers)) = new_galera_database().await else { return };
    let (db, pool) = (connect_pool(&urls[1], 1).await, connect_pool(&urls[0], 2).await);
    let both = (pool.begin().await.unwrap(), pool.begin().await.unwrap());
    for one in [both.0, both.1] {
        one.execute_unprepared("SET SESSION wait_timeout = 4").await.unwrap();
        one.commit().await.unwrap();
    }
    let (start, started) = tokio::sync::oneshot::channel();
    let (end, mut ended) = tokio::sync::oneshot::channel::<()>();
    let holder = tokio::spawn(async move {
        with_migration_lock(&pool, async |one| {
            one.execute_unprepared("CREATE TABLE app_trace (who varchar(40))").await?;
            start.send(()).unwrap();
            // The server closes idle connections (`wait_timeout`).
            while ended.try_recv().is_err() {
                one.execute_unprepared("DO 1").await?;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            one.execute_unprepared("INSERT INTO app_trace VALUES ('the long one')").await
        })
        .await
    });
    started.await.unwrap();
    await_heartbeat(&db).await;
    let mut others = Vec::new();
    for n in 0..4 {
        let other = connect_pool(&urls[1 + n % 2], 1 + n as u32 / 2).await;
        others.push(tokio::spawn(async move {
            with_migration_lock(&other, async |one| {
                one.execute_unprepared("INSERT INTO app_trace VALUES ('another')").await
            })
            .await
        }));
    }
    let assert_still_held = async |what: &str| {
        tokio::time::sleep(LONG).await;
        assert!(names(&db, "SELECT who FROM app_trace").await.is_empty(), "{what}");
    };
    assert_still_held("taken over while the holder is idle").await;
    let slow = slow_ddl(&db).await;
    // This removes the heartbeat's row, and nodes that lag behind see the new row late.
    db.execute_unprepared("ALTER TABLE game_tasks_lock COMMENT = 'changed'").await.unwrap();
    db.execute_unprepared(&slow).await.unwrap();
    assert_still_held("taken over when the heartbeat was removed").await;
    end.send(()).unwrap();
    holder.await.unwrap().unwrap();
    for other in others {
        tokio::time::timeout(SOON, other).await.unwrap().unwrap().unwrap();
    }
    let all = names(&db, "SELECT who FROM app_trace ORDER BY who").await;
    assert_eq!(all, ["another", "another", "another", "another", "the long one"]);
    servers.drop_all().await;
}

/// Finds a DDL statement that takes longer than a heartbeat may be missing.
async fn slow_ddl(db: &DatabaseConnection) -> String {
    db.execute_unprepared("CREATE TABLE app_slow (n integer)").await.unwrap();
    let mut rows = 25;
    loop {
        let more = format!("INSERT INTO app_slow SELECT seq FROM seq_1_to_{rows}");
        db.execute_unprepared(&more).await.unwrap();
        let slow =
            "ALTER TABLE app_slow ADD CONSTRAINT CHECK (SHA2(REPEAT(n, 1000000), 512) <> '')";
        let since = Instant::now();
        db.execute_unprepared(slow).await.unwrap();
        if since.elapsed() > LONG {
            return slow.to_owned();
        }
        rows *= 2;
    }
}

/// Holders with pools of one, which have no heartbeat, and of several connections, on all nodes.
#[tokio::test(flavor = "multi_thread")]
async fn critical_sections_of_small_and_large_pools_do_not_overlap() {
    let Some((urls, servers)) = new_database().await else { return };
    let db = connect_pool(&urls[0], 1).await;
    db.execute_unprepared("CREATE TABLE app_sections (n integer PRIMARY KEY)").await.unwrap();
    db.execute_unprepared("INSERT INTO app_sections VALUES (0)").await.unwrap();
    let mut all = Vec::new();
    for n in 0..12 {
        let pool = connect_pool(&urls[n % 3], 1 + n as u32 / 3 % 2).await;
        all.push(tokio::spawn(async move {
            with_migration_lock(&pool, count).await?;
            // The heartbeat's settings do not leak into the pool.
            let transaction = pool.begin().await?;
            let mut settings = names_of_settings(&transaction).await;
            if let Ok(Ok(second)) =
                tokio::time::timeout(Duration::from_millis(500), pool.begin()).await
            {
                settings.extend(names_of_settings(&second).await);
            }
            let expected = if is_galera(&transaction).await { "bytes 0 0 50" } else { "50" };
            assert!(settings.iter().all(|one| one == expected), "{settings:?}");
            Ok::<_, DbErr>(settings.len())
        }));
    }
    let mut connections = 0;
    for one in all {
        connections += one.await.unwrap().unwrap();
    }
    assert!(connections > 12, "no pool had a second connection");
    assert_eq!(names(&db, "SELECT CAST(n AS char) FROM app_sections").await, ["12"]);
    servers.drop_all().await;
}

/// Increments a counter in two statements, which is only correct in a critical section.
async fn count<C: ConnectionTrait>(one: &C) -> Result<(), DbErr> {
    let query = Statement::from_string(one.get_database_backend(), "SELECT n FROM app_sections");
    let n: i32 = one.query_one_raw(query).await?.unwrap().try_get_by_index(0)?;
    tokio::time::sleep(Duration::from_millis(20)).await;
    one.execute_unprepared(&format!("UPDATE app_sections SET n = {}", n + 1)).await.map(drop)
}

async fn names_of_settings<C: ConnectionTrait>(one: &C) -> Vec<String> {
    let of_galera = "@@wsrep_trx_fragment_unit, @@wsrep_trx_fragment_size, @@wsrep_sync_wait, ";
    let of_galera = if is_galera(one).await { of_galera } else { "" };
    names(one, &format!("SELECT CONCAT_WS(' ', {of_galera}@@innodb_lock_wait_timeout)")).await
}

/// One call holds the lock while the other has the second connection; they do not deadlock.
#[tokio::test(flavor = "multi_thread")]
async fn two_holders_on_a_pool_of_two_do_not_deadlock() {
    let Some((urls, servers)) = new_database().await else { return };
    let pool = connect_pool(&urls[0], 2).await;
    pool.execute_unprepared("CREATE TABLE app_sections (n integer PRIMARY KEY)").await.unwrap();
    pool.execute_unprepared("INSERT INTO app_sections VALUES (0)").await.unwrap();
    for _ in 0..10 {
        let both = async {
            tokio::join!(with_migration_lock(&pool, count), with_migration_lock(&pool, count))
        };
        let (one, other) =
            tokio::time::timeout(SOON, both).await.expect("they wait for each other");
        one.and(other).unwrap();
    }
    assert_eq!(names(&pool, "SELECT CAST(n AS char) FROM app_sections").await, ["20"]);
    servers.drop_all().await;
}

/// The callers create the lock's table at once; the DDL statement of one aborts statements of the
/// others.
#[tokio::test(flavor = "multi_thread")]
async fn callers_that_create_the_table_of_the_lock_at_once_take_turns() {
    let Some((urls, servers)) = new_database().await else { return };
    let mut pools = Vec::new();
    for url in &urls {
        pools.push(connect_pool(url, 6).await);
    }
    pools[0].execute_unprepared("CREATE TABLE app_sections (n integer PRIMARY KEY)").await.unwrap();
    pools[0].execute_unprepared("INSERT INTO app_sections VALUES (0)").await.unwrap();
    for _ in 0..30 {
        pools[0].execute_unprepared("DROP TABLE IF EXISTS game_tasks_lock").await.unwrap();
        let calls = (0..9).map(|n| {
            let pool = pools[n % pools.len()].clone();
            tokio::spawn(async move { with_migration_lock(&pool, count).await })
        });
        for call in calls.collect::<Vec<_>>() {
            tokio::time::timeout(SOON, call).await.expect("a call waits").unwrap().unwrap();
        }
    }
    assert_eq!(names(&pools[0], "SELECT CAST(n AS char) FROM app_sections").await, ["270"]);
    servers.drop_all().await;
}
