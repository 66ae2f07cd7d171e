//! Stored timestamps that are out of range for `DateTime<Utc>`: calls that would return the task fail
//! with its id and change nothing, and other calls work.

use crate::support::{
    Backend, TestDatabase, assert_is, batch_error, column, database_cases, run, still_works,
};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::{EntityTrait, QueryFilter, TransactionTrait};
use game_tasks::{
    CreateOutcome, Game, Games, NewTask, OnExisting, ResolveStrategyExt, Retry,
    SeaOrmTaskRepository, StrategyResolver, Task, TaskConnection, TaskError, TaskFilter, TaskKey,
    TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt, Tasks,
};
use uuid::Uuid;

database_cases!(
    calls_that_return_the_task_fail,
    a_transaction_stays_usable,
    update_many_repairs_updated_at,
    timestamps_in_range_are_read,
);

const COLUMNS: [&str; 2] = ["created_at", "updated_at"];

/// SQL literals that the column accepts but `DateTime<Utc>` cannot represent.
fn unreadable(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Postgres => &[
            "'infinity'",
            "'-infinity'",
            "'294276-12-31 23:59:59.999999+00'",
            "'262143-01-01 00:00:00+00'",
        ],
        Backend::MariaDb | Backend::MySql => &[
            "'0000-00-00 00:00:00'",
            "'2026-00-00 00:00:00'",
            "'2026-11-00 10:00:00'",
            "'2026-00-11 10:00:00'",
            "'2026-02-31 10:00:00'",
            "'0000-01-01 00:00:00'",
        ],
        _ => &[
            "'garbage'",
            "''",
            "'now'",
            "'12345-01-01 00:00:00'",
            "'-0001-01-01 00:00:00'",
            "'2026-13-01T00:00:00.000000+00:00'",
            "'2026-11-24T25:00:00.000000+00:00'",
            "'2026-11-00'",
            "'9999-12-31 23:30-01:00'",
            "'9999-12-31T24:00:00.000000+00:00'",
            "'2026-11-24 10:00:00.'",
            "'2026-11-24 10:00.5'",
            "'1e999'",
            "x'00'",
            "-210866760001",
        ],
    }
}

type Repository<'d> = SeaOrmTaskRepository<&'d game_tasks::sea_orm::DatabaseConnection>;

/// Stores such a timestamp.
async fn make_unreadable(database: &TestDatabase, id: Uuid, column: &str, value: &str) {
    let update = format!("UPDATE tasks SET {column} = {value} WHERE id = ?");
    if database.backend.is_mariadb_or_mysql() {
        let transaction = database.db.begin().await.unwrap();
        run(&transaction, "SET sql_mode = 'ALLOW_INVALID_DATES'", []).await;
        assert_eq!(run(&transaction, &update, [id.into()]).await, 1);
        run(&transaction, "SET sql_mode = DEFAULT", []).await;
        transaction.commit().await.unwrap();
    } else {
        assert_eq!(run(&database.db, &update, [id.into()]).await, 1);
    }
}

/// Creates the tasks `a`, `b` and `c`, and makes `b` unreadable.
async fn three_tasks(database: &TestDatabase, column: &str, value: &str) -> (Uuid, Task) {
    let game = Game::new(format!("game {}", Uuid::now_v7())).insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(&database.db);
    for name in ["a", "b", "c"] {
        tasks.create(NewTask::new(game, name)).await.unwrap();
    }
    let task = tasks.get((game, "b")).await.unwrap();
    make_unreadable(database, task.id, column, value).await;
    (game, task)
}

