//! The migration lock within one process: it is released however the work ends, and the pool remains
//! usable. `tests/crashes` tests many processes.

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
    the_result_of_the_work_is_returned,
    a_failure_or_a_panic_releases_the_lock,
    a_schema_mismatch_is_in_the_error,
    the_future_is_send,
    dropping_at_any_await_releases_the_lock,
    dropping_between_statements_releases_the_lock,
    migrate_runs_in_the_applications_transaction,
);

/// Acquires the lock, which has to be free, and inserts a row.
async fn lock_once(db: &DatabaseConnection) {
    let section = with_migration_lock(db, async |one| {
        one.execute_unprepared("CREATE TABLE IF NOT EXISTS app_sections (n integer)").await?;
        one.execute_unprepared("INSERT INTO app_sections VALUES (1)").await
    });
    tokio::time::timeout(Duration::from_secs(20), section)
        .await
        .expect("the lock is held")
        .unwrap();
}

async fn sections(db: &DatabaseConnection) -> usize {
    rows(db, "SELECT n FROM app_sections", []).await.len()
}

/// A second pool, as another process would have, where the database allows one.
async fn other(database: &TestDatabase) -> DatabaseConnection {
    match database.backend {
        Backend::SqliteMemory => database.db.clone(),
        _ => database.second_pool().await,
    }
}

async fn the_result_of_the_work_is_returned(database: &TestDatabase) {
    let answer =
        with_migration_lock(&database.db, async |_| Ok("an answer".to_owned())).await.unwrap();
    assert_eq!(answer, "an answer");
    lock_once(&other(database).await).await;
    assert_eq!(sections(&database.db).await, 1);
}

async fn a_failure_or_a_panic_releases_the_lock(database: &TestDatabase) {
    let db = &database.db;
    lock_once(db).await;
    let error = with_migration_lock(db, async |one| {
        one.execute_unprepared("INSERT INTO app_sections VALUES (2)").await?;
        Err::<(), _>(DbErr::Migration("of the application".to_owned()))
    });
    let error = error.await.unwrap_err();
    assert_eq!(error, DbErr::Migration("of the application".to_owned()));
    lock_once(&other(database).await).await;
    // On MariaDB the statement was committed.
    let two = if database.backend.is_mariadb_or_mysql() { 3 } else { 2 };
    assert_eq!(sections(db).await, two);

    let failing =
        with_migration_lock(db, async |one| one.execute_unprepared("SELECT nothing").await);
    let error = failing.await.unwrap_err();
    assert!(error.to_string().contains("nothing"), "the error is the database's: {error}");
    lock_once(&other(database).await).await;

    let panicking = with_migration_lock(db, async |one| -> Result<(), DbErr> {
        one.execute_unprepared("INSERT INTO app_sections VALUES (2)").await?;
        panic!("of the application")
    });
    let panic = AssertUnwindSafe(panicking).catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"of the application"));
    lock_once(&other(database).await).await;
    lock_once(db).await;
    run(db, "INSERT INTO app_sections VALUES (3)", []).await;
    let theirs = rows(&other(database).await, "SELECT n FROM app_sections WHERE n = 3", []).await;
    assert_eq!(theirs.len(), 1, "the pool is still in a transaction");
}

async fn a_schema_mismatch_is_in_the_error(database: &TestDatabase) {
    let db = &database.db;
    run(db, "CREATE TABLE tasks (id integer)", []).await;
    let error =
        with_migration_lock(db, async |one| Migrator::up(one, None).await).await.unwrap_err();
    let mismatch = SchemaMismatch::from_db_err(&error).unwrap();
    assert!(mismatch.problems().len() > 8);
    lock_once(&other(database).await).await;
}

async fn the_future_is_send(database: &TestDatabase) {
    let db = database.db.clone();
    let spawned = tokio::spawn(async move {
        game_tasks::migrate(&db).await.unwrap();
        with_migration_lock(&db, async |one| Migrator::up(one, None).await).await
    });
    spawned.await.unwrap().unwrap();
    migration::verify_schema(&database.db).await.unwrap();
}

async fn dropping_at_any_await_releases_the_lock(database: &TestDatabase) {
    lock_once(&database.db).await;
    // On a busy machine SQLite's thread may answer before each poll returns.
    for _ in 0..50 {
        if dropped_at_each_await(database).await > 1 {
            return;
        }
    }
    panic!("it was never dropped while it ran");
}

/// Drops it after every number of polls, and returns the number of polls it takes.
async fn dropped_at_each_await(database: &TestDatabase) -> usize {
    let mut polls = 0;
    loop {
        let db = database.db.clone();
        let mut work = Box::pin(async move {
            with_migration_lock(&db, async |one| {
                for _ in 0..3 {
                    one.execute_unprepared("INSERT INTO app_sections VALUES (2)").await?;
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
        lock_once(&other(database).await).await;
        lock_once(&database.db).await;
        if let Some(ended) = ended {
            ended.unwrap();
            return polls;
        }
        polls += 1;
        assert!(polls < 200);
    }
}

/// The connection returns to the pool alive.
async fn dropping_between_statements_releases_the_lock(database: &TestDatabase) {
    lock_once(&database.db).await;
    let work = with_migration_lock(&database.db, async |one| {
        one.execute_unprepared("INSERT INTO app_sections VALUES (2)").await?;
        std::future::pending::<Result<(), DbErr>>().await
    });
    let limit = Duration::from_millis(500);
    tokio::time::timeout(limit, work).await.expect_err("it never ends");
    lock_once(&other(database).await).await;
    lock_once(&database.db).await;
    run(&database.db, "INSERT INTO app_sections VALUES (3)", []).await;
    let theirs = rows(&other(database).await, "SELECT n FROM app_sections WHERE n = 3", []).await;
    assert_eq!(theirs.len(), 1, "the pool is still in a transaction");
}

async fn migrate_runs_in_the_applications_transaction(database: &TestDatabase) {
    use game_tasks::sea_orm::TransactionTrait;
    let transaction = database.db.begin().await.unwrap();
    game_tasks::migrate(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    migration::verify_schema(&database.db).await.unwrap();
    game_tasks::migrate(&database.db).await.unwrap();
}

/// Uses pools of one connection, as processes do.
#[tokio::test(flavor = "multi_thread")]
async fn critical_sections_do_not_overlap() {
    for backend in [Backend::SqliteFile, Backend::Postgres, Backend::MariaDb, Backend::MySql] {
        on_empty_database(backend, 1, async |database| {
            lock_once(&database.db).await;
            let mut pools = Vec::new();
            for _ in 0..8 {
                pools.push(database.second_pool().await);
            }
            let take = |db: DatabaseConnection| async move {
                with_migration_lock(&db, async |one| {
                    let before: Vec<i32> = column(one, "SELECT n FROM app_sections", []).await;
                    one.execute_unprepared("DELETE FROM app_sections").await?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    let next = before.into_iter().max().unwrap() + 1;
                    let insert = format!("INSERT INTO app_sections VALUES ({next})");
                    one.execute_unprepared(&insert).await
                })
                .await
                .map(drop)
            };
            let all = pools.into_iter().map(|db| tokio::spawn(take(db)));
            for one in all.collect::<Vec<_>>() {
                one.await.unwrap().unwrap();
            }
            let last: Vec<i32> = column(&database.db, "SELECT n FROM app_sections", []).await;
            assert_eq!(last, [9]);
        })
        .await;
    }
}
