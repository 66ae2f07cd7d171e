//! Finding the tasks of many keys.

use super::context::TestContext;
use super::failure::Outcome;
use super::fixtures::{callers, keys_of};
use crate::{MAX_KEYS, Task, TaskError, TaskKey, TaskRepositoryExt};
use uuid::Uuid;

cases! { "many_keys":
    tasks_are_found_in_key_order,
    many_tasks_are_found_at_once,
    too_many_keys_are_refused,
    hidden_tasks_are_not_found,
    no_keys_find_nothing,
}

async fn tasks_are_found_in_key_order(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (cx.game().await?, cx.game().await?);
    let [first, second] = cx.tasks_named(game, ["first", "second"]).await?;
    let namesake = cx.task(other, "first").await?;
    let (mut keys, mut expected) = (Vec::new(), Vec::new());
    for task in [&second, &first, &namesake, &second] {
        for key in keys_of(task) {
            keys.push(key);
            expected.push(Some(task.clone()));
        }
        for missing in [
            TaskKey::Id(Uuid::now_v7()),
            TaskKey::InGame(Uuid::now_v7(), task.id),
            TaskKey::External(task.game_id, "FIRST".to_owned()),
            TaskKey::External(task.game_id, String::new()),
        ] {
            keys.push(missing);
            expected.push(None);
        }
    }
    ensure_eq!(cx.tasks.find_many(keys).await?, expected);
    Ok(())
}

async fn many_tasks_are_found_at_once(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let [first, last] = cx.tasks_named(game, ["first", "last"]).await?;
    let between = (0..20_000).map(|n| TaskKey::from((game, n.to_string())));
    let keys: Vec<TaskKey> = [first.key()].into_iter().chain(between).chain([last.key()]).collect();
    let found = cx.tasks.find_many(keys).await?;
    ensure_eq!(found.len(), 20_002);
    ensure_eq!(found.first(), Some(&Some(first)));
    ensure_eq!(found.last(), Some(&Some(last)));
    ensure_eq!(found.iter().flatten().count(), 2);
    Ok(())
}

async fn too_many_keys_are_refused(cx: &TestContext<'_>) -> Outcome {
    let keys = vec![TaskKey::Id(Uuid::nil()); MAX_KEYS + 1];
    let error = cx.refused(cx.tasks.find_many(keys)).await?;
    ensure_is!(error, TaskError::Invalid { field: "keys", .. });
    let hostile = TaskKey::External(Uuid::nil(), "a\0b".to_owned());
    let error = cx.refused(cx.tasks.find_many([hostile])).await?;
    ensure_is!(error, TaskError::Invalid { field: "external_task_id", .. });
    Ok(())
}

async fn hidden_tasks_are_not_found(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let own = cx.task(cx.add_game(game).await?.id, "own").await?;
        let foreign = cx.task(cx.game().await?, "foreign").await?;
        let keys = || [keys_of(&own), keys_of(&foreign)].into_iter().flatten();
        let found = cx.tasks.scoped(scope).find_many(keys()).await?;
        let expected = keys().enumerate().map(|(n, _)| (n < 3).then(|| own.clone()));
        ensure_eq!(found, expected.collect::<Vec<Option<Task>>>());
    }
    Ok(())
}

async fn no_keys_find_nothing(cx: &TestContext<'_>) -> Outcome {
    ensure!(cx.tasks.find_many(Vec::<TaskKey>::new()).await?.is_empty());
    Ok(())
}
