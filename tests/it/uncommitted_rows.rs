//! A batch with a name that another transaction has inserted but not yet committed: the batch waits,
//! and its outcome depends on whether the other transaction commits.

use crate::support::{
    DEFAULT_CONNECTIONS, ON_EXISTING, TestDatabase, arenas, assert_is, batch_error, key,
    list_by_name, names, on_database, tests_on,
};
use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskError,
    TaskRepositoryExt, TaskScope,
};
use std::future::Future;
use std::time::Duration;

/// Defines tests of cases on each database that supports several connections.
macro_rules! waiting_cases {
    ($($case:ident),+ $(,)?) => {$(
        tests_on!(
            [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
            $case, |on| super::on_database(on, super::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}
waiting_cases!(
    an_atomic_batch_that_cannot_see_the_row,
    a_partial_batch_that_cannot_see_the_row,
    an_atomic_batch_that_can_see_the_row,
    a_partial_batch_that_can_see_the_row,
    a_rolled_back_row_does_not_conflict,
);

/// Without owners in the games table, a key sees the tasks that it created, and can create tasks in
/// any game.
type Repository = SeaOrmTaskRepository<DatabaseConnection, arenas::Entity>;

fn scope(text: &str) -> TaskScope {
    TaskScope::api_key(key(text))
}

/// The result of a call with the batch `a`, `x`, made while a transaction has created `x`.
struct Reported<T> {
    all: Repository,
    x: Task,
    result: T,
}

async fn call_before_commit<T, F>(
    database: &TestDatabase,
    scope_of_other: TaskScope,
    commits: bool,
    call: impl FnOnce(Repository, [NewTask; 2]) -> F,
) -> Reported<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    database.clear().await;
    let db = &database.db;
    let game = Game::new("arena").insert(db).await.unwrap().id;
    let all: Repository = SeaOrmTaskRepository::with_parent(db.clone());
    let one = all.clone().with_scope(scope("gme_live_one"));
    let other = all.clone().with_scope(scope_of_other);

    let transaction = db.begin().await.unwrap();
    let x = one.on(&transaction).create(NewTask::new(game, "x").strategy("one's")).await.unwrap();
    let batch = ["a", "x"].map(|name| NewTask::new(game, name).strategy("other's"));
    let result = tokio::spawn(call(other, batch));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!result.is_finished(), "it must wait for the transaction that created x");
    match commits {
        true => transaction.commit().await.unwrap(),
        false => transaction.rollback().await.unwrap(),
    }
    Reported { all, x, result: result.await.unwrap() }
}

async fn an_atomic_batch_that_cannot_see_the_row(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        let other = scope("gme_live_other");
        let Reported { all, x, result } =
            call_before_commit(database, other, true, move |tasks, batch| async move {
                tasks.create_all(batch, on_existing).await
            })
            .await;
        let error = result.unwrap_err();
        assert!(!error.transaction_lost());
        let (index, error) = batch_error(error);
        assert_eq!(index, 1, "{on_existing:?}");
        assert_is!(
            error,
            TaskError::AlreadyExists { external_task_id, id: None, .. } if external_task_id == "x"
        );
        assert_eq!(list_by_name(&all).await, [x], "{on_existing:?}");
    }
}

async fn a_partial_batch_that_cannot_see_the_row(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        let other = scope("gme_live_other");
        let Reported { all, x, result } =
            call_before_commit(database, other, true, move |tasks, batch| async move {
                tasks.create_many(batch, on_existing).await
            })
            .await;
        let [a, hidden] = result.unwrap().try_into().unwrap();
        let Ok(CreateOutcome::Created(a)) = a else { panic!("{a:?}, {on_existing:?}") };
        assert_is!(
            hidden,
            Err(TaskError::AlreadyExists { external_task_id, id: None, .. })
                if external_task_id == "x"
        );
        assert_eq!(list_by_name(&all).await, [a, x], "{on_existing:?}");
    }
}

/// Asserts the outcome for `x` of a caller that can see it.
async fn assert_outcome(
    all: &Repository,
    x: &Task,
    outcome: Result<CreateOutcome, TaskError>,
    on_existing: OnExisting,
) {
    let now = all.get(x).await.unwrap();
    match on_existing {
        OnExisting::Fail => {
            assert_is!(outcome, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(x.id));
        }
        OnExisting::Keep => assert_eq!(outcome.unwrap(), CreateOutcome::Kept(x.clone())),
        OnExisting::Update => {
            assert_eq!((now.strategy_id.as_str(), &now.api_key_used), ("other's", &x.api_key_used));
            assert!(now.updated_at > x.updated_at);
            assert_eq!(outcome.unwrap(), CreateOutcome::Updated(now));
            return;
        }
    }
    assert_eq!(now, *x);
}

async fn an_atomic_batch_that_can_see_the_row(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        for scope in [TaskScope::unrestricted(), scope("gme_live_one")] {
            let Reported { all, x, result } =
                call_before_commit(database, scope, true, move |tasks, batch| async move {
                    tasks.create_all(batch, on_existing).await
                })
                .await;
            let outcome = match result {
                Ok(written) => {
                    let [a, outcome] = written.try_into().unwrap();
                    assert_is!(a, CreateOutcome::Created(task) if task.external_task_id == "a");
                    assert_eq!(names(&list_by_name(&all).await), ["a", "x"]);
                    Ok(outcome)
                }
                Err(error) => {
                    let (index, error) = batch_error(error);
                    assert_eq!(index, 1);
                    assert_eq!(names(&list_by_name(&all).await), ["x"]);
                    Err(error)
                }
            };
            assert_outcome(&all, &x, outcome, on_existing).await;
        }
    }
}

async fn a_partial_batch_that_can_see_the_row(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        for scope in [TaskScope::unrestricted(), scope("gme_live_one")] {
            let Reported { all, x, result } =
                call_before_commit(database, scope, true, move |tasks, batch| async move {
                    tasks.create_many(batch, on_existing).await
                })
                .await;
            let [a, outcome] = result.unwrap().try_into().unwrap();
            assert_is!(a, Ok(CreateOutcome::Created(task)) if task.external_task_id == "a");
            assert_eq!(names(&list_by_name(&all).await), ["a", "x"]);
            assert_outcome(&all, &x, outcome, on_existing).await;
        }
    }
}

async fn a_rolled_back_row_does_not_conflict(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        let other = scope("gme_live_other");
        let Reported { all, x, result } =
            call_before_commit(database, other, false, move |tasks, batch| async move {
                tasks.create_all(batch, on_existing).await
            })
            .await;
        let written = result.unwrap();
        assert!(written.iter().all(CreateOutcome::is_created), "{on_existing:?}");
        let created: Vec<Task> = written.into_iter().map(CreateOutcome::into_task).collect();
        assert!(created.iter().all(|task| task.id != x.id));
        assert_eq!(list_by_name(&all).await, created);
    }
}
