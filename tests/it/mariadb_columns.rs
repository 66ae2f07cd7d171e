//! MariaDB: the application's columns without a default or with AUTO_INCREMENT. The crate updates a
//! task with an `INSERT` of its row, which must neither fail on such columns nor consume values.

use crate::support::{
    Backend, Counter, TestDatabase, assert_is, column, database_cases, on_database, run,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    Game, NewTask, SeaOrmTaskRepository, Task, TaskError, TaskPatch, TaskRepository,
    TaskRepositoryExt,
};
use uuid::Uuid;

database_cases!(a_game_without_foreign_keys_is_not_found);

async fn on_mariadb(statements: &[&str], case: impl AsyncFnOnce(&TestDatabase, Task)) {
    on_database(Backend::MariaDb, 4, async |database| {
        let game = Game::new("game").insert(&database.db).await.unwrap().id;
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
        for statement in statements {
            run(&database.db, statement, []).await;
        }
        case(database, task).await;
    })
    .await;
}

/// Updates a task on the pool and in a transaction, also with a new repository that has cached
/// nothing, and compares each result with the stored row.
async fn change(database: &TestDatabase, task: &Task) {
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let mut before = tasks.get(task).await.unwrap();
    let mut checked = async |tasks: &dyn TaskRepository, changed: Task| {
        assert_eq!(tasks.get(task).await.unwrap(), changed);
        assert!(changed.updated_at > before.updated_at);
        before = changed;
    };
    for n in 0..3 {
        for tasks in [&tasks, &SeaOrmTaskRepository::new(database.db.clone())] {
            let patch = TaskPatch::new().strategy(format!("s{}", Uuid::now_v7()));
            checked(tasks, tasks.update(task, patch).await.unwrap()).await;
            let (from, to) = if n % 2 == 0 { ("open", "closed") } else { ("closed", "open") };
            let (from, to) = match tasks.get(task).await.unwrap().status.as_str() == from {
                true => (from, to),
                false => (to, from),
            };
            checked(tasks, tasks.transition(task, from, to).await.unwrap()).await;
            assert_is!(
                tasks.transition(task, from, to).await,
                Err(TaskError::Conflict { .. } | TaskError::Unchanged { .. })
            );
            let transaction = database.db.begin().await.unwrap();
            let inside = tasks.on(&transaction);
            let patch = TaskPatch::new().strategy(format!("t{}", Uuid::now_v7()));
            checked(&inside, inside.update(task, patch).await.unwrap()).await;
            transaction.commit().await.unwrap();
        }
    }
}

