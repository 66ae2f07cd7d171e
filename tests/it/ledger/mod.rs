//! No answer contradicts what was applied: random calls over a connection that loses answers and
//! refuses statements, while other clients act, held against a ledger of what each call changed.
//!
//! `GAME_TASKS_LEDGER_CASES` says how many calls are played on each backend, and
//! `GAME_TASKS_LEDGER_SEED` with which seed the first begins.

mod calls;
mod faulty;
mod judge;
mod named;
mod others;

use self::calls::{Call, NAMES};
use self::faulty::{Fault, Faulty, Step};
use self::judge::{Ending, Facts, ending};
use self::others::Other;
use crate::support::{Backend, FEW, TestDatabase, by_name, key, on_database_within};
use game_tasks::{
    Game, Lifecycle, NewTask, Retrying, SeaOrmTaskRepository, Task, TaskPatch, TaskRepository,
    TaskRepositoryExt, TaskScope, TaskStatus,
};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// Random choices of one seed.
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

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap())
}

/// What a case is played on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Over {
    Bare,
    Retrying,
}

#[derive(Debug)]
struct Case {
    over: Over,
    /// Whose calls they are, and whether by the method that keeps the type.
    scope: TaskScope,
    keeps_type: bool,
    lifecycle: Lifecycle,
    call: Call,
    steps: Vec<Step>,
    then: Fault,
}

async fn case(random: &mut Random, database: &TestDatabase) -> Case {
    database.clear().await;
    let mine = TaskScope::api_key(key("gme_live_mine"));
    let game = Game::new("game").owned_by_api_key(key("gme_live_mine"));
    let game = game.insert(&database.db).await.unwrap().id;
    let ids = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    let tasks = SeaOrmTaskRepository::new(&database.db);
    for name in NAMES {
        if random.chance(2) {
            let mut new = NewTask::new(game, name).strategy(random.of(&["s0", "s1", "s2"]));
            if random.chance(3) {
                new = new.id(random.of(&ids));
            }
            let Ok(task) = tasks.create(new).await else { continue };
            if random.chance(2) {
                tasks.update(task.id, TaskPatch::new().status("b")).await.unwrap();
            }
        }
    }
    let step = |random: &mut Random| {
        let others = if random.chance(3) { 1 + random.below(2) } else { 0 };
        let before = (0..others).map(|_| Other::any(random, game, &ids, &NAMES)).collect();
        let faults =
            [Fault::None, Fault::None, Fault::Refused, Fault::LostBefore, Fault::LostAfter];
        Step { before, fault: random.of(&faults) }
    };
    let there = by_name(&tasks).await;
    let strict = Lifecycle::strict()
        .allow(TaskStatus::OPEN, [TaskStatus::new("b").unwrap()])
        .allow(TaskStatus::new("b").unwrap(), [TaskStatus::new("c").unwrap()]);
    Case {
        over: random.of(&[Over::Bare, Over::Retrying, Over::Retrying]),
        scope: random.of(&[TaskScope::unrestricted(), mine]),
        keeps_type: random.chance(2),
        lifecycle: if random.chance(4) { strict } else { Lifecycle::any() },
        call: Call::any(random, game, &ids, &there),
        steps: (0..random.below(7)).map(|_| step(random)).collect(),
        then: random.of(&[Fault::None, Fault::None, Fault::None, Fault::Refused, Fault::LostAfter]),
    }
}

/// Says what is wrong with the answer.
async fn play(case: &Case, database: &TestDatabase) -> Result<(Ending, usize), String> {
    let faulty = Faulty::new(&database.db, case.steps.clone(), case.then);
    let bare = SeaOrmTaskRepository::new(&faulty).with_lifecycle(case.lifecycle.clone());
    let bare = if case.keeps_type { bare.with_scope(case.scope.clone()) } else { bare };
    let tasks: Box<dyn TaskRepository> = match case.over {
        Over::Bare => Box::new(bare),
        Over::Retrying => {
            let soon = Duration::from_micros(1);
            Box::new(Retrying::new(bare).max_retries(3).delays(soon, soon))
        }
    };
    let answer = match case.keeps_type {
        true => case.call.on(&*tasks).await,
        false => case.call.on(&*tasks.scoped(case.scope.clone())).await,
    };
    let rows = by_name(&SeaOrmTaskRepository::new(&database.db)).await;
    let rows: BTreeMap<Uuid, Task> = rows.into_iter().map(|row| (row.id, row)).collect();
    let ledger = faulty.ledger();
    let atomic = matches!(case.call, Call::CreateAll(..));
    let changes_are_exact = !atomic && database.backend != Backend::MariaDb;
    let facts = Facts { ledger: &ledger, lost: faulty.lost(), changes_are_exact, rows: &rows };
    match facts.judge(&answer) {
        Ok(()) => Ok((ending(&answer), faulty.lost())),
        Err(why) => {
            let sent = faulty.sent();
            Err(format!("{why}\nanswer: {answer:#?}\nledger: {ledger:#?}\n{sent} statements"))
        }
    }
}

async fn on(backend: Backend) {
    let cases = asked("GAME_TASKS_LEDGER_CASES").unwrap_or(400);
    let patience = Duration::from_secs(120) + Duration::from_millis(300) * cases as u32;
    on_database_within(patience, backend, FEW, async |database| {
        let first =
            asked("GAME_TASKS_LEDGER_SEED").unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
        let mut endings: BTreeMap<(Over, String, bool, Ending), usize> = BTreeMap::new();
        for seed in (0..cases).map(|n| first.wrapping_add(n)) {
            let case = case(&mut Random::new(seed), database).await;
            match play(&case, database).await {
                Ok((ending, lost)) => {
                    let key = (case.over, case.call.name(), lost > 0, ending);
                    *endings.entry(key).or_default() += 1;
                }
                Err(why) => panic!("GAME_TASKS_LEDGER_SEED={seed}: {why}\nof {case:#?}"),
            }
        }
        for ((over, call, lost, ending), times) in &endings {
            let after = if *lost { "after a loss" } else { "without a loss" };
            eprintln!("{over:?}, {call}, {after}: {ending:?} {times} times");
        }
        // Otherwise it would prove nothing.
        for (lost, ending) in [
            (false, Ending::Ok),
            (false, Ending::Refused),
            (true, Ending::Ok),
            (true, Ending::Unknown),
        ] {
            let such = |key: &&(Over, String, bool, Ending)| (key.2, key.3) == (lost, ending);
            assert!(cases < 100 || endings.keys().any(|key| such(&key)), "no {ending:?}, {lost}");
        }
    })
    .await;
}

crate::support::tests_on!(
    [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    no_answer_contradicts_the_ledger,
    |backend| super::on(backend)
);
