//! A conformance suite for implementations of [`TaskRepository`](crate::TaskRepository).
//!
//! The suite is a flat list of named cases, each of which checks one promise of the trait. To
//! test a store, implement [`Store`] for it (two methods are required) and pass a function that
//! creates an empty one to [`run`], which calls it once per case:
//!
//! ```
//! use game_tasks::conformance::{self, Store, StoreError};
//! use game_tasks::{Game, InMemoryTaskRepository, TaskRepository};
//!
//! #[derive(Default)]
//! struct MyStore(InMemoryTaskRepository);
//!
//! #[async_trait::async_trait]
//! impl Store for MyStore {
//!     fn tasks(&self) -> Box<dyn TaskRepository + '_> {
//!         Box::new(&self.0)
//!     }
//!     async fn put_game(&self, game: Game) -> Result<(), StoreError> {
//!         Ok(self.0.add_game(game))
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let report = conformance::run(async || Ok::<_, StoreError>(MyStore::default())).await;
//! println!("{report}");
//! report.into_result()?;
//! # Ok::<(), conformance::NotConformant>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The provided methods of [`Store`] declare optional capabilities: a resolver, lifecycles,
//! concurrent calls, a transaction. A case that requires a [`Capability`] which the store does
//! not have is reported as skipped, not as passed.
//!
//! The suite needs no particular runtime, uses no timers and opens no connections. It sets no
//! time limit, so a call that never returns blocks the run: add a timeout in the test that
//! calls it. A panic in the store fails the case in which it occurs.
//!
//! Not covered, because they need more than a repository: migrations and the schema, rows
//! written by other programs, crash recovery, and cancellation.

#[macro_use]
mod failure;
#[macro_use]
mod case;
mod checks;
mod concurrency;
mod context;
#[doc(hidden)]
pub mod fixtures;
mod report;
mod run;
mod store;
mod texts;

mod bulk_atomic;
mod bulk_changes;
mod bulk_partial;
mod bulk_size;
mod changes;
mod create;
mod filters;
mod hostile_text;
mod json;
mod lists;
mod many_keys;
mod races;
mod races_mixed;
mod refused_calls;
mod refused_lists;
mod refused_texts;
mod resolver;
mod scopes;
mod scopes_creating;
mod secrets;
mod streams;
mod transaction;

pub use self::case::Capability;
pub use self::failure::Failure;
pub use self::report::CaseReport;
pub use self::report::NotConformant;
pub use self::report::Report;
pub use self::report::Verdict;
pub use self::run::cases;
pub use self::run::run;
pub use self::run::run_case;
pub use self::store::Store;
pub use self::store::StoreError;

/// The future type in the signature of [`Store::spawn`].
pub mod futures {
    pub use futures_util::future::BoxFuture;
}

/// All cases, in the order in which they run.
const GROUPS: &[&[case::Case]] = &[
    create::CASES,
    many_keys::CASES,
    changes::CASES,
    refused_calls::CASES,
    refused_texts::CASES,
    refused_lists::CASES,
    bulk_partial::CASES,
    bulk_atomic::CASES,
    bulk_size::CASES,
    lists::CASES,
    filters::CASES,
    streams::CASES,
    bulk_changes::CASES,
    hostile_text::CASES,
    scopes::CASES,
    scopes_creating::CASES,
    secrets::CASES,
    json::CASES,
    resolver::CASES,
    transaction::CASES,
    races::CASES,
    races_mixed::CASES,
];
