//! Tasks that are changed where they are still as they were read: on MySQL, and on MariaDB in a table
//! with a column that another way of changing them would not leave alone.

use crate::support::{
    Backend, Counter, Intercepted, Interceptor, TestDatabase, assert_is, database_cases,
    on_database, run, tests_on,
};
use futures_util::future::BoxFuture;
use futures_util::future::{join, join_all, try_join_all};
use game_tasks::sea_orm::{
    DatabaseConnection, DbErr, RuntimeErr, SqlxError, Statement, TransactionTrait,
};
use game_tasks::{
    Game, GamePatch, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task, TaskError, TaskPatch,
    TaskRepository, TaskRepositoryExt, TaskScope,
};
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

macro_rules! cases {
    ($($case:ident),+ $(,)?) => {$(
        tests_on!(
            [mariadb MariaDb, mysql MySql],
            $case,
            |on| super::on_database(on, super::CONNECTIONS, super::$case)
        );
    )+};
}

cases!(
    every_answer_is_the_row_that_the_call_wrote,
    a_delete_ends_although_others_keep_writing,
    calls_in_transactions_wait_for_each_other,
    rows_that_change_before_each_write,
    a_transaction_of_the_calls_own_that_fails,
);
tests_on!([mysql MySql], many_first_calls_at_once, |on| {
    super::on_database(on, super::CONNECTIONS, super::many_first_calls_at_once)
});
database_cases!(a_family_of_repositories_finds_out_once_what_the_server_is);

const CONNECTIONS: u32 = 10;
const WRITERS: usize = 8;
const UPDATES: usize = 40;

type Tasks = SeaOrmTaskRepository<DatabaseConnection>;

async fn one_task(database: &TestDatabase) -> (Tasks, Task) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    if database.backend == Backend::MariaDb {
        let column = "ALTER TABLE tasks ADD app_number bigint NOT NULL AUTO_INCREMENT UNIQUE";
        run(&database.db, column, []).await;
    }
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    // The first update finds out what the table allows.
    let task = tasks.update(task.id, TaskPatch::new().status("learned")).await.unwrap();
    (tasks, task)
}

/// Half of the writers set the status and half the strategy, each time to another value.
async fn write(tasks: &impl TaskRepository, id: Uuid, writer: usize, n: usize) -> Task {
    let value = format!("{writer} {n}");
    let patch = match writer % 2 {
        0 => TaskPatch::new().status(value),
        _ => TaskPatch::new().strategy(value),
    };
    tasks.update(id, patch).await.unwrap()
}

/// The answers, in the order of the times that the writes gave to the row, must be its history: each
/// has the value that it wrote, and of the other column the one that was written last before.
async fn every_answer_is_the_row_that_the_call_wrote(database: &TestDatabase) {
    let (tasks, task) = one_task(database).await;
    let writers = (0..WRITERS).map(|writer| {
        let (tasks, id) = (tasks.clone(), task.id);
        tokio::spawn(async move {
            let mut answers = Vec::new();
            for n in 0..UPDATES {
                let answer = write(&tasks, id, writer, n).await;
                answers.push((writer, n, answer));
            }
            answers
        })
    });
    let mut answers: Vec<_> = try_join_all(writers).await.unwrap().into_iter().flatten().collect();
    answers.sort_by_key(|(.., task)| task.updated_at);
    let mut row = task;
    for (writer, n, answer) in answers {
        let value = format!("{writer} {n}");
        match writer % 2 {
            0 => row.status = game_tasks::TaskStatus::new(value).unwrap(),
            _ => row.strategy_id = game_tasks::StrategyId::new(value).unwrap(),
        }
        assert!(answer.updated_at > row.updated_at, "two answers have the same time");
        row.updated_at = answer.updated_at;
        assert_eq!(answer, row);
    }
    assert_eq!(tasks.get(row.id).await.unwrap(), row);
}

/// Runs a call while others keep writing the task.
async fn while_others_write<T>(tasks: &Tasks, id: Uuid, call: impl Future<Output = T>) -> T {
    let done = AtomicBool::new(false);
    let others = (0..WRITERS - 1).map(|writer| {
        let done = &done;
        async move {
            for n in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let patch = TaskPatch::new().status(format!("{writer} {n}"));
                let written = tasks.update(id, patch).await;
                assert_is!(written, Ok(_) | Err(TaskError::NotFound { .. }));
            }
        }
    });
    let call = async {
        let result = call.await;
        done.store(true, Ordering::Relaxed);
        result
    };
    join(call, join_all(others)).await.0
}

async fn a_delete_ends_although_others_keep_writing(database: &TestDatabase) {
    let (tasks, first) = one_task(database).await;
    for n in 0..10 {
        let task = tasks.create(NewTask::new(first.game_id, format!("{n}"))).await.unwrap();
        let deleted = while_others_write(&tasks, task.id, tasks.delete(task.id)).await.unwrap();
        assert_eq!((deleted.id, deleted.created_at), (task.id, task.created_at));
        assert!(!tasks.exists(task.id).await.unwrap());
    }
}

