//! Deserializing scopes and callers: a malformed scope is an error, never a wider scope.

use game_tasks::conformance::fixtures::refused_texts;
use game_tasks::{ApiKeyId, Caller, OauthUserId, OwnerId, TaskScope, ValidationReason};
use serde_json::{from_str, from_value, json, to_value};
use uuid::Uuid;

#[test]
fn a_scope_with_missing_members_is_refused() {
    let key = json!({"ApiKey": "gme_live_abc12345"});
    let scope = TaskScope::api_key(ApiKeyId::new("gme_live_abc12345").unwrap());
    let both = scope.clone().and(TaskScope::owner("tenant"));
    for (scope, json) in [
        (TaskScope::unrestricted(), json!({"access": "unrestricted"})),
        (scope.clone(), json!({"callers": [key]})),
        (both.clone(), json!({"callers": [key, {"Owner": {"Text": "tenant"}}]})),
    ] {
        assert_eq!(to_value(&scope).unwrap(), json);
        assert_eq!(from_value::<TaskScope>(json).unwrap(), scope);
    }
    // A duplicate caller counts once.
    assert_eq!(from_value::<TaskScope>(json!({"callers": [key, key]})).unwrap(), scope);
    for (refused, why) in [
        (json!({}), "missing field `callers`"),
        (json!({"callers": []}), "callers must not be empty"),
        (json!({"callers": null}), "callers: invalid type: null"),
        (json!({"callers": ""}), "callers: invalid type"),
        (json!({"callers": {}}), "callers: invalid type"),
        (json!({"callers": [], "caller": [key]}), "unknown field `caller`"),
        (json!({"callers": [key], "caller": [key]}), "unknown field `caller`"),
        (json!({"caller": [key]}), "unknown field `caller`"),
        (json!({"Callers": [key]}), "unknown field `Callers`"),
        (json!({"callers": [key], "access": "unrestricted"}), "mutually exclusive"),
        (json!({"callers": [], "access": "unrestricted"}), "mutually exclusive"),
        (json!({"unrestricted": true}), "unknown field `unrestricted`"),
        (json!({"access": ""}), "access: unknown variant"),
        (json!({"access": "all"}), "access: unknown variant"),
        (json!({"access": null}), "access: "),
        (json!({"access": true}), "access: "),
        (json!(null), "invalid type: null"),
        (json!([]), "invalid type: sequence"),
        (json!([[key]]), "invalid type: sequence"),
    ] {
        let error = from_value::<TaskScope>(refused.clone()).unwrap_err().to_string();
        assert!(error.contains(why), "{refused}: {error}");
        from_str::<TaskScope>(&refused.to_string()).unwrap_err();
    }
    from_str::<TaskScope>(&format!(r#"{{"callers": [{key}], "callers": [{key}]}}"#)).unwrap_err();
}

#[test]
fn a_caller_has_exactly_one_kind() {
    for (caller, json) in [
        (Caller::ApiKey(ApiKeyId::new("k").unwrap()), json!({"ApiKey": "k"})),
        (Caller::OauthUser(OauthUserId::new("u").unwrap()), json!({"OauthUser": "u"})),
        (Caller::Owner("x".repeat(256).into()), json!({"Owner": {"Text": "x".repeat(256)}})),
        (Caller::Owner("a\tb".into()), json!({"Owner": {"Text": "a\tb"}})),
        (Caller::Owner(OwnerId::Int(0)), json!({"Owner": {"Int": 0}})),
        (Caller::Owner(Uuid::nil().into()), json!({"Owner": {"Uuid": Uuid::nil()}})),
    ] {
        assert_eq!(to_value(&caller).unwrap(), json);
        assert_eq!(from_value::<Caller>(json.clone()).unwrap(), caller);
        assert_eq!(from_str::<Caller>(&json.to_string()).unwrap(), caller);
    }
    for (text, reason) in refused_texts() {
        for (kind, field) in [("ApiKey", "apiKey_used"), ("OauthUser", "oauth_user_id")] {
            let error = from_value::<Caller>(json!({kind: text})).unwrap_err().to_string();
            assert_eq!(error, format!("{field} {reason}"));
        }
    }
    for (text, reason) in [
        ("", ValidationReason::Empty),
        (" \t", ValidationReason::Blank),
        ("a\0", ValidationReason::ControlCharacter { position: 1 }),
    ] {
        let error = from_value::<OwnerId>(json!({"Text": text})).unwrap_err().to_string();
        assert_eq!(error, format!("owner {reason}"));
    }
    // No error contains a value, which may be an API key in the wrong place.
    let secret = "gme_live_secret";
    for refused in [
        json!({}),
        json!(null),
        json!(5),
        json!([]),
        json!(secret),
        json!([secret]),
        json!({secret: secret}),
        json!({"apiKey": secret}),
        json!({"ApiKey": [secret]}),
        json!({"ApiKey": {"key": secret}}),
        json!({"ApiKey": secret, "OauthUser": "u"}),
        json!({"ApiKey": secret, "ApiKeys": "u"}),
        json!({"ApiKey": null}),
        json!("ApiKey"),
        json!({"Owner": {}}),
        json!({"Owner": secret}),
        json!({"Owner": {secret: 1}}),
        json!({"Owner": {"Int": secret}}),
        json!({"Owner": {"Uuid": secret}}),
        json!({"Owner": {"Text": "a", "Int": 1}}),
    ] {
        let text = refused.to_string();
        let scope = json!({"callers": [refused]});
        for scope in [json!({"callers": refused}), json!({"access": refused})] {
            let error = from_str::<TaskScope>(&scope.to_string()).unwrap_err().to_string();
            assert!(!error.contains(secret), "{scope}: {error}");
            let error = from_value::<TaskScope>(scope.clone()).unwrap_err().to_string();
            assert!(!error.contains(secret), "{scope}: {error}");
        }
        for error in [
            from_value::<Caller>(refused).unwrap_err(),
            from_str::<Caller>(&text).unwrap_err(),
            from_value::<TaskScope>(scope.clone()).unwrap_err(),
            from_str::<TaskScope>(&scope.to_string()).unwrap_err(),
        ] {
            assert!(!error.to_string().contains(secret), "{text}: {error}");
        }
    }
}
