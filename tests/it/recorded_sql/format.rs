//! Formats statements and their values for reading.

use game_tasks::sea_orm::Value;
use game_tasks::sea_orm::sea_query::ArrayType;
use sqlformat::{FormatOptions, Indent, QueryParams};
use std::collections::HashMap;
use uuid::Uuid;

/// The maximum width of a line of values.
const WIDTH: usize = 100;

/// How many elements of a list are shown.
const SHOWN: usize = 3;

/// Abbreviations for the long expressions that occur in nearly every statement for SQLite: how the text
/// of a timestamp is compared.
#[derive(Default)]
pub(super) struct Abbreviations(Vec<(String, String)>);

impl Abbreviations {
    /// Takes the expressions from the statement that creates an index of them, and defines their names.
    pub(super) fn learn(&mut self, sql: &str) -> Option<String> {
        let (_, expression) = sql.split_once("(\"gameId\", CASE WHEN ")?;
        let (compared, _) = expression.rsplit_once(" || hex(")?;
        let (_, normalised) = compared.split_once(" ELSE ")?;
        let normalised = normalised.strip_suffix(" END")?;
        let compared = format!("CASE WHEN {compared}");
        let mut definitions = String::new();
        for (name, expression) in [("compared", compared.as_str()), ("normalised", normalised)] {
            let expression = expression.replace("\"created_at\"", "{column}");
            // The unqualified name is part of the qualified one, so replace the longer first.
            for qualifier in ["\"tasks\".", ""] {
                for column in ["created_at", "updated_at"] {
                    let column = format!("{qualifier}\"{column}\"");
                    let short = format!("{name}({column})");
                    self.0.push((expression.replace("{column}", &column), short));
                }
            }
            let defined = statement(&expression.replace("{column}", "c"));
            let defined = defined.lines().map(|line| format!("--   {line}\n"));
            definitions += &format!("-- {name}(c) stands for:\n{}", defined.collect::<String>());
        }
        Some(definitions)
    }

    pub(super) fn apply(&self, sql: &str) -> String {
        self.0.iter().fold(sql.to_owned(), |sql, (long, short)| sql.replace(long, short))
    }
}

pub(super) fn statement(sql: &str) -> String {
    let options = FormatOptions {
        indent: Indent::Spaces(2),
        max_inline_block: 80,
        max_inline_arguments: Some(80),
        max_inline_top_level: Some(80),
        ..FormatOptions::default()
    };
    let text = sqlformat::format(sql, &QueryParams::None, &options);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + ";\n"
}

/// The values in their order, as comments.
pub(super) fn wrapped(values: &[String]) -> String {
    let mut lines = vec!["-- with".to_owned()];
    for value in values {
        let line = lines.last_mut().expect("it begins with a line");
        if line.len() + 2 + value.len() > WIDTH {
            lines.push(format!("--   {value},"));
        } else {
            line.push_str(&format!(" {value},"));
        }
    }
    lines.join("\n").trim_end_matches(',').to_owned() + "\n"
}

/// A value without the parts that differ from run to run.
pub(super) fn value(value: &Value, ids: &HashMap<Uuid, &'static str>) -> String {
    let is_null = |value: &Value| *value == value.as_null();
    match value {
        null if is_null(null) => "null".to_owned(),
        Value::Uuid(Some(id)) => id_name(*id, ids),
        Value::String(Some(text)) => text_shown(text),
        Value::Bytes(Some(bytes)) => match bytes.chunks_exact(16) {
            ids_of if ids_of.remainder().is_empty() => {
                let list =
                    ids_of.map(|id| Uuid::from_slice(id).map_or("?".into(), |id| id_name(id, ids)));
                format!("bytes of {}", list_shown(list.collect()))
            }
            _ => format!("{} bytes", bytes.len()),
        },
        Value::ChronoDateTimeUtc(Some(_)) | Value::ChronoDateTime(Some(_)) => "<time>".to_owned(),
        Value::Array(kind, Some(values)) => {
            let name = match kind {
                ArrayType::Uuid => "uuids",
                ArrayType::String => "texts",
                _ => "values",
            };
            let list = values.iter().map(|one| self::value(one, ids)).collect();
            format!("{name} {}", list_shown(list))
        }
        // The time at which SeaORM recorded a migration.
        Value::BigInt(Some(seconds)) if *seconds > 1_000_000_000 => "<seconds>".to_owned(),
        Value::Json(Some(json)) => text_shown(&json.to_string()),
        other => other.to_string(),
    }
}

fn id_name(id: Uuid, ids: &HashMap<Uuid, &'static str>) -> String {
    format!("<{}>", ids.get(&id).copied().unwrap_or("id"))
}

fn list_shown(list: Vec<String>) -> String {
    let more = if list.len() > SHOWN { ", …" } else { "" };
    let first = list.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    format!("[{first}{more}]")
}

/// A text. On SQLite the driver sends times, and the crate sends lists, as texts.
fn text_shown(text: &str) -> String {
    let is_time = text.get(10..11) == Some("T") && text.contains("+00:00");
    match serde_json::from_str::<Vec<serde_json::Value>>(text) {
        _ if is_time && text.len() > 32 => "'<time><id>'".to_owned(),
        _ if is_time => "'<time>'".to_owned(),
        Ok(list) => {
            let list = list.iter().map(|one| match one.as_str() {
                Some(text) if Uuid::parse_str(text).is_ok() => "\"<id>\"".to_owned(),
                _ => one.to_string(),
            });
            format!("'{}'", list_shown(list.collect()))
        }
        Err(_) => format!("'{text}'"),
    }
}
