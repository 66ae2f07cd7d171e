//! Values that mean the same everywhere: identifiers, statuses, keys, scopes.
//!
//! What belongs here is validated once, does no I/O and knows nothing of
//! repositories. Text is validated where it is *written*: a value that was read
//! from a database holds whatever an older writer stored there.

mod key;
mod lifecycle;
mod owner;
mod scope;
mod status;
mod strategy_id;
mod text;
pub(crate) mod time;

pub use key::TaskKey;
pub use lifecycle::Lifecycle;
pub use owner::{ApiKeyId, OauthUserId, OwnerId};
pub(crate) use scope::Stamp;
pub use scope::{Caller, TaskScope};
pub use status::TaskStatus;
pub use strategy_id::{StrategyId, StrategyKind};
pub use text::{Invalid, InvalidReason, MAX_TEXT_CHARS};
pub(crate) use text::{check_no_nul, check_text};
