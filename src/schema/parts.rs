//! Parts of schemas, and the rules for text as patterns.
//!
//! The patterns are regular expressions of ECMA-262 with and without its flag `u`. `\s` is not used,
//! since it differs from [`char::is_whitespace`].

use super::Contract;
use crate::task::MAX_TEXT_CHARS;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What [`check_text`](crate::task::check_text) accepts: no control characters, and not only white
/// space. The length is stated separately.
const WRITTEN_TEXT: &str = concat!(
    r"^[ \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]*",
    r"[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]",
    r"[^\u0000-\u001F\u007F-\u009F]*$",
);

/// No NUL, and not only white space.
pub(super) const NOT_BLANK: &str = concat!(
    r"^[\u0009-\u000D \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]*",
    r"[^\u0000\u0009-\u000D \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]",
    r"[^\u0000]*$",
);

/// What [`check_no_nul`](crate::task::check_no_nul) accepts.
const NO_NUL: &str = r"^[^\u0000]*$";

/// Text that is validated when it is deserialized, but not when it is read from a database.
pub(super) fn stored_text(contract: Contract, description: &str) -> Value {
    match contract {
        Contract::Deserialize => written_text(description),
        Contract::Serialize => json!({"type": "string", "description": description}),
    }
}

/// Text that follows the rules for written text.
pub(super) fn written_text(description: &str) -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TEXT_CHARS,
        "pattern": WRITTEN_TEXT,
        "description": description,
    })
}

/// Text that is compared with stored text.
pub(super) fn compared_text(description: &str) -> Value {
    json!({"type": "string", "pattern": NO_NUL, "description": description})
}

/// Text that is compared with stored text, and not empty.
pub(super) fn non_empty_text(description: &str) -> Value {
    json!({"type": "string", "minLength": 1, "pattern": NO_NUL, "description": description})
}

pub(super) fn uuid(description: &str) -> Value {
    json!({"type": "string", "format": "uuid", "description": description})
}

pub(super) fn date_time(description: &str) -> Value {
    json!({"type": "string", "format": "date-time", "description": description})
}

/// A schema of one type, or `null`.
pub(super) fn nullable(mut schema: Value) -> Value {
    if let Some(name) = schema.get_mut("type") {
        *name = json!([name.take(), "null"]);
    }
    schema
}

/// Whether `null` is allowed, of a schema that [`nullable`] may have made.
pub(super) fn is_nullable(schema: &Value) -> bool {
    schema.get("type").is_some_and(Value::is_array)
}

/// Members by their names.
pub(super) fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// An object that may have other members.
pub(super) fn object<S: Serialize>(
    description: &str,
    members: Map<String, Value>,
    required: &[S],
) -> Value {
    let mut object = self::members([
        ("type", json!("object")),
        ("description", json!(description)),
        ("properties", Value::Object(members)),
    ]);
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    Value::Object(object)
}

/// An object of which unknown members are refused.
pub(super) fn closed_object(
    description: &str,
    members: Map<String, Value>,
    required: &[&str],
) -> Value {
    let mut object = object(description, members, required);
    if let Some(keywords) = object.as_object_mut() {
        keywords.insert("additionalProperties".to_owned(), json!(false));
    }
    object
}