async fn next_number(database: &TestDatabase, task: &Task) -> u64 {
    let insert = "INSERT INTO tasks (id, \"externalTaskId\", \"gameId\") VALUES (?, ?, ?)";
    let name = Uuid::now_v7().to_string();
    let values = [Uuid::now_v7().into(), name.clone().into(), task.game_id.into()];
    run(&database.db, insert, values).await;
    let number = "SELECT seq FROM tasks WHERE \"externalTaskId\" = ?";
    column(&database.db, number, [name.into()]).await[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_without_a_default() {
    let statements = ["ALTER TABLE tasks ADD COLUMN app_must INT NOT NULL DEFAULT 7, \
         ADD COLUMN app_twice INT AS (app_must * 2) STORED, \
         ADD COLUMN `app``quoted` INT NOT NULL DEFAULT 8"];
    on_mariadb(&statements, async |database, task| {
        // The repository has cached the columns before one of them loses its default.
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        tasks.update(&task, TaskPatch::new().strategy("before")).await.unwrap();
        for column in ["app_must", "`app``quoted`"] {
            let alter = format!("ALTER TABLE tasks ALTER COLUMN {column} DROP DEFAULT");
            run(&database.db, &alter, []).await;
        }
        tasks.update(&task, TaskPatch::new().strategy("after")).await.unwrap();
        change(database, &task).await;
        let twice: Vec<i32> = column(&database.db, "SELECT app_twice FROM tasks", []).await;
        assert_eq!(twice, [14]);
        // A dropped column changes nothing.
        run(&database.db, "ALTER TABLE tasks DROP COLUMN app_twice, DROP COLUMN app_must", [])
            .await;
        tasks.update(&task, TaskPatch::new().strategy("gone")).await.unwrap();
        change(database, &task).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_increment_values_are_not_consumed() {
    let statements =
        ["ALTER TABLE tasks ADD COLUMN seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE"];
    on_mariadb(&statements, async |database, task| {
        let before = next_number(database, &task).await;
        change(database, &task).await;
        assert_eq!(next_number(database, &task).await, before + 1);
    })
    .await;
}

/// The stored row satisfies the constraint, but a row with the column's default would not.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_constraint_on_an_application_column() {
    let statements = [
        "ALTER TABLE tasks ADD COLUMN app_by VARCHAR(20)",
        "UPDATE tasks SET app_by = 'importer'",
        "ALTER TABLE tasks ADD CONSTRAINT app_known CHECK \
         (app_by IS NOT NULL AND \"strategyId\" <> 'forbidden')",
    ];
    on_mariadb(&statements, async |database, task| {
        change(database, &task).await;
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        let forbidden = TaskPatch::new().strategy("forbidden");
        let error = tasks.update(&task, forbidden).await.unwrap_err();
        assert_is!(&error, TaskError::Database(error) if error.code() == Some("4025"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_that_change_the_row() {
    let statements = [
        "ALTER TABLE tasks ADD COLUMN seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE, \
         ADD COLUMN app_must INT NOT NULL DEFAULT 7",
        "ALTER TABLE tasks ALTER COLUMN app_must DROP DEFAULT",
        "CREATE TRIGGER app_touch BEFORE UPDATE ON tasks FOR EACH ROW \
         SET NEW.updated_at = NEW.updated_at + INTERVAL 1 SECOND, NEW.app_must = OLD.app_must + 1",
    ];
    on_mariadb(&statements, async |database, task| {
        change(database, &task).await;
        let counted: Vec<i32> = column(&database.db, "SELECT app_must FROM tasks", []).await;
        assert_eq!(counted, [7 + 18]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_of_updating_is_found_out_only_once() {
    let statements =
        ["ALTER TABLE tasks ADD COLUMN seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE"];
    on_mariadb(&statements, async |database, task| {
        let tasks = SeaOrmTaskRepository::new(Counter::on(database.db.clone()));
        for (n, statements) in [5, 2, 2].into_iter().enumerate() {
            let patch = TaskPatch::new().strategy(n.to_string());
            let call = tasks.update(&task, patch);
            let (updated, sent) = tasks.connection().interceptor.count(call).await;
            updated.unwrap();
            assert_eq!(sent, statements);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_updates_of_one_task() {
    let statements =
        ["ALTER TABLE tasks ADD COLUMN seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE"];
    on_mariadb(&statements, async |database, task| {
        let writer = |writer: usize| {
            let tasks = SeaOrmTaskRepository::new(database.db.clone());
            let task = task.clone();
            tokio::spawn(async move {
                let mut moments = Vec::new();
                for n in 0..50 {
                    let strategy = format!("{writer} {n}");
                    let patch = TaskPatch::new().strategy(&*strategy);
                    let changed = tasks.update(&task, patch).await.unwrap();
                    assert_eq!(changed.strategy_id, strategy.as_str());
                    moments.push(changed.updated_at);
                }
                moments
            })
        };
        let mut moments = Vec::new();
        for written in (0..8).map(writer).collect::<Vec<_>>() {
            moments.extend(written.await.unwrap());
        }
        let all = moments.len();
        moments.sort_unstable();
        moments.dedup();
        assert_eq!((all, moments.len()), (400, 400));
    })
    .await;
}

/// A session with foreign key checks switched off still cannot create tasks in missing games.
async fn a_game_without_foreign_keys_is_not_found(database: &TestDatabase) {
    let transaction = database.db.begin().await.unwrap();
    match database.backend {
        Backend::MariaDb | Backend::MySql => {
            run(&transaction, "SET foreign_key_checks = 0", []).await
        }
        // Only a superuser can switch the checks off, so drop the constraint.
        Backend::Postgres => {
            let names = "SELECT CAST(conname AS text) FROM pg_constraint \
                 WHERE conrelid = CAST('tasks' AS regclass) AND contype = 'f'";
            for name in column::<_, String>(&transaction, names, []).await {
                let drop = format!("ALTER TABLE tasks DROP CONSTRAINT \"{name}\"");
                run(&transaction, &drop, []).await;
            }
            0
        }
        // SQLite cannot switch them off inside a transaction.
        _ => 0,
    };
    let tasks = SeaOrmTaskRepository::new(&transaction);
    let error = tasks.create(NewTask::new(Uuid::now_v7(), "task")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { .. });
    if database.backend.is_mariadb_or_mysql() {
        run(&transaction, "SET foreign_key_checks = 1", []).await;
    }
    transaction.rollback().await.unwrap();
}
