//! Values that mean the same everywhere: identifiers, statuses, keys, scopes.
//!
//! What belongs here is validated once, does no I/O and knows nothing of
//! repositories. Text that comes from outside (constructors, `FromStr`, serde) is
//! validated. Text that is read from a database never is: it holds whatever an older
//! writer stored there.

pub(crate) mod input;
mod key;
mod lifecycle;
mod owner;
mod scope;
mod status;
mod strategy_id;
mod text;
pub(crate) mod time;

pub use key::{MAX_KEY_BYTES, MAX_KEYS, TaskKey};
pub use lifecycle::Lifecycle;
pub use owner::{ApiKeyId, OauthUserId, OwnerId};
pub(crate) use scope::Stamp;
pub use scope::{Caller, MAX_SCOPE_BYTES, MAX_SCOPE_CALLERS, TaskScope};
pub use status::TaskStatus;
pub use strategy_id::{StrategyId, StrategyKind};
pub use text::{Invalid, InvalidReason, MAX_TEXT_CHARS};
pub(crate) use text::{check_no_nul, check_text, is_blank};
