//! Codes, statuses and problem details.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use super::{
    CursorFault, DatabaseError, FailureKind, ProblemDetails, Retry, RuntimeFault, TaskError,
    TransactionState,
};
use crate::task::{
    ApiKeyId, Game, NewTask, StrategyId, Task, TaskKey, TaskScope, TaskStatus, ValidationError,
    ValidationReason,
};
use chrono::Utc;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const SECRET: &str = "gme_live_abc12345";

fn task() -> Task {
    let key = ApiKeyId::new(SECRET).unwrap();
    let game = Game::new("game").owned_by_api_key(key.clone());
    let new = NewTask::new(game.id, "task");
    new.to_task(&TaskScope::api_key(key), Some(&game), Utc::now()).unwrap()
}

fn failure(kind: FailureKind, retry: Retry) -> TaskError {
    let message = format!("Key (\"apiKey_used\")=({SECRET}) already exists in tasks_pkey");
    DatabaseError::custom(kind, retry, message).into()
}

/// Errors of each variant but `Batch`: with each status that the variant has.
fn errors() -> Vec<TaskError> {
    let (id, task) = (Uuid::now_v7(), task());
    let key = TaskKey::from((id, "task-login"));
    let mut errors = vec![
        TaskError::NotFound { key: key.clone() },
        TaskError::NotFound { key: TaskKey::Id(id) },
        TaskError::NotFound { key: TaskKey::InGame(id, id) },
        TaskError::GameNotFound { game_id: id },
        TaskError::AlreadyExists { game_id: id, external_task_id: "x".to_owned(), id: Some(id) },
        TaskError::GameAlreadyExists { external_game_id: "bees".to_owned(), id },
        TaskError::IdTaken { id },
        TaskError::Conflict {
            key: key.clone(),
            status: TaskStatus::CLOSED,
            updated_at: Utc::now(),
        },
        TaskError::Unchanged { key: key.clone(), task: Box::new(task) },
        failure(FailureKind::ForeignKeyViolation, Retry::No),
        failure(FailureKind::ForeignKeyViolation, Retry::Transaction),
        TaskError::WriteSkipped { key: Some(key), transaction_lost: false },
        TaskError::WriteSkipped { key: None, transaction_lost: true },
        TaskError::InvalidCursor(CursorFault::Filter),
        TaskError::UnreadableTimestamp { id, column: "created_at" },
        TaskError::from(ApiKeyId::new(format!("{SECRET}\0")).unwrap_err()),
    ];
    for retry in [Retry::No, Retry::Call, Retry::Transaction, Retry::Unknown] {
        errors.push(TaskError::NotCompleted { fault: RuntimeFault::ShutDown, retry });
        for kind in [FailureKind::UniqueViolation, FailureKind::PoolClosed, FailureKind::Other] {
            errors.push(failure(kind, retry));
        }
    }
    errors
}

/// The name of the variant. A new one must be among [`errors`] and in the guide.
fn variant(error: &TaskError) -> &'static str {
    match error {
        TaskError::NotFound { .. } => "NotFound",
        TaskError::GameNotFound { .. } => "GameNotFound",
        TaskError::AlreadyExists { .. } => "AlreadyExists",
        TaskError::GameAlreadyExists { .. } => "GameAlreadyExists",
        TaskError::IdTaken { .. } => "IdTaken",
        TaskError::Conflict { .. } => "Conflict",
        TaskError::Unchanged { .. } => "Unchanged",
        TaskError::Referenced(_) => "Referenced",
        TaskError::WriteSkipped { .. } => "WriteSkipped",
        TaskError::Invalid { .. } => "Invalid",
        TaskError::InvalidCursor(_) => "InvalidCursor",
        TaskError::Batch { error, .. } => variant(error),
        TaskError::UnreadableTimestamp { .. } => "UnreadableTimestamp",
        TaskError::Database(_) => "Database",
        TaskError::NotCompleted { .. } => "NotCompleted",
    }
}

