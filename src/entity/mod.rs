//! The tables as SeaORM entities, and how a games table is told to the crate.

#[allow(missing_docs, reason = "SeaORM's derives make items that they do not document")]
pub mod games;
mod parent;
mod stamp;
#[allow(
    missing_docs,
    missing_debug_implementations,
    reason = "SeaORM's derives make items that they do not document, and cannot show"
)]
pub mod tasks;

pub use games::{Entity as Games, Model as Game};
pub use parent::ParentGame;
pub use tasks::{Entity as Tasks, Model as Task};
