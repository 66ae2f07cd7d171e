//! The filter of lists, counts and bulk changes.

use crate::task::{MAX_KEY_BYTES, Task, TaskKey, ValidationError, check_no_nul, time};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The maximum number of statuses, and of strategies, in a filter.
pub const MAX_FILTER_VALUES: usize = 1_000;

/// The maximum total size of a filter's texts in bytes: statuses, strategies, the external ids of
/// its keys, and the prefix.
///
/// They are sent in one statement, where a control character takes six bytes and a key's ids take
/// 32; MariaDB limits a packet to 16 MiB by default.
pub const MAX_FILTER_BYTES: usize = MAX_KEY_BYTES;

/// Selects the tasks that satisfy all of its conditions.
///
/// Start with [`all`](Self::all), [`in_game`](Self::in_game) or [`keys`](Self::keys), and add
/// conditions.
///
/// # JSON and query strings
///
/// The same names are used in JSON and in query strings:
///
/// | name | field |
/// |---|---|
/// | `gameId` | [`game_id`](Self::game_id) |
/// | `status` | [`statuses`](Self::statuses): a list, or the repeated key `status=open&status=closed` |
/// | `strategyId` | [`strategies`](Self::strategies), likewise |
/// | `keys` | [`keys`](Self::keys), likewise: each a [`TaskKey`] |
/// | `externalIdPrefix` | [`external_id_prefix`](Self::external_id_prefix) |
/// | `createdFrom`, `createdUntil` | [`created_from`](Self::created_from), [`created_until`](Self::created_until), in RFC 3339 |
///
/// `statuses`, `strategies` and `key` are also read. A single value is read like a list of it.
///
/// Unknown fields are errors, since a misspelled condition would be lost and the filter match more
/// tasks than intended. So are `null`, and an empty value (as in the query string `?gameId=`). An
/// empty list matches no task. Only a field that is left out is no condition. A query string cannot
/// contain an empty list: crates that serialize one leave it out.
///
/// Every format that reads query strings works: `serde_urlencoded` (axum's `Query`),
/// `serde_html_form` (axum-extra's `Query`) and `serde_qs` (before its version 1.0 with brackets:
/// `status[]=open`). The last two also serialize lists.
///
/// ```
/// use game_tasks::TaskFilter;
/// use serde_json::json;
///
/// let filter = TaskFilter::all().statuses(["closed", "open"]).external_id_prefix("photo-");
/// let json = json!({"status": ["closed", "open"], "externalIdPrefix": "photo-"});
/// assert_eq!(serde_json::to_value(&filter)?, json);
///
/// let text = "status=open&status=closed&externalIdPrefix=photo-";
/// assert_eq!(serde_urlencoded::from_str::<TaskFilter>(text)?, filter);
/// assert_eq!(serde_html_form::from_str::<TaskFilter>(text)?, filter);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Example
///
/// ```
/// use game_tasks::TaskFilter;
///
/// let game_id = uuid::Uuid::now_v7();
/// let filter = TaskFilter::in_game(game_id).statuses(["open"]).external_id_prefix("photo-");
/// assert_eq!(filter.game_id, Some(game_id));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TaskFilter {
    /// Tasks of this game.
    pub game_id: Option<Uuid>,
    /// Tasks with one of these statuses.
    pub statuses: Option<BTreeSet<String>>,
    /// Tasks whose own strategy is one of these.
    pub strategies: Option<BTreeSet<String>>,
    /// Tasks that one of these keys identifies.
    pub keys: Option<BTreeSet<TaskKey>>,
    /// Tasks whose external id begins with this, byte for byte.
    pub external_id_prefix: Option<String>,
    /// Tasks created at or after this time.
    pub created_from: Option<DateTime<Utc>>,
    /// Tasks created before this time.
    pub created_until: Option<DateTime<Utc>>,
}

impl TaskFilter {
    /// Matches all tasks of all games (within the scope of the repository).
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

