//! The crate's indexes by name: for the migration that creates them, and for hints.

use crate::database::dialect::Dialect;
use crate::error::DatabaseError;
use crate::task::ParentGame;
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

/// Shortens a name that is longer than PostgreSQL's limit, which truncates silently and so gives
/// several identifiers the same name.
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

/// Hints that have a list continue within an index, on a database that would otherwise read a game
/// from its beginning and skip the tasks up to the position.
#[derive(Debug)]
pub(crate) struct IndexHints {
    by_creation: String,
    by_name: String,
    /// False once an index was found missing: an application's own table may have others.
    enabled: AtomicBool,
}

impl IndexHints {
    pub(super) fn new<G: ParentGame>(dialect: Dialect) -> Self {
        let by_creation = dialect.force_index(&creation_index::<G>());
        let by_name = dialect.force_index(&name_index::<G>());
        Self {
            enabled: AtomicBool::new(by_creation.is_some()),
            by_creation: by_creation.unwrap_or_default(),
            by_name: by_name.unwrap_or_default(),
        }
    }

    pub(crate) fn are_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    pub(crate) fn by_creation(&self, hinted: bool) -> &str {
        if hinted { &self.by_creation } else { "" }
    }

    pub(crate) fn by_name(&self, hinted: bool) -> &str {
        if hinted { &self.by_name } else { "" }
    }

    /// Whether a hinted statement failed because its index is missing, and is worth another attempt
    /// without hints. They are then no longer used.
    pub(crate) fn disable_if_missing(
        &self,
        dialect: Dialect,
        hinted: bool,
        error: impl FnOnce() -> DatabaseError,
    ) -> bool {
        let missing = hinted && error().has_code(dialect.features().missing_index_code);
        if missing {
            self.enabled.store(false, Ordering::Relaxed);
        }
        missing
    }
}
