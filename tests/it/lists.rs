//! The order of tasks with equal timestamps, and windows of creation times.

use crate::support::{TestDatabase, database_cases, run, unordered_id};
use chrono::{DateTime, TimeDelta, Utc};
use game_tasks::conformance::fixtures::{sorted, sorted_queries, walk};
use game_tasks::{NewTask, SeaOrmTaskRepository, TaskFilter, TaskQuery, TaskRepositoryExt};

database_cases!(equal_timestamps_are_ordered_by_id);

/// Timestamps that are equal, differ by a microsecond, or have different numbers of digits.
async fn equal_timestamps_are_ordered_by_id(database: &TestDatabase) {
    let db = &database.db;
    let game = game_tasks::Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let second: DateTime<Utc> = "2026-03-01T12:00:05Z".parse().unwrap();
    let micros = [0, 0, 1, 1, 999, 1_000, 1_000, 1_001, 120_000, 120_000, 999_999, 1_000_000];
    for (n, micros) in micros.into_iter().enumerate() {
        let new = NewTask::new(game, n.to_string()).id(unordered_id());
        let task = tasks.create(new).await.unwrap();
        let moment = second + TimeDelta::microseconds(micros);
        let set = r"UPDATE tasks SET created_at = ?, updated_at = ? WHERE id = ?";
        run(db, set, [moment.into(), moment.into(), task.id.into()]).await;
    }
    let all = TaskFilter::in_game(game);
    let rows = tasks.list(TaskQuery::new(all.clone())).await.unwrap().items;
    for query in sorted_queries(&all) {
        let expected = sorted(rows.clone(), &query);
        assert_eq!(tasks.list(query.clone()).await.unwrap().items, expected);
        assert_eq!(walk(&tasks, query.limit(1)).await.unwrap(), expected);
    }
    for (from, until, expected) in [
        (0, 1, 2),
        (1, 2, 2),
        (0, 1_000, 5),
        (1_000, 1_001, 2),
        (120_000, 120_001, 2),
        (999_999, 1_000_000, 1),
        (1_000_000, 1_000_001, 1),
        (2, 2, 0),
        (5, 2, 0),
    ] {
        let at = |micros| second + TimeDelta::microseconds(micros);
        let window = all.clone().created_from(at(from)).created_until(at(until));
        assert_eq!(tasks.count(window).await.unwrap(), expected, "{from} to {until}");
    }
}
