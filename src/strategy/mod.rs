//! Strategies: the rule of inheritance, how strategies are resolved, and the registry of the objects that
//! they are.

mod catalog;
mod ext;
mod loader;
mod objects;
mod registry;
mod resolve;
mod resolve_error;
mod resolved;

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
