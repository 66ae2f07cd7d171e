//! Guides: what the [front page](crate) only summarizes.
//!
//! For users:
//!
//! - [`migrations`](mod@migrations): your own migrator, several processes, checking the schema, schema
//!   synchronization
//! - [`existing_tables`]: your own games table, name conflicts, additional columns, indexes and
//!   triggers
//! - [`databases`]: requirements and exceptions by database, dropped calls, clusters
//! - [`strategies`]: from the key of a task to the object of its strategy, and refusing unknown ones
//! - [`errors`]: what each failure means, and what to repeat
//! - [`schemas`]: OpenAPI documents and JSON Schemas of the types
//! - [`performance`]: the cost of each call, and benchmarks against sqlx and plain SeaORM
//! - [`custom_stores`]: implementing [`TaskRepository`], and the conformance suite
//! - [`adoption`]: moving a database of GAME to this crate while GAME keeps running
//!
//! For contributors: [`architecture`].

// The guides link to items of every feature.
#![cfg_attr(
    not(all(
        feature = "adopt",
        feature = "conformance",
        feature = "migration",
        feature = "retry",
        feature = "tokio"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]

// So that the guides can link to items by their names.
#[allow(unused_imports, reason = "only links use it")]
use crate::*;

#[doc = include_str!("adoption.md")]
pub mod adoption {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("custom_stores.md")]
pub mod custom_stores {}

#[doc = include_str!("databases.md")]
pub mod databases {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("existing_tables.md")]
pub mod existing_tables {}

#[doc = include_str!("migrations.md")]
pub mod migrations {}

// The results as `cargo bench` writes them: the picture inline, which needs no file next to the page.
#[doc = include_str!("performance.md")]
#[doc = include_str!("../../benches/results.svg")]
#[doc = ""]
#[doc = include_str!("../../benches/results.md")]
pub mod performance {}

#[doc = include_str!("schemas.md")]
pub mod schemas {}

#[doc = include_str!("strategies.md")]
pub mod strategies {}
