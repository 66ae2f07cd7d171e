//! One migrator at a time, within one process: whatever becomes of its work, the lock goes with
//! it, and the pool stays sound. Many processes are in `tests/crashes`.

use crate::support::{
    Backend, TestDatabase, column, empty_database_cases, on_empty_database, rows, run,
};
use futures_util::FutureExt;
use game_tasks::migration::{self, with_migration_lock};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{Migrator, SchemaMismatch};
use std::panic::AssertUnwindSafe;
use std::task::Poll;
use std::time::Duration;

empty_database_cases!(
    what_work_answers_is_the_answer,
    a_failure_or_a_panic_ends_the_turn,
    a_table_in_the_way_is_told,
    a_spawned_task_may_call_it,
    dropped_at_any_await,
    dropped_between_statements,
    in_the_applications_transaction,
);

/// Takes a turn, which has to be had at once, and leaves a trace of it.
async fn turn(db: &DatabaseConnection) {
    let turn = with_migration_lock(db, async |one| {
        one.execute_unprepared("CREATE TABLE IF NOT EXISTS app_turns (n integer)").await?;
        one.execute_unprepared("INSERT INTO app_turns VALUES (1)").await
    });
    tokio::time::timeout(Duration::from_secs(20), turn)
        .await
        .expect("somebody has the turn")
        .unwrap();
}

async fn turns(db: &DatabaseConnection) -> usize {
    rows(db, "SELECT n FROM app_turns", []).await.len()
}

/// Another process's pool, where there can be one.
async fn other(database: &TestDatabase) -> DatabaseConnection {
    match database.backend {
        Backend::SqliteMemory => database.db.clone(),
        _ => database.second_pool().await,
    }
}

async fn what_work_answers_is_the_answer(database: &TestDatabase) {
    let answer =
        with_migration_lock(&database.db, async |_| Ok("an answer".to_owned())).await.unwrap();
    assert_eq!(answer, "an answer");
    turn(&other(database).await).await;
    assert_eq!(turns(&database.db).await, 1);
}

async fn a_failure_or_a_panic_ends_the_turn(database: &TestDatabase) {
    let db = &database.db;
    turn(db).await;
    let error = with_migration_lock(db, async |one| {
        one.execute_unprepared("INSERT INTO app_turns VALUES (2)").await?;
        Err::<(), _>(DbErr::Migration("of the application".to_owned()))
    });
    let error = error.await.unwrap_err();
    assert_eq!(error, DbErr::Migration("of the application".to_owned()));
    turn(&other(database).await).await;
    // MariaDB has committed it, as it does with definitions.
    let two = if database.backend == Backend::MariaDb { 3 } else { 2 };
    assert_eq!(turns(db).await, two);

    let failing =
        with_migration_lock(db, async |one| one.execute_unprepared("SELECT nothing").await);
    let error = failing.await.unwrap_err();
    assert!(error.to_string().contains("nothing"), "the application is told what: {error}");
    turn(&other(database).await).await;

    let panicking = with_migration_lock(db, async |one| -> Result<(), DbErr> {
        one.execute_unprepared("INSERT INTO app_turns VALUES (2)").await?;
        panic!("of the application")
    });
    let panic = AssertUnwindSafe(panicking).catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"of the application"));
    turn(&other(database).await).await;
    turn(db).await;
    run(db, "INSERT INTO app_turns VALUES (3)", []).await;
    let theirs = rows(&other(database).await, "SELECT n FROM app_turns WHERE n = 3", []).await;
    assert_eq!(theirs.len(), 1, "the pool is in nobody's transaction");
}

async fn a_table_in_the_way_is_told(database: &TestDatabase) {
    let db = &database.db;
    run(db, "CREATE TABLE tasks (id integer)", []).await;
    let error =
        with_migration_lock(db, async |one| Migrator::up(one, None).await).await.unwrap_err();
    let mismatch = SchemaMismatch::from_db_err(&error).unwrap();
    assert!(mismatch.problems().len() > 8);
    turn(&other(database).await).await;
}

