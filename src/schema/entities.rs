//! The rows of tables, and the texts in them.

use super::parts::{date_time, is_nullable, members, nullable, object, stored_text, uuid};
use super::{Contract, schema};
use crate::{ApiKeyId, Game, OauthUserId, StrategyId, StrategyKind, Task, TaskStatus, TaskView};
use serde_json::{Map, Value, json};

const API_KEY: &str = "apiKey_used";

schema!(ApiKeyId: "ApiKeyId", |contract| stored_text(contract, "The public part of an API key."));
schema!(OauthUserId: "OauthUserId", |contract| stored_text(contract, "The id of an OAuth user."));
schema!(StrategyId: "StrategyId", |contract| stored_text(
    contract,
    "The id of a strategy: a registered name, `custom:<uuid>`, or `default`.",
));
schema!(TaskStatus: "TaskStatus", |contract| stored_text(
    contract,
    "The status of a task: `open`, `closed`, or another one that the application defines.",
));

schema!(StrategyKind: "StrategyKind", |_| {
    let kind = |names: &[&str]| json!({"type": "string", "enum": names});
    // serde ignores other members, but not an id.
    let without_id = members([("kind", kind(&["default", "named"])), ("id", json!({"type": "null"}))]);
    let with_id = members([("kind", kind(&["custom"])), ("id", uuid("The id of the strategy."))]);
    json!({
        "description": "The kind of strategy that a strategy id identifies.",
        "oneOf": [
            object("No strategy of its own, or a registered name.", without_id, &["kind"]),
            object("A custom strategy.", with_id, &["kind", "id"]),
        ],
    })
});

schema!(Task: "Task", |contract| row(
    contract,
    "A task: an activity inside a game.",
    task_columns(contract),
));
schema!(TaskView: "TaskView", |contract| {
    let mut columns = task_columns(contract);
    columns.remove(API_KEY);
    row(contract, "A task without the API key that created it.", columns)
});
schema!(Game: "Game", |contract| row(
    contract,
    "A game: tasks belong to it and inherit its strategy.",
    members([
        ("id", uuid("The id.")),
        ("created_at", date_time("The time of creation.")),
        ("updated_at", date_time("The time of the last change.")),
        (
            "externalGameId",
            stored_text(contract, "The application's name for the game, unique in the table."),
        ),
        ("strategyId", stored_text(contract, "The strategy that the game's tasks inherit.")),
        (
            "platform",
            nullable(stored_text(contract, "The platform on which the game is played.")),
        ),
        (API_KEY, nullable(stored_text(contract, "The API key that owns the game."))),
        ("oauth_user_id", nullable(stored_text(contract, "The OAuth user that owns the game."))),
    ]),
));

fn task_columns(contract: Contract) -> Map<String, Value> {
    members([
        ("id", uuid("The id.")),
        ("created_at", date_time("The time of creation.")),
        ("updated_at", date_time("The time of the last change. Increases with every change.")),
        (API_KEY, nullable(stored_text(contract, "The API key that created the task."))),
        ("oauth_user_id", nullable(stored_text(contract, "The OAuth user that created the task."))),
        ("gameId", uuid("The game that the task belongs to.")),
        (
            "externalTaskId",
            stored_text(contract, "The caller's name for the task, unique in the game."),
        ),
        (
            "strategyId",
            stored_text(contract, "The task's own strategy; `default` means that it has none."),
        ),
        ("status", stored_text(contract, "The status.")),
    ])
}

/// A row with these columns. A null is written, but may be left out where the row is read.
fn row(contract: Contract, description: &str, columns: Map<String, Value>) -> Value {
    let is_required = |schema: &Value| match contract {
        Contract::Deserialize => !is_nullable(schema),
        Contract::Serialize => true,
    };
    let required = columns.iter().filter(|(_, schema)| is_required(schema));
    let required: Vec<String> = required.map(|(name, _)| name.clone()).collect();
    object(description, columns, &required)
}
