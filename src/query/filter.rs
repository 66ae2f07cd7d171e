//! Which tasks are meant.

use crate::task::{
    MAX_KEY_BYTES, Task, TaskKey, ValidationError, ValidationReason, check_no_nul, input, time,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most statuses, and the most strategies, that a filter may name.
pub const MAX_FILTER_VALUES: usize = 1_000;

/// The most bytes that the texts of a filter may have together: statuses, strategies, the external
/// ids of its keys, and the prefix.
///
/// They travel in one statement, in which a control character takes six bytes and a key's ids take
/// 32, and MariaDB's packets end at 16 MiB unless it is configured otherwise.
pub const MAX_FILTER_BYTES: usize = MAX_KEY_BYTES;

/// Which tasks are meant: those for which everything that it names holds.
///
/// Serde calls the fields `gameId`, `statuses`, `externalIdPrefix` and so on, and refuses
/// others: a field that was misspelled would else widen the filter. For the same reason a field
/// that is present must have a value: `null`, and an empty `gameId`, `externalIdPrefix`,
/// `createdFrom` or `createdUntil` (as in the query string `?gameId=`) are errors, and an empty
/// list of statuses, strategies or keys matches no task. Only a field that is left out restricts
/// nothing.
///
/// A filter is made by saying how wide it starts: [`all`](Self::all) tasks,
/// [`in_game`](Self::in_game) or [`keys`](Self::keys).
///
/// ```
/// use game_tasks::TaskFilter;
///
/// let game_id = uuid::Uuid::now_v7();
/// let filter = TaskFilter::in_game(game_id).statuses(["open"]).external_id_prefix("photo-");
/// assert_eq!(filter.game_id, Some(game_id));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskFilter {
    /// Tasks of this game.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub game_id: Option<Uuid>,
    /// Tasks with one of these statuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statuses: Option<BTreeSet<String>>,
    /// Tasks that store one of these strategies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategies: Option<BTreeSet<String>>,
    /// Tasks that one of these keys names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<BTreeSet<TaskKey>>,
    /// Tasks whose external id begins with this, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id_prefix: Option<String>,
    /// Tasks created at this moment or after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_from: Option<DateTime<Utc>>,
    /// Tasks created before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_until: Option<DateTime<Utc>>,
}

input::from_object! {
    TaskFilter {
        optional game_id: "gameId",
        optional statuses: "statuses",
        optional strategies: "strategies",
        optional keys: "keys",
        optional external_id_prefix: "externalIdPrefix",
        optional created_from: "createdFrom",
        optional created_until: "createdUntil",
    }
    |filter| match filter.external_id_prefix.as_deref() {
        // Every text begins with it: from outside, that is a value that got lost.
        Some("") => Err(ValidationError::new("external_id_prefix", ValidationReason::Empty)),
        _ => Ok(()),
    }
}

impl TaskFilter {
    /// All tasks, of all games that the scope sees.
    #[must_use]
    pub fn all() -> Self {
        Self {
            game_id: None,
            statuses: None,
            strategies: None,
            keys: None,
            external_id_prefix: None,
            created_from: None,
            created_until: None,
        }
    }

    /// The tasks of one game.
    #[must_use]
    pub fn in_game(game_id: Uuid) -> Self {
        Self { game_id: Some(game_id), ..Self::all() }
    }

