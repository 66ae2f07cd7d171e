#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "adopt")]
pub mod adopt;
#[cfg(feature = "tokio")]
mod completion;
#[cfg(feature = "conformance")]
pub mod conformance;
mod connection;
pub mod entity;
pub mod error;
#[cfg(feature = "migration")]
pub mod migration;
pub mod repository;
mod span;
mod sql;
pub mod strategy;
pub mod value;

pub use connection::{Autocommit, TaskConnection};
pub use entity::{Game, Games, ParentGame, Task, Tasks};
pub use error::{
    CursorFault, DatabaseError, FailureKind, Retry, RuntimeFault, SchemaFault, SchemaMismatch,
    SchemaProblem, TaskError, TransactionState,
};
#[cfg(feature = "migration")]
pub use migration::{Migrator, migrate, migrations, migrations_for};
#[cfg(feature = "tokio")]
pub use repository::RunToCompletion;
pub use repository::{
    Cursor, DEFAULT_PAGE_SIZE, InMemoryTaskRepository, MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS,
    MAX_FILTER_BYTES, MAX_FILTER_VALUES, MAX_PAGE_SIZE, NewTask, OnExisting, Page,
    SeaOrmTaskRepository, SortDirection, TaskFilter, TaskOrder, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt, Written,
};
#[cfg(feature = "retry")]
pub use repository::{OwnsTransactions, Retrying};
pub use sea_orm;
#[cfg(feature = "migration")]
pub use sea_orm_migration;
pub use strategy::{
    Inheritance, ResolveStrategy, ResolvedStrategy, StrategyResolver, StrategySource,
};
pub use value::{
    ApiKeyId, Caller, Invalid, InvalidReason, Lifecycle, MAX_KEY_BYTES, MAX_KEYS, MAX_SCOPE_BYTES,
    MAX_SCOPE_CALLERS, MAX_TEXT_CHARS, OauthUserId, OwnerId, StrategyId, StrategyKind, TaskKey,
    TaskScope, TaskStatus,
};
pub use {chrono, uuid};

/// What the crate's macros stand upon in the application's crate.
#[doc(hidden)]
pub mod __private {
    pub use crate::entity::{members, whole_microseconds};
    pub use async_trait::async_trait;
    pub use serde;
}