/// Runs a statement of another client's before each one that writes.
struct Overtake {
    db: DatabaseConnection,
    statement: String,
    can_begin: bool,
    loses_begin: bool,
}

impl Interceptor for Overtake {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let writes = !statement.sql.starts_with("SELECT");
        Box::pin(async move {
            if writes {
                run(&self.db, &self.statement, []).await;
            }
            call.await
        })
    }

    fn can_begin(&self) -> bool {
        self.can_begin
    }

    fn begin_failure(&self) -> Option<DbErr> {
        let lost = SqlxError::Io(std::io::ErrorKind::ConnectionReset.into());
        self.loses_begin.then(|| DbErr::Query(RuntimeErr::SqlxError(lost.into())))
    }
}

fn overtaking(
    database: &TestDatabase,
    statement: &str,
    can_begin: bool,
) -> Intercepted<DatabaseConnection, Overtake> {
    let (db, statement) = (database.db.clone(), statement.to_owned());
    Intercepted::new(database.db.clone(), Overtake { db, statement, can_begin, loses_begin: false })
}

const OVERTAKE_TASKS: &str = "UPDATE tasks SET strategyId = uuid()";
const OVERTAKE_GAMES: &str = "UPDATE games SET strategyId = uuid()";

async fn stored_game(database: &TestDatabase, id: Uuid) -> Game {
    Game::find(&database.db, id).await.unwrap().unwrap()
}

/// The call locks the row after some attempts where it can, and gives up where it cannot.
async fn rows_that_change_before_each_write(database: &TestDatabase) {
    let (tasks, task) = one_task(database).await;
    let closed = || TaskPatch::new().status("closed");
    let platform = || GamePatch::new().platform("web");

    let db = overtaking(database, OVERTAKE_TASKS, false);
    let mut refused = vec![tasks.on(&db).update(task.id, closed()).await];
    // MariaDB's `DELETE` returns the row.
    if database.backend == Backend::MySql {
        refused.push(tasks.on(&db).delete(task.id).await);
    }
    for refused in refused {
        assert_is!(refused, Err(TaskError::Conflict { status, .. }) if *status == task.status);
    }
    assert_eq!(tasks.get(task.id).await.unwrap().status, task.status);
    let db = overtaking(database, OVERTAKE_GAMES, false);
    let error = Game::update(&db, task.game_id, platform()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Call, "{error:?}");
    assert_eq!(stored_game(database, task.game_id).await.platform, None);

    let mut db = overtaking(database, OVERTAKE_TASKS, true);
    db.interceptor.loses_begin = true;
    let error = tasks.on(&db).update(task.id, closed()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Call, "{error:?}");
    db.interceptor.loses_begin = false;
    let updated = tasks.on(&db).update(task.id, closed()).await.unwrap();
    assert_eq!(updated.status, "closed");
    assert_eq!(updated, tasks.get(task.id).await.unwrap());
    let deleted = tasks.on(&db).delete(task.id).await.unwrap();
    assert_ne!(deleted.strategy_id, updated.strategy_id, "nothing came between");
    assert!(!tasks.exists(task.id).await.unwrap());
    let db = overtaking(database, OVERTAKE_GAMES, true);
    let updated = Game::update(&db, task.game_id, platform()).await.unwrap();
    assert_eq!(updated.platform.as_deref(), Some("web"));
    assert_eq!(updated, stored_game(database, task.game_id).await);
}

/// What a trigger leaves cannot be read, and so the transaction is rolled back.
async fn a_transaction_of_the_calls_own_that_fails(database: &TestDatabase) {
    let (tasks, task) = one_task(database).await;
    let transaction = database.db.begin().await.unwrap();
    run(&transaction, "SET sql_mode = ''", []).await;
    for (table, column) in [("tasks", "status"), ("games", "platform")] {
        let trigger = format!(
            "CREATE TRIGGER app_{table} BEFORE UPDATE ON {table} FOR EACH ROW SET NEW.created_at = \
             IF(NEW.{column} = 'unreadable', '0000-00-00 00:00:00', NEW.created_at)"
        );
        run(&transaction, &trigger, []).await;
    }
    run(&transaction, "SET sql_mode = DEFAULT", []).await;
    transaction.commit().await.unwrap();

    let db = overtaking(database, OVERTAKE_GAMES, true);
    let patch = GamePatch::new().platform("unreadable");
    let error = Game::update(&db, task.game_id, patch.clone()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::No, "{error:?}");
    assert_eq!(stored_game(database, task.game_id).await.platform, None);
    // Without a transaction the change has been made.
    let error = Game::update(&database.db, task.game_id, patch).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");

    let db = overtaking(database, OVERTAKE_TASKS, true);
    let patch = TaskPatch::new().status("unreadable");
    let error = tasks.on(&db).update(task.id, patch.clone()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::No, "{error:?}");
    assert_eq!(tasks.get(task.id).await.unwrap().status, task.status);
    let error = tasks.update(task.id, patch).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
}

