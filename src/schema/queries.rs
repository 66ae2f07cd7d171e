//! Keys, filters and queries, as JSON. Query strings have the same members.

use super::parts::{closed_object, compared_text, date_time, members, non_empty_text, uuid};
use super::{Contract, schema};
use crate::query::MAX_FILTER_VALUES;
use crate::task::MAX_KEYS;
use crate::{
    DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, SortDirection, TaskFilter, TaskKey, TaskOrder, TaskQuery,
};
use serde_json::{Map, Value, json};

schema!(TaskKey: "TaskKey", |contract| {
    let (id, game) = (uuid("The id of the task."), uuid("The id of the game."));
    let external = compared_text("The caller's name for the task, unique in the game.");
    let by_id = closed_object(
        "The id of a task, and optionally its game's.",
        members([("id", id.clone()), ("gameId", game.clone())]),
        &["id"],
    );
    let by_external_id = closed_object(
        "The id of a game, and the external id of a task in it.",
        members([("gameId", game), ("externalTaskId", external)]),
        &["gameId", "externalTaskId"],
    );
    let forms = match contract {
        Contract::Deserialize => vec![by_id, by_external_id, id],
        Contract::Serialize => vec![by_id, by_external_id],
    };
    json!({"description": "Identifies one task.", "oneOf": forms})
});

schema!(TaskFilter: "TaskFilter", |contract, key: TaskKey| closed_object(
    "Selects the tasks that satisfy all of the conditions.",
    conditions(contract, key),
    &[],
));

schema!(TaskQuery: "TaskQuery", |
    contract,
    key: TaskKey,
    order: TaskOrder,
    direction: SortDirection
| {
    let mut numbered = conditions(contract, key);
    numbered.extend(members([
        ("order", order),
        ("direction", direction),
        (
            "limit",
            json!({
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_PAGE_SIZE,
                "default": DEFAULT_PAGE_SIZE,
                "description": "The maximum number of tasks on the page.",
            }),
        ),
        (
            "withTotal",
            json!({
                "type": "boolean",
                "default": false,
                "description": "Whether to count the tasks that match the filter.",
            }),
        ),
    ]));
    let mut continued = numbered.clone();
    numbered.insert(
        "page".to_owned(),
        json!({
            "type": "integer",
            "minimum": 1,
            // With a lower limit more are allowed.
            "maximum": i64::MAX as u64 / MAX_PAGE_SIZE,
            "default": 1,
            "description": "The number of the page.",
        }),
    );
    let cursor = json!({
        "type": "string",
        "minLength": 1,
        "description": "The cursor that the page before returned as `next`.",
    });
    continued.insert("cursor".to_owned(), cursor);
    json!({
        "description": "Which page of which tasks to list, and in which order.",
        "oneOf": [
            closed_object("A page by its number.", numbered, &[]),
            closed_object("The page after a cursor.", continued, &["cursor"]),
        ],
    })
});

/// The members of a filter.
fn conditions(contract: Contract, key: Value) -> Map<String, Value> {
    let lists = |description, value: Value, item, max| match contract {
        Contract::Deserialize => json!({
            "description": description,
            "anyOf": [value, {"type": "array", "items": item, "maxItems": max}],
        }),
        Contract::Serialize => json!({
            "description": description,
            "type": "array",
            "items": item,
            "maxItems": max,
        }),
    };
    let texts = |description, text| {
        lists(description, non_empty_text(text), compared_text(text), MAX_FILTER_VALUES)
    };
    members([
        ("gameId", uuid("Tasks of this game.")),
        ("status", texts("Tasks with one of these statuses.", "A status.")),
        ("strategyId", texts("Tasks whose own strategy is one of these.", "The id of a strategy.")),
        ("keys", lists("Tasks that one of these keys identifies.", key.clone(), key, MAX_KEYS)),
        (
            "externalIdPrefix",
            non_empty_text("Tasks whose external id begins with this, byte for byte."),
        ),
        ("createdFrom", date_time("Tasks created at or after this time.")),
        ("createdUntil", date_time("Tasks created before this time.")),
    ])
}
