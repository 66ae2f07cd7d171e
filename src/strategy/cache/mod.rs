//! [`Cache`]: how long resolved strategies are kept, and what is not current any more.

mod entry;
mod invalidations;
mod resolver;
mod store;

pub use self::resolver::CachedResolver;

pub(crate) use self::invalidations::Subject;

use self::invalidations::Invalidations;
use crate::task::{StrategyId, TaskKey};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Settings of a [`CachedResolver`], and the handle that tells it what has changed. Clones are the same
/// cache.
///
/// What a cached resolver returns was true at some moment since:
///
/// - the last write through an [`Invalidating`](crate::Invalidating) repository with this cache returned
///   (also with an error, or when its future was dropped);
/// - the last call of a method here that invalidates it returned;
/// - its maximum age ago, for all that was written elsewhere: by other processes, by a repository without
///   the cache, in a transaction, or to the games table;
/// - the strategies were last [replaced](crate::StrategyRegistry::replace).
///
/// A write whose result is unknown, since its connection was lost or its future was dropped, may be
/// applied by the database after that. It is then visible after the maximum age. With
/// `RunToCompletion` around the `Invalidating` repository, dropping a future does not interrupt the write.
///
/// After a transaction, invalidate what it has written once it is committed:
///
/// ```
/// use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
/// use game_tasks::{Cache, SeaOrmTaskRepository, TaskError, TaskKey, TaskRepositoryExt};
///
/// async fn close(db: &DatabaseConnection, cache: &Cache, key: TaskKey) -> Result<(), TaskError> {
///     let transaction = db.begin().await?;
///     let tasks = SeaOrmTaskRepository::new(&transaction);
///     tasks.transition(key.clone(), "open", "closed").await?;
///     transaction.commit().await?;
///     cache.invalidate(key);
///     Ok(())
/// }
/// ```
///
/// Each entry takes about half a kilobyte, besides the texts of its task and the strategy, if that was
/// loaded.
#[derive(Clone)]
pub struct Cache {
    settings: Arc<Settings>,
}

struct Settings {
    max_age: Duration,
    max_entries: usize,
    clock: Option<Box<dyn Fn() -> Instant + Send + Sync>>,
    invalidations: Invalidations,
}

impl Cache {
    /// The maximum number of entries of [`for_secs`](Self::for_secs).
    pub const DEFAULT_MAX_ENTRIES: usize = 10_000;

    /// A cache of at most [`DEFAULT_MAX_ENTRIES`](Self::DEFAULT_MAX_ENTRIES) results, none of which is used
    /// for longer than this.
    #[must_use]
    pub fn for_secs(seconds: u64) -> Self {
        Self::new(Duration::from_secs(seconds), Self::DEFAULT_MAX_ENTRIES)
    }

    /// A cache of at most so many results, none of which is used for longer than this. The age counts from
    /// before a result is read. Results for tasks that do not exist count as others do. Results for games,
    /// and for tasks that were already read, have room for as many of their own.
    ///
    /// The order in which results are evicted favours those that were used more than once, so that
    /// requests for many unknown tasks do not displace what is in use.
    #[must_use]
    pub fn new(max_age: Duration, max_entries: usize) -> Self {
        Self::with(max_age, max_entries, None)
    }

    /// The same with another clock, for tests: ages are measured by what this returns.
    ///
    /// ```
    /// use game_tasks::Cache;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::{Duration, Instant};
    ///
    /// let (start, passed) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    /// let seconds = Arc::clone(&passed);
    /// let clock = move || start + Duration::from_secs(seconds.load(Ordering::SeqCst));
    /// let cache = Cache::with_clock(Duration::from_secs(30), 1_000, clock);
    /// passed.store(31, Ordering::SeqCst);
    /// # let _ = cache;
    /// ```
    #[must_use]
    pub fn with_clock(
        max_age: Duration,
        max_entries: usize,
        clock: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Self {
        Self::with(max_age, max_entries, Some(Box::new(clock)))
    }

    fn with(
        max_age: Duration,
        max_entries: usize,
        clock: Option<Box<dyn Fn() -> Instant + Send + Sync>>,
    ) -> Self {
        let invalidations = Invalidations::new(max_entries);
        Self { settings: Arc::new(Settings { max_age, max_entries, clock, invalidations }) }
    }

    /// Invalidates the results for a task: it was written elsewhere.
    pub fn invalidate(&self, key: impl Into<TaskKey>) {
        let key = key.into();
        self.invalidate_subjects([Subject::of(&key)]);
    }

    /// Invalidates the results for a game and for all of its tasks: its strategy or its owner was changed.
    pub fn invalidate_game(&self, game_id: Uuid) {
        self.invalidate_subjects([Subject::Game(game_id), Subject::AnyGame]);
    }

    /// Invalidates the results with a strategy, and with its aliases: what its loader loads was changed.
    pub fn invalidate_strategy(&self, id: &StrategyId) {
        self.invalidate_subjects([Subject::Strategy(id.as_str())]);
    }

    /// Invalidates all results.
    pub fn invalidate_all(&self) {
        self.settings.invalidations.invalidate_all();
    }

    pub(crate) fn invalidate_subjects<'a>(&self, subjects: impl IntoIterator<Item = Subject<'a>>) {
        self.settings.invalidations.invalidate(subjects);
    }

    fn now(&self) -> Instant {
        self.settings.clock.as_ref().map_or_else(Instant::now, |clock| clock())
    }
}

impl<'a> Subject<'a> {
    /// What every result for a task that exists depends on, and every result for this key.
    pub(crate) fn of(key: &'a TaskKey) -> Self {
        match key {
            TaskKey::Id(id) | TaskKey::InGame(_, id) => Self::Task(*id),
            TaskKey::External(game_id, external_id) => Self::Name(*game_id, external_id),
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { max_age, max_entries, clock: _, invalidations: _ } = &*self.settings;
        f.debug_struct("Cache")
            .field("max_age", max_age)
            .field("max_entries", max_entries)
            .finish_non_exhaustive()
    }
}
