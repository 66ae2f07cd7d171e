//! JSON: GAME's column names, there and back.

use game_tasks::{
    ApiKeyId, Game, NewTask, OauthUserId, StrategyId, TaskFilter, TaskKey, TaskPatch, TaskScope,
};
use serde_json::{Value, from_value, json, to_value};

/// The names of a JSON object's members.
fn members(value: &Value) -> Vec<&str> {
    let mut members: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    members
}

#[test]
fn a_game_there_and_back() {
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
fn a_new_task_as_games_api_takes_it() {
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
    // What is missing is missed.
    for incomplete in [json!({"externalTaskId": "x"}), json!({"gameId": game_id}), json!({})] {
        from_value::<NewTask>(incomplete).unwrap_err();
    }
}

#[test]
fn requests_there_and_back() {
    let patch: TaskPatch = from_value(json!({"strategyId": "x", "ifStatus": "open"})).unwrap();
    assert_eq!(patch, TaskPatch::new().strategy("x").if_status("open"));
    assert_eq!(to_value(&patch).unwrap(), json!({"strategyId": "x", "ifStatus": "open"}));
    assert!(from_value::<TaskPatch>(json!({})).unwrap().is_empty());

    let game = Game::new("game");
    let filter = TaskFilter::in_game(game.id)
        .statuses(["open"])
        .strategies(["a", "b"])
        .external_id_prefix("p")
        .created_from(game.created_at)
        .created_until(game.created_at);
    let by_key = TaskFilter::keys([TaskKey::from(game.id), (game.id, "x").into()]);
    for filter in [filter, by_key, TaskFilter::all()] {
        assert_eq!(from_value::<TaskFilter>(to_value(&filter).unwrap()).unwrap(), filter);
    }
    let scope = TaskScope::api_key(ApiKeyId::new("gme_live_abc12345").unwrap());
    assert_eq!(from_value::<TaskScope>(to_value(&scope).unwrap()).unwrap(), scope);
}