    /// Matches the tasks of one game.
    #[must_use]
    pub fn in_game(game_id: Uuid) -> Self {
        Self { game_id: Some(game_id), ..Self::all() }
    }

    /// Matches the tasks that these keys identify: at most [`MAX_KEYS`](crate::MAX_KEYS), with
    /// external ids of at most [`MAX_FILTER_BYTES`] in total.
    #[must_use]
    pub fn keys<K: Into<TaskKey>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self { keys: Some(keys.into_iter().map(Into::into).collect()), ..Self::all() }
    }

    /// Requires one of these statuses.
    #[must_use]
    pub fn statuses<S: Into<String>>(mut self, statuses: impl IntoIterator<Item = S>) -> Self {
        self.statuses = Some(statuses.into_iter().map(Into::into).collect());
        self
    }

    /// Requires the task's own strategy to be one of these. An inherited strategy does not
    /// count.
    #[must_use]
    pub fn strategies<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.strategies = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Requires the external id to begin with this, byte for byte.
    #[must_use]
    pub fn external_id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.external_id_prefix = Some(prefix.into());
        self
    }

    /// Requires the creation at or after this time. A leap second counts as the second after it.
    #[must_use]
    pub fn created_from(mut self, time: DateTime<Utc>) -> Self {
        self.created_from = Some(time);
        self
    }

    /// Requires the creation before this time.
    #[must_use]
    pub fn created_until(mut self, time: DateTime<Utc>) -> Self {
        self.created_until = Some(time);
        self
    }

    /// Whether the task satisfies the filter, for stores that filter in memory.
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
            // Stored times are whole microseconds, as the SQL compares them.
            && created_from.is_none_or(|from| task.created_at >= time::ceil(from))
            && created_until.is_none_or(|until| task.created_at < time::ceil(until))
            && keys.as_ref().is_none_or(|keys| {
                let external = TaskKey::External(task.game_id, task.external_task_id.clone());
                let in_game = TaskKey::InGame(task.game_id, task.id);
                keys.contains(&task.key()) || keys.contains(&in_game) || keys.contains(&external)
            })
    }

    /// Validates the filter. Every repository does so before it uses the filter.
    ///
    /// # Errors
    /// [`ValidationError`] for a NUL character in a text, a time that is out of range, more than
    /// [`MAX_FILTER_VALUES`] statuses or strategies, more than [`MAX_KEYS`](crate::MAX_KEYS) keys,
    /// or more than [`MAX_FILTER_BYTES`] of text. The error names the field that exceeds the limit.
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
                return Err(ValidationError::too_large(field, MAX_FILTER_VALUES));
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
            ("keys", keys.iter().flatten().map(TaskKey::external_id_len).sum()),
            ("external_id_prefix", external_id_prefix.as_ref().map_or(0, String::len)),
        ];
        let mut remaining = MAX_FILTER_BYTES;
        for (field, bytes) in bytes {
            remaining = remaining
                .checked_sub(bytes)
                .ok_or_else(|| ValidationError::too_large(field, MAX_FILTER_BYTES))?;
        }
        if let Some(prefix) = external_id_prefix {
            check_no_nul("external_id_prefix", prefix)?;
        }
        for (field, time) in [("created_from", created_from), ("created_until", created_until)] {
            time.map_or(Ok(()), |time| time::check(field, time))?;
        }
        Ok(())
    }
}

/// The least text, byte for byte, that is greater than all texts with this prefix; `None` if there
/// is none.
pub(crate) fn prefix_upper_bound(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // `char` has no surrogates (U+D800 to U+DFFF).
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
    fn the_upper_bound_of_a_prefix_is_the_next_text_without_it() {
        assert_eq!(prefix_upper_bound("ab").as_deref(), Some("ac"));
        assert_eq!(prefix_upper_bound("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_upper_bound("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(prefix_upper_bound("\u{10ffff}"), None);
        assert_eq!(prefix_upper_bound(""), None);
    }
}
