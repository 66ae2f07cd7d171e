//! What became of each task.

use crate::database::bulk_create::candidates::{Candidate, sort};
use crate::database::bulk_create::refused;
use crate::database::create::already_exists;
use crate::error::{TaskError, UnreadableTimestamp};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{NewTask, Task};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// What became of each task of the input, as far as that is known.
pub(super) struct Outcomes<'t> {
    tasks: &'t [NewTask],
    on_existing: OnExisting,
    known: Vec<Option<Result<CreateOutcome, TaskError>>>,
    /// Those that are to be written instead of others.
    again: Vec<Candidate<'t>>,
}

impl<'t> Outcomes<'t> {
    pub(super) fn new(tasks: &'t [NewTask], on_existing: OnExisting) -> Self {
        let known = tasks.iter().map(|_| None).collect();
        Self { tasks, on_existing, known, again: Vec::new() }
    }

    /// Says what became of a candidate to all of its places. One that lost its id to another
    /// task makes way for the next place, which has an id of its own.
    pub(super) fn settle(
        &mut self,
        candidate: Candidate<'t>,
        result: Result<CreateOutcome, TaskError>,
    ) {
        let Candidate { task, place: first, others, strategy, .. } = candidate;
        let mut others = others.into_iter();
        if matches!(result, Err(TaskError::IdTaken { .. }))
            && let Some(next) = others.next()
            && let Some(task) = self.tasks.get(next)
        {
            let mut candidate = Candidate::new(next, task);
            candidate.others = others.by_ref().collect();
            if self.on_existing == OnExisting::Update {
                candidate.strategy = strategy;
            }
            self.again.push(candidate);
        }
        for place in others {
            let outcome = match (&result, self.on_existing) {
                (Ok(written), OnExisting::Fail) => {
                    Err(already_exists(task, Some(written.task().id)))
                }
                (Ok(written), OnExisting::Keep) => Ok(CreateOutcome::Kept(written.task().clone())),
                (Ok(CreateOutcome::Created(task)), OnExisting::Update) => {
                    Ok(CreateOutcome::Updated(task.clone()))
                }
                (Ok(written), OnExisting::Update) => Ok(written.clone()),
                (Err(error), _) => Err(TaskError::clone(error)),
            };
            self.set(place, outcome);
        }
        self.set(first, result);
    }

    pub(super) fn set(&mut self, place: usize, outcome: Result<CreateOutcome, TaskError>) {
        if let Some(known) = self.known.get_mut(place) {
            *known = Some(outcome);
        }
    }

    /// Ends a call that writes all or nothing if a task before this place was refused, with the
    /// first in the input.
    pub(super) fn refused_before(&mut self, place: usize) -> Result<(), TaskError> {
        let known = self.known.iter_mut().enumerate().take(place);
        let mut refusals = known.filter_map(|(place, outcome)| {
            let refusal = outcome.take_if(|outcome| outcome.is_err())?;
            Some(refused(place, refusal.err()?))
        });
        refusals.next().map_or(Ok(()), Err)
    }

    /// The candidates that are to be written instead of others.
    pub(super) fn take_again(&mut self) -> Vec<Candidate<'t>> {
        std::mem::take(&mut self.again)
    }

    /// The outcomes in the order of the input. Every place is known.
    pub(super) fn in_order<C>(self) -> C
    where
        C: FromIterator<Result<CreateOutcome, TaskError>>,
    {
        let unknown = |task: &NewTask| Err(TaskError::NotFound { key: task.key() });
        let tasks = self.tasks.iter().zip(self.known);
        tasks.map(|(task, outcome)| outcome.unwrap_or_else(|| unknown(task))).collect()
    }
}

/// What the database has to say about a candidate that was not written.
pub(super) struct Finding {
    pub(super) game: bool,
    /// The task of this name, or why it cannot be returned.
    pub(super) existing: Option<Result<Task, UnreadableTimestamp>>,
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
) -> Option<Result<CreateOutcome, TaskError>> {
    let task = candidate.task;
    // A trigger wrote it in place of the statement, which therefore did not return it.
    let own = |row: &Task| {
        let made = task.id.is_none() || wrote_at == Some(row.created_at);
        row.id == candidate.id && !candidate.exists && made
    };
    let existing = match finding.existing {
        Some(Ok(existing)) if own(&existing) => return Some(Ok(CreateOutcome::Created(existing))),
        existing => existing,
    };
    if !finding.game {
        return Some(Err(TaskError::GameNotFound { game_id: task.game_id }));
    }
    let Some(existing) = existing else {
        return finding.id_taken.then_some(Err(TaskError::IdTaken { id: candidate.id }));
    };
    if !finding.seen {
        return Some(Err(already_exists(task, None)));
    }
    let existing = match existing {
        Ok(existing) => existing,
        Err(UnreadableTimestamp { id, .. }) if on_existing == OnExisting::Fail => {
            return Some(Err(already_exists(task, Some(id))));
        }
        Err(unreadable) => return Some(Err(unreadable.into())),
    };
    match on_existing {
        OnExisting::Fail => Some(Err(already_exists(task, Some(existing.id)))),
        OnExisting::Update if existing.strategy_id != candidate.strategy => {
            // The id that was given does not matter to a task that has one: it must not
            // collide with another's.
            candidate.id = existing.id;
            candidate.exists = true;
            None
        }
        // It came to be while it was written, and MariaDB did not say that it was changed.
        OnExisting::Update if wrote_at.is_some_and(|now| may_be_changed(&existing, now)) => {
            Some(Ok(CreateOutcome::Updated(existing)))
        }
        OnExisting::Keep | OnExisting::Update => Some(Ok(CreateOutcome::Kept(existing))),
    }
}

