//! Failures of PostgreSQL, each of which aborts the transaction; some also close the connection.

use super::{fail_in_transaction, new_game};
use crate::support::{TestDatabase, column, run};
use game_tasks::sea_orm::{DatabaseTransaction, TransactionTrait};
use game_tasks::{
    FailureKind, Game, NewTask, Retry, SeaOrmTaskRepository, TaskError, TaskPatch,
    TaskRepositoryExt, TransactionState,
};

macro_rules! postgres_cases {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                use crate::support::{Backend, DEFAULT_CONNECTIONS, on_database};
                on_database(Backend::Postgres, DEFAULT_CONNECTIONS, super::$case).await;
            }
        }
    )+};
}

postgres_cases!(
    each_code_aborts_the_transaction,
    idle_in_transaction,
    a_terminated_connection,
    a_lock_and_a_time_limit,
    a_read_only_transaction,
    a_missing_privilege,
    deallocated_prepared_statements,
    a_changed_column_type,
    a_refused_commit,
);

fn kind(error: &TaskError) -> FailureKind {
    match error {
        TaskError::Database(error) | TaskError::Referenced(error) => error.kind(),
        other => panic!("expected Database, got {other:?}"),
    }
}

/// A code of each class that the crate distinguishes, raised by a trigger.
async fn each_code_aborts_the_transaction(database: &TestDatabase) {
    let make = "CREATE FUNCTION app_raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                IF NEW.\"strategyId\" LIKE 'raise %' THEN \
                RAISE EXCEPTION USING ERRCODE = substr(NEW.\"strategyId\", 7); END IF; \
                RETURN NEW; END $$";
    run(&database.db, make, []).await;
    let make = "CREATE TRIGGER app_raise BEFORE INSERT OR UPDATE ON tasks \
                FOR EACH ROW EXECUTE FUNCTION app_raise()";
    run(&database.db, make, []).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let game = new_game(database).await;
    let old = tasks.create(NewTask::new(game, "old")).await.unwrap();
    for (code, expected, retry) in [
        ("0A000", FailureKind::Other, Retry::No),
        ("22001", FailureKind::InvalidValue, Retry::No),
        ("23514", FailureKind::ConstraintViolation, Retry::No),
        ("25006", FailureKind::ReadOnly, Retry::Call),
        ("26000", FailureKind::StatementInvalidated, Retry::Call),
        ("28000", FailureKind::PermissionDenied, Retry::No),
        ("40001", FailureKind::Serialization, Retry::Call),
        ("40P01", FailureKind::Serialization, Retry::Call),
        ("42501", FailureKind::PermissionDenied, Retry::No),
        ("42P01", FailureKind::InvalidStatement, Retry::No),
        ("53100", FailureKind::StorageFull, Retry::No),
        ("53200", FailureKind::ResourceExhausted, Retry::Call),
        ("53300", FailureKind::Unreachable, Retry::Call),
        ("53400", FailureKind::ResourceExhausted, Retry::Call),
        ("54000", FailureKind::PacketTooLarge, Retry::No),
        ("55006", FailureKind::Busy, Retry::Call),
        ("55P03", FailureKind::Timeout, Retry::Call),
        ("57014", FailureKind::Timeout, Retry::Call),
        ("57P03", FailureKind::Unreachable, Retry::Call),
        ("58030", FailureKind::Other, Retry::No),
        ("72000", FailureKind::Serialization, Retry::Call),
        ("P0001", FailureKind::ConstraintViolation, Retry::No),
        ("XX001", FailureKind::Other, Retry::No),
    ] {
        let strategy = format!("raise {code}");
        let new = || NewTask::new(game, "new").strategy(&*strategy);
        for error in [
            tasks.create(new()).await.unwrap_err(),
            tasks.update(&old, TaskPatch::new().strategy(&*strategy)).await.unwrap_err(),
        ] {
            assert_eq!((kind(&error), error.retry()), (expected, retry), "{code}");
            assert_eq!(error.transaction_state(), TransactionState::Intact);
        }
        assert_eq!(tasks.get(&old).await.unwrap(), old);
        assert!(tasks.find((game, "new")).await.unwrap().is_none());
        let failure = fail_in_transaction(database, async |_, tasks, game| {
            tasks.create(NewTask::new(game, "new").strategy(&*strategy)).await.unwrap_err()
        })
        .await;
        let error = failure.commit(database, TransactionState::Lost).await;
        let retry = if retry == Retry::Call { Retry::Transaction } else { Retry::No };
        assert_eq!((kind(&error), error.retry()), (expected, retry), "{code}");
    }
}

async fn process(transaction: &DatabaseTransaction) -> i32 {
    column(transaction, "SELECT pg_backend_pid()", []).await[0]
}

