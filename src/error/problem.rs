//! Errors as web services report them: problem details for HTTP APIs (RFC 9457).

use super::{Retry, TaskError};
use crate::task::{TaskKey, json_name};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

/// Problem details for HTTP APIs ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), made from a
/// [`TaskError`].
///
/// ```
/// use game_tasks::{Lifecycle, ProblemDetails, TaskError, TaskStatus, uuid::Uuid};
/// use serde_json::json;
///
/// let error = TaskError::from(TaskStatus::new(" ").expect_err("blank"));
/// let problem = ProblemDetails::from(&error).with_instance("/tasks");
/// assert_eq!(
///     serde_json::to_value(&problem)?,
///     json!({
///         "type": "urn:game-tasks:problem:invalid",
///         "title": "Invalid value",
///         "status": 422,
///         "detail": "status must not be blank",
///         "instance": "/tasks",
///         "code": "invalid",
///         "field": "status",
///         "reason": "blank",
///         "retry": "no",
///     })
/// );
///
/// let key = (Uuid::nil(), "task-login").into();
/// let problem = ProblemDetails::from(&TaskError::NotFound { key });
/// assert_eq!((problem.status, problem.code.as_str()), (404, "not_found"));
/// assert_eq!(problem.external_task_id.as_deref(), Some("task-login"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A response has the status [`status`](Self::status) and the media type
/// [`MEDIA_TYPE`](Self::MEDIA_TYPE). Members without a value are omitted.
///
/// The members contain what the client sent, ids, and the status of a task, but no API key, and of a
/// failure of the database nothing but its code, status and retry: neither a constraint, a table nor the
/// database's message. Log the [`TaskError`] itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProblemDetails {
    /// Identifies the kind of problem: `urn:game-tasks:problem:` and the [`code`](Self::code). It is a
    /// URN since clients compare it, and it must be the same on every host. `about:blank`, which is
    /// what a missing `type` means, would identify nothing but the status. A service that documents its
    /// problems sets the address by [`with_type`](Self::with_type).
    #[serde(rename = "type", default = "about_blank")]
    pub type_uri: String,
    /// A summary, the same for all problems of the code.
    pub title: String,
    /// The HTTP status: see [`TaskError::http_status`].
    // utoipa does not limit an integer to its type.
    #[cfg_attr(feature = "utoipa", schema(maximum = 65535))]
    pub status: u16,
    /// What happened, in English. For a 5xx only what the client can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Identifies this occurrence: a path or an id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// A stable word: see [`TaskError::code`].
    pub code: String,
    /// The invalid field, by its name in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Why the field or the cursor was refused, as a stable word:
    /// [`ValidationReason::code`](crate::ValidationReason::code) or
    /// [`CursorFault::code`](crate::CursorFault::code).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The game that the request named, or that is in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_id: Option<Uuid>,
    /// The external id of a game that the request named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_game_id: Option<String>,
    /// The external id of a task that the request named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_task_id: Option<String>,
    /// The task that the request named, or the id that is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Uuid>,
    /// The index of the refused task in an atomic batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// What to repeat: `no`, `call`, `transaction` or `unknown`.
    pub retry: Retry,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

