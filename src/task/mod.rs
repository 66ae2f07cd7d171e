//! What a task is: the entity and its columns, its keys and values, who may reach it, what is
//! created and what is changed.
//!
//! Text that comes from outside (constructors, `FromStr`, serde) is validated. Text that is read
//! from a database is not: it is whatever an older writer stored there.

mod columns;
#[allow(missing_docs, reason = "SeaORM's derives make items that they do not document")]
pub mod games;
pub(crate) mod input;
mod key;
mod lifecycle;
mod new_task;
mod owner;
mod parent;
mod patch;
mod scope;
mod status;
mod strategy_id;
#[allow(
    missing_docs,
    missing_debug_implementations,
    reason = "SeaORM's derives make items that they do not document, and cannot show"
)]
pub mod tasks;
mod text;
pub(crate) mod time;

#[doc(hidden)]
pub use self::columns::{members, whole_microseconds};
pub use self::games::{Entity as Games, Model as Game};
pub use self::key::{MAX_KEY_BYTES, MAX_KEYS, TaskKey};
pub use self::lifecycle::Lifecycle;
pub use self::new_task::{MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS, NewTask};
pub use self::owner::{ApiKeyId, OauthUserId, OwnerId};
pub use self::parent::ParentGame;
pub use self::patch::TaskPatch;
pub(crate) use self::scope::Creator;
pub use self::scope::{Caller, MAX_SCOPE_BYTES, MAX_SCOPE_CALLERS, TaskScope};
pub use self::status::TaskStatus;
pub use self::strategy_id::{StrategyId, StrategyKind};
pub use self::tasks::{Entity as Tasks, Model as Task};
pub use self::text::{MAX_TEXT_CHARS, ValidationError, ValidationReason};
pub(crate) use self::text::{check_no_nul, check_text, is_blank};
