//! The statements of bulk creation.

use crate::database::bulk_create::candidates::Candidate;
use crate::database::bulk_create::outcomes::Finding;
use crate::database::create::later;
use crate::database::sql::{Column as Values, Known, Rows, Sql};
use crate::database::{SeaOrmTaskRepository, TaskConnection, decode, decode_by_turns};
use crate::error::UnreadableTimestamp;
use crate::task::tasks::Column;
use crate::task::{ParentGame, Stamp, Task, TaskStatus, time};
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, DbErr, QueryResult};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a statement does about a task that exists, or a game that does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Inserts what can be inserted. MariaDB cannot pass over a conflict: there it fails.
    InsertSome,
    /// Inserts all rows or none.
    InsertAll,
    /// Inserts or updates what can be.
    UpsertSome,
    /// Inserts or updates all rows, or touches none.
    UpsertAll,
}

impl Mode {
    pub(super) fn is_upsert(self) -> bool {
        matches!(self, Self::UpsertSome | Self::UpsertAll)
    }
    fn is_all(self) -> bool {
        matches!(self, Self::InsertAll | Self::UpsertAll)
    }
}

/// Whether a statement that writes all or none makes sure that no row was skipped on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// It does not: each row is for itself.
    Off,
    /// It fails, and takes all back, where a part was skipped.
    Complete,
    /// It always fails where a row could be written: by another code where all could.
    DryRun,
}

/// The rows that a statement wrote.
pub(super) enum Reply {
    Rows(DbBackend, Vec<QueryResult>),
    /// All of them, as they were sent.
    AsSent(Vec<Task>),
}

impl Reply {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Rows(_, rows) => rows.len(),
            Self::AsSent(tasks) => tasks.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Leaves its turn now and then to what it is joined with.
    pub(super) async fn read(self) -> Result<Vec<Task>, DbErr> {
        match self {
            Self::Rows(backend, rows) => decode_by_turns(backend, Known::default(), rows).await,
            Self::AsSent(tasks) => Ok(tasks),
        }
    }
}

/// The parameters of one statement.
pub(super) struct Batch<'b> {
    candidates: &'b [Candidate<'b>],
    pub(super) rows: Rows,
    stamp: &'b Stamp,
    pub(super) now: DateTime<Utc>,
    pub(super) check: Check,
}

