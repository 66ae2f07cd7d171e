//! Unique indexes of the application: a task that violates one fails, the others of a batch are
//! written, and the number of statements is bounded.

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
    a_partial_batch_on_a_pool,
    updates_in_a_batch_with_a_violation,
    an_atomic_batch_on_a_pool,
    one_task_in_a_transaction,
    a_partial_batch_in_a_transaction,
    an_atomic_batch_in_a_transaction,
    indexes_with_other_names,
);
// On one connection: SQLite's other connections notice a dropped index only at their next query.
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    an_index_that_contains_the_name_or_the_id,
    |on| super::on_database(on, 1, super::an_index_that_contains_the_name_or_the_id)
);

/// The maximum number of statements of a call with one task, and with ten.
const MAX_FOR_ONE: usize = 20;
const MAX_FOR_TEN: usize = 40;

/// Creates an index that allows each strategy once per game, and a task with the strategy `taken`.
async fn game_and_holder(database: &TestDatabase) -> (Uuid, Task) {
    let db = &database.db;
    let index = r#"CREATE UNIQUE INDEX app_one_each ON tasks ("gameId", "strategyId")"#;
    run(db, index, []).await;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    (game, tasks.create(NewTask::new(game, "holder").strategy("taken")).await.unwrap())
}

/// Ten tasks, of which the fourth has the strategy `taken`, and the eighth that of the sixth.
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

/// Asserts that the error reports the actual state of the transaction.
async fn assert_transaction_state<C: game_tasks::sea_orm::ConnectionTrait>(
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

/// Asserts the outcomes of the ten tasks.
fn assert_outcomes(outcomes: &[Result<CreateOutcome, TaskError>]) {
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
    let counting = Counter::on(database.db.clone());
    let tasks = database.tasks_on(&counting);
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
        assert!(statements <= MAX_FOR_ONE, "{statements} statements");
    }
    assert_eq!(list_by_name(&tasks).await, [holder]);
}

async fn a_partial_batch_on_a_pool(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let counting = Counter::on(database.db.clone());
    let tasks = database.tasks_on(&counting);
    for on_existing in ON_EXISTING {
        let call = tasks.create_many(ten(game), on_existing);
        let (outcomes, statements) = tasks.connection().interceptor.count(call).await;
        assert_outcomes(&outcomes.unwrap());
        assert!(statements <= MAX_FOR_TEN, "{statements} statements, {on_existing:?}");
        let rows = list_by_name(&tasks).await;
        assert_eq!(names(&rows), WRITTEN);
        assert_eq!(rows[0], holder);
        run(&database.db, "DELETE FROM tasks WHERE id <> ?", [holder.id.into()]).await;
    }
}

async fn updates_in_a_batch_with_a_violation(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let counting = Counter::on(database.db.clone());
    let tasks = database.tasks_on(&counting);
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
    assert!(statements <= MAX_FOR_TEN, "{statements} statements");
    assert_eq!(names(&list_by_name(&tasks).await), WRITTEN);
    // An update of an existing task may violate the index, too.
    let wants_taken = NewTask::new(game, "task 1").strategy("taken");
    let outcomes = tasks.create_many([wants_taken], OnExisting::Update).await.unwrap();
    assert_violated(outcomes[0].as_ref().unwrap_err());
    assert_eq!(tasks.get(&holder).await.unwrap(), holder);
}

async fn an_atomic_batch_on_a_pool(database: &TestDatabase) {
    let (game, holder) = game_and_holder(database).await;
    let counting = Counter::on(database.db.clone());
    let tasks = database.tasks_on(&counting);
    for on_existing in ON_EXISTING {
        let call = tasks.create_all(ten(game), on_existing);
        let (outcome, statements) = tasks.connection().interceptor.count(call).await;
        let error = outcome.unwrap_err();
        assert_violated(&error);
        assert_eq!((error.retry(), error.transaction_lost()), (Retry::No, false));
        assert!(statements <= MAX_FOR_TEN, "{statements} statements, {on_existing:?}");
        assert_eq!(list_by_name(&tasks).await, std::slice::from_ref(&holder));
    }
    // Two tasks of the batch may conflict with each other.
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
    let tasks = database.tasks_on(&counting);
    tasks.create(NewTask::new(game, "before").strategy("before")).await.unwrap();
    let new = NewTask::new(game, "new").strategy("taken");
    let (outcome, statements) = counting.interceptor.count(tasks.create(new)).await;
    assert!(statements <= MAX_FOR_ONE, "{statements} statements");
    let error = outcome.unwrap_err();
    assert_transaction_state(database, &error, &transaction).await;
    transaction.commit().await.unwrap();
    let expected: &[&str] =
        if error.transaction_lost() { &["holder"] } else { &["before", "holder"] };
    assert_eq!(names(&list_by_name(&all).await), expected);
}

