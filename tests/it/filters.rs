//! Filters mean the tasks for which everything holds that they name, the same for lists,
//! counts, changes and deletions.

use crate::support::{Stage, names, repository_cases};
use chrono::TimeDelta;
use futures_util::TryStreamExt;
use game_tasks::{
    NewTask, Task, TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery, TaskRepositoryExt,
};
use uuid::Uuid;

repository_cases!(
    by_status_and_strategy,
    by_nothing_at_all,
    by_keys,
    by_prefix,
    by_creation,
    by_everything_at_once,
    as_a_stream,
    a_stream_whose_loop_writes,
    a_stream_goes_on_from_a_cursor,
    a_stream_longer_than_a_page,
);

/// The names of the tasks that a filter means, having asked for them in every way.
async fn meant(stage: &Stage<'_>, filter: TaskFilter) -> Vec<String> {
    let query = TaskQuery::new(filter.clone()).order_by(TaskOrder::ExternalId);
    let page = stage.tasks.list(query.clone().with_total()).await.unwrap();
    let count = page.items.len() as u64;
    assert_eq!(page.total, Some(count), "the total disagrees: {filter:?}");
    assert_eq!(stage.tasks.count(filter.clone()).await.unwrap(), count, "{filter:?}");
    let streamed: Vec<Task> = stage.tasks.stream(query.limit(1)).try_collect().await.unwrap();
    assert_eq!(streamed, page.items);

    // All of them, and no other, are changed and changed back.
    let mark = TaskPatch::new().strategy("marked");
    let strategies: Vec<_> = page.items.iter().map(|task| task.strategy_id.clone()).collect();
    if !strategies.iter().any(|strategy| strategy == "marked") {
        let others = stage.rows().await;
        assert_eq!(stage.tasks.update_many(filter, mark).await.unwrap(), count);
        for row in stage.rows().await {
            let is_meant = page.items.iter().any(|task| task.id == row.id);
            assert_eq!(row.strategy_id == "marked", is_meant, "{row:?}");
            assert!(is_meant || others.contains(&row));
        }
        for task in &page.items {
            let back = TaskPatch::new().strategy(task.strategy_id.as_str());
            stage.tasks.update(task, back).await.unwrap();
        }
    }
    names(&page.items).into_iter().map(str::to_owned).collect()
}

/// A game with tasks `a` to `d`: `b` and `d` closed, `c` and `d` with a strategy; and another
/// game with an `a`.
async fn four_tasks(stage: &Stage<'_>) -> (Uuid, Uuid) {
    let (game, other) = (stage.game().await, stage.game().await);
    for name in ["a", "b"] {
        stage.task(game, name).await;
    }
    for name in ["c", "d"] {
        stage.tasks.create(NewTask::new(game, name).strategy("socio_bee")).await.unwrap();
    }
    for name in ["b", "d"] {
        stage.tasks.transition((game, name), "open", "closed").await.unwrap();
    }
    stage.task(other, "a").await;
    (game, other)
}

async fn by_status_and_strategy(stage: &Stage<'_>) {
    let (game, _) = four_tasks(stage).await;
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
        assert_eq!(meant(stage, filter.clone()).await, expected, "{filter:?}");
    }
}

/// An empty set means no task, not all of them.
async fn by_nothing_at_all(stage: &Stage<'_>) {
    let (game, _) = four_tasks(stage).await;
    let nothing = Vec::<String>::new;
    for filter in [
        TaskFilter::in_game(game).statuses(nothing()),
        TaskFilter::in_game(game).strategies(nothing()),
        TaskFilter::all().statuses(nothing()),
        TaskFilter::keys(Vec::<TaskKey>::new()),
    ] {
        assert_eq!(meant(stage, filter.clone()).await, nothing(), "{filter:?}");
        assert_eq!(stage.tasks.delete_many(filter).await.unwrap(), 0);
    }
}

async fn by_keys(stage: &Stage<'_>) {
    let (game, other) = four_tasks(stage).await;
    let id = async |name: &str| stage.tasks.get((game, name)).await.unwrap().id;
    let (a, b, c) = (id("a").await, id("b").await, id("c").await);
    let cases: Vec<(Vec<TaskKey>, &[&str])> = vec![
        (vec![a.into()], &["a"]),
        (vec![(game, b).into()], &["b"]),
        (vec![(game, "c").into()], &["c"]),
        (vec![(other, "a").into(), (game, "a").into()], &["a", "a"]),
        // Kinds mixed, one task named three times, and what is not there.
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
        assert_eq!(meant(stage, TaskFilter::keys(&keys)).await, expected, "{keys:?}");
    }
    let open = TaskFilter::keys([a, b, c]).statuses(["open"]);
    assert_eq!(meant(stage, open).await, ["a", "c"]);
    let mut elsewhere = TaskFilter::keys([a, b]);
    elsewhere.game_id = Some(other);
    assert_eq!(meant(stage, elsewhere).await, Vec::<String>::new());
    // More keys than a statement may have parameters.
    let many = (0..40_000).map(|n| TaskKey::from((game, n.to_string())));
    let many = TaskFilter::keys(many.chain([(game, "a").into(), b.into()]));
    assert_eq!(stage.tasks.count(many).await.unwrap(), 2);
}

