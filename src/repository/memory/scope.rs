//! What a scope means for tasks and games in memory: `sql/predicate.rs` says it in SQL.

use crate::entity::{Game, Task};
use crate::value::{Caller, OwnerId, TaskScope};

/// Whether each caller of the scope may see the task, which is in this game.
pub(super) fn sees(scope: &TaskScope, task: &Task, game: Option<&Game>) -> bool {
    scope.callers().iter().all(|caller| {
        let reached = match caller {
            Caller::ApiKey(key) => {
                task.api_key_used.as_ref() == Some(key)
                    || game.is_some_and(|game| game.api_key_used.as_ref() == Some(key))
            }
            Caller::OauthUser(user) => {
                task.oauth_user_id.as_ref() == Some(user)
                    || game.is_some_and(|game| game.oauth_user_id.as_ref() == Some(user))
            }
            // The crate's own games have no column for it.
            Caller::Owner(_) => false,
        };
        reached && can_be_asked_for(caller)
    })
}

/// Whether the scope may create tasks in the game.
pub(super) fn may_create(scope: &TaskScope, game: &Game) -> bool {
    scope.callers().iter().all(|caller| {
        let owns = match caller {
            Caller::ApiKey(key) => game.api_key_used.as_ref() == Some(key),
            Caller::OauthUser(user) => game.oauth_user_id.as_ref() == Some(user),
            // The crate's own games have no column for it.
            Caller::Owner(_) => false,
        };
        owns && can_be_asked_for(caller)
    })
}

/// PostgreSQL refuses a NUL even as a parameter, so nobody is called by one.
fn can_be_asked_for(caller: &Caller) -> bool {
    let text = match caller {
        Caller::ApiKey(key) => key.as_str(),
        Caller::OauthUser(user) => user.as_str(),
        Caller::Owner(OwnerId::Text(text)) => text,
        Caller::Owner(OwnerId::Int(_) | OwnerId::Uuid(_)) => return true,
    };
    !text.contains('\0')
}
