//! Invalid page numbers, page sizes and cursors.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{api_key, validation_error};
use crate::{
    Cursor, CursorFault, Game, MAX_PAGE_SIZE, TaskError, TaskFilter, TaskOrder, TaskQuery,
    TaskRepository, TaskRepositoryExt, TaskScope, ValidationReason,
};
use futures_util::TryStreamExt;
use uuid::Uuid;

cases! { "refused_lists":
    invalid_page_numbers_and_sizes,
    largest_valid_page_number,
    cursor_is_arbitrary_text,
    cursor_is_truncated_or_altered,
    cursor_from_another_query,
    cursor_from_another_scope,
}

async fn invalid_page_numbers_and_sizes(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.task(game, "task").await?;
    let too_small = |field| (field, ValidationReason::TooSmall { min: 1 });
    let query = TaskQuery::in_game(game);
    for (query, expected) in [
        (query.clone().page(0), too_small("page")),
        (query.clone().limit(0), too_small("limit")),
        (
            query.clone().limit(MAX_PAGE_SIZE + 1),
            ("limit", ValidationReason::TooLarge { max: MAX_PAGE_SIZE }),
        ),
        (
            query.clone().limit(u64::MAX),
            ("limit", ValidationReason::TooLarge { max: MAX_PAGE_SIZE }),
        ),
    ] {
        for query in [query.clone(), query.with_total()] {
            let error = cx.refused(cx.tasks.list(query)).await?;
            ensure_eq!(validation_error(error)?, expected);
        }
    }
    for (page, limit) in
        [(u64::MAX, 1), (u64::MAX, 1_000), (u64::MAX / 1_000 + 2, 1_000), (1 << 63, 2)]
    {
        let error = cx.refused(cx.tasks.list(query.clone().limit(limit).page(page))).await?;
        ensure_is!(
            error,
            TaskError::Invalid { field: "page", reason: ValidationReason::TooLarge { .. } }
        );
    }
    Ok(())
}

async fn largest_valid_page_number(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.task(game, "task").await?;
    for limit in [1, 7, MAX_PAGE_SIZE] {
        let query = TaskQuery::in_game(game).limit(limit);
        let error = cx.refused(cx.tasks.list(query.clone().page(u64::MAX))).await?;
        let (_, ValidationReason::TooLarge { max }) = validation_error(error)? else {
            return Err(Failure::new("must be TooLarge"));
        };
        let error = cx.refused(cx.tasks.list(query.clone().page(max + 1))).await?;
        ensure_eq!(validation_error(error)?, ("page", ValidationReason::TooLarge { max }));
        let page = cx.tasks.list(query.page(max).with_total()).await?;
        ensure_eq!((page.items, page.next, page.total), (vec![], None, Some(1)));
    }
    Ok(())
}

/// A query for a game with three tasks, and the cursor after the first task.
async fn query_and_cursor(cx: &TestContext<'_>) -> Result<(TaskQuery, Cursor), Failure> {
    let game = cx.game().await?;
    cx.tasks_named(game, ["a", "b", "c"]).await?;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1);
    let cursor = cx.tasks.list(query.clone()).await?.next.or_fail()?;
    Ok((query, cursor))
}

async fn fault(
    cx: &TestContext<'_>,
    query: TaskQuery,
    cursor: impl Into<Cursor>,
) -> Result<CursorFault, Failure> {
    let query = query.after(cursor.into());
    let from_stream = cx.tasks.stream(query.clone()).try_collect::<Vec<_>>();
    let from_stream = cx.refused(from_stream).await?;
    let from_list = cx.refused(cx.tasks.list(query.with_total())).await?;
    match (from_list, from_stream) {
        (TaskError::InvalidCursor(fault), TaskError::InvalidCursor(other)) => {
            ensure_eq!(fault, other);
            Ok(fault)
        }
        other => Err(Failure::new(format_args!("must be InvalidCursor, is {other:?}"))),
    }
}

