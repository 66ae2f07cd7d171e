//! Failures of SQLite, which ends the transaction after some errors, and where the application's
//! schema says so.

use super::{
    WRITING_CALLS, create_sqlite_triggers, fail_in_transaction, is_there, new_game, write_refused,
};
use crate::support::{Backend, DEFAULT_CONNECTIONS, TestDatabase, on_database, run, tests_on};
use game_tasks::sea_orm::sqlx::sqlite::SqlitePoolOptions;
use game_tasks::sea_orm::{
    ConnectionTrait, DatabaseConnection, SqlxSqliteConnector, TransactionTrait,
};
use game_tasks::{
    FailureKind, NewTask, OnExisting, Retry, SeaOrmTaskRepository, TaskError, TaskFilter,
    TaskPatch, TaskRepositoryExt, TransactionState,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

macro_rules! sqlite_cases {
    ($($case:ident),+ $(,)?) => {$(
        tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile],
            $case,
            |on| crate::support::on_database(on, crate::support::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}

sqlite_cases!(
    triggers_that_raise,
    constraints_with_conflict_clauses,
    a_read_only_connection,
    the_connection_is_usable_after_a_lost_transaction,
);

fn kind(error: &TaskError) -> FailureKind {
    match error {
        TaskError::Database(error) => error.kind(),
        TaskError::Batch { error, .. } => kind(error),
        other => panic!("expected Database, got {other:?}"),
    }
}

/// Makes each call that writes fail, in separate transactions.
async fn fail_each_writing_call(
    database: &TestDatabase,
    expected: TransactionState,
    assert: impl Fn(&TaskError),
) {
    for call in 0..WRITING_CALLS {
        // A new game for each, since RAISE(FAIL) keeps what the statement had changed.
        let game = new_game(database).await;
        let failure = fail_in_transaction(database, async |_, tasks, _| {
            let old = tasks.create(NewTask::new(game, "old")).await.unwrap();
            write_refused(tasks, game, &old, call).await
        })
        .await;
        let error = failure.commit(database, expected).await;
        assert(&error);
    }
}

async fn triggers_that_raise(database: &TestDatabase) {
    for when in ["BEFORE", "AFTER"] {
        for (raise, state) in [
            ("ABORT", TransactionState::Intact),
            ("FAIL", TransactionState::Intact),
            ("ROLLBACK", TransactionState::Lost),
        ] {
            eprintln!("{when} {raise}");
            create_sqlite_triggers(database, when, &format!("SELECT RAISE({raise}, 'no')")).await;
            fail_each_writing_call(database, state, |error| {
                assert_eq!(kind(error), FailureKind::ConstraintViolation, "{error:?}");
                // Unknown, since RAISE(FAIL) keeps partial changes and has the same code as ABORT.
                let lost = state == TransactionState::Lost;
                let retry = if lost { Retry::No } else { Retry::Unknown };
                assert_eq!(error.retry(), retry, "{error:?}");
            })
            .await;
            on_a_pool(database, raise == "FAIL" && when == "AFTER").await;
            for event in ["INSERT", "UPDATE", "DELETE"] {
                run(&database.db, &format!("DROP TRIGGER app_{event}"), []).await;
            }
        }
    }
}

/// After the application has ended a lost transaction, new transactions on the same connection
/// work.
async fn the_connection_is_usable_after_a_lost_transaction(database: &TestDatabase) {
    let raise = "SELECT RAISE(ROLLBACK, 'no')";
    create_sqlite_triggers(database, "BEFORE", raise).await;
    let db = match database.backend {
        Backend::SqliteMemory => database.db.clone(),
        _ => database.second_pool().await,
    };
    let game = new_game(database).await;
    let all = SeaOrmTaskRepository::new(db.clone());
    let refused = || NewTask::new(game, "refused").strategy("refused");
    for (end, depth) in [(0, 1), (1, 1), (0, 2), (1, 2), (0, 4), (1, 4)] {
        eprintln!("{depth} deep, {}", ["dropped", "rolled back"][end]);
        let mut transactions = vec![db.begin().await.unwrap()];
        for _ in 1..depth {
            let nested = transactions.last().unwrap().begin().await.unwrap();
            transactions.push(nested);
        }
        let tasks = all.on(transactions.last().unwrap());
        tasks.create(NewTask::new(game, "before")).await.unwrap();
        let error = tasks.create(refused()).await.unwrap_err();
        assert_eq!(error.transaction_state(), TransactionState::Lost);
        // An application that ignores the error; this write is rolled back, too.
        tasks.create(NewTask::new(game, "after")).await.unwrap();
        drop(tasks);
        while let Some(transaction) = transactions.pop() {
            match end {
                0 => drop(transaction),
                _ => transaction.rollback().await.unwrap(),
            }
        }
        // Nothing was saved, and the same connection can commit and roll back again.
        for name in ["before", "after"] {
            assert!(!is_there(database, game, name).await, "{name}");
        }
        let next = db.begin().await.unwrap();
        all.on(&next).create(NewTask::new(game, "rolled back")).await.unwrap();
        next.rollback().await.unwrap();
        assert!(!is_there(database, game, "rolled back").await);
        all.create(NewTask::new(game, "kept")).await.unwrap();
        assert!(is_there(database, game, "kept").await, "the connection was in a transaction");
        all.delete((game, "kept")).await.unwrap();
    }
    if database.backend != Backend::SqliteMemory {
        db.close().await.unwrap();
    }
}

/// On a pool there is no transaction to lose, but partial changes of the statement may be kept.
async fn on_a_pool(database: &TestDatabase, is_kept: bool) {
    let game = new_game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let new = NewTask::new(game, "new").strategy("refused");
    let error = tasks.create(new).await.unwrap_err();
    assert_eq!(error.transaction_state(), TransactionState::Intact);
    assert_eq!(is_there(database, game, "new").await, is_kept, "{error:?}");
    assert_eq!(error.retry(), Retry::Unknown);
}

/// The application's constraints declare what their violation does to the transaction.
async fn constraints_with_conflict_clauses(database: &TestDatabase) {
    let db = &database.db;
    let make = "CREATE TABLE app_log (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK, \
                name TEXT UNIQUE ON CONFLICT ROLLBACK, \
                text TEXT NOT NULL ON CONFLICT ROLLBACK, n INTEGER CHECK (n > 0))";
    run(db, make, []).await;
    run(db, "INSERT INTO app_log VALUES (1, 'taken', 'text', 1)", []).await;
    for (insert, expected) in [
        ("INSERT INTO app_log VALUES (1, 'free', 'text', 1)", FailureKind::UniqueViolation),
        ("INSERT INTO app_log VALUES (2, 'taken', 'text', 1)", FailureKind::UniqueViolation),
        ("INSERT INTO app_log VALUES (2, 'free', NULL, 1)", FailureKind::NotNullViolation),
        (
            "INSERT OR ROLLBACK INTO app_log VALUES (2, 'free', 'text', 0)",
            FailureKind::ConstraintViolation,
        ),
    ] {
        for (statement, state) in [
            (insert.to_owned(), TransactionState::Lost),
            (insert.replacen("INSERT", "INSERT OR ABORT", 1), TransactionState::Intact),
        ] {
            let statement = statement.replace("INSERT OR ABORT OR ROLLBACK", "INSERT OR ABORT");
            eprintln!("{statement}");
            create_sqlite_triggers(database, "AFTER", &statement).await;
            fail_each_writing_call(database, state, |error| assert_eq!(kind(error), expected))
                .await;
            for event in ["INSERT", "UPDATE", "DELETE"] {
                run(db, &format!("DROP TRIGGER app_{event}"), []).await;
            }
        }
    }
}

async fn a_read_only_connection(database: &TestDatabase) {
    for write in 0..3 {
        let failure = fail_in_transaction(database, async |transaction, tasks, game| {
            run(transaction, "PRAGMA query_only = ON", []).await;
            let error = match write {
                0 => tasks.create(NewTask::new(game, "new")).await.unwrap_err(),
                1 => {
                    let patch = TaskPatch::new().status("closed");
                    tasks.update_many(TaskFilter::all(), patch).await.unwrap_err()
                }
                _ => tasks.delete((game, "before")).await.unwrap_err(),
            };
            run(transaction, "PRAGMA query_only = OFF", []).await;
            error
        })
        .await;
        let error = failure.commit(database, TransactionState::Intact).await;
        assert_eq!((kind(&error), error.retry()), (FailureKind::ReadOnly, Retry::No));
    }
}

/// Whether a full disk ends the transaction depends on the journal mode and on the statement.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk() {
    let mut found = Vec::new();
    for journal in ["DELETE", "TRUNCATE", "PERSIST", "MEMORY", "WAL"] {
        for many in [false, true] {
            on_database(Backend::SqliteFile, 1, async |database| {
                run(&database.db, &format!("PRAGMA journal_mode = {journal}"), []).await;
                let failure = fail_in_transaction(database, async |transaction, tasks, game| {
                    // SQLite raises this to the current number of pages.
                    run(transaction, "PRAGMA max_page_count = 1", []).await;
                    let long = |n: usize| NewTask::new(game, format!("{n} {}", "x".repeat(200)));
                    if many {
                        let batch = (0..2_000).map(long);
                        return tasks.create_all(batch, OnExisting::Fail).await.unwrap_err();
                    }
                    let mut n = 0;
                    loop {
                        match tasks.create(long(n)).await {
                            Ok(_) => n += 1,
                            Err(error) => return error,
                        }
                    }
                })
                .await;
                assert_eq!(kind(&failure.error), FailureKind::StorageFull);
                assert_eq!(failure.error.retry(), Retry::No);
                let state = failure.error.transaction_state();
                assert_ne!(state, TransactionState::Unknown);
                failure.commit(database, state).await;
                found.push(state);
            })
            .await;
        }
    }
    assert!(found.contains(&TransactionState::Intact), "{found:?}");
}

/// A pool of one connection whose statements are interrupted while the flag is set.
async fn interruptible(url: &str, interrupted: &Arc<AtomicBool>) -> DatabaseConnection {
    let interrupted = interrupted.clone();
    let options = SqlitePoolOptions::new().max_connections(1);
    let options = options.after_connect(move |connection, _| {
        let interrupted = interrupted.clone();
        Box::pin(async move {
            let mut handle = connection.lock_handle().await?;
            handle.set_progress_handler(50, move || !interrupted.load(Ordering::SeqCst));
            Ok(())
        })
    });
    SqlxSqliteConnector::from_sqlx_sqlite_pool(options.connect(url).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt() {
    on_database(Backend::SqliteFile, 1, async |database| {
        let interrupted = Arc::new(AtomicBool::new(false));
        let db = interruptible(database.url(), &interrupted).await;
        let game = new_game(database).await;
        let all = SeaOrmTaskRepository::new(db.clone());
        let stored = (0..500).map(|n| NewTask::new(game, format!("stored {n}")));
        all.create_all(stored, OnExisting::Fail).await.unwrap();
        for write in [false, true] {
            let transaction = db.begin().await.unwrap();
            let tasks = all.on(&transaction);
            let before = format!("before {write}");
            tasks.create(NewTask::new(game, &*before)).await.unwrap();
            interrupted.store(true, Ordering::SeqCst);
            let error = if write {
                tasks.reassign_strategy(None, "default", "other").await.map(drop).unwrap_err()
            } else {
                tasks.count(TaskFilter::all()).await.map(drop).unwrap_err()
            };
            interrupted.store(false, Ordering::SeqCst);
            assert_eq!((kind(&error), error.retry()), (FailureKind::Timeout, Retry::Transaction));
            let lost = error.transaction_state() == TransactionState::Lost;
            let _ = transaction.commit().await;
            assert_eq!(is_there(database, game, &before).await, !lost, "{error:?}");
            if !write {
                assert_eq!(error.transaction_state(), TransactionState::Intact);
            }
        }
        db.close().await.unwrap();
    })
    .await;
}

/// A write in a transaction whose snapshot is outdated fails at once and keeps the transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_snapshot() {
    on_database(Backend::SqliteFile, DEFAULT_CONNECTIONS, async |database| {
        let game = new_game(database).await;
        let all = SeaOrmTaskRepository::new(database.db.clone());
        let transaction = database.db.begin().await.unwrap();
        let tasks = all.on(&transaction);
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 0);
        all.create(NewTask::new(game, "another's")).await.unwrap();
        let error = tasks.create(NewTask::new(game, "new")).await.unwrap_err();
        assert_eq!((kind(&error), error.retry()), (FailureKind::Busy, Retry::Transaction));
        assert_eq!(error.transaction_state(), TransactionState::Intact);
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 0);
        let again = transaction.execute_unprepared("BEGIN").await;
        assert!(again.is_err(), "the transaction had ended");
        transaction.commit().await.unwrap();
    })
    .await;
}
