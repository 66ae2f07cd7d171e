//! Random calls of a hundred scopes: no call reads or changes a task outside of its scope, and each task
//! inside of it is listed. In memory and on databases, with games tables that differ in their owner
//! columns.
//!
//! `GAME_TASKS_FUZZ_CALLS` sets the number of calls on each backend.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, ON_EXISTING, TestDatabase, on_database, parent,
};
use futures_util::TryStreamExt;
use game_tasks::{
    ApiKeyId, Caller, Game, Games, InMemoryTaskRepository, NewTask, OauthUserId, OwnerId,
    ParentGame, SeaOrmTaskRepository, Task, TaskError, TaskFilter, TaskKey, TaskOrder, TaskPatch,
    TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope,
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

/// The crate's own games table, with the platform as an owner column and these other ones.
macro_rules! tables {
    ($($name:ident: $api_key:expr, $oauth_user:expr, $owner:expr;)+) => {$(
        parent! {
            mod $name: "games" {
                #[sea_orm(primary_key, auto_increment = false)]
                pub(crate) id: Uuid,
                pub(crate) platform: Option<String>,
                #[sea_orm(column_name = "apiKey_used")]
                pub(crate) api_key_used: Option<String>,
                pub(crate) oauth_user_id: Option<String>,
            }
            fn id_column() -> Column {
                Column::Id
            }
            fn strategy_column() -> Option<Column> {
                None
            }
            fn api_key_column() -> Option<Column> {
                $api_key.then_some(Column::ApiKeyUsed)
            }
            fn oauth_user_column() -> Option<Column> {
                $oauth_user.then_some(Column::OauthUserId)
            }
            fn owner_column() -> Option<Column> {
                $owner.then_some(Column::Platform)
            }
        }
    )+};
}
tables! {
    all_owners: true, true, true;
    tenants: false, false, true;
    tenants_and_keys: true, false, true;
    users: false, true, false;
    nobody: false, false, false;
}

/// The owner columns of a games table, and the games in it. The platform is the owner.
struct Table {
    api_key: bool,
    oauth_user: bool,
    owner: bool,
    games: Vec<Game>,
}

impl Table {
    fn of<G: ParentGame>(games: &[Game]) -> Self {
        Self {
            api_key: G::api_key_column().is_some(),
            oauth_user: G::oauth_user_column().is_some(),
            owner: G::owner_column().is_some(),
            games: games.to_vec(),
        }
    }

    fn game(&self, id: Uuid) -> &Game {
        self.games.iter().find(|game| game.id == id).unwrap()
    }
}

/// Makes the calls on each kind of games table.
macro_rules! for_each_table {
    ($on_table:ident($($argument:expr),*)) => {
        $on_table::<Games>($($argument),*).await;
        $on_table::<all_owners::Entity>($($argument),*).await;
        $on_table::<tenants::Entity>($($argument),*).await;
        $on_table::<tenants_and_keys::Entity>($($argument),*).await;
        $on_table::<users::Entity>($($argument),*).await;
        $on_table::<nobody::Entity>($($argument),*).await;
    };
}

#[tokio::test]
async fn memory() {
    for_each_table!(in_memory());
}

async fn in_memory<G: ParentGame>() {
    let memory = InMemoryTaskRepository::new().with_parent::<G>();
    let games = games();
    for game in &games {
        match game.platform.clone() {
            Some(owner) => memory.add_game_owned_by(game.clone(), owner),
            None => memory.add_game(game.clone()),
        }
    }
    fuzz(&memory, &Table::of::<G>(&games), calls() * 2).await;
}

async fn on(backend: Backend) {
    on_database(backend, DEFAULT_CONNECTIONS, async |database: &TestDatabase| {
        let games = games();
        for game in &games {
            game.clone().insert(&database.db).await.unwrap();
        }
        for_each_table!(in_database(database, &games));
    })
    .await;
}

async fn in_database<G: ParentGame>(database: &TestDatabase, games: &[Game]) {
    let tasks = SeaOrmTaskRepository::with_parent::<G>(database.db.clone());
    fuzz(&tasks, &Table::of::<G>(games), calls() / 2).await;
    tasks.delete_many(TaskFilter::all()).await.unwrap();
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
        let mut game = Game::new(format!("game {n}"));
        game.platform = (!n.is_multiple_of(4)).then(|| name(n % 5));
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
    let owner = |n: usize| TaskScope::owner(name(n % 6));
    let scope = |n: usize| match n % 8 {
        0 | 1 => key(n % 14),
        2 | 3 => user(n % 14),
        4 => key(n % 14).and(user((n + 1) % 14)),
        5 => owner(n),
        6 => owner(n % 14 % 5).and(key(n % 14)),
        _ => user(n % 14).and(owner(n % 14 % 5)),
    };
    (0..CALLERS).map(scope).collect()
}

/// A reference implementation of which tasks a scope can see.
fn can_see(scope: &TaskScope, task: &Task, table: &Table) -> bool {
    let game = table.game(task.game_id);
    scope.callers().iter().all(|caller| match caller {
        Caller::ApiKey(key) => {
            task.api_key_used.as_ref() == Some(key)
                || table.api_key && game.api_key_used.as_ref() == Some(key)
        }
        Caller::OauthUser(user) => {
            task.oauth_user_id.as_ref() == Some(user)
                || table.oauth_user && game.oauth_user_id.as_ref() == Some(user)
        }
        Caller::Owner(owner) => table.owner && is_owner(game, owner),
        other => panic!("{other:?}"),
    })
}

fn is_owner(game: &Game, owner: &OwnerId) -> bool {
    game.platform.clone().map(OwnerId::from).as_ref() == Some(owner)
}

/// The same for the games in which a scope can create tasks: each of its callers that the table has a
/// column for owns the game, and there is one, unless the table has no owner columns.
fn owns(scope: &TaskScope, game: &Game, table: &Table) -> bool {
    let mut owned = !(table.api_key || table.oauth_user || table.owner);
    for caller in scope.callers() {
        let (has_column, owns) = match caller {
            Caller::ApiKey(key) => (table.api_key, game.api_key_used.as_ref() == Some(key)),
            Caller::OauthUser(user) => {
                (table.oauth_user, game.oauth_user_id.as_ref() == Some(user))
            }
            Caller::Owner(owner) => (table.owner, is_owner(game, owner)),
            other => panic!("{other:?}"),
        };
        match has_column {
            true if !owns => return false,
            true => owned = true,
            false if matches!(caller, Caller::Owner(_)) => return false,
            false => {}
        }
    }
    owned
}

async fn stored(tasks: &dyn TaskRepository) -> BTreeMap<Uuid, Task> {
    let all = tasks.stream(TaskQuery::new(TaskFilter::all()));
    let all: Vec<Task> = all.try_collect().await.unwrap();
    all.into_iter().map(|task| (task.id, task)).collect()
}

async fn fuzz(tasks: &dyn TaskRepository, table: &Table, calls: usize) {
    let games = &table.games;
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut pick = |end: usize| usize::try_from(random.next_u64() >> 1).unwrap() % end;
    let scopes = scopes();
    let mut before = stored(tasks).await;
    let (mut returned, mut changed) = (0, 0);
    for call in 0..calls {
        // Prefer games that the scope owns, since most calls would be refused otherwise.
        let scope = &scopes[pick(CALLERS)];
        let owned: Vec<&Game> = games.iter().filter(|game| owns(scope, game, table)).collect();
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
                let visible = before.values().filter(|task| can_see(scope, task, table)).count();
                assert_eq!(listed.items.len(), visible, "{scope:?} must list all visible tasks");
                assert_eq!(listed.total, Some(visible as u64));
                Ok(listed.items)
            }
        };
        for task in result.iter().flatten() {
            assert!(can_see(scope, task, table), "{scope:?} got {task:?}");
            returned += 1;
        }
        if let Err(TaskError::AlreadyExists { id: Some(id), .. }) = &result {
            assert!(can_see(scope, &before[id], table), "{scope:?} got the id {id}");
        }
        let after = stored(tasks).await;
        for (id, task) in &before {
            if after.get(id) != Some(task) {
                assert!(can_see(scope, task, table), "{scope:?} has changed {task:?}");
                changed += 1;
            }
        }
        for task in after.values().filter(|task| !before.contains_key(&task.id)) {
            let game = table.game(task.game_id);
            assert!(owns(scope, game, table), "{scope:?} has created {task:?}");
            assert!(can_see(scope, task, table), "{task:?} does not record {scope:?}");
        }
        before = after;
    }
    assert!(returned > 0 && changed > 0, "{returned} returned, {changed} changed");
}
