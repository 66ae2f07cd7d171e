//! Bulk creation without I/O: what is to be written, and what became of it.

use super::single::already_exists;
use crate::entity::Task;
use crate::error::TaskError;
use crate::repository::{NewTask, OnExisting, Written};
use crate::value::StrategyId;
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A row to be written: one (game, external id) of the input, wherever it stands in it.
pub(super) struct Candidate<'t> {
    pub(super) task: &'t NewTask,
    pub(super) id: Uuid,
    pub(super) strategy: StrategyId,
    /// Where it stands in the input; the first is the one that is written.
    pub(super) places: Vec<usize>,
}

impl<'t> Candidate<'t> {
    fn new(task: &'t NewTask, places: Vec<usize>, strategy: StrategyId) -> Self {
        Self { task, id: task.id.unwrap_or_else(Uuid::now_v7), strategy, places }
    }

    pub(super) fn place(&self) -> usize {
        self.places.first().copied().unwrap_or_default()
    }

    fn is_named_by(&self, row: &Task) -> bool {
        row.game_id == self.task.game_id && row.external_task_id == self.task.external_task_id
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
/// taken by an earlier place waits until that one's fate is known.
pub(super) fn take_round<'t>(queue: &mut Vec<Candidate<'t>>, most: usize) -> Vec<Candidate<'t>> {
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for candidate in queue.iter() {
        let place = first.entry(candidate.id).or_insert(candidate.place());
        *place = candidate.place().min(*place);
    }
    let mut round = Vec::new();
    let mut rest = Vec::new();
    for candidate in queue.drain(..) {
        if round.len() < most && first.get(&candidate.id) == Some(&candidate.place()) {
            round.push(candidate);
        } else {
            rest.push(candidate);
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
            None
        }
        OnExisting::Keep | OnExisting::Update => Some(Ok(Written::Kept(existing))),
    }
}

/// Sorts out the rows that a statement answered with: those that were written settle their
/// candidates, the rest is returned.
pub(super) fn match_rows<'t>(
    candidates: Vec<Candidate<'t>>,
    rows: Vec<Task>,
    now: DateTime<Utc>,
    settled: &mut Vec<(Candidate<'t>, Result<Written, TaskError>)>,
) -> Vec<Candidate<'t>> {
    let mut by_name: HashMap<(Uuid, String), Task> =
        rows.into_iter().map(|row| ((row.game_id, row.external_task_id.clone()), row)).collect();
    let mut left = Vec::new();
    for candidate in candidates {
        let name = (candidate.task.game_id, candidate.task.external_task_id.clone());
        match by_name.remove(&name).filter(|row| candidate.is_named_by(row)) {
            Some(row) => {
                // A change would have moved `updated_at` away from `created_at`.
                let created =
                    row.id == candidate.id && row.created_at == now && row.updated_at == now;
                let written = if created {
                    Written::Created(row)
                } else if row.updated_at >= now {
                    Written::Updated(row)
                } else {
                    Written::Kept(row)
                };
                settled.push((candidate, Ok(written)));
            }
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
            next = Some(Candidate::new(task, rest, candidate.strategy));
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
            (Err(TaskError::AlreadyExists { id, .. }), _) => {
                Err(already_exists(candidate.task, *id))
            }
            (Err(_), _) => Err(TaskError::GameNotFound { game_id: candidate.task.game_id }),
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
