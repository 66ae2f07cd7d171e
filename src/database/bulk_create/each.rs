//! Each task for itself, in rounds of one statement where nothing is in the way.

use crate::database::bulk_create::candidates::{Candidate, fold, ids_repeat, make_ids, take_round};
use crate::database::bulk_create::outcomes::{Answer, Outcomes, match_rows};
use crate::database::bulk_create::statements::{Mode, Reply};
use crate::database::create::already_exists;
use crate::database::sql::Rows;
use crate::database::{ROUNDS, SeaOrmTaskRepository, TaskConnection, yield_now};
use crate::error::{DatabaseError, FailureKind, Retry, TaskError, TransactionState};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::{NewTask, ParentGame, Stamp};
use chrono::{DateTime, Utc};
use futures_util::future;
use sea_orm::{DbBackend, DbErr};
use std::collections::{HashMap, VecDeque};

/// How many tasks one statement creates, each for itself.
const ROUND: usize = 5_000;

/// From how many on it pays to hope that nothing is in the way of any of them.
const HOPE: usize = 100;

/// A call that creates tasks, each for itself: what it is to do, and how far it has come.
struct Each<'t> {
    on_existing: OnExisting,
    stamp: Stamp,
    mode: Mode,
    /// Whether anything was written.
    wrote: bool,
    /// Whether nothing has been in the way yet.
    hopeful: bool,
    /// Whether a row security policy refused a row of the last statement, and so all of it.
    refused_by_policy: bool,
    rounds: Rounds<'t>,
}

/// What comes before and after a round. Where rounds overlap, the one before is settled and the
/// one after made ready while the database works.
struct Rounds<'t> {
    tasks: &'t [NewTask],
    queue: VecDeque<Candidate<'t>>,
    outcomes: Outcomes<'t>,
    answer: Answer,
    overlap: bool,
    before: Option<Sent<'t>>,
    after: Option<Round<'t>>,
    /// Whether an id is asked for more than once, so that a round may depend on the one before.
    ids_repeat: bool,
}

/// What one statement is to write.
struct Round<'t> {
    candidates: Vec<Candidate<'t>>,
    rows: Option<Rows>,
}

/// A round that was written.
struct Sent<'t> {
    candidates: Vec<Candidate<'t>>,
    reply: Reply,
    now: DateTime<Utc>,
}

impl<'t> Rounds<'t> {
    fn next(&mut self) -> Option<Round<'t>> {
        if self.after.is_some() {
            return self.after.take();
        }
        self.queue.extend(self.outcomes.take_again());
        let mut candidates = take_round(&mut self.queue, self.tasks, self.ids_repeat, ROUND);
        make_ids(&mut candidates);
        Some(Round { candidates, rows: None }).filter(|round| !round.candidates.is_empty())
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(in crate::database) async fn insert_each(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        let mut outcomes = Outcomes::new(tasks, on_existing);
        let mut valid = Vec::with_capacity(tasks.len());
        for (place, task) in tasks.iter().enumerate() {
            match self.check(task) {
                Ok(()) => valid.push((place, task)),
                Err(error) => outcomes.set(place, Err(error)),
            }
        }
        let Ok(Some(stamp)) = self.scope().stamp() else { return Ok(outcomes.in_order()) };
        let (mode, answer) = match (on_existing, self.backend()) {
            (OnExisting::Fail | OnExisting::Keep, _) => (Mode::InsertSome, Answer::Inserted),
            (OnExisting::Update, DbBackend::MySql) => (Mode::UpsertSome, Answer::Met),
            (OnExisting::Update, _) => (Mode::UpsertSome, Answer::InsertedOrUpdated),
        };
        let ids_repeat = ids_repeat(tasks);
        let rounds = Rounds {
            tasks,
            queue: fold(valid, on_existing).into(),
            outcomes,
            answer,
            overlap: answer != Answer::Met && !ids_repeat,
            before: None,
            after: None,
            ids_repeat,
        };
        let hopeful = mode == Mode::InsertSome;
        let mut each = Each {
            on_existing,
            stamp,
            mode,
            wrote: false,
            hopeful,
            refused_by_policy: false,
            rounds,
        };
        match self.write_each(&mut each).await {
            Ok(()) => Ok(each.rounds.outcomes.in_order()),
            Err(error) if each.wrote => {
                Err(error.partially_applied(self.connection.in_transaction()))
            }
            Err(error) => Err(error),
        }
    }

