//! A unique index of the application's own: the task that violates it is refused by the
//! database, the others are written, and nobody keeps on trying.

use crate::support::{
    Backend, Counter, ON_EXISTING, TestDatabase, assert_is, database_cases, list_by_name, names,
    on_database, run, still_works, tests_on,
};
use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
use game_tasks::{
    CreateOutcome, FailureKind, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task,
    TaskConnection, TaskError, TaskFilter, TaskOrder, TaskPatch, TaskQuery, TaskRepository,
    TaskRepositoryExt,
};
use uuid::Uuid;

database_cases!(
    one_task_on_a_pool,
    each_for_itself_on_a_pool,
    an_update_beside_a_violation,
    all_or_none_on_a_pool,
    one_task_in_a_transaction,
    each_for_itself_in_a_transaction,
    all_or_none_in_a_transaction,
    indexes_of_other_names,
);
// SQLite's other connections learn only from a query that an index is gone.
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    an_index_with_the_name_or_the_id,
    |on| super::on_database(on, 1, super::an_index_with_the_name_or_the_id)
);

/// The most statements that a call on one task may take, and one on ten.
const MOST_FOR_ONE: usize = 20;
const MOST_FOR_TEN: usize = 40;

/// A game in which each strategy is one task's only, and the task that has `taken`.
async fn game_and_holder(database: &TestDatabase) -> (Uuid, Task) {
    let db = &database.db;
    let index = r#"CREATE UNIQUE INDEX app_one_each ON tasks ("gameId", "strategyId")"#;
    run(db, index, []).await;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    (game, tasks.create(NewTask::new(game, "holder").strategy("taken")).await.unwrap())
}

/// Ten tasks, of which the fourth wants what is taken, and the eighth what the sixth has.
fn ten(game: Uuid) -> impl Iterator<Item = NewTask> {
    (0..10).map(move |n| {
        let strategy = match n {
            3 => "taken".to_owned(),
            7 => "5".to_owned(),
            n => n.to_string(),
        };
        NewTask::new(game, format!("task {n}")).strategy(strategy)
    })
}

const WRITTEN: [&str; 9] =
    ["holder", "task 0", "task 1", "task 2", "task 4", "task 5", "task 6", "task 8", "task 9"];

#[track_caller]
fn assert_violated(error: &TaskError) {
    assert_is!(error, TaskError::Database(e) if e.kind() == FailureKind::UniqueViolation);
}

/// That the error tells the truth of the transaction.
async fn assert_told_truly<C: game_tasks::sea_orm::ConnectionTrait>(
    database: &TestDatabase,
    error: &TaskError,
    transaction: &C,
) {
    assert_violated(error);
    let lost = database.backend == Backend::Postgres;
    assert_eq!(error.transaction_lost(), lost, "{error:?}");
    assert_eq!(error.retry(), if lost { Retry::Transaction } else { Retry::No });
    assert_eq!(still_works(transaction).await, !lost);
}

/// The outcomes of the ten.
fn assert_each_told(outcomes: &[Result<CreateOutcome, TaskError>]) {
    assert_eq!(outcomes.len(), 10);
    for (n, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Err(error) if n == 3 || n == 7 => assert_violated(error),
            outcome => {
                assert_is!(
                    outcome,
                    Ok(CreateOutcome::Created(task)) if task.external_task_id == format!("task {n}")
                );
            }
        }
    }
}

async fn one_task_on_a_pool(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let tasks = SeaOrmTaskRepository::new(Counter::on(database.db.clone()));
    let new = || NewTask::new(game, "new").strategy("taken");
    for call in [false, true] {
        let (error, statements) = tasks
            .connection()
            .interceptor
            .count(async {
                match call {
                    false => tasks.create(new()).await.unwrap_err(),
                    true => tasks.get_or_create(new()).await.unwrap_err(),
                }
            })
            .await;
        assert_violated(&error);
        assert_eq!((error.retry(), error.transaction_lost()), (Retry::No, false));
        assert!(statements <= MOST_FOR_ONE, "{statements} statements");
    }
    assert_eq!(list_by_name(&tasks).await, [holder]);
}

async fn each_for_itself_on_a_pool(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let tasks = SeaOrmTaskRepository::new(Counter::on(database.db.clone()));
    for on_existing in ON_EXISTING {
        let call = tasks.create_many(ten(game), on_existing);
        let (outcomes, statements) = tasks.connection().interceptor.count(call).await;
        assert_each_told(&outcomes.unwrap());
        assert!(statements <= MOST_FOR_TEN, "{statements} statements, {on_existing:?}");
        let rows = list_by_name(&tasks).await;
        assert_eq!(names(&rows), WRITTEN);
        assert_eq!(rows[0], holder);
        run(&database.db, "DELETE FROM tasks WHERE id <> ?", [holder.id.into()]).await;
    }
}

