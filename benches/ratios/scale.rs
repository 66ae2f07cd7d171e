//! How much is measured.

use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) name: &'static str,
    /// Tasks of the one large game.
    pub(crate) tasks: usize,
    /// Tasks of one bulk creation.
    pub(crate) bulk: usize,
    /// How often all sides take their turns, for an operation on one task.
    pub(crate) rounds: usize,
    /// The same for work on very many.
    pub(crate) bulk_rounds: usize,
    /// How long one turn is to take, about.
    pub(crate) turn: Duration,
    /// Tasks of the large database of the comparison with the small, where it is made.
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
