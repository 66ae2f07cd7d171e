//! A hot standby of PostgreSQL: it serves what needs no write, and is promoted while a call is retried.

use crate::replica::{copy_of, is_set, rows};
use crate::support::{Backend, TestDatabase, list_by_name, on_database, run};
use game_tasks::sea_orm::{
    AccessMode, Database, IsolationLevel, TransactionOptions, TransactionTrait,
};
use game_tasks::{Game, NewTask, Retrying, SeaOrmTaskRepository, TaskRepositoryExt};
use std::time::{Duration, Instant};

const STANDBY: &str = "GAME_TASKS_POSTGRES_STANDBY_URL";

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_serves_reads_and_is_promoted() {
    if is_set(STANDBY) {
        on_database(Backend::Postgres, 2, read_and_promote).await;
    }
}

/// A failover that a call with retries outlasts: the standby becomes the server that accepts writes.
async fn read_and_promote(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let writable = SeaOrmTaskRepository::new(&database.db);
    let task = writable.create(NewTask::new(game, "task")).await.unwrap();
    let standby = copy_of(database, STANDBY).await;
    let since = Instant::now();
    while rows(&standby).await != std::slice::from_ref(&task) {
        assert!(since.elapsed() < Duration::from_secs(60), "the standby has other rows");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    crate::read_only::assert_read_only(&standby, &task).await;
    // A snapshot as applications ask for it on a standby.
    let options = TransactionOptions {
        isolation_level: Some(IsolationLevel::RepeatableRead),
        access_mode: Some(AccessMode::ReadOnly),
        ..Default::default()
    };
    let transaction = standby.begin_with_options(options).await.unwrap();
    assert_eq!(list_by_name(&writable.on(&transaction)).await, [task]);
    transaction.commit().await.unwrap();

    let patient = Retrying::new(SeaOrmTaskRepository::new(standby.clone())).max_retries(12);
    let new = tokio::spawn(async move { patient.create(NewTask::new(game, "new")).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!new.is_finished());
    let url = std::env::var(STANDBY).unwrap();
    let (_, server) = url.split_once('@').unwrap();
    let superuser = Database::connect(format!("postgres://postgres@{server}")).await.unwrap();
    run(&superuser, "SELECT pg_promote()", []).await;
    superuser.close().await.unwrap();
    assert_eq!(new.await.unwrap().unwrap().external_task_id, "new");
    standby.close().await.unwrap();
}
