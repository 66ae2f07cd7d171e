//! Inserting and finding games: invalid texts and taken names are refused.

use crate::support::{
    TestDatabase, assert_is, database_cases, key, still_works, unordered_id, unvalidated,
    validation_error,
};
use game_tasks::conformance::fixtures::refused_texts;
use game_tasks::sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use game_tasks::{
    CreateOutcome, Game, Games, Retry, TaskConnection, TaskError, TransactionState,
    ValidationReason,
};

database_cases!(
    invalid_texts_are_refused,
    valid_texts_near_the_limits,
    a_taken_name_on_a_pool,
    a_taken_name_in_a_transaction,
    finding,
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

/// A stored game, a new one with the same name, and a new one with the same id.
async fn game_and_conflicting(database: &TestDatabase) -> [Game; 3] {
    let game = Game::new("bees-2026").insert(&database.db).await.unwrap();
    let id = Game { id: game.id, ..Game::new("another") };
    [game, Game::new("bees-2026"), id]
}

async fn assert_taken<C>(connection: &C, [game, same_name, same_id]: [Game; 3])
where
    C: ConnectionTrait + TaskConnection,
{
    let by_name = same_name.clone().insert(connection).await.unwrap_err();
    assert!(still_works(connection).await);
    let by_id = same_id.clone().insert(connection).await.unwrap_err();
    assert!(still_works(connection).await);
    assert_is!(by_name, TaskError::GameAlreadyExists { external_game_id, id }
        if external_game_id == "bees-2026" && *id == game.id);
    assert_is!(by_id, TaskError::IdTaken { id } if *id == game.id);
    for error in [by_name, by_id] {
        let expected = (Retry::No, TransactionState::Intact);
        assert_eq!((error.retry(), error.transaction_state()), expected);
    }
    let kept = same_name.get_or_create(connection).await.unwrap();
    assert_eq!(kept, CreateOutcome::Kept(game.clone()));
    let error = same_id.get_or_create(connection).await.unwrap_err();
    assert_is!(error, TaskError::IdTaken { id } if *id == game.id);
    let created = Game::new("new").get_or_create(connection).await.unwrap();
    assert!(created.is_created());
    assert_eq!(
        Game::find(connection, created.task().id).await.unwrap(),
        Some(created.into_inner())
    );
}

async fn a_taken_name_on_a_pool(database: &TestDatabase) {
    let games = game_and_conflicting(database).await;
    assert_taken(&database.db, games.clone()).await;
    assert_eq!(count(&database.db).await, 2);
    // Names are compared byte by byte.
    for name in ["Bees-2026", "bees-2026 ", "b\u{e9}es-2026"] {
        assert_eq!(Game::find_by_external_id(&database.db, name).await.unwrap(), None);
        let game = Game::new(name).insert(&database.db).await.unwrap();
        let found = Game::find_by_external_id(&database.db, name).await.unwrap();
        assert_eq!(found, Some(game));
    }
    assert_eq!(count(&database.db).await, 5);
}

async fn a_taken_name_in_a_transaction(database: &TestDatabase) {
    let games = game_and_conflicting(database).await;
    let transaction = database.db.begin().await.unwrap();
    assert_taken(&transaction, games).await;
    transaction.commit().await.unwrap();
    assert_eq!(count(&database.db).await, 2);
}

async fn finding(database: &TestDatabase) {
    let game = game_with("bees", "platform", "web").owned_by_api_key(key("gme_live_mine"));
    let game = game.insert(&database.db).await.unwrap();
    find_on(&database.db, &game).await;
    let transaction = database.db.begin().await.unwrap();
    find_on(&transaction, &game).await;
    assert!(still_works(&transaction).await);
}

async fn find_on<C: TaskConnection>(connection: &C, game: &Game) {
    assert_eq!(Game::find(connection, game.id).await.unwrap(), Some(game.clone()));
    let by_name = Game::find_by_external_id(connection, "bees").await.unwrap();
    assert_eq!(by_name, Some(game.clone()));
    assert_eq!(Game::find(connection, unordered_id()).await.unwrap(), None);
    assert_eq!(Game::find_by_external_id(connection, "").await.unwrap(), None);
    let error = Game::find_by_external_id(connection, "bees\0").await.unwrap_err();
    let reason = ValidationReason::ControlCharacter { position: 4 };
    assert_eq!(validation_error(error), ("external_game_id", reason));
}
