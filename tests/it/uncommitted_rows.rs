//! A batch that meets what another's transaction has written and not yet committed: it waits,
//! and judges by what is there then, also what it does not see.

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

/// Makes a test of each case on each database that takes several connections.
macro_rules! waiting_cases {
    ($($case:ident),+ $(,)?) => {$(
        tests_on!(
            [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
            $case, |on| super::on_database(on, super::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}
waiting_cases!(
    an_atomic_batch_that_does_not_see_it,
    each_for_itself_that_does_not_see_it,
    an_atomic_batch_that_sees_it,
    each_for_itself_that_sees_it,
    what_is_rolled_back_was_never_there,
);

/// Without owners in the games table, a key sees what it created, and creates anywhere.
type Repository = SeaOrmTaskRepository<DatabaseConnection, arenas::Entity>;

fn scope(text: &str) -> TaskScope {
    TaskScope::api_key(key(text))
}

/// What two are told of one name: the one creates `x` in its transaction, the other calls with
/// the batch `a`, `x` on the pool before that ends.
struct Told<T> {
    all: Repository,
    x: Task,
    answer: T,
}

async fn meet<T, F>(
    database: &TestDatabase,
    scope_of_other: TaskScope,
    commits: bool,
    call: impl FnOnce(Repository, [NewTask; 2]) -> F,
) -> Told<T>
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
    let answer = tokio::spawn(call(other, batch));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!answer.is_finished(), "it must wait for what becomes of x");
    match commits {
        true => transaction.commit().await.unwrap(),
        false => transaction.rollback().await.unwrap(),
    }
    Told { all, x, answer: answer.await.unwrap() }
}

async fn an_atomic_batch_that_does_not_see_it(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        let other = scope("gme_live_other");
        let Told { all, x, answer } = meet(database, other, true, move |tasks, batch| async move {
            tasks.create_all(batch, on_existing).await
        })
        .await;
        let error = answer.unwrap_err();
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

async fn each_for_itself_that_does_not_see_it(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        let other = scope("gme_live_other");
        let Told { all, x, answer } = meet(database, other, true, move |tasks, batch| async move {
            tasks.create_many(batch, on_existing).await
        })
        .await;
        let [a, unseen] = answer.unwrap().try_into().unwrap();
        let Ok(CreateOutcome::Created(a)) = a else { panic!("{a:?}, {on_existing:?}") };
        assert_is!(
            unseen,
            Err(TaskError::AlreadyExists { external_task_id, id: None, .. })
                if external_task_id == "x"
        );
        assert_eq!(list_by_name(&all).await, [a, x], "{on_existing:?}");
    }
}

/// What became of `x` for one that sees it.
async fn assert_met(
    all: &Repository,
    x: &Task,
    met: Result<CreateOutcome, TaskError>,
    how: OnExisting,
) {
    let now = all.get(x).await.unwrap();
    match how {
        OnExisting::Fail => {
            assert_is!(met, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(x.id));
        }
        OnExisting::Keep => assert_eq!(met.unwrap(), CreateOutcome::Kept(x.clone())),
        OnExisting::Update => {
            assert_eq!((now.strategy_id.as_str(), &now.api_key_used), ("other's", &x.api_key_used));
            assert!(now.updated_at > x.updated_at);
            assert_eq!(met.unwrap(), CreateOutcome::Updated(now));
            return;
        }
    }
    assert_eq!(now, *x);
}

async fn an_atomic_batch_that_sees_it(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        for scope in [TaskScope::unrestricted(), scope("gme_live_one")] {
            let Told { all, x, answer } =
                meet(database, scope, true, move |tasks, batch| async move {
                    tasks.create_all(batch, on_existing).await
                })
                .await;
            let met = match answer {
                Ok(written) => {
                    let [a, met] = written.try_into().unwrap();
                    assert_is!(a, CreateOutcome::Created(task) if task.external_task_id == "a");
                    assert_eq!(names(&list_by_name(&all).await), ["a", "x"]);
                    Ok(met)
                }
                Err(error) => {
                    let (index, error) = batch_error(error);
                    assert_eq!(index, 1);
                    assert_eq!(names(&list_by_name(&all).await), ["x"]);
                    Err(error)
                }
            };
            assert_met(&all, &x, met, on_existing).await;
        }
    }
}

async fn each_for_itself_that_sees_it(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        for scope in [TaskScope::unrestricted(), scope("gme_live_one")] {
            let Told { all, x, answer } =
                meet(database, scope, true, move |tasks, batch| async move {
                    tasks.create_many(batch, on_existing).await
                })
                .await;
            let [a, met] = answer.unwrap().try_into().unwrap();
            assert_is!(a, Ok(CreateOutcome::Created(task)) if task.external_task_id == "a");
            assert_eq!(names(&list_by_name(&all).await), ["a", "x"]);
            assert_met(&all, &x, met, on_existing).await;
        }
    }
}

async fn what_is_rolled_back_was_never_there(database: &TestDatabase) {
    for on_existing in ON_EXISTING {
        let other = scope("gme_live_other");
        let Told { all, x, answer } =
            meet(database, other, false, move |tasks, batch| async move {
                tasks.create_all(batch, on_existing).await
            })
            .await;
        let written = answer.unwrap();
        assert!(written.iter().all(CreateOutcome::is_created), "{on_existing:?}");
        let created: Vec<Task> = written.into_iter().map(CreateOutcome::into_task).collect();
        assert!(created.iter().all(|task| task.id != x.id));
        assert_eq!(list_by_name(&all).await, created);
    }
}
