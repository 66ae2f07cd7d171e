//! Batches with rows that a trigger skips: `create_many` reports each, and `create_all` writes
//! nothing. Rows that a trigger renames do not count as skipped.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, ON_EXISTING, TestDatabase, assert_is, create_skipping_triggers,
    on_database, run, server_cases, skipping_cases, still_works, tests_on, unordered_id,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task, TaskError,
    TaskFilter, TaskKey, TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

skipping_cases!(
    partial_batches,
    atomic_batches,
    atomic_batches_with_only_skipped_rows,
    atomic_batches_with_a_skipped_update,
    triggers_that_skip_nothing,
);
server_cases!(renamed_rows_are_created);
tests_on!([postgres Postgres], a_trigger_that_skips_the_first_attempts, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::a_trigger_that_skips_the_first_attempts)
});
tests_on!([sqlite_file SqliteFile], temporary_triggers_and_table_names_in_other_case, |on| {
    super::on_database(on, 1, super::temporary_triggers_and_table_names_in_other_case)
});

async fn new_game(database: &TestDatabase) -> Uuid {
    Game::new(Uuid::now_v7().to_string()).insert(&database.db).await.unwrap().id
}

/// A batch in which these indexes are skipped; every third task has a given id.
fn batch(game: Uuid, size: usize, skipped: &[usize]) -> Vec<NewTask> {
    let task = |n: usize| {
        let name = if skipped.contains(&n) { "skipped" } else { "task" };
        let task = NewTask::new(game, format!("{name} {:05}", size - n)).strategy("new");
        if n.is_multiple_of(3) { task.id(unordered_id()) } else { task }
    };
    (0..size).map(task).collect()
}

fn is_skipped(error: &TaskError, task: &NewTask) -> bool {
    let key = TaskKey::External(task.game_id, task.external_task_id.clone());
    matches!(error, TaskError::WriteSkipped { key: Some(of), transaction_lost: false } if *of == key)
}

async fn partial_batches(database: &TestDatabase) {
    create_skipping_triggers(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let check = async |tasks: &dyn TaskRepository, game: Uuid, on_existing: OnExisting| {
        for (size, skipped) in [(1, vec![0]), (5, vec![1, 4]), (150, vec![0, 7, 149])] {
            let batch = batch(game, size, &skipped);
            let outcomes = tasks.create_many(batch.clone(), on_existing).await.unwrap();
            for (n, (outcome, task)) in outcomes.iter().zip(&batch).enumerate() {
                match outcome {
                    Ok(CreateOutcome::Created(_)) => assert!(!skipped.contains(&n)),
                    Err(error) if skipped.contains(&n) => {
                        assert!(is_skipped(error, task), "{error:?}");
                    }
                    other => panic!("{n} of {size}, {on_existing:?}: {other:?}"),
                }
            }
            let deleted = tasks.delete_game(game).await.unwrap();
            assert_eq!(deleted as usize, size - skipped.len());
        }
    };
    for on_existing in ON_EXISTING {
        check(&tasks, new_game(database).await, on_existing).await;
        let game = new_game(database).await;
        let transaction = database.db.begin().await.unwrap();
        check(&tasks.on(&transaction), game, on_existing).await;
        transaction.commit().await.unwrap();
    }
}

/// Asserts that a batch is refused because of this task, and that the error reports the actual state
/// of the transaction.
async fn assert_refused(
    database: &TestDatabase,
    batch: Vec<NewTask>,
    on_existing: OnExisting,
    refused: usize,
) {
    let task = batch[refused].clone();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let before = tasks.count(TaskFilter::all()).await.unwrap();
    let what = format!("{refused} of {}, {on_existing:?}", batch.len());
    for _ in 0..2 {
        let error = tasks.create_all(batch.clone(), on_existing).await.unwrap_err();
        assert_is!(
            &error,
            TaskError::Batch { index, error } if *index == refused && is_skipped(error, &task)
        );
        assert_eq!((error.retry(), error.transaction_lost()), (Retry::No, false), "{what}");
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), before, "{what}");
    }

    let transaction = database.db.begin().await.unwrap();
    let inside = tasks.on(&transaction);
    let error = inside.create_all(batch, on_existing).await.unwrap_err();
    assert_eq!(error.retry(), Retry::No, "{what}");
    // On PostgreSQL, the error names the task only if no other row was written.
    if database.backend == Backend::Postgres && !matches!(error, TaskError::Batch { .. }) {
        assert_is!(error, TaskError::WriteSkipped { key: None, transaction_lost: true });
        assert!(error.transaction_lost() && !still_works(&transaction).await, "{what}");
        let _ = transaction.commit().await;
    } else {
        assert_is!(
            &error,
            TaskError::Batch { index, error } if *index == refused && is_skipped(error, &task)
        );
        assert_eq!(inside.count(TaskFilter::all()).await.unwrap(), before, "{what}");
        transaction.commit().await.unwrap();
    }
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), before, "{what}");
}

