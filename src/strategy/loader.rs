//! [`StrategyLoader`], and the loads that are under way.

use super::single_flight::SingleFlight;
use crate::task::StrategyId;
use async_trait::async_trait;
use futures_util::FutureExt;
use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

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

/// The loads that are under way, by id.
pub(super) type Loads<S> = SingleFlight<StrategyId, Loaded<S>>;

pub(super) async fn load<S: ?Sized + Send + Sync + 'static>(
    loads: &Loads<S>,
    loader: &Arc<dyn StrategyLoader<S>>,
    id: &StrategyId,
) -> Loaded<S> {
    let start = |_| {
        let (loader, id) = (Arc::clone(loader), id.clone());
        let load = async move {
            // A panic would otherwise reach all that wait.
            let loaded = AssertUnwindSafe(loader.load(&id)).catch_unwind().await;
            vec![loaded.unwrap_or_else(|_| Err(LoaderPanicked.into())).map_err(Arc::from)]
        };
        load.boxed()
    };
    let waiting = loads.enter(&[(id.clone(), 0)], start).pop();
    match waiting {
        Some(mut waiting) => waiting.value().await.unwrap_or(Ok(None)),
        None => Ok(None),
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
