//! Random calls over a connection that loses responses and refuses statements, beside other
//! clients. The result of each call is verified against the changes that its statements made.
//!
//! `GAME_TASKS_FAULT_CASES` sets the number of calls on each backend, and
//! `GAME_TASKS_FAULT_SEED` the seed of the first call.

mod calls;
mod injector;
mod other_clients;
mod regressions;
mod verify;

use self::calls::{Call, NAMES};
use self::injector::{Fault, FaultInjector, Step};
use self::other_clients::ClientCall;
use self::verify::{Observed, ResultKind, result_kind};
use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, key, list_by_name, on_database_within,
};
use game_tasks::{
    Game, Lifecycle, NewTask, Retrying, SeaOrmTaskRepository, Task, TaskPatch, TaskRepository,
    TaskRepositoryExt, TaskScope, TaskStatus,
};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// Random choices from a seed, so that a failure can be reproduced.
pub(crate) struct Random(TestRng);

impl Random {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() >> 1).unwrap() % end
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn choose<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

fn env_number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap())
}

/// The decorator of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Decorator {
    None,
    Retrying,
}

#[derive(Debug)]
struct Case {
    decorator: Decorator,
    scope: TaskScope,
    /// Whether the scope is set by `with_scope` instead of `scoped`.
    keeps_type: bool,
    lifecycle: Lifecycle,
    call: Call,
    steps: Vec<Step>,
    then: Fault,
}

async fn random_case(random: &mut Random, database: &TestDatabase) -> Case {
    database.clear().await;
    let mine = TaskScope::api_key(key("gme_live_mine"));
    let game = Game::new("game").owned_by_api_key(key("gme_live_mine"));
    let game = game.insert(&database.db).await.unwrap().id;
    let ids = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    let tasks = SeaOrmTaskRepository::new(&database.db);
    for name in NAMES {
        if random.chance(2) {
            let mut new = NewTask::new(game, name).strategy(random.choose(&["s0", "s1", "s2"]));
            if random.chance(3) {
                new = new.id(random.choose(&ids));
            }
            let Ok(task) = tasks.create(new).await else { continue };
            if random.chance(2) {
                tasks.update(task.id, TaskPatch::new().status("b")).await.unwrap();
            }
        }
    }
    let step = |random: &mut Random| {
        let others = if random.chance(3) { 1 + random.below(2) } else { 0 };
        let before = (0..others).map(|_| ClientCall::random(random, game, &ids, &NAMES)).collect();
        let faults =
            [Fault::None, Fault::None, Fault::Refused, Fault::LostBefore, Fault::LostAfter];
        Step { before, fault: random.choose(&faults) }
    };
    let existing = list_by_name(&tasks).await;
    let strict = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::new("b").unwrap()])
        .allow(TaskStatus::new("b").unwrap(), [TaskStatus::new("c").unwrap()]);
    Case {
        decorator: random.choose(&[Decorator::None, Decorator::Retrying, Decorator::Retrying]),
        scope: random.choose(&[TaskScope::unrestricted(), mine]),
        keeps_type: random.chance(2),
        lifecycle: if random.chance(4) { strict } else { Lifecycle::any() },
        call: Call::random(random, game, &ids, &existing),
        steps: (0..random.below(7)).map(|_| step(random)).collect(),
        then: random.choose(&[
            Fault::None,
            Fault::None,
            Fault::None,
            Fault::Refused,
            Fault::LostAfter,
        ]),
    }
}

/// Runs a case. Returns the kind of its result and the number of lost statements, or why the
/// result is wrong.
async fn run_case(case: &Case, database: &TestDatabase) -> Result<(ResultKind, usize), String> {
    let connection = FaultInjector::on(&database.db, case.steps.clone(), case.then);
    let plain = database.tasks_on(&connection).with_lifecycle(case.lifecycle.clone());
    let plain = if case.keeps_type { plain.with_scope(case.scope.clone()) } else { plain };
    let tasks: Box<dyn TaskRepository> = match case.decorator {
        Decorator::None => Box::new(plain),
        Decorator::Retrying => {
            let soon = Duration::from_micros(1);
            Box::new(Retrying::new(plain).max_retries(3).delays(soon, soon))
        }
    };
    let result = match case.keeps_type {
        true => case.call.make(&*tasks).await,
        false => case.call.make(&*tasks.scoped(case.scope.clone())).await,
    };
    let rows = list_by_name(&SeaOrmTaskRepository::new(&database.db)).await;
    let rows: BTreeMap<Uuid, Task> = rows.into_iter().map(|row| (row.id, row)).collect();
    let injector = &connection.interceptor;
    let changes = injector.changes();
    let atomic = matches!(case.call, Call::CreateAll(..));
    let changes_are_exact = !atomic && !database.backend.is_mariadb_or_mysql();
    let observed =
        Observed { changes: &changes, lost: injector.lost(), changes_are_exact, rows: &rows };
    match observed.verify(&result) {
        Ok(()) => Ok((result_kind(&result), injector.lost())),
        Err(why) => {
            let sent = injector.sent();
            Err(format!("{why}\nresult: {result:#?}\nchanges: {changes:#?}\n{sent} statements"))
        }
    }
}

async fn on(backend: Backend) {
    let cases = env_number("GAME_TASKS_FAULT_CASES").unwrap_or(400);
    let patience = Duration::from_secs(120) + Duration::from_millis(300) * cases as u32;
    on_database_within(patience, backend, DEFAULT_CONNECTIONS, async |database| {
        let first =
            env_number("GAME_TASKS_FAULT_SEED").unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
        let mut counts: BTreeMap<(Decorator, String, bool, ResultKind), usize> = BTreeMap::new();
        for seed in (0..cases).map(|n| first.wrapping_add(n)) {
            let case = random_case(&mut Random::new(seed), database).await;
            match run_case(&case, database).await {
                Ok((kind, lost)) => {
                    let key = (case.decorator, case.call.name(), lost > 0, kind);
                    *counts.entry(key).or_default() += 1;
                }
                Err(why) => panic!("GAME_TASKS_FAULT_SEED={seed}: {why}\nof {case:#?}"),
            }
        }
        for ((decorator, call, lost, kind), times) in &counts {
            let after = if *lost { "with a loss" } else { "without a loss" };
            eprintln!("{decorator:?}, {call}, {after}: {kind:?} {times} times");
        }
        // The random cases must cover each of these.
        for (lost, kind) in [
            (false, ResultKind::Ok),
            (false, ResultKind::Refused),
            (true, ResultKind::Ok),
            (true, ResultKind::Unknown),
        ] {
            let is_this =
                |key: &&(Decorator, String, bool, ResultKind)| (key.2, key.3) == (lost, kind);
            assert!(cases < 100 || counts.keys().any(|key| is_this(&key)), "no {kind:?}, {lost}");
        }
    })
    .await;
}

crate::support::tests_on!(
    [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    results_agree_with_the_changes,
    |backend| super::on(backend)
);
