//! Calls that change or delete all tasks matching a filter and return their number.

use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::names;
use crate::{NewTask, OnExisting, Task, TaskFilter, TaskPatch, TaskRepositoryExt, TaskStatus};
use uuid::Uuid;

cases! { "bulk_changes":
    update_many_writes_only_tasks_that_differ,
    update_many_skips_tasks_that_fail_preconditions,
    strategy_is_reassigned_in_all_games,
    strategy_is_reassigned_in_one_game,
    games_keep_their_strategies [Resolver],
    delete_many_deletes_matching_tasks,
    delete_game_deletes_its_tasks,
}

/// Creates a game with tasks `a` to `d`, of which `c` and `d` are closed.
async fn four_tasks(cx: &TestContext<'_>) -> Result<Uuid, Failure> {
    let game = cx.game().await?;
    let batch = ["a", "b", "c", "d"].map(|name| NewTask::new(game, name));
    cx.tasks.create_all(batch, OnExisting::Fail).await?;
    for name in ["c", "d"] {
        cx.tasks.transition((game, name), "open", "closed").await?;
    }
    Ok(game)
}

/// The names of the tasks that changed, sorted.
fn changed<'t>(before: &[Task], after: &'t [Task]) -> Vec<&'t str> {
    let mut changed = names(after.iter().filter(|task| !before.contains(task)));
    changed.sort_unstable();
    changed
}

async fn update_many_writes_only_tasks_that_differ(cx: &TestContext<'_>) -> Outcome {
    let game = four_tasks(cx).await?;
    let other = cx.game().await?;
    cx.task(other, "e").await?;
    let before = cx.rows().await?;
    let patch = TaskPatch::new().status("closed");
    ensure_eq!(cx.tasks.update_many(TaskFilter::in_game(game), patch.clone()).await?, 2);
    let after = cx.rows().await?;
    ensure_eq!(changed(&before, &after), ["a", "b"]);
    for (old, new) in before.iter().zip(&after).filter(|(old, new)| old != new) {
        ensure!(new.updated_at > old.updated_at);
        let expected =
            Task { status: TaskStatus::CLOSED, updated_at: new.updated_at, ..old.clone() };
        ensure_eq!(*new, expected);
    }
    ensure_eq!(cx.tasks.update_many(TaskFilter::in_game(game), patch).await?, 0);
    ensure_eq!(cx.rows().await?, after);
    // A task is written if one of the two fields differs.
    let patch = TaskPatch::new().status("closed").strategy("other");
    ensure_eq!(cx.tasks.update_many(TaskFilter::all(), patch).await?, 5);
    Ok(())
}

async fn update_many_skips_tasks_that_fail_preconditions(cx: &TestContext<'_>) -> Outcome {
    let game = four_tasks(cx).await?;
    let in_game = TaskFilter::in_game(game);
    let before = cx.rows().await?;
    let patch = TaskPatch::new().status("archived").if_status("closed");
    ensure_eq!(cx.tasks.update_many(in_game.clone(), patch.clone()).await?, 2);
    ensure_eq!(changed(&before, &cx.rows().await?), ["c", "d"]);
    ensure_eq!(cx.tasks.update_many(in_game.clone(), patch).await?, 0);

    let before = cx.rows().await?;
    let a = cx.tasks.get((game, "a")).await?;
    let b = cx.tasks.update((game, "b"), TaskPatch::new().strategy("own")).await?;
    let c = cx.tasks.get((game, "c")).await?;
    let latest = a.updated_at;
    ensure!(b.updated_at > latest && c.updated_at > latest);
    let patch = TaskPatch::new().strategy("other").if_unmodified_since(latest);
    ensure_eq!(cx.tasks.update_many(in_game, patch).await?, 1);
    ensure_eq!(changed(&before, &cx.rows().await?), ["a", "b"]);
    ensure_eq!(cx.tasks.get(&b).await?, b);
    Ok(())
}