async fn calls_in_transactions_wait_for_each_other(database: &TestDatabase) {
    let (tasks, task) = one_task(database).await;
    let transaction = database.db.begin().await.unwrap();
    // An older snapshot must not decide what the task is.
    tasks.on(&transaction).get(task.id).await.unwrap();
    tasks.update(task.id, TaskPatch::new().status("later")).await.unwrap();
    let patch = TaskPatch::new().strategy("own").if_status("later");
    let updated = tasks.on(&transaction).update(task.id, patch).await;
    if database.refuses_outdated_snapshots().await {
        let error = updated.unwrap_err();
        assert_eq!((error.retry(), error.transaction_lost()), (Retry::Transaction, true));
        return;
    }
    assert_eq!(updated.unwrap().status, "later");
    let other = tokio::spawn({
        let (tasks, id) = (tasks.clone(), task.id);
        async move { tasks.update(id, TaskPatch::new().status("last")).await.unwrap() }
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!other.is_finished(), "the row is locked");
    transaction.commit().await.unwrap();
    let last = other.await.unwrap();
    assert_eq!((last.strategy_id.as_str(), last.status.as_str()), ("own", "last"));
    assert_eq!(tasks.get(task.id).await.unwrap(), last);
}

/// While calls run, another one finds out what the server is.
async fn many_first_calls_at_once(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    for round in 0..20 {
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        let calls = (0..CONNECTIONS).map(|n| {
            let (tasks, name) = (tasks.clone(), format!("{round} {n}"));
            tokio::spawn(async move {
                let new = || NewTask::new(game, name.as_str()).id(Uuid::now_v7());
                match n % 3 {
                    0 => tasks.create(new()).await.map(drop),
                    1 => tasks.create_all([new()], OnExisting::Update).await.map(drop),
                    _ => match tasks.create_many([new()], OnExisting::Update).await {
                        Ok(outcomes) => outcomes.into_iter().try_for_each(|one| one.map(drop)),
                        Err(error) => Err(error),
                    },
                }
            })
        });
        for result in join_all(calls).await {
            // InnoDB may report a deadlock of inserts beside each other.
            if let Err(error) = result.unwrap() {
                assert_eq!(error.retry(), Retry::Call, "{error:?}");
            }
        }
    }
}

/// One statement more for the first call that writes, on MySQL alone, whichever call that is.
async fn a_family_of_repositories_finds_out_once_what_the_server_is(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let known = SeaOrmTaskRepository::new(database.db.clone());
    known.create(NewTask::new(game, "task")).await.unwrap();
    let id = known.get((game, "task")).await.unwrap().id;
    let more = usize::from(database.backend == Backend::MySql);
    let changing = if more > 0 { 2 } else { 1 };
    let patch = |n: usize| TaskPatch::new().status(format!("status {n}"));
    for first in 0..5 {
        let counting = Counter::on(database.db.clone());
        let tasks = SeaOrmTaskRepository::new(&counting);
        let counter = &counting.interceptor;
        // Reading does not need to know.
        assert_eq!(counter.count(tasks.get(id)).await.1, 1);
        let (scoped, copy) = (tasks.scoped(TaskScope::unrestricted()), tasks.clone());
        let call = async |tasks: &dyn TaskRepository, n: usize| {
            let new = |what: &str| NewTask::new(game, format!("{what} {first} {n}"));
            match (first, n) {
                (0, 0) | (_, 1) => (tasks.create(new("one")).await.map(drop), 1),
                (1, 0) => (tasks.create_many([new("many")], OnExisting::Fail).await.map(drop), 1),
                (2, 0) => (tasks.create_all([new("all")], OnExisting::Fail).await.map(drop), 1),
                (3, 0) => (tasks.update(id, patch(first)).await.map(drop), changing),
                (_, 0) => {
                    let other = known.create(new("deleted")).await.unwrap();
                    (tasks.delete(other.id).await.map(drop), changing)
                }
                _ => (tasks.update(id, patch(100 * first + n)).await.map(drop), changing),
            }
        };
        let others: [&dyn TaskRepository; 4] = [&tasks, &tasks, &*scoped, &copy];
        for (n, repository) in others.into_iter().enumerate() {
            let ((result, expected), sent) = counter.count(call(repository, n)).await;
            result.unwrap();
            let expected = expected + if n == 0 { more } else { 0 };
            assert_eq!(sent, expected, "first call {first}, call {n}");
        }
    }
}
