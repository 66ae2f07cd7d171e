//! Rows that other programs insert with plain SQL: their defaults agree with what the crate writes,
//! and they can be read whatever they contain.

use crate::support::{
    TestDatabase, assert_is, column, database_cases, names, rows, run, try_run, unordered_id,
};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use game_tasks::conformance::fixtures::walk;
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    Game, NewTask, ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver, Task, TaskError,
    TaskFilter, TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt,
};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

database_cases!(
    defaults_of_a_task,
    defaults_of_a_game,
    rows_with_defaults_sort_among_the_crates_rows,
    the_default_equals_the_same_bound_timestamp,
    invalid_texts_are_read,
    a_leap_second_equals_the_following_second,
    a_second_row_with_the_same_name_is_refused,
);

async fn game(database: &TestDatabase) -> Uuid {
    Game::new("game").insert(&database.db).await.unwrap().id
}

/// Inserts a row with only the required columns.
async fn insert_plain(database: &TestDatabase, game: Uuid, name: &str) -> Uuid {
    let id = unordered_id();
    let insert = r#"INSERT INTO tasks (id, "externalTaskId", "gameId") VALUES (?, ?, ?)"#;
    run(&database.db, insert, [id.into(), name.into(), game.into()]).await;
    id
}

/// The tolerance is less than any time zone offset.
fn assert_is_now(moment: DateTime<Utc>) {
    let off = (Utc::now() - moment).abs();
    assert!(off < TimeDelta::minutes(2), "{moment} is off by {off}");
}

async fn defaults_of_a_task(database: &TestDatabase) {
    let game = game(database).await;
    let id = insert_plain(database, game, "plain").await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let task = tasks.get(id).await.unwrap();
    let expected = Task {
        id,
        created_at: task.created_at,
        updated_at: task.updated_at,
        api_key_used: None,
        oauth_user_id: None,
        external_task_id: "plain".to_owned(),
        game_id: game,
        strategy_id: game_tasks::StrategyId::DEFAULT,
        status: game_tasks::TaskStatus::OPEN,
    };
    assert_eq!(task, expected);
    assert_eq!(task.created_at, task.updated_at);
    assert_is_now(task.created_at);
    assert_eq!(task.created_at.nanosecond() % 1_000, 0);
    // The crate can change it like any other task.
    let closed = tasks.transition((game, "plain"), "open", "closed").await.unwrap();
    assert!(closed.updated_at > task.updated_at);
    assert_eq!(tasks.delete(&task).await.unwrap(), closed);
}

async fn defaults_of_a_game(database: &TestDatabase) {
    let id = unordered_id();
    let insert = r#"INSERT INTO games (id, "externalGameId") VALUES (?, ?)"#;
    run(&database.db, insert, [id.into(), "plain".into()]).await;
    use game_tasks::sea_orm::EntityTrait;
    let game = game_tasks::Games::find_by_id(id).one(&database.db).await.unwrap().unwrap();
    assert_is_now(game.created_at);
    let expected =
        Game { id, created_at: game.created_at, updated_at: game.created_at, ..Game::new("plain") };
    assert_eq!(game, expected);
    let again = [unordered_id().into(), "plain".into()];
    try_run(&database.db, insert, again).await.expect_err("externalGameId is unique");
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let task = tasks.create(NewTask::new(id, "task")).await.unwrap();
    let resolved = StrategyResolver::new(database.db.clone()).resolve(&task).await.unwrap();
    assert_eq!(resolved.strategy_id, "default");
}