impl Batch<'_> {
    pub(super) fn checked(self, check: Check) -> Self {
        Self { check, ..self }
    }

    pub(super) fn len(&self) -> i64 {
        i64::try_from(self.candidates.len()).unwrap_or(i64::MAX)
    }

    fn ids_given(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.task.id.is_some())
    }

    fn games(&self, backend: DbBackend) -> Rows {
        let games: BTreeSet<Uuid> = self.candidates.iter().map(|one| one.task.game_id).collect();
        Rows::new(backend, vec![("g", Values::Uuids(games.into_iter().collect()))])
    }

    /// The rows as they are sent.
    fn sent(&self) -> Vec<Task> {
        let sent = self.candidates.iter().map(|candidate| Task {
            id: candidate.id,
            created_at: self.now,
            updated_at: self.now,
            api_key_used: self.stamp.api_key_used.clone(),
            oauth_user_id: self.stamp.oauth_user_id.clone(),
            external_task_id: candidate.task.external_task_id.clone(),
            game_id: candidate.task.game_id,
            strategy_id: candidate.strategy.clone(),
            status: TaskStatus::OPEN,
        });
        sent.collect()
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// The rows that candidates are sent as.
    pub(super) fn rows(&self, candidates: &[Candidate<'_>]) -> Rows {
        let columns = vec![
            ("i", Values::Uuids(candidates.iter().map(|one| one.id).collect())),
            ("g", Values::Uuids(candidates.iter().map(|one| one.task.game_id).collect())),
            ("e", Values::Texts(candidates.iter().map(|one| one.name().1).collect())),
            ("s", Values::Texts(candidates.iter().map(|one| one.strategy.as_str()).collect())),
        ];
        Rows::new(self.backend(), columns)
    }

    /// A batch of these candidates.
    pub(super) fn batch<'b>(&self, candidates: &'b [Candidate<'b>], stamp: &'b Stamp) -> Batch<'b> {
        self.batch_of(candidates, None, stamp)
    }

    /// The same, where its rows may have been made before.
    pub(super) fn batch_of<'b>(
        &self,
        candidates: &'b [Candidate<'b>],
        rows: Option<Rows>,
        stamp: &'b Stamp,
    ) -> Batch<'b> {
        let rows = rows.unwrap_or_else(|| self.rows(candidates));
        Batch { candidates, rows, stamp, now: time::now(), check: Check::Off }
    }

    /// Writes a batch, and gives the rows that it wrote.
    pub(super) async fn write_now(
        &self,
        batch: &Batch<'_>,
        mode: Mode,
    ) -> Result<Vec<Task>, DbErr> {
        self.write(batch, mode).await?.read().await
    }

    /// Writes a batch, and gives the rows that it wrote. An upsert on MariaDB gives the rows
    /// that it left as they are, too, in the scope or not; one of all rows, those in the scope.
    pub(super) async fn write(&self, batch: &Batch<'_>, mode: Mode) -> Result<Reply, DbErr> {
        let names = &self.settings.names;
        let mut sql = self.sql("");
        self.begin_check(&mut sql, batch);
        sql.push("INSERT INTO ").push(&names.tasks).push(" (").push(&names.columns);
        sql.push(") WITH r AS (SELECT * FROM ").rows("j", &batch.rows).push(") SELECT r.i, ");
        self.created_at(&mut sql, batch);
        sql.push(", ").bind(batch.now).push(", ");
        sql.bind(batch.stamp.api_key_used.clone()).push(", ");
        sql.bind(batch.stamp.oauth_user_id.clone());
        sql.push(", r.g, r.e, r.s, ").bind(TaskStatus::OPEN).push(" FROM ");
        sql.push(self.source_of(batch));
        if mode.is_all() {
            sql.push(" WHERE 1 = 1");
            self.and_all_can_be_written(&mut sql, batch, mode);
            self.end_of_source(&mut sql, batch);
        } else {
            sql.ordered_join().push(&names.games).push(" g ON ").push(&names.game_key);
            sql.push(" = r.g").and_may_create(self.scope()).push(" WHERE 1 = 1");
            if mode.is_upsert() && batch.ids_given() {
                sql.push(" AND NOT EXISTS (SELECT 1 FROM ").push(&names.tasks);
                sql.push(" WHERE ").another_has_the_id("r").push(")");
            }
            if self.backend() == DbBackend::Postgres {
                // Elsewhere the order of the join is the order of the rows.
                sql.push(" ORDER BY r.n");
            }
        }
        match (mode, self.backend()) {
            (Mode::InsertAll, _) | (Mode::InsertSome, DbBackend::MySql) => {}
            (Mode::InsertSome, _) => {
                sql.push(" ON CONFLICT DO NOTHING");
            }
            (_, DbBackend::MySql) => self.on_duplicate_key(&mut sql, batch, mode),
            _ => self.on_conflict(&mut sql, batch, mode),
        }
        self.on_conflict_check(&mut sql, batch, mode);
        if mode == Mode::InsertAll
            && self.backend() == DbBackend::Sqlite
            && !self.sends_twice(batch)
        {
            return self.write_as_sent(sql, batch).await;
        }
        sql.push(" RETURNING ").push_with(|| names.unknown_of_many(Known::default()));
        self.end_check(&mut sql, batch);
        let rows = self.connection.query_all(sql.statement()).await?;
        Ok(Reply::Rows(self.backend(), rows))
    }

    /// On SQLite no trigger changes a row under way, and what one does afterwards is not in
    /// the answer: that all were written says it all, and saves reading them.
    async fn write_as_sent(&self, sql: Sql<'_>, batch: &Batch<'_>) -> Result<Reply, DbErr> {
        let written = self.connection.execute(sql.statement()).await?.rows_affected();
        match usize::try_from(written) {
            Ok(0) => Ok(Reply::AsSent(Vec::new())),
            Ok(written) if written == batch.candidates.len() => Ok(Reply::AsSent(batch.sent())),
            // A trigger passed over some of them.
            _ => {
                let names = &self.settings.names;
                let mut sql = self.sql("SELECT ");
                sql.push(&names.qualified).push(" FROM ").rows("r", &batch.rows).ordered_join();
                sql.push(&names.tasks).push(" ON ").push(&names.id).push(" = r.i AND ");
                sql.push(&names.created_at).push(" = ").bind_time(batch.now);
                let rows = self.connection.query_all(sql.statement()).await?;
                Ok(Reply::Rows(self.backend(), rows))
            }
        }
    }

    /// ` AND …`: every game is there, and nothing is in the way that a conflict would not
    /// settle. True for all rows of the batch, or for none.
    fn and_all_can_be_written(&self, sql: &mut Sql<'_>, batch: &Batch<'_>, mode: Mode) {
        let names = &self.settings.names;
        sql.push(" AND NOT EXISTS (SELECT 1 FROM ").rows("d", &batch.games(self.backend()));
        sql.push(" LEFT JOIN ")
            .push(&names.games)
            .push(" g ON ")
            .push(&names.game_key)
            .push(" = d.g");
        sql.and_may_create(self.scope()).push(" WHERE ").push(&names.game_key).push(" IS NULL)");

        // Where a conflict fails the statement and nothing else, it is left to fail.
        let costly = self.backend() == DbBackend::Postgres && self.connection.in_transaction();
        if costly && mode == Mode::InsertAll {
            sql.no_task_with(|sql| sql.same_game_and_name("q"));
        }
        if batch.ids_given() && (costly || mode.is_upsert()) {
            sql.no_task_with(|sql| sql.another_has_the_id("q"));
        }
        if mode.is_upsert() && !self.scope().is_unrestricted() {
            let scope = self.scope();
            sql.no_task_with(|sql| {
                sql.same_game_and_name("q").push(" AND CASE WHEN 1 = 1").and_in_scope(scope);
                sql.push(" THEN 0 ELSE 1 END = 1")
            });
        }
    }

    /// Where each row is for itself, those that are so already, or that the scope does not
    /// see, are passed over, and are not in the answer. Where all or none is written, the
    /// first are answered as they are, and the second fail the statement by a null where none
    /// may be.
    fn on_conflict(&self, sql: &mut Sql<'_>, batch: &Batch<'_>, mode: Mode) {
        let names = &self.settings.names;
        let strategy = names.bare(Column::StrategyId);
        let differs = format!("{} <> excluded.{strategy}", names.strategy_id);
        sql.push(" ON CONFLICT (").push(&names.bare(Column::GameId)).push(", ");
        sql.push(&names.bare(Column::ExternalTaskId)).push(") DO UPDATE SET ");
        sql.push(&strategy).push(" = CASE WHEN 1 = 1");
        if mode.is_all() {
            sql.and_in_scope(self.scope()).push(&names.and_readable);
        }
        sql.push(" THEN excluded.").push(&strategy).push(" END, ");
        sql.push(&names.bare(Column::UpdatedAt)).push(" = CASE WHEN ").push(&differs);
        sql.push(" THEN ");
        later(sql, batch.now, &names.updated_at);
        sql.push(" ELSE ").push(&names.stored_updated_at).push(" END");
        if !mode.is_all() {
            sql.push(" WHERE ").push(&differs).and_in_scope(self.scope());
            sql.push(&names.and_readable);
        }
    }

    /// MariaDB's clause answers to a conflict of any key, also of an id with another task's:
    /// that row, and one that the scope does not see, is left as it is or, where all or none is
    /// written, fails the statement by a null where none may be. An assignment sees what those
    /// before it made.
    fn on_duplicate_key(&self, sql: &mut Sql<'_>, batch: &Batch<'_>, mode: Mode) {
        let names = &self.settings.names;
        let new = |column| format!("VALUES({})", names.bare(column));
        let same = format!(
            "({} = {} AND {} = {})",
            names.game_id,
            new(Column::GameId),
            names.external_id,
            new(Column::ExternalTaskId),
        );
        let strategy = new(Column::StrategyId);
        sql.push(" ON DUPLICATE KEY UPDATE ");
        sql.push(&names.bare(Column::UpdatedAt)).push(" = IF(").push(&same);
        sql.push(" AND ").push(&names.strategy_id).push(" <> ").push(&strategy);
        sql.and_in_scope(self.scope()).push(", ");
        later(sql, batch.now, &names.updated_at);
        sql.push(", ").push(&names.stored_updated_at).push("), ");
        sql.push(&names.bare(Column::StrategyId)).push(" = IF(").push(&same);
        sql.and_in_scope(self.scope()).push(", ").push(&strategy).push(", ");
        sql.push(if mode.is_all() { "NULL" } else { &names.strategy_id }).push(")");
    }

    /// What there is to say about each candidate that was not written, by its place in the
    /// batch.
    pub(super) async fn probe(&self, batch: &Batch<'_>) -> Result<Vec<(usize, Finding)>, DbErr> {
        let names = &self.settings.names;
        let id = names.bare(Column::Id);
        let mut sql = self.sql("SELECT ");
        sql.lock = self.present();
        // The task comes first, for it is decoded by its places.
        sql.push(&names.qualified)
            .push(", r.n AS n, ")
            .push(&names.game_key)
            .push(" AS game, CASE WHEN 1 = 1")
            .and_in_scope(self.scope());
        sql.push(" THEN ")
            .push(&names.id)
            .push(" END AS seen, x.")
            .push(&id)
            .push(" AS taken FROM ")
            .rows("r", &batch.rows);
        sql.push(" LEFT JOIN ").push(&names.games).push(" g ON ").push(&names.game_key);
        sql.push(" = r.g").and_may_create(self.scope());
        sql.push(" LEFT JOIN ").push(&names.tasks).push(" ON ").same_game_and_name("r");
        sql.push(" LEFT JOIN ").push(&names.tasks).push(" x ON x.").push(&id).push(" = r.i");
        sql.push(self.present());
        let rows = self.connection.query_all(sql.statement()).await?;
        let mut findings = Vec::with_capacity(rows.len());
        for row in &rows {
            let place: i64 = row.try_get("", "n")?;
            let exists = row.try_get::<Option<Uuid>>("", "id")?.is_some();
            let finding = Finding {
                game: row.try_get::<Option<Uuid>>("", "game")?.is_some(),
                existing: exists.then(|| self.existing(row)).transpose()?,
                seen: row.try_get::<Option<Uuid>>("", "seen")?.is_some(),
                id_taken: row.try_get::<Option<Uuid>>("", "taken")?.is_some(),
            };
            findings.push((usize::try_from(place).unwrap_or(usize::MAX), finding));
        }
        Ok(findings)
    }

    fn existing(&self, row: &QueryResult) -> Result<Result<Task, UnreadableTimestamp>, DbErr> {
        match decode(self.backend(), Known::default(), row) {
            Ok(task) => Ok(Ok(task)),
            Err(error) => UnreadableTimestamp::from_db_err(&error).map(Err).ok_or(error),
        }
    }
}

impl Sql<'_> {
    /// That a task has the name of this row.
    fn same_name(&mut self, row: &str) -> &mut Self {
        let names = self.names;
        self.push(&names.game_id).push(" = ").push(row).push(".g AND ");
        self.push(&names.external_id).push(" = ").push(row).push(".e")
    }

    /// That a task has the id of this row and another name.
    fn another_has_the_id(&mut self, row: &str) -> &mut Self {
        let names = self.names;
        self.push(&names.id).push(" = ").push(row).push(".i AND NOT (").same_name(row).push(")")
    }

    /// ` AND …`: no row of the batch, as `q`, has a task such as this.
    fn no_task_with(&mut self, such: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        let names = self.names;
        self.push(" AND NOT EXISTS (SELECT 1 FROM r q").ordered_join().push(&names.tasks);
        self.push(" ON ");
        such(self).push(")")
    }
}