/// The errors of all calls that would return the task.
async fn errors_of_calls<C: TaskConnection>(
    tasks: &SeaOrmTaskRepository<C>,
    task: &Task,
    game: Uuid,
) -> Vec<(&'static str, TaskError)> {
    let closed = TaskPatch::new().status("closed");
    let mut errors = Vec::new();
    for key in [TaskKey::Id(task.id), TaskKey::InGame(game, task.id), (game, "b").into()] {
        errors.push(("find", tasks.find(key.clone()).await.unwrap_err()));
        errors.push(("get", tasks.get(key.clone()).await.unwrap_err()));
        errors.push(("update", tasks.update(key.clone(), closed.clone()).await.unwrap_err()));
        let moved = tasks.transition(key.clone(), "open", "closed").await;
        errors.push(("transition", moved.unwrap_err()));
        errors.push(("delete", tasks.delete(key).await.unwrap_err()));
    }
    for order in [TaskOrder::Created, TaskOrder::Updated, TaskOrder::ExternalId] {
        for query in [TaskQuery::in_game(game), TaskQuery::in_game(game).descending()] {
            let query = query.order_by(order);
            errors.push(("list", tasks.list(query.clone()).await.unwrap_err()));
            let all: Result<Vec<Task>, _> = tasks.stream(query.clone()).try_collect().await;
            errors.push(("stream", all.unwrap_err()));
            // With one task per page, the page of the task fails.
            let mut page = query.clone().limit(1);
            let error = loop {
                match tasks.list(page).await {
                    Ok(read) => page = query.clone().limit(1).after(read.next.expect("a page")),
                    Err(error) => break error,
                }
            };
            errors.push(("page", error));
        }
    }
    for on_existing in [OnExisting::Keep, OnExisting::Update] {
        let batch = ["a", "b", "new"].map(|name| NewTask::new(game, name).strategy("s"));
        let error = tasks.create_all(batch, on_existing).await.unwrap_err();
        let (index, error) = batch_error(error);
        assert_eq!(index, 1);
        errors.push(("create_all", error));
        let batch = [NewTask::new(game, "b").strategy("s")];
        let mut outcomes = tasks.create_many(batch, on_existing).await.unwrap();
        errors.push(("create_many", outcomes.remove(0).unwrap_err()));
    }
    errors.push(("get_or_create", tasks.get_or_create(NewTask::new(game, "b")).await.unwrap_err()));
    errors
}

async fn calls_that_return_the_task_fail(database: &TestDatabase) {
    for (unreadable_column, value) in COLUMNS
        .into_iter()
        .flat_map(|column| unreadable(database.backend).iter().map(move |value| (column, *value)))
    {
        let (game, task) = three_tasks(database, unreadable_column, value).await;
        let tasks = SeaOrmTaskRepository::new(&database.db);
        for (call, error) in errors_of_calls(&tasks, &task, game).await {
            assert_is!(
                error,
                TaskError::UnreadableTimestamp { id, column } if *id == task.id && *column == unreadable_column
            );
            assert_eq!(error.retry(), Retry::No, "{call}");
            assert!(!error.transaction_lost(), "{call}");
        }
        let stored: Vec<String> = column(
            &database.db,
            r#"SELECT status FROM tasks WHERE "gameId" = ? AND "strategyId" = 'default'"#,
            [game.into()],
        )
        .await;
        assert_eq!(stored, ["open", "open", "open"], "{value}: a refused call has written");
        make_other_calls(database, &tasks, &task, game).await;
    }
}

/// Makes the calls that do not return the task.
async fn make_other_calls(
    database: &TestDatabase,
    tasks: &Repository<'_>,
    task: &Task,
    game: Uuid,
) {
    let db = &database.db;
    assert!(tasks.exists(task.id).await.unwrap());
    assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 3);
    let resolver = StrategyResolver::new(db);
    resolver.resolve(task.id).await.unwrap();
    assert!(resolver.resolve_many([task.id]).await.unwrap().iter().all(Option::is_some));
    assert_is!(
        tasks.create(NewTask::new(game, "b")).await.unwrap_err(),
        TaskError::AlreadyExists { id: Some(id), .. } if *id == task.id
    );
    // The other tasks of a batch are written.
    let batch = ["a", "b", "new"].map(|name| NewTask::new(game, name).strategy("s"));
    let outcomes = tasks.create_many(batch, OnExisting::Update).await.unwrap();
    assert_is!(outcomes[0], Ok(CreateOutcome::Updated(_)));
    assert_is!(outcomes[1], Err(TaskError::UnreadableTimestamp { .. }));
    assert_is!(outcomes[2], Ok(CreateOutcome::Created(_)));
    // An application's select returns an error of SeaORM and does not panic.
    let select = tasks.select(&TaskQuery::in_game(game)).unwrap();
    select.find_also_related(Games).all(db).await.unwrap_err();
    let others = tasks.condition(&TaskFilter::keys([(game, "a"), (game, "c")])).unwrap();
    assert_eq!(Tasks::find().filter(others).all(db).await.unwrap().len(), 2);
    let by_id = TaskFilter::keys([task.key()]);
    let patch = TaskPatch::new().status("changed");
    assert_eq!(tasks.update_many(by_id.clone(), patch).await.unwrap(), 1);
    assert_eq!(tasks.delete_many(by_id).await.unwrap(), 1);
    assert!(!tasks.exists(task.id).await.unwrap());
    assert_eq!(tasks.list(TaskQuery::in_game(game)).await.unwrap().items.len(), 3);
}

