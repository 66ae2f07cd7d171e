//! Other tables hold on to tasks, and tasks name what other tables lack: the database refuses
//! it, and the error says which constraint, what is left of the transaction, and no key.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, assert_is, database_cases, on_database, run,
    server_cases, still_works, tests_on,
};
use game_tasks::FailureKind;
use game_tasks::sea_orm::{ConnectionTrait, TransactionTrait};
use game_tasks::{
    ApiKeyId, DatabaseError, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, Task,
    TaskError, TaskFilter, TaskPatch, TaskRepository, TaskRepositoryExt, TaskScope, Tasks,
};
use std::error::Error;
use std::time::Duration;
use uuid::Uuid;

database_cases!(
    a_task_that_is_held_on_a_pool,
    a_task_that_is_held_in_a_transaction,
    a_game_with_tasks_cannot_be_deleted,
    into_db_err_gives_the_rest,
);
server_cases!(a_key_that_the_application_lacks, a_key_lacking_in_a_transaction);
tests_on!([postgres Postgres], bulk_calls_beside_who_refers_to_a_task, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::bulk_calls_beside_who_refers_to_a_task)
});

const KEY: &str = "gme_live_secret42";

/// A task with the scope of `KEY`, and a photo of the application's that refers to it.
async fn held_task(database: &TestDatabase) -> Task {
    let db = &database.db;
    let uuid = database.backend.uuid_type();
    let create = format!(
        "CREATE TABLE app_photos (id integer PRIMARY KEY, task_id {uuid} NOT NULL, \
         CONSTRAINT app_photos_task_fkey FOREIGN KEY (task_id) REFERENCES tasks (id))"
    );
    run(db, &create, []).await;
    let key = ApiKeyId::new(KEY).unwrap();
    let game = Game::new("game").owned_by_api_key(key.clone()).insert(db).await.unwrap();
    let repository = SeaOrmTaskRepository::new(db.clone());
    let tasks = repository.scoped(TaskScope::api_key(key));
    let task = tasks.create(NewTask::new(game.id, "held")).await.unwrap();
    tasks.create(NewTask::new(game.id, "free")).await.unwrap();
    run(db, "INSERT INTO app_photos (id, task_id) VALUES (1, ?)", [task.id.into()]).await;
    task
}

/// No word of the key in anything that a log would show.
fn assert_shows_no_key(error: &TaskError) {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        shown += &format!("\n{cause}\n{cause:?}\n{cause:#?}");
        source = cause.source();
    }
    for part in [KEY, "gme_live", "secret42"] {
        assert!(!shown.contains(part), "{part} is shown: {shown}");
    }
}

/// What an error about a foreign key says on this database.
fn assert_refers(error: &TaskError, database: &TestDatabase, constraint: &str) {
    assert_shows_no_key(error);
    let TaskError::Referenced(error) = error else { panic!("expected Referenced, got {error:?}") };
    assert_eq!(error.kind(), FailureKind::ForeignKeyViolation);
    let named = (!database.backend.is_sqlite()).then_some(constraint);
    assert_eq!(error.constraint(), named, "{error:?}");
    assert!(error.code().is_some());
    assert_eq!(error.retry(), Retry::No);
    if let Some(named) = named {
        assert!(error.to_string().contains(named), "{error}");
        assert!(format!("{error:?}").contains(named), "{error:?}");
    }
}

async fn delete_in_each_way(tasks: &dyn TaskRepository, task: &Task) -> [TaskError; 4] {
    [
        tasks.delete(task).await.unwrap_err(),
        tasks.delete_many(TaskFilter::keys([task.id])).await.unwrap_err(),
        tasks.delete_many(TaskFilter::all()).await.unwrap_err(),
        tasks.delete_game(task.game_id).await.unwrap_err(),
    ]
}