/// What is there and is to be changed is changed, although another task of the batch cannot be
/// written.
async fn an_update_beside_a_violation(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let tasks = SeaOrmTaskRepository::new(Counter::on(database.db.clone()));
    let old = tasks.create(NewTask::new(game, "task 1").strategy("old")).await.unwrap();
    let kept = tasks.create(NewTask::new(game, "task 2").strategy("2")).await.unwrap();
    let call = tasks.create_many(ten(game), OnExisting::Update);
    let (outcomes, statements) = tasks.connection().interceptor.count(call).await;
    let outcomes = outcomes.unwrap();
    assert_is!(
        &outcomes[1],
        Ok(CreateOutcome::Updated(task)) if task.id == old.id && task.strategy_id == "1"
    );
    assert_is!(&outcomes[2], Ok(CreateOutcome::Kept(task)) if *task == kept);
    for n in [3, 7] {
        assert_violated(outcomes[n].as_ref().unwrap_err());
    }
    for n in [0, 4, 5, 6, 8, 9] {
        assert!(outcomes[n].as_ref().unwrap().is_created(), "{n}");
    }
    assert!(statements <= MOST_FOR_TEN, "{statements} statements");
    assert_eq!(names(&list_by_name(&tasks).await), WRITTEN);
    // What exists may be what violates.
    let wants_taken = NewTask::new(game, "task 1").strategy("taken");
    let outcomes = tasks.create_many([wants_taken], OnExisting::Update).await.unwrap();
    assert_violated(outcomes[0].as_ref().unwrap_err());
    assert_eq!(tasks.get(&holder).await.unwrap(), holder);
}

async fn all_or_none_on_a_pool(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let tasks = SeaOrmTaskRepository::new(Counter::on(database.db.clone()));
    for on_existing in ON_EXISTING {
        let call = tasks.create_all(ten(game), on_existing);
        let (outcome, statements) = tasks.connection().interceptor.count(call).await;
        let error = outcome.unwrap_err();
        assert_violated(&error);
        assert_eq!((error.retry(), error.transaction_lost()), (Retry::No, false));
        assert!(statements <= MOST_FOR_TEN, "{statements} statements, {on_existing:?}");
        assert_eq!(list_by_name(&tasks).await, std::slice::from_ref(&holder));
    }
    // The batch itself is at fault.
    let same = ["a", "b"].map(|name| NewTask::new(game, name).strategy("same"));
    for on_existing in ON_EXISTING {
        assert_violated(&tasks.create_all(same.clone(), on_existing).await.unwrap_err());
        assert_eq!(list_by_name(&tasks).await, std::slice::from_ref(&holder));
    }
}

async fn one_task_in_a_transaction(database: &TestDatabase) {
    let (game, _) = game_and_holder(database).await;
    let all = SeaOrmTaskRepository::<DatabaseConnection>::new(database.db.clone());
    let transaction = database.db.begin().await.unwrap();
    let counting = Counter::on(&transaction);
    let tasks = all.on(&counting);
    tasks.create(NewTask::new(game, "before").strategy("before")).await.unwrap();
    let new = NewTask::new(game, "new").strategy("taken");
    let (outcome, statements) = counting.interceptor.count(tasks.create(new)).await;
    assert!(statements <= MOST_FOR_ONE, "{statements} statements");
    let error = outcome.unwrap_err();
    assert_told_truly(database, &error, &transaction).await;
    transaction.commit().await.unwrap();
    let left: &[&str] = if error.transaction_lost() { &["holder"] } else { &["before", "holder"] };
    assert_eq!(names(&list_by_name(&all).await), left);
}

async fn each_for_itself_in_a_transaction(database: &TestDatabase) {
    let (game, _) = game_and_holder(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        let transaction = database.db.begin().await.unwrap();
        let counting = Counter::on(&transaction);
        let tasks = all.on(&counting);
        assert!(counting.in_transaction());
        let (outcomes, statements) =
            counting.interceptor.count(tasks.create_many(ten(game), on_existing)).await;
        assert!(statements <= MOST_FOR_TEN, "{statements} statements, {on_existing:?}");
        if database.backend == Backend::Postgres {
            // There is no outcome for each: what was written goes with the transaction.
            let error = outcomes.unwrap_err();
            assert_told_truly(database, &error, &transaction).await;
            transaction.rollback().await.unwrap();
        } else {
            assert_each_told(&outcomes.unwrap());
            assert_eq!(names(&list_by_name(&tasks).await), WRITTEN);
            assert!(still_works(&transaction).await);
            transaction.rollback().await.unwrap();
        }
        assert_eq!(names(&list_by_name(&all).await), ["holder"]);
    }
}