async fn a_partial_batch_in_a_transaction(database: &TestDatabase) {
    let (game, _) = game_and_holder(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        let transaction = database.db.begin().await.unwrap();
        let counting = Counter::on(&transaction);
        let tasks = database.tasks_on(&counting);
        assert!(counting.in_transaction());
        let (outcomes, statements) =
            counting.interceptor.count(tasks.create_many(ten(game), on_existing)).await;
        assert!(statements <= MAX_FOR_TEN, "{statements} statements, {on_existing:?}");
        if database.backend == Backend::Postgres {
            // The transaction is aborted, so there are no outcomes for the tasks.
            let error = outcomes.unwrap_err();
            assert_transaction_state(database, &error, &transaction).await;
            transaction.rollback().await.unwrap();
        } else {
            assert_outcomes(&outcomes.unwrap());
            assert_eq!(names(&list_by_name(&tasks).await), WRITTEN);
            assert!(still_works(&transaction).await);
            transaction.rollback().await.unwrap();
        }
        assert_eq!(names(&list_by_name(&all).await), ["holder"]);
    }
}

async fn an_atomic_batch_in_a_transaction(database: &TestDatabase) {
    let (game, _) = game_and_holder(database).await;
    let all = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        let transaction = database.db.begin().await.unwrap();
        let counting = Counter::on(&transaction);
        let call = database.tasks_on(&counting);
        let (outcome, statements) =
            counting.interceptor.count(call.create_all(ten(game), on_existing)).await;
        assert!(statements <= MAX_FOR_TEN, "{statements} statements, {on_existing:?}");
        let error = outcome.unwrap_err();
        assert_transaction_state(database, &error, &transaction).await;
        transaction.commit().await.unwrap();
        assert_eq!(names(&list_by_name(&all).await), ["holder"]);
    }
}

/// An index on the columns that identify a task and on others: its violation does not mean that the
/// name or the id is taken.
async fn an_index_that_contains_the_name_or_the_id(database: &TestDatabase) {
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
            Backend::MariaDb | Backend::MySql => "DROP INDEX app_own ON tasks",
            _ => "DROP INDEX app_own",
        };
        run(db, drop, []).await;
    }
}

/// On MariaDB, the crate's statements name its indexes, which may have other names in a table that
/// the application has created.
async fn indexes_with_other_names(database: &TestDatabase) {
    let db = &database.db;
    let others: &[&str] = match database.backend {
        Backend::MariaDb | Backend::MySql => &[
            "CREATE UNIQUE INDEX app_names ON tasks (`gameId`, `externalTaskId`)",
            "ALTER TABLE tasks DROP INDEX uq_tasks_game_external",
            "ALTER TABLE tasks DROP INDEX ix_tasks_game_created",
        ],
        _ => &["DROP INDEX ix_tasks_game_created"],
    };
    for statement in others {
        run(db, statement, []).await;
    }
    // A new repository has to look the names up, for lists and for bulk changes.
    let on_pool = || SeaOrmTaskRepository::new(db.clone());
    let game = Game::new("game").insert(db).await.unwrap().id;
    let batch = (0..5).map(|n| NewTask::new(game, format!("task {n}")));
    on_pool().create_all(batch, OnExisting::Fail).await.unwrap();
    // The same for concurrent calls of one repository.
    let shared = on_pool();
    tokio::join!(
        list_by_cursor(&shared, game),
        list_by_cursor(&shared, game),
        list_by_cursor(&shared, game)
    );
    let closed = TaskPatch::new().status("closed");
    let changed = on_pool().update_many(TaskFilter::in_game(game), closed).await;
    assert_eq!(changed.unwrap(), 5);
    let transaction = db.begin().await.unwrap();
    list_by_cursor(&SeaOrmTaskRepository::new(&transaction), game).await;
    let in_transaction = SeaOrmTaskRepository::new(&transaction);
    assert_eq!(in_transaction.delete_game(game).await.unwrap(), 5);
    transaction.commit().await.unwrap();
}

/// Lists five tasks by cursor.
async fn list_by_cursor(tasks: &dyn TaskRepository, game: Uuid) {
    for order in [TaskOrder::Created, TaskOrder::ExternalId] {
        let query = TaskQuery::in_game(game).order_by(order).limit(2);
        let next = tasks.list(query.clone()).await.unwrap().next.unwrap();
        assert_eq!(tasks.list(query.after(next)).await.unwrap().items.len(), 2);
    }
}