async fn a_spawned_task_may_call_it(database: &TestDatabase) {
    let db = database.db.clone();
    let spawned = tokio::spawn(async move {
        game_tasks::migrate(&db).await.unwrap();
        with_migration_lock(&db, async |one| Migrator::up(one, None).await).await
    });
    spawned.await.unwrap().unwrap();
    migration::verify_schema(&database.db).await.unwrap();
}

async fn dropped_at_any_await(database: &TestDatabase) {
    turn(&database.db).await;
    // On a busy machine SQLite's thread may answer each time before it is waited for.
    for _ in 0..50 {
        if dropped_at_each_await(database).await > 1 {
            return;
        }
    }
    panic!("it was never dropped half way");
}

/// How often it was dropped before it came to its end.
async fn dropped_at_each_await(database: &TestDatabase) -> usize {
    let mut polls = 0;
    loop {
        // A connection that the driver gives up takes a moment to be gone.
        let db = database.db.clone();
        let mut work = Box::pin(async move {
            with_migration_lock(&db, async |one| {
                for _ in 0..3 {
                    one.execute_unprepared("INSERT INTO app_turns VALUES (2)").await?;
                }
                Ok(())
            })
            .await
        });
        let mut left = polls;
        let ended = futures_util::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            work.as_mut().poll(context).map(Some)
        })
        .await;
        drop(work);
        turn(&other(database).await).await;
        turn(&database.db).await;
        if let Some(ended) = ended {
            ended.unwrap();
            return polls;
        }
        polls += 1;
        assert!(polls < 200);
    }
}

/// Its connection goes back to the pool alive.
async fn dropped_between_statements(database: &TestDatabase) {
    turn(&database.db).await;
    let work = with_migration_lock(&database.db, async |one| {
        one.execute_unprepared("INSERT INTO app_turns VALUES (2)").await?;
        std::future::pending::<Result<(), DbErr>>().await
    });
    let patience = Duration::from_millis(500);
    tokio::time::timeout(patience, work).await.expect_err("it never ends");
    turn(&other(database).await).await;
    turn(&database.db).await;
    run(&database.db, "INSERT INTO app_turns VALUES (3)", []).await;
    let theirs = rows(&other(database).await, "SELECT n FROM app_turns WHERE n = 3", []).await;
    assert_eq!(theirs.len(), 1, "the pool is in nobody's transaction");
}

async fn in_the_applications_transaction(database: &TestDatabase) {
    use game_tasks::sea_orm::TransactionTrait;
    let transaction = database.db.begin().await.unwrap();
    game_tasks::migrate(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    migration::verify_schema(&database.db).await.unwrap();
    game_tasks::migrate(&database.db).await.unwrap();
}

/// The turns of pools of one connection, as processes have them, do not overlap.
#[tokio::test(flavor = "multi_thread")]
async fn turns_do_not_overlap() {
    for backend in [Backend::SqliteFile, Backend::Postgres, Backend::MariaDb] {
        on_empty_database(backend, 1, async |database| {
            turn(&database.db).await;
            let mut pools = Vec::new();
            for _ in 0..8 {
                pools.push(database.second_pool().await);
            }
            let take = |db: DatabaseConnection| async move {
                with_migration_lock(&db, async |one| {
                    let before: Vec<i32> = column(one, "SELECT n FROM app_turns", []).await;
                    one.execute_unprepared("DELETE FROM app_turns").await?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    let next = before.into_iter().max().unwrap() + 1;
                    let insert = format!("INSERT INTO app_turns VALUES ({next})");
                    one.execute_unprepared(&insert).await
                })
                .await
                .map(drop)
            };
            let all = pools.into_iter().map(|db| tokio::spawn(take(db)));
            for one in all.collect::<Vec<_>>() {
                one.await.unwrap().unwrap();
            }
            let last: Vec<i32> = column(&database.db, "SELECT n FROM app_turns", []).await;
            assert_eq!(last, [9]);
        })
        .await;
    }
}
