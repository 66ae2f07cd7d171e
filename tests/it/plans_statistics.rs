//! The cost of statements that join parameters with tasks has a bound that does not depend on the
//! planner's statistics.
//!
//! Each statement that the crate sends is also executed in a transaction that is rolled back, in
//! which the test counts what the database examines: rows, rows removed by a join, pages, or steps
//! of SQLite's virtual machine. The bound is proportional to the number of keys. A plan that
//! compares each key with each task of a game exceeds it by orders of magnitude.

use crate::support::{
    Backend, Intercepted, Interceptor, ON_EXISTING, TestDatabase, key, on_database_within, run,
    tests_on, try_run,
};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait, Value,
};
use game_tasks::{
    Game, NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver, Task,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope,
};
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// The number of keys of a call, and of tasks in a game.
const KEYS: usize = 1_500;

/// The bound for each key: its rows in each node of a plan, and the pages of the indexes. A plan
/// that scans the game for each key examines several hundred.
const FOR_EACH_KEY: u64 = 200;

const TIME_LIMIT: Duration = Duration::from_secs(300);

tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    without_statistics, |on| super::on_server(on, super::missing)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    statistics_of_an_empty_table, |on| super::on_server(on, super::empty)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    statistics_of_few_large_games, |on| super::on_server(on, super::few)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    statistics_of_many_games_of_one_task, |on| super::on_server(on, super::many)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    fresh_statistics, |on| super::on_server(on, super::fresh)
);

/// Without a pooler, since the plans are those of a prepared statement of the test's own.
async fn on_server(backend: Backend, case: impl AsyncFnOnce(&TestDatabase)) {
    on_database_within(TIME_LIMIT, backend, 2, async |database| {
        case(&database.directly().await).await;
    })
    .await;
}

async fn missing(database: &TestDatabase) {
    disable_automatic_statistics(database).await;
    examine(database).await;
}

async fn empty(database: &TestDatabase) {
    disable_automatic_statistics(database).await;
    if database.backend != Backend::SqliteFile {
        games(&database.db, 1, 1).await;
    }
    analyze(database).await;
    examine(database).await;
}

async fn few(database: &TestDatabase) {
    disable_automatic_statistics(database).await;
    games(&database.db, 5, 500).await;
    analyze(database).await;
    examine(database).await;
}

async fn many(database: &TestDatabase) {
    disable_automatic_statistics(database).await;
    games(&database.db, 1_000, 1).await;
    analyze(database).await;
    examine(database).await;
}

async fn fresh(database: &TestDatabase) {
    games(&database.db, 5, 500).await;
    examine(database).await;
    analyze(database).await;
    examine(database).await;
}

/// Disables automatic statistics.
async fn disable_automatic_statistics(database: &TestDatabase) {
    let keep: &[&str] = match database.backend {
        Backend::Postgres => &[
            "ALTER TABLE tasks SET (autovacuum_enabled = false)",
            "ALTER TABLE games SET (autovacuum_enabled = false)",
        ],
        Backend::MariaDb | Backend::MariaDbRollback | Backend::MySql => &[
            "ALTER TABLE tasks STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0",
            "ALTER TABLE games STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0",
        ],
        // Has none without ANALYZE.
        Backend::SqliteFile | Backend::SqliteMemory => &[],
    };
    for statement in keep {
        run(&database.db, statement, []).await;
    }
}

async fn analyze(database: &TestDatabase) {
    let analyze = match database.backend {
        Backend::MariaDb | Backend::MySql => "ANALYZE TABLE tasks, games",
        _ => "ANALYZE",
    };
    try_run(&database.db, analyze, []).await.unwrap();
}

async fn games(db: &DatabaseConnection, games: usize, size: usize) {
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let mut batch = Vec::with_capacity(games * size);
    for _ in 0..games {
        let game = game(db).await;
        batch.extend(new_tasks(game, size));
    }
    tasks.create_all(batch, OnExisting::Fail).await.unwrap();
}

async fn game(db: &DatabaseConnection) -> Uuid {
    let game = Game::new(Uuid::now_v7().to_string()).owned_by_api_key(key("gme_live_mine"));
    game.insert(db).await.unwrap().id
}

fn new_tasks(game: Uuid, size: usize) -> Vec<NewTask> {
    // Long names, so that their index has more levels than the others.
    let name = |n| format!("task-{n:06}-{}", "x".repeat(100));
    (0..size).map(|n| NewTask::new(game, name(n))).collect()
}

