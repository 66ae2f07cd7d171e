//! Changing games, concurrent calls that create one, and triggers on the table.

use crate::support::{
    Backend, FailAfter, TestDatabase, assert_is, database_cases, key, on_database, run,
    server_cases, skipping_cases, still_works, tests_on, unordered_id, unvalidated,
    validation_error,
};
use futures_util::future::{join_all, try_join_all};
use game_tasks::chrono::{TimeDelta, Utc};
use game_tasks::sea_orm::{
    ConnectionTrait, EntityTrait, IsolationLevel, PaginatorTrait, TransactionTrait,
};
use game_tasks::{
    CreateOutcome, Game, GamePatch, Games, InMemoryTaskRepository, OauthUserId, Retry, StrategyId,
    TaskConnection, TaskError, ValidationReason,
};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

database_cases!(
    a_patch_changes_what_it_sets,
    updated_at_increases,
    answers_are_what_the_call_wrote,
    concurrent_callers_get_the_same_game,
    triggers_that_change_the_row,
);
server_cases!(a_game_that_another_transaction_creates);
skipping_cases!(triggers_that_skip_the_row);
tests_on!([mariadb MariaDb, mysql MySql], a_row_that_cannot_be_read_back, |on| {
    super::on_database(on, 4, super::a_row_that_cannot_be_read_back)
});
tests_on!([postgres Postgres], a_snapshot_without_the_game, |on| {
    super::on_database(on, 4, super::a_snapshot_without_the_game)
});

async fn stored<C: ConnectionTrait>(connection: &C, id: Uuid) -> Game {
    Games::find_by_id(id).one(connection).await.unwrap().unwrap()
}

fn strategy(name: &str) -> StrategyId {
    StrategyId::new(name).unwrap()
}

type Change = fn(&mut Game);

/// Patches, each of which changes the game that the ones before have left, and the fields that it sets.
fn patches() -> Vec<(GamePatch, Change)> {
    vec![
        (GamePatch::new().strategy(strategy("s")), |game| game.strategy_id = strategy("s")),
        (GamePatch::new().platform("web"), |game| game.platform = Some("web".to_owned())),
        (GamePatch::new().owned_by_api_key(key("k")), |game| game.api_key_used = Some(key("k"))),
        (GamePatch::new().without_api_key().without_platform(), |game| {
            game.api_key_used = None;
            game.platform = None;
        }),
        (
            GamePatch::new()
                .owned_by_oauth_user(OauthUserId::new("u").unwrap())
                .owned_by_api_key(key("other"))
                .platform("\u{1f3ae} 'x' \\")
                .strategy(strategy("t")),
            |game| {
                game.oauth_user_id = Some(OauthUserId::new("u").unwrap());
                game.api_key_used = Some(key("other"));
                game.platform = Some("\u{1f3ae} 'x' \\".to_owned());
                game.strategy_id = strategy("t");
            },
        ),
        (GamePatch::new().without_oauth_user(), |game| game.oauth_user_id = None),
    ]
}

/// The same expectations in a database and in memory.
async fn patch_everything(
    game: Game,
    update: impl AsyncFn(Uuid, GamePatch) -> Result<Game, TaskError>,
) -> Game {
    let mut current = game;
    for (patch, change) in patches() {
        let changed = update(current.id, patch.clone()).await.unwrap();
        assert!(changed.updated_at > current.updated_at);
        change(&mut current);
        current.updated_at = changed.updated_at;
        assert_eq!(changed, current);
        for unchanged in [patch, GamePatch::new()] {
            assert_eq!(update(current.id, unchanged).await.unwrap(), current);
        }
    }
    for patch in [GamePatch::new(), GamePatch::new().platform("x")] {
        let missing = unordered_id();
        let error = update(missing, patch).await.unwrap_err();
        assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    }
    let error = update(current.id, GamePatch::new().platform("a\0")).await.unwrap_err();
    let reason = ValidationReason::ControlCharacter { position: 1 };
    assert_eq!(validation_error(error), ("platform", reason));
    let blank = GamePatch::new().owned_by_api_key(unvalidated(" "));
    let error = update(current.id, blank).await.unwrap_err();
    assert_eq!(validation_error(error), ("api_key_used", ValidationReason::Blank));
    current
}

#[tokio::test]
async fn in_memory() {
    let memory = InMemoryTaskRepository::new();
    let (game, other) = (Game::new("game"), Game::new("other"));
    for game in [&game, &other] {
        memory.add_game(game.clone());
    }
    let update = async |id, patch: GamePatch| memory.update_game(id, &patch);
    let changed = patch_everything(game, update).await;
    assert_eq!(memory.game_by_external_id("game"), Some(changed));
    assert_eq!(memory.game_by_external_id("other"), Some(other));
    assert_eq!(memory.game_by_external_id("none"), None);
}