impl ProblemDetails {
    /// The media type of a response with problem details as JSON.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// Sets what identifies this occurrence of the problem: usually the path of the request.
    #[must_use]
    pub fn with_instance(mut self, instance: impl Into<String>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Replaces the type, for a service that documents its problems:
    ///
    /// ```
    /// use game_tasks::{ProblemDetails, TaskError, uuid::Uuid};
    ///
    /// let error = TaskError::IdTaken { id: Uuid::nil() };
    /// let address = format!("https://api.example.org/problems/{}", error.code());
    /// let problem = ProblemDetails::from(&error).with_type(address);
    /// assert_eq!(problem.type_uri, "https://api.example.org/problems/id_taken");
    /// ```
    #[must_use]
    pub fn with_type(mut self, type_uri: impl Into<String>) -> Self {
        self.type_uri = type_uri.into();
        self
    }

    /// A problem without the members that only some errors have.
    pub(crate) fn new(code: &str, title: &str, status: u16, retry: Retry) -> Self {
        Self {
            type_uri: format!("urn:game-tasks:problem:{code}"),
            title: title.to_owned(),
            status,
            detail: Some(advice(retry).to_owned()),
            instance: None,
            code: code.to_owned(),
            field: None,
            reason: None,
            game_id: None,
            external_game_id: None,
            external_task_id: None,
            task_id: None,
            index: None,
            retry,
        }
    }

    fn with_key(self, key: &TaskKey) -> Self {
        let (game_id, task_id, external_task_id) = match key {
            TaskKey::Id(id) => (None, Some(*id), None),
            TaskKey::InGame(game, id) => (Some(*game), Some(*id), None),
            TaskKey::External(game, external) => (Some(*game), None, Some(external.clone())),
        };
        Self { game_id, external_task_id, task_id, ..self }
    }
}

impl From<&TaskError> for ProblemDetails {
    fn from(error: &TaskError) -> Self {
        let (status, retry) = (error.http_status(), error.retry());
        let problem = Self::new(error.code(), title(error), status, retry);
        let problem = Self { detail: Some(detail(error, status)), ..problem };
        match error {
            TaskError::NotFound { key }
            | TaskError::Conflict { key, status: _, updated_at: _ }
            | TaskError::WriteSkipped { key: Some(key), transaction_lost: _ } => {
                problem.with_key(key)
            }
            TaskError::Unchanged { key, task } => {
                Self { task_id: Some(task.id), ..problem.with_key(key) }
            }
            TaskError::GameNotFound { game_id } => Self { game_id: Some(*game_id), ..problem },
            TaskError::AlreadyExists { game_id, external_task_id, id } => Self {
                game_id: Some(*game_id),
                external_task_id: Some(external_task_id.clone()),
                task_id: *id,
                ..problem
            },
            TaskError::GameAlreadyExists { external_game_id, id } => Self {
                game_id: Some(*id),
                external_game_id: Some(external_game_id.clone()),
                ..problem
            },
            TaskError::IdTaken { id } | TaskError::UnreadableTimestamp { id, column: _ } => {
                Self { task_id: Some(*id), ..problem }
            }
            TaskError::Invalid { field, reason } => Self {
                field: Some(json_name(field).to_owned()),
                reason: Some(reason.code().to_owned()),
                ..problem
            },
            TaskError::InvalidCursor(fault) => {
                Self { reason: Some(fault.code().to_owned()), ..problem }
            }
            TaskError::Batch { index, error } => {
                Self { detail: problem.detail, index: Some(*index), ..Self::from(error.as_ref()) }
            }
            TaskError::WriteSkipped { key: None, transaction_lost: _ }
            | TaskError::Referenced(_)
            | TaskError::Database(_)
            | TaskError::NotCompleted { .. } => problem,
        }
    }
}

impl From<TaskError> for ProblemDetails {
    fn from(error: TaskError) -> Self {
        Self::from(&error)
    }
}

/// Serializes as [`ProblemDetails`], which shows no more of a failure of the database than a client may
/// know.
impl Serialize for TaskError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ProblemDetails::from(self).serialize(serializer)
    }
}

fn title(error: &TaskError) -> &'static str {
    match error {
        TaskError::NotFound { .. } => "Task not found",
        TaskError::GameNotFound { .. } => "Game not found",
        TaskError::AlreadyExists { .. } => "Task already exists",
        TaskError::GameAlreadyExists { .. } => "Game already exists",
        TaskError::IdTaken { .. } => "Id is taken",
        TaskError::Conflict { .. } => "Precondition does not hold",
        TaskError::Unchanged { .. } => "Nothing to change",
        TaskError::Referenced(_) => "Referenced by other data",
        TaskError::WriteSkipped { .. } => "Write was skipped",
        TaskError::Invalid { .. } => "Invalid value",
        TaskError::InvalidCursor(_) => "Invalid cursor",
        TaskError::Batch { error, .. } => title(error),
        TaskError::UnreadableTimestamp { .. } => "Task cannot be read",
        TaskError::Database(_) => "Database failure",
        TaskError::NotCompleted { .. } => "Request was not completed",
    }
}

/// What happened. Of a failure only what to do, since its `Display` names constraints and tables.
fn detail(error: &TaskError, status: u16) -> String {
    if status >= 500 {
        return advice(error.retry()).to_owned();
    }
    match error {
        TaskError::Referenced(_) => "a reference to or from other data prevents this".to_owned(),
        TaskError::Database(_) => "other data prevents this".to_owned(),
        TaskError::Batch { index, error } => {
            format!("task {index} of the batch was refused: {}", detail(error, status))
        }
        TaskError::NotFound { .. }
        | TaskError::GameNotFound { .. }
        | TaskError::AlreadyExists { .. }
        | TaskError::GameAlreadyExists { .. }
        | TaskError::IdTaken { .. }
        | TaskError::Conflict { .. }
        | TaskError::Unchanged { .. }
        | TaskError::WriteSkipped { .. }
        | TaskError::Invalid { .. }
        | TaskError::InvalidCursor(_)
        | TaskError::UnreadableTimestamp { .. }
        | TaskError::NotCompleted { .. } => error.to_string(),
    }
}

fn advice(retry: Retry) -> &'static str {
    match retry {
        Retry::No => "the request cannot be carried out",
        Retry::Call | Retry::Transaction => {
            "the request was not carried out, and can be repeated later"
        }
        Retry::Unknown => "the request may have been carried out; read before repeating it",
    }
}
