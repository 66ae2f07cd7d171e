//! Inserting games: invalid texts and taken names are refused.

use crate::support::{
    Backend, TestDatabase, assert_is, database_cases, still_works, unvalidated, validation_error,
};
use game_tasks::conformance::fixtures::refused_texts;
use game_tasks::sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use game_tasks::{FailureKind, Game, Games, Retry, TaskConnection, TaskError, TransactionState};

database_cases!(
    invalid_texts_are_refused,
    valid_texts_near_the_limits,
    a_taken_name_on_a_pool,
    a_taken_name_in_a_transaction,
);

/// The text fields of a game.
const TEXTS: [&str; 5] =
    ["external_game_id", "strategy_id", "platform", "api_key_used", "oauth_user_id"];

/// A game with this text in a field, not validated.
fn game_with(name: &str, field: &str, text: &str) -> Game {
    let mut game = Game::new(name);
    match field {
        "external_game_id" => game.external_game_id = text.to_owned(),
        "strategy_id" => game.strategy_id = unvalidated(text),
        "platform" => game.platform = Some(text.to_owned()),
        "api_key_used" => game.api_key_used = Some(unvalidated(text)),
        "oauth_user_id" => game.oauth_user_id = Some(unvalidated(text)),
        _ => unreachable!("{field}"),
    }
    game
}

async fn count<C: ConnectionTrait>(connection: &C) -> u64 {
    Games::find().count(connection).await.unwrap()
}

async fn invalid_texts_are_refused(database: &TestDatabase) {
    let refuse = async |game: Game, expected| {
        let transaction = database.db.begin().await.unwrap();
        let inside = game.clone().insert(&transaction).await.unwrap_err();
        assert!(still_works(&transaction).await);
        transaction.rollback().await.unwrap();
        for error in [inside, game.insert(&database.db).await.unwrap_err()] {
            assert!(!error.transaction_lost());
            assert_eq!(validation_error(error), expected);
        }
    };
    for (text, reason) in refused_texts() {
        for field in TEXTS {
            refuse(game_with("game", field, &text), (field, reason.clone())).await;
        }
    }
    assert_eq!(count(&database.db).await, 0);
}

async fn valid_texts_near_the_limits(database: &TestDatabase) {
    let longest = "🎉".repeat(255);
    for (n, text) in [" x ", "'\"\\", "\u{feff}", &longest].into_iter().enumerate() {
        for field in TEXTS {
            let game = game_with(&format!("{n} {field}"), field, text);
            // The same text may be in several games, except for the name.
            let inserted = game.clone().insert(&database.db).await.unwrap();
            assert_eq!(inserted, game);
            let stored = Games::find_by_id(game.id).one(&database.db).await.unwrap();
            assert_eq!(stored, Some(game));
        }
    }
}

/// Asserts the error of inserting a game whose name or id is taken.
async fn assert_taken<C>(database: &TestDatabase, connection: &C, game: Game, taken: Retry)
where
    C: ConnectionTrait + TaskConnection,
{
    let error = game.insert(connection).await.unwrap_err();
    let lost = taken == Retry::Transaction;
    let state = if lost { TransactionState::Lost } else { TransactionState::Intact };
    assert_eq!((error.retry(), error.transaction_state()), (taken, state), "{error:?}");
    assert_eq!(still_works(connection).await, !lost);
    let TaskError::Database(error) = error else { panic!("expected Database, got {error:?}") };
    assert_eq!(error.kind(), FailureKind::UniqueViolation, "{error:?}");
    let expected = match database.backend {
        Backend::Postgres => "23505",
        Backend::MariaDb | Backend::MySql => "1062",
        // A unique index, or the primary key.
        _ => "2067 1555",
    };
    assert_is!(error.code(), Some(code) if expected.contains(code));
}

/// A stored game, a new one with the same name, and a new one with the same id.
async fn game_and_conflicting(database: &TestDatabase) -> [Game; 3] {
    let game = Game::new("bees-2026").insert(&database.db).await.unwrap();
    let id = Game { id: game.id, ..Game::new("another") };
    [game, Game::new("bees-2026"), id]
}

async fn a_taken_name_on_a_pool(database: &TestDatabase) {
    let [game, same_name, same_id] = game_and_conflicting(database).await;
    for conflicting in [same_name, same_id] {
        assert_taken(database, &database.db, conflicting, Retry::No).await;
    }
    assert_eq!(Games::find().all(&database.db).await.unwrap(), [game]);
    // Names are compared byte by byte.
    for name in ["Bees-2026", "bees-2026 ", "b\u{e9}es-2026"] {
        Game::new(name).insert(&database.db).await.unwrap();
    }
    assert_eq!(count(&database.db).await, 4);
}

async fn a_taken_name_in_a_transaction(database: &TestDatabase) {
    let [_, same_name, same_id] = game_and_conflicting(database).await;
    for conflicting in [same_name, same_id] {
        let transaction = database.db.begin().await.unwrap();
        let retry = match database.backend {
            Backend::Postgres => Retry::Transaction,
            _ => Retry::No,
        };
        assert_taken(database, &transaction, conflicting, retry).await;
        transaction.rollback().await.unwrap();
    }
    assert_eq!(count(&database.db).await, 1);
}
