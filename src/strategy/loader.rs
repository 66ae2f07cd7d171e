//! [`StrategyLoader`], and the loads that are under way.

use crate::task::StrategyId;
use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a loader failed: an error of the application's own.
pub type LoadError = Box<dyn Error + Send + Sync>;

/// Loads strategies that are not registered: those that the application stores as data
/// (`custom:<uuid>`), and any other id that the registry lacks.
///
/// Functions are loaders:
///
/// ```
/// use game_tasks::{LoadError, StrategyId, StrategyKind, StrategyRegistry};
/// use std::sync::Arc;
///
/// trait Scoring: Send + Sync {
///     fn points(&self, amount: u32) -> u32;
/// }
///
/// /// A strategy that is stored as data.
/// struct Factor(u32);
///
/// impl Scoring for Factor {
///     fn points(&self, amount: u32) -> u32 {
///         self.0 * amount
///     }
/// }
///
/// async fn from_our_table(id: StrategyId) -> Result<Option<Arc<dyn Scoring>>, LoadError> {
///     let StrategyKind::Custom(id) = id.kind() else { return Ok(None) };
///     // … SELECT factor FROM custom_strategies WHERE id = …
///     # let _ = id;
///     Ok(Some(Arc::new(Factor(2))))
/// }
///
/// let strategies = StrategyRegistry::<dyn Scoring>::new().loader(from_our_table);
/// # let _ = strategies;
/// ```
#[async_trait]
pub trait StrategyLoader<S: ?Sized>: Send + Sync {
    /// Loads the strategy with this id, or `None` if there is none. Concurrent requests for one id make
    /// one call.
    ///
    /// # Errors
    /// The application's own. Resolving then fails with
    /// [`ResolveError::Load`](crate::ResolveError::Load).
    async fn load(&self, id: &StrategyId) -> Result<Option<Arc<S>>, LoadError>;
}

#[async_trait]
impl<S, F, L> StrategyLoader<S> for F
where
    S: ?Sized + Send + Sync + 'static,
    F: Fn(StrategyId) -> L + Send + Sync,
    L: Future<Output = Result<Option<Arc<S>>, LoadError>> + Send,
{
    async fn load(&self, id: &StrategyId) -> Result<Option<Arc<S>>, LoadError> {
        self(id.clone()).await
    }
}

/// What a load gives to each that waits for it.
pub(super) type Loaded<S> = Result<Option<Arc<S>>, Arc<dyn Error + Send + Sync>>;

type Load<S> = Shared<BoxFuture<'static, Loaded<S>>>;

/// The loads that are under way, by id. Whoever waits for a load drives it, so that it goes on when the
/// caller that started it is dropped, and ends with the last.
pub(super) struct Loads<S: ?Sized> {
    running: Mutex<HashMap<StrategyId, WeakShared<BoxFuture<'static, Loaded<S>>>>>,
}

impl<S: ?Sized> Default for Loads<S> {
    fn default() -> Self {
        Self { running: Mutex::default() }
    }
}

impl<S: ?Sized + Send + Sync + 'static> Loads<S> {
    pub(super) async fn load(
        &self,
        loader: &Arc<dyn StrategyLoader<S>>,
        id: &StrategyId,
    ) -> Loaded<S> {
        let waiting = Waiting { loads: self, id, load: Some(self.join_or_start(loader, id)) };
        match waiting.load.clone() {
            Some(load) => load.await,
            None => Ok(None),
        }
    }

    fn join_or_start(&self, loader: &Arc<dyn StrategyLoader<S>>, id: &StrategyId) -> Load<S> {
        let mut running = self.running();
        if let Some(load) = running.get(id).and_then(WeakShared::upgrade) {
            return load;
        }
        let (loader, own_id) = (Arc::clone(loader), id.clone());
        let load = async move {
            // A panic would otherwise reach all that wait.
            let loaded = AssertUnwindSafe(loader.load(&own_id)).catch_unwind().await;
            loaded.unwrap_or_else(|_| Err(LoaderPanicked.into())).map_err(Arc::from)
        };
        let load = load.boxed().shared();
        if let Some(weak) = load.downgrade() {
            running.insert(id.clone(), weak);
        }
        load
    }

    /// Ignores poisoning: nothing that can panic runs while it is locked.
    fn running(
        &self,
    ) -> MutexGuard<'_, HashMap<StrategyId, WeakShared<BoxFuture<'static, Loaded<S>>>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the load from the map when the last that waits for it is gone.
struct Waiting<'l, S: ?Sized + Send + Sync + 'static> {
    loads: &'l Loads<S>,
    id: &'l StrategyId,
    load: Option<Load<S>>,
}

impl<S: ?Sized + Send + Sync + 'static> Drop for Waiting<'_, S> {
    fn drop(&mut self) {
        self.load = None;
        let mut running = self.loads.running();
        if running.get(self.id).is_some_and(|load| load.upgrade().is_none()) {
            running.remove(self.id);
        }
    }
}

#[derive(Debug)]
struct LoaderPanicked;

impl fmt::Display for LoaderPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the strategy loader panicked")
    }
}

impl Error for LoaderPanicked {}