async fn cursor_is_arbitrary_text(cx: &TestContext<'_>) -> Outcome {
    let (query, _) = query_and_cursor(cx).await?;
    for garbage in
        ["", " ", "!", "garbage", "AAAA", "a\0b", "é🎉", "' OR 1=1 --", &"A".repeat(5_000)]
    {
        ensure_eq!(fault(cx, query.clone(), garbage).await?, CursorFault::Damaged, "{garbage:?}");
    }
    Ok(())
}

async fn cursor_is_truncated_or_altered(cx: &TestContext<'_>) -> Outcome {
    let (query, cursor) = query_and_cursor(cx).await?;
    let text = cursor.as_str();
    for position in [0, 1, text.len() / 2, text.len() - 1] {
        let cut = &text[..position];
        ensure_eq!(
            fault(cx, query.clone(), cut).await?,
            CursorFault::Damaged,
            "truncated at {position}"
        );
        let mut altered = text.to_owned();
        let other = if &text[position..=position] == "A" { "B" } else { "A" };
        altered.replace_range(position..=position, other);
        let fault = fault(cx, query.clone(), altered).await?;
        ensure_eq!(fault, CursorFault::Damaged, "altered at {position}");
    }
    for longer in [format!("{text}A"), format!("{text}="), format!(" {text}")] {
        ensure_eq!(fault(cx, query.clone(), longer).await?, CursorFault::Damaged);
    }
    // The unaltered cursor is valid.
    ensure_eq!(cx.tasks.list(query.after(cursor)).await?.items.len(), 1);
    Ok(())
}

async fn cursor_from_another_query(cx: &TestContext<'_>) -> Outcome {
    let (query, cursor) = query_and_cursor(cx).await?;
    let game = query.filter().game_id.or_fail()?;
    for order in [TaskOrder::Created, TaskOrder::Updated] {
        let other = query.clone().order_by(order);
        ensure_eq!(fault(cx, other, cursor.clone()).await?, CursorFault::Order);
    }
    let other = query.clone().descending();
    ensure_eq!(fault(cx, other, cursor.clone()).await?, CursorFault::Order);
    for filter in [
        TaskFilter::all(),
        TaskFilter::in_game(Uuid::now_v7()),
        TaskFilter::in_game(game).statuses(["open"]),
        TaskFilter::in_game(game).statuses(Vec::<String>::new()),
    ] {
        let other = TaskQuery::new(filter).order_by(TaskOrder::ExternalId).limit(1);
        ensure_eq!(fault(cx, other, cursor.clone()).await?, CursorFault::Filter);
    }
    // The page size may differ between pages.
    let page = cx.tasks.list(query.limit(10).after(cursor)).await?;
    ensure_eq!(page.items.len(), 2);
    Ok(())
}

async fn cursor_from_another_scope(cx: &TestContext<'_>) -> Outcome {
    let game = Game::new("game").owned_by_api_key(api_key("gme_live_mine")?);
    let game = cx.add_game(game).await?.id;
    cx.tasks_named(game, ["a", "b", "c"]).await?;
    let query = TaskQuery::in_game(game).limit(1);
    let mine = cx.tasks.scoped(TaskScope::api_key(api_key("gme_live_mine")?));
    let narrower = mine.scoped(TaskScope::api_key(api_key("gme_live_other")?));

    let scoped_cursor = mine.list(query.clone()).await?.next.or_fail()?;
    let open_cursor = cx.tasks.list(query.clone()).await?.next.or_fail()?;
    let of_mine = query.clone().after(scoped_cursor);
    let of_all = query.after(open_cursor);
    for error in [
        cx.refused(cx.tasks.list(of_mine.clone())).await?,
        cx.refused(mine.list(of_all)).await?,
        cx.refused(narrower.list(of_mine.clone())).await?,
    ] {
        ensure_is!(error, TaskError::InvalidCursor(CursorFault::Scope));
    }
    // The next request of the same caller has an equal scope.
    let again = cx.tasks.scoped(TaskScope::api_key(api_key("gme_live_mine")?));
    ensure_eq!(again.list(of_mine).await?.items.len(), 1);
    Ok(())
}
