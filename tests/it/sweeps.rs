//! One call changes or deletes many tasks, and says how many.

use crate::support::{Stage, names, repository_cases};
use game_tasks::{NewTask, OnExisting, Task, TaskFilter, TaskPatch, TaskRepositoryExt, TaskStatus};
use uuid::Uuid;

repository_cases!(
    only_what_changes_is_changed,
    preconditions_choose_among_the_tasks,
    a_strategy_is_reassigned_everywhere,
    a_strategy_is_reassigned_in_one_game,
    games_keep_their_strategies,
    many_are_deleted,
    a_game_is_emptied,
);

/// A game with tasks `a` to `d`, of which `c` and `d` are closed.
async fn four_tasks(stage: &Stage<'_>) -> Uuid {
    let game = stage.game().await;
    let batch = ["a", "b", "c", "d"].map(|name| NewTask::new(game, name));
    stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
    for name in ["c", "d"] {
        stage.tasks.transition((game, name), "open", "closed").await.unwrap();
    }
    game
}

/// The tasks that are not as they were, by name.
fn changed<'t>(before: &[Task], after: &'t [Task]) -> Vec<&'t str> {
    let mut changed = names(after.iter().filter(|task| !before.contains(task)));
    changed.sort_unstable();
    changed
}

async fn only_what_changes_is_changed(stage: &Stage<'_>) {
    let game = four_tasks(stage).await;
    let other = stage.game().await;
    stage.task(other, "e").await;
    let before = stage.rows().await;
    let patch = TaskPatch::new().status("closed");
    assert_eq!(stage.tasks.update_many(TaskFilter::in_game(game), patch.clone()).await.unwrap(), 2);
    let after = stage.rows().await;
    assert_eq!(changed(&before, &after), ["a", "b"]);
    for (old, new) in before.iter().zip(&after).filter(|(old, new)| old != new) {
        assert!(new.updated_at > old.updated_at);
        let expected =
            Task { status: TaskStatus::CLOSED, updated_at: new.updated_at, ..old.clone() };
        assert_eq!(*new, expected);
    }
    assert_eq!(stage.tasks.update_many(TaskFilter::in_game(game), patch).await.unwrap(), 0);
    assert_eq!(stage.rows().await, after);
    // Of two fields one suffices.
    let patch = TaskPatch::new().status("closed").strategy("other");
    assert_eq!(stage.tasks.update_many(TaskFilter::all(), patch).await.unwrap(), 5);
}

async fn preconditions_choose_among_the_tasks(stage: &Stage<'_>) {
    let game = four_tasks(stage).await;
    let in_game = TaskFilter::in_game(game);
    let before = stage.rows().await;
    let patch = TaskPatch::new().status("archived").if_status("closed");
    assert_eq!(stage.tasks.update_many(in_game.clone(), patch.clone()).await.unwrap(), 2);
    assert_eq!(changed(&before, &stage.rows().await), ["c", "d"]);
    assert_eq!(stage.tasks.update_many(in_game.clone(), patch).await.unwrap(), 0);

    let before = stage.rows().await;
    let a = stage.tasks.get((game, "a")).await.unwrap();
    let b = stage.tasks.update((game, "b"), TaskPatch::new().strategy("own")).await.unwrap();
    let c = stage.tasks.get((game, "c")).await.unwrap();
    let latest = a.updated_at;
    assert!(b.updated_at > latest && c.updated_at > latest);
    let patch = TaskPatch::new().strategy("other").if_unmodified_since(latest);
    assert_eq!(stage.tasks.update_many(in_game, patch).await.unwrap(), 1);
    assert_eq!(changed(&before, &stage.rows().await), ["a", "b"]);
    assert_eq!(stage.tasks.get(&b).await.unwrap(), b);
}

