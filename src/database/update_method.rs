//! Which way of changing a task a table allows on MariaDB.
//!
//! There a task is usually changed by an `INSERT` of itself. That fails where a column of the
//! application's needs a value (error 1364) or a `CHECK` constraint needs the row's own value (4025),
//! and it takes a new value of an `AUTO_INCREMENT` column each time. On such a table a task is changed
//! [as it was read](super::as_read).

use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::{DatabaseError, TransactionState};
use crate::task::ParentGame;
use sea_orm::{DbErr, Statement};
use std::sync::atomic::{AtomicU8, Ordering};

/// A column without a value or default, and a violated `CHECK`.
const CURED_AS_READ: [&str; 2] = ["1364", "4025"];

/// How a task is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateMethod {
    /// By one statement, which also checks that it would not generate values of other columns.
    Checked,
    /// By one statement.
    OneStatement,
    /// As it was read.
    AsRead,
}

/// The method, learned once and shared by all repositories that were made from one another.
#[derive(Debug, Default)]
pub(crate) struct LearnedMethod(AtomicU8);

impl LearnedMethod {
    pub(super) fn get(&self) -> UpdateMethod {
        match self.0.load(Ordering::Relaxed) {
            0 => UpdateMethod::Checked,
            1 => UpdateMethod::OneStatement,
            _ => UpdateMethod::AsRead,
        }
    }

    pub(super) fn set(&self, method: UpdateMethod) {
        self.0.store(method as u8, Ordering::Relaxed);
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// Whether a statement failed because of a column of the application's, so that changing the task
    /// as it was read may succeed.
    pub(super) fn is_cured_as_read(&self, error: &DbErr) -> bool {
        let error = || DatabaseError::new(self.call(true), error.clone());
        let is_cured = |error: DatabaseError| {
            error.code().is_some_and(|code| CURED_AS_READ.contains(&code))
                && error.transaction_state() == TransactionState::Intact
        };
        self.dialect().generated_columns().is_some() && is_cured(error())
    }

    /// Finds out what a [`Checked`](UpdateMethod::Checked) statement did not show, since it changed
    /// nothing.
    pub(super) async fn learn_update_method(&self) -> Result<(), DbErr> {
        let learned = &self.names().update_method;
        let Some(generated) = self.dialect().generated_columns() else { return Ok(()) };
        if learned.get() == UpdateMethod::Checked {
            let row = self.connection.query_one(self.about_table(&generated)).await?;
            learned.set(match row {
                Some(_) => UpdateMethod::AsRead,
                None => UpdateMethod::OneStatement,
            });
        }
        Ok(())
    }

    /// A query whose only parameter is the name of the table.
    pub(super) fn about_table(&self, query: &str) -> Statement {
        let table = self.names().table.into();
        Statement::from_sql_and_values(self.dialect().backend(), query, [table])
    }
}
