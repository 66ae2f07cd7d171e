// In Markdown the first definition of a link counts. These take precedence over the README's own, which
// lead to docs.rs, so that links stay inside this documentation and rustdoc checks them.
//! [`InMemoryTaskRepository`]: crate::InMemoryTaskRepository
//! [`Lifecycle`]: crate::Lifecycle
//! [`ParentGame`]: crate::ParentGame
//! [`RunToCompletion`]: crate::RunToCompletion
//! [`StrategyRegistry`]: crate::StrategyRegistry
//! [`SeaOrmTaskRepository::on`]: crate::SeaOrmTaskRepository::on
//! [`TaskError`]: crate::TaskError
//! [`TaskRepository`]: crate::TaskRepository
//! [`TaskRepositoryExt`]: crate::TaskRepositoryExt
//! [`TaskScope`]: crate::TaskScope
//! [`migrate`]: crate::migrate
//! [`migrations`]: crate::migrations
//! [Adoption]: crate::docs::adoption
//! [Architecture]: crate::docs::architecture
//! [Custom stores]: crate::docs::custom_stores
//! [Databases]: crate::docs::databases
//! [Errors]: crate::docs::errors
//! [Existing tables]: crate::docs::existing_tables
//! [Migrations]: mod@crate::docs::migrations
//! [Performance]: crate::docs::performance
//! [Schemas]: crate::docs::schemas
//! [Strategies]: crate::docs::strategies
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "adopt")]
pub mod adopt;
#[cfg(feature = "conformance")]
pub mod conformance;
mod database;
#[cfg(any(doc, doctest))]
pub mod docs;
mod error;
mod memory;
#[cfg(feature = "migration")]
pub mod migration;
mod query;
mod repository;
mod schema;
mod span;
mod strategy;
mod task;

/// The SeaORM entities, each with its `Column`, `ActiveModel` and `Relation`.
pub mod entity {
    pub use crate::task::{games, tasks};
}

/// What most applications use, for `use game_tasks::prelude::*`: the traits with their methods, the
/// repositories and resolvers, requests and errors.
///
/// ```
/// use game_tasks::prelude::*;
///
/// async fn is_open(tasks: &dyn TaskRepository, game_id: Uuid) -> Result<bool, TaskError> {
///     Ok(tasks.get((game_id, "task-login")).await?.status.is_open())
/// }
/// ```
pub mod prelude {
    pub use crate::{
        ApiKeyId, CreateOutcome, Game, GamePatch, InMemoryTaskRepository, Lifecycle, NewTask,
        OauthUserId, OnExisting, Page, ParentGame, ResolveStrategy, ResolveStrategyExt, Resolved,
        Retry, SeaOrmTaskRepository, SortDirection, StrategyCatalog, StrategyId, StrategyLoader,
        StrategyRegistry, StrategyResolver, StrategySource, Task, TaskConnection, TaskError,
        TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt,
        TaskScope, TaskStatus,
    };
    #[cfg(feature = "cache")]
    pub use crate::{Cache, Invalidating};
    #[cfg(feature = "retry")]
    pub use crate::{Retryable, Retrying};
    #[cfg(feature = "migration")]
    pub use crate::{migrate, migrations, migrations_for};
    pub use uuid::Uuid;
}

/// For implementations of the traits of this crate: `async_trait`, and the types that the methods
/// return which are not `async`.
pub use {
    async_trait::async_trait,
    futures_util::{future::BoxFuture, stream::BoxStream},
};
pub use {chrono, sea_orm, uuid};

#[doc(inline)]
pub use database::{Autocommit, SeaOrmTaskRepository, StrategyResolver, TaskConnection};
#[doc(inline)]
pub use error::{
    CursorFault, DatabaseError, FailureKind, ProblemDetails, Retry, RuntimeFault, TaskError,
    TransactionState,
};
#[doc(inline)]
pub use memory::InMemoryTaskRepository;
#[cfg(feature = "migration")]
#[doc(inline)]
pub use migration::{
    MigrationError, Migrator, SchemaFault, SchemaMismatch, SchemaProblem, migrate, migrations,
    migrations_for,
};
#[doc(inline)]
pub use query::{
    Cursor, DEFAULT_PAGE_SIZE, MAX_FILTER_BYTES, MAX_FILTER_VALUES, MAX_PAGE_SIZE, Page,
    SortDirection, TaskFilter, TaskOrder, TaskQuery,
};
#[cfg(feature = "cache")]
#[doc(inline)]
pub use repository::Invalidating;
#[cfg(feature = "tokio")]
#[doc(inline)]
pub use repository::RunToCompletion;
#[doc(inline)]
pub use repository::{CreateOutcome, OnExisting, TaskRepository, TaskRepositoryExt};
#[cfg(feature = "retry")]
#[doc(inline)]
pub use repository::{RetryError, Retryable, Retrying, transaction, transaction_with_options};
#[cfg(feature = "migration")]
pub use sea_orm_migration;
#[cfg(feature = "cache")]
#[doc(inline)]
pub use strategy::{Cache, CachedResolver};
#[doc(inline)]
pub use strategy::{
    Inheritance, LoadError, ObjectResolver, RegistryCatalog, RegistryError, ResolveError,
    ResolveStrategy, ResolveStrategyExt, Resolved, ResolvedForGame, ResolvedGame, ResolvedStrategy,
    ResolvedTask, StrategyCatalog, StrategyLoader, StrategyRegistry, StrategySource,
    UnknownStrategy,
};
#[doc(inline)]
pub use task::{
    ApiKeyId, Caller, Game, GameOwners, GamePatch, Lifecycle, MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS,
    MAX_KEY_BYTES, MAX_KEYS, MAX_SCOPE_BYTES, MAX_SCOPE_CALLERS, MAX_TEXT_CHARS, NewTask,
    OauthUserId, OwnerId, ParentGame, StrategyArg, StrategyId, StrategyKind, Task, TaskKey,
    TaskPatch, TaskScope, TaskStatus, TaskView, ValidationError, ValidationReason,
};

/// The SeaORM entity of the table `games`.
///
#[doc(inline)]
pub use task::Games;

/// The SeaORM entity of the table `tasks`.
///
#[doc(inline)]
pub use task::Tasks;

/// For the code that the crate's macros generate.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "migration")]
    pub use crate::migration::add_text_column_for;
    pub use crate::task::{field_deserializers, floor_to_microseconds};
    pub use async_trait::async_trait;
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use serde;
    #[cfg(feature = "utoipa")]
    pub use utoipa;
}
