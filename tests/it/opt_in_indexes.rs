//! The opt-in indexes: with them their lists neither scan nor sort, on every database, and they can be
//! dropped again.

use crate::plans::{explain, sorts};
use crate::support::{Recorder, TestDatabase, column, on_empty_database_within, run, tests_on};
use game_tasks::migration::{OptInIndex, opt_in_index};
use game_tasks::sea_orm::{DatabaseConnection, DbBackend};
use game_tasks::sea_orm_migration::prelude::*;
use game_tasks::{
    Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskFilter, TaskOrder, TaskQuery,
    TaskRepositoryExt,
};
use std::time::Duration;
use uuid::Uuid;

tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    every_index_serves_its_lists,
    |on| super::on_empty_database_within(super::TIME_LIMIT, on, 2, super::every_index_serves_its_lists)
);

const TIME_LIMIT: Duration = Duration::from_secs(300);

const ALL: [OptInIndex; 6] = [
    OptInIndex::CreatedAt,
    OptInIndex::ExternalTaskId,
    OptInIndex::GameUpdatedAt,
    OptInIndex::UpdatedAt,
    OptInIndex::Status,
    OptInIndex::StrategyId,
];

struct AppMigrator;

impl MigratorTrait for AppMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list = game_tasks::migrations();
        list.extend(ALL.map(opt_in_index));
        list
    }
}

/// Runs a list for each index, and returns the suffixes of the indexes' names.
async fn lists(tasks: &SeaOrmTaskRepository<DatabaseConnection>, game: Uuid) -> [&'static str; 6] {
    let all = || TaskQuery::new(TaskFilter::all());
    let rare = TaskFilter::all().statuses(["rare"]);
    for query in [
        all().order_by(TaskOrder::Created),
        all().order_by(TaskOrder::ExternalId),
        TaskQuery::in_game(game).order_by(TaskOrder::Updated),
        all().order_by(TaskOrder::Updated).descending(),
        TaskQuery::new(rare),
    ] {
        tasks.list(query).await.unwrap();
    }
    assert_eq!(tasks.count(TaskFilter::all().strategies(["rare"])).await.unwrap(), 50);
    ["created_at", "external_task_id", "game_updated_at", "updated_at", "status", "strategy_id"]
}

async fn every_index_serves_its_lists(database: &TestDatabase) {
    let db = &database.db;
    AppMigrator::up(db, None).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let mut game = Uuid::nil();
    for number in 0..20 {
        game = Game::new(format!("game {number}")).insert(db).await.unwrap().id;
        let batch = (0..500).map(|n| {
            let task = NewTask::new(game, format!("task {n}"));
            if number == 7 && n < 50 { task.strategy("rare") } else { task }
        });
        tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    }
    run(db, "UPDATE tasks SET status = 'rare' WHERE \"strategyId\" = 'rare'", []).await;
    let analyze =
        if db.get_database_backend() == DbBackend::MySql { "ANALYZE TABLE" } else { "ANALYZE" };
    run(db, &format!("{analyze} tasks"), []).await;

    let recording = Recorder::new(db);
    let recorded = SeaOrmTaskRepository::new(recording.db.clone());
    let names = lists(&recorded, game).await;
    for (name, statement) in names.iter().zip(recording.take(6)) {
        let plan = explain(db, &statement).await;
        let index = format!("ix_tasks_by_{name}");
        assert!(plan.contains(&index), "{name}: {}\n{plan}", statement.sql);
        assert!(!sorts(database.backend, &plan), "{name}: {}\n{plan}", statement.sql);
    }

    // After `down` no plan uses them.
    AppMigrator::down(db, Some(6)).await.unwrap();
    lists(&recorded, game).await;
    for mut statement in recording.take(6) {
        // Another text, because SQLite's driver caches the plan of the first.
        statement.sql.push(' ');
        let plan = explain(db, &statement).await;
        assert!(!plan.contains("ix_tasks_by_"), "{plan}");
    }
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 10_000);
    AppMigrator::up(db, None).await.unwrap();
    AppMigrator::down(db, None).await.unwrap();
    AppMigrator::up(db, None).await.unwrap();
    assert_eq!(column::<_, i64>(db, "SELECT COUNT(*) FROM tasks", []).await, [0]);
}
