//! Text is kept and compared byte for byte, whatever a database makes of case, accents,
//! blanks, quotes and patterns.

use super::checks::OrFail;
use super::checks::names;
use super::failure::Failure;
use super::failure::Outcome;
use super::stage::Stage;
use super::texts::hostile_texts;
use crate::NewTask;
use crate::OnExisting;
use crate::Task;
use crate::TaskFilter;
use crate::TaskKey;
use crate::TaskOrder;
use crate::TaskPatch;
use crate::TaskQuery;
use crate::TaskRepositoryExt;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

cases! { "hostile_text":
    as_names_one_by_one,
    as_names_in_batches,
    as_names_in_lists_of_keys,
    as_prefixes,
    as_sort_values,
    as_strategies,
    as_statuses,
    a_key_longer_than_any_name,
}

async fn as_names_one_by_one(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let texts = hostile_texts();
    ensure_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "each is distinct");
    let mut ids = HashMap::new();
    for text in &texts {
        let task = stage.task(game, text).await?;
        ensure_eq!(task.external_task_id.as_bytes(), text.as_bytes());
        ids.insert(text, task.id);
    }
    for text in &texts {
        let found = stage.tasks.get((game, text)).await?;
        ensure_eq!(
            (found.id, found.external_task_id.as_bytes()),
            (*ids.get(text).or_fail()?, text.as_bytes())
        );
    }
    Ok(())
}

/// A game with a task of each text, all made in one batch.
async fn game_of_hostile_tasks(
    stage: &Stage<'_>,
    texts: &[String],
) -> Result<(Uuid, Vec<Task>), Failure> {
    let game = stage.game().await?;
    let batch = texts.iter().map(|text| NewTask::new(game, text).strategy(text));
    let written = stage.tasks.create_all(batch, OnExisting::Fail).await?;
    let tasks: Vec<Task> = written.into_iter().map(|written| written.into_task()).collect();
    ensure_eq!(names(&tasks), texts);
    Ok((game, tasks))
}

async fn as_names_in_batches(stage: &Stage<'_>) -> Outcome {
    let texts = hostile_texts();
    let (game, tasks) = game_of_hostile_tasks(stage, &texts).await?;
    for task in &tasks {
        let found = stage.tasks.get((game, &task.external_task_id)).await?;
        ensure_eq!(found, *task);
        ensure_eq!(found.strategy_id, task.external_task_id.as_str());
    }
    // Each is known again, and none is taken for another.
    let other = stage.game().await?;
    for (on_existing, place) in [(OnExisting::Fail, other), (OnExisting::Keep, game)] {
        let batch = texts.iter().map(|text| NewTask::new(place, text));
        let written = stage.tasks.create_many(batch, on_existing).await?;
        for (written, task) in written.iter().zip(&tasks) {
            let written = written.as_ref()?;
            ensure_eq!(written.is_created(), place == other);
            ensure_eq!(written.task().external_task_id, task.external_task_id);
            ensure_eq!(written.task().id == task.id, place == game);
        }
    }
    Ok(())
}

async fn as_names_in_lists_of_keys(stage: &Stage<'_>) -> Outcome {
    let texts = hostile_texts();
    let (game, tasks) = game_of_hostile_tasks(stage, &texts).await?;
    // Half of them, so that no text finds its neighbour unnoticed.
    let (asked, _): (Vec<_>, Vec<_>) = tasks.iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let keys: Vec<TaskKey> =
        asked.iter().map(|(_, task)| (game, &task.external_task_id).into()).collect();
    let query = TaskQuery::new(TaskFilter::keys(&keys)).limit(1_000);
    let found: HashSet<Uuid> =
        stage.tasks.list(query).await?.items.iter().map(|task| task.id).collect();
    ensure_eq!(found, asked.iter().map(|(_, task)| task.id).collect());

    let Some(resolver) = stage.any_resolver() else { return Ok(()) };
    let resolved = resolver.resolve_keys(&keys).await?;
    for (resolved, (_, task)) in resolved.iter().zip(&asked) {
        let resolved = resolved.as_ref().or_fail()?;
        ensure_eq!(resolved.task_id, task.id);
        ensure_eq!(resolved.strategy_id, task.external_task_id.as_str());
    }
    Ok(())
}

