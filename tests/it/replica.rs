//! A replica of MariaDB that follows the writes of the crate.

use crate::support::{Backend, ON_EXISTING, TestDatabase, assert_is, list_by_name, on_database};
use game_tasks::sea_orm::{Database, DatabaseConnection};
use game_tasks::{
    FailureKind, Game, NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskError, TaskFilter,
    TaskKey, TaskPatch, TaskRepositoryExt, migration,
};
use std::io::Write;
use std::time::{Duration, Instant};

const REPLICA: &str = "GAME_TASKS_MARIADB_REPLICA_URL";

pub(crate) fn is_set(variable: &str) -> bool {
    let is_set = std::env::var_os(variable).is_some();
    if !is_set {
        let line = format!("\nSKIPPED REPLICA: {variable} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    is_set
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_has_the_same_rows() {
    if is_set(REPLICA) {
        on_database(Backend::MariaDb, 2, write_and_compare).await;
    }
}

async fn write_and_compare(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(&database.db);
    let new = |of: &str, n| NewTask::new(game, format!("{of} {n}")).strategy("s");
    for mode in ON_EXISTING {
        let name = format!("{mode:?}");
        let some: Vec<NewTask> = (0..12_000).map(|n| new(&name, n)).collect();
        tasks.create_many(some, mode).await.unwrap();
        // Half of them exist.
        let others = (100..300).map(|n| new(&name, n).strategy("changed"));
        tasks.create_many(others.collect::<Vec<_>>(), mode).await.unwrap();
        let all = (0..500).map(|n| new(&format!("all {name}"), n));
        tasks.create_all(all.collect::<Vec<_>>(), mode).await.unwrap();
    }
    let keys = (0..50).map(|n| TaskKey::from((game, format!("Keep {n}"))));
    tasks.update_many(TaskFilter::keys(keys), TaskPatch::new().status("closed")).await.unwrap();
    tasks.reassign_strategy(Some(game), "changed", "again").await.unwrap();
    let first = tasks.get((game, "Fail 0")).await.unwrap();
    tasks.transition(first.id, "open", "closed").await.unwrap();
    tasks.delete((game, "Fail 1")).await.unwrap();
    let of_update = TaskFilter::in_game(game).external_id_prefix("Update 11");
    tasks.delete_many(of_update).await.unwrap();
    tasks.create_many([new("last", 0)], OnExisting::Fail).await.unwrap();

    let written = list_by_name(&tasks).await;
    let replica = copy_of(database, REPLICA).await;
    let since = Instant::now();
    while rows(&replica).await != written {
        assert!(since.elapsed() < Duration::from_secs(120), "the replica has other rows");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The replica is read only.
    migration::verify_schema(&replica).await.unwrap();
    game_tasks::migrate(&replica).await.unwrap();
    let refused = SeaOrmTaskRepository::new(&replica).create(new("refused", 0)).await;
    assert_is!(refused, Err(TaskError::Database(error)) if error.kind() == FailureKind::ReadOnly);
    replica.close().await.unwrap();
}

/// Empty until the replica has the table.
pub(crate) async fn rows(replica: &DatabaseConnection) -> Vec<Task> {
    let tasks = SeaOrmTaskRepository::new(replica);
    match tasks.count(TaskFilter::all()).await {
        Ok(_) => list_by_name(&tasks).await,
        Err(_) => Vec::new(),
    }
}

/// The database on the server that a variable names, which follows the database's own server.
pub(crate) async fn copy_of(database: &TestDatabase, variable: &str) -> DatabaseConnection {
    let source = database.url();
    let (_, name) = source.rsplit_once('/').unwrap();
    let url = std::env::var(variable).unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let url = format!("{server}/{name}");
    let since = Instant::now();
    loop {
        match Database::connect(&url).await {
            Ok(db) => return db,
            Err(error) => assert!(since.elapsed() < Duration::from_secs(60), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
