//! `list`: orders, page numbers, totals and cursors.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{names, sorted, sorted_queries, unordered_id, walk};
use crate::{
    NewTask, OnExisting, Task, TaskFilter, TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt,
};
use uuid::Uuid;

cases! { "lists":
    every_order_and_direction,
    pages_by_number,
    default_and_maximum_page_size,
    total_is_counted_on_request,
    cursors_visit_every_task_once,
    equal_timestamps_are_ordered_by_id,
    cursor_continues_after_its_task_was_deleted,
    cursor_skips_tasks_inserted_before_it,
}

/// Creates two games with the same names, where ids, names and changes have different orders.
/// Returns the first game.
async fn two_games(cx: &TestContext<'_>) -> Result<Uuid, Failure> {
    let (first, second) = (cx.game().await?, cx.game().await?);
    for game in [first, second] {
        for names in [["m", "Z", "a"], ["B", "é", "b"]] {
            let batch = names.map(|name| NewTask::new(game, name).id(unordered_id()));
            cx.tasks.create_all(batch, OnExisting::Fail).await?;
        }
        for name in ["b", "m", "z", "A"] {
            cx.tasks.get_or_create(NewTask::new(game, name)).await?;
            let patch = TaskPatch::new().status("closed");
            cx.tasks.update((game, name), patch).await?;
        }
    }
    Ok(first)
}

/// The tasks after the first `first`.
fn rest_of(tasks: &[Task], first: usize) -> &[Task] {
    tasks.get(first..).unwrap_or_default()
}

async fn every_order_and_direction(cx: &TestContext<'_>) -> Outcome {
    let game = two_games(cx).await?;
    let all = cx.rows().await?;
    let of_game: Vec<Task> = all.iter().filter(|task| task.game_id == game).cloned().collect();
    ensure_eq!((all.len(), of_game.len()), (16, 8));
    for (filter, tasks) in [(TaskFilter::all(), all), (TaskFilter::in_game(game), of_game)] {
        for query in sorted_queries(&filter) {
            let page = cx.tasks.list(query.clone()).await?;
            ensure_eq!(page.items, sorted(tasks.clone(), &query), "{query:?}");
            ensure_eq!((page.next, page.total), (None, None));
        }
    }
    Ok(())
}

async fn pages_by_number(cx: &TestContext<'_>) -> Outcome {
    let game = two_games(cx).await?;
    for query in sorted_queries(&TaskFilter::in_game(game)) {
        let whole = cx.tasks.list(query.clone()).await?.items;
        for limit in [1, 3, 4, 8, 9] {
            let query = query.clone().limit(limit);
            for (n, expected) in whole.chunks(limit as usize).enumerate() {
                let page = cx.tasks.list(query.clone().page(n as u64 + 1)).await?;
                ensure_eq!(page.items, expected);
                let is_last = (n + 1) * limit as usize >= whole.len();
                ensure_eq!(page.next.is_none(), is_last, "page {n} of {limit}");
            }
            let beyond = cx.tasks.list(query.page(9)).await?;
            ensure_eq!((beyond.items, beyond.next), (vec![], None));
        }
    }
    Ok(())
}

async fn default_and_maximum_page_size(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let batch = (0..1_001).map(|n| NewTask::new(game, n.to_string()));
    cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let query = TaskQuery::in_game(game);
    let sizes = [
        (query.clone(), crate::DEFAULT_PAGE_SIZE),
        (query.clone().limit(crate::MAX_PAGE_SIZE), 1_000),
    ];
    for (query, size) in sizes {
        let page = cx.tasks.list(query).await?;
        ensure_eq!(page.items.len() as u64, size);
        ensure!(page.next.is_some());
    }
    let last = cx.tasks.list(query.limit(1_000).page(2)).await?;
    ensure_eq!((last.items.len(), last.next), (1, None));
    Ok(())
}

