//! The tables as SeaORM entities, and how a games table is told to the crate.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue;

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

/// How the members of models that are plain text in Rust are deserialized. Public for
/// `tasks_entity!`.
#[doc(hidden)]
#[allow(missing_docs, clippy::missing_errors_doc, reason = "no part of the public API")]
pub mod members {
    use crate::value::input::{text, text_or_null};
    use serde::Deserializer;

    pub fn external_task_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        text("external_task_id", from)
    }
    pub fn external_game_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        text("external_game_id", from)
    }
    pub fn platform<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        text_or_null("platform", from)
    }
}

/// Makes timestamps that are to be written whole microseconds, as every row's are. Public for
/// `tasks_entity!`.
#[doc(hidden)]
pub fn whole_microseconds<const N: usize>(times: [&mut ActiveValue<DateTime<Utc>>; N]) {
    for time in times {
        // An insert writes both; an active model that was made of a model has the second.
        if let ActiveValue::Set(time) | ActiveValue::Unchanged(time) = time {
            *time = crate::value::time::floor(*time);
        }
    }
}

pub use games::{Entity as Games, Model as Game};
pub use parent::ParentGame;
pub use tasks::{Entity as Tasks, Model as Task};
