//! Random sequences of calls by several callers, made on the repository in memory and on a
//! database. All results, errors and final tables must be equal.
//!
//! `GAME_TASKS_MODEL_CASES` sets the number of sequences on each backend.

mod calls;
mod describe;

use crate::support::{Backend, DEFAULT_CONNECTIONS, TestDatabase, on_database};
use calls::{Call, Sequence, sequences};
use describe::{Labels, table};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    ApiKeyId, Game, InMemoryTaskRepository, Lifecycle, OauthUserId, SeaOrmTaskRepository,
    StrategyId, TaskRepository, TaskScope, TaskStatus,
};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Handle;
use uuid::Uuid;

/// A small number for ordinary runs; the nightly run sets a larger one.
const CASES: u32 = 96;

async fn on(backend: Backend) {
    let variable = std::env::var("GAME_TASKS_MODEL_CASES").ok();
    let cases = variable.and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    on_database(backend, DEFAULT_CONNECTIONS, async |database| {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&sequences(), |sequence| {
            // proptest has no async support, so block this thread.
            tokio::task::block_in_place(|| Handle::current().block_on(compare(database, sequence)))
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_memory() {
    on(Backend::SqliteMemory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_file() {
    on(Backend::SqliteFile).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    on(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb() {
    on(Backend::MariaDb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    on(Backend::MySql).await;
}

/// A game of the key A, a game of the key B and a user, and a game without owners.
fn games() -> Vec<Game> {
    let game = |strategy: &str| {
        Game::new(Uuid::now_v7().to_string()).strategy(StrategyId::new(strategy).unwrap())
    };
    vec![
        game("of the first").owned_by_api_key(key("A")),
        game("default")
            .owned_by_api_key(key("B"))
            .owned_by_oauth_user(OauthUserId::new("user").unwrap()),
        game("of the last"),
    ]
}

fn key(name: &str) -> ApiKeyId {
    ApiKeyId::new(name).unwrap()
}

/// The scopes of the callers.
fn scopes() -> Vec<TaskScope> {
    let user = TaskScope::oauth_user(OauthUserId::new("user").unwrap());
    vec![
        TaskScope::unrestricted(),
        TaskScope::api_key(key("A")),
        TaskScope::api_key(key("B")),
        user.clone(),
        user.and(TaskScope::api_key(key("B"))),
        TaskScope::api_key(key("a")),
        TaskScope::api_key(key("A")).and(TaskScope::api_key(key("B"))),
    ]
}

fn lifecycle(strict: bool) -> Lifecycle {
    if !strict {
        return Lifecycle::any();
    }
    let archived = TaskStatus::new("archived").unwrap();
    Lifecycle::strict()
        .initial([TaskStatus::OPEN, TaskStatus::CLOSED])
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [TaskStatus::OPEN, archived])
}

async fn compare(database: &TestDatabase, sequence: Sequence) -> Result<(), TestCaseError> {
    let games = games();
    let memory = InMemoryTaskRepository::new().with_lifecycle(lifecycle(sequence.strict));
    for game in &games {
        memory.add_game(game.clone());
        game.clone().insert(&database.db).await.unwrap();
    }
    let pool =
        SeaOrmTaskRepository::new(database.db.clone()).with_lifecycle(lifecycle(sequence.strict));
    let mut labels = (Labels::new(&games, &sequence.ids), Labels::new(&games, &sequence.ids));
    let outcome = if sequence.in_transaction {
        let transaction = database.db.begin().await.unwrap();
        let inside = pool.on(&transaction);
        let outcome = compare_results(&memory, &inside, &sequence, &games, &mut labels).await;
        transaction.commit().await.unwrap();
        outcome
    } else {
        compare_results(&memory, &pool, &sequence, &games, &mut labels).await
    };
    let tables =
        (table(&memory, &games, &mut labels.0).await, table(&pool, &games, &mut labels.1).await);
    database.clear().await;
    outcome?;
    if tables.0 != tables.1 {
        let message =
            format!("the tables differ\nmemory: {:#?}\ndatabase: {:#?}", tables.0, tables.1);
        return Err(TestCaseError::fail(message));
    }
    Ok(())
}

async fn compare_results(
    memory: &dyn TaskRepository,
    database: &dyn TaskRepository,
    sequence: &Sequence,
    games: &[Game],
    labels: &mut (Labels, Labels),
) -> Result<(), TestCaseError> {
    let scopes = scopes();
    for (index, (scope, call)) in sequence.calls.iter().enumerate() {
        let scope = &scopes[scope % scopes.len()];
        let game_ids: Vec<Uuid> = games.iter().map(|game| game.id).collect();
        let results = (
            result_of(memory, scope, call, &game_ids, &sequence.ids, &mut labels.0).await,
            result_of(database, scope, call, &game_ids, &sequence.ids, &mut labels.1).await,
        );
        if results.0 != results.1 {
            return Err(TestCaseError::fail(format!(
                "call {index} of {scope:?}: {call:?}\nmemory: {:#?}\ndatabase: {:#?}",
                results.0, results.1
            )));
        }
    }
    Ok(())
}

async fn result_of(
    tasks: &dyn TaskRepository,
    scope: &TaskScope,
    call: &Call,
    games: &[Uuid],
    ids: &[Uuid],
    labels: &mut Labels,
) -> Vec<String> {
    if scope.is_unrestricted() {
        call.make(tasks, games, ids, labels).await
    } else {
        call.make(&tasks.scoped(scope.clone()), games, ids, labels).await
    }
}
