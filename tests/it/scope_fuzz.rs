//! Random calls of a hundred scopes: no call reads or changes a task outside of its scope.
//!
//! `GAME_TASKS_FUZZ_CALLS` sets the number of calls on each backend.

use crate::support::{Backend, DEFAULT_CONNECTIONS, ON_EXISTING, TestDatabase, on_database};
use futures_util::TryStreamExt;
use game_tasks::{
    ApiKeyId, Caller, Game, InMemoryTaskRepository, NewTask, OauthUserId, SeaOrmTaskRepository,
    Task, TaskError, TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery, TaskRepository,
    TaskRepositoryExt, TaskScope,
};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::BTreeMap;
use uuid::Uuid;

const CALLERS: usize = 100;
const GAMES: usize = 12;

fn calls() -> usize {
    let variable = std::env::var("GAME_TASKS_FUZZ_CALLS").ok();
    variable.and_then(|calls| calls.parse().ok()).unwrap_or(400)
}

#[tokio::test]
async fn memory() {
    let memory = InMemoryTaskRepository::new();
    let games = games();
    for game in &games {
        memory.add_game(game.clone());
    }
    fuzz(&memory, &games, calls() * 5).await;
}

async fn on(backend: Backend) {
    on_database(backend, DEFAULT_CONNECTIONS, async |database: &TestDatabase| {
        let games = games();
        for game in &games {
            game.clone().insert(&database.db).await.unwrap();
        }
        fuzz(&SeaOrmTaskRepository::new(database.db.clone()), &games, calls()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_memory() {
    on(Backend::SqliteMemory).await;
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

/// Pairs of names that differ only in case.
fn name(n: usize) -> String {
    if n.is_multiple_of(2) { format!("caller-{}", n / 2) } else { format!("CALLER-{}", n / 2) }
}

fn games() -> Vec<Game> {
    let game = |n: usize| {
        let game = Game::new(format!("game {n}"));
        match n % 3 {
            0 => game.owned_by_api_key(ApiKeyId::new(name(n)).unwrap()),
            1 => game.owned_by_oauth_user(OauthUserId::new(name(n)).unwrap()),
            _ => game
                .owned_by_api_key(ApiKeyId::new(name(n)).unwrap())
                .owned_by_oauth_user(OauthUserId::new(name(n + 1)).unwrap()),
        }
    };
    (0..GAMES).map(game).collect()
}

fn scopes() -> Vec<TaskScope> {
    let key = |n: usize| TaskScope::api_key(ApiKeyId::new(name(n)).unwrap());
    let user = |n: usize| TaskScope::oauth_user(OauthUserId::new(name(n)).unwrap());
    let scope = |n: usize| match n % 5 {
        0 | 1 => key(n % 14),
        2 | 3 => user(n % 14),
        _ => key(n % 14).and(user((n + 1) % 14)),
    };
    (0..CALLERS).map(scope).collect()
}

/// A reference implementation of which tasks a scope can see.
fn can_see(scope: &TaskScope, task: &Task, games: &[Game]) -> bool {
    let game = games.iter().find(|game| game.id == task.game_id).unwrap();
    scope.callers().iter().all(|caller| match caller {
        Caller::ApiKey(key) => {
            [&task.api_key_used, &game.api_key_used].contains(&&Some(key.clone()))
        }
        Caller::OauthUser(user) => {
            [&task.oauth_user_id, &game.oauth_user_id].contains(&&Some(user.clone()))
        }
        _ => false,
    })
}

fn owns(scope: &TaskScope, game: &Game) -> bool {
    scope.callers().iter().all(|caller| match caller {
        Caller::ApiKey(key) => game.api_key_used.as_ref() == Some(key),
        Caller::OauthUser(user) => game.oauth_user_id.as_ref() == Some(user),
        _ => false,
    })
}

async fn table(tasks: &dyn TaskRepository) -> BTreeMap<Uuid, Task> {
    let all = tasks.stream(TaskQuery::new(TaskFilter::all()));
    let all: Vec<Task> = all.try_collect().await.unwrap();
    all.into_iter().map(|task| (task.id, task)).collect()
}

async fn fuzz(tasks: &dyn TaskRepository, games: &[Game], calls: usize) {
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut pick = |end: usize| usize::try_from(random.next_u64() >> 1).unwrap() % end;
    let scopes = scopes();
    let mut before = table(tasks).await;
    let (mut returned, mut changed) = (0, 0);
    for call in 0..calls {
        // Prefer games that the scope owns, since most calls would be refused otherwise.
        let scope = &scopes[pick(CALLERS)];
        let owned: Vec<&Game> = games.iter().filter(|game| owns(scope, game)).collect();
        let game = match owned.as_slice() {
            [] => &games[pick(GAMES)],
            owned if pick(3) > 0 => owned[pick(owned.len())],
            _ => &games[pick(GAMES)],
        };
        let key = match before.values().nth(pick(before.len().max(1))) {
            Some(task) if pick(2) == 0 => TaskKey::Id(task.id),
            Some(task) => TaskKey::External(task.game_id, task.external_task_id.clone()),
            None => TaskKey::Id(Uuid::nil()),
        };
        let scoped = tasks.scoped(scope.clone());
        let new = |n: usize| NewTask::new(game.id, format!("task {n}")).strategy(n.to_string());
        let on_existing = ON_EXISTING[pick(3)];
        let result: Result<Vec<Task>, TaskError> = match pick(10) {
            0 => scoped.create(new(pick(30))).await.map(|task| vec![task]),
            1 => {
                let batch = [pick(30), pick(30), pick(30)].map(new);
                let outcomes = scoped.create_many(batch, on_existing).await.unwrap();
                Ok(outcomes.into_iter().flatten().map(|outcome| outcome.into_task()).collect())
            }
            2 => {
                let batch = [pick(30), pick(30)].map(new);
                let all = scoped.create_all(batch, on_existing).await;
                all.map(|all| all.into_iter().map(|outcome| outcome.into_task()).collect())
            }
            3 => scoped.find(&key).await.map(|found| found.into_iter().collect()),
            4 => {
                let patch = TaskPatch::new().strategy(call.to_string());
                scoped.update(&key, patch).await.map(|task| vec![task])
            }
            5 => {
                let patch = TaskPatch::new().strategy(call.to_string());
                scoped.update_many(TaskFilter::in_game(game.id), patch).await.map(|_| Vec::new())
            }
            6 => scoped.delete(&key).await.map(|task| vec![task]),
            7 if pick(8) == 0 => scoped.delete_many(TaskFilter::all()).await.map(|_| Vec::new()),
            8 => scoped.duplicate(&key, format!("task {}", pick(30))).await.map(|task| vec![task]),
            _ => {
                let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId);
                let listed = scoped.list(query.limit(1_000).with_total()).await.unwrap();
                let visible = before.values().filter(|task| can_see(scope, task, games)).count();
                assert_eq!(listed.items.len(), visible, "{scope:?} must list all visible tasks");
                assert_eq!(listed.total, Some(visible as u64));
                Ok(listed.items)
            }
        };
        for task in result.iter().flatten() {
            assert!(can_see(scope, task, games), "{scope:?} got {task:?}");
            returned += 1;
        }
        if let Err(TaskError::AlreadyExists { id: Some(id), .. }) = &result {
            assert!(can_see(scope, &before[id], games), "{scope:?} got the id {id}");
        }
        let after = table(tasks).await;
        for (id, task) in &before {
            if after.get(id) != Some(task) {
                assert!(can_see(scope, task, games), "{scope:?} has changed {task:?}");
                changed += 1;
            }
        }
        for task in after.values().filter(|task| !before.contains_key(&task.id)) {
            let game = games.iter().find(|game| game.id == task.game_id).unwrap();
            assert!(owns(scope, game), "{scope:?} has created {task:?}");
            assert!(can_see(scope, task, games), "{task:?} does not record {scope:?}");
        }
        before = after;
    }
    assert!(returned > 0 && changed > 0, "no task was returned or changed");
}
