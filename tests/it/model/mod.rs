//! Random sequences of calls by several callers, played side by side on the memory twin and
//! on a database: equal answers, equal errors, equal tables at the end.
//!
//! `GAME_TASKS_MODEL_CASES` says how many sequences are played on each backend.

mod answers;
mod calls;

use crate::support::{Backend, FEW, TestDatabase, on_database};
use answers::{Labels, table};
use calls::{Call, Play, plays};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    ApiKeyId, Game, InMemoryTaskRepository, Lifecycle, OauthUserId, SeaOrmTaskRepository,
    StrategyId, TaskRepository, TaskScope, TaskStatus,
};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Handle;
use uuid::Uuid;

/// Short, so that every run of the tests plays some; the long run is the nightly one.
const CASES: u32 = 96;

async fn on(backend: Backend) {
    let asked = std::env::var("GAME_TASKS_MODEL_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    on_database(backend, FEW, async |database| {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let played = runner.run(&plays(), |play| {
            // proptest knows no async; this thread may wait.
            tokio::task::block_in_place(|| Handle::current().block_on(side_by_side(database, play)))
        });
        if let Err(failure) = played {
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

/// One of A's, one of B's and a user's, one of nobody's.
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

/// The callers that a sequence is played by.
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
        .allow(TaskStatus::OPEN, [TaskStatus::CLOSED])
        .allow(TaskStatus::CLOSED, [TaskStatus::OPEN, archived])
}

async fn side_by_side(database: &TestDatabase, play: Play) -> Result<(), TestCaseError> {
    let games = games();
    let memory = InMemoryTaskRepository::new().with_lifecycle(lifecycle(play.strict));
    for game in &games {
        memory.add_game(game.clone());
        game.clone().insert(&database.db).await.unwrap();
    }
    let pool =
        SeaOrmTaskRepository::new(database.db.clone()).with_lifecycle(lifecycle(play.strict));
    let mut labels = (Labels::new(&games, &play.ids), Labels::new(&games, &play.ids));
    let outcome = if play.in_transaction {
        let transaction = database.db.begin().await.unwrap();
        let inside = pool.on(&transaction);
        let outcome = play_calls(&memory, &inside, &play, &games, &mut labels).await;
        transaction.commit().await.unwrap();
        outcome
    } else {
        play_calls(&memory, &pool, &play, &games, &mut labels).await
    };
    let tables =
        (table(&memory, &games, &mut labels.0).await, table(&pool, &games, &mut labels.1).await);
    database.clear().await;
    outcome?;
    if tables.0 != tables.1 {
        let told = format!("the tables differ\nmemory: {:#?}\ndatabase: {:#?}", tables.0, tables.1);
        return Err(TestCaseError::fail(told));
    }
    Ok(())
}

async fn play_calls(
    memory: &dyn TaskRepository,
    database: &dyn TaskRepository,
    play: &Play,
    games: &[Game],
    labels: &mut (Labels, Labels),
) -> Result<(), TestCaseError> {
    let scopes = scopes();
    for (place, (scope, call)) in play.calls.iter().enumerate() {
        let scope = &scopes[scope % scopes.len()];
        let game_ids: Vec<Uuid> = games.iter().map(|game| game.id).collect();
        let answers = (
            answer(memory, scope, call, &game_ids, &play.ids, &mut labels.0).await,
            answer(database, scope, call, &game_ids, &play.ids, &mut labels.1).await,
        );
        if answers.0 != answers.1 {
            return Err(TestCaseError::fail(format!(
                "call {place} of {scope:?}: {call:?}\nmemory: {:#?}\ndatabase: {:#?}",
                answers.0, answers.1
            )));
        }
    }
    Ok(())
}

async fn answer(
    tasks: &dyn TaskRepository,
    scope: &TaskScope,
    call: &Call,
    games: &[Uuid],
    ids: &[Uuid],
    labels: &mut Labels,
) -> Vec<String> {
    if scope.is_unrestricted() {
        call.play(tasks, games, ids, labels).await
    } else {
        call.play(&tasks.scoped(scope.clone()), games, ids, labels).await
    }
}
