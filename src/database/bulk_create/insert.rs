//! The parts that the statements of bulk creation have in common. Each dialect puts them together.

use super::entries::Entry;
use crate::database::dialect::Dialect;
use crate::database::sql::{GameOwners, Rows, Sql, Values, each_column, only_if};
use crate::task::tasks::Column;
use crate::task::{Creator, TaskScope, TaskStatus};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::fmt::{self, Display};
use uuid::Uuid;

/// What a statement does about a task that exists, or a game that does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum InsertMode {
    /// Inserts what can be inserted. A database that cannot ignore conflicts fails.
    InsertSome,
    /// Inserts all rows or none.
    InsertAll,
    /// Inserts or updates what can be.
    UpsertSome,
    /// Inserts or updates all rows or none.
    UpsertAll,
}

impl InsertMode {
    pub(crate) fn is_upsert(self) -> bool {
        matches!(self, Self::UpsertSome | Self::UpsertAll)
    }

    pub(crate) fn is_all(self) -> bool {
        matches!(self, Self::InsertAll | Self::UpsertAll)
    }
}

/// Whether a statement that writes all or none checks that the database skipped no row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Off,
    /// The statement fails, and so writes nothing, where rows were skipped.
    Complete,
    /// The statement always fails where a row could be written: by another code where all could.
    DryRun,
}

/// One statement that inserts many tasks.
pub(crate) struct Insert<'i> {
    /// The rows of the entries: id `i`, game `g`, external id `e`, strategy `s`, for an upsert whose
    /// statement returns no rows the status `t` of the task that was found, and the status `u` to start
    /// with unless it is the same for all.
    pub(crate) rows: Rows,
    pub(crate) mode: InsertMode,
    pub(crate) check: Check,
    pub(crate) now: DateTime<Utc>,
    pub(crate) scope: &'i TaskScope,
    /// Whether each row is sent a second time, marked by a later `created_at`.
    pub(crate) sends_rows_twice: bool,
    entries: &'i [Entry<'i>],
    creator: &'i Creator,
    /// The status that all new tasks start with.
    same_status: Option<TaskStatus>,
    /// The games of the entries, where the statement looks at all of them first.
    games: Option<Rows>,
    conflict_aborts_transaction: bool,
}

