//! Bulk changes of very many tasks: other writers are not blocked, and an interrupted change continues
//! where it stopped when it is repeated.
//!
//! ```text
//! GAME_TASKS_LARGE=1000000 .ci/with-databases cargo test --release --test crashes --all-features -- --nocapture large
//! ```

use crate::cluster_lock::is_galera;
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, ExecResult,
    QueryResult, Statement,
};
use game_tasks::{
    Game, NewTask, OnExisting, Retrying, SeaOrmTaskRepository, TaskConnection, TaskError,
    TaskFilter, TaskPatch, TaskRepositoryExt, migrate,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The most rows that one statement may write: it bounds how long locks are held, and the size of the
/// write set that a cluster certifies.
const BOUND: u64 = 10_000;

/// The number of tasks; by default enough for several batches.
fn size() -> usize {
    let asked = std::env::var("GAME_TASKS_LARGE").ok().and_then(|size| size.parse().ok());
    asked.unwrap_or(43_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn large_work_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("tasks.db").display());
    let db = connect(&url).await;
    db.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
    large_work("SQLite", &db).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_work_on_servers() {
    for variable in ["GAME_TASKS_POSTGRES_URL", "GAME_TASKS_MARIADB_URL", "GAME_TASKS_MYSQL_URL"] {
        large_work_through(variable).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_work_on_a_cluster() {
    large_work_through("GAME_TASKS_CLUSTER_URLS").await;
}

async fn large_work_through(variable: &str) {
    match std::env::var(variable) {
        Ok(urls) => {
            let db = connect(urls.split(',').next().unwrap()).await;
            if variable == "GAME_TASKS_CLUSTER_URLS" && !is_galera(&db).await {
                println!(
                    "SKIPPED LARGE WORK: in a MySQL group writers of the same game prevent it"
                );
                return;
            }
            large_work(variable, &db).await;
        }
        Err(_) => println!("SKIPPED LARGE WORK: {variable} is not set"),
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(8).acquire_timeout(Duration::from_secs(60)).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// A pool that records the most rows that one statement has written, and can simulate a lost connection
/// after a number of statements that succeeded.
#[derive(Clone)]
struct Watched {
    db: DatabaseConnection,
    most: Arc<AtomicU64>,
    written: Arc<AtomicUsize>,
    is_cut: Arc<AtomicBool>,
    cut_after: usize,
}

impl Watched {
    fn new(db: &DatabaseConnection, cut_after: usize) -> Self {
        let (most, written, is_cut) = (Arc::default(), Arc::default(), Arc::default());
        Self { db: db.clone(), most, written, is_cut, cut_after }
    }
}

impl TaskConnection for Watched {
    fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }
    fn in_transaction(&self) -> bool {
        false
    }
    fn query_one(&self, s: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        self.db.query_one_raw(s)
    }
    fn query_all(&self, s: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
        self.db.query_all_raw(s)
    }
    fn execute(&self, s: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
        Box::pin(async move {
            if self.written.load(Ordering::SeqCst) >= self.cut_after {
                self.is_cut.store(true, Ordering::SeqCst);
                std::future::pending::<()>().await; // the caller drops it
            }
            let done = self.db.execute_raw(s).await?;
            self.written.fetch_add(1, Ordering::SeqCst);
            self.most.fetch_max(done.rows_affected(), Ordering::SeqCst);
            Ok(done)
        })
    }
}

async fn large_work(name: &str, db: &DatabaseConnection) {
    migrate(db).await.unwrap();
    let size = size();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let game = fill(db, size).await;
    let other = fill(db, 100).await;

    let writers = Writers::start(db, game);
    // Interrupted after a third of the batches, as by a timeout; then completed.
    let third = size / usize::try_from(BOUND).unwrap() / 3;
    let since = Instant::now();
    let cut = Watched::new(db, third);
    let patient = Duration::from_secs(3_600);
    let call = repeated(async || {
        SeaOrmTaskRepository::new(cut.clone()).reassign_strategy(Some(game), "default", "new").await
    });
    let stuck = async {
        while !cut.is_cut.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        done = call => panic!("not cut off: {done:?}"),
        () = stuck => {}
    }
    let left = tasks.count(TaskFilter::in_game(game).strategies(["default"])).await.unwrap();
    assert!(left > 0 && left < size as u64, "{left} of {size} are left");
    let whole = Watched::new(db, usize::MAX);
    let sweeper = SeaOrmTaskRepository::new(whole.clone());
    let reassigned =
        repeated(async || sweeper.reassign_strategy(Some(game), "default", "new").await);
    let reassigned = tokio::time::timeout(patient, reassigned).await.unwrap();
    let reassigning = since.elapsed();
    let during = writers.stop().await;
    assert!(reassigned >= left.saturating_sub(BOUND), "{reassigned} of {left}");
    assert_eq!(tasks.count(TaskFilter::in_game(game).strategies(["default"])).await.unwrap(), 0);
    assert_eq!(tasks.count(TaskFilter::in_game(other).strategies(["default"])).await.unwrap(), 100);
    let most = whole.most.load(Ordering::SeqCst).max(cut.most.load(Ordering::SeqCst));
    assert!(most > 0 && most <= BOUND, "one statement wrote {most} rows");
    println!(
        "{name}: reassign_strategy over {size} tasks, {reassigning:?}, other writers: {during}"
    );

    // Few rows match: all are scanned, but only matching ones may be locked.
    let writers = Writers::start(db, game);
    let since = Instant::now();
    let rare = repeated(async || {
        let rare = TaskFilter::in_game(game).statuses(["rare"]);
        sweeper.update_many(rare, TaskPatch::new().status("found")).await
    });
    let rare = rare.await;
    let looking = since.elapsed();
    let during = writers.stop().await;
    println!(
        "{name}: update_many of {rare} among {size} tasks, {looking:?}, other writers: {during}"
    );

    let writers = Writers::start(db, other);
    let since = Instant::now();
    whole.most.store(0, Ordering::SeqCst);
    let deleted = repeated(async || sweeper.delete_game(game).await).await;
    let deleting = since.elapsed();
    let during = writers.stop().await;
    assert!(deleted > 0);
    assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 0);
    let most = whole.most.load(Ordering::SeqCst);
    assert!(most > 0 && most <= BOUND, "one statement deleted {most} rows");
    println!("{name}: delete_game of {size} tasks, {deleting:?}, other writers: {during}");
    assert!(tasks.count(TaskFilter::in_game(other)).await.unwrap() >= 100);
}

/// Repeats a call as its error advises, as an application would.
async fn repeated(call: impl AsyncFn() -> Result<u64, TaskError>) -> u64 {
    let mut failures = Vec::new();
    loop {
        match call().await {
            Ok(done) => return done,
            Err(error) => {
                assert_ne!(error.retry(), game_tasks::Retry::No, "{error:?}");
                failures.push(error);
                assert!(failures.len() < 1_000, "{failures:?}");
            }
        }
    }
}

async fn fill(db: &DatabaseConnection, size: usize) -> Uuid {
    let game = Game::new(Uuid::now_v7().to_string()).insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    for from in (0..size).step_by(20_000) {
        let part = from..size.min(from + 20_000);
        let batch = part.map(|n| NewTask::new(game, format!("{n:07}")));
        tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    }
    for n in (0..size).step_by(size / 10) {
        tasks.transition((game, format!("{n:07}")), "open", "rare").await.unwrap();
    }
    game
}

/// Clients that change single tasks of the game and create new ones meanwhile.
struct Writers {
    stop: Arc<AtomicBool>,
    running: Vec<tokio::task::JoinHandle<Vec<Duration>>>,
}

impl Writers {
    fn start(db: &DatabaseConnection, game: Uuid) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let running = (0..4).map(|writer: usize| {
            let tasks = SeaOrmTaskRepository::new(db.clone());
            let tasks = Retrying::new(tasks)
                .max_retries(1_000)
                .delays(Duration::from_millis(1), Duration::from_millis(10));
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let since = Instant::now();
                    if writer.is_multiple_of(2) {
                        let new = NewTask::new(game, Uuid::now_v7().to_string()).strategy("other");
                        tasks.create(new).await.unwrap();
                    } else {
                        let n = waits.len() * 7_919 % size();
                        let patch = TaskPatch::new().status(Uuid::now_v7().to_string());
                        let changed = tasks.update((game, format!("{n:07}")), patch).await;
                        if let Err(error) = changed {
                            assert!(matches!(error, TaskError::NotFound { .. }), "{error:?}");
                        }
                    }
                    waits.push(since.elapsed());
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                waits
            })
        });
        let running = running.collect();
        Self { stop, running }
    }

    /// Stops the clients, and describes the number of writes and their duration.
    async fn stop(self) -> String {
        self.stop.store(true, Ordering::Relaxed);
        let mut waits = Vec::new();
        for writer in self.running {
            waits.extend(writer.await.unwrap());
        }
        waits.sort();
        let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize];
        format!(
            "{} writes, median {:?}, 99 % {:?}, longest {:?}",
            waits.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        )
    }
}
