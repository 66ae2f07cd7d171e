//! The conformance suite: every promise that a [`TaskRepository`](crate::TaskRepository) makes,
//! as a flat list of named cases.
//!
//! A store that is to be tested is shown as a [`Store`], of which two methods must be written;
//! [`run`] plays each case on a fresh one and reports:
//!
//! ```
//! use game_tasks::conformance::{self, Store, StoreError};
//! use game_tasks::{Game, InMemoryTaskRepository, TaskRepository};
//!
//! #[derive(Default)]
//! struct Mine(InMemoryTaskRepository);
//!
//! #[async_trait::async_trait]
//! impl Store for Mine {
//!     fn tasks(&self) -> Box<dyn TaskRepository + '_> {
//!         Box::new(&self.0)
//!     }
//!     async fn put_game(&self, game: Game) -> Result<(), StoreError> {
//!         Ok(self.0.add_game(game))
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let report = conformance::run(async || Ok::<_, StoreError>(Mine::default())).await;
//! println!("{report}");
//! report.into_result()?;
//! # Ok::<(), conformance::NotConformant>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The other methods of [`Store`] say what it has besides: a resolver, lifecycles, several
//! connections, a transaction. A case that needs what is not there is reported as skipped, so
//! that nobody takes it for passed.
//!
//! The suite needs no runtime, has no clock and opens no connection. It does not end calls that
//! hang: whoever runs it gives it the patience that it deserves. What a call of the store
//! panics with is the failure of its case.
//!
//! Not tested, since it takes more than a repository: migrations and schema, what others write
//! into the tables, crashes, and calls that are dropped.

#[macro_use]
mod failure;
#[macro_use]
mod case;
mod callers;
mod checks;
mod crowd;
mod report;
mod run;
mod stage;
mod store;
mod texts;

mod bulk_atomic;
mod bulk_partial;
mod bulk_size;
mod changes;
mod create;
mod filters;
mod hostile_text;
mod json;
mod lists;
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
mod sweeps;
mod transaction;

pub use self::case::Need;
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

/// What [`Store::spawn`] speaks of.
pub mod futures {
    pub use futures_util::future::BoxFuture;
}

/// All cases, in the order in which they are played.
const GROUPS: &[&[case::Case]] = &[
    create::CASES,
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
    sweeps::CASES,
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
