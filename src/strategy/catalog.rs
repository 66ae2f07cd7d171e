//! [`StrategyCatalog`]: which strategies a repository accepts.

use crate::task::{StrategyId, ValidationError, ValidationReason};
use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::sync::Arc;

/// The strategies that an application knows. A repository with a catalog
/// ([`SeaOrmTaskRepository::with_catalog`](crate::SeaOrmTaskRepository::with_catalog),
/// [`InMemoryTaskRepository::with_catalog`](crate::InMemoryTaskRepository::with_catalog)) refuses to store
/// any other.
///
/// [`StrategyRegistry::catalog`](crate::StrategyRegistry::catalog) has one of the registered strategies.
/// Sets of [`StrategyId`] are catalogs, too. An application can write its own:
///
/// ```
/// use game_tasks::{InMemoryTaskRepository, StrategyCatalog, StrategyId, StrategyKind};
///
/// /// Everything that the application stores as data, and two names.
/// struct Known;
///
/// impl StrategyCatalog for Known {
///     fn contains(&self, id: &StrategyId) -> bool {
///         matches!(id.kind(), StrategyKind::Custom(_))
///             || ["socio_bee", "hive"].contains(&id.as_str())
///     }
/// }
///
/// let tasks = InMemoryTaskRepository::new().with_catalog(Known);
/// # let _ = tasks;
/// ```
pub trait StrategyCatalog: Send + Sync {
    /// Whether the application knows this strategy. Called while a request is validated, so it must
    /// not wait for anything. Never called for [`StrategyId::DEFAULT`], which means that a task has no
    /// strategy of its own.
    fn contains(&self, id: &StrategyId) -> bool;

    /// Checks the strategy of a request: `None` and `default` are always accepted. For
    /// implementations of a repository, after they have validated the text.
    ///
    /// # Errors
    /// [`ValidationError`] with the reason [`ValidationReason::UnknownStrategy`].
    fn check(&self, strategy: Option<&str>) -> Result<(), ValidationError> {
        let Some(strategy) = strategy.map(|text| StrategyId::from_stored(text.to_owned())) else {
            return Ok(());
        };
        if strategy.is_default() || self.contains(&strategy) {
            return Ok(());
        }
        Err(ValidationError::new("strategy_id", ValidationReason::UnknownStrategy { strategy }))
    }
}

impl StrategyCatalog for BTreeSet<StrategyId> {
    fn contains(&self, id: &StrategyId) -> bool {
        Self::contains(self, id)
    }
}

impl<H: BuildHasher + Send + Sync> StrategyCatalog for HashSet<StrategyId, H> {
    fn contains(&self, id: &StrategyId) -> bool {
        Self::contains(self, id)
    }
}

macro_rules! for_pointer {
    ($pointer:ty) => {
        impl<T: StrategyCatalog + ?Sized> StrategyCatalog for $pointer {
            fn contains(&self, id: &StrategyId) -> bool {
                (**self).contains(id)
            }
        }
    };
}

for_pointer!(&T);
for_pointer!(Arc<T>);
for_pointer!(Box<T>);

/// Checks a strategy where there is a catalog.
pub(crate) fn check_strategy(
    catalog: Option<&Arc<dyn StrategyCatalog>>,
    strategy: Option<&str>,
) -> Result<(), ValidationError> {
    catalog.map_or(Ok(()), |catalog| catalog.check(strategy))
}