/// Two games with tasks that have strategy `old`, `new` and none.
async fn two_games(stage: &Stage<'_>) -> [Uuid; 2] {
    let games = [stage.game_with("old").await.id, stage.game_with("old").await.id];
    for game in games {
        let batch = [
            NewTask::new(game, "1").strategy("old"),
            NewTask::new(game, "2").strategy("old"),
            NewTask::new(game, "3").strategy("new"),
            NewTask::new(game, "4"),
            NewTask::new(game, "5").strategy("OLD"),
        ];
        stage.tasks.create_all(batch, OnExisting::Report).await.unwrap();
        stage.tasks.transition((game, "2"), "open", "closed").await.unwrap();
    }
    games
}

async fn a_strategy_is_reassigned_everywhere(stage: &Stage<'_>) {
    let games = two_games(stage).await;
    let before = stage.rows().await;
    assert_eq!(stage.tasks.reassign_strategy(None, "old", "new").await.unwrap(), 4);
    let after = stage.rows().await;
    assert_eq!(changed(&before, &after), ["1", "1", "2", "2"]);
    for task in after.iter().filter(|task| !before.contains(task)) {
        assert_eq!(task.strategy_id, "new");
    }
    assert_eq!(stage.tasks.get((games[0], "2")).await.unwrap().status, "closed");
    assert_eq!(stage.tasks.reassign_strategy(None, "old", "new").await.unwrap(), 0);
    assert_eq!(stage.tasks.reassign_strategy(None, "default", "own").await.unwrap(), 2);
    assert_eq!(stage.tasks.reassign_strategy(None, "unheard of", "own").await.unwrap(), 0);
}

async fn a_strategy_is_reassigned_in_one_game(stage: &Stage<'_>) {
    let games = two_games(stage).await;
    let before = stage.rows().await;
    assert_eq!(stage.tasks.reassign_strategy(Some(games[1]), "old", "default").await.unwrap(), 2);
    let after = stage.rows().await;
    assert_eq!(changed(&before, &after), ["1", "2"]);
    let touched: Vec<_> = after.iter().filter(|task| !before.contains(task)).collect();
    assert!(touched.iter().all(|task| task.game_id == games[1]));
    assert!(touched.iter().all(|task| task.strategy_id.is_default()));
    let missing = Some(Uuid::now_v7());
    assert_eq!(stage.tasks.reassign_strategy(missing, "old", "new").await.unwrap(), 0);
}

async fn games_keep_their_strategies(stage: &Stage<'_>) {
    let [game, _] = two_games(stage).await;
    let before = stage.game_rows().await;
    stage.tasks.reassign_strategy(None, "old", "new").await.unwrap();
    assert_eq!(stage.game_rows().await, before);
    let inherits = stage.resolver().resolve_key(&(game, "4").into()).await.unwrap();
    assert_eq!(inherits.strategy_id, "old");
}

async fn many_are_deleted(stage: &Stage<'_>) {
    let game = four_tasks(stage).await;
    let closed = TaskFilter::in_game(game).statuses(["closed"]);
    assert_eq!(stage.tasks.delete_many(closed.clone()).await.unwrap(), 2);
    assert_eq!(names(&stage.rows().await), ["a", "b"]);
    assert_eq!(stage.tasks.delete_many(closed).await.unwrap(), 0);
    let by_key = TaskFilter::keys([(game, "b"), (game, "c")]);
    assert_eq!(stage.tasks.delete_many(by_key).await.unwrap(), 1);
    assert_eq!(stage.tasks.delete_many(TaskFilter::all()).await.unwrap(), 1);
    assert!(stage.rows().await.is_empty());
}

async fn a_game_is_emptied(stage: &Stage<'_>) {
    let (game, other) = (four_tasks(stage).await, four_tasks(stage).await);
    assert_eq!(stage.tasks.delete_game(game).await.unwrap(), 4);
    assert_eq!(stage.tasks.delete_game(game).await.unwrap(), 0);
    assert_eq!(stage.tasks.delete_game(Uuid::now_v7()).await.unwrap(), 0);
    let left = stage.rows().await;
    assert_eq!(left.len(), 4);
    assert!(left.iter().all(|task| task.game_id == other));
    // The game itself is there still, and takes tasks.
    stage.task(game, "a").await;
}
