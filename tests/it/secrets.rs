//! API keys appear neither in `Debug` output, nor in errors, nor in spans and events.

use crate::support::{TestDatabase, database_cases, run};
use game_tasks::conformance::fixtures::{
    SECRET_KEY, ensure_error_hides, ensure_hidden, ensure_hides,
};
use game_tasks::sea_orm::{IntoActiveModel, TransactionTrait};
use game_tasks::{
    ApiKeyId, Caller, CreateOutcome, Game, InMemoryTaskRepository, NewTask, OnExisting,
    ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver, TaskError, TaskFilter, TaskPatch,
    TaskQuery, TaskRepositoryExt, TaskScope,
};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

database_cases!(in_repositories_and_resolvers, in_failures_of_the_database, in_spans_and_events);

fn key() -> ApiKeyId {
    ApiKeyId::new(SECRET_KEY).unwrap()
}

fn assert_hides(value: &impl Debug) {
    ensure_hides(value).unwrap();
}

fn assert_error_hides(error: &TaskError) {
    ensure_error_hides(error).unwrap();
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
    let memory = InMemoryTaskRepository::new();
    memory.add_game(game.clone());
    assert_hides(&memory);
    #[cfg(feature = "retry")]
    assert_hides(&game_tasks::Retrying::new(memory.clone()));
    assert_hides(&game.clone().into_active_model());
    let new = NewTask::new(game.id, "task");
    let task = new.to_task(&TaskScope::api_key(key()), Some(&game), chrono::Utc::now()).unwrap();
    assert_eq!(task.api_key_used, Some(key()));
    assert_hides(&task);
    assert_hides(&CreateOutcome::Created(task.clone()));
    assert_hides(&task.clone().into_active_model());
    assert_hides(&game_tasks::Page::new(vec![task], None, None));
    // The value itself is intact.
    assert_eq!(game.api_key_used.unwrap().as_str(), SECRET_KEY);
}

async fn in_repositories_and_resolvers(database: &TestDatabase) {
    let db = &database.db;
    let resolver = StrategyResolver::new(db.clone()).with_scope(TaskScope::api_key(key()));
    assert_hides(&resolver);
    let transaction = db.begin().await.unwrap();
    assert_hides(&resolver.on(&transaction));
    assert_hides(&SeaOrmTaskRepository::new(db.clone()).on(&transaction));
    transaction.rollback().await.unwrap();
    let repository = SeaOrmTaskRepository::new(db.clone());
    assert_hides(&repository);
    // The derived `Debug` of an ActiveModel uses that of the newtype.
    let game = Game::new("game").owned_by_api_key(key()).insert(db).await.unwrap();
    assert_eq!(game.api_key_used, Some(key()));
    assert_eq!(game.into_active_model().api_key_used.unwrap(), Some(key()));
}

/// Errors of the database, whose messages may contain values of the row.
async fn in_failures_of_the_database(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").owned_by_api_key(key()).insert(db).await.unwrap().id;
    let repository = SeaOrmTaskRepository::new(db.clone());
    let mine = game_tasks::TaskRepository::scoped(&repository, TaskScope::api_key(key()));
    let task = mine.create(NewTask::new(game, "task")).await.unwrap();
    // The application's constraints refuse the rows.
    let refuse =
        [r#"CREATE UNIQUE INDEX app_one_per_key ON tasks ("apiKey_used")"#, "DROP TABLE tasks"];
    for (n, statement) in refuse.into_iter().enumerate() {
        run(db, statement, []).await;
        let batch = || ["a", "b"].map(|name| NewTask::new(game, name));
        assert_error_hides(&mine.create(NewTask::new(game, "new")).await.unwrap_err());
        assert_error_hides(&mine.create_all(batch(), OnExisting::Fail).await.unwrap_err());
        match mine.create_many(batch(), OnExisting::Fail).await {
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

/// The spans and events of this crate, SeaORM and sqlx, for calls that succeed, are refused or fail.
async fn in_spans_and_events(database: &TestDatabase) {
    // With a single subscriber, tracing caches whether a span is enabled from the first thread that
    // reaches it, which may belong to another test. A second subscriber disables that.
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(NoSubscriber::new()));
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    make_calls(database).with_subscriber(subscriber).await;
    let log = log.0.lock().unwrap();
    let text = std::str::from_utf8(&log).unwrap();
    for call in [
        "create",
        "create_many",
        "create_all",
        "find",
        "list",
        "count",
        "update",
        "update_many",
        "delete",
        "delete_many",
        "resolve",
        "resolve_many",
    ] {
        assert!(text.contains(&format!("game_tasks.{call}")), "no span for {call}");
    }
    ensure_hidden(text).unwrap();
}

async fn make_calls(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").owned_by_api_key(key()).insert(db).await.unwrap().id;
    let repository = SeaOrmTaskRepository::new(db.clone());
    let mine = game_tasks::TaskRepository::scoped(&repository, TaskScope::api_key(key()));
    let resolver = StrategyResolver::new(db.clone()).with_scope(TaskScope::api_key(key()));
    let batch = || ["a", "b"].map(|name| NewTask::new(game, name));
    let closed = || TaskPatch::new().status("closed");
    let made = mine.create(NewTask::new(game, "made")).await.unwrap();
    for _ in ["succeeds", "is refused"] {
        _ = mine.create(NewTask::new(game, "task")).await;
        _ = mine.create_many(batch(), OnExisting::Update).await;
        _ = mine.create_all(batch(), OnExisting::Fail).await;
        _ = mine.list(TaskQuery::in_game(game).with_total()).await;
        _ = mine.count(TaskFilter::all()).await;
        _ = mine.update((game, "task"), closed()).await;
        _ = mine.update_many(TaskFilter::all(), closed()).await;
        _ = resolver.resolve((game, "task")).await;
        _ = resolver.resolve_for(&made).await;
        _ = resolver.resolve_many([(game, "task")]).await;
        _ = mine.find((game, "task")).await;
        _ = mine.delete((game, "a")).await;
        _ = mine.delete_many(TaskFilter::in_game(game).statuses(["open"])).await;
    }
    run(db, "DROP TABLE tasks", []).await;
    _ = mine.create(NewTask::new(game, "task")).await.unwrap_err();
    _ = mine.create_all(batch(), OnExisting::Fail).await.unwrap_err();
}

/// The log of a subscriber.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
