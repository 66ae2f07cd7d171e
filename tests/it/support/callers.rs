//! Who calls: the scopes of those who own games, and of those who own none.

use super::checks::key;
use game_tasks::{Game, OauthUserId, TaskScope};
use uuid::Uuid;

fn user(text: &str) -> OauthUserId {
    OauthUserId::new(text).unwrap()
}

/// One of each kind of caller, with a game that it owns.
pub(crate) fn callers() -> [(TaskScope, Game); 2] {
    let named = |name: &str| Game::new(format!("{name} {}", Uuid::now_v7()));
    [
        (
            TaskScope::api_key(key("gme_live_mine")),
            named("of a key").owned_by_api_key(key("gme_live_mine")),
        ),
        (
            TaskScope::oauth_user(user("auth0|mine")),
            named("of a user").owned_by_oauth_user(user("auth0|mine")),
        ),
    ]
}

/// A scope of somebody who owns and created nothing.
pub(crate) fn strangers() -> [TaskScope; 4] {
    [
        TaskScope::api_key(key("gme_live_stranger")),
        TaskScope::oauth_user(user("stranger")),
        // The name of the one is no name of the other kind.
        TaskScope::api_key(key("auth0|mine")),
        TaskScope::oauth_user(user("gme_live_mine")),
    ]
}