/// Waits until the server process has ended.
async fn await_end(database: &TestDatabase, process: i32) {
    let ask = "SELECT count(*) FROM pg_stat_activity WHERE pid = ?";
    while column::<_, i64>(&database.db, ask, [process.into()]).await != [0] {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn idle_in_transaction(database: &TestDatabase) {
    for read in [false, true] {
        let failure = fail_in_transaction(database, async |transaction, tasks, game| {
            let process = process(transaction).await;
            let limit = "SET LOCAL idle_in_transaction_session_timeout = '50ms'";
            run(transaction, limit, []).await;
            await_end(database, process).await;
            if read {
                return tasks.get((game, "before")).await.unwrap_err();
            }
            tasks.create(NewTask::new(game, "new")).await.unwrap_err()
        })
        .await;
        let error = failure.commit(database, TransactionState::Lost).await;
        let found = (kind(&error), error.retry());
        assert_eq!(found, (FailureKind::ConnectionLost, Retry::Transaction), "{error:?}");
    }
}

async fn a_terminated_connection(database: &TestDatabase) {
    let failure = fail_in_transaction(database, async |transaction, tasks, game| {
        let process = process(transaction).await;
        run(&database.db, "SELECT pg_terminate_backend(?)", [process.into()]).await;
        await_end(database, process).await;
        tasks.create(NewTask::new(game, "new")).await.unwrap_err()
    })
    .await;
    let error = failure.commit(database, TransactionState::Lost).await;
    assert_eq!(error.retry(), Retry::Transaction);
    assert_eq!(kind(&error), FailureKind::ConnectionLost);
}

async fn a_lock_and_a_time_limit(database: &TestDatabase) {
    let all = SeaOrmTaskRepository::new(database.db.clone());
    let game = new_game(database).await;
    let locked = all.create(NewTask::new(game, "locked")).await.unwrap();
    let holder = database.db.begin().await.unwrap();
    all.on(&holder).transition(&locked, "open", "closed").await.unwrap();
    for limit in ["lock_timeout", "statement_timeout"] {
        let failure = fail_in_transaction(database, async |transaction, tasks, _| {
            run(transaction, &format!("SET LOCAL {limit} = '50ms'"), []).await;
            tasks.transition(&locked, "open", "done").await.unwrap_err()
        })
        .await;
        let error = failure.commit(database, TransactionState::Lost).await;
        assert_eq!((kind(&error), error.retry()), (FailureKind::Timeout, Retry::Transaction));
    }
    holder.rollback().await.unwrap();
}

async fn a_read_only_transaction(database: &TestDatabase) {
    let failure = fail_in_transaction(database, async |transaction, tasks, game| {
        run(transaction, "SET TRANSACTION READ ONLY", []).await;
        tasks.create(NewTask::new(game, "new")).await.unwrap_err()
    })
    .await;
    let error = failure.commit(database, TransactionState::Lost).await;
    assert_eq!((kind(&error), error.retry()), (FailureKind::ReadOnly, Retry::Transaction));
    assert!(error.to_string().contains("read-only"), "{error}");
}

async fn a_missing_privilege(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let without = database.pool_without_ddl().await;
    run(&database.db, "REVOKE INSERT ON tasks FROM game_tasks_app", []).await;
    let tasks = SeaOrmTaskRepository::new(without.clone());
    let error = tasks.create(NewTask::new(game, "new")).await.unwrap_err();
    assert_eq!((kind(&error), error.retry()), (FailureKind::PermissionDenied, Retry::No));
    without.close().await.unwrap();
}

/// A connection pooler may deallocate statements, as may an application with `DISCARD ALL`. PgBouncer
/// answers both itself.
async fn deallocated_prepared_statements(database: &TestDatabase) {
    let database = &database.directly().await;
    let failure = fail_in_transaction(database, async |transaction, tasks, game| {
        tasks.get((game, "before")).await.unwrap();
        run(transaction, "DEALLOCATE ALL", []).await;
        tasks.get((game, "before")).await.unwrap_err()
    })
    .await;
    let error = failure.commit(database, TransactionState::Lost).await;
    let found = (kind(&error), error.retry());
    assert_eq!(found, (FailureKind::StatementInvalidated, Retry::Transaction));
}

/// "cached plan must not change result type" has the general code for unsupported features, which
/// is not retried. sqlx keeps the statement cached, so the call also fails when repeated on the
/// same connection. A connection pooler gives the plans of one client to others.
async fn a_changed_column_type(database: &TestDatabase) {
    let database = &database.directly().await;
    let db = database.second_pool().await;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let game = new_game(database).await;
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    tasks.get(task.id).await.unwrap();
    run(&database.db, "ALTER TABLE tasks ALTER status TYPE text", []).await;
    for _ in 0..2 {
        let error = tasks.get(task.id).await.unwrap_err();
        assert_eq!(error.retry(), Retry::No);
        let TaskError::Database(error) = error else { panic!("{error:?}") };
        assert_eq!(error.code(), Some("0A000"));
    }
    // Another connection has no cached plan.
    db.close().await.unwrap();
    let db = database.second_pool().await;
    assert_eq!(SeaOrmTaskRepository::new(db.clone()).get(task.id).await.unwrap(), task);
    db.close().await.unwrap();
}

/// A deferred trigger refuses the commit of each statement, after the server has sent its row.
async fn a_refused_commit(database: &TestDatabase) {
    let db = &database.db;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let game = new_game(database).await;
    let old = tasks.create(NewTask::new(game, "old")).await.unwrap();
    let make = "CREATE FUNCTION app_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                RAISE EXCEPTION 'refused' USING ERRCODE = '23514'; END $$";
    run(db, make, []).await;
    let make = "CREATE CONSTRAINT TRIGGER app_refuse AFTER INSERT OR UPDATE OR DELETE ON tasks \
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app_refuse()";
    run(db, make, []).await;
    let created = tasks.create(NewTask::new(game, "new")).await;
    let updated = tasks.update(old.id, TaskPatch::new().strategy("other")).await;
    let moved = tasks.transition(old.id, "open", "closed").await;
    let deleted = tasks.delete(old.id).await;
    for refused in [created, updated, moved, deleted] {
        assert_eq!(kind(&refused.unwrap_err()), FailureKind::ConstraintViolation);
    }
    assert_eq!(tasks.find(old.id).await.unwrap(), Some(old));
    assert_eq!(tasks.find((game, "new")).await.unwrap(), None);
}
