//! A result in the cache, and what it depends on.

use super::Cache;
use super::invalidations::{Moment, Slot, Subject};
use crate::error::TaskError;
use crate::strategy::objects::{Resolved, ResolvedForGame};
use crate::strategy::registry::Content;
use crate::strategy::resolve_error::ResolveError;
use crate::task::{MAX_TEXT_CHARS, StrategyId, Task, TaskKey};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// A result, and what decides how long it is current.
///
/// It is stored by value, since each indirection costs a call as much as the look-up itself.
#[derive(Clone)]
pub(super) struct Entry<V> {
    outcome: Result<V, Arc<ResolveError>>,
    /// `None` for a failure, which says nothing of the task and is not stored.
    depends_on: Option<Dependencies>,
    pub(super) start: Start,
}

/// Each result depends on four subjects or fewer; then one is repeated.
pub(super) type Dependencies = [Slot; 4];

/// The moment before a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) at: Instant,
    after: Moment,
    /// Of the strategies that are registered.
    pub(super) generation: u64,
}

impl Start {
    pub(super) fn now(cache: &Cache, generation: u64) -> Self {
        Self { at: cache.now(), after: cache.settings.invalidations.now(), generation }
    }
}

impl<V> Entry<V> {
    pub(super) fn new(
        start: Start,
        outcome: Result<V, ResolveError>,
        depends_on: Option<Dependencies>,
    ) -> Self {
        Self { outcome: outcome.map_err(Arc::new), depends_on, start }
    }

    pub(super) fn into_outcome(self) -> Result<V, ResolveError> {
        self.outcome.map_err(Arc::unwrap_or_clone)
    }

    pub(super) fn error(&self) -> Option<&ResolveError> {
        self.outcome.as_ref().err().map(|error| &**error)
    }

    /// Whether the result may be used by a call that begins now.
    pub(super) fn is_current(&self, cache: &Cache, now: Instant, generation: u64) -> bool {
        let depends_on = self.depends_on.as_ref().map_or(&[][..], |slots| slots);
        self.start.generation == generation
            && cache.settings.invalidations.none_since(self.start.after, depends_on)
            && now.saturating_duration_since(self.start.at) < cache.settings.max_age
    }

    pub(super) fn is_stored(&self) -> bool {
        self.depends_on.is_some()
    }
}

/// What a strategy alone is resolved for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    Game(Uuid),
    Task(Given),
}

/// A task that was already read, compared by what its effective strategy depends on.
#[derive(Debug, Clone)]
pub(super) struct Given(pub(super) Arc<Task>);

impl Given {
    fn parts(&self) -> (Uuid, Uuid, &str, &StrategyId) {
        let Task { id, game_id, external_task_id, strategy_id, .. } = &*self.0;
        (*game_id, *id, external_task_id, strategy_id)
    }
}

impl PartialEq for Given {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Given {}

impl Hash for Given {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

/// No task that the crate has written has a longer external id. Results for such keys would take more
/// memory than others, and are not stored.
const MAX_EXTERNAL_ID_BYTES: usize = 4 * MAX_TEXT_CHARS;

/// Of a task that was read with its strategy.
pub(super) fn of_task<S: ?Sized + Send + Sync + 'static>(
    cache: &Cache,
    content: &Content<S>,
    key: &TaskKey,
    outcome: &Result<Resolved<S>, ResolveError>,
) -> Option<Dependencies> {
    let slot = |subject| cache.settings.invalidations.slot(subject);
    if key.external_id_len() > MAX_EXTERNAL_ID_BYTES {
        return None;
    }
    match outcome {
        Ok(Resolved { task, strategy_id, .. }) => Some([
            slot(Subject::Task(task.id)),
            slot(Subject::Name(task.game_id, &task.external_task_id)),
            slot(Subject::Game(task.game_id)),
            slot(Subject::Strategy(content.target(strategy_id).as_str())),
        ]),
        Err(ResolveError::Task(TaskError::NotFound { .. })) => {
            let game = slot(key.game_id().map_or(Subject::AnyGame, Subject::Game));
            Some([slot(Subject::of(key)), game, game, game])
        }
        // A strategy that is registered or stored later is found at once.
        Err(ResolveError::Unknown(_) | ResolveError::Task(_) | ResolveError::Load { .. }) => None,
    }
}

/// Of a strategy alone.
pub(super) fn of_strategy<S: ?Sized + Send + Sync + 'static>(
    cache: &Cache,
    content: &Content<S>,
    asked: &Asked,
    outcome: &Result<ResolvedForGame<S>, ResolveError>,
) -> Option<Dependencies> {
    let slot = |subject| cache.settings.invalidations.slot(subject);
    let (game, task, name) = match asked {
        Asked::Game(game_id) => {
            let game = slot(Subject::Game(*game_id));
            (game, game, game)
        }
        Asked::Task(given) => {
            let (game_id, id, external_id, _) = given.parts();
            if external_id.len() > MAX_EXTERNAL_ID_BYTES {
                return None;
            }
            let name = slot(Subject::Name(game_id, external_id));
            (slot(Subject::Game(game_id)), slot(Subject::Task(id)), name)
        }
    };
    match outcome {
        Ok(ResolvedForGame { strategy_id, .. }) => {
            let strategy = slot(Subject::Strategy(content.target(strategy_id).as_str()));
            Some([game, task, name, strategy])
        }
        Err(ResolveError::Task(TaskError::NotFound { .. } | TaskError::GameNotFound { .. })) => {
            Some([game, task, name, game])
        }
        Err(ResolveError::Unknown(_) | ResolveError::Task(_) | ResolveError::Load { .. }) => None,
    }
}
