//! The calls whose statements are recorded.

use super::Recorder;
use crate::support::key;
use game_tasks::chrono::{TimeDelta, Utc};
use game_tasks::migration::{OptInIndex, opt_in_index, opt_in_updated_at_trigger, verify_schema};
use game_tasks::sea_orm::{DatabaseConnection, DbBackend, EntityTrait, TransactionTrait};
use game_tasks::sea_orm_migration::{MigratorTrait, SchemaManager};
use game_tasks::{
    Game, GamePatch, Games, Migrator, NewTask, OnExisting, ResolveStrategyExt,
    SeaOrmTaskRepository, StrategyId, StrategyResolver, Task, TaskFilter, TaskKey, TaskOrder,
    TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope, migrate,
};
use uuid::Uuid;

const ORDERS: [TaskOrder; 3] = [TaskOrder::Created, TaskOrder::Updated, TaskOrder::ExternalId];
const MODES: [OnExisting; 3] = [OnExisting::Fail, OnExisting::Keep, OnExisting::Update];

pub(super) async fn migrations(recorder: &mut Recorder) {
    let db = recorder.db.clone();
    recorder.section("Migrations");
    recorder.call("the migrator on an empty database", Migrator::up(&db, None)).await.unwrap();
    recorder.call("migrate, where nothing is to be done", migrate(&db)).await.unwrap();
    recorder.call("the schema check", verify_schema(&db)).await.unwrap();
    let manager = SchemaManager::new(&db);
    for index in [
        OptInIndex::CreatedAt,
        OptInIndex::ExternalTaskId,
        OptInIndex::GameUpdatedAt,
        OptInIndex::UpdatedAt,
        OptInIndex::Status,
        OptInIndex::StrategyId,
    ] {
        let (migration, title) = (opt_in_index(index), format!("the opt-in index {index:?}"));
        recorder.call(&title, migration.up(&manager)).await.unwrap();
        recorder.call(&format!("{title}, down"), migration.down(&manager)).await.unwrap();
    }
    if manager.get_database_backend() == DbBackend::Postgres {
        let trigger = opt_in_updated_at_trigger();
        recorder.call("the opt-in trigger", trigger.up(&manager)).await.unwrap();
        recorder.call("the opt-in trigger, down", trigger.down(&manager)).await.unwrap();
    }
    recorder.call("the migrator, down", Migrator::down(&db, None)).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
}

pub(super) async fn repository(recorder: &mut Recorder) {
    games(recorder).await;
    let db = recorder.db.clone();
    let game = Game::new("game").owned_by_api_key(key("gme_live_mine"));
    let game = game.insert(&db).await.unwrap().id;
    recorder.ids.insert(game, "game");
    let all = SeaOrmTaskRepository::new(db.clone());
    let mine = TaskScope::api_key(key("gme_live_mine"));
    for scope in [("without a scope", TaskScope::unrestricted()), ("in a scope", mine)] {
        let tasks = all.clone().with_scope(scope.1.clone());
        let mut calls = Calls { recorder, db: db.clone(), tasks, game, scope };
        calls.one_task().await;
        calls.lists().await;
        calls.bulk_creation().await;
        calls.bulk_changes().await;
        calls.resolver().await;
    }
    in_a_transaction(recorder, &all, game).await;
}

async fn games(recorder: &mut Recorder) {
    let db = recorder.db.clone();
    recorder.section("Games");
    let insert = Game::new("other").insert(&db);
    let game = recorder.call("insert", insert).await.unwrap();
    let again = Game::new("other").insert(&db);
    recorder.call("insert, where the name is taken", again).await.unwrap_err();
    let with_id = Game { id: game.id, ..Game::new("new") }.insert(&db);
    recorder.call("insert, where the id is taken", with_id).await.unwrap_err();
    recorder.call("find", Game::find(&db, game.id)).await.unwrap().unwrap();
    let found = Game::find_by_external_id(&db, "other");
    recorder.call("find_by_external_id", found).await.unwrap().unwrap();
    let got = Game::new("other").get_or_create(&db);
    recorder.call("get_or_create of one", got).await.unwrap();
    let created = Game::new("new").get_or_create(&db);
    recorder.call("get_or_create of none", created).await.unwrap();
    let owners = GamePatch::new().owned_by_api_key(key("gme_live_mine")).without_oauth_user();
    let patch = owners.strategy(StrategyId::DEFAULT).platform("web");
    for title in ["update", "update, where nothing changes"] {
        recorder.call(title, Game::update(&db, game.id, patch.clone())).await.unwrap();
    }
    let transaction = db.begin().await.unwrap();
    let again = Game::new("other").insert(&transaction);
    let title = "insert, where the name is taken (in a transaction)";
    recorder.call(title, again).await.unwrap_err();
    let update = Game::update(&transaction, game.id, GamePatch::new().without_platform());
    recorder.call("update (in a transaction)", update).await.unwrap();
    transaction.rollback().await.unwrap();
    Games::delete_many().exec(&db).await.unwrap();
}