async fn atomic_batches(database: &TestDatabase) {
    create_skipping_triggers(database).await;
    let game = new_game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        for (size, skipped) in [(2, vec![1]), (7, vec![0, 3]), (150, vec![77, 149])] {
            let batch = batch(game, size, &skipped);
            assert_refused(database, batch.clone(), on_existing, skipped[0]).await;
            // The same if some of the other tasks exist.
            if on_existing != OnExisting::Fail {
                let old = batch
                    .iter()
                    .rev()
                    .take(2)
                    .filter(|task| !task.external_task_id.starts_with("skipped"));
                let old = old.map(|task| task.clone().strategy("old")).collect::<Vec<_>>();
                tasks.create_all(old.clone(), OnExisting::Fail).await.unwrap();
                assert_refused(database, batch, on_existing, skipped[0]).await;
                for task in old {
                    let stored = tasks.get((game, task.external_task_id.as_str())).await.unwrap();
                    assert_eq!(stored.strategy_id.as_str(), "old");
                }
                tasks.delete_game(game).await.unwrap();
            }
        }
        let all = tasks.create_all(batch(game, 150, &[]), on_existing).await.unwrap();
        assert!(all.iter().all(CreateOutcome::is_created));
        let transaction = database.db.begin().await.unwrap();
        let other = tasks.on(&transaction).delete_game(game).await.unwrap();
        let all = tasks.on(&transaction).create_all(batch(game, 150, &[]), on_existing).await;
        assert_eq!((other, all.unwrap().len()), (150, 150));
        transaction.rollback().await.unwrap();
        tasks.delete_game(game).await.unwrap();
    }
}

async fn atomic_batches_with_only_skipped_rows(database: &TestDatabase) {
    create_skipping_triggers(database).await;
    let game = new_game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        for size in [1, 20] {
            let batch = batch(game, size, &(0..size).collect::<Vec<_>>());
            let assert_first = |error: &TaskError| {
                assert_is!(
                    error,
                    TaskError::Batch { index: 0, error } if is_skipped(error, &batch[0])
                );
            };
            assert_first(&tasks.create_all(batch.clone(), on_existing).await.unwrap_err());
            let transaction = database.db.begin().await.unwrap();
            let inside = tasks.on(&transaction);
            assert_first(&inside.create_all(batch.clone(), on_existing).await.unwrap_err());
            inside.create(NewTask::new(game, "another")).await.unwrap();
            transaction.rollback().await.unwrap();
        }
    }
}

async fn atomic_batches_with_a_skipped_update(database: &TestDatabase) {
    create_skipping_triggers(database).await;
    let game = new_game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let old = ["a", "frozen", "z"].map(|name| NewTask::new(game, name).strategy("old"));
    let old = tasks.create_all(old, OnExisting::Fail).await.unwrap();
    let batch = ["z", "new", "frozen", "a"].map(|name| NewTask::new(game, name).strategy("new"));
    assert_refused(database, batch.to_vec(), OnExisting::Update, 2).await;
    for written in &old {
        assert_eq!(tasks.get(written.task()).await.unwrap(), *written.task());
    }
    let outcomes = tasks.create_many(batch.clone(), OnExisting::Update).await.unwrap();
    assert_is!(outcomes[0], Ok(CreateOutcome::Updated(_)));
    assert_is!(outcomes[1], Ok(CreateOutcome::Created(_)));
    assert_is!(&outcomes[2], Err(error) if is_skipped(error, &batch[2]));
    assert_is!(outcomes[3], Ok(CreateOutcome::Updated(_)));
}

/// SQLite: triggers with `OR IGNORE`, and AFTER triggers whose `RAISE(IGNORE)` does not skip the row.
async fn triggers_that_skip_nothing(database: &TestDatabase) {
    if !database.backend.is_sqlite() {
        return;
    }
    for statement in [
        "CREATE TABLE app_log (name TEXT PRIMARY KEY)",
        "CREATE TRIGGER app_log BEFORE INSERT ON tasks BEGIN \
         INSERT OR IGNORE INTO app_log VALUES (NEW.\"externalTaskId\"); END",
        "CREATE TRIGGER app_after AFTER INSERT ON tasks BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER app_after_update AFTER UPDATE ON tasks BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER app_after_delete AFTER DELETE ON tasks BEGIN SELECT RAISE(IGNORE); END",
    ] {
        run(&database.db, statement, []).await;
    }
    let game = new_game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        let batch = batch(game, 150, &[]);
        let written = tasks.create_all(batch.clone(), on_existing).await.unwrap();
        for (written, task) in written.iter().zip(&batch) {
            assert_is!(written, CreateOutcome::Created(_));
            assert_eq!(written.task().external_task_id, task.external_task_id);
            assert_eq!(tasks.get(written.task()).await.unwrap(), *written.task());
        }
        // Taken names and ids are reported as usual.
        let taken = tasks.create_all([batch[1].clone()], OnExisting::Fail).await.unwrap_err();
        assert_is!(&taken, TaskError::Batch { index: 0, error }
            if matches!(**error, TaskError::AlreadyExists { id: Some(_), .. }));
        let id = written[5].task().id;
        let both = [NewTask::new(game, "free"), NewTask::new(game, "new").id(id)];
        let taken = tasks.create_all(both, on_existing).await.unwrap_err();
        assert_is!(&taken, TaskError::Batch { index: 1, error }
            if matches!(**error, TaskError::IdTaken { .. }));
        let updated = batch.iter().map(|task| task.clone().strategy("newer"));
        let updated = tasks.create_all(updated, OnExisting::Update).await.unwrap();
        assert!(updated.iter().all(|outcome| matches!(outcome, CreateOutcome::Updated(_))));
        assert_eq!(tasks.delete_game(game).await.unwrap(), 150);
    }
}

