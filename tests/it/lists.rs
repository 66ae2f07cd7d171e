//! Lists: orders, pages and totals, and cursors that walk the whole.

use crate::support::{TestDatabase, database_cases, run, unordered_id};
use chrono::{DateTime, TimeDelta, Utc};
use game_tasks::{
    NewTask, SeaOrmTaskRepository, SortDirection, Task, TaskFilter, TaskOrder, TaskQuery,
    TaskRepository, TaskRepositoryExt,
};

database_cases!(ties_are_broken_by_the_id);

const ORDERS: [TaskOrder; 3] = [TaskOrder::Created, TaskOrder::ExternalId, TaskOrder::Updated];
const DIRECTIONS: [SortDirection; 2] = [SortDirection::Ascending, SortDirection::Descending];

/// All queries that differ in order and direction.
fn sorted_queries(filter: &TaskFilter) -> impl Iterator<Item = TaskQuery> {
    let query = TaskQuery::new(filter.clone());
    let by_order = ORDERS.map(|order| query.clone().order_by(order));
    by_order.into_iter().flat_map(|query| DIRECTIONS.map(|to| query.clone().direction(to)))
}

/// What a query's list must be: the rule, in plain Rust.
fn sorted(mut tasks: Vec<Task>, query: &TaskQuery) -> Vec<Task> {
    match query.order() {
        TaskOrder::Created => tasks.sort_by_key(|task| (task.created_at, task.id)),
        TaskOrder::Updated => tasks.sort_by_key(|task| (task.updated_at, task.id)),
        _ => tasks.sort_by(|a, b| {
            let of = |task: &Task| (task.external_task_id.clone().into_bytes(), task.id);
            of(a).cmp(&of(b))
        }),
    }
    if query.is_descending() {
        tasks.reverse();
    }
    tasks
}

/// All pages of a query, put together; each but the last must be full.
async fn walk(tasks: &dyn TaskRepository, query: TaskQuery) -> Vec<Task> {
    let mut walked = Vec::new();
    let mut next = Some(query);
    while let Some(query) = next {
        let page = tasks.list(query.clone()).await.unwrap();
        assert_eq!(page.total, None);
        assert!(page.next.is_none() || page.items.len() as u64 == query.page_size());
        assert!(!page.items.is_empty() || walked.is_empty(), "a cursor led to nothing");
        walked.extend(page.items);
        next = page.next.map(|cursor| query.after(cursor));
    }
    walked
}

/// Times that agree to the microsecond, or differ by one, or in the digits that they need.
async fn ties_are_broken_by_the_id(database: &TestDatabase) {
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
        assert_eq!(walk(&tasks, query.limit(1)).await, expected);
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
