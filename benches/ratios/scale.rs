//! The sizes of tables and the numbers of rounds.

use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) name: &'static str,
    /// The number of tasks in the large game.
    pub(crate) tasks: usize,
    /// The number of tasks in one bulk creation.
    pub(crate) bulk: usize,
    /// The number of rounds for operations on one task.
    pub(crate) rounds: usize,
    /// The number of rounds for bulk operations.
    pub(crate) bulk_rounds: usize,
    /// The approximate duration of a turn.
    pub(crate) turn: Duration,
    /// The number of tasks in the large table of the comparison with a small one; `None` skips it.
    pub(crate) growth: Option<usize>,
}

impl Scale {
    pub(crate) const SMOKE: Self = Self {
        name: "smoke",
        tasks: 2_000,
        bulk: 500,
        rounds: 1,
        bulk_rounds: 1,
        turn: Duration::ZERO,
        growth: Some(4_000),
    };
    pub(crate) const QUICK: Self = Self {
        name: "quick",
        tasks: 50_000,
        bulk: 10_000,
        rounds: 7,
        bulk_rounds: 3,
        turn: Duration::from_millis(12),
        growth: None,
    };
    pub(crate) const DEFAULT: Self = Self {
        name: "default",
        tasks: 1_000_000,
        bulk: 100_000,
        rounds: 21,
        bulk_rounds: 3,
        turn: Duration::from_millis(25),
        growth: None,
    };
    pub(crate) const FULL: Self = Self { name: "full", growth: Some(10_000_000), ..Self::DEFAULT };
}
