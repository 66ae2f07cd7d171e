//! Why a value was refused.

use crate::task::{StrategyId, TaskStatus};
use serde::{Deserialize, Serialize, Serializer};

/// Which rule a value violates.
///
/// Serializes as an object with its [`code`](Self::code) and its fields:
///
/// ```
/// use game_tasks::ValidationReason;
/// use serde_json::{json, to_value};
///
/// let reason = ValidationReason::TooLong { max: 255 };
/// assert_eq!(to_value(&reason)?, json!({"reason": "too_long", "max": 255}));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValidationReason {
    /// The text is empty.
    Empty,
    /// The text consists of white space only.
    Blank,
    /// The text has more than `max` characters.
    TooLong {
        /// The maximum number of `char`s.
        max: usize,
    },
    /// The text contains a control character (NUL included).
    ControlCharacter {
        /// The index of the control character, counted in `char`s.
        position: usize,
    },
    /// The number is less than `min`.
    TooSmall {
        /// The minimum.
        min: u64,
    },
    /// The number, the count or the size is greater than `max`.
    TooLarge {
        /// The maximum.
        max: u64,
    },
    /// The time is outside of the years 1 to 9999, which not every database can store.
    OutOfRange,
    /// A change of many tasks would change none of them, whatever they are: the patch sets no field,
    /// or a strategy is replaced by itself.
    NoChange,
    /// The [`Lifecycle`](crate::Lifecycle) does not allow this change of status.
    ForbiddenTransition {
        /// The current status.
        from: TaskStatus,
        /// The requested status.
        to: TaskStatus,
    },
    /// The repository's [`StrategyCatalog`](crate::StrategyCatalog) does not contain the strategy.
    UnknownStrategy {
        /// The strategy.
        strategy: StrategyId,
    },
    /// The [`Lifecycle`](crate::Lifecycle) does not allow a new task to have this status.
    ForbiddenInitialStatus {
        /// The status of the new task.
        status: TaskStatus,
    },
}

impl ValidationReason {
    /// A stable word for programs: `empty`, `too_long` and so on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Blank => "blank",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter { .. } => "control_character",
            Self::TooSmall { .. } => "too_small",
            Self::TooLarge { .. } => "too_large",
            Self::OutOfRange => "out_of_range",
            Self::NoChange => "no_change",
            Self::ForbiddenTransition { .. } => "forbidden_transition",
            Self::UnknownStrategy { .. } => "unknown_strategy",
            Self::ForbiddenInitialStatus { .. } => "forbidden_initial_status",
        }
    }
}

impl std::fmt::Display for ValidationReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::Blank => f.write_str("must not be blank"),
            Self::TooLong { max } => write!(f, "must not be longer than {max} characters"),
            Self::ControlCharacter { position } => {
                write!(f, "has a control character at position {position}")
            }
            Self::TooSmall { min } => write!(f, "must be at least {min}"),
            Self::TooLarge { max } => write!(f, "must be at most {max}"),
            Self::OutOfRange => f.write_str("must be in the years 1 to 9999"),
            Self::NoChange => f.write_str("must change something"),
            Self::ForbiddenTransition { from, to } => {
                write!(f, "must not change from `{from}` to `{to}`")
            }
            Self::UnknownStrategy { strategy } => write!(f, "is unknown: {:?}", strategy.as_str()),
            Self::ForbiddenInitialStatus { status } => {
                write!(f, "of a new task must not be `{status}`")
            }
        }
    }
}

/// The fields and arguments whose names in JSON differ from those in Rust.
const JSON_NAMES: [(&str, &str); 13] = [
    ("api_key_used", "apiKey_used"),
    ("created_from", "createdFrom"),
    ("created_until", "createdUntil"),
    ("external_game_id", "externalGameId"),
    ("external_id_prefix", "externalIdPrefix"),
    ("external_task_id", "externalTaskId"),
    ("game_id", "gameId"),
    ("if_status", "ifStatus"),
    ("if_unmodified_since", "ifUnmodifiedSince"),
    ("strategies", "strategyId"),
    ("strategy_id", "strategyId"),
    ("statuses", "status"),
    ("with_total", "withTotal"),
];

/// The name in JSON of a field with this Rust name; the same name for one that has no other.
pub(crate) fn json_name(field: &str) -> &str {
    let names = JSON_NAMES.iter().find(|(rust, _)| *rust == field);
    names.map_or(field, |(_, json)| json)
}

