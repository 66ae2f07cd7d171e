//! What statements that join parameters with tasks cost, whatever the planner's statistics say.
//!
//! Every statement that the crate sends is run once more, in a transaction that is rolled back, and
//! what the database examined for it is counted: rows, comparisons of a join, pages, or steps. The
//! bound grows with the number of keys, and a plan that compares each key with each task of a game
//! exceeds it by orders of magnitude.

use crate::support::{
    Backend, ON_EXISTING, TestDatabase, key, on_database_within, run, tests_on, try_run,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait, Value,
};
use game_tasks::{
    Game, NewTask, OnExisting, SeaOrmTaskRepository, StrategyResolver, Task, TaskConnection,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope,
};
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How many keys a call names. A game has as many tasks.
const KEYS: usize = 1_500;

/// How much a statement may examine for each key: rows of the key and its task at each step of a
/// plan, and pages of the indexes that lead there. A plan that passes the game for each key
/// examines several hundreds.
const FOR_EACH_KEY: u64 = 200;

const TIME_LIMIT: Duration = Duration::from_secs(300);

tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    without_statistics, |on| super::on_database_within(super::TIME_LIMIT, on, 2, super::missing)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    statistics_of_an_empty_table, |on| super::on_database_within(super::TIME_LIMIT, on, 2, super::empty)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    statistics_of_few_large_games, |on| super::on_database_within(super::TIME_LIMIT, on, 2, super::few)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    statistics_of_many_games_of_one_task, |on| super::on_database_within(super::TIME_LIMIT, on, 2, super::many)
);
tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb],
    fresh_statistics, |on| super::on_database_within(super::TIME_LIMIT, on, 2, super::fresh)
);

async fn missing(database: &TestDatabase) {
    keep_statistics(database).await;
    examine(database).await;
}

async fn empty(database: &TestDatabase) {
    keep_statistics(database).await;
    if database.backend != Backend::SqliteFile {
        games(&database.db, 1, 1).await;
    }
    analyze(database).await;
    examine(database).await;
}

async fn few(database: &TestDatabase) {
    keep_statistics(database).await;
    games(&database.db, 5, 500).await;
    analyze(database).await;
    examine(database).await;
}

async fn many(database: &TestDatabase) {
    keep_statistics(database).await;
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

/// From now on statistics change only when the test says so.
async fn keep_statistics(database: &TestDatabase) {
    let keep: &[&str] = match database.backend {
        Backend::Postgres => &[
            "ALTER TABLE tasks SET (autovacuum_enabled = false)",
            "ALTER TABLE games SET (autovacuum_enabled = false)",
        ],
        Backend::MariaDb | Backend::MariaDbRollback => &[
            "ALTER TABLE tasks STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0",
            "ALTER TABLE games STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0",
        ],
        // Keeps none unless it is asked to.
        Backend::SqliteFile | Backend::SqliteMemory => &[],
    };
    for statement in keep {
        run(&database.db, statement, []).await;
    }
}

async fn analyze(database: &TestDatabase) {
    let analyze = match database.backend {
        Backend::MariaDb => "ANALYZE TABLE tasks, games",
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
    // So long that the index on names has more levels than the others.
    let name = |n| format!("task-{n:06}-{}", "x".repeat(100));
    (0..size).map(|n| NewTask::new(game, name(n))).collect()
}

/// Makes every bulk call on a game that has just been made, and on many games.
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
            // On SQLite a failed write asks the connection itself whether it is in a transaction.
            let in_transaction = in_transaction && database.backend != Backend::SqliteFile;
            let examining = Examining::new(database, in_transaction).await;
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
            assert!(examining.statements.load(Ordering::SeqCst) > 20);
        }
    }
}

type Examined<'e> = SeaOrmTaskRepository<&'e Examining>;

/// All ways of creating what is there.
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

/// Keys of the tasks: of each kind, or of all kinds.
async fn keys(
    tasks: &SeaOrmTaskRepository<DatabaseConnection>,
    batch: &[NewTask],
    kind: usize,
) -> Vec<TaskKey> {
    let stored = tasks.create_all(batch.to_vec(), OnExisting::Keep).await.unwrap();
    let key = |(place, task): (usize, &Task)| match if kind < 3 { kind } else { place % 3 } {
        0 => TaskKey::Id(task.id),
        1 => TaskKey::InGame(task.game_id, task.id),
        _ => (task.game_id, &task.external_task_id).into(),
    };
    stored.iter().map(|written| written.task()).enumerate().map(key).collect()
}

