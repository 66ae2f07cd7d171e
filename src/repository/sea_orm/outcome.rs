//! Bulk creation without I/O: what is to be written, and what became of it.

use super::single::already_exists;
use crate::entity::Task;
use crate::error::TaskError;
use crate::repository::{NewTask, OnExisting, Written};
use crate::value::StrategyId;
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// A row to be written: one (game, external id) of the input, wherever it stands in it.
pub(super) struct Candidate<'t> {
    pub(super) task: &'t NewTask,
    pub(super) id: Uuid,
    pub(super) strategy: StrategyId,
    /// Whether it was found to exist, and the scope to see it. Its id is then the one there.
    pub(super) exists: bool,
    /// Where it stands in the input; the first is the one that is written.
    pub(super) places: Vec<usize>,
}

impl<'t> Candidate<'t> {
    fn new(task: &'t NewTask, places: Vec<usize>, strategy: StrategyId) -> Self {
        let id = task.id.unwrap_or_else(Uuid::now_v7);
        Self { task, id, strategy, exists: false, places }
    }

    pub(super) fn name(&self) -> &'t str {
        &self.task.external_task_id
    }

    pub(super) fn place(&self) -> usize {
        self.places.first().copied().unwrap_or_default()
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
    let mut seen: HashMap<(Uuid, &str), usize> = HashMap::new();
    let mut candidates: Vec<Candidate<'t>> = Vec::new();
    for (place, task) in tasks {
        let name = (task.game_id, task.external_task_id.as_str());
        let known = seen.get(&name).and_then(|at| candidates.get_mut(*at));
        if let Some(candidate) = known {
            candidate.places.push(place);
            if on_existing == OnExisting::Update {
                candidate.strategy = task.stored_strategy();
            }
        } else {
            seen.insert(name, candidates.len());
            candidates.push(Candidate::new(task, vec![place], task.stored_strategy()));
        }
    }
    sort(&mut candidates);
    candidates
}

fn sort(candidates: &mut [Candidate<'_>]) {
    candidates.sort_by(|a, b| {
        let key = |c: &Candidate<'_>| c.task.game_id;
        key(a).cmp(&key(b)).then_with(|| a.task.external_task_id.cmp(&b.task.external_task_id))
    });
}

/// Takes what one statement may write: at most so many, no id twice. A candidate whose id is
/// asked for at an earlier place waits until the fate of that one is known.
pub(super) fn take_round<'t>(
    queue: &mut VecDeque<Candidate<'t>>,
    tasks: &[NewTask],
    most: usize,
) -> Vec<Candidate<'t>> {
    // Only ids that callers gave can occur twice.
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for candidate in queue.iter() {
        let given = |place: &usize| Some((*place, tasks.get(*place)?.id?));
        for (place, id) in candidate.places.iter().filter_map(given) {
            first.entry(id).and_modify(|first| *first = place.min(*first)).or_insert(place);
        }
    }
    if first.is_empty() {
        return queue.drain(..most.min(queue.len())).collect();
    }
    let mut round = Vec::new();
    let mut rest = VecDeque::new();
    for candidate in queue.drain(..) {
        let is_first = first.get(&candidate.id).is_none_or(|first| *first == candidate.place());
        if round.len() < most && is_first {
            round.push(candidate);
        } else {
            rest.push_back(candidate);
        }
    }
    *queue = rest;
    round
}

/// The first place in the input whose id an earlier place gives to another task.
pub(super) fn repeated_id(candidates: &[Candidate<'_>]) -> Option<(usize, TaskError)> {
    let mut by_place: Vec<_> = candidates.iter().map(|c| (c.place(), c.id)).collect();
    by_place.sort_unstable();
    let mut ids = HashSet::new();
    let (place, id) = by_place.into_iter().find(|(_, id)| !ids.insert(*id))?;
    Some((place, TaskError::IdTaken { id }))
}

/// What the database has to say about a candidate that was not written.
pub(super) struct Finding {
    pub(super) game: bool,
    pub(super) existing: Option<Task>,
    /// Whether the scope may see what exists.
    pub(super) seen: bool,
    pub(super) id_taken: bool,
}

/// What follows from it; `None` if nothing stands in the way of writing it.
pub(super) fn judge(
    candidate: &mut Candidate<'_>,
    finding: Finding,
    on_existing: OnExisting,
    wrote_at: Option<DateTime<Utc>>,
) -> Option<Result<Written, TaskError>> {
    let task = candidate.task;
    if !finding.game {
        return Some(Err(TaskError::GameNotFound { game_id: task.game_id }));
    }
    let Some(existing) = finding.existing else {
        return finding.id_taken.then_some(Err(TaskError::IdTaken { id: candidate.id }));
    };
    if !finding.seen {
        return Some(Err(already_exists(task, None)));
    }
    match on_existing {
        OnExisting::Report => Some(Err(already_exists(task, Some(existing.id)))),
        OnExisting::Update if existing.strategy_id != candidate.strategy => {
            // The id that was given does not matter to a task that has one: it must not
            // collide with another's.
            candidate.id = existing.id;
            candidate.exists = true;
            None
        }
        // It came to be while it was written, and MariaDB did not say that it was changed.
        OnExisting::Update if wrote_at == Some(existing.updated_at) => {
            Some(Ok(Written::Updated(existing)))
        }
        OnExisting::Keep | OnExisting::Update => Some(Ok(Written::Kept(existing))),
    }
}

/// What a statement answers with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The rows that it inserted.
    Inserted,
    /// The rows that it inserted or changed.
    Written,
    /// All rows that it met, whether it changed them or not, in the scope or not.
    Met,
}