/// Creates two games with tasks that have strategy `old`, `new`, `OLD` and none.
async fn two_games(cx: &TestContext<'_>) -> Result<[Uuid; 2], Failure> {
    let games = [cx.game_with("old").await?.id, cx.game_with("old").await?.id];
    for game in games {
        let batch = [
            NewTask::new(game, "1").strategy("old"),
            NewTask::new(game, "2").strategy("old"),
            NewTask::new(game, "3").strategy("new"),
            NewTask::new(game, "4"),
            NewTask::new(game, "5").strategy("OLD"),
        ];
        cx.tasks.create_all(batch, OnExisting::Fail).await?;
        cx.tasks.transition((game, "2"), "open", "closed").await?;
    }
    Ok(games)
}

async fn strategy_is_reassigned_in_all_games(cx: &TestContext<'_>) -> Outcome {
    let [first, _] = two_games(cx).await?;
    let before = cx.rows().await?;
    ensure_eq!(cx.tasks.reassign_strategy(None, "old", "new").await?, 4);
    let after = cx.rows().await?;
    ensure_eq!(changed(&before, &after), ["1", "1", "2", "2"]);
    for task in after.iter().filter(|task| !before.contains(task)) {
        ensure_eq!(task.strategy_id, "new");
    }
    ensure_eq!(cx.tasks.get((first, "2")).await?.status, "closed");
    ensure_eq!(cx.tasks.reassign_strategy(None, "old", "new").await?, 0);
    ensure_eq!(cx.tasks.reassign_strategy(None, "default", "own").await?, 2);
    ensure_eq!(cx.tasks.reassign_strategy(None, "unknown", "own").await?, 0);
    Ok(())
}

async fn strategy_is_reassigned_in_one_game(cx: &TestContext<'_>) -> Outcome {
    let [_, second] = two_games(cx).await?;
    let before = cx.rows().await?;
    ensure_eq!(cx.tasks.reassign_strategy(Some(second), "old", "default").await?, 2);
    let after = cx.rows().await?;
    ensure_eq!(changed(&before, &after), ["1", "2"]);
    let touched: Vec<_> = after.iter().filter(|task| !before.contains(task)).collect();
    ensure!(touched.iter().all(|task| task.game_id == second));
    ensure!(touched.iter().all(|task| task.strategy_id.is_default()));
    let missing = Some(Uuid::now_v7());
    ensure_eq!(cx.tasks.reassign_strategy(missing, "old", "new").await?, 0);
    Ok(())
}

async fn games_keep_their_strategies(cx: &TestContext<'_>) -> Outcome {
    let [game, _] = two_games(cx).await?;
    let before = cx.game_rows().await?;
    cx.tasks.reassign_strategy(None, "old", "new").await?;
    ensure_eq!(cx.game_rows().await?, before);
    let inherits = cx.resolver()?.resolve_key(&(game, "4").into()).await?;
    ensure_eq!(inherits.strategy_id, "old");
    Ok(())
}

async fn delete_many_deletes_matching_tasks(cx: &TestContext<'_>) -> Outcome {
    let game = four_tasks(cx).await?;
    let closed = TaskFilter::in_game(game).statuses(["closed"]);
    ensure_eq!(cx.tasks.delete_many(closed.clone()).await?, 2);
    ensure_eq!(names(&cx.rows().await?), ["a", "b"]);
    ensure_eq!(cx.tasks.delete_many(closed).await?, 0);
    let by_key = TaskFilter::keys([(game, "b"), (game, "c")]);
    ensure_eq!(cx.tasks.delete_many(by_key).await?, 1);
    ensure_eq!(cx.tasks.delete_many(TaskFilter::all()).await?, 1);
    ensure!(cx.rows().await?.is_empty());
    Ok(())
}

async fn delete_game_deletes_its_tasks(cx: &TestContext<'_>) -> Outcome {
    let (game, other) = (four_tasks(cx).await?, four_tasks(cx).await?);
    ensure_eq!(cx.tasks.delete_game(game).await?, 4);
    ensure_eq!(cx.tasks.delete_game(game).await?, 0);
    ensure_eq!(cx.tasks.delete_game(Uuid::now_v7()).await?, 0);
    let remaining = cx.rows().await?;
    ensure_eq!(remaining.len(), 4);
    ensure!(remaining.iter().all(|task| task.game_id == other));
    // The game still exists and accepts tasks.
    cx.task(game, "a").await?;
    Ok(())
}
