//! Every serialized type, with values of it.

use crate::errors;
use crate::own_entity::quest_tasks;
use crate::validators::SerializedType;
use game_tasks::chrono::{DateTime, Utc};
use game_tasks::entity::{games, tasks};
use game_tasks::{
    ApiKeyId, Caller, CreateOutcome, Cursor, Game, GamePatch, Inheritance, Lifecycle, NewTask,
    OauthUserId, OnExisting, OwnerId, Page, ResolvedGame, ResolvedStrategy, ResolvedTask,
    SortDirection, StrategyId, StrategyKind, StrategySource, Task, TaskFilter, TaskKey, TaskOrder,
    TaskPatch, TaskQuery, TaskScope, TaskStatus, TaskView, uuid::Uuid,
};

pub(crate) fn all() -> Vec<SerializedType> {
    let mut types = entities();
    types.extend(requests());
    types.extend(queries());
    types.extend(scopes());
    types.extend(results());
    types.extend(errors::all());
    types
}

pub(crate) fn named(name: &str) -> SerializedType {
    all().into_iter().find(|of| of.name == name).expect(name)
}

fn key() -> ApiKeyId {
    ApiKeyId::new("gme_live_abc12345").unwrap()
}
fn user() -> OauthUserId {
    OauthUserId::new("auth0|1").unwrap()
}
fn strategy() -> StrategyId {
    StrategyId::new("socio_bee").unwrap()
}
fn time() -> DateTime<Utc> {
    "2026-01-02T03:04:05.678901Z".parse().unwrap()
}

/// Tasks with a value in every column, and with every null.
pub(crate) fn tasks() -> [Task; 2] {
    let full = Task {
        id: Uuid::from_u128(1),
        created_at: time(),
        updated_at: DateTime::UNIX_EPOCH,
        api_key_used: Some(key()),
        oauth_user_id: Some(user()),
        game_id: Uuid::from_u128(2),
        external_task_id: "é".repeat(255),
        strategy_id: strategy(),
        status: TaskStatus::CLOSED,
    };
    let null = Task {
        api_key_used: None,
        oauth_user_id: None,
        external_task_id: "a task".to_owned(),
        strategy_id: StrategyId::DEFAULT,
        ..full.clone()
    };
    [full, null]
}

fn games() -> [Game; 2] {
    let null = Game::new("bees-2026");
    let full = Game { platform: Some("web".to_owned()), ..null.clone() };
    [null, full.strategy(strategy()).owned_by_api_key(key()).owned_by_oauth_user(user())]
}

fn entities() -> Vec<SerializedType> {
    let ids = ["default", "socio_bee", " x ", "🎉"].map(|id| StrategyId::new(id).unwrap());
    let custom = StrategyId::custom(Uuid::from_u128(3));
    vec![
        SerializedType::read("ApiKeyId", [key()]),
        SerializedType::read("OauthUserId", [user()]),
        SerializedType::read("StrategyId", ids.into_iter().chain([custom])),
        SerializedType::read("TaskStatus", [TaskStatus::OPEN, TaskStatus::CLOSED]),
        SerializedType::read("Task", tasks()),
        SerializedType::read("TaskView", tasks().map(TaskView::from)),
        SerializedType::read("Game", games()),
        SerializedType::read("tasks::ModelEx", tasks().map(tasks::Model::into_ex)),
        SerializedType::read("games::ModelEx", games().map(games::Model::into_ex)),
        SerializedType::read("tasks_entity!", tasks().map(quest_tasks::Model::from)),
    ]
}

fn requests() -> Vec<SerializedType> {
    let new = NewTask::new(Uuid::from_u128(2), "task-login");
    let full = new.clone().id(Uuid::from_u128(1)).strategy(strategy()).status("draft");
    let patch = TaskPatch::new().strategy("own").status("closed").if_status("");
    let full_game = GamePatch::new().strategy(strategy()).platform("web");
    let full_game = full_game.owned_by_api_key(key()).owned_by_oauth_user(user());
    let cleared_game = GamePatch::new().without_platform().without_api_key().without_oauth_user();
    let lifecycle = Lifecycle::strict().allow(TaskStatus::OPEN, [TaskStatus::CLOSED]);
    let no_status = Lifecycle::any().initial([]);
    vec![
        SerializedType::validated("NewTask", [new, full], NewTask::validate),
        SerializedType::validated(
            "TaskPatch",
            [TaskPatch::new(), patch.if_unmodified_since(time())],
            TaskPatch::validate,
        ),
        SerializedType::validated(
            "GamePatch",
            [GamePatch::new(), full_game, cleared_game],
            GamePatch::validate,
        ),
        SerializedType::read(
            "Lifecycle",
            [Lifecycle::any(), Lifecycle::strict(), lifecycle, no_status],
        ),
        SerializedType::read(
            "OnExisting",
            [OnExisting::Fail, OnExisting::Keep, OnExisting::Update],
        ),
        SerializedType::read("Inheritance", [Inheritance::FromGame, Inheritance::Never]),
    ]
}

