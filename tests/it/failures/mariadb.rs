//! Failures of MariaDB and MySQL, which roll back a statement or the transaction, or close the connection.

use super::{fail_in_transaction, new_game};
use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, column, on_database, run, tests_on, try_run,
};
use game_tasks::sea_orm::{AccessMode, DatabaseTransaction, TransactionTrait};
use game_tasks::{
    FailureKind, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task, TaskError, TaskFilter,
    TaskPatch, TaskRepositoryExt, TransactionState,
};
use std::time::Duration;

macro_rules! cases {
    ($on:tt: $($case:ident),+ $(,)?) => {$(
        tests_on!($on, $case, |on| super::on_database(
            on,
            super::DEFAULT_CONNECTIONS,
            super::$case
        ));
    )+};
}

cases!([mariadb MariaDb]: an_outdated_snapshot, a_statement_time_limit, a_full_table);
cases!(
    [mariadb MariaDb, mysql MySql]:
    a_deadlock,
    a_killed_statement,
    closed_connections,
    read_only_transactions,
    signals_and_bad_values,
    a_lock_wait_timeout_rolls_back_the_statement,
);

fn kind(error: &TaskError) -> FailureKind {
    match error {
        TaskError::Database(error) => error.kind(),
        TaskError::Batch { error, .. } => kind(error),
        other => panic!("expected Database, got {other:?}"),
    }
}

async fn connection_id(transaction: &DatabaseTransaction) -> i64 {
    column(transaction, "SELECT CAST(CONNECTION_ID() AS SIGNED)", []).await[0]
}