struct Calls<'r> {
    recorder: &'r mut Recorder,
    db: DatabaseConnection,
    tasks: SeaOrmTaskRepository<DatabaseConnection>,
    game: Uuid,
    scope: (&'static str, TaskScope),
}

fn named(game: Uuid) -> NewTask {
    NewTask::new(game, "task").strategy("own")
}

/// One key of each kind, with its name.
fn keys(task: &Task) -> [(&'static str, TaskKey); 3] {
    [
        ("by id", TaskKey::Id(task.id)),
        ("by game and id", TaskKey::InGame(task.game_id, task.id)),
        ("by game and external id", (task.game_id, &task.external_task_id).into()),
    ]
}

impl Calls<'_> {
    fn section(&mut self, title: &str) {
        self.recorder.section(&format!("{title}, {}", self.scope.0));
    }

    async fn call<T>(&mut self, title: &str, call: impl Future<Output = T>) -> T {
        let title = format!("{title} ({})", self.scope.0);
        self.recorder.call(&title, call).await
    }

    /// Creates a task without recording it.
    async fn task(&mut self) -> Task {
        self.recorder.tasks += 1;
        let name = format!("task {:03}", self.recorder.tasks);
        self.tasks.create(NewTask::new(self.game, name)).await.unwrap()
    }

    async fn one_task(&mut self) {
        let tasks = self.tasks.clone();
        let game = self.game;
        self.section("One task");
        let created = self.call("create", tasks.create(named(game))).await.unwrap();
        let again = tasks.create(named(game));
        self.call("create, where the name is taken", again).await.unwrap_err();
        let with_id = NewTask::new(game, "other").id(created.id);
        self.call("create, where the id is taken", tasks.create(with_id)).await.unwrap_err();
        let nowhere = tasks.create(NewTask::new(Uuid::now_v7(), "task"));
        self.call("create, where the game is missing", nowhere).await.unwrap_err();
        for (how, key) in keys(&created) {
            self.call(&format!("find {how}"), tasks.find(key.clone())).await.unwrap().unwrap();
        }
        for (how, key) in keys(&created) {
            let patch = TaskPatch::new().status(how).strategy("another");
            self.call(&format!("update {how}"), tasks.update(key, patch)).await.unwrap();
        }
        let patch = TaskPatch::new()
            .strategy("third")
            .if_status("by game and external id")
            .if_unmodified_since(Utc::now() + TimeDelta::hours(1));
        self.call("update, with preconditions", tasks.update(created.id, patch)).await.unwrap();
        let patch = TaskPatch::new().strategy("fourth").if_status("no such status");
        self.call("update, refused", tasks.update(created.id, patch)).await.unwrap_err();
        let missing = tasks.update(Uuid::now_v7(), TaskPatch::new().status("closed"));
        self.call("update of nothing", missing).await.unwrap_err();
        let close = tasks.transition(created.id, "by game and external id", "closed");
        self.call("transition", close).await.unwrap();
        let close = tasks.transition(created.id, "open", "done");
        self.call("transition, refused", close).await.unwrap_err();
        for n in 0..3 {
            let task = if n == 0 { created.clone() } else { self.task().await };
            let (how, key) = keys(&task)[n].clone();
            self.call(&format!("delete {how}"), tasks.delete(key)).await.unwrap();
        }
        self.call("delete of nothing", tasks.delete(Uuid::now_v7())).await.unwrap_err();
    }

    async fn lists(&mut self) {
        let tasks = self.tasks.clone();
        let game = self.game;
        self.section("Lists");
        let mut some = Vec::new();
        for _ in 0..25 {
            some.push(self.task().await);
        }
        for order in ORDERS {
            for descending in [false, true] {
                let query = TaskQuery::in_game(game).order_by(order).limit(10);
                let query = if descending { query.descending() } else { query };
                let title = format!("{order:?}{}", if descending { ", descending" } else { "" });
                let first = tasks.list(query.clone());
                let page = self.call(&format!("list by {title}"), first).await.unwrap();
                let next = tasks.list(query.after(page.next.unwrap()));
                self.call(&format!("list by {title}, after a cursor"), next).await.unwrap();
            }
        }
        let second = TaskQuery::in_game(game).limit(7).page(2).with_total();
        self.call("list, the second page of seven, with the total", tasks.list(second))
            .await
            .unwrap();
        let everything = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId);
        let page = self.call("list of all games", tasks.list(everything.clone().limit(10)));
        let page = page.await.unwrap();
        let next = tasks.list(everything.limit(10).after(page.next.unwrap()));
        self.call("list of all games, after a cursor", next).await.unwrap();
        let filter = TaskFilter::in_game(game)
            .statuses(["open", "closed"])
            .strategies(["default"])
            .external_id_prefix("task")
            .created_from(Utc::now() - TimeDelta::hours(1))
            .created_until(Utc::now() + TimeDelta::hours(1));
        let filtered = TaskQuery::new(filter.clone()).limit(10);
        self.call("list by a filter of everything but keys", tasks.list(filtered)).await.unwrap();
        self.call("count by a filter of everything but keys", tasks.count(filter)).await.unwrap();
        for (how, filter) in filters_by_keys(&some) {
            let query = TaskQuery::new(filter.clone()).limit(10);
            self.call(&format!("list {how}"), tasks.list(query)).await.unwrap();
            self.call(&format!("count {how}"), tasks.count(filter)).await.unwrap();
        }
        self.call("count of all games", tasks.count(TaskFilter::all())).await.unwrap();
    }

    async fn bulk_creation(&mut self) {
        let tasks = self.tasks.clone();
        let game = self.game;
        self.section("Bulk creation");
        for mode in MODES {
            let batch = |from: usize, to: usize| {
                (from..to).map(move |n| NewTask::new(game, format!("{mode:?} {n}")).strategy("s"))
            };
            let many = tasks.create_many(batch(0, 2), mode);
            self.call(&format!("create_many of two, {mode:?}"), many).await.unwrap();
            let again = tasks.create_many(batch(0, 2), mode);
            self.call(&format!("create_many of two that exist, {mode:?}"), again).await.unwrap();
            let large = tasks.create_many(batch(2, 202), mode);
            self.call(&format!("create_many of two hundred, {mode:?}"), large).await.unwrap();
            let again = tasks.create_many(batch(200, 400), mode);
            self.call(&format!("create_many of two hundred, two of which exist, {mode:?}"), again)
                .await
                .unwrap();
            let with_ids = batch(500, 502).map(|task| task.id(Uuid::now_v7()));
            let with_ids = tasks.create_many(with_ids, mode);
            self.call(&format!("create_many with ids, {mode:?}"), with_ids).await.unwrap();
            let statuses = batch(600, 602).zip(["open", "closed"]);
            let statuses = statuses.map(|(task, status)| task.status(status));
            let statuses = tasks.create_many(statuses, mode);
            let title = format!("create_many with different statuses, {mode:?}");
            self.call(&title, statuses).await.unwrap();
            let all = tasks.create_all(batch(400, 402), mode);
            self.call(&format!("create_all of two, {mode:?}"), all).await.unwrap();
            let again = tasks.create_all(batch(401, 403), mode);
            let title = format!("create_all of two, one of which exists, {mode:?}");
            let again = self.call(&title, again).await;
            assert_eq!(again.is_ok(), mode != OnExisting::Fail);
        }
    }

    async fn bulk_changes(&mut self) {
        let tasks = self.tasks.clone();
        let game = self.game;
        self.section("Bulk changes");
        let mut some = Vec::new();
        for _ in 0..8 {
            some.push(self.task().await);
        }
        let patch = |status: &str| TaskPatch::new().status(status).strategy("s");
        for (n, (how, filter)) in filters_by_keys(&some).into_iter().enumerate() {
            let update = tasks.update_many(filter, patch(&format!("changed {n}")));
            self.call(&format!("update_many {how}"), update).await.unwrap();
        }
        let update = tasks.update_many(TaskFilter::in_game(game), patch("game"));
        self.call("update_many of a game", update).await.unwrap();
        let update = tasks.update_many(TaskFilter::all().statuses(["game"]), patch("all"));
        self.call("update_many of all games, by status", update).await.unwrap();
        let reassign = tasks.reassign_strategy(Some(game), "s", "t");
        self.call("reassign_strategy in a game", reassign).await.unwrap();
        for (n, (how, filter)) in filters_by_keys(&some).into_iter().enumerate() {
            let delete = tasks.delete_many(filter);
            assert_eq!(self.call(&format!("delete_many {how}"), delete).await.unwrap(), 2, "{n}");
        }
        let delete = tasks.delete_many(TaskFilter::all().strategies(["s"]));
        self.call("delete_many of all games, by strategy", delete).await.unwrap();
        self.call("delete_game", tasks.delete_game(game)).await.unwrap();
    }

    async fn resolver(&mut self) {
        let resolver = StrategyResolver::new(self.db.clone()).with_scope(self.scope.1.clone());
        self.section("Resolver");
        let mut some = Vec::new();
        for _ in 0..3 {
            some.push(self.task().await);
        }
        for (how, key) in keys(&some[0]) {
            self.call(&format!("resolve {how}"), resolver.resolve(key.clone())).await.unwrap();
            let call = format!("resolve_with_task {how}");
            self.call(&call, resolver.resolve_with_task(key)).await.unwrap();
        }
        self.call("resolve_game", resolver.resolve_game(self.game)).await.unwrap();
        self.call("resolve_for", resolver.resolve_for(&some[0])).await.unwrap();
        for kind in 0..4 {
            let keys: Vec<_> = some
                .iter()
                .enumerate()
                .map(|(n, task)| keys(task)[if kind < 3 { kind } else { n }].clone())
                .collect();
            let how = if kind < 3 { keys[0].0 } else { "by keys of all kinds" };
            let keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
            self.call(&format!("resolve_many {how}"), resolver.resolve_many(&keys)).await.unwrap();
            let call = format!("resolve_many_with_tasks {how}");
            self.call(&call, resolver.resolve_many_with_tasks(&keys)).await.unwrap();
            let tasks = self.tasks.clone();
            self.call(&format!("find_many {how}"), tasks.find_many(&keys)).await.unwrap();
        }
        self.tasks.delete_game(self.game).await.unwrap();
    }
}