fn keys() -> [TaskKey; 3] {
    let (game, task) = (Uuid::from_u128(2), Uuid::from_u128(1));
    [task.into(), (game, task).into(), (game, "task-login").into()]
}

fn queries() -> Vec<SerializedType> {
    let mut full = TaskFilter::keys(keys())
        .statuses(["open", "é"])
        .strategies(["b", "a"])
        .external_id_prefix("p")
        .created_from(time())
        .created_until(time());
    full.game_id = Some(Uuid::from_u128(2));
    let none = TaskFilter::keys(<[TaskKey; 0]>::default()).statuses([""; 0]);
    let filters = [TaskFilter::all(), full.clone(), none.clone()];
    let after = TaskQuery::new(none).after("AAAA".into());
    let numbered = TaskQuery::new(full.clone()).order_by(TaskOrder::Updated).descending();
    let continued =
        TaskQuery::new(full.clone()).order_by(TaskOrder::ExternalId).after("AAAA".into());
    let queries = [
        TaskQuery::new(TaskFilter::all()),
        numbered.clone().limit(20).page(3).with_total(),
        after,
        TaskQuery::new(TaskFilter::all()).after("AAAA".into()),
        continued.limit(1).descending().with_total(),
        numbered,
    ];
    vec![
        SerializedType::validated("TaskKey", keys(), TaskKey::validate),
        SerializedType::validated("TaskFilter", filters, TaskFilter::validate),
        SerializedType::validated("TaskQuery", queries, TaskQuery::validate),
        SerializedType::read(
            "TaskOrder",
            [TaskOrder::Created, TaskOrder::ExternalId, TaskOrder::Updated],
        ),
        SerializedType::read(
            "SortDirection",
            [SortDirection::Ascending, SortDirection::Descending],
        ),
        SerializedType::read("Cursor", [Cursor::from("AAAA")]),
    ]
}

fn owners() -> [OwnerId; 5] {
    let ints = [i64::MIN, 0, i64::MAX].map(OwnerId::Int);
    let [least, zero, greatest] = ints;
    [least, zero, greatest, OwnerId::Text("a\nb".to_owned()), OwnerId::Uuid(Uuid::from_u128(4))]
}

fn scopes() -> Vec<SerializedType> {
    let callers = || {
        owners().map(Caller::Owner).into_iter().chain([Caller::ApiKey(key()), user().into_caller()])
    };
    let each = callers().map(TaskScope::from);
    let all = callers().map(TaskScope::from).reduce(TaskScope::and).unwrap();
    vec![
        SerializedType::read("OwnerId", owners()),
        SerializedType::read("Caller", callers()),
        SerializedType::validated(
            "TaskScope",
            each.chain([all, TaskScope::unrestricted()]),
            TaskScope::validate,
        ),
    ]
}

trait IntoCaller {
    fn into_caller(self) -> Caller;
}
impl IntoCaller for OauthUserId {
    fn into_caller(self) -> Caller {
        Caller::OauthUser(self)
    }
}

fn pages<T: Clone>(items: &[T]) -> [Page<T>; 3] {
    [
        Page::new(items.to_vec(), Some("AAAA".into()), None),
        Page::new(items.to_vec(), None, Some(u64::MAX)),
        Page::new(vec![], None, None),
    ]
}

fn outcomes<T: Clone>(task: &T) -> [CreateOutcome<T>; 3] {
    [
        CreateOutcome::Created(task.clone()),
        CreateOutcome::Kept(task.clone()),
        CreateOutcome::Updated(task.clone()),
    ]
}

fn results() -> Vec<SerializedType> {
    let sources = [StrategySource::Task, StrategySource::Game, StrategySource::Default];
    let views = tasks().map(TaskView::from);
    let resolved = sources.map(|source| ResolvedStrategy {
        task_id: Uuid::from_u128(1),
        game_id: Uuid::from_u128(2),
        strategy_id: strategy(),
        source,
    });
    let game = ResolvedGame::of(Uuid::from_u128(2), Some(strategy()), Inheritance::FromGame);
    let task = tasks().map(|task| ResolvedTask::new(task, resolved[0].clone()));
    let kinds =
        [StrategyKind::Default, StrategyKind::Named, StrategyKind::Custom(Uuid::from_u128(3))];
    vec![
        SerializedType::read("Page<Task>", pages(&tasks())),
        SerializedType::read("Page<TaskView>", pages(&views)),
        SerializedType::read("CreateOutcome<Task>", outcomes(&tasks()[0])),
        SerializedType::read("CreateOutcome<TaskView>", outcomes(&views[1])),
        SerializedType::read("StrategyKind", kinds),
        SerializedType::read("StrategySource", sources),
        SerializedType::read("ResolvedStrategy", resolved),
        SerializedType::read("ResolvedTask", task),
        SerializedType::read("ResolvedGame", [game]),
    ]
}
