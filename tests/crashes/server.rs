//! The database server is killed repeatedly while clients write.

use crate::ledger::{Ledger, Reported};
use crate::process::kill_writers;
use crate::{rounds, servers, url};
use game_tasks::sea_orm::{ConnectOptions, Database};
use game_tasks::{
    Game, NewTask, OnExisting, Retrying, SeaOrmTaskRepository, TaskRepository, TaskRepositoryExt,
    migrate,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// One test, because a killed server would fail the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_or_its_client_is_killed() {
    let Some(rounds) = rounds() else { return };
    if std::env::var_os("GAME_TASKS_CLUSTER_URLS").is_some() {
        return; // the cluster has a test of its own
    }
    for variable in servers() {
        crash_under_writers(variable, rounds).await;
        kill_writers(&url(variable), rounds * 3).await;
    }
}

async fn crash_under_writers(variable: &str, rounds: u32) {
    let server = variable.trim_start_matches("GAME_TASKS_").trim_end_matches("_URL").to_lowercase();
    let mut options = ConnectOptions::new(url(variable));
    options.max_connections(12).acquire_timeout(Duration::from_secs(3)).sqlx_logging(false);
    let db = Database::connect(options).await.unwrap();
    migrate(&db).await.unwrap();
    let game = Game::new(Uuid::now_v7().to_string()).insert(&db).await.unwrap().id;
    let plain = SeaOrmTaskRepository::new(db.clone());
    let patient = Retrying::new(plain.clone())
        .max_retries(60)
        .delays(Duration::from_millis(20), Duration::from_millis(500));

    let ledger = Arc::new(Ledger::default());
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for writer in 0..4 {
        writers.push(write(plain.clone(), game, format!("plain-{writer}"), &ledger, &stop));
        writers.push(write(patient.clone(), game, format!("patient-{writer}"), &ledger, &stop));
    }
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(700 + 130 * u64::from(round % 5))).await;
        crash(&server).await;
        await_service(&plain, game, &ledger, round).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    ledger.audit(&plain, game).await;
    println!(
        "{variable}: {rounds} kills, {} writes acknowledged, {} not applied, {} unknown, 0 lost",
        ledger.count(Reported::Done),
        ledger.count(Reported::NotApplied),
        ledger.count(Reported::Unknown),
    );
    assert!(ledger.count(Reported::Done) > 0);
    let hit = ledger.count(Reported::NotApplied) + ledger.count(Reported::Unknown);
    assert!(hit > 0, "no writer was hit by a crash: that proves nothing");
}

/// Has `.ci/with-databases` kill a server and start it again; returns when it has been killed.
pub(crate) async fn crash(server: &str) {
    let file = std::path::PathBuf::from(url("GAME_TASKS_CRASH_FILE"));
    std::fs::write(&file, server).unwrap();
    let since = Instant::now();
    while file.exists() {
        assert!(since.elapsed() < Duration::from_secs(30), "nobody kills {server}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until the same pool works again.
pub(crate) async fn await_service(
    tasks: &dyn TaskRepository,
    game: Uuid,
    ledger: &Ledger,
    round: u32,
) {
    let since = Instant::now();
    for attempt in 0.. {
        let name = format!("back-{round}-{attempt}");
        let answer = tasks.create(NewTask::new(game, &name)).await;
        ledger.note(vec![name], &answer);
        if answer.is_ok() {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "the pool never recovers: {answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Writes single tasks and atomic batches, and records the reported outcomes.
pub(crate) fn write(
    tasks: impl TaskRepository + 'static,
    game: Uuid,
    writer: String,
    ledger: &Arc<Ledger>,
    stop: &Arc<AtomicBool>,
) -> tokio::task::JoinHandle<()> {
    let (ledger, stop) = (Arc::clone(ledger), Arc::clone(stop));
    tokio::spawn(async move {
        for n in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let name = format!("{writer}-{n}");
            if n % 4 == 0 {
                let names: Vec<String> = (0..20).map(|part| format!("{name}-{part}")).collect();
                let batch = names.iter().map(|name| NewTask::new(game, name));
                let answer = tasks.create_all(batch, OnExisting::Fail).await;
                ledger.note(names, &answer);
            } else {
                let answer = tasks.create(NewTask::new(game, &name)).await;
                ledger.note(vec![name], &answer);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
}