/// A transaction that has begun to refer to a task holds a lock on its key. An update does not wait
/// for it. A deletion waits, and does not lock the task meanwhile, which the other may yet change.
async fn bulk_calls_beside_who_refers_to_a_task(database: &TestDatabase) {
    let task = held_task(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    run(&database.db, "DELETE FROM app_photos", []).await;
    let transaction = database.db.begin().await.unwrap();
    let refer = "INSERT INTO app_photos (id, task_id) VALUES (2, ?)";
    run(&transaction, refer, [task.id.into()]).await;

    for filter in [TaskFilter::in_game(task.game_id), TaskFilter::keys([task.id])] {
        let patch = TaskPatch::new().status(Uuid::now_v7().to_string());
        let update = tasks.update_many(filter, patch);
        let updated = tokio::time::timeout(Duration::from_secs(10), update).await;
        assert!(updated.expect("it waits").unwrap() > 0);
    }

    let deleting = tasks.clone();
    let deletion = tokio::spawn(async move { deleting.delete_game(task.game_id).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!deletion.is_finished(), "it must wait");
    let closed = TaskPatch::new().status("closed");
    tasks.on(&transaction).update(task.id, closed).await.unwrap();
    transaction.commit().await.unwrap();
    assert_refers(&deletion.await.unwrap().unwrap_err(), database, "app_photos_task_fkey");
}

async fn a_task_that_is_held_on_a_pool(database: &TestDatabase) {
    let task = held_task(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    let scoped = repository.scoped(TaskScope::api_key(ApiKeyId::new(KEY).unwrap()));
    for tasks in [&repository as &dyn TaskRepository, &*scoped] {
        for error in delete_in_each_way(tasks, &task).await {
            assert_refers(&error, database, "app_photos_task_fkey");
            assert!(!error.transaction_lost());
        }
        assert_eq!(tasks.get(&task).await.unwrap(), task);
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 2, "all or none");
    }
    // Held is held, changed it may be; let go, it is gone.
    repository.transition(&task, "open", "closed").await.unwrap();
    run(&database.db, "DELETE FROM app_photos", []).await;
    assert_eq!(repository.delete(&task).await.unwrap().id, task.id);
}

/// Whether a transaction is lost must be the truth: what the next statement finds.
async fn assert_told_truly<C: ConnectionTrait>(error: &TaskError, transaction: &C) {
    let is_postgres =
        transaction.get_database_backend() == game_tasks::sea_orm::DbBackend::Postgres;
    assert_eq!(error.transaction_lost(), is_postgres, "{error:?}");
    assert_eq!(still_works(transaction).await, !is_postgres);
}

async fn a_task_that_is_held_in_a_transaction(database: &TestDatabase) {
    let task = held_task(database).await;
    let db = &database.db;
    let repository = SeaOrmTaskRepository::new(db.clone());
    for way in 0..4 {
        let transaction = db.begin().await.unwrap();
        let tasks = repository.on(&transaction);
        let new = tasks.create(NewTask::new(task.game_id, format!("new {way}"))).await.unwrap();
        let error = match way {
            0 => tasks.delete(&task).await.unwrap_err(),
            1 => tasks.delete_many(TaskFilter::keys([task.id])).await.unwrap_err(),
            2 => tasks.delete_many(TaskFilter::all()).await.unwrap_err(),
            _ => tasks.delete_game(task.game_id).await.unwrap_err(),
        };
        assert_refers(&error, database, "app_photos_task_fkey");
        assert_told_truly(&error, &transaction).await;
        if error.transaction_lost() {
            // The next call says so too.
            let error = tasks.find(task.id).await.unwrap_err();
            assert_is!(&error, TaskError::Database(_));
            assert!(error.transaction_lost());
            assert_eq!(error.retry(), Retry::Transaction);
            assert_shows_no_key(&error);
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

/// What the error hides is there for those who ask for it.
async fn into_db_err_gives_the_rest(database: &TestDatabase) {
    let task = held_task(database).await;
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

/// A foreign key on the API key, as GAME has it, and a game whose owner is in no list.
async fn game_of_unlisted_key(database: &TestDatabase) -> Game {
    let db = &database.db;
    let text = match database.backend {
        Backend::MariaDb => "varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
        _ => "varchar(255)",
    };
    run(db, &format!("CREATE TABLE app_keys (public_part {text} PRIMARY KEY)"), []).await;
    let alter = r#"ALTER TABLE tasks ADD CONSTRAINT app_key_fkey
                   FOREIGN KEY ("apiKey_used") REFERENCES app_keys (public_part)"#;
    run(db, alter, []).await;
    let key = ApiKeyId::new(KEY).unwrap();
    Game::new("game").owned_by_api_key(key).insert(db).await.unwrap()
}

/// The refusals of the calls that write the scope's key.
async fn create_in_each_way(tasks: &dyn TaskRepository, game: Uuid, way: usize) -> TaskError {
    let new = || [NewTask::new(game, "a"), NewTask::new(game, "b").strategy("own")];
    match way {
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

async fn a_key_that_the_application_lacks(database: &TestDatabase) {
    use game_tasks::sea_orm::{EntityTrait, PaginatorTrait};
    let game = game_of_unlisted_key(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    let scoped = repository.scoped(TaskScope::api_key(ApiKeyId::new(KEY).unwrap()));
    for way in 0..5 {
        let error = create_in_each_way(&*scoped, game.id, way).await;
        assert_refers(&error, database, "app_key_fkey");
        assert!(!error.transaction_lost());
        assert_eq!(Tasks::find().count(&database.db).await.unwrap(), 0);
    }
    // Without the scope no key is written.
    repository.create(NewTask::new(game.id, "a")).await.unwrap();
    run(&database.db, "INSERT INTO app_keys (public_part) VALUES (?)", [KEY.into()]).await;
    let task = scoped.create(NewTask::new(game.id, "b")).await.unwrap();
    assert_eq!(task.api_key_used.unwrap(), KEY);
}

async fn a_key_lacking_in_a_transaction(database: &TestDatabase) {
    let game = game_of_unlisted_key(database).await;
    let repository = SeaOrmTaskRepository::new(database.db.clone());
    for way in 0..5 {
        let transaction = database.db.begin().await.unwrap();
        let inside = repository.on(&transaction);
        let scoped = inside.scoped(TaskScope::api_key(ApiKeyId::new(KEY).unwrap()));
        let error = create_in_each_way(&*scoped, game.id, way).await;
        assert_refers(&error, database, "app_key_fkey");
        assert_told_truly(&error, &transaction).await;
        drop(scoped);
        transaction.rollback().await.unwrap();
    }
}
