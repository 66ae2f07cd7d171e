//! A Galera cluster of three nodes: one of several creators wins, and a node is killed and rejoins.
//!
//! ```text
//! GAME_TASKS_CRASHES=1 .ci/with-databases --cluster cargo test --test crashes --all-features
//! ```

use crate::ledger::{Ledger, Reported};
use crate::rounds;
use crate::server::{await_service, crash, write};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::{ConnectOptions, Database};
use game_tasks::{
    Game, NewTask, OnExisting, Retry, Retrying, SeaOrmTaskRepository, Task, TaskError, TaskFilter,
    TaskOrder, TaskQuery, TaskRepositoryExt, migrate,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

type Node = SeaOrmTaskRepository<game_tasks::sea_orm::DatabaseConnection>;

const URLS: &str = "GAME_TASKS_CLUSTER_URLS";

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_of_three() {
    let Some(rounds) = rounds() else { return };
    let Ok(urls) = std::env::var(URLS) else {
        println!("SKIPPED CLUSTER: {URLS} is not set");
        return;
    };
    crate::concurrent_migrations::migrate_on(
        &urls.split(',').map(str::to_owned).collect::<Vec<_>>(),
    )
    .await;
    let mut nodes = Vec::new();
    for url in urls.split(',') {
        let mut options = ConnectOptions::new(url);
        options.max_connections(12).acquire_timeout(Duration::from_secs(5)).sqlx_logging(false);
        nodes.push(Database::connect(options).await.unwrap());
    }
    migrate(&nodes[0]).await.unwrap();
    let game = Game::new("game").insert(&nodes[0]).await.unwrap().id;
    let nodes: Vec<Node> = nodes.into_iter().map(SeaOrmTaskRepository::new).collect();
    // Other nodes apply changes a moment later.
    for node in &nodes {
        await_service(node, game, &Ledger::default(), 0).await;
        node.delete_game(game).await.unwrap();
    }
    race(&nodes, game).await;
    for node in &nodes {
        node.delete_game(game).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    lose_a_node(&nodes, game, rounds).await;
}

/// Writers on all three nodes create the same external ids.
async fn race(nodes: &[Node], game: Uuid) {
    const NAMES: usize = 150;
    let (mut runners, repeated) = (Vec::new(), Arc::new(std::sync::atomic::AtomicUsize::new(0)));
    for runner in 0..12 {
        let (tasks, repeated) = (nodes[runner % 3].clone(), Arc::clone(&repeated));
        runners.push(tokio::spawn(async move {
            let mut won = 0;
            for n in 0..NAMES {
                let name = format!("{:03}", (n * 7 + runner) % NAMES);
                loop {
                    match tasks.create(NewTask::new(game, &name)).await {
                        Ok(_) => won += 1,
                        Err(TaskError::AlreadyExists { .. }) => {}
                        Err(error) => {
                            assert_eq!(error.retry(), Retry::Call, "{error:?}");
                            repeated.fetch_add(1, Ordering::Relaxed);
                            continue;
                        }
                    }
                    break;
                }
            }
            won
        }));
    }
    let mut won = 0;
    for runner in runners {
        won += runner.await.unwrap();
    }
    assert_eq!(won, NAMES, "each name has one winner");
    let repeated = repeated.load(Ordering::Relaxed);
    println!("cluster: 12 writers on 3 nodes, {NAMES} names, {won} winners, {repeated} repeated");
    all_equal(nodes, game, NAMES).await;
}

/// Asserts that all nodes have the same tasks once they have caught up.
async fn all_equal(nodes: &[Node], game: Uuid, at_least: usize) {
    let since = Instant::now();
    loop {
        let mut tables: Vec<Vec<Task>> = Vec::new();
        for node in nodes {
            let query = TaskQuery::new(TaskFilter::in_game(game)).order_by(TaskOrder::ExternalId);
            tables.push(node.stream(query).try_collect().await.unwrap());
        }
        if tables[0].len() >= at_least && tables.iter().all(|table| *table == tables[0]) {
            return;
        }
        let sizes: Vec<usize> = tables.iter().map(Vec::len).collect();
        assert!(since.elapsed() < Duration::from_secs(30), "the nodes stay apart: {sizes:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Kills the last node while writers use all nodes, and waits until it has rejoined.
async fn lose_a_node(nodes: &[Node], game: Uuid, rounds: u32) {
    let ledger = Arc::new(Ledger::default());
    for round in 0..rounds {
        let stop = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let name = format!("plain-{round}-{at}");
            writers.push(write(node.clone(), game, name, &ledger, &stop));
            let patient = Retrying::new(node.clone())
                .max_retries(100)
                .delays(Duration::from_millis(20), Duration::from_millis(500));
            writers.push(write(patient, game, format!("patient-{round}-{at}"), &ledger, &stop));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        crash("node3").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        for (at, node) in nodes.iter().enumerate() {
            await_service(node, game, &ledger, round * 10 + u32::try_from(at).unwrap()).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.unwrap();
        }
        all_equal(nodes, game, 1).await;
        for node in nodes {
            ledger.audit(node, game).await;
        }
    }
    println!(
        "cluster: a node killed {rounds} times, {} writes acknowledged, {} not applied, \
         {} unknown, 0 lost, all nodes equal",
        ledger.count(Reported::Done),
        ledger.count(Reported::NotApplied),
        ledger.count(Reported::Unknown),
    );
    // One batch of all tasks is atomic on every node.
    let batch = (0..1_000).map(|n| NewTask::new(game, format!("batch {n}")));
    nodes[1].create_all(batch, OnExisting::Fail).await.unwrap();
    all_equal(nodes, game, 1_000).await;
}
