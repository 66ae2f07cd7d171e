//! Who calls: the scopes of those who own games, and of those who own none.

use super::failure::Failure;
use crate::ApiKeyId;
use crate::Game;
use crate::OauthUserId;
use crate::TaskScope;
use uuid::Uuid;

/// The caller of this API key.
pub(crate) fn key(text: &str) -> Result<ApiKeyId, Failure> {
    Ok(ApiKeyId::new(text)?)
}

/// The OAuth user of this name.
pub(crate) fn user(text: &str) -> Result<OauthUserId, Failure> {
    Ok(OauthUserId::new(text)?)
}

/// One of each kind of caller, with a game that it owns.
pub(crate) fn callers() -> Result<[(TaskScope, Game); 2], Failure> {
    let named = |name: &str| Game::new(format!("{name} {}", Uuid::now_v7()));
    let (mine, me) = (key("gme_live_mine")?, user("auth0|mine")?);
    Ok([
        (TaskScope::api_key(mine.clone()), named("of a key").owned_by_api_key(mine)),
        (TaskScope::oauth_user(me.clone()), named("of a user").owned_by_oauth_user(me)),
    ])
}

/// A scope of somebody who owns and created nothing.
pub(crate) fn strangers() -> Result<[TaskScope; 4], Failure> {
    Ok([
        TaskScope::api_key(key("gme_live_stranger")?),
        TaskScope::oauth_user(user("stranger")?),
        // The name of the one is no name of the other kind.
        TaskScope::api_key(key("auth0|mine")?),
        TaskScope::oauth_user(user("gme_live_mine")?),
    ])
}
