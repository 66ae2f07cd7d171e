//! The serialized types of errors, with values of them.

use crate::types::tasks;
use crate::validators::SerializedType;
use game_tasks::{
    CursorFault, DatabaseError, FailureKind, ProblemDetails, Retry, RuntimeFault, StrategyId,
    TaskError, TaskKey, TaskStatus, TransactionState, ValidationError, ValidationReason,
    uuid::Uuid,
};
use serde_json::{from_value, json};

pub(crate) fn all() -> Vec<SerializedType> {
    let problems =
        errors().into_iter().map(|error| ProblemDetails::from(error).with_instance("/t"));
    let least = json!({"title": "T", "status": 404, "code": "c", "retry": "no"});
    let least: ProblemDetails = from_value(least).unwrap();
    vec![
        SerializedType::written("TaskError", errors()),
        SerializedType::read("ProblemDetails", problems.chain([least])),
        SerializedType::read("ValidationReason", reasons()),
        SerializedType::written(
            "ValidationError",
            reasons().map(|reason| ValidationError { field: "strategy_id", reason }),
        ),
        SerializedType::read("FailureKind", FAILURES),
        SerializedType::read("Retry", RETRIES),
        SerializedType::read(
            "TransactionState",
            [TransactionState::Intact, TransactionState::Unknown, TransactionState::Lost],
        ),
        SerializedType::read("RuntimeFault", [RuntimeFault::Missing, RuntimeFault::ShutDown]),
        SerializedType::read("CursorFault", CURSOR_FAULTS),
    ]
}

const RETRIES: [Retry; 4] = [Retry::No, Retry::Call, Retry::Transaction, Retry::Unknown];

const CURSOR_FAULTS: [CursorFault; 5] = [
    CursorFault::Damaged,
    CursorFault::Version,
    CursorFault::Order,
    CursorFault::Filter,
    CursorFault::Scope,
];

const FAILURES: [FailureKind; 23] = [
    FailureKind::UniqueViolation,
    FailureKind::ForeignKeyViolation,
    FailureKind::NotNullViolation,
    FailureKind::ConstraintViolation,
    FailureKind::Serialization,
    FailureKind::Timeout,
    FailureKind::Busy,
    FailureKind::ConnectionLost,
    FailureKind::CommitFailed,
    FailureKind::Unreachable,
    FailureKind::PoolClosed,
    FailureKind::TransactionAborted,
    FailureKind::ReadOnly,
    FailureKind::StorageFull,
    FailureKind::ResourceExhausted,
    FailureKind::PacketTooLarge,
    FailureKind::PermissionDenied,
    FailureKind::InvalidStatement,
    FailureKind::StatementInvalidated,
    FailureKind::UnsupportedPooler,
    FailureKind::InvalidValue,
    FailureKind::Decode,
    FailureKind::Other,
];

fn reasons() -> [ValidationReason; 11] {
    let (open, closed) = (TaskStatus::OPEN, TaskStatus::CLOSED);
    [
        ValidationReason::Empty,
        ValidationReason::Blank,
        ValidationReason::TooLong { max: 255 },
        ValidationReason::ControlCharacter { position: 0 },
        ValidationReason::TooSmall { min: 1 },
        ValidationReason::TooLarge { max: u64::MAX },
        ValidationReason::OutOfRange,
        ValidationReason::NoChange,
        ValidationReason::ForbiddenTransition { from: open.clone(), to: closed },
        ValidationReason::UnknownStrategy { strategy: StrategyId::DEFAULT },
        ValidationReason::ForbiddenInitialStatus { status: open },
    ]
}

/// Every variant, with every key, reason, cursor fault and retry.
fn errors() -> Vec<TaskError> {
    let (id, game_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let [task, _] = tasks();
    let keys: [TaskKey; 3] = [id.into(), (game_id, id).into(), (game_id, "task-login").into()];
    let [key, in_game, external] = keys.clone();
    let exists =
        |id| TaskError::AlreadyExists { game_id, external_task_id: "task-login".to_owned(), id };
    let custom = |kind| DatabaseError::custom(kind, Retry::Unknown, "not shown");
    let mut errors: Vec<_> = keys.into_iter().map(|key| TaskError::NotFound { key }).collect();
    errors.extend([
        TaskError::GameNotFound { game_id },
        exists(Some(id)),
        exists(None),
        TaskError::IdTaken { id },
        TaskError::GameAlreadyExists { external_game_id: "bees-2026".to_owned(), id: game_id },
        TaskError::Conflict { key, status: TaskStatus::OPEN, updated_at: task.updated_at },
        TaskError::Unchanged { key: in_game, task: Box::new(task) },
        TaskError::Referenced(custom(FailureKind::ForeignKeyViolation)),
        TaskError::WriteSkipped { key: Some(external), transaction_lost: false },
        TaskError::WriteSkipped { key: None, transaction_lost: true },
        TaskError::Batch { index: 7, error: Box::new(exists(None)) },
        TaskError::UnreadableTimestamp { id, column: "updated_at" },
    ]);
    errors.extend(reasons().map(|reason| TaskError::Invalid { field: "status", reason }));
    errors.extend(CURSOR_FAULTS.map(TaskError::InvalidCursor));
    errors.extend(FAILURES.map(|kind| TaskError::Database(custom(kind))));
    errors.extend(
        RETRIES.map(|retry| TaskError::NotCompleted { fault: RuntimeFault::Missing, retry }),
    );
    errors
}