/// A value that violates a rule of the crate: the field and the reason. `Display` names the field as
/// JSON does.
///
/// ```
/// use game_tasks::{StrategyId, TaskStatus, ValidationReason};
///
/// let error = TaskStatus::new(" ").expect_err("blank");
/// assert_eq!((error.field, &error.reason), ("status", &ValidationReason::Blank));
/// assert_eq!(error.to_string(), "status must not be blank");
///
/// let error = StrategyId::new("").expect_err("empty");
/// assert_eq!((error.field, error.json_field()), ("strategy_id", "strategyId"));
/// assert_eq!(error.to_string(), "strategyId must not be empty");
/// ```
///
/// Serializes as an object with the field's name in JSON and the members of the reason:
/// `{"field": "strategyId", "reason": "empty"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[error("{} {reason}", json_name(.field))]
pub struct ValidationError {
    /// The Rust name of the field or argument.
    #[serde(serialize_with = "serialize_field")]
    pub field: &'static str,
    /// The violated rule.
    #[serde(flatten)]
    pub reason: ValidationReason,
}

fn serialize_field<S: Serializer>(field: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(json_name(field))
}

impl ValidationError {
    pub(crate) fn new(field: &'static str, reason: ValidationReason) -> Self {
        Self { field, reason }
    }

    /// The name of the field in JSON: `externalTaskId` for `external_task_id`.
    #[must_use]
    pub fn json_field(&self) -> &'static str {
        json_name(self.field)
    }

    pub(crate) fn too_large(field: &'static str, max: usize) -> Self {
        Self::new(field, ValidationReason::TooLarge { max: max as u64 })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::{JSON_NAMES, json_name};
    use crate::query::{TaskFilter, TaskQuery};
    use crate::task::{Game, GamePatch, NewTask, TaskPatch, TaskScope, games, tasks};
    use chrono::Utc;
    use sea_orm::{IdenStatic, Iterable};
    use serde_json::{Value, to_value};
    use std::collections::BTreeSet;
    use std::fmt::Debug;

    /// The names of the fields that the columns of an entity belong to, in Rust and in JSON.
    fn columns<C: Iterable + IdenStatic + Debug>(json: &Value) -> Vec<(String, String)> {
        let of = |column: C| {
            let mut rust = String::new();
            for c in format!("{column:?}").chars() {
                if c.is_uppercase() && !rust.is_empty() {
                    rust.push('_');
                }
                rust.extend(c.to_lowercase());
            }
            let name = column.as_str().to_owned();
            assert!(json.get(&name).is_some(), "{name} is not in {json}");
            (rust, name)
        };
        C::iter().map(of).collect()
    }

    #[test]
    fn json_names_are_those_of_serde() {
        let game = Game::new("game");
        let new = NewTask::new(game.id, "task");
        let task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now()).unwrap();
        let mut names = columns::<tasks::Column>(&to_value(&task).unwrap());
        names.extend(columns::<games::Column>(&to_value(&game).unwrap()));
        let requests = [NewTask::JSON_NAMES, TaskPatch::JSON_NAMES, GamePatch::JSON_NAMES];
        let requests = requests.into_iter().flatten();
        names.extend(requests.map(|(rust, json)| ((*rust).to_owned(), (*json).to_owned())));
        let now = Utc::now();
        let filter = TaskFilter::in_game(game.id).statuses(["open"]).strategies(["s"]);
        let filter = filter.external_id_prefix("p").created_from(now).created_until(now);
        let query = to_value(TaskQuery::new(filter).with_total()).unwrap();
        for rust in [
            "game_id",
            "statuses",
            "strategies",
            "external_id_prefix",
            "created_from",
            "created_until",
            "with_total",
        ] {
            assert!(query.get(json_name(rust)).is_some(), "{rust} is not in {query}");
            names.push((rust.to_owned(), json_name(rust).to_owned()));
        }
        for (rust, json) in &names {
            assert_eq!(json_name(rust), json);
        }
        // The table has no others.
        let used: BTreeSet<_> =
            names.iter().map(|(rust, json)| (rust.as_str(), json.as_str())).collect();
        assert!(JSON_NAMES.iter().all(|names| used.contains(names)));
    }
}
