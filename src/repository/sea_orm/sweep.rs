//! Many tasks at once: update and delete by filter.
//!
//! On a pool the work goes in bounded batches, so that no lock is held for long and what
//! was done stays done; in the application's transaction it is one statement.

use super::SeaOrmTaskRepository;
use super::single::assignments;
use crate::connection::TaskConnection;
use crate::entity::ParentGame;
use crate::error::TaskError;
use crate::repository::{TaskFilter, TaskPatch};
use crate::sql::Sql;
use crate::value::time;
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

/// How many tasks a batch has.
const BATCH: i64 = 5_000;

/// What is done to each task.
#[derive(Clone, Copy)]
enum Work<'w> {
    Update(&'w TaskPatch),
    Delete,
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn update_matching(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        patch.validate()?;
        filter.validate()?;
        self.sweep(filter, Work::Update(patch)).await
    }

    pub(super) async fn delete_matching(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        filter.validate()?;
        self.sweep(filter, Work::Delete).await
    }

    async fn sweep(&self, filter: &TaskFilter, work: Work<'_>) -> Result<u64, TaskError> {
        let mut done = 0;
        let swept = self.sweep_batches(filter, work, &mut done).await;
        match swept.map_err(|error| self.failed(true, error)) {
            Ok(()) => Ok(done),
            Err(error) if done > 0 => Err(error.in_part(self.connection.in_transaction())),
            Err(error) => Err(error),
        }
    }

    /// Counts what is done, also where it fails on the way.
    async fn sweep_batches(
        &self,
        filter: &TaskFilter,
        work: Work<'_>,
        done: &mut u64,
    ) -> Result<(), DbErr> {
        let mut from: Option<Value> = None;
        loop {
            let to = match self.connection.in_transaction() {
                true => None,
                false => self.end_of_batch(filter, work, from.as_ref()).await?,
            };
            let mut sql = self.statement_of(work);
            self.meant(&mut sql, filter, work);
            let key = self.batch_key(filter);
            if let Some(from) = &from {
                sql.push(" AND ").push(key).push(" > ").bind(from.clone());
            }
            if let Some(to) = &to {
                sql.push(" AND ").push(key).push(" <= ").bind(to.clone());
            }
            *done += self.connection.execute(sql.statement()).await?.rows_affected();
            match to {
                Some(_) => from = to,
                None => return Ok(()),
            }
        }
    }

    /// The key of the last task of the batch that begins after `from`; `None` where no full
    /// batch is left.
    async fn end_of_batch(
        &self,
        filter: &TaskFilter,
        work: Work<'_>,
        from: Option<&Value>,
    ) -> Result<Option<Value>, DbErr> {
        let key = self.batch_key(filter);
        let mut sql = self.sql("SELECT ");
        sql.push(key).push(" AS batch_key FROM ").push(&self.settings.names.tasks);
        self.meant(sql.push(" WHERE 1 = 1"), filter, work);
        if let Some(from) = from {
            sql.push(" AND ").push(key).push(" > ").bind(from.clone());
        }
        sql.push(" ORDER BY ").push(key).push(" LIMIT 1 OFFSET ").bind(BATCH - 1);
        let row = self.connection.query_one(sql.statement()).await?;
        let read = |row: QueryResult| match filter.game_id {
            Some(_) => row.try_get_by_index::<String>(0).map(Value::from),
            None => row.try_get_by_index::<Uuid>(0).map(Value::from),
        };
        row.map(read).transpose()
    }

    /// What batches go by: an index that the filter's own condition leads into.
    fn batch_key(&self, filter: &TaskFilter) -> &str {
        match filter.game_id {
            Some(_) => &self.settings.names.external_id,
            None => &self.settings.names.id,
        }
    }

    fn statement_of(&self, work: Work<'_>) -> Sql<'_> {
        let names = &self.settings.names;
        let mut sql;
        match work {
            Work::Update(patch) => {
                sql = self.sql("UPDATE ");
                sql.push(&names.tasks).push(" SET ");
                assignments(&mut sql, patch, time::now(), &names.updated_at);
            }
            Work::Delete => {
                sql = self.sql("DELETE FROM ");
                sql.push(&names.tasks);
            }
        }
        sql.push(" WHERE 1 = 1");
        sql
    }

    /// ` AND …`: the tasks that are meant, and to which the work applies.
    fn meant(&self, sql: &mut Sql<'_>, filter: &TaskFilter, work: Work<'_>) {
        sql.and_filter(filter).and_in_scope(self.scope());
        if let Work::Update(patch) = work {
            self.and_applies(sql, patch);
        }
    }
}
