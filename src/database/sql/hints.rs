//! The crate's indexes by name: for the migration that makes them, and for MariaDB, which has to
//! be told to start within one.

use crate::database::dialect::Dialect;
use crate::database::sql::quote;
use crate::error::{Call, DatabaseError};
use crate::task::ParentGame;
use sea_orm::{DbBackend, DbErr};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicBool, Ordering};

/// The index that lists a game by creation.
pub(crate) fn creation_index<G: ParentGame>() -> String {
    within_limit(format!("ix_{}_game_created", G::tasks_table()))
}

/// The unique index on a game's external ids.
pub(crate) fn name_index<G: ParentGame>() -> String {
    within_limit(format!("uq_{}_game_external", G::tasks_table()))
}

/// PostgreSQL cuts a longer name off without a word, and so makes one of several.
pub(crate) fn within_limit(name: String) -> String {
    const LIMIT: usize = 63;
    if name.len() <= LIMIT {
        return name;
    }
    let sum = Sha256::digest(&name);
    let sum: String = sum.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let head: String = name
        .char_indices()
        .take_while(|(at, c)| at + c.len_utf8() < LIMIT - sum.len())
        .map(|(_, c)| c)
        .collect();
    format!("{head}_{sum}")
}

/// What MariaDB is told to read a game's tasks by, where that goes on after one of them. By itself
/// it starts where the game does, and passes over all tasks until then.
#[derive(Debug)]
pub(crate) struct Hints {
    backend: DbBackend,
    by_creation: String,
    by_name: String,
    /// Unless the table has no such index: the application made it.
    given: AtomicBool,
}

impl Hints {
    pub(super) fn new<G: ParentGame>(backend: DbBackend) -> Self {
        let hint = |index: String| format!(" FORCE INDEX ({})", quote(backend, &index));
        Self {
            backend,
            by_creation: hint(creation_index::<G>()),
            by_name: hint(name_index::<G>()),
            given: AtomicBool::new(backend == DbBackend::MySql),
        }
    }

    pub(crate) fn are_given(&self) -> bool {
        self.given.load(Ordering::Relaxed)
    }

    pub(crate) fn by_creation(&self, hinted: bool) -> &str {
        if hinted { &self.by_creation } else { "" }
    }

    pub(crate) fn by_name(&self, hinted: bool) -> &str {
        if hinted { &self.by_name } else { "" }
    }

    /// Whether a statement failed for want of the index that it hinted at, and is worth another
    /// try without: nobody then hints any more.
    pub(crate) fn are_refused(&self, hinted: bool, error: &DbErr) -> bool {
        if !hinted {
            return false;
        }
        let call =
            Call { dialect: Dialect::of(self.backend), in_transaction: false, writes: false };
        let refused = DatabaseError::new(call, error.clone()).code() == Some("1176");
        if refused {
            self.given.store(false, Ordering::Relaxed);
        }
        refused
    }
}