async fn all_or_none_in_a_transaction(database: &TestDatabase) {
    let (game, _) = game_and_holder(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        let transaction = database.db.begin().await.unwrap();
        let counting = Counter::on(&transaction);
        let call = all.on(&counting);
        let (outcome, statements) =
            counting.interceptor.count(call.create_all(ten(game), on_existing)).await;
        assert!(statements <= MOST_FOR_TEN, "{statements} statements, {on_existing:?}");
        let error = outcome.unwrap_err();
        assert_told_truly(database, &error, &transaction).await;
        transaction.commit().await.unwrap();
        assert_eq!(names(&list_by_name(&all).await), ["holder"]);
    }
}

/// An index of the application's own on the columns by which the crate knows a task, but not on
/// these alone: no task has the name in the game, or the id.
async fn an_index_with_the_name_or_the_id(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let other = Game::new("other").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let holder = NewTask::new(game, "task").strategy("taken");
    let holder = tasks.create(holder).await.unwrap();
    let of_postgres: &[&str] = match database.backend {
        Backend::Postgres => &[
            "(\"strategyId\") INCLUDE (\"gameId\", \"externalTaskId\")",
            "(\"strategyId\") INCLUDE (id)",
            "(lower(\"externalTaskId\"), (\"strategyId\"))",
            "(\"externalTaskId\", lower(\"strategyId\"))",
        ],
        _ => &[],
    };
    let of_all = ["(\"externalTaskId\")", "(\"externalTaskId\", \"strategyId\")"];
    for columns in of_all.iter().chain(of_postgres) {
        run(db, &format!("CREATE UNIQUE INDEX app_own ON tasks {columns}"), []).await;
        let new = || NewTask::new(other, "task").strategy("taken");
        assert_violated(&tasks.create(new()).await.unwrap_err());
        for on_existing in ON_EXISTING {
            let outcomes = tasks.create_many([new()], on_existing).await.unwrap();
            assert_violated(outcomes[0].as_ref().unwrap_err());
            assert_violated(&tasks.create_all([new()], on_existing).await.unwrap_err());
        }
        assert_eq!(list_by_name(&tasks).await, std::slice::from_ref(&holder), "{columns}");
        let drop = match database.backend {
            Backend::MariaDb => "DROP INDEX app_own ON tasks",
            _ => "DROP INDEX app_own",
        };
        run(db, drop, []).await;
    }
}

/// The crate names its indexes to MariaDB. A table that the application made may have others.
async fn indexes_of_other_names(database: &TestDatabase) {
    let db = &database.db;
    let others: &[&str] = match database.backend {
        Backend::MariaDb => &[
            "CREATE UNIQUE INDEX app_names ON tasks (`gameId`, `externalTaskId`)",
            "ALTER TABLE tasks DROP INDEX uq_tasks_game_external",
            "ALTER TABLE tasks DROP INDEX ix_tasks_game_created",
        ],
        _ => &["DROP INDEX ix_tasks_game_created"],
    };
    for statement in others {
        run(db, statement, []).await;
    }
    // Each learns of it anew: a list, and a bulk change.
    let on_pool = || SeaOrmTaskRepository::new(db.clone());
    let game = Game::new("game").insert(db).await.unwrap().id;
    let batch = (0..5).map(|n| NewTask::new(game, format!("task {n}")));
    on_pool().create_all(batch, OnExisting::Fail).await.unwrap();
    // Those that learn it at once, too.
    let shared = on_pool();
    tokio::join!(goes_on(&shared, game), goes_on(&shared, game), goes_on(&shared, game));
    let closed = TaskPatch::new().status("closed");
    let changed = on_pool().update_many(TaskFilter::in_game(game), closed).await;
    assert_eq!(changed.unwrap(), 5);
    let transaction = db.begin().await.unwrap();
    goes_on(&SeaOrmTaskRepository::new(&transaction), game).await;
    let in_transaction = SeaOrmTaskRepository::new(&transaction);
    assert_eq!(in_transaction.delete_game(game).await.unwrap(), 5);
    transaction.commit().await.unwrap();
}

/// Lists five tasks by cursor.
async fn goes_on(tasks: &dyn TaskRepository, game: Uuid) {
    for order in [TaskOrder::Created, TaskOrder::ExternalId] {
        let query = TaskQuery::in_game(game).order_by(order).limit(2);
        let next = tasks.list(query.clone()).await.unwrap().next.unwrap();
        assert_eq!(tasks.list(query.after(next)).await.unwrap().items.len(), 2);
    }
}
