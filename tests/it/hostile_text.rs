//! Text is kept and compared byte for byte, whatever a database makes of case, accents,
//! blanks, quotes and patterns.

use crate::support::{Stage, hostile_texts, names, repository_cases};
use game_tasks::{
    NewTask, OnExisting, Task, TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery,
    TaskRepositoryExt,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

repository_cases!(
    as_names_one_by_one,
    as_names_in_batches,
    as_names_in_lists_of_keys,
    as_prefixes,
    as_sort_values,
    as_strategies,
    as_statuses,
    a_key_longer_than_any_name,
);

async fn as_names_one_by_one(stage: &Stage<'_>) {
    let game = stage.game().await;
    let texts = hostile_texts();
    assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "each is distinct");
    let mut ids = HashMap::new();
    for text in &texts {
        let task = stage.task(game, text).await;
        assert_eq!(task.external_task_id.as_bytes(), text.as_bytes());
        ids.insert(text, task.id);
    }
    for text in &texts {
        let found = stage.tasks.get((game, text)).await.unwrap();
        assert_eq!((found.id, found.external_task_id.as_bytes()), (ids[text], text.as_bytes()));
    }
}

/// A game with a task of each text, all made in one batch.
async fn game_of_hostile_tasks(stage: &Stage<'_>, texts: &[String]) -> (Uuid, Vec<Task>) {
    let game = stage.game().await;
    let batch = texts.iter().map(|text| NewTask::new(game, text).strategy(text));
    let written = stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
    let tasks: Vec<Task> = written.into_iter().map(|written| written.into_task()).collect();
    assert_eq!(names(&tasks), texts);
    (game, tasks)
}

async fn as_names_in_batches(stage: &Stage<'_>) {
    let texts = hostile_texts();
    let (game, tasks) = game_of_hostile_tasks(stage, &texts).await;
    for task in &tasks {
        let found = stage.tasks.get((game, &task.external_task_id)).await.unwrap();
        assert_eq!(found, *task);
        assert_eq!(found.strategy_id, task.external_task_id.as_str());
    }
    // Each is known again, and none is taken for another.
    let other = stage.game().await;
    for (on_existing, place) in [(OnExisting::Report, other), (OnExisting::Keep, game)] {
        let batch = texts.iter().map(|text| NewTask::new(place, text));
        let written = stage.tasks.create_many(batch, on_existing).await.unwrap();
        for (written, task) in written.iter().zip(&tasks) {
            let written = written.as_ref().unwrap();
            assert_eq!(written.is_created(), place == other);
            assert_eq!(written.task().external_task_id, task.external_task_id);
            assert_eq!(written.task().id == task.id, place == game);
        }
    }
}

async fn as_names_in_lists_of_keys(stage: &Stage<'_>) {
    let texts = hostile_texts();
    let (game, tasks) = game_of_hostile_tasks(stage, &texts).await;
    // Half of them, so that no text finds its neighbour unnoticed.
    let (asked, _): (Vec<_>, Vec<_>) = tasks.iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let keys: Vec<TaskKey> =
        asked.iter().map(|(_, task)| (game, &task.external_task_id).into()).collect();
    let query = TaskQuery::new(TaskFilter::keys(&keys)).limit(1_000);
    let found: HashSet<Uuid> =
        stage.tasks.list(query).await.unwrap().items.iter().map(|task| task.id).collect();
    assert_eq!(found, asked.iter().map(|(_, task)| task.id).collect());

    let resolved = stage.resolver().resolve_keys(&keys).await.unwrap();
    for (resolved, (_, task)) in resolved.iter().zip(&asked) {
        let resolved = resolved.as_ref().unwrap();
        assert_eq!(resolved.task_id, task.id);
        assert_eq!(resolved.strategy_id, task.external_task_id.as_str());
    }
}

async fn as_prefixes(stage: &Stage<'_>) {
    let texts = hostile_texts();
    let (game, _) = game_of_hostile_tasks(stage, &texts).await;
    let long = "x".repeat(300);
    for prefix in texts.iter().map(String::as_str).chain(["", "🎉🎉🎉", "\n", &long]) {
        let expected: HashSet<&str> =
            texts.iter().map(String::as_str).filter(|text| text.starts_with(prefix)).collect();
        let filter = TaskFilter::in_game(game).external_id_prefix(prefix);
        let count = stage.tasks.count(filter.clone()).await.unwrap();
        assert_eq!(count, expected.len() as u64, "{prefix:?}");
        let found = stage.tasks.list(TaskQuery::new(filter).limit(1_000)).await.unwrap().items;
        assert_eq!(names(&found).into_iter().collect::<HashSet<_>>(), expected, "{prefix:?}");
    }
}