#[test]
fn the_guide_lists_codes_and_statuses() {
    let mut rows: BTreeMap<&str, (&str, BTreeSet<u16>)> = BTreeMap::new();
    for line in include_str!("../docs/errors.md").lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let [_, name, code, statuses, _] = cells.as_slice()
            && let Some((name, _)) = name.strip_prefix("[`").and_then(|name| name.split_once('`'))
            && let Some(code) = code.strip_prefix('`').and_then(|code| code.strip_suffix('`'))
            && name != "FailureKind"
        {
            let numbers = statuses.split(|c: char| !c.is_ascii_digit());
            let statuses = numbers.filter_map(|number| number.parse().ok()).collect();
            rows.insert(name, (code, statuses));
        }
    }
    let mut found: BTreeMap<&str, (&str, BTreeSet<u16>)> = BTreeMap::new();
    for error in errors() {
        let (code, statuses) = found.entry(variant(&error)).or_default();
        *code = error.code();
        statuses.insert(error.http_status());
    }
    assert_eq!(rows, found);
}

#[test]
fn a_batch_reports_the_error_of_its_task() {
    for error in errors() {
        let single = ProblemDetails::from(&error);
        let batch = TaskError::Batch { index: 3, error: Box::new(error) };
        let problem = ProblemDetails::from(&batch);
        assert_eq!((batch.code(), batch.http_status()), (&*single.code, single.status));
        let mut expected = single.clone();
        expected.index = Some(3);
        expected.detail = single.detail.map(|detail| match single.status {
            500.. => detail,
            _ => format!("task 3 of the batch was refused: {detail}"),
        });
        assert_eq!(problem, expected);
    }
}

#[test]
fn problems_round_trip_and_errors_serialize_as_them() {
    for error in errors() {
        let problem = ProblemDetails::from(&error);
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(serde_json::to_value(&error).unwrap(), json);
        assert_eq!(serde_json::from_value::<ProblemDetails>(json).unwrap(), problem);
        assert_eq!(problem.type_uri, format!("urn:game-tasks:problem:{}", error.code()));
        let named = problem.clone().with_instance("/tasks/7").with_type("https://example.org/x");
        let json = serde_json::to_value(&named).unwrap();
        assert_eq!(json["instance"], "/tasks/7");
        assert_eq!(json["type"], "https://example.org/x");
    }
    // Members that are absent, and some of another version.
    let least = r#"{"title": "t", "status": 404, "code": "not_found", "retry": "no", "new": 1}"#;
    let problem: ProblemDetails = serde_json::from_str(least).unwrap();
    assert_eq!((&*problem.type_uri, problem.detail), ("about:blank", None));
}

#[test]
fn problems_have_the_members_of_their_errors() {
    let id = Uuid::now_v7();
    let members = |error: TaskError| {
        let problem = ProblemDetails::from(error);
        (problem.game_id, problem.task_id, problem.external_task_id)
    };
    let not_found = |key: TaskKey| members(TaskError::NotFound { key });
    assert_eq!(not_found(id.into()), (None, Some(id), None));
    assert_eq!(not_found((id, id).into()), (Some(id), Some(id), None));
    assert_eq!(not_found((id, "x").into()), (Some(id), None, Some("x".to_owned())));
    let taken =
        TaskError::AlreadyExists { game_id: id, external_task_id: "x".to_owned(), id: None };
    assert_eq!(members(taken), (Some(id), None, Some("x".to_owned())));
    let game = TaskError::GameAlreadyExists { external_game_id: "bees".to_owned(), id };
    let json = serde_json::to_value(&game).unwrap();
    assert_eq!(
        (&json["externalGameId"], &json["gameId"]),
        (&"bees".into(), &id.to_string().into())
    );
    assert_eq!(members(game), (Some(id), None, None));
    let cursor = ProblemDetails::from(TaskError::InvalidCursor(CursorFault::Order));
    assert_eq!(cursor.reason.as_deref(), Some("order"));
    let reason = ValidationReason::TooLong { max: 255 };
    let error = TaskError::Invalid { field: "external_task_id", reason };
    let message = "externalTaskId must not be longer than 255 characters";
    assert_eq!((error.json_field(), &*error.to_string()), (Some("externalTaskId"), message));
    let invalid = ProblemDetails::from(error);
    assert_eq!(invalid.field.as_deref(), Some("externalTaskId"));
    assert_eq!(invalid.detail.as_deref(), Some(message));
    assert_eq!(invalid.reason.as_deref(), Some("too_long"));
}

