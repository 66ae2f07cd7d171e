//! Serializing games and requests as JSON, and deserializing them.

use game_tasks::{
    ApiKeyId, CreateOutcome, Game, GamePatch, Lifecycle, NewTask, OauthUserId, OnExisting, Page,
    StrategyId, StrategyKind, Task, TaskFilter, TaskKey, TaskPatch, TaskScope, TaskStatus,
    TaskView,
};
use serde_json::{Value, from_value, json, to_value};
use uuid::Uuid;

/// The names of a JSON object's members, sorted.
fn members(value: &Value) -> Vec<&str> {
    let mut members: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    members
}

#[test]
fn game_round_trip() {
    let game = Game::new("bees-2026")
        .strategy(StrategyId::new("socio_bee").unwrap())
        .owned_by_api_key(ApiKeyId::new("gme_live_abc12345").unwrap())
        .owned_by_oauth_user(OauthUserId::new("auth0|1").unwrap());
    let value = to_value(&game).unwrap();
    let expected = [
        "apiKey_used",
        "created_at",
        "externalGameId",
        "id",
        "oauth_user_id",
        "platform",
        "strategyId",
        "updated_at",
    ];
    assert_eq!(members(&value), expected);
    assert_eq!(value["externalGameId"], "bees-2026");
    assert_eq!(value["strategyId"], "socio_bee");
    assert_eq!(value["apiKey_used"], "gme_live_abc12345");
    assert_eq!(value["oauth_user_id"], "auth0|1");
    assert_eq!(from_value::<Game>(value).unwrap(), game);
}

#[test]
fn new_tasks_in_the_format_of_games_api() {
    let game_id = game_tasks::Game::new("game").id;
    let bulk = json!({"tasks": [
        {"gameId": game_id, "externalTaskId": "task-login"},
        {"gameId": game_id, "externalTaskId": "task-share-photo", "strategyId": "socio_bee"},
        {"gameId": game_id, "externalTaskId": "with id", "id": game_id, "strategyId": null},
    ]});
    let tasks: Vec<NewTask> = from_value(bulk["tasks"].clone()).unwrap();
    let expected = [
        NewTask::new(game_id, "task-login"),
        NewTask::new(game_id, "task-share-photo").strategy("socio_bee"),
        NewTask::new(game_id, "with id").id(game_id),
    ];
    assert_eq!(tasks, expected);
    assert_eq!(members(&to_value(&tasks[0]).unwrap()), ["externalTaskId", "gameId"]);
    let again: Vec<NewTask> = from_value(to_value(&tasks).unwrap()).unwrap();
    assert_eq!(again, tasks);
    // The required members must be present.
    for incomplete in [json!({"externalTaskId": "x"}), json!({"gameId": game_id}), json!({})] {
        from_value::<NewTask>(incomplete).unwrap_err();
    }
}

/// Asserts that a request is serialized as this JSON and deserialized from it, as a value and as
/// text.
fn assert_json<T>(request: &T, json: &Value)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_eq!(to_value(request).unwrap(), *json);
    assert_eq!(from_value::<T>(json.clone()).unwrap(), *request);
    let text = serde_json::to_string(request).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *request);
}

/// Asserts that a valid request is refused if one of these members is added.
fn assert_refused<T>(valid: &Value, members: &[&str])
where
    T: serde::de::DeserializeOwned + std::fmt::Debug,
{
    from_value::<T>(valid.clone()).unwrap();
    for member in members {
        for value in [json!("open"), json!(["open"]), json!(null)] {
            let mut invalid = valid.clone();
            invalid[member] = value;
            from_value::<T>(invalid).expect_err(member);
        }
    }
}

#[test]
fn new_task_round_trip() {
    let id = Uuid::now_v7();
    let full = NewTask::new(id, "task").id(id).strategy("own").status("closed");
    let json = json!({
        "id": id, "gameId": id, "externalTaskId": "task", "strategyId": "own", "status": "closed",
    });
    assert_json(&full, &json);
    let least = json!({"gameId": id, "externalTaskId": "task"});
    assert_json(&NewTask::new(id, "task"), &least);
    assert_refused::<NewTask>(
        &least,
        &[
            "game_id",
            "gameID",
            "external_task_id",
            "externalId",
            "strategy_id",
            "strategyID",
            "strategy",
            "Status",
            "apiKey_used",
            "oauth_user_id",
            "created_at",
            "",
        ],
    );
}

