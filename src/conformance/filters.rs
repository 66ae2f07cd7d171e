//! Filters: a task must match all criteria, and all calls that take a filter agree.

use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::names;
use crate::{
    NewTask, Task, TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt,
};
use chrono::TimeDelta;
use futures_util::TryStreamExt;
use uuid::Uuid;

cases! { "filters":
    by_status_and_strategy,
    by_an_empty_set,
    by_keys,
    by_prefix,
    by_creation,
    by_all_criteria_combined,
}

/// The names of the tasks that match a filter. Checks that `list`, `count`, `stream` and
/// `update_many` agree.
async fn matching(cx: &TestContext<'_>, filter: TaskFilter) -> Result<Vec<String>, Failure> {
    let query = TaskQuery::new(filter.clone()).order_by(TaskOrder::ExternalId);
    let page = cx.tasks.list(query.clone().with_total()).await?;
    let count = page.items.len() as u64;
    ensure_eq!(page.total, Some(count), "total and number of items differ: {filter:?}");
    ensure_eq!(cx.tasks.count(filter.clone()).await?, count, "{filter:?}");
    let streamed: Vec<Task> = cx.tasks.stream(query.limit(1)).try_collect().await?;
    ensure_eq!(streamed, page.items);

    // `update_many` changes exactly these tasks; restore them afterwards.
    let mark = TaskPatch::new().strategy("marked");
    let strategies: Vec<_> = page.items.iter().map(|task| task.strategy_id.clone()).collect();
    if !strategies.iter().any(|strategy| strategy == "marked") {
        let others = cx.rows().await?;
        ensure_eq!(cx.tasks.update_many(filter, mark).await?, count);
        for row in cx.rows().await? {
            let matches = page.items.iter().any(|task| task.id == row.id);
            ensure_eq!(row.strategy_id == "marked", matches, "{row:?}");
            ensure!(matches || others.contains(&row));
        }
        for task in &page.items {
            let back = TaskPatch::new().strategy(task.strategy_id.as_str());
            cx.tasks.update(task, back).await?;
        }
    }
    Ok(names(&page.items).into_iter().map(str::to_owned).collect())
}

/// Creates a game with tasks `a` to `d`, of which `b` and `d` are closed and `c` and `d` have a
/// strategy, and another game with a task `a`.
pub(super) async fn four_tasks(cx: &TestContext<'_>) -> Result<(Uuid, Uuid), Failure> {
    let (game, other) = (cx.game().await?, cx.game().await?);
    for name in ["a", "b"] {
        cx.task(game, name).await?;
    }
    for name in ["c", "d"] {
        cx.tasks.create(NewTask::new(game, name).strategy("socio_bee")).await?;
    }
    for name in ["b", "d"] {
        cx.tasks.transition((game, name), "open", "closed").await?;
    }
    cx.task(other, "a").await?;
    Ok((game, other))
}

async fn by_status_and_strategy(cx: &TestContext<'_>) -> Outcome {
    let (game, _) = four_tasks(cx).await?;
    let of_game = TaskFilter::in_game(game);
    for (filter, expected) in [
        (of_game.clone(), &["a", "b", "c", "d"][..]),
        (of_game.clone().statuses(["open"]), &["a", "c"]),
        (of_game.clone().statuses(["closed", "open", "archived"]), &["a", "b", "c", "d"]),
        (of_game.clone().statuses(["archived"]), &[]),
        (of_game.clone().strategies(["socio_bee"]), &["c", "d"]),
        (of_game.clone().strategies(["socio_bee", "default"]), &["a", "b", "c", "d"]),
        (of_game.statuses(["open"]).strategies(["default"]), &["a"]),
        (TaskFilter::all().statuses(["open"]).strategies(["default"]), &["a", "a"]),
        (TaskFilter::all(), &["a", "a", "b", "c", "d"]),
        (TaskFilter::in_game(Uuid::now_v7()), &[]),
    ] {
        ensure_eq!(matching(cx, filter.clone()).await?, expected, "{filter:?}");
    }
    Ok(())
}

/// An empty set matches no task.
async fn by_an_empty_set(cx: &TestContext<'_>) -> Outcome {
    let (game, _) = four_tasks(cx).await?;
    let nothing = Vec::<String>::new;
    for filter in [
        TaskFilter::in_game(game).statuses(nothing()),
        TaskFilter::in_game(game).strategies(nothing()),
        TaskFilter::all().statuses(nothing()),
        TaskFilter::keys(Vec::<TaskKey>::new()),
    ] {
        ensure_eq!(matching(cx, filter.clone()).await?, nothing(), "{filter:?}");
        ensure_eq!(cx.tasks.delete_many(filter).await?, 0);
    }
    Ok(())
}

