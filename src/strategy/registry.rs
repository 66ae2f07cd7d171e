//! [`StrategyRegistry`]: the application's objects by strategy id.

use super::catalog::StrategyCatalog;
use super::loader::{Loaded, Loads, StrategyLoader, load};
use super::objects::ObjectResolver;
use super::resolve::ResolveStrategy;
use crate::task::{StrategyId, StrategyKind, ValidationError};
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The objects that an application's strategies are: trait objects, enums or closures, by id.
///
/// Clones share their content. Lookups never block, not even while the content is
/// [replaced](Self::replace).
///
/// ```
/// use game_tasks::StrategyRegistry;
/// use std::sync::Arc;
///
/// trait Scoring: Send + Sync {
///     fn points(&self, amount: u32) -> u32;
/// }
///
/// struct PerUnit(u32);
///
/// impl Scoring for PerUnit {
///     fn points(&self, amount: u32) -> u32 {
///         self.0 * amount
///     }
/// }
///
/// let strategies = StrategyRegistry::<dyn Scoring>::new()
///     .register("default", Arc::new(PerUnit(1)))?
///     .register("socio_bee", Arc::new(PerUnit(10)))?
///     .alias("bees", "socio_bee")?;
///
/// assert_eq!(strategies.get("bees").map(|bees| bees.points(3)), Some(30));
/// assert!(strategies.get("wasps").is_none());
/// assert_eq!(strategies.ids(), ["bees", "default", "socio_bee"]);
/// # Ok::<(), game_tasks::RegistryError>(())
/// ```
///
/// An alias makes it possible to pin a task to the default strategy in a game that has another:
/// `.alias("standard", "default")`, and `standard` is the task's own strategy.
///
/// [`resolver`](Self::resolver) goes from the key of a task to the object, and [`catalog`](Self::catalog)
/// is what repositories check ids with before they store them.
pub struct StrategyRegistry<S: ?Sized> {
    content: Arc<ArcSwap<Content<S>>>,
}

/// What is registered at one time.
pub(super) struct Content<S: ?Sized> {
    /// Differs from that of any other content in this process.
    #[cfg_attr(not(feature = "cache"), allow(dead_code, reason = "only the cache compares it"))]
    pub(super) generation: u64,
    /// Sorted, so that the order is stable.
    entries: BTreeMap<StrategyId, Entry<S>>,
    loader: Option<Arc<dyn StrategyLoader<S>>>,
    loads: Arc<Loads<S>>,
}

enum Entry<S: ?Sized> {
    Strategy(Arc<S>),
    /// Another id, which is no alias.
    Alias(StrategyId),
}

/// Why a strategy or an alias was not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The id is not valid.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// A strategy or an alias has this id already.
    #[error("the strategy id `{id}` is registered already")]
    AlreadyRegistered {
        /// The id.
        id: StrategyId,
    },
    /// An alias names an id that is not registered.
    #[error("the alias `{alias}` names `{target}`, which is not registered")]
    UnknownTarget {
        /// The alias.
        alias: StrategyId,
        /// What it names.
        target: StrategyId,
    },
}

