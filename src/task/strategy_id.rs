//! The id of a strategy.

use crate::task::is_blank;
use crate::task::text_newtype::{Text, text_newtype};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const CUSTOM_PREFIX: &str = "custom:";

/// The id of a strategy: a registered name, `custom:<uuid>`, or `default`.
///
/// On a task or a game, [`StrategyId::DEFAULT`] means that it has no strategy of its own. Cheap to
/// clone. In JSON it is a string.
///
/// ```
/// use game_tasks::{StrategyId, StrategyKind};
///
/// let named = StrategyId::new("socio_bee")?;
/// assert_eq!(named.kind(), StrategyKind::Named);
/// assert!(StrategyId::DEFAULT.is_default());
///
/// let id = uuid::Uuid::nil();
/// assert_eq!(StrategyId::custom(id).kind(), StrategyKind::Custom(id));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StrategyId(Text);

text_newtype!(StrategyId, "strategy_id", ["default"], Display);

/// The kind of strategy that a [`StrategyId`] identifies.
///
/// In JSON it is an object with the kind (`default`, `named`, `custom`), and with the id of a custom
/// strategy:
///
/// ```
/// use game_tasks::StrategyId;
/// use serde_json::{json, to_value};
///
/// let id = uuid::Uuid::now_v7();
/// assert_eq!(to_value(StrategyId::DEFAULT.kind())?, json!({"kind": "default"}));
/// assert_eq!(to_value(StrategyId::custom(id).kind())?, json!({"kind": "custom", "id": id}));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StrategyKind {
    /// `default`, or blank text from a database: no strategy of its own.
    Default,
    /// The name of a registered strategy.
    Named,
    /// `custom:<uuid>`: a strategy that the application stores as data.
    Custom(Uuid),
}

impl StrategyId {
    /// `default`: no strategy of its own.
    pub const DEFAULT: Self = Self(Text::Static("default"));

    /// The id of a custom strategy, `custom:<uuid>`.
    #[must_use]
    pub fn custom(id: Uuid) -> Self {
        Self(Text::Shared(format!("{CUSTOM_PREFIX}{}", id.hyphenated()).into()))
    }

    /// The kind of strategy. `custom:` without a UUID after it is a [name](StrategyKind::Named).
    #[must_use]
    pub fn kind(&self) -> StrategyKind {
        if self.is_default() {
            return StrategyKind::Default;
        }
        match self.as_str().strip_prefix(CUSTOM_PREFIX).map(Uuid::try_parse) {
            Some(Ok(id)) => StrategyKind::Custom(id),
            _ => StrategyKind::Named,
        }
    }

    /// Whether this means "no strategy of its own": it is [`StrategyId::DEFAULT`], or it is blank,
    /// which only another program can have written. Blank is empty or white space only
    /// ([`char::is_whitespace`]).
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.as_str() == "default" || is_blank(self.as_str())
    }
}

impl Default for StrategyId {
    fn default() -> Self {
        Self::DEFAULT
    }
}
