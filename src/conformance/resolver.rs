//! Resolving the strategy of a task.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{callers, keys_of};
use crate::{
    Game, NewTask, OauthUserId, ResolvedStrategy, StrategyId, StrategySource, Task, TaskError,
    TaskKey, TaskPatch, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

cases! { "resolver":
    own_then_game_then_default [Resolver],
    blank_game_strategy_means_default [Resolver],
    loaded_task [Resolver],
    loaded_task_of_a_missing_game [Resolver],
    results_are_in_key_order [Resolver],
    more_keys_than_parameters [Resolver],
    changes_are_visible_at_once [Resolver],
    tasks_are_returned_with_their_strategies [Resolver],
    a_game_alone [Resolver],
    scopes_hide_tasks_and_games [Resolver],
}

/// The strategy and its source.
fn summary(resolved: &ResolvedStrategy) -> (&str, StrategySource) {
    (resolved.strategy_id.as_str(), resolved.source)
}

/// Creates tasks with and without a strategy in games with and without one. Returns each task
/// with its expected strategy and source.
async fn all_kinds(
    cx: &TestContext<'_>,
) -> Result<Vec<(Task, &'static str, StrategySource)>, Failure> {
    use StrategySource::{Default, Game, Task};
    let mut kinds = Vec::new();
    for (game, own, expected, source) in [
        ("socio_bee", Some("own"), "own", Task),
        ("socio_bee", None, "socio_bee", Game),
        ("socio_bee", Some("default"), "socio_bee", Game),
        ("default", Some("own"), "own", Task),
        ("default", None, "default", Default),
        // Only the exact text `default` means "inherit".
        ("socio_bee", Some("Default"), "Default", Task),
        ("DEFAULT", None, "DEFAULT", Game),
    ] {
        let game = cx.game_with(game).await?.id;
        let mut new = NewTask::new(game, "task");
        new.strategy_id = own.map(str::to_owned);
        kinds.push((cx.tasks.create(new).await?, expected, source));
    }
    Ok(kinds)
}

async fn own_then_game_then_default(cx: &TestContext<'_>) -> Outcome {
    let resolver = cx.resolver()?;
    for (task, strategy, source) in all_kinds(cx).await? {
        for key in keys_of(&task) {
            let resolved = resolver.resolve_key(&key).await?;
            ensure_eq!(summary(&resolved), (strategy, source));
            ensure_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
        }
        let wrong = TaskKey::from((Uuid::now_v7(), task.id));
        let error = cx.refused(resolver.resolve_key(&wrong)).await?;
        ensure_is!(error, TaskError::NotFound { key } if *key == wrong);
    }
    Ok(())
}

/// A store may refuse a game with a blank strategy. If it accepts it, tasks must not inherit it.
async fn blank_game_strategy_means_default(cx: &TestContext<'_>) -> Outcome {
    let resolver = cx.resolver()?;
    let game = cx.game_with("socio_bee").await?;
    let task = cx.task(game.id, "task").await?;
    for blank in ["", " ", "\t", "\u{3000} "] {
        let blank = Game { strategy_id: StrategyId::from_stored(blank.to_owned()), ..game.clone() };
        if cx.replace_game(blank).await.is_err() {
            break;
        }
        let expected = ("default", StrategySource::Default);
        for key in keys_of(&task) {
            ensure_eq!(summary(&resolver.resolve_key(&key).await?), expected);
        }
        ensure_eq!(summary(&resolver.resolve_task(&task).await?), expected);
        let many = resolver.resolve_keys(&[task.key()]).await?;
        ensure_eq!(many.first().or_fail()?.as_ref().map(summary), Some(expected));
    }
    Ok(())
}

async fn loaded_task(cx: &TestContext<'_>) -> Outcome {
    for (task, strategy, source) in all_kinds(cx).await? {
        let resolved = cx.resolver()?.resolve_task(&task).await?;
        ensure_eq!(summary(&resolved), (strategy, source));
        ensure_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
        // The passed task is resolved as it is, even if the stored one differs or is deleted.
        let other = Task { strategy_id: StrategyId::new("other")?, ..task.clone() };
        cx.tasks.delete(&task).await?;
        let resolved = cx.resolver()?.resolve_task(&other).await?;
        ensure_eq!(summary(&resolved), ("other", StrategySource::Task));
    }
    Ok(())
}

async fn loaded_task_of_a_missing_game(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let missing = Uuid::now_v7();
    let task = Task { game_id: missing, ..cx.task(game, "task").await? };
    let error = cx.refused(cx.resolver()?.resolve_task(&task)).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    Ok(())
}

async fn results_are_in_key_order(cx: &TestContext<'_>) -> Outcome {
    let kinds = all_kinds(cx).await?;
    let resolver = cx.resolver()?;
    ensure!(resolver.resolve_keys(&[]).await?.is_empty());
    let mut keys = Vec::new();
    let mut expected = Vec::new();
    for round in 0..2 {
        for (n, (task, strategy, source)) in kinds.iter().rev().enumerate() {
            // Each task twice, by different keys, with keys in between that match nothing.
            keys.extend(keys_of(task).into_iter().nth((n + round) % 3));
            expected.push(Some((*strategy, *source, task.id)));
            let gap = Uuid::now_v7();
            keys.push(match n % 4 {
                0 => gap.into(),
                1 => (task.game_id, gap).into(),
                2 => (gap, "task").into(),
                _ => (task.game_id, "TASK").into(),
            });
            expected.push(None);
        }
    }
    let resolved = resolver.resolve_keys(&keys).await?;
    let resolved: Vec<_> = resolved
        .iter()
        .map(|found| found.as_ref().map(|r| (r.strategy_id.as_str(), r.source, r.task_id)))
        .collect();
    ensure_eq!(resolved, expected);
    // The same key several times.
    let key = kinds.get(1).or_fail()?.0.key();
    let same = resolver.resolve_keys(&vec![key.clone(); 5]).await?;
    let single = resolver.resolve_key(&key).await?;
    ensure_eq!(same, vec![Some(single); 5]);
    Ok(())
}

async fn more_keys_than_parameters(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game_with("socio_bee").await?.id;
    let [first, last] = cx.tasks_named(game, ["first", "last"]).await?;
    let mut keys: Vec<TaskKey> = vec![first.key()];
    keys.extend((0..70_000).map(|n| TaskKey::from((game, n.to_string()))));
    keys.push(last.key());
    let resolved = cx.resolver()?.resolve_keys(&keys).await?;
    ensure_eq!(resolved.len(), keys.len());
    let found: Vec<_> = resolved.iter().flatten().map(|resolved| resolved.task_id).collect();
    ensure_eq!(found, [first.id, last.id]);
    ensure!(resolved.first().is_some_and(Option::is_some));
    ensure!(resolved.last().is_some_and(Option::is_some));
    Ok(())
}

async fn changes_are_visible_at_once(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game_with("socio_bee").await?;
    let task = cx.task(game.id, "task").await?;
    let now = async || Ok::<_, Failure>(cx.resolver()?.resolve_key(&task.key()).await?);
    ensure_eq!(now().await?.to_string(), "socio_bee, inherited from the game");
    cx.replace_game(Game { strategy_id: StrategyId::new("other")?, ..game }).await?;
    ensure_eq!(summary(&now().await?), ("other", StrategySource::Game));
    cx.tasks.update(&task, TaskPatch::new().strategy("own")).await?;
    ensure_eq!(now().await?.to_string(), "own, the task's own");
    cx.tasks.update(&task, TaskPatch::new().strategy("default")).await?;
    ensure_eq!(summary(&now().await?), ("other", StrategySource::Game));
    Ok(())
}

async fn tasks_are_returned_with_their_strategies(cx: &TestContext<'_>) -> Outcome {
    let (resolver, kinds) = (cx.resolver()?, all_kinds(cx).await?);
    let (mut keys, mut expected) = (Vec::new(), Vec::new());
    for (task, strategy, source) in &kinds {
        for key in keys_of(task) {
            let found = resolver.resolve_key_with_task(&key).await?;
            ensure_eq!(found.task, *task);
            ensure_eq!((found.strategy_id.as_str(), found.source), (*strategy, *source));
            keys.extend([key, TaskKey::Id(Uuid::now_v7())]);
            expected.extend([Some(found), None]);
        }
    }
    ensure_eq!(resolver.resolve_keys_with_tasks(&keys).await?, expected);
    ensure!(resolver.resolve_keys_with_tasks(&[]).await?.is_empty());
    let wrong = TaskKey::from((Uuid::now_v7(), "task"));
    let error = cx.refused(resolver.resolve_key_with_task(&wrong)).await?;
    ensure_is!(error, TaskError::NotFound { key } if *key == wrong);
    Ok(())
}

async fn a_game_alone(cx: &TestContext<'_>) -> Outcome {
    let resolver = cx.resolver()?;
    for (strategy, source) in
        [("socio_bee", StrategySource::Game), ("default", StrategySource::Default)]
    {
        let game = cx.game_with(strategy).await?.id;
        let found = resolver.resolve_for_game(game).await?;
        ensure_eq!((found.strategy_id.as_str(), found.source), (strategy, source));
        ensure_eq!(found.game_id, game);
        // As a task without a strategy of its own.
        let task = cx.task(game, "task").await?;
        let resolved = resolver.resolve_key(&task.key()).await?;
        ensure_eq!((resolved.strategy_id, resolved.source), (found.strategy_id, found.source));
    }
    let missing = Uuid::now_v7();
    let error = cx.refused(resolver.resolve_for_game(missing)).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    Ok(())
}

async fn scopes_hide_tasks_and_games(cx: &TestContext<'_>) -> Outcome {
    let all = cx.resolver()?;
    for (scope, game) in callers()? {
        let own = cx.task(cx.add_game(game).await?.id, "task").await?;
        let foreign = cx.task(cx.game().await?, "task").await?;
        let mine = all.scoped_resolver(scope);
        for key in keys_of(&own) {
            ensure_eq!(mine.resolve_key(&key).await?.task_id, own.id);
            ensure_eq!(mine.resolve_key_with_task(&key).await?.task, own);
        }
        for key in keys_of(&foreign) {
            ensure_is!(cx.refused(mine.resolve_key(&key)).await?, TaskError::NotFound { .. });
            let error = cx.refused(mine.resolve_key_with_task(&key)).await?;
            ensure_is!(error, TaskError::NotFound { .. });
        }
        ensure_is!(cx.refused(mine.resolve_task(&foreign)).await?, TaskError::NotFound { .. });
        let keys = [own.key(), foreign.key()];
        let found = mine.resolve_keys(&keys).await?;
        ensure_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
        let found = mine.resolve_keys_with_tasks(&keys).await?;
        ensure_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
        ensure_eq!(mine.resolve_for_game(own.game_id).await?.game_id, own.game_id);
        let error = cx.refused(mine.resolve_for_game(foreign.game_id)).await?;
        ensure_is!(error, TaskError::GameNotFound { .. });
        // Scoping again narrows: no task belongs to both.
        let nobody = TaskScope::oauth_user(OauthUserId::new("nobody")?);
        let narrowed = mine.scoped_resolver(nobody);
        ensure_is!(cx.refused(narrowed.resolve_key(&own.key())).await?, TaskError::NotFound { .. });
    }
    Ok(())
}
