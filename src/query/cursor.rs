//! Cursors: a place in a list, as opaque text.

use crate::error::CursorFault;
use crate::query::filter::TaskFilter;
use crate::query::page::{TaskOrder, TaskQuery};
use crate::task::{Task, TaskScope};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const VERSION: u8 = 2;
const MARK: usize = 8;

/// A place in a list: opaque, fit for a URL, and good for the query that gave it.
///
/// It is bound to the order, the filter and the scope of its query, and to the version
/// of its making; anything else is [`TaskError::InvalidCursor`](crate::TaskError::InvalidCursor).
/// It is checksummed, not signed: who alters it on purpose reaches nothing that the scope
/// does not allow, since the scope is in the statement.
///
/// Text that a client sent becomes a cursor by `into()`, and is judged when it is used.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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

/// The last task of a page, as far as the order looks at it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) by: SortValue,
    pub(crate) id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortValue {
    Time(DateTime<Utc>),
    Text(String),
}

impl Position {
    pub(crate) fn of(order: TaskOrder, task: &Task) -> Self {
        let by = match order {
            TaskOrder::Created => SortValue::Time(task.created_at),
            TaskOrder::Updated => SortValue::Time(task.updated_at),
            TaskOrder::ExternalId => SortValue::Text(task.external_task_id.clone()),
        };
        Self { by, id: task.id }
    }
}

impl Cursor {
    /// Version, order, filter, scope, id, sort value; then a checksum over all of it.
    pub(crate) fn write(query: &TaskQuery, scope: &TaskScope, position: &Position) -> Self {
        Self(seal(body(VERSION, query, scope, position)))
    }

    pub(crate) fn read(
        &self,
        query: &TaskQuery,
        scope: &TaskScope,
    ) -> Result<Position, CursorFault> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| CursorFault::Damaged)?;
        let (body, sum) = bytes.split_last_chunk::<MARK>().ok_or(CursorFault::Damaged)?;
        if mark(body) != *sum {
            return Err(CursorFault::Damaged);
        }
        let mut rest = Reader(body);
        if rest.take::<1>()? != [VERSION] {
            return Err(CursorFault::Version);
        }
        if rest.take::<1>()? != [order_byte(query)] {
            return Err(CursorFault::Order);
        }
        if rest.take::<MARK>()? != filter_mark(query.filter()) {
            return Err(CursorFault::Filter);
        }
        if rest.take::<MARK>()? != scope_mark(scope) {
            return Err(CursorFault::Scope);
        }
        let id = Uuid::from_bytes(rest.take::<16>()?);
        let by = match query.order() {
            TaskOrder::ExternalId => {
                let text = std::str::from_utf8(rest.0).map_err(|_| CursorFault::Damaged)?;
                // No task has a NUL in its name where it could be asked for.
                if text.contains('\0') {
                    return Err(CursorFault::Damaged);
                }
                SortValue::Text(text.to_owned())
            }
            TaskOrder::Created | TaskOrder::Updated => {
                let micros = i64::from_be_bytes(rest.take::<8>()?);
                let time = DateTime::from_timestamp_micros(micros).ok_or(CursorFault::Damaged)?;
                SortValue::Time(time)
            }
        };
        Ok(Position { by, id })
    }
}

fn body(version: u8, query: &TaskQuery, scope: &TaskScope, position: &Position) -> Vec<u8> {
    let mut body = vec![version, order_byte(query)];
    body.extend(filter_mark(query.filter()));
    body.extend(scope_mark(scope));
    body.extend(position.id.as_bytes());
    match &position.by {
        SortValue::Time(time) => body.extend(time.timestamp_micros().to_be_bytes()),
        SortValue::Text(text) => body.extend(text.as_bytes()),
    }
    body
}

fn seal(mut body: Vec<u8>) -> String {
    let sum = mark(&body);
    body.extend(sum);
    URL_SAFE_NO_PAD.encode(body)
}

/// The beginning of a SHA-256: the same in every process and version, unlike std's hasher.
fn mark(bytes: &[u8]) -> [u8; MARK] {
    let mut mark = [0; MARK];
    for (to, from) in mark.iter_mut().zip(Sha256::digest(bytes)) {
        *to = from;
    }
    mark
}

fn order_byte(query: &TaskQuery) -> u8 {
    let order = match query.order() {
        TaskOrder::Created => 0,
        TaskOrder::ExternalId => 1,
        TaskOrder::Updated => 2,
    };
    2 * order + u8::from(query.is_descending())
}

fn filter_mark(filter: &TaskFilter) -> [u8; MARK] {
    // Sets are sorted, so equal filters have equal texts. A plain struct always serializes.
    mark(&serde_json::to_vec(filter).unwrap_or_default())
}

fn scope_mark(scope: &TaskScope) -> [u8; MARK] {
    let mut callers = scope.callers().to_vec();
    callers.sort();
    mark(&serde_json::to_vec(&callers).unwrap_or_default())
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
    fn a_cursor_gives_back_its_place() -> Result<(), CursorFault> {
        let scope = TaskScope::unrestricted();
        for (order, by) in [
            (TaskOrder::ExternalId, SortValue::Text("é 🎉".to_owned())),
            (TaskOrder::Created, SortValue::Time(crate::task::time::now())),
        ] {
            let position = Position { by, id: Uuid::now_v7() };
            let cursor = Cursor::write(&query(order), &scope, &position);
            assert!(
                cursor.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
            assert_eq!(cursor.read(&query(order), &scope)?, position);
        }
        Ok(())
    }

    #[test]
    fn every_altered_character_and_every_cut_is_noticed() {
        let scope = TaskScope::unrestricted();
        let query = query(TaskOrder::ExternalId);
        let position = Position { by: SortValue::Text("task".to_owned()), id: Uuid::now_v7() };
        let text = Cursor::write(&query, &scope, &position).to_string();
        for place in 0..text.len() {
            for other in ["A", "_", "9", "!"] {
                let mut altered = text.clone();
                altered.replace_range(place..=place, other);
                if altered != text {
                    let fault = Cursor(altered).read(&query, &scope);
                    assert_eq!(fault, Err(CursorFault::Damaged), "at {place}");
                }
            }
            let cut = Cursor(text.chars().take(place).collect());
            assert_eq!(cut.read(&query, &scope), Err(CursorFault::Damaged), "cut at {place}");
        }
    }

    #[test]
    fn another_version_is_told_from_damage() {
        let scope = TaskScope::unrestricted();
        let query = query(TaskOrder::ExternalId);
        let position = Position { by: SortValue::Text("task".to_owned()), id: Uuid::now_v7() };
        let other = Cursor(seal(body(VERSION + 1, &query, &scope, &position)));
        assert_eq!(other.read(&query, &scope), Err(CursorFault::Version));
    }
}
