//! How long other sessions wait while a large table is adopted.
//!
//! GAME's programs read and write meanwhile, and one session runs long reads. The tests assert the
//! longest wait for a lock as the server reports it, which does not depend on the load of the machine.
//! `GAME_TASKS_ADOPT_ROWS` sets the number of rows; if it is set, nothing else should run, and the
//! durations of whole statements are asserted as well.

use super::game::{KEY, assert_adopted, load_schema};
use crate::support::{
    Backend, TestDatabase, column, on_empty_database, rows, run, try_run, unordered_id,
};
use game_tasks::adopt::{self, Duplicates, Orphans, Plan, Step};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const BOUND: Duration = Duration::from_millis(500);

fn asked() -> Option<u64> {
    std::env::var("GAME_TASKS_ADOPT_ROWS").ok().and_then(|text| text.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn other_sessions_do_not_wait_for_long() {
    on_empty_database(Backend::Postgres, 4, async |database| {
        load_schema(&database.db).await;
        under_load(database, asked().unwrap_or(50_000)).await;
    })
    .await;
}

/// Inserts rows in 300 games: every thousandth without timestamps, 300 duplicates, and parameters
/// without an index, as in GAME's schema.
async fn fill(db: &DatabaseConnection, many: u64) {
    let count = many as i64;
    db.execute_unprepared(&format!(
        r#"INSERT INTO games (id, created_at, updated_at, "externalGameId", "strategyId")
           SELECT gen_random_uuid(), now(), now(), n::text, 'socio_bee' FROM generate_series(0, 299) n;
           INSERT INTO tasks (id, created_at, updated_at, "externalTaskId", "gameId", "strategyId",
               status, "apiKey_used")
           SELECT gen_random_uuid(),
                  CASE WHEN n % 10 = 0 THEN NULL ELSE now() - interval '1 day' END,
                  CASE WHEN n % 20 = 0 THEN NULL ELSE now() - interval '1 hour' END,
                  'task ' || CASE WHEN n % 601 = 7 AND n < 180300 AND n + 300 < {count} THEN n + 300 ELSE n END, g.id,
                  'default', 'open', '{KEY}'
           FROM generate_series(0, {count} - 1) n JOIN games g ON g."externalGameId" = (n % 300)::text;
           INSERT INTO tasksparams (id, key, value, "taskId")
           SELECT gen_random_uuid(), 'k', 'v', t.id FROM tasks t
           WHERE right(t."externalTaskId", 1) IN ('7', '3');
           ANALYZE;"#
    ))
    .await
    .unwrap();
    run(
        db,
        r#"INSERT INTO tasks (id, "externalTaskId", "strategyId", status)
               SELECT gen_random_uuid(), 'lost', 'default', 'open' FROM generate_series(1, 100)"#,
        [],
    )
    .await;
}

/// The longest duration of each kind of call.
#[derive(Clone, Default)]
struct Longest(Arc<Mutex<BTreeMap<&'static str, (u64, Duration)>>>);

impl Longest {
    async fn time<T>(&self, what: &'static str, call: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let answer = call.await;
        self.note(what, begun.elapsed());
        answer
    }

    fn note(&self, what: &'static str, took: Duration) {
        let mut all = self.0.lock().unwrap();
        let (count, longest) = all.entry(what).or_default();
        *count += 1;
        *longest = took.max(*longest);
    }

    fn take(&self) -> BTreeMap<&'static str, (u64, Duration)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Clone, Default)]
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Creates and closes tasks and inserts parameters, as GAME's Python code does.
async fn write(
    db: DatabaseConnection,
    games: Vec<Uuid>,
    longest: Longest,
    stop: Stop,
    written: Arc<AtomicU64>,
) {
    for n in 0_usize.. {
        if stop.is_asked() {
            return;
        }
        let game = games[n % games.len()];
        let name = format!("new {}", unordered_id());
        let (id, inserted) =
            longest.time("insert", super::game::python_insert(&db, Some(game), &name, KEY)).await;
        inserted.unwrap();
        let update = "UPDATE tasks SET status = 'closed', updated_at = now() WHERE id = ?";
        longest.time("update", try_run(&db, update, [id.into()])).await.unwrap();
        let insert =
            r#"INSERT INTO tasksparams (id, key, value, "taskId") VALUES (?, 'k', 'v', ?)"#;
        longest
            .time("params", try_run(&db, insert, [unordered_id().into(), id.into()]))
            .await
            .unwrap();
        written.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(4)).await;
    }
}

/// Finds tasks by external id, and the first task of a game, as GAME's Python code does.
async fn read(db: DatabaseConnection, games: Vec<Uuid>, longest: Longest, stop: Stop) {
    for n in 0_usize.. {
        if stop.is_asked() {
            return;
        }
        let game = games[n % games.len()];
        let find = r#"SELECT * FROM tasks WHERE "gameId" = ? AND "externalTaskId" = ?"#;
        let name = format!("task {n}");
        longest.time("find", rows(&db, find, [game.into(), name.into()])).await;
        let list = r#"SELECT * FROM tasks WHERE "gameId" = ? LIMIT 20"#;
        longest.time("list", rows(&db, list, [game.into()])).await;
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// Repeats a transaction that reads all tasks and stays open for a while.
async fn read_for_long(db: DatabaseConnection, think: Duration, stop: Stop) {
    while !stop.is_asked() {
        let transaction = db.begin().await.unwrap();
        let _: Vec<i64> = column(&transaction, "SELECT count(*) FROM tasks", []).await;
        let until = Instant::now() + think;
        while Instant::now() < until && !stop.is_asked() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        transaction.rollback().await.unwrap();
        tokio::time::sleep(think / 4).await;
    }
}

/// Records the longest wait for a lock of any session except for the adoption.
async fn watch_locks(db: DatabaseConnection, longest: Longest, stop: Stop) {
    // `pg_locks` has the start of a wait since PostgreSQL 14; before, the statement's start.
    let waits = "SELECT coalesce(max(extract(epoch FROM clock_timestamp() -
                     CASE WHEN jsonb_exists(to_jsonb(l), 'waitstart')
                          THEN (to_jsonb(l) ->> 'waitstart')::timestamptz
                          ELSE a.query_start END)), 0)::float8
                 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                 WHERE NOT l.granted AND a.datname = current_database()
                 AND a.application_name <> 'game-tasks adopt' AND a.backend_type = 'client backend'";
    while !stop.is_asked() {
        let waited: Vec<f64> = column(&db, waits, []).await;
        longest.note("lock", Duration::from_secs_f64(waited[0].max(0.0)));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn print(phase: &str, of: &BTreeMap<&'static str, (u64, Duration)>) {
    for (what, (count, took)) in of {
        eprintln!(
            "{phase}: {what:<7} {count:>8} times, longest {:>7.1} ms",
            took.as_secs_f64() * 1e3
        );
    }
}

async fn under_load(database: &TestDatabase, many: u64) {
    // Adoption refuses a pooler.
    let database = &database.directly().await;
    let db = &database.db;
    let begun = Instant::now();
    fill(db, many).await;
    let games: Vec<Uuid> = column(db, "SELECT id FROM games", []).await;
    let before: i64 = column(db, "SELECT count(*) FROM tasks", []).await[0];
    eprintln!("{before} rows, filled in {:?}", begun.elapsed());
    let begun = Instant::now();
    let found = adopt::inspect(db).await.unwrap();
    assert_eq!(found.tasks_without_game.count, 100);
    assert!((50..=300).contains(&found.duplicates.count), "{found:?}");
    eprintln!("inspected in {:?}, {} duplicates", begun.elapsed(), found.duplicates.count);

    let (longest, stop, written) = (Longest::default(), Stop::default(), Arc::default());
    let mut others = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (pool, games) = (database.second_pool().await, games.clone());
        others.spawn(write(
            pool,
            games.clone(),
            longest.clone(),
            stop.clone(),
            Arc::clone(&written),
        ));
        others.spawn(read(database.second_pool().await, games, longest.clone(), stop.clone()));
    }
    others.spawn(watch_locks(database.second_pool().await, longest.clone(), stop.clone()));

    // The durations without an adoption.
    tokio::time::sleep(Duration::from_secs(if asked().is_some() { 20 } else { 2 })).await;
    let alone = longest.take();
    print("without", &alone);

    // The watcher detects a wait, such as that of an ALTER TABLE without a lock timeout.
    let locking = db.begin().await.unwrap();
    run(&locking, "LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE", []).await;
    tokio::time::sleep(BOUND + Duration::from_millis(200)).await;
    locking.rollback().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let locked = longest.take();
    assert!(locked["lock"].1 > BOUND, "{locked:?}");

    let think = if asked().is_some() { Duration::from_secs(11) } else { Duration::from_secs(1) };
    others.spawn(read_for_long(database.second_pool().await, think, stop.clone()));
    let steps: Arc<Mutex<Vec<(Step, Instant)>>> = Arc::default();
    let noted = Arc::clone(&steps);
    let plan = Plan::new()
        .duplicates(Duplicates::KeepOldest)
        .orphans(Orphans::SetAside)
        .on_progress(move |progress| {
            let mut noted = noted.lock().unwrap();
            if noted.last().is_none_or(|(step, _)| *step != progress.step) {
                noted.push((progress.step, Instant::now()));
            }
        });
    let begun = Instant::now();
    let adoption = adopt::run(db, plan).await.unwrap();
    let took = begun.elapsed();
    let meanwhile = longest.take();
    stop.0.store(true, Ordering::SeqCst);
    while let Some(ended) = others.join_next().await {
        ended.unwrap();
    }
    print("adopting", &meanwhile);
    for (step, at) in steps.lock().unwrap().iter() {
        eprintln!("{step} from {:?}", at.duration_since(begun));
    }
    let written: u64 = written.load(Ordering::SeqCst);
    eprintln!("adopted in {took:?}, {} filled, {written} created meanwhile", adoption.tasks_filled);

    assert_adopted(db).await;
    let gone = (adoption.count("merged") + adoption.count("set aside")) as i64;
    assert_eq!(adoption.count("kept") as u64, found.duplicates.count);
    let after: i64 = column(db, "SELECT count(*) FROM tasks", []).await[0];
    assert_eq!(after, before - gone + written as i64);
    assert!(meanwhile["lock"].1 < BOUND, "{meanwhile:?}");
    if asked().is_some() {
        for (what, (_, longest)) in &meanwhile {
            // Without the durations that the machine has anyway.
            let itself = alone.get(what).map(|(_, longest)| *longest).unwrap_or_default();
            assert!(*longest < BOUND + itself, "{what} took {longest:?}");
        }
    }
}