/// Makes each bulk call on a new game, and on several new games.
async fn examine(database: &TestDatabase) {
    let db = &database.db;
    let unrestricted = TaskScope::unrestricted;
    let scoped = || TaskScope::api_key(key("gme_live_mine"));
    for (games, scopes) in [(1, [unrestricted(), scoped()]), (50, [scoped(), unrestricted()])] {
        for (in_transaction, scope) in [false, true].into_iter().zip(scopes) {
            let plain = SeaOrmTaskRepository::new(db.clone());
            let mut batch = Vec::new();
            for _ in 0..games {
                batch.extend(new_tasks(game(db).await, KEYS / games));
            }
            let batch = &batch;
            plain.create_all(batch.clone(), OnExisting::Fail).await.unwrap();
            eprintln!("{games} games, {scope:?}, in a transaction: {in_transaction}");
            // On SQLite, the crate queries the state of the transaction after a failed write.
            let in_transaction = in_transaction && database.backend != Backend::SqliteFile;
            let examining = Examiner::on(database, in_transaction).await;
            let tasks = SeaOrmTaskRepository::new(&examining).with_scope(scope.clone());
            create(&tasks, batch).await;
            for kind in 0..4 {
                let keys = keys(&plain, batch, kind).await;
                read(&tasks, &examining, &scope, &keys).await;
                let patch = TaskPatch::new().status(format!("status {kind}"));
                let filter = || TaskFilter::keys(&keys);
                assert_eq!(tasks.update_many(filter(), patch).await.unwrap(), KEYS as u64);
                assert_eq!(tasks.delete_many(filter()).await.unwrap(), KEYS as u64);
                plain.create_all(batch.clone(), OnExisting::Fail).await.unwrap();
            }
            assert!(examining.interceptor.statements.load(Ordering::SeqCst) > 20);
        }
    }
}

type Connection = Intercepted<DatabaseConnection, Examiner>;
type Examined<'e> = SeaOrmTaskRepository<&'e Connection>;

/// Makes each call that creates tasks, for tasks that exist.
async fn create(tasks: &Examined<'_>, batch: &[NewTask]) {
    let with_ids = || batch.iter().cloned().map(|task| task.id(Uuid::now_v7()));
    for on_existing in ON_EXISTING {
        let name = |call| format!("{call} {on_existing:?}");
        let some = batch.iter().cloned().map(|task| task.strategy(name("some")));
        tasks.create_many(some, on_existing).await.unwrap();
        tasks.create_many(with_ids(), on_existing).await.unwrap();
        let all = batch.iter().cloned().map(|task| task.strategy(name("all")));
        tasks.create_all(all, on_existing).await.ok();
        tasks.create_all(with_ids(), on_existing).await.ok();
    }
}

/// Keys of the tasks: of one kind, or of all kinds.
async fn keys(
    tasks: &SeaOrmTaskRepository<DatabaseConnection>,
    batch: &[NewTask],
    kind: usize,
) -> Vec<TaskKey> {
    let stored = tasks.create_all(batch.to_vec(), OnExisting::Keep).await.unwrap();
    let key = |(index, task): (usize, &Task)| match if kind < 3 { kind } else { index % 3 } {
        0 => TaskKey::Id(task.id),
        1 => TaskKey::InGame(task.game_id, task.id),
        _ => (task.game_id, &task.external_task_id).into(),
    };
    stored.iter().map(|written| written.task()).enumerate().map(key).collect()
}

async fn read(tasks: &Examined<'_>, examining: &Connection, scope: &TaskScope, keys: &[TaskKey]) {
    let filter = || TaskFilter::keys(keys);
    assert_eq!(tasks.count(filter()).await.unwrap(), KEYS as u64);
    assert!(!tasks.list(TaskQuery::new(filter())).await.unwrap().items.is_empty());
    let resolver = StrategyResolver::new(examining).with_scope(scope.clone());
    let resolved = resolver.resolve_many(keys.iter().cloned()).await.unwrap();
    assert_eq!(resolved.iter().flatten().count(), KEYS);
}

/// Checks what the database examines for each statement.
struct Examiner {
    /// A pool of one connection on which statements are examined.
    db: DatabaseConnection,
    /// What the connection reports to the crate, which sends other statements in a transaction.
    in_transaction: bool,
    statements: AtomicU64,
    /// On SQLite: the steps of its virtual machine so far, in hundreds.
    steps: Arc<AtomicU64>,
}

impl Examiner {
    async fn on(database: &TestDatabase, in_transaction: bool) -> Connection {
        let db = database.second_pool().await;
        let steps = Arc::new(AtomicU64::new(0));
        if database.backend == Backend::SqliteFile {
            let counted = Arc::clone(&steps);
            let mut connection = db.get_sqlite_connection_pool().acquire().await.unwrap();
            connection.lock_handle().await.unwrap().set_progress_handler(100, move || {
                counted.fetch_add(1, Ordering::SeqCst);
                true
            });
        }
        let examiner = Self { db, in_transaction, statements: AtomicU64::new(0), steps };
        Intercepted::new(database.db.clone(), examiner)
    }