/// What a statement answers with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The rows that it inserted.
    Inserted,
    /// The rows that it inserted or changed.
    InsertedOrUpdated,
    /// All rows: those that it inserted, changed, or left as they are to be.
    All,
    /// All rows that it met, whether it changed them or not, in the scope or not.
    Met,
}

/// The same where every candidate was written: a trigger may have changed a row's name, so that
/// its id, or at last its place, says which it is.
pub(super) fn match_all<'t>(
    candidates: Vec<Candidate<'t>>,
    rows: Vec<Task>,
    now: DateTime<Utc>,
    answer: Answer,
    outcomes: &mut Outcomes<'t>,
) {
    let (mut left, mut rest) = match_by_name(candidates, rows, now, answer, outcomes);
    for by_id in [true, false] {
        for candidate in std::mem::take(&mut left) {
            let place =
                if by_id { rest.iter().position(|row| row.id == candidate.id) } else { Some(0) };
            match place.filter(|place| *place < rest.len()) {
                Some(place) => {
                    let row = rest.remove(place);
                    let result = written(&candidate, row.clone(), now, answer);
                    outcomes.settle(candidate, Ok(result.unwrap_or(CreateOutcome::Updated(row))));
                }
                None => left.push(candidate),
            }
        }
    }
}

/// Sorts out the rows that a statement answered with: those that it wrote settle their
/// candidates, the other candidates are returned.
pub(super) fn match_rows<'t>(
    candidates: Vec<Candidate<'t>>,
    rows: Vec<Task>,
    now: DateTime<Utc>,
    answer: Answer,
    outcomes: &mut Outcomes<'t>,
) -> Vec<Candidate<'t>> {
    match_by_name(candidates, rows, now, answer, outcomes).0
}

/// Gives the candidates and the rows that are left.
fn match_by_name<'t>(
    candidates: Vec<Candidate<'t>>,
    rows: Vec<Task>,
    now: DateTime<Utc>,
    answer: Answer,
    outcomes: &mut Outcomes<'t>,
) -> (Vec<Candidate<'t>>, Vec<Task>) {
    let mut left = Vec::new();
    let mut meet = |candidate: Candidate<'t>, row: Option<Task>| match row
        .and_then(|row| written(&candidate, row, now, answer))
    {
        Some(written) => outcomes.settle(candidate, Ok(written)),
        None => left.push(candidate),
    };
    // Rows come in the order in which they were sent.
    let mut rows = rows.into_iter().peekable();
    let mut without = Vec::new();
    for candidate in candidates {
        match rows.next_if(|row| name(row) == candidate.name()) {
            Some(row) => meet(candidate, Some(row)),
            None => without.push(candidate),
        }
    }
    // No database promises that.
    let mut rest: Vec<Option<Task>> = rows.map(Some).collect();
    let places = rest.iter().flatten().enumerate();
    let places = places.map(|(place, row)| ((row.game_id, row.external_task_id.clone()), place));
    let places: HashMap<(Uuid, String), usize> = places.collect();
    for candidate in without {
        let (game, name) = candidate.name();
        let place = if rest.is_empty() { None } else { places.get(&(game, name.to_owned())) };
        let row = place.and_then(|place| rest.get_mut(*place)?.take());
        meet(candidate, row);
    }
    sort(&mut left);
    (left, rest.into_iter().flatten().collect())
}

fn name(row: &Task) -> (Uuid, &str) {
    (row.game_id, &row.external_task_id)
}

/// Whether a statement of this time may have changed a row: a change makes `updated_at` the later
/// of that time and a microsecond more than it was. Another client that changed the row since may
/// have done so instead.
fn may_be_changed(row: &Task, now: DateTime<Utc>) -> bool {
    row.updated_at >= now && row.updated_at > row.created_at
}

/// What a row that came back for a candidate says; `None` if it was there before, and is to be
/// judged.
fn written(
    candidate: &Candidate<'_>,
    row: Task,
    now: DateTime<Utc>,
    answer: Answer,
) -> Option<CreateOutcome> {
    let own = row.id == candidate.id;
    // Nobody else can have an id that was made for this call; a task that was found may have been
    // deleted since, so that the statement created it again.
    let made = candidate.task.id.is_none() && !candidate.exists;
    match answer {
        Answer::Inserted => Some(CreateOutcome::Created(row)),
        _ if own && (made || row.created_at == now) => Some(CreateOutcome::Created(row)),
        Answer::InsertedOrUpdated => Some(CreateOutcome::Updated(row)),
        Answer::All if may_be_changed(&row, now) => Some(CreateOutcome::Updated(row)),
        // It became as it is to be while the statement was under way.
        Answer::All => Some(CreateOutcome::Kept(row)),
        Answer::Met => (own && candidate.exists && may_be_changed(&row, now))
            .then_some(CreateOutcome::Updated(row)),
    }
}
