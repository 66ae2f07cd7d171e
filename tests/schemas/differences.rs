//! Where the schemas and serde disagree, as the guide `schemas` lists it.

use crate::types;
use crate::validators::validator;
use game_tasks::chrono::{DateTime, Utc};
use game_tasks::uuid::Uuid;
use game_tasks::{Task, TaskStatus, TaskView};
use serde_json::{Value, json, to_value};

/// Asserts that one of the two accepts the values, and the other does not.
fn assert_differ(serde_accepts: bool, values: impl IntoIterator<Item = (&'static str, Value)>) {
    for (name, value) in values {
        let of = types::named(name);
        let read = (of.read.as_ref().unwrap())(value.clone());
        assert_eq!(read.is_ok(), serde_accepts, "{name}: {value}: {read:?}");
        for schema in [&of.deserialize, &of.openapi] {
            assert_eq!(validator(schema).is_valid(&value), !serde_accepts, "{name}: {value}");
        }
    }
}

fn view(id: Value) -> Value {
    let [task, _] = types::tasks().map(TaskView::from);
    let mut view = to_value(task).unwrap();
    view["id"] = id;
    view
}

#[test]
fn serde_reads_more_spellings() {
    let id = Uuid::from_u128(1);
    let (simple, urn) = (id.simple().to_string(), id.urn().to_string());
    assert_differ(
        true,
        [
            // UUIDs without hyphens, in braces and as URNs.
            ("TaskView", view(json!(id.braced().to_string()))),
            ("TaskKey", json!(simple)),
            ("TaskFilter", json!({"gameId": urn})),
            // A time with a space in place of the `T`.
            ("TaskPatch", json!({"ifUnmodifiedSince": "2026-01-02 03:04:05Z"})),
            // What serde's derives also read.
            ("TaskOrder", json!({"created": null})),
            ("StrategyKind", json!(["custom", id])),
            ("Page<Task>", json!([[], null, null])),
        ],
    );
}

#[test]
fn serde_reads_more_members_and_values() {
    assert_differ(
        true,
        [
            ("TaskQuery", json!({"limit": "20"})),
            ("TaskQuery", json!({"page": "2"})),
            ("TaskQuery", json!({"withTotal": "true"})),
            ("TaskFilter", json!({"statuses": ["open"]})),
            ("TaskFilter", json!({"strategies": ["open"]})),
            ("TaskFilter", json!({"key": Uuid::from_u128(1)})),
            // The maximum depends on the limit. The schema has that of the highest limit.
            ("TaskQuery", json!({"page": i64::MAX, "limit": 1})),
            // Values are counted once, as a set.
            ("TaskFilter", json!({"status": vec!["open"; 1_001]})),
        ],
    );
}

#[test]
fn schemas_do_not_express_every_rule() {
    let big = "x".repeat(2 * 1024 * 1024 + 1);
    assert_differ(
        false,
        [
            // A number without a fraction is an integer.
            ("TaskQuery", json!({"limit": 20.0})),
            ("Page<Task>", json!({"items": [], "next": null, "total": 1e30})),
            // Sizes in bytes.
            ("TaskFilter", json!({"externalIdPrefix": big})),
            ("TaskKey", json!({"gameId": Uuid::nil(), "externalTaskId": big})),
            ("TaskScope", json!({"callers": [{"Owner": {"Text": big}}]})),
            // Years from 1 to 9999, without the last second.
            ("TaskFilter", json!({"createdFrom": "9999-12-31T23:59:59Z"})),
            ("TaskFilter", json!({"createdFrom": "0000-01-01T00:00:00Z"})),
        ],
    );
}

#[test]
fn rows_of_other_programs_may_break_the_schema_of_utoipa() {
    let [task, _] = types::tasks();
    // Such a text comes from a database only, as the conversion from its value does.
    let status = <TaskStatus as game_tasks::sea_orm::sea_query::ValueType>::try_from(" ".into());
    let blank = Task { status: status.unwrap(), ..task.clone() };
    let year: DateTime<Utc> = "+12026-01-02T03:04:05Z".parse().unwrap();
    let late = Task { created_at: year, ..task };
    let of = types::named("TaskView");
    for (task, is_written_as_described) in [(blank, true), (late, false)] {
        let json = to_value(TaskView::from(task)).unwrap();
        assert!(!validator(&of.openapi).is_valid(&json), "{json}");
        assert!(!validator(&of.deserialize).is_valid(&json), "{json}");
        assert_eq!(validator(&of.serialize).is_valid(&json), is_written_as_described, "{json}");
    }
}
