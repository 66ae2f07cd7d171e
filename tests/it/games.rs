//! New games: texts outside the rules and taken names are refused, and the error says what it
//! was.

use crate::support::{
    Backend, TestDatabase, assert_is, database_cases, still_works, unvalidated, validation_error,
};
use game_tasks::conformance::fixtures::refused_texts;
use game_tasks::sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use game_tasks::{FailureKind, Game, Games, Retry, TaskConnection, TaskError, TransactionState};

database_cases!(
    texts_outside_the_rules,
    texts_at_the_edge_of_the_rules,
    a_taken_name_on_a_pool,
    a_taken_name_in_a_transaction,
);

/// The fields of a game that are text.
const TEXTS: [&str; 5] =
    ["external_game_id", "strategy_id", "platform", "api_key_used", "oauth_user_id"];

/// A game that says this in one of its texts, as a database would hold it.
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

async fn texts_outside_the_rules(database: &TestDatabase) {
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

async fn texts_at_the_edge_of_the_rules(database: &TestDatabase) {
    let longest = "🎉".repeat(255);
    for (n, text) in [" x ", "'\"\\", "\u{feff}", &longest].into_iter().enumerate() {
        for field in TEXTS {
            let game = game_with(&format!("{n} {field}"), field, text);
            // Only its name is unique.
            let inserted = game.clone().insert(&database.db).await.unwrap();
            assert_eq!(inserted, game);
            let stored = Games::find_by_id(game.id).one(&database.db).await.unwrap();
            assert_eq!(stored, Some(game));
        }
    }
}

/// What is answered for a name that is taken, and for an id.
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
    let code = match database.backend {
        Backend::Postgres => "23505",
        Backend::MariaDb => "1062",
        // Of an index, of the primary key.
        _ => "2067 1555",
    };
    assert_is!(error.code(), Some(told) if code.contains(told));
}

/// A game that is there, and two others that want its name and its id.
async fn competitors(database: &TestDatabase) -> [Game; 3] {
    let game = Game::new("bees-2026").insert(&database.db).await.unwrap();
    let id = Game { id: game.id, ..Game::new("another") };
    [game, Game::new("bees-2026"), id]
}

async fn a_taken_name_on_a_pool(database: &TestDatabase) {
    let [game, of_name, of_id] = competitors(database).await;
    for competitor in [of_name, of_id] {
        assert_taken(database, &database.db, competitor, Retry::No).await;
    }
    assert_eq!(Games::find().all(&database.db).await.unwrap(), [game]);
    // Byte for byte these are other names.
    for name in ["Bees-2026", "bees-2026 ", "b\u{e9}es-2026"] {
        Game::new(name).insert(&database.db).await.unwrap();
    }
    assert_eq!(count(&database.db).await, 4);
}

async fn a_taken_name_in_a_transaction(database: &TestDatabase) {
    let [_, of_name, of_id] = competitors(database).await;
    for competitor in [of_name, of_id] {
        let transaction = database.db.begin().await.unwrap();
        let retry = match database.backend {
            Backend::Postgres => Retry::Transaction,
            _ => Retry::No,
        };
        assert_taken(database, &transaction, competitor, retry).await;
        transaction.rollback().await.unwrap();
    }
    assert_eq!(count(&database.db).await, 1);
}
