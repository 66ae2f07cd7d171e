#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "adopt")]
pub mod adopt;
#[cfg(feature = "conformance")]
pub mod conformance;
mod database;
mod error;
mod memory;
#[cfg(feature = "migration")]
pub mod migration;
mod query;
mod repository;
mod span;
mod strategy;
mod task;

/// The SeaORM entities, each with its `Column`, `ActiveModel` and `Relation`.
pub mod entity {
    pub use crate::task::{games, tasks};
}

#[doc(inline)]
pub use database::{Autocommit, SeaOrmTaskRepository, StrategyResolver, TaskConnection};
#[doc(inline)]
pub use error::{
    CursorFault, DatabaseError, FailureKind, Retry, RuntimeFault, SchemaFault, SchemaMismatch,
    SchemaProblem, TaskError, TransactionState,
};
#[doc(inline)]
pub use memory::InMemoryTaskRepository;
#[cfg(feature = "migration")]
#[doc(inline)]
pub use migration::{Migrator, migrate, migrations, migrations_for};
#[doc(inline)]
pub use query::{
    Cursor, DEFAULT_PAGE_SIZE, MAX_FILTER_BYTES, MAX_FILTER_VALUES, MAX_PAGE_SIZE, Page,
    SortDirection, TaskFilter, TaskOrder, TaskQuery,
};
#[cfg(feature = "tokio")]
#[doc(inline)]
pub use repository::RunToCompletion;
#[doc(inline)]
pub use repository::{CreateOutcome, OnExisting, TaskRepository, TaskRepositoryExt};
#[cfg(feature = "retry")]
#[doc(inline)]
pub use repository::{Retryable, Retrying};
pub use sea_orm;
#[cfg(feature = "migration")]
pub use sea_orm_migration;
#[doc(inline)]
pub use strategy::{Inheritance, ResolveStrategy, ResolvedStrategy, StrategySource};
#[doc(inline)]
pub use task::{
    ApiKeyId, Caller, Game, Games, Lifecycle, MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS, MAX_KEY_BYTES,
    MAX_KEYS, MAX_SCOPE_BYTES, MAX_SCOPE_CALLERS, MAX_TEXT_CHARS, NewTask, OauthUserId, OwnerId,
    ParentGame, StrategyId, StrategyKind, Task, TaskKey, TaskPatch, TaskScope, TaskStatus, Tasks,
    ValidationError, ValidationReason,
};
pub use {chrono, uuid};

/// What the crate's macros use in the application's crate.
#[doc(hidden)]
pub mod __private {
    pub use crate::task::{field_deserializers, floor_to_microseconds};
    pub use async_trait::async_trait;
    pub use serde;
}
