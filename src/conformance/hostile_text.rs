//! Text is stored and compared byte by byte, whatever the database's rules for case, accents,
//! trailing blanks, quotes and patterns.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{hostile_texts, names, walk};
use crate::{
    NewTask, OnExisting, Task, TaskFilter, TaskKey, TaskOrder, TaskPatch, TaskQuery,
    TaskRepositoryExt,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

cases! { "hostile_text":
    as_names_one_by_one,
    as_names_in_batches,
    as_names_in_key_lists,
    as_prefixes,
    as_sort_values,
    as_strategies,
    as_statuses,
    key_longer_than_the_maximum,
}

async fn as_names_one_by_one(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let texts = hostile_texts();
    ensure_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "no two texts are equal");
    let mut ids = HashMap::new();
    for text in &texts {
        let task = cx.task(game, text).await?;
        ensure_eq!(task.external_task_id.as_bytes(), text.as_bytes());
        ids.insert(text, task.id);
    }
    for text in &texts {
        let found = cx.tasks.get((game, text)).await?;
        ensure_eq!(
            (found.id, found.external_task_id.as_bytes()),
            (*ids.get(text).or_fail()?, text.as_bytes())
        );
    }
    Ok(())
}

/// Creates a game with a task for each text, in one batch.
async fn game_of_hostile_tasks(
    cx: &TestContext<'_>,
    texts: &[String],
) -> Result<(Uuid, Vec<Task>), Failure> {
    let game = cx.game().await?;
    let batch = texts.iter().map(|text| NewTask::new(game, text).strategy(text));
    let written = cx.tasks.create_all(batch, OnExisting::Fail).await?;
    let tasks: Vec<Task> = written.into_iter().map(|written| written.into_task()).collect();
    ensure_eq!(names(&tasks), texts);
    Ok((game, tasks))
}

async fn as_names_in_batches(cx: &TestContext<'_>) -> Outcome {
    let texts = hostile_texts();
    let (game, tasks) = game_of_hostile_tasks(cx, &texts).await?;
    for task in &tasks {
        let found = cx.tasks.get((game, &task.external_task_id)).await?;
        ensure_eq!(found, *task);
        ensure_eq!(found.strategy_id, task.external_task_id.as_str());
    }
    // In another game all are created; in the same game each matches the existing task.
    let other = cx.game().await?;
    for (on_existing, target) in [(OnExisting::Fail, other), (OnExisting::Keep, game)] {
        let batch = texts.iter().map(|text| NewTask::new(target, text));
        let written = cx.tasks.create_many(batch, on_existing).await?;
        for (written, task) in written.iter().zip(&tasks) {
            let written = written.as_ref()?;
            ensure_eq!(written.is_created(), target == other);
            ensure_eq!(written.task().external_task_id, task.external_task_id);
            ensure_eq!(written.task().id == task.id, target == game);
        }
    }
    Ok(())
}

async fn as_names_in_key_lists(cx: &TestContext<'_>) -> Outcome {
    let texts = hostile_texts();
    let (game, tasks) = game_of_hostile_tasks(cx, &texts).await?;
    // Half of the texts, so that a key matching a similar text is noticed.
    let (asked, _): (Vec<_>, Vec<_>) = tasks.iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let keys: Vec<TaskKey> =
        asked.iter().map(|(_, task)| (game, &task.external_task_id).into()).collect();
    let query = TaskQuery::new(TaskFilter::keys(&keys)).limit(1_000);
    let found: HashSet<Uuid> =
        cx.tasks.list(query).await?.items.iter().map(|task| task.id).collect();
    ensure_eq!(found, asked.iter().map(|(_, task)| task.id).collect());

    let Some(resolver) = cx.optional_resolver() else { return Ok(()) };
    let resolved = resolver.resolve_keys(&keys).await?;
    for (resolved, (_, task)) in resolved.iter().zip(&asked) {
        let resolved = resolved.as_ref().or_fail()?;
        ensure_eq!(resolved.task_id, task.id);
        ensure_eq!(resolved.strategy_id, task.external_task_id.as_str());
    }
    Ok(())
}

