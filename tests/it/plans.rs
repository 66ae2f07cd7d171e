//! Query plans at 100,000 tasks, as EXPLAIN shows them: statements that take keys, and lists with
//! an index for their order, use an index and do not sort.

use crate::support::{Backend, Recorder, TestDatabase, key, on_database_within, tests_on};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use game_tasks::{
    Game, NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver,
    TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope,
};
use std::time::Duration;
use uuid::Uuid;

const TASKS: usize = 100_000;
/// One game has half of the tasks; the others share the rest equally.
const GAMES: usize = 100;

const TIME_LIMIT: Duration = Duration::from_secs(300);

tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    plans, |on| super::on_database_within(super::TIME_LIMIT, on, 2, super::plans)
);

async fn plans(database: &TestDatabase) {
    let db = &database.db;
    let large = fill(db).await;
    let recorder = Recorder::new(db);
    for scope in [TaskScope::unrestricted(), TaskScope::api_key(key("gme_live_mine"))] {
        let tasks = database.tasks_on(&recorder.db).with_scope(scope.clone());
        let resolver = StrategyResolver::new(recorder.db.clone()).with_scope(scope);
        call_with_one_key(&tasks, &resolver, large).await;
        for statement in recorder.take(42).into_iter().filter(reads) {
            let plan = explain(db, &statement).await;
            assert!(!scans(database.backend, &plan), "{}\n{plan}", statement.sql);
        }
        call_with_many_keys(&recorder, &tasks, large).await;
        for statement in recorder.take(15).into_iter().filter(reads) {
            let plan = explain(db, &statement).await;
            assert!(!scans(database.backend, &plan), "{}\n{plan}", statement.sql);
        }
        list_in_indexed_orders(&tasks, large).await;
        for statement in recorder.take(12) {
            let plan = explain(db, &statement).await;
            assert!(!scans(database.backend, &plan), "{}\n{plan}", statement.sql);
            assert!(!sorts(database.backend, &plan), "{}\n{plan}", statement.sql);
            assert!(
                seeks_to_cursor(database.backend, &statement, &plan),
                "{}\n{plan}",
                statement.sql
            );
        }
    }
    // Each batch of a bulk change seeks to the position where the previous one ended.
    let tasks = database.tasks_on(&recorder.db);
    for (filter, status) in [(TaskFilter::in_game(large), "a"), (TaskFilter::all(), "b")] {
        tasks.update_many(filter, TaskPatch::new().status(status)).await.unwrap();
        for statement in recorder.take(8) {
            let plan = explain(db, &statement).await;
            assert!(
                seeks_to_cursor(database.backend, &statement, &plan),
                "{}\n{plan}",
                statement.sql
            );
        }
    }
    // The helpers do recognize a scan and a sort.
    let all = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::Updated);
    let tasks = SeaOrmTaskRepository::new(recorder.db.clone());
    tasks.list(all).await.unwrap();
    let statement = recorder.take(1).remove(0);
    let plan = explain(db, &statement).await;
    assert!(scans(database.backend, &plan) && sorts(database.backend, &plan), "{plan}");
}

/// A plain INSERT reads nothing, but MariaDB shows its target table with the access type `ALL`.
fn reads(statement: &Statement) -> bool {
    !statement.sql.contains(" VALUES (")
}

async fn fill(db: &DatabaseConnection) -> Uuid {
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let mut large = Uuid::nil();
    for number in 0..GAMES {
        let game = Game::new(format!("game {number}")).owned_by_api_key(key("gme_live_mine"));
        let game = game.insert(db).await.unwrap().id;
        let size = if number == 0 { TASKS / 2 } else { TASKS / 2 / (GAMES - 1) };
        let batch = (0..size).map(|n| NewTask::new(game, format!("task-{n:06}")));
        tasks.create_all(batch, OnExisting::Fail).await.unwrap();
        if number == 0 {
            large = game;
        }
    }
    match db.get_database_backend() {
        DbBackend::Postgres => db.execute_unprepared("VACUUM ANALYZE tasks").await.unwrap(),
        DbBackend::MySql => db.execute_unprepared("ANALYZE TABLE tasks, games").await.unwrap(),
        // SQLite collects statistics only on request, which applications rarely make.
        _ => return large,
    };
    large
}

type Tasks<'c> = SeaOrmTaskRepository<&'c DatabaseConnection>;

/// Makes every call that takes one key, with each kind of key.
async fn call_with_one_key(
    tasks: &Tasks<'_>,
    resolver: &StrategyResolver<DatabaseConnection>,
    game: Uuid,
) {
    let named = |n: usize| (game, format!("task-{n:06}"));
    for kind in 0..3 {
        let key = |task: &game_tasks::Task| match kind {
            0 => TaskKey::Id(task.id),
            1 => TaskKey::InGame(game, task.id),
            _ => (game, task.external_task_id.as_str()).into(),
        };
        let task = tasks.get(named(25_000 + kind)).await.unwrap();
        let key = key(&task);
        tasks.get(key.clone()).await.unwrap();
        tasks.update(key.clone(), TaskPatch::new().strategy("own")).await.unwrap();
        tasks.transition(key.clone(), "open", "closed").await.unwrap();
        tasks.transition(key.clone(), "open", "closed").await.unwrap_err();
        resolver.resolve(key.clone()).await.unwrap();
        let keys = (0..100).map(|n| named(n * 500)).map(TaskKey::from).chain([key.clone()]);
        let keys: Vec<TaskKey> = keys.collect();
        resolver.resolve_many(&keys).await.unwrap();
        resolver.resolve_with_task(key.clone()).await.unwrap();
        resolver.resolve_many_with_tasks(&keys).await.unwrap();
        tasks.find_many(&keys).await.unwrap();
        assert!(tasks.exists(key.clone()).await.unwrap());
        tasks.delete(key).await.unwrap();
        tasks.create(NewTask::new(game, &task.external_task_id)).await.unwrap();
        tasks.create(NewTask::new(game, &task.external_task_id)).await.unwrap_err();
    }
    let batch = (0..100).map(|n| NewTask::new(game, format!("task-{:06}", n * 400)));
    tasks.create_many(batch, OnExisting::Keep).await.unwrap();
}

