//! Random calls, with so few names and ids that they often concern the same tasks.

use super::Random;
use crate::support::ON_EXISTING;
use futures_util::TryStreamExt;
use game_tasks::{
    CreateOutcome, NewTask, OnExisting, Task, TaskError, TaskFilter, TaskKey, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

pub(super) const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const STATUSES: [&str; 3] = ["open", "b", "c"];
const STRATEGIES: [&str; 3] = ["s0", "s1", "s2"];

#[derive(Debug, Clone)]
pub(super) enum Call {
    Create(NewTask),
    CreateMany(Vec<NewTask>, OnExisting),
    CreateAll(Vec<NewTask>, OnExisting),
    GetOrCreate(NewTask),
    Duplicate(TaskKey, String),
    Update(TaskKey, TaskPatch),
    Transition(TaskKey, &'static str, &'static str),
    UpdateMany(TaskFilter, TaskPatch),
    Reassign(Option<Uuid>, &'static str, &'static str),
    Delete(TaskKey),
    DeleteMany(TaskFilter),
    DeleteGame(Uuid),
    Find(TaskKey),
    Count(TaskFilter),
    List(TaskFilter),
    Stream(TaskFilter),
}

/// The result of a call.
#[derive(Debug)]
pub(super) enum CallResult {
    Created(Result<Task, TaskError>),
    /// With the tasks of the batch, for each of which there must be an outcome.
    Outcomes(Vec<NewTask>, OnExisting, Result<Vec<Result<CreateOutcome, TaskError>>, TaskError>),
    Updated(TaskPatch, Result<Task, TaskError>),
    UpdatedMany(Result<u64, TaskError>),
    Deleted(Result<Task, TaskError>),
    DeletedMany(Result<u64, TaskError>),
    Read(Result<(), TaskError>),
}

impl Call {
    /// A random call, on existing tasks or on missing ones.
    pub(super) fn random(random: &mut Random, game: Uuid, ids: &[Uuid], existing: &[Task]) -> Self {
        let new = |random: &mut Random| new_task(random, game, ids);
        let mut keys = NAMES.map(|name| TaskKey::from((game, name))).to_vec();
        for id in ids.iter().copied().chain(existing.iter().map(|task| task.id)) {
            keys.extend([TaskKey::Id(id), TaskKey::Id(id), TaskKey::InGame(game, id)]);
        }
        let key = random.choose(&keys);
        let (status, to) = (random.choose(&STATUSES), random.choose(&STATUSES));
        match random.below(24) {
            0 | 1 => Self::Create(new(random)),
            2..6 => Self::CreateMany(batch(random, game, ids), on_existing(random)),
            6..9 => Self::CreateAll(batch(random, game, ids), on_existing(random)),
            9 => Self::GetOrCreate(new(random)),
            10 => Self::Duplicate(key, random.choose(&NAMES).to_owned()),
            11..14 => Self::Update(key, patch(random, existing)),
            14 | 15 => Self::Transition(key, status, to),
            16 => Self::UpdateMany(filter(random, game, &keys), patch(random, existing)),
            17 => Self::Reassign(
                random.chance(2).then_some(game),
                random.choose(&STRATEGIES),
                random.choose(&STRATEGIES),
            ),
            18..21 => Self::Delete(key),
            21 => Self::DeleteMany(filter(random, game, &keys)),
            22 => Self::DeleteGame(game),
            _ => match random.below(4) {
                0 => Self::Find(key),
                1 => Self::Count(filter(random, game, &keys)),
                2 => Self::List(filter(random, game, &keys)),
                _ => Self::Stream(filter(random, game, &keys)),
            },
        }
    }

    pub(super) fn name(&self) -> String {
        let debug = format!("{self:?}");
        let name: String = debug.chars().take_while(|c| c.is_alphanumeric()).collect();
        match self {
            Self::CreateMany(_, on_existing) | Self::CreateAll(_, on_existing) => {
                format!("{name} {on_existing:?}")
            }
            _ => name,
        }
    }

    pub(super) async fn make(&self, tasks: &dyn TaskRepository) -> CallResult {
        match self.clone() {
            Self::Create(new) => CallResult::Created(tasks.create(new).await),
            Self::CreateMany(batch, mode) => {
                let outcomes = tasks.create_many(batch.clone(), mode).await;
                CallResult::Outcomes(batch, mode, outcomes)
            }
            Self::CreateAll(batch, mode) => {
                let written = tasks.create_all(batch.clone(), mode).await;
                let outcomes = written.map(|all| all.into_iter().map(Ok).collect());
                CallResult::Outcomes(batch, mode, outcomes)
            }
            Self::GetOrCreate(new) => {
                let outcome = tasks.get_or_create(new.clone()).await;
                CallResult::Outcomes(vec![new], OnExisting::Keep, Ok(vec![outcome]))
            }
            Self::Duplicate(key, name) => CallResult::Created(tasks.duplicate(key, name).await),
            Self::Update(key, patch) => {
                let changed = tasks.update(key, patch.clone()).await;
                CallResult::Updated(patch, changed)
            }
            Self::Transition(key, from, to) => {
                let patch = TaskPatch::new().if_status(from).status(to);
                CallResult::Updated(patch, tasks.transition(key, from, to).await)
            }
            Self::UpdateMany(filter, patch) => {
                CallResult::UpdatedMany(tasks.update_many(filter, patch).await)
            }
            Self::Reassign(game, from, to) => {
                CallResult::UpdatedMany(tasks.reassign_strategy(game, from, to).await)
            }
            Self::Delete(key) => CallResult::Deleted(tasks.delete(key).await),
            Self::DeleteMany(filter) => CallResult::DeletedMany(tasks.delete_many(filter).await),
            Self::DeleteGame(game) => CallResult::DeletedMany(tasks.delete_game(game).await),
            Self::Find(key) => CallResult::Read(tasks.find(key).await.map(drop)),
            Self::Count(filter) => CallResult::Read(tasks.count(filter).await.map(drop)),
            Self::List(filter) => {
                CallResult::Read(tasks.list(TaskQuery::new(filter)).await.map(drop))
            }
            Self::Stream(filter) => {
                let all: Result<Vec<Task>, _> =
                    tasks.stream(TaskQuery::new(filter)).try_collect().await;
                CallResult::Read(all.map(drop))
            }
        }
    }
}

fn on_existing(random: &mut Random) -> OnExisting {
    random.choose(&ON_EXISTING)
}

fn new_task(random: &mut Random, game: Uuid, ids: &[Uuid]) -> NewTask {
    let name = if random.chance(40) { "" } else { random.choose(&NAMES) };
    let mut new = NewTask::new(game, name);
    if random.chance(2) {
        new = new.strategy(random.choose(&STRATEGIES));
    }
    if random.chance(3) { new.id(random.choose(ids)) } else { new }
}

/// Usually a few tasks, sometimes more than the minimum for an optimistic insert.
fn batch(random: &mut Random, game: Uuid, ids: &[Uuid]) -> Vec<NewTask> {
    let few = 1 + random.below(4);
    let mut batch: Vec<NewTask> = (0..few).map(|_| new_task(random, game, ids)).collect();
    if random.chance(10) {
        batch.extend((0..120).map(|n| NewTask::new(game, format!("n{n:03}"))));
    }
    batch
}

fn patch(random: &mut Random, existing: &[Task]) -> TaskPatch {
    let mut patch = TaskPatch::new();
    if random.chance(2) {
        patch = patch.strategy(random.choose(&STRATEGIES));
    }
    if patch.is_empty() || random.chance(2) {
        patch = patch.status(random.choose(&STATUSES));
    }
    if random.chance(3) {
        patch = patch.if_status(random.choose(&STATUSES));
    }
    match existing.get(random.below(existing.len() * 3 + 1)) {
        Some(task) => patch.if_unmodified_since(task.updated_at),
        None => patch,
    }
}

fn filter(random: &mut Random, game: Uuid, keys: &[TaskKey]) -> TaskFilter {
    let filter = match random.below(3) {
        0 => TaskFilter::all(),
        1 => TaskFilter::in_game(game),
        _ => TaskFilter::keys([random.choose(keys), random.choose(keys), random.choose(keys)]),
    };
    if random.chance(3) { filter.statuses([random.choose(&STATUSES)]) } else { filter }
}