    async fn examine(&self, statement: &Statement) {
        self.statements.fetch_add(1, Ordering::SeqCst);
        let max = FOR_EACH_KEY * KEYS as u64;
        match self.db.get_database_backend() {
            DbBackend::Postgres => {
                for generic in [false, true] {
                    let plan = explain(&self.db, statement, generic).await;
                    let (examined, pages) = (examined(&plan["Plan"]), pages(&plan["Plan"]));
                    let what = format!("{} rows, {pages} pages", examined);
                    assert!(
                        examined.max(pages) < max,
                        "{what}, generic: {generic}\n{}\n{plan:#}",
                        statement.sql
                    );
                }
            }
            DbBackend::MySql => {
                let examined = handler_reads(&self.db, statement).await;
                assert!(examined < max, "{examined} reads\n{}", statement.sql);
            }
            _ => {
                let before = self.steps.load(Ordering::SeqCst);
                let transaction = self.db.begin().await.unwrap();
                transaction.query_all_raw(statement.clone()).await.ok();
                transaction.rollback().await.unwrap();
                let steps = self.steps.load(Ordering::SeqCst) - before;
                assert!(steps < max, "{steps} hundred steps\n{}", statement.sql);
            }
        }
    }
}

impl Interceptor for Examiner {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let statement = statement.clone();
        Box::pin(async move {
            self.examine(&statement).await;
            call.await
        })
    }

    fn in_transaction(&self, _: bool) -> bool {
        self.in_transaction
    }
}

/// PostgreSQL's plan with the actual numbers. Returns null for a statement that fails, as that of a
/// refused atomic batch does.
async fn explain(db: &DatabaseConnection, statement: &Statement, generic: bool) -> Json {
    let transaction = db.begin().await.unwrap();
    let plans = if generic { "force_generic_plan" } else { "force_custom_plan" };
    let values = statement.values.iter().flat_map(|values| &values.0).map(literal);
    let values = values.collect::<Vec<_>>().join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    for set in [
        format!("SET LOCAL plan_cache_mode = {plans}"),
        format!("PREPARE examined AS {}", statement.sql),
    ] {
        transaction.execute_unprepared(&set).await.unwrap();
    }
    let explain = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE examined";
    let explain = Statement::from_string(DbBackend::Postgres, format!("{explain}{values}"));
    let plan = transaction.query_one_raw(explain).await;
    transaction.rollback().await.ok();
    run(db, "DEALLOCATE examined", []).await;
    match plan {
        Ok(row) => row.unwrap().try_get_by_index::<Json>(0).unwrap()[0].clone(),
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("duplicate key") || text.contains("null value"), "{text}");
            Json::Null
        }
    }
}

/// A value as a literal, whose type the server infers.
fn literal(value: &Value) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match value {
        Value::Uuid(Some(id)) => quoted(&id.to_string()),
        Value::String(Some(text)) => quoted(text),
        Value::BigInt(Some(number)) => number.to_string(),
        Value::ChronoDateTimeUtc(Some(time)) => quoted(&time.to_rfc3339()),
        Value::Array(_, Some(values)) => {
            let element = |value: &Value| match value {
                Value::Uuid(Some(id)) => id.to_string(),
                Value::String(Some(text)) => text.clone(),
                other => panic!("{other:?}"),
            };
            let elements: Vec<String> = values.iter().map(element).collect();
            quoted(&format!("{{{}}}", elements.join(",")))
        }
        Value::String(None) => "NULL".to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The number of rows that the nodes of a plan returned or removed.
fn examined(plan: &Json) -> u64 {
    let number = |field: &str| plan[field].as_f64().unwrap_or(0.0);
    let loops = number("Actual Loops");
    let own = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter"];
    let own = own.iter().map(|field| number(field) * loops).sum::<f64>();
    own as u64 + plan["Plans"].as_array().into_iter().flatten().map(examined).sum::<u64>()
}

fn pages(plan: &Json) -> u64 {
    let number = |field: &str| plan[field].as_u64().unwrap_or(0);
    number("Shared Hit Blocks") + number("Shared Read Blocks")
}

/// The number of reads that MariaDB requested from the storage engine for the statement.
async fn handler_reads(db: &DatabaseConnection, statement: &Statement) -> u64 {
    let transaction = db.begin().await.unwrap();
    let so_far = async || {
        let show = "SHOW SESSION STATUS LIKE 'Handler_read%'";
        let show = Statement::from_string(DbBackend::MySql, show);
        let read = transaction.query_all_raw(show).await.unwrap();
        let read = read.iter().map(|row| row.try_get_by_index::<String>(1).unwrap());
        read.map(|read| read.parse::<u64>().unwrap()).sum::<u64>()
    };
    let before = so_far().await;
    // The statement of a refused batch fails, after it has read rows.
    transaction.query_all_raw(statement.clone()).await.ok();
    let read = so_far().await - before;
    transaction.rollback().await.unwrap();
    read
}