async fn a_transaction_stays_usable(database: &TestDatabase) {
    let value = unreadable(database.backend)[0];
    for unreadable_column in COLUMNS {
        let (game, task) = three_tasks(database, unreadable_column, value).await;
        let transaction = database.db.begin().await.unwrap();
        let tasks = SeaOrmTaskRepository::new(&transaction);
        for (call, error) in errors_of_calls(&tasks, &task, game).await {
            assert_is!(error, TaskError::UnreadableTimestamp { .. });
            assert!(still_works(&transaction).await, "{call}");
        }
        tasks.update((game, "a"), TaskPatch::new().status("closed")).await.unwrap();
        transaction.commit().await.unwrap();
        let tasks = SeaOrmTaskRepository::new(&database.db);
        assert_eq!(tasks.get((game, "a")).await.unwrap().status, "closed");
    }
}

async fn update_many_repairs_updated_at(database: &TestDatabase) {
    for value in unreadable(database.backend) {
        let (game, task) = three_tasks(database, "updated_at", value).await;
        let tasks = SeaOrmTaskRepository::new(&database.db);
        let patch = TaskPatch::new().status("changed");
        assert_eq!(
            tasks.update_many(TaskFilter::in_game(game), patch).await.unwrap(),
            3,
            "{value}"
        );
        let repaired = tasks.get(task.id).await.unwrap();
        assert_eq!(repaired.created_at, task.created_at);
        assert!(repaired.updated_at > task.updated_at, "{value}: {repaired:?}");
    }
}

/// Extreme values within the range are read, and cursors with them are accepted.
async fn timestamps_in_range_are_read(database: &TestDatabase) {
    let values: &[&str] = match database.backend {
        Backend::Postgres => {
            &["'4713-01-01 00:00:00 BC'", "'20000-01-01 00:00:00+00'", "'262141-12-31 23:59:59+00'"]
        }
        Backend::MariaDb | Backend::MySql => &[
            "'0001-01-01 00:00:00'",
            "'1969-12-31 23:59:59'",
            "'2050-01-01 00:00:00'",
            "'9999-12-31 23:59:59.999999'",
        ],
        _ => &["'0000-01-01'", "'9999-12-31 23:59:59.999999999'", "'2026-02-31 24:00'"],
    };
    for value in values {
        let (game, task) = three_tasks(database, "created_at", value).await;
        let tasks = SeaOrmTaskRepository::new(&database.db);
        for query in [TaskQuery::in_game(game), TaskQuery::in_game(game).descending()] {
            let query = query.limit(1);
            let mut next = Some(query.clone());
            let mut listed = Vec::new();
            while let Some(page) = next.take().filter(|_| listed.len() < 4) {
                let page = tasks.list(page).await.unwrap();
                listed.extend(page.items);
                next = page.next.map(|cursor| query.clone().after(cursor));
            }
            assert_eq!(listed.len(), 3, "{value} {query:?} {listed:?}");
            let far = listed.iter().find(|listed| listed.id == task.id).unwrap();
            let index = listed.iter().position(|listed| listed.id == task.id);
            assert!(index != Some(1), "{value} sorts before or after the others");
            assert_eq!(tasks.get(task.id).await.unwrap(), *far);
            // A filter with the timestamp finds the task, if the filter accepts it.
            let from = TaskFilter::in_game(game).created_from(far.created_at);
            match tasks.count(from.clone()).await {
                Ok(found) => {
                    assert_eq!(found, if far.created_at < task.created_at { 3 } else { 1 });
                }
                Err(error) => assert_is!(error, TaskError::Invalid { .. }),
            }
        }
        tasks.update(task.id, TaskPatch::new().status("closed")).await.unwrap();
        tasks.delete(task.id).await.unwrap();
    }
}
