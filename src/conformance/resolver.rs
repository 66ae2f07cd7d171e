//! Which strategy a task runs by, in a database and in memory.

use super::checks::OrFail;
use super::checks::keys_of;
use super::failure::Failure;
use super::failure::Outcome;
use super::stage::Stage;
use crate::Game;
use crate::NewTask;
use crate::ResolvedStrategy;
use crate::StrategyId;
use crate::StrategySource;
use crate::Task;
use crate::TaskError;
use crate::TaskKey;
use crate::TaskPatch;
use crate::TaskRepositoryExt;
use uuid::Uuid;

cases! { "resolver":
    own_then_games_then_default [Resolver],
    a_games_blank_strategy_means_none [Resolver],
    a_task_in_hand [Resolver],
    a_task_in_hand_of_a_missing_game [Resolver],
    many_in_the_order_of_the_keys [Resolver],
    more_keys_than_parameters [Resolver],
    what_changes_is_resolved_anew [Resolver],
}

/// A resolved strategy as text and source.
fn told(resolved: &ResolvedStrategy) -> (&str, StrategySource) {
    (resolved.strategy_id.as_str(), resolved.source)
}

/// Games with and without a strategy, each with a task that has one and one that has none,
/// and how each resolves.
async fn all_kinds(
    stage: &Stage<'_>,
) -> Result<Vec<(Task, &'static str, StrategySource)>, Failure> {
    use StrategySource::{Default, Game, Task};
    let mut kinds = Vec::new();
    for (game, own, expected, source) in [
        ("socio_bee", Some("own"), "own", Task),
        ("socio_bee", None, "socio_bee", Game),
        ("socio_bee", Some("default"), "socio_bee", Game),
        ("default", Some("own"), "own", Task),
        ("default", None, "default", Default),
        // Only this very text means "none of its own".
        ("socio_bee", Some("Default"), "Default", Task),
        ("DEFAULT", None, "DEFAULT", Game),
    ] {
        let game = stage.game_with(game).await?.id;
        let mut new = NewTask::new(game, "task");
        new.strategy_id = own.map(str::to_owned);
        kinds.push((stage.tasks.create(new).await?, expected, source));
    }
    Ok(kinds)
}

async fn own_then_games_then_default(stage: &Stage<'_>) -> Outcome {
    let resolver = stage.resolver()?;
    for (task, strategy, source) in all_kinds(stage).await? {
        for key in keys_of(&task) {
            let resolved = resolver.resolve_key(&key).await?;
            ensure_eq!(told(&resolved), (strategy, source));
            ensure_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
        }
        let wrong = TaskKey::from((Uuid::now_v7(), task.id));
        let error = stage.refused(resolver.resolve_key(&wrong)).await?;
        ensure_is!(error, TaskError::NotFound { key } if *key == wrong);
    }
    Ok(())
}

/// A store may refuse such a game; one that takes it must not make a strategy of white space.
async fn a_games_blank_strategy_means_none(stage: &Stage<'_>) -> Outcome {
    let resolver = stage.resolver()?;
    let game = stage.game_with("socio_bee").await?;
    let task = stage.task(game.id, "task").await?;
    for blank in ["", " ", "\t", "\u{3000} "] {
        let blank = Game { strategy_id: StrategyId::from_stored(blank.to_owned()), ..game.clone() };
        if stage.replace(blank).await.is_err() {
            break;
        }
        let expected = ("default", StrategySource::Default);
        for key in keys_of(&task) {
            ensure_eq!(told(&resolver.resolve_key(&key).await?), expected);
        }
        ensure_eq!(told(&resolver.resolve_task(&task).await?), expected);
        let many = resolver.resolve_keys(&[task.key()]).await?;
        ensure_eq!(many.first().or_fail()?.as_ref().map(told), Some(expected));
    }
    Ok(())
}

async fn a_task_in_hand(stage: &Stage<'_>) -> Outcome {
    for (task, strategy, source) in all_kinds(stage).await? {
        let resolved = stage.resolver()?.resolve_task(&task).await?;
        ensure_eq!(told(&resolved), (strategy, source));
        ensure_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
        // What is in hand counts, not what is stored, or whether it is.
        let other = Task { strategy_id: StrategyId::new("other")?, ..task.clone() };
        stage.tasks.delete(&task).await?;
        let resolved = stage.resolver()?.resolve_task(&other).await?;
        ensure_eq!(told(&resolved), ("other", StrategySource::Task));
    }
    Ok(())
}

async fn a_task_in_hand_of_a_missing_game(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let missing = Uuid::now_v7();
    let task = Task { game_id: missing, ..stage.task(game, "task").await? };
    let error = stage.refused(stage.resolver()?.resolve_task(&task)).await?;
    ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
    Ok(())
}

async fn many_in_the_order_of_the_keys(stage: &Stage<'_>) -> Outcome {
    let kinds = all_kinds(stage).await?;
    let resolver = stage.resolver()?;
    ensure!(resolver.resolve_keys(&[]).await?.is_empty());
    let mut keys = Vec::new();
    let mut expected = Vec::new();
    for round in 0..2 {
        for (n, (task, strategy, source)) in kinds.iter().rev().enumerate() {
            // Each by another of its keys, each twice; and gaps of all kinds between.
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
    // One key, over and over.
    let key = kinds.get(1).or_fail()?.0.key();
    let same = resolver.resolve_keys(&vec![key.clone(); 5]).await?;
    let one = resolver.resolve_key(&key).await?;
    ensure_eq!(same, vec![Some(one); 5]);
    Ok(())
}

async fn more_keys_than_parameters(stage: &Stage<'_>) -> Outcome {
    let game = stage.game_with("socio_bee").await?.id;
    let [first, last] = stage.tasks_named(game, ["first", "last"]).await?;
    let mut keys: Vec<TaskKey> = vec![first.key()];
    keys.extend((0..70_000).map(|n| TaskKey::from((game, n.to_string()))));
    keys.push(last.key());
    let resolved = stage.resolver()?.resolve_keys(&keys).await?;
    ensure_eq!(resolved.len(), keys.len());
    let found: Vec<_> = resolved.iter().flatten().map(|resolved| resolved.task_id).collect();
    ensure_eq!(found, [first.id, last.id]);
    ensure!(resolved.first().is_some_and(Option::is_some));
    ensure!(resolved.last().is_some_and(Option::is_some));
    Ok(())
}

async fn what_changes_is_resolved_anew(stage: &Stage<'_>) -> Outcome {
    let game = stage.game_with("socio_bee").await?;
    let task = stage.task(game.id, "task").await?;
    let now = async || Ok::<_, Failure>(stage.resolver()?.resolve_key(&task.key()).await?);
    ensure_eq!(now().await?.to_string(), "socio_bee, inherited from the game");
    stage.replace(Game { strategy_id: StrategyId::new("other")?, ..game }).await?;
    ensure_eq!(told(&now().await?), ("other", StrategySource::Game));
    stage.tasks.update(&task, TaskPatch::new().strategy("own")).await?;
    ensure_eq!(now().await?.to_string(), "own, the task's own");
    stage.tasks.update(&task, TaskPatch::new().strategy("default")).await?;
    ensure_eq!(told(&now().await?), ("other", StrategySource::Game));
    Ok(())
}
