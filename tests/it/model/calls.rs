//! Random sequences of calls, mostly with a few names so that they concern the same tasks.

use super::describe::{Labels, count, error, outcome, page, single};
use crate::support::ON_EXISTING;
use futures_util::TryStreamExt;
use game_tasks::{
    NewTask, OnExisting, Task, TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt,
};
use proptest::prelude::*;
use uuid::Uuid;

/// A sequence of calls, each with the index of its caller.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    pub(super) calls: Vec<(usize, Call)>,
    pub(super) in_transaction: bool,
    pub(super) strict: bool,
    /// Ids that callers choose for new tasks.
    pub(super) ids: Vec<Uuid>,
}

#[derive(Debug, Clone)]
pub(super) struct New {
    game: usize,
    name: String,
    strategy: Option<String>,
    status: Option<String>,
    id: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Key {
    Given(usize),
    InGame(usize, usize),
    Named(usize, String),
}

#[derive(Debug, Clone)]
pub(super) struct Filter {
    game: Option<usize>,
    statuses: Option<Vec<String>>,
    strategies: Option<Vec<String>>,
    prefix: Option<String>,
    keys: Option<Vec<Key>>,
}

#[derive(Debug, Clone)]
pub(super) struct Patch {
    strategy: Option<String>,
    status: Option<String>,
    if_status: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Call {
    Create(New),
    CreateMany(Vec<New>, OnExisting),
    CreateAll(Vec<New>, OnExisting),
    GetOrCreate(New),
    Find(Key),
    Update(Key, Patch),
    UpdateMany(Filter, Patch),
    Transition(Key, String, String),
    Duplicate(Key, String),
    Reassign(Option<usize>, String, String),
    Delete(Key),
    DeleteMany(Filter),
    List(Filter, bool),
    Stream(Filter),
    Count(Filter),
}

/// Mostly one of a few names, sometimes an invalid or an arbitrary text.
fn text() -> impl Strategy<Value = String> {
    let similar = ["a", "A", "a ", "b", "ab", "á", "a\u{301}", "%", "_", "\\", "'\"", "🎉"];
    let invalid = ["", "  ", "a\nb", "a\0", "\u{85}", "\u{3000}"];
    prop_oneof![
        20 => prop::sample::select(vec!["a", "a", "a", "b"]).prop_map(str::to_owned),
        8 => prop::sample::select(similar.to_vec()).prop_map(str::to_owned),
        2 => prop::sample::select(invalid.to_vec()).prop_map(str::to_owned),
        1 => Just("é".repeat(255)),
        1 => Just("é".repeat(256)),
        1 => any::<String>(),
    ]
}

fn strategy() -> impl Strategy<Value = String> {
    let known = ["default", "s1", "s1", "s2", "S1", "custom:00000000-0000-0000-0000-000000000000"];
    prop_oneof![
        9 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => text(),
    ]
}

fn status() -> impl Strategy<Value = String> {
    let known = ["open", "open", "closed", "closed", "archived", "Open"];
    prop_oneof![
        9 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => text(),
    ]
}

/// Three existing games, and a missing one.
fn game() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0_usize), 3 => Just(1), 2 => Just(2), 1 => Just(3)]
}

fn new() -> impl Strategy<Value = New> {
    let id = prop::option::weighted(0.4, 0..3_usize);
    let status = prop::option::weighted(0.3, status());
    (game(), text(), prop::option::of(strategy()), status, id)
        .prop_map(|(game, name, strategy, status, id)| New { game, name, strategy, status, id })
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        1 => (0..3_usize).prop_map(Key::Given),
        1 => (game(), 0..3_usize).prop_map(|(game, id)| Key::InGame(game, id)),
        4 => (game(), text()).prop_map(|(game, name)| Key::Named(game, name)),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    (
        prop::option::weighted(0.7, game()),
        prop::option::weighted(0.3, prop::collection::vec(status(), 0..3)),
        prop::option::weighted(0.3, prop::collection::vec(strategy(), 0..3)),
        prop::option::weighted(0.3, text()),
        prop::option::weighted(0.2, prop::collection::vec(key(), 0..4)),
    )
        .prop_map(|(game, statuses, strategies, prefix, keys)| Filter {
            game,
            statuses,
            strategies,
            prefix,
            keys,
        })
}

