//! Violated foreign keys, both to and from the tasks table: the error reports the constraint and the
//! state of the transaction, and contains no API key.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, assert_is, database_cases, on_database, run,
    server_cases, still_works, tests_on,
};
use game_tasks::FailureKind;
use game_tasks::conformance::fixtures::{SECRET_KEY, ensure_error_hides};
use game_tasks::sea_orm::{ConnectionTrait, TransactionTrait};
use game_tasks::{
    ApiKeyId, DatabaseError, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task,
    TaskError, TaskFilter, TaskPatch, TaskRepository, TaskRepositoryExt, TaskScope, Tasks,
};
use std::error::Error;
use std::time::Duration;
use uuid::Uuid;

database_cases!(
    deleting_a_referenced_task_on_a_pool,
    deleting_a_referenced_task_in_a_transaction,
    a_game_with_tasks_cannot_be_deleted,
    into_db_err_returns_the_original_error,
);
server_cases!(an_api_key_missing_in_the_referenced_table, an_api_key_missing_in_a_transaction);
tests_on!([postgres Postgres], bulk_calls_beside_a_transaction_that_references_a_task, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::bulk_calls_beside_a_transaction_that_references_a_task)
});

/// Creates a task with the scope of `SECRET_KEY`, and a row of the application that references it.
async fn referenced_task(database: &TestDatabase) -> Task {
    let db = &database.db;
    let uuid = database.backend.uuid_type();
    let create = format!(
        "CREATE TABLE app_photos (id integer PRIMARY KEY, task_id {uuid} NOT NULL, \
         CONSTRAINT app_photos_task_fkey FOREIGN KEY (task_id) REFERENCES tasks (id))"
    );
    run(db, &create, []).await;
    let key = ApiKeyId::new(SECRET_KEY).unwrap();
    let game = Game::new("game").owned_by_api_key(key.clone()).insert(db).await.unwrap();
    let repository = SeaOrmTaskRepository::new(db.clone());
    let tasks = repository.scoped(TaskScope::api_key(key));
    let task = tasks.create(NewTask::new(game.id, "referenced")).await.unwrap();
    tasks.create(NewTask::new(game.id, "free")).await.unwrap();
    run(db, "INSERT INTO app_photos (id, task_id) VALUES (1, ?)", [task.id.into()]).await;
    task
}

/// Asserts that the error reports this foreign key.
fn assert_referenced(error: &TaskError, database: &TestDatabase, constraint: &str) {
    ensure_error_hides(error).unwrap();
    let TaskError::Referenced(error) = error else { panic!("expected Referenced, got {error:?}") };
    assert_eq!(error.kind(), FailureKind::ForeignKeyViolation);
    let expected = (!database.backend.is_sqlite()).then_some(constraint);
    assert_eq!(error.constraint(), expected, "{error:?}");
    assert!(error.code().is_some());
    assert_eq!(error.retry(), Retry::No);
    if let Some(expected) = expected {
        assert!(error.to_string().contains(expected), "{error}");
        assert!(format!("{error:?}").contains(expected), "{error:?}");
    }
}

async fn each_deletion(tasks: &dyn TaskRepository, task: &Task) -> [TaskError; 4] {
    [
        tasks.delete(task).await.unwrap_err(),
        tasks.delete_many(TaskFilter::keys([task.id])).await.unwrap_err(),
        tasks.delete_many(TaskFilter::all()).await.unwrap_err(),
        tasks.delete_game(task.game_id).await.unwrap_err(),
    ]
}