/// Waits until the number of connections with this id that meet a condition is `expected`.
async fn await_count(database: &TestDatabase, condition: &str, id: i64, expected: i64) {
    let list = match database.backend {
        Backend::MySql => "performance_schema.processlist",
        _ => "information_schema.processlist",
    };
    let ask = format!("SELECT count(*) FROM {list} WHERE id = ? AND {condition}");
    while column::<_, i64>(&database.db, &ask, [id.into()]).await != [expected] {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A task whose row is locked by the returned transaction.
async fn locked_task(database: &TestDatabase) -> (Task, DatabaseTransaction) {
    let game = new_game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let locked = all.create(NewTask::new(game, "locked")).await.unwrap();
    let holder = database.db.begin().await.unwrap();
    all.on(&holder).transition(&locked, "open", "closed").await.unwrap();
    (locked, holder)
}

async fn a_deadlock(database: &TestDatabase) {
    let (locked, holder) = locked_task(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let other = all.create(NewTask::new(locked.game_id, "other")).await.unwrap();
    // InnoDB rolls back the transaction that has written less.
    let many = (0..50).map(|n| NewTask::new(locked.game_id, format!("more {n}")));
    all.on(&holder).create_all(many, OnExisting::Fail).await.unwrap();
    let failure = fail_in_transaction(database, async |_, tasks, _| {
        tasks.transition(&other, "open", "closed").await.unwrap();
        let inside = all.on(&holder);
        let (victim, other) = tokio::join!(
            tasks.transition(&locked, "open", "done"),
            inside.transition(&other, "open", "done"),
        );
        other.unwrap();
        victim.unwrap_err()
    })
    .await;
    holder.commit().await.unwrap();
    let error = failure.commit(database, TransactionState::Lost).await;
    assert_eq!((kind(&error), error.retry()), (FailureKind::Serialization, Retry::Transaction));
}

/// With `innodb_rollback_on_timeout`, the server rolls back the transaction instead of the
/// statement, but reports the same code.
async fn a_lock_wait_timeout(database: &TestDatabase, is_there: bool) {
    let (locked, holder) = locked_task(database).await;
    for call in 0..4 {
        let failure = fail_in_transaction(database, async |transaction, tasks, _| {
            run(transaction, "SET SESSION innodb_lock_wait_timeout = 1", []).await;
            match call {
                0 => tasks.transition(&locked, "open", "done").await.unwrap_err(),
                1 => tasks.delete(&locked).await.unwrap_err(),
                2 => tasks.delete_many(TaskFilter::keys([locked.id])).await.unwrap_err(),
                _ => {
                    let batch = [NewTask::new(locked.game_id, "locked").strategy("other")];
                    tasks.create_all(batch, OnExisting::Update).await.unwrap_err()
                }
            }
        })
        .await;
        let game = failure.game;
        let error = failure.commit(database, TransactionState::Unknown).await;
        assert_eq!((kind(&error), error.retry()), (FailureKind::Timeout, Retry::Transaction));
        assert_eq!(super::is_there(database, game, "before").await, is_there, "{call}");
    }
    holder.rollback().await.unwrap();
}

async fn a_lock_wait_timeout_rolls_back_the_statement(database: &TestDatabase) {
    a_lock_wait_timeout(database, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_wait_timeout_rolls_back_the_transaction() {
    let case = async |database: &TestDatabase| a_lock_wait_timeout(database, false).await;
    on_database(Backend::MariaDbRollback, DEFAULT_CONNECTIONS, case).await;
}

/// The server closes the connection if a packet exceeds its limit.
#[tokio::test(flavor = "multi_thread")]
async fn a_packet_over_the_limit() {
    on_database(Backend::MariaDbRollback, DEFAULT_CONNECTIONS, async |database| {
        let batch =
            |game| (0..5_000).map(move |n| NewTask::new(game, format!("{n} {}", "x".repeat(240))));
        let failure = fail_in_transaction(database, async |_, tasks, game| {
            tasks.create_all(batch(game), OnExisting::Fail).await.unwrap_err()
        })
        .await;
        let game = failure.game;
        let error = failure.commit(database, TransactionState::Lost).await;
        // sqlx may notice the closed connection before it reads the server's error.
        match kind(&error) {
            FailureKind::PacketTooLarge => assert_eq!(error.retry(), Retry::No),
            kind => {
                assert_eq!(kind, FailureKind::ConnectionLost, "{error:?}");
                assert_eq!(error.retry(), Retry::Transaction);
            }
        }
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        let error = tasks.create_all(batch(game), OnExisting::Fail).await.unwrap_err();
        assert_eq!(error.transaction_state(), TransactionState::Intact);
        assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 0);
    })
    .await;
}

async fn an_outdated_snapshot(database: &TestDatabase) {
    let game = new_game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let task = all.create(NewTask::new(game, "task")).await.unwrap();
    let failure = fail_in_transaction(database, async |transaction, tasks, _| {
        run(transaction, "SET SESSION innodb_snapshot_isolation = ON", []).await;
        tasks.get(&task).await.unwrap();
        all.transition(&task, "open", "closed").await.unwrap();
        tasks.transition(&task, "open", "done").await.unwrap_err()
    })
    .await;
    let error = failure.commit(database, TransactionState::Lost).await;
    assert_eq!((kind(&error), error.retry()), (FailureKind::Serialization, Retry::Transaction));
}

async fn a_statement_time_limit(database: &TestDatabase) {
    let (locked, holder) = locked_task(database).await;
    let failure = fail_in_transaction(database, async |transaction, tasks, _| {
        run(transaction, "SET SESSION max_statement_time = 0.1", []).await;
        let error = tasks.transition(&locked, "open", "done").await.unwrap_err();
        run(transaction, "SET SESSION max_statement_time = 0", []).await;
        error
    })
    .await;
    let error = failure.commit(database, TransactionState::Intact).await;
    assert_eq!((kind(&error), error.retry()), (FailureKind::Timeout, Retry::Transaction));
    holder.rollback().await.unwrap();
}

/// On a single server the transaction continues; in a Galera cluster the same code may end it.
async fn a_killed_statement(database: &TestDatabase) {
    let (locked, holder) = locked_task(database).await;
    let failure = fail_in_transaction(database, async |transaction, tasks, _| {
        let id = connection_id(transaction).await;
        let kill = async {
            await_count(database, "command <> 'Sleep'", id, 1).await;
            run(&database.db, &format!("KILL QUERY {id}"), []).await;
        };
        let (error, ()) = tokio::join!(tasks.transition(&locked, "open", "done"), kill);
        error.unwrap_err()
    })
    .await;
    let game = failure.game;
    let error = failure.commit(database, TransactionState::Unknown).await;
    assert_eq!((kind(&error), error.retry()), (FailureKind::Timeout, Retry::Transaction));
    assert!(super::is_there(database, game, "before").await);
    holder.rollback().await.unwrap();
}

async fn closed_connections(database: &TestDatabase) {
    for end in ["KILL", "idle_transaction_timeout", "wait_timeout"] {
        if end == "idle_transaction_timeout" && database.backend == Backend::MySql {
            continue; // MySQL has none
        }
        let failure = fail_in_transaction(database, async |transaction, tasks, game| {
            let id = connection_id(transaction).await;
            if end == "KILL" {
                try_run(&database.db, &format!("KILL CONNECTION {id}"), []).await.unwrap();
            } else {
                run(transaction, &format!("SET SESSION {end} = 1"), []).await;
            }
            await_count(database, "1 = 1", id, 0).await;
            tasks.create(NewTask::new(game, "new")).await.unwrap_err()
        })
        .await;
        let error = failure.commit(database, TransactionState::Lost).await;
        assert_eq!(kind(&error), FailureKind::ConnectionLost, "{end}: {error:?}");
        assert_eq!(error.retry(), Retry::Transaction, "{end}: {error:?}");
    }
}

/// A trigger fills a table of the application that is in memory.
async fn a_full_table(database: &TestDatabase) {
    let db = &database.db;
    run(db, "CREATE TABLE app_log (text char(255)) ENGINE = MEMORY MAX_ROWS = 1", []).await;
    let make = "CREATE TRIGGER app_log AFTER INSERT ON tasks FOR EACH ROW \
                INSERT INTO app_log SELECT REPEAT('x', 255) FROM seq_1_to_100000";
    run(db, "SET @@max_heap_table_size = 16384", []).await;
    let failure = fail_in_transaction(database, async |transaction, tasks, game| {
        run(transaction, make, []).await;
        tasks.create(NewTask::new(game, "new")).await.unwrap_err()
    })
    .await;
    let game = failure.game;
    let error = failure.commit(database, TransactionState::Intact).await;
    assert_eq!((kind(&error), error.retry()), (FailureKind::StorageFull, Retry::No));
    assert!(!super::is_there(database, game, "new").await);
}

async fn read_only_transactions(database: &TestDatabase) {
    let game = new_game(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let mode = Some(AccessMode::ReadOnly);
    let transaction = database.db.begin_with_config(None, mode).await.unwrap();
    let error = all.on(&transaction).create(NewTask::new(game, "new")).await.unwrap_err();
    assert_eq!((kind(&error), error.retry()), (FailureKind::ReadOnly, Retry::Transaction));
    assert_eq!(error.transaction_state(), TransactionState::Intact);
    assert_eq!(all.on(&transaction).count(TaskFilter::all()).await.unwrap(), 0);
    transaction.commit().await.unwrap();
}

/// Errors that roll back one statement, raised by the server or by a trigger.
async fn signals_and_bad_values(database: &TestDatabase) {
    let db = &database.db;
    run(db, "CREATE TABLE app_log (n tinyint)", []).await;
    for (body, expected) in [
        ("SIGNAL SQLSTATE '45000'", FailureKind::ConstraintViolation),
        ("INSERT INTO app_log VALUES (1000)", FailureKind::InvalidValue),
        ("INSERT INTO app_log VALUES ('text')", FailureKind::InvalidValue),
        ("INSERT INTO app_missing VALUES (1)", FailureKind::InvalidStatement),
        ("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290", FailureKind::ReadOnly),
        ("SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142", FailureKind::PermissionDenied),
        ("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1615", FailureKind::StatementInvalidated),
        ("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 3572", FailureKind::Timeout),
    ] {
        let make = format!(
            "CREATE TRIGGER app_refuse BEFORE UPDATE ON tasks FOR EACH ROW \
             BEGIN IF NEW.status = 'refused' THEN {body}; END IF; END"
        );
        run(db, &make, []).await;
        let failure = fail_in_transaction(database, async |_, tasks, game| {
            let patch = TaskPatch::new().status("refused");
            tasks.update((game, "before"), patch).await.unwrap_err()
        })
        .await;
        let error = failure.commit(database, TransactionState::Intact).await;
        assert_eq!(kind(&error), expected, "{body}");
        run(db, "DROP TRIGGER app_refuse", []).await;
    }
}
