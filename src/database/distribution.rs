//! Whether Citus distributes the tasks over several servers.
//!
//! A bulk change locks its rows in one order before it writes them, so that two of them cannot wait for
//! each other. Citus refuses to lock rows of several shards, and rejects such a statement before it writes.
//! There a bulk change writes without the locks, and can deadlock.

use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::DatabaseError;
use crate::task::ParentGame;
use sea_orm::{DbErr, Statement, Value};
use std::sync::atomic::{AtomicU8, Ordering};

/// What is known about the tasks table, learned once and shared by all repositories that were made from
/// one another.
#[derive(Debug, Default)]
pub(crate) struct LearnedDistribution(AtomicU8);

impl LearnedDistribution {
    fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn is_distributed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 2
    }

    fn learn(&self, is_distributed: bool) {
        self.0.store(1 + u8::from(is_distributed), Ordering::Relaxed);
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Finds out whether the table is distributed, where that has to be known before a statement that
    /// locks rows: in a transaction, which its failure would abort.
    pub(super) async fn learn_distribution_in_transaction(&self) -> Result<(), DbErr> {
        if self.connection.in_transaction() && !self.names().distribution.is_known() {
            self.learn_distribution().await?;
        }
        Ok(())
    }

    /// Whether a statement that locks rows failed because the table is distributed, so that it has
    /// written nothing and is to be sent without locks.
    ///
    /// # Errors
    ///
    /// Finding out failed.
    pub(super) async fn is_distributed_after_all(&self, error: &DbErr) -> Result<bool, DbErr> {
        let error = DatabaseError::new(self.call(true), error.clone());
        let refusals = self.dialect().features().refused_locks_codes;
        if !error.code().is_some_and(|code| refusals.contains(&code)) {
            return Ok(false);
        }
        let distribution = &self.names().distribution;
        // Another call may have found it out while the statement was running.
        if !distribution.is_known() {
            self.learn_distribution().await?;
        }
        Ok(distribution.is_distributed())
    }

    async fn learn_distribution(&self) -> Result<(), DbErr> {
        let Some(catalog) = self.dialect().features().distribution_catalog else { return Ok(()) };
        let has_catalog = format!("SELECT to_regclass('{catalog}') IS NOT NULL");
        let is_listed =
            format!("SELECT EXISTS (SELECT 1 FROM {catalog} WHERE logicalrelid = to_regclass($1))");
        let table = Value::from(self.names().tasks.clone());
        let is_distributed =
            self.ask(has_catalog, vec![]).await? && self.ask(is_listed, vec![table]).await?;
        self.names().distribution.learn(is_distributed);
        Ok(())
    }

    async fn ask(&self, query: String, values: Vec<Value>) -> Result<bool, DbErr> {
        let backend = self.dialect().backend();
        let query = Statement::from_sql_and_values(backend, query, values);
        let row = self.connection.query_one(query).await?;
        row.map_or(Ok(false), |row| row.try_get_by_index(0))
    }
}