    /// The tasks that these keys name, at most [`MAX_KEYS`](crate::MAX_KEYS) with
    /// [`MAX_FILTER_BYTES`] of text.
    #[must_use]
    pub fn keys<K: Into<TaskKey>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self { keys: Some(keys.into_iter().map(Into::into).collect()), ..Self::all() }
    }

    /// Only tasks with one of these statuses.
    #[must_use]
    pub fn statuses<S: Into<String>>(mut self, statuses: impl IntoIterator<Item = S>) -> Self {
        self.statuses = Some(statuses.into_iter().map(Into::into).collect());
        self
    }

    /// Only tasks that store one of these strategies. What a task inherits is not stored.
    #[must_use]
    pub fn strategies<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.strategies = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Only tasks whose external id begins with this, byte for byte.
    #[must_use]
    pub fn external_id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.external_id_prefix = Some(prefix.into());
        self
    }

    /// Only tasks created at this moment or after it. A leap second is the second after it.
    #[must_use]
    pub fn created_from(mut self, moment: DateTime<Utc>) -> Self {
        self.created_from = Some(moment);
        self
    }

    /// Only tasks created before this moment.
    #[must_use]
    pub fn created_until(mut self, moment: DateTime<Utc>) -> Self {
        self.created_until = Some(moment);
        self
    }

    /// Whether the filter means this task, as a store decides that has no index for it.
    ///
    /// ```
    /// use game_tasks::{Game, NewTask, TaskFilter, TaskScope, chrono::Utc};
    ///
    /// let game = Game::new("bees-2026");
    /// let new = NewTask::new(game.id, "photo-1");
    /// let task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now())?;
    /// assert!(TaskFilter::in_game(game.id).external_id_prefix("photo-").matches(&task));
    /// assert!(!TaskFilter::all().statuses(["closed"]).matches(&task));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        let Self {
            game_id,
            statuses,
            strategies,
            keys,
            external_id_prefix,
            created_from,
            created_until,
        } = self;
        let contains = |texts: &Option<BTreeSet<String>>, text: &str| {
            texts.as_ref().is_none_or(|texts| texts.contains(text))
        };
        game_id.is_none_or(|game| task.game_id == game)
            && contains(statuses, task.status.as_str())
            && contains(strategies, task.strategy_id.as_str())
            && external_id_prefix
                .as_ref()
                .is_none_or(|prefix| task.external_task_id.starts_with(prefix.as_str()))
            // Stored times are whole microseconds.
            && created_from.is_none_or(|from| task.created_at >= time::ceil(from))
            && created_until.is_none_or(|until| task.created_at < time::ceil(until))
            && keys.as_ref().is_none_or(|keys| {
                let named = TaskKey::External(task.game_id, task.external_task_id.clone());
                let in_game = TaskKey::InGame(task.game_id, task.id);
                keys.contains(&task.key()) || keys.contains(&in_game) || keys.contains(&named)
            })
    }

    /// Checks the filter, as every repository does before it is used.
    ///
    /// # Errors
    /// [`ValidationError`] for a NUL character in a text, a time that is out of range, more than
    /// [`MAX_FILTER_VALUES`] statuses or strategies, more than [`MAX_KEYS`](crate::MAX_KEYS) keys,
    /// or more than [`MAX_FILTER_BYTES`] of text; the field is then the one that exceeds it.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let Self {
            game_id: _,
            statuses,
            strategies,
            keys,
            external_id_prefix,
            created_from,
            created_until,
        } = self;
        for (field, texts) in [("statuses", statuses), ("strategies", strategies)] {
            if texts.as_ref().is_some_and(|texts| texts.len() > MAX_FILTER_VALUES) {
                return Err(too_large(field, MAX_FILTER_VALUES));
            }
            for text in texts.iter().flatten() {
                check_no_nul(field, text)?;
            }
        }
        if let Some(keys) = keys {
            TaskKey::validate_many(keys)?;
        }
        let bytes_of =
            |texts: &Option<BTreeSet<String>>| texts.iter().flatten().map(String::len).sum();
        let bytes: [(_, usize); 4] = [
            ("statuses", bytes_of(statuses)),
            ("strategies", bytes_of(strategies)),
            ("keys", keys.iter().flatten().map(TaskKey::text_len).sum()),
            ("external_id_prefix", external_id_prefix.as_ref().map_or(0, String::len)),
        ];
        let mut remaining = MAX_FILTER_BYTES;
        for (field, bytes) in bytes {
            remaining =
                remaining.checked_sub(bytes).ok_or_else(|| too_large(field, MAX_FILTER_BYTES))?;
        }
        if let Some(prefix) = external_id_prefix {
            check_no_nul("external_id_prefix", prefix)?;
        }
        for (field, moment) in [("created_from", created_from), ("created_until", created_until)] {
            if let Some(moment) = moment {
                time::check(field, *moment)?;
            }
        }
        Ok(())
    }
}

fn too_large(field: &'static str, max: usize) -> ValidationError {
    ValidationError::new(field, ValidationReason::TooLarge { max: max as u64 })
}

/// The first text, byte for byte, that comes after all that begin with `prefix`; `None`
/// where no text does.
pub(crate) fn prefix_upper_bound(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The surrogates between are no characters.
        let next =
            if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::prefix_upper_bound;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_that_does_not_begin_with_it() {
        assert_eq!(prefix_upper_bound("ab").as_deref(), Some("ac"));
        assert_eq!(prefix_upper_bound("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_upper_bound("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(prefix_upper_bound("\u{10ffff}"), None);
        assert_eq!(prefix_upper_bound(""), None);
    }
}
