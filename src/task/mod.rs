//! What a task is: the entity and its columns, keys, values and statuses, who may access it, and
//! the requests that create and change one.
//!
//! Input (constructors, `FromStr`, serde) is validated. Text read from a database is not: another
//! program may have written it.

mod caller;
mod columns;
mod game_owners;
mod game_patch;
#[allow(missing_docs, reason = "SeaORM's derives generate items without documentation")]
pub mod games;
mod key;
mod lifecycle;
mod new_task;
mod parent_game;
mod patch;
mod scope;
mod scope_serde;
pub(crate) mod serde_object;
mod status;
mod strategy_id;
#[allow(
    missing_docs,
    missing_debug_implementations,
    reason = "SeaORM's derives generate items without documentation and `Debug`"
)]
pub mod tasks;
mod text;
mod text_newtype;
pub(crate) mod time;
mod validation;
mod view;

pub use self::caller::{ApiKeyId, Caller, OauthUserId, OwnerId};
#[doc(hidden)]
pub use self::columns::{field_deserializers, floor_to_microseconds};
pub use self::game_owners::GameOwners;
pub use self::game_patch::GamePatch;
pub use self::games::{Entity as Games, Model as Game};
pub use self::key::{MAX_KEY_BYTES, MAX_KEYS, TaskKey};
pub use self::lifecycle::Lifecycle;
pub use self::new_task::{MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS, NewTask, StrategyArg};
pub use self::parent_game::ParentGame;
pub use self::patch::TaskPatch;
pub(crate) use self::scope::{Creator, digest};
pub use self::scope::{MAX_SCOPE_BYTES, MAX_SCOPE_CALLERS, TaskScope};
pub(crate) use self::serde_object::{deserialize_externally_tagged, serde_object};
pub use self::status::TaskStatus;
pub use self::strategy_id::{StrategyId, StrategyKind};
pub use self::tasks::{Entity as Tasks, Model as Task};
pub use self::text::MAX_TEXT_CHARS;
pub(crate) use self::text::{check_no_nul, check_text, is_blank};
pub(crate) use self::validation::json_name;
pub use self::validation::{ValidationError, ValidationReason};
pub use self::view::TaskView;
