//! A migration of one tasks table.

use crate::task::ParentGame;
use sea_orm_migration::MigrationName;
use std::marker::PhantomData;

/// A migration that makes this change to the tasks table of `G`.
pub(super) struct TasksMigration<G, Change> {
    name: String,
    pub(super) change: Change,
    parent: PhantomData<fn() -> G>,
}

impl<G: ParentGame, Change> TasksMigration<G, Change> {
    /// A database may have several tasks tables, so the name of the migration contains the table's,
    /// unless that is the crate's own.
    pub(super) fn new(name: &str, change: Change) -> Self {
        let mut name = name.to_owned();
        if G::tasks_schema().is_some() || G::tasks_table() != "tasks" {
            let schema = G::tasks_schema().unwrap_or_default();
            name.push_str(&format!(":{}:{schema}.{}", schema.len(), G::tasks_table()));
        }
        Self { name, change, parent: PhantomData }
    }
}

impl<G, Change> MigrationName for TasksMigration<G, Change> {
    fn name(&self) -> &str {
        &self.name
    }
}
