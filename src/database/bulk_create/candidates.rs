//! What is to be written, and in which order.

use crate::error::TaskError;
use crate::repository::OnExisting;
use crate::task::{NewTask, StrategyId};
use std::collections::{HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// A row to be written: one (game, external id) of the input, wherever it stands in it.
#[derive(Clone)]
pub(super) struct Candidate<'t> {
    pub(super) task: &'t NewTask,
    /// Nil until one is [made](make_ids) or found.
    pub(super) id: Uuid,
    pub(super) strategy: StrategyId,
    /// Whether it was found to exist, and the scope to see it. Its id is then the one there.
    pub(super) exists: bool,
    /// Where it stands in the input first: that is the task which is written.
    pub(super) place: usize,
    /// Where else it stands.
    pub(super) others: Vec<usize>,
}

impl<'t> Candidate<'t> {
    pub(super) fn new(place: usize, task: &'t NewTask) -> Self {
        let id = task.id.unwrap_or_default();
        let strategy = task.stored_strategy();
        Self { task, id, strategy, exists: false, place, others: Vec::new() }
    }

    pub(super) fn name(&self) -> (Uuid, &'t str) {
        (self.task.game_id, &self.task.external_task_id)
    }
}

/// Makes one candidate of all places that mean the same row, sorted so that all who write
/// the same rows lock them in the same order.
///
/// With [`OnExisting::Update`] the last place says which strategy the row is to have.
pub(super) fn fold<'t>(
    tasks: impl IntoIterator<Item = (usize, &'t NewTask)>,
    on_existing: OnExisting,
) -> Vec<Candidate<'t>> {
    let candidates = tasks.into_iter().map(|(place, task)| Candidate::new(place, task));
    let mut candidates: Vec<_> = candidates.collect();
    sort(&mut candidates);
    candidates.dedup_by(|later, first| {
        let same = later.name() == first.name();
        if same {
            first.others.push(later.place);
            if on_existing == OnExisting::Update {
                first.strategy = later.strategy.clone();
            }
        }
        same
    });
    candidates
}

/// Makes the ids that nobody gave, in the order of the input.
pub(super) fn make_ids(candidates: &mut [Candidate<'_>]) {
    let missing = candidates.iter_mut().filter(|one| one.task.id.is_none() && one.id.is_nil());
    let mut missing: Vec<_> = missing.map(|one| (one.place, &mut one.id)).collect();
    missing.sort_unstable_by_key(|(place, _)| *place);
    for (_, id) in missing {
        *id = Uuid::now_v7();
    }
}

/// By their names; those of one name stay in the order of the input.
pub(super) fn sort(candidates: &mut [Candidate<'_>]) {
    candidates.sort_by(|a, b| a.name().cmp(&b.name()));
}

/// Takes what one statement may write: at most so many, no id twice. Where ids are repeated, a
/// candidate whose id is asked for at an earlier place waits until the fate of that one is known.
pub(super) fn take_round<'t>(
    queue: &mut VecDeque<Candidate<'t>>,
    tasks: &[NewTask],
    ids_repeat: bool,
    most: usize,
) -> Vec<Candidate<'t>> {
    if !ids_repeat {
        return queue.drain(..most.min(queue.len())).collect();
    }
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for candidate in queue.iter() {
        let places = candidate.others.iter().copied().chain([candidate.place]);
        let given = |place: usize| Some((place, tasks.get(place)?.id?));
        for (place, id) in places.filter_map(given) {
            first.entry(id).and_modify(|first| *first = place.min(*first)).or_insert(place);
        }
    }
    let mut round = Vec::new();
    let mut rest = VecDeque::new();
    for candidate in queue.drain(..) {
        let is_first = first.get(&candidate.id).is_none_or(|first| *first == candidate.place);
        if round.len() < most && is_first {
            round.push(candidate);
        } else {
            rest.push_back(candidate);
        }
    }
    *queue = rest;
    round
}

/// Whether a caller gave an id to more than one task.
pub(super) fn ids_repeat(tasks: &[NewTask]) -> bool {
    let mut ids = HashSet::new();
    tasks.iter().filter_map(|task| task.id).any(|id| !ids.insert(id))
}

/// The first place in the input whose id an earlier place gives to another task.
pub(super) fn repeated_id(candidates: &[Candidate<'_>]) -> Option<(usize, TaskError)> {
    let given = candidates.iter().filter(|one| one.exists || one.task.id.is_some());
    let mut by_place: Vec<_> = given.map(|one| (one.place, one.id)).collect();
    by_place.sort_unstable();
    let mut ids = HashSet::new();
    let (place, id) = by_place.into_iter().find(|(_, id)| !ids.insert(*id))?;
    Some((place, TaskError::IdTaken { id }))
}

/// The first place whose name an earlier place has.
pub(super) fn repeated_name<'t>(candidates: &[Candidate<'t>]) -> Option<(usize, &'t NewTask)> {
    let repeated = candidates.iter().filter_map(|one| Some((*one.others.first()?, one.task)));
    repeated.min_by_key(|(place, _)| *place)
}
