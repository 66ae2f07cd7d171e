//! GAME's programs write while an adoption runs.

use super::game::{KEY, assert_adopted, assert_nothing_lost, game, ids, python_insert, task};
use super::game_cases;
use crate::support::{TestDatabase, assert_is, column, run};
use futures_util::future::BoxFuture;
use game_tasks::adopt::{self, AdoptError, Duplicates, Orphans, Plan, Progress, Step};
use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use uuid::Uuid;

game_cases!(
    new_duplicates_are_resolved,
    new_duplicates_without_a_decision_fail,
    new_nulls_are_filled,
    new_references_are_changed,
    faster_writers_are_reported,
    locked_rows_are_filled_later,
);

type Write = Arc<dyn Fn(DatabaseConnection) -> BoxFuture<'static, ()> + Send + Sync>;

/// Writes whenever the step reports its beginning, a limited number of times.
fn whenever(
    db: &DatabaseConnection,
    step: Step,
    times: u32,
    write: Write,
) -> (Arc<AtomicU32>, impl FnMut(Progress) + Send + use<>) {
    let written = Arc::new(AtomicU32::new(0));
    let (count, db) = (Arc::clone(&written), db.clone());
    let on_progress = move |progress: Progress| {
        let begins = progress.step == step && progress.rows == 0 && !progress.waiting;
        if begins && count.load(Ordering::SeqCst) < times {
            count.fetch_add(1, Ordering::SeqCst);
            let writing = write(db.clone());
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(writing));
        }
    };
    (written, on_progress)
}

fn twice(game: Uuid, name: &'static str) -> Write {
    Arc::new(move |db| {
        Box::pin(async move {
            for _ in 0..2 {
                python_insert(&db, Some(game), name, KEY).await.1.unwrap();
            }
        })
    })
}

/// The unique index cannot be built. The invalid index is dropped, and the duplicates are resolved.
async fn new_duplicates_are_resolved(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    for _ in 0..3 {
        task(db, Some(game), "early", "").await;
    }
    let (written, on_progress) = whenever(db, Step::UniqueIndex, 3, twice(game, "late"));
    let plan = Plan::new().duplicates(Duplicates::KeepOldest).on_progress(on_progress);
    let adoption = adopt::run(db, plan).await.unwrap();
    assert_eq!(written.load(Ordering::SeqCst), 3);
    assert_adopted(db).await;
    assert_eq!(adoption.count("merged"), 2 + 1 + 2 + 2);
    assert_eq!(ids(db).await.len(), 2);
    let late = adoption.resolved.iter().filter(|one| one.external_task_id == "late");
    // Recorded as kept once.
    assert_eq!(late.filter(|one| one.outcome == adopt::Outcome::Kept).count(), 1);
}

async fn new_duplicates_without_a_decision_fail(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let (_, on_progress) = whenever(db, Step::UniqueIndex, 1, twice(game, "late"));
    let error = adopt::run(db, Plan::new().on_progress(on_progress)).await.unwrap_err();
    assert_is!(error, AdoptError::Undecided { duplicate_groups: 1, .. });
    // GAME's programs can still write duplicates.
    let unused = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(column::<_, i64>(db, unused, []).await, [0]);
    python_insert(db, Some(game), "late", KEY).await.1.unwrap();
    let adoption = adopt::run(db, Plan::new().duplicates(Duplicates::Rename)).await.unwrap();
    assert_eq!(adoption.count("renamed"), 2);
    assert_adopted(db).await;
}