/// In filters and preconditions, both in SQL and in Rust.
async fn a_leap_second_equals_the_following_second(database: &TestDatabase) {
    let game = game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    for (name, second) in [("before", "2016-12-31 23:59:59"), ("after", "2017-01-01 00:00:00")] {
        let id = insert_plain(database, game, name).await;
        for fraction in ["", ".25", ".5", ".75"] {
            let id = if fraction.is_empty() {
                id
            } else {
                insert_plain(database, game, &format!("{name}{fraction}")).await
            };
            let utc = if database.backend.is_mariadb_or_mysql() { "" } else { "+00:00" };
            let at = format!("'{second}{fraction}{utc}'");
            let update =
                format!("UPDATE tasks SET created_at = {at}, updated_at = {at} WHERE id = ?");
            run(&database.db, &update, [id.into()]).await;
        }
    }
    let all = tasks.list(TaskQuery::in_game(game)).await.unwrap().items;
    for (leap, expected) in [
        ("2016-12-31T23:59:60Z", 4),
        ("2016-12-31T23:59:60.0000001Z", 3),
        ("2016-12-31T23:59:60.5Z", 2),
        ("2016-12-31T23:59:60.999999999Z", 0),
        ("2017-01-01T00:59:60.250000001+01:00", 2),
    ] {
        let json = format!(r#"{{"gameId": "{game}", "createdFrom": "{leap}"}}"#);
        let from: TaskFilter = serde_json::from_str(&json).unwrap();
        assert_eq!(tasks.count(from.clone()).await.unwrap(), expected, "{leap}");
        assert_eq!(all.iter().filter(|task| from.matches(task)).count() as u64, expected, "{leap}");
        let json = format!(r#"{{"gameId": "{game}", "createdUntil": "{leap}"}}"#);
        let until: TaskFilter = serde_json::from_str(&json).unwrap();
        assert_eq!(tasks.count(until.clone()).await.unwrap(), 8 - expected, "{leap}");
        assert_eq!(all.iter().filter(|task| until.matches(task)).count() as u64, 8 - expected);
        let moment = leap.parse::<DateTime<Utc>>().unwrap();
        let lifecycle = game_tasks::Lifecycle::default();
        for task in &all {
            let patch =
                TaskPatch::new().status("never").if_status("open").if_unmodified_since(moment);
            let checked = patch.check(&task.key(), task, &lifecycle);
            let transaction = database.db.begin().await.unwrap();
            let updated = tasks.on(&transaction).update(task.id, patch).await;
            transaction.rollback().await.unwrap();
            assert_eq!(checked.is_ok(), updated.is_ok(), "{leap} {task:?} {updated:?}");
        }
    }
}

async fn rows_with_defaults_sort_among_the_crates_rows(database: &TestDatabase) {
    let game = game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let mut order = Vec::new();
    for n in 0..12 {
        let name = format!("task {n}");
        if n % 2 == 0 {
            insert_plain(database, game, &name).await;
        } else {
            tasks.create(NewTask::new(game, &*name)).await.unwrap();
        }
        order.push(name);
        // SQLite's default is rounded to milliseconds.
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let query = TaskQuery::in_game(game);
    let listed = tasks.list(query.clone()).await.unwrap().items;
    assert_eq!(names(&listed), order);
    let listed = tasks.list(query.clone().order_by(TaskOrder::Updated).descending()).await.unwrap();
    assert_eq!(names(listed.items.iter().rev()), order);
    let walked = walk(&tasks, query.limit(1)).await.unwrap();
    assert_eq!(names(&walked), order);
    // Filters by creation time separate the two kinds of rows.
    for (n, task) in walked.iter().enumerate() {
        let count = async |filter| tasks.count(filter).await.unwrap() as usize;
        let of_game = TaskFilter::in_game(game);
        assert_eq!(count(of_game.clone().created_from(task.created_at)).await, order.len() - n);
        assert_eq!(count(of_game.created_until(task.created_at)).await, n);
    }
}

async fn the_default_equals_the_same_bound_timestamp(database: &TestDatabase) {
    let game = game(database).await;
    for n in 0..20 {
        insert_plain(database, game, &n.to_string()).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let all = tasks.list(TaskQuery::in_game(game)).await.unwrap().items;
    for task in all {
        let moments = [task.created_at.into(), task.updated_at.into(), task.id.into()];
        let same = "SELECT COUNT(*) FROM tasks WHERE created_at = ? AND updated_at = ? AND id = ?";
        let same: Vec<i64> = column(&database.db, same, moments).await;
        assert_eq!(same, [1], "{}", task.created_at);
        let microsecond = TimeDelta::microseconds(1);
        let only = TaskFilter::in_game(game)
            .created_from(task.created_at)
            .created_until(task.created_at + microsecond);
        assert!(tasks.count(only).await.unwrap() >= 1);
        // The precondition is satisfied by an unchanged row.
        let patch = TaskPatch::new().status("closed").if_unmodified_since(task.updated_at);
        let closed = tasks.update(&task, patch).await.unwrap();
        let patch = TaskPatch::new().status("open").if_unmodified_since(task.updated_at);
        assert_is!(tasks.update(&task, patch).await, Err(TaskError::Conflict { .. }));
        assert!(closed.updated_at > task.updated_at);
    }
}

async fn invalid_texts_are_read(database: &TestDatabase) {
    let game = game(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let insert = r#"INSERT INTO tasks
        (id, "externalTaskId", "gameId", "strategyId", status, "apiKey_used", oauth_user_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)"#;
    for text in ["", " ", "\n", "a\tb", "\u{1}", "\u{85}"] {
        let id = unordered_id();
        let values = [id.into(), text.into(), game.into()];
        let texts = std::iter::repeat_n(text.into(), 4);
        run(&database.db, insert, values.into_iter().chain(texts)).await;
        for task in [
            tasks.get(id).await.unwrap(),
            tasks.get((game, text)).await.unwrap(),
            tasks.list(TaskQuery::new(TaskFilter::keys([id]))).await.unwrap().items.remove(0),
            tasks
                .list(TaskQuery::new(TaskFilter::all().statuses([text])))
                .await
                .unwrap()
                .items
                .remove(0),
            tasks
                .list(TaskQuery::new(TaskFilter::all().strategies([text])))
                .await
                .unwrap()
                .items
                .remove(0),
        ] {
            assert_eq!(task.external_task_id, text);
            assert_eq!((task.strategy_id.as_str(), task.status.as_str()), (text, text));
            assert_eq!(task.api_key_used.as_ref().unwrap().as_str(), text);
            assert_eq!(task.oauth_user_id.as_ref().unwrap().as_str(), text);
            let json = serde_json::to_string(&task).unwrap();
            // Deserializing refuses the same texts.
            serde_json::from_str::<Task>(&json).unwrap_err();
            let rest: Value = serde_json::from_str(&json).unwrap();
            assert_eq!((&rest["status"], &rest["strategyId"]), (&json!(text), &json!(text)));
        }
        // A precondition may contain an invalid text, and a valid one replaces it.
        let patch = TaskPatch::new().status("open").strategy("good").if_status(text);
        let updated = tasks.update((game, text), patch).await.unwrap();
        assert_eq!((updated.strategy_id.as_str(), updated.status.as_str()), ("good", "open"));
        assert_eq!(updated.external_task_id, text);
        tasks.reassign_strategy(None, "good", "default").await.unwrap();
        assert_eq!(tasks.delete((game, text)).await.unwrap().id, id);
    }
}

async fn a_second_row_with_the_same_name_is_refused(database: &TestDatabase) {
    let game = game(database).await;
    insert_plain(database, game, "name").await;
    let insert = r#"INSERT INTO tasks (id, "externalTaskId", "gameId") VALUES (?, ?, ?)"#;
    let again = [unordered_id().into(), "name".into(), game.into()];
    try_run(&database.db, insert, again).await.expect_err("the constraint must refuse it");
    let elsewhere = [unordered_id().into(), "x".into(), unordered_id().into()];
    try_run(&database.db, insert, elsewhere).await.expect_err("there is no such game");
    // Names are compared byte by byte.
    for name in ["Name", "name ", "n\u{e1}me"] {
        insert_plain(database, game, name).await;
    }
    let required = rows(&database.db, r#"SELECT "externalTaskId" FROM tasks"#, []).await;
    assert_eq!(required.len(), 4);
}
