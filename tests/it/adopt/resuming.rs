//! An adoption that is interrupted at every possible place, and continued.

use super::game::{
    KEY, SampleRows, assert_adopted, assert_nothing_lost, game, load_schema, on_game_database,
    params, python_insert, task,
};
use crate::support::{TestDatabase, column, run, try_run};
use game_tasks::FailureKind;
use game_tasks::adopt::{self, AdoptError, Adoption, Duplicates, Orphans, Plan};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection};
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use uuid::Uuid;

fn plan(keep: bool, game: Uuid) -> Plan {
    let duplicates = if keep { Duplicates::KeepOldest } else { Duplicates::Rename };
    let orphans = if keep { Orphans::SetAside } else { Orphans::MoveTo(game) };
    Plan::new().duplicates(duplicates).orphans(orphans).name_games_by_id().batch(2)
}

/// Recreates GAME's tables, with every kind of row, and without a foreign key to games.
async fn recreate(db: &DatabaseConnection) -> SampleRows {
    db.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    load_schema(db).await;
    run(db, r#"ALTER TABLE tasks DROP CONSTRAINT "tasks_gameId_fkey""#, []).await;
    SampleRows::fill(db).await
}

/// Asserts that nothing is lost and GAME's programs work, and runs the adoption to its end.
async fn finish(db: &DatabaseConnection, sample: &SampleRows, keep: bool) -> Adoption {
    assert_nothing_lost(db, &sample.all).await;
    let [.., plain] = sample.games;
    let (_, inserted) = python_insert(db, Some(plain), "meanwhile", KEY).await;
    inserted.unwrap();
    let adoption = adopt::run(db, plan(keep, plain)).await.unwrap();
    assert_adopted(db).await;
    assert_nothing_lost(db, &sample.all).await;
    assert_recorded(db, sample, &adoption, keep).await;
    adoption
}

/// Asserts that every resolved row is recorded once, whichever run resolved it.
async fn assert_recorded(
    db: &DatabaseConnection,
    sample: &SampleRows,
    adoption: &Adoption,
    keep: bool,
) {
    let count = |word: &str| adoption.count(word);
    if keep {
        assert_eq!((count("kept"), count("merged"), count("set aside")), (2, 3, 2));
        assert_eq!((count("renamed"), count("moved")), (0, 0));
        for (table, id, group) in &sample.references {
            let select = format!(r#"SELECT "taskId" FROM {table} WHERE id = ?"#);
            let refers: Vec<Uuid> = column(db, &select, [(*id).into()]).await;
            assert_eq!(refers, [sample.duplicates[*group][0]]);
        }
    } else {
        // Tasks without a game become duplicates of each other when they are moved.
        assert_eq!((count("kept"), count("renamed"), count("moved")), (3, 4, 2));
        assert_eq!((count("merged"), count("set aside")), (0, 0));
        let there: BTreeSet<Uuid> = super::game::ids(db).await;
        assert!(there.is_superset(&sample.all));
    }
}

/// Polls a call at most this many times, and then drops it. Returns whether it had ended.
async fn polled<T>(call: impl Future<Output = T>, times: usize) -> bool {
    let mut call = pin!(call);
    let mut left = times;
    poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left == 1 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// The number of polls between two interruptions; `GAME_TASKS_ADOPT_CUTS` overrides it.
fn stride() -> usize {
    let asked = std::env::var("GAME_TASKS_ADOPT_CUTS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(11)
}

async fn drop_at_every_await(database: &TestDatabase, keep: bool) {
    let db = &database.db;
    for (cuts, at) in (1..).step_by(stride()).enumerate() {
        let sample = recreate(db).await;
        let [.., plain] = sample.games;
        let ended = polled(adopt::run(db, plan(keep, plain)), at).await;
        if ended {
            assert!(cuts > 5, "it was cut off {cuts} times only");
            eprintln!("cut off {cuts} times, at up to {at} awaits");
            return;
        }
        finish(db, &sample, keep).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_while_merging() {
    on_game_database(async |database| drop_at_every_await(database, true).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_while_renaming() {
    on_game_database(async |database| drop_at_every_await(database, false).await).await;
}

/// Terminates the adoption's backend process.
async fn terminate(db: &DatabaseConnection) {
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'game-tasks adopt' AND datname = current_database()";
    assert_eq!(column::<_, bool>(db, kill, []).await, [true]);
}

/// Terminates the adoption at each of its progress reports in turn.
async fn kill_at_every_step(database: &TestDatabase, keep: bool) {
    let db = &database.db;
    let mut killed = Vec::new();
    for at in 1.. {
        let sample = recreate(db).await;
        let [.., plain] = sample.games;
        let told = Arc::new(AtomicUsize::new(0));
        let (count, pool) = (Arc::clone(&told), db.clone());
        let deadly = plan(keep, plain).on_progress(move |_| {
            if count.fetch_add(1, Ordering::SeqCst) + 1 == at {
                let killing = terminate(&pool);
                tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(killing);
                });
            }
        });
        let ended = adopt::run(db, deadly).await;
        if told.load(Ordering::SeqCst) < at {
            ended.unwrap();
            break;
        }
        match ended {
            Err(AdoptError::Database(error)) => {
                assert_eq!(error.kind(), FailureKind::ConnectionLost, "{error:?}");
            }
            other => panic!("{other:?}"),
        }
        killed.extend(finish(db, &sample, keep).await.steps.first().copied());
    }
    // Each step was the first remaining one once.
    killed.dedup();
    assert!(killed.len() >= 8, "{killed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_merging() {
    on_game_database(async |database| kill_at_every_step(database, true).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_renaming() {
    on_game_database(async |database| kill_at_every_step(database, false).await).await;
}

/// Invalid indexes, check constraints, and a temporary index.
#[tokio::test(flavor = "multi_thread")]
async fn leftovers_of_an_interrupted_run_are_removed() {
    on_game_database(async |database| {
        let db = &database.db;
        let game = game(db, "game", None).await;
        let old = task(db, Some(game), "dup", "created_at = '2020-01-01'").await;
        let young = task(db, Some(game), "dup", "").await;
        params(db, "tasksparams", young).await;
        let index = r#"CREATE UNIQUE INDEX CONCURRENTLY uq_tasks_game_external
                       ON tasks ("gameId", "externalTaskId" COLLATE "C")"#;
        assert!(try_run(db, index, []).await.is_err());
        for statement in [
            r#"ALTER TABLE tasks ADD CONSTRAINT "game_tasks_adopt_gameId"
               CHECK ("gameId" IS NOT NULL) NOT VALID"#,
            "ALTER TABLE games ADD CONSTRAINT game_tasks_adopt_created_at
             CHECK (created_at IS NOT NULL)",
        ] {
            run(db, statement, []).await;
        }
        let select =
            "SELECT oid::bigint FROM pg_constraint WHERE conname = 'tasksparams_taskId_fkey'";
        let oid: i64 = column(db, select, []).await[0];
        let index = format!(r#"CREATE INDEX game_tasks_adopt_ref_{oid} ON tasksparams ("taskId")"#);
        run(db, &index, []).await;
        let adoption =
            adopt::run(db, Plan::new().duplicates(Duplicates::KeepOldest)).await.unwrap();
        assert_eq!(adoption.count("merged"), 1);
        let refers: Vec<Uuid> = column(db, r#"SELECT "taskId" FROM tasksparams"#, []).await;
        assert_eq!(refers, [old]);
        assert_adopted(db).await;
    })
    .await;
}
