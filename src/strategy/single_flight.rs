//! Calls that are under way, which others join instead of making them again.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// `None` only if a call returned fewer values than it had keys.
type Call<V> = Shared<BoxFuture<'static, Option<V>>>;

/// The calls that are under way, by key. Whoever waits for a call drives it, so that it goes on when the
/// caller that started it is dropped, and ends with the last.
pub(super) struct SingleFlight<K, V> {
    running: Mutex<Running<K, V>>,
}

struct Running<K, V> {
    started: u64,
    flights: HashMap<K, Flight<V>>,
}

struct Flight<V> {
    /// Distinguishes it from those before and after it with the same key.
    number: u64,
    call: Call<V>,
    waiting: usize,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self { running: Mutex::new(Running { started: 0, flights: HashMap::new() }) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone + Send + Sync + 'static> SingleFlight<K, V> {
    /// The calls for these keys, no two of which are equal, in their order. `start` makes one call for all
    /// keys that have none, and returns their values in order. It must not panic.
    ///
    /// With each key comes the number of the call after which one must have begun to be joined: 0 for any.
    /// An older one goes on for those who wait for it.
    pub(super) fn enter(
        &self,
        keys: &[(K, u64)],
        start: impl FnOnce(Vec<K>) -> BoxFuture<'static, Vec<V>>,
    ) -> Vec<Waiting<'_, K, V>> {
        let mut running = self.running();
        let join = |(key, after): &(K, u64)| running.join(self, key, *after);
        let joined: Vec<_> = keys.iter().map(join).collect();
        let keys = || keys.iter().map(|(key, _)| key);
        let absent = || keys().zip(&joined).filter(|(_, joined)| joined.is_none());
        if absent().next().is_none() {
            return joined.into_iter().flatten().collect();
        }
        let values = start(absent().map(|(key, _)| key.clone()).collect());
        let values = values.map(Arc::new).boxed().shared();
        let mut indexes = 0..;
        let start_one = |(key, joined): (&K, Option<_>)| {
            joined.or_else(|| {
                let index = indexes.next()?;
                let value = values.clone().map(move |values| values.get(index).cloned());
                Some(running.start(self, key.clone(), value.boxed().shared()))
            })
        };
        keys().zip(joined).filter_map(start_one).collect()
    }

    /// Ignores poisoning: nothing that can panic runs while it is locked.
    fn running(&self) -> MutexGuard<'_, Running<K, V>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, V: Clone + Send + Sync + 'static> Running<K, V> {
    fn join<'f>(
        &mut self,
        all: &'f SingleFlight<K, V>,
        key: &K,
        after: u64,
    ) -> Option<Waiting<'f, K, V>> {
        let flight = self.flights.get_mut(key).filter(|flight| flight.number > after)?;
        flight.waiting += 1;
        let (number, call) = (flight.number, flight.call.clone());
        Some(Waiting { all, key: key.clone(), number, call, has_joined: true })
    }

    fn start<'f>(
        &mut self,
        all: &'f SingleFlight<K, V>,
        key: K,
        call: Call<V>,
    ) -> Waiting<'f, K, V> {
        self.started += 1;
        let number = self.started;
        let flight = Flight { number, call: call.clone(), waiting: 1 };
        // A replaced call has others that wait for it, so that this does not drop it.
        self.flights.insert(key.clone(), flight);
        Waiting { all, key, number, call, has_joined: false }
    }

    /// Removes the call when the last that waits for it is gone, and returns it, to be dropped while
    /// nothing is locked.
    fn leave(&mut self, key: &K, number: u64) -> Option<Flight<V>> {
        let flight = self.flights.get_mut(key).filter(|flight| flight.number == number)?;
        flight.waiting -= 1;
        if flight.waiting > 0 { None } else { self.flights.remove(key) }
    }
}

/// Someone who waits for a call.
pub(super) struct Waiting<'f, K: Clone + Eq + Hash, V: Clone + Send + Sync + 'static> {
    all: &'f SingleFlight<K, V>,
    key: K,
    number: u64,
    call: Call<V>,
    has_joined: bool,
}

impl<K: Clone + Eq + Hash, V: Clone + Send + Sync + 'static> Waiting<'_, K, V> {
    /// Whether another started the call.
    pub(super) fn has_joined(&self) -> bool {
        self.has_joined
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The value. The call stays joinable until this is dropped.
    pub(super) async fn value(&mut self) -> Option<V> {
        (&mut self.call).await
    }
}

impl<K: Clone + Eq + Hash, V: Clone + Send + Sync + 'static> Drop for Waiting<'_, K, V> {
    fn drop(&mut self) {
        let left = self.all.running().leave(&self.key, self.number);
        drop(left);
    }
}