async fn a_patch_changes_what_it_sets(database: &TestDatabase) {
    let db = &database.db;
    let [game, in_transaction, other] = ["pool", "transaction", "other"].map(Game::new);
    for game in [&game, &in_transaction, &other] {
        game.clone().insert(db).await.unwrap();
    }
    let changed = patch_everything(game, async |id, patch| Game::update(db, id, patch).await).await;
    assert_eq!(stored(db, changed.id).await, changed);
    let transaction = db.begin().await.unwrap();
    let update = async |id, patch| Game::update(&transaction, id, patch).await;
    let changed = patch_everything(in_transaction, update).await;
    assert!(still_works(&transaction).await);
    transaction.commit().await.unwrap();
    assert_eq!(stored(db, changed.id).await, changed);
    assert_eq!(stored(db, other.id).await, other);
}

async fn updated_at_increases(database: &TestDatabase) {
    let game = Game { updated_at: Utc::now() + TimeDelta::days(2), ..Game::new("game") };
    let game = game.insert(&database.db).await.unwrap();
    assert_eq!(stored(&database.db, game.id).await, game);
    let patch = GamePatch::new().platform("web");
    let changed = Game::update(&database.db, game.id, patch).await.unwrap();
    assert_eq!(changed.updated_at, game.updated_at + TimeDelta::microseconds(1));
    assert_eq!(stored(&database.db, game.id).await, changed);
}

/// Each writer changes a column of its own, so that each answer shows what the others wrote before.
async fn answers_are_what_the_call_wrote(database: &TestDatabase) {
    const UPDATES: usize = 15;
    let game = Game::new("game").insert(&database.db).await.unwrap();
    let writers = (0..8).map(|writer| {
        let (db, id) = (database.db.clone(), game.id);
        tokio::spawn(async move {
            let mut answers = Vec::new();
            for n in 0..UPDATES {
                let value = format!("{writer} {n}");
                let patch = match writer % 2 {
                    0 => GamePatch::new().platform(value),
                    _ => GamePatch::new().owned_by_api_key(key(&value)),
                };
                answers.push((writer, Game::update(&db, id, patch).await.unwrap()));
            }
            answers
        })
    });
    let answers = try_join_all(writers).await.unwrap();
    let mut answers: Vec<(usize, Game)> = answers.into_iter().flatten().collect();
    answers.sort_by_key(|(_, answer)| answer.updated_at);
    let mut before = game;
    for (writer, answer) in answers {
        assert!(answer.updated_at > before.updated_at);
        match writer % 2 {
            0 => assert_eq!(answer.api_key_used, before.api_key_used),
            _ => assert_eq!(answer.platform, before.platform),
        }
        before = answer;
    }
    assert_eq!(stored(&database.db, before.id).await, before);
}

async fn concurrent_callers_get_the_same_game(database: &TestDatabase) {
    for name in ["first", "second", "third"] {
        let calls = (0..16).map(|_| {
            let db = database.db.clone();
            tokio::spawn(async move { Game::new(name).get_or_create(&db).await.unwrap() })
        });
        let outcomes: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_created()).count(), 1);
        let games: BTreeSet<Uuid> = outcomes.iter().map(|outcome| outcome.task().id).collect();
        assert_eq!(games.len(), 1);
    }
    assert_eq!(Games::find().count(&database.db).await.unwrap(), 3);
}

