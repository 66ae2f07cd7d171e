//! What a scope means for tasks and games in hand: `sql/predicate.rs` says it in SQL.

use crate::entity::{Game, Task};
use crate::value::{Caller, OwnerId, TaskScope};

/// For stores that keep the crate's own games; what another games table says of its owners
/// ([`Caller::Owner`]) they do not know, so that such a caller reaches nothing.
impl TaskScope {
    /// Whether each caller of the scope may see and change the task, which is in this game:
    /// it created the task, or it owns the game.
    ///
    /// ```
    /// use game_tasks::{ApiKeyId, Game, NewTask, TaskScope, chrono::Utc};
    ///
    /// let key = ApiKeyId::new("gme_live_abc12345")?;
    /// let game = Game::new("bees-2026").owned_by_api_key(key.clone());
    /// let everybody = TaskScope::unrestricted();
    /// let task = NewTask::new(game.id, "t").to_task(&everybody, Some(&game), Utc::now())?;
    /// assert!(TaskScope::api_key(key).sees(&task, Some(&game)));
    /// assert!(!TaskScope::api_key(ApiKeyId::new("other")?).sees(&task, Some(&game)));
    /// # Ok::<(), game_tasks::TaskError>(())
    /// ```
    #[must_use]
    pub fn sees(&self, task: &Task, game: Option<&Game>) -> bool {
        self.callers().iter().all(|caller| {
            let reached = match caller {
                Caller::ApiKey(key) => {
                    task.api_key_used.as_ref() == Some(key)
                        || game.is_some_and(|game| game.api_key_used.as_ref() == Some(key))
                }
                Caller::OauthUser(user) => {
                    task.oauth_user_id.as_ref() == Some(user)
                        || game.is_some_and(|game| game.oauth_user_id.as_ref() == Some(user))
                }
                Caller::Owner(_) => false,
            };
            reached && can_be_asked_for(caller)
        })
    }

    /// Whether the scope may create tasks in the game: each of its callers owns it.
    #[must_use]
    pub fn may_create_in(&self, game: &Game) -> bool {
        self.callers().iter().all(|caller| {
            let owns = match caller {
                Caller::ApiKey(key) => game.api_key_used.as_ref() == Some(key),
                Caller::OauthUser(user) => game.oauth_user_id.as_ref() == Some(user),
                Caller::Owner(_) => false,
            };
            owns && can_be_asked_for(caller)
        })
    }
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
