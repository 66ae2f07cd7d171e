//! Cursors: a position in a list, encoded as opaque text.

use crate::error::CursorFault;
use crate::query::filter::TaskFilter;
use crate::query::order::TaskOrder;
use crate::query::task_query::TaskQuery;
use crate::task::{Task, TaskScope, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

/// Must change with the encoding and with the JSON of filters and scopes.
const VERSION: u8 = 3;
const DIGEST_LEN: usize = 8;

/// A position in a list: opaque, URL-safe text that continues the query that returned it.
///
/// It is bound to the order, the filter and the scope of its query, and to the version of its
/// encoding; any other use is [`TaskError::InvalidCursor`](crate::TaskError::InvalidCursor).
/// It is checksummed, not signed: a forged cursor reaches nothing outside of the scope, since
/// every statement applies the scope itself.
///
/// Convert text received from a client with `into()`; the cursor is validated when it is used. In
/// JSON it is a string. A [`TaskQuery`] that is deserialized reads it from its member `cursor`.
///
/// ```
/// use game_tasks::{Cursor, TaskQuery};
///
/// fn next_page(query: TaskQuery, parameter: Option<String>) -> TaskQuery {
///     match parameter {
///         Some(text) => query.after(Cursor::from(text)),
///         None => query,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Encodes version, order, filter, scope, id and sort value, followed by a checksum.
    pub(crate) fn encode(query: &TaskQuery, scope: &TaskScope, position: &Position<'_>) -> Self {
        Self(encode_with_checksum(payload(VERSION, query, scope, position)))
    }

    pub(crate) fn decode(
        &self,
        query: &TaskQuery,
        scope: &TaskScope,
    ) -> Result<Position<'static>, CursorFault> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| CursorFault::Damaged)?;
        let (payload, checksum) =
            bytes.split_last_chunk::<DIGEST_LEN>().ok_or(CursorFault::Damaged)?;
        if digest(payload) != *checksum {
            return Err(CursorFault::Damaged);
        }
        let mut rest = Reader(payload);
        if rest.take::<1>()? != [VERSION] {
            return Err(CursorFault::Version);
        }
        if rest.take::<1>()? != [order_byte(query)] {
            return Err(CursorFault::Order);
        }
        if rest.take::<DIGEST_LEN>()? != filter_digest(query.filter()) {
            return Err(CursorFault::Filter);
        }
        if rest.take::<DIGEST_LEN>()? != scope.digest() {
            return Err(CursorFault::Scope);
        }
        let id = Uuid::from_bytes(rest.take::<16>()?);
        let value = match query.order() {
            TaskOrder::ExternalId => {
                let text = std::str::from_utf8(rest.0).map_err(|_| CursorFault::Damaged)?;
                // PostgreSQL refuses a NUL even as a parameter.
                if text.contains('\0') {
                    return Err(CursorFault::Damaged);
                }
                SortValue::Text(text.to_owned().into())
            }
            TaskOrder::Created | TaskOrder::Updated => {
                let micros = i64::from_be_bytes(rest.take::<8>()?);
                let time = DateTime::from_timestamp_micros(micros).ok_or(CursorFault::Damaged)?;
                SortValue::Time(time)
            }
        };
        Ok(Position { value, id })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}
impl From<&str> for Cursor {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A task's position in an order: what tasks are compared by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position<'t> {
    pub(crate) value: SortValue<'t>,
    pub(crate) id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortValue<'t> {
    Time(DateTime<Utc>),
    Text(Cow<'t, str>),
}

impl<'t> Position<'t> {
    pub(crate) fn of(order: TaskOrder, task: &'t Task) -> Self {
        let value = match order {
            TaskOrder::Created => SortValue::Time(task.created_at),
            TaskOrder::Updated => SortValue::Time(task.updated_at),
            TaskOrder::ExternalId => SortValue::Text(task.external_task_id.as_str().into()),
        };
        Self { value, id: task.id }
    }
}

fn payload(version: u8, query: &TaskQuery, scope: &TaskScope, position: &Position<'_>) -> Vec<u8> {
    let mut payload = vec![version, order_byte(query)];
    payload.extend(filter_digest(query.filter()));
    payload.extend(scope.digest::<DIGEST_LEN>());
    payload.extend(position.id.as_bytes());
    match &position.value {
        SortValue::Time(time) => payload.extend(time.timestamp_micros().to_be_bytes()),
        SortValue::Text(text) => payload.extend(text.as_bytes()),
    }
    payload
}

fn encode_with_checksum(mut payload: Vec<u8>) -> String {
    let checksum: [u8; DIGEST_LEN] = digest(&payload);
    payload.extend(checksum);
    URL_SAFE_NO_PAD.encode(payload)
}

fn order_byte(query: &TaskQuery) -> u8 {
    let order = match query.order() {
        TaskOrder::Created => 0,
        TaskOrder::ExternalId => 1,
        TaskOrder::Updated => 2,
    };
    2 * order + u8::from(query.is_descending())
}

fn filter_digest(filter: &TaskFilter) -> [u8; DIGEST_LEN] {
    // The filter's sets are sorted, so equal filters have equal JSON. A plain struct always
    // serializes.
    digest(&serde_json::to_vec(filter).unwrap_or_default())
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], CursorFault> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(CursorFault::Damaged)?;
        self.0 = rest;
        Ok(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(order: TaskOrder) -> TaskQuery {
        TaskQuery::new(TaskFilter::all()).order_by(order)
    }

    #[test]
    fn decoding_returns_the_encoded_position() -> Result<(), CursorFault> {
        let scope = TaskScope::unrestricted();
        for (order, value) in [
            (TaskOrder::ExternalId, SortValue::Text("é 🎉".into())),
            (TaskOrder::Created, SortValue::Time(crate::task::time::now())),
            (TaskOrder::Updated, SortValue::Time(crate::task::time::now())),
        ] {
            let position = Position { value, id: Uuid::now_v7() };
            let cursor = Cursor::encode(&query(order), &scope, &position);
            assert!(
                cursor.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
            assert_eq!(cursor.decode(&query(order), &scope)?, position);
        }
        Ok(())
    }

    #[test]
    fn altered_and_truncated_cursors_are_damaged() {
        let scope = TaskScope::unrestricted();
        let query = query(TaskOrder::ExternalId);
        let position = Position { value: SortValue::Text("task".into()), id: Uuid::now_v7() };
        let text = Cursor::encode(&query, &scope, &position).to_string();
        for index in 0..text.len() {
            for other in ["A", "_", "9", "!"] {
                let mut altered = text.clone();
                altered.replace_range(index..=index, other);
                if altered != text {
                    let decoded = Cursor(altered).decode(&query, &scope);
                    assert_eq!(decoded, Err(CursorFault::Damaged), "altered at {index}");
                }
            }
            let truncated = Cursor(text.chars().take(index).collect());
            let decoded = truncated.decode(&query, &scope);
            assert_eq!(decoded, Err(CursorFault::Damaged), "truncated at {index}");
        }
    }

    #[test]
    fn another_version_is_reported_as_such() {
        let scope = TaskScope::unrestricted();
        let query = query(TaskOrder::ExternalId);
        let position = Position { value: SortValue::Text("task".into()), id: Uuid::now_v7() };
        let payload = payload(VERSION + 1, &query, &scope, &position);
        let cursor = Cursor(encode_with_checksum(payload));
        assert_eq!(cursor.decode(&query, &scope), Err(CursorFault::Version));
    }
}