async fn as_sort_values(stage: &Stage<'_>) {
    let mut texts = hostile_texts();
    let (game, _) = game_of_hostile_tasks(stage, &texts).await;
    texts.sort();
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1_000);
    let listed = stage.tasks.list(query.clone()).await.unwrap().items;
    assert_eq!(names(&listed), texts);
    let listed = stage.tasks.list(query.clone().descending()).await.unwrap().items;
    assert_eq!(names(listed.iter().rev()), texts);
    // Each is a place to go on from.
    let mut walked = Vec::new();
    let mut next = Some(query.limit(1));
    while let Some(query) = next {
        let page = stage.tasks.list(query.clone()).await.unwrap();
        walked.extend(page.items);
        next = page.next.map(|cursor| query.after(cursor));
    }
    assert_eq!(names(&walked), texts);
}

async fn as_strategies(stage: &Stage<'_>) {
    let texts = hostile_texts();
    let (_, tasks) = game_of_hostile_tasks(stage, &texts).await;
    for task in &tasks {
        let filter = TaskFilter::all().strategies([task.strategy_id.as_str()]);
        assert_eq!(stage.tasks.count(filter).await.unwrap(), 1, "{:?}", task.strategy_id);
    }
    // Reassigned one by one: each takes its own task along and no other.
    for (n, task) in tasks.iter().enumerate() {
        let to = format!("new {n}");
        let moved = stage.tasks.reassign_strategy(None, task.strategy_id.as_str(), &*to).await;
        assert_eq!(moved.unwrap(), 1, "{:?}", task.strategy_id);
        assert_eq!(stage.tasks.get(task).await.unwrap().strategy_id, to.as_str());
    }
}

async fn as_statuses(stage: &Stage<'_>) {
    let game = stage.game().await;
    let mut task = stage.task(game, "task").await;
    let bystander = stage.task(game, "bystander").await;
    for text in hostile_texts() {
        let from = task.status.as_str().to_owned();
        task = stage.tasks.transition(&task, from, &*text).await.unwrap();
        assert_eq!(task.status.as_str().as_bytes(), text.as_bytes());
        assert_eq!(stage.tasks.get(&task).await.unwrap(), task);
        let has_it = TaskFilter::in_game(game).statuses([&*text]);
        assert_eq!(stage.tasks.count(has_it).await.unwrap(), 1, "{text:?}");
        // Another case of the same letters is another status.
        let changed = TaskPatch::new().status("x x").if_status(format!("{text} "));
        assert_eq!(stage.tasks.update_many(TaskFilter::all(), changed).await.unwrap(), 0);
    }
    assert_eq!(stage.tasks.get(&bystander).await.unwrap(), bystander);
}

/// No name is that long, so it names nothing: also where a column of 255 characters would
/// cut it to a name that is there.
async fn a_key_longer_than_any_name(stage: &Stage<'_>) {
    let game = stage.game().await;
    for longest in ["x".repeat(255), "🎉".repeat(255)] {
        let task = stage.task(game, &longest).await;
        let keys = [
            TaskKey::from((game, &longest)),
            TaskKey::from((game, format!("{longest}x"))),
            TaskKey::from((game, format!("{longest} "))),
            TaskKey::from((game, longest.repeat(2))),
        ];
        let filter = TaskFilter::keys(&keys[1..]);
        assert_eq!(stage.tasks.count(filter.clone()).await.unwrap(), 0);
        assert_eq!(stage.tasks.delete_many(filter).await.unwrap(), 0);
        let resolved = stage.resolver().resolve_keys(&keys).await.unwrap();
        let found: Vec<_> =
            resolved.iter().map(|found| found.as_ref().map(|r| r.task_id)).collect();
        assert_eq!(found, [Some(task.id), None, None, None]);
        for key in &keys[1..] {
            assert_eq!(stage.tasks.find(key).await.unwrap(), None);
        }
    }
}
