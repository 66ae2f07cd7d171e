//! API keys are not shown: not by `Debug` of anything that holds one, not by an error.

use crate::support::{TestDatabase, database_cases};
use game_tasks::sea_orm::{IntoActiveModel, TransactionTrait};
use game_tasks::{
    ApiKeyId, Caller, Game, NewTask, OnExisting, SeaOrmTaskRepository, StrategyResolver, TaskError,
    TaskFilter, TaskRepositoryExt, TaskScope,
};
use std::error::Error;
use std::fmt::Debug;

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