#[test]
fn patch_round_trip() {
    assert!(from_value::<TaskPatch>(json!({})).unwrap().is_empty());
    assert_json(&TaskPatch::new(), &json!({}));
    let some = TaskPatch::new().strategy("x").if_status("open");
    assert_json(&some, &json!({"strategyId": "x", "ifStatus": "open"}));
    let moment = Game::new("game").created_at;
    let full = some.status("closed").if_unmodified_since(moment);
    let json = json!({
        "strategyId": "x", "status": "closed", "ifStatus": "open", "ifUnmodifiedSince": moment,
    });
    assert_json(&full, &json);
    assert_refused::<TaskPatch>(
        &json!({"status": "closed"}),
        &[
            "strategy_id",
            "strategyID",
            "Status",
            "if_status",
            "ifstatus",
            "if_unmodified_since",
            "ifUnmodified",
            "externalTaskId",
            "gameId",
            "updated_at",
            "",
        ],
    );
}

#[test]
fn game_patch_round_trip() {
    assert!(from_value::<GamePatch>(json!({})).unwrap().is_empty());
    assert_json(&GamePatch::new(), &json!({}));
    let full = GamePatch::new()
        .strategy(StrategyId::new("socio_bee").unwrap())
        .platform("web")
        .owned_by_api_key(ApiKeyId::new("gme_live_abc12345").unwrap())
        .owned_by_oauth_user(OauthUserId::new("auth0|1").unwrap());
    let json = json!({
        "strategyId": "socio_bee",
        "platform": "web",
        "apiKey_used": "gme_live_abc12345",
        "oauth_user_id": "auth0|1",
    });
    assert_json(&full, &json);
    assert!(!format!("{full:?}").contains("gme_live"));
    let nothing = GamePatch::new().without_platform().without_api_key().without_oauth_user();
    assert!(!nothing.is_empty());
    let json = json!({"platform": null, "apiKey_used": null, "oauth_user_id": null});
    assert_json(&nothing, &json);
    for invalid in
        [json!({"strategyId": null}), json!({"strategyId": " "}), json!({"apiKey_used": ""})]
    {
        from_value::<GamePatch>(invalid).unwrap_err();
    }
    let valid = json!({"platform": "web"});
    assert_refused::<GamePatch>(&valid, &["externalGameId", "id", "Platform", "api_key_used", ""]);
}