    async fn write_each(&self, each: &mut Each<'_>) -> Result<(), TaskError> {
        while let Some(round) = each.rounds.next() {
            self.write_round(round, each).await?;
        }
        each.rounds.overlap = false;
        let left = self.meanwhile(&mut each.rounds).await?;
        self.write_round(Round { candidates: left, rows: None }, each).await?;
        while let Some(round) = each.rounds.next() {
            self.write_round(round, each).await?;
        }
        Ok(())
    }

    /// Writes candidates, each for itself, until the fate of each is known or can wait. Says how
    /// far it came, also where it fails.
    async fn write_round<'t>(
        &self,
        mut round: Round<'t>,
        each: &mut Each<'t>,
    ) -> Result<(), TaskError> {
        if each.rounds.answer == Answer::Met {
            // What each was before must be known before it is written.
            round = self.judge_each(round.candidates, None, each).await?;
        }
        let before = round.candidates.len();
        if each.hopeful && self.may_hope(before) {
            (round, _) = self.write_some(round, Mode::InsertAll, each).await?;
            each.hopeful = round.candidates.len() < before;
        }
        // MariaDB writes none where one meets what another has just created, which may happen
        // as often as there are candidates.
        let mut in_vain = 0;
        while !round.candidates.is_empty() && in_vain < ROUNDS && !each.refused_by_policy {
            let before = round.candidates.len();
            let (left, now) = self.write_some(round, each.mode, each).await?;
            // The others say which rows they changed.
            let wrote_at = Some(now).filter(|_| each.rounds.answer == Answer::Met);
            round = self.judge_each(left.candidates, wrote_at, each).await?;
            in_vain = if round.candidates.len() < before { 0 } else { in_vain + 1 };
        }
        each.refused_by_policy = false;
        self.write_one_by_one(round.candidates, each).await
    }

    /// Neither names nor ids stand in the way, as far as this connection sees: lets the database
    /// say of each what does.
    async fn write_one_by_one<'t>(
        &self,
        mut candidates: Vec<Candidate<'t>>,
        each: &mut Each<'t>,
    ) -> Result<(), TaskError> {
        if !candidates.is_empty() && self.policies_hide_names().await? {
            let hidden = candidates.extract_if(.., |one| one.task.id.is_none() && !one.exists);
            for candidate in hidden.collect::<Vec<_>>() {
                let taken = already_exists(candidate.task, None);
                each.rounds.outcomes.settle(candidate, Err(taken));
            }
        }
        let mut errors = HashMap::new();
        let mut failed = Vec::new();
        for candidate in candidates {
            match self.write_one_or_fail(&candidate, each).await {
                Err(error) if ends_the_call(&error) => return Err(error),
                Err(error) => {
                    errors.insert(candidate.place, error);
                    failed.push(candidate);
                }
                written => {
                    each.wrote = true;
                    each.rounds.outcomes.settle(candidate, written);
                }
            }
        }
        // Unless somebody was there first after all.
        for candidate in self.judge_each(failed, None, each).await?.candidates {
            if let Some(error) = errors.remove(&candidate.place) {
                each.rounds.outcomes.settle(candidate, Err(error));
            }
        }
        Ok(())
    }

    /// Whether so many tasks are tried as all or none first. To be ready for a conflict costs
    /// PostgreSQL a quarter of the time, and SQLite the reading of each row. It costs a statement
    /// more where something is in the way, which must not fail an application's transaction.
    fn may_hope(&self, tasks: usize) -> bool {
        tasks >= HOPE
            && match self.backend() {
                DbBackend::Postgres => !self.connection.in_transaction(),
                DbBackend::Sqlite => true,
                // It cannot be ready for a conflict.
                _ => false,
            }
    }

    /// Writes what can be written of a round by one statement. Gives what is left of it, and of
    /// the one before, and the time of the write.
    async fn write_some<'t>(
        &self,
        round: Round<'t>,
        mode: Mode,
        each: &mut Each<'t>,
    ) -> Result<(Round<'t>, DateTime<Utc>), TaskError> {
        let Round { candidates, rows } = round;
        let batch = self.batch_of(&candidates, rows, &each.stamp);
        let now = batch.now;
        let write = self.write(&batch, mode);
        let (reply, before) = future::join(write, self.meanwhile(&mut each.rounds)).await;
        let mut left = match reply {
            Ok(reply) => {
                each.wrote |= !reply.is_empty();
                let all = reply.len() == candidates.len();
                let sent = Sent { candidates, reply, now };
                if all && each.rounds.overlap {
                    each.rounds.before = Some(sent);
                    Vec::new()
                } else {
                    self.settle(sent, &mut each.rounds).await?
                }
            }
            Err(error) => {
                each.refused_by_policy = self.survived_in_part(error).await?;
                candidates
            }
        };
        left.extend(before?);
        Ok((Round { candidates: left, rows: None }, now))
    }

    /// As [`survived`](Self::survived). Says whether a row security policy refused a row.
    async fn survived_in_part(&self, error: DbErr) -> Result<bool, TaskError> {
        if let TaskError::Database(failure) = self.failed(true, error.clone())
            && self.is_refused_by_policy(&failure).await?
        {
            return Ok(true);
        }
        self.survived(error).await.map(|()| false)
    }

    /// What is done while the database works. Gives what is left of the round before.
    async fn meanwhile<'t>(
        &self,
        rounds: &mut Rounds<'t>,
    ) -> Result<Vec<Candidate<'t>>, TaskError> {
        let left = match rounds.before.take() {
            Some(sent) => self.settle(sent, rounds).await?,
            None => Vec::new(),
        };
        if rounds.overlap && rounds.after.is_none() {
            yield_now().await;
            rounds.after = rounds.next().map(|Round { candidates, .. }| {
                let rows = Some(self.rows(&candidates));
                Round { candidates, rows }
            });
        }
        Ok(left)
    }

    /// Settles what was written. Gives what is left of it.
    async fn settle<'t>(
        &self,
        Sent { candidates, reply, now }: Sent<'t>,
        rounds: &mut Rounds<'t>,
    ) -> Result<Vec<Candidate<'t>>, TaskError> {
        let rows = match reply.read().await {
            Ok(rows) => rows,
            Err(error) => return Err(self.write_failed(error).await),
        };
        Ok(match_rows(candidates, rows, now, rounds.answer, &mut rounds.outcomes))
    }

    async fn judge_each<'t>(
        &self,
        left: Vec<Candidate<'t>>,
        wrote_at: Option<DateTime<Utc>>,
        each: &mut Each<'t>,
    ) -> Result<Round<'t>, TaskError> {
        let outcomes = &mut each.rounds.outcomes;
        let left = self.judge_all(left, each.on_existing, &each.stamp, wrote_at, outcomes).await?;
        Ok(Round { candidates: left, rows: None })
    }

    /// Writes a candidate; what stands in its way is a failure of the database.
    async fn write_one_or_fail(
        &self,
        candidate: &Candidate<'_>,
        each: &Each<'_>,
    ) -> Result<CreateOutcome, TaskError> {
        if each.mode.is_upsert() && candidate.exists {
            let batch = self.batch(std::slice::from_ref(candidate), &each.stamp);
            let rows = match self.write_now(&batch, each.mode).await {
                Ok(rows) => rows,
                Err(error) => return Err(self.write_failed(error).await),
            };
            let row = rows.into_iter().find(|row| row.id == candidate.id);
            let left_as_it_is = || match self.backend() {
                // No trigger of MariaDB's can skip a row: it is another's meanwhile.
                DbBackend::MySql => already_exists(candidate.task, None),
                _ => TaskError::skipped(candidate.task.key()),
            };
            let row = row.ok_or_else(left_as_it_is)?;
            // It may have been deleted since it was found.
            let created = row.created_at == batch.now;
            return Ok(if created {
                CreateOutcome::Created(row)
            } else {
                CreateOutcome::Updated(row)
            });
        }
        let task = candidate.task.clone().strategy(candidate.strategy.as_str());
        self.insert_or_fail(&task, candidate.id, &each.stamp).await.map(CreateOutcome::Created)
    }
}

/// Whether the tasks that follow cannot be written either. The refusal of one task by a trigger is
/// its own outcome, even where the trigger may have kept a part of what it did.
fn ends_the_call(error: &TaskError) -> bool {
    let refused = |error: &DatabaseError| error.kind() == FailureKind::ConstraintViolation;
    error.transaction_state() != TransactionState::Intact
        || error.retry() == Retry::Unknown
            && !matches!(error, TaskError::Database(error) if refused(error))
}
