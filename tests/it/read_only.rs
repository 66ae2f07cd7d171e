//! A database that accepts no writes: a standby, or a file without write access.

use crate::support::{Backend, TestDatabase, on_database, run, tests_on};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::{Database, DatabaseConnection};
use game_tasks::{
    FailureKind, Game, GamePatch, NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository,
    StrategyResolver, Task, TaskError, TaskFilter, TaskPatch, TaskQuery, TaskRepositoryExt,
    migration,
};

tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    reads_the_check_and_a_finished_migration_work,
    |on| super::on_database(on, 2, super::reads_the_check_and_a_finished_migration_work)
);

async fn read_only_pool(database: &TestDatabase) -> DatabaseConnection {
    match database.backend {
        Backend::SqliteFile => {
            Database::connect(database.url().replace("mode=rwc", "mode=ro")).await.unwrap()
        }
        Backend::Postgres => {
            let (_, name) = database.url().rsplit_once('/').unwrap();
            let alter = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
            run(&database.db, &alter, []).await;
            // Sessions that a pooler keeps have the setting of before.
            database.directly().await.second_pool().await
        }
        _ => {
            // A pool of one connection, so that the setting holds for all statements.
            let db = database.second_pool().await;
            run(&db, "SET SESSION TRANSACTION READ ONLY", []).await;
            db
        }
    }
}

fn kind(error: &TaskError) -> FailureKind {
    match error {
        TaskError::Database(error) => error.kind(),
        other => panic!("expected Database, got {other:?}"),
    }
}

async fn reads_the_check_and_a_finished_migration_work(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let writable = SeaOrmTaskRepository::new(database.db.clone());
    let task = writable.create(NewTask::new(game, "task")).await.unwrap();
    assert_read_only(&read_only_pool(database).await, &task).await;
    assert_eq!(writable.list(TaskQuery::in_game(game)).await.unwrap().items, [task]);
}

/// Asserts that all that needs no write works, and that each write is refused as such. The database has
/// this task alone.
pub(crate) async fn assert_read_only(db: &DatabaseConnection, task: &Task) {
    let game = task.game_id;
    game_tasks::migrate(db).await.unwrap();
    migration::verify_schema(db).await.unwrap();
    migration::status::<game_tasks::Migrator>(db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    assert_eq!(tasks.find(task.id).await.unwrap().as_ref(), Some(task));
    let listed = tasks.list(TaskQuery::in_game(game)).await.unwrap().items;
    assert_eq!(listed, std::slice::from_ref(task));
    let streamed: Vec<Task> =
        tasks.stream(TaskQuery::new(TaskFilter::all())).try_collect().await.unwrap();
    assert_eq!(streamed, listed);
    assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 1);
    StrategyResolver::new(db.clone()).resolve(task.id).await.unwrap();
    let stored = Game::find(db, game).await.unwrap().unwrap();

    let (new, other) = (NewTask::new(game, "new"), TaskPatch::new().strategy("other"));
    let all = TaskFilter::in_game(game);
    let errors = [
        tasks.create(new.clone()).await.unwrap_err(),
        tasks.create_many([new.clone()], OnExisting::Keep).await.unwrap_err(),
        tasks.create_many([new.clone()], OnExisting::Update).await.unwrap_err(),
        tasks.create_all([new.clone()], OnExisting::Fail).await.unwrap_err(),
        tasks.update(task.id, other.clone()).await.unwrap_err(),
        tasks.transition(task.id, "open", "closed").await.unwrap_err(),
        tasks.update_many(all.clone(), other).await.unwrap_err(),
        tasks.delete_many(all).await.unwrap_err(),
        tasks.delete(task.id).await.unwrap_err(),
        tasks.delete_game(game).await.unwrap_err(),
        Game::new("other").insert(db).await.unwrap_err(),
        Game::update(db, game, GamePatch::new().platform("other")).await.unwrap_err(),
        Game::new("other").get_or_create(db).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(kind(&error), FailureKind::ReadOnly);
    }
    assert_eq!(Game::find(db, game).await.unwrap(), Some(stored));
}
