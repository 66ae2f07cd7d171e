//! Descriptions of results that omit what differs between stores: generated ids and timestamps.

use futures_util::TryStreamExt;
use game_tasks::{
    CreateOutcome, Game, Task, TaskError, TaskFilter, TaskQuery, TaskRepository, TaskRepositoryExt,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Labels for ids. A generated id is labelled by the task that has it.
pub(super) struct Labels(HashMap<Uuid, String>);

impl Labels {
    pub(super) fn new(games: &[Game], given: &[Uuid]) -> Self {
        let games = games.iter().enumerate().map(|(n, game)| (game.id, format!("game {n}")));
        let given = given.iter().enumerate().map(|(n, id)| (*id, format!("given {n}")));
        Self(games.chain(given).collect())
    }

    pub(super) fn learn(&mut self, task: &Task) {
        let label =
            format!("{} of {}", task.external_task_id.escape_debug(), self.of(task.game_id));
        self.0.entry(task.id).or_insert(label);
    }

    fn of(&self, id: Uuid) -> &str {
        self.0.get(&id).map_or("unknown", String::as_str)
    }
}

fn task(task: &Task, labels: &Labels) -> String {
    format!(
        "[{}] {} in {}, {}, {}, by {:?} and {:?}{}",
        labels.of(task.id),
        task.external_task_id.escape_debug(),
        labels.of(task.game_id),
        task.strategy_id.as_str().escape_debug(),
        task.status.as_str().escape_debug(),
        task.api_key_used.as_ref().map(|key| key.as_str()),
        task.oauth_user_id,
        if task.updated_at > task.created_at { ", changed" } else { "" },
    )
}

pub(super) fn outcome(outcome: &CreateOutcome, labels: &Labels) -> String {
    let what = match outcome {
        CreateOutcome::Created(_) => "created",
        CreateOutcome::Kept(_) => "kept",
        CreateOutcome::Updated(_) => "updated",
        _ => "?",
    };
    format!("{what} {}", task(outcome.task(), labels))
}

pub(super) fn error(error: &TaskError, labels: &Labels) -> String {
    match error {
        TaskError::AlreadyExists { game_id, external_task_id, id } => format!(
            "{} exists in {}: {:?}",
            external_task_id.escape_debug(),
            labels.of(*game_id),
            id.map(|id| labels.of(id))
        ),
        TaskError::IdTaken { id } => format!("id {} is taken", labels.of(*id)),
        TaskError::GameNotFound { game_id } => format!("no {}", labels.of(*game_id)),
        TaskError::NotFound { .. } => "not found".to_owned(),
        TaskError::Conflict { status, .. } => format!("conflict with {}", status.as_str()),
        TaskError::Unchanged { task, .. } => format!("unchanged {}", self::task(task, labels)),
        TaskError::Batch { index, error } => format!("{index}: {}", self::error(error, labels)),
        other => format!("{other:?}"),
    }
}

pub(super) fn single(result: Result<Task, TaskError>, labels: &mut Labels) -> Vec<String> {
    match result {
        Ok(found) => {
            labels.learn(&found);
            vec![task(&found, labels)]
        }
        Err(failure) => vec![error(&failure, labels)],
    }
}

pub(super) fn count(result: Result<u64, TaskError>, labels: &Labels) -> Vec<String> {
    vec![match result {
        Ok(count) => count.to_string(),
        Err(failure) => error(&failure, labels),
    }]
}

/// Tasks sorted by name. Those with equal names in different games are sorted by their
/// description, since stores break that tie by generated ids.
pub(super) fn page(result: Result<Vec<Task>, TaskError>, labels: &mut Labels) -> Vec<String> {
    match result {
        Ok(tasks) => {
            tasks.iter().for_each(|found| labels.learn(found));
            let mut described: Vec<(&str, String)> = tasks
                .iter()
                .map(|found| (found.external_task_id.as_str(), task(found, labels)))
                .collect();
            for same_name in described.chunk_by_mut(|a, b| a.0 == b.0) {
                same_name.sort();
            }
            described.into_iter().map(|(_, text)| text).collect()
        }
        Err(failure) => vec![error(&failure, labels)],
    }
}

/// All tasks in these games.
pub(super) async fn table(
    tasks: &dyn TaskRepository,
    games: &[Game],
    labels: &mut Labels,
) -> Vec<String> {
    let mut rows = Vec::new();
    for game in games {
        let stored = tasks.stream(TaskQuery::new(TaskFilter::in_game(game.id)));
        let stored: Vec<Task> = stored.try_collect().await.unwrap();
        rows.extend(page(Ok(stored), labels));
    }
    rows.sort();
    rows
}