async fn as_prefixes(cx: &TestContext<'_>) -> Outcome {
    let texts = hostile_texts();
    let (game, _) = game_of_hostile_tasks(cx, &texts).await?;
    let long = "x".repeat(300);
    for prefix in texts.iter().map(String::as_str).chain(["", "🎉🎉🎉", "\n", &long]) {
        let expected: HashSet<&str> =
            texts.iter().map(String::as_str).filter(|text| text.starts_with(prefix)).collect();
        let filter = TaskFilter::in_game(game).external_id_prefix(prefix);
        let count = cx.tasks.count(filter.clone()).await?;
        ensure_eq!(count, expected.len() as u64, "{prefix:?}");
        let found = cx.tasks.list(TaskQuery::new(filter).limit(1_000)).await?.items;
        ensure_eq!(names(&found).into_iter().collect::<HashSet<_>>(), expected, "{prefix:?}");
    }
    Ok(())
}

async fn as_sort_values(cx: &TestContext<'_>) -> Outcome {
    let mut texts = hostile_texts();
    let (game, _) = game_of_hostile_tasks(cx, &texts).await?;
    texts.sort();
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1_000);
    let listed = cx.tasks.list(query.clone()).await?.items;
    ensure_eq!(names(&listed), texts);
    let listed = cx.tasks.list(query.clone().descending()).await?.items;
    ensure_eq!(names(listed.iter().rev()), texts);
    // A cursor can continue after each text.
    let walked = walk(cx.tasks, query.limit(1)).await?;
    ensure_eq!(names(&walked), texts);
    Ok(())
}

async fn as_strategies(cx: &TestContext<'_>) -> Outcome {
    let texts = hostile_texts();
    let (_, tasks) = game_of_hostile_tasks(cx, &texts).await?;
    for task in &tasks {
        let filter = TaskFilter::all().strategies([task.strategy_id.as_str()]);
        ensure_eq!(cx.tasks.count(filter).await?, 1, "{:?}", task.strategy_id);
    }
    // Reassigning one strategy changes exactly one task.
    for (n, task) in tasks.iter().enumerate() {
        let to = format!("new {n}");
        let moved = cx.tasks.reassign_strategy(None, task.strategy_id.as_str(), &*to).await?;
        ensure_eq!(moved, 1, "{:?}", task.strategy_id);
        ensure_eq!(cx.tasks.get(task).await?.strategy_id, to.as_str());
    }
    Ok(())
}

async fn as_statuses(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let mut task = cx.task(game, "task").await?;
    let unrelated = cx.task(game, "unrelated").await?;
    for text in hostile_texts() {
        let from = task.status.as_str().to_owned();
        task = cx.tasks.transition(&task, from, &*text).await?;
        ensure_eq!(task.status.as_str().as_bytes(), text.as_bytes());
        ensure_eq!(cx.tasks.get(&task).await?, task);
        let has_it = TaskFilter::in_game(game).statuses([&*text]);
        ensure_eq!(cx.tasks.count(has_it).await?, 1, "{text:?}");
        // A trailing blank makes a different status.
        let changed = TaskPatch::new().status("x x").if_status(format!("{text} "));
        ensure_eq!(cx.tasks.update_many(TaskFilter::all(), changed).await?, 0);
    }
    ensure_eq!(cx.tasks.get(&unrelated).await?, unrelated);
    Ok(())
}

/// A key longer than any name matches nothing, even if a column of 255 characters would
/// truncate it to an existing name.
async fn key_longer_than_the_maximum(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for longest in ["x".repeat(255), "🎉".repeat(255)] {
        let task = cx.task(game, &longest).await?;
        let keys = [
            TaskKey::from((game, &longest)),
            TaskKey::from((game, format!("{longest}x"))),
            TaskKey::from((game, format!("{longest} "))),
            TaskKey::from((game, longest.repeat(2))),
        ];
        let longer = keys.iter().skip(1);
        let filter = TaskFilter::keys(longer.clone());
        ensure_eq!(cx.tasks.count(filter.clone()).await?, 0);
        ensure_eq!(cx.tasks.delete_many(filter).await?, 0);
        if let Some(resolver) = cx.optional_resolver() {
            let resolved = resolver.resolve_keys(&keys).await?;
            let found: Vec<_> =
                resolved.iter().map(|found| found.as_ref().map(|r| r.task_id)).collect();
            ensure_eq!(found, [Some(task.id), None, None, None]);
        }
        for key in longer {
            ensure_eq!(cx.tasks.find(key).await?, None);
        }
    }
    Ok(())
}