/// Sorts out the rows that a statement answered with: those that it wrote settle their
/// candidates, the other candidates are returned.
pub(super) fn match_rows<'t>(
    candidates: Vec<Candidate<'t>>,
    rows: Vec<Task>,
    now: DateTime<Utc>,
    answer: Answer,
    settled: &mut Vec<(Candidate<'t>, Result<Written, TaskError>)>,
) -> Vec<Candidate<'t>> {
    let places: HashMap<(Uuid, &str), usize> =
        candidates.iter().enumerate().map(|(n, one)| ((one.task.game_id, one.name()), n)).collect();
    let mut answered: Vec<Option<Task>> = candidates.iter().map(|_| None).collect();
    for row in rows {
        let place = places.get(&(row.game_id, row.external_task_id.as_str()));
        if let Some(slot) = place.and_then(|place| answered.get_mut(*place)) {
            *slot = Some(row);
        }
    }
    let mut left = Vec::new();
    for (candidate, row) in candidates.into_iter().zip(answered) {
        let written = row.and_then(|row| {
            let own = row.id == candidate.id;
            // Nobody else can have an id that was made for this call.
            let made = candidate.task.id.is_none() || row.created_at == now;
            match answer {
                Answer::Inserted => Some(Written::Created(row)),
                _ if own && !candidate.exists && made => Some(Written::Created(row)),
                Answer::Written => Some(Written::Updated(row)),
                Answer::Met => (own && candidate.exists).then_some(Written::Updated(row)),
            }
        });
        match written {
            Some(written) => settled.push((candidate, Ok(written))),
            None => left.push(candidate),
        }
    }
    left
}

/// Writes what became of a candidate to all of its places. One that lost its id to another
/// task makes way for the next place, which has an id of its own.
pub(super) fn settle<'t>(
    candidate: Candidate<'t>,
    result: Result<Written, TaskError>,
    on_existing: OnExisting,
    tasks: &'t [NewTask],
    outcomes: &mut [Option<Result<Written, TaskError>>],
) -> Option<Candidate<'t>> {
    let mut places = candidate.places.into_iter();
    let leader = places.next()?;
    let mut next = None;
    if matches!(result, Err(TaskError::IdTaken { .. })) {
        let rest: Vec<usize> = places.by_ref().collect();
        if let Some(task) = rest.first().and_then(|place| tasks.get(*place)) {
            let strategy = match on_existing {
                OnExisting::Update => candidate.strategy,
                OnExisting::Report | OnExisting::Keep => task.stored_strategy(),
            };
            next = Some(Candidate::new(task, rest, strategy));
        }
    }
    for place in places {
        let outcome = match (&result, on_existing) {
            (Ok(written), OnExisting::Report) => {
                Err(already_exists(candidate.task, Some(written.task().id)))
            }
            (Ok(written), OnExisting::Keep) => Ok(Written::Kept(written.task().clone())),
            (Ok(Written::Created(task)), OnExisting::Update) => Ok(Written::Updated(task.clone())),
            (Ok(written), OnExisting::Update) => Ok(written.clone()),
            (Err(error), _) => Err(TaskError::clone(error)),
        };
        if let Some(slot) = outcomes.get_mut(place) {
            *slot = Some(outcome);
        }
    }
    if let Some(slot) = outcomes.get_mut(leader) {
        *slot = Some(result);
    }
    next
}

/// The outcomes in input order. Every place was settled.
pub(super) fn in_order(
    tasks: &[NewTask],
    outcomes: Vec<Option<Result<Written, TaskError>>>,
) -> Vec<Result<Written, TaskError>> {
    let unsettled = |task: &NewTask| Err(TaskError::NotFound { key: task.key() });
    tasks.iter().zip(outcomes).map(|(task, one)| one.unwrap_or_else(|| unsettled(task))).collect()
}
