use crate::task::is_blank;
use crate::task::text::{Text, text_newtype};
use uuid::Uuid;

const CUSTOM: &str = "custom:";

/// The id of a strategy: a registered name, `custom:<uuid>`, or `default`.
///
/// On a task, [`StrategyId::DEFAULT`] means "none of its own". Cheap to clone.
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
#[derive(Clone)]
pub struct StrategyId(Text);

text_newtype!(StrategyId, "strategy_id", ["default"]);

/// What kind of strategy a [`StrategyId`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StrategyKind {
    /// `default`, or blank in a database: on a task or a game, "none of its own".
    Default,
    /// A name that somebody registered.
    Named,
    /// `custom:<uuid>`: one that is kept as data.
    Custom(Uuid),
}

impl StrategyId {
    /// `default`: "none of its own".
    pub const DEFAULT: Self = Self(Text::Static("default"));

    /// The id of a custom strategy, `custom:<uuid>`.
    #[must_use]
    pub fn custom(id: Uuid) -> Self {
        Self(Text::Shared(format!("{CUSTOM}{}", id.hyphenated()).into()))
    }

    /// Which kind it is. A `custom:` that no UUID follows is a name like any other.
    #[must_use]
    pub fn kind(&self) -> StrategyKind {
        if self.is_default() {
            return StrategyKind::Default;
        }
        match self.as_str().strip_prefix(CUSTOM).map(Uuid::try_parse) {
            Some(Ok(id)) => StrategyKind::Custom(id),
            _ => StrategyKind::Named,
        }
    }

    /// Whether it means "none of its own": it is [`StrategyId::DEFAULT`], or blank, as only
    /// another writer can have stored it. Blank is empty or nothing but white space
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

impl std::fmt::Debug for StrategyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StrategyId").field(&self.as_str()).finish()
    }
}

impl std::fmt::Display for StrategyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
