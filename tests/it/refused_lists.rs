//! Pages that cannot be, and cursors that lead nowhere.

use crate::support::{Stage, assert_is, invalid, repository_cases};
use futures_util::TryStreamExt;
use game_tasks::{
    ApiKeyId, Cursor, CursorFault, Game, InvalidReason, MAX_PAGE_SIZE, TaskError, TaskFilter,
    TaskOrder, TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

repository_cases!(
    page_numbers_and_sizes,
    last_page_number_that_can_be,
    cursor_is_garbage,
    cursor_is_cut_or_altered,
    cursor_is_of_another_query,
    cursor_is_of_another_scope,
);

async fn page_numbers_and_sizes(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.task(game, "task").await;
    let too_small = |field| (field, InvalidReason::TooSmall { min: 1 });
    let query = TaskQuery::in_game(game);
    for (query, refusal) in [
        (query.clone().page(0), too_small("page")),
        (query.clone().limit(0), too_small("limit")),
        (
            query.clone().limit(MAX_PAGE_SIZE + 1),
            ("limit", InvalidReason::TooLarge { max: MAX_PAGE_SIZE }),
        ),
        (query.clone().limit(u64::MAX), ("limit", InvalidReason::TooLarge { max: MAX_PAGE_SIZE })),
    ] {
        for query in [query.clone(), query.with_total()] {
            let error = stage.refused(stage.tasks.list(query)).await;
            assert_eq!(invalid(error), refusal);
        }
    }
    for (page, limit) in
        [(u64::MAX, 1), (u64::MAX, 1_000), (u64::MAX / 1_000 + 2, 1_000), (1 << 63, 2)]
    {
        let error = stage.refused(stage.tasks.list(query.clone().limit(limit).page(page))).await;
        assert_is!(
            error,
            TaskError::Invalid { field: "page", reason: InvalidReason::TooLarge { .. } }
        );
    }
}

async fn last_page_number_that_can_be(stage: &Stage<'_>) {
    let game = stage.game().await;
    stage.task(game, "task").await;
    for limit in [1, 7, MAX_PAGE_SIZE] {
        let query = TaskQuery::in_game(game).limit(limit);
        let error = stage.refused(stage.tasks.list(query.clone().page(u64::MAX))).await;
        let (_, InvalidReason::TooLarge { max }) = invalid(error) else { panic!("not too large") };
        let error = stage.refused(stage.tasks.list(query.clone().page(max + 1))).await;
        assert_eq!(invalid(error), ("page", InvalidReason::TooLarge { max }));
        let page = stage.tasks.list(query.page(max).with_total()).await.unwrap();
        assert_eq!((page.items, page.next, page.total), (vec![], None, Some(1)));
    }
}

/// A query of a game with three tasks, and the cursor after the first.
async fn query_and_cursor(stage: &Stage<'_>) -> (TaskQuery, Cursor) {
    let game = stage.game().await;
    stage.tasks_named(game, ["a", "b", "c"]).await;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1);
    let cursor = stage.tasks.list(query.clone()).await.unwrap().next.unwrap();
    (query, cursor)
}

async fn fault(stage: &Stage<'_>, query: TaskQuery, cursor: impl Into<Cursor>) -> CursorFault {
    let query = query.after(cursor.into());
    let from_stream = stage.tasks.stream(query.clone()).try_collect::<Vec<_>>();
    let from_stream = stage.refused(from_stream).await;
    let from_list = stage.refused(stage.tasks.list(query.with_total())).await;
    match (from_list, from_stream) {
        (TaskError::InvalidCursor(fault), TaskError::InvalidCursor(other)) => {
            assert_eq!(fault, other);
            fault
        }
        other => panic!("expected InvalidCursor, got {other:?}"),
    }
}

async fn cursor_is_garbage(stage: &Stage<'_>) {
    let (query, _) = query_and_cursor(stage).await;
    for garbage in
        ["", " ", "!", "garbage", "AAAA", "a\0b", "é🎉", "' OR 1=1 --", &"A".repeat(5_000)]
    {
        assert_eq!(fault(stage, query.clone(), garbage).await, CursorFault::Damaged, "{garbage:?}");
    }
}

async fn cursor_is_cut_or_altered(stage: &Stage<'_>) {
    let (query, cursor) = query_and_cursor(stage).await;
    let text = cursor.as_str();
    for place in [0, 1, text.len() / 2, text.len() - 1] {
        let cut = &text[..place];
        assert_eq!(fault(stage, query.clone(), cut).await, CursorFault::Damaged, "cut at {place}");
        let mut altered = text.to_owned();
        let other = if &text[place..=place] == "A" { "B" } else { "A" };
        altered.replace_range(place..=place, other);
        let fault = fault(stage, query.clone(), altered).await;
        assert_eq!(fault, CursorFault::Damaged, "altered at {place}");
    }
    for longer in [format!("{text}A"), format!("{text}="), format!(" {text}")] {
        assert_eq!(fault(stage, query.clone(), longer).await, CursorFault::Damaged);
    }
    // The cursor itself is good.
    assert_eq!(stage.tasks.list(query.after(cursor)).await.unwrap().items.len(), 1);
}

async fn cursor_is_of_another_query(stage: &Stage<'_>) {
    let (query, cursor) = query_and_cursor(stage).await;
    let game = query.filter().game_id.unwrap();
    for order in [TaskOrder::Created, TaskOrder::Updated] {
        let other = query.clone().order_by(order);
        assert_eq!(fault(stage, other, cursor.clone()).await, CursorFault::Order);
    }
    let other = query.clone().descending();
    assert_eq!(fault(stage, other, cursor.clone()).await, CursorFault::Order);
    for filter in [
        TaskFilter::all(),
        TaskFilter::in_game(Uuid::now_v7()),
        TaskFilter::in_game(game).statuses(["open"]),
        TaskFilter::in_game(game).statuses(Vec::<String>::new()),
    ] {
        let other = TaskQuery::new(filter).order_by(TaskOrder::ExternalId).limit(1);
        assert_eq!(fault(stage, other, cursor.clone()).await, CursorFault::Filter);
    }
    // The size of the page may change on the way.
    let page = stage.tasks.list(query.limit(10).after(cursor)).await.unwrap();
    assert_eq!(page.items.len(), 2);
}

async fn cursor_is_of_another_scope(stage: &Stage<'_>) {
    let key = |text| ApiKeyId::new(text).unwrap();
    let game = Game::new("game").owned_by_api_key(key("gme_live_mine"));
    let game = stage.add(game).await.id;
    stage.tasks_named(game, ["a", "b", "c"]).await;
    let query = TaskQuery::in_game(game).limit(1);
    let mine = stage.tasks.scoped(TaskScope::api_key(key("gme_live_mine")));
    let narrower = mine.scoped(TaskScope::api_key(key("gme_live_other")));

    let scoped_cursor = mine.list(query.clone()).await.unwrap().next.unwrap();
    let open_cursor = stage.tasks.list(query.clone()).await.unwrap().next.unwrap();
    let of_mine = query.clone().after(scoped_cursor);
    let of_all = query.after(open_cursor);
    for error in [
        stage.refused(stage.tasks.list(of_mine.clone())).await,
        stage.refused(mine.list(of_all)).await,
        stage.refused(narrower.list(of_mine.clone())).await,
    ] {
        assert_is!(error, TaskError::InvalidCursor(CursorFault::Scope));
    }
    // The same scope again, as the next request of the same caller has it.
    let again = stage.tasks.scoped(TaskScope::api_key(key("gme_live_mine")));
    assert_eq!(again.list(of_mine).await.unwrap().items.len(), 1);
}
