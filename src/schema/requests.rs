//! The requests that create and change tasks, and the rules for their statuses.

use super::parts::{
    closed_object, compared_text, date_time, members, nullable, stored_text, uuid, written_text,
};
use super::schema;
use crate::{GamePatch, Lifecycle, NewTask, TaskPatch};
use serde_json::json;

schema!(NewTask: "NewTask", |_| closed_object(
    "A task to be created.",
    members([
        ("id", nullable(uuid("The id; without one a UUID of version 7 is generated."))),
        ("gameId", uuid("The game that the task belongs to.")),
        ("externalTaskId", written_text("The caller's name for the task, unique in the game.")),
        (
            "strategyId",
            nullable(written_text(
                "The task's own strategy; without one it inherits that of the game.",
            )),
        ),
        (
            "status",
            nullable(written_text("The status to start with; without one the task is `open`.")),
        ),
    ]),
    &["gameId", "externalTaskId"],
));

schema!(TaskPatch: "TaskPatch", |_| closed_object(
    "A change to a task, with optional preconditions.",
    members([
        ("strategyId", written_text("The new strategy.")),
        ("status", written_text("The new status.")),
        ("ifStatus", compared_text("Precondition: the task has this status.")),
        (
            "ifUnmodifiedSince",
            date_time("Precondition: the task has not changed after this time."),
        ),
    ]),
    &[],
));

schema!(GamePatch: "GamePatch", |_| closed_object(
    "A change to a game.",
    members([
        ("strategyId", written_text("The new strategy.")),
        ("platform", nullable(written_text("The new platform; `null` clears it."))),
        (
            "apiKey_used",
            nullable(written_text("The API key that owns the game from now on; `null` for none.")),
        ),
        (
            "oauth_user_id",
            nullable(written_text(
                "The OAuth user that owns the game from now on; `null` for none.",
            )),
        ),
    ]),
    &[],
));

schema!(Lifecycle: "Lifecycle", |contract| {
    let status = stored_text(contract, "A status.");
    closed_object(
        "The statuses that a task may be created with, and the allowed changes of status.",
        members([
            (
                "transitions",
                json!({
                    "type": "object",
                    "description": "For each status those that may follow it. Without this \
                        member every change is allowed.",
                    "additionalProperties": {"type": "array", "items": &status},
                    "propertyNames": &status,
                }),
            ),
            (
                "initial",
                json!({
                    "type": "array",
                    "description": "The statuses that a task may be created with. Without this \
                        member every status is allowed.",
                    "items": &status,
                }),
            ),
        ]),
        &[],
    )
});