async fn by_prefix(stage: &Stage<'_>) {
    let game = stage.game().await;
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
    stage.tasks_named(game, all).await;
    for prefix in ["a", "A", "ab", "abc", "abcd", "%", "_", "\\", "é", "e", "", "a\u{10ffff}", "B"]
    {
        let filter = TaskFilter::in_game(game).external_id_prefix(prefix);
        let mut expected: Vec<&str> =
            all.into_iter().filter(|name| name.starts_with(prefix)).collect();
        expected.sort_unstable();
        assert_eq!(meant(stage, filter).await, expected, "{prefix:?}");
    }
}

async fn by_creation(stage: &Stage<'_>) {
    let game = stage.game().await;
    let [a, b, c] = stage.tasks_named(game, ["a", "b", "c"]).await;
    // A transaction may give its tasks one moment.
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
                stage.tasks.list(TaskQuery::new(window.clone()).order_by(TaskOrder::ExternalId));
            let listed = listed.await.unwrap().items;
            assert_eq!(names(&listed), expected(*from, *until), "{from} to {until}");
            assert_eq!(stage.tasks.count(window).await.unwrap(), listed.len() as u64);
        }
    }
}

async fn by_everything_at_once(stage: &Stage<'_>) {
    let (game, other) = four_tasks(stage).await;
    let task = stage.tasks.get((game, "d")).await.unwrap();
    let mut filter = TaskFilter::in_game(game)
        .statuses(["closed", "archived"])
        .strategies(["socio_bee"])
        .external_id_prefix("d")
        .created_from(task.created_at)
        .created_until(task.created_at + TimeDelta::microseconds(1));
    filter.keys = TaskFilter::keys([task.id]).keys;
    assert_eq!(meant(stage, filter.clone()).await, ["d"]);
    let mut variants = vec![filter.clone(); 4];
    variants[0].game_id = Some(other);
    variants[1].statuses = TaskFilter::all().statuses(["open"]).statuses;
    variants[2].external_id_prefix = Some("D".to_owned());
    variants[3].created_until = Some(task.created_at);
    for filter in variants {
        assert_eq!(meant(stage, filter).await, Vec::<String>::new());
    }
    assert_eq!(stage.tasks.delete_many(filter).await.unwrap(), 1);
    assert_eq!(stage.tasks.find(&task).await.unwrap(), None);
    assert_eq!(stage.rows().await.len(), 4);
}

async fn as_a_stream(stage: &Stage<'_>) {
    let (game, _) = four_tasks(stage).await;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    for (query, expected) in [
        (query.clone(), ["a", "b", "c", "d"]),
        (query.clone().descending(), ["d", "c", "b", "a"]),
        // Size and number of pages are none of a stream's business.
        (query.limit(1).page(3), ["a", "b", "c", "d"]),
    ] {
        let streamed: Vec<Task> = stage.tasks.stream(query).try_collect().await.unwrap();
        assert_eq!(names(&streamed), expected);
    }
}

async fn a_stream_whose_loop_writes(stage: &Stage<'_>) {
    let game = stage.game().await;
    let batch = (0..5).map(|n| NewTask::new(game, n.to_string()));
    stage.tasks.create_all(batch, game_tasks::OnExisting::Report).await.unwrap();
    let mut stream = stage.tasks.stream(TaskQuery::in_game(game));
    let mut seen = 0;
    while let Some(task) = stream.try_next().await.unwrap() {
        let closed = stage.tasks.transition(&task, "open", "closed").await.unwrap();
        stage.tasks.duplicate(&closed, format!("copy of {}", task.external_task_id)).await.unwrap();
        stage.tasks.delete(&task).await.unwrap();
        seen += 1;
        if seen == 5 {
            break;
        }
    }
    drop(stream);
    let mut left = stage.rows().await;
    left.sort_by(|a, b| a.external_task_id.cmp(&b.external_task_id));
    assert_eq!(names(&left), (0..5).map(|n| format!("copy of {n}")).collect::<Vec<_>>());
}

async fn a_stream_goes_on_from_a_cursor(stage: &Stage<'_>) {
    let (game, _) = four_tasks(stage).await;
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(2);
    let cursor = stage.tasks.list(query.clone()).await.unwrap().next.unwrap();
    let rest: Vec<Task> = stage.tasks.stream(query.after(cursor)).try_collect().await.unwrap();
    assert_eq!(names(&rest), ["c", "d"]);
}

async fn a_stream_longer_than_a_page(stage: &Stage<'_>) {
    let game = stage.game().await;
    let batch = (0..2_001).map(|n| NewTask::new(game, format!("{n:04}")));
    stage.tasks.create_all(batch, game_tasks::OnExisting::Report).await.unwrap();
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId);
    let mut stream = stage.tasks.stream(query.clone());
    let mut seen = 0;
    while let Some(task) = stream.try_next().await.unwrap() {
        assert_eq!(task.external_task_id, format!("{seen:04}"));
        // What is written between pages is met, or not missed, as its place will have it.
        if seen == 500 {
            stage.tasks.delete((game, "1500")).await.unwrap();
            stage.task(game, "1500").await;
        }
        seen += 1;
    }
    assert_eq!(seen, 2_001);
}
