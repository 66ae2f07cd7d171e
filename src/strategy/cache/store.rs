//! Results of one kind: stored, or under way.

use super::Cache;
use super::entry::{Entry, Start};
use crate::strategy::single_flight::{SingleFlight, Waiting};
use crate::task::TaskScope;
use futures_util::future::{self, BoxFuture, FutureExt};
use quick_cache::sync::{Cache as Entries, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};
use std::hash::Hash;
use std::time::Instant;

/// What is asked, within a scope.
pub(super) type Key<K> = (ScopeDigest, K);

/// Stands for a scope, which can be large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct ScopeDigest([u8; 16]);

impl ScopeDigest {
    pub(super) fn of(scope: &TaskScope) -> Self {
        if scope.is_unrestricted() { Self::default() } else { Self(scope.digest()) }
    }
}

pub(super) struct Store<K, V> {
    cache: Cache,
    /// `None` if nothing is to be stored.
    entries: Option<Entries<Key<K>, Entry<V>>>,
    flights: SingleFlight<Key<K>, Entry<V>>,
}

/// Loads what is asked by these keys, and returns the entries in their order.
pub(super) type Load<V> = BoxFuture<'static, Vec<Entry<V>>>;

impl<K, V> Store<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(cache: Cache) -> Self {
        let entries = entries(cache.settings.max_entries);
        Self { cache, entries, flights: SingleFlight::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.as_ref().map_or(0, Entries::len)
    }

    /// The stored result, if it is current.
    pub(super) fn stored(&self, key: &Key<K>, generation: u64) -> Option<Entry<V>> {
        self.stored_at(self.cache.now(), key, generation)
    }

    fn stored_at(&self, now: Instant, key: &Key<K>, generation: u64) -> Option<Entry<V>> {
        let entry = self.entries.as_ref()?.get(key)?;
        entry.is_current(&self.cache, now, generation).then_some(entry)
    }

    /// The results for these keys, no two of which are equal, in their order: stored or loaded meanwhile, or
    /// loaded by this call. `None` only where `load` returned nothing.
    pub(super) async fn get(
        &self,
        keys: &[Key<K>],
        generation: impl Fn() -> u64,
        load: impl Fn(Start, Vec<Key<K>>) -> Load<V>,
    ) -> Vec<Option<Entry<V>>> {
        let enter = |keys: &[(Key<K>, u64)]| {
            let start = Start::now(&self.cache, generation());
            self.flights.enter(keys, |keys| self.start(start, keys, &load))
        };
        let keys: Vec<_> = keys.iter().map(|key| (key.clone(), 0)).collect();
        let (mut found, mut stale) = (Vec::with_capacity(keys.len()), Vec::new());
        for ((key, _), waiting) in keys.iter().zip(enter(&keys)) {
            let (has_joined, number) = (waiting.has_joined(), waiting.number());
            let entry = self.finish(key, waiting).await;
            let is_current =
                |entry: &Entry<V>| entry.is_current(&self.cache, self.cache.now(), generation());
            // Another's load may have begun before something was invalidated, and this call after that. A
            // load after that one has begun after this call.
            if has_joined && !entry.as_ref().is_some_and(is_current) {
                stale.push((found.len(), (key.clone(), number)));
            }
            found.push(entry);
        }
        let (indexes, keys): (Vec<usize>, Vec<_>) = stale.into_iter().unzip();
        for ((index, (key, _)), waiting) in indexes.iter().zip(&keys).zip(enter(&keys)) {
            let entry = self.finish(key, waiting).await;
            if let Some(found) = found.get_mut(*index) {
                *found = entry;
            }
        }
        found
    }

    /// What was stored since the call looked for it, and for the other keys what is loaded.
    fn start(
        &self,
        start: Start,
        keys: Vec<Key<K>>,
        load: impl Fn(Start, Vec<Key<K>>) -> Load<V>,
    ) -> Load<V> {
        let stored = |key: &Key<K>| self.stored_at(start.at, key, start.generation);
        let stored: Vec<_> = keys.iter().map(stored).collect();
        let is_absent = |(key, stored): (_, &Option<_>)| stored.is_none().then_some(key);
        let absent: Vec<_> = keys.into_iter().zip(&stored).filter_map(is_absent).collect();
        if absent.is_empty() {
            return future::ready(stored.into_iter().flatten().collect()).boxed();
        }
        let loaded = load(start, absent);
        let all = async move {
            let mut loaded = loaded.await.into_iter();
            let all = stored.into_iter().map(|stored| stored.or_else(|| loaded.next()));
            all.collect::<Option<Vec<_>>>().unwrap_or_default()
        };
        all.boxed()
    }

    /// Waits for a result and stores it. Everyone who waits does so, since any of them may be dropped.
    async fn finish(
        &self,
        key: &Key<K>,
        mut waiting: Waiting<'_, Key<K>, Entry<V>>,
    ) -> Option<Entry<V>> {
        let entry = waiting.value().await?;
        // What is not current any more would not be used, if something is invalidated just after this.
        let is_stored = |entries: &&Entries<Key<K>, Entry<V>>| {
            let is_there = entries.peek(key).is_some_and(|stored| stored.start == entry.start);
            let now = self.cache.now();
            entry.is_stored()
                && !is_there
                && entry.is_current(&self.cache, now, entry.start.generation)
        };
        if let Some(entries) = self.entries.as_ref().filter(is_stored) {
            entries.insert(key.clone(), entry.clone());
        }
        // Until here others join the call, so that none of them loads what was just loaded.
        drop(waiting);
        Some(entry)
    }
}

/// At most this many entries: in shards of equal size, which lock independently.
fn entries<K: Clone + Eq + Hash, V: Clone>(max: usize) -> Option<Entries<K, V>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut shards = (4 * cores).next_power_of_two();
    while shards > 1 && max / shards < 32 {
        shards /= 2;
    }
    let mut options = OptionsBuilder::new();
    let held = max / shards * shards;
    options.shards(shards).estimated_items_capacity(held).weight_capacity(held as u64);
    let options = options.build().ok().filter(|_| held > 0)?;
    let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
    Some(Entries::with_options(options, UnitWeighter, hasher, lifecycle))
}
