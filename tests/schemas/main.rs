//! The schemas of the features `schemars` and `utoipa`, compared with what serde reads and writes.
//!
//! `types` lists every serialized type of the crate with values of it. `sources` fails if a type is
//! missing there. `agreement` compares schemas and serde on these values and on all small changes of
//! them; `differences` lists where the two disagree.

#![cfg(all(feature = "schemars", feature = "utoipa"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod agreement;
mod changes;
mod differences;
mod errors;
mod own_entity;
mod sources;
mod types;
mod validators;