fn patch() -> impl Strategy<Value = Patch> {
    let (strategy, status) = (prop::option::of(strategy()), prop::option::of(status()));
    (strategy, status, prop::option::weighted(0.3, self::status()))
        .prop_map(|(strategy, status, if_status)| Patch { strategy, status, if_status })
}

fn on_existing() -> impl Strategy<Value = OnExisting> {
    prop::sample::select(ON_EXISTING.to_vec())
}

fn call() -> impl Strategy<Value = Call> {
    let batch = || prop::collection::vec(new(), 0..7);
    prop_oneof![
        4 => new().prop_map(Call::Create),
        5 => (batch(), on_existing()).prop_map(|(b, on)| Call::CreateMany(b, on)),
        5 => (batch(), on_existing()).prop_map(|(b, on)| Call::CreateAll(b, on)),
        1 => new().prop_map(Call::GetOrCreate),
        1 => key().prop_map(Call::Find),
        4 => (key(), patch()).prop_map(|(k, p)| Call::Update(k, p)),
        1 => (filter(), patch()).prop_map(|(f, p)| Call::UpdateMany(f, p)),
        2 => (key(), status(), status()).prop_map(|(k, a, b)| Call::Transition(k, a, b)),
        1 => (key(), text()).prop_map(|(k, name)| Call::Duplicate(k, name)),
        1 => (prop::option::of(game()), strategy(), strategy())
            .prop_map(|(g, a, b)| Call::Reassign(g, a, b)),
        1 => key().prop_map(Call::Delete),
        1 => filter().prop_map(Call::DeleteMany),
        2 => (filter(), any::<bool>()).prop_map(|(f, d)| Call::List(f, d)),
        1 => filter().prop_map(Call::Stream),
        1 => filter().prop_map(Call::Count),
    ]
}

pub(super) fn sequences() -> impl Strategy<Value = Sequence> {
    // Half of the calls are unrestricted, since refused calls leave no tasks for later ones.
    let caller = prop_oneof![1 => Just(0_usize), 1 => 0..7_usize];
    let calls = prop::collection::vec((caller, call()), 1..20);
    // Arbitrary bits: ids need not be a valid version of UUID.
    let ids = prop::collection::vec(any::<u128>().prop_map(Uuid::from_u128), 3);
    (calls, any::<bool>(), any::<bool>(), ids).prop_map(|(calls, in_transaction, strict, ids)| {
        Sequence { calls, in_transaction, strict, ids }
    })
}

/// The games and ids that the indexes in calls refer to.
struct Ids<'n> {
    games: &'n [Uuid],
    ids: &'n [Uuid],
}

impl Ids<'_> {
    fn game(&self, number: usize) -> Uuid {
        self.games.get(number).copied().unwrap_or(Uuid::nil())
    }

    fn new_task(&self, new: &New) -> NewTask {
        let mut task = NewTask::new(self.game(new.game), &new.name);
        task.id = new.id.map(|id| self.ids[id]);
        task.strategy_id = new.strategy.clone();
        task.status = new.status.clone();
        task
    }

    fn batch(&self, batch: &[New]) -> Vec<NewTask> {
        batch.iter().map(|new| self.new_task(new)).collect()
    }

    fn key(&self, key: &Key) -> TaskKey {
        match key {
            Key::Given(id) => TaskKey::Id(self.ids[*id]),
            Key::InGame(game, id) => TaskKey::InGame(self.game(*game), self.ids[*id]),
            Key::Named(game, name) => TaskKey::External(self.game(*game), name.clone()),
        }
    }

    fn filter(&self, filter: &Filter) -> TaskFilter {
        let mut task_filter = match &filter.keys {
            Some(keys) => TaskFilter::keys(keys.iter().map(|key| self.key(key))),
            None => TaskFilter::all(),
        };
        task_filter.game_id = filter.game.map(|game| self.game(game));
        task_filter.external_id_prefix = filter.prefix.clone();
        task_filter.statuses = filter.statuses.clone().map(|texts| texts.into_iter().collect());
        task_filter.strategies = filter.strategies.clone().map(|texts| texts.into_iter().collect());
        task_filter
    }
}