#[test]
fn filter_round_trip() {
    let game = Game::new("game");
    let all = json!({});
    assert_json(&TaskFilter::all(), &all);
    let with = |members: &[(&str, Value)]| {
        let mut json = all.clone();
        for (member, value) in members {
            json[member] = value.clone();
        }
        json
    };
    let until = game.created_at + chrono::TimeDelta::microseconds(1);
    let filter = TaskFilter::in_game(game.id)
        .statuses(["open", "é"])
        .strategies(["b", "a"])
        .external_id_prefix("p")
        .created_from(game.created_at)
        .created_until(until);
    let json = with(&[
        ("gameId", json!(game.id)),
        ("status", json!(["open", "é"])),
        ("strategyId", json!(["a", "b"])),
        ("externalIdPrefix", json!("p")),
        ("createdFrom", json!(game.created_at)),
        ("createdUntil", json!(until)),
    ]);
    assert_json(&filter, &json);
    let keys = [TaskKey::from(game.id), (game.id, game.id).into(), (game.id, "x").into()];
    let by_key = TaskFilter::keys(keys);
    let keys = to_value(&by_key).unwrap()["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 3);
    assert_json(&by_key, &with(&[("keys", keys)]));
    // An empty list is not the same as an absent one.
    for member in ["status", "strategyId", "keys"] {
        let nothing: TaskFilter = from_value(json!({member: []})).unwrap();
        assert_ne!(nothing, TaskFilter::all());
        assert_eq!(to_value(nothing).unwrap(), with(&[(member, json!([]))]));
    }
    // Absent members restrict nothing.
    let short: TaskFilter = from_value(json!({"gameId": game.id, "status": ["open"]})).unwrap();
    assert_eq!(short, TaskFilter::in_game(game.id).statuses(["open"]));
    assert_refused::<TaskFilter>(
        &json!({"gameId": game.id}),
        &[
            "game_id",
            "gameID",
            "Status",
            "strategy",
            "strategy_id",
            "strategyID",
            "Key",
            "external_id_prefix",
            "externalTaskIdPrefix",
            "externalTaskId",
            "created_from",
            "createdfrom",
            "created_until",
            "limit",
            "",
        ],
    );
}

#[test]
fn scope_round_trip() {
    let scope = TaskScope::api_key(ApiKeyId::new("gme_live_abc12345").unwrap());
    assert_eq!(from_value::<TaskScope>(to_value(&scope).unwrap()).unwrap(), scope);
}

/// A task with a value in every column.
fn full_task() -> Task {
    let game = Game::new("game");
    let everything = TaskScope::unrestricted();
    let new = NewTask::new(game.id, "task").strategy("own");
    let task = new.to_task(&everything, Some(&game), game.created_at).unwrap();
    Task {
        api_key_used: Some(ApiKeyId::new("gme_live_abc12345").unwrap()),
        oauth_user_id: Some(OauthUserId::new("auth0|1").unwrap()),
        status: TaskStatus::CLOSED,
        ..task
    }
}

#[test]
fn a_view_has_all_columns_but_the_api_key() {
    let task = full_task();
    let view = TaskView::from(&task);
    let mut expected = to_value(&task).unwrap();
    expected.as_object_mut().unwrap().remove("apiKey_used").unwrap();
    assert_json(&view, &expected);
    assert!(!format!("{view:?}").contains("gme_live"));
    assert_eq!(TaskView::from(task.clone()), view);
    assert_eq!(view.key(), task.key());
    // The JSON of a task is that of a view with one more member.
    assert_eq!(from_value::<TaskView>(to_value(&task).unwrap()).unwrap(), view);
    for (member, value) in [("status", json!(" ")), ("externalTaskId", json!("")), ("id", json!(1))]
    {
        let mut invalid = expected.clone();
        invalid[member] = value;
        from_value::<TaskView>(invalid).expect_err(member);
    }
    let page = Page::new(vec![task.clone()], Some("next".into()), Some(3)).map(TaskView::from);
    assert_json(&page, &json!({"items": [expected], "next": "next", "total": 3}));
    let outcome = CreateOutcome::Kept(task).map(TaskView::from);
    assert_json(&outcome, &json!({"outcome": "kept", "task": expected}));
}

#[test]
fn outcomes_round_trip() {
    let task = full_task();
    let json = to_value(&task).unwrap();
    for (outcome, name) in [
        (CreateOutcome::Created(task.clone()), "created"),
        (CreateOutcome::Kept(task.clone()), "kept"),
        (CreateOutcome::Updated(task), "updated"),
    ] {
        assert_json(&outcome, &json!({"outcome": name, "task": json}));
    }
    for (on_existing, name) in
        [(OnExisting::Fail, "fail"), (OnExisting::Keep, "keep"), (OnExisting::Update, "update")]
    {
        assert_json(&on_existing, &json!(name));
    }
}

#[test]
fn strategy_kind_round_trip() {
    let id = Uuid::now_v7();
    assert_json(&StrategyKind::Default, &json!({"kind": "default"}));
    assert_json(&StrategyKind::Named, &json!({"kind": "named"}));
    assert_json(&StrategyKind::Custom(id), &json!({"kind": "custom", "id": id}));
}

#[test]
fn lifecycle_round_trip() {
    let (open, closed) = (TaskStatus::OPEN, TaskStatus::CLOSED);
    let archived = TaskStatus::new("archived").unwrap();
    let lifecycle = Lifecycle::any()
        .allow(open.clone(), [closed.clone(), archived.clone()])
        .allow(closed, [open, archived]);
    let transitions = json!({"open": ["archived", "closed"], "closed": ["archived", "open"]});
    assert_json(&lifecycle, &json!({"transitions": transitions}));
    assert_json(&Lifecycle::any(), &json!({}));
    assert_json(&Lifecycle::strict(), &json!({"transitions": {}, "initial": ["open"]}));
    let none = Lifecycle::any().initial([]);
    assert_json(&none, &json!({"initial": []}));
    assert!(!none.allows_initial(&TaskStatus::OPEN));
    for invalid in [
        json!({"transitions": null}),
        json!({"transitions": {"open": [" "]}}),
        json!({"transitions": {"": ["open"]}}),
        json!({"transition": {}}),
        json!([]),
    ] {
        from_value::<Lifecycle>(invalid.clone()).expect_err(&invalid.to_string());
    }
}
