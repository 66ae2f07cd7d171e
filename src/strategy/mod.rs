//! Strategies: the rule of inheritance, how strategies are resolved, and the registry of the objects that
//! they are.

#[cfg(feature = "cache")]
mod cache;
mod catalog;
mod ext;
mod loader;
mod objects;
mod registry;
mod resolve;
mod resolve_error;
mod resolved;
#[cfg_attr(not(feature = "cache"), allow(dead_code, reason = "the cache uses all of it"))]
mod single_flight;

#[cfg(feature = "cache")]
pub(crate) use cache::Subject;
#[cfg(feature = "cache")]
pub use cache::{Cache, CachedResolver};
pub use catalog::StrategyCatalog;
pub(crate) use catalog::check_strategy;
pub use ext::ResolveStrategyExt;
pub use loader::{LoadError, StrategyLoader};
pub use objects::{ObjectResolver, Resolved, ResolvedForGame};
pub use registry::{RegistryCatalog, RegistryError, StrategyRegistry};
pub use resolve::ResolveStrategy;
pub use resolve_error::{ResolveError, UnknownStrategy};
pub(crate) use resolved::Inheritances;
pub use resolved::{Inheritance, ResolvedGame, ResolvedStrategy, ResolvedTask, StrategySource};
