//! Small changes of a JSON value.

use serde_json::{Value, json};

/// Every value that differs from this one in one place: another value there, a member or an element
/// less, a member more. `others` are values of the same type, whose members are added.
pub(crate) fn changes(value: &Value, others: &[Value]) -> Vec<Value> {
    let mut changed = other_values();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let mut without = members.clone();
                without.remove(name);
                changed.push(Value::Object(without));
                for member in changes(member, &[]) {
                    let mut with = members.clone();
                    with.insert(name.clone(), member);
                    changed.push(Value::Object(with));
                }
            }
            let more = others.iter().filter_map(Value::as_object).flatten();
            let more = more.map(|(name, member)| (name.clone(), member.clone()));
            let unknown = ["unknown", "", "game_id", "ID"].map(|name| (name.to_owned(), json!(1)));
            for (name, member) in more.chain(unknown) {
                let mut with = members.clone();
                with.insert(name, member);
                changed.push(Value::Object(with));
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let mut without = elements.clone();
                without.remove(index);
                changed.push(Value::Array(without));
                for element in changes(element, &[]) {
                    let mut with = elements.clone();
                    with[index] = element;
                    changed.push(Value::Array(with));
                }
            }
            for other in other_values() {
                changed.push(Value::Array([elements.as_slice(), &[other]].concat()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    changed
}

/// Values that some type or rule accepts, and another does not.
fn other_values() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "\u{3000}\u{a0}",
        "\u{feff}",
        "x",
        " x",
        "open",
        "default",
        "Created",
        "a\0b",
        "\0",
        "a\n",
        "\t",
        "\u{85}",
        "\u{7f}",
        "🎉",
        "00000000-0000-0000-0000-00000000000A",
        "00000000-0000-0000-0000-00000000000",
        "00000000-0000-0000-0000-00000000000G",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.123456789+02:00",
        "2026-01-02T03:04:05",
        "2026-01-02",
        "2026-13-02T03:04:05Z",
    ];
    let long = [255, 256].map(|length| json!("é".repeat(length)));
    let mut values: Vec<Value> = texts.map(Value::from).into_iter().chain(long).collect();
    values.extend([json!(null), json!(true), json!(false), json!(0), json!(1), json!(-1)]);
    values.extend([json!(1.5), json!(1001), json!(65535), json!(65536), json!(i64::MIN)]);
    values.extend([json!(i64::MAX), json!(i64::MAX as u64 + 1), json!(u64::MAX)]);
    values.extend([json!([]), json!([""]), json!(["x"]), json!([null]), json!([[]]), json!([{}])]);
    values.extend([json!({}), json!({"x": "y"}), json!({"x": ["y"]}), json!({"": ["y"]})]);
    values
}