async fn total_is_counted_on_request(cx: &TestContext<'_>) -> Outcome {
    let game = two_games(cx).await?;
    let closed = TaskFilter::in_game(game).statuses(["closed"]);
    ensure_eq!(cx.tasks.count(closed.clone()).await?, 4);
    let query = TaskQuery::new(closed).limit(1).with_total();
    let first = cx.tasks.list(query.clone()).await?;
    // The total counts all tasks that match the filter, whichever page is requested.
    let second = query.clone().after(first.next.clone().or_fail()?);
    for query in [query.clone().page(2), query.page(99), second] {
        ensure_eq!(cx.tasks.list(query).await?.total, Some(4));
    }
    ensure_eq!(first.total, Some(4));
    let nothing = TaskQuery::in_game(Uuid::now_v7()).with_total();
    let nothing = cx.tasks.list(nothing).await?;
    ensure_eq!((nothing.items, nothing.next, nothing.total), (vec![], None, Some(0)));
    Ok(())
}

async fn cursors_visit_every_task_once(cx: &TestContext<'_>) -> Outcome {
    let game = two_games(cx).await?;
    for filter in [
        TaskFilter::all(),
        TaskFilter::in_game(game),
        TaskFilter::in_game(game).statuses(["open", "closed"]).strategies(["default"]),
        TaskFilter::in_game(game).statuses(["closed"]),
        TaskFilter::all().external_id_prefix("m"),
    ] {
        for query in sorted_queries(&filter) {
            let whole = cx.tasks.list(query.clone()).await?.items;
            for limit in [1, 2, 3, 5] {
                let walked = walk(cx.tasks, query.clone().limit(limit)).await?;
                ensure_eq!(walked, whole, "in pages of {limit}: {query:?}");
            }
            // A cursor from a page that was requested by number works, too.
            let page = cx.tasks.list(query.clone().limit(1).page(2)).await?;
            let Some(cursor) = page.next else { continue };
            ensure_eq!(walk(cx.tasks, query.limit(2).after(cursor)).await?, rest_of(&whole, 2));
        }
    }
    Ok(())
}

async fn equal_timestamps_are_ordered_by_id(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    // Ids that are not in insertion order, so that only sorting by id gives this order.
    let ids: Vec<Uuid> =
        (0..50_u128).map(|n| Uuid::from_u128((n * 7_919 % 50) << 64 | n)).collect();
    let batch = ids.iter().map(|id| NewTask::new(game, id.to_string()).id(*id));
    let written = cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let created_at = written.first().or_fail()?.task().created_at;
    ensure!(written.iter().all(|written| written.task().created_at == created_at));
    let mut sorted_ids = ids;
    sorted_ids.sort();
    for query in sorted_queries(&TaskFilter::in_game(game)) {
        if query.order() == TaskOrder::ExternalId {
            continue;
        }
        for limit in [1, 7, 50] {
            let walked = walk(cx.tasks, query.clone().limit(limit)).await?;
            let mut walked: Vec<Uuid> = walked.iter().map(|task| task.id).collect();
            if query.is_descending() {
                walked.reverse();
            }
            ensure_eq!(walked, sorted_ids);
        }
    }
    Ok(())
}

async fn cursor_continues_after_its_task_was_deleted(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.tasks_named(game, ["a", "b", "c", "d"]).await?;
    for query in sorted_queries(&TaskFilter::in_game(game)) {
        let before = cx.tasks.list(query.clone()).await?.items;
        let first = cx.tasks.list(query.clone().limit(2)).await?;
        let cursor = first.next.or_fail()?;
        let gone = first.items.get(1).or_fail()?;
        cx.tasks.delete(gone).await?;
        let rest = cx.tasks.list(query.after(cursor)).await?.items;
        ensure_eq!(rest, rest_of(&before, 2));
        cx.task(game, &gone.external_task_id).await?;
    }
    Ok(())
}

async fn cursor_skips_tasks_inserted_before_it(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.tasks_named(game, ["b", "d", "f"]).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let cursor = cx.tasks.list(query.clone()).await?.next.or_fail()?;
    // `a` sorts before the cursor's position, `e` after it.
    cx.tasks_named(game, ["a", "e"]).await?;
    let rest = cx.tasks.list(query.after(cursor)).await?.items;
    ensure_eq!(names(&rest), ["e", "f"]);
    Ok(())
}
