//! Callers and scopes.

use super::parts::{NOT_BLANK, closed_object, members, uuid};
use super::{Contract, schema};
use crate::{ApiKeyId, Caller, MAX_SCOPE_CALLERS, OauthUserId, OwnerId, TaskScope};
use serde_json::{Value, json};

schema!(OwnerId: "OwnerId", |contract| {
    let text = match contract {
        Contract::Deserialize => json!({"type": "string", "minLength": 1, "pattern": NOT_BLANK}),
        Contract::Serialize => json!({"type": "string"}),
    };
    // The limits are stated, since validators need not know the format.
    let int = json!({
        "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX,
    });
    json!({
        "description": "A value of the owner column of the application's own games table.",
        "oneOf": [
            tagged("Text", "A value of a text column.", text),
            tagged("Int", "A value of an integer column.", int),
            tagged("Uuid", "A value of a UUID column.", uuid("A UUID.")),
        ],
    })
});

schema!(Caller: "Caller", |_, key: ApiKeyId, user: OauthUserId, owner: OwnerId| json!({
    "description": "A caller whose access a scope restricts.",
    "oneOf": [
        tagged("ApiKey", "A holder of an API key.", key),
        tagged("OauthUser", "An OAuth user.", user),
        tagged("Owner", "An owner of games.", owner),
    ],
}));

schema!(TaskScope: "TaskScope", |_, caller: Caller| {
    let callers = json!({
        "type": "array", "items": caller, "minItems": 1, "maxItems": MAX_SCOPE_CALLERS,
    });
    let unrestricted = json!({"type": "string", "enum": ["unrestricted"]});
    json!({
        "description": "Restricts which tasks can be read, changed and created.",
        "oneOf": [
            tagged("callers", "What each of these callers may do.", callers),
            tagged("access", "Everything.", unrestricted),
        ],
    })
});

/// An object with this member only.
fn tagged(name: &str, description: &str, value: Value) -> Value {
    closed_object(description, members([(name, value)]), &[name])
}