/// The rows of these entries.
pub(in crate::database) fn encode(dialect: Dialect, entries: &[Entry<'_>]) -> Rows {
    dialect.encode_rows(columns(entries))
}

fn columns<'e>(entries: &'e [Entry<'_>]) -> Vec<(&'static str, Values<'e>)> {
    vec![
        ("i", Values::Uuids(entries.iter().map(|one| one.id).collect())),
        ("g", Values::Uuids(entries.iter().map(|one| one.task.game_id).collect())),
        ("e", Values::Texts(entries.iter().map(|one| Some(one.name().1)).collect())),
        ("s", Values::Texts(entries.iter().map(|one| Some(one.strategy.as_str())).collect())),
    ]
}

impl<'i> Insert<'i> {
    pub(super) fn new(
        dialect: Dialect,
        entries: &'i [Entry<'i>],
        mode: InsertMode,
        creator: &'i Creator,
        scope: &'i TaskScope,
        now: DateTime<Utc>,
    ) -> Self {
        let games: BTreeSet<Uuid> = entries.iter().map(|one| one.task.game_id).collect();
        let games = || dialect.encode_rows(vec![("g", Values::Uuids(games.into_iter().collect()))]);
        let mut rows = columns(entries);
        if mode.is_upsert() && !dialect.features().writes_return_rows {
            let status =
                |one: &'i Entry<'_>| one.existing.as_ref().map(|task| task.status.as_str());
            rows.push(("t", Values::Texts(entries.iter().map(status).collect())));
        }
        let statuses: Vec<TaskStatus> =
            entries.iter().map(|one| one.task.status_or_open()).collect();
        // Most batches are open, and cost one parameter more for it.
        let same_status = statuses.first().filter(|first| statuses.iter().all(|s| s == *first));
        if same_status.is_none() {
            let texts = statuses.iter().map(|status| Some(status.as_str()));
            rows.push(("u", Values::Texts(texts.collect())));
        }
        Self {
            rows: dialect.encode_rows(rows),
            mode,
            check: Check::Off,
            now,
            scope,
            sends_rows_twice: false,
            entries,
            creator,
            same_status: same_status.cloned(),
            games: mode.is_all().then(games),
            conflict_aborts_transaction: false,
        }
    }

    pub(super) fn check(self, check: Check, table_skips_rows: bool) -> Self {
        Self { check, sends_rows_twice: check != Check::Off && table_skips_rows, ..self }
    }

    /// For a transaction that a conflict would abort.
    pub(super) fn conflict_aborts_transaction(self, conflict_aborts_transaction: bool) -> Self {
        Self { conflict_aborts_transaction, ..self }
    }

    pub(crate) fn len(&self) -> i64 {
        i64::try_from(self.entries.len()).unwrap_or(i64::MAX)
    }

    /// How many rows a statement that returns none reports: MySQL counts an update twice.
    pub(super) fn rows_to_affect(&self) -> usize {
        let counted = self.entries.iter().map(|entry| 1 + usize::from(entry.exists()));
        if self.mode.is_upsert() { counted.sum() } else { self.entries.len() }
    }

    fn has_given_ids(&self) -> bool {
        self.entries.iter().any(|entry| entry.task.id.is_some())
    }

    /// The values of all columns, read from the rows `r`.
    pub(crate) fn values<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        each_column(move |f, column| match column {
            Column::Id => f.write_str("r.i"),
            Column::GameId => f.write_str("r.g"),
            Column::ExternalTaskId => f.write_str("r.e"),
            Column::StrategyId => f.write_str("r.s"),
            Column::CreatedAt if self.sends_rows_twice => {
                let (now, later) =
                    (sql.bind(self.now), sql.bind(self.now + TimeDelta::microseconds(1)));
                write!(f, "CASE r.again WHEN 0 THEN {now} ELSE {later} END")
            }
            Column::CreatedAt | Column::UpdatedAt => sql.write_bound(f, self.now),
            Column::ApiKeyUsed => sql.write_bound(f, self.creator.api_key_used.clone()),
            Column::OauthUserId => sql.write_bound(f, self.creator.oauth_user_id.clone()),
            Column::Status => match &self.same_status {
                Some(status) => sql.write_bound(f, status.clone()),
                None => f.write_str("r.u"),
            },
        })
    }

    /// ` AND …` on a row `r` of an upsert: no task of another name has its id.
    pub(crate) fn and_id_is_free<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        let (tasks, other) = (&sql.names.tasks, another_has_the_id(sql, "r"));
        let is_free = fmt::from_fn(move |f| {
            write!(f, " AND NOT EXISTS (SELECT 1 FROM {tasks} WHERE {other})")
        });
        only_if(self.needs_free_ids(), is_free)
    }

    /// Whether an id of a row may belong to a task of another name, which an upsert would change.
    pub(crate) fn needs_free_ids(&self) -> bool {
        self.mode.is_upsert() && self.has_given_ids()
    }

    /// ` AND …`: every game exists. True for all rows or for none.
    pub(crate) fn and_all_games_exist<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let Some(rows) = &self.games else { return Ok(()) };
            let (games, game_key) = (&sql.names.games, &sql.names.game_key);
            let (rows, and_may_create) = (sql.rows("d", rows), sql.and_may_create(self.scope));
            write!(
                f,
                " AND NOT EXISTS (SELECT 1 FROM {rows} LEFT JOIN {games} g \
                 ON {game_key} = d.g{and_may_create} WHERE {game_key} IS NULL)"
            )
        })
    }

    /// ` AND …`: every game exists, and there is no conflict that the statement cannot handle. True
    /// for all rows or for none.
    pub(crate) fn and_all_can_be_written<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        fmt::from_fn(move |f| {
            if self.games.is_none() {
                return Ok(());
            }
            self.and_all_games_exist(sql).fmt(f)?;
            let (tasks, join) = (&sql.names.tasks, sql.names.dialect().features().ordered_join);
            let (same_name, other) = (sql.same_game_and_name("q"), another_has_the_id(sql, "q"));
            let from = fmt::from_fn(|f| write!(f, "SELECT 1 FROM r q{join}{tasks}"));
            // Where a conflict fails the statement and nothing else, it is left to fail.
            if self.conflict_aborts_transaction && self.mode == InsertMode::InsertAll {
                write!(f, " AND NOT EXISTS ({from} ON {same_name})")?;
            }
            if self.has_given_ids() && (self.conflict_aborts_transaction || self.mode.is_upsert()) {
                write!(f, " AND NOT EXISTS ({from} ON {other})")?;
            }
            if self.mode.is_upsert() && !sql.sees_whole_games(self.scope) {
                let and_in_scope = sql.and_in_scope_by(self.scope, GameOwners::Checked);
                write!(
                    f,
                    " AND NOT EXISTS ({from} ON {same_name} \
                     AND CASE WHEN 1 = 1{and_in_scope} THEN 0 ELSE 1 END = 1)"
                )?;
            }
            Ok(())
        })
    }

    /// ` ON CONFLICT … DO UPDATE …`. Where each row is for itself, rows that already have the strategy
    /// or that the scope cannot see are left unchanged and are not returned. Where all or none is
    /// written, the first are returned unchanged, and the second fail the statement by a null in a
    /// NOT NULL column.
    pub(crate) fn on_conflict_update<'s>(&'s self, sql: &'s Sql<'_>) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let names = sql.names;
            let (game_id, external_id) =
                (names.unqualified(Column::GameId), names.unqualified(Column::ExternalTaskId));
            let (strategy_id, updated_at) =
                (names.unqualified(Column::StrategyId), names.unqualified(Column::UpdatedAt));
            let (stored_strategy, stored_updated_at) =
                (&names.strategy_id, &names.stored_updated_at);
            let next = sql.next_updated_at_on_conflict(self.now, &names.stored_time);
            let and_readable = &names.and_readable;
            let and_in_scope = sql.and_in_scope_by(self.scope, GameOwners::CheckedForInsert);
            let may_update = fmt::from_fn(|f| write!(f, "{and_in_scope}{and_readable}"));
            let or_null = only_if(self.mode.is_all(), &may_update);
            write!(
                f,
                " ON CONFLICT ({game_id}, {external_id}) DO UPDATE SET \
                 {strategy_id} = CASE WHEN 1 = 1{or_null} THEN excluded.{strategy_id} END, \
                 {updated_at} = CASE WHEN {stored_strategy} <> excluded.{strategy_id} THEN {next} \
                 ELSE {stored_updated_at} END"
            )?;
            match self.mode.is_all() {
                true => Ok(()),
                false => {
                    write!(f, " WHERE {stored_strategy} <> excluded.{strategy_id}{may_update}")
                }
            }
        })
    }
}

/// A task has the id of this row and another name.
pub(crate) fn another_has_the_id<'s>(
    sql: &'s Sql<'_>,
    row: &'static str,
) -> impl Display + use<'s> {
    let names = sql.names;
    fmt::from_fn(move |f| {
        let (id, game_id, external_id) = (&names.id, &names.game_id, &names.external_id);
        write!(f, "{id} = {row}.i AND NOT ({game_id} = {row}.g AND {external_id} = {row}.e)")
    })
}
