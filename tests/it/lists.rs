//! Lists: orders, pages and totals, and cursors that walk the whole.

use crate::support::{Stage, TestDatabase, any_id, database_cases, repository_cases, run};
use chrono::{DateTime, TimeDelta, Utc};
use game_tasks::{
    NewTask, OnExisting, SeaOrmTaskRepository, SortDirection, Task, TaskFilter, TaskOrder,
    TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

repository_cases!(
    every_order_and_direction,
    pages_by_number,
    pages_have_a_size_of_their_own,
    totals_are_counted_where_asked_for,
    cursors_walk_the_whole_list,
    tasks_created_at_once_are_walked_by_cursor,
    cursor_goes_on_where_its_task_is_gone,
    cursor_passes_what_is_new,
);
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

/// Two games, with names that are the same in both, ids in another order than names, and
/// changes in another order than both. Answers with the first game.
async fn two_games(stage: &Stage<'_>) -> Uuid {
    let games = [stage.game().await, stage.game().await];
    for game in games {
        for names in [["m", "Z", "a"], ["B", "é", "b"]] {
            let batch = names.map(|name| NewTask::new(game, name).id(any_id()));
            stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
        }
        for name in ["b", "m", "z", "A"] {
            stage.tasks.get_or_create(NewTask::new(game, name)).await.unwrap();
            let patch = TaskPatch::new().status("closed");
            stage.tasks.update((game, name), patch).await.unwrap();
        }
    }
    games[0]
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

async fn every_order_and_direction(stage: &Stage<'_>) {
    let game = two_games(stage).await;
    let all = stage.rows().await;
    let of_game: Vec<Task> = all.iter().filter(|task| task.game_id == game).cloned().collect();
    assert_eq!((all.len(), of_game.len()), (16, 8));
    for (filter, tasks) in [(TaskFilter::all(), all), (TaskFilter::in_game(game), of_game)] {
        for query in sorted_queries(&filter) {
            let page = stage.tasks.list(query.clone()).await.unwrap();
            assert_eq!(page.items, sorted(tasks.clone(), &query), "{query:?}");
            assert_eq!((page.next, page.total), (None, None));
        }
    }
}

async fn pages_by_number(stage: &Stage<'_>) {
    let game = two_games(stage).await;
    for query in sorted_queries(&TaskFilter::in_game(game)) {
        let whole = stage.tasks.list(query.clone()).await.unwrap().items;
        for limit in [1, 3, 4, 8, 9] {
            let query = query.clone().limit(limit);
            for (n, expected) in whole.chunks(limit as usize).enumerate() {
                let page = stage.tasks.list(query.clone().page(n as u64 + 1)).await.unwrap();
                assert_eq!(page.items, expected);
                let is_last = (n + 1) * limit as usize >= whole.len();
                assert_eq!(page.next.is_none(), is_last, "page {n} of {limit}");
            }
            let beyond = stage.tasks.list(query.page(9)).await.unwrap();
            assert_eq!((beyond.items, beyond.next), (vec![], None));
        }
    }
}

async fn pages_have_a_size_of_their_own(stage: &Stage<'_>) {
    let game = stage.game().await;
    let batch = (0..1_001).map(|n| NewTask::new(game, n.to_string()));
    stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
    let query = TaskQuery::in_game(game);
    let sizes = [
        (query.clone(), game_tasks::DEFAULT_PAGE_SIZE),
        (query.clone().limit(game_tasks::MAX_PAGE_SIZE), 1_000),
    ];
    for (query, size) in sizes {
        let page = stage.tasks.list(query).await.unwrap();
        assert_eq!(page.items.len() as u64, size);
        assert!(page.next.is_some());
    }
    let last = stage.tasks.list(query.limit(1_000).page(2)).await.unwrap();
    assert_eq!((last.items.len(), last.next), (1, None));
}

async fn totals_are_counted_where_asked_for(stage: &Stage<'_>) {
    let game = two_games(stage).await;
    let closed = TaskFilter::in_game(game).statuses(["closed"]);
    assert_eq!(stage.tasks.count(closed.clone()).await.unwrap(), 4);
    let query = TaskQuery::new(closed).limit(1).with_total();
    let first = stage.tasks.list(query.clone()).await.unwrap();
    // The total is of the filter, wherever the page begins.
    let second = query.clone().after(first.next.clone().unwrap());
    for query in [query.clone().page(2), query.page(99), second] {
        assert_eq!(stage.tasks.list(query).await.unwrap().total, Some(4));
    }
    assert_eq!(first.total, Some(4));
    let nothing = TaskQuery::in_game(Uuid::now_v7()).with_total();
    let nothing = stage.tasks.list(nothing).await.unwrap();
    assert_eq!((nothing.items, nothing.next, nothing.total), (vec![], None, Some(0)));
}

async fn cursors_walk_the_whole_list(stage: &Stage<'_>) {
    let game = two_games(stage).await;
    for filter in [
        TaskFilter::all(),
        TaskFilter::in_game(game),
        TaskFilter::in_game(game).statuses(["open", "closed"]).strategies(["default"]),
        TaskFilter::in_game(game).statuses(["closed"]),
        TaskFilter::all().external_id_prefix("m"),
    ] {
        for query in sorted_queries(&filter) {
            let whole = stage.tasks.list(query.clone()).await.unwrap().items;
            for limit in [1, 2, 3, 5] {
                let walked = walk(stage.tasks, query.clone().limit(limit)).await;
                assert_eq!(walked, whole, "in pages of {limit}: {query:?}");
            }
            // From a page that was reached by number, too.
            let page = stage.tasks.list(query.clone().limit(1).page(2)).await.unwrap();
            let Some(cursor) = page.next else { continue };
            assert_eq!(walk(stage.tasks, query.limit(2).after(cursor)).await, whole[2..]);
        }
    }
}

async fn tasks_created_at_once_are_walked_by_cursor(stage: &Stage<'_>) {
    let game = stage.game().await;
    // Ids in no order, so that nothing but the id sorts them, the same on every backend.
    let ids: Vec<Uuid> =
        (0..50_u128).map(|n| Uuid::from_u128((n * 7_919 % 50) << 64 | n)).collect();
    let batch = ids.iter().map(|id| NewTask::new(game, id.to_string()).id(*id));
    let written = stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
    let created_at = written[0].task().created_at;
    assert!(written.iter().all(|written| written.task().created_at == created_at));
    let mut sorted_ids = ids;
    sorted_ids.sort();
    for query in sorted_queries(&TaskFilter::in_game(game)) {
        if query.order() == TaskOrder::ExternalId {
            continue;
        }
        for limit in [1, 7, 50] {
            let walked = walk(stage.tasks, query.clone().limit(limit)).await;
            let mut walked: Vec<Uuid> = walked.iter().map(|task| task.id).collect();
            if query.is_descending() {
                walked.reverse();
            }
            assert_eq!(walked, sorted_ids);
        }
    }
}

async fn cursor_goes_on_where_its_task_is_gone(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.tasks_named(game, ["a", "b", "c", "d"]).await;
    for query in sorted_queries(&TaskFilter::in_game(game)) {
        let before = stage.tasks.list(query.clone()).await.unwrap().items;
        let first = stage.tasks.list(query.clone().limit(2)).await.unwrap();
        let cursor = first.next.unwrap();
        let gone = &first.items[1];
        stage.tasks.delete(gone).await.unwrap();
        let rest = stage.tasks.list(query.after(cursor)).await.unwrap().items;
        assert_eq!(rest, before[2..]);
        stage.task(game, &gone.external_task_id).await;
    }
}

async fn cursor_passes_what_is_new(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.tasks_named(game, ["b", "d", "f"]).await;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let cursor = stage.tasks.list(query.clone()).await.unwrap().next.unwrap();
    // Before the place: missed. After it: met.
    stage.tasks_named(game, ["a", "e"]).await;
    let rest = stage.tasks.list(query.after(cursor)).await.unwrap().items;
    assert_eq!(crate::support::names(&rest), ["e", "f"]);
}

/// Times that agree to the microsecond, or differ by one, or in the digits that they need.
async fn ties_are_broken_by_the_id(database: &TestDatabase) {
    let db = &database.db;
    let game = game_tasks::Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let second: DateTime<Utc> = "2026-03-01T12:00:05Z".parse().unwrap();
    let micros = [0, 0, 1, 1, 999, 1_000, 1_000, 1_001, 120_000, 120_000, 999_999, 1_000_000];
    for (n, micros) in micros.into_iter().enumerate() {
        let new = NewTask::new(game, n.to_string()).id(any_id());
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