async fn read(tasks: &Examined<'_>, examining: &Examining, scope: &TaskScope, keys: &[TaskKey]) {
    let filter = || TaskFilter::keys(keys);
    assert_eq!(tasks.count(filter()).await.unwrap(), KEYS as u64);
    assert!(!tasks.list(TaskQuery::new(filter())).await.unwrap().items.is_empty());
    let resolver = StrategyResolver::new(examining).scoped(scope.clone());
    let resolved = resolver.resolve_many(keys.iter().cloned()).await.unwrap();
    assert_eq!(resolved.iter().flatten().count(), KEYS);
}

/// A connection that bounds what the database examines for a statement.
struct Examining {
    db: DatabaseConnection,
    /// Where statements are examined: one connection.
    aside: DatabaseConnection,
    in_transaction: bool,
    statements: AtomicU64,
    /// SQLite: the steps of its machine so far, in hundreds.
    steps: Arc<AtomicU64>,
}

impl Examining {
    async fn new(database: &TestDatabase, in_transaction: bool) -> Self {
        let aside = database.second_pool().await;
        let steps = Arc::new(AtomicU64::new(0));
        if database.backend == Backend::SqliteFile {
            let counted = Arc::clone(&steps);
            let mut connection = aside.get_sqlite_connection_pool().acquire().await.unwrap();
            connection.lock_handle().await.unwrap().set_progress_handler(100, move || {
                counted.fetch_add(1, Ordering::SeqCst);
                true
            });
        }
        let db = database.db.clone();
        Self { db, aside, in_transaction, statements: AtomicU64::new(0), steps }
    }

    async fn examine(&self, statement: &Statement) {
        self.statements.fetch_add(1, Ordering::SeqCst);
        let most = FOR_EACH_KEY * KEYS as u64;
        match self.db.backend() {
            DbBackend::Postgres => {
                for generic in [false, true] {
                    let plan = explain(&self.aside, statement, generic).await;
                    let (examined, pages) = (examined(&plan["Plan"]), pages(&plan["Plan"]));
                    let what = format!("{} rows, {pages} pages", examined);
                    assert!(
                        examined.max(pages) < most,
                        "{what}, generic: {generic}\n{}\n{plan:#}",
                        statement.sql
                    );
                }
            }
            DbBackend::MySql => {
                let examined = handler_reads(&self.aside, statement).await;
                assert!(examined < most, "{examined} reads\n{}", statement.sql);
            }
            _ => {
                let before = self.steps.load(Ordering::SeqCst);
                let transaction = self.aside.begin().await.unwrap();
                transaction.query_all_raw(statement.clone()).await.ok();
                transaction.rollback().await.unwrap();
                let steps = self.steps.load(Ordering::SeqCst) - before;
                assert!(steps < most, "{steps} hundred steps\n{}", statement.sql);
            }
        }
    }

    fn send<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let statement = statement.clone();
        async move {
            self.examine(&statement).await;
            call.await
        }
        .boxed()
    }
}

impl TaskConnection for Examining {
    fn backend(&self) -> DbBackend {
        self.db.backend()
    }
    fn in_transaction(&self) -> bool {
        self.in_transaction
    }
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        let call = TaskConnection::query_one(&self.db, statement.clone());
        self.send(&statement, call)
    }
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
        let call = TaskConnection::query_all(&self.db, statement.clone());
        self.send(&statement, call)
    }
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
        let call = TaskConnection::execute(&self.db, statement.clone());
        self.send(&statement, call)
    }
}

/// PostgreSQL's plan for the statement, with what came of it. A statement that fails examines
/// nothing: a refused batch of all or none.
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
    let ask = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE examined";
    let asked = Statement::from_string(DbBackend::Postgres, format!("{ask}{values}"));
    let plan = transaction.query_one_raw(asked).await;
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

/// A value as text whose type the server infers.
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

/// The rows that the nodes of a plan produced, and those that they dropped.
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

/// What MariaDB's storage read for the statement: rows, and places in an index.
async fn handler_reads(db: &DatabaseConnection, statement: &Statement) -> u64 {
    let transaction = db.begin().await.unwrap();
    let so_far = async || {
        let ask = "SHOW SESSION STATUS LIKE 'Handler_read%'";
        let ask = Statement::from_string(DbBackend::MySql, ask);
        let read = transaction.query_all_raw(ask).await.unwrap();
        let read = read.iter().map(|row| row.try_get_by_index::<String>(1).unwrap());
        read.map(|read| read.parse::<u64>().unwrap()).sum::<u64>()
    };
    let before = so_far().await;
    // A refused batch fails, and has read what it read.
    transaction.query_all_raw(statement.clone()).await.ok();
    let read = so_far().await - before;
    transaction.rollback().await.unwrap();
    read
}