impl Patch {
    fn patch(&self) -> TaskPatch {
        let mut patch = TaskPatch::new();
        patch.strategy_id = self.strategy.clone();
        patch.status = self.status.clone();
        patch.if_status = self.if_status.clone();
        patch
    }
}

impl Call {
    /// Makes the call, and describes its result.
    pub(super) async fn make(
        &self,
        tasks: &dyn TaskRepository,
        games: &[Uuid],
        ids: &[Uuid],
        labels: &mut Labels,
    ) -> Vec<String> {
        let names = Ids { games, ids };
        match self {
            Self::Create(new) => single(tasks.create(names.new_task(new)).await, labels),
            Self::CreateMany(batch, on_existing) => {
                match tasks.create_many(names.batch(batch), *on_existing).await {
                    Ok(outcomes) => {
                        for task in outcomes.iter().flatten() {
                            labels.learn(task.task());
                        }
                        let described = outcomes.iter().map(|result| match result {
                            Ok(written) => outcome(written, labels),
                            Err(failure) => error(failure, labels),
                        });
                        described.collect()
                    }
                    Err(failure) => vec![error(&failure, labels)],
                }
            }
            Self::CreateAll(batch, on_existing) => {
                match tasks.create_all(names.batch(batch), *on_existing).await {
                    Ok(all) => {
                        all.iter().for_each(|written| labels.learn(written.task()));
                        all.iter().map(|written| outcome(written, labels)).collect()
                    }
                    Err(failure) => vec![error(&failure, labels)],
                }
            }
            Self::GetOrCreate(new) => match tasks.get_or_create(names.new_task(new)).await {
                Ok(written) => {
                    labels.learn(written.task());
                    vec![outcome(&written, labels)]
                }
                Err(failure) => vec![error(&failure, labels)],
            },
            Self::Find(key) => match tasks.find(names.key(key)).await {
                Ok(Some(task)) => single(Ok(task), labels),
                Ok(None) => vec!["none".to_owned()],
                Err(failure) => vec![error(&failure, labels)],
            },
            Self::Update(key, patch) => {
                single(tasks.update(names.key(key), patch.patch()).await, labels)
            }
            Self::UpdateMany(filter, patch) => {
                count(tasks.update_many(names.filter(filter), patch.patch()).await, labels)
            }
            Self::Transition(key, from, to) => {
                single(tasks.transition(names.key(key), from, to).await, labels)
            }
            Self::Duplicate(key, name) => {
                single(tasks.duplicate(names.key(key), name).await, labels)
            }
            Self::Reassign(game, from, to) => {
                let game = game.map(|game| names.game(game));
                count(tasks.reassign_strategy(game, from, to).await, labels)
            }
            Self::Delete(key) => single(tasks.delete(names.key(key)).await, labels),
            Self::DeleteMany(filter) => {
                count(tasks.delete_many(names.filter(filter)).await, labels)
            }
            Self::Count(filter) => count(tasks.count(names.filter(filter)).await, labels),
            Self::Stream(filter) => {
                let query = by_name(names.filter(filter));
                let streamed: Result<Vec<Task>, _> = tasks.stream(query).try_collect().await;
                page(streamed, labels)
            }
            Self::List(filter, descending) => {
                let mut query = by_name(names.filter(filter)).limit(2).with_total();
                if *descending {
                    query = query.descending();
                }
                let (mut items, mut total) = (Vec::new(), None);
                loop {
                    let listed = match tasks.list(query.clone()).await {
                        Ok(listed) => listed,
                        Err(failure) => return vec![error(&failure, labels)],
                    };
                    items.extend(listed.items);
                    total = total.or(listed.total);
                    match listed.next {
                        Some(cursor) => query = query.after(cursor),
                        None => break,
                    }
                }
                let mut described = page(Ok(items), labels);
                described.push(format!("{total:?} in total"));
                described
            }
        }
    }
}

/// The only order that does not depend on clocks and generated ids.
fn by_name(filter: TaskFilter) -> TaskQuery {
    TaskQuery::new(filter).order_by(TaskOrder::ExternalId)
}