/// Makes the calls that take a filter by keys: keys of each kind, and of all kinds.
async fn call_with_many_keys(recorder: &Recorder, tasks: &Tasks<'_>, game: Uuid) {
    let mut keys = Vec::new();
    for n in 0..30 {
        let task = tasks.get((game, format!("task-{:06}", 30_000 + n))).await.unwrap();
        keys.push(match n % 3 {
            0 => TaskKey::Id(task.id),
            1 => TaskKey::InGame(game, task.id),
            _ => (game, task.external_task_id.as_str()).into(),
        });
    }
    recorder.take(30);
    let kinds = (0..3).map(|kind| keys.iter().skip(kind).step_by(3).cloned().collect());
    for keys in kinds.chain([keys.clone()]) {
        let keys: Vec<TaskKey> = keys;
        let filter = TaskFilter::keys(keys.clone());
        let size = keys.len();
        assert_eq!(tasks.list(TaskQuery::new(filter.clone())).await.unwrap().items.len(), size);
        assert_eq!(tasks.count(filter.clone()).await.unwrap(), size as u64);
        let patch = TaskPatch::new().strategy(format!("own {}", Uuid::now_v7()));
        assert_eq!(tasks.update_many(filter.clone(), patch).await.unwrap(), size as u64);
        let gone = keys.last().cloned().unwrap();
        let same = tasks.get(gone.clone()).await.unwrap();
        assert_eq!(tasks.delete_many(TaskFilter::keys([gone])).await.unwrap(), 1);
        let same = NewTask::new(game, same.external_task_id).id(same.id);
        tasks.create(same).await.unwrap();
    }
}

/// Lists one game by creation and by name, in both directions, from the start and by cursor.
async fn list_in_indexed_orders(tasks: &Tasks<'_>, game: Uuid) {
    for order in [TaskOrder::Created, TaskOrder::ExternalId] {
        for descending in [false, true] {
            let query = TaskQuery::in_game(game).order_by(order).limit(100);
            let query = if descending { query.descending() } else { query };
            tasks.list(query.clone()).await.unwrap();
            // A cursor from the middle of the game.
            let far = query.clone().page(251);
            let next = tasks.list(far).await.unwrap().next.unwrap();
            tasks.list(query.after(next)).await.unwrap();
        }
    }
}

pub(crate) async fn explain(db: &DatabaseConnection, statement: &Statement) -> String {
    let mut explained = statement.clone();
    let explain = match db.get_database_backend() {
        DbBackend::Sqlite => "EXPLAIN QUERY PLAN ",
        DbBackend::Postgres => "EXPLAIN ",
        // MySQL's default is a tree.
        _ => "EXPLAIN /*!80017 FORMAT=TRADITIONAL*/ ",
    };
    explained.sql = format!("{explain}{}", statement.sql);
    let rows = db.query_all_raw(explained).await.unwrap();
    // MySQL lists the table of an insert, too.
    let reads = |row: &&QueryResult| {
        let kind = row.try_get::<Option<String>>("", "select_type");
        !matches!(kind, Ok(Some(kind)) if kind == "INSERT")
    };
    let lines = rows.iter().filter(reads).map(|row| match db.get_database_backend() {
        DbBackend::Postgres => row.try_get_by_index::<String>(0).unwrap(),
        DbBackend::Sqlite => row.try_get::<String>("", "detail").unwrap(),
        _ => ["table", "type", "key", "Extra"]
            .map(|column| row.try_get::<Option<String>>("", column).unwrap().unwrap_or_default())
            .join(" | "),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn scans(backend: Backend, plan: &str) -> bool {
    plan.lines().any(|line| match backend {
        Backend::Postgres => line.contains("Seq Scan on tasks"),
        Backend::MariaDb | Backend::MySql => {
            line.starts_with("tasks | ALL") || line.starts_with("tasks | index")
        }
        _ => line.contains("SCAN tasks"),
    })
}

/// Whether a statement that continues after a cursor seeks to it in the index. MariaDB tends to
/// start at the beginning of the game and to filter instead, and so does SQLite for a comparison
/// that it cannot use an index for.
fn seeks_to_cursor(backend: Backend, statement: &Statement, plan: &str) -> bool {
    let continues =
        [" > ?", " < ?", " > (?", " < (?"].iter().any(|mark| statement.sql.contains(mark));
    !continues
        || match backend {
            Backend::MariaDb | Backend::MariaDbRollback | Backend::MySql => {
                plan.starts_with("tasks | range | ")
            }
            Backend::Postgres => true,
            Backend::SqliteFile | Backend::SqliteMemory => {
                plan.contains(">?") || plan.contains("<?")
            }
        }
}

pub(crate) fn sorts(backend: Backend, plan: &str) -> bool {
    plan.lines().any(|line| match backend {
        Backend::Postgres => line.contains("Sort"),
        Backend::MariaDb | Backend::MySql => {
            line.contains("filesort") || line.contains("temporary")
        }
        _ => line.contains("TEMP B-TREE"),
    })
}