async fn new_nulls_are_filled(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let write: Write = Arc::new(move |db| {
        Box::pin(async move {
            // A row of a transaction that commits only now, and one without a game. The insert
            // fails once nulls are forbidden.
            let insert = r#"INSERT INTO tasks (id, "externalTaskId", "gameId", "strategyId", status,
                created_at) VALUES (?, ?, ?, 'default', 'open', NULL)"#;
            for game in [Some(game), None] {
                let id = crate::support::unordered_id();
                let values = [id.into(), id.to_string().into(), game.into()];
                let _ = crate::support::try_run(&db, insert, values).await;
            }
        })
    });
    let (written, on_progress) = whenever(db, Step::NotNull, 9, write);
    let plan = Plan::new().orphans(Orphans::MoveTo(game)).on_progress(on_progress);
    let adoption = adopt::run(db, plan).await.unwrap();
    assert!(written.load(Ordering::SeqCst) > 1);
    assert!(adoption.tasks_filled > 0);
    assert!(adoption.count("moved") > 0);
    assert_adopted(db).await;
}

/// GAME's programs keep inserting parameters of duplicates.
async fn new_references_are_changed(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let mut all = Vec::new();
    for n in 0..300 {
        all.push(task(db, Some(game), &format!("{}", n / 3), "").await);
    }
    let before = ids(db).await;
    let writer = tokio::spawn({
        let (db, all) = (db.clone(), all.clone());
        async move {
            let (mut written, mut refused) = (0, 0);
            for id in all.iter().cycle().take(3_000) {
                let insert = r#"INSERT INTO tasksparams (id, "taskId") VALUES (?, ?)"#;
                let values = [crate::support::unordered_id().into(), (*id).into()];
                match crate::support::try_run(&db, insert, values).await {
                    Ok(_) => written += 1,
                    Err(_) => refused += 1,
                }
            }
            (written, refused)
        }
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    let plan = Plan::new().duplicates(Duplicates::KeepOldest);
    let adoption = adopt::run(db, plan).await.unwrap();
    let (written, refused) = writer.await.unwrap();
    assert_eq!((adoption.count("kept"), adoption.count("merged")), (100, 200));
    assert_adopted(db).await;
    assert_nothing_lost(db, &before).await;
    // Inserts after the merge failed; all others are stored.
    assert_eq!(column::<_, i64>(db, "SELECT count(*) FROM tasksparams", []).await, [written]);
    eprintln!("{written} written meanwhile, {refused} refused");
}

async fn faster_writers_are_reported(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let (_, on_progress) = whenever(db, Step::UniqueIndex, u32::MAX, twice(game, "late"));
    let plan = Plan::new().duplicates(Duplicates::KeepOldest).on_progress(on_progress);
    let error = adopt::run(db, plan).await.unwrap_err();
    assert_is!(error, AdoptError::OutpacedByWriters { step: Step::UniqueIndex, .. });
    assert!(error.is_transient());
    let plan = Plan::new().duplicates(Duplicates::KeepOldest);
    adopt::run(db, plan).await.unwrap();
    assert_adopted(db).await;
}

/// Another session locks one row; the others are filled meanwhile.
async fn locked_rows_are_filled_later(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let mut all = Vec::new();
    for n in 0..50 {
        all.push(task(db, Some(game), &n.to_string(), "created_at = NULL").await);
    }
    let held = all[7];
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let (mut release, released) = (Some(release), Arc::new(std::sync::Mutex::new(Some(released))));
    let hold: Write = Arc::new(move |db| {
        let released = released.lock().unwrap().take();
        Box::pin(async move {
            let writer = db.begin().await.unwrap();
            run(&writer, "UPDATE tasks SET status = 'closed' WHERE id = ?", [held.into()]).await;
            tokio::spawn(async move {
                released.unwrap().await.unwrap();
                writer.commit().await.unwrap();
            });
        })
    });
    let (_, mut holding) = whenever(db, Step::FillTasks, 1, hold);
    // Let go only when all others are filled.
    let plan = Plan::new().on_progress(move |progress| {
        holding(progress);
        if progress.step == Step::FillTasks && progress.rows == 49 {
            release.take().map(|release| release.send(()));
        }
    });
    let adoption = adopt::run(db, plan).await.unwrap();
    assert_eq!(adoption.tasks_filled, 50);
    let closed = "SELECT status FROM tasks WHERE id = ?";
    assert_eq!(column::<_, String>(db, closed, [held.into()]).await, ["closed"]);
    assert_adopted(db).await;
}