impl<S: ?Sized + Send + Sync + 'static> StrategyRegistry<S> {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        let content = Content {
            generation: next_generation(),
            entries: BTreeMap::new(),
            loader: None,
            loads: Arc::default(),
        };
        Self { content: Arc::new(ArcSwap::from_pointee(content)) }
    }

    /// Registers a strategy. The strategy of tasks that have none, and whose game has none, has the id
    /// `default`.
    ///
    /// # Errors
    /// [`RegistryError::AlreadyRegistered`] if the id is taken; [`RegistryError::Invalid`].
    pub fn register(self, id: impl Into<String>, strategy: Arc<S>) -> Result<Self, RegistryError> {
        let id = StrategyId::new(id)?;
        self.insert(id, &Entry::Strategy(strategy))?;
        Ok(self)
    }

    /// Registers another name for a registered strategy, or for a custom one (`custom:<uuid>`), which
    /// the loader loads.
    ///
    /// # Errors
    /// [`RegistryError::UnknownTarget`] if the target is not registered;
    /// [`RegistryError::AlreadyRegistered`] if the alias is taken; [`RegistryError::Invalid`].
    pub fn alias(
        self,
        alias: impl Into<String>,
        target: impl Into<String>,
    ) -> Result<Self, RegistryError> {
        let (alias, target) = (StrategyId::new(alias)?, StrategyId::new(target)?);
        let target = match self.content.load().entries.get(&target) {
            Some(Entry::Alias(registered)) => registered.clone(),
            Some(Entry::Strategy(_)) => target,
            None if matches!(target.kind(), StrategyKind::Custom(_)) => target,
            None => return Err(RegistryError::UnknownTarget { alias, target }),
        };
        self.insert(alias, &Entry::Alias(target))?;
        Ok(self)
    }

    /// Sets what loads the strategies that are not registered, `custom:<uuid>` among them.
    #[must_use]
    pub fn loader(self, loader: impl StrategyLoader<S> + 'static) -> Self {
        let loader: Arc<dyn StrategyLoader<S>> = Arc::new(loader);
        self.content.rcu(|content| Content {
            generation: next_generation(),
            loader: Some(Arc::clone(&loader)),
            // What the old loader is loading is not what the new one would.
            loads: Arc::default(),
            entries: content.entries.clone(),
        });
        self
    }

    /// Replaces all strategies, aliases and the loader by those of another registry. A call that
    /// resolves meanwhile uses either the old or the new ones. Holders of an old strategy keep it.
    pub fn replace(&self, with: &Self) {
        self.content.store(with.content.load_full());
    }

    /// The strategy that is registered under this id or alias. What only the loader has is not found.
    #[must_use]
    pub fn get(&self, id: impl AsRef<str>) -> Option<Arc<S>> {
        self.content.load().registered(&StrategyId::from_stored(id.as_ref().to_owned())).cloned()
    }

    /// All registered ids and aliases, sorted.
    #[must_use]
    pub fn ids(&self) -> Vec<StrategyId> {
        self.content.load().entries.keys().cloned().collect()
    }

    /// The id that an alias names; `None` for an id that is no alias.
    #[must_use]
    pub fn alias_target(&self, alias: impl AsRef<str>) -> Option<StrategyId> {
        let alias = StrategyId::from_stored(alias.as_ref().to_owned());
        match self.content.load().entries.get(&alias) {
            Some(Entry::Alias(target)) => Some(target.clone()),
            Some(Entry::Strategy(_)) | None => None,
        }
    }

    /// The catalog of the registered ids and aliases, for
    /// [`with_catalog`](crate::SeaOrmTaskRepository::with_catalog). It changes with the registry. If
    /// there is a loader, it contains all ids of the form `custom:<uuid>`: whether such a strategy exists
    /// is known only when it is loaded. Other ids that only the loader has are not in it; an
    /// application that has such writes a catalog of its own.
    #[must_use]
    pub fn catalog(&self) -> RegistryCatalog<S> {
        RegistryCatalog { registry: self.clone() }
    }

    /// A resolver that goes from the key of a task to the object of its effective strategy.
    #[must_use]
    pub fn resolver<R: ResolveStrategy>(&self, resolver: R) -> ObjectResolver<S, R> {
        ObjectResolver::new(self.clone(), resolver)
    }

    fn insert(&self, id: StrategyId, entry: &Entry<S>) -> Result<(), RegistryError> {
        let mut taken = false;
        self.content.rcu(|content| {
            let mut entries = content.entries.clone();
            taken = entries.contains_key(&id);
            if !taken {
                entries.insert(id.clone(), entry.clone());
            }
            Content {
                generation: next_generation(),
                entries,
                loader: content.loader.clone(),
                loads: Arc::clone(&content.loads),
            }
        });
        if taken { Err(RegistryError::AlreadyRegistered { id }) } else { Ok(()) }
    }

    pub(super) fn content(&self) -> Arc<Content<S>> {
        self.content.load_full()
    }

    #[cfg(feature = "cache")]
    pub(super) fn generation(&self) -> u64 {
        self.content.load().generation
    }
}

fn next_generation() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

impl<S: ?Sized + Send + Sync + 'static> Content<S> {
    /// The id to look up or to load.
    pub(super) fn target<'i>(&'i self, id: &'i StrategyId) -> &'i StrategyId {
        let id = if id.is_default() { &StrategyId::DEFAULT } else { id };
        match self.entries.get(id) {
            Some(Entry::Alias(target)) => target,
            Some(Entry::Strategy(_)) | None => id,
        }
    }

    pub(super) fn registered(&self, id: &StrategyId) -> Option<&Arc<S>> {
        match self.entries.get(self.target(id)) {
            Some(Entry::Strategy(strategy)) => Some(strategy),
            Some(Entry::Alias(_)) | None => None,
        }
    }

    /// The registered strategy, or the one that the loader has.
    pub(super) async fn find(&self, id: &StrategyId) -> Loaded<S> {
        match (self.registered(id), &self.loader) {
            (Some(strategy), _) => Ok(Some(Arc::clone(strategy))),
            (None, Some(loader)) => load(&self.loads, loader, self.target(id)).await,
            (None, None) => Ok(None),
        }
    }
}

impl<S: ?Sized + Send + Sync + 'static> Default for StrategyRegistry<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: ?Sized> Clone for StrategyRegistry<S> {
    fn clone(&self) -> Self {
        Self { content: Arc::clone(&self.content) }
    }
}

impl<S: ?Sized> Clone for Entry<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Strategy(strategy) => Self::Strategy(Arc::clone(strategy)),
            Self::Alias(target) => Self::Alias(target.clone()),
        }
    }
}

impl<S: ?Sized> fmt::Debug for StrategyRegistry<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.content.load();
        f.debug_struct("StrategyRegistry")
            .field("ids", &content.entries.keys())
            .field("has_loader", &content.loader.is_some())
            .finish()
    }
}

/// The [`StrategyCatalog`] of a [`StrategyRegistry`].
pub struct RegistryCatalog<S: ?Sized> {
    registry: StrategyRegistry<S>,
}

impl<S: ?Sized + Send + Sync + 'static> StrategyCatalog for RegistryCatalog<S> {
    fn contains(&self, id: &StrategyId) -> bool {
        let content = self.registry.content.load();
        content.entries.contains_key(id)
            || content.loader.is_some() && matches!(id.kind(), StrategyKind::Custom(_))
    }
}

impl<S: ?Sized> Clone for RegistryCatalog<S> {
    fn clone(&self) -> Self {
        Self { registry: self.registry.clone() }
    }
}

impl<S: ?Sized> fmt::Debug for RegistryCatalog<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RegistryCatalog").field(&self.registry).finish()
    }
}
