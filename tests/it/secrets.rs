//! API keys are not shown: not by `Debug` of anything that holds one, not by an error.

use crate::support::{Stage, TestDatabase, database_cases, repository_cases};
use game_tasks::sea_orm::{IntoActiveModel, TransactionTrait};
use game_tasks::{
    ApiKeyId, Caller, Game, NewTask, OnExisting, SeaOrmTaskRepository, StrategyResolver, TaskError,
    TaskFilter, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope,
};
use std::error::Error;
use std::fmt::Debug;

repository_cases!(in_what_calls_answer, in_refusals);
database_cases!(in_repositories_and_resolvers, in_failures_of_the_database);

const KEY: &str = "gme_live_secret42";

fn key() -> ApiKeyId {
    ApiKeyId::new(KEY).unwrap()
}

#[track_caller]
fn assert_hidden(text: &str) {
    for part in [KEY, "gme_live", "secret42"] {
        assert!(!text.contains(part), "{part} is shown: {text}");
    }
}

#[track_caller]
fn assert_hides(value: &impl Debug) {
    assert_hidden(&format!("{value:?}"));
    assert_hidden(&format!("{value:#?}"));
}

#[track_caller]
fn assert_error_hides(error: &TaskError) {
    assert_hides(error);
    assert_hidden(&error.to_string());
    let mut source = error.source();
    while let Some(cause) = source {
        assert_hidden(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
}

#[test]
fn in_values() {
    assert_hides(&key());
    assert_hides(&Some(key()));
    assert_hides(&Caller::ApiKey(key()));
    assert_hides(&TaskScope::api_key(key()));
    assert_hides(&TaskScope::api_key(key()).callers());
    let game = Game::new("game").owned_by_api_key(key());
    assert_hides(&game);
    // It is not gone.
    assert_eq!(game.api_key_used.unwrap().as_str(), KEY);
}

async fn in_what_calls_answer(stage: &Stage<'_>) {
    let game = stage.add(Game::new("game").owned_by_api_key(key())).await.id;
    let mine = stage.tasks.scoped(TaskScope::api_key(key()));
    let task = mine.create(NewTask::new(game, "task")).await.unwrap();
    assert_eq!(task.api_key_used, Some(key()));
    assert_hides(&task);
    let again = [NewTask::new(game, "task").strategy("own"), NewTask::new(game, "new")];
    assert_hides(&mine.create_many(again.clone(), OnExisting::Report).await);
    assert_hides(&mine.create_all(again, OnExisting::Update).await);
    let query = TaskQuery::in_game(game).limit(1);
    let page = mine.list(query.clone()).await.unwrap();
    assert_hides(&page);
    assert_hides(&query.after(page.next.unwrap()));
    assert_hides(&mine.update(&task, TaskPatch::new().status("closed")).await);
    assert_hides(&mine.delete(&task).await);
}

async fn in_refusals(stage: &Stage<'_>) {
    let game = stage.add(Game::new("game").owned_by_api_key(key())).await.id;
    let elsewhere = stage.game().await;
    let mine = stage.tasks.scoped(TaskScope::api_key(key()));
    let task = mine.create(NewTask::new(game, "task")).await.unwrap();
    let cursor = {
        mine.create(NewTask::new(game, "second")).await.unwrap();
        mine.list(TaskQuery::in_game(game).limit(1)).await.unwrap().next.unwrap()
    };
    let with_cursor = TaskQuery::in_game(game).limit(1).after(cursor);
    let closed = TaskPatch::new().status("closed");
    for error in [
        stage.refused(mine.create(NewTask::new(game, "task"))).await,
        stage.refused(mine.create(NewTask::new(elsewhere, "task"))).await,
        stage.refused(mine.create(NewTask::new(game, "x").id(task.id))).await,
        stage.refused(mine.create_all([NewTask::new(game, "task")], OnExisting::Report)).await,
        stage.refused(mine.update(&task, closed.if_status("closed"))).await,
        stage.refused(mine.get((elsewhere, "task"))).await,
        stage.refused(stage.tasks.list(with_cursor)).await,
    ] {
        assert_error_hides(&error);
    }
    // A caller that cannot be: the name of the field is told, not what is in it.
    let unwritable: ApiKeyId = serde_json::from_str(&format!("\"{KEY}\\u0001\"")).unwrap();
    assert_hides(&unwritable);
    let scoped = stage.tasks.scoped(TaskScope::api_key(unwritable));
    let error = stage.refused(scoped.create(NewTask::new(elsewhere, "task"))).await;
    assert_error_hides(&error);
    assert_hides(&ApiKeyId::new(format!("{KEY}\0")).unwrap_err());
}

async fn in_repositories_and_resolvers(database: &TestDatabase) {
    let db = &database.db;
    let resolver = StrategyResolver::new(db.clone()).scoped(TaskScope::api_key(key()));
    assert_hides(&resolver);
    let transaction = db.begin().await.unwrap();
    assert_hides(&resolver.on(&transaction));
    assert_hides(&SeaOrmTaskRepository::new(db.clone()).on(&transaction));
    transaction.rollback().await.unwrap();
    let repository = SeaOrmTaskRepository::new(db.clone());
    assert_hides(&repository);
    // The derived Debug of an ActiveModel prints every value, through the newtype's.
    let game = Game::new("game").owned_by_api_key(key()).insert(db).await.unwrap();
    assert_eq!(game.api_key_used, Some(key()));
    assert_eq!(game.into_active_model().api_key_used.unwrap(), Some(key()));
}

/// Whatever the database has to say about a row.
async fn in_failures_of_the_database(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").owned_by_api_key(key()).insert(db).await.unwrap().id;
    let repository = SeaOrmTaskRepository::new(db.clone());
    let mine = game_tasks::TaskRepository::scoped(&repository, TaskScope::api_key(key()));
    let task = mine.create(NewTask::new(game, "task")).await.unwrap();
    // The application's own constraints refuse what the crate would write.
    let refuse =
        [r#"CREATE UNIQUE INDEX app_one_per_key ON tasks ("apiKey_used")"#, "DROP TABLE tasks"];
    for (n, statement) in refuse.into_iter().enumerate() {
        crate::support::run(db, statement, []).await;
        let batch = || ["a", "b"].map(|name| NewTask::new(game, name));
        assert_error_hides(&mine.create(NewTask::new(game, "new")).await.unwrap_err());
        assert_error_hides(&mine.create_all(batch(), OnExisting::Report).await.unwrap_err());
        match mine.create_many(batch(), OnExisting::Report).await {
            Ok(outcomes) => {
                outcomes.iter().for_each(|o| assert_error_hides(o.as_ref().unwrap_err()));
            }
            Err(error) => assert_error_hides(&error),
        }
        if n == 1 {
            assert_error_hides(&mine.get(&task).await.unwrap_err());
            assert_error_hides(&mine.delete_many(TaskFilter::all()).await.unwrap_err());
        }
    }
}
