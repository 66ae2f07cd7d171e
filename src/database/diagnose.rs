//! Why a task could not be created: the one place that finds it out, for one task and for many.

use super::bulk_create::{Entry, encode};
use super::create::already_exists;
use super::sql::{BoundColumns, Decoder, GameOwners, Rows};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{TaskError, UnreadableTimestamp};
use crate::repository::{CreateOutcome, OnExisting};
use crate::task::tasks::Column;
use crate::task::{ParentGame, Task};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, Iterable, QueryResult, Statement};
use std::{fmt, iter};
use uuid::Uuid;

/// What the database has for an entry that was not written.
#[derive(Default)]
struct Diagnosis {
    game_exists: bool,
    /// The task of this name, or why it cannot be returned.
    existing: Option<Result<Task, UnreadableTimestamp>>,
    /// Whether the scope can see it.
    can_see: bool,
    id_taken: bool,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Decides for each entry what became of it; `None` where nothing conflicts with writing it, as
    /// far as this connection sees. `wrote_at` is the time of a write that may have changed them. One
    /// round trip.
    pub(super) async fn diagnose(
        &self,
        entries: &mut [Entry<'_>],
        on_existing: OnExisting,
        wrote_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Option<Result<CreateOutcome, TaskError>>>, TaskError> {
        let mut decisions: Vec<_> = entries.iter().map(|_| None).collect();
        if entries.is_empty() {
            return Ok(decisions);
        }
        let rows = encode(self.dialect(), entries);
        let diagnoses = self.query_diagnoses(&rows, entries.len()).await;
        let diagnoses = diagnoses.map_err(|error| self.read_failed(error))?;
        let decided = entries.iter_mut().zip(diagnoses).zip(&mut decisions);
        for ((entry, diagnosis), decision) in decided {
            *decision = decide(entry, diagnosis, on_existing, wrote_at);
        }
        Ok(decisions)
    }

    /// A diagnosis of each of a number of rows.
    async fn query_diagnoses(&self, sent: &Rows, count: usize) -> Result<Vec<Diagnosis>, DbErr> {
        let rows = self.connection.query_all(self.diagnose_statement(sent)).await?;
        let mut diagnoses: Vec<_> = iter::repeat_with(Diagnosis::default).take(count).collect();
        for row in &rows {
            let index = usize::try_from(row.try_get::<i64>("", "n")?).unwrap_or(usize::MAX);
            let Some(diagnosis) = diagnoses.get_mut(index) else { continue };
            let has = |column| row.try_get::<Option<Uuid>>("", column).map(|id| id.is_some());
            diagnosis.game_exists |= has("game")?;
            diagnosis.can_see |= has("seen")?;
            diagnosis.id_taken |= has("taken")?;
            if has("id")? {
                diagnosis.existing = Some(self.existing(row)?);
            }
        }
        Ok(diagnoses)
    }

    fn diagnose_statement(&self, rows: &Rows) -> Statement {
        let (sql, names, lock) = (self.sql(), self.names(), self.current_read_lock());
        // The task's columns come first, since it is decoded by their places.
        let (task, task_id, id) = (&names.named_columns, &names.id, names.unqualified(Column::Id));
        let (tasks, games, game_key) = (&names.tasks, &names.games, &names.game_key);
        // Citus refuses a correlated subquery beside rows that are sent.
        let and_in_scope = sql.and_in_scope_by(self.scope(), GameOwners::Joined);
        let and_may_create = sql.and_may_create(self.scope());
        let (rows, same_name) = (sql.rows("r", rows), sql.same_game_and_name("r"));
        let game =
            fmt::from_fn(|f| write!(f, "CASE WHEN 1 = 1{and_may_create} THEN {game_key} END"));
        let seen = fmt::from_fn(|f| write!(f, "CASE WHEN 1 = 1{and_in_scope} THEN {task_id} END"));
        if self.dialect().features().distribution_catalog.is_none() {
            return sql.statement(format_args!(
                "SELECT {task}, r.n AS n, {game} AS game, {seen} AS seen, x.{id} AS taken FROM {rows} \
                 LEFT JOIN {games} g ON {game_key} = r.g \
                 LEFT JOIN {tasks} ON {same_name} LEFT JOIN {tasks} x ON x.{id} = r.i{lock}"
            ));
        }
        // A distributed table that is outer joined to rows that are sent would be copied first.
        let game_of_task = &names.game_id;
        let no_task = fmt::from_fn(|f| Column::iter().try_for_each(|_| f.write_str("NULL, ")));
        sql.statement(format_args!(
            "WITH r AS (SELECT * FROM {rows}) \
             SELECT {task}, r.n AS n, CAST(NULL AS uuid) AS game, {seen} AS seen, CAST(NULL AS uuid) AS taken \
             FROM r JOIN {tasks} ON {same_name} LEFT JOIN {games} g ON {game_key} = {game_of_task} \
             UNION ALL SELECT {no_task}r.n, {game}, NULL, NULL FROM r JOIN {games} g ON {game_key} = r.g \
             UNION ALL SELECT {no_task}r.n, NULL, NULL, x.{id} FROM r JOIN {tasks} x ON x.{id} = r.i"
        ))
    }

    fn existing(&self, row: &QueryResult) -> Result<Result<Task, UnreadableTimestamp>, DbErr> {
        match Decoder::new(self.names(), BoundColumns::default()).decode(row) {
            Ok(task) => Ok(Ok(task)),
            Err(error) => UnreadableTimestamp::from_db_err(&error).map(Err).ok_or(error),
        }
    }
}

/// What follows from a diagnosis; `None` if nothing conflicts with writing the entry.
fn decide(
    entry: &mut Entry<'_>,
    diagnosis: Diagnosis,
    on_existing: OnExisting,
    wrote_at: Option<DateTime<Utc>>,
) -> Option<Result<CreateOutcome, TaskError>> {
    let task = entry.task;
    // A trigger wrote it instead of the statement, which therefore did not return it.
    let is_own = |row: &Task| {
        let generated = task.id.is_none() || wrote_at == Some(row.created_at);
        row.id == entry.id && !entry.exists() && generated
    };
    let existing = match diagnosis.existing {
        Some(Ok(existing)) if is_own(&existing) => {
            return Some(Ok(CreateOutcome::Created(existing)));
        }
        existing => existing,
    };
    if !diagnosis.game_exists {
        return Some(Err(TaskError::GameNotFound { game_id: task.game_id }));
    }
    let Some(existing) = existing else {
        return diagnosis.id_taken.then_some(Err(TaskError::IdTaken { id: entry.id }));
    };
    if !diagnosis.can_see {
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
        OnExisting::Update if existing.strategy_id != entry.strategy => {
            // The given id does not matter to a task that has one: it must not conflict with
            // another's.
            entry.id = existing.id;
            entry.existing = Some(Box::new(existing));
            None
        }
        // It was created while the statement ran, and MariaDB did not report that it was changed.
        OnExisting::Update if wrote_at.is_some_and(|now| may_be_changed(&existing, now)) => {
            Some(Ok(CreateOutcome::Updated(existing)))
        }
        OnExisting::Keep | OnExisting::Update => Some(Ok(CreateOutcome::Kept(existing))),
    }
}

/// Whether a statement of this time may have changed a row: a change makes `updated_at` the later of
/// that time and a microsecond more than it was. Another client that changed the row since may have
/// done so instead.
pub(super) fn may_be_changed(row: &Task, now: DateTime<Utc>) -> bool {
    row.updated_at >= now && row.updated_at > row.created_at
}