/// In a PostgreSQL transaction, the crate must not diagnose a skipped row with a statement that
/// fails if the row can be written by then.
async fn a_trigger_that_skips_the_first_attempts(database: &TestDatabase) {
    for statement in [
        "CREATE SEQUENCE app_attempts",
        "CREATE FUNCTION app_skip() RETURNS trigger LANGUAGE plpgsql AS $$ \
         BEGIN IF nextval('app_attempts') < 4 THEN RETURN NULL; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER app_skip BEFORE INSERT ON tasks \
         FOR EACH ROW EXECUTE FUNCTION app_skip()",
    ] {
        run(&database.db, statement, []).await;
    }
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let game = new_game(database).await;
    for on_existing in ON_EXISTING {
        run(&database.db, "ALTER SEQUENCE app_attempts RESTART", []).await;
        let transaction = database.db.begin().await.unwrap();
        let new = NewTask::new(game, format!("task {on_existing:?}"));
        let written = tasks.on(&transaction).create_all([new], on_existing).await.unwrap();
        assert_is!(written[0], CreateOutcome::Created(_));
        transaction.commit().await.unwrap();
    }
    assert_eq!(tasks.delete_game(game).await.unwrap(), 3);
}

/// SQLite lists temporary triggers separately, and stores the table's name as the trigger spells it.
async fn temporary_triggers_and_table_names_in_other_case(database: &TestDatabase) {
    for trigger in
        ["TEMPORARY TRIGGER app_skip BEFORE INSERT ON", "TRIGGER app_skip BEFORE INSERT ON"]
    {
        let trigger = format!(
            "CREATE {trigger} TASKS WHEN NEW.\"externalTaskId\" LIKE 'skipped%' \
             BEGIN SELECT RAISE(IGNORE); END"
        );
        run(&database.db, &trigger, []).await;
        for on_existing in ON_EXISTING {
            let game = new_game(database).await;
            assert_refused(database, batch(game, 20, &[7]), on_existing, 7).await;
        }
        run(&database.db, "DROP TRIGGER app_skip", []).await;
    }
}

async fn renamed_rows_are_created(database: &TestDatabase) {
    let renamed = "replace(NEW.\"externalTaskId\", 'old', 'new')";
    match database.backend {
        Backend::Postgres => {
            let function = format!(
                "CREATE FUNCTION app_rename() RETURNS trigger LANGUAGE plpgsql AS $$ \
                 BEGIN IF NEW.\"externalTaskId\" LIKE 'numbered%' THEN NEW.id = gen_random_uuid(); \
                 END IF; NEW.\"externalTaskId\" = {renamed}; RETURN NEW; END $$"
            );
            run(&database.db, &function, []).await;
            let trigger = "CREATE TRIGGER app_rename BEFORE INSERT ON tasks \
                 FOR EACH ROW EXECUTE FUNCTION app_rename()";
            run(&database.db, trigger, []).await;
        }
        _ => {
            let trigger = format!(
                "CREATE TRIGGER app_rename BEFORE INSERT ON tasks FOR EACH ROW \
                 SET NEW.id = IF(NEW.\"externalTaskId\" LIKE 'numbered%', UNHEX(SUBSTR(SHA2(NEW.id, 256), 1, 32)), NEW.id), \
                 NEW.\"externalTaskId\" = {renamed}"
            );
            run(&database.db, &trigger, []).await;
        }
    }
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let check = async |tasks: &dyn TaskRepository, game: Uuid, on_existing: OnExisting| {
        let names = ["old one", "plain", "numbered", "old two", "numbered old"];
        let batch = names.map(|name| NewTask::new(game, name));
        let written = tasks.create_all(batch, on_existing).await.unwrap();
        for (written, name) in written.iter().zip(names) {
            // MySQL does not tell which id a trigger gave to a row.
            if database.backend == Backend::MySql && name.starts_with("numbered") {
                assert_is!(written, CreateOutcome::Created(_));
                continue;
            }
            let stored: Task = tasks.get(written.task().id).await.unwrap();
            // An upsert recognizes a row that it created by the id.
            if on_existing != OnExisting::Update || !name.starts_with("numbered") {
                assert_is!(written, CreateOutcome::Created(_));
            }
            assert_eq!(*written.task(), stored);
            assert_eq!(stored.external_task_id, name.replace("old", "new"));
        }
    };
    for on_existing in ON_EXISTING {
        check(&tasks, new_game(database).await, on_existing).await;
        let game = new_game(database).await;
        let transaction = database.db.begin().await.unwrap();
        check(&tasks.on(&transaction), game, on_existing).await;
        transaction.commit().await.unwrap();
    }
}
