//! What was invalidated, and when: the order of loads and invalidations.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// What a result depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subject<'a> {
    /// A task, by its id.
    Task(Uuid),
    /// A task, by its game and external id.
    Name(Uuid, &'a str),
    Game(Uuid),
    /// All games: for a result that does not name its game.
    AnyGame,
    /// A strategy that is not an alias.
    Strategy(&'a str),
}

/// The number of an invalidation. A result has the number of the last one before it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

/// Where the last invalidation of a subject is recorded. Two subjects can have the same slot: then the
/// invalidation of one is also one of the other, and costs it a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Slot(usize);

/// The last invalidation in each slot. A load records the number of the last invalidation before it
/// begins; its result is current as long as no slot that it depends on has a higher number. So a result
/// that was loaded before an invalidation is never used after it, whenever it arrives.
pub(super) struct Invalidations {
    last: AtomicU64,
    of_all: AtomicU64,
    /// The length is a power of two.
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl Invalidations {
    /// With so many slots that, of as many tasks as the cache has entries, few share one.
    pub(super) fn new(entries: usize) -> Self {
        let length = entries.clamp(1 << 10, 1 << 20).next_power_of_two();
        let slots = (0..length).map(|_| AtomicU64::new(0)).collect();
        Self {
            last: AtomicU64::new(0),
            of_all: AtomicU64::new(0),
            slots,
            hasher: RandomState::new(),
        }
    }

    pub(super) fn now(&self) -> Moment {
        Moment(self.last.load(Ordering::SeqCst))
    }

    pub(super) fn slot(&self, subject: Subject<'_>) -> Slot {
        // The remainder is below the length, so it fits.
        Slot((self.hasher.hash_one(subject) % self.slots.len() as u64) as usize)
    }

    pub(super) fn invalidate<'a>(&self, subjects: impl IntoIterator<Item = Subject<'a>>) {
        let number = self.next();
        for subject in subjects {
            let Slot(index) = self.slot(subject);
            if let Some(slot) = self.slots.get(index) {
                slot.fetch_max(number, Ordering::SeqCst);
            }
        }
    }

    pub(super) fn invalidate_all(&self) {
        self.of_all.fetch_max(self.next(), Ordering::SeqCst);
    }

    /// Whether nothing that a result depends on was invalidated since.
    pub(super) fn none_since(&self, Moment(since): Moment, depends_on: &[Slot]) -> bool {
        let is_older = |last: &AtomicU64| last.load(Ordering::SeqCst) <= since;
        is_older(&self.last)
            || is_older(&self.of_all)
                && depends_on.iter().all(|slot| self.slots.get(slot.0).is_some_and(is_older))
    }

    fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::SeqCst) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subject_is_invalidated_alone() {
        let all = Invalidations::new(1 << 20);
        let (task, game) = (Uuid::now_v7(), Uuid::now_v7());
        let subjects = [
            Subject::Task(task),
            Subject::Name(game, "name"),
            Subject::Game(game),
            Subject::AnyGame,
            Subject::Strategy("hive"),
        ];
        for invalidated in subjects {
            let since = all.now();
            all.invalidate([invalidated]);
            for subject in subjects {
                let is_current = all.none_since(since, &[all.slot(subject)]);
                // Two may share a slot.
                let is_same = all.slot(subject) == all.slot(invalidated);
                assert_eq!(is_current, !is_same, "{subject:?} after {invalidated:?}");
                assert!(all.none_since(all.now(), &[all.slot(subject)]));
            }
        }
        let since = all.now();
        all.invalidate_all();
        assert!(!all.none_since(since, &[]));
    }

    #[test]
    fn any_number_of_entries_has_slots() {
        for entries in [0, 1, usize::MAX] {
            let all = Invalidations::new(entries);
            let since = all.now();
            let slot = all.slot(Subject::AnyGame);
            all.invalidate([Subject::AnyGame]);
            assert!(!all.none_since(since, &[slot]));
        }
    }
}
