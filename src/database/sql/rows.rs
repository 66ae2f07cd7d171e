//! Many rows in a few parameters, read as a table.
//!
//! The UUIDs of a column are one parameter, and so are its texts: what a database takes apart
//! fastest. A JSON object for each row takes SQLite and MariaDB five times as long to read.

use super::Sql;
use crate::task::MAX_TEXT_CHARS;
use sea_orm::Value;
use serde::Serialize;
use std::fmt::{self, Display};
use uuid::Uuid;

/// The values of a column, one for each row.
pub(crate) enum Values<'r> {
    Uuids(Vec<Uuid>),
    /// Texts without NUL characters, which PostgreSQL refuses, or null.
    Texts(Vec<Option<&'r str>>),
}

/// Rows, encoded for one database.
pub(crate) struct Rows {
    pub(crate) columns: Vec<(&'static str, Encoded)>,
    /// For each row an array of its texts, its only text, or a zero. Empty where columns are arrays.
    pub(crate) json: String,
    /// Whether each text in the JSON has at most 255 bytes.
    pub(crate) texts_are_short: bool,
}

/// How a column is encoded.
pub(crate) enum Encoded {
    /// All rows have the same UUID.
    SameUuid(Uuid),
    /// All rows have the same text, or null.
    SameText(Option<String>),
    /// An array, and the type of its elements.
    Array(Value, &'static str),
    /// A JSON array of texts and nulls.
    JsonArray(String),
    /// UUIDs, their bytes one after the other.
    Bytes(Vec<u8>),
    /// The only text of each row in the JSON.
    InJson,
    /// The text at this index of each row in the JSON.
    InJsonAt(usize),
}

/// Encodes each column as an array.
pub(crate) fn array_rows(columns: Vec<(&'static str, Values<'_>)>) -> Rows {
    let columns = encode_equal_values(columns).map(|(name, column)| {
        let column = column.unwrap_or_else(|values| match values {
            Values::Uuids(ids) => Encoded::Array(ids.into(), "uuid"),
            Values::Texts(texts) => match texts.iter().copied().collect::<Option<Vec<&str>>>() {
                Some(texts) => {
                    let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
                    Encoded::Array(texts.into(), "text")
                }
                // The driver's arrays have no nulls.
                None => Encoded::JsonArray(to_json(&texts)),
            },
        });
        (name, column)
    });
    Rows { columns: columns.collect(), json: String::new(), texts_are_short: false }
}

/// Encodes UUIDs as bytes, and all texts in one JSON document.
pub(crate) fn json_rows(columns: Vec<(&'static str, Values<'_>)>) -> Rows {
    let len = columns.first().map_or(0, |(_, first)| match first {
        Values::Uuids(ids) => ids.len(),
        Values::Texts(texts) => texts.len(),
    });
    let mut in_json: Vec<Vec<Option<&str>>> = Vec::new();
    let mut encoded = Vec::with_capacity(columns.len());
    for (name, column) in encode_equal_values(columns) {
        let column = column.unwrap_or_else(|values| match values {
            Values::Uuids(ids) => {
                Encoded::Bytes(ids.iter().flat_map(|id| id.as_bytes()).copied().collect())
            }
            Values::Texts(texts) => {
                in_json.push(texts);
                Encoded::InJsonAt(in_json.len() - 1)
            }
        });
        encoded.push((name, column));
    }
    let json = match in_json.as_slice() {
        [] => to_json(&vec![0; len]),
        [texts] => {
            for (_, column) in &mut encoded {
                if matches!(column, Encoded::InJsonAt(_)) {
                    *column = Encoded::InJson;
                }
            }
            to_json(texts)
        }
        columns => {
            let row = |row| columns.iter().filter_map(move |texts| texts.get(row));
            to_json(&(0..len).map(|n| row(n).collect::<Vec<_>>()).collect::<Vec<_>>())
        }
    };
    let texts_are_short =
        in_json.iter().flatten().flatten().all(|text| text.len() <= MAX_TEXT_CHARS);
    Rows { columns: encoded, json, texts_are_short }
}

/// Encodes each column but the first once if all its values are equal.
fn encode_equal_values<'r>(
    columns: Vec<(&'static str, Values<'r>)>,
) -> impl Iterator<Item = (&'static str, Result<Encoded, Values<'r>>)> {
    columns.into_iter().enumerate().map(|(index, (name, values))| {
        let encoded = match values {
            Values::Uuids(ids) if index > 0 && all_equal(&ids) => {
                Ok(Encoded::SameUuid(ids.first().copied().unwrap_or_default()))
            }
            Values::Texts(texts) if index > 0 && all_equal(&texts) => {
                let first = texts.first().copied().flatten();
                Ok(Encoded::SameText(first.map(str::to_owned)))
            }
            values => Err(values),
        };
        (name, encoded)
    })
}

fn all_equal<T: PartialEq>(values: &[T]) -> bool {
    values.windows(2).all(|two| two.first() == two.last())
}

#[expect(clippy::expect_used, reason = "it cannot fail for these types")]
fn to_json<T: Serialize>(rows: &[T]) -> String {
    serde_json::to_string(rows).expect("numbers and texts can always be serialized")
}

impl Sql<'_> {
    /// The rows as a table under an alias; its column `n` numbers them from 0.
    pub(crate) fn rows<'s>(&'s self, alias: &'static str, rows: &'s Rows) -> impl Display + 's {
        fmt::from_fn(move |f| {
            self.names.dialect().write_rows(f, self, rows)?;
            write!(f, " {alias}")
        })
    }
}