/// Also where the database's default is `REPEATABLE READ`: MariaDB and MySQL.
async fn a_game_that_another_transaction_creates(database: &TestDatabase) {
    let first = database.db.begin().await.unwrap();
    let second = database.db.begin().await.unwrap();
    // The snapshot of the second transaction begins before the game exists.
    assert_eq!(Game::find_by_external_id(&second, "game").await.unwrap(), None);
    let created = Game::new("game").get_or_create(&first).await.unwrap();
    let waiting = tokio::spawn(async move {
        let outcome = Game::new("game").get_or_create(&second).await;
        (second, outcome)
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    first.commit().await.unwrap();
    let (second, outcome) = waiting.await.unwrap();
    assert!(created.is_created());
    if database.refuses_outdated_snapshots().await {
        let error = outcome.unwrap_err();
        assert_eq!((error.retry(), error.transaction_lost()), (Retry::Transaction, true));
        return;
    }
    assert_eq!(outcome.unwrap(), CreateOutcome::Kept(created.into_inner()));
    assert!(still_works(&second).await);
    second.commit().await.unwrap();
}

async fn a_snapshot_without_the_game(database: &TestDatabase) {
    let isolation = Some(IsolationLevel::RepeatableRead);
    let transaction = database.db.begin_with_config(isolation, None).await.unwrap();
    assert_eq!(Game::find_by_external_id(&transaction, "game").await.unwrap(), None);
    Game::new("game").insert(&database.db).await.unwrap();
    let error = Game::new("game").get_or_create(&transaction).await.unwrap_err();
    assert_eq!((error.retry(), error.transaction_lost()), (Retry::Transaction, true));
}

/// Creates triggers that set the platform of each new game, and of each that is changed.
async fn create_triggers(database: &TestDatabase) {
    let statements: &[&str] = match database.backend {
        Backend::Postgres => &[
            "CREATE FUNCTION app_platform() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN NEW.platform = lower(TG_OP); RETURN NEW; END $$",
            "CREATE TRIGGER app_platform BEFORE INSERT OR UPDATE ON games \
             FOR EACH ROW EXECUTE FUNCTION app_platform()",
        ],
        Backend::MariaDb | Backend::MariaDbRollback | Backend::MySql => &[
            "CREATE TRIGGER app_new BEFORE INSERT ON games \
             FOR EACH ROW SET NEW.platform = 'insert'",
            "CREATE TRIGGER app_changed BEFORE UPDATE ON games \
             FOR EACH ROW SET NEW.platform = 'update'",
        ],
        // SQLite has no triggers that modify the row before it is written.
        Backend::SqliteMemory | Backend::SqliteFile => &[],
    };
    for statement in statements {
        run(&database.db, statement, []).await;
    }
}

async fn assert_triggered<C: ConnectionTrait + TaskConnection>(connection: &C, name: &str) {
    let game = Game::new(name).insert(connection).await.unwrap();
    assert_eq!(game, stored(connection, game.id).await);
    assert_eq!(game.platform.as_deref(), Some("insert"));
    let patch = GamePatch::new().strategy(strategy("s"));
    let game = Game::update(connection, game.id, patch).await.unwrap();
    assert_eq!(game, stored(connection, game.id).await);
    assert_eq!(game.platform.as_deref(), Some("update"));
}

async fn triggers_that_change_the_row(database: &TestDatabase) {
    if database.backend.is_sqlite() {
        return;
    }
    create_triggers(database).await;
    assert_triggered(&database.db, "pool").await;
    let transaction = database.db.begin().await.unwrap();
    assert_triggered(&transaction, "transaction").await;
    transaction.commit().await.unwrap();
}

/// The statement that writes succeeds, and the one that reads what triggers changed does not.
async fn a_row_that_cannot_be_read_back(database: &TestDatabase) {
    create_triggers(database).await;
    let game = Game::new("game");
    let db = FailAfter::statements(1, &database.db);
    let error = game.clone().insert(&db).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    let patch = GamePatch::new().strategy(strategy("s"));
    let db = FailAfter::statements(2, &database.db);
    let error = Game::update(&db, game.id, patch).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_eq!(stored(&database.db, game.id).await.strategy_id, "s");
    // Nothing was written.
    for statements in [0, 1] {
        let db = FailAfter::statements(statements, &database.db);
        let patch = GamePatch::new().strategy(strategy("t"));
        let error = Game::update(&db, game.id, patch).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Call, "{error:?}");
    }
    assert_eq!(stored(&database.db, game.id).await.strategy_id, "s");
}

async fn triggers_that_skip_the_row(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap();
    let body = match database.backend {
        Backend::Postgres => {
            let function = "CREATE FUNCTION app_skip() RETURNS trigger LANGUAGE plpgsql AS $$ \
                 BEGIN RETURN NULL; END $$";
            run(&database.db, function, []).await;
            "EXECUTE FUNCTION app_skip()"
        }
        _ => "BEGIN SELECT RAISE(IGNORE); END",
    };
    for event in ["INSERT", "UPDATE"] {
        let create = format!("CREATE TRIGGER app_{event} BEFORE {event} ON games FOR EACH ROW");
        run(&database.db, &format!("{create} {body}"), []).await;
    }
    assert_skipped(&database.db, game.id).await;
    let transaction = database.db.begin().await.unwrap();
    assert_skipped(&transaction, game.id).await;
    assert!(still_works(&transaction).await);
    transaction.commit().await.unwrap();
    assert_eq!(stored(&database.db, game.id).await, game);
}

async fn assert_skipped<C: TaskConnection>(connection: &C, id: Uuid) {
    let patch = GamePatch::new().platform("web");
    for error in [
        Game::new("new").insert(connection).await.unwrap_err(),
        Game::new("new").get_or_create(connection).await.unwrap_err(),
        Game::update(connection, id, patch).await.unwrap_err(),
    ] {
        let skipped = TaskError::WriteSkipped { key: None, transaction_lost: false };
        assert_eq!(error, skipped);
    }
}