/// Neither an API key, nor a constraint, a table, a column or a message of the database.
#[test]
fn problems_hide_internals() {
    for error in errors() {
        let json = serde_json::to_string(&error).unwrap();
        for internal in [SECRET, "tasks_pkey", "created_at", "runtime", "violated"] {
            assert!(!json.contains(internal), "{json}");
        }
    }
}

#[test]
fn words_are_stable() {
    use serde_json::{from_value, json, to_value};
    let from = TaskStatus::OPEN;
    for (reason, json) in [
        (ValidationReason::Empty, json!({"reason": "empty"})),
        (ValidationReason::Blank, json!({"reason": "blank"})),
        (ValidationReason::TooLong { max: 255 }, json!({"reason": "too_long", "max": 255})),
        (
            ValidationReason::ControlCharacter { position: 3 },
            json!({"reason": "control_character", "position": 3}),
        ),
        (ValidationReason::TooSmall { min: 1 }, json!({"reason": "too_small", "min": 1})),
        (ValidationReason::TooLarge { max: 9 }, json!({"reason": "too_large", "max": 9})),
        (ValidationReason::OutOfRange, json!({"reason": "out_of_range"})),
        (ValidationReason::NoChange, json!({"reason": "no_change"})),
        (
            ValidationReason::ForbiddenTransition { from, to: TaskStatus::CLOSED },
            json!({"reason": "forbidden_transition", "from": "open", "to": "closed"}),
        ),
        (
            ValidationReason::UnknownStrategy { strategy: StrategyId::DEFAULT },
            json!({"reason": "unknown_strategy", "strategy": "default"}),
        ),
        (
            ValidationReason::ForbiddenInitialStatus { status: TaskStatus::CLOSED },
            json!({"reason": "forbidden_initial_status", "status": "closed"}),
        ),
    ] {
        assert_eq!(to_value(&reason).unwrap(), json);
        assert_eq!(json["reason"], reason.code());
        assert_eq!(from_value::<ValidationReason>(json.clone()).unwrap(), reason);
        let error = ValidationError { field: "strategy_id", reason };
        let mut expected = json;
        expected["field"] = "strategyId".into();
        assert_eq!(to_value(&error).unwrap(), expected);
    }
    for fault in [
        CursorFault::Damaged,
        CursorFault::Version,
        CursorFault::Order,
        CursorFault::Filter,
        CursorFault::Scope,
    ] {
        assert_eq!(to_value(fault).unwrap(), fault.code());
        assert_eq!(from_value::<CursorFault>(fault.code().into()).unwrap(), fault);
    }
    let words = |values: &[serde_json::Value]| -> Vec<String> {
        values.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let retries = [Retry::No, Retry::Call, Retry::Transaction, Retry::Unknown];
    let retries = retries.map(|retry| to_value(retry).unwrap());
    assert_eq!(words(&retries), ["no", "call", "transaction", "unknown"]);
    let states = [TransactionState::Intact, TransactionState::Unknown, TransactionState::Lost];
    let states = states.map(|state| to_value(state).unwrap());
    assert_eq!(words(&states), ["intact", "unknown", "lost"]);
    let faults = [RuntimeFault::Missing, RuntimeFault::ShutDown];
    let faults = faults.map(|fault| to_value(fault).unwrap());
    assert_eq!(words(&faults), ["missing", "shut_down"]);
    let kind = to_value(FailureKind::StatementInvalidated).unwrap();
    assert_eq!(kind, "statement_invalidated");
    assert_eq!(from_value::<FailureKind>(kind).unwrap(), FailureKind::StatementInvalidated);
}

#[test]
fn errors_are_equal_if_they_show_the_same() {
    let errors = errors();
    for (n, error) in errors.iter().enumerate() {
        assert_eq!(*error, error.clone());
        assert!(errors.iter().enumerate().all(|(m, other)| m == n || error != other), "{error:?}");
    }
    let failed = |message| DatabaseError::custom(FailureKind::Busy, Retry::Call, message);
    assert_eq!(failed("one message"), failed("another"));
}