/// Keys of at least eight tasks: two of each kind, and two of mixed kinds.
fn filters_by_keys(tasks: &[Task]) -> Vec<(&'static str, TaskFilter)> {
    let of_kind = |kind: usize| {
        let two = &tasks[2 * kind..2 * kind + 2];
        (keys(&two[0])[kind].0, TaskFilter::keys(two.iter().map(|task| keys(task)[kind].1.clone())))
    };
    let [a, b] = [&tasks[6], &tasks[7]];
    let mixed = [keys(a)[0].1.clone(), keys(b)[2].1.clone()];
    (0..3).map(of_kind).chain([("by keys of two kinds", TaskFilter::keys(mixed))]).collect()
}

async fn in_a_transaction(
    recorder: &mut Recorder,
    tasks: &SeaOrmTaskRepository<DatabaseConnection>,
    game: Uuid,
) {
    let transaction = recorder.db.begin().await.unwrap();
    let inside = tasks.on(&transaction);
    recorder.section("In the application's transaction, where that differs");
    let title = |call: &str| format!("{call} (in a transaction)");
    let create = inside.create(named(game));
    let created = recorder.call(&title("create"), create).await.unwrap();
    let again = inside.create(named(game));
    recorder.call(&title("create, where the name is taken"), again).await.unwrap_err();
    for mode in MODES {
        let batch = |from: usize| {
            (from..from + 2).map(move |n| NewTask::new(game, format!("{mode:?} {n}")))
        };
        let many = inside.create_many(batch(0), mode);
        recorder.call(&title(&format!("create_many of two, {mode:?}")), many).await.unwrap();
        let all = inside.create_all(batch(2), mode);
        recorder.call(&title(&format!("create_all of two, {mode:?}")), all).await.unwrap();
    }
    let patch = TaskPatch::new().status("closed");
    let update = inside.update(created.id, patch.clone());
    recorder.call(&title("update by id"), update).await.unwrap();
    let refused = inside.transition(created.id, "open", "done");
    recorder.call(&title("transition, refused"), refused).await.unwrap_err();
    let update = inside.update_many(TaskFilter::in_game(game), patch);
    recorder.call(&title("update_many of a game"), update).await.unwrap();
    let delete = inside.delete_many(TaskFilter::in_game(game));
    recorder.call(&title("delete_many of a game"), delete).await.unwrap();
    transaction.rollback().await.unwrap();
}
