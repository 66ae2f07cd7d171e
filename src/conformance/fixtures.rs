//! Callers, ids and texts for cases.
//!
//! Public for this crate's own integration tests, which use the same ones; not part of the
//! supported API.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "hidden from the documentation")]

use super::failure::Failure;
use crate::query::{MAX_PAGE_SIZE, SortDirection, TaskFilter, TaskOrder, TaskQuery};
use crate::repository::{TaskRepository, TaskRepositoryExt};
use crate::{
    ApiKeyId, Game, OauthUserId, OnExisting, Task, TaskError, TaskKey, TaskScope, ValidationReason,
};
use std::error::Error;
use std::fmt::Debug;
use uuid::Uuid;

pub use super::texts::hostile_texts;
pub use super::texts::refused_texts;

const ORDERS: [TaskOrder; 3] = [TaskOrder::Created, TaskOrder::ExternalId, TaskOrder::Updated];
const DIRECTIONS: [SortDirection; 2] = [SortDirection::Ascending, SortDirection::Descending];

/// Every way to treat existing tasks.
pub const ON_EXISTING: [OnExisting; 3] = [OnExisting::Fail, OnExisting::Keep, OnExisting::Update];

pub fn api_key(text: &str) -> Result<ApiKeyId, Failure> {
    Ok(ApiKeyId::new(text)?)
}

pub fn oauth_user(text: &str) -> Result<OauthUserId, Failure> {
    Ok(OauthUserId::new(text)?)
}

/// A caller of each kind, with a new game that it owns.
pub fn callers() -> Result<[(TaskScope, Game); 2], Failure> {
    let named = |name: &str| Game::new(format!("{name} {}", Uuid::now_v7()));
    let (key, user) = (api_key("gme_live_mine")?, oauth_user("auth0|mine")?);
    Ok([
        (TaskScope::api_key(key.clone()), named("of a key").owned_by_api_key(key)),
        (TaskScope::oauth_user(user.clone()), named("of a user").owned_by_oauth_user(user)),
    ])
}

/// Callers that own no game and have created no task.
pub fn strangers() -> Result<[TaskScope; 4], Failure> {
    Ok([
        TaskScope::api_key(api_key("gme_live_stranger")?),
        TaskScope::oauth_user(oauth_user("stranger")?),
        // The name of an owner, but as a caller of the other kind.
        TaskScope::api_key(api_key("auth0|mine")?),
        TaskScope::oauth_user(oauth_user("gme_live_mine")?),
    ])
}

/// An id that, unlike the ids that the crate generates, does not sort by time.
pub fn unordered_id() -> Uuid {
    Uuid::from_u128(Uuid::now_v7().as_u128().reverse_bits())
}

/// The three keys that identify a task.
pub fn keys_of(task: &Task) -> [TaskKey; 3] {
    [
        TaskKey::Id(task.id),
        TaskKey::InGame(task.game_id, task.id),
        TaskKey::External(task.game_id, task.external_task_id.clone()),
    ]
}

/// The external ids of tasks, in their order.
pub fn names<'t>(tasks: impl IntoIterator<Item = &'t Task>) -> Vec<&'t str> {
    tasks.into_iter().map(|task| task.external_task_id.as_str()).collect()
}

/// All tasks that a repository can see, up to a page's maximum size, sorted by external id.
pub async fn list_by_name(tasks: &dyn TaskRepository) -> Result<Vec<Task>, TaskError> {
    let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId);
    Ok(tasks.list(query.limit(MAX_PAGE_SIZE)).await?.items)
}

/// The field and the reason of a [`TaskError::Invalid`].
#[track_caller]
pub fn validation_error(error: TaskError) -> Result<(&'static str, ValidationReason), Failure> {
    match error {
        TaskError::Invalid { field, reason } => Ok((field, reason)),
        other => Err(Failure::new(format_args!("must be Invalid, is {other:?}"))),
    }
}

/// The index and the error of a [`TaskError::Batch`].
#[track_caller]
pub fn batch_error(error: TaskError) -> Result<(usize, TaskError), Failure> {
    match error {
        TaskError::Batch { index, error } => Ok((index, *error)),
        other => Err(Failure::new(format_args!("must be Batch, is {other:?}"))),
    }
}

#[track_caller]
pub fn ensure_not_found(error: &TaskError, expected: &TaskKey) -> Result<(), Failure> {
    match error {
        TaskError::NotFound { key } if key == expected => Ok(()),
        other => Err(Failure::new(format_args!("must be NotFound for {expected}, is {other:?}"))),
    }
}

/// A query for each order and direction.
pub fn sorted_queries(filter: &TaskFilter) -> impl Iterator<Item = TaskQuery> {
    let query = TaskQuery::new(filter.clone());
    let by_order = ORDERS.map(|order| query.clone().order_by(order));
    by_order.into_iter().flat_map(|query| DIRECTIONS.map(|to| query.clone().direction(to)))
}

/// The expected list of a query: a reference implementation of the orders.
pub fn sorted(mut tasks: Vec<Task>, query: &TaskQuery) -> Vec<Task> {
    match query.order() {
        TaskOrder::Created => tasks.sort_by_key(|task| (task.created_at, task.id)),
        TaskOrder::Updated => tasks.sort_by_key(|task| (task.updated_at, task.id)),
        _ => tasks.sort_by(|a, b| {
            let of = |task: &Task| (task.external_task_id.clone().into_bytes(), task.id);
            of(a).cmp(&of(b))
        }),
    }
    if query.is_descending() {
        tasks.reverse();
    }
    tasks
}

/// The tasks of all pages of a query. Each page but the last must be full.
pub async fn walk(tasks: &dyn TaskRepository, query: TaskQuery) -> Result<Vec<Task>, Failure> {
    let mut walked = Vec::new();
    let mut next = Some(query);
    while let Some(query) = next {
        let page = tasks.list(query.clone()).await?;
        ensure_eq!(page.total, None);
        ensure!(page.next.is_none() || page.items.len() as u64 == query.page_size());
        ensure!(!page.items.is_empty() || walked.is_empty(), "a cursor led to an empty page");
        walked.extend(page.items);
        next = page.next.map(|cursor| query.after(cursor));
    }
    Ok(walked)
}

/// An API key for tests that check that it is not shown.
pub const SECRET_KEY: &str = "gme_live_secret42";

/// Checks that a text contains no part of [`SECRET_KEY`].
pub fn ensure_hidden(text: &str) -> Result<(), Failure> {
    for part in ["gme_live", "secret42"] {
        if text.contains(part) {
            return Err(Failure::new(format_args!("an API key appears in: {text}")));
        }
    }
    Ok(())
}

/// The same for the `Debug` output of a value.
pub fn ensure_hides(value: &impl Debug) -> Result<(), Failure> {
    ensure_hidden(&format!("{value:?}"))?;
    ensure_hidden(&format!("{value:#?}"))?;
    Ok(())
}

/// The same for an error and its sources.
pub fn ensure_error_hides(error: &TaskError) -> Result<(), Failure> {
    ensure_hides(error)?;
    ensure_hidden(&error.to_string())?;
    ensure_hidden(&serde_json::to_string(error).unwrap_or_default())?;
    let mut source = error.source();
    while let Some(cause) = source {
        ensure_hidden(&format!("{cause} {cause:?}"))?;
        source = cause.source();
    }
    Ok(())
}