async fn by_keys(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = four_tasks(cx).await?;
    let id = async |name: &str| Ok::<_, Failure>(cx.tasks.get((game, name)).await?.id);
    let (a, b, c) = (id("a").await?, id("b").await?, id("c").await?);
    let cases: Vec<(Vec<TaskKey>, &[&str])> = vec![
        (vec![a.into()], &["a"]),
        (vec![(game, b).into()], &["b"]),
        (vec![(game, "c").into()], &["c"]),
        (vec![(other, "a").into(), (game, "a").into()], &["a", "a"]),
        // All kinds of keys, three keys of the same task, and keys that match no task.
        (
            vec![
                a.into(),
                (game, a).into(),
                (game, "a").into(),
                (game, b).into(),
                (game, "d").into(),
                Uuid::now_v7().into(),
                (other, c).into(),
                (other, "c").into(),
                (Uuid::now_v7(), "a").into(),
            ],
            &["a", "b", "d"],
        ),
    ];
    for (keys, expected) in cases {
        ensure_eq!(matching(cx, TaskFilter::keys(&keys)).await?, expected, "{keys:?}");
    }
    let open = TaskFilter::keys([a, b, c]).statuses(["open"]);
    ensure_eq!(matching(cx, open).await?, ["a", "c"]);
    let mut elsewhere = TaskFilter::keys([a, b]);
    elsewhere.game_id = Some(other);
    ensure_eq!(matching(cx, elsewhere).await?, Vec::<String>::new());
    // More keys than a statement may have parameters.
    let many = (0..40_000).map(|n| TaskKey::from((game, n.to_string())));
    let many = TaskFilter::keys(many.chain([(game, "a").into(), b.into()]));
    ensure_eq!(cx.tasks.count(many).await?, 2);
    Ok(())
}

async fn by_prefix(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let all = [
        "A",
        "AB",
        "a",
        "a b",
        "ab",
        "abc",
        "b",
        "%",
        "%a",
        "_",
        "__",
        "é",
        "éa",
        "e",
        "a\u{10ffff}",
        "a\u{10ffff}b",
    ];
    cx.tasks_named(game, all).await?;
    for prefix in ["a", "A", "ab", "abc", "abcd", "%", "_", "\\", "é", "e", "", "a\u{10ffff}", "B"]
    {
        let filter = TaskFilter::in_game(game).external_id_prefix(prefix);
        let mut expected: Vec<&str> =
            all.into_iter().filter(|name| name.starts_with(prefix)).collect();
        expected.sort_unstable();
        ensure_eq!(matching(cx, filter).await?, expected, "{prefix:?}");
    }
    Ok(())
}

async fn by_creation(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let [a, b, c] = cx.tasks_named(game, ["a", "b", "c"]).await?;
    // Tasks that are created in one transaction may have equal timestamps.
    let expected = |from, until| {
        let within = |task: &&Task| from <= task.created_at && task.created_at < until;
        names([&a, &b, &c].into_iter().filter(within))
    };
    let (microsecond, nanosecond) = (TimeDelta::microseconds(1), TimeDelta::nanoseconds(1));
    let moments = [a.created_at, b.created_at, c.created_at];
    let edges: Vec<_> = moments
        .into_iter()
        .flat_map(|at| [at - microsecond, at - nanosecond, at, at + nanosecond, at + microsecond])
        .collect();
    for from in &edges {
        for until in &edges {
            let window = TaskFilter::in_game(game).created_from(*from).created_until(*until);
            let listed =
                cx.tasks.list(TaskQuery::new(window.clone()).order_by(TaskOrder::ExternalId));
            let listed = listed.await?.items;
            ensure_eq!(names(&listed), expected(*from, *until), "{from} to {until}");
            ensure_eq!(cx.tasks.count(window).await?, listed.len() as u64);
        }
    }
    Ok(())
}

async fn by_all_criteria_combined(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = four_tasks(cx).await?;
    let task = cx.tasks.get((game, "d")).await?;
    let mut filter = TaskFilter::in_game(game)
        .statuses(["closed", "archived"])
        .strategies(["socio_bee"])
        .external_id_prefix("d")
        .created_from(task.created_at)
        .created_until(task.created_at + TimeDelta::microseconds(1));
    filter.keys = TaskFilter::keys([task.id]).keys;
    ensure_eq!(matching(cx, filter.clone()).await?, ["d"]);
    for filter in [
        TaskFilter { game_id: Some(other), ..filter.clone() },
        filter.clone().statuses(["open"]),
        filter.clone().external_id_prefix("D"),
        filter.clone().created_until(task.created_at),
    ] {
        ensure_eq!(matching(cx, filter).await?, Vec::<String>::new());
    }
    ensure_eq!(cx.tasks.delete_many(filter).await?, 1);
    ensure_eq!(cx.tasks.find(&task).await?, None);
    ensure_eq!(cx.rows().await?.len(), 4);
    Ok(())
}