async fn as_prefixes(stage: &Stage<'_>) -> Outcome {
    let texts = hostile_texts();
    let (game, _) = game_of_hostile_tasks(stage, &texts).await?;
    let long = "x".repeat(300);
    for prefix in texts.iter().map(String::as_str).chain(["", "🎉🎉🎉", "\n", &long]) {
        let expected: HashSet<&str> =
            texts.iter().map(String::as_str).filter(|text| text.starts_with(prefix)).collect();
        let filter = TaskFilter::in_game(game).external_id_prefix(prefix);
        let count = stage.tasks.count(filter.clone()).await?;
        ensure_eq!(count, expected.len() as u64, "{prefix:?}");
        let found = stage.tasks.list(TaskQuery::new(filter).limit(1_000)).await?.items;
        ensure_eq!(names(&found).into_iter().collect::<HashSet<_>>(), expected, "{prefix:?}");
    }
    Ok(())
}

async fn as_sort_values(stage: &Stage<'_>) -> Outcome {
    let mut texts = hostile_texts();
    let (game, _) = game_of_hostile_tasks(stage, &texts).await?;
    texts.sort();
    let query = TaskQuery::in_game(game).order_by(TaskOrder::ExternalId).limit(1_000);
    let listed = stage.tasks.list(query.clone()).await?.items;
    ensure_eq!(names(&listed), texts);
    let listed = stage.tasks.list(query.clone().descending()).await?.items;
    ensure_eq!(names(listed.iter().rev()), texts);
    // Each is a place to go on from.
    let mut walked = Vec::new();
    let mut next = Some(query.limit(1));
    while let Some(query) = next {
        let page = stage.tasks.list(query.clone()).await?;
        walked.extend(page.items);
        next = page.next.map(|cursor| query.after(cursor));
    }
    ensure_eq!(names(&walked), texts);
    Ok(())
}

async fn as_strategies(stage: &Stage<'_>) -> Outcome {
    let texts = hostile_texts();
    let (_, tasks) = game_of_hostile_tasks(stage, &texts).await?;
    for task in &tasks {
        let filter = TaskFilter::all().strategies([task.strategy_id.as_str()]);
        ensure_eq!(stage.tasks.count(filter).await?, 1, "{:?}", task.strategy_id);
    }
    // Reassigned one by one: each takes its own task along and no other.
    for (n, task) in tasks.iter().enumerate() {
        let to = format!("new {n}");
        let moved = stage.tasks.reassign_strategy(None, task.strategy_id.as_str(), &*to).await?;
        ensure_eq!(moved, 1, "{:?}", task.strategy_id);
        ensure_eq!(stage.tasks.get(task).await?.strategy_id, to.as_str());
    }
    Ok(())
}

async fn as_statuses(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let mut task = stage.task(game, "task").await?;
    let bystander = stage.task(game, "bystander").await?;
    for text in hostile_texts() {
        let from = task.status.as_str().to_owned();
        task = stage.tasks.transition(&task, from, &*text).await?;
        ensure_eq!(task.status.as_str().as_bytes(), text.as_bytes());
        ensure_eq!(stage.tasks.get(&task).await?, task);
        let has_it = TaskFilter::in_game(game).statuses([&*text]);
        ensure_eq!(stage.tasks.count(has_it).await?, 1, "{text:?}");
        // Another case of the same letters is another status.
        let changed = TaskPatch::new().status("x x").if_status(format!("{text} "));
        ensure_eq!(stage.tasks.update_many(TaskFilter::all(), changed).await?, 0);
    }
    ensure_eq!(stage.tasks.get(&bystander).await?, bystander);
    Ok(())
}

/// No name is that long, so it names nothing: also where a column of 255 characters would
/// cut it to a name that is there.
async fn a_key_longer_than_any_name(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    for longest in ["x".repeat(255), "🎉".repeat(255)] {
        let task = stage.task(game, &longest).await?;
        let keys = [
            TaskKey::from((game, &longest)),
            TaskKey::from((game, format!("{longest}x"))),
            TaskKey::from((game, format!("{longest} "))),
            TaskKey::from((game, longest.repeat(2))),
        ];
        let longer = keys.iter().skip(1);
        let filter = TaskFilter::keys(longer.clone());
        ensure_eq!(stage.tasks.count(filter.clone()).await?, 0);
        ensure_eq!(stage.tasks.delete_many(filter).await?, 0);
        if let Some(resolver) = stage.any_resolver() {
            let resolved = resolver.resolve_keys(&keys).await?;
            let found: Vec<_> =
                resolved.iter().map(|found| found.as_ref().map(|r| r.task_id)).collect();
            ensure_eq!(found, [Some(task.id), None, None, None]);
        }
        for key in longer {
            ensure_eq!(stage.tasks.find(key).await?, None);
        }
    }
    Ok(())
}
