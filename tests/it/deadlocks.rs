//! Eight concurrent bulk calls on the same tasks do not deadlock, for each pair of kinds of calls.

use crate::support::{TestDatabase, on_database_within, tests_on};
use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
use game_tasks::{
    Game, NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskError, TaskFilter, TaskKey,
    TaskPatch, TaskRepositoryExt,
};
use std::time::Duration;
use uuid::Uuid;

const CALLERS: usize = 8;
const TASKS: usize = 400;
/// The number of calls of each caller.
const CALLS: usize = 3;

const TIME_LIMIT: Duration = Duration::from_secs(600);

tests_on!(
    [postgres Postgres, mariadb MariaDb, mysql MySql],
    every_pair_of_kinds,
    |on| super::on_database_within(super::TIME_LIMIT, on, super::CALLERS as u32, super::pairs)
);

/// A kind of bulk call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    UpdateIds,
    UpdateInGameIds,
    UpdateNames,
    UpdateMixed,
    UpdateGame,
    UpdateGameInTransaction,
    UpdateEverything,
    UpdateEverythingInTransaction,
    Reassign,
    CreateMany,
    CreateAll,
    DeleteIds,
    DeleteNames,
    DeleteGame,
}

const KINDS: [Kind; 14] = [
    Kind::UpdateIds,
    Kind::UpdateInGameIds,
    Kind::UpdateNames,
    Kind::UpdateMixed,
    Kind::UpdateGame,
    Kind::UpdateGameInTransaction,
    Kind::UpdateEverything,
    Kind::UpdateEverythingInTransaction,
    Kind::Reassign,
    Kind::CreateMany,
    Kind::CreateAll,
    Kind::DeleteIds,
    Kind::DeleteNames,
    Kind::DeleteGame,
];

async fn pairs(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let mut failures = Vec::new();
    for (index, first) in KINDS.iter().enumerate() {
        for second in &KINDS[index..] {
            if database.backend.is_mariadb_or_mysql() && is_exempt(*first, *second) {
                continue;
            }
            let failed = call_concurrently(db, game, *first, *second).await;
            if let Some(error) = failed.first() {
                failures.push(format!(
                    "{first:?} and {second:?}: {} calls failed, {error:?}",
                    failed.len()
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} pairs\n{}", failures.len(), failures.join("\n"));
}

/// The exceptions on MariaDB that the documentation of `TaskRepository::update_many_tasks` names.
fn is_exempt(first: Kind, second: Kind) -> bool {
    let both = [first, second];
    let has = |kinds: &[Kind]| both.iter().any(|kind| kinds.contains(kind));
    has(&[Kind::UpdateEverything, Kind::UpdateEverythingInTransaction])
        || has(&[Kind::CreateMany, Kind::CreateAll])
            && has(&[Kind::DeleteIds, Kind::DeleteNames, Kind::DeleteGame])
}

/// Makes calls of two kinds concurrently, one half of the callers each. Returns the errors.
async fn call_concurrently(
    db: &DatabaseConnection,
    game: Uuid,
    first: Kind,
    second: Kind,
) -> Vec<TaskError> {
    let tasks = SeaOrmTaskRepository::new(db.clone());
    tasks.create_many(new_tasks(game, 0, "own"), OnExisting::Keep).await.unwrap();
    let stored = tasks.create_many(new_tasks(game, 0, "own"), OnExisting::Keep).await.unwrap();
    let stored: Vec<Task> =
        stored.into_iter().map(|outcome| outcome.unwrap().into_task()).collect();
    let callers = (0..CALLERS).map(|caller| {
        let kind = if caller.is_multiple_of(2) { first } else { second };
        let (db, stored) = (db.clone(), stored.clone());
        tokio::spawn(async move {
            let mut failed = Vec::new();
            for call in 0..CALLS {
                failed.extend(call_once(&db, kind, game, caller, call, &stored).await.err());
            }
            failed
        })
    });
    let mut failed = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        failed.extend(caller.await.unwrap());
    }
    failed
}

/// The indexes of the tasks in a different order for each caller. Names descend as ids ascend.
fn order(caller: usize) -> impl Iterator<Item = usize> {
    let step = [1, 7, 11, 13, 17, 19, 23, 29][caller % 8];
    (0..TASKS).map(move |n| {
        if caller.is_multiple_of(2) { n * step % TASKS } else { (TASKS - 1) - n * step % TASKS }
    })
}

fn new_tasks(game: Uuid, caller: usize, strategy: &str) -> Vec<NewTask> {
    let name = |n| format!("task-{:03}", (TASKS - n) * 37 % TASKS);
    order(caller).map(|n| NewTask::new(game, name(n)).strategy(strategy)).collect()
}

async fn call_once(
    db: &DatabaseConnection,
    kind: Kind,
    game: Uuid,
    caller: usize,
    call: usize,
    stored: &[Task],
) -> Result<(), TaskError> {
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let other = format!("{caller} {call}");
    let patch = TaskPatch::new().status(&other);
    let keys = |kinds: &[usize]| {
        let key = |n: usize| match kinds[n % kinds.len()] {
            0 => TaskKey::Id(stored[n].id),
            1 => TaskKey::InGame(game, stored[n].id),
            _ => (game, &stored[n].external_task_id).into(),
        };
        TaskFilter::keys(order(caller).map(key))
    };
    let of_game = TaskFilter::in_game(game);
    match kind {
        Kind::UpdateIds => tasks.update_many(keys(&[0]), patch).await.map(drop),
        Kind::UpdateInGameIds => tasks.update_many(keys(&[1]), patch).await.map(drop),
        Kind::UpdateNames => tasks.update_many(keys(&[2]), patch).await.map(drop),
        Kind::UpdateMixed => tasks.update_many(keys(&[0, 1, 2]), patch).await.map(drop),
        Kind::UpdateGame => tasks.update_many(of_game, patch).await.map(drop),
        Kind::UpdateEverything => tasks.update_many(TaskFilter::all(), patch).await.map(drop),
        Kind::UpdateGameInTransaction | Kind::UpdateEverythingInTransaction => {
            let everything = kind == Kind::UpdateEverythingInTransaction;
            let filter = if everything { TaskFilter::all() } else { of_game };
            let transaction = db.begin().await.unwrap();
            let updated = tasks.on(&transaction).update_many(filter, patch).await;
            transaction.commit().await.unwrap();
            updated.map(drop)
        }
        Kind::Reassign => {
            let from = if call.is_multiple_of(2) { "own" } else { "other" };
            let to = if call.is_multiple_of(2) { "other" } else { "own" };
            tasks.reassign_strategy(Some(game), from, to).await.map(drop)
        }
        Kind::CreateMany => {
            let batch = new_tasks(game, caller, &other);
            let written = tasks.create_many(batch, OnExisting::Update).await?;
            written.into_iter().try_for_each(|outcome| outcome.map(drop))
        }
        Kind::CreateAll => {
            let batch = new_tasks(game, caller, &other);
            tasks.create_all(batch, OnExisting::Update).await.map(drop)
        }
        Kind::DeleteIds => tasks.delete_many(keys(&[0])).await.map(drop),
        Kind::DeleteNames => tasks.delete_many(keys(&[2])).await.map(drop),
        Kind::DeleteGame => tasks.delete_game(game).await.map(drop),
    }
}