/// A transaction that references a task locks its key. An update does not wait for it. A deletion
/// waits without a lock on the task, so that the transaction can still update it.
async fn bulk_calls_beside_a_transaction_that_references_a_task(database: &TestDatabase) {
    let task = referenced_task(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    run(&database.db, "DELETE FROM app_photos", []).await;
    let transaction = database.db.begin().await.unwrap();
    let reference = "INSERT INTO app_photos (id, task_id) VALUES (2, ?)";
    run(&transaction, reference, [task.id.into()]).await;

    for filter in [TaskFilter::in_game(task.game_id), TaskFilter::keys([task.id])] {
        let patch = TaskPatch::new().status(Uuid::now_v7().to_string());
        let update = tasks.update_many(filter, patch);
        let updated = tokio::time::timeout(Duration::from_secs(10), update).await;
        assert!(updated.expect("an update must not wait").unwrap() > 0);
    }

    let deleting = tasks.clone();
    let deletion = tokio::spawn(async move { deleting.delete_game(task.game_id).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!deletion.is_finished(), "a deletion must wait");
    let closed = TaskPatch::new().status("closed");
    tasks.on(&transaction).update(task.id, closed).await.unwrap();
    transaction.commit().await.unwrap();
    assert_referenced(&deletion.await.unwrap().unwrap_err(), database, "app_photos_task_fkey");
}

async fn deleting_a_referenced_task_on_a_pool(database: &TestDatabase) {
    let task = referenced_task(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    let scoped = repository.scoped(TaskScope::api_key(ApiKeyId::new(SECRET_KEY).unwrap()));
    for tasks in [&repository as &dyn TaskRepository, &*scoped] {
        for error in each_deletion(tasks, &task).await {
            assert_referenced(&error, database, "app_photos_task_fkey");
            assert!(!error.transaction_lost());
        }
        assert_eq!(tasks.get(&task).await.unwrap(), task);
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 2, "nothing was deleted");
    }
    // A referenced task can be updated, and deleted once it is no longer referenced.
    repository.transition(&task, "open", "closed").await.unwrap();
    run(&database.db, "DELETE FROM app_photos", []).await;
    assert_eq!(repository.delete(&task).await.unwrap().id, task.id);
}

/// Asserts that the error agrees with whether the transaction is usable.
async fn assert_transaction_state<C: ConnectionTrait>(error: &TaskError, transaction: &C) {
    let is_postgres =
        transaction.get_database_backend() == game_tasks::sea_orm::DbBackend::Postgres;
    assert_eq!(error.transaction_lost(), is_postgres, "{error:?}");
    assert_eq!(still_works(transaction).await, !is_postgres);
}

async fn deleting_a_referenced_task_in_a_transaction(database: &TestDatabase) {
    let task = referenced_task(database).await;
    let db = &database.db;
    let repository = SeaOrmTaskRepository::new(db.clone());
    for call in 0..4 {
        let transaction = db.begin().await.unwrap();
        let tasks = repository.on(&transaction);
        let new = tasks.create(NewTask::new(task.game_id, format!("new {call}"))).await.unwrap();
        let error = match call {
            0 => tasks.delete(&task).await.unwrap_err(),
            1 => tasks.delete_many(TaskFilter::keys([task.id])).await.unwrap_err(),
            2 => tasks.delete_many(TaskFilter::all()).await.unwrap_err(),
            _ => tasks.delete_game(task.game_id).await.unwrap_err(),
        };
        assert_referenced(&error, database, "app_photos_task_fkey");
        assert_transaction_state(&error, &transaction).await;
        if error.transaction_lost() {
            // The next call reports it, too.
            let error = tasks.find(task.id).await.unwrap_err();
            assert_is!(&error, TaskError::Database(_));
            assert!(error.transaction_lost());
            assert_eq!(error.retry(), Retry::Transaction);
            ensure_error_hides(&error).unwrap();
            transaction.rollback().await.unwrap();
        } else {
            transaction.commit().await.unwrap();
            assert_eq!(repository.delete(&new).await.unwrap(), new, "COMMIT saved the rest");
        }
        assert_eq!(repository.count(TaskFilter::all()).await.unwrap(), 2);
    }
}

async fn a_game_with_tasks_cannot_be_deleted(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap();
    let empty = Game::new("empty").insert(db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    tasks.create(NewTask::new(game.id, "task")).await.unwrap();
    let delete = async |game: Uuid| {
        crate::support::try_run(db, "DELETE FROM games WHERE id = ?", [game.into()]).await
    };
    delete(game.id).await.unwrap_err();
    assert_eq!(delete(empty.id).await.unwrap().rows_affected(), 1);
    let error = tasks.create(NewTask::new(empty.id, "task")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == empty.id);
    assert_eq!(tasks.delete_game(game.id).await.unwrap(), 1);
    assert_eq!(delete(game.id).await.unwrap().rows_affected(), 1);
}

async fn into_db_err_returns_the_original_error(database: &TestDatabase) {
    let task = referenced_task(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    let error = repository.delete(&task).await.unwrap_err();
    assert!(error.source().is_none() || error.source().unwrap().is::<DatabaseError>());
    let raw = error.into_db_err().unwrap();
    let is_foreign_key = matches!(
        raw.sql_err(),
        Some(game_tasks::sea_orm::SqlErr::ForeignKeyConstraintViolation(_))
    );
    assert!(is_foreign_key, "{raw:?}");
    assert!(repository.get(Uuid::nil()).await.unwrap_err().into_db_err().is_none());
}

/// Creates a foreign key on the API key, as GAME has it, and a game whose key is not in the
/// referenced table.
async fn game_of_unknown_key(database: &TestDatabase) -> Game {
    let db = &database.db;
    let text = match database.backend {
        Backend::MariaDb | Backend::MySql => {
            let collation = database.backend.byte_collation();
            &format!("varchar(255) CHARACTER SET utf8mb4 COLLATE {collation}")
        }
        _ => "varchar(255)",
    };
    run(db, &format!("CREATE TABLE app_keys (public_part {text} PRIMARY KEY)"), []).await;
    let alter = r#"ALTER TABLE tasks ADD CONSTRAINT app_key_fkey
                   FOREIGN KEY ("apiKey_used") REFERENCES app_keys (public_part)"#;
    run(db, alter, []).await;
    let key = ApiKeyId::new(SECRET_KEY).unwrap();
    Game::new("game").owned_by_api_key(key).insert(db).await.unwrap()
}

/// The error of one of the calls that write the scope's key.
async fn creation(tasks: &dyn TaskRepository, game: Uuid, call: usize) -> TaskError {
    let new = || [NewTask::new(game, "a"), NewTask::new(game, "b").strategy("own")];
    match call {
        0 => tasks.create(NewTask::new(game, "a")).await.unwrap_err(),
        1 => tasks.create_all(new(), OnExisting::Fail).await.unwrap_err(),
        2 => tasks.create_all(new(), OnExisting::Update).await.unwrap_err(),
        3 => tasks.get_or_create(NewTask::new(game, "a")).await.unwrap_err(),
        _ => match tasks.create_many(new(), OnExisting::Fail).await {
            Ok(outcomes) => outcomes.into_iter().find_map(Result::err).unwrap(),
            Err(error) => error,
        },
    }
}

async fn an_api_key_missing_in_the_referenced_table(database: &TestDatabase) {
    use game_tasks::sea_orm::{EntityTrait, PaginatorTrait};
    let game = game_of_unknown_key(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    let scoped = repository.scoped(TaskScope::api_key(ApiKeyId::new(SECRET_KEY).unwrap()));
    for call in 0..5 {
        let error = creation(&*scoped, game.id, call).await;
        assert_referenced(&error, database, "app_key_fkey");
        assert!(!error.transaction_lost());
        assert_eq!(Tasks::find().count(&database.db).await.unwrap(), 0);
    }
    // Without the scope no key is written.
    repository.create(NewTask::new(game.id, "a")).await.unwrap();
    run(&database.db, "INSERT INTO app_keys (public_part) VALUES (?)", [SECRET_KEY.into()]).await;
    let task = scoped.create(NewTask::new(game.id, "b")).await.unwrap();
    assert_eq!(task.api_key_used.unwrap(), SECRET_KEY);
}

async fn an_api_key_missing_in_a_transaction(database: &TestDatabase) {
    let game = game_of_unknown_key(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    for call in 0..5 {
        let transaction = database.db.begin().await.unwrap();
        let inside = repository.on(&transaction);
        let scoped = inside.scoped(TaskScope::api_key(ApiKeyId::new(SECRET_KEY).unwrap()));
        let error = creation(&*scoped, game.id, call).await;
        assert_referenced(&error, database, "app_key_fkey");
        assert_transaction_state(&error, &transaction).await;
        drop(scoped);
        transaction.rollback().await.unwrap();
    }
}
