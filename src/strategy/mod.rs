//! Strategies: the rule of inheritance, how strategies are resolved, and the registry of the objects that
//! they are.

mod catalog;
mod ext;
mod loader;
mod objects;
mod registry;
mod resolve;
mod resolved;

pub use catalog::StrategyCatalog;
pub(crate) use catalog::check_strategy;
pub use ext::ResolveStrategyExt;
pub use loader::{LoadError, StrategyLoader};
pub use objects::{ObjectResolver, ResolveError, Resolved, ResolvedForGame, UnknownStrategy};
pub use registry::{RegistryCatalog, RegistryError, StrategyRegistry};
pub use resolve::ResolveStrategy;
pub(crate) use resolved::Inheritances;
pub use resolved::{Inheritance, ResolvedGame, ResolvedStrategy, ResolvedTask, StrategySource};
